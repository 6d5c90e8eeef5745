/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file given as debug info: everything that is asked of one, in the order of target/debuginfo.c. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "debug/source/soundness.h"
#include "debug/symbols/elfsym.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct vmc_elf *e)
{
	struct vmc_symtab *s = NULL;
	struct vmc_symbol sym;

	(void)vmc_elf_banner(e);
	(void)vmc_elf_build_id(e);
	(void)vmc_elf_section(e, ".BTF");
	vmc_error_free(vmc_elf_symbols(e, &s));
	if (s)
		(void)vmc_symtab_by_name(s, "_text", &sym);
	vmc_symtab_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);
	struct vmc_elf *e = NULL;
	char path[64];

	if (fd < 0)
		return 0;
	if (size == 0 || write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		vmc_error_free(vmc_elf_examine(path, &(struct vmc_elf_contents){ 0 }));
		vmc_error_free(vmc_elf_open(path, &e));
		if (e)
			ask(e);
		vmc_elf_free(e);
	}
	close(fd);
	return 0;
}
