/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: which command, which options, which inputs; where the
 * answer goes; how the program ends. The only place that prints.
 *
 * To add a command: a function here, a row in the table of options.c, its
 * section in man/vmcoroner.1 and data/completion/ (tests/cli hold them together).
 */
#ifndef VMC_CLI_CLI_H
#define VMC_CLI_CLI_H

#include "cli/rules.h"
#include "inquest/report.h"
#include "knowledge/rule.h"
#include "render/render.h"

/* Scripts rely on these; the program never ends by a signal of its own making. */
enum vmc_exit {
	VMC_EXIT_OK = 0,      /* all that was asked was answered */
	VMC_EXIT_PARTIAL = 1, /* answered in part; the output says what is missing and why */
	VMC_EXIT_USAGE = 2,
	VMC_EXIT_INPUT = 3, /* input that cannot be read, output that cannot be written */
};

enum vmc_format { VMC_FORMAT_TEXT, VMC_FORMAT_JSON, VMC_FORMAT_HTML };

struct vmc_texts {
	const char **data;
	size_t len, cap;
};

struct vmc_verb;

struct vmc_options {
	const struct vmc_verb *verb;
	enum vmc_format format;
	const char *output;  /* -o; NULL: standard output */
	const char *profile; /* write one there; NULL: none is asked for */
	bool deep_scan;
	bool no_btf;
	bool no_orc;
	bool no_debuginfo; /* use what was given, look nowhere */
	bool explain;
	bool lang_given;
	enum vmc_lang lang; /* when given */
	bool verb_named;    /* the command was spelled out, not assumed */
	bool help;
	bool version;
	struct vmc_texts debuginfo;
	struct vmc_texts commands; /* -c */
	struct vmc_texts scripts;  /* -f */
	struct vmc_texts inputs;
};

struct vmc_verb {
	const char *name;
	const char *usage;
	const char *summary;
	const char *text; /* more, with examples */
	unsigned int bit; /* of the masks in the table of options */
	size_t min_inputs;
	enum vmc_exit (*run)(const struct vmc_options *o);
};

/* ---- options.c ---- */

struct vmc_error *vmc_options_parse(int argc, char **argv, struct vmc_options *ret) VMC_MUST_CHECK;
/* --lang, else the locale of messages. */
enum vmc_lang vmc_options_lang(const struct vmc_options *o);
void vmc_options_deinit(struct vmc_options *o);
void vmc_options_help(const struct vmc_verb *verb, struct vmc_str *out); /* NULL: of the program */
const struct vmc_verb *vmc_verb_find(const char *name);
void vmc_verb_names(struct vmc_str *out);

/* ---- exit.c ---- */

/* "vmcoroner: <text>" to standard error; consumes err. VMC_EXIT_USAGE for VMC_USAGE, else _INPUT.
 */
enum vmc_exit vmc_exit_error(struct vmc_error *err);
/* A line on standard error, control characters made visible. */
void vmc_exit_note(const char *fmt, ...) VMC_PRINTF(1, 2);
/*
 * Writes to -o FILE, by a temporary file beside it that takes its name when it is
 * complete, or to standard output. Gives `status` back, or VMC_EXIT_INPUT where
 * writing failed. A reader that has gone away is no failure.
 */
enum vmc_exit vmc_exit_write(const char *path, const struct vmc_str *text, enum vmc_exit status);
/* All bytes to fd. EPIPE comes back as error with errno kept in *ret_errno. */
struct vmc_error *vmc_write_all(int fd, const char *data, size_t size,
				int *ret_errno) VMC_MUST_CHECK;
/* A name for a temporary file beside path, created empty with mode 0600. */
struct vmc_error *vmc_temporary(const char *path, struct vmc_str *ret_name,
				int *ret_fd) VMC_MUST_CHECK;
/* Colours and columns of standard output. */
struct vmc_style vmc_terminal_style(const char *output);

/* ---- annotate.c ---- */

/* Of the lines of a text, in their order; empty where the text has its own or none. */
struct vmc_line_levels {
	signed char *data;
	size_t len, cap;
};

/*
 * Log text that is harmless already, and below a line what its rule says, once a rule; or that
 * nothing explains it, as the report does. At the end how often rules matched.
 */
struct vmc_error *vmc_annotate(const struct vmc_options *o, const struct vmc_str *text,
			       const struct vmc_line_levels *levels,
			       struct vmc_str *out) VMC_MUST_CHECK;

/* ---- input.c ---- */

/* What the operands are, by content. */
struct vmc_inputs {
	struct vmc_texts dumps;
	struct vmc_texts debuginfo; /* of --debuginfo, ELF files that are no core, packages */
	const char *text_path;	    /* of log text; NULL: the inputs are a dump */
	struct vmc_str text;
	bool has_more; /* the text was longer than what is read */
};

struct vmc_error *vmc_inputs_sort(const struct vmc_options *o,
				  struct vmc_inputs *ret) VMC_MUST_CHECK;
void vmc_inputs_deinit(struct vmc_inputs *in);
#define vmc_autoinputs vmc_cleanup(vmc_inputs_deinit)
/*
 * A text file as UTF-8, "-" being standard input. *ret_more: it is longer than any log, and
 * only its first GiB was read.
 */
struct vmc_error *vmc_input_text(const char *path, struct vmc_str *ret,
				 bool *ret_more) VMC_MUST_CHECK;
/* True for a file that starts like a dump. */
bool vmc_input_is_dump(const char *path);

/* An opened case, from whatever the inputs are. */
struct vmc_case {
	struct vmc_inputs inputs;
	struct vmc_target *target; /* NULL for text */
	struct vmc_rulebook rules; /* opened with the report */
	struct vmc_report *report;
};
/* Opens; the report is made only when asked for. `record`: remember the pages read. */
struct vmc_error *vmc_case_open(const struct vmc_options *o, bool record,
				struct vmc_case *ret) VMC_MUST_CHECK;
struct vmc_error *vmc_case_report(const struct vmc_options *o, struct vmc_case *c) VMC_MUST_CHECK;
const char *vmc_case_path(const struct vmc_case *c);
void vmc_case_deinit(struct vmc_case *c);
#define vmc_autocase vmc_cleanup(vmc_case_deinit)

/* ---- one file each ---- */

enum vmc_exit vmc_run_report(const struct vmc_options *o);
enum vmc_exit vmc_run_log(const struct vmc_options *o);
enum vmc_exit vmc_run_oops(const struct vmc_options *o);
enum vmc_exit vmc_run_shell(const struct vmc_options *o);
enum vmc_exit vmc_run_slim(const struct vmc_options *o);
enum vmc_exit vmc_run_explain(const struct vmc_options *o);
enum vmc_exit vmc_run_debuginfo(const struct vmc_options *o);
/* debuginfo --profile */
enum vmc_exit vmc_run_profile(const struct vmc_options *o);
enum vmc_exit vmc_run_help(const struct vmc_options *o);

#endif
