/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/prompt.h"

#include <errno.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "command/command.h"

#define HISTORY_LINES 1000

struct vmc_prompt {
	EditLine *el;
	History *history;
	struct vmc_str file; /* of the history; "" none */
	struct sigaction before;
};

/* A signal handler can only reach what is static. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

static char *prompt_text(EditLine *el)
{
	static char text[] = "vmcoroner> ";

	(void)el;
	return text;
}

/* Completes the name of a command: what all candidates have in common. */
static unsigned char complete(EditLine *el, int ch)
{
	const LineInfo *li = el_line(el);
	size_t typed = (size_t)(li->cursor - li->buffer), common = 0, found = 0;
	const char *first = NULL;
	char rest[32] = "";

	(void)ch;
	for (size_t i = 0; vmc_commands[i]; i++) {
		const char *name = vmc_commands[i]->name;

		if (strlen(name) < typed || memcmp(name, li->buffer, typed) != 0)
			continue;
		if (!found++) {
			first = name;
			common = strlen(name);
		}
		for (size_t j = typed; j < common; j++) {
			if (name[j] != first[j])
				common = j;
		}
	}
	if (!found || (common == typed && found > 1) || common - typed + 2 > sizeof(rest))
		return CC_REFRESH_BEEP;
	memcpy(rest, first + typed, common - typed);
	if (found == 1)
		rest[common - typed] = ' ';
	return el_insertstr(el, rest) == 0 ? CC_REFRESH : CC_ERROR;
}

/* $XDG_STATE_HOME/vmcoroner/history; no history file where there is no home. */
static void history_file(struct vmc_str *ret)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/') {
		vmc_str_add(ret, state);
	} else if (home && *home == '/') {
		vmc_str_addf(ret, "%s/.local", home);
		mkdir(vmc_str_text(ret), 0700);
		vmc_str_add(ret, "/state");
	} else {
		return;
	}
	mkdir(vmc_str_text(ret), 0700);
	vmc_str_add(ret, "/vmcoroner");
	mkdir(vmc_str_text(ret), 0700);
	vmc_str_add(ret, "/history");
}

struct vmc_error *vmc_prompt_new(struct vmc_prompt **ret)
{
	struct sigaction act = { .sa_handler = on_interrupt };
	struct vmc_prompt *p = calloc(1, sizeof(*p));
	HistEvent ev;

	if (!p)
		return vmc_error_no_memory();
	p->el = el_init("vmcoroner", stdin, stdout, stderr);
	p->history = history_init();
	if (!p->el || !p->history) {
		if (p->el)
			el_end(p->el);
		free(p);
		return vmc_error_new(VMC_UNSUPPORTED, "this terminal cannot be used for editing");
	}
	history(p->history, &ev, H_SETSIZE, HISTORY_LINES);
	history(p->history, &ev, H_SETUNIQUE, 1);
	el_set(p->el, EL_PROMPT, prompt_text);
	el_set(p->el, EL_EDITOR, "emacs");
	el_set(p->el, EL_HIST, history, p->history);
	el_set(p->el, EL_ADDFN, "complete-command", "completes the name of a command", complete);
	el_set(p->el, EL_BIND, "^I", "complete-command", NULL);
	el_source(p->el, NULL);
	history_file(&p->file);
	if (p->file.len)
		history(p->history, &ev, H_LOAD, vmc_str_text(&p->file));
	sigaction(SIGINT, &act, &p->before);
	*ret = p;
	return NULL;
}

const char *vmc_prompt_line(struct vmc_prompt *p)
{
	const char *line;
	HistEvent ev;
	int n;

	for (;;) {
		interrupted = 0;
		errno = 0;
		line = el_gets(p->el, &n);
		if (line && n > 0)
			break;
		if (!interrupted && errno != EINTR)
			return NULL;
		el_reset(p->el);
		fputc('\n', stdout);
	}
	if (line[strspn(line, " \t\r\n")])
		history(p->history, &ev, H_ENTER, line);
	return line;
}

void vmc_prompt_free(struct vmc_prompt *p)
{
	HistEvent ev;

	if (!p)
		return;
	if (p->file.len)
		history(p->history, &ev, H_SAVE, vmc_str_text(&p->file));
	sigaction(SIGINT, &p->before, NULL);
	history_end(p->history);
	el_end(p->el);
	vmc_str_deinit(&p->file);
	free(p);
}
