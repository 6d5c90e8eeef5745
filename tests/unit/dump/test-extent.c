/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "dump/extent.h"

#define SPACE 200u

/* Compares with painting the extents byte by byte, losers first. */
static void overlaps_as_if_painted(void **state)
{
	uint64_t seed = 88172645463325252u;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		enum vmc_extent_winner winner =
			round % 2 ? VMC_LOWER_POS_WINS : VMC_HIGHER_POS_WINS;
		struct vmc_extents x = { 0 };
		uint64_t owner[SPACE], best[SPACE];
		bool covered[SPACE] = { false };

		for (int i = 0; i < 1 + round % 20; i++) {
			uint64_t start, size, pos = (uint64_t)(i * 7 % 20) * 1000;

			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			start = seed % (SPACE - 50);
			size = 1 + (seed >> 32) % 50;
			if (!vmc_vec_push(&x, (struct vmc_extent){ start, start + size, pos }))
				fail();
		}
		/* pos of a cut extent moves on with its start; the rule goes by what it was */
		for (uint64_t at = 0; at < SPACE; at++) {
			for (size_t i = 0; i < x.len; i++) {
				const struct vmc_extent *e = &x.data[i];
				bool better = winner == VMC_HIGHER_POS_WINS ? e->pos > best[at]
									    : e->pos < best[at];

				if (at < e->start || at >= e->end || (covered[at] && !better))
					continue;
				covered[at] = true;
				best[at] = e->pos;
				owner[at] = e->pos + (at - e->start);
			}
		}
		assert_true(vmc_extents_settle(&x, winner));
		for (size_t i = 1; i < x.len; i++)
			assert_true(x.data[i - 1].end <= x.data[i].start);
		for (uint64_t at = 0; at < SPACE; at++) {
			size_t i = vmc_extents_find(&x, at, (size_t)(seed % 30));
			bool in = i < x.len && x.data[i].start <= at;

			assert_int_equal(in, covered[at]);
			if (in) {
				assert_true(at < x.data[i].end);
				assert_int_equal(x.data[i].pos + (at - x.data[i].start), owner[at]);
			}
		}
		vmc_extents_deinit(&x);
	}
}

static void nothing_and_the_ends_of_the_space(void **state)
{
	struct vmc_extents x = { 0 };

	(void)state;
	assert_true(vmc_extents_settle(&x, VMC_LOWER_POS_WINS));
	assert_int_equal(vmc_extents_find(&x, 0, 5), 0);
	assert_true(vmc_vec_push(&x, (struct vmc_extent){ UINT64_MAX - 1, UINT64_MAX, 7 }));
	assert_true(vmc_vec_push(&x, (struct vmc_extent){ 0, UINT64_MAX, VMC_EXTENT_NOWHERE }));
	assert_true(vmc_extents_settle(&x, VMC_LOWER_POS_WINS));
	assert_int_equal(x.len, 2);
	assert_int_equal(x.data[0].pos, VMC_EXTENT_NOWHERE);
	assert_int_equal(x.data[1].pos, 7);
	assert_int_equal(vmc_extents_find(&x, UINT64_MAX - 1, 0), 1);
	assert_int_equal(vmc_extents_find(&x, UINT64_MAX, 0), 2);
	vmc_extents_deinit(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlaps_as_if_painted),
		cmocka_unit_test(nothing_and_the_ends_of_the_space),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
