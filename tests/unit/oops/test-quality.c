/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "oops/quality.h"

static const char *const names[VMC_FLAW_KINDS] = {
	[VMC_FLAW_BROKEN] = "broken",	      [VMC_FLAW_REPEATED] = "repeated",
	[VMC_FLAW_LEFT_OUT] = "left out",     [VMC_FLAW_LOST] = "lost",
	[VMC_FLAW_SUPPRESSED] = "suppressed", [VMC_FLAW_NO_START] = "no start",
	[VMC_FLAW_NO_END] = "no end",
};

/* Flaws as "kind first-last of original x count", lines that are repeats, first lines of boots. */
static const struct {
	const char *log, *flaws, *repeats, *boots;
} cases[] = {
	{ "", "", "", "" },
	{ "[    0.000000] Linux version 6.1.0\n[    1.000000] one\n[    0.999999] late\n"
	  "[    2.000000] f+0x1/0x2\n[    2.000000] f+0x1/0x2\n[    2.000001] end\n",
	  "", "", "1" },
	/* an older part of the ring inside of a line, then all of it again, whole */
	{ "[   10.000000] one\n[   11.000000] two\n[   12.000000] three and[    5.000000] old\n"
	  "[    6.000000] older\n[   10.000000] one\n[   11.000000] two\n"
	  "[   12.000000] three and four\n[   13.000000] five\n",
	  "broken 3-3 of 3 x1\nrepeated 5-6 of 1 x2\n", "3 5 6", "1" },
	{ "[   70.000000] one\n...\n[   71.000000] two\n[...]\n",
	  "left out 2-2 of 2 x1\nleft out 4-4 of 4 x1\nno start 1-1 of 1 x1\n", "", "1" },
	{ "** 4491 printk messages dropped ** [   10.000000] one\n"
	  "[   11.000000] net_ratelimit: 12 callbacks suppressed\n"
	  "Nov 23 18:00:00 host systemd-journald[1]: Missed 7 kernel messages\n"
	  "[   12.000000] x: kernel messages are sent to y\n",
	  "lost 1-1 of 1 x4491\nsuppressed 2-2 of 2 x12\nlost 3-3 of 3 x7\n", "", "1" },
	/* boots: with banner, without, and behind a line that comes before it */
	{ "[    0.000000] Linux version 6.1.0\n[   50.000000] one\n"
	  "[    0.000000] Booting Linux on physical CPU 0x0\n[    0.000000] Linux version 6.1.0\n"
	  "[    3.000000] two\n[   30.000000] three\n[    0.900000] four\n",
	  "", "", "1 3 7" },
	/* the same boot told twice */
	{ "[    0.000000] Linux version 6.1.0\n[    0.123456] one\n[    0.234567] two\n"
	  "[    0.345678] three\n[    0.000000] Linux version 6.1.0\n[    0.123456] one\n"
	  "[    0.234567] two\n[    0.345678] three\n[    0.456789] four\n",
	  "repeated 5-8 of 1 x4\n", "5 6 7 8", "1" },
	{ "[    0.000000] Linux version 6.1.0\n[   10.000000] Call Trace:\n"
	  "[   10.000001]  <TASK>\n[   10.000002]  f+0x1/0x2\n",
	  "no end 4-4 of 4 x1\n", "", "1" },
};

static void check(size_t n, const struct vmc_log_lines *l, const struct vmc_log_quality *q)
{
	vmc_autostr struct vmc_str flaws = { 0 }, repeats = { 0 }, boots = { 0 };
	const struct vmc_log_flaw *f;
	const struct vmc_log_boot *b;

	vmc_vec_each (f, &q->flaws)
		vmc_str_addf(&flaws, "%s %u-%u of %u x%llu\n", names[f->kind],
			     l->data[f->first].number, l->data[f->last].number,
			     l->data[f->original].number, (unsigned long long)f->count);
	for (size_t i = 0; i < l->len; i++)
		if (vmc_log_is_repeat(q, i))
			vmc_str_addf(&repeats, "%s%u", repeats.len ? " " : "", l->data[i].number);
	vmc_vec_each (b, &q->boots) {
		vmc_str_addf(&boots, "%s%u", boots.len ? " " : "", l->data[b->first].number);
		assert_true(b->end > b->first);
		assert_int_equal(vmc_log_boot_of(q, b->first), b - q->boots.data);
		assert_int_equal(vmc_log_boot_of(q, b->end - 1), b - q->boots.data);
	}
	assert_string_equal(vmc_str_text(&flaws), cases[n].flaws);
	assert_string_equal(vmc_str_text(&repeats), cases[n].repeats);
	assert_string_equal(vmc_str_text(&boots), cases[n].boots);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(cases); i++) {
		struct vmc_log_lines l = { 0 };
		struct vmc_log_quality q = { 0 };

		assert_ok(vmc_log_split(cases[i].log, strlen(cases[i].log), &l));
		assert_ok(vmc_log_quality_of(&l, &q));
		check(i, &l, &q);
		vmc_log_quality_deinit(&q);
		vmc_log_lines_deinit(&l);
	}
}

static void test_capture_kernel(void **state)
{
	static const char log[] =
		"[    0.000000] Linux version 6.1.0\n[    0.000000] Command line: root=/dev/sda1\n"
		"[   20.000000] one\n[    0.000000] Linux version 6.1.0\n"
		"[    0.000000] Command line: root=/dev/sda1 elfcorehdr=0x1000\n";
	struct vmc_log_lines l = { 0 };
	struct vmc_log_quality q = { 0 };

	(void)state;
	assert_ok(vmc_log_split(log, sizeof(log) - 1, &l));
	assert_ok(vmc_log_quality_of(&l, &q));
	assert_int_equal(q.boots.len, 2);
	assert_false(q.boots.data[0].is_capture);
	assert_true(q.boots.data[1].is_capture);
	vmc_log_quality_deinit(&q);
	vmc_log_lines_deinit(&l);
}

/* As many flaws as lines: they are counted, not all kept. */
static void test_many(void **state)
{
	vmc_autostr struct vmc_str text = { 0 };
	struct vmc_log_lines l = { 0 };
	struct vmc_log_quality q = { 0 };

	(void)state;
	for (int i = 0; i < 3 * VMC_LOG_FLAWS_MAX; i++)
		vmc_str_add(&text, i & 1 ? "[  100.000000] Linux\n...\n"
					 : "[    0.000000] Linux version 1\n...\n");
	assert_ok(vmc_log_split(vmc_str_text(&text), text.len, &l));
	assert_ok(vmc_log_quality_of(&l, &q));
	assert_int_equal(q.flaws.len, VMC_LOG_FLAWS_MAX);
	assert_int_equal(q.n_flaws[VMC_FLAW_LEFT_OUT], 3 * VMC_LOG_FLAWS_MAX);
	assert_true(q.boots.len <= VMC_LOG_BOOTS_MAX);
	vmc_log_quality_deinit(&q);
	vmc_log_lines_deinit(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_capture_kernel),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
