/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log from 5.10 on (printk_ringbuffer), and how a record is printed. */
#include <stdlib.h>
#include <string.h>

#include "../target/mini.h"
#include "kernel/log.h"

#define COUNT_BITS 6u /* 64 descriptors: their infos take more than a page */
#define SIZE_BITS 8u
#define DATA_SIZE (1u << SIZE_BITS)
#define ID_MASK ((1ull << 62) - 1)
enum { RESERVED, COMMITTED, FINALIZED, REUSABLE };
#define FAILED_LPOS 1u
#define EMPTY_LINE_LPOS 3u

static const struct mini_struct ring_types[] = {
	{ "atomic_long_t", 8, { { "counter", "s64", 0 } } },
	{ "prb_data_blk_lpos", 16, { { "begin", "u64", 0 }, { "next", "u64", 8 } } },
	{ "prb_desc",
	  24,
	  { { "state_var", "atomic_long_t", 0 }, { "text_blk_lpos", "prb_data_blk_lpos", 8 } } },
	{ "prb_desc_ring",
	  56,
	  { { "count_bits", "u32", 0 },
	    { "descs", "u64", 8 },
	    { "infos", "u64", 16 },
	    { "head_id", "atomic_long_t", 24 },
	    { "tail_id", "atomic_long_t", 32 } } },
	{ "prb_data_ring", 32, { { "size_bits", "u32", 0 }, { "data", "u64", 8 } } },
	{ "printk_ringbuffer",
	  96,
	  { { "desc_ring", "prb_desc_ring", 0 }, { "text_data_ring", "prb_data_ring", 56 } } },
	{ "dev_printk_info", 64, { { "subsystem", "char", 0, 16 }, { "device", "char", 16, 48 } } },
	{ "printk_info",
	  88,
	  { { "seq", "u64", 0 },
	    { "ts_nsec", "u64", 8 },
	    { "text_len", "u16", 16 },
	    { "facility", "u8", 18 },
	    { "flags", "u8", 19, .bits = 5 },
	    { "level", "u8", 19, .bit = 5, .bits = 3 },
	    { "caller_id", "u32", 20 },
	    { "dev_info", "dev_printk_info", 24 } } },
};

/* What VMCOREINFO says of printk_info: not where facility and level are. */
static const struct mini_struct info_by_vmcoreinfo = { "printk_info",
						       88,
						       { { "seq", "u64", 0 },
							 { "ts_nsec", "u64", 8 },
							 { "text_len", "u16", 16 },
							 { "caller_id", "u32", 20 },
							 { "dev_info", "dev_printk_info", 24 } } };

struct ring {
	struct mini *m;
	uint64_t prb, descs, infos, data;
};

static struct ring make_ring(struct mini *m, uint64_t tail, uint64_t head)
{
	struct ring r = { .m = m };
	uint64_t pointer = mini_variable(m, "prb", 8);

	mini_struct(m, ring_types, VMC_ARRAY_SIZE(ring_types));
	r.prb = mini_alloc(m, 96);
	r.descs = mini_pages(m, 1);
	r.infos = mini_pages(m, 2);
	r.data = mini_pages(m, 1);
	mini_u64(m, pointer, r.prb);
	mini_set(m, r.prb, "printk_ringbuffer.desc_ring.count_bits", COUNT_BITS);
	mini_set(m, r.prb, "printk_ringbuffer.desc_ring.descs", r.descs);
	mini_set(m, r.prb, "printk_ringbuffer.desc_ring.infos", r.infos);
	mini_set(m, r.prb, "printk_ringbuffer.desc_ring.tail_id", tail);
	mini_set(m, r.prb, "printk_ringbuffer.desc_ring.head_id", head);
	mini_set(m, r.prb, "printk_ringbuffer.text_data_ring.size_bits", SIZE_BITS);
	mini_set(m, r.prb, "printk_ringbuffer.text_data_ring.data", r.data);
	return r;
}

static uint64_t info_of(const struct ring *r, uint64_t id)
{
	return r->infos + id % (1u << COUNT_BITS) * 88;
}

/* A record of level 4 (facility 1) whose text is `text_at` bytes into the data ring. */
static void put_record(const struct ring *r, uint64_t id, unsigned int state, uint64_t begin,
		       uint64_t next, unsigned int text_at, const char *text)
{
	uint64_t desc = r->descs + id % (1u << COUNT_BITS) * 24, info = info_of(r, id);

	mini_set(r->m, desc, "prb_desc.state_var", (uint64_t)state << 62 | (id & ID_MASK));
	mini_set(r->m, desc, "prb_desc.text_blk_lpos.begin", begin);
	mini_set(r->m, desc, "prb_desc.text_blk_lpos.next", next);
	mini_set(r->m, info, "printk_info.seq", id + 1000);
	mini_set(r->m, info, "printk_info.ts_nsec", id * 1000000);
	mini_set(r->m, info, "printk_info.text_len", strlen(text));
	mini_set(r->m, info, "printk_info.facility", 1);
	mini_set(r->m, info, "printk_info.flags", 0x1f);
	mini_set(r->m, info, "printk_info.level", 4);
	mini_put(r->m, r->data + text_at, text, strlen(text));
}

/* One that starts where the one before it ended: 32 bytes each. */
static void put_simple(const struct ring *r, uint64_t id, const char *text)
{
	put_record(r, id, FINALIZED, id * 32, id * 32 + 32, (unsigned int)(id * 32 % DATA_SIZE) + 8,
		   text);
}

static void check_texts(struct vmc_target *t, struct vmc_log *l, const char *const *want, size_t n)
{
	assert_ok(vmc_log_read(t, l));
	assert_string_equal(l->generation, "printk_ringbuffer");
	for (size_t i = 0; i < n && i < l->records.len; i++) {
		assert_string_equal(l->records.data[i].text, want[i]);
		assert_int_equal(l->records.data[i].len, strlen(want[i]));
	}
	assert_int_equal(l->records.len, n);
}

static void records_come_with_all_they_say(void **state)
{
	(void)state;
	for (int by_types = 0; by_types <= 1; by_types++) {
		AUTO_MINI m = mini();
		struct ring r = make_ring(&m, 0, 2);
		struct vmc_log l;
		const struct vmc_log_record *rec;

		put_simple(&r, 0, "first");
		put_simple(&r, 1, "second\nline");
		put_simple(&r, 2, "third");
		mini_set(&m, info_of(&r, 1), "printk_info.caller_id", 0x80000003);
		mini_set(&m, info_of(&r, 2), "printk_info.caller_id", 77);
		mini_put(&m, info_of(&r, 2) + 24, "pci", 3);
		mini_put(&m, info_of(&r, 2) + 40, "+pci:0000:00:1f.2", 17);
		if (!by_types) {
			/* all that makedumpfile has, too */
			mini_line(&m, "SYMBOL(prb)=%llx\n",
				  (unsigned long long)m.symbols.data[m.symbols.len - 1].addr);
			mini_struct(&m, &info_by_vmcoreinfo, 1);
			for (size_t i = 0; i < VMC_ARRAY_SIZE(ring_types); i++)
				mini_layout(&m, ring_types[i].name);
			m.no_symbols = m.no_types = true;
		}
		assert_ok(vmc_log_read(mini_open(&m), &l));
		assert_int_equal(l.records.len, 3);
		rec = l.records.data;
		assert_string_equal(rec[0].text, "first");
		assert_int_equal(rec[0].seq, 1000);
		assert_int_equal(rec[0].level, 4);
		assert_int_equal(rec[0].facility, 1);
		assert_false(rec[0].has_caller);
		assert_string_equal(rec[0].subsystem, "");
		assert_string_equal(rec[1].text, "second\nline");
		assert_int_equal(rec[1].time_ns, 1000000);
		assert_true(rec[1].has_caller);
		assert_int_equal(rec[1].caller, 0x80000003);
		assert_int_equal(rec[2].caller, 77);
		assert_string_equal(rec[2].subsystem, "pci");
		assert_string_equal(rec[2].device, "+pci:0000:00:1f.2");
		assert_int_equal(l.lost, 0);
		assert_null(l.problem);
		vmc_log_deinit(&l);
	}
}

/* Each block in all places that a ring has; `text_at` is where the kernel would have put the text.
 */
static void blocks_wrap_as_the_kernel_wraps_them(void **state)
{
	static const struct {
		uint64_t begin, next;
		unsigned int text_at;
		const char *text, *want;
	} rows[] = {
		{ 0x00, 0x20, 0x08, "at the start", "at the start" },
		{ 0x20, 0x40, 0x28, "exactly twenty-four byte", "exactly twenty-four byte" },
		/* no room at the end: the text stands at the start of the ring */
		{ 0xe0, 0x118, 0x08, "wrapped", "wrapped" },
		/* up to the very end: 6.18 counts it as not wrapped ... */
		{ 0xe0, 0x100, 0xe8, "to the end", "to the end" },
		/* ... and the kernels before never wrote such a block, but wrapped it */
		{ 0xe0, 0x120, 0x08, "old to the end", "old to the end" },
		{ 0x1f8, 0x220, 0x08, "second round", "second round" },
		{ 0x3a0, 0x3c0, 0xa8, "fourth round", "fourth round" },
		{ UINT64_MAX - 0xff, UINT64_MAX - 0xdf, 0x08, "before zero", "before zero" },
		{ UINT64_MAX - 0x1f, 0x18, 0x08, "through zero", "through zero" },
		{ UINT64_MAX - 0x1f, 0, 0xe8, "up to zero", "up to zero" },
		{ FAILED_LPOS, FAILED_LPOS, 0, "", "" },
		{ EMPTY_LINE_LPOS, EMPTY_LINE_LPOS, 0, "", "" },
		{ 0x41, 0x41, 0, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct ring r = make_ring(&m, 5, 5);
		struct vmc_log l;

		put_record(&r, 5, COMMITTED, rows[i].begin, rows[i].next, rows[i].text_at,
			   rows[i].text);
		check_texts(mini_open(&m), &l, &rows[i].want, 1);
		if (l.problem)
			fail_msg("row %zu: %s", i, vmc_error_text(l.problem));
		vmc_log_deinit(&l);
	}
}

static void impossible_blocks_cost_their_text(void **state)
{
	static const uint64_t rows[][2] = {
		{ 0x40, 0x20 }, { 0x20, 0x320 }, { 0x20, 0x20 },
		{ 0x20, 0x24 }, { 0xe0, 0x104 }, { 0, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct ring r = make_ring(&m, 5, 6);
		struct vmc_log l;

		put_record(&r, 5, FINALIZED, rows[i][0], rows[i][1], 8, "lost");
		put_record(&r, 6, FINALIZED, 0x80, 0xa0, 0x88, "kept");
		assert_ok(vmc_log_read(mini_open(&m), &l));
		assert_int_equal(l.records.len, 2);
		assert_string_equal(l.records.data[0].text, "");
		assert_int_equal(l.records.data[0].len, 0);
		assert_non_null(l.records.data[0].why_bad);
		assert_string_equal(l.records.data[1].text, "kept");
		assert_int_equal(vmc_error_code(l.problem), VMC_BAD_FORMAT);
		vmc_log_deinit(&l);
	}
}

/* Only what was committed, and is still the record that the id means. */
static void states_decide_what_is_a_record(void **state)
{
	static const char *const want[] = { "committed", "finalized" };
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, 10, 15);
	struct vmc_log l;

	(void)state;
	put_record(&r, 10, REUSABLE, 0, 0x20, 0x08, "reusable");
	put_record(&r, 11, COMMITTED, 0x20, 0x40, 0x28, "committed");
	put_record(&r, 12, RESERVED, 0x40, 0x60, 0x48, "reserved");
	put_record(&r, 13, FINALIZED, 0x60, 0x80, 0x68, "finalized");
	/* the slot of 14 still holds a record one round older */
	put_record(&r, 14 - 64, FINALIZED, 0x80, 0xa0, 0x88, "stale");
	put_record(&r, 15, RESERVED, 0, 0, 0, "");
	check_texts(mini_open(&m), &l, want, VMC_ARRAY_SIZE(want));
	assert_int_equal(l.lost, 0);
	vmc_log_deinit(&l);
}

/* The first id of a kernel is just below zero (DESC0_ID), in 62 bits. */
static void ids_wrap(void **state)
{
	static const char *const want[] = { "a", "b", "c" };
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, ID_MASK, 1);
	struct vmc_log l;

	(void)state;
	put_record(&r, ID_MASK, FINALIZED, 0, 0x20, 0x08, "a");
	put_record(&r, 0, FINALIZED, 0x20, 0x40, 0x28, "b");
	put_record(&r, 1, FINALIZED, 0x40, 0x60, 0x48, "c");
	check_texts(mini_open(&m), &l, want, VMC_ARRAY_SIZE(want));
	vmc_log_deinit(&l);
}

/* Head and tail further apart than the ring is long: the newest 64 are read. */
static void a_damaged_tail_costs_nothing(void **state)
{
	static const char *const want[] = { "last" };
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, 3, 5000);
	struct vmc_log l;

	(void)state;
	put_record(&r, 5000, FINALIZED, 0, 0x20, 0x08, "last");
	check_texts(mini_open(&m), &l, want, VMC_ARRAY_SIZE(want));
	vmc_log_deinit(&l);
}

/* 46 printk_infos fit on the first page, the 47th crosses to the second. */
static void one_missing_page_costs_only_its_records(void **state)
{
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, 0, 63);
	struct vmc_log l;

	(void)state;
	for (uint64_t id = 0; id < 64; id++)
		put_record(&r, id, FINALIZED, 0, 0x20, 0x08, "text");
	mini_lose(&m, r.infos + 4096);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	/* of the 47th only dev_info's end is gone, which is empty anyway */
	assert_int_equal(l.records.len, 47);
	assert_int_equal(l.lost, 64 - 47);
	assert_int_equal(l.records.data[46].seq, 1046);
	assert_string_equal(l.records.data[46].text, "text");
	assert_int_equal(vmc_error_code(l.problem), VMC_NOT_RAM);
	vmc_log_deinit(&l);
}

static void missing_text_leaves_the_records(void **state)
{
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, 0, 1);
	vmc_autostr struct vmc_str s = { 0 };
	struct vmc_log l;

	(void)state;
	put_simple(&r, 0, "one");
	put_record(&r, 1, FINALIZED, FAILED_LPOS, FAILED_LPOS, 0, "");
	mini_lose(&m, r.data);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	assert_int_equal(l.records.len, 2);
	assert_int_equal(l.lost, 0);
	assert_non_null(l.records.data[0].why_bad);
	assert_null(l.records.data[1].why_bad);
	assert_int_equal(l.records.data[0].level, 4);
	vmc_log_format(&l.records.data[0], &s);
	assert_non_null(strstr(vmc_str_text(&s), "[    0.000000] <text missing: "));
	vmc_log_deinit(&l);
}

static void missing_descriptors_are_counted(void **state)
{
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, 0, 9);
	struct vmc_log l;

	(void)state;
	mini_lose(&m, r.descs);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	assert_int_equal(l.records.len, 0);
	assert_int_equal(l.lost, 10);
	vmc_log_deinit(&l);
}

static void a_damaged_ring_is_refused(void **state)
{
	static const struct {
		const char *member;
		uint64_t value;
	} rows[] = {
		{ "printk_ringbuffer.desc_ring.count_bits", 31 },
		{ "printk_ringbuffer.desc_ring.count_bits", UINT32_MAX },
		{ "printk_ringbuffer.text_data_ring.size_bits", 31 },
		{ "printk_ringbuffer.text_data_ring.size_bits", 64 },
		{ "printk_ringbuffer.text_data_ring.size_bits", UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct ring r = make_ring(&m, 0, 1);
		struct vmc_log l;

		mini_set(&m, r.prb, rows[i].member, rows[i].value);
		assert_code(vmc_log_read(mini_open(&m), &l), VMC_BAD_FORMAT);
		assert_int_equal(l.records.len, 0);
	}
	/* all pointers lead nowhere, and a ring as large as is believed: an end all the same */
	AUTO_MINI m = mini();
	struct ring r = make_ring(&m, 0, ID_MASK);
	struct vmc_log l;

	mini_set(&m, r.prb, "printk_ringbuffer.desc_ring.count_bits", 10);
	mini_set(&m, r.prb, "printk_ringbuffer.desc_ring.descs", 0x1000);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	assert_int_equal(l.records.len, 0);
	assert_int_equal(l.lost, 1024);
	vmc_log_deinit(&l);
}

/* ---- how a record is printed ---- */

static void records_are_printed_as_dmesg_prints_them(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
		size_t len; /* 0: strlen */
		const char *want;
		bool timeless;
	} rows[] = {
		{ 0, "printk.time was off", 0, "printk.time was off\n", true },
		{ 0, "two\nlines", 0, "two\nlines\n", true },
		{ 0, "", 0, "[    0.000000] \n" },
		{ 1234567890, "plain", 0, "[    1.234567] plain\n" },
		{ 99999999999999, "late", 0, "[99999.999999] late\n" },
		{ 123456000001000, "later", 0, "[123456.000001] later\n" },
		{ 999, "rounded down", 0, "[    0.000000] rounded down\n" },
		{ 0, "two\nlines", 0, "[    0.000000] two\n               lines\n" },
		{ 123456000001000, "two\nlines", 0,
		  "[123456.000001] two\n                lines\n" },
		{ 0, "ends\n", 0, "[    0.000000] ends\n" },
		{ 0, "\n", 0, "[    0.000000] \n" },
		{ 0, "a\n\nb", 0, "[    0.000000] a\n               \n               b\n" },
		{ 0, "tab\there", 0, "[    0.000000] tab\there\n" },
		{ 0, "\tfirst", 0, "[    0.000000] \tfirst\n" },
		{ 0, "esc\x1b[31mred", 0, "[    0.000000] esc\\x1b[31mred\n" },
		{ 0, "bell\x07 cr\r", 0, "[    0.000000] bell\\x07 cr\\x0d\n" },
		{ 0, "del\x7f", 0, "[    0.000000] del\\x7f\n" },
		{ 0, "nul\0mid", 7, "[    0.000000] nul\\x00mid\n" },
		{ 0, "\0", 1, "[    0.000000] \\x00\n" },
		{ 0, "utf-8 \xc3\xa4", 0, "[    0.000000] utf-8 \xc3\xa4\n" },
		{ 0, "no utf-8 \xe4 x", 0, "[    0.000000] no utf-8 \\xe4 x\n" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_autostr struct vmc_str s = { 0 };
		struct vmc_log_record r = { .time_ns = rows[i].ns,
					    .has_time = !rows[i].timeless,
					    .text = rows[i].text,
					    .len = rows[i].len ? rows[i].len
							       : strlen(rows[i].text) };

		vmc_log_format(&r, &s);
		assert_string_equal(vmc_str_text(&s), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_with_all_they_say),
		cmocka_unit_test(blocks_wrap_as_the_kernel_wraps_them),
		cmocka_unit_test(impossible_blocks_cost_their_text),
		cmocka_unit_test(states_decide_what_is_a_record),
		cmocka_unit_test(ids_wrap),
		cmocka_unit_test(a_damaged_tail_costs_nothing),
		cmocka_unit_test(one_missing_page_costs_only_its_records),
		cmocka_unit_test(missing_text_leaves_the_records),
		cmocka_unit_test(missing_descriptors_are_counted),
		cmocka_unit_test(a_damaged_ring_is_refused),
		cmocka_unit_test(records_are_printed_as_dmesg_prints_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
