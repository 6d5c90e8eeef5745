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

bool vmc_flattened_match(struct vmc_bytes raw)
{
	return raw.size >= sizeof(FLAT_MAGIC) && !memcmp(raw.data, FLAT_MAGIC, sizeof(FLAT_MAGIC));
}

static struct vmc_error *check_header(struct vmc_bytes raw)
{
	uint64_t type, version;

	if (raw.size < FLAT_HEADER)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "flattened dump of %zu bytes is cut off within its header",
				     raw.size);
	type = vmc_be64(raw.data + 16);
	version = vmc_be64(raw.data + 24);
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

	VMC_TRY(check_header(f->raw));
	f->size = 0;
	for (size_t n = 0;; n++) {
		if (!vmc_range_ok(at, RECORD_HEADER, f->raw.size)) {
			set_cut(f,
				"the flattened file ends after %zu records without an end record",
				n);
			break;
		}
		vmc_file_touch(f, at);
		offset = vmc_be64(f->raw.data + at);
		size = vmc_be64(f->raw.data + at + 8);
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
		left = f->raw.size - at;
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

const uint8_t *vmc_flattened_view(struct vmc_file *f, uint64_t offset, size_t size, void *buf)
{
	const struct vmc_extents *x = &f->records;
	size_t i = vmc_extents_find(x, offset, f->last_record);
	uint8_t *out = buf;

	f->last_record = i;
	if (i < x->len && x->data[i].start <= offset && size <= x->data[i].end - offset) {
		uint64_t raw = x->data[i].pos + (offset - x->data[i].start);

		vmc_file_touch(f, raw);
		return f->raw.data + raw;
	}
	memset(out, 0, size);
	for (; i < x->len && x->data[i].start < offset + size; i++) {
		const struct vmc_extent *e = &x->data[i];
		uint64_t from = e->start > offset ? e->start : offset;
		uint64_t to = e->end < offset + size ? e->end : offset + size;
		uint64_t raw = e->pos + (from - e->start);

		vmc_file_touch(f, raw);
		memcpy(out + (from - offset), f->raw.data + raw, (size_t)(to - from));
		f->last_record = i;
	}
	return out;
}
