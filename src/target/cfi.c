/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/cfi.h"

static struct vmc_error *open_table(struct vmc_target *t)
{
	/* distributions' kernels have .debug_frame; .eh_frame is dropped when the kernel is linked
	 */
	static const struct {
		const char *name;
		bool is_eh;
	} sections[] = { { ".debug_frame", false }, { ".eh_frame", true } };
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = NULL;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(sections) && !c; i++) {
		struct vmc_cfi_section s = {
			.bytes = vmc_elf_section(t->vmlinux, sections[i].name),
			.addr = vmc_elf_section_addr(t->vmlinux, sections[i].name),
			.is_eh = sections[i].is_eh,
		};

		if (s.bytes.size)
			VMC_TRY(vmc_error_wrap(vmc_cfi_open(&s, &c), "%s of %s", sections[i].name,
					       vmc_elf_path(t->vmlinux)));
	}
	if (!c)
		return vmc_error_new(VMC_NOT_FOUND, "%s has no call frame information",
				     vmc_elf_path(t->vmlinux));
	VMC_TRY(vmc_target_link_shift(t, &t->cfi_shift));
	t->cfi = vmc_take(c);
	return NULL;
}

static void find_table(struct vmc_target *t)
{
	struct vmc_error *err;

	if (t->cfi_tried || !t->vmlinux)
		return;
	t->cfi_tried = true;
	err = open_table(t);
	/* a vmlinux without any has done its service by what it has */
	if (vmc_error_code(err) == VMC_NOT_FOUND)
		vmc_error_free(err);
	else
		vmc_target_missing(t, err, VMC_SAY("call frame information"));
}

bool vmc_target_cfi(struct vmc_target *t, uint64_t ip, struct vmc_unwind_rule *ret)
{
	vmc_autoerror struct vmc_error *err = NULL;

	find_table(t);
	if (!t->cfi || ip < t->text.start || ip >= t->text.end)
		return false;
	err = vmc_cfi_find(t->cfi, ip - t->cfi_shift, ret);
	return !err;
}
