/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/literal.h"

#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 24
/* Alternatives of one pattern. */
#define SET_MAX 48

/* One of `n` texts; 0: nothing is certain. The texts lie in the pattern's arena. */
struct set {
	char *text[SET_MAX];
	size_t n;
};

struct parser {
	const char *p;
	struct vmc_arena *arena;
	bool lost; /* something unknown, or no memory: give up */
};

/* Characters in a row that must stand in the line just so. */
struct run {
	char text[256];
	size_t n;
};

static size_t shortest(const struct set *s)
{
	size_t min = s->n ? SIZE_MAX : 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t len = strlen(s->text[i]);

		if (len < min)
			min = len;
	}
	return min;
}

/* The set whose weakest literal is longer filters better. */
static void keep_better(struct set *best, const struct set *other)
{
	size_t a = shortest(best), b = shortest(other);

	if (b > a || (b == a && other->n < best->n))
		*best = *other;
}

static void end_run(struct parser *x, struct run *run, struct set *best)
{
	struct set one = { .n = 1 };

	if (run->n) {
		/* the tail of a literal tells more than its head, which other rules share */
		size_t skip = run->n > VMC_LITERAL_MAX ? run->n - VMC_LITERAL_MAX : 0;

		one.text[0] = vmc_arena_strndup(x->arena, run->text + skip, run->n - skip);
		if (one.text[0])
			keep_better(best, &one);
		else
			x->lost = true;
	}
	run->n = 0;
}

static void add_char(struct parser *x, struct run *run, struct set *best, char c)
{
	if (run->n == sizeof(run->text))
		end_run(x, run, best);
	run->text[run->n++] = (char)vmc_literal_fold((unsigned char)c);
}

enum repeat { REPEAT_ONCE, REPEAT_MORE, REPEAT_MAYBE };

/* Reads the quantifier behind an atom, if there is one. */
static enum repeat quantifier(struct parser *x)
{
	enum repeat r;

	switch (*x->p) {
	case '?':
	case '*':
		r = REPEAT_MAYBE;
		x->p++;
		break;
	case '+':
		r = REPEAT_MORE;
		x->p++;
		break;
	case '{': {
		size_t n = strspn(x->p + 1, "0123456789, ");

		if (!n || x->p[n + 1] != '}')
			return REPEAT_ONCE;
		r = strtoul(x->p + 1, NULL, 10) ? REPEAT_MORE : REPEAT_MAYBE;
		x->p += n + 2;
		break;
	}
	default:
		return REPEAT_ONCE;
	}
	if (*x->p == '?' || *x->p == '+')
		x->p++;
	return r;
}

/* A class: '[' was read. */
static void skip_class(struct parser *x)
{
	if (*x->p == '^')
		x->p++;
	if (*x->p == ']')
		x->p++;
	while (*x->p && *x->p != ']') {
		if (*x->p == '\\' && x->p[1]) {
			/* \Q...\E has rules of its own */
			x->lost |= x->p[1] == 'Q';
			x->p += 2;
		} else if (*x->p == '[' && strchr(":.=", x->p[1]) && x->p[1]) {
			const char close[] = { x->p[1], ']', '\0' };
			const char *end = strstr(x->p + 2, close);

			x->p = end ? end + 2 : x->p + 1;
		} else {
			x->p++;
		}
	}
	if (*x->p)
		x->p++;
	else
		x->lost = true;
}

/*
 * An escape: '\' was read. True for a character that stands for itself, given
 * back in *ret; false for a class or an assertion.
 */
static bool escape(struct parser *x, char *ret)
{
	char c = *x->p;

	if (!c) {
		x->lost = true;
		return false;
	}
	x->p++;
	if (!isalnum((unsigned char)c)) {
		*ret = c;
		return true;
	}
	if (c == 'x' && *x->p != '{') {
		for (int i = 0; i < 2 && isxdigit((unsigned char)*x->p); i++)
			x->p++;
		return false;
	}
	/* back references, properties, quoting, numbers: none of them is needed by a log line */
	x->lost |= !strchr("dDsSwWbBhHvVNRAzZGKtnrfea", c);
	return false;
}

static struct set alternatives(struct parser *x, int depth);

enum group { GROUP_PLAIN, GROUP_NEGATIVE, GROUP_EMPTY };

/* What stands between '(' and the group's own text. */
static enum group group_head(struct parser *x)
{
	static const struct {
		const char *head;
		enum group kind;
	} heads[] = {
		{ "?:", GROUP_PLAIN },	  { "?=", GROUP_PLAIN },  { "?>", GROUP_PLAIN },
		{ "?|", GROUP_PLAIN },	  { "?<=", GROUP_PLAIN }, { "?<!", GROUP_NEGATIVE },
		{ "?!", GROUP_NEGATIVE },
	};
	const char *end;

	x->lost |= *x->p == '*';
	if (*x->p != '?')
		return GROUP_PLAIN;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(heads); i++) {
		if (vmc_str_starts(x->p, heads[i].head)) {
			x->p += strlen(heads[i].head);
			return heads[i].kind;
		}
	}
	if (x->p[1] == '<' || x->p[1] == '\'' || vmc_str_starts(x->p, "?P<")) {
		end = strchr(x->p + 3, x->p[1] == '\'' ? '\'' : '>');
		x->lost |= !end;
		x->p = end ? end + 1 : x->p + strlen(x->p);
		return GROUP_PLAIN;
	}
	/* options: x would make blanks mean nothing, the others change no literal */
	x->p += 1 + strspn(x->p + 1, "imsU-");
	x->lost |= *x->p != ':' && *x->p != ')';
	if (*x->p == ':') {
		x->p++;
		return GROUP_PLAIN;
	}
	return GROUP_EMPTY;
}

/* '(' was read; reads up to behind its ')'. */
static struct set group(struct parser *x, int depth)
{
	enum group kind = group_head(x);
	struct set inner = { 0 };

	if (kind != GROUP_EMPTY)
		inner = alternatives(x, depth + 1);
	if (*x->p == ')')
		x->p++;
	else
		x->lost = true;
	return kind == GROUP_PLAIN ? inner : (struct set){ 0 };
}

/* One alternative: its best set. */
static struct set sequence(struct parser *x, int depth)
{
	struct set best = { 0 };
	struct run run = { 0 };

	while (*x->p && *x->p != '|' && *x->p != ')' && !x->lost) {
		struct set inner = { 0 };
		char c = *x->p++;
		bool literal = false;
		enum repeat repeat;

		if (c == '(')
			inner = group(x, depth);
		else if (c == '[')
			skip_class(x);
		else if (c == '\\')
			literal = escape(x, &c);
		else
			literal = !strchr(".^$*+?", c);
		repeat = quantifier(x);
		if (literal && repeat != REPEAT_MAYBE)
			add_char(x, &run, &best, c);
		if (!literal || repeat != REPEAT_ONCE)
			end_run(x, &run, &best);
		if (inner.n && repeat != REPEAT_MAYBE)
			keep_better(&best, &inner);
	}
	end_run(x, &run, &best);
	return best;
}

/* Alternatives up to ')' or the end: one of the literals of each. */
static struct set alternatives(struct parser *x, int depth)
{
	struct set all = { 0 };
	bool certain = true;

	if (depth > DEPTH_MAX) {
		x->lost = true;
		return all;
	}
	for (;;) {
		struct set one = sequence(x, depth);

		if (!one.n || one.n > SET_MAX - all.n)
			certain = false;
		for (size_t i = 0; certain && i < one.n; i++)
			all.text[all.n++] = one.text[i];
		if (x->lost || *x->p != '|')
			break;
		x->p++;
	}
	return certain ? all : (struct set){ 0 };
}

struct vmc_error *vmc_literals_of(const char *pattern, struct vmc_arena *arena,
				  struct vmc_strings *ret)
{
	struct parser x = { .p = pattern, .arena = arena };
	struct set set = alternatives(&x, 0);
	const char **items;

	if (x.lost || *x.p)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "the pattern has a construct whose fixed text cannot be told");
	if (shortest(&set) < VMC_LITERAL_MIN)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "each way to match the pattern needs %d fixed characters in a "
				     "row%s%s%s",
				     VMC_LITERAL_MIN, set.n ? "; the most it has: \"" : "",
				     set.n ? set.text[0] : "", set.n ? "\"" : "");
	items = vmc_arena_alloc(arena, set.n * sizeof(*items));
	if (!items)
		return vmc_error_no_memory();
	for (size_t i = 0; i < set.n; i++)
		items[i] = set.text[i];
	*ret = (struct vmc_strings){ items, set.n };
	return NULL;
}
