/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/module-id.h"

#include <string.h>

#include "base/str.h"

#define SUFFIX ".ko"

bool vmc_is_module_file(const char *path, const char *module)
{
	const char *base = strrchr(path, '/'), *end;

	base = base ? base + 1 : path;
	/* the last one: modules may have dots in their names */
	for (end = strstr(base, SUFFIX); end; end = strstr(end + 1, SUFFIX)) {
		char behind = end[strlen(SUFFIX)];
		size_t len = (size_t)(end - base), i = 0;

		if (!len || (behind && behind != '.' && behind != '-'))
			continue;
		if (!module)
			return true;
		while (i < len && module[i] &&
		       (base[i] == module[i] || (base[i] == '-' && module[i] == '_')))
			i++;
		if (i == len && !module[i])
			return true;
	}
	return false;
}

/* A vermagic is the release and then what else matters: "6.1.0-9-amd64 SMP preempt mod_unload". */
static struct vmc_error *check_release(const struct vmc_module_id *want, const char *vermagic)
{
	size_t len = strcspn(vermagic, " ");

	if (len == strlen(want->release) && !memcmp(vermagic, want->release, len))
		return NULL;
	return vmc_error_new(VMC_MISMATCH, "it was built for kernel %.*s, the dump is of %s",
			     (int)len, vermagic, want->release);
}

struct vmc_error *vmc_module_id_check(const struct vmc_module_id *want, struct vmc_elf *e)
{
	const char *build_id = vmc_elf_build_id(e), *srcversion, *vermagic;

	if (*want->build_id && *build_id) {
		if (vmc_streq(want->build_id, build_id))
			return NULL;
		return vmc_error_new(VMC_MISMATCH,
				     "it has build id %s, the module %s in the dump has %s; give "
				     "the file of exactly that build",
				     build_id, want->name, want->build_id);
	}
	srcversion = vmc_elf_modinfo(e, "srcversion");
	vermagic = vmc_elf_modinfo(e, "vermagic");
	if (srcversion && *want->srcversion && !vmc_streq(srcversion, want->srcversion))
		return vmc_error_new(VMC_MISMATCH,
				     "it was made of other sources (srcversion %s) than the module "
				     "%s in the dump (%s)",
				     srcversion, want->name, want->srcversion);
	if (vermagic && *want->release)
		return check_release(want, vermagic);
	if (srcversion && *want->srcversion)
		return NULL;
	return vmc_error_new(VMC_MISMATCH, "it has neither a build id, srcversion nor vermagic to "
					   "compare with the dump");
}
