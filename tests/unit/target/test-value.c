/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The expected texts are crash's (gdb's) for the same types and bytes. */
#include "target/value.h"

#include <string.h>

#include "../debug/btf-maker.h"
#include "../test.h"
#include "debug/types/btf.h"

#define BASE 0x100000u
#define PAGES 3u
#define PAGE 4096u

/* Memory at BASE; one page of it may be missing. */
struct memory {
	uint8_t bytes[PAGES * PAGE];
	unsigned int lost; /* 1: the first page ...; 0: none */
};

static struct vmc_error *read_memory(void *ctx, uint64_t addr, void *buf, size_t size)
{
	struct memory *mem = ctx;

	if (addr < BASE || !vmc_range_ok(addr - BASE, size, sizeof(mem->bytes)))
		return vmc_error_new(VMC_UNMAPPED, "nothing there");
	for (uint64_t p = (addr - BASE) / PAGE; p <= (addr - BASE + size - 1) / PAGE; p++) {
		if (p + 1 == mem->lost)
			return vmc_error_new(VMC_EXCLUDED, "page %d", (int)p);
	}
	memcpy(buf, mem->bytes + (addr - BASE), size);
	return NULL;
}

struct fixture {
	struct maker maker;
	struct vmc_types *types;
	struct memory mem;
	struct vmc_printer p;
	struct vmc_str out;
};

static void fixture_deinit(struct fixture *f)
{
	vmc_printer_deinit(&f->p);
	vmc_str_deinit(&f->out);
	vmc_types_free(f->types);
	maker_deinit(&f->maker);
}
#define AUTO_FIXTURE vmc_cleanup(fixture_deinit) struct fixture

/* To be called when the types are made. */
static void ready(struct fixture *f)
{
	assert_ok(vmc_btf_open(make_btf(&f->maker), false, NULL, &f->types));
	f->p.mem = (struct vmc_reader){ read_memory, &f->mem };
}

static const char *show(struct fixture *f, const char *type, uint64_t addr)
{
	vmc_autoimage struct vmc_image image = { 0 };
	struct vmc_member m = { .name = "" };

	assert_ok(vmc_types_find(f->types, type, &m.type));
	assert_ok(vmc_image_read(&f->p.mem, addr, m.type->size, &image));
	vmc_str_clear(&f->out);
	vmc_value_print(&f->p, &image, &m, 0, &f->out);
	return vmc_str_text(&f->out);
}

static void scalars(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;
	uint32_t i = make_int(m, "int", 4, 1, 32), u8 = make_int(m, "u8", 1, 0, 8);
	uint32_t c = make_int(m, "char", 1, 1, 8), b = make_int(m, "_Bool", 1, 4, 8);
	uint32_t wide = make_int(m, "__int128 unsigned", 16, 0, 128);

	(void)state;
	make_type(m, "s", BTF_STRUCT, 7, true, 40);
	make_member(m, "i", i, 0);
	make_member(m, "u8", u8, 32);
	make_member(m, "c", c, 40);
	make_member(m, "b", b, 48);
	make_member(m, "low", i, 3u << 24 | 64);
	make_member(m, "high", i, 13u << 24 | 67);
	make_member(m, "w", wide, 128);
	ready(&f);
	memcpy(f.mem.bytes, "\xfe\xff\xff\xff\x09\xff\x01\0\x05\xff", 10);
	memcpy(f.mem.bytes + 16, "\x01\0\0\0\0\0\0\0\x02", 9);
	assert_string_equal(show(&f, "struct s", BASE), "{\n"
							"  i = -2,\n"
							"  u8 = 9 '\\t',\n"
							"  c = -1 '\\377',\n"
							"  b = true,\n"
							"  low = -3,\n"
							"  high = -32,\n"
							"  w = 0x20000000000000001\n"
							"}");
	f.p.hex = true;
	assert_string_equal(show(&f, "struct s", BASE), "{\n"
							"  i = 0xfffffffe,\n"
							"  u8 = 0x9,\n"
							"  c = 0xff,\n"
							"  b = 0x1,\n"
							"  low = 0x5,\n"
							"  high = 0x1fe0,\n"
							"  w = 0x20000000000000001\n"
							"}");
	assert_null(f.p.problem);
}

static void enums(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;
	static const struct {
		const char *type, *want;
		uint8_t value;
	} rows[] = {
		{ "enum plain", "TWO", 2 },
		{ "enum plain", "9", 9 },
		{ "enum flags", "(A | C)", 5 },
		{ "enum flags", "B", 2 },
		{ "enum flags", "(A | unknown: 0x18)", 0x19 },
		{ "enum flags", "(unknown: 0x20)", 0x20 },
		{ "enum flags", "0", 0 },
	};

	(void)state;
	make_type(m, "plain", BTF_ENUM, 3, false, 4);
	make_pair(m, "ONE", 1);
	make_pair(m, "TWO", 2);
	make_pair(m, "THREE", 3);
	make_type(m, "flags", BTF_ENUM, 3, false, 4);
	make_pair(m, "A", 1);
	make_pair(m, "B", 2);
	make_pair(m, "C", 4);
	ready(&f);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		f.mem.bytes[0] = rows[i].value;
		assert_string_equal(show(&f, rows[i].type, BASE), rows[i].want);
	}
}

static void texts_and_pointers(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;
	uint32_t c = make_int(m, "char", 1, 1, 8), i = make_int(m, "int", 4, 1, 32);
	uint32_t p = make_ref(m, BTF_PTR, "", c), q = make_ref(m, BTF_PTR, "", i);

	(void)state;
	make_array(m, c, 8);
	make_array(m, c, 0);
	make_struct(m, "s", 40, 6);
	make_member(m, "comm", 5, 0);
	make_member(m, "name", p, 64);
	make_member(m, "gone", p, 128);
	make_member(m, "null", p, 192);
	make_member(m, "count", q, 256);
	make_member(m, "tail", 6, 320);
	ready(&f);
	memcpy(f.mem.bytes, "a\"b\033\0\0\0\0", 8);
	memcpy(f.mem.bytes + 8, "\0\x02\x10\0\0\0\0\0\x10\0\0\0\0\0\0\0", 16);
	memcpy(f.mem.bytes + 32, "\x34\x12\0\0\0\0\0\0tail", 13);
	strcpy((char *)f.mem.bytes + 0x200, "vm-1\n");
	assert_string_equal(show(&f, "struct s", BASE),
			    "{\n"
			    "  comm = \"a\\\"b\\033\\000\\000\\000\",\n"
			    "  name = 0x100200 \"vm-1\\n\",\n"
			    "  gone = 0x10 <virtual address not mapped>,\n"
			    "  null = 0x0,\n"
			    "  count = 0x1234,\n"
			    "  tail = 0x100028 \"tail\"\n"
			    "}");
	/* a text that runs into a page that is not there */
	memset(f.mem.bytes + PAGE - 2, 'x', 2);
	memcpy(f.mem.bytes + 8, "\xfe\x0f\x10", 3);
	f.mem.lost = 2;
	assert_non_null(strstr(show(&f, "struct s", BASE), "name = 0x100ffe \"xx\"...,\n"));
}

static void arrays_are_cut(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;
	uint32_t u8 = make_int(m, "u8", 1, 0, 8), u16 = make_int(m, "u16", 2, 0, 16);
	uint32_t pair, two;

	(void)state;
	make_array(m, u16, 300);
	make_array(m, u8, 300);
	pair = make_struct(m, "pair", 2, 2);
	make_member(m, "a", u8, 0);
	make_member(m, "b", u8, 8);
	two = make_array(m, pair, 2);
	make_struct(m, "numbers", 600, 1);
	make_member(m, "n", 3, 0);
	make_struct(m, "text", 300, 1);
	make_member(m, "t", 4, 0);
	make_struct(m, "pairs", 4, 1);
	make_member(m, "p", two, 0);
	make_array(m, make_array(m, u16, 2), 2);
	make_struct(m, "grid", 8, 1);
	make_member(m, "g", m->last_id - 1, 0);
	make_struct(m, "nothing", 0, 0);
	ready(&f);
	assert_true(vmc_str_ends(show(&f, "struct numbers", BASE), ", 0, 0...}\n}"));
	memset(f.mem.bytes, 'y', 300);
	assert_true(vmc_str_ends(show(&f, "struct text", BASE), "yyy\"...\n}"));
	assert_int_equal(f.out.len, strlen("{\n  t = \"\"...\n}") + 256);
	memcpy(f.mem.bytes, "\1\0\2\0\3\0\4\0", 8);
	assert_string_equal(show(&f, "struct grid", BASE), "{\n  g = {{1, 2}, {3, 4}}\n}");
	assert_string_equal(show(&f, "struct pairs", BASE), "{\n"
							    "  p = {{\n"
							    "      a = 1 '\\001',\n"
							    "      b = 0 '\\000'\n"
							    "    }, {\n"
							    "      a = 2 '\\002',\n"
							    "      b = 0 '\\000'\n"
							    "    }}\n"
							    "}");
	assert_string_equal(show(&f, "struct nothing", BASE), "{<No data fields>}");
}

static void a_missing_page_costs_its_members(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;
	uint32_t u = make_int(m, "unsigned int", 4, 0, 32), inner, row;
	vmc_autoimage struct vmc_image image = { 0 };

	(void)state;
	inner = make_struct(m, "inner", 8, 2);
	make_member(m, "a", u, 0);
	make_member(m, "b", u, 32);
	row = make_array(m, u, 4);
	make_struct(m, "s", 36, 5);
	make_member(m, "first", u, 0);
	make_member(m, "in", inner, 32);
	make_member(m, "astride", inner, 96);
	make_member(m, "row", row, 160);
	make_member(m, "last", u, 36 * 8 - 32);
	ready(&f);
	f.mem.lost = 2;
	/* the page begins in the middle of "astride" */
	assert_string_equal(show(&f, "struct s", BASE + PAGE - 16),
			    "{\n"
			    "  first = 0,\n"
			    "  in = {\n"
			    "    a = 0,\n"
			    "    b = 0\n"
			    "  },\n"
			    "  astride = {\n"
			    "    a = 0,\n"
			    "    b = <page excluded by the dump tool>\n"
			    "  },\n"
			    "  row = <page excluded by the dump tool>,\n"
			    "  last = <page excluded by the dump tool>\n"
			    "}");
	assert_ok(vmc_image_read(&f.p.mem, BASE + PAGE - 16, 36, &image));
	assert_int_equal(image.n_pages, 2);
	assert_int_equal(image.n_absent, 1);
	assert_string_equal(vmc_error_text(image.why), "page 1");
}

static void images_have_limits(void **state)
{
	struct memory mem = { 0 };
	struct vmc_reader r = { read_memory, &mem };
	vmc_autoimage struct vmc_image empty = { 0 };
	struct vmc_image image = { 0 };

	(void)state;
	assert_code(vmc_image_read(&r, BASE, VMC_VALUE_MAX + 1, &image), VMC_LIMIT);
	assert_code(vmc_image_read(&r, UINT64_MAX - 3, 8, &image), VMC_UNMAPPED);
	assert_ok(vmc_image_read(&r, UINT64_MAX, 0, &empty));
	assert_int_equal(empty.n_pages, 0);
}

/* The bytes behind such a field need not be there. */
static void only_numbers_are_bit_fields(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;

	(void)state;
	make_array(m, make_int(m, "u8", 1, 0, 8), 64);
	make_type(m, "s", BTF_STRUCT, 1, true, 4);
	make_member(m, "a", 2, 4u << 24 | 8);
	ready(&f);
	assert_string_equal(show(&f, "struct s", BASE), "{\n  a = <malformed data>\n}");
	assert_int_equal(vmc_error_code(f.p.problem), VMC_BAD_FORMAT);
}

/* Unions of unions over the same four bytes: 2^59 values. */
static void explosions_end(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;

	(void)state;
	make_int(m, "int", 4, 1, 32);
	for (uint32_t i = 1; i < 60; i++) {
		make_type(m, i == 59 ? "bomb" : "", BTF_UNION, 2, false, 4);
		make_member(m, "x", i, 0);
		make_member(m, "y", i, 0);
	}
	make_struct(m, "self", 8, 1);
	make_member(m, "me", m->last_id, 0);
	ready(&f);
	show(&f, "union bomb", BASE);
	assert_int_equal(vmc_error_code(f.p.problem), VMC_LIMIT);
	assert_false(f.out.failed);
	vmc_printer_deinit(&f.p);
	f.p.shown = 0;
	show(&f, "struct self", BASE);
	assert_int_equal(vmc_error_code(f.p.problem), VMC_LIMIT);
	assert_non_null(strstr(vmc_str_text(&f.out), "<"));
}

static void pointers_are_followed(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;

	(void)state;
	make_struct(m, "list_head", 16, 2);
	make_member(m, "next", 2, 0);
	make_member(m, "prev", 2, 64);
	make_ref(m, BTF_PTR, "", 1);
	make_ref(m, BTF_PTR, "", 0);
	make_struct(m, "s", 16, 2);
	make_member(m, "lonely", 2, 0);
	make_member(m, "data", 3, 64);
	ready(&f);
	memcpy(f.mem.bytes, "\x00\x01\x10\0\0\0\0\0", 8);
	f.p.follow = true;
	assert_string_equal(show(&f, "struct list_head", BASE),
			    "{\n"
			    "  struct list_head *next = 0x100100\n"
			    "  -> {\n"
			    "       next = 0x0,\n"
			    "       prev = 0x0\n"
			    "     }\n"
			    "  struct list_head *prev = 0x0\n"
			    "  -> NULL\n"
			    "}");
	memcpy(f.mem.bytes + 8, "\x10\0\0\0\0\0\0\0", 8);
	assert_non_null(strstr(show(&f, "struct s", BASE),
			       "  void *data = 0x10\n  -> (unknown target type)\n"));
	assert_non_null(strstr(show(&f, "struct list_head", BASE),
			       "= 0x10\n  -> <virtual address not mapped>\n"));
}

/* For arguments: one line, one level, and of anything long only the beginning. */
static void in_brief(void **state)
{
	AUTO_FIXTURE f = { 0 };
	struct maker *m = &f.maker;
	uint32_t i = make_int(m, "int", 4, 1, 32), inner, many;

	(void)state;
	inner = make_struct(m, "inner", 4, 1);
	make_member(m, "x", i, 0);
	make_struct(m, "outer", 12, 3);
	make_member(m, "a", i, 0);
	make_member(m, "in", inner, 32);
	make_member(m, "b", i, 64);
	many = make_struct(m, "many", 40, 10);
	for (uint32_t k = 0; k < 10; k++)
		make_member(m, (char[]){ (char)('a' + k), 0 }, i, 32 * k);
	ready(&f);
	(void)many;
	memcpy(f.mem.bytes, "\x01\0\0\0\x02\0\0\0\xfd\xff\xff\xff", 12);
	f.p.brief = true;
	assert_string_equal(show(&f, "struct outer", BASE), "{a = 1, in = {...}, b = -3}");
	assert_true(vmc_str_starts(show(&f, "struct many", BASE), "{a = 1, b = 2, c = -3"));
	assert_true(vmc_str_ends(vmc_str_text(&f.out), ", ...}"));
	assert_null(strchr(vmc_str_text(&f.out), '\n'));
	/* what is missing is said in its place */
	f.mem.lost = 1;
	assert_string_equal(show(&f, "struct outer", BASE + PAGE - 8),
			    "{a = <page excluded by the dump tool>, in = <page excluded by the "
			    "dump tool>, b = 0}");
	assert_null(f.p.problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars),
		cmocka_unit_test(enums),
		cmocka_unit_test(texts_and_pointers),
		cmocka_unit_test(arrays_are_cut),
		cmocka_unit_test(a_missing_page_costs_its_members),
		cmocka_unit_test(images_have_limits),
		cmocka_unit_test(only_numbers_are_bit_fields),
		cmocka_unit_test(explosions_end),
		cmocka_unit_test(pointers_are_followed),
		cmocka_unit_test(in_brief),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
