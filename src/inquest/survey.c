/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquest/survey.h"

#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/str.h"
#include "knowledge/prefilter.h"
#include "oops/details.h"

/* One line says few things: a signature, its generic header, the wording of its driver. */
#define MATCHES_MAX 8
/* Levels of the kernel (include/linux/kern_levels.h): 6 is info, 7 debug. */
#define LEVEL_INFO 6
/* Trouble is told at the start of a line; behind it names and paths come. */
#define WORDS_LOOKED_AT 400

/* What messages about trouble have in common; for logs whose levels are lost. Small letters. */
static const char *const trouble[] = {
	"abort",   "bad ",	 "broken",    "bug:",	 "can't",     "cannot",	   "corrupt",
	"dead",	   "denied",	 "dropped",   "error",	 "exception", "exceed",	   "exhaust",
	"fail",	   "fatal",	 "fault",     "hang",	 "hung",      "illegal",   "inconsist",
	"invalid", "lockup",	 "lost",      "mismatch", "missing",  "not responding",
	"oops",	   "out of",	 "overflow",  "overrun", "panic",     "refus",	   "reject",
	"stall",   "stuck",	 "timed out", "timeout", "unable",    "unexpected",
	"unrecover", "violat",	 "warn",      "wrong",
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Does the text have a word that begins so ("fail" of "failed", not of "default")? */
static bool has_stem(const char *text, size_t len, const char *stem)
{
	size_t n = strlen(stem);

	for (size_t i = 0; i + n <= len; i++) {
		if ((i == 0 || !is_letter(text[i - 1])) && strncasecmp(text + i, stem, n) == 0)
			return true;
	}
	return false;
}

static struct vmc_error *trouble_filter(struct vmc_prefilter **ret)
{
	struct vmc_prefilter_word words[VMC_ARRAY_SIZE(trouble)];

	_Static_assert(VMC_ARRAY_SIZE(trouble) <= 64, "a bit for each");
	for (uint32_t i = 0; i < VMC_ARRAY_SIZE(trouble); i++)
		words[i] = (struct vmc_prefilter_word){ trouble[i], i };
	return vmc_prefilter_new(words, VMC_ARRAY_SIZE(words), ret);
}

static bool sounds_like_trouble(const struct vmc_prefilter *filter, const struct vmc_log_line *l)
{
	size_t len = l->len < WORDS_LOOKED_AT ? l->len : WORDS_LOOKED_AT;
	uint64_t found = 0;

	vmc_prefilter_find(filter, l->text, len, &found);
	for (; found; found &= found - 1) {
		if (has_stem(l->text, len, trouble[__builtin_ctzll(found)]))
			return true;
	}
	return false;
}

static bool needs_explanation(const struct vmc_prefilter *filter, const struct vmc_log_line *l)
{
	/* what a program wrote to syslog is not the kernel's */
	if (!l->len || l->foreign)
		return false;
	return l->level >= 0 ? l->level < LEVEL_INFO : sounds_like_trouble(filter, l);
}

/* The report that a line is in; `*next` is the first report that may still come. */
static const struct vmc_oops *report_at(const struct vmc_oops_set *s, size_t index, size_t *next)
{
	while (*next < s->n_reports && s->reports[*next].last_index < index)
		++*next;
	if (*next < s->n_reports && s->reports[*next].first_index <= index)
		return &s->reports[*next];
	return NULL;
}

/* Notes the line; true when it was there before. */
static struct vmc_error *seen_before(struct vmc_map *seen, const struct vmc_log_line *l, bool *ret)
{
	uint64_t key = (uint64_t)vmc_hash_bytes(l->text, l->len) << 32 ^
		       vmc_hash_u64((uint64_t)l->time_ns ^ l->len);
	bool is_new;

	/* the same words without a time are said as often as they stand there */
	if (l->time_ns < 0)
		return NULL;
	if (!vmc_map_add(seen, key, &is_new))
		return vmc_error_no_memory();
	*ret = !is_new;
	return NULL;
}

static struct vmc_error *walk(const struct vmc_survey *s, const struct vmc_prefilter *filter)
{
	vmc_automap struct vmc_map seen = { 0 };
	struct vmc_match matches[MATCHES_MAX];
	size_t next_report = 0;

	for (size_t i = 0; i < s->n_lines; i++) {
		const struct vmc_log_line *l = &s->lines[i];
		struct vmc_survey_line row = { .index = i, .matches = matches };

		if (!l->text)
			continue;
		row.oops = report_at(s->oopses, i, &next_report);
		row.n_matches = vmc_matcher_line(s->matcher, l->text, l->len, matches, MATCHES_MAX);
		if (!row.n_matches && (row.oops || !needs_explanation(filter, l)))
			continue;
		row.is_body = row.oops || vmc_oops_is_body_line((struct slice){ l->text, l->len });
		row.is_unexplained = !row.n_matches && !row.is_body;
		if (!row.n_matches && !row.is_unexplained)
			continue;
		if (!s->no_repeats)
			VMC_TRY(seen_before(&seen, l, &row.is_repeat));
		s->visit(s->ctx, &row);
	}
	return NULL;
}

struct vmc_error *vmc_survey_run(const struct vmc_survey *s)
{
	struct vmc_prefilter *filter = NULL;
	struct vmc_error *err = trouble_filter(&filter);

	if (!err)
		err = walk(s, filter);
	vmc_prefilter_free(filter);
	return err;
}
