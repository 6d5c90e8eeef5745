/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log before 5.10: records in log_buf (from 3.5), or characters (before). */
#include <inttypes.h>
#include <string.h>

#include "../target/mini.h"
#include "kernel/log.h"

/* A kernel of which nothing is known but what VMCOREINFO says. */
struct old {
	struct mini *m;
	uint64_t buf, first, next, len, end;
	uint32_t size, at;
	unsigned int header; /* bytes of struct printk_log */
};

static uint64_t exported(struct mini *m, const char *name, size_t size)
{
	uint64_t addr = mini_alloc(m, size);

	mini_line(m, "SYMBOL(%s)=%" PRIx64 "\n", name, addr);
	return addr;
}

static struct old make_old(struct mini *m, uint32_t size)
{
	struct old o = { .m = m, .size = size, .header = 16 };

	m->no_symbols = true;
	o.buf = mini_pages(m, (size + 4095) / 4096);
	mini_u64(m, exported(m, "log_buf", 8), o.buf);
	o.len = exported(m, "log_buf_len", 4);
	mini_u32(m, o.len, size);
	return o;
}

static struct old make_records(struct mini *m, const char *tag, uint32_t size, bool caller)
{
	struct old o = make_old(m, size);

	o.first = exported(m, "log_first_idx", 4);
	o.next = exported(m, "log_next_idx", 4);
	o.header = caller ? 20 : 16;
	if (!tag)
		return o; /* as if VMCOREINFO knew symbols only */
	mini_line(m, "SIZE(%s)=%u\nOFFSET(%s.ts_nsec)=0\nOFFSET(%s.len)=8\n", tag, o.header, tag,
		  tag);
	mini_line(m, "OFFSET(%s.text_len)=10\nOFFSET(%s.dict_len)=12\n", tag, tag);
	if (caller)
		mini_line(m, "OFFSET(%s.caller_id)=16\n", tag);
	return o;
}

static struct old make_characters(struct mini *m, uint32_t size, uint32_t end)
{
	struct old o = make_old(m, size);

	o.end = exported(m, "log_end", 4);
	mini_u32(m, o.end, end);
	return o;
}

/* A record of level 3 and facility 2 with a dictionary; takes a multiple of 4 bytes. */
static uint32_t put_record(struct old *o, uint64_t ns, uint32_t caller, const char *text)
{
	static const char dict[] = "DEVICE=b8:0";
	size_t n = strlen(text), total = (o->header + n + sizeof(dict) - 1 + 3) & ~(size_t)3;
	uint64_t r = o->buf + o->at;
	uint32_t at = o->at;

	mini_u64(o->m, r, ns);
	mini_u32(o->m, r + 8, (uint32_t)(total | n << 16));
	mini_u32(o->m, r + 12, (uint32_t)(sizeof(dict) - 1) | 2 << 16 | (3u << 5 | 6) << 24);
	if (o->header == 20)
		mini_u32(o->m, r + 16, caller);
	mini_put(o->m, r + o->header, text, n);
	mini_put(o->m, r + o->header + n, dict, sizeof(dict) - 1);
	o->at += (uint32_t)total;
	return at;
}

static void bounds(struct old *o, uint32_t first, uint32_t next)
{
	mini_u32(o->m, o->first, first);
	mini_u32(o->m, o->next, next);
}

static void check_texts(const struct vmc_log *l, const char *const *want, size_t n)
{
	for (size_t i = 0; i < n && i < l->records.len; i++) {
		assert_string_equal(l->records.data[i].text, want[i]);
		assert_int_equal(l->records.data[i].len, strlen(want[i]));
	}
	assert_int_equal(l->records.len, n);
}

static void records_by_vmcoreinfo_alone(void **state)
{
	static const char *const texts[] = { "first", "second\nline", "" };
	static const struct {
		const char *tag;
		bool caller;
	} rows[] = { { "log", false },
		     { "printk_log", false },
		     { "printk_log", true },
		     { NULL, false },
		     { NULL, true } };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct old o = make_records(&m, rows[i].tag, 4096, rows[i].caller);
		struct vmc_log l;

		put_record(&o, 5000, 0, texts[0]);
		put_record(&o, 1234567890, 0x80000001, texts[1]);
		put_record(&o, 2000000000, 42, texts[2]);
		bounds(&o, 0, o.at);
		assert_ok(vmc_log_read(mini_open(&m), &l));
		assert_string_equal(l.generation, "records");
		check_texts(&l, texts, 3);
		assert_int_equal(l.records.data[1].time_ns, 1234567890);
		assert_int_equal(l.records.data[1].level, 3);
		assert_int_equal(l.records.data[1].facility, 2);
		assert_false(l.records.data[0].has_caller);
		assert_int_equal(l.records.data[1].has_caller, rows[i].caller);
		if (rows[i].caller) {
			assert_int_equal(l.records.data[1].caller, 0x80000001);
			assert_int_equal(l.records.data[2].caller, 42);
		}
		assert_int_equal(l.lost, 0);
		vmc_log_deinit(&l);
	}
}

/* Where no header fits, or one with len 0 stands, the log goes on at the start. */
static void records_wrap(void **state)
{
	static const char *const want[] = { "old", "older text", "new", "newest" };

	(void)state;
	for (int marker = 0; marker <= 1; marker++) {
		AUTO_MINI m = mini();
		struct old o = make_records(&m, "printk_log", 256, false);
		uint32_t first, next, rest = marker ? 40 : 8;
		struct vmc_log l;

		put_record(&o, 3, 0, "new");
		put_record(&o, 4, 0, "newest");
		next = o.at;
		o.at = 256 - rest - 72;
		first = put_record(&o, 1, 0, "old");
		put_record(&o, 2, 0, "older text");
		assert_int_equal(o.at, 256 - rest);
		bounds(&o, first, next);
		assert_ok(vmc_log_read(mini_open(&m), &l));
		check_texts(&l, want, VMC_ARRAY_SIZE(want));
		assert_int_equal(l.lost, 0);
		vmc_log_deinit(&l);
	}
}

static void an_empty_record_log_is_empty(void **state)
{
	AUTO_MINI m = mini();
	struct old o = make_records(&m, "printk_log", 256, false);
	struct vmc_log l;

	(void)state;
	bounds(&o, 0, 0);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	assert_int_equal(l.records.len, 0);
	assert_int_equal(l.lost, 0);
	vmc_log_deinit(&l);
}

/* Without a sound length nothing tells where the next one starts. */
static void a_damaged_record_ends_the_log(void **state)
{
	static const uint32_t lengths[] = {
		15 | 3 << 16, /* shorter than its header */
		400,	      /* beyond the ring */
		36 | 21 << 16 /* text longer than the record */
	};
	static const char *const want[] = { "good" };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lengths); i++) {
		AUTO_MINI m = mini();
		struct old o = make_records(&m, "printk_log", 256, false);
		struct vmc_log l;
		uint32_t bad;

		put_record(&o, 1, 0, "good");
		bad = put_record(&o, 2, 0, "bad");
		put_record(&o, 3, 0, "behind");
		mini_u32(&m, o.buf + bad + 8, lengths[i]);
		bounds(&o, 0, o.at);
		assert_ok(vmc_log_read(mini_open(&m), &l));
		check_texts(&l, want, 1);
		assert_int_equal(l.lost, 1);
		assert_int_equal(vmc_error_code(l.problem), VMC_BAD_FORMAT);
		vmc_log_deinit(&l);
	}
}

/* No types, and lengths that no size of a header explains: no text is made of it. */
static void records_of_no_layout_are_refused(void **state)
{
	AUTO_MINI m = mini();
	struct old o = make_records(&m, NULL, 256, false);
	struct vmc_log l;

	(void)state;
	put_record(&o, 1, 0, "good");
	mini_u32(&m, o.buf + put_record(&o, 2, 0, "bad") + 8, 64 | 3 << 16);
	bounds(&o, 0, o.at);
	assert_code(vmc_log_read(mini_open(&m), &l), VMC_NOT_FOUND);
}

static void hostile_bounds_have_an_end(void **state)
{
	static const uint32_t rows[][2] = {
		{ 0, 100000 }, { 250, 0 }, { 100000, 0 }, { UINT32_MAX, 8 }, { UINT32_MAX - 8, 8 },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct old o = make_records(&m, "printk_log", 256, false);
		struct vmc_log l;

		/* one record that fills the ring: it would be met for ever */
		mini_u32(&m, o.buf + 8, 256 | 3 << 16);
		mini_put(&m, o.buf + 16, "abc", 3);
		bounds(&o, rows[i][0], rows[i][1]);
		assert_ok(vmc_log_read(mini_open(&m), &l));
		assert_true(l.records.len <= 2);
		vmc_log_deinit(&l);
	}
}

/* A page in the middle: records behind it cannot be found. */
static void a_missing_page_of_records_is_told(void **state)
{
	AUTO_MINI m = mini();
	struct old o = make_records(&m, "printk_log", 8192, false);
	struct vmc_log l;
	size_t before = 0;

	(void)state;
	while (o.at < 8000)
		before += put_record(&o, 1, 0, "sixteen bytes ok") + 44 <= 4096;
	bounds(&o, 0, o.at);
	mini_lose(&m, o.buf + 4096);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	/* the one that crosses has its header still, or lacks it */
	assert_in_range(l.records.len, before, before + 1);
	assert_int_equal(vmc_error_code(l.problem), VMC_NOT_RAM);
	vmc_log_deinit(&l);
}

/* ---- characters ---- */

static void characters_make_lines(void **state)
{
	static const char text[] = "<6>[    0.000000] Linux version 2.6.32\n"
				   "<4>[    1.234567] warn: x\n"
				   "no level\n"
				   "<0>\n"
				   "\n"
				   "<3>[not a time] y\n"
				   "<3>[0x10] z\n"
				   "<7>[12345.000001] unfinished";
	static const struct {
		int level;
		bool has_time;
		uint64_t ns;
		const char *text;
	} want[] = {
		{ 6, true, 0, "Linux version 2.6.32" },
		{ 4, true, 1234567000, "warn: x" },
		{ -1, false, 0, "no level" },
		{ 0, false, 0, "" },
		{ 3, false, 0, "[not a time] y" },
		{ 3, false, 0, "[0x10] z" },
		{ 7, true, 12345000001000, "unfinished" },
	};
	AUTO_MINI m = mini();
	struct old o = make_characters(&m, 256, sizeof(text) - 1);
	struct vmc_log l;

	(void)state;
	mini_put(&m, o.buf, text, sizeof(text) - 1);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	assert_string_equal(l.generation, "characters");
	assert_int_equal(l.records.len, VMC_ARRAY_SIZE(want));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(want); i++) {
		assert_string_equal(l.records.data[i].text, want[i].text);
		assert_int_equal(l.records.data[i].len, strlen(want[i].text));
		assert_int_equal(l.records.data[i].level, want[i].level);
		assert_int_equal(l.records.data[i].has_time, want[i].has_time);
		assert_int_equal(l.records.data[i].time_ns, want[i].ns);
	}
	vmc_log_deinit(&l);
}

/* Six digits are six digits: no microsecond is lost on the way through the number. */
static void times_are_exact(void **state)
{
	static const uint32_t us[] = { 1, 511, 1001, 1995, 100003, 234567, 290000, 999999 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(us); i++) {
		AUTO_MINI m = mini();
		vmc_autostr struct vmc_str s = { 0 };
		char line[64];
		int n = snprintf(line, sizeof(line), "[%5u.%06u]  x\n", us[i] % 4 * 40000, us[i]);
		struct old o = make_characters(&m, 64, (uint32_t)n);
		struct vmc_log l;

		mini_put(&m, o.buf, line, (size_t)n);
		assert_ok(vmc_log_read(mini_open(&m), &l));
		assert_int_equal(l.records.len, 1);
		vmc_log_format(&l.records.data[0], &s);
		assert_string_equal(vmc_str_text(&s), line);
		vmc_log_deinit(&l);
	}
}

/* log_end counts on; the ring holds the last log_buf_len characters of all. */
static void characters_wrap(void **state)
{
	static const char all[] = "<6>gone\n<6>cut in two\n<5>middle\n<4>the end is here, it is\n";
	static const char *const want[] = { "ut in two", "middle", "the end is here, it is" };
	const uint32_t size = 64, end = sizeof(all) - 1 + 3 * 64;
	AUTO_MINI m = mini();
	struct old o = make_characters(&m, size, end);
	struct vmc_log l;
	size_t n = sizeof(all) - 1, from = 12;

	(void)state;
	/* as if 192 characters and `all` had been printed, the last 64 of which are kept */
	for (size_t i = 0; i < n; i++)
		mini_put(&m, o.buf + (end - n + i) % size, all + i, 1);
	/* what is older than 64 characters is overwritten: here, by the rest of an old line */
	assert_true(n - from < size);
	for (size_t i = n; i < size; i++)
		mini_put(&m, o.buf + (end + i - n) % size, "\n", 1);
	for (size_t i = 0; i < from; i++)
		mini_put(&m, o.buf + (end - n + i) % size, "\n", 1);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	check_texts(&l, want, VMC_ARRAY_SIZE(want));
	assert_int_equal(l.records.data[0].level, -1);
	assert_int_equal(l.records.data[1].level, 5);
	vmc_log_deinit(&l);
}

static void a_missing_page_of_characters_is_told(void **state)
{
	AUTO_MINI m = mini();
	struct old o = make_characters(&m, 8192, 8192);
	struct vmc_log l;

	(void)state;
	for (size_t i = 0; i < 8192; i += 16)
		mini_put(&m, o.buf + i, "<6>fifteen char\n", 16);
	mini_lose(&m, o.buf + 4096);
	assert_ok(vmc_log_read(mini_open(&m), &l));
	assert_true(l.records.len >= 256);
	for (size_t i = 0; i < 256; i++)
		assert_string_equal(l.records.data[i].text, "fifteen char");
	assert_int_equal(l.lost, 1);
	assert_int_equal(vmc_error_code(l.problem), VMC_NOT_RAM);
	vmc_log_deinit(&l);
}

static void impossible_buffers_are_refused(void **state)
{
	static const uint32_t sizes[] = { 0, 100, 0x80000000 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sizes); i++) {
		AUTO_MINI m = mini();
		struct old o = make_characters(&m, 64, 10);
		struct vmc_log l;

		mini_u32(&m, o.len, sizes[i]);
		assert_code(vmc_log_read(mini_open(&m), &l), VMC_BAD_FORMAT);
	}
	AUTO_MINI m = mini();
	struct vmc_log l;

	assert_code(vmc_log_read(mini_open(&m), &l), VMC_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_by_vmcoreinfo_alone),
		cmocka_unit_test(records_wrap),
		cmocka_unit_test(an_empty_record_log_is_empty),
		cmocka_unit_test(a_damaged_record_ends_the_log),
		cmocka_unit_test(records_of_no_layout_are_refused),
		cmocka_unit_test(hostile_bounds_have_an_end),
		cmocka_unit_test(a_missing_page_of_records_is_told),
		cmocka_unit_test(characters_make_lines),
		cmocka_unit_test(times_are_exact),
		cmocka_unit_test(characters_wrap),
		cmocka_unit_test(a_missing_page_of_characters_is_told),
		cmocka_unit_test(impossible_buffers_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
