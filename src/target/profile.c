/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/profile.h"

#include <string.h>

#include "debug/profile/profile.h"
#include "debug/source/cache.h"
#include "debug/types/btf.h"

#define NAME "profile"

static struct vmc_error *open_kept(const char *build_id, struct vmc_elf **ret)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	vmc_autostr struct vmc_str path = { 0 };
	bool is_profile;

	if (!*build_id || !vmc_cache_folder(&path))
		return vmc_error_new(VMC_NOT_FOUND, "nothing is kept");
	vmc_str_addf(&path, "/%s/" NAME, build_id);
	VMC_TRY(vmc_elf_open(vmc_str_text(&path), &e));
	VMC_TRY(vmc_profile_check(e, &is_profile));
	if (!is_profile || strcmp(vmc_elf_build_id(e), build_id) != 0)
		return vmc_error_new(VMC_MISMATCH, "%s: not what was kept here",
				     vmc_str_text(&path));
	*ret = vmc_take(e);
	return NULL;
}

bool vmc_profile_use(struct vmc_target *t, struct vmc_elf *vmlinux)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	vmc_autoerror struct vmc_error *err = open_kept(vmc_elf_build_id(vmlinux), &e);

	/* whatever is wrong with it, the vmlinux itself is here, and it is made anew */
	if (!err)
		err = vmc_btf_open(vmc_elf_section(e, ".BTF"), false, NULL, &t->types);
	if (err)
		return false;
	t->types_elf = vmc_take(e);
	t->types_from_elf = t->types_from_dwarf = true;
	return true;
}

static struct vmc_error *keep(struct vmc_elf *vmlinux, struct vmc_types *types)
{
	vmc_autofree uint8_t *bytes = NULL;
	vmc_autostr struct vmc_str path = { 0 };
	struct vmc_cache_file f;
	struct vmc_error *err;
	size_t size;

	/* first the file: where none can be made, nothing has to be written */
	VMC_TRY(vmc_cache_create(&f));
	err = vmc_profile_make(vmlinux, types, false, &bytes, &size);
	if (!err)
		err = vmc_cache_write(&f, bytes, size);
	if (!err)
		err = vmc_cache_commit(&f, vmc_elf_build_id(vmlinux), NAME, &path);
	vmc_cache_file_deinit(&f);
	return err;
}

void vmc_profile_keep(struct vmc_target *t)
{
	struct vmc_elf *e = t->types_elf ? t->types_elf : t->vmlinux;

	if (!t->types_worth_keeping || !*vmc_elf_build_id(e))
		return;
	t->types_worth_keeping = false;
	vmc_error_free(keep(e, t->types));
}
