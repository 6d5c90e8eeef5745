/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "dump/cache.h"

static void put(struct vmc_cache *c, uint64_t key)
{
	uint8_t *p = vmc_cache_take(c, key);

	assert_non_null(p);
	memcpy(p, &key, sizeof(key));
}

static bool has(struct vmc_cache *c, uint64_t key)
{
	uint8_t *p = vmc_cache_get(c, key);

	if (p)
		assert_memory_equal(p, &key, sizeof(key));
	return p != NULL;
}

static void holds_its_number_of_pages(void **state)
{
	struct vmc_cache *c;
	unsigned int n = 0;

	(void)state;
	assert_ok(vmc_cache_new(4096, 100 * 4096, &c));
	assert_false(has(c, 0));
	for (uint64_t k = 0; k < 1000; k++)
		put(c, k << 20);
	for (uint64_t k = 0; k < 1000; k++)
		n += has(c, k << 20);
	assert_int_equal(n, 100);
	assert_true(has(c, (uint64_t)999 << 20));
	vmc_cache_free(c);
}

/* What is asked for again and again survives a scan. */
static void used_pages_stay(void **state)
{
	struct vmc_cache *c;

	(void)state;
	assert_ok(vmc_cache_new(4096, 64 * 4096, &c));
	for (uint64_t k = 0; k < 10; k++)
		put(c, k);
	for (uint64_t k = 1000; k < 11000; k++) {
		put(c, k);
		for (uint64_t hot = 0; hot < 10; hot++)
			assert_true(has(c, hot));
	}
	vmc_cache_free(c);
}

static void a_page_that_failed_is_forgotten(void **state)
{
	struct vmc_cache *c;

	(void)state;
	/* never fewer than four pages, however big */
	assert_ok(vmc_cache_new(1 << 20, 1, &c));
	for (uint64_t k = 0; k < 4; k++)
		put(c, k);
	assert_non_null(vmc_cache_take(c, 9));
	vmc_cache_drop_last(c);
	vmc_cache_drop_last(c);
	assert_false(has(c, 9));
	put(c, 9);
	assert_true(has(c, 9));
	vmc_cache_free(c);
	vmc_cache_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_its_number_of_pages),
		cmocka_unit_test(used_pages_stay),
		cmocka_unit_test(a_page_that_failed_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
