/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/types/btf.h"

#include "btf-maker.h"
#include "../test.h"

static void all_kinds_become_types(void **state)
{
	static const uint32_t aliases[] = { BTF_CONST, BTF_VOLATILE, BTF_RESTRICT, BTF_TYPE_TAG };
	static const unsigned int flags[] = { VMC_TYPE_CONST, VMC_TYPE_VOLATILE, VMC_TYPE_RESTRICT,
					      0 };
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t, *inner;
	struct vmc_member member;
	uint32_t i32, ids[4], s;

	(void)state;
	i32 = make_int(&m, "int", 4, 1, 32);
	make_type(&m, "double", BTF_FLOAT, 0, false, 8);
	for (int i = 0; i < 4; i++)
		ids[i] = make_ref(&m, aliases[i], i == 3 ? "user" : "", i32);
	s = make_struct(&m, "s", 16, 4);
	for (uint32_t i = 0; i < 4; i++)
		make_member(&m, "m", ids[i], i * 32);
	make_type(&m, "u", BTF_UNION, 1, false, 16);
	make_member(&m, "s", s, 0);
	make_type(&m, "f", BTF_FUNC, 0, false, make_type(&m, "", BTF_FUNC_PROTO, 0, false, 0));
	make_type(&m, "tag", BTF_DECL_TAG, 0, false, s);
	put32(&m.types, 0xffffffff);
	make_type(&m, "runqueues", BTF_VAR, 0, false, s);
	put32(&m.types, 1);
	make_type(&m, ".data..percpu", BTF_DATASEC, 1, false, 16);
	make_member(&m, "", m.last_id - 1, 0);
	make_ref(&m, BTF_TYPEDEF, "s_t", s);

	assert_ok(vmc_btf_open(make_btf(&m), false, NULL, &g));
	assert_int_equal(vmc_btf_size(make_btf(&m)), m.out.len);
	assert_ok(vmc_types_find(g, "int", &t));
	assert_int_equal(t->kind, VMC_TYPE_INT);
	assert_int_equal(t->size, 4);
	assert_int_equal(t->flags, VMC_TYPE_SIGNED);
	assert_ok(vmc_types_find(g, "double", &t));
	assert_int_equal(t->kind, VMC_TYPE_FLOAT);
	assert_ok(vmc_types_find(g, "struct s", &t));
	assert_int_equal(t->n_members, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_ok(vmc_type_member_at(t, i, &member));
		assert_int_equal(member.type->kind, VMC_TYPE_QUALIFIED);
		assert_int_equal(member.type->flags, flags[i]);
		assert_int_equal(member.type->size, 4);
		assert_ok(vmc_type_strip(member.type, &inner));
		assert_int_equal(inner->id, i32);
	}
	assert_code(vmc_type_member_at(t, 4, &member), VMC_USAGE);
	assert_ok(vmc_types_find(g, "union u", &inner));
	assert_int_equal(inner->kind, VMC_TYPE_UNION);
	assert_ok(vmc_types_find(g, "struct u", &inner)); /* tags are one space in C */
	assert_int_equal(inner->kind, VMC_TYPE_UNION);
	assert_code(vmc_types_find(g, "union s", &inner), VMC_NOT_FOUND);
	assert_ok(vmc_types_variable(g, "runqueues", &inner));
	assert_ptr_equal(inner, t);
	assert_code(vmc_types_variable(g, "init_task", &inner), VMC_NOT_FOUND);
	assert_ok(vmc_types_find(g, "s_t", &inner));
	assert_int_equal(inner->size, 16);
	assert_ok(vmc_type_strip(inner, &inner));
	assert_ptr_equal(inner, t);
}

static void bit_fields_of_both_encodings(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t;
	struct vmc_member b;
	uint32_t u32, narrow;

	(void)state;
	u32 = make_int(&m, "unsigned int", 4, 0, 32);
	narrow = make_int(&m, "unsigned int", 4, 0, 5); /* pahole before 4.20 */
	make_type(&m, "now", BTF_STRUCT, 3, true, 8);
	make_member(&m, "a", u32, 0);
	make_member(&m, "b", u32, 3u << 24 | 32);
	make_member(&m, "c", u32, 29u << 24 | 35);
	make_struct(&m, "then", 8, 2);
	make_member(&m, "a", u32, 0);
	make_member(&m, "b", narrow, 35);

	assert_ok(vmc_btf_open(make_btf(&m), true, NULL, &g));
	assert_ok(vmc_types_find(g, "struct now", &t));
	assert_ok(vmc_type_path(t, "a", &b));
	assert_int_equal(b.bit_size, 0);
	assert_ok(vmc_type_path(t, "c", &b));
	assert_int_equal(b.bit_offset, 35);
	assert_int_equal(b.bit_size, 29);
	assert_ok(vmc_types_find(g, "struct then", &t));
	assert_ok(vmc_type_path(t, "b", &b));
	assert_int_equal(b.bit_offset, 35);
	assert_int_equal(b.bit_size, 5);
}

static void enumerators_have_their_sign(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	AUTO_TYPES old = NULL;
	struct vmc_enumerator e;
	const struct vmc_type *t;
	int64_t v;

	(void)state;
	make_type(&m, "plain", BTF_ENUM, 2, false, 4);
	make_pair(&m, "PLAIN_TOP", 0xffffffff);
	make_pair(&m, "PLAIN_ONE", 1);
	/* written before 6.0, no enum has the flag: values are signed */
	assert_ok(vmc_btf_open(make_btf(&m), true, NULL, &old));
	assert_ok(vmc_types_enumerator(old, "plain", "PLAIN_TOP", &v));
	assert_int_equal(v, -1);

	make_type(&m, "minus", BTF_ENUM, 1, true, 4);
	make_pair(&m, "MINUS_ONE", 0xffffffff);
	make_type(&m, "wide", BTF_ENUM64, 1, false, 8);
	make_enumerator64(&m, "WIDE", 0x123456789abcdef0);
	make_type(&m, "", BTF_ENUM, 1, false, 4);
	make_pair(&m, "NAMELESS_ENUM", 7);
	make_ref(&m, BTF_TYPEDEF, "named_t", m.last_id);
	make_type(&m, "declared", BTF_ENUM, 0, false, 4);
	assert_ok(vmc_btf_open(make_btf(&m), true, NULL, &g));
	assert_ok(vmc_types_enumerator(g, "plain", "PLAIN_TOP", &v));
	assert_int_equal(v, 0xffffffff);
	assert_ok(vmc_types_enumerator(g, NULL, "MINUS_ONE", &v));
	assert_int_equal(v, -1);
	assert_ok(vmc_types_enumerator(g, NULL, "WIDE", &v));
	assert_int_equal(v, 0x123456789abcdef0);
	assert_ok(vmc_types_enumerator(g, "named_t", "NAMELESS_ENUM", &v));
	assert_int_equal(v, 7);
	assert_code(vmc_types_enumerator(g, NULL, "NOTHING", &v), VMC_NOT_FOUND);
	assert_code(vmc_types_enumerator(g, "plain", "WIDE", &v), VMC_NOT_FOUND);
	assert_code(vmc_types_enumerator(g, "declared", "WIDE", &v), VMC_NOT_FOUND);
	assert_ok(vmc_types_find(g, "enum wide", &t));
	assert_int_equal(t->size, 8);
	assert_ok(vmc_type_enumerator_at(t, 0, &e));
	assert_string_equal(e.name, "WIDE");
	assert_code(vmc_type_enumerator_at(t, 1, &e), VMC_USAGE);
}

static void the_first_definition_with_members_wins(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t, *x;
	struct vmc_member member;
	uint32_t fwd, ptr;

	(void)state;
	fwd = make_type(&m, "x", BTF_FWD, 0, false, 0);
	make_type(&m, "never", BTF_FWD, 0, true, 0);
	ptr = make_ref(&m, BTF_PTR, "", fwd);
	make_struct(&m, "x", 0, 0);
	make_struct(&m, "x", 8, 1);
	make_member(&m, "first", ptr, 0);
	make_struct(&m, "x", 16, 1);
	make_member(&m, "second", ptr, 64);

	assert_ok(vmc_btf_open(make_btf(&m), false, NULL, &g));
	assert_ok(vmc_types_find(g, "struct x", &x));
	assert_int_equal(x->size, 8);
	/* a pointer to the declaration leads to the definition */
	assert_ok(vmc_type_path(x, "first", &member));
	assert_ok(vmc_type_target(member.type, &t));
	assert_ptr_equal(t, x);
	assert_code(vmc_types_find(g, "union never", &t), VMC_NOT_FOUND);
}

static void split_btf_goes_on_behind_its_base(void **state)
{
	AUTO_MAKER b = { 0 };
	AUTO_TYPES base = NULL;
	AUTO_TYPES g = NULL;
	const struct vmc_type *t, *own, *from_base;
	struct vmc_member member;
	uint32_t i32, list;

	(void)state;
	i32 = make_int(&b, "int", 4, 1, 32);
	list = make_struct(&b, "list", 8, 2);
	make_member(&b, "next", i32, 0);
	make_member(&b, "prev", i32, 32);
	make_struct(&b, "both", 4, 1);
	make_member(&b, "of_base", i32, 0);
	make_type(&b, "later", BTF_FWD, 0, false, 0);
	assert_ok(vmc_btf_open(make_btf(&b), false, NULL, &base));

	AUTO_MAKER m = { .last_id = b.last_id, .string_base = (uint32_t)b.strings.len };
	assert_int_equal(make_struct(&m, "both", 8, 1), b.last_id + 1);
	make_member(&m, "of_module", list, 0);
	make_struct(&m, "later", 4, 1);
	make_member(&m, "x", i32, 0);
	assert_ok(vmc_btf_open(make_btf(&m), false, base, &g));

	assert_ok(vmc_types_find(g, "struct both", &own));
	assert_int_equal(own->size, 8);
	assert_ok(vmc_types_find(base, "struct both", &t));
	assert_int_equal(t->size, 4);
	assert_ok(vmc_types_find(g, "struct list", &t));
	assert_ok(vmc_types_find(base, "struct list", &from_base));
	assert_ptr_equal(t, from_base);
	assert_ok(vmc_type_path(own, "of_module.prev", &member));
	assert_int_equal(member.bit_offset, 32);
	assert_string_equal(member.name, "prev");
	assert_ok(vmc_types_find(g, "struct later", &t));
	assert_code(vmc_types_find(base, "struct later", &t), VMC_NOT_FOUND);
}

static void damaged_headers_are_refused(void **state)
{
	AUTO_MAKER m = { 0 };
	struct vmc_types *g;
	struct vmc_bytes b;
	uint8_t copy[64];

	(void)state;
	make_int(&m, "int", 4, 1, 32);
	b = make_btf(&m);
	assert_code(vmc_btf_open((struct vmc_bytes){ 0 }, true, NULL, &g), VMC_NOT_FORMAT);
	assert_code(vmc_btf_open((struct vmc_bytes){ b.data, 23 }, false, NULL, &g),
		    VMC_NOT_FORMAT);
	for (size_t size = 24; size < b.size; size++)
		assert_code(vmc_btf_open((struct vmc_bytes){ b.data, size }, true, NULL, &g),
			    VMC_BAD_FORMAT);
	static const struct {
		uint8_t at, value;
		enum vmc_code code;
	} rows[] = {
		{ 0, 0, VMC_NOT_FORMAT },  /* magic */
		{ 2, 2, VMC_UNSUPPORTED }, /* version */
		{ 4, 23, VMC_BAD_FORMAT }, /* hdr_len below the least */
		{ 7, 0xff, VMC_BAD_FORMAT },	    { 11, 0xff, VMC_BAD_FORMAT }, /* type_off */
		{ 15, 0xff, VMC_BAD_FORMAT },					  /* type_len */
		{ 12, 11, VMC_BAD_FORMAT },	    /* ends within a type */
		{ 20, 0, VMC_BAD_FORMAT },	    /* no strings */
		{ 24, 200, VMC_BAD_FORMAT },	    /* name beyond the strings */
		{ 31, 0, VMC_BAD_FORMAT },	    /* kind 0 */
		{ 31, 20, VMC_UNSUPPORTED },	    /* kind of unknown size */
		{ 31, BTF_STRUCT, VMC_BAD_FORMAT }, /* leaves 4 bytes */
		{ 40, 1, VMC_BAD_FORMAT },	    /* first string is not "" */
		{ 44, 1, VMC_BAD_FORMAT },	    /* last is not ended */
	};
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		memcpy(copy, b.data, b.size);
		copy[rows[i].at] = rows[i].value;
		assert_code(vmc_btf_open((struct vmc_bytes){ copy, b.size }, false, NULL, &g),
			    rows[i].code);
	}
	memcpy(copy, b.data, b.size);
	copy[0] = 0xeb;
	copy[1] = 0x9f;
	assert_code(vmc_btf_open((struct vmc_bytes){ copy, b.size }, false, NULL, &g),
		    VMC_UNSUPPORTED);
	assert_int_equal(vmc_btf_size((struct vmc_bytes){ copy, 24 }), 0);
	assert_int_equal(vmc_btf_size((struct vmc_bytes){ b.data, 24 }), b.size);
}

static void a_layout_section_lets_unknown_kinds_pass(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t;
	struct vmc_member member;

	(void)state;
	make_type(&m, "novel", 21, 2, false, 0);
	put32(&m.types, 1);
	put32(&m.types, 2);
	put32(&m.types, 3);
	make_int(&m, "int", 4, 1, 32);
	make_struct(&m, "s", 4, 1);
	make_member(&m, "odd", 1, 0);
	make_string(&m, "");
	make_head(&m, 32);
	put32(&m.out, m.types.len + m.strings.len);
	put32(&m.out, 22 * 4);
	vmc_str_addn(&m.out, m.types.data, m.types.len);
	vmc_str_addn(&m.out, m.strings.data, m.strings.len);
	for (int kind = 0; kind < 22; kind++)
		put32(&m.out, kind == 21 ? 4 | 4 << 8 : 0); /* once 4, each 4 */

	struct vmc_bytes b = { (const uint8_t *)m.out.data, m.out.len };
	assert_int_equal(vmc_btf_size(b), b.size);
	assert_ok(vmc_btf_open(b, false, NULL, &g));
	assert_ok(vmc_types_find(g, "int", &t));
	assert_int_equal(t->id, 2);
	assert_ok(vmc_types_find(g, "struct s", &t));
	assert_code(vmc_type_member_at(t, 0, &member), VMC_UNSUPPORTED);
}

static void hostile_contents_are_errors_on_use(void **state)
{
	AUTO_MAKER m = { 0 };
	AUTO_TYPES g = NULL;
	const struct vmc_type *t;
	struct vmc_enumerator e;
	struct vmc_member member;
	uint32_t i32, func, array;

	(void)state;
	i32 = make_int(&m, "int", 4, 1, 32);
	func = make_type(&m, "f", BTF_FUNC, 0, false, i32);
	array = make_array(&m, i32, 0xffffffff);
	for (int i = 0; i < 3; i++)
		array = make_array(&m, array, 0xffffffff);
	make_struct(&m, "s", 4, 5);
	make_member(&m, "outside", i32, 8);
	make_member(&m, "no_type", 1000, 0);
	make_member(&m, "function", func, 0);
	make_member(&m, "huge", array, 0);
	make_member(&m, "fine", i32, 0);
	make_struct(&m, "unnamed", 4, 1);
	put32(&m.types, 0x00ffffff);
	put32(&m.types, i32);
	put32(&m.types, 0);
	make_type(&m, "wide", BTF_STRUCT, 1, true, 64);
	make_member(&m, "b", i32, 33u << 24);
	make_type(&m, "e", BTF_ENUM, 2, false, 4);
	make_pair(&m, "", 5); /* nameless: once an endless loop in a peer */
	put32(&m.types, 0x00ffffff);
	put32(&m.types, 0);
	assert_ok(vmc_btf_open(make_btf(&m), false, NULL, &g));

	assert_ok(vmc_types_find(g, "struct s", &t));
	for (uint32_t i = 0; i < 4; i++)
		assert_code(vmc_type_member_at(t, i, &member), VMC_BAD_FORMAT);
	assert_ok(vmc_type_path(t, "fine", &member)); /* its neighbours do no harm */
	assert_ok(vmc_types_find(g, "struct unnamed", &t));
	assert_code(vmc_type_member_at(t, 0, &member), VMC_BAD_FORMAT);
	assert_code(vmc_type_path(t, "a", &member), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "struct wide", &t));
	assert_code(vmc_type_member_at(t, 0, &member), VMC_BAD_FORMAT);
	assert_ok(vmc_types_find(g, "enum e", &t));
	assert_ok(vmc_type_enumerator_at(t, 0, &e));
	assert_string_equal(e.name, "");
	assert_code(vmc_type_enumerator_at(t, 1, &e), VMC_BAD_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kinds_become_types),
		cmocka_unit_test(bit_fields_of_both_encodings),
		cmocka_unit_test(enumerators_have_their_sign),
		cmocka_unit_test(the_first_definition_with_members_wins),
		cmocka_unit_test(split_btf_goes_on_behind_its_base),
		cmocka_unit_test(damaged_headers_are_refused),
		cmocka_unit_test(a_layout_section_lets_unknown_kinds_pass),
		cmocka_unit_test(hostile_contents_are_errors_on_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
