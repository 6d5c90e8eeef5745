/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the user names tasks, CPUs, addresses: by the rules of crash. */
#include "command/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "render/words.h"

void vmc_selection_deinit(struct vmc_selection *s)
{
	vmc_vec_free(&s->tasks);
}

bool vmc_parse_number(const char *text, bool hex, uint64_t *ret)
{
	bool prefixed = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	if (!isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*ret = strtoull(text, &end, hex || prefixed ? 16 : 10);
	return !errno && !*end;
}

struct vmc_error *vmc_need_tasks(const struct vmc_session *s)
{
	const struct vmc_tasks *l = &s->report->tasks;

	if (s->report->has_tasks || l->tasks.len)
		return NULL;
	if (l->list_problem)
		return vmc_error_wrap(vmc_error_copy(l->list_problem), "no task list");
	if (l->pids_problem)
		return vmc_error_wrap(vmc_error_copy(l->pids_problem), "no task list");
	for (size_t i = 0; i < s->report->unavailable.len; i++) {
		const struct vmc_unavailable *u = &s->report->unavailable.data[i];

		if (strstr(u->what, "task"))
			return vmc_error_new(VMC_NOT_FOUND, "%s: %s", u->what, u->why);
	}
	return vmc_error_new(VMC_NOT_FOUND, "this dump's tasks could not be read");
}

const struct vmc_task *vmc_task_at(const struct vmc_session *s, uint64_t addr)
{
	const struct vmc_task *task;

	vmc_vec_each (task, &s->report->tasks.tasks) {
		if (task->addr == addr)
			return task;
	}
	return NULL;
}

static bool matches(const struct vmc_task *task, const char *operand)
{
	uint64_t number;

	if (vmc_parse_number(operand, false, &number) && operand[1] != 'x' && task->pid >= 0 &&
	    (uint64_t)task->pid == number)
		return true;
	if (vmc_parse_number(operand, true, &number) && task->addr == number)
		return true;
	return strcmp(task->comm, operand) == 0;
}

/* pid 0 are all idle tasks, a name is every task that has it. */
struct vmc_error *vmc_select_task(const struct vmc_session *s, const char *operand,
				  struct vmc_selection *ret)
{
	const struct vmc_task *task;
	size_t before = ret->tasks.len;

	VMC_TRY(vmc_need_tasks(s));
	vmc_vec_each (task, &s->report->tasks.tasks) {
		if (matches(task, operand) && !vmc_vec_push(&ret->tasks, task))
			return vmc_error_no_memory();
	}
	if (ret->tasks.len == before)
		return vmc_error_new(VMC_NOT_FOUND,
				     "%s: no task has this pid, address or command name (try ps)",
				     operand);
	return NULL;
}

const struct vmc_cpu *vmc_select_cpu(const struct vmc_session *s, int cpu)
{
	const struct vmc_cpu *c;

	vmc_vec_each (c, &s->report->cpu_view.cpus) {
		if (c->cpu == cpu && c->present)
			return c;
	}
	return NULL;
}

static struct vmc_error *add_cpu(const struct vmc_session *s, int cpu, struct vmc_cpu_list *ret)
{
	if (!vmc_select_cpu(s, cpu))
		return vmc_error_new(VMC_NOT_FOUND, "CPU %d: there is no such CPU in this dump",
				     cpu);
	return vmc_vec_push(&ret->cpus, cpu) ? NULL : vmc_error_no_memory();
}

struct vmc_error *vmc_select_cpus(const struct vmc_session *s, const char *spec,
				  struct vmc_cpu_list *ret)
{
	const struct vmc_cpu *c;

	if (strcmp(spec, "a") == 0 || strcmp(spec, "all") == 0) {
		vmc_vec_each (c, &s->report->cpu_view.cpus)
			VMC_TRY(c->present ? add_cpu(s, c->cpu, ret) : NULL);
		return NULL;
	}
	for (;;) {
		char *end;
		long first = strtol(spec, &end, 10), last = first;

		if (end == spec || first < 0)
			break;
		if (*end == '-') {
			spec = end + 1;
			last = strtol(spec, &end, 10);
			if (end == spec || last < first || last > 65535)
				break;
		}
		for (long cpu = first; cpu <= last; cpu++)
			VMC_TRY(add_cpu(s, cpu > 65535 ? 65535 : (int)cpu, ret));
		if (!*end)
			return NULL;
		if (*end != ',')
			break;
		spec = end + 1;
	}
	return vmc_error_new(VMC_USAGE, "not a list of CPUs (as in 0,2-4 or all): %s", spec);
}

void vmc_task_line(const struct vmc_task *task, struct vmc_str *out)
{
	char cpu[16] = "-";

	if (task->cpu >= 0)
		snprintf(cpu, sizeof(cpu), "%d", task->cpu);
	vmc_str_addf(out, "PID: %-7d  TASK: %016llx  CPU: %-3s  COMMAND: \"", task->pid,
		     (unsigned long long)task->addr, cpu);
	vmc_words_safe(out, task->comm);
	vmc_str_add(out, "\"\n");
}

static bool symbol_address(const struct vmc_session *s, const char *name, uint64_t *ret)
{
	struct vmc_target *t = s->target;

	if (vmc_target_has_symbol(t, name, ret))
		return true;
	vmc_target_modules(t);
	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_symtab *tab = vmc_target_module_symbols(t, &t->modules.data[i]);
		struct vmc_symbol sym;

		if (tab && vmc_symtab_by_name(tab, name, &sym)) {
			*ret = sym.addr;
			return true;
		}
	}
	return false;
}

/* A word such as "f" or "add" is a symbol before it is a number, as in crash. */
struct vmc_error *vmc_parse_address(const struct vmc_session *s, const char *text, uint64_t *ret)
{
	const char *plus = strrchr(text, '+');
	uint64_t offset = 0, base;
	vmc_autostr struct vmc_str name = { 0 };

	if (symbol_address(s, text, ret) || vmc_parse_number(text, true, ret))
		return NULL;
	if (plus) {
		vmc_str_addn(&name, text, (size_t)(plus - text));
		if (vmc_parse_number(plus + 1, false, &offset) &&
		    (symbol_address(s, vmc_str_text(&name), &base) ||
		     vmc_parse_number(vmc_str_text(&name), true, &base))) {
			*ret = base + offset;
			return NULL;
		}
	}
	return vmc_error_new(VMC_NOT_FOUND, "%s: neither a hexadecimal address nor a symbol", text);
}
