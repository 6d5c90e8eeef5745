/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shell's commands. Names, options and text layout are those of crash(8):
 * what the fingers know and scripts parse stays as it is.
 *
 * To add a command: one file with a `const struct vmc_command`, its row in the
 * table of command.c, its name in meson.build. Help, the man page's list and
 * completion follow from the struct (tests/cli holds the man page to it).
 *
 * Commands do not print: they write into `out`, complaints go through
 * vmc_session_complain(). Whoever runs the shell decides where both go.
 */
#ifndef VMC_COMMAND_COMMAND_H
#define VMC_COMMAND_COMMAND_H

#include "command/args.h"
#include "inquest/report.h"

/* One open case with what the user has set. Zero-initialise, then vmc_session_init(). */
struct vmc_session {
	const struct vmc_report *report; /* borrowed */
	struct vmc_target *target;
	struct vmc_task context; /* the task that bt, rd -u ... speak of */
	bool has_context;
	struct vmc_str errors; /* complaints of the command that ran last */
	bool failed;	       /* a command has failed, or answered in part, since the start */
	bool quit;
};

void vmc_session_init(struct vmc_session *s, const struct vmc_report *report);
void vmc_session_deinit(struct vmc_session *s);
/* Notes "<command>: <error>" for standard error. Consumes err; NULL is nothing. */
void vmc_session_complain(struct vmc_session *s, const char *command, struct vmc_error *err);

struct vmc_command {
	const char *name;
	const char *aliases; /* further names, blanks between; "" none */
	const char *options; /* for vmc_args_parse() */
	const char *usage;   /* "[-a] [pid | task]..." */
	const char *summary; /* one line, no full stop */
	const char *help;    /* what the options do, with worked examples */
	struct vmc_error *(*run)(struct vmc_session *s, const struct vmc_args *args,
				 struct vmc_str *out);
};

/* All commands, in the order of the help; NULL-terminated. */
extern const struct vmc_command *const vmc_commands[];
/* By its exact name or an alias; NULL. */
const struct vmc_command *vmc_command_find(const char *name);

/*
 * Runs one command given as words. The result goes to out, complaints to
 * s->errors; false and s->failed when it failed, or answered in part.
 */
bool vmc_command_run(struct vmc_session *s, int argc, char *const *argv, struct vmc_str *out);

/* ---- shared by commands (select.c) ---- */

/* Tasks that the operands name by pid, task address or command name; pointers into the report. */
struct vmc_selection {
	VMC_VEC(const struct vmc_task *) tasks;
};
void vmc_selection_deinit(struct vmc_selection *s);
#define vmc_autoselection vmc_cleanup(vmc_selection_deinit)
struct vmc_error *vmc_select_task(const struct vmc_session *s, const char *operand,
				  struct vmc_selection *ret) VMC_MUST_CHECK;
/* The entry of a CPU; NULL. */
const struct vmc_cpu *vmc_select_cpu(const struct vmc_session *s, int cpu);
/* "0,2-4", "a" or "all" as a list of present CPUs. */
struct vmc_cpu_list {
	VMC_VEC(int) cpus;
};
struct vmc_error *vmc_select_cpus(const struct vmc_session *s, const char *spec,
				  struct vmc_cpu_list *ret) VMC_MUST_CHECK;
/* The task by address; NULL. */
const struct vmc_task *vmc_task_at(const struct vmc_session *s, uint64_t addr);
/* 'PID: 162      TASK: ff42ad4f41b42100  CPU: 0    COMMAND: "insmod"' and a newline. */
void vmc_task_line(const struct vmc_task *task, struct vmc_str *out);
/* Fails when the dump's task list could not be read at all. */
struct vmc_error *vmc_need_tasks(const struct vmc_session *s) VMC_MUST_CHECK;

/* A number: decimal, 0x hexadecimal, or bare hexadecimal where `hex`. */
bool vmc_parse_number(const char *text, bool hex, uint64_t *ret);
/* An address: hexadecimal, or a symbol with an optional +offset. */
struct vmc_error *vmc_parse_address(const struct vmc_session *s, const char *text,
				    uint64_t *ret) VMC_MUST_CHECK;

#endif
