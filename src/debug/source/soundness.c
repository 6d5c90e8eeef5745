/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/soundness.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"

#define EHDR_SIZE 64u
#define SHDR_SIZE 64u
/* A vmlinux has under 100; a .ko built with -ffunction-sections some thousand. */
#define SECTIONS_MAX 65536u
#define NAMES_MAX (4u << 20)

static struct vmc_error *cut_off(uint64_t size, uint64_t want)
{
	return vmc_error_new(VMC_TRUNCATED,
			     "it is cut off: it has %llu bytes, but its tables name what ends at "
			     "%llu; copy or unpack it again",
			     (unsigned long long)size, (unsigned long long)want);
}

/* Reads exactly, or says what is wrong. */
static struct vmc_error *read_at(int fd, uint64_t size, uint64_t offset, void *buf, size_t n)
{
	ssize_t got;

	if (!vmc_range_ok(offset, n, size))
		return cut_off(size, offset > UINT64_MAX - n ? UINT64_MAX : offset + n);
	got = pread(fd, buf, n, (off_t)offset);
	if (got < 0)
		return vmc_error_os(errno, "it cannot be read");
	if ((size_t)got != n)
		return cut_off(offset + (uint64_t)got, offset + n);
	return NULL;
}

/* Section names that matter; .zdebug_ is how compression looked before SHF_COMPRESSED. */
static void take_name(const char *name, uint32_t type, struct vmc_elf_contents *ret)
{
	bool here = type != SHT_NOBITS;

	if (!name)
		return;
	if (!strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info"))
		ret->dwarf |= here;
	else if (!strcmp(name, ".BTF"))
		ret->btf |= here;
	else if (!strcmp(name, ".gnu.linkonce.this_module"))
		ret->module = true; /* in a .ko.debug it has no bytes */
	else if (!strcmp(name, ".note.vmcoroner"))
		ret->profile = true;
}

static struct vmc_error *read_sections(int fd, uint64_t size, const uint8_t *eh,
				       struct vmc_elf_contents *ret)
{
	uint64_t at = vmc_le64(eh + 40), names_at, names_size;
	size_t n = vmc_le16(eh + 60), names_index = vmc_le16(eh + 62);
	vmc_autofree uint8_t *table = NULL;
	vmc_autofree uint8_t *names = NULL;

	if (!at || !n)
		return NULL;
	if (n > SECTIONS_MAX)
		return vmc_error_new(VMC_LIMIT, "it says that it has %zu sections", n);
	table = malloc(n * SHDR_SIZE);
	if (!table)
		return vmc_error_no_memory();
	VMC_TRY(read_at(fd, size, at, table, n * SHDR_SIZE));
	for (size_t i = 0; i < n; i++) {
		const uint8_t *sh = table + i * SHDR_SIZE;
		uint64_t offset = vmc_le64(sh + 24), length = vmc_le64(sh + 32);
		uint32_t type = vmc_le32(sh + 4);

		if (type == SHT_NULL || type == SHT_NOBITS)
			continue;
		if (!vmc_range_ok(offset, length, size))
			return cut_off(size,
				       offset > UINT64_MAX - length ? UINT64_MAX : offset + length);
		ret->symbols |= type == SHT_SYMTAB && length > SHDR_SIZE;
	}
	if (names_index >= n)
		return NULL;
	names_at = vmc_le64(table + names_index * SHDR_SIZE + 24);
	names_size = vmc_le64(table + names_index * SHDR_SIZE + 32);
	if (names_size > NAMES_MAX)
		return vmc_error_new(VMC_LIMIT, "the names of its sections are too long");
	names = malloc(names_size + 1);
	if (!names)
		return vmc_error_no_memory();
	VMC_TRY(read_at(fd, size, names_at, names, names_size));
	for (size_t i = 0; i < n; i++) {
		const uint8_t *sh = table + i * SHDR_SIZE;

		take_name(vmc_bytes_str((struct vmc_bytes){ names, names_size }, vmc_le32(sh)),
			  vmc_le32(sh + 4), ret);
	}
	return NULL;
}

/* What people give instead of a vmlinux. The boot protocol of x86 has "HdrS" at 0x202. */
static struct vmc_error *no_elf(int fd)
{
	char magic[4];

	if (pread(fd, magic, sizeof(magic), 0x202) == sizeof(magic) && !memcmp(magic, "HdrS", 4))
		return vmc_error_new(VMC_NOT_FORMAT,
				     "it is a bzImage, the packed kernel that is booted, which has "
				     "no debug info; give the vmlinux of the debug package");
	return vmc_error_new(VMC_NOT_FORMAT, "it is not an ELF file, and no package either; give a "
					     "vmlinux or the package that has it");
}

/* A vmlinux for this program, by the header alone. */
static struct vmc_error *check_header(const uint8_t *eh)
{
	if (eh[EI_CLASS] != ELFCLASS64 || eh[EI_DATA] != ELFDATA2LSB)
		return vmc_error_new(VMC_NOT_FORMAT, "it is not a 64-bit little-endian ELF file");
	if (vmc_le16(eh + 18) != EM_X86_64)
		return vmc_error_new(VMC_MISMATCH,
				     "it is for ELF machine %u, the dump is of x86-64 (%u)",
				     vmc_le16(eh + 18), EM_X86_64);
	if (vmc_le16(eh + 16) == ET_CORE)
		return vmc_error_new(VMC_NOT_FORMAT, "it is a dump (an ELF core file), no vmlinux");
	return NULL;
}

struct vmc_error *vmc_elf_examine(const char *path, struct vmc_elf_contents *ret)
{
	vmc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct vmc_elf_contents found = { 0 };
	uint8_t eh[EHDR_SIZE];
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return vmc_error_os(errno, "it cannot be read");
	if (S_ISDIR(st.st_mode))
		return vmc_error_new(VMC_NOT_FORMAT, "it is a folder; give the vmlinux or the "
						     "package in it");
	if (!S_ISREG(st.st_mode))
		return vmc_error_new(VMC_NOT_FORMAT, "it is not a regular file");
	if (st.st_size < 4 || pread(fd, eh, 4, 0) != 4 || memcmp(eh, ELFMAG, SELFMAG) != 0)
		return no_elf(fd);
	VMC_TRY(read_at(fd, (uint64_t)st.st_size, 0, eh, sizeof(eh)));
	VMC_TRY(check_header(eh));
	if (vmc_le16(eh + 58) == SHDR_SIZE)
		VMC_TRY(read_sections(fd, (uint64_t)st.st_size, eh, &found));
	*ret = found;
	return NULL;
}
