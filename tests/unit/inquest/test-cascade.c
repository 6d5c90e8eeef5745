/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of one trouble are told as one, from the first of them. */
#include <string.h>

#include "../test.h"
#include "inquest/inquest.h"

#define MEDIUM "[  100.000000] sd 0:0:0:0: [sda] tag#12 Sense Key : Medium Error [current]\n"
#define IO_ERROR \
	"[  100.000001] blk_update_request: I/O error, dev sda, sector 123456 op 0x0:(READ)\n"
#define BUFFER                                                                               \
	"[  100.000002] Buffer I/O error on dev sda1, logical block 15432, lost async page " \
	"write\n"
#define ABORT "[  101.000000] Aborting journal on device sda1-8.\n"
#define READ_ONLY "[  101.000001] EXT4-fs (sda1): Remounting filesystem read-only\n"
#define HUNG                                                                                 \
	"[  242.100000] INFO: task cp:777 blocked for more than 120 seconds.\n"              \
	"[  242.100001]       Not tainted 6.1.0 #1\n"                                        \
	"[  242.100002] task:cp              state:D stack:0     pid:777 ppid:1 flags:0x0\n" \
	"[  242.100003] Call Trace:\n[  242.100004]  <TASK>\n"                               \
	"[  242.100005]  __schedule+0x3f3/0xb40\n[  242.100006]  io_schedule+0x46/0x80\n"    \
	"[  242.100007]  v_read+0x1/0x2\n[  242.100008]  </TASK>\n"
#define KVM "[    0.000000] Hypervisor detected: KVM\n"
#define SOFT                                                                             \
	"[  300.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [worker:99]\n" \
	"[  300.000001] CPU: 1 PID: 99 Comm: worker Not tainted 6.1.0 #1\n"              \
	"[  300.000002] RIP: 0010:v_loop+0x10/0x20\n"
#define TIMEOUT "[  301.000000] nvme nvme0: I/O 12 QID 3 timeout, aborting\n"
#define LATE_TIMEOUT "[ 9301.000000] nvme nvme0: I/O 12 QID 3 timeout, aborting\n"

static const struct {
	const char *log, *id; /* NULL: no cascade */
	uint32_t first;	      /* line */
} rows[] = {
	{ MEDIUM IO_ERROR BUFFER ABORT READ_ONLY HUNG, "cascade.storage", 1 },
	{ "[    1.000000] e1000: link is up\n" IO_ERROR ABORT, "cascade.storage", 2 },
	/* a journal may be aborted for other reasons; one message is no cascade */
	{ ABORT READ_ONLY, NULL, 0 },
	{ MEDIUM, NULL, 0 },
	{ HUNG, NULL, 0 },
	/* all stood still at one time, and in a guest only */
	{ KVM SOFT TIMEOUT, "cascade.vm-pause", 2 },
	{ SOFT TIMEOUT, NULL, 0 },
	{ KVM SOFT LATE_TIMEOUT, NULL, 0 },
	{ KVM SOFT, NULL, 0 },
};

static void first_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
		const struct vmc_finding *found = NULL;

		assert_ok(vmc_report_text(rows[i].log, strlen(rows[i].log), "log", NULL, &r));
		for (size_t k = 0; k < r->findings.len; k++) {
			if (vmc_str_starts(r->findings.data[k].id, "cascade."))
				found = &r->findings.data[k];
		}
		if (!found != !rows[i].id || (found && strcmp(found->id, rows[i].id) != 0))
			fail_msg("row %zu: %s", i, found ? found->id : "none");
		if (found)
			assert_int_equal(found->lines.data[0], rows[i].first);
	}
}

static void a_hung_task_behind_a_bad_disk(void **state)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	bool told = false;

	(void)state;
	assert_ok(vmc_report_text(rows[0].log, strlen(rows[0].log), "log", NULL, &r));
	assert_string_equal(r->verdict.category, "hung-task");
	for (size_t i = 0; i < r->verdict.why.len; i++)
		told |= strstr(r->verdict.why.data[i], "line 1: it began here: sd 0:0:0:0") != NULL;
	assert_true(told);
}

/* A rule that is renamed or taken away would silently leave its chain. */
static void the_rules_of_all_links_exist(void **state)
{
	size_t n_rules, n_links = 0;
	const struct vmc_rule *rules = vmc_rules_builtin(&n_rules);
	const char *want;

	(void)state;
	for (; (want = vmc_inquest_cascade_rule(n_links)); n_links++) {
		bool found = false;

		for (size_t i = 0; i < n_rules && !found; i++)
			found = strcmp(rules[i].id, want) == 0;
		if (!found)
			fail_msg("no rule %s", want);
	}
	assert_true(n_links > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_links),
		cmocka_unit_test(the_rules_of_all_links_exist),
		cmocka_unit_test(a_hung_task_behind_a_bad_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
