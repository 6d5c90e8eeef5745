/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of the shell: commands between ';', each of words in quotes or not,
 * with an optional "| program" or "> file" behind it; '#' starts a comment.
 */
#ifndef VMC_COMMAND_LINE_H
#define VMC_COMMAND_LINE_H

#include "base/error.h"
#include "base/str.h"

enum vmc_sink {
	VMC_SINK_OUTPUT, /* where the shell's output goes */
	VMC_SINK_PIPE,	 /* into `sh -c sink_arg` */
	VMC_SINK_FILE,	 /* into the file sink_arg, emptied before */
	VMC_SINK_APPEND, /* at the end of the file sink_arg */
};

#define VMC_LINE_WORDS 256

/* Words live in the arena. argc 0: nothing to run. */
struct vmc_line {
	char *argv[VMC_LINE_WORDS + 1];
	int argc;
	enum vmc_sink sink;
	const char *sink_arg;
	struct vmc_arena arena;
};

/*
 * Takes the first command of *text and moves *text behind it (to the final NUL at
 * the end). VMC_USAGE: a quote without its partner, no file after '>' ...
 */
struct vmc_error *vmc_line_next(const char **text, struct vmc_line *ret) VMC_MUST_CHECK;
void vmc_line_deinit(struct vmc_line *l);
#define vmc_autoline vmc_cleanup(vmc_line_deinit)

#endif
