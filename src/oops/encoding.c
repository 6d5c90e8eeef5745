/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/encoding.h"

#define SAMPLE_BYTES 4096
#define CHUNK_BYTES 4096
#define REPLACEMENT 0xfffd

enum order { ORDER_NONE, ORDER_LITTLE, ORDER_BIG };

/* Western text in UTF-16 is all zeros in the high bytes, and plain text has no zeros at all. */
static enum order order_of(const char *text, size_t size)
{
	size_t n = size < SAMPLE_BYTES ? size / 2 : SAMPLE_BYTES / 2, zeros[2] = { 0 };

	if (n && text[0] == '\xff' && text[1] == '\xfe')
		return ORDER_LITTLE;
	if (n && text[0] == '\xfe' && text[1] == '\xff')
		return ORDER_BIG;
	for (size_t i = 0; i < 2 * n; i++)
		zeros[i & 1] += !text[i];
	if (n >= 4 && !zeros[0] && zeros[1] >= n - n / 10)
		return ORDER_LITTLE;
	if (n >= 4 && !zeros[1] && zeros[0] >= n - n / 10)
		return ORDER_BIG;
	return ORDER_NONE;
}

bool vmc_log_is_utf16(const char *text, size_t size)
{
	return order_of(text, size) != ORDER_NONE;
}

static uint32_t unit_at(const char *text, enum order order, size_t i)
{
	unsigned char a = (unsigned char)text[2 * i], b = (unsigned char)text[2 * i + 1];

	return order == ORDER_LITTLE ? (uint32_t)(a | b << 8) : (uint32_t)(a << 8 | b);
}

/* Bytes of UTF-8 that c takes, written to out. */
static size_t put(char *out, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (n == 1) {
		out[0] = (char)c;
		return 1;
	}
	for (size_t i = n; i-- > 1; c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(0xf00 >> n | c);
	return n;
}

struct vmc_error *vmc_log_decode_utf16(const char *text, size_t size, struct vmc_str *ret)
{
	enum order order = order_of(text, size);
	size_t n = size / 2, used = 0;
	char chunk[CHUNK_BYTES];

	for (size_t i = 0; i < n; i++) {
		uint32_t c = unit_at(text, order, i);

		if (c == 0xfeff && !i)
			continue;
		if (c >= 0xd800 && c < 0xe000) {
			uint32_t low = i + 1 < n ? unit_at(text, order, i + 1) : 0;

			if (c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
				i++;
			} else {
				c = REPLACEMENT;
			}
		}
		used += put(chunk + used, c);
		if (used > CHUNK_BYTES - 4) {
			vmc_str_addn(ret, chunk, used);
			used = 0;
		}
	}
	vmc_str_addn(ret, chunk, used);
	return ret->failed ? vmc_error_no_memory() : NULL;
}
