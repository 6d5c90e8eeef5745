/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a log as evidence, in words; and of several boots in one file, the
 * one that the report is about.
 */
#include "inquest/inquest.h"

/* Places that a finding names; its count has all. */
#define PLACES_MAX 8

/*
 * How much the worst report of a boot weighs. A warning is no crash, and a kernel that only
 * saves the dump of the one before has died of what that one left behind.
 */
enum weight { WEIGHT_NONE, WEIGHT_WARNING, WEIGHT_CAPTURE, WEIGHT_CRASH };

static enum weight weight_of(const struct vmc_oops *o, const struct vmc_log_boot *b)
{
	if (o->user_mode)
		return WEIGHT_NONE;
	if (!o->is_panic && vmc_str_starts(o->title, "WARNING"))
		return WEIGHT_WARNING;
	return b->is_capture ? WEIGHT_CAPTURE : WEIGHT_CRASH;
}

void vmc_inquest_choose_boot(struct vmc_report *r)
{
	enum weight best = WEIGHT_NONE;

	r->boot = r->quality.boots.len ? r->quality.boots.len - 1 : 0;
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];
		size_t boot = vmc_log_boot_of(&r->quality, o->first_index);
		enum weight w;

		if (boot >= r->quality.boots.len)
			continue;
		w = weight_of(o, &r->quality.boots.data[boot]);
		if (w != WEIGHT_NONE && w >= best) {
			best = w;
			r->boot = boot;
		}
	}
}

bool vmc_inquest_in_boot(const struct vmc_report *r, size_t index)
{
	return vmc_log_boot_of(&r->quality, index) == r->boot;
}

void vmc_inquest_boot(const struct vmc_report *r, size_t *ret_from, size_t *ret_to)
{
	bool known = r->boot < r->quality.boots.len;

	/* a dump's log is of one boot: nothing is known of its quality */
	*ret_from = known ? r->quality.boots.data[r->boot].first : 0;
	*ret_to = known ? r->quality.boots.data[r->boot].end : r->lines.len;
}

/* ---- findings ---- */

static const struct row {
	enum vmc_log_flaw_kind kind;
	const char *id, *severity, *title, *detail;
} rows[] = {
	{ VMC_FLAW_BROKEN, "log.broken-line", "notice",
	  VMC_SAY("lines are cut off in the middle: something else was written into them"),
	  VMC_SAY("their ends are lost, unless they stand in the log once more as a whole") },
	{ VMC_FLAW_REPEATED, "log.repeated", "notice",
	  VMC_SAY("lines stand in the log more than once, with the same times"),
	  VMC_SAY("the log was pasted together or told twice; each event is counted once") },
	{ VMC_FLAW_LEFT_OUT, "log.left-out", "benign",
	  VMC_SAY("whoever saved the log left lines out"), NULL },
	{ VMC_FLAW_LOST, "log.lost", "notice", VMC_SAY("messages were lost, as the log says"),
	  VMC_SAY("they came faster than they could be written; what is missing may be what "
		  "matters") },
	{ VMC_FLAW_SUPPRESSED, "log.suppressed", "benign",
	  VMC_SAY("messages that came too often were counted and not written"), NULL },
	{ VMC_FLAW_NO_START, "log.no-start", "benign",
	  VMC_SAY("the log begins long after the boot"),
	  VMC_SAY("the machine, its kernel's command line and what happened before are not in "
		  "it") },
	{ VMC_FLAW_NO_END, "log.no-end", "notice",
	  VMC_SAY("the log ends in the middle of a call trace"),
	  VMC_SAY("what came behind it was not saved") },
};

static struct vmc_finding *add(struct vmc_report *r, const char *id, const char *severity,
			       const char *title, const char *detail, uint64_t count)
{
	struct vmc_finding f = { .id = id,
				 .severity = severity,
				 .title = vmc_say(r->lang, title),
				 .detail = detail ? vmc_say(r->lang, detail) : NULL,
				 .count = count };

	return vmc_vec_push(&r->findings, f) ? &r->findings.data[r->findings.len - 1] : NULL;
}

static uint32_t number(const struct vmc_report *r, size_t index)
{
	return r->lines.data[index].number;
}

/* One place, with the line numbers of the file. */
static const char *place(struct vmc_report *r, const struct vmc_log_flaw *f)
{
	uint32_t first = number(r, f->first), last = number(r, f->last);
	uint32_t original = number(r, f->original);

	switch (f->kind) {
	case VMC_FLAW_BROKEN:
		if (original != first || f->original == f->first)
			return vmc_inquest_sayf(r, "line %u", first);
		if (r->lines.data[f->original].time_ns < r->lines.data[f->first].time_ns)
			return vmc_inquest_sayf(r, "line %u: an older part of the log is in it",
						first);
		return vmc_inquest_sayf(r, "line %u: another message is in it", first);
	case VMC_FLAW_REPEATED:
		if (first == last)
			return vmc_inquest_sayf(r, "line %u repeats line %u", first, original);
		return vmc_inquest_sayf(r, "lines %u-%u repeat those from line %u on", first, last,
					original);
	case VMC_FLAW_LOST:
	case VMC_FLAW_SUPPRESSED:
		return vmc_inquest_sayf(r, "line %u: %llu", first, (unsigned long long)f->count);
	default:
		return vmc_inquest_sayf(r, "line %u", first);
	}
}

static void add_places(struct vmc_report *r, enum vmc_log_flaw_kind kind, struct vmc_finding *f)
{
	const struct vmc_log_flaw *flaw;

	vmc_vec_each (flaw, &r->quality.flaws) {
		const char *text;

		if (flaw->kind != kind)
			continue;
		if (f->evidence.len == PLACES_MAX)
			return;
		text = place(r, flaw);
		if (text)
			(void)vmc_vec_push(&f->evidence, text);
		(void)vmc_vec_push(&f->lines, number(r, flaw->first));
	}
}

static void several_boots(struct vmc_report *r)
{
	size_t n = r->quality.boots.len;
	struct vmc_finding *f;

	if (n < 2)
		return;
	f = add(r, "log.several-boots", "notice", VMC_SAY("the log holds several boots"),
		vmc_inquest_sayf(r,
				 "the report is about number %zu of %zu, which begins at line %u; "
				 "reports of the others are no cause and no consequence of it",
				 r->boot + 1, n, number(r, r->quality.boots.data[r->boot].first)),
		n);
	for (size_t i = 0; f && i < n && i < PLACES_MAX; i++) {
		const struct vmc_log_boot *b = &r->quality.boots.data[i];
		const char *text =
			b->is_capture ? vmc_inquest_sayf(r, "line %u: a kernel that saves the dump",
							 number(r, b->first))
				      : vmc_inquest_sayf(r, "line %u", number(r, b->first));

		if (text)
			(void)vmc_vec_push(&f->evidence, text);
		(void)vmc_vec_push(&f->lines, number(r, b->first));
	}
}

void vmc_inquest_log_quality(struct vmc_report *r)
{
	several_boots(r);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		uint64_t n = r->quality.n_messages[rows[i].kind];
		struct vmc_finding *f;

		if (!n)
			continue;
		f = add(r, rows[i].id, rows[i].severity, rows[i].title, rows[i].detail, n);
		if (f)
			add_places(r, rows[i].kind, f);
	}
}
