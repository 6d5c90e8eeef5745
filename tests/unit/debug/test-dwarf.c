/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same questions to the DWARF of one source, as several compilers write it in all versions,
 * and to the BTF that is written of it; the object files are the arguments. What is right the
 * compiler of this test knows.
 */
#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "debug/dwarf/dwarf.h"
#include "debug/types/btf.h"
#include "dwarf-sample.h"

#define autotypes vmc_cleanup(vmc_cleanup_typesp) struct vmc_types

struct object {
	const char *path;
	uint8_t *data;
	size_t size;
	struct vmc_types *types;
};

static void read_file(struct object *o)
{
	FILE *f = fopen(o->path, "rb");

	assert_non_null(f);
	o->data = malloc(1 << 20);
	assert_non_null(o->data);
	o->size = fread(o->data, 1, 1 << 20, f);
	fclose(f);
}

static int open_object(void **state)
{
	struct object *o = *state;

	read_file(o);
	assert_ok(vmc_dwarf_open((struct vmc_bytes){ o->data, o->size }, o->path, &o->types));
	return 0;
}

static int close_object(void **state)
{
	struct object *o = *state;

	vmc_types_free(o->types);
	free(o->data);
	return 0;
}

/* The types once more, written as BTF and read again. */
static int convert_object(void **state)
{
	vmc_cleanup(vmc_cleanup_btf_writerp) struct vmc_btf_writer *w = NULL;
	vmc_autofree uint8_t *bytes = NULL;
	struct object *o = *state;
	size_t size = 0;

	assert_ok(vmc_btf_writer_new(&w));
	assert_ok(vmc_dwarf_export(o->types, w));
	assert_ok(vmc_btf_writer_finish(w, &bytes, &size));
	vmc_types_free(o->types);
	o->types = NULL;
	assert_ok(vmc_btf_open((struct vmc_bytes){ bytes, size }, true, NULL, &o->types));
	return 0;
}

static const struct vmc_type *type_of(void **state, const char *name)
{
	const struct vmc_type *t = NULL;

	assert_ok(vmc_types_find(((struct object *)*state)->types, name, &t));
	return t;
}

static void check_place(void **state, const char *type, const char *path, size_t offset,
			size_t size)
{
	struct vmc_member m = { 0 };

	assert_ok(vmc_type_path(type_of(state, type), path, &m));
	if (m.bit_offset != offset * 8 || m.type->size != size || m.bit_size)
		fail_msg("%s.%s: at bit %llu, %llu bytes", type, path,
			 (unsigned long long)m.bit_offset, (unsigned long long)m.type->size);
}

#define PLACE(type, member) \
	check_place(state, #type, #member, offsetof(type, member), sizeof(((type *)0)->member))

static void test_members(void **state)
{
	PLACE(struct sample, text);
	PLACE(struct sample, next);
	PLACE(struct sample, watched);
	PLACE(struct sample, grid);
	PLACE(struct sample, grid[2]);
	PLACE(struct sample, grid[1][3]);
	PLACE(struct sample, whole);
	PLACE(struct sample, high);
	PLACE(struct sample, bits);
	PLACE(struct sample, color);
	PLACE(struct sample, call);
	PLACE(struct sample, other);
	PLACE(struct sample, small);
	PLACE(struct sample, yes);
	PLACE(struct sample, real);
	PLACE(struct sample, tail[3]);
	PLACE(struct tight, b);
	check_place(state, "struct sample", "tail", offsetof(struct sample, tail), 0);
	assert_int_equal(type_of(state, "struct sample")->size, sizeof(struct sample));
	assert_int_equal(type_of(state, "struct bits")->size, sizeof(struct bits));
	assert_int_equal(type_of(state, "struct tight")->size, sizeof(struct tight));
}

/* The bits that are set in `bytes` must be those of the member. */
static void check_bits(void **state, const char *type, const char *name, const void *bytes,
		       size_t size)
{
	struct vmc_member m = { 0 };
	const uint8_t *p = bytes;
	size_t first = 0, n = 0;

	for (size_t i = size * 8; i-- > 0;) {
		if (p[i / 8] >> i % 8 & 1) {
			first = i;
			n++;
		}
	}
	assert_ok(vmc_type_path(type_of(state, type), name, &m));
	if (m.bit_offset != first || m.bit_size != n)
		fail_msg("%s.%s: %u bits at %llu, not %zu at %zu", type, name, m.bit_size,
			 (unsigned long long)m.bit_offset, n, first);
}

#define BITS(type, member, ones)                                    \
	do {                                                        \
		type v_;                                            \
		memset(&v_, 0, sizeof(v_));                         \
		v_.member = ones;                                   \
		check_bits(state, #type, #member, &v_, sizeof(v_)); \
	} while (0)

static void test_bit_fields(void **state)
{
	BITS(struct bits, a, 7);
	BITS(struct bits, b, 127);
	BITS(struct bits, c, -1);
	BITS(struct bits, d, 0xfffffffffful);
	BITS(struct bits, e, 1);
	BITS(struct bits, f, true);
	BITS(struct bits, g, 0x1ff);
	BITS(struct tight, c, 31);
	BITS(struct tight, d, 0x3fffffff);
}

static void check_spelling(void **state, const char *type, const char *path, const char *want)
{
	vmc_autostr struct vmc_str s = { 0 };
	struct vmc_member m = { 0 };

	assert_ok(vmc_type_path(type_of(state, type), path, &m));
	assert_ok(vmc_type_spell(m.type, &s));
	assert_string_equal(vmc_str_text(&s), want);
}

static void test_spelling(void **state)
{
	check_spelling(state, "struct sample", "text", "char [16]");
	check_spelling(state, "struct sample", "next", "struct sample *");
	check_spelling(state, "struct sample", "grid[0]", "int [5]");
	check_spelling(state, "struct sample", "tail", "ulong_t []");
	check_spelling(state, "struct sample", "call", "callback *");
	check_spelling(state, "struct sample", "hidden", "struct nowhere *");
}

/* A unit that only declares a struct gets the one that the other defines. */
static void test_declarations(void **state)
{
	struct vmc_member m = { 0 };
	const struct vmc_type *t;

	assert_ok(vmc_type_path(type_of(state, "struct sample"), "other", &m));
	assert_ok(vmc_type_target(m.type, &t));
	assert_int_equal(t->kind, VMC_TYPE_STRUCT);
	assert_int_equal(t->n_members, 2);
	assert_ok(vmc_type_path(type_of(state, "struct sample"), "choice", &m));
	assert_ok(vmc_type_target(m.type, &t));
	assert_int_equal(t->kind, VMC_TYPE_UNION);
	assert_int_equal(t->size, 24);
	assert_ok(vmc_type_path(type_of(state, "struct sample"), "hidden", &m));
	assert_ok(vmc_type_target(m.type, &t));
	assert_int_equal(t->kind, VMC_TYPE_DECLARED);
	assert_code(vmc_types_find(((struct object *)*state)->types, "struct nowhere", &t),
		    VMC_NOT_FOUND);
}

static void test_base_types(void **state)
{
	static const struct {
		const char *name;
		size_t size;
		unsigned int flags;
	} want[] = {
		{ "unsigned long", sizeof(long), 0 },
		{ "signed char", 1, VMC_TYPE_SIGNED },
		{ "_Bool", 1, VMC_TYPE_BOOL },
		{ "unsigned short", sizeof(short), 0 },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(want); i++) {
		const struct vmc_type *t = type_of(state, want[i].name);

		assert_int_equal(t->kind, VMC_TYPE_INT);
		assert_int_equal(t->size, want[i].size);
		assert_int_equal(t->flags, want[i].flags);
	}
	assert_true(type_of(state, "char")->flags & VMC_TYPE_CHAR);
	assert_int_equal(type_of(state, "double")->kind, VMC_TYPE_FLOAT);
	assert_int_equal(type_of(state, "void")->kind, VMC_TYPE_VOID);
	assert_ptr_equal(type_of(state, "struct sample *"), type_of(state, "struct sample *"));
}

static void check_constant(void **state, const char *tag, const char *name, int64_t want)
{
	int64_t value = 0;

	assert_ok(vmc_types_enumerator(((struct object *)*state)->types, tag, name, &value));
	assert_int_equal(value, want);
}

static void test_enumerators(void **state)
{
	check_constant(state, "color", "GREEN", GREEN);
	check_constant(state, NULL, "BLUE", BLUE);
	check_constant(state, "sign", "BELOW", BELOW);
	check_constant(state, NULL, "BELOW", BELOW);
	check_constant(state, NULL, "NAMELESS", NAMELESS);
	assert_int_equal(type_of(state, "enum sign")->flags, VMC_TYPE_SIGNED);
	assert_int_equal(type_of(state, "enum color")->flags, 0);
}

static void check_variable(void **state, const char *name, const char *want)
{
	vmc_autostr struct vmc_str s = { 0 };
	const struct vmc_type *t = NULL;

	assert_ok(vmc_types_variable(((struct object *)*state)->types, name, &t));
	assert_ok(vmc_type_spell(t, &s));
	assert_string_equal(vmc_str_text(&s), want);
}

static void test_variables(void **state)
{
	const struct vmc_type *t;

	check_variable(state, "first", "struct sample *");
	check_variable(state, "hue", "enum color");
	check_variable(state, "matrix", "int [4][6]");
	check_variable(state, "place", "struct elsewhere");
	assert_code(vmc_types_variable(((struct object *)*state)->types, "absent", &t),
		    VMC_NOT_FOUND);
}

/* Wherever the file ends: types that fit what is there, or an error, never a step outside. */
static void test_cut_off(void **state)
{
	struct object *o = *state;

	for (size_t size = 0; size < o->size; size += 97) {
		autotypes *g = NULL;
		uint8_t *part = malloc(size + 1);
		struct vmc_error *err;

		assert_non_null(part);
		memcpy(part, o->data, size);
		err = vmc_dwarf_open((struct vmc_bytes){ part, size }, "part", &g);
		/* the section headers are at the end: without them nothing is found */
		assert_true(err != NULL);
		vmc_error_free(err);
		free(part);
	}
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		struct object o = { .path = argv[i] };
		const struct CMUnitTest tests[] = {
			cmocka_unit_test_prestate(test_members, &o),
			cmocka_unit_test_prestate(test_bit_fields, &o),
			cmocka_unit_test_prestate(test_spelling, &o),
			cmocka_unit_test_prestate(test_declarations, &o),
			cmocka_unit_test_prestate(test_base_types, &o),
			cmocka_unit_test_prestate(test_enumerators, &o),
			cmocka_unit_test_prestate(test_variables, &o),
			cmocka_unit_test_prestate(test_cut_off, &o),
		};
		void *state = &o;

		(void)open_object(&state);
		failed +=
			_cmocka_run_group_tests(argv[i], tests, VMC_ARRAY_SIZE(tests), NULL, NULL);
		(void)convert_object(&state);
		failed += _cmocka_run_group_tests("the same as BTF", tests, VMC_ARRAY_SIZE(tests),
						  NULL, NULL);
		(void)close_object(&state);
	}
	return failed;
}
