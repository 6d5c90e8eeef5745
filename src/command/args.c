/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/args.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool all_digits(const char *s)
{
	if (!*s)
		return false;
	while (isdigit((unsigned char)*s))
		s++;
	return !*s;
}

/* One word of letters; *at moves on when a value is taken from the next word. */
static struct vmc_error *letters(const char *word, int argc, char *const *argv, int *at,
				 const char *spec, struct vmc_args *ret)
{
	for (const char *p = word; *p; p++) {
		const char *row = *p == ':' || *p == '#' ? NULL : strchr(spec, *p);

		if (!row || (unsigned char)*p > 127)
			return vmc_error_new(VMC_USAGE, "unknown option -%c",
					     isprint((unsigned char)*p) ? *p : '?');
		if (row[1] != ':') {
			ret->option[(unsigned char)*p] = "";
			continue;
		}
		if (p[1]) {
			ret->option[(unsigned char)*p] = p + 1;
		} else if (*at + 1 < argc) {
			ret->option[(unsigned char)*p] = argv[++*at];
		} else {
			return vmc_error_new(VMC_USAGE, "option -%c needs a value", *p);
		}
		return NULL;
	}
	return NULL;
}

struct vmc_error *vmc_args_parse(int argc, char *const *argv, const char *spec,
				 struct vmc_args *ret)
{
	bool ended = false;

	*ret = (struct vmc_args){ 0 };
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (!ended && strcmp(word, "--") == 0) {
			ended = true;
		} else if (!ended && word[0] == '-' && strchr(spec, '#') && all_digits(word + 1)) {
			if (strlen(word) > 4)
				return vmc_error_new(VMC_USAGE, "unknown option %s", word);
			ret->number = atoi(word + 1);
		} else if (!ended && word[0] == '-' && word[1]) {
			VMC_TRY(letters(word + 1, argc, argv, &i, spec, ret));
		} else if (ret->n_operands < VMC_ARGS_MAX) {
			ret->operand[ret->n_operands++] = word;
		} else {
			return vmc_error_new(VMC_USAGE, "more than %d arguments", VMC_ARGS_MAX);
		}
	}
	return NULL;
}
