/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/unwind/orc.h"

#include <string.h>

#include "base/bytes.h"
#include "../test.h"

#define IP 0xffffffff82c00000u
#define ENTRIES 0xffffffff82e00000u
#define TEXT 0xffffffff81000000u
#define MAX 4096

/* A table in memory, as the kernel has it. */
struct memory {
	uint8_t ip[MAX * 4], entries[MAX * 6];
	size_t count;
	uint64_t absent_from, absent_to; /* addresses that cannot be read */
	unsigned int reads;
};

static struct vmc_error *read_memory(void *ctx, uint64_t addr, void *buf, size_t size)
{
	struct memory *m = ctx;

	m->reads++;
	if (addr < m->absent_to && addr + size > m->absent_from)
		return vmc_error_new(VMC_EXCLUDED, "excluded");
	if (addr >= IP && addr - IP + size <= m->count * 4)
		memcpy(buf, m->ip + (addr - IP), size);
	else if (addr >= ENTRIES && addr - ENTRIES + size <= m->count * 6)
		memcpy(buf, m->entries + (addr - ENTRIES), size);
	else
		return vmc_error_new(VMC_UNMAPPED, "read of %zu bytes outside the table", size);
	return NULL;
}

static void put(struct memory *m, uint64_t ip, int sp, int bp, uint16_t bits)
{
	size_t i = m->count++;
	uint32_t relative = (uint32_t)(ip - (IP + i * 4));

	assert_true(i < MAX);
	for (int b = 0; b < 4; b++)
		m->ip[i * 4 + b] = (uint8_t)(relative >> 8 * b);
	m->entries[i * 6] = (uint8_t)sp;
	m->entries[i * 6 + 1] = (uint8_t)(sp >> 8);
	m->entries[i * 6 + 2] = (uint8_t)bp;
	m->entries[i * 6 + 3] = (uint8_t)(bp >> 8);
	m->entries[i * 6 + 4] = (uint8_t)bits;
	m->entries[i * 6 + 5] = (uint8_t)(bits >> 8);
}

/* Bits by version: {undefined, end, call sp, call sp and bp saved, call bp, regs, partial, bp
 * indirect} */
enum { UNDEFINED, END, CALL_SP, CALL_SAVED, CALL_BP, REGS, PARTIAL, INDIRECT, SHAPES };
static const uint16_t shapes[5][SHAPES] = {
	[1] = { 0, 0x400, 0x005, 0x015, 0x014, 0x105, 0x205, 0x048 },
	[2] = { 0, 0x800, 0x005, 0x015, 0x014, 0x505, 0x605, 0x048 },
	[3] = { 0, 0x100, 0x205, 0x215, 0x214, 0xb05, 0xc05, 0x248 },
	[4] = { 0, 0x100, 0x203, 0x283, 0x284, 0xb03, 0xc03, 0x24a },
};

/* As a kernel begins: start-up code, entry code, then functions of four entries 16 bytes apart. */
static void fill(struct memory *m, int version, size_t functions)
{
	uint64_t ip = TEXT;

	memset(m, 0, sizeof(*m));
	put(m, ip, 0, 0, shapes[version][END]);
	put(m, ip += 16, 0, 0, shapes[version][UNDEFINED]);
	put(m, ip += 16, 8, 0, shapes[version][PARTIAL]);
	put(m, ip += 16, 0, 0, shapes[version][REGS]);
	for (size_t i = 0; i < functions; i++) {
		put(m, ip += 16, 8, 0, shapes[version][CALL_SP]);
		put(m, ip += 16, 16, -16, shapes[version][CALL_SAVED]);
		put(m, ip += 16, i % 8 ? 48 : 16, -16,
		    shapes[version][i % 8 ? CALL_SAVED : CALL_BP]);
		put(m, ip += 16, 0, 0, shapes[version][UNDEFINED]);
	}
	put(m, ip += 16, -32, 0, shapes[version][INDIRECT]);
	put(m, ip + 16, 0, 0, shapes[version][UNDEFINED]);
}

static void the_table_tells_its_version(void **state)
{
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	int got;

	(void)state;
	for (int version = 1; version <= 4; version++) {
		struct vmc_orc_table table = { IP, ENTRIES, 0 };

		fill(&m, version, 1000);
		table.count = m.count;
		got = 0;
		assert_ok(vmc_orc_version(&mem, &table, &got));
		assert_int_equal(got, version);
		assert_true(m.reads <= 8);
		/* the beginning is not in the dump, and with it all ENDs */
		m.absent_from = ENTRIES;
		m.absent_to = ENTRIES + 1000;
		assert_ok(vmc_orc_version(&mem, &table, &got));
		assert_true(version > 2 ? got == version : got == 1 || got == 2);
		m.absent_to = ENTRIES + MAX * 6;
		assert_code(vmc_orc_version(&mem, &table, &got), VMC_EXCLUDED);
		fill(&m, version, 1);
		table.count = m.count;
		assert_ok(vmc_orc_version(&mem, &table, &got));
		assert_int_equal(got, version);
	}
}

static void one_end_far_in_is_enough_for_version_2(void **state)
{
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	struct vmc_orc_table table = { IP, ENTRIES, 0 };
	int got;

	(void)state;
	memset(&m, 0, sizeof(m));
	for (uint64_t i = 0; i < 4000; i++)
		put(&m, TEXT + i * 16, 8, 0, i == 1500 ? 0x800 : 0x005);
	table.count = m.count;
	assert_ok(vmc_orc_version(&mem, &table, &got));
	assert_int_equal(got, 2);
}

static void what_is_no_table_has_no_version(void **state)
{
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	struct vmc_orc_table table = { IP, ENTRIES, 0 };
	uint64_t x = 88172645463325252u;
	int got;

	(void)state;
	fill(&m, 3, 1000);
	assert_code(vmc_orc_version(&mem, &table, &got), VMC_NOT_FOUND);
	table.count = VMC_ORC_COUNT_MAX + 1;
	assert_code(vmc_orc_version(&mem, &table, &got), VMC_LIMIT);
	table = (struct vmc_orc_table){ IP, UINT64_MAX - 5, 1 };
	assert_code(vmc_orc_version(&mem, &table, &got), VMC_BAD_FORMAT);
	table = (struct vmc_orc_table){ IP, ENTRIES, m.count };
	memset(m.entries, 0, sizeof(m.entries));
	assert_code(vmc_orc_version(&mem, &table, &got), VMC_BAD_FORMAT);
	for (size_t i = 0; i < sizeof(m.entries); i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		m.entries[i] = (uint8_t)x;
	}
	assert_code(vmc_orc_version(&mem, &table, &got), VMC_BAD_FORMAT);
}

static void rules_say_the_same_in_all_versions(void **state)
{
	static const struct vmc_orc_rule want[] = {
		{ .type = VMC_ORC_END },
		{ .type = VMC_ORC_UNDEFINED },
		{ VMC_ORC_REGS_PARTIAL, true, VMC_ORC_BASE_SP, 8, VMC_ORC_BASE_UNDEFINED, 0 },
		{ VMC_ORC_REGS, true, VMC_ORC_BASE_SP, 0, VMC_ORC_BASE_UNDEFINED, 0 },
		{ VMC_ORC_CALL, false, VMC_ORC_BASE_SP, 8, VMC_ORC_BASE_UNDEFINED, 0 },
		{ VMC_ORC_CALL, false, VMC_ORC_BASE_SP, 16, VMC_ORC_BASE_PREV_SP, -16 },
		{ VMC_ORC_CALL, false, VMC_ORC_BASE_BP, 16, VMC_ORC_BASE_PREV_SP, -16 },
		{ .type = VMC_ORC_UNDEFINED },
	};
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	struct vmc_orc_rule r;

	(void)state;
	for (int version = 1; version <= 4; version++) {
		struct vmc_orc_table table = { IP, ENTRIES, 0 };

		fill(&m, version, 1000);
		table.count = m.count;
		for (size_t i = 0; i < VMC_ARRAY_SIZE(want) * 16; i++) {
			const struct vmc_orc_rule *w = &want[i / 16];

			assert_ok(vmc_orc_find(&mem, &table, version, TEXT + i, &r));
			assert_int_equal(r.type, w->type);
			assert_int_equal(r.signal, w->signal);
			assert_int_equal(r.cfa_base, w->cfa_base);
			assert_int_equal(r.cfa_offset, w->cfa_offset);
			assert_int_equal(r.bp_base, w->bp_base);
			assert_int_equal(r.bp_offset, w->bp_offset);
		}
		assert_ok(vmc_orc_find(&mem, &table, version, TEXT + (m.count - 2) * 16, &r));
		assert_int_equal(r.cfa_base, VMC_ORC_BASE_BP_INDIRECT);
		assert_int_equal(r.cfa_offset, -32);
		assert_int_equal(r.bp_base, VMC_ORC_BASE_BP);
	}
}

static void every_address_finds_its_entry_in_few_reads(void **state)
{
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	struct vmc_orc_table table = { IP, ENTRIES, 0 };
	struct vmc_orc_rule r;

	(void)state;
	for (size_t count = 1; count <= MAX; count = count < 200 ? count + 1 : count * 2 - 7) {
		memset(&m, 0, sizeof(m));
		for (size_t i = 0; i < count; i++)
			put(&m, TEXT + i * 4, (int)i * 8, 0, 0x205);
		table.count = count;
		for (size_t i = 0; i < count; i += 1 + count / 64) {
			m.reads = 0;
			assert_ok(vmc_orc_find(&mem, &table, 3, TEXT + i * 4 + i % 4, &r));
			assert_int_equal(r.cfa_offset, (int16_t)(i * 8));
			assert_true(m.reads <= 9);
		}
	}
	assert_code(vmc_orc_find(&mem, &table, 3, TEXT - 1, &r), VMC_NOT_FOUND);
	assert_code(vmc_orc_find(&mem, &table, 3, 0, &r), VMC_NOT_FOUND);
	assert_code(vmc_orc_find(&mem, &table, 3, TEXT + ((uint64_t)1 << 33), &r), VMC_NOT_FOUND);
	assert_code(vmc_orc_find(&mem, &table, 0, TEXT, &r), VMC_USAGE);
	assert_code(vmc_orc_find(&mem, &table, 5, TEXT, &r), VMC_USAGE);
	table.count = 0;
	assert_code(vmc_orc_find(&mem, &table, 3, TEXT, &r), VMC_NOT_FOUND);
	table.count = UINT64_MAX;
	assert_code(vmc_orc_find(&mem, &table, 3, TEXT, &r), VMC_LIMIT);
}

static void of_equal_addresses_the_last_counts(void **state)
{
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	struct vmc_orc_table table = { IP, ENTRIES, 3 };
	struct vmc_orc_rule r;

	(void)state;
	memset(&m, 0, sizeof(m));
	put(&m, TEXT, 8, 0, 0x205);
	put(&m, TEXT + 16, 0, 0, 0); /* end of a section */
	put(&m, TEXT + 16, 24, 0, 0x205);
	assert_ok(vmc_orc_find(&mem, &table, 3, TEXT + 16, &r));
	assert_int_equal(r.cfa_offset, 24);
	m.absent_from = ENTRIES + 12;
	m.absent_to = ENTRIES + 18;
	assert_code(vmc_orc_find(&mem, &table, 3, TEXT + 16, &r), VMC_EXCLUDED);
}

static void impossible_entries_are_refused(void **state)
{
	static const struct {
		int version;
		uint16_t bits;
	} rows[] = {
		{ 1, 0x305 }, { 1, 0x805 },  { 1, 0x00a }, { 1, 0x001 }, { 1, 0x055 },
		{ 2, 0x305 }, { 2, 0x1005 }, { 3, 0x505 }, { 3, 0x705 }, { 3, 0x1205 },
		{ 3, 0x20f }, { 3, 0x200 },  { 3, 0x2f5 }, { 4, 0x201 }, { 4, 0x208 },
		{ 4, 0x213 }, { 4, 0x20b },
	};
	static struct memory m;
	struct vmc_reader mem = { read_memory, &m };
	struct vmc_orc_table table = { IP, ENTRIES, 1 };
	struct vmc_orc_rule r;

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		memset(&m, 0, sizeof(m));
		put(&m, TEXT, 8, 0, rows[i].bits);
		assert_code(vmc_orc_find(&mem, &table, rows[i].version, TEXT, &r), VMC_BAD_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_tells_its_version),
		cmocka_unit_test(one_end_far_in_is_enough_for_version_2),
		cmocka_unit_test(what_is_no_table_has_no_version),
		cmocka_unit_test(rules_say_the_same_in_all_versions),
		cmocka_unit_test(every_address_finds_its_entry_in_few_reads),
		cmocka_unit_test(of_equal_addresses_the_last_counts),
		cmocka_unit_test(impossible_entries_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
