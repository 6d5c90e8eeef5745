/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/places.h"

#include <string.h>

const struct vmc_place vmc_places[] = {
	{ "beside the dump", "{dump}/vmlinux" },
	{ "beside the dump", "{dump}/vmlinux-{release}" },
	{ "beside the dump", "{dump}/vmlinux.debug" },
	{ "beside the dump", "{dump}/vmlinux-{release}.debug" },
	{ "cache of vmcoroner", "{cache}/{id}/vmlinux" },
	{ "cache of vmcoroner", "{cache}/{release}/vmlinux" },
	{ "cache of vmcoroner", "{cache}/{id}/profile" },
	{ "cache of debuginfod", "{debuginfod}/{id}/debuginfo" },
	{ "build-id tree", "/usr/lib/debug/.build-id/{id2}/{idrest}.debug" },
	/* Debian, Ubuntu */
	{ "debug packages", "/usr/lib/debug/boot/vmlinux-{release}" },
	/* RHEL and its kin, Fedora, Oracle, Amazon */
	{ "debug packages", "/usr/lib/debug/lib/modules/{release}/vmlinux" },
	{ "debug packages", "/usr/lib/debug/lib/modules/{release}/vmlinux.debug" },
	/* SUSE, before and since /usr/lib/modules */
	{ "debug packages", "/usr/lib/debug/boot/vmlinux-{release}.debug" },
	{ "debug packages", "/usr/lib/debug/usr/lib/modules/{release}/vmlinux.debug" },
	/* kernels built here */
	{ "kernel builds", "/lib/modules/{release}/build/vmlinux" },
	{ "kernel builds", "/lib/modules/{release}/vmlinux" },
	{ "boot folder", "/boot/vmlinux-{release}" },
};
const size_t vmc_n_places = VMC_ARRAY_SIZE(vmc_places);

static bool value_of(const char *name, size_t len, const struct vmc_kernel_id *id,
		     const struct vmc_place_folders *folders, struct vmc_str *out)
{
	const bool has_id = strlen(id->build_id) > 2;
	const struct {
		const char *name, *value;
		size_t len;
	} values[] = {
		{ "release", id->release, strlen(id->release) },
		{ "id", has_id ? id->build_id : NULL, strlen(id->build_id) },
		{ "id2", has_id ? id->build_id : NULL, 2 },
		{ "idrest", has_id ? id->build_id + 2 : NULL,
		  has_id ? strlen(id->build_id) - 2 : 0 },
		{ "dump", folders->dump, folders->dump ? strlen(folders->dump) : 0 },
		{ "cache", folders->cache, folders->cache ? strlen(folders->cache) : 0 },
		{ "debuginfod", folders->debuginfod,
		  folders->debuginfod ? strlen(folders->debuginfod) : 0 },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(values); i++) {
		if (strlen(values[i].name) != len || memcmp(values[i].name, name, len) != 0)
			continue;
		if (!values[i].value || !values[i].len)
			return false;
		vmc_str_addn(out, values[i].value, values[i].len);
		return true;
	}
	return false;
}

bool vmc_place_path(const struct vmc_place *p, const struct vmc_kernel_id *id,
		    const struct vmc_place_folders *folders, struct vmc_str *ret)
{
	/* the release comes out of the dump: it must not lead out of the folder */
	if (strchr(id->release, '/') || !strcmp(id->release, "..") || !strcmp(id->release, "."))
		return false;
	vmc_str_clear(ret);
	for (const char *at = p->path; *at;) {
		size_t plain = strcspn(at, "{"), len;

		vmc_str_addn(ret, at, plain);
		at += plain;
		if (!*at)
			break;
		len = strcspn(at, "}");
		if (!value_of(at + 1, len - 1, id, folders, ret))
			return false;
		at += len + 1;
	}
	return !ret->failed;
}
