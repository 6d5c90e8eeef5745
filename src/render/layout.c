/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/layout.h"

#include <stdio.h>
#include <string.h>

#include "render/words.h"

/*
 * Lines of one definition. Anonymous structs that hold each other many times over
 * stay within the depth limit but multiply; real structs have some hundred lines.
 */
#define LINES_MAX 65536

#define INDENT 4

struct writer {
	const struct vmc_layout *l;
	unsigned int column; /* of "[offset]", with the blanks before it; 0 without offsets */
	unsigned int lines;
	struct vmc_str *out;
};

static bool is_record(const struct vmc_type *t)
{
	return t->kind == VMC_TYPE_STRUCT || t->kind == VMC_TYPE_UNION;
}

/* --- declarations --- */

/* Compilers write "long unsigned int" into debug info, crash and people "unsigned long". */
static void add_in_crash_words(const char *text, struct vmc_str *out)
{
	static const struct {
		const char *from, *to;
	} words[] = {
		{ "long long unsigned int", "unsigned long long" },
		{ "long unsigned int", "unsigned long" },
		{ "short unsigned int", "unsigned short" },
		{ "long long int", "long long" },
		{ "long int", "long" },
		{ "short int", "short" },
		{ "__int128 unsigned", "unsigned __int128" },
	};
	bool at_word = true;

	while (*text) {
		size_t i = 0, len = 0;

		for (; at_word && i < VMC_ARRAY_SIZE(words); i++) {
			len = strlen(words[i].from);
			if (strncmp(text, words[i].from, len) == 0 && !strchr("_ i", text[len]))
				break;
			len = text[0] && strncmp(text, words[i].from, len) == 0 && text[len] != '_' ?
				      len :
				      0;
			if (len)
				break;
		}
		if (len) {
			vmc_str_add(out, words[i].to);
			text += len;
			at_word = false;
			continue;
		}
		at_word = *text == ' ' || *text == '(';
		vmc_str_addc(out, *text++);
	}
}
