/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shell: where lines come from (terminal, -c, -f, a pipe) and where the
 * output of each command goes. What the commands do is in command/.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/prompt.h"
#include "command/command.h"
#include "command/line.h"
#include "render/sections.h"
#include "render/words.h"

/* The program behind '|' gets a default SIGPIPE, which it expects and we ignore. */
static struct vmc_error *spawn(const char *program, int from, int other, pid_t *ret)
{
	char *const argv[] = { "sh", "-c", (char *)program, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int failed;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&files, from, STDIN_FILENO);
	posix_spawn_file_actions_addclose(&files, other);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawn(ret, "/bin/sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return failed ? vmc_error_os(failed, "/bin/sh") : NULL;
}

static struct vmc_error *to_pipe(const char *program, const struct vmc_str *out)
{
	struct vmc_error *err;
	int ends[2], why = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return vmc_error_os(errno, "pipe");
	err = spawn(program, ends[0], ends[1], &pid);
	close(ends[0]);
	if (err) {
		close(ends[1]);
		return err;
	}
	err = vmc_write_all(ends[1], vmc_str_text(out), out->len, &why);
	close(ends[1]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	/* `| head` stops reading early: that is how pipes work */
	if (err && why == EPIPE) {
		vmc_error_free(err);
		err = NULL;
	}
	return err;
}

static struct vmc_error *to_file(const struct vmc_line *l, const struct vmc_str *out)
{
	int flags =
		O_WRONLY | O_CREAT | O_CLOEXEC | (l->sink == VMC_SINK_APPEND ? O_APPEND : O_TRUNC);
	int fd = open(l->sink_arg, flags, 0666), why;
	struct vmc_error *err;

	if (fd < 0)
		return vmc_error_os(errno, "%s", l->sink_arg);
	err = vmc_write_all(fd, vmc_str_text(out), out->len, &why);
	if (close(fd) != 0 && !err)
		err = vmc_error_os(errno, "%s", l->sink_arg);
	return err;
}

struct shell {
	struct vmc_session session;
	enum vmc_exit broken; /* standard output cannot be written: the shell ends */
	bool reader_gone;
};

static void complain(struct shell *sh, struct vmc_error *err)
{
	if (!err)
		return;
	vmc_exit_note("%s", vmc_error_text(err));
	vmc_error_free(err);
	sh->session.failed = true;
}

static void emit(struct shell *sh, const struct vmc_line *l, const struct vmc_str *out)
{
	struct vmc_error *err;
	int why = 0;

	switch (l->sink) {
	case VMC_SINK_PIPE:
		complain(sh, to_pipe(l->sink_arg, out));
		return;
	case VMC_SINK_FILE:
	case VMC_SINK_APPEND:
		complain(sh, to_file(l, out));
		return;
	case VMC_SINK_OUTPUT:
		break;
	}
	err = vmc_write_all(STDOUT_FILENO, vmc_str_text(out), out->len, &why);
	if (!err)
		return;
	sh->reader_gone = why == EPIPE;
	if (sh->reader_gone)
		vmc_error_free(err);
	else
		sh->broken = vmc_exit_error(err);
	sh->session.quit = true;
}

/* Runs all commands of a text: a line, a script, the value of -c. */
static void run_text(struct shell *sh, const char *text)
{
	while (*text && !sh->session.quit) {
		vmc_autoline struct vmc_line l = { 0 };
		vmc_autostr struct vmc_str out = { 0 };
		struct vmc_error *err = vmc_line_next(&text, &l);
		int why;

		if (err) {
			complain(sh, err);
			continue;
		}
		if (!l.argc)
			continue;
		vmc_command_run(&sh->session, l.argc, l.argv, &out);
		emit(sh, &l, &out);
		vmc_error_free(vmc_write_all(STDERR_FILENO, vmc_str_text(&sh->session.errors),
					     sh->session.errors.len, &why));
	}
}

/* Line by line: a mistake in one line must not swallow those behind it. */
static void run_stream(struct shell *sh, FILE *f)
{
	char *line = NULL;
	size_t cap = 0;

	while (!sh->session.quit && getline(&line, &cap, f) >= 0)
		run_text(sh, line);
	free(line);
}

static void run_script(struct shell *sh, const char *path)
{
	vmc_autofile FILE *f = fopen(path, "re");

	if (f)
		run_stream(sh, f);
	else
		complain(sh, vmc_error_os(errno, "%s", path));
}

static void greet(const struct vmc_report *r)
{
	vmc_autostr struct vmc_str out = { 0 };

	vmc_banner_text(r, &out);
	vmc_str_addf(&out, "%12s: ", "VERDICT");
	vmc_words_safe(&out, r->verdict.category);
	vmc_str_add(&out, r->verdict.title ? ": " : "");
	vmc_words_safe(&out, r->verdict.title);
	vmc_str_add(&out, "\n\nhelp lists the commands.\n\n");
	vmc_exit_write(NULL, &out, VMC_EXIT_OK);
}

static void interactive(struct shell *sh)
{
	vmc_autoprompt struct vmc_prompt *prompt = NULL;
	vmc_autoerror struct vmc_error *err = vmc_prompt_new(&prompt);
	int why;

	greet(sh->session.report);
	while (!err && !sh->session.quit) {
		const char *line = vmc_prompt_line(prompt);

		if (!line) {
			/* the prompt is left standing: the caller's goes on a line of its own */
			vmc_error_free(vmc_write_all(STDOUT_FILENO, "\n", 1, &why));
			break;
		}
		run_text(sh, line);
	}
	if (err)
		run_stream(sh, stdin);
}

enum vmc_exit vmc_run_shell(const struct vmc_options *o)
{
	vmc_autocase struct vmc_case c = { 0 };
	struct shell sh = { 0 };
	struct vmc_error *err = vmc_case_open(o, false, &c);
	enum vmc_exit status;

	if (!err && !c.target)
		err = vmc_error_new(VMC_NOT_FORMAT, "%s: this is a log; the shell needs a dump",
				    vmc_case_path(&c));
	if (!err)
		err = vmc_case_report(o, &c);
	if (err)
		return vmc_exit_error(err);
	vmc_session_init(&sh.session, c.report);
	for (size_t i = 0; i < o->commands.len; i++)
		run_text(&sh, o->commands.data[i]);
	for (size_t i = 0; i < o->scripts.len; i++)
		run_script(&sh, o->scripts.data[i]);
	if (!o->commands.len && !o->scripts.len) {
		if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
			interactive(&sh);
		else
			run_stream(&sh, stdin);
	}
	status = sh.broken ? sh.broken : sh.session.failed ? VMC_EXIT_PARTIAL : VMC_EXIT_OK;
	vmc_session_deinit(&sh.session);
	return status;
}
