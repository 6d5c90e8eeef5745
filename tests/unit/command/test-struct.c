/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `struct` and `whatis` on a made-up kernel; the layout of what they print is crash's. */
#include <string.h>

#include "../debug/btf-maker.h"
#include "../target/mini.h"
#include "command/command.h"
#include "command/line.h"
#include "debug/types/btf.h"

static const struct mini_struct types[] = {
	{ "list_head", 16, { { "next", "u64", 0 }, { "prev", "u64", 8 } } },
	{ "rq", 24, { { "nr_running", "u32", 0 }, { "clock", "u64", 8 }, { "lag", "s32", 16 } } },
	{ "task",
	  64,
	  { { "pid", "s32", 0 }, { "comm", "char", 8, 8 }, { "tasks", "list_head", 16 } } },
	{ "module_layout",
	  16,
	  { { "base", "u64", 0 }, { "size", "u32", 8 }, { "text_size", "u32", 12 } } },
	{ "module",
	  256,
	  { { "state", "u32", 0 },
	    { "list", "list_head", 8 },
	    { "name", "char", 24, 56 },
	    { "core_layout", "module_layout", 128 },
	    { "init_layout", "module_layout", 152 } } },
	{ "btf", 24, { { "data", "u64", 0 }, { "data_size", "u32", 8 } } },
	{ "btf_module",
	  32,
	  { { "list", "list_head", 0 }, { "module", "u64", 16 }, { "btf", "u64", 24 } } },
};

/* The kernel of all tests, and a session on it. */
struct fixture {
	struct mini mini;
	struct vmc_report report;
	struct vmc_session session;
	struct vmc_str out;
	uint64_t tasks;
};

static void fixture_deinit(struct fixture *f)
{
	vmc_session_deinit(&f->session);
	vmc_vec_free(&f->report.cpu_view.cpus);
	vmc_str_deinit(&f->out);
	mini_free(&f->mini);
}
#define AUTO_FIXTURE vmc_cleanup(fixture_deinit) struct fixture

/* Two CPUs with a run queue each; three tasks in a row. */
static void lay_out(struct fixture *f)
{
	f->mini = mini();
	mini_struct(&f->mini, types, VMC_ARRAY_SIZE(types));
	mini_enum(&f->mini, "pid_type", "PIDTYPE_PID", 0);
	mini_enum(&f->mini, "pid_type", "PIDTYPE_MAX", 4);
	mini_percpu(&f->mini, 2, 256);
	mini_symbol(&f->mini, "runqueues", 'D', 0x40);
	for (uint32_t cpu = 0; cpu < 2; cpu++) {
		mini_set(&f->mini, f->mini.percpu[cpu] + 0x40, "rq.nr_running", cpu + 5);
		mini_set(&f->mini, f->mini.percpu[cpu] + 0x40, "rq.lag", (uint32_t)-1);
	}
	f->tasks = mini_variable(&f->mini, "tasks", 3 * 64);
	for (uint32_t i = 0; i < 3; i++) {
		mini_set(&f->mini, f->tasks + i * 64, "task.pid", 100 + i);
		mini_put(&f->mini, f->tasks + i * 64 + 8, i ? "ps" : "init\n", i ? 2 : 5);
	}
}

static void start(struct fixture *f)
{
	f->report.target = mini_open(&f->mini);
	for (int cpu = 0; cpu < 2; cpu++)
		assert_true(vmc_vec_push(&f->report.cpu_view.cpus,
					 (struct vmc_cpu){ .cpu = cpu, .present = true }));
	vmc_session_init(&f->session, &f->report);
}

/* Runs a line; true when it answered all. */
static bool run(struct fixture *f, const char *text)
{
	vmc_autoline struct vmc_line l = { 0 };

	assert_ok(vmc_line_next(&text, &l));
	vmc_str_clear(&f->out);
	return vmc_command_run(&f->session, l.argc, l.argv, &f->out);
}

static void assert_says(struct fixture *f, const char *text, const char *want)
{
	if (!run(f, text))
		fail_msg("%s: %s", text, vmc_str_text(&f->session.errors));
	assert_string_equal(vmc_str_text(&f->out), want);
}

static void assert_fails(struct fixture *f, const char *text, const char *why)
{
	assert_false(run(f, text));
	assert_string_equal(vmc_str_text(&f->out), "");
	if (!strstr(vmc_str_text(&f->session.errors), why))
		fail_msg("%s: %s", text, vmc_str_text(&f->session.errors));
}

static void definitions_and_short_forms(void **state)
{
	AUTO_FIXTURE f = { 0 };
	static const char *const same[] = {
		"struct list_head -o", "struct -o list_head", "union list_head -o",
		"* list_head -o",      "*list_head -o",	      "* struct list_head -o",
		"list_head -o",	       "whatis -o list_head", "whatis -o struct list_head"
	};

	(void)state;
	lay_out(&f);
	start(&f);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(same); i++)
		assert_says(
			&f, same[i],
			"struct list_head {\n   [0] u64 next;\n   [8] u64 prev;\n}\nSIZE: 16\n");
	assert_says(&f, "task.comm,tasks.prev",
		    "struct task {\n   [8] char comm[8];\n  [24] u64 tasks.prev;\n}\n");
	assert_fails(&f, "struct no_such", "no_such: no such struct");
	assert_fails(&f, "struct task.no_such", "\"no_such\"");
	assert_fails(&f, "struct task.pid,", "name is missing");
	assert_fails(&f, "struct pid_type", "pid_type: no such struct");
	assert_fails(&f, "struct", "usage: struct");
	assert_fails(&f, "struct task -p", "need an address");
	assert_fails(&f, "no_such.member", "command not found");
	assert_fails(&f, "*", "usage: struct");
}

static void values(void **state)
{
	AUTO_FIXTURE f = { 0 };
	vmc_autostr struct vmc_str line = { 0 };

	(void)state;
	lay_out(&f);
	start(&f);
	assert_says(&f, "struct task tasks",
		    "struct task {\n"
		    "  pid = 100,\n"
		    "  comm = \"init\\n\\000\\000\",\n"
		    "  tasks = {\n"
		    "    next = 0,\n"
		    "    prev = 0\n"
		    "  }\n"
		    "}\n");
	assert_says(&f, "task.pid,comm[1] tasks 2",
		    "  pid = 100,\n  comm[1] = 110 'n',\n\n  pid = 101,\n  comm[1] = 115 's',\n");
	assert_says(&f, "struct -x task.pid tasks+64", "  pid = 0x65,\n");
	assert_says(&f, "task.pid -c -2 tasks+128", "  pid = 101,\n\n  pid = 102,\n");
	assert_says(&f, "task.pid -l task.tasks tasks+80", "  pid = 101,\n");
	assert_says(&f, "task.pid -l 16 tasks+80", "  pid = 101,\n");
	vmc_str_addf(&line, "struct task {\n  [%llx] char comm[8];\n}\n",
		     (unsigned long long)f.tasks + 8);
	assert_says(&f, "struct task.comm -o tasks", vmc_str_text(&line));
	assert_fails(&f, "task tasks 0", "not a count");
	assert_fails(&f, "task tasks 65537", "more than are shown");
	assert_fails(&f, "task -l nothing.x tasks", "nothing");
	assert_fails(&f, "task no_such_symbol", "neither");
	assert_fails(&f, "task 0", "virtual 0x0");
	assert_fails(&f, "task.pid,comm 0", "virtual 0x0");
	assert_fails(&f, "task ffffffffffffffff", "does not fit");
}

static void copies_of_each_cpu(void **state)
{
	AUTO_FIXTURE f = { 0 };
	vmc_autostr struct vmc_str want = { 0 };

	(void)state;
	lay_out(&f);
	start(&f);
	for (int cpu = 0; cpu < 2; cpu++)
		vmc_str_addf(&want, "[%d]: %llx\n  nr_running = %d,\n  lag = -1,\n", cpu,
			     (unsigned long long)f.mini.percpu[cpu] + 0x40, cpu + 5);
	assert_says(&f, "rq.nr_running,lag runqueues:a", vmc_str_text(&want));
	assert_says(&f, "rq.nr_running,lag runqueues:0-1", vmc_str_text(&want));
	/* a per-CPU pointer as a number */
	assert_says(&f, "rq.nr_running,lag 40:all", vmc_str_text(&want));
	vmc_str_clear(&want);
	vmc_str_addf(&want, "[1]: %llx\n  nr_running = 6,\n",
		     (unsigned long long)f.mini.percpu[1] + 0x40);
	f.session.has_context = true;
	f.session.context.cpu = 1;
	assert_says(&f, "rq.nr_running runqueues:", vmc_str_text(&want));
	f.session.has_context = false;
	assert_fails(&f, "rq.nr_running runqueues:", "no task is selected");
	assert_fails(&f, "rq runqueues", "say which CPU");
	assert_fails(&f, "rq runqueues:7", "no such CPU");
	/* one for all: shown, and said */
	assert_false(run(&f, "task.pid tasks:0"));
	assert_string_equal(vmc_str_text(&f.out), "  pid = 100,\n");
	assert_non_null(strstr(vmc_str_text(&f.session.errors), "no per-CPU variable"));
}

static void what_is_missing_is_told(void **state)
{
	AUTO_FIXTURE f = { 0 };
	uint64_t pages;

	(void)state;
	lay_out(&f);
	pages = mini_pages(&f.mini, 2);
	mini_symbol(&f.mini, "torn", 'D', pages + 4096 - 24);
	mini_lose(&f.mini, pages + 4096);
	start(&f);
	assert_false(run(&f, "task torn"));
	assert_non_null(strstr(vmc_str_text(&f.out),
			       "    next = 0,\n    prev = <physical address not covered by the "
			       "dump>\n"));
	assert_non_null(strstr(vmc_str_text(&f.session.errors), "in part"));
	/* the part that is asked for is there */
	assert_says(&f, "task.pid,tasks.next torn", "  pid = 0,\n  tasks.next = 0,\n");
	assert_false(run(&f, "task.pid,tasks.prev torn"));
	assert_string_equal(vmc_str_text(&f.out),
			    "  pid = 0,\n  tasks.prev = <physical address not covered by the "
			    "dump>,\n");
	assert_fails(&f, "task.tasks.prev torn", "physical");
}

static void whatis_knows_more_than_structs(void **state)
{
	AUTO_FIXTURE f = { 0 };

	(void)state;
	lay_out(&f);
	mini_variable(&f.mini, "modules", 16);
	start(&f);
	assert_says(&f, "whatis pid_type",
		    "enum pid_type {\n  PIDTYPE_PID = 0\n  PIDTYPE_MAX = 4\n};\n");
	assert_says(&f, "whatis PIDTYPE_MAX", "PIDTYPE_MAX = 4\n");
	assert_says(&f, "whatis task.tasks.next", "struct task {\n  [16] u64 tasks.next;\n}\n");
	assert_says(&f, "whatis u32", "u32\nSIZE: 4\n");
	/* the table of globals knows the type */
	assert_says(&f, "whatis modules", "struct list_head modules;\n");
	assert_says(&f, "whatis modules.prev", "u64\n");
	/* ... but this kernel has neither the symbol nor the type of these */
	assert_fails(&f, "whatis init_task", "no such type, symbol");
	assert_fails(&f, "whatis tasks", "a symbol (D) whose type");
	assert_fails(&f, "whatis tasks.x", "neither a struct nor a variable");
	assert_fails(&f, "whatis", "usage: whatis");
}

static void without_types_there_is_a_reason(void **state)
{
	AUTO_FIXTURE f = { 0 };

	(void)state;
	lay_out(&f);
	f.mini.no_types = true;
	start(&f);
	assert_fails(&f, "struct task", "type");
	assert_fails(&f, "whatis task", "type");
	assert_fails(&f, "whatis task.pid", "type");
}

/* ---- modules ---- */

/* Where the ids and strings of split BTF go on. */
static void end_of_base(uint32_t *ret_id, uint32_t *ret_string)
{
	AUTO_FIXTURE f = { 0 };
	struct btf_index x = { 0 };
	uint8_t head[24];
	uint64_t addr;

	lay_out(&f);
	start(&f);
	assert_ok(vmc_target_symbol(f.mini.target, "__start_BTF", &addr));
	assert_ok(vmc_memory_read(f.mini.target->memory, addr, head, sizeof(head)));
	assert_ok(btf_index_init(
		&x,
		(struct vmc_bytes){ f.mini.target->btf,
				    (size_t)vmc_btf_size((struct vmc_bytes){ head, 24 }) },
		NULL));
	*ret_id = x.end_id - 1;
	*ret_string = x.end_string;
	btf_index_deinit(&x);
}

/* Puts `addr` + 0, a struct list_head, at the end of the list; the first call makes it empty. */
static void append(struct mini *m, uint64_t head, uint64_t last, uint64_t link)
{
	mini_u64(m, last, link);
	mini_u64(m, link, head);
}

/* A module with a struct "request" of its own. */
static uint64_t add_module(struct fixture *f, const char *name, uint64_t base, uint32_t size,
			   const uint64_t heads[2], uint64_t last[2])
{
	struct mini *m = &f->mini;
	uint64_t mod = mini_alloc(m, 256), node = mini_alloc(m, 32), btf = mini_alloc(m, 24), data;
	AUTO_MAKER k = { 0 };
	struct vmc_bytes b;

	end_of_base(&k.last_id, &k.string_base);
	make_struct(&k, "request", size, 2);
	make_member(&k, "op", 3 /* u32 */, 0);
	make_member(&k, "at", 4 /* u64 */, 64);
	b = make_btf(&k);
	data = mini_alloc(m, b.size);
	mini_put(m, data, b.data, b.size);
	mini_put(m, mod + 24, name, strlen(name));
	mini_set(m, mod, "module.core_layout.base", base);
	mini_set(m, mod, "module.core_layout.size", 4096);
	mini_set(m, btf, "btf.data", data);
	mini_set(m, btf, "btf.data_size", b.size);
	mini_set(m, node, "btf_module.module", mod);
	mini_set(m, node, "btf_module.btf", btf);
	append(m, heads[0], last[0], mod + 8);
	append(m, heads[1], last[1], node);
	last[0] = mod + 8;
	last[1] = node;
	return mod;
}

static void types_of_modules_are_found(void **state)
{
	AUTO_FIXTURE f = { 0 };
	uint64_t heads[2], last[2], base, other;
	vmc_autostr struct vmc_str line = { 0 };

	(void)state;
	lay_out(&f);
	heads[0] = last[0] = mini_variable(&f.mini, "modules", 16);
	heads[1] = last[1] = mini_variable(&f.mini, "btf_modules", 16);
	base = mini_pages(&f.mini, 1);
	other = mini_pages(&f.mini, 1);
	add_module(&f, "one", mini_direct(&f.mini, base), 16, heads, last);
	add_module(&f, "two", mini_direct(&f.mini, other), 24, heads, last);
	mini_u32(&f.mini, other + 8, 7);
	start(&f);
	assert_says(&f, "struct request -o",
		    "struct request {\n   [0] u32 op;\n   [8] u64 at;\n}\n"
		    "SIZE: 16  [one; another one in: two]\n");
	assert_says(&f, "whatis request",
		    "struct request {\n    u32 op;\n    u64 at;\n}\n"
		    "SIZE: 16  [one; another one in: two]\n");
	assert_says(&f, "request.at",
		    "struct request {\n   [8] u64 at;\n}  [one; another one in: two]\n");
	/* the kernel's types are not hidden, nor noted */
	assert_says(&f, "struct rq.lag", "struct rq {\n  [16] s32 lag;\n}\n");
	/* an address in a module: its own type comes first */
	vmc_str_addf(&line, "struct request %llx", (unsigned long long)mini_direct(&f.mini, other));
	assert_says(&f, vmc_str_text(&line),
		    "struct request {\n  op = 0,\n  at = 7\n}  [two; another one in: one]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_and_short_forms),
		cmocka_unit_test(values),
		cmocka_unit_test(copies_of_each_cpu),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(whatis_knows_more_than_structs),
		cmocka_unit_test(without_types_there_is_a_reason),
		cmocka_unit_test(types_of_modules_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
