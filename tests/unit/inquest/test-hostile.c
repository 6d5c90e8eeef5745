/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps that lie: whatever a field says, the report comes to an end and stays
 * inside its memory. What it says then is not the question here; the
 * sanitizers and the time that it takes are the judges.
 */
#include <stdlib.h>
#include <string.h>

#include "../kernel/tasks.h"
#include "inquest/report.h"
#include "reports.h"

#define SEED 0x2545f4914f6cdd1d

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* A kernel with a bit of everything. */
static void make_all(struct mini *m)
{
	struct people p = people(m, false);
	uint64_t f = mini_function(m, "victim", 64), log = mini_pages(m, 1), task;
	static const char text[] = NOISE OOPS("victim", "0000000000000010") PANIC("Fatal");

	for (int i = 1; i < 40; i++)
		mini_orc(m, mini_function(m, "other", 64), 8, 0, MINI_ORC_CALL);
	mini_orc(m, f, 8, 0, MINI_ORC_CALL);
	task = add_process(&p, 99, "worker", EVERYWHERE);
	add_thread(&p, task, 100, "thread", EVERYWHERE);
	add_process(&p, 1, "init", EVERYWHERE);
	add_cpus(&p, 2);
	run_on(&p, 0, task);
	mini_u64(m, stack_of(&p, task) + 0x3000, f + 32);
	mini_prstatus(m, &(struct mini_cpu){ .ip = f, .sp = stack_of(&p, task) + 0x3000 });
	mini_u32(m, mini_variable(m, "panic_cpu", 4), 0);
	mini_u64(m, mini_variable(m, "log_buf", 8), log);
	mini_u32(m, mini_variable(m, "log_buf_len", 4), 4096);
	mini_u32(m, mini_variable(m, "log_end", 4), sizeof(text) - 1);
	mini_put(m, log, text, sizeof(text) - 1);
}

/* From a copy of exactly that size, so that a sanitizer sees every overrun. */
static void report_on(const uint8_t *bytes, size_t size)
{
	struct vmc_target *t = NULL;
	struct vmc_report *r = NULL;
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	vmc_autoerror struct vmc_error *err =
		vmc_target_open_bytes((struct vmc_bytes){ copy, size }, NULL, &t);
	if (!err)
		assert_ok(vmc_report_dump(t, "core", NULL, &r));
	vmc_report_free(r);
	vmc_target_free(t);
	free(copy);
}

static void the_whole_is_sound(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_report *r = NULL;

	(void)state;
	make_all(&m);
	assert_ok(vmc_report_dump(mini_open(&m), "core", NULL, &r));
	assert_string_equal(r->verdict.culprit.function, "victim");
	assert_int_equal(r->n_tasks, 5);
	vmc_report_free(r);
}

static void dumps_may_end_anywhere(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_bytes b;
	uint64_t x = SEED;

	(void)state;
	make_all(&m);
	b = mini_file(&m);
	for (size_t n = 0; n < 256; n += 7)
		report_on(b.data, n);
	for (size_t i = 0; i < 60; i++)
		report_on(b.data, (size_t)(next_random(&x) % b.size));
}

/* Words of the part that is in use, replaced by what overflows, points nowhere or everywhere. */
static void words_may_hold_anything(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_bytes b;
	uint8_t *bytes;
	uint64_t x = SEED, headers = 6 * 4096;

	(void)state;
	make_all(&m);
	b = mini_file(&m);
	bytes = malloc(b.size);
	assert_non_null(bytes);
	for (size_t i = 0; i < 150; i++) {
		uint64_t values[] = { 0,
				      1,
				      0xff,
				      UINT32_MAX,
				      INT64_MAX,
				      UINT64_MAX,
				      0xffff888000000000,
				      m.text,
				      0x6b6b6b6b6b6b6b6b,
				      x };

		memcpy(bytes, b.data, b.size);
		/* one word in a thousand */
		for (size_t k = 0; k < m.used / 8000; k++) {
			uint64_t at = headers + next_random(&x) % (m.used / 8) * 8;
			uint64_t v = values[next_random(&x) % VMC_ARRAY_SIZE(values)];

			memcpy(bytes + at, &v, 8);
		}
		report_on(bytes, b.size);
	}
	free(bytes);
}

/* VMCOREINFO's own words. */
static void vmcoreinfo_may_say_anything(void **state)
{
	static const char *const lines[] = {
		"SYMBOL(init_uts_ns)=0\n",
		"SYMBOL(swapper_pg_dir)=ffffffffffffffff\n",
		"SYMBOL(_stext)=0\n",
		"SYMBOL(_stext)=ffffffffbfffffff\n",
		"SYMBOL(_stext)=ffffffffffffffff\n",
		"NUMBER(phys_base)=-9223372036854775808\n",
		"NUMBER(phys_base)=9223372036854775807\n",
		"NUMBER(pgtable_l5_enabled)=-1\n",
		"NUMBER(sme_mask)=-1\n",
		"OFFSET(uts_namespace.name)=18446744073709551615\n",
		"SYMBOL(kallsyms_names)=1\n",
		"SYMBOL(kallsyms_num_syms)=ffffffffffffffff\n",
		"SYMBOL(kallsyms_token_index)=ffffffff80000000\n",
		"LENGTH(node_data)=-1\n",
		"SIZE(printk_log)=4294967296\n",
		"OFFSET(list_head.next)=-8\n",
		"OFFSET(task_struct.pid)=18446744073709551608\n",
		"KERNELOFFSET=ffffffffffffffff\n",
		"CRASHTIME=-9223372036854775808\n",
		"SYMBOL(log_buf)=ffffffffffffffff\nSYMBOL(log_first_idx)=ffffffffffffffff\n",
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lines); i++) {
		AUTO_MINI m = mini();
		char *note;
		struct vmc_bytes b;
		size_t len = strlen(lines[i]);

		make_all(&m);
		mini_line(&m, "%s", lines[i]);
		b = mini_file(&m);
		/* the first of two equal keys wins: put it right behind OSRELEASE, without a NUL */
		note = memmem(m.file + 4096, 5 * 4096, "PAGESIZE=4096\n", 14);
		assert_non_null(note);
		memmove(note + len, note + 14, 3000 - len);
		memcpy(note, lines[i], len);
		report_on(b.data, b.size);
	}
}

/* Thousands of CPUs that all have the same area: each is shown, none costs a second. */
static void as_many_cpus_as_can_be(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_report *r = NULL;
	uint64_t ids = 0, table = 0, big;

	(void)state;
	make_all(&m);
	big = mini_alloc(&m, 8 * 9000);
	for (size_t i = 0; i < m.symbols.len; i++) {
		if (strcmp(m.symbols.data[i].name, "nr_cpu_ids") == 0)
			ids = m.symbols.data[i].addr;
		if (strcmp(m.symbols.data[i].name, "__per_cpu_offset") == 0) {
			table = m.symbols.data[i].addr;
			m.symbols.data[i].addr = big;
		}
	}
	assert_true(ids && table);
	mini_u32(&m, ids, UINT32_MAX);
	for (uint64_t i = 0; i < 9000; i++)
		mini_u64(&m, big + 8 * i, m.percpu[0]);
	assert_ok(vmc_report_dump(mini_open(&m), "core", NULL, &r));
	assert_int_equal(r->n_cpus, 8192);
	vmc_report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_is_sound),
		cmocka_unit_test(dumps_may_end_anywhere),
		cmocka_unit_test(words_may_hold_anything),
		cmocka_unit_test(vmcoreinfo_may_say_anything),
		cmocka_unit_test(as_many_cpus_as_can_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
