/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded view of bytes, and a cursor that cannot leave it. No structure is
 * ever laid over bytes of a dump: every field goes through these functions.
 *
 * All loads are little-endian unless the name ends in _be. Reading outside
 * the view yields 0 and sets the sticky `overrun` flag of a cursor, so a
 * parser reads a whole header straight and checks once.
 */
#ifndef VMC_BASE_BYTES_H
#define VMC_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes; `data` may be NULL only when size is 0. */
struct vmc_bytes {
	const uint8_t *data;
	size_t size;
};

/* True when [offset, offset + size) lies inside a range of `total` bytes. */
static inline bool vmc_range_ok(uint64_t offset, uint64_t size, uint64_t total)
{
	return offset <= total && size <= total - offset;
}

/* The sub-view [offset, offset + size), or an empty one where it does not fit. */
static inline struct vmc_bytes vmc_bytes_sub(struct vmc_bytes b, uint64_t offset, uint64_t size)
{
	if (!vmc_range_ok(offset, size, b.size))
		return (struct vmc_bytes){ 0 };
	return (struct vmc_bytes){ b.data + offset, (size_t)size };
}

/* Unaligned loads; the caller has made sure that the bytes are there. */
static inline uint16_t vmc_le16(const void *p)
{
	const uint8_t *b = p;
	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t vmc_le32(const void *p)
{
	const uint8_t *b = p;
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t vmc_le64(const void *p)
{
	const uint8_t *b = p;
	return vmc_le32(b) | (uint64_t)vmc_le32(b + 4) << 32;
}

static inline uint64_t vmc_be64(const void *p)
{
	return __builtin_bswap64(vmc_le64(p));
}

struct vmc_cursor {
	struct vmc_bytes bytes;
	size_t pos;   /* next byte; never beyond bytes.size */
	bool overrun; /* a read did not fit: everything since is 0 */
};

static inline struct vmc_cursor vmc_cursor_at(struct vmc_bytes b, uint64_t pos)
{
	struct vmc_cursor c = { .bytes = b, .pos = (size_t)pos };

	if (pos > b.size) {
		c.pos = b.size;
		c.overrun = true;
	}
	return c;
}

/* Pointer to the next `size` bytes, which are then consumed; NULL on overrun. */
static inline const uint8_t *vmc_cursor_take(struct vmc_cursor *c, uint64_t size)
{
	const uint8_t *p;

	if (c->overrun || size > c->bytes.size - c->pos) {
		c->overrun = true;
		return NULL;
	}
	p = c->bytes.data + c->pos;
	c->pos += (size_t)size;
	return p;
}

static inline uint8_t vmc_cursor_u8(struct vmc_cursor *c)
{
	const uint8_t *p = vmc_cursor_take(c, 1);
	return p ? *p : 0;
}

static inline uint16_t vmc_cursor_u16(struct vmc_cursor *c)
{
	const uint8_t *p = vmc_cursor_take(c, 2);
	return p ? vmc_le16(p) : 0;
}

static inline uint32_t vmc_cursor_u32(struct vmc_cursor *c)
{
	const uint8_t *p = vmc_cursor_take(c, 4);
	return p ? vmc_le32(p) : 0;
}

static inline uint64_t vmc_cursor_u64(struct vmc_cursor *c)
{
	const uint8_t *p = vmc_cursor_take(c, 8);
	return p ? vmc_le64(p) : 0;
}

/* NUL-terminated string inside the view, or NULL where there is no NUL before its end. */
static inline const char *vmc_bytes_str(struct vmc_bytes b, uint64_t offset)
{
	if (offset >= b.size || !memchr(b.data + offset, 0, b.size - (size_t)offset))
		return NULL;
	return (const char *)b.data + offset;
}

#endif
