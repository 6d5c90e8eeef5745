/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of shape.def against types, against VMCOREINFO, and against nothing. */
#include <ctype.h>
#include <string.h>

#include "mini.h"
#include "target/field.h"

/* The table once more, row by row. */
static const struct {
	const char *id, *type, *path;
} fields[] = {
#define FIELD(id, type, path, bytes, since) { #id, type, path },
#define SIZEOF(id, type) { #id, type, NULL },
#define GLOBAL(name, type)
#define ENUMERATOR(id, enumeration, names)
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
};

static const struct {
	const char *id, *names;
} others[] = {
#define FIELD(id, type, path, bytes, since)
#define SIZEOF(id, type)
#define GLOBAL(name, type) { #name, type },
#define ENUMERATOR(id, enumeration, names) { #id, names },
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
};

/* "a | b.c[0] | d": every alternative is there and of characters that names have. */
static void check_alternatives(const char *id, const char *list)
{
	const char *p = list;

	do {
		size_t n = 0;

		p += *p == '|';
		while (*p && *p != '|') {
			if (*p != ' ') {
				n++;
				if (!isalnum((unsigned char)*p) && !strchr("_.[]", *p))
					fail_msg("%s: '%c' in \"%s\"", id, *p, list);
			}
			p++;
		}
		if (!n)
			fail_msg("%s: an empty alternative in \"%s\"", id, list);
	} while (*p);
}

static void rows_are_well_formed(void **state)
{
	(void)state;
	assert_int_equal(VMC_ARRAY_SIZE(fields), VMC_FIELD_COUNT);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(fields); i++) {
		check_alternatives(fields[i].id, fields[i].type);
		if (fields[i].path)
			check_alternatives(fields[i].id, fields[i].path);
		assert_string_equal(vmc_field_name((enum vmc_field)i), fields[i].id);
		for (size_t k = 0; k < i; k++) {
			if (fields[i].path && fields[k].path &&
			    strcmp(fields[i].type, fields[k].type) == 0 &&
			    strcmp(fields[i].path, fields[k].path) == 0)
				fail_msg("%s and %s are the same", fields[i].id, fields[k].id);
		}
	}
	for (size_t i = 0; i < VMC_ARRAY_SIZE(others); i++) {
		assert_true(*others[i].names);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(others[i].id, others[k].id);
	}
}

static const struct mini_struct new_types[] = {
	{ "thread_info", 24, { { "cpu", "u32", 20 } } },
	{ "task_struct",
	  128,
	  { { "thread_info", "thread_info", 0 },
	    { "__state", "u32", 24 },
	    { "pid", "s32", 32 },
	    { "comm", "char", 40, 16 },
	    { "mm", "u64", 56 } } },
	{ "xarray", 16, { { "xa_head", "u64", 8 } } },
	{ "xa_node", 576, { { "shift", "u8", 0 }, { "slots", "u64", 40, 64 } } },
};

static const struct mini_struct old_types[] = {
	{ "hlist_node", 16, { { "next", "u64", 0 } } },
	{ "pid_link", 24, { { "node", "hlist_node", 0 }, { "pid", "u64", 16 } } },
	{ "task_struct",
	  192,
	  { { "state", "s64", 16 }, { "cpu", "u32", 48 }, { "pids", "pid_link", 96, 3 } } },
	{ "radix_tree_root", 16, { { "rnode", "u64", 8 } } },
	{ "radix_tree_node", 576, { { "shift", "u8", 0 }, { "slots", "u64", 40, 64 } } },
};

struct slot_row {
	enum vmc_field f;
	uint64_t offset, size;
	unsigned int alternative;
};

static void check_slots(struct vmc_target *t, const struct slot_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct vmc_field_slot *slot;

		assert_ok(vmc_field_resolve(t, rows[i].f, &slot));
		assert_int_equal(slot->offset, rows[i].offset);
		assert_int_equal(slot->size, rows[i].size);
		assert_int_equal(slot->alternative, rows[i].alternative);
	}
}

static void alternatives_are_tried_from_the_left(void **state)
{
	static const struct slot_row new_rows[] = {
		{ VMC_F_task_state, 24, 4, 0 },	     { VMC_F_task_cpu, 20, 4, 0 },
		{ VMC_F_task_comm, 40, 16, 0 },	     { VMC_F_xarray_head, 8, 8, 0 },
		{ VMC_F_xa_node_slots, 40, 512, 0 },
	};
	static const struct slot_row old_rows[] = {
		{ VMC_F_task_state, 16, 8, 1 },
		{ VMC_F_task_cpu, 48, 4, 1 },
		{ VMC_F_task_pid_link, 96, 16, 1 },
		{ VMC_F_xarray_head, 8, 8, 1 },
	};
	AUTO_MINI m = mini();
	AUTO_MINI old = mini();
	uint64_t size;

	(void)state;
	mini_struct(&m, new_types, VMC_ARRAY_SIZE(new_types));
	check_slots(mini_open(&m), new_rows, VMC_ARRAY_SIZE(new_rows));
	assert_true(vmc_field_size(m.target, VMC_F_task_size, &size));
	assert_int_equal(size, 128);
	mini_struct(&old, old_types, VMC_ARRAY_SIZE(old_types));
	check_slots(mini_open(&old), old_rows, VMC_ARRAY_SIZE(old_rows));
}

static void vmcoreinfo_answers_where_types_do_not(void **state)
{
	static const struct slot_row rows[] = {
		{ VMC_F_record_len, 8, 2, 0 },
		{ VMC_F_record_ts, 0, 8, 0 },
		{ VMC_F_list_next, 4, 8, 0 },
		{ VMC_F_prb_text_ring, 48, 0, 0 },
	};

	(void)state;
	for (int types = 0; types <= 1; types++) {
		AUTO_MINI m = mini();
		const struct vmc_field_slot *slot;
		struct vmc_target *t;
		uint64_t size;

		if (types)
			mini_struct(&m, old_types, VMC_ARRAY_SIZE(old_types));
		mini_line(&m, "SIZE(log)=16\nOFFSET(log.len)=8\nOFFSET(log.ts_nsec)=0\n");
		mini_line(&m, "OFFSET(list_head.next)=4\n");
		mini_line(&m, "OFFSET(printk_ringbuffer.text_data_ring)=48\n");
		t = mini_open(&m);
		assert_int_equal(t->types != NULL, types);
		check_slots(t, rows, VMC_ARRAY_SIZE(rows));
		assert_true(vmc_field_size(t, VMC_F_record_size, &size));
		assert_int_equal(size, 16);
		assert_code(vmc_field_resolve(t, VMC_F_record_caller, &slot), VMC_NOT_FOUND);
	}
}

static void absent_members_say_what_is_missing(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_obj o;
	uint64_t v;

	(void)state;
	mini_struct(&m, new_types, VMC_ARRAY_SIZE(new_types));
	o = vmc_obj(mini_open(&m), m.uts);
	assert_false(vmc_field_has(o.t, VMC_F_task_tgid));
	assert_false(vmc_field_offset(o.t, VMC_F_task_tgid, &v));
	assert_int_equal(v, 0);
	assert_false(vmc_field_size(o.t, VMC_F_module_size, &v));
	assert_int_equal(vmc_get(&o, VMC_F_task_tgid), 0);
	assert_true(vmc_obj_bad(&o));
	/* the first error stays, whatever is asked next */
	assert_int_equal(vmc_get(&o, VMC_F_task_pid), 0);
	assert_int_equal(vmc_get_addr(&o, VMC_F_task_pid), 0);
	assert_int_equal(vmc_get_u64(&o, 0), 0);
	vmc_autoerror struct vmc_error *err = vmc_obj_error(&o, "task_struct");
	assert_int_equal(vmc_error_code(err), VMC_NOT_FOUND);
	assert_non_null(strstr(vmc_error_text(err), "task_struct "));
	assert_non_null(strstr(vmc_error_text(err), "struct task_struct has no member tgid"));
	assert_false(vmc_obj_bad(&o));
	assert_null(vmc_obj_error(&o, "healthy"));
}

static void what_cannot_be_read_names_member_and_address(void **state)
{
	AUTO_MINI m = mini();
	uint64_t lost = mini_pages(&m, 1);
	char text[8] = "full";
	struct vmc_obj o;

	(void)state;
	mini_struct(&m, new_types, VMC_ARRAY_SIZE(new_types));
	mini_lose(&m, lost);
	o = vmc_obj(mini_open(&m), lost);
	vmc_get(&o, VMC_F_task_pid);
	vmc_autoerror struct vmc_error *err = vmc_obj_error(&o, "task");
	assert_int_equal(vmc_error_code(err), VMC_NOT_RAM);
	assert_non_null(strstr(vmc_error_text(err), "task_pid: virtual 0x"));
	vmc_get_chars(&o, VMC_F_task_comm, text, sizeof(text));
	assert_string_equal(text, "");
	assert_true(vmc_obj_bad(&o));
	vmc_obj_drop(&o);
	/* an array is no number */
	vmc_get(&o, VMC_F_task_comm);
	assert_code(vmc_obj_error(&o, "task"), VMC_USAGE);
}

/* printk_info's level, as a kernel has it, and what else a bit-field may be. */
static const struct mini_struct bit_types[] = {
	{ "printk_info",
	  88,
	  { { "seq", "s64", 0 },
	    { "ts_nsec", "u64", 8 },
	    { "text_len", "s16", 16 },
	    { "facility", "s8", 18 },
	    { "level", "u8", 19, .bit = 5, .bits = 3 },
	    { "caller_id", "u32", 20, .bit = 6, .bits = 20 } } },
	{ "list_head", 16, { { "next", "s32", 8, .bit = 3, .bits = 5 } } },
};

static void numbers_have_their_width_and_sign(void **state)
{
	AUTO_MINI m = mini();
	uint64_t a = mini_alloc(&m, 88), list = mini_alloc(&m, 16);
	vmc_autoobj struct vmc_obj o = { 0 }, l = { 0 };

	(void)state;
	mini_struct(&m, bit_types, VMC_ARRAY_SIZE(bit_types));
	for (size_t i = 0; i < 88; i++)
		mini_put(&m, a + i, "\xff", 1);
	mini_set(&m, a, "printk_info.ts_nsec", 0xfedcba9876543210);
	mini_set(&m, a, "printk_info.text_len", 0x8000);
	mini_set(&m, a, "printk_info.facility", 0x7f);
	mini_set(&m, a, "printk_info.level", 5);
	mini_set(&m, a, "printk_info.caller_id", 0x81234);
	mini_set(&m, list, "list_head.next", 0x19);
	o = vmc_obj(mini_open(&m), a);
	l = vmc_obj(m.target, list);
	assert_int_equal(vmc_get(&o, VMC_F_printk_info_seq), UINT64_MAX);
	assert_int_equal(vmc_get(&o, VMC_F_printk_info_ts), 0xfedcba9876543210);
	assert_int_equal((int64_t)vmc_get(&o, VMC_F_printk_info_len), -0x8000);
	assert_int_equal(vmc_get(&o, VMC_F_printk_info_facility), 0x7f);
	assert_int_equal(vmc_get(&o, VMC_F_printk_info_level), 5);
	assert_int_equal(vmc_get(&o, VMC_F_printk_info_caller), 0x81234);
	/* 5 bits 11001, signed */
	assert_int_equal((int64_t)vmc_get(&l, VMC_F_list_next), -7);
	assert_false(vmc_obj_bad(&o) || vmc_obj_bad(&l));
}

static void characters_always_end(void **state)
{
	AUTO_MINI m = mini();
	uint64_t task = mini_alloc(&m, 128);
	vmc_autoobj struct vmc_obj o = { 0 };
	char wide[32], narrow[5];

	(void)state;
	mini_struct(&m, new_types, VMC_ARRAY_SIZE(new_types));
	mini_put(&m, task + 40, "sixteen-letters!behind", 22);
	o = vmc_obj(mini_open(&m), task);
	vmc_get_chars(&o, VMC_F_task_comm, wide, sizeof(wide));
	assert_string_equal(wide, "sixteen-letters!");
	vmc_get_chars(&o, VMC_F_task_comm, narrow, sizeof(narrow));
	assert_string_equal(narrow, "sixt");
	assert_false(vmc_obj_bad(&o));
}

static void globals_have_types(void **state)
{
	AUTO_MINI m = mini();
	uint64_t line = mini_variable(&m, "saved_command_line", 8), text = mini_string(&m, "quiet");
	vmc_autoobj struct vmc_obj o = { 0 }, uts = { 0 }, none = { 0 };

	(void)state;
	assert_string_equal(vmc_global_type("init_task"), "struct task_struct");
	assert_string_equal(vmc_global_type("prb"), "struct printk_ringbuffer *");
	assert_null(vmc_global_type("no_such_global"));
	mini_u64(&m, line, text);
	/* a pointer stands for what it points to, an object for itself */
	o = vmc_obj_symbol(mini_open(&m), "saved_command_line");
	assert_int_equal(o.addr, text);
	uts = vmc_obj_symbol(m.target, "init_uts_ns");
	assert_int_equal(uts.addr, m.uts);
	none = vmc_obj_symbol(m.target, "no_such_global");
	assert_int_equal(vmc_error_code(none.poison), VMC_NOT_FOUND);
}

static void enumerators_are_found_by_name(void **state)
{
	AUTO_MINI m = mini();
	int64_t v;

	(void)state;
	mini_enum(&m, "cpuhp_state", "CPUHP_ONLINE", 239);
	mini_enum(&m, "", "NR_MM_COUNTERS", 4);
	mini_enum(&m, "another", "DMI_SYS_VENDOR", 1);
	mini_open(&m);
	assert_true(vmc_constant(m.target, VMC_E_cpuhp_online, &v));
	assert_int_equal(v, 239);
	assert_true(vmc_constant(m.target, VMC_E_mm_counters, &v));
	assert_int_equal(v, 4);
	/* in another enum than the row says */
	assert_false(vmc_constant(m.target, VMC_E_dmi_sys_vendor, &v));
	AUTO_MINI plain = mini();
	assert_false(vmc_constant(mini_open(&plain), VMC_E_cpuhp_online, &v));
}

static void every_row_can_be_listed(void **state)
{
	static struct vmc_field_row rows[VMC_FIELD_COUNT];
	AUTO_MINI m = mini();

	(void)state;
	mini_struct(&m, old_types, VMC_ARRAY_SIZE(old_types));
	assert_int_equal(vmc_field_rows(mini_open(&m), rows), VMC_FIELD_COUNT);
	for (size_t i = 0; i < VMC_FIELD_COUNT; i++)
		assert_string_equal(rows[i].name, fields[i].id);
	assert_string_equal(rows[VMC_F_task_state].resolved, "state");
	assert_int_equal(rows[VMC_F_task_state].offset, 16);
	assert_string_equal(rows[VMC_F_task_size].resolved, "sizeof");
	assert_int_equal(rows[VMC_F_task_size].size, 192);
	assert_null(rows[VMC_F_task_mm].resolved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_well_formed),
		cmocka_unit_test(alternatives_are_tried_from_the_left),
		cmocka_unit_test(vmcoreinfo_answers_where_types_do_not),
		cmocka_unit_test(absent_members_say_what_is_missing),
		cmocka_unit_test(what_cannot_be_read_names_member_and_address),
		cmocka_unit_test(numbers_have_their_width_and_sign),
		cmocka_unit_test(characters_always_end),
		cmocka_unit_test(globals_have_types),
		cmocka_unit_test(enumerators_are_found_by_name),
		cmocka_unit_test(every_row_can_be_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
