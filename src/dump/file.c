/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/str.h"

static struct vmc_error *resolve_layers(struct vmc_file *f)
{
	f->size = f->raw.size;
	if (!vmc_flattened_match(f->raw))
		return NULL;
	f->flattened = true;
	return vmc_flattened_index(f);
}

struct vmc_error *vmc_file_open(const char *path, struct vmc_file *ret)
{
	vmc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct vmc_file f = { 0 };
	struct vmc_error *err;
	struct stat st;

	if (fd < 0)
		return vmc_error_os(errno, "cannot open");
	if (fstat(fd, &st) < 0)
		return vmc_error_os(errno, "cannot stat");
	if (!S_ISREG(st.st_mode))
		return vmc_error_new(VMC_USAGE, "not a regular file; copy the dump to one first");
	if (!st.st_size)
		return vmc_error_new(VMC_NOT_FORMAT, "the file is empty");
	f.raw.size = (size_t)st.st_size;
	f.map = mmap(NULL, f.raw.size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (f.map == MAP_FAILED)
		return vmc_error_os(errno, "cannot map %zu bytes", f.raw.size);
	f.raw.data = f.map;
	err = resolve_layers(&f);
	if (err) {
		vmc_file_deinit(&f);
		return err;
	}
	*ret = f;
	return NULL;
}

struct vmc_error *vmc_file_from_bytes(struct vmc_bytes bytes, struct vmc_file *ret)
{
	struct vmc_file f = { .raw = bytes };
	struct vmc_error *err = resolve_layers(&f);

	if (err) {
		vmc_file_deinit(&f);
		return err;
	}
	*ret = f;
	return NULL;
}

void vmc_file_deinit(struct vmc_file *f)
{
	vmc_extents_deinit(&f->records);
	if (f->map)
		munmap(f->map, f->raw.size);
	*f = (struct vmc_file){ 0 };
}

bool vmc_file_has(struct vmc_file *f, uint64_t offset, uint64_t size)
{
	if (!vmc_range_ok(offset, size, f->size))
		return false;
	if (!f->cut)
		return true;
	while (size) {
		size_t i = vmc_extents_find(&f->records, offset, f->last_record);
		const struct vmc_extent *e = &f->records.data[i];
		uint64_t n;

		if (i == f->records.len || e->start > offset)
			return false;
		n = e->end - offset < size ? e->end - offset : size;
		offset += n;
		size -= n;
	}
	return true;
}

void vmc_file_trim(struct vmc_file *f)
{
	/* a private read-only mapping of a file: the pages come back on the next touch */
	if (f->map)
		madvise(f->map, f->raw.size, MADV_DONTNEED);
	memset(f->windows, 0, sizeof(f->windows));
	f->n_touched = 0;
}

struct vmc_error *vmc_file_keep(struct vmc_file *f, uint64_t offset, uint64_t size,
				struct vmc_arena *arena, struct vmc_bytes *ret)
{
	const uint8_t *p;
	void *buf = NULL;

	*ret = (struct vmc_bytes){ 0 };
	if (offset >= f->size || !size)
		return NULL;
	if (size > f->size - offset)
		size = f->size - offset;
	if (f->flattened) {
		/* holes of a stream take no bytes on disk: do not let them buy memory */
		if (size > f->raw.size)
			size = f->raw.size;
		buf = vmc_arena_alloc(arena, size);
		if (!buf)
			return vmc_error_no_memory();
	}
	p = vmc_file_view(f, offset, (size_t)size, buf);
	if (p)
		*ret = (struct vmc_bytes){ p, (size_t)size };
	return NULL;
}
