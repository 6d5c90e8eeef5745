/* SPDX-License-Identifier: GPL-2.0-or-later */
/* debuginfo --profile: of a vmlinux by itself, or of the one that a dump's report would use. */
#include "cli/cli.h"

#include "debug/dwarf/dwarf.h"
#include "debug/profile/profile.h"
#include "debug/source/package.h"
#include "debug/source/soundness.h"

static struct vmc_error *open_vmlinux(const char *path, struct vmc_elf **ret)
{
	struct vmc_elf_contents contents;
	const char *package = vmc_package_kind_of(path);

	if (package)
		return vmc_error_new(VMC_USAGE,
				     "%s: this is %s, which may hold several kernels; give a dump "
				     "of the one you mean as well: vmcoroner debuginfo DUMP "
				     "--debuginfo %s --profile OUT",
				     path, package, path);
	VMC_TRY(vmc_error_wrap(vmc_elf_examine(path, &contents), "%s", path));
	if (contents.module)
		return vmc_error_new(VMC_USAGE,
				     "%s: this is a module; profiles are made of the kernel's "
				     "vmlinux",
				     path);
	return vmc_elf_open(path, ret);
}

static struct vmc_error *vmlinux_of_dump(struct vmc_case *c, struct vmc_elf **ret)
{
	if (!c->target)
		return vmc_error_new(VMC_USAGE,
				     "%s: this is a log; a profile is made of a vmlinux, or of the "
				     "one that fits a dump",
				     vmc_case_path(c));
	*ret = c->target->vmlinux;
	if (*ret)
		return NULL;
	return vmc_error_new(VMC_NOT_FOUND,
			     "%s: no vmlinux of its kernel was given or found, so there is nothing "
			     "to make a profile of; 'vmcoroner debuginfo %s' says how to get it",
			     vmc_case_path(c), vmc_case_path(c));
}

/* BTF where it has that: the kernel's own types, and each as it was compiled. */
static struct vmc_error *make(const struct vmc_options *o, struct vmc_elf *e, struct vmc_str *ret)
{
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *dwarf = NULL;
	vmc_autofree uint8_t *bytes = NULL;
	size_t size;

	if (o->no_btf || !vmc_elf_section(e, ".BTF").size)
		VMC_TRY(vmc_dwarf_open(vmc_elf_file(e), vmc_elf_path(e), &dwarf));
	VMC_TRY(vmc_profile_make(e, dwarf, true, &bytes, &size));
	vmc_str_addn(ret, (const char *)bytes, size);
	return ret->failed ? vmc_error_no_memory() : NULL;
}

enum vmc_exit vmc_run_profile(const struct vmc_options *o)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *own = NULL;
	vmc_autocase struct vmc_case c = { 0 };
	vmc_autostr struct vmc_str out = { 0 };
	struct vmc_elf *e = NULL;
	struct vmc_error *err;
	enum vmc_exit status;

	if (o->inputs.len == 1 && !o->debuginfo.len && !vmc_input_is_dump(o->inputs.data[0])) {
		err = open_vmlinux(o->inputs.data[0], &own);
		e = own;
	} else {
		err = vmc_case_open(o, false, &c);
		if (!err)
			err = vmlinux_of_dump(&c, &e);
	}
	if (!err)
		err = make(o, e, &out);
	if (err)
		return vmc_exit_error(err);
	status = vmc_exit_write(o->profile, &out, VMC_EXIT_OK);
	if (status == VMC_EXIT_OK)
		vmc_exit_note("%s: %zu bytes, to be used in place of %s", o->profile, out.len,
			      vmc_elf_path(e));
	return status;
}
