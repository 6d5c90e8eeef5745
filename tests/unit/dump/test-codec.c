/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make.h"

#include <string.h>

#include "dump/codec.h"

static const unsigned int bits[] = { VMC_CODEC_RAW, VMC_CODEC_ZLIB, VMC_CODEC_LZO, VMC_CODEC_SNAPPY,
				     VMC_CODEC_ZSTD };

static void names(void **state)
{
	(void)state;
	assert_string_equal(vmc_codec_name(VMC_CODEC_RAW), "raw");
	assert_string_equal(vmc_codec_name(VMC_CODEC_ZLIB), "zlib");
	assert_string_equal(vmc_codec_name(VMC_CODEC_LZO), "lzo");
	assert_string_equal(vmc_codec_name(VMC_CODEC_SNAPPY), "snappy");
	assert_string_equal(vmc_codec_name(VMC_CODEC_ZSTD), "zstd");
	assert_null(vmc_codec_name(8));
	assert_null(vmc_codec_name(3));
}

static void there_and_back(void **state)
{
	uint8_t page[4096], out[4096], back[4096];
	struct vmc_codecs *c;
	size_t n;

	(void)state;
	assert_ok(vmc_codecs_new(&c));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(bits); i++) {
		for (uint64_t pfn = 0; pfn < 8; pfn++) {
			enum vmc_code code;

			fill_page(page, sizeof(page), pfn);
			code = vmc_codec_encode(c, bits[i], (struct vmc_bytes){ page, 4096 }, out,
						4095, &n);
			/* noise does not shrink, and raw does not fit in less than a page */
			if (bits[i] == VMC_CODEC_RAW || pfn == 3) {
				assert_int_equal(code, VMC_LIMIT);
				continue;
			}
			assert_int_equal(code, VMC_OK);
			assert_true(n < 2048);
			assert_int_equal(vmc_codec_decode(c, bits[i], (struct vmc_bytes){ out, n },
							  back, 4096),
					 VMC_OK);
			assert_memory_equal(page, back, 4096);
		}
	}
	assert_int_equal(
		vmc_codec_encode(c, VMC_CODEC_RAW, (struct vmc_bytes){ page, 4096 }, out, 4096, &n),
		VMC_OK);
	vmc_codecs_free(c);
	vmc_codecs_free(NULL);
}

/* Whatever the bytes, no codec writes outside of the page, or says that a short one is whole. */
static void damage_is_noticed_and_contained(void **state)
{
	uint8_t page[4096], good[4096], bad[4096], *back = malloc(4096 + 16);
	uint64_t seed = 88172645463325252u;
	struct vmc_codecs *c;
	size_t n = 0;

	(void)state;
	assert_ok(vmc_codecs_new(&c));
	fill_page(page, sizeof(page), 1);
	for (size_t i = 1; i < VMC_ARRAY_SIZE(bits); i++) {
		assert_int_equal(vmc_codec_encode(c, bits[i], (struct vmc_bytes){ page, 4096 },
						  good, 4095, &n),
				 VMC_OK);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(vmc_codec_decode(c, bits[i],
							  (struct vmc_bytes){ good, cut }, back,
							  4096),
					 VMC_DAMAGED);
		/* a page of half the size is not this page */
		assert_int_equal(
			vmc_codec_decode(c, bits[i], (struct vmc_bytes){ good, n }, back, 2048),
			VMC_DAMAGED);
		assert_int_equal(
			vmc_codec_decode(c, bits[i], (struct vmc_bytes){ good, n }, back, 4097),
			VMC_DAMAGED);
		for (int round = 0; round < 2000; round++) {
			memcpy(bad, good, n);
			for (int k = 0; k < 3; k++) {
				seed ^= seed << 13;
				seed ^= seed >> 7;
				seed ^= seed << 17;
				bad[seed % n] = (uint8_t)(seed >> 40);
			}
			memset(back + 4096, 0x5a, 16);
			(void)vmc_codec_decode(c, bits[i], (struct vmc_bytes){ bad, n }, back,
					       4096);
			for (int k = 0; k < 16; k++)
				assert_int_equal(back[4096 + k], 0x5a);
		}
	}
	assert_int_equal(vmc_codec_decode(c, 0x40, (struct vmc_bytes){ good, n }, back, 4096),
			 VMC_DAMAGED);
	vmc_codecs_free(c);
	free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(damage_is_noticed_and_contained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
