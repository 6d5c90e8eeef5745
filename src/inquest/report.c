/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquest/report.h"

#include <stdarg.h>
#include <string.h>

#include "inquest/inquest.h"

/* Lines of a log of 2 GiB, the largest that a kernel can have, at its usual length. */
#define LINES_MAX (16u << 20)
/* Frames of all CPUs together: 8192 with 32 each. A frame holds the registers. */
#define FRAMES_MAX (256u << 10)

/* Consumes err. */
static void missing(struct vmc_report *r, struct vmc_error *err, const struct vmc_str *what,
		    const struct vmc_str *said)
{
	struct vmc_unavailable row = {
		.what = vmc_arena_strdup(&r->arena, vmc_str_text(what)),
		.said = vmc_arena_strdup(&r->arena, vmc_str_text(said)),
		.why = vmc_arena_strdup(&r->arena, vmc_error_text(err)),
	};

	vmc_error_free(err);
	if (row.what && row.said && row.why)
		(void)vmc_vec_push(&r->unavailable, row);
}

void vmc_report_missing(struct vmc_report *r, struct vmc_error *err, const char *english, ...)
{
	vmc_autostr struct vmc_str what = { 0 }, said = { 0 };
	va_list ap, again;

	if (!err)
		return;
	va_start(ap, english);
	va_copy(again, ap);
	vmc_str_addv(&what, english, ap);
	vmc_str_addv(&said, vmc_say(r->lang, english), again);
	va_end(again);
	va_end(ap);
	missing(r, err, &what, &said);
}

/* Log records -> the lines that oops/ reads; a record may hold several. */
static struct vmc_error *split_records(struct vmc_report *r)
{
	for (size_t i = 0; i < r->log.records.len; i++) {
		const struct vmc_log_record *rec = &r->log.records.data[i];
		size_t from = 0;

		for (size_t k = 0; k <= rec->len; k++) {
			if (k < rec->len && rec->text[k] != '\n')
				continue;
			struct vmc_log_line line = {
				.text = rec->text + from,
				.len = k - from,
				.time_ns = rec->has_time ? (int64_t)rec->time_ns : -1,
				.level = rec->level,
				.number = (uint32_t)(i + 1),
				.stamped = rec->has_time,
				.has_caller = rec->has_caller,
				.caller_kind = rec->caller >> 31 ? 'C' : 'T',
				.caller = rec->caller & 0x7fffffff,
			};
			from = k + 1;
			if (r->lines.len == LINES_MAX)
				return vmc_error_new(VMC_LIMIT, "it has more than %u lines",
						     LINES_MAX);
			if (!vmc_vec_push(&r->lines, line))
				return vmc_error_no_memory();
		}
	}
	return NULL;
}

static const char *lost_words(const struct vmc_log *l)
{
	bool one = l->lost == 1;

	if (vmc_streq(l->generation, "characters"))
		return one ? VMC_SAY("%llu page of the kernel log")
			   : VMC_SAY("%llu pages of the kernel log");
	return one ? VMC_SAY("%llu record of the kernel log")
		   : VMC_SAY("%llu records of the kernel log");
}

static void read_log(struct vmc_report *r)
{
	struct vmc_error *err = vmc_log_read(r->target, &r->log);

	if (err) {
		vmc_report_missing(r, err, VMC_SAY("kernel log"));
		return;
	}
	r->has_log = true;
	if (r->log.problem && r->log.lost)
		vmc_report_missing(r, vmc_error_copy(r->log.problem), lost_words(&r->log),
				   (unsigned long long)r->log.lost);
	else if (r->log.problem)
		vmc_report_missing(r, vmc_error_copy(r->log.problem),
				   VMC_SAY("texts in the kernel log"));
	err = split_records(r);
	if (!err)
		err = vmc_oops_scan(r->lines.data, r->lines.len, &r->oopses);
	vmc_report_missing(r, err, VMC_SAY("reports in the kernel log"));
}

/* The last line of that kind is the panic at hand; a log may hold earlier ones of crash kernels. */
static void find_panic_line(struct vmc_report *r)
{
	static const char marker[] = "Kernel panic - not syncing";

	for (size_t i = r->lines.len; i-- > 0;) {
		const struct vmc_log_line *l = &r->lines.data[i];
		const char *at = memmem(l->text, l->len, marker, sizeof(marker) - 1);
		vmc_autostr struct vmc_str s = { 0 };

		/* "---[ end Kernel panic - not syncing: ... ]---" repeats it */
		if (!at || memmem(l->text, (size_t)(at - l->text), "end ", 4) ||
		    !vmc_inquest_in_boot(r, i))
			continue;
		vmc_str_add_untrusted(&s, at, l->len - (size_t)(at - l->text));
		r->panic_message = vmc_arena_strdup(&r->arena, vmc_str_text(&s));
		r->has_panic = true;
		return;
	}
}

/*
 * The timekeeper stands still while the CPU that keeps it has interrupts off,
 * and a hung machine may be dumped long after: a later stamp in the log is
 * then the better witness. Below a second the two clocks' drift decides.
 */
static void refine_time(struct vmc_report *r)
{
	double last = 0;

	for (size_t i = 0; i < r->log.records.len; i++) {
		double stamp = (double)r->log.records.data[i].time_ns / 1e9;

		if (stamp > last)
			last = stamp;
	}
	if (!r->has_log || last <= 0 || (r->system.has_uptime && last < r->system.uptime + 1))
		return;
	if (r->system.has_uptime && r->system.has_date)
		r->system.date += (int64_t)(last - r->system.uptime);
	r->system.uptime = last;
	r->system.uptime_from = "log";
	r->system.has_uptime = true;
}

/* kdump starts before panic() prints: then the first line of the cause stands for the message. */
static void default_panic_message(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	vmc_autostr struct vmc_str s = { 0 };

	if (!r->has_panic || r->panic_message || !o || o->first_index >= r->lines.len)
		return;
	vmc_str_add_untrusted(&s, r->lines.data[o->first_index].text,
			      r->lines.data[o->first_index].len);
	r->panic_message = vmc_arena_strdup(&r->arena, vmc_str_text(&s));
}

static void read_tasks(struct vmc_report *r)
{
	struct vmc_error *err = vmc_tasks_read(r->target, &r->tasks);

	if (err) {
		vmc_report_missing(r, err, VMC_SAY("task list"));
		return;
	}
	/* a count is given when at least one walk came to its end */
	r->n_tasks = r->tasks.tasks.len;
	r->has_tasks = !r->tasks.pids_problem || !r->tasks.list_problem;
	/* without types the second walk has no layouts to go by, which is told of the types already
	 */
	if (r->tasks.pids_problem &&
	    (r->target->types || vmc_error_code(r->tasks.pids_problem) != VMC_NOT_FOUND))
		vmc_report_missing(r, vmc_error_copy(r->tasks.pids_problem),
				   VMC_SAY("tasks by pid tree"));
	if (r->tasks.list_problem)
		vmc_report_missing(r, vmc_error_copy(r->tasks.list_problem),
				   VMC_SAY("tasks by task list"));
}

static void add_cpu(struct vmc_report *r, const struct vmc_cpu *cpu)
{
	struct vmc_report_cpu row = { .cpu = cpu->cpu, .pid = -1, .task = cpu->task };
	struct vmc_task task;
	struct vmc_error *err = NULL;
	bool idle_task = false;

	if (cpu->task) {
		err = vmc_task_read(r->target, cpu->task, &task);
		if (!err) {
			row.pid = task.pid;
			row.comm = vmc_arena_strdup(&r->arena, task.comm);
			idle_task = task.pid == 0;
		}
	}
	if (!err)
		err = vmc_cpu_backtrace(r->target, cpu, &row.trace);
	if (err) {
		vmc_trace_deinit(&row.trace);
		row.trace.stopped = vmc_error_copy(err);
		vmc_report_missing(r, err, VMC_SAY("backtrace of CPU %d"), cpu->cpu);
	} else if (row.trace.stopped) {
		vmc_report_missing(r, vmc_error_copy(row.trace.stopped),
				   VMC_SAY("rest of the backtrace of CPU %d"), cpu->cpu);
	}
	row.is_idle =
		idle_task && vmc_inquest_is_idle(&row.trace, cpu->cpu == r->cpu_view.panic_cpu);
	if (!vmc_vec_push(&r->cpus, row))
		vmc_trace_deinit(&row.trace);
}

static void take_panic_task(struct vmc_report *r, const struct vmc_cpu *cpu)
{
	struct vmc_error *err = vmc_cpu_backtrace(r->target, cpu, &r->backtrace);

	r->panic_cpu = cpu->cpu;
	if (err) {
		vmc_trace_deinit(&r->backtrace);
		vmc_report_missing(r, err, VMC_SAY("backtrace of the panic task"));
	}
	if (!cpu->task)
		return;
	err = vmc_task_read(r->target, cpu->task, &r->panic_task);
	if (err) {
		vmc_report_missing(r, err, VMC_SAY("panic task"));
		return;
	}
	r->panic_task.cpu = cpu->cpu;
	r->panic_task.on_cpu = true;
	r->has_panic_task = true;
	r->panic_state = vmc_task_state_long(r->target, &r->panic_task);
}

/*
 * No variable says who panicked before 4.5 unless kdump ran: then the log does, which names
 * the CPU of each report. The last one before the machine stopped is that of the panic.
 */
static void panic_cpu_by_log(struct vmc_report *r)
{
	if (r->cpu_view.panic_cpu >= 0 || !r->panic_message)
		return;
	for (size_t i = r->oopses.n_reports; i-- > 0;) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (o->cpu < 0 || o->user_mode || !vmc_inquest_in_boot(r, o->first_index) ||
		    (size_t)o->cpu >= vmc_target_cpus(r->target))
			continue;
		r->cpu_view.panic_cpu = o->cpu;
		r->cpu_view.panic_by = "log";
		return;
	}
}

/* Nor did the log of 2.6.32 name the CPU in every report: the stacks show who went into panic(). */
static void panic_cpu_by_stack(struct vmc_report *r)
{
	for (size_t i = 0; i < r->cpu_view.cpus.len && r->cpu_view.panic_cpu < 0; i++) {
		const struct vmc_cpu *cpu = &r->cpu_view.cpus.data[i];
		vmc_autotrace struct vmc_trace trace = { 0 };
		vmc_autoerror struct vmc_error *err = vmc_cpu_backtrace(r->target, cpu, &trace);

		if (err || !vmc_inquest_panicked(&trace))
			continue;
		r->cpu_view.panic_cpu = cpu->cpu;
		r->cpu_view.panic_by = "stack";
	}
}

static void read_cpus(struct vmc_report *r)
{
	struct vmc_error *err = vmc_cpus_read(r->target, &r->cpu_view);
	size_t frames = 0;
	bool full = false;

	if (err) {
		vmc_report_missing(r, err, VMC_SAY("CPUs and backtraces"));
		return;
	}
	panic_cpu_by_log(r);
	panic_cpu_by_stack(r);
	r->has_cpus = true;
	r->n_cpus = r->cpu_view.present;
	r->n_cpus_offline = r->cpu_view.offline;
	r->has_panic |= r->cpu_view.panic_cpu >= 0;
	for (size_t i = 0; i < r->cpu_view.cpus.len; i++) {
		const struct vmc_cpu *cpu = &r->cpu_view.cpus.data[i];

		if (cpu->cpu == r->cpu_view.panic_cpu)
			take_panic_task(r, cpu);
		if (full)
			continue;
		add_cpu(r, cpu);
		if (r->cpus.len)
			frames += r->cpus.data[r->cpus.len - 1].trace.frames.len;
		full = frames > FRAMES_MAX && i + 1 < r->cpu_view.cpus.len;
		if (full)
			vmc_report_missing(
				r,
				vmc_error_new(VMC_LIMIT, "those before it have %zu frames", frames),
				VMC_SAY("backtraces of the CPUs behind CPU %d"), cpu->cpu);
	}
}

/* What the dump file itself cannot give, in words. */
static void note_dump_gaps(struct vmc_report *r)
{
	static const struct {
		int bit;
		const char *what;
	} levels[] = { { 2, VMC_SAY("page cache") },
		       { 4, VMC_SAY("private page cache") },
		       { 8, VMC_SAY("user memory") },
		       { 16, VMC_SAY("free pages") } };
	const struct vmc_dump_info *info = vmc_dump_info(r->target->dump);
	vmc_autostr struct vmc_str what = { 0 }, said = { 0 };
	uint64_t hollow = 0;

	if (!info->complete)
		vmc_report_missing(r, vmc_error_new(VMC_TRUNCATED, "%s", info->incomplete_why),
				   VMC_SAY("part of the dump file"));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(levels) && info->dump_level > 0; i++) {
		if (!(info->dump_level & levels[i].bit))
			continue;
		vmc_str_addf(&said, "%s%s", what.len ? vmc_say(r->lang, ", ") : "",
			     vmc_say(r->lang, levels[i].what));
		vmc_str_addf(&what, "%s%s", what.len ? ", " : "", levels[i].what);
	}
	if (what.len)
		missing(r,
			vmc_error_new(VMC_EXCLUDED,
				      "excluded by the dump tool (makedumpfile -d %d)",
				      info->dump_level),
			&what, &said);
	for (size_t i = 0; i < info->n_segments; i++) {
		if (info->segments[i].memsz > info->segments[i].filesz)
			hollow += info->segments[i].memsz - info->segments[i].filesz;
	}
	if (hollow)
		vmc_report_missing(
			r,
			vmc_error_new(
				VMC_EXCLUDED,
				"the file holds no bytes for these pages: they were zero or "
				"were excluded by the dump tool, an ELF dump does not say which"),
			VMC_SAY("%llu KiB of memory"), (unsigned long long)(hollow / 1024));
}

/* What follows from the facts, wherever they come from. */
static void conclude(struct vmc_report *r)
{
	vmc_inquest_lines(r);
	vmc_inquest_user_faults(r);
	vmc_inquest_code(r);
	vmc_inquest_registers(r);
	vmc_inquest_verdict(r);
	vmc_inquest_culprit_line(r);
	vmc_inquest_known(r);
	vmc_inquest_findings(r);
	vmc_inquest_environment(r);
	vmc_inquest_taint(r);
	vmc_inquest_cascades(r);
}

/* An empty report; NULL when memory runs out. */
static struct vmc_report *new_report(const char *path, const struct vmc_report_options *o)
{
	struct vmc_report *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->path = path;
	r->panic_cpu = -1;
	if (o) {
		r->lang = o->lang;
		r->rules = o->rules;
		r->n_rules = o->n_rules;
	}
	return r;
}

struct vmc_error *vmc_report_dump(struct vmc_target *t, const char *path,
				  const struct vmc_report_options *o, struct vmc_report **ret)
{
	struct vmc_report *r = new_report(path, o);
	struct vmc_error *err;

	if (!r)
		return vmc_error_no_memory();
	r->target = t;
	note_dump_gaps(r);
	vmc_system_read(t, &r->system);
	read_log(r);
	refine_time(r);
	find_panic_line(r);
	vmc_target_modules(t);
	read_tasks(r);
	read_cpus(r);
	err = vmc_inquest_events(r);
	if (err) {
		vmc_report_free(r);
		return err;
	}
	default_panic_message(r);
	conclude(r);
	for (size_t i = 0; i < t->unavailable.len; i++)
		(void)vmc_vec_push(&r->unavailable, t->unavailable.data[i]);
	*ret = r;
	return NULL;
}

static void note_lines_left_out(struct vmc_report *r)
{
	if (r->lines.left_out_from)
		vmc_report_missing(r,
				   vmc_error_new(VMC_LIMIT, "the log has more than %zu lines",
						 VMC_LOG_LINES_MAX),
				   VMC_SAY("log from line %u on"), r->lines.left_out_from);
}

struct vmc_error *vmc_report_text(const char *text, size_t size, const char *path,
				  const struct vmc_report_options *o, struct vmc_report **ret)
{
	struct vmc_report *r = new_report(path, o);
	struct vmc_error *err;

	if (!r)
		return vmc_error_no_memory();
	err = vmc_log_split(text, size, &r->lines);
	if (!err)
		err = vmc_oops_scan(r->lines.data, r->lines.len, &r->oopses);
	if (!err)
		err = vmc_log_quality_of(&r->lines, &r->quality);
	if (!err) {
		note_lines_left_out(r);
		vmc_inquest_choose_boot(r);
		find_panic_line(r);
		err = vmc_inquest_events(r);
	}
	if (err) {
		vmc_report_free(r);
		return err;
	}
	conclude(r);
	*ret = r;
	return NULL;
}

void vmc_report_free(struct vmc_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->cpus.len; i++)
		vmc_trace_deinit(&r->cpus.data[i].trace);
	for (size_t i = 0; i < r->findings.len; i++) {
		vmc_vec_free(&r->findings.data[i].evidence);
		vmc_vec_free(&r->findings.data[i].lines);
	}
	vmc_vec_free(&r->cpus);
	vmc_vec_free(&r->registers);
	vmc_vec_free(&r->findings);
	vmc_vec_free(&r->unexplained.rows);
	vmc_vec_free(&r->events);
	vmc_vec_free(&r->environment);
	vmc_vec_free(&r->taint.marks);
	vmc_vec_free(&r->taint.modules);
	vmc_vec_free(&r->taint.changes);
	vmc_vec_free(&r->unavailable);
	for (size_t i = 0; i < r->verdict.path.len; i++)
		vmc_vec_free(&r->verdict.path.data[i].functions);
	vmc_vec_free(&r->verdict.path);
	vmc_vec_free(&r->verdict.assertion.alternatives);
	vmc_vec_free(&r->verdict.why);
	vmc_vec_free(&r->verdict.known_issues);
	vmc_vec_free(&r->verdict.next_steps);
	vmc_trace_deinit(&r->backtrace);
	vmc_log_deinit(&r->log);
	vmc_log_lines_deinit(&r->lines);
	vmc_log_quality_deinit(&r->quality);
	vmc_oops_set_deinit(&r->oopses);
	vmc_tasks_deinit(&r->tasks);
	vmc_cpus_deinit(&r->cpu_view);
	vmc_arena_deinit(&r->arena);
	free(r);
}

bool vmc_report_is_partial(const struct vmc_report *r)
{
	return r->unavailable.len > 0;
}
