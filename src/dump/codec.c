/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/codec.h"

#include <libdeflate.h>
#include <lzo/lzo1x.h>
#include <snappy-c.h>
#include <string.h>
#include <zstd.h>

/* Pages are written once and mailed around: worth some time, not much. */
#define ZLIB_LEVEL 12
#define ZSTD_LEVEL 19

struct vmc_codecs {
	struct libdeflate_decompressor *inflate;
	struct libdeflate_compressor *deflate;
	ZSTD_DCtx *unzstd;
	ZSTD_CCtx *zstd;
	void *lzo_work;
	uint8_t *scratch; /* encoders that need room for the worst case */
	size_t scratch_size;
};

struct codec {
	unsigned int bit;
	const char *name;
	enum vmc_code (*decode)(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				size_t size);
	enum vmc_code (*encode)(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				size_t room, size_t *ret_size);
};

static enum vmc_code raw_decode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				size_t size)
{
	(void)c;
	if (in.size != size)
		return VMC_DAMAGED;
	memcpy(out, in.data, size);
	return VMC_OK;
}

static enum vmc_code raw_encode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				size_t room, size_t *ret_size)
{
	(void)c;
	if (in.size > room)
		return VMC_LIMIT;
	memcpy(out, in.data, in.size);
	*ret_size = in.size;
	return VMC_OK;
}

/* libdeflate takes half the time of zlib for a page, and checks the Adler-32 as well. */
static enum vmc_code zlib_decode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				 size_t size)
{
	if (!c->inflate && !(c->inflate = libdeflate_alloc_decompressor()))
		return VMC_NO_MEMORY;
	/* without a place for the real size, a short output is an error */
	if (libdeflate_zlib_decompress(c->inflate, in.data, in.size, out, size, NULL) !=
	    LIBDEFLATE_SUCCESS)
		return VMC_DAMAGED;
	return VMC_OK;
}

static enum vmc_code zlib_encode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				 size_t room, size_t *ret_size)
{
	if (!c->deflate && !(c->deflate = libdeflate_alloc_compressor(ZLIB_LEVEL)))
		return VMC_NO_MEMORY;
	*ret_size = libdeflate_zlib_compress(c->deflate, in.data, in.size, out, room);
	return *ret_size ? VMC_OK : VMC_LIMIT;
}

/* Room for an encoder that cannot be told where to stop. */
static bool need_scratch(struct vmc_codecs *c, size_t size)
{
	uint8_t *p;

	if (c->scratch_size >= size)
		return true;
	p = realloc(c->scratch, size);
	if (!p)
		return false;
	c->scratch = p;
	c->scratch_size = size;
	return true;
}

static enum vmc_code from_scratch(const struct vmc_codecs *c, size_t size, uint8_t *out,
				  size_t room, size_t *ret_size)
{
	if (size > room)
		return VMC_LIMIT;
	memcpy(out, c->scratch, size);
	*ret_size = size;
	return VMC_OK;
}

static enum vmc_code lzo_decode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				size_t size)
{
	lzo_uint n = size;

	(void)c;
	if (lzo1x_decompress_safe(in.data, in.size, out, &n, NULL) != LZO_E_OK || n != size)
		return VMC_DAMAGED;
	return VMC_OK;
}

static enum vmc_code lzo_encode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				size_t room, size_t *ret_size)
{
	lzo_uint n;

	/* worst case by the LZO FAQ */
	if (!need_scratch(c, in.size + in.size / 16 + 64 + 3))
		return VMC_NO_MEMORY;
	if (!c->lzo_work && !(c->lzo_work = malloc(LZO1X_1_MEM_COMPRESS)))
		return VMC_NO_MEMORY;
	n = c->scratch_size;
	if (lzo1x_1_compress(in.data, in.size, c->scratch, &n, c->lzo_work) != LZO_E_OK)
		return VMC_LIMIT;
	return from_scratch(c, n, out, room, ret_size);
}

static enum vmc_code snappy_decode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				   size_t size)
{
	size_t n;

	(void)c;
	/* the data carry their own size: believed only when it is the page's */
	if (snappy_uncompressed_length((const char *)in.data, in.size, &n) != SNAPPY_OK ||
	    n != size)
		return VMC_DAMAGED;
	if (snappy_uncompress((const char *)in.data, in.size, (char *)out, &n) != SNAPPY_OK)
		return VMC_DAMAGED;
	return VMC_OK;
}

static enum vmc_code snappy_encode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				   size_t room, size_t *ret_size)
{
	size_t n = snappy_max_compressed_length(in.size);

	if (!need_scratch(c, n))
		return VMC_NO_MEMORY;
	if (snappy_compress((const char *)in.data, in.size, (char *)c->scratch, &n) != SNAPPY_OK)
		return VMC_LIMIT;
	return from_scratch(c, n, out, room, ret_size);
}

static enum vmc_code zstd_decode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				 size_t size)
{
	if (!c->unzstd && !(c->unzstd = ZSTD_createDCtx()))
		return VMC_NO_MEMORY;
	/* an error code is a huge number, so it is not the size either */
	if (ZSTD_decompressDCtx(c->unzstd, out, size, in.data, in.size) != size)
		return VMC_DAMAGED;
	return VMC_OK;
}

static enum vmc_code zstd_encode(struct vmc_codecs *c, struct vmc_bytes in, uint8_t *out,
				 size_t room, size_t *ret_size)
{
	size_t n;

	if (!c->zstd && !(c->zstd = ZSTD_createCCtx()))
		return VMC_NO_MEMORY;
	n = ZSTD_compressCCtx(c->zstd, out, room, in.data, in.size, ZSTD_LEVEL);
	if (ZSTD_isError(n))
		return VMC_LIMIT;
	*ret_size = n;
	return VMC_OK;
}

static const struct codec codecs[] = {
	{ VMC_CODEC_RAW, "raw", raw_decode, raw_encode },
	{ VMC_CODEC_ZLIB, "zlib", zlib_decode, zlib_encode },
	{ VMC_CODEC_LZO, "lzo", lzo_decode, lzo_encode },
	{ VMC_CODEC_SNAPPY, "snappy", snappy_decode, snappy_encode },
	{ VMC_CODEC_ZSTD, "zstd", zstd_decode, zstd_encode },
};

static const struct codec *find_codec(unsigned int bit)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(codecs); i++) {
		if (codecs[i].bit == bit)
			return &codecs[i];
	}
	return NULL;
}

const char *vmc_codec_name(unsigned int codec)
{
	const struct codec *k = find_codec(codec);

	return k ? k->name : NULL;
}

struct vmc_error *vmc_codecs_new(struct vmc_codecs **ret)
{
	struct vmc_codecs *c;

	if (lzo_init() != LZO_E_OK)
		return vmc_error_new(VMC_UNSUPPORTED, "the LZO library does not fit this program");
	c = calloc(1, sizeof(*c));
	if (!c)
		return vmc_error_no_memory();
	*ret = c;
	return NULL;
}

void vmc_codecs_free(struct vmc_codecs *c)
{
	if (!c)
		return;
	if (c->inflate)
		libdeflate_free_decompressor(c->inflate);
	if (c->deflate)
		libdeflate_free_compressor(c->deflate);
	ZSTD_freeDCtx(c->unzstd);
	ZSTD_freeCCtx(c->zstd);
	free(c->lzo_work);
	free(c->scratch);
	free(c);
}

enum vmc_code vmc_codec_decode(struct vmc_codecs *c, unsigned int codec, struct vmc_bytes in,
			       uint8_t *out, size_t size)
{
	const struct codec *k = find_codec(codec);

	return k && in.size ? k->decode(c, in, out, size) : VMC_DAMAGED;
}

enum vmc_code vmc_codec_encode(struct vmc_codecs *c, unsigned int codec, struct vmc_bytes in,
			       uint8_t *out, size_t room, size_t *ret_size)
{
	const struct codec *k = find_codec(codec);

	return k ? k->encode(c, in, out, room, ret_size) : VMC_USAGE;
}
