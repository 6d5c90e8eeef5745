/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <stdio.h>
#include <string.h>

#include "render/table.h"
#include "render/words.h"

/* No chain of parents is longer, whatever the dump says. */
#define PARENTS_MAX 64
#define PAGE_KB (VMC_PAGE_SIZE / 1024)

static void name_of(const struct vmc_task *task, struct vmc_str *out)
{
	vmc_str_add(out, task->kthread || task->is_idle ? "[" : "");
	vmc_words_safe(out, task->comm);
	vmc_str_add(out, task->kthread || task->is_idle ? "]" : "");
}

/* crash gives all idle tasks parent 0, though those beyond CPU 0 were made by init. */
static int parent_pid(const struct vmc_task *task)
{
	return task->is_idle ? 0 : task->ppid;
}

/* A process without a single page does not exist: its sizes are not known. */
static bool has_sizes(const struct vmc_task *task)
{
	return !task->mm || task->vm_pages;
}

static void sizes(const struct vmc_session *s, const struct vmc_task *task, struct vmc_str *out)
{
	const struct vmc_system *sys = &s->report->system;
	double percent = 0;

	if (!has_sizes(task)) {
		vmc_str_addf(out, "%5s %8s %8s", "-", "-", "-");
		return;
	}
	if (sys->has_memory && sys->memory_bytes)
		percent =
			(double)task->rss_pages * VMC_PAGE_SIZE * 100.0 / (double)sys->memory_bytes;
	vmc_str_addf(out, "%5.1f %8llu %8llu", percent,
		     (unsigned long long)(task->vm_pages * PAGE_KB),
		     (unsigned long long)(task->rss_pages * PAGE_KB));
}

static void row(const struct vmc_session *s, const struct vmc_task *task, struct vmc_str *out)
{
	vmc_str_addf(out, "%c%8d %7d ", task->on_cpu ? '>' : ' ', task->pid, parent_pid(task));
	if (task->cpu >= 0)
		vmc_str_addf(out, "%3d", task->cpu);
	else
		vmc_str_addf(out, "%3s", "-");
	vmc_str_addf(out, "  %016llx  %2s ", (unsigned long long)task->addr,
		     vmc_task_state(s->target, task));
	sizes(s, task, out);
	vmc_str_add(out, "  ");
	name_of(task, out);
	vmc_str_addc(out, '\n');
}

static void listing(struct vmc_session *s, const struct vmc_selection *sel, bool header,
		    struct vmc_str *out)
{
	if (header)
		vmc_str_add(out, "      PID    PPID  CPU       TASK        ST  %MEM      VSZ"
				 "      RSS  COMM\n");
	for (size_t i = 0; i < sel->tasks.len; i++)
		row(s, sel->tasks.data[i], out);
}

static void size_cell(struct vmc_table *t, const struct vmc_task *task, uint64_t pages)
{
	if (has_sizes(task))
		vmc_table_cellf(t, "%llu", (unsigned long long)(pages * PAGE_KB));
	else
		vmc_table_cell(t, NULL);
}

static struct vmc_error *as_json(const struct vmc_session *s, const struct vmc_selection *sel,
				 struct vmc_str *out)
{
	static const struct vmc_column columns[] = {
		{ .key = "pid", .right = true },
		{ .key = "ppid", .right = true },
		{ .key = "tgid", .right = true },
		{ .key = "cpu", .right = true },
		{ .key = "task" },
		{ .key = "state" },
		{ .key = "vsz_kb", .right = true },
		{ .key = "rss_kb", .right = true },
		{ .key = "kind" },
		{ .key = "comm" },
	};
	vmc_autotable struct vmc_table t = { .columns = columns,
					     .n_columns = VMC_ARRAY_SIZE(columns) };

	for (size_t i = 0; i < sel->tasks.len; i++) {
		const struct vmc_task *task = sel->tasks.data[i];

		vmc_table_cellf(&t, "%d", task->pid);
		vmc_table_cellf(&t, "%d", parent_pid(task));
		vmc_table_cellf(&t, "%d", task->tgid);
		vmc_table_cellf(&t, "%d", task->cpu);
		vmc_table_cellf(&t, "0x%llx", (unsigned long long)task->addr);
		vmc_table_cell(&t, vmc_task_state(s->target, task));
		size_cell(&t, task, task->vm_pages);
		size_cell(&t, task, task->rss_pages);
		vmc_table_cell(&t, task->is_idle ? "idle" : task->kthread ? "kernel" : "user");
		vmc_table_cell(&t, task->comm);
	}
	return vmc_table_json(&t, out);
}

static void states(const struct vmc_session *s, const struct vmc_selection *sel,
		   struct vmc_str *out)
{
	static const char *const order[] = { "RU", "IN", "UN", "ID", "ZO", "ST",
					     "TR", "DE", "SW", "PA", "WA", "NE" };
	size_t other = sel->tasks.len;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(order); i++) {
		size_t n = 0;

		for (size_t j = 0; j < sel->tasks.len; j++)
			n += strcmp(vmc_task_state(s->target, sel->tasks.data[j]), order[i]) == 0;
		if (n)
			vmc_str_addf(out, "  %s: %zu\n", order[i], n);
		other -= n;
	}
	if (other)
		vmc_str_addf(out, "  ??: %zu\n", other);
}

static const struct vmc_task *parent_of(const struct vmc_session *s, const struct vmc_task *task)
{
	const struct vmc_task *p;

	if (task->pid == 0)
		return NULL;
	vmc_vec_each (p, &s->report->tasks.tasks) {
		if (p->pid == task->ppid && (p->pid || p->cpu == 0))
			return p;
	}
	return NULL;
}

static void parents(const struct vmc_session *s, const struct vmc_task *task, struct vmc_str *out)
{
	const struct vmc_task *chain[PARENTS_MAX];
	int n = 0;

	for (; task && n < PARENTS_MAX; task = parent_of(s, task))
		chain[n++] = task;
	for (int i = n; i-- > 0;) {
		vmc_str_addf(out, "%*s", n - 1 - i, "");
		vmc_task_line(chain[i], out);
	}
}

static void children(const struct vmc_session *s, const struct vmc_task *task, struct vmc_str *out)
{
	const struct vmc_task *c;
	bool any = false;

	vmc_task_line(task, out);
	vmc_vec_each (c, &s->report->tasks.tasks) {
		if (c->ppid != task->pid || c->is_idle || c->pid != c->tgid)
			continue;
		vmc_str_add(out, "  ");
		vmc_task_line(c, out);
		any = true;
	}
	if (!any)
		vmc_str_add(out, "  (no children)\n");
}

static void times(const struct vmc_session *s, const struct vmc_task *task, struct vmc_str *out)
{
	const struct vmc_system *sys = &s->report->system;
	double start = (double)task->start_ns / 1e9;

	vmc_task_line(task, out);
	if (sys->has_uptime) {
		vmc_str_add(out, "    RUN TIME: ");
		vmc_words_uptime(sys->uptime - start, out);
		vmc_str_addc(out, '\n');
	}
	vmc_str_addf(out, "  START TIME: %.6f\n", start);
}

/* The newest moment that the dump knows on the clock of last_ran_ns. */
static uint64_t newest(const struct vmc_session *s)
{
	const struct vmc_log *log = &s->report->log;
	const struct vmc_task *task;
	uint64_t now = 0;

	vmc_vec_each (task, &s->report->tasks.tasks) {
		if (task->last_ran_ns > now)
			now = task->last_ran_ns;
	}
	if (s->report->has_log && log->records.len &&
	    log->records.data[log->records.len - 1].time_ns > now)
		now = log->records.data[log->records.len - 1].time_ns;
	return now;
}

static int by_last_ran(const void *a, const void *b)
{
	const struct vmc_task *x = *(const struct vmc_task *const *)a;
	const struct vmc_task *y = *(const struct vmc_task *const *)b;

	return (x->last_ran_ns < y->last_ran_ns) - (x->last_ran_ns > y->last_ran_ns);
}

static void last_run(const struct vmc_session *s, struct vmc_selection *sel, bool as_age,
		     struct vmc_str *out)
{
	uint64_t now = newest(s);
	int digits = snprintf(NULL, 0, "%llu", (unsigned long long)now);

	if (sel->tasks.len)
		qsort(sel->tasks.data, sel->tasks.len, sizeof(*sel->tasks.data), by_last_ran);
	for (size_t i = 0; i < sel->tasks.len; i++) {
		const struct vmc_task *task = sel->tasks.data[i];
		uint64_t ms = (now - task->last_ran_ns) / 1000000;

		if (as_age)
			vmc_str_addf(out, "[%llu %02u:%02u:%02u.%03u] ",
				     (unsigned long long)(ms / 86400000),
				     (unsigned)(ms / 3600000 % 24), (unsigned)(ms / 60000 % 60),
				     (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
		else
			vmc_str_addf(out, "[%*llu] ", digits,
				     (unsigned long long)task->last_ran_ns);
		vmc_str_addf(out, "[%s]  ", vmc_task_state(s->target, task));
		vmc_task_line(task, out);
	}
}

static bool wanted(const struct vmc_args *args, const struct vmc_task *task)
{
	bool kernel = task->kthread || task->is_idle;

	return !(vmc_args_has(args, 'k') && !kernel) && !(vmc_args_has(args, 'u') && kernel) &&
	       !(vmc_args_has(args, 'G') && task->pid != task->tgid) &&
	       !(vmc_args_has(args, 'A') && !task->on_cpu) &&
	       !(vmc_args_has(args, 'I') && task->is_idle);
}

/* What is shown is not all there was: says so beside the rows. */
static void complain_gaps(struct vmc_session *s)
{
	const struct vmc_tasks *l = &s->report->tasks;
	const struct vmc_error *why = l->list_problem ? l->list_problem : l->pids_problem;

	if (s->report->has_tasks || !why)
		return;
	vmc_session_complain(s, "ps", vmc_error_wrap(vmc_error_copy(why), "tasks are missing"));
}

static struct vmc_error *select_rows(struct vmc_session *s, const struct vmc_args *args,
				     struct vmc_selection *sel)
{
	const struct vmc_task *task;
	size_t kept = 0;

	VMC_TRY(vmc_need_tasks(s));
	complain_gaps(s);
	for (size_t i = 0; i < args->n_operands; i++)
		vmc_session_complain(s, "ps", vmc_select_task(s, args->operand[i], sel));
	if (!args->n_operands) {
		vmc_vec_each (task, &s->report->tasks.tasks) {
			if (!vmc_vec_push(&sel->tasks, task))
				return vmc_error_no_memory();
		}
	}
	for (size_t i = 0; i < sel->tasks.len; i++) {
		if (wanted(args, sel->tasks.data[i]))
			sel->tasks.data[kept++] = sel->tasks.data[i];
	}
	sel->tasks.len = kept;
	return NULL;
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	static const struct {
		char letter;
		void (*show)(const struct vmc_session *, const struct vmc_task *, struct vmc_str *);
	} each[] = { { 'p', parents }, { 'c', children }, { 't', times } };
	vmc_autoselection struct vmc_selection sel = { 0 };

	VMC_TRY(select_rows(s, args, &sel));
	if (args->n_operands && !sel.tasks.len)
		return NULL;
	if (vmc_args_has(args, 'j'))
		return as_json(s, &sel, out);
	if (vmc_args_has(args, 'S')) {
		states(s, &sel, out);
		return NULL;
	}
	if (vmc_args_has(args, 'l') || vmc_args_has(args, 'm')) {
		last_run(s, &sel, vmc_args_has(args, 'm'), out);
		return NULL;
	}
	for (size_t i = 0; i < VMC_ARRAY_SIZE(each); i++) {
		if (!vmc_args_has(args, each[i].letter))
			continue;
		for (size_t j = 0; j < sel.tasks.len; j++) {
			vmc_str_add(out, j ? "\n" : "");
			each[i].show(s, sel.tasks.data[j], out);
		}
		return NULL;
	}
	listing(s, &sel, !vmc_args_has(args, 'H'), out);
	return NULL;
}

const struct vmc_command vmc_command_ps = {
	.name = "ps",
	.aliases = "",
	.options = "kuGAIHSpctlmj",
	.usage = "[-k | -u] [-G] [-A] [-I] [-H | -S | -p | -c | -t | -l | -m | -j] "
		 "[pid | task | name]...",
	.summary = "tasks",
	.help = "One line a task; '>' marks those that were on a CPU, [] kernel threads. Sizes are "
		"in KB.\n"
		"States: RU running, IN and UN sleeping (interruptible or not), ID idle kernel "
		"thread, ZO\n"
		"zombie, ST stopped, TR traced, DE dead, PA parked, WA waking, NE new.\n"
		"\n"
		"Which tasks:\n"
		"  -k   kernel threads     -u   user tasks        -G   only leaders of a thread "
		"group\n"
		"  -A   only those on a CPU                       -I   without idle tasks\n"
		"What of them:\n"
		"  -H   the table without its header\n"
		"  -S   how many in which state\n"
		"  -p   parents up to the first            -c   children\n"
		"  -t   since when it has run (seconds since boot)\n"
		"  -l   when it last got a CPU, newest first (ns)\n"
		"  -m   the same as age: [days hh:mm:ss.ms]\n"
		"  -j   the table as JSON\n"
		"\n"
		"EXAMPLES\n"
		"  Who waits and cannot be killed?\n"
		"    ps | grep UN\n"
		"  What has not run for longest?\n"
		"    ps -m | tail\n"
		"  Where does pid 162 come from?\n"
		"    ps -p 162\n",
	.run = run,
};
