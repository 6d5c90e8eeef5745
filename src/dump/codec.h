/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compression methods of kdump pages. To add one: a row in the table of
 * codec.c, its bit in enum vmc_codec of dump.h, and its library in meson.build.
 */
#ifndef VMC_DUMP_CODEC_H
#define VMC_DUMP_CODEC_H

#include "dump/dump.h"

/* All bits of page flags that name a codec. */
#define VMC_CODEC_MASK                                                \
	((unsigned int)VMC_CODEC_ZLIB | (unsigned int)VMC_CODEC_LZO | \
	 (unsigned int)VMC_CODEC_SNAPPY | (unsigned int)VMC_CODEC_ZSTD)

/* Working memory of the libraries, allocated when first needed. */
struct vmc_codecs;

struct vmc_error *vmc_codecs_new(struct vmc_codecs **ret) VMC_MUST_CHECK;
void vmc_codecs_free(struct vmc_codecs *c);

/*
 * Decodes `in` to exactly `size` bytes at `out`, never writing beyond them.
 * VMC_DAMAGED when the data do not decode to that size; VMC_NO_MEMORY.
 * `codec` is exactly one bit, or VMC_CODEC_RAW.
 */
enum vmc_code vmc_codec_decode(struct vmc_codecs *c, unsigned int codec, struct vmc_bytes in,
			       uint8_t *out, size_t size);

/*
 * Encodes; *ret_size bytes at `out`, which has room for `room`. VMC_LIMIT when the
 * result does not fit: the caller stores the page raw then, so room is one less than a page.
 */
enum vmc_code vmc_codec_encode(struct vmc_codecs *c, unsigned int codec, struct vmc_bytes in,
			       uint8_t *out, size_t room, size_t *ret_size);

#endif
