/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/cfi.h"

#include "target/debugfile.h"

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

/* A table that is not there has done no harm: its file has served by what it has. */
static void tell(struct vmc_target *t, struct vmc_error *err)
{
	if (vmc_error_code(err) == VMC_NOT_FOUND)
		vmc_error_free(err);
	else
		vmc_target_missing(t, err, VMC_SAY("call frame information"));
}

static const struct vmc_cfi *kernel_table(struct vmc_target *t)
{
	if (!t->cfi_tried && t->vmlinux) {
		t->cfi_tried = true;
		tell(t, open_table(t));
	}
	return t->cfi;
}

/* Its file was relocated when it was opened: the addresses are run-time ones. */
static const struct vmc_cfi *module_table(struct vmc_target *t, uint64_t ip)
{
	struct vmc_debugfile *f = vmc_target_debugfile(t, ip);

	if (!f || !f->module)
		return NULL;
	if (!f->cfi_tried) {
		struct vmc_cfi_section s = { .bytes = f->info.sections.bytes[DWARF_FRAME] };

		f->cfi_tried = true;
		if (s.bytes.size)
			tell(t, vmc_error_wrap(vmc_cfi_open(&s, &f->cfi), ".debug_frame of %s",
					       vmc_elf_path(f->elf)));
	}
	return f->cfi;
}

bool vmc_target_cfi(struct vmc_target *t, uint64_t ip, struct vmc_unwind_rule *ret)
{
	bool in_kernel = ip >= t->text.start && ip < t->text.end;
	const struct vmc_cfi *c = in_kernel ? kernel_table(t) : module_table(t, ip);
	vmc_autoerror struct vmc_error *err = NULL;

	if (!c)
		return false;
	err = vmc_cfi_find(c, in_kernel ? ip - t->cfi_shift : ip, ret);
	return !err;
}
