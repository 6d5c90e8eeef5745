/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/symbols/symtab.h"

#define autosymtab vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab

static void add(struct vmc_symtab *t, const char *name, uint64_t addr, uint64_t size, char type)
{
	assert_ok(vmc_symtab_add(t, name, strlen(name), addr, size, type));
}

static void assert_addr(const struct vmc_symtab *t, uint64_t addr, const char *want)
{
	struct vmc_symbol s;
	bool found = vmc_symtab_by_addr(t, addr, &s);

	if (!want) {
		assert_false(found);
		return;
	}
	assert_true(found);
	assert_string_equal(s.name, want);
}

static void an_empty_table_knows_nothing(void **state)
{
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	assert_false(vmc_symtab_by_name(t, "x", &s));
	assert_false(vmc_symtab_by_addr(t, 0, &s));
	assert_ok(vmc_symtab_finish(t));
	assert_int_equal(vmc_symtab_count(t), 0);
	assert_false(vmc_symtab_by_name(t, "x", &s));
	assert_false(vmc_symtab_by_addr(t, 0, &s));
	vmc_symtab_free(NULL);
}

static void sorts_by_address(void **state)
{
	static const uint64_t addrs[] = { 0x3000, 0x1000, UINT64_MAX, 0x2000, 1, 0x1000 };
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(addrs); i++) {
		char name[8];

		snprintf(name, sizeof(name), "s%zu", i);
		add(t, name, addrs[i], 0, 'T');
	}
	assert_ok(vmc_symtab_finish(t));
	assert_int_equal(vmc_symtab_count(t), VMC_ARRAY_SIZE(addrs));
	for (size_t i = 1; i < vmc_symtab_count(t); i++)
		assert_true(vmc_symtab_at(t, i - 1).addr <= vmc_symtab_at(t, i).addr);
	assert_string_equal(vmc_symtab_at(t, 1).name, "s1"); /* as added, before s5 */
	assert_true(vmc_symtab_by_name(t, "s2", &s));
	assert_int_equal(s.addr, UINT64_MAX);
	assert_addr(t, UINT64_MAX, "s2");
	assert_addr(t, 0, NULL);
	assert_addr(t, 1, "s4");
}

static void sizes_reach_to_the_next_symbol(void **state)
{
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	add(t, "percpu", 0x30000, 0, 'D');
	add(t, "text", 0xffffffff81000000, 0, 'T');
	add(t, "alias", 0xffffffff81000000, 0, 't');
	add(t, "end", 0xffffffff81000100, 0, 'T');
	assert_ok(vmc_symtab_finish(t));
	assert_true(vmc_symtab_by_name(t, "text", &s));
	assert_int_equal(s.size, 0x100);
	assert_true(vmc_symtab_by_name(t, "alias", &s));
	assert_int_equal(s.size, 0x100);
	/* nothing reaches over a hole, or beyond the end of the table */
	assert_true(vmc_symtab_by_name(t, "percpu", &s));
	assert_int_equal(s.size, 0);
	assert_true(vmc_symtab_by_name(t, "end", &s));
	assert_int_equal(s.size, 0);
	assert_addr(t, 0x30000 + 8, "percpu");
	assert_addr(t, 0xffff888000001000, NULL);
	assert_addr(t, 0xffffffff81000100 + 0xffff, "end");
	assert_addr(t, 0xffffffff81000100 + 0x10000, NULL);
	assert_addr(t, 0xffffffff810000ff, "text");
}

static void given_sizes_count(void **state)
{
	autosymtab *t = vmc_symtab_new();

	(void)state;
	add(t, "outer", 0x1000, 0x100, 'T');
	add(t, "inner", 0x1010, 0x10, 't');
	add(t, "next", 0x1200, 0x10, 'T');
	assert_ok(vmc_symtab_finish(t));
	assert_addr(t, 0x101f, "inner");
	assert_addr(t, 0x1020, "outer");
	assert_addr(t, 0x10ff, "outer");
	assert_addr(t, 0x1100, NULL);
	assert_addr(t, 0x1210, NULL);
}

static void the_best_name_of_an_address_is_taken(void **state)
{
	static const struct {
		const char *name;
		char type;
	} worst_first[] = {
		{ "abs", 'A' },	      { "$x", 't' },	  { "__weak", 'W' }, { "weak", 'W' },
		{ "__start_x", 'T' }, { "__under", 'T' }, { "_text", 'T' }, { "local", 't' },
	};

	(void)state;
	/* of the first n, the last is the best; the order of adding does not matter */
	for (size_t n = 1; n <= VMC_ARRAY_SIZE(worst_first); n++) {
		for (size_t turn = 0; turn < n; turn++) {
			autosymtab *t = vmc_symtab_new();

			for (size_t i = 0; i < n; i++)
				add(t, worst_first[(i + turn) % n].name, 0x1000, 0,
				    worst_first[(i + turn) % n].type);
			add(t, "behind", 0x1010, 0, 'T');
			assert_ok(vmc_symtab_finish(t));
			/* an absolute symbol alone covers as far as it is believed to reach */
			assert_addr(t, 0x1008, worst_first[n - 1].name);
		}
	}
}

/* scripts/kallsyms.c does not prefer global ones: the first of equal rank is what the kernel prints. */
static void of_equals_the_first_is_taken(void **state)
{
	autosymtab *t = vmc_symtab_new();

	(void)state;
	add(t, "__do_sys_pause", 0x1000, 0, 't');
	add(t, "__ia32_sys_pause", 0x1000, 0, 'T');
	add(t, "__x64_sys_pause", 0x1000, 0, 'T');
	assert_ok(vmc_symtab_finish(t));
	assert_addr(t, 0x1008, "__do_sys_pause");
}

static void absolute_symbols_do_not_move(void **state)
{
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	add(t, "percpu", 0x2f000, 0, 'A');
	add(t, "_stext", 0xffffffff81000000, 0, 'T');
	add(t, "_end", 0xffffffff81200000, 0, 'B');
	assert_ok(vmc_symtab_finish(t));
	vmc_symtab_shift(t, 0x1c000000);
	assert_true(vmc_symtab_by_name(t, "percpu", &s));
	assert_int_equal(s.addr, 0x2f000);
	assert_true(vmc_symtab_by_name(t, "_stext", &s));
	assert_int_equal(s.addr, 0xffffffff9d000000);
	assert_addr(t, 0xffffffff9d000010, "_stext");
	assert_addr(t, 0xffffffff81000010, NULL);
	assert_addr(t, 0x2f008, "percpu");
	/* what is added now is where it is said to be */
	add(t, "late", 0xffffffff9d000100, 0, 'T');
	assert_ok(vmc_symtab_finish(t));
	assert_addr(t, 0xffffffff9d000110, "late");
	vmc_symtab_shift(t, -(uint64_t)0x1c000000);
	assert_addr(t, 0xffffffff81000110, "late");
	/* even past the end of the address space */
	vmc_symtab_shift(t, 0x7ef00000);
	assert_addr(t, 0x100000, "_end");
	assert_addr(t, 0xfffffffffff00010, "_stext");
}

static void adding_after_finishing(void **state)
{
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	add(t, "b", 0x2000, 0, 'T');
	assert_ok(vmc_symtab_finish(t));
	add(t, "a", 0x1000, 0x20, 'T');
	assert_false(vmc_symtab_by_name(t, "a", &s));
	assert_addr(t, 0x2000, "b");
	assert_ok(vmc_symtab_finish(t));
	assert_addr(t, 0x101f, "a");
	assert_addr(t, 0x1020, NULL);
	assert_true(vmc_symtab_by_name(t, "b", &s));
}

static void one_name_many_times(void **state)
{
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	/* all alike in address and name: must not take quadratic time */
	for (int i = 0; i < 300000; i++)
		add(t, "same", 0x5000, 8, i % 2 ? 't' : 'T');
	add(t, "same", 0x4000, 8, 't');
	assert_ok(vmc_symtab_finish(t));
	assert_true(vmc_symtab_by_name(t, "same", &s));
	assert_int_equal(s.addr, 0x4000);
	for (int i = 0; i < 10000; i++)
		assert_false(vmc_symtab_by_addr(t, 0x5008, &s));
	assert_true(vmc_symtab_by_addr(t, 0x5007, &s));
	assert_int_equal(s.type, 'T');
	for (size_t i = 0; i < vmc_symtab_count(t); i++)
		assert_int_equal(vmc_symtab_at(t, i).size, 8);
}

static void names_are_copied_and_cut(void **state)
{
	autosymtab *t = vmc_symtab_new();
	char name[3000];

	(void)state;
	memset(name, 'x', sizeof(name));
	assert_ok(vmc_symtab_add(t, name, sizeof(name), 0x1000, 0, 'T'));
	assert_ok(vmc_symtab_add(t, name, 3, 0x2000, 0, 'T'));
	assert_ok(vmc_symtab_add(t, name, 0, 0x3000, 0, 'T'));
	memset(name, 'y', sizeof(name));
	assert_ok(vmc_symtab_finish(t));
	assert_int_equal(strlen(vmc_symtab_at(t, 0).name), 1023);
	assert_string_equal(vmc_symtab_at(t, 1).name, "xxx");
	assert_string_equal(vmc_symtab_at(t, 2).name, "");
}

static void names_written_to_the_room(void **state)
{
	autosymtab *t = vmc_symtab_new();
	struct vmc_symbol s;

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		char *room = vmc_symtab_room(t);
		int n = snprintf(room, VMC_SYMTAB_ROOM, "Tname%u", i);

		assert_ok(vmc_symtab_add(t, room + 1, (size_t)n - 1, i * 16, 0, room[0]));
	}
	assert_ok(vmc_symtab_finish(t));
	for (unsigned int i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "name%u", i);
		assert_true(vmc_symtab_by_name(t, name, &s));
		assert_int_equal(s.addr, i * 16);
	}
}

static void every_symbol_is_found_again(void **state)
{
	enum { N = 50000 };
	autosymtab *t = vmc_symtab_new();
	uint64_t seed = 88172645463325252u;
	struct vmc_symbol s;

	(void)state;
	assert_ok(vmc_symtab_reserve(t, N, N * 10));
	for (unsigned int i = 0; i < N; i++) {
		char name[64];
		int n = snprintf(name, sizeof(name), "%.*s_%u", (int)(i % 20),
				 "abcdefghijklmnopqrstuvwxyz", i);

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		assert_ok(vmc_symtab_add(t, name, (size_t)n, seed >> (i % 3) * 20 << 16 | i, 0,
					 "TtDdRrBbAWV"[i % 11]));
	}
	assert_ok(vmc_symtab_finish(t));
	for (size_t i = 0; i < N; i++) {
		struct vmc_symbol at = vmc_symtab_at(t, i);

		assert_true(vmc_symtab_by_name(t, at.name, &s));
		assert_int_equal(s.addr, at.addr);
		assert_int_equal(s.addr & 0xffff,
				 strtoul(strrchr(at.name, '_') + 1, NULL, 10) & 0xffff);
		assert_true(vmc_symtab_by_addr(t, at.addr, &s));
		if (at.type != 'A') /* any other that reaches there goes before */
			assert_int_equal(s.addr, at.addr);
		if (i && at.type != 'A')
			assert_true(vmc_symtab_at(t, i - 1).type == 'A' ||
				    vmc_symtab_at(t, i - 1).addr <= at.addr);
	}
	assert_false(vmc_symtab_by_name(t, "abc", &s));
}

static void too_much_is_refused(void **state)
{
	autosymtab *t = vmc_symtab_new();
	char name[1023];
	vmc_autoerror struct vmc_error *err = NULL;

	(void)state;
	memset(name, 'x', sizeof(name));
	assert_ok(vmc_symtab_reserve(t, SIZE_MAX, SIZE_MAX));
	for (int i = 0; i < 300000 && !err; i++)
		err = vmc_symtab_add(t, name, sizeof(name), 0, 0, 'T');
	assert_int_equal(vmc_error_code(err), VMC_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_knows_nothing),
		cmocka_unit_test(sorts_by_address),
		cmocka_unit_test(sizes_reach_to_the_next_symbol),
		cmocka_unit_test(given_sizes_count),
		cmocka_unit_test(the_best_name_of_an_address_is_taken),
		cmocka_unit_test(of_equals_the_first_is_taken),
		cmocka_unit_test(absolute_symbols_do_not_move),
		cmocka_unit_test(adding_after_finishing),
		cmocka_unit_test(one_name_many_times),
		cmocka_unit_test(names_are_copied_and_cut),
		cmocka_unit_test(names_written_to_the_room),
		cmocka_unit_test(every_symbol_is_found_again),
		cmocka_unit_test(too_much_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
