/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/kernel-id.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define BANNER_START "Linux version "

/* Commit 905415ff3ffb, backported to these stable releases, broke the reading of the id there. */
static const struct {
	int major, minor, first, last;
} garbage[] = {
	{ 5, 15, 168, 9999 }, { 6, 1, 113, 118 }, { 6, 6, 55, 62 },
	{ 6, 10, 14, 9999 },  { 6, 11, 3, 9 },
};

bool vmc_build_id_is_garbage(const char *release)
{
	int major, minor, patch;

	if (sscanf(release, "%d.%d.%d", &major, &minor, &patch) != 3)
		return false;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(garbage); i++) {
		if (major != garbage[i].major || minor != garbage[i].minor)
			continue;
		/* Debian and Ubuntu keep the number of the ABI there, others add to it: 0 says
		 * nothing */
		return patch == 0 || (patch >= garbage[i].first && patch <= garbage[i].last);
	}
	return false;
}

/* The release in a "Linux version RELEASE (" banner. */
static struct vmc_bytes banner_release(const char *banner)
{
	const char *from =
		vmc_str_starts(banner, BANNER_START) ? banner + strlen(BANNER_START) : banner;

	return (struct vmc_bytes){ (const uint8_t *)from, strcspn(from, " ") };
}

static struct vmc_error *other_kernel(const char *want_banner, const char *banner)
{
	struct vmc_bytes is = banner_release(banner), want = banner_release(want_banner);
	const char *built = strchr(banner, '#'), *want_built = strchr(want_banner, '#');

	if (is.size != want.size || memcmp(is.data, want.data, is.size) != 0)
		return vmc_error_new(VMC_MISMATCH, "it is of kernel %.*s, the dump is of %.*s",
				     (int)is.size, is.data, (int)want.size, want.data);
	/* one release may have been built more than once */
	return vmc_error_new(
		VMC_MISMATCH,
		"it is of another build of kernel %.*s: \"%.100s\", the dump is of \"%.100s\"",
		(int)is.size, is.data, built ? built : banner,
		want_built ? want_built : want_banner);
}

struct vmc_error *vmc_kernel_id_check(const struct vmc_kernel_id *want, struct vmc_elf *e)
{
	const char *id = vmc_elf_build_id(e), *banner;
	bool both = *want->build_id && *id;

	if (both && strcmp(want->build_id, id) == 0)
		return NULL;
	banner = vmc_elf_banner(e);
	if (want->banner && *banner && strcmp(want->banner, banner) != 0)
		return other_kernel(want->banner, banner);
	if (both)
		return vmc_error_new(
			VMC_MISMATCH,
			"it has build id %s, the dump's kernel has %s; give the vmlinux "
			"of exactly that build",
			id, want->build_id);
	if (want->banner && *banner)
		return NULL;
	if (*banner && *want->release) {
		struct vmc_bytes is = banner_release(banner);

		if (is.size == strlen(want->release) && !memcmp(is.data, want->release, is.size))
			return NULL;
		return vmc_error_new(VMC_MISMATCH, "it is of kernel %.*s, the dump is of %s",
				     (int)is.size, is.data, want->release);
	}
	return vmc_error_new(
		VMC_MISMATCH,
		*banner || *id ? "the dump shows neither build id nor banner of its kernel, so "
				 "nothing proves that this is its vmlinux"
			       : "it has neither build id nor banner to compare with the dump");
}
