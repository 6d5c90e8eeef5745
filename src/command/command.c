/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/command.h"

#include <string.h>

#include "command/line.h"
#include "command/list.h"
#include "command/typename.h"
#include "render/words.h"

const struct vmc_command *const vmc_commands[] = {
	&vmc_command_bt,     &vmc_command_help,
	&vmc_command_log,    &vmc_command_mod,
	&vmc_command_ps,     &vmc_command_quit,
	&vmc_command_rd,     &vmc_command_set,
	&vmc_command_shape,  &vmc_command_struct,
	&vmc_command_sym,    &vmc_command_sys,
	&vmc_command_whatis, NULL,
};

/* Is `name` one of the words of `list`? */
static bool in_words(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, name, n) == 0)
			return true;
		list += n + strspn(list + n, " ");
	}
	return false;
}

const struct vmc_command *vmc_command_find(const char *name)
{
	for (size_t i = 0; vmc_commands[i]; i++) {
		if (strcmp(vmc_commands[i]->name, name) == 0 ||
		    in_words(vmc_commands[i]->aliases, name))
			return vmc_commands[i];
	}
	return NULL;
}

/* Nothing panicked: the task on the first CPU is selected, as crash does it. */
static void first_active(struct vmc_session *s)
{
	const struct vmc_cpu *c;
	const struct vmc_task *task;

	vmc_vec_each (c, &s->report->cpu_view.cpus) {
		task = c->present && c->task ? vmc_task_at(s, c->task) : NULL;
		if (task) {
			s->context = *task;
			s->has_context = true;
			return;
		}
	}
}

void vmc_session_init(struct vmc_session *s, const struct vmc_report *report)
{
	s->report = report;
	s->target = report->target;
	/* that the log alone names has no address */
	s->has_context = report->has_panic_task && report->panic_task.addr;
	if (s->has_context)
		s->context = report->panic_task;
	else
		first_active(s);
}

void vmc_session_deinit(struct vmc_session *s)
{
	vmc_str_deinit(&s->errors);
}

void vmc_session_complain(struct vmc_session *s, const char *command, struct vmc_error *err)
{
	if (!err)
		return;
	s->failed = true;
	vmc_words_safe(&s->errors, command);
	vmc_str_add(&s->errors, ": ");
	vmc_words_safe(&s->errors, vmc_error_text(err));
	vmc_str_addc(&s->errors, '\n');
	vmc_error_free(err);
}

static struct vmc_error *unknown(const char *name)
{
	vmc_autostr struct vmc_str known = { 0 };

	for (size_t i = 0; vmc_commands[i]; i++)
		vmc_str_addf(&known, " %s", vmc_commands[i]->name);
	return vmc_error_new(VMC_USAGE, "command not found: %s; there are:%s", name,
			     vmc_str_text(&known));
}

/*
 * crash's short forms of `struct`: "*list_head ADDR", and a line that begins with the name
 * of a struct, as in "task_struct.pid ADDR". Writes the words of the long form.
 */
static bool is_short(struct vmc_session *s, int argc, char *const *argv,
		     char *words[VMC_LINE_WORDS + 1])
{
	bool starred = argv[0][0] == '*';

	if (argc >= VMC_LINE_WORDS || (!starred && !vmc_typename_is(s, argv[0])))
		return false;
	words[0] = (char *)vmc_command_struct.name;
	for (int i = 0; i < argc; i++)
		words[i + 1] = argv[i] + (i == 0 && starred);
	return true;
}

bool vmc_command_run(struct vmc_session *s, int argc, char *const *argv, struct vmc_str *out)
{
	const struct vmc_command *c;
	struct vmc_args args;
	struct vmc_error *err;
	char *words[VMC_LINE_WORDS + 1];
	bool failed_before = s->failed, ok;

	vmc_str_clear(&s->errors);
	if (!argc)
		return true;
	s->failed = false;
	c = vmc_command_find(argv[0]);
	if (!c && is_short(s, argc, argv, words)) {
		c = &vmc_command_struct;
		argv = words;
		argc++;
	}
	if (!c) {
		vmc_session_complain(s, "vmcoroner", unknown(argv[0]));
		return false;
	}
	err = vmc_args_parse(argc, argv, c->options, &args);
	if (!err)
		err = c->run(s, &args, out);
	if (vmc_error_code(err) == VMC_USAGE) {
		vmc_session_complain(s, c->name, err);
		vmc_str_addf(&s->errors, "usage: %s%s%s  (more: help %s)\n", c->name,
			     *c->usage ? " " : "", c->usage, c->name);
	} else {
		vmc_session_complain(s, c->name, err);
	}
	if (out->failed)
		vmc_session_complain(s, c->name, vmc_error_no_memory());
	ok = !s->failed;
	s->failed |= failed_before;
	return ok;
}
