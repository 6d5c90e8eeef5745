/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/quality.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "oops/copies.h"
#include "oops/frame.h"
#include "oops/line.h"
#include "oops/search.h"

#define SECOND ((int64_t)1000000000)
#define EARLY_NS SECOND		  /* what a boot begins with */
#define LATE_NS (10 * SECOND)	  /* before a jump back to that, the machine has been up */
#define NO_START_NS (60 * SECOND) /* a ring buffer as a rule still holds the boot then */
#define SAMPLED 64		  /* lines that tell a boot from a repetition of one */
#define SAMPLE_ENOUGH 3
#define STRETCH_GAP 2	/* lines without a copy inside of a repeated stretch */
#define CUT_AHEAD 64	/* how far behind a broken line its whole copy is looked for */
#define WORD_BYTES 1024 /* of a line, for the words below */

struct judge {
	const struct vmc_log_lines *lines;
	struct vmc_log_quality *q;
	struct copies copies;
	struct searcher *words;
};

/* ---- words ---- */

enum word_kind { WORD_LOST, WORD_SUPPRESSED, WORD_CAPTURE };

/* In what of these a number stands before the word, it is how many messages are meant. */
static const struct {
	const char *word;
	enum word_kind kind;
} words[] = {
	{ " printk messages dropped", WORD_LOST },
	{ "buffer overrun, some messages lost", WORD_LOST },  /* systemd-journald */
	{ " messages lost due to rate-limiting", WORD_LOST }, /* rsyslogd */
	{ " kernel messages", WORD_LOST },		      /* "Missed N kernel messages" */
	{ " callbacks suppressed", WORD_SUPPRESSED },	      /* lib/ratelimit.c */
	{ " messages suppressed", WORD_SUPPRESSED }, /* before 2.6.34: printk_ratelimit() */
	{ "elfcorehdr=", WORD_CAPTURE },	     /* on the command line that kexec gives */
};

/* What people write where they leave lines out. */
static const char *const omissions[] = { "...", "[...]",  "(...)",  "…",
					 "[…]", "[snip]", "<snip>", "--snip--" };

static bool is_omission(const struct vmc_log_line *l)
{
	struct slice s = slice_trim(line_text(l));

	for (size_t i = 0; s.n && s.n <= 8 && i < VMC_ARRAY_SIZE(omissions); i++)
		if (slice_is(s, omissions[i]))
			return true;
	return false;
}

/* The number that ends at `end`, or 1. */
static uint64_t number_before(struct slice s, size_t end)
{
	size_t at = end;
	uint64_t v;

	while (at && is_digit(s.p[at - 1]))
		at--;
	s = slice_from(slice_head(s, end), at);
	return slice_eat_dec(&s, &v) ? v : 1;
}

/* ---- flaws ---- */

static bool add_flaw(struct judge *j, struct vmc_log_flaw f)
{
	uint64_t *messages = &j->q->n_messages[f.kind];

	j->q->n_flaws[f.kind]++;
	*messages = f.count > UINT64_MAX - *messages ? UINT64_MAX : *messages + f.count;
	return j->q->flaws.len == VMC_LOG_FLAWS_MAX || vmc_vec_push(&j->q->flaws, f);
}

static bool add_simple(struct judge *j, enum vmc_log_flaw_kind kind, size_t i, uint64_t count)
{
	return add_flaw(
		j, (struct vmc_log_flaw){
			   .kind = kind, .first = i, .last = i, .original = i, .count = count });
}

static bool mark_repeat(struct judge *j, size_t i)
{
	struct vmc_log_quality *q = j->q;

	if (!q->repeats)
		q->repeats = calloc(q->n_lines / 64 + 1, sizeof(*q->repeats));
	if (!q->repeats)
		return false;
	q->repeats[i / 64] |= (uint64_t)1 << (i & 63);
	return true;
}

/* A broken line is often there once more as a whole; then it is that one that counts. */
static bool is_whole_below(const struct vmc_log_lines *lines, size_t i)
{
	const struct vmc_log_line *l = &lines->data[i];

	for (size_t k = i + 1; k < lines->len && k - i < CUT_AHEAD && l->time_ns >= 0; k++) {
		const struct vmc_log_line *other = &lines->data[k];

		if (other->time_ns == l->time_ns && other->len > l->len &&
		    memcmp(other->text, l->text, l->len) == 0)
			return true;
	}
	return false;
}

static bool read_words(struct judge *j, size_t i, struct vmc_log_boot *boot)
{
	struct slice s = slice_head(line_text(&j->lines->data[i]), WORD_BYTES);
	size_t at = 0;
	int word = vmc_oops_searcher_next(j->words, s, &at);

	if (word < 0)
		return true;
	switch (words[word].kind) {
	case WORD_LOST:
		/* without a number it may be about anything */
		if (*words[word].word == ' ' && (!at || !is_digit(s.p[at - 1])))
			return true;
		return add_simple(j, VMC_FLAW_LOST, i, number_before(s, at));
	case WORD_SUPPRESSED:
		return add_simple(j, VMC_FLAW_SUPPRESSED, i, number_before(s, at));
	case WORD_CAPTURE:
		boot->is_capture |= slice_has(s, "ommand line:");
		return true;
	}
	return true;
}

/* ---- boots ---- */

static bool is_banner(const struct vmc_log_line *l)
{
	return !l->foreign && l->time_ns < EARLY_NS && slice_starts(line_text(l), "Linux version ");
}

/*
 * Two boots never have the same times all along. Where the lines behind a jump back have,
 * it is the log that is told twice: a console that came late, a file pasted twice.
 */
static bool is_told_again(struct judge *j, size_t start, size_t low)
{
	size_t compared = 0, equal = 0;

	for (size_t i = start; i < j->lines->len && compared < SAMPLED; i++) {
		if (j->lines->data[i].time_ns <= 0 || j->lines->data[i].foreign)
			continue;
		compared++;
		equal += vmc_oops_copies_find(&j->copies, i, low, start) != SIZE_MAX;
	}
	return compared >= SAMPLE_ENOUGH && equal * 2 > compared;
}

/* `high` is the latest time of the boot at hand. */
static bool looks_like_boot(const struct vmc_log_line *l, const struct vmc_log_boot *b,
			    int64_t high)
{
	if (is_banner(l))
		return high > 0 || b->banner != SIZE_MAX;
	return l->time_ns >= 0 && l->time_ns < EARLY_NS && high > LATE_NS && !l->foreign;
}

static struct vmc_log_boot *last_boot(struct judge *j)
{
	return &j->q->boots.data[j->q->boots.len - 1];
}

static bool begin_boot(struct judge *j, size_t i)
{
	struct vmc_log_boot b = { .first = i, .end = j->lines->len, .banner = SIZE_MAX };

	if (j->q->boots.len)
		last_boot(j)->end = i;
	return vmc_vec_push(&j->q->boots, b);
}

/* ---- repetitions ---- */

/* The stretch at hand of lines that stand further up. */
struct stretch {
	struct vmc_log_flaw flaw;
	bool open;
};

static bool close_stretch(struct judge *j, struct stretch *s)
{
	bool was = s->open;

	s->open = false;
	return !was || add_flaw(j, s->flaw);
}

static bool add_repeat(struct judge *j, struct stretch *s, size_t i, size_t original)
{
	if (s->open && i - s->flaw.last > STRETCH_GAP + 1 && !close_stretch(j, s))
		return false;
	if (!s->open)
		s->flaw = (struct vmc_log_flaw){ .kind = VMC_FLAW_REPEATED,
						 .first = i,
						 .original = original };
	s->open = true;
	s->flaw.last = i;
	s->flaw.count++;
	return mark_repeat(j, i);
}

/* ---- all lines ---- */

/* What the lines so far say of the next one. */
struct state {
	int64_t high;	 /* latest time of this boot */
	size_t jump;	 /* where the time last ran backwards */
	int64_t jump_to; /* up to this time it is told what was told before */
	struct stretch stretch;
};

static bool read_time(struct judge *j, struct state *s, size_t i)
{
	const struct vmc_log_line *l = &j->lines->data[i];
	size_t low = last_boot(j)->first, original;

	if (l->time_ns < 0 || l->foreign)
		return true;
	if (l->time_ns < s->high && l->time_ns < j->lines->data[i - 1].time_ns) {
		if (!vmc_oops_copies_build(&j->copies, j->lines))
			return false;
		s->jump = i;
		s->jump_to = s->high;
	}
	if (s->jump != SIZE_MAX && l->time_ns <= s->jump_to) {
		original = vmc_oops_copies_find(&j->copies, i, low, s->jump);
		if (original != SIZE_MAX && !add_repeat(j, &s->stretch, i, original))
			return false;
	}
	if (l->time_ns > s->high)
		s->high = l->time_ns;
	return true;
}

static bool read_line(struct judge *j, struct state *s, size_t i)
{
	const struct vmc_log_line *l = &j->lines->data[i];

	if (looks_like_boot(l, last_boot(j), s->high) && j->q->boots.len < VMC_LOG_BOOTS_MAX) {
		if (!vmc_oops_copies_build(&j->copies, j->lines))
			return false;
		if (!is_told_again(j, i, last_boot(j)->first)) {
			if (!close_stretch(j, &s->stretch) || !begin_boot(j, i))
				return false;
			*s = (struct state){ .high = -1, .jump = SIZE_MAX };
		}
	}
	if (is_banner(l) && last_boot(j)->banner == SIZE_MAX)
		last_boot(j)->banner = i;
	if (s->stretch.open && i - s->stretch.flaw.last > STRETCH_GAP &&
	    !close_stretch(j, &s->stretch))
		return false;
	if (!read_time(j, s, i) || !read_words(j, i, last_boot(j)))
		return false;
	if (is_omission(l) && !add_simple(j, VMC_FLAW_LEFT_OUT, i, 1))
		return false;
	if (!l->cut)
		return true;
	if (is_whole_below(j->lines, i) && !mark_repeat(j, i))
		return false;
	return add_flaw(j, (struct vmc_log_flaw){ .kind = VMC_FLAW_BROKEN,
						  .first = i,
						  .last = i,
						  .original = i + 1 < j->lines->len ? i + 1 : i,
						  .count = 1 });
}

/* ---- the ends ---- */

static bool judge_start(struct judge *j)
{
	for (size_t i = 0; i < j->q->boots.data[0].end; i++) {
		const struct vmc_log_line *l = &j->lines->data[i];

		if (l->time_ns < 0 || l->foreign)
			continue;
		if (l->time_ns < NO_START_NS || j->q->boots.data[0].banner != SIZE_MAX)
			return true;
		return add_simple(j, VMC_FLAW_NO_START, i, 1);
	}
	return true;
}

/* A trace always has something behind it: registers, an end mark, the next message. */
static bool judge_end(struct judge *j)
{
	struct frame_text f;
	size_t i = j->lines->len;

	while (i-- > 0) {
		const struct vmc_log_line *l = &j->lines->data[i];

		if (l->foreign || !slice_trim(line_text(l)).n)
			continue;
		if (!vmc_oops_parse_frame(line_text(l), &f) &&
		    !vmc_oops_is_trace_start(line_text(l)))
			return true;
		return add_simple(j, VMC_FLAW_NO_END, i, 1);
	}
	return true;
}

static bool judge_all(struct judge *j)
{
	const char *list[VMC_ARRAY_SIZE(words)];
	struct state s = { .high = -1, .jump = SIZE_MAX };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(words); i++)
		list[i] = words[i].word;
	vmc_oops_searcher_init(j->words, list, VMC_ARRAY_SIZE(list));
	if (!begin_boot(j, 0))
		return false;
	for (size_t i = 0; i < j->lines->len; i++)
		if (!read_line(j, &s, i))
			return false;
	return close_stretch(j, &s.stretch) && judge_start(j) && judge_end(j);
}

struct vmc_error *vmc_log_quality_of(const struct vmc_log_lines *lines, struct vmc_log_quality *ret)
{
	struct vmc_log_quality q = { .n_lines = lines->len };
	vmc_autofree struct searcher *searcher = malloc(sizeof(*searcher));
	struct judge j = { .lines = lines, .q = &q, .words = searcher };
	bool done = searcher && (!lines->len || judge_all(&j));

	vmc_oops_copies_deinit(&j.copies);
	if (!done) {
		vmc_log_quality_deinit(&q);
		return vmc_error_no_memory();
	}
	*ret = q;
	return NULL;
}

bool vmc_log_is_repeat(const struct vmc_log_quality *q, size_t index)
{
	return q->repeats && index < q->n_lines && q->repeats[index / 64] >> (index & 63) & 1;
}

size_t vmc_log_boot_of(const struct vmc_log_quality *q, size_t index)
{
	size_t low = 0, high = q->boots.len;

	while (low + 1 < high) {
		size_t middle = (low + high) / 2;

		if (q->boots.data[middle].first <= index)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void vmc_log_quality_deinit(struct vmc_log_quality *q)
{
	vmc_vec_free(&q->flaws);
	vmc_vec_free(&q->boots);
	free(q->repeats);
	*q = (struct vmc_log_quality){ 0 };
}
