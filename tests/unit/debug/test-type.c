/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/types/type.h"

#include "btf-maker.h"
#include "debug/types/btf.h"
#include "../test.h"

static void open_maker(struct maker *m, struct vmc_types **g)
{
	assert_ok(vmc_btf_open(make_btf(m), false, NULL, g));
}

static void assert_spelled(const struct vmc_type *t, const char *want)
{
	vmc_autostr struct vmc_str s = { 0 };

	assert_ok(vmc_type_spell(t, &s));
	assert_string_equal(vmc_str_text(&s), want);
}

static void base_types_have_many_names(void **state)
{
	static const char *const names[][2] = {
		{ "unsigned long", "long unsigned int" },
		{ "long unsigned", "long unsigned int" },
		{ "unsigned long int", "long unsigned int" },
		{ " long   unsigned\tint ", "long unsigned int" },
		{ "int", "int" },
		{ "signed", "int" },
		{ "unsigned", "unsigned int" },
		{ "long long", "long long int" },
		{ "unsigned long long", "long long unsigned int" },
		{ "unsigned short", "short unsigned int" },
		{ "short", "short int" },
		{ "unsigned char", "unsigned char" },
		{ "char", "char" },
		{ "bool", "_Bool" },
		{ "unsigned __int128", "__int128 unsigned" },
	};
	static const char *const wrong[] = { "long long long", "unsigned signed", "char int",
					     "short long",     "struct",	  "nothing" };
	static const char *const malformed[] = {
		"", " ", "*", "int*x", "int [4]", "int; int", "struct x * const"
	};
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t, *again;
	char text[600];

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++)
		make_int(&m, names[i][1], 4, 0, 32);
	open_maker(&m, &g);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		assert_ok(vmc_types_find(g, names[i][0], &t));
		assert_string_equal(t->name, names[i][1]);
	}
	for (size_t i = 0; i < VMC_ARRAY_SIZE(wrong); i++)
		assert_code(vmc_types_find(g, wrong[i], &t), VMC_NOT_FOUND);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(malformed); i++)
		assert_code(vmc_types_find(g, malformed[i], &t), VMC_USAGE);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_code(vmc_types_find(g, text, &t), VMC_USAGE);
	memset(text, '*', sizeof(text) - 1);
	text[0] = 'x';
	assert_code(vmc_types_find(g, text, &t), VMC_USAGE);

	assert_ok(vmc_types_find(g, "void * *", &t));
	assert_spelled(t, "void **");
	assert_ok(vmc_types_find(g, "void**", &again));
	assert_ptr_equal(t, again);
	assert_ok(vmc_type_target(t, &t));
	assert_int_equal(t->kind, VMC_TYPE_POINTER);
	assert_int_equal(t->size, 8);
	assert_ok(vmc_type_target(t, &t));
	assert_int_equal(t->kind, VMC_TYPE_VOID);
	assert_code(vmc_type_target(t, &t), VMC_USAGE);
}

/*
 * struct outer {
 *	int first;
 *	union { int a; struct { int :0; int deep; }; };	anonymous, at 4
 *	struct range mem[7];				typedef range_t, at 16
 *	int grid[2][3];					at 72
 *	struct outer *self;				at 96
 *	int tail[];					at 104
 * }
 */
static void make_outer(struct maker *m)
{
	uint32_t i32 = make_int(m, "int", 4, 1, 32), inner, u, range, mem, grid, self, tail;

	inner = make_type(m, "", BTF_STRUCT, 2, true, 8);
	make_member(m, "", i32, 0);
	make_member(m, "deep", i32, 32);
	u = make_type(m, "", BTF_UNION, 2, false, 8);
	make_member(m, "a", i32, 0);
	make_member(m, "", inner, 0);
	range = make_struct(m, "range", 8, 2);
	make_member(m, "base", i32, 0);
	make_member(m, "size", i32, 32);
	range = make_ref(m, BTF_TYPEDEF, "range_t", range);
	mem = make_array(m, make_ref(m, BTF_CONST, "", range), 7);
	grid = make_array(m, make_array(m, i32, 3), 2);
	self = make_ref(m, BTF_PTR, "", m->last_id + 3);
	tail = make_array(m, i32, 0);
	assert_int_equal(make_struct(m, "outer", 104, 6), tail + 1);
	make_member(m, "first", i32, 0);
	make_member(m, "", u, 32);
	make_member(m, "mem", mem, 128);
	make_member(m, "grid", grid, 576);
	make_member(m, "self", self, 768);
	make_member(m, "tail", tail, 832);
}

static void paths_lead_through_structs_and_arrays(void **state)
{
	static const struct {
		const char *path;
		uint64_t byte;
		uint64_t size;
	} rows[] = {
		{ "first", 0, 4 },	   { "a", 4, 4 },
		{ "deep", 8, 4 },	   { "mem", 16, 56 },
		{ "mem[0]", 16, 8 },	   { "mem[6].size", 68, 4 },
		{ "grid[1]", 84, 12 },	   { "grid[1][2]", 92, 4 },
		{ "self", 96, 8 },	   { "tail", 104, 0 },
		{ "tail[1000]", 4104, 4 },
	};
	static const struct {
		const char *path;
		enum vmc_code code;
	} wrong[] = {
		{ "nothing", VMC_NOT_FOUND },
		{ "mem[7]", VMC_NOT_FOUND },
		{ "first[0]", VMC_NOT_FOUND },
		{ "first.x", VMC_NOT_FOUND },
		{ "self.first", VMC_NOT_FOUND },
		{ "mem.base", VMC_NOT_FOUND },
		{ "firs", VMC_NOT_FOUND },
		{ "first2", VMC_NOT_FOUND },
		{ "[0]", VMC_NOT_FOUND },
		{ "", VMC_USAGE },
		{ "mem[]", VMC_USAGE },
		{ "mem[0", VMC_USAGE },
		{ "mem[-1]", VMC_USAGE },
		{ "mem[12345678901]", VMC_USAGE },
		{ "a.", VMC_USAGE },
		{ ".a", VMC_USAGE },
		{ "a->b", VMC_USAGE },
		{ "mem[0]base", VMC_USAGE },
	};
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t;
	struct vmc_member member;

	(void)state;
	make_outer(&m);
	open_maker(&m, &g);
	assert_ok(vmc_types_find(g, "struct outer", &t));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		assert_ok(vmc_type_path(t, rows[i].path, &member));
		assert_int_equal(member.bit_offset, rows[i].byte * 8);
		assert_int_equal(member.type->size, rows[i].size);
	}
	for (size_t i = 0; i < VMC_ARRAY_SIZE(wrong); i++)
		assert_code(vmc_type_path(t, wrong[i].path, &member), wrong[i].code);
	assert_ok(vmc_type_path(t, "mem[6].size", &member));
	assert_string_equal(member.name, "size");
}

static void spelling_is_that_of_c(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t;
	struct vmc_member member;
	uint32_t ids[16], ch, s, n = 0, p;
	static const char *const want[] = {
		"char [16]",
		"char *[4]",
		"char (*)[16]",
		"const char *",
		"const char *const *",
		"struct s *",
		"int (*)(struct s *, const char *, ...)",
		"void (*[3])(void)",
		"char *(*)(void)",
		"union {...}",
		"enum {...} *",
		"volatile struct missing *",
		"void *restrict",
		"bad\\x01name",
	};

	(void)state;
	ch = make_int(&m, "char", 1, 0, 8);
	s = make_struct(&m, "s", 1, 0);
	p = make_ref(&m, BTF_PTR, "", ch);
	ids[n++] = make_array(&m, ch, 16);
	ids[n++] = make_array(&m, p, 4);
	ids[n++] = make_ref(&m, BTF_PTR, "", ids[0]);
	ids[n++] = make_ref(&m, BTF_PTR, "", make_ref(&m, BTF_CONST, "", ch));
	ids[n++] = make_ref(&m, BTF_PTR, "", make_ref(&m, BTF_CONST, "", ids[3]));
	ids[n++] = make_ref(&m, BTF_PTR, "", s);
	p = make_int(&m, "int", 4, 1, 32);
	p = make_type(&m, "", BTF_FUNC_PROTO, 3, false, p);
	make_pair(&m, "s", ids[5]);
	make_pair(&m, "text", ids[3]);
	make_pair(&m, "", 0);
	ids[n++] = make_ref(&m, BTF_PTR, "", p);
	p = make_ref(&m, BTF_PTR, "", make_type(&m, "", BTF_FUNC_PROTO, 0, false, 0));
	ids[n++] = make_array(&m, p, 3);
	p = make_type(&m, "", BTF_FUNC_PROTO, 0, false, 3);
	ids[n++] = make_ref(&m, BTF_PTR, "", p);
	ids[n++] = make_type(&m, "", BTF_UNION, 0, false, 8);
	ids[n++] = make_ref(&m, BTF_PTR, "", make_type(&m, "", BTF_ENUM, 0, false, 4));
	p = make_ref(&m, BTF_VOLATILE, "", make_type(&m, "missing", BTF_FWD, 0, false, 0));
	ids[n++] = make_ref(&m, BTF_PTR, "", p);
	ids[n++] = make_ref(&m, BTF_RESTRICT, "", make_ref(&m, BTF_PTR, "", 0));
	ids[n++] = make_ref(&m, BTF_TYPEDEF, "bad\x01name", ch);
	make_struct(&m, "all", 1000, n);
	for (uint32_t i = 0; i < n; i++)
		make_member(&m, "m", ids[i], i * 512);
	open_maker(&m, &g);
	assert_ok(vmc_types_find(g, "struct all", &t));
	assert_int_equal(n, VMC_ARRAY_SIZE(want));
	for (uint32_t i = 0; i < n; i++) {
		assert_ok(vmc_type_member_at(t, i, &member));
		assert_spelled(member.type, want[i]);
	}
}

static void circles_and_depths_end(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	vmc_autostr struct vmc_str s = { 0 };
	const struct vmc_type *t;
	struct vmc_member member;
	uint32_t i32, id, first;

	(void)state;
	i32 = make_int(&m, "int", 4, 1, 32);
	/* typedefs in a circle, and one that is itself */
	id = m.last_id;
	make_ref(&m, BTF_TYPEDEF, "round", id + 2);
	make_ref(&m, BTF_CONST, "", id + 1);
	make_ref(&m, BTF_TYPEDEF, "myself", id + 3);
	/* an array of itself */
	id = m.last_id;
	make_array(&m, id + 1, 1);
	make_ref(&m, BTF_TYPEDEF, "array_t", id + 1);
	/* a pointer to itself is legal to hold, but has no end when spelled */
	id = m.last_id;
	make_ref(&m, BTF_PTR, "", id + 1);
	make_ref(&m, BTF_TYPEDEF, "pointer_t", id + 1);
	/* a struct that holds itself without a name */
	id = make_struct(&m, "inside", 8, 1);
	make_member(&m, "", id, 0);
	/* 100 anonymous structs inside each other */
	id = i32;
	for (int i = 0; i < 100; i++) {
		uint32_t inner = id;

		id = make_struct(&m, i == 99 ? "onion" : "", 8, 1);
		make_member(&m, i ? "" : "core", inner, 0);
	}
	/* 60 levels of 50 anonymous members each */
	first = m.last_id + 1;
	for (uint32_t level = 0; level < 60; level++) {
		make_struct(&m, level ? "" : "bomb", 8, 50);
		for (int i = 0; i < 50; i++)
			make_member(&m, "", level == 59 ? i32 : first + level + 1, 0);
	}
	/* a function whose parameters are that function */
	id = make_type(&m, "", BTF_FUNC_PROTO, 40, false, 0);
	for (int i = 0; i < 40; i++)
		make_pair(&m, "f", id + 1);
	make_ref(&m, BTF_PTR, "", id);
	make_struct(&m, "holder", 16, 2);
	make_member(&m, "f", id + 1, 0);
	make_member(&m, "p", i32, 64);
	open_maker(&m, &g);

	assert_code(vmc_types_find(g, "round", &t), VMC_BAD_FORMAT);
	assert_code(vmc_types_find(g, "myself", &t), VMC_BAD_FORMAT);
	assert_code(vmc_types_find(g, "array_t", &t), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "pointer_t", &t));
	assert_ok(vmc_type_strip(t, &t));
	assert_code(vmc_type_spell(t, &s), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "struct inside", &t));
	assert_code(vmc_type_path(t, "x", &member), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "struct onion", &t));
	assert_code(vmc_type_path(t, "core", &member), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "struct bomb", &t));
	assert_code(vmc_type_path(t, "x", &member), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "struct holder", &t));
	assert_ok(vmc_type_path(t, "f", &member));
	assert_code(vmc_type_spell(member.type, &s), VMC_BAD_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_types_have_many_names),
		cmocka_unit_test(paths_lead_through_structs_and_arrays),
		cmocka_unit_test(spelling_is_that_of_c),
		cmocka_unit_test(circles_and_depths_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
