/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/debugfile.h"

#include <stdlib.h>

#include "target/module-file.h"
#include "target/module-sections.h"

void vmc_debugfile_free(struct vmc_debugfile *f)
{
	if (!f)
		return;
	vmc_cfi_free(f->cfi);
	source_info_deinit(&f->info);
	/* vmlinux is the target's own */
	if (f->module)
		vmc_elf_free(f->elf);
	free(f->bases);
	free(f);
}

static struct vmc_error *open_kernel(struct vmc_target *t, struct vmc_debugfile **ret)
{
	vmc_cleanup(vmc_cleanup_debugfilep) struct vmc_debugfile *f = calloc(1, sizeof(*f));

	if (!f)
		return vmc_error_no_memory();
	f->elf = t->vmlinux;
	VMC_TRY(vmc_target_link_shift(t, &f->shift));
	VMC_TRY(source_info_init(&f->info, f->elf, NULL));
	*ret = vmc_take(f);
	return NULL;
}

static struct vmc_error *open_module(struct vmc_target *t, struct vmc_module *m,
				     struct vmc_debugfile **ret)
{
	vmc_cleanup(vmc_cleanup_debugfilep) struct vmc_debugfile *f = calloc(1, sizeof(*f));
	vmc_auto_module_sections struct vmc_module_sections sections = { 0 };
	struct dwarf_bases bases;

	if (!f)
		return vmc_error_no_memory();
	f->module = m;
	vmc_module_sections_read(t, m, &sections);
	VMC_TRY(vmc_module_file(t, m, &sections, &f->elf));
	VMC_TRY(vmc_module_bases(t, m, &sections, f->elf, &f->bases, &bases.n));
	bases.address = f->bases;
	VMC_TRY(source_info_init(&f->info, f->elf, &bases));
	*ret = vmc_take(f);
	return NULL;
}

/* What has no debug info is no loss to anybody: names come from elsewhere. */
static struct vmc_error *unless_absent(struct vmc_error *err)
{
	if (vmc_error_code(err) != VMC_NOT_FOUND)
		return err;
	vmc_error_free(err);
	return NULL;
}

static struct vmc_debugfile *kernel_file(struct vmc_target *t)
{
	if (!t->debugfile_tried && t->vmlinux) {
		t->debugfile_tried = true;
		vmc_target_missing(t, unless_absent(open_kernel(t, &t->debugfile)),
				   VMC_SAY("source lines"));
	}
	return t->debugfile;
}

static struct vmc_debugfile *module_file(struct vmc_target *t, struct vmc_module *m)
{
	if (!m->debugfile_tried) {
		m->debugfile_tried = true;
		vmc_target_missing(t, unless_absent(open_module(t, m, &m->debugfile)),
				   VMC_SAY("debug info of module %s"), m->name);
	}
	return m->debugfile;
}

struct vmc_debugfile *vmc_target_debugfile(struct vmc_target *t, uint64_t pc)
{
	struct vmc_module *m;

	if (pc >= t->text.start && pc < t->text.end)
		return kernel_file(t);
	m = vmc_target_module_at(t, pc);
	return m ? module_file(t, m) : kernel_file(t);
}
