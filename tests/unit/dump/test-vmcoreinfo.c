/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <stdlib.h>
#include <string.h>

#include "dump/vmcoreinfo.h"

static struct vmc_vmcoreinfo *parse(const char *text, size_t size)
{
	/* of the exact size: a text without NUL must not be read beyond */
	uint8_t *copy = malloc(size ? size : 1);
	struct vmc_vmcoreinfo *v = NULL;

	assert_non_null(copy);
	memcpy(copy, text, size);
	assert_ok(vmc_vmcoreinfo_parse((struct vmc_bytes){ copy, size }, &v));
	free(copy);
	return v;
}

static void values_by_kind(void **state)
{
	static const char text[] = "OSRELEASE=6.1.0-56-cloud-amd64\n"
				   "BUILD-ID=0123abcd\n"
				   "PAGESIZE=4096\n"
				   "SYMBOL(_stext)=ffffffff81000000\n"
				   "SIZE(page)=64\n"
				   "OFFSET(list_head.next)=0\n"
				   "LENGTH(mem_section)=2048\n"
				   "NUMBER(phys_base)=-16777216\n"
				   "NUMBER(kimage_voffset)=0xffff7fffd0000000\n"
				   "KERNELOFFSET=1d000000\n"
				   "CRASHTIME=1700000000\r\n";
	struct vmc_vmcoreinfo *v = parse(text, sizeof(text) - 1);
	uint64_t u;
	int64_t n;

	(void)state;
	assert_string_equal(vmc_vmcoreinfo_get(v, "OSRELEASE"), "6.1.0-56-cloud-amd64");
	assert_string_equal(vmc_vmcoreinfo_get(v, "SIZE(page)"), "64");
	assert_null(vmc_vmcoreinfo_get(v, "SIZE"));
	assert_null(vmc_vmcoreinfo_get(NULL, "SIZE"));
	assert_true(vmc_vmcoreinfo_symbol(v, "_stext", &u));
	assert_true(u == 0xffffffff81000000);
	assert_false(vmc_vmcoreinfo_symbol(v, "_etext", &u));
	assert_true(vmc_vmcoreinfo_size(v, "page", &u));
	assert_int_equal(u, 64);
	assert_true(vmc_vmcoreinfo_offset(v, "list_head.next", &u));
	assert_int_equal(u, 0);
	assert_true(vmc_vmcoreinfo_length(v, "mem_section", &u));
	assert_int_equal(u, 2048);
	assert_true(vmc_vmcoreinfo_number(v, "phys_base", &n));
	assert_int_equal(n, -16777216);
	assert_true(vmc_vmcoreinfo_number(v, "kimage_voffset", &n));
	assert_true((uint64_t)n == 0xffff7fffd0000000);
	assert_true(vmc_vmcoreinfo_hex(v, "KERNELOFFSET", &u));
	assert_int_equal(u, 0x1d000000);
	assert_true(vmc_vmcoreinfo_decimal(v, "PAGESIZE", &n));
	assert_int_equal(n, 4096);
	assert_true(vmc_vmcoreinfo_decimal(v, "CRASHTIME", &n));
	assert_int_equal(n, 1700000000);
	assert_int_equal(vmc_vmcoreinfo_text(v).size, sizeof(text) - 1);
	assert_memory_equal(vmc_vmcoreinfo_text(v).data, text, sizeof(text));
	assert_int_equal(vmc_vmcoreinfo_text(NULL).size, 0);
	vmc_vmcoreinfo_free(v);
}

static void values_that_are_no_numbers(void **state)
{
	static const char *const bad[] = { "",	    "-",   " 1",
					   "+1",    "1x",  "0x",
					   "0x0x1", "--1", "99999999999999999999999" };
	uint64_t u = 7;
	int64_t n = 7;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(bad); i++) {
		char text[200];
		struct vmc_vmcoreinfo *v;
		int size =
			snprintf(text, sizeof(text), "OSRELEASE=1\nSIZE(a)=%s\nNUMBER(a)=%s\nK=%s",
				 bad[i], bad[i], bad[i]);

		v = parse(text, (size_t)size);
		assert_false(vmc_vmcoreinfo_size(v, "a", &u));
		assert_false(vmc_vmcoreinfo_number(v, "a", &n));
		assert_false(vmc_vmcoreinfo_hex(v, "K", &u));
		vmc_vmcoreinfo_free(v);
	}
	assert_int_equal(u, 7);
	assert_int_equal(n, 7);
}

static void limits_of_numbers(void **state)
{
	static const char text[] =
		"OSRELEASE=1\nNUMBER(min)=-9223372036854775808\n"
		"NUMBER(max)=9223372036854775807\nNUMBER(more)=9223372036854775808\n"
		"NUMBER(less)=-9223372036854775809\nSIZE(neg)=-1";
	struct vmc_vmcoreinfo *v = parse(text, sizeof(text) - 1);
	uint64_t u;
	int64_t n;

	(void)state;
	assert_true(vmc_vmcoreinfo_number(v, "min", &n));
	assert_true(n == INT64_MIN);
	assert_true(vmc_vmcoreinfo_number(v, "max", &n));
	assert_true(n == INT64_MAX);
	assert_false(vmc_vmcoreinfo_number(v, "more", &n));
	assert_false(vmc_vmcoreinfo_number(v, "less", &n));
	assert_false(vmc_vmcoreinfo_size(v, "neg", &u));
	vmc_vmcoreinfo_free(v);
}

static void no_nul_and_no_newline_at_the_end(void **state)
{
	struct vmc_vmcoreinfo *v = parse("OSRELEASE=6.1", 13);

	(void)state;
	assert_string_equal(vmc_vmcoreinfo_get(v, "OSRELEASE"), "6.1");
	vmc_vmcoreinfo_free(v);
}

/* As found in memory: the text, zero bytes, whatever comes next on the page. */
static void garbage_behind_the_text(void **state)
{
	static const char zero[] = "OSRELEASE=6.1\nA=1\0B=2\n", other[] = "OSRELEASE=6.1\nA=1\n\xff"
									  "B=2\n";
	struct vmc_vmcoreinfo *v = parse(zero, sizeof(zero));

	(void)state;
	assert_string_equal(vmc_vmcoreinfo_get(v, "A"), "1");
	assert_null(vmc_vmcoreinfo_get(v, "B"));
	assert_int_equal(vmc_vmcoreinfo_text(v).size, 17);
	vmc_vmcoreinfo_free(v);
	v = parse(other, sizeof(other));
	assert_string_equal(vmc_vmcoreinfo_get(v, "A"), "1");
	assert_null(vmc_vmcoreinfo_get(v, "B"));
	vmc_vmcoreinfo_free(v);
}

static void odd_lines(void **state)
{
	static const char text[] =
		"\n\nno equals sign\n=no key\nOSRELEASE=first\nOSRELEASE=second\n"
		"EMPTY=\nTWO=a=b\nSPACE=x  \n=\n";
	struct vmc_vmcoreinfo *v = parse(text, sizeof(text) - 1);

	(void)state;
	assert_string_equal(vmc_vmcoreinfo_get(v, "OSRELEASE"), "first");
	assert_string_equal(vmc_vmcoreinfo_get(v, "EMPTY"), "");
	assert_string_equal(vmc_vmcoreinfo_get(v, "TWO"), "a=b");
	assert_string_equal(vmc_vmcoreinfo_get(v, "SPACE"), "x");
	assert_null(vmc_vmcoreinfo_get(v, ""));
	assert_null(vmc_vmcoreinfo_get(v, "no equals sign"));
	vmc_vmcoreinfo_free(v);
}

static void other_bytes_are_refused(void **state)
{
	struct vmc_vmcoreinfo *v = NULL;

	(void)state;
	assert_code(vmc_vmcoreinfo_parse((struct vmc_bytes){ 0 }, &v), VMC_BAD_FORMAT);
	assert_code(vmc_vmcoreinfo_parse((struct vmc_bytes){ (const uint8_t *)"A=1\n", 4 }, &v),
		    VMC_BAD_FORMAT);
	assert_code(vmc_vmcoreinfo_parse(
			    (struct vmc_bytes){ (const uint8_t *)"\0OSRELEASE=1\n", 14 }, &v),
		    VMC_BAD_FORMAT);
	assert_null(v);
	vmc_vmcoreinfo_free(NULL);
}

/* Megabytes of lines: the first 64 KiB are kept, whole lines of them. */
static void long_texts_are_cut_at_a_line(void **state)
{
	size_t size = 3 << 20, at = 0;
	char *text = malloc(size + 64);
	struct vmc_vmcoreinfo *v;
	unsigned int n = 0;

	(void)state;
	assert_non_null(text);
	at += (size_t)sprintf(text, "OSRELEASE=6\n");
	while (at < size)
		at += (size_t)sprintf(text + at, "KEY%u=%u\n", n, n), n++;
	v = parse(text, at);
	assert_true(vmc_vmcoreinfo_text(v).size <= 65536);
	assert_true(vmc_vmcoreinfo_text(v).size > 65000);
	assert_int_equal(vmc_vmcoreinfo_text(v).data[vmc_vmcoreinfo_text(v).size - 1], '\n');
	assert_string_equal(vmc_vmcoreinfo_get(v, "KEY3000"), "3000");
	assert_null(vmc_vmcoreinfo_get(v, "KEY90000"));
	vmc_vmcoreinfo_free(v);
	/* one endless line behind the first */
	memset(text + 12, 'x', size);
	v = parse(text, size);
	assert_int_equal(vmc_vmcoreinfo_text(v).size, 12);
	vmc_vmcoreinfo_free(v);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_by_kind),
		cmocka_unit_test(values_that_are_no_numbers),
		cmocka_unit_test(limits_of_numbers),
		cmocka_unit_test(no_nul_and_no_newline_at_the_end),
		cmocka_unit_test(garbage_behind_the_text),
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(other_bytes_are_refused),
		cmocka_unit_test(long_texts_are_cut_at_a_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
