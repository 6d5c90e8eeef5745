/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Give me these bytes of an address space", as a callback: this is how rooms
 * of one rank (machine, debug) get bytes without knowing where they come from,
 * and how they are tested without a dump.
 */
#ifndef VMC_BASE_READER_H
#define VMC_BASE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

struct vmc_reader {
	/* Fills all of buf or fails; on failure buf's contents are undefined. */
	struct vmc_error *(*read)(void *ctx, uint64_t addr, void *buf, size_t size);
	void *ctx;
};

static inline struct vmc_error *vmc_read(const struct vmc_reader *r, uint64_t addr, void *buf,
					 size_t size)
{
	return r->read(r->ctx, addr, buf, size);
}

static inline struct vmc_error *vmc_read_u32(const struct vmc_reader *r, uint64_t addr,
					     uint32_t *ret)
{
	uint8_t b[4];

	VMC_TRY(r->read(r->ctx, addr, b, sizeof(b)));
	*ret = vmc_le32(b);
	return NULL;
}

static inline struct vmc_error *vmc_read_u64(const struct vmc_reader *r, uint64_t addr,
					     uint64_t *ret)
{
	uint8_t b[8];

	VMC_TRY(r->read(r->ctx, addr, b, sizeof(b)));
	*ret = vmc_le64(b);
	return NULL;
}

#endif
