/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * makedumpfile's flattened format (makedumpfile -F, IMPLEMENTATION; QEMU
 * dump-guest-memory -z, -l, -s; virsh dump --format kdump-*): a dump written
 * as a stream, where the writer could not seek. All numbers are big-endian.
 *
 *	0        "makedumpfile\0\0\0\0"  i64 type = 1  i64 version = 1
 *	4096     record: i64 offset, i64 size, then `size` bytes that belong at
 *	         `offset` of the real file
 *	...      more records, in the order of writing: later ones win
 *	         i64 -1, i64 -1: end
 *
 * Bytes that no record holds are zero, as in a sparse file. The index is built
 * from the record headers alone; data is not read.
 */
#include "dump/file.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FLAT_MAGIC "makedumpfile\0\0\0"
#define FLAT_HEADER 4096u
#define FLAT_TYPE 1
#define FLAT_VERSION 1
#define RECORD_HEADER 16u

bool vmc_flattened_match(struct vmc_file *f)
{
	uint8_t buf[sizeof(FLAT_MAGIC)];
	const uint8_t *p = vmc_file_raw_view(f, 0, sizeof(FLAT_MAGIC), buf);

	return p && !memcmp(p, FLAT_MAGIC, sizeof(FLAT_MAGIC));
}

static struct vmc_error *check_header(struct vmc_file *f)
{
	uint64_t type, version;
	uint8_t buf[16];
	const uint8_t *p = vmc_file_raw_view(f, 16, sizeof(buf), buf);

	if (f->raw_size < FLAT_HEADER || !p)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "flattened dump of %" PRIu64
				     " bytes is cut off within its header",
				     f->raw_size);
	type = vmc_be64(p);
	version = vmc_be64(p + 8);
	if (type != FLAT_TYPE || version != FLAT_VERSION)
		return vmc_error_new(VMC_UNSUPPORTED,
				     "flattened dump of type %" PRIu64 ", version %" PRIu64
				     "; known is type 1, version 1",
				     type, version);
	return NULL;
}

__attribute__((__format__(__printf__, 2, 3))) static void set_cut(struct vmc_file *f,
								  const char *fmt, ...)
{
	va_list ap;

	f->cut = true;
	va_start(ap, fmt);
	vsnprintf(f->cut_why, sizeof(f->cut_why), fmt, ap);
	va_end(ap);
}

struct vmc_error *vmc_flattened_index(struct vmc_file *f)
{
	uint64_t at = FLAT_HEADER, offset, size, left;
	uint8_t header[RECORD_HEADER];

	VMC_TRY(check_header(f));
	f->size = 0;
	for (size_t n = 0;; n++) {
		/* records lie far apart: keeping blocks would only cost */
		if (!vmc_file_raw_read(f, at, RECORD_HEADER, header)) {
			if (f->io_error)
				return vmc_error_os(f->io_error, "record %zu of the flattened file",
						    n);
			set_cut(f,
				"the flattened file ends after %zu records without an end record",
				n);
			break;
		}
		offset = vmc_be64(header);
		size = vmc_be64(header + 8);
		if (offset == UINT64_MAX && size == UINT64_MAX)
			break;
		at += RECORD_HEADER;
		if (offset > INT64_MAX || size > INT64_MAX || offset + size > INT64_MAX) {
			set_cut(f,
				"record %zu of the flattened file, at byte %" PRIu64
				", is no record: what follows is lost",
				n, at - RECORD_HEADER);
			break;
		}
		left = f->raw_size - at;
		if (size > left) {
			set_cut(f,
				"the flattened file ends within record %zu, at %" PRIu64
				" of its %" PRIu64 " bytes",
				n, left, size);
			size = left;
		}
		if (size &&
		    !vmc_vec_push(&f->records, (struct vmc_extent){ offset, offset + size, at }))
			return vmc_error_no_memory();
		if (size && offset + size > f->size)
			f->size = offset + size;
		if (f->cut)
			break;
		at += size;
	}
	if (!vmc_extents_settle(&f->records, VMC_HIGHER_POS_WINS))
		return vmc_error_no_memory();
	return NULL;
}

const uint8_t *vmc_flattened_get(struct vmc_file *f, vmc_file_getter *raw, uint64_t offset,
				 size_t size, void *buf)
{
	const struct vmc_extents *x = &f->records;
	size_t i = vmc_extents_find(x, offset, f->last_record);
	uint8_t *out = buf;

	f->last_record = i;
	if (i < x->len && x->data[i].start <= offset && size <= x->data[i].end - offset)
		return raw(f, x->data[i].pos + (offset - x->data[i].start), size, buf);
	memset(out, 0, size);
	for (; i < x->len && x->data[i].start < offset + size; i++) {
		const struct vmc_extent *e = &x->data[i];
		uint64_t from = e->start > offset ? e->start : offset;
		uint64_t to = e->end < offset + size ? e->end : offset + size;
		uint8_t *place = out + (from - offset);
		const uint8_t *p;

		p = raw(f, e->pos + (from - e->start), (size_t)(to - from), place);
		if (!p)
			return NULL;
		if (p != place)
			memcpy(place, p, (size_t)(to - from));
		f->last_record = i;
	}
	return out;
}
