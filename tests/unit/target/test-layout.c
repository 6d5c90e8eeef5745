/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The expected texts are crash's of the same definitions, unless a comment says otherwise. */
#include "target/layout.h"

#include "../debug/btf-maker.h"
#include "../test.h"
#include "debug/types/btf.h"

static void open_maker(struct maker *m, struct vmc_types **g)
{
	assert_ok(vmc_btf_open(make_btf(m), false, NULL, g));
}

static void assert_declared(const char *type, const char *name, const char *want)
{
	vmc_autostr struct vmc_str s = { 0 };

	vmc_layout_declare_text(type, name, &s);
	assert_string_equal(vmc_str_text(&s), want);
}

static void assert_printed(struct vmc_types *g, const char *name, struct vmc_layout l,
			   const char *want)
{
	vmc_autostr struct vmc_str s = { 0 };
	const struct vmc_type *t;

	assert_ok(vmc_types_find(g, name, &t));
	assert_ok(vmc_layout_print(t, &l, &s));
	assert_string_equal(vmc_str_text(&s), want);
}

static void names_go_where_c_has_them(void **state)
{
	(void)state;
	assert_declared("int", "x", "int x");
	assert_declared("long unsigned int", "flags", "unsigned long flags");
	assert_declared("short int", "il_prev", "short il_prev");
	assert_declared("long long unsigned int", "t", "unsigned long long t");
	assert_declared("struct list_head *", "next", "struct list_head *next");
	assert_declared("int **", "p", "int **p");
	assert_declared("char [16]", "comm", "char comm[16]");
	assert_declared("struct perf_event *[4]", "ptrace_bps", "struct perf_event *ptrace_bps[4]");
	assert_declared("int (*)(void)", "init", "int (*init)(void)");
	assert_declared("long int (*)(struct file *, long unsigned int)", "ioctl",
			"long (*ioctl)(struct file *, unsigned long)");
	assert_declared("int (*[3])(int)", "ops", "int (*ops[3])(int)");
	assert_declared("int (*(*)(int))(char)", "f", "int (*(*f)(int))(char)");
	assert_declared("int (*)[4]", "rows", "int (*rows)[4]");
	assert_declared("char *const", "name", "char *const name");
	assert_declared("int (void)", "f", "int f(void)");
	assert_declared("unsigned long []", "table", "unsigned long table[]");
	assert_declared("struct long_int", "x", "struct long_int x");
	assert_declared("struct a_long int_", "x", "struct a_long int_ x");
	assert_declared("long int", "", "long");
	assert_declared("long int [2]", NULL, "long [2]");
	assert_declared("int", "a\033b", "int a\\x1bb");
}

/* kernel_param, desc_struct, rcu_special and list_head in small. */
static void make_shapes(struct maker *m)
{
	uint32_t i = make_int(m, "int", 4, 1, 32), u8 = make_int(m, "unsigned char", 1, 0, 8);
	uint32_t u = make_int(m, "long unsigned int", 8, 0, 64);
	uint32_t list = m->last_id + 1, pointer = m->last_id + 2, inner, named, outer, array;

	make_struct(m, "list_head", 16, 2);
	make_member(m, "next", pointer, 0);
	make_member(m, "prev", pointer, 64);
	make_ref(m, BTF_PTR, "", list);
	inner = make_struct(m, "", 16, 2);
	make_member(m, "a", u, 0);
	make_member(m, "b", i, 64);
	named = make_type(m, "", BTF_UNION, 2, false, 16);
	make_member(m, "", inner, 0);
	make_member(m, "u", u, 0);
	outer = make_struct(m, "outer", 128, 4);
	make_member(m, "flags", u, 0);
	make_member(m, "", named, 64);
	array = m->last_id + 1;
	make_member(m, "two", array, 192);
	make_member(m, "last", i, 960);
	make_array(m, inner, 2);
	make_ref(m, BTF_TYPEDEF, "outer_t", outer);
	make_type(m, "bits", BTF_STRUCT, 3, true, 8);
	make_member(m, "low", i, 4u << 24 | 0);
	make_member(m, "mid", i, 8u << 24 | 12);
	make_member(m, "whole", u8, 56);
	make_struct(m, "empty", 0, 0);
	make_type(m, "pid_type", BTF_ENUM, 2, false, 4);
	make_pair(m, "PIDTYPE_PID", 0);
	make_pair(m, "PIDTYPE_MAX", 4);
	make_ref(m, BTF_TYPEDEF, "ulong_t", u);
}

static void definitions_look_as_in_crash(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_layout plain = { 0 }, offsets = { .offsets = true };

	(void)state;
	make_shapes(&m);
	open_maker(&m, &g);
	assert_printed(g, "struct list_head", plain,
		       "struct list_head {\n"
		       "    struct list_head *next;\n"
		       "    struct list_head *prev;\n"
		       "}\n"
		       "SIZE: 16\n");
	assert_printed(g, "struct list_head", offsets,
		       "struct list_head {\n"
		       "   [0] struct list_head *next;\n"
		       "   [8] struct list_head *prev;\n"
		       "}\n"
		       "SIZE: 16\n");
	assert_printed(g, "struct bits", offsets,
		       "struct bits {\n"
		       "  [0] int low : 4;\n"
		       "  [1] int mid : 8;\n"
		       "  [7] unsigned char whole;\n"
		       "}\n"
		       "SIZE: 8\n");
	assert_printed(g, "struct empty", plain,
		       "struct empty {\n    <no data fields>\n}\nSIZE: 0\n");
	assert_printed(g, "enum pid_type", plain,
		       "enum pid_type {\n  PIDTYPE_PID = 0\n  PIDTYPE_MAX = 4\n};\n");
	assert_printed(g, "ulong_t", plain, "typedef unsigned long ulong_t;\nSIZE: 8\n");
	assert_printed(g, "struct list_head *", plain, "struct list_head *\nSIZE: 8\n");
}

static void anonymous_structs_are_expanded(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;

	(void)state;
	make_shapes(&m);
	open_maker(&m, &g);
	assert_printed(g, "outer_t", (struct vmc_layout){ .note = "[mod]" },
		       "typedef struct outer {\n"
		       "    unsigned long flags;\n"
		       "    union {\n"
		       "        struct {\n"
		       "            unsigned long a;\n"
		       "            int b;\n"
		       "        };\n"
		       "        unsigned long u;\n"
		       "    };\n"
		       "    struct {\n"
		       "        unsigned long a;\n"
		       "        int b;\n"
		       "    } two[2];\n"
		       "    int last;\n"
		       "} outer_t;\n"
		       "SIZE: 128  [mod]\n");
	/* members of a named one have offsets here: crash has none, or wrong ones */
	assert_printed(g, "struct outer", (struct vmc_layout){ .offsets = true },
		       "struct outer {\n"
		       "    [0] unsigned long flags;\n"
		       "        union {\n"
		       "            struct {\n"
		       "    [8]         unsigned long a;\n"
		       "   [16]         int b;\n"
		       "            };\n"
		       "    [8]     unsigned long u;\n"
		       "        };\n"
		       "        struct {\n"
		       "   [24]     unsigned long a;\n"
		       "   [32]     int b;\n"
		       "   [24] } two[2];\n"
		       "  [120] int last;\n"
		       "}\n"
		       "SIZE: 128\n");
}

static void offsets_become_addresses(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	vmc_autostr struct vmc_str s = { 0 };
	const struct vmc_type *t;
	struct vmc_member member;
	struct vmc_layout l = { .hex = true };

	(void)state;
	make_shapes(&m);
	open_maker(&m, &g);
	assert_printed(g, "struct list_head",
		       (struct vmc_layout){ .offsets = true,
					    .has_address = true,
					    .address = 0xffffffffad127160 },
		       "struct list_head {\n"
		       "  [ffffffffad127160] struct list_head *next;\n"
		       "  [ffffffffad127168] struct list_head *prev;\n"
		       "}\n"
		       "SIZE: 16\n");
	assert_ok(vmc_types_find(g, "struct outer", &t));
	assert_ok(vmc_type_path(t, "two[1].b", &member));
	assert_ok(vmc_layout_member(t, &member, "two[1].b", &l, &s));
	assert_string_equal(vmc_str_text(&s), "  [0x30] int two[1].b;\n");
}

/* Each level doubles: 2^60 lines, and a struct that holds itself. */
static void explosions_end(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	vmc_autostr struct vmc_str s = { 0 };
	struct vmc_layout l = { 0 };
	const struct vmc_type *t;

	(void)state;
	make_int(&m, "int", 4, 1, 32);
	for (uint32_t i = 1; i < 60; i++) {
		make_type(&m, i == 59 ? "bomb" : "", BTF_UNION, 2, false, 4);
		make_member(&m, "", i, 0);
		make_member(&m, "x", i, 0);
	}
	make_struct(&m, "self", 8, 1);
	make_member(&m, "", m.last_id, 0);
	open_maker(&m, &g);
	assert_ok(vmc_types_find(g, "union bomb", &t));
	assert_code(vmc_layout_print(t, &l, &s), VMC_LIMIT);
	assert_ok(vmc_types_find(g, "struct self", &t));
	vmc_str_clear(&s);
	assert_ok(vmc_layout_print(t, &l, &s));
	assert_true(s.len < 1 << 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_where_c_has_them),
		cmocka_unit_test(definitions_look_as_in_crash),
		cmocka_unit_test(anonymous_structs_are_expanded),
		cmocka_unit_test(offsets_become_addresses),
		cmocka_unit_test(explosions_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
