/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/openings.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "oops/line.h"
#include "oops/search.h"

/* No opening stands further behind: printk records are shorter. Keeps long binary lines cheap. */
#define OPENING_BYTES 8192

static const struct {
	const char *word;
	enum mark_kind kind;
} mark_words[] = {
	{ "vmalloc: allocation failure:", MARK_OTHER_HEADING },
	{ "FAULT_INJECTION: forcing a failure", MARK_OTHER_HEADING },
	{ "FAULT_FLAG_ALLOW_RETRY missing", MARK_OTHER_HEADING },
	{ "Sending NMI from CPU", MARK_NMI },
	{ "Disabling lock debugging due to kernel taint", MARK_SKIPPED },
	{ "Linux version ", MARK_RELEASE },
	{ "]: segfault ", MARK_USER },
	{ ": unhandled ", MARK_USER },
	{ "User process fault: ", MARK_USER },
	{ " ip:", MARK_USER },
	{ " rip:", MARK_USER },
	{ " nip ", MARK_USER },
};

struct finder {
	const struct vmc_log_line *lines;
	size_t n;
	struct openings *out;
	struct searcher searcher;
	bool running; /* lines of a running kernel have been seen */
};

static struct slice head_of(const struct vmc_log_line *l)
{
	return slice_head(line_text(l), OPENING_BYTES);
}

static bool is_excluded(const struct format_group *g, struct slice line)
{
	for (const char *const *u = g->unless; u && *u; u++)
		if (**u == '~' ? slice_has_any_case(line, *u + 1) : slice_has(line, *u))
			return true;
	return false;
}

/* A symbolizer repeats the opening once for each function that was inlined there. */
static bool repeats(const struct finder *f, const struct opening *o)
{
	const struct opening *before;

	if (!f->out->list.len)
		return false;
	before = &f->out->list.data[f->out->list.len - 1];
	return before->line + 1 == o->line && before->group == o->group &&
	       slice_has(head_of(&f->lines[before->line]), " [inline]");
}

/* Before 4.12 the text of a WARN() followed its header, with one or two lines between. */
static bool is_subtitle(const struct finder *f, const struct opening *o)
{
	const struct opening *before;

	if (!(o->group->flags & FORMAT_SUBTITLE) || !f->out->list.len)
		return false;
	before = &f->out->list.data[f->out->list.len - 1];
	return o->line - before->line < 4 && strcmp(before->group->word, "WARNING:") == 0;
}

/* mm/slub.c: rows that belong to the report above them, which may be of a checker. */
static bool is_slab_row(const struct finder *f, const struct opening *o)
{
	static const char *const rows[] = { "INFO: Allocated in ", "INFO: Freed in ",
					    "INFO: Slab 0x", "INFO: Object 0x" };
	struct slice s = slice_from(head_of(&f->lines[o->line]), o->at);

	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		if (slice_starts(s, rows[i]))
			return true;
	return false;
}

/* The console repeats itself after another one took over: the line comes once more. */
static bool is_replayed(const struct finder *f, size_t i)
{
	return i + 1 < f->n &&
	       slice_has(head_of(&f->lines[i + 1]), "** replaying previous printk message **");
}

static bool add_opening(struct finder *f, size_t line, size_t group, size_t at, bool continues)
{
	struct opening o = { .line = line,
			     .at = at,
			     .group = &vmc_oops_groups[group],
			     .mark = f->out->marks.len,
			     .continues = continues };

	if (is_replayed(f, line))
		return true;
	if (o.group->flags & FORMAT_RESTART && (at || f->lines[line].stamped || !f->running))
		return true;
	if (repeats(f, &o)) {
		/* the last of them names the function that really exists */
		f->out->list.data[f->out->list.len - 1] = o;
		return true;
	}
	o.continues |= is_subtitle(f, &o) || is_slab_row(f, &o);
	return vmc_vec_push(&f->out->list, o);
}

/* All words on one line. Of those that open a report the one whose group is listed first does. */
static bool read_line(struct finder *f, size_t line, int word, size_t at)
{
	struct slice s = head_of(&f->lines[line]);
	size_t best = SIZE_MAX, best_at = 0;
	bool continues = false;
	uint64_t seen = 0;

	for (; word >= 0; at++, word = vmc_oops_searcher_next(&f->searcher, s, &at)) {
		size_t w = (size_t)word;

		if (seen & (uint64_t)1 << w)
			continue;
		seen |= (uint64_t)1 << w;
		if (w >= vmc_oops_n_groups) {
			struct mark m = { line, mark_words[w - vmc_oops_n_groups].kind };

			if ((m.kind != MARK_RELEASE || !at) && !vmc_vec_push(&f->out->marks, m))
				return false;
		} else if (!is_excluded(&vmc_oops_groups[w], s)) {
			continues |= vmc_oops_groups[w].flags & FORMAT_CONTINUES;
			if (w < best) {
				best = w;
				best_at = at;
			}
		}
	}
	return best == SIZE_MAX || add_opening(f, line, best, best_at, continues);
}

bool vmc_oops_find_openings(const struct vmc_log_line *lines, size_t n, struct openings *ret)
{
	const char *words[SEARCH_WORDS_MAX];
	size_t n_words = 0;
	vmc_autofree struct finder *f = malloc(sizeof(*f));

	_Static_assert(VMC_ARRAY_SIZE(mark_words) <= 12, "leave room for the groups");
	if (!f || vmc_oops_n_groups > SEARCH_WORDS_MAX - VMC_ARRAY_SIZE(mark_words))
		return false;
	f->lines = lines;
	f->n = n;
	f->out = ret;
	f->running = false;
	for (size_t i = 0; i < vmc_oops_n_groups; i++)
		words[n_words++] = vmc_oops_groups[i].word;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(mark_words); i++)
		words[n_words++] = mark_words[i].word;
	vmc_oops_searcher_init(&f->searcher, words, n_words);
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;
		int word;

		f->running |= lines[i].stamped;
		if (lines[i].foreign)
			continue;
		word = vmc_oops_searcher_next(&f->searcher, head_of(&lines[i]), &at);
		if (word >= 0 && !read_line(f, i, word, at))
			return false;
	}
	return true;
}

const struct mark *vmc_oops_mark_at(const struct openings *o, size_t *next, size_t line)
{
	while (*next < o->marks.len && o->marks.data[*next].line < line)
		++*next;
	if (*next < o->marks.len && o->marks.data[*next].line == line)
		return &o->marks.data[*next];
	return NULL;
}

void vmc_oops_openings_deinit(struct openings *o)
{
	vmc_vec_free(&o->list);
	vmc_vec_free(&o->marks);
}
