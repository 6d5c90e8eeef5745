/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options and operands of one shell command, the way crash's commands take
 * them: single letters that may be joined ("-ax"), values behind a letter or
 * in the next word ("-c0", "-c 0"), "-16" where a command has sizes, options before, between
 * or behind the operands. Without getopt's global state.
 */
#ifndef VMC_COMMAND_ARGS_H
#define VMC_COMMAND_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define VMC_ARGS_MAX 256

struct vmc_args {
	const char *option[128]; /* by letter: "" given, a text its value, NULL not given */
	int number;		 /* of "-16"; 0 not given */
	const char *operand[VMC_ARGS_MAX];
	size_t n_operands;
};

static inline bool vmc_args_has(const struct vmc_args *a, char letter)
{
	return a->option[(unsigned char)letter & 127] != NULL;
}

static inline const char *vmc_args_value(const struct vmc_args *a, char letter)
{
	return a->option[(unsigned char)letter & 127];
}

/*
 * `spec` lists the letters; ':' behind one: it takes a value; '#': "-<number>" is an option.
 * argv[0] is the command. VMC_USAGE for an unknown option, a missing value or too many words.
 */
struct vmc_error *vmc_args_parse(int argc, char *const *argv, const char *spec,
				 struct vmc_args *ret) VMC_MUST_CHECK;

#endif
