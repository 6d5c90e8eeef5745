/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include "render/words.h"

static void show(const struct vmc_session *s, struct vmc_str *out)
{
	const struct vmc_task *task = &s->context;
	uint64_t thread_info = vmc_words_thread_info(s->target, task);
	bool panicked = s->report->has_panic_task && s->report->panic_task.addr == task->addr;

	vmc_str_addf(out, "    PID: %d\nCOMMAND: \"", task->pid);
	vmc_words_safe(out, task->comm);
	vmc_str_addf(out, "\"\n   TASK: %llx", (unsigned long long)task->addr);
	if (thread_info)
		vmc_str_addf(out, "  [THREAD_INFO: %llx]", (unsigned long long)thread_info);
	if (task->cpu >= 0)
		vmc_str_addf(out, "\n    CPU: %d", task->cpu);
	vmc_str_addf(out, "\n  STATE: %s%s\n", vmc_task_state_long(s->target, task),
		     panicked	    ? " (PANIC)"
		     : task->on_cpu ? " (ACTIVE)"
				    : "");
}

static struct vmc_error *to_cpu(struct vmc_session *s, const char *spec)
{
	struct vmc_cpu_list list = { 0 };
	struct vmc_error *err = vmc_select_cpus(s, spec, &list);
	const struct vmc_cpu *cpu = NULL;

	if (!err && list.cpus.len == 1)
		cpu = vmc_select_cpu(s, list.cpus.data[0]);
	vmc_vec_free(&list.cpus);
	if (err)
		return err;
	if (!cpu)
		return vmc_error_new(VMC_USAGE, "-c takes one CPU");
	if (!cpu->task)
		return vmc_error_new(VMC_NOT_FOUND, "CPU %d: what ran on it is not known",
				     cpu->cpu);
	return vmc_task_read(s->target, cpu->task, &s->context);
}

static struct vmc_error *to_task(struct vmc_session *s, const char *operand)
{
	vmc_autoselection struct vmc_selection found = { 0 };

	VMC_TRY(vmc_select_task(s, operand, &found));
	s->context = *found.tasks.data[0];
	return NULL;
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	if (args->n_operands > 1)
		return vmc_error_new(VMC_USAGE, "one task can be selected");
	if (vmc_args_has(args, 'p')) {
		if (!s->report->has_panic_task || !s->report->panic_task.addr)
			return vmc_error_new(VMC_NOT_FOUND, "no panic task was found in this dump");
		s->context = s->report->panic_task;
	} else if (vmc_args_has(args, 'c')) {
		VMC_TRY(to_cpu(s, vmc_args_value(args, 'c')));
	} else if (args->n_operands) {
		VMC_TRY(to_task(s, args->operand[0]));
	} else if (!s->has_context) {
		return vmc_error_new(VMC_NOT_FOUND, "no task is selected");
	}
	s->has_context = true;
	show(s, out);
	return NULL;
}

const struct vmc_command vmc_command_set = {
	.name = "set",
	.aliases = "",
	.options = "pc:",
	.usage = "[-p | -c cpu | pid | task | name]",
	.summary = "shows or selects the task that bt and rd -u speak of",
	.help = "At first the task that panicked is selected.\n"
		"\n"
		"  -p       back to the task that panicked\n"
		"  -c cpu   the task that was on that CPU\n"
		"\n"
		"EXAMPLES\n"
		"    set\n"
		"    set 1\n"
		"    set -c 1\n",
	.run = run,
};
