/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the loader and the finder of kallsyms tables share: the two encodings
 * that are read record by record.
 */
#ifndef VMC_DEBUG_KALLSYMS_INTERNAL_H
#define VMC_DEBUG_KALLSYMS_INTERNAL_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

/* Caps of kallsyms.h; a large distribution kernel has 0.2 million symbols and 3 MiB of names. */
#define VMC_KALLSYMS_MAX (4u << 20)
#define VMC_KALLSYMS_NAMES_MAX ((size_t)64 << 20)
/* token_index: one u16 for each value of a byte. */
#define VMC_KALLSYMS_TOKENS 256u
#define VMC_KALLSYMS_INDEX_SIZE (VMC_KALLSYMS_TOKENS * 2u)

/* How the address of a symbol is kept; see kallsyms.h. */
enum vmc_kallsyms_encoding {
	VMC_KALLSYMS_ADDRESS,
	VMC_KALLSYMS_PERCPU,
	VMC_KALLSYMS_BASE,
	VMC_KALLSYMS_PLACE,
	VMC_KALLSYMS_ENCODINGS,
};

/* The table of addresses as it lies in memory. */
struct vmc_kallsyms_values {
	const uint8_t *data; /* u64 each where VMC_KALLSYMS_ADDRESS, else i32 */
	uint64_t place;	     /* address of data in the kernel */
	uint64_t base;	     /* kallsyms_relative_base, 0 without one */
};

/* kallsyms_sym_address() of kernel/kallsyms.c, in its several ages. */
static inline uint64_t vmc_kallsyms_address(const struct vmc_kallsyms_values *v,
					    enum vmc_kallsyms_encoding encoding, size_t i)
{
	uint32_t off;

	if (encoding == VMC_KALLSYMS_ADDRESS)
		return vmc_le64(v->data + i * 8);
	off = vmc_le32(v->data + i * 4);
	if (encoding == VMC_KALLSYMS_BASE)
		return v->base + off;
	if (encoding == VMC_KALLSYMS_PLACE)
		return v->place + i * 4 + (uint64_t)(int64_t)(int32_t)off;
	if ((int32_t)off >= 0)
		return off;
	return v->base - 1 - (uint64_t)(int64_t)(int32_t)off;
}

enum vmc_kallsyms_step {
	VMC_KALLSYMS_RECORD,
	VMC_KALLSYMS_MORE, /* the bytes end before the record does */
	VMC_KALLSYMS_BAD,  /* no such record: it has no token, or more than any name */
};

/* No record is longer: twice KSYM_NAME_LEN (512 from 6.1 on). */
#define VMC_KALLSYMS_RECORD_MAX 1024u

/*
 * Steps over the length of the record at *pos, whose tokens are then the
 * *ret_len bytes from *pos on. Where it fails *pos is undefined. `wide`: a first byte
 * with bit 7 is followed by another (Linux 6.1, commit 73bbb94466fd).
 */
static inline enum vmc_kallsyms_step vmc_kallsyms_record(struct vmc_bytes names, size_t *pos,
							 bool wide, size_t *ret_len)
{
	size_t len;

	if (*pos >= names.size)
		return VMC_KALLSYMS_MORE;
	len = names.data[(*pos)++];
	if (wide && len & 0x80) {
		if (*pos >= names.size)
			return VMC_KALLSYMS_MORE;
		len = (len & 0x7f) | (size_t)names.data[(*pos)++] << 7;
	}
	if (!len || len > VMC_KALLSYMS_RECORD_MAX)
		return VMC_KALLSYMS_BAD;
	*ret_len = len;
	return len <= names.size - *pos ? VMC_KALLSYMS_RECORD : VMC_KALLSYMS_MORE;
}

/*
 * Reads as much of [addr, addr + size) as is there in one piece from its
 * start, page by page; `ret_error` says why the rest is not (NULL when all was
 * read). `fine`: also the part of a page before the end of memory.
 */
size_t vmc_kallsyms_read(const struct vmc_reader *mem, uint64_t addr, uint8_t *buf, size_t size,
			 bool fine, struct vmc_error **ret_error);

#endif
