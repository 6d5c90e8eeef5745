/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LEB128 numbers out of a bounded cursor. Bits beyond 64 are dropped, as consumers of DWARF do;
 * a number that does not end sets the cursor's overrun.
 */
#ifndef VMC_DEBUG_LEB128_H
#define VMC_DEBUG_LEB128_H

#include "base/bytes.h"

static inline uint64_t vmc_cursor_leb128(struct vmc_cursor *c, bool is_signed)
{
	uint64_t v = 0;
	unsigned int shift = 0;
	uint8_t b;

	do {
		b = vmc_cursor_u8(c);
		if (shift < 64)
			v |= (uint64_t)(b & 0x7f) << shift;
		shift += shift < 64 ? 7 : 0;
	} while (b & 0x80);
	if (is_signed && b & 0x40 && shift < 64)
		v |= UINT64_MAX << shift;
	return v;
}

static inline uint64_t vmc_cursor_uleb(struct vmc_cursor *c)
{
	return vmc_cursor_leb128(c, false);
}

static inline int64_t vmc_cursor_sleb(struct vmc_cursor *c)
{
	return (int64_t)vmc_cursor_leb128(c, true);
}

#endif
