/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include "render/stack.h"
#include "render/words.h"
#include "target/lines.h"
#include "target/variables.h"

struct walk {
	struct vmc_session *s;
	struct vmc_str *out;
	unsigned int flags;
	size_t shown;
};

/* The CPU on which the task runs; NULL. */
static const struct vmc_cpu *cpu_of(const struct vmc_session *s, uint64_t task)
{
	const struct vmc_cpu *c;

	vmc_vec_each (c, &s->report->cpu_view.cpus) {
		if (c->present && c->task == task)
			return c;
	}
	return NULL;
}

static void show(struct walk *w, const struct vmc_task *task, const struct vmc_cpu *cpu)
{
	vmc_autotrace struct vmc_trace tr = { 0 };
	struct vmc_error *err;

	if (w->shown++)
		vmc_str_addc(w->out, '\n');
	vmc_task_line(task, w->out);
	if (!cpu)
		cpu = cpu_of(w->s, task->addr);
	if (!cpu && !task->stack) {
		vmc_str_add(w->out, "(no stack)\n");
		return;
	}
	err = cpu ? vmc_cpu_backtrace(w->s->target, cpu, &tr)
		  : vmc_unwind_task(w->s->target, task->addr, &tr);
	if (err) {
		vmc_str_add(w->out, "(no backtrace: ");
		vmc_words_safe(w->out, vmc_error_text(err));
		vmc_str_add(w->out, ")\n");
		vmc_session_complain(w->s, "bt", vmc_error_wrap(err, "pid %d", task->pid));
		return;
	}
	if (w->flags & (VMC_BT_LINES | VMC_BT_VARIABLES))
		vmc_target_lines(w->s->target, &tr);
	if (w->flags & VMC_BT_VARIABLES)
		vmc_target_variables(w->s->target, &tr);
	vmc_stack_crash(&tr, w->flags, w->out);
	if (tr.stopped || tr.truncated)
		w->s->failed = true;
}

static struct vmc_error *show_cpu(struct walk *w, int number, bool skip_idle)
{
	const struct vmc_cpu *cpu = vmc_select_cpu(w->s, number);
	const struct vmc_task *known = cpu ? vmc_task_at(w->s, cpu->task) : NULL;
	struct vmc_task task;

	if (!cpu || !cpu->task)
		return vmc_error_new(VMC_NOT_FOUND, "CPU %d: what ran on it is not known", number);
	if (known) {
		task = *known;
	} else {
		VMC_TRY(vmc_error_wrap(vmc_task_read(w->s->target, cpu->task, &task), "CPU %d",
				       number));
		task.cpu = number;
	}
	if (!skip_idle || !task.is_idle)
		show(w, &task, cpu);
	return NULL;
}

static struct vmc_error *show_cpus(struct walk *w, const char *spec, bool skip_idle)
{
	struct vmc_cpu_list list = { 0 };
	struct vmc_error *err = vmc_select_cpus(w->s, spec, &list);

	for (size_t i = 0; !err && i < list.cpus.len; i++)
		vmc_session_complain(w->s, "bt", show_cpu(w, list.cpus.data[i], skip_idle));
	if (!err && !list.cpus.len)
		err = vmc_error_new(VMC_NOT_FOUND, "the CPUs of this dump are not known");
	vmc_vec_free(&list.cpus);
	return err;
}

/* All threads of the same process. */
static void show_group(struct walk *w, const struct vmc_task *leader)
{
	const struct vmc_task *task;

	vmc_vec_each (task, &w->s->report->tasks.tasks) {
		if (task->tgid == leader->tgid && (task->tgid || task->addr == leader->addr))
			show(w, task, NULL);
	}
}

static struct vmc_error *show_operand(struct walk *w, const char *operand, bool group)
{
	vmc_autoselection struct vmc_selection found = { 0 };

	VMC_TRY(vmc_select_task(w->s, operand, &found));
	for (size_t i = 0; i < found.tasks.len; i++) {
		if (group)
			show_group(w, found.tasks.data[i]);
		else
			show(w, found.tasks.data[i], NULL);
	}
	return NULL;
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	struct walk w = { .s = s, .out = out };
	const char *idle = vmc_args_value(args, 'n');
	bool group = vmc_args_has(args, 'g');

	if (idle && !vmc_streq(idle, "idle"))
		return vmc_error_new(VMC_USAGE, "-n takes the word idle");
	w.flags = (vmc_args_has(args, 's') || vmc_args_has(args, 'x') ? VMC_BT_OFFSET : 0) |
		  (vmc_args_has(args, 'x') && !vmc_args_has(args, 'd') ? VMC_BT_HEX : 0) |
		  (vmc_args_has(args, 'l') ? VMC_BT_LINES : 0) |
		  (vmc_args_has(args, 'v') ? VMC_BT_VARIABLES : 0);
	if (vmc_args_has(args, 'a'))
		return show_cpus(&w, "all", idle);
	if (vmc_args_has(args, 'c'))
		return show_cpus(&w, vmc_args_value(args, 'c'), idle);
	if (vmc_args_has(args, 'p')) {
		if (!s->report->has_panic_task || !s->report->panic_task.addr)
			return vmc_error_new(VMC_NOT_FOUND, "no panic task was found in this dump");
		show(&w, &s->report->panic_task, NULL);
		return NULL;
	}
	if (!args->n_operands) {
		if (!s->has_context)
			return vmc_error_new(
				VMC_USAGE,
				"no task is selected: name one, or use -a (see ps, set)");
		if (group)
			show_group(&w, &s->context);
		else
			show(&w, &s->context, NULL);
		return NULL;
	}
	for (size_t i = 0; i < args->n_operands; i++)
		vmc_session_complain(s, "bt", show_operand(&w, args->operand[i], group));
	return NULL;
}

const struct vmc_command vmc_command_bt = {
	.name = "bt",
	.aliases = "",
	.options = "ac:pglsvxdn:",
	.usage = "[-a | -c cpus | -p] [-g] [-l] [-s] [-v] [-x | -d] [-n idle] [pid | task | "
		 "name]...",
	.summary = "backtrace of the kernel stack of tasks",
	.help = "Without arguments, of the task that is selected (set): at first the one that\n"
		"panicked. Frames are found by the kernel's own unwind tables from real registers. "
		"A frame\n"
		"that is a guess has a '?' before its name. Where an exception hit, the "
		"interrupted\n"
		"place and its registers are shown; user registers stand at the end.\n"
		"\n"
		"  -a       the task on every CPU\n"
		"  -c cpus  the tasks on these CPUs: 0 or 0,2-4\n"
		"  -n idle  with -a or -c: leave idle CPUs out\n"
		"  -p       the task that panicked\n"
		"  -g       every thread of the process\n"
		"  -l       with file and line of each frame, where a vmlinux or a module's file "
		"tells them;\n"
		"           functions inlined there stand before the one that they are in\n"
		"  -s       with the offset in the function, in decimal\n"
		"  -v       with the parameters and locals of each frame, where a vmlinux tells "
		"them;\n"
		"           \"by the caller\": its function did not keep it, but what it was "
		"called with\n"
		"           is known. (In crash, -v looks for stacks that overflowed.)\n"
		"  -x       with the offset, in hexadecimal; -d: in decimal\n"
		"\n"
		"EXAMPLES\n"
		"  What did the other CPUs do?\n"
		"    bt -a -n idle\n"
		"  One task by pid, by address, by name:\n"
		"    bt 162\n"
		"    bt ff42ad4f41b42100\n"
		"    bt -x insmod\n"
		"  With what was the function that crashed called?\n"
		"    bt -v -p\n",
	.run = run,
};
