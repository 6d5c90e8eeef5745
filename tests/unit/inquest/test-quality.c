/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boot of a log a report is about, and what it says of the log itself. */
#include "../test.h"

#include <string.h>

#include "inquest/report.h"
#include "reports.h"

#define BOOT "[    0.000000] Linux version 6.1.0-mini (gcc)\n[    0.000000] Command line: quiet\n"
#define CAPTURE                                           \
	"[    0.000000] Linux version 6.1.0-mini (gcc)\n" \
	"[    0.000000] Command line: quiet elfcorehdr=0x7000000\n"
#define QUIET "[   40.000000] all is well\n"

static const struct {
	const char *log;
	size_t boot, boots;
	const char *primary; /* function in its title */
	const char *panic;   /* word of the panic message, NULL none */
} rows[] = {
	/* the last crash counts, with its own panic */
	{ BOOT OOPS("one", "0000000000000000") PANIC("first") BOOT OOPS("two", "0000000000000000")
		  PANIC("Fatal exception"),
	  1, 2, "two", "Fatal exception" },
	/* what came after it does not matter, be it a kernel that saves the dump, or died at that
	 */
	{ BOOT OOPS("one", "0000000000000000") PANIC("Fatal exception") BOOT QUIET, 0, 2, "one",
	  "Fatal exception" },
	{ BOOT OOPS("one", "0000000000000000") PANIC("Fatal exception")
		  CAPTURE OOPS("two", "0000000000000000") PANIC("out of memory"),
	  0, 2, "one", "Fatal exception" },
	{ BOOT OOPS("one", "0000000000000000") BOOT WARN("two"), 0, 2, "one", NULL },
	/* an earlier defect is not the cause of a later panic */
	{ BOOT OOPS("one", "0000000000000000") BOOT PANIC("asked for"), 1, 2, "gave_up",
	  "asked for" },
	{ BOOT WARN("one") BOOT WARN("two"), 1, 2, "two", NULL },
	{ BOOT WARN("one") OOPS("two", "0000000000000000"), 0, 1, "two", NULL },
};

static const struct vmc_finding *find(const struct vmc_report *r, const char *id)
{
	const struct vmc_finding *f;

	vmc_vec_each (f, &r->findings)
		if (strcmp(f->id, id) == 0)
			return f;
	return NULL;
}

/* No two boots have the same times: the first digit of the fraction tells them apart. */
static char *with_times(const char *log)
{
	char *copy = strdup(log), boot = '0';

	assert_non_null(copy);
	for (char *line = copy; *line; line = strchr(line, '\n') + 1) {
		boot = (char)(boot + (strstr(line, "] Linux version") == line + 13));
		if (strncmp(line, "[    0.", 7) != 0)
			line[8] = boot;
	}
	return copy;
}

static void test_boots(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_autofree char *log = with_times(rows[i].log);
		struct vmc_report *r = NULL;
		const struct vmc_event *e, *primary = NULL;

		assert_ok(vmc_report_text(log, strlen(log), "log", NULL, &r));
		assert_int_equal(r->quality.boots.len, rows[i].boots);
		assert_int_equal(r->boot, rows[i].boot);
		vmc_vec_each (e, &r->events) {
			size_t boot = vmc_log_boot_of(&r->quality, e->oops->first_index);

			if (e->primary)
				primary = e;
			if (boot != rows[i].boot)
				assert_true(!e->primary && e->consequence_of < 0);
		}
		assert_non_null(primary);
		if (!strstr(primary->title, rows[i].primary) &&
		    !(primary->frame && strstr(primary->frame, rows[i].primary)))
			fail_msg("row %zu: %s", i, primary->title);
		assert_int_equal(r->panic_message != NULL, rows[i].panic != NULL);
		if (rows[i].panic)
			assert_non_null(strstr(r->panic_message, rows[i].panic));
		assert_int_equal(find(r, "log.several-boots") != NULL, rows[i].boots > 1);
		vmc_report_free(r);
	}
}

static void test_findings(void **state)
{
	static const char log[] = BOOT
		"[   10.000000] one\n[   11.000000] two\n[   12.000000] three[    5.000000] old\n"
		"[   10.000000] one\n[   11.000000] two\n[   12.000000] three and four\n"
		"...\n** 4491 printk messages dropped ** [   50.750742] text\n";
	static const char *const ids[] = { "log.broken-line", "log.repeated", "log.left-out",
					   "log.lost" };
	struct vmc_report *r = NULL;
	const struct vmc_finding *f;

	(void)state;
	assert_ok(vmc_report_text(log, sizeof(log) - 1, "log", NULL, &r));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(ids); i++)
		assert_non_null(find(r, ids[i]));
	f = find(r, "log.repeated");
	assert_int_equal(f->lines.data[0], 6);
	assert_string_equal(f->evidence.data[0], "lines 6-7 repeat those from line 3 on");
	assert_int_equal(find(r, "log.lost")->count, 4491);
	assert_int_equal(find(r, "log.broken-line")->lines.data[0], 5);
	vmc_report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boots),
		cmocka_unit_test(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
