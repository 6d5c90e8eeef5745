/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "kernel/task.h"
#include "tasks.h"

struct want {
	int pid, tgid;
	const char *comm;
	bool in_pids, in_list, idle;
};

static void check_tasks(const struct vmc_tasks *l, const struct want *want, size_t n)
{
	for (size_t i = 0; i < n && i < l->tasks.len; i++) {
		const struct vmc_task *t = &l->tasks.data[i];

		assert_string_equal(t->comm, want[i].comm);
		assert_int_equal(t->pid, want[i].pid);
		assert_int_equal(t->tgid, want[i].tgid);
		assert_int_equal(t->in_pids, want[i].in_pids);
		assert_int_equal(t->in_list, want[i].in_list);
		assert_int_equal(t->is_idle, want[i].idle);
		assert_null(t->why_bad);
	}
	assert_int_equal(l->tasks.len, n);
}

static void both_walks_find_the_same(void **state)
{
	static const struct want want[] = {
		{ 0, 0, "swapper/0", true, true, true },
		{ 0, 0, "swapper/1", true, true, true },
		{ 1, 1, "init", true, true, false },
		{ 2, 2, "kthreadd", true, true, false },
		{ 700, 700, "server", true, true, false },
		{ 701, 700, "worker", true, true, false },
		{ 702, 700, "worker", true, true, false },
	};

	(void)state;
	for (int old = 0; old <= 1; old++) {
		AUTO_MINI m = mini();
		struct people p = people(&m, old);
		struct vmc_tasks l;
		uint64_t server;

		server = add_process(&p, 700, "server", EVERYWHERE);
		add_process(&p, 1, "init", EVERYWHERE);
		add_thread(&p, server, 702, "worker", EVERYWHERE);
		add_thread(&p, server, 701, "worker", EVERYWHERE);
		add_process(&p, 2, "kthreadd", EVERYWHERE);
		add_cpus(&p, 2);
		run_on(&p, 1, server);
		assert_ok(vmc_tasks_read(mini_open(&m), &l));
		check_tasks(&l, want, VMC_ARRAY_SIZE(want));
		assert_null(l.pids_problem);
		assert_null(l.list_problem);
		assert_int_equal(l.only_in_pids + l.only_in_list, 0);
		assert_int_equal(l.tasks.data[4].addr, server);
		assert_true(l.tasks.data[4].on_cpu);
		assert_int_equal(l.tasks.data[4].cpu, 1);
		assert_true(l.tasks.data[0].on_cpu);
		assert_false(l.tasks.data[1].on_cpu);
		assert_int_equal(l.tasks.data[1].cpu, 1);
		vmc_tasks_deinit(&l);
	}
}

static void what_only_one_walk_finds_is_told(void **state)
{
	static const struct want want[] = {
		{ 0, 0, "swapper/0", true, true, true },  { 1, 1, "init", true, true, false },
		{ 10, 10, "hidden", true, false, false }, { 11, 11, "exiting", false, true, false },
		{ 12, 1, "thread", false, true, false },
	};
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	struct vmc_tasks l;
	uint64_t init;

	(void)state;
	init = add_process(&p, 1, "init", EVERYWHERE);
	add_process(&p, 10, "hidden", IN_PIDS);
	add_process(&p, 11, "exiting", IN_LIST);
	add_thread(&p, init, 12, "thread", IN_LIST);
	add_cpus(&p, 1);
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	check_tasks(&l, want, VMC_ARRAY_SIZE(want));
	assert_int_equal(l.only_in_pids, 1);
	assert_int_equal(l.only_in_list, 2);
	vmc_tasks_deinit(&l);
}

/* A list that bites its own tail: the tree still has everybody. */
static void a_circle_in_the_list_ends_that_walk(void **state)
{
	static const struct want want[] = {
		{ 0, 0, "swapper/0", true, true, true },
		{ 1, 1, "init", true, true, false },
		{ 2, 2, "second", true, true, false },
		{ 3, 3, "third", true, false, false },
	};
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t first = add_process(&p, 1, "init", EVERYWHERE);
	uint64_t second = add_process(&p, 2, "second", EVERYWHERE);
	struct vmc_tasks l;

	(void)state;
	add_process(&p, 3, "third", EVERYWHERE);
	mini_set(&m, second, "task_struct.tasks.next",
		 first + mini_offset(&m, "task_struct.tasks"));
	add_cpus(&p, 1);
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	check_tasks(&l, want, VMC_ARRAY_SIZE(want));
	assert_int_equal(vmc_error_code(l.list_problem), VMC_LIMIT);
	assert_null(l.pids_problem);
	vmc_tasks_deinit(&l);
}

static void lost_memory_costs_what_hangs_on_it(void **state)
{
	static const struct want want[] = {
		{ 0, 0, "swapper/0", true, true, true },
		{ 1, 1, "init", false, true, false },
		{ 2, 2, "second", true, true, false },
	};
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	struct vmc_tasks l;

	(void)state;
	add_process(&p, 1, "init", EVERYWHERE);
	add_process(&p, 2, "second", EVERYWHERE);
	add_cpus(&p, 1);
	/* the tree's first entry leads out of memory */
	mini_u64(&m, p.node + 40, 0xffff88807fff0000);
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	check_tasks(&l, want, VMC_ARRAY_SIZE(want));
	assert_int_equal(vmc_error_code(l.pids_problem), VMC_NOT_RAM);
	vmc_tasks_deinit(&l);
}

/* Nodes that contain themselves, sibling entries, process groups without a task. */
static void odd_trees_end(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	struct vmc_tasks l;

	(void)state;
	add_process(&p, 1, "init", EVERYWHERE);
	mini_u64(&m, p.node + 40 + 8 * 5, 0x402 /* sibling */);
	mini_u64(&m, p.node + 40 + 8 * 6, mini_direct(&m, mini_alloc(&m, 128)));
	add_cpus(&p, 1);
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	assert_int_equal(l.tasks.len, 2);
	assert_null(l.pids_problem);
	vmc_tasks_deinit(&l);

	AUTO_MINI m2 = mini();
	struct people p2 = people(&m2, false);

	add_process(&p2, 1, "init", EVERYWHERE);
	mini_u64(&m2, p2.node + 40 + 8 * 5, p2.node | 2);
	assert_ok(vmc_tasks_read(mini_open(&m2), &l));
	assert_int_equal(l.tasks.len, 1);
	assert_int_equal(vmc_error_code(l.pids_problem), VMC_BAD_FORMAT);
	vmc_tasks_deinit(&l);
}

/* pid 0 and up to 63 fit one node; more need a second level. */
static void trees_have_levels(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t top = mini_direct(&m, mini_alloc(&m, 576)), second;
	struct vmc_tasks l;

	(void)state;
	add_process(&p, 1, "low", IN_PIDS);
	second = mini_direct(&m, mini_alloc(&m, 576));
	mini_u64(&m, top + 40, p.node | 2);
	mini_u64(&m, top + 40 + 8 * 63, second | 2);
	p.node = second;
	add_process(&p, 4095, "high", IN_PIDS);
	for (size_t i = 0; i < m.symbols.len; i++) {
		if (strcmp(m.symbols.data[i].name, "init_pid_ns") == 0)
			mini_set(&m, m.symbols.data[i].addr, "pid_namespace.idr.idr_rt.xa_head",
				 top | 2);
	}
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	assert_int_equal(l.tasks.len, 2);
	assert_int_equal(l.only_in_pids, 2);
	assert_string_equal(l.tasks.data[1].comm, "high");
	vmc_tasks_deinit(&l);
}

static void a_task_has_its_members(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t parent = add_process(&p, 1, "init", EVERYWHERE);
	uint64_t task = add_process(&p, 42, "ctl\x1b[2Jname", EVERYWHERE);
	uint64_t mm = mini_alloc(&m, 128);
	struct vmc_task t;

	(void)state;
	mini_set(&m, task, "task_struct.real_parent", parent);
	mini_set(&m, task, "task_struct.mm", mm);
	mini_set(&m, task, "task_struct.thread_info.cpu", 3);
	mini_set(&m, task, "task_struct.start_time", 123456789);
	mini_set(&m, task, "task_struct.sched_info.last_arrival", 987654321);
	mini_set(&m, task, "task_struct.flags", PF_KTHREAD);
	mini_set(&m, mm, "mm_struct.total_vm", 500);
	mini_set(&m, mm, "mm_struct.rss_stat.count[0]", 100);
	mini_set(&m, mm, "mm_struct.rss_stat.count[1]", 20);
	mini_set(&m, mm, "mm_struct.rss_stat.count[2]", 7000); /* swap entries are not resident */
	mini_set(&m, mm, "mm_struct.rss_stat.count[3]", (uint64_t)-5);
	assert_ok(vmc_task_read(mini_open(&m), task, &t));
	assert_int_equal(t.pid, 42);
	assert_int_equal(t.ppid, 1);
	assert_int_equal(t.cpu, 3);
	assert_int_equal(t.stack, stack_of(&p, task));
	assert_int_equal(t.mm, mm);
	assert_int_equal(t.vm_pages, 500);
	assert_int_equal(t.rss_pages, 120);
	assert_int_equal(t.start_ns, 123456789);
	assert_int_equal(t.last_ran_ns, 987654321);
	assert_true(t.kthread);
	assert_null(strchr(t.comm, '\x1b'));
	assert_code(vmc_task_read(m.target, 0x10, &t), VMC_UNMAPPED);
}

/* From 6.2 on a counter has a part on each CPU. */
static const struct mini_struct percpu_rss[] = {
	{ "percpu_counter", 40, { { "count", "s64", 8 }, { "counters", "u64", 32 } } },
	{ "mm_struct",
	  256,
	  { { "total_vm", "u64", 16 }, { "rss_stat", "percpu_counter", 32, 4 } } },
};

static void parts_of_counters_are_summed_up(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t task = add_process(&p, 5, "five", EVERYWHERE), mm = mini_alloc(&m, 256);
	struct vmc_task t;

	(void)state;
	mini_struct(&m, percpu_rss, VMC_ARRAY_SIZE(percpu_rss));
	add_cpus(&p, 2);
	mini_set(&m, task, "task_struct.mm", mm);
	mini_set(&m, mm, "mm_struct.rss_stat[0].count", 1000);
	mini_set(&m, mm, "mm_struct.rss_stat[0].counters", 0x1200);
	mini_u32(&m, m.percpu[0] + 0x1200, 30);
	mini_u32(&m, m.percpu[1] + 0x1200, (uint32_t)-10);
	/* as a whole below zero: a snapshot between two updates */
	mini_set(&m, mm, "mm_struct.rss_stat[1].count", 5);
	mini_set(&m, mm, "mm_struct.rss_stat[1].counters", 0x1210);
	mini_u32(&m, m.percpu[1] + 0x1210, (uint32_t)-10);
	mini_set(&m, mm, "mm_struct.rss_stat[3].count", 7);
	mini_set(&m, mm, "mm_struct.rss_stat[3].counters", 0x1220);
	assert_ok(vmc_task_read(mini_open(&m), task, &t));
	assert_int_equal(t.rss_pages, 1000 + 30 - 10 + 7);
}

/* Until 6.1 each thread keeps some of its process's pages to itself. */
static const struct mini_struct cached_rss[] = {
	{ "task_rss_stat", 20, { { "events", "s32", 0 }, { "count", "s32", 4, 4 } } },
	{ "task_struct",
	  512,
	  { { "thread_info", "thread_info", 0 },
	    { "__state", "u32", 24 },
	    { "stack", "u64", 32 },
	    { "flags", "u32", 44 },
	    { "tasks", "list_head", 96 },
	    { "mm", "u64", 112 },
	    { "exit_state", "s32", 128 },
	    { "pid", "s32", 136 },
	    { "tgid", "s32", 140 },
	    { "real_parent", "u64", 144 },
	    { "pid_links", "hlist_node", 160, 4 },
	    { "thread_node", "list_head", 224 },
	    { "comm", "char", 248, 16 },
	    { "signal", "u64", 264 },
	    { "rss_stat", "task_rss_stat", 400 } } },
};

static void what_threads_keep_to_themselves_counts(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	uint64_t mm = mini_alloc(&m, 128), leader, thread;
	struct vmc_tasks l;

	(void)state;
	mini_struct(&m, cached_rss, VMC_ARRAY_SIZE(cached_rss));
	leader = add_process(&p, 5, "five", EVERYWHERE);
	thread = add_thread(&p, leader, 6, "six", EVERYWHERE);
	mini_set(&m, leader, "task_struct.mm", mm);
	mini_set(&m, thread, "task_struct.mm", mm);
	mini_set(&m, mm, "mm_struct.rss_stat.count[0]", 100);
	mini_set(&m, leader, "task_struct.rss_stat.count[0]", 20);
	mini_set(&m, leader, "task_struct.rss_stat.count[2]", 5000); /* swap */
	mini_set(&m, thread, "task_struct.rss_stat.count[1]", (uint64_t)-3);
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	assert_int_equal(l.tasks.len, 2);
	assert_int_equal(l.tasks.data[0].rss_pages, 117);
	assert_int_equal(l.tasks.data[1].rss_pages, 117);
	vmc_tasks_deinit(&l);
}

/* 3.10: upids in a hash table, threads in a ring, the CPU in the thread_info below the stack. */
static const struct mini_struct types_3_10[] = {
	{ "list_head", 16, { { "next", "u64", 0 }, { "prev", "u64", 8 } } },
	{ "hlist_node", 16, { { "next", "u64", 0 }, { "pprev", "u64", 8 } } },
	{ "hlist_head", 8, { { "first", "u64", 0 } } },
	{ "pid_link", 24, { { "node", "hlist_node", 0 }, { "pid", "u64", 16 } } },
	{ "timespec", 16, { { "tv_sec", "s64", 0 }, { "tv_nsec", "s64", 8 } } },
	{ "thread_info", 104, { { "task", "u64", 0 }, { "cpu", "u32", 24 } } },
	{ "mm_rss_stat", 24, { { "count", "s64", 0, 3 } } },
	{ "mm_struct", 96, { { "total_vm", "u64", 16 }, { "rss_stat", "mm_rss_stat", 32 } } },
	{ "upid",
	  32,
	  { { "nr", "s32", 0 }, { "ns", "u64", 8 }, { "pid_chain", "hlist_node", 16 } } },
	{ "pid", 96, { { "tasks", "hlist_head", 8, 3 }, { "numbers", "upid", 48, 1 } } },
	{ "task_struct",
	  512,
	  { { "state", "s64", 0 },
	    { "stack", "u64", 8 },
	    { "flags", "u32", 20 },
	    { "tasks", "list_head", 96 },
	    { "mm", "u64", 112 },
	    { "exit_state", "s32", 128 },
	    { "pid", "s32", 136 },
	    { "tgid", "s32", 140 },
	    { "real_parent", "u64", 144 },
	    { "pids", "pid_link", 152, 3 },
	    { "thread_group", "list_head", 224 },
	    { "start_time", "timespec", 240 },
	    { "comm", "char", 256, 16 },
	    { "signal", "u64", 272 } } },
};

struct hash {
	struct mini *m;
	uint64_t chains, ns;
};

/* A task on CPU 3, in chain `chain` in front of what was there. */
static uint64_t add_hashed(struct hash *h, unsigned int pid, unsigned int tgid, unsigned int chain)
{
	struct mini *m = h->m;
	uint64_t task = mini_direct(m, mini_alloc(m, 512)), id = mini_direct(m, mini_alloc(m, 96));
	uint64_t info = mini_direct(m, mini_pages(m, 4)), head = h->chains + 8ull * chain;
	uint64_t mm = mini_direct(m, mini_alloc(m, 96));

	mini_set(m, task, "task_struct.pid", pid);
	mini_set(m, task, "task_struct.tgid", tgid);
	mini_put(m, task + 256, "task", 5);
	mini_set(m, task, "task_struct.stack", info);
	mini_set(m, info, "thread_info.cpu", 3);
	mini_set(m, task, "task_struct.start_time.tv_sec", 7);
	mini_set(m, task, "task_struct.start_time.tv_nsec", 5);
	mini_set(m, task, "task_struct.mm", mm);
	mini_u64(m, mm + 32, 10);
	mini_u64(m, mm + 40, 20);
	mini_u64(m, mm + 48, 400);  /* swap entries are not resident */
	mini_u64(m, mm + 56, 8000); /* what follows is no counter */
	mini_set(m, task, "task_struct.thread_group.next", task + 224);
	mini_set(m, id, "pid.tasks[0].first", task + 152);
	mini_set(m, id, "pid.numbers[0].ns", h->ns);
	mini_u64(m, id + 48 + 16, vmc_le64(m->mem + (mini_physical(m, head) - m->phys)));
	mini_u64(m, head, id + 48 + 16);
	return task;
}

static void before_4_15_tasks_are_in_a_hash_table(void **state)
{
	AUTO_MINI m = mini();
	struct hash h = { .m = &m };
	uint64_t init, leader, thread, foreign;
	struct vmc_tasks l;

	(void)state;
	mini_struct(&m, types_3_10, VMC_ARRAY_SIZE(types_3_10));
	init = mini_variable(&m, "init_task", 512);
	h.ns = mini_variable(&m, "init_pid_ns", 64);
	h.chains = mini_direct(&m, mini_alloc(&m, 8 * 16));
	mini_u64(&m, mini_variable(&m, "pid_hash", 8), h.chains);
	mini_u32(&m, mini_variable(&m, "pidhash_shift", 4), 4);
	leader = add_hashed(&h, 100, 100, 15);
	thread = add_hashed(&h, 101, 100, 15);
	h.ns++; /* another namespace's number of a task that is met elsewhere */
	foreign = add_hashed(&h, 7, 7, 15);
	mini_u64(&m, init + 96, leader + 96);
	mini_u64(&m, leader + 96, init + 96);
	mini_u64(&m, leader + 224, thread + 224);
	mini_u64(&m, thread + 224, leader + 224);
	assert_ok(vmc_tasks_read(mini_open(&m), &l));
	assert_null(l.pids_problem);
	assert_null(l.list_problem);
	assert_int_equal(l.tasks.len, 2);
	for (size_t i = 0; i < l.tasks.len; i++) {
		const struct vmc_task *t = &l.tasks.data[i];

		assert_int_not_equal(t->addr, foreign);
		assert_int_equal(t->pid, 100 + i);
		assert_int_equal(t->tgid, 100);
		assert_true(t->in_pids && t->in_list);
		assert_int_equal(t->cpu, 3);
		assert_int_equal(t->start_ns, 7000000005);
		assert_int_equal(t->rss_pages, 30);
	}
	vmc_tasks_deinit(&l);
}

/* task_state_array of the generations: elements 5 and 7 differ; of one the array ends before. */
static void put_state_words(struct mini *m, const char *fifth, const char *seventh)
{
	uint64_t array = mini_variable(m, "task_state_array", 64), text = mini_alloc(m, 32);

	mini_put(m, text, fifth, strlen(fifth));
	mini_put(m, text + 16, seventh, strlen(seventh));
	mini_u64(m, array + 8 * 5, text);
	mini_u64(m, array + 8 * 7, text + 16);
}

/* Numbers: include/linux/sched.h of 3.10, 4.4 and 6.1. */
static void states_have_names(void **state)
{
	enum { V3_10 = 1, V4_4 = 2, V6_1 = 4, EVERY = 7 };
	static const struct {
		int where;
		uint64_t state;
		const char *brief, *full;
	} rows[] = {
		{ EVERY, 0, "RU", "TASK_RUNNING" },
		{ EVERY, 1, "IN", "TASK_INTERRUPTIBLE" },
		{ EVERY, 2, "UN", "TASK_UNINTERRUPTIBLE" },
		{ V4_4 | V6_1, 0x402, "ID", "TASK_IDLE" },
		{ V6_1, 0x102, "UN", "TASK_UNINTERRUPTIBLE" }, /* TASK_KILLABLE */
		{ V3_10 | V4_4, 0x82, "UN", "TASK_UNINTERRUPTIBLE" },
		{ EVERY, 4, "ST", "TASK_STOPPED" },
		{ EVERY, 8, "TR", "TASK_TRACED" },
		{ V6_1, 0x40, "PA", "TASK_PARKED" },
		{ V3_10 | V4_4, 0x200, "PA", "TASK_PARKED" },
		{ V3_10 | V4_4, 0x100, "WA", "TASK_WAKING" },
		{ V6_1, 0x80 | 0x20ull << 32, "ZO", "EXIT_ZOMBIE" },
		{ V4_4, 0x40 | 0x20ull << 32, "ZO", "EXIT_ZOMBIE" },
		{ V3_10, 0x40 | 0x10ull << 32, "ZO", "EXIT_ZOMBIE" },
		{ V3_10, 0x20ull << 32, "DE", "EXIT_DEAD" },
		{ V4_4 | V6_1, 0x10ull << 32, "DE", "EXIT_DEAD" },
		{ V3_10 | V4_4, 0x40, "DE", "TASK_DEAD" },
		{ V4_4 | V6_1, 0x800, "NE", "TASK_NEW" },
	};

	(void)state;
	for (int kernel = V3_10; kernel <= V6_1; kernel *= 2) {
		AUTO_MINI m = mini();

		if (kernel == V3_10)
			put_state_words(&m, "Z (zombie)", "x (dead)");
		else if (kernel == V4_4)
			put_state_words(&m, "X (dead)", "no state");
		else
			put_state_words(&m, "X (dead)", "P (parked)");
		mini_open(&m);
		for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
			struct vmc_task t = { .state = rows[i].state };

			if (!(rows[i].where & kernel))
				continue;
			assert_string_equal(vmc_task_state(m.target, &t), rows[i].brief);
			assert_string_equal(vmc_task_state_long(m.target, &t), rows[i].full);
		}
	}
}

/* state and exit_state are kept apart, whatever their width. */
static void the_state_is_read_by_either_name(void **state)
{
	(void)state;
	for (int old = 0; old <= 1; old++) {
		AUTO_MINI m = mini();
		struct people p = people(&m, old);
		uint64_t task = add_process(&p, 5, "five", EVERYWHERE);
		struct vmc_task t;

		mini_set(&m, task, old ? "task_struct.state" : "task_struct.__state", 0x402);
		mini_set(&m, task, "task_struct.exit_state", 0x20);
		assert_ok(vmc_task_read(mini_open(&m), task, &t));
		assert_int_equal(t.state, 0x402 | 0x20ull << 32);
	}
}

static void without_types_there_are_no_tasks(void **state)
{
	AUTO_MINI m = mini();
	struct people p = people(&m, false);
	struct vmc_tasks l;

	(void)state;
	add_process(&p, 1, "init", EVERYWHERE);
	m.no_types = true;
	assert_code(vmc_tasks_read(mini_open(&m), &l), VMC_NOT_FOUND);
	assert_int_equal(l.tasks.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_walks_find_the_same),
		cmocka_unit_test(what_only_one_walk_finds_is_told),
		cmocka_unit_test(a_circle_in_the_list_ends_that_walk),
		cmocka_unit_test(lost_memory_costs_what_hangs_on_it),
		cmocka_unit_test(odd_trees_end),
		cmocka_unit_test(trees_have_levels),
		cmocka_unit_test(a_task_has_its_members),
		cmocka_unit_test(parts_of_counters_are_summed_up),
		cmocka_unit_test(what_threads_keep_to_themselves_counts),
		cmocka_unit_test(before_4_15_tasks_are_in_a_hash_table),
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(the_state_is_read_by_either_name),
		cmocka_unit_test(without_types_there_are_no_tasks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
