/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Source positions: of an ELF file, what stands at each few bytes of its first ones and at the
 * edges of what its units cover; what is no ELF file is three paths, to be made short.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "debug/source/lines.h"
#include "debug/source/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One input should not take seconds. */
#define PLACES_MAX 40
#define RANGES_MAX 8

static volatile size_t bytes; /* that texts are read through is what matters */

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

static void lines(struct source_info *info, uint64_t pc)
{
	struct vmc_arena arena = { 0 };
	struct vmc_source_places found = { 0 };
	struct vmc_error *err = vmc_lines_at(info, pc, &arena, &found);

	/* an answer tells something, and its texts end within the arena, not in the file */
	if (!err && !found.places.len)
		__builtin_trap();
	for (size_t i = 0; !err && i < found.places.len; i++)
		bytes += length(found.places.data[i].function) + length(found.places.data[i].file);
	vmc_source_places_deinit(&found);
	vmc_error_free(err);
	vmc_arena_deinit(&arena);
}

static void file(const char *path)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct source_info info = { 0 };
	struct vmc_error *err = vmc_elf_open(path, &e);

	if (!err)
		err = source_info_init(&info, e, NULL);
	for (uint64_t i = 0; !err && i < PLACES_MAX; i++)
		lines(&info, i * 3);
	for (size_t i = 0; !err && i < info.ranges.len && i < RANGES_MAX; i++) {
		lines(&info, info.ranges.data[i].range.start);
		lines(&info, info.ranges.data[i].range.end - 1);
	}
	source_info_deinit(&info);
	vmc_error_free(err);
}

/* "path\0directory of the compiler\0file of the unit" */
static void paths(const uint8_t *data, size_t size)
{
	vmc_autostr struct vmc_str text = { 0 }, out = { 0 };
	const char *part[3] = { "", "", "" };
	size_t at = 0;

	vmc_str_addn(&text, (const char *)data, size);
	for (int i = 0; i < 3 && at < text.len; i++) {
		part[i] = text.data + at;
		at += strlen(part[i]) + 1;
	}
	source_path_add(&out, part[0], part[1], part[2]);
	if (!out.failed && out.len > strlen(part[0]) + 1)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd;

	if (size < 4 || memcmp(data, "\177ELF", 4) != 0) {
		paths(data, size);
		return 0;
	}
	fd = memfd_create("elf", MFD_CLOEXEC);
	if (fd < 0)
		return 0;
	if (write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		file(path);
	}
	close(fd);
	return 0;
}
