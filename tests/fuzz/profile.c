/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file with DWARF: whatever it is, a profile that was made of it must be a good one. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "debug/dwarf/dwarf.h"
#include "debug/profile/profile.h"
#include "debug/types/btf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vmc_elf *open_bytes(const uint8_t *data, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct vmc_elf *e = NULL;
	char path[64];

	if (fd < 0)
		return NULL;
	if (write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		vmc_error_free(vmc_elf_open(path, &e));
	}
	close(fd);
	return e;
}

/* What is written must be read again, and say of whom it is. */
static void read_again(struct vmc_elf *of, const uint8_t *bytes, size_t size)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = open_bytes(bytes, size);
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *types = NULL;
	bool is = false;

	if (!e || vmc_profile_check(e, &is) || !is ||
	    strcmp(vmc_elf_build_id(of), vmc_elf_build_id(e)) != 0 ||
	    vmc_btf_open(vmc_elf_section(e, ".BTF"), false, NULL, &types))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = open_bytes(data, size);
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *dwarf = NULL;
	vmc_autofree uint8_t *bytes = NULL;
	struct vmc_error *err;
	size_t made;
	bool is;

	if (!e)
		return 0;
	vmc_error_free(vmc_profile_check(e, &is));
	vmc_error_free(vmc_dwarf_open((struct vmc_bytes){ data, size }, "input", &dwarf));
	if (!dwarf)
		return 0;
	err = vmc_profile_make(e, dwarf, size & 1, &bytes, &made);
	if (!err)
		read_again(e, bytes, made);
	vmc_error_free(err);
	return 0;
}
