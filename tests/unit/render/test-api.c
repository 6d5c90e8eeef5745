/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library as others see it: the public header and libvmcoroner.so, nothing else. */
#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "vmcoroner/vmcoroner.h"

static const char log_text[] = "[    0.000000] Linux version 6.1.0-test (builder@host) #1 SMP\n"
			       "[    9.463340] Kernel panic - not syncing: sysrq triggered crash\n";

static void from_log_text(void **state)
{
	struct vmcoroner *c;
	char *text, *why = (char *)"";

	(void)state;
	assert_int_equal(vmcoroner_open_text(log_text, strlen(log_text), "a.log", &c, &why),
			 VMCORONER_OK);
	assert_null(why);
	text = vmcoroner_report(c, VMCORONER_JSON);
	assert_non_null(strstr(text, "vmcoroner.report/1"));
	free(text);
	text = vmcoroner_report(c, VMCORONER_TEXT);
	assert_non_null(strstr(text, "VERDICT"));
	free(text);
	text = vmcoroner_report(c, VMCORONER_HTML);
	assert_non_null(strstr(text, "</html>"));
	free(text);
	text = vmcoroner_log(c, VMCORONER_TEXT);
	assert_string_equal(text, log_text);
	free(text);
	assert_null(vmcoroner_log(c, VMCORONER_HTML));
	vmcoroner_free(c);
}

static void failure_is_a_sentence(void **state)
{
	static const char *const path = "/nonexistent/vmcore";
	struct vmcoroner *c = (void *)1;
	char *why = NULL;

	(void)state;
	assert_int_equal(vmcoroner_open(&path, 1, NULL, 0, &c, &why), VMCORONER_INPUT);
	assert_null(c);
	assert_non_null(strstr(why, path));
	free(why);
	assert_int_equal(vmcoroner_open(NULL, 0, NULL, 0, &c, NULL), VMCORONER_USAGE);
	vmcoroner_free(NULL);
	assert_true(strlen(vmcoroner_version()) >= 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_log_text),
		cmocka_unit_test(failure_is_a_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
