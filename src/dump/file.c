/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/str.h"

static struct vmc_error *resolve_layers(struct vmc_file *f)
{
	f->size = f->raw_size;
	if (!vmc_flattened_match(f))
		return NULL;
	f->flattened = true;
	return vmc_flattened_index(f);
}

struct vmc_error *vmc_file_open(const char *path, struct vmc_file *ret)
{
	vmc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct vmc_file f = { .fd = -1 };
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
	f.raw_size = (uint64_t)st.st_size;
	f.fd = fd;
	fd = -1;
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
	struct vmc_file f = { .fd = -1, .memory = bytes.data, .raw_size = bytes.size };
	struct vmc_error *err;

	if (!bytes.size)
		return vmc_error_new(VMC_NOT_FORMAT, "the file is empty");
	err = resolve_layers(&f);
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
	free(f->blocks);
	free(f->ahead);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct vmc_file){ .fd = -1 };
}

bool vmc_file_raw_read(struct vmc_file *f, uint64_t offset, size_t size, void *buf)
{
	uint8_t *out = buf;

	if (!vmc_range_ok(offset, size, f->raw_size))
		return false;
	if (f->memory) {
		memcpy(buf, f->memory + offset, size);
		return true;
	}
	while (size) {
		ssize_t n = pread(f->fd, out, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			/* 0: the file has become shorter since it was opened */
			f->io_error = n < 0 ? errno : ESTALE;
			return false;
		}
		out += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return true;
}

/* The block, read in if need be; NULL when that fails. */
static const uint8_t *get_block(struct vmc_file *f, uint64_t number)
{
	size_t slot = number % VMC_FILE_BLOCKS;
	uint64_t at = number * VMC_FILE_BLOCK;
	size_t size =
		f->raw_size - at < VMC_FILE_BLOCK ? (size_t)(f->raw_size - at) : VMC_FILE_BLOCK;
	uint8_t *p;

	if (!f->blocks && !(f->blocks = malloc((size_t)VMC_FILE_BLOCKS * VMC_FILE_BLOCK)))
		return NULL;
	p = f->blocks + slot * VMC_FILE_BLOCK;
	if (f->block_at[slot] == number + 1)
		return p;
	f->block_at[slot] = 0;
	if (!vmc_file_raw_read(f, at, size, p))
		return NULL;
	f->block_at[slot] = number + 1;
	return p;
}

const uint8_t *vmc_file_raw_view(struct vmc_file *f, uint64_t offset, size_t size, void *buf)
{
	size_t within = (size_t)(offset % VMC_FILE_BLOCK);
	const uint8_t *p;

	if (!vmc_range_ok(offset, size, f->raw_size))
		return NULL;
	if (f->memory)
		return f->memory + offset;
	if (size <= VMC_FILE_BLOCK - within) {
		p = get_block(f, offset / VMC_FILE_BLOCK);
		return p ? p + within : NULL;
	}
	return vmc_file_raw_read(f, offset, size, buf) ? buf : NULL;
}

/* Reads ahead from `offset`; false when memory is out or the read fails. */
static bool fill_ahead(struct vmc_file *f, uint64_t offset)
{
	uint64_t left = f->raw_size - offset;
	size_t size = left < VMC_FILE_AHEAD ? (size_t)left : VMC_FILE_AHEAD;

	f->ahead_size = 0;
	if (!f->ahead && !(f->ahead = malloc(VMC_FILE_AHEAD)))
		return false;
	if (!vmc_file_raw_read(f, offset, size, f->ahead))
		return false;
	f->ahead_at = offset;
	f->ahead_size = size;
	return true;
}

const uint8_t *vmc_file_raw_data(struct vmc_file *f, uint64_t offset, size_t size, void *buf)
{
	bool sequential = offset == f->next_data;

	if (!vmc_range_ok(offset, size, f->raw_size))
		return NULL;
	if (f->memory)
		return f->memory + offset;
	f->next_data = offset + size;
	if (offset >= f->ahead_at && vmc_range_ok(offset - f->ahead_at, size, f->ahead_size))
		return f->ahead + (offset - f->ahead_at);
	if (sequential && size < VMC_FILE_AHEAD && fill_ahead(f, offset))
		return f->ahead;
	return vmc_file_raw_read(f, offset, size, buf) ? buf : NULL;
}

static const uint8_t *get(struct vmc_file *f, vmc_file_getter *raw, uint64_t offset, size_t size,
			  void *buf)
{
	if (!vmc_range_ok(offset, size, f->size))
		return NULL;
	if (f->flattened)
		return vmc_flattened_get(f, raw, offset, size, buf);
	return raw(f, offset, size, buf);
}

const uint8_t *vmc_file_view(struct vmc_file *f, uint64_t offset, size_t size, void *buf)
{
	return get(f, vmc_file_raw_view, offset, size, buf);
}

const uint8_t *vmc_file_data(struct vmc_file *f, uint64_t offset, size_t size, void *buf)
{
	return get(f, vmc_file_raw_data, offset, size, buf);
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

struct vmc_error *vmc_file_keep(struct vmc_file *f, uint64_t offset, uint64_t size,
				struct vmc_arena *arena, struct vmc_bytes *ret)
{
	const uint8_t *p;
	uint8_t *buf;

	*ret = (struct vmc_bytes){ 0 };
	if (offset >= f->size || !size)
		return NULL;
	if (size > f->size - offset)
		size = f->size - offset;
	/* holes of a stream take no bytes on disk: do not let them buy memory */
	if (size > f->raw_size)
		size = f->raw_size;
	buf = vmc_arena_alloc(arena, (size_t)size);
	if (!buf)
		return vmc_error_no_memory();
	p = vmc_file_view(f, offset, (size_t)size, buf);
	if (!p)
		return vmc_error_os(f->io_error ? f->io_error : EIO, "%zu bytes at %llu",
				    (size_t)size, (unsigned long long)offset);
	if (p != buf)
		memcpy(buf, p, (size_t)size);
	*ret = (struct vmc_bytes){ buf, (size_t)size };
	return NULL;
}
