/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/line.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(const char **p)
{
	while (is_blank(**p))
		(*p)++;
}

static bool ends_word(char c)
{
	return !c || is_blank(c) || c == ';' || c == '|' || c == '>';
}

/* One word: quoted parts are taken as they are, without their quotes. */
static struct vmc_error *word(const char **p, struct vmc_arena *arena, char **ret)
{
	vmc_autostr struct vmc_str text = { 0 };

	while (!ends_word(**p)) {
		char quote = **p;

		if (quote == '\'' || quote == '"') {
			const char *end = strchr(*p + 1, quote);

			if (!end)
				return vmc_error_new(VMC_USAGE, "the quote %c is not closed",
						     quote);
			vmc_str_addn(&text, *p + 1, (size_t)(end - *p - 1));
			*p = end + 1;
		} else {
			vmc_str_addc(&text, *(*p)++);
		}
	}
	*ret = text.failed ? NULL : vmc_arena_strndup(arena, vmc_str_text(&text), text.len);
	return *ret ? NULL : vmc_error_no_memory();
}

/* The rest of the command up to ';' belongs to the program behind the bar. */
static struct vmc_error *pipe_to(const char **p, struct vmc_line *ret)
{
	const char *start = ++*p;
	char quote = 0;

	for (; **p && (quote || **p != ';'); (*p)++) {
		if (quote ? **p == quote : **p == '\'' || **p == '"')
			quote = quote ? 0 : **p;
	}
	while (is_blank(*start))
		start++;
	if (start >= *p)
		return vmc_error_new(VMC_USAGE, "no program behind '|'");
	ret->sink = VMC_SINK_PIPE;
	ret->sink_arg = vmc_arena_strndup(&ret->arena, start, (size_t)(*p - start));
	return ret->sink_arg ? NULL : vmc_error_no_memory();
}

static struct vmc_error *redirect_to(const char **p, struct vmc_line *ret)
{
	char *name;

	(*p)++;
	ret->sink = VMC_SINK_FILE;
	if (**p == '>') {
		ret->sink = VMC_SINK_APPEND;
		(*p)++;
	}
	skip_blanks(p);
	if (ends_word(**p))
		return vmc_error_new(VMC_USAGE, "no file name behind '>'");
	VMC_TRY(word(p, &ret->arena, &name));
	ret->sink_arg = name;
	skip_blanks(p);
	if (**p && **p != ';')
		return vmc_error_new(VMC_USAGE, "unexpected text behind the file name: %s", *p);
	return NULL;
}

static struct vmc_error *command(const char **p, struct vmc_line *ret)
{
	for (;;) {
		skip_blanks(p);
		switch (**p) {
		case '\0':
		case ';':
			return NULL;
		case '|':
			return pipe_to(p, ret);
		case '>':
			return redirect_to(p, ret);
		case '#':
			*p += strcspn(*p, "\n");
			continue;
		}
		if (ret->argc == VMC_LINE_WORDS)
			return vmc_error_new(VMC_USAGE, "more than %d words", VMC_LINE_WORDS);
		VMC_TRY(word(p, &ret->arena, &ret->argv[ret->argc]));
		ret->argc++;
	}
}

struct vmc_error *vmc_line_next(const char **text, struct vmc_line *ret)
{
	struct vmc_error *err = command(text, ret);

	if (!err && !ret->argc && ret->sink != VMC_SINK_OUTPUT)
		err = vmc_error_new(VMC_USAGE, "no command before '|' or '>'");
	/* a line that could not be read is dropped whole: its end is not where it seems */
	if (err)
		*text += strlen(*text);
	else if (**text == ';')
		(*text)++;
	ret->argv[ret->argc] = NULL;
	return err;
}

void vmc_line_deinit(struct vmc_line *l)
{
	vmc_arena_deinit(&l->arena);
	*l = (struct vmc_line){ 0 };
}
