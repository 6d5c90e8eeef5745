/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "oops/encoding.h"
#include "oops/oops.h"

struct want {
	const char *line, *text;
	int64_t time_ns;
	int level;
	char caller_kind;
	uint32_t caller;
	bool foreign;
};

static const struct want wants[] = {
	{ "[   12.345678] text", "text", 12345678000, -1, 0, 0, false },
	{ "[   12.345678]  indented", " indented", 12345678000, -1, 0, 0, false },
	{ "[   12.345678][  T123] text", "text", 12345678000, -1, 'T', 123, false },
	{ "[   12.345678][    C0] text", "text", 12345678000, -1, 'C', 0, false },
	{ "<6>[   12.345678] text", "text", 12345678000, 6, 0, 0, false },
	{ "<30>[   12.5] text", "text", 12500000000, 6, 0, 0, false },
	{ "<4>no time", "no time", -1, 4, 0, 0, false },
	{ "kern  :warn  : [    1.000001] text", "text", 1000001000, 4, 0, 0, false },
	{ "kern  :err   : text", "text", -1, 3, 0, 0, false },
	{ "[Tue Nov 23 18:00:00 2021] text", "text", -1, -1, 0, 0, false },
	{ "[Nov23 18:00] text", "text", -1, -1, 0, 0, false },
	{ "[  +0.000003] text", "text", -1, -1, 0, 0, false },
	{ "[   16.000000 <    0.000010>] text", "text", 16000000000, -1, 0, 0, false },
	{ "6,339,5140900,-,caller=T1;text", "text", 5140900000, 6, 'T', 1, false },
	{ "4,12,17,-;text", "text", 17000, 4, 0, 0, false },
	{ "Nov 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "Nov  3 18:00:00 host kernel: [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "Nov  3 18:00:00 host cron[12]: text", "text", -1, -1, 0, 0, true },
	{ "2021-11-23T18:00:00.123456+00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "2021-11-23T18:00:00,123456+00:00 text here", "text here", -1, -1, 0, 0, false },
	{ "Tue 2021-11-23 18:00:00 CET host kernel: text", "text", -1, -1, 0, 0, false },
	{ "[   12.345678] host kernel: text", "text", 12345678000, -1, 0, 0, false },
	{ "vm login: [   30.021137][   T81] text", "text", 30021137000, -1, 'T', 81, false },
	{ "kern  :warn  : [Tue Nov 23 18:00:00 2021] text", "text", -1, 4, 0, 0, false },
	{ "[Tue Nov 23 18:00:00 2021][  T123] text", "text", -1, -1, 'T', 123, false },
	/* dmesg --time-format=iso: what follows is neither host nor tag */
	{ "2021-11-23T18:00:00,123456+00:00 usb 1-1: new device", "usb 1-1: new device", -1, -1, 0,
	  0, false },
	/* journalctl without a host, with one, and with seconds of the epoch */
	{ "[   12.345678] kernel: text", "text", 12345678000, -1, 0, 0, false },
	{ "1637690400.123456 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "1637690400.123456 host cron[12]: text", "text", -1, -1, 0, 0, true },
	/* busybox, RFC 5424 */
	{ "Jan  1 00:00:12 host kern.warn kernel: [   12.5] text", "text", 12500000000, 4, 0, 0,
	  false },
	{ "Jan  1 00:00:12 kern.info kernel: text", "text", -1, 6, 0, 0, false },
	{ "<4>1 2021-11-23T18:00:00.123Z host kernel - - - text", "text", -1, 4, 0, 0, false },
	{ "<30>1 2021-11-23T18:00:00.123Z host sshd 81 - [x y=\"1\"] text", "text", -1, 6, 0, 0,
	  true },
	/* netconsole */
	{ "6.4.0-rc1,6,339,5140900,-,caller=C1;text", "text", 5140900000, 6, 'C', 1, false },
	{ "10.0.0.1:6665 [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "10.0.0.1: 4,12,17,-;text", "text", 17000, 4, 0, 0, false },
	/* what records a serial line: terminal servers, tio, ts, container engines */
	{ "[2021-11-23 18:00:00] [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "[18:00:00.123] [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "18:00:00 [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "2021-11-23 18:00:00.123 [   12.5] a: b", "a: b", 12500000000, -1, 0, 0, false },
	{ "2021-11-23T18:00:00.123456789Z stdout F [   12.5] text", "text", 12500000000, -1, 0, 0,
	  false },
	{ "2021-11-23T18:00:00.123456789Z [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	/* Xen's own lines and a guest's */
	{ "(XEN) Domain 1 crashed", "Domain 1 crashed", -1, -1, 0, 0, true },
	{ "(d1) [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "(driver) text", "(driver) text", -1, -1, 0, 0, false },
	{ "> > [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ ">ffff888000000000: fa fb", ">ffff888000000000: fa fb", -1, -1, 0, 0, false },
	/* containers and the journal in JSON */
	{ "{\"log\":\"[   12.5] text\\n\",\"stream\":\"stdout\",\"time\":\"2021-11-23T18:00:00Z\"}",
	  "text", 12500000000, -1, 0, 0, false },
	{ "{\"PRIORITY\":\"4\", \"_SOURCE_MONOTONIC_TIMESTAMP\" : \"5140900\", "
	  "\"x\":[1,{\"y\":null}],"
	  "\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"a \\\"b\\\" \\u00e9\"}",
	  "a \"b\" \xc3\xa9", 5140900000, 4, 0, 0, false },
	{ "{\"_TRANSPORT\":\"syslog\",\"MESSAGE\":[116,101,120,116]}", "text", -1, -1, 0, 0, true },
	{ "{\"MESSAGE\":\"no end", "{\"MESSAGE\":\"no end", -1, -1, 0, 0, false },
	{ "{\"other\":1}", "{\"other\":1}", -1, -1, 0, 0, false },
	{ "[ INFO: possible recursive locking detected ]",
	  "[ INFO: possible recursive locking detected ]", -1, -1, 0, 0, false },
	{ "[<ffffffff81177332>] f+0x1/0x2", "[<ffffffff81177332>] f+0x1/0x2", -1, -1, 0, 0, false },
	{ "Modules linked in: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
	  "Modules linked in: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", -1, -1, 0, 0, false },
	/* months of other languages: journalctl, dmesg -T */
	{ "\xd0\xb8\xd1\x8e\xd0\xbb 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "lis 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "nov. 23 18:00:00 host cron[12]: text", "text", -1, -1, 0, 0, true },
	{ "11\xe6\x9c\x88 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "[mar. nov. 23 18:00:00 2021] text", "text", -1, -1, 0, 0, false },
	{ "[\xe4\xba\x8c 11\xe6\x9c\x88 23 18:00:00 2021] text", "text", -1, -1, 0, 0, false },
	{ "cpu 12 18:00 text", "cpu 12 18:00 text", -1, -1, 0, 0, false },
	{ "a: b 12 18:00:00 c d: e", "a: b 12 18:00:00 c d: e", -1, -1, 0, 0, false },
	{ "x 32 18:00:00 host kernel: text", "x 32 18:00:00 host kernel: text", -1, -1, 0, 0,
	  false },
	/* OpenWrt's logread; a zone behind the date */
	{ "Tue Nov 23 18:00:00 2021 kern.warn kernel: [   12.5] text", "text", 12500000000, 4, 0, 0,
	  false },
	{ "Tue Nov 23 18:00:00 2021 daemon.info hostapd: text", "text", -1, 6, 0, 0, true },
	{ "2021-11-23 18:00:00 +0000 UTC kern.alert kernel: text", "text", -1, 1, 0, 0, false },
	/* what makers of devices add */
	{ "[   12.345678:1] text", "text", 12345678000, -1, 'C', 1, false },
	{ "[   12.345678@3] text", "text", 12345678000, -1, 'C', 3, false },
	{ "<4>[   12.345678] c2 text", "text", 12345678000, 4, 'C', 2, false },
	{ "[   12.345678] (0)[81:kworker/0:1]text", "text", 12345678000, -1, 'T', 81, false },
	{ "[   12.345678].(1)[0:swapper/1]text", "text", 12345678000, -1, 'C', 1, false },
	{ "[   12.345678]  [2:  kworker/2:1:   81] text", "text", 12345678000, -1, 'T', 81, false },
	{ "[   12.345678] [0:0:0:0] text", "[0:0:0:0] text", 12345678000, -1, 0, 0, false },
	{ "[   12.345678] c2: text", "c2: text", 12345678000, -1, 0, 0, false },
	/* margins */
	{ "    Nov 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ "  |   | 2021-11-23 18:00:00 | [   12.5] text", "text", 12500000000, -1, 0, 0, false },
	{ "> Nov 23 18:00:00 host kernel: text", "text", -1, -1, 0, 0, false },
	{ ">> RIP: 0010:f+0x1/0x2", "RIP: 0010:f+0x1/0x2", -1, -1, 0, 0, false },
	{ "    text", "    text", -1, -1, 0, 0, false },
	{ " kernel:[   12.5] text", "text", 12500000000, -1, 0, 0, false },
	/* from a page */
	{ "[   12.5]  [&lt;ffffffff81177332&gt;]\xc2\xa0? f &amp; g &lt",
	  " [<ffffffff81177332>] ? f & g &lt", 12500000000, -1, 0, 0, false },
	{ "text\r", "text", -1, -1, 0, 0, false },
	{ "\033[1;31m[    1.5] red\033[0m", "red", 1500000000, -1, 0, 0, false },
	{ "[99999999999999999999.1] text", "[99999999999999999999.1] text", -1, -1, 0, 0, false },
	{ "[   12.", "[   12.", -1, -1, 0, 0, false },
	{ "<", "<", -1, -1, 0, 0, false },
	{ "", "", -1, -1, 0, 0, false },
};

static void test_prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(wants); i++) {
		const struct want *w = &wants[i];
		struct vmc_log_lines l = { 0 };
		char text[400];

		snprintf(text, sizeof(text), "%s\n", w->line);
		assert_ok(vmc_log_split(text, strlen(text), &l));
		assert_int_equal(l.len, 1);
		if (l.data[0].len != strlen(w->text) ||
		    memcmp(l.data[0].text, w->text, l.data[0].len) != 0)
			fail_msg("\"%s\" gives \"%.*s\"", w->line, (int)l.data[0].len,
				 l.data[0].text);
		if (l.data[0].time_ns != w->time_ns || l.data[0].level != w->level ||
		    l.data[0].has_caller != (w->caller_kind != 0) ||
		    (w->caller_kind &&
		     (l.data[0].caller_kind != w->caller_kind || l.data[0].caller != w->caller)) ||
		    l.data[0].foreign != w->foreign)
			fail_msg("\"%s\": time %lld level %d caller %c%u foreign %d", w->line,
				 (long long)l.data[0].time_ns, l.data[0].level,
				 l.data[0].caller_kind, l.data[0].caller, l.data[0].foreign);
		vmc_log_lines_deinit(&l);
	}
}

static void test_lines(void **state)
{
	static const char text[] = "one\n\0\0two\nthree";
	struct vmc_log_lines l = { 0 };

	(void)state;
	assert_ok(vmc_log_split(text, sizeof(text) - 1, &l));
	assert_int_equal(l.len, 3);
	assert_int_equal(l.data[1].number, 2);
	assert_int_equal(l.data[1].len, 3);
	assert_memory_equal(l.data[2].text, "three", 5);
	vmc_log_lines_deinit(&l);
	assert_ok(vmc_log_split(NULL, 0, &l));
	assert_int_equal(l.len, 0);
	vmc_log_lines_deinit(&l);
}

/* What a text comes to: "number:text" of each line, '!' before those that were cut short. */
static const struct {
	const char *text, *lines;
} texts[] = {
	/* an older part of the ring in the middle of a line */
	{ "[   12.345678] one[    2.000000] two\n[   13.000000] three\n",
	  "!1:one\n1:two\n2:three\n" },
	{ "Starting x...[   12.345678][    T1] one [12.3] [x] f[2]\n",
	  "1:Starting x...\n1:one [12.3] [x] f[2]\n" },
	{ "** 4491 printk messages dropped ** [   50.750742] text\n",
	  "1:** 4491 printk messages dropped **\n1:text\n" },
	{ "[    1.000000] ** 12 printk messages dropped **\n[    2.000000] text\n",
	  "1:** 12 printk messages dropped **\n2:text\n" },
	/* no stamps, though they look like it; and one in a record that has its time already */
	{ "[99999999999999999999.123456] text [   12.3456] text\n",
	  "1:[99999999999999999999.123456] text [   12.3456] text\n" },
	{ "{\"_SOURCE_MONOTONIC_TIMESTAMP\":\"1\",\"MESSAGE\":\"[    1.000000] a[    2.000000] "
	  "b\"}\n",
	  "!1:[    1.000000] a\n1:[    2.000000] b\n" },
	/* carriage returns */
	{ "10 %\r20 %\r\n[    1.000000] text\r\r\n", "1:10 %\n1:20 %\n2:text\n" },
	{ "[    1.000000] one\r[    2.000000] two\r", "1:one\n2:two\n" },
	{ "one\n\n\n\ntwo\n", "1:one\n2:\n5:two\n" },
	{ "\xef\xbb\xbf<4>one\n", "1:one\n" },
	/* colours, a title, another character set */
	{ "\033[32m[    1.000000] \033[0m\033]0;title\007one\033(B\n", "1:one\n" },
	/* a terminal of 72 columns */
	{ "[    1.000000] Modules linked in: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
	  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\nccc\nuser\n",
	  "1:Modules linked in: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbccc\n4:user\n" },
	/* the host is known by the kernel's lines */
	{ "[    1.000000] vm kernel: one\n[    2.000000] vm sshd[12]: two\n"
	  "[    3.000000] usb 1-1: three\n",
	  "1:one\n2:two\n3:usb 1-1: three\n" },
	/* the journal's export: an empty line ends a record; a message of two lines is binary */
	{ "__CURSOR=a\n_TRANSPORT=kernel\nPRIORITY=6\nMESSAGE=one\n\n"
	  "__CURSOR=b\nMESSAGE\n\7\0\0\0\0\0\0\0two\nand\n_TRANSPORT=kernel\n\n",
	  "4:one\n7:two\n7:and\n" },
	/* the parts of a dump in pstore, the newest first */
	{ "Panic#1 Part1\n<0>[    3.000000] three\nPanic#1 Part2\n<4>[    1.000000] one\n"
	  "<4>[    2.000000] two\n",
	  "3:Panic#1 Part2\n4:one\n5:two\n1:Panic#1 Part1\n2:three\n" },
	{ "Oops#1 Part1\n<0>[    1.000000] one\nPanic#2 Part1\n<0>[    2.000000] two\n",
	  "1:Oops#1 Part1\n2:one\n3:Panic#2 Part1\n4:two\n" },
	{ "{\"log\":\"one\\ntwo\\n\"}\nthree\n", "1:one\n1:two\n2:three\n" },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(texts); i++) {
		vmc_autostr struct vmc_str have = { 0 };
		struct vmc_log_lines l = { 0 };
		const char *zeros = strstr(texts[i].text, "\n\7");
		size_t size = strlen(texts[i].text);

		if (zeros) /* a length in the middle */
			size = (size_t)(zeros + 9 - texts[i].text) + strlen(zeros + 9);
		assert_ok(vmc_log_split(texts[i].text, size, &l));
		for (size_t k = 0; k < l.len; k++)
			vmc_str_addf(&have, "%s%u:%.*s\n", l.data[k].cut ? "!" : "",
				     l.data[k].number, (int)l.data[k].len, l.data[k].text);
		assert_string_equal(vmc_str_text(&have), texts[i].lines);
		vmc_log_lines_deinit(&l);
	}
}

static void test_utf16(void **state)
{
	static const char little[] = "\xff\xfe<\0"
				     "4\0>\0\xe9\0\x3d\xd8\x00\xde\x00\xd8x\0\n\0";
	static const char big[] = "\0<\0"
				  "4\0>\0a\0b";
	vmc_autostr struct vmc_str one = { 0 }, two = { 0 };

	(void)state;
	assert_true(vmc_log_is_utf16(little, sizeof(little) - 1));
	assert_ok(vmc_log_decode_utf16(little, sizeof(little) - 1, &one));
	assert_string_equal(vmc_str_text(&one), "<4>\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdx\n");
	assert_true(vmc_log_is_utf16(big, sizeof(big) - 1));
	assert_ok(vmc_log_decode_utf16(big, sizeof(big) - 1, &two));
	assert_string_equal(vmc_str_text(&two), "<4>ab");
	assert_false(vmc_log_is_utf16("<4>text of one byte each", 24));
	assert_false(vmc_log_is_utf16("\0\0\0\0\0\0\0\0\0\0\0\0", 12));
}

/* Newlines alone cost nothing, however many there are. */
static void test_empty_lines(void **state)
{
	static char text[1 << 20];
	struct vmc_log_lines l = { 0 };

	(void)state;
	memset(text, '\n', sizeof(text));
	memcpy(text + sizeof(text) - 4, "text", 4);
	assert_ok(vmc_log_split(text, sizeof(text), &l));
	assert_int_equal(l.len, 2);
	assert_int_equal(l.data[1].number, sizeof(text) - 3);
	vmc_log_lines_deinit(&l);
}

static void test_kernel_text(void **state)
{
	static const char dmesg[] = "[    0.000000] Linux version 6.1.0 (gcc)\n[    0.1] x\n";
	static const char prose[] = "Dear all,\nthe machine stopped.\nRegards\n";
	static const char levels[] = "<6>one\n<6>two\n<4>three\n";

	(void)state;
	assert_true(vmc_log_is_kernel_text(dmesg, sizeof(dmesg) - 1));
	assert_true(vmc_log_is_kernel_text(levels, sizeof(levels) - 1));
	assert_false(vmc_log_is_kernel_text(prose, sizeof(prose) - 1));
	assert_false(vmc_log_is_kernel_text("", 0));
	assert_false(vmc_log_is_kernel_text("\x7f"
					    "ELF\2\1\1\0\0",
					    9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),    cmocka_unit_test(test_lines),
		cmocka_unit_test(test_texts),	    cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_empty_lines), cmocka_unit_test(test_kernel_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
