/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the CPUs did: the panic task at length, the others in a line each. */
#include "render/builders.h"

#include "render/stack.h"
#include "render/words.h"

/* More idle CPUs than this are told in one line. */
#define IDLE_SHOWN 2

static const char *backtrace_title(const struct vmc_report *r, struct vmc_sheet *s)
{
	const char *comm = vmc_sheet_safe(s, r->panic_task.comm), *title;
	bool cpu = r->panic_cpu >= 0;
	vmc_autostr struct vmc_str text = { 0 };
	int pid = r->panic_task.pid;

	if (r->has_panic_task && cpu)
		vmc_str_addf(&text, vmc_say(s->lang, "BACKTRACE of pid %d \"%s\" on CPU %d"), pid,
			     comm, r->panic_cpu);
	else if (r->has_panic_task)
		vmc_str_addf(&text, vmc_say(s->lang, "BACKTRACE of pid %d \"%s\""), pid, comm);
	else if (cpu)
		vmc_str_addf(&text, vmc_say(s->lang, "BACKTRACE on CPU %d"), r->panic_cpu);
	else
		vmc_str_add(&text, vmc_say(s->lang, "BACKTRACE"));
	title = text.failed ? NULL : vmc_arena_strdup(&s->arena, vmc_str_text(&text));
	s->failed |= !title;
	return title;
}

void vmc_section_backtrace(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;

	if (!r->backtrace.frames.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_LINES, backtrace_title(r, s));
	if (sec)
		vmc_stack_rows(&r->backtrace, s, sec);
}

/* A CPU the panic stopped stands in the stop handler: shows what that interrupted. */
static void cpu_row(const struct vmc_report_cpu *c, struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_str_addf(&text, "CPU %d  ", c->cpu);
	if (c->pid >= 0)
		vmc_str_addf(&text, "pid %lld ", (long long)c->pid);
	if (c->comm) {
		vmc_str_addc(&text, '"');
		vmc_words_safe(&text, c->comm);
		vmc_str_addc(&text, '"');
	}
	vmc_str_add(&text, ": ");
	vmc_stack_one_line(s->lang, &c->trace, &text);
	vmc_sheet_take(s, sec, c->is_idle ? VMC_MOOD_QUIET : VMC_MOOD_PLAIN, NULL, &text);
}

void vmc_section_cpus(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec = NULL;
	VMC_VEC(int) idle = { 0 };
	size_t n_idle = 0;

	for (size_t i = 0; i < r->cpus.len; i++)
		n_idle += r->cpus.data[i].is_idle && r->cpus.data[i].cpu != r->panic_cpu;
	for (size_t i = 0; i < r->cpus.len; i++) {
		const struct vmc_report_cpu *c = &r->cpus.data[i];

		if (c->cpu == r->panic_cpu)
			continue;
		if (!sec)
			sec = vmc_sheet_section(s, VMC_SECTION_LINES,
						vmc_say(s->lang, r->panic_cpu >= 0
									 ? VMC_SAY("OTHER CPUS")
									 : VMC_SAY("CPUS")));
		if (!sec)
			return;
		if (c->is_idle && n_idle > IDLE_SHOWN) {
			if (!vmc_vec_push(&idle, c->cpu))
				s->failed = true;
			continue;
		}
		cpu_row(c, s, sec);
	}
	if (idle.len && sec) {
		vmc_autostr struct vmc_str list = { 0 };

		vmc_words_ranges(idle.data, idle.len, &list);
		vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET, "CPUs %s  idle", vmc_str_text(&list));
	}
	vmc_vec_free(&idle);
}
