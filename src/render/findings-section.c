/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What else was noticed, most of it by the knowledge base: a line each, the
 * worst first. What stands among the events already is not repeated; JSON has
 * everything.
 */
#include "render/builders.h"

#include <string.h>

#include "render/words.h"

/* Lines of the log that are named, of a finding that has many. */
#define PLACES_SHOWN 3
/* Pieces of evidence that stand below a finding. */
#define EVIDENCE_SHOWN 4
/* Lines that nothing explains; those that differ in numbers only are one. */
#define UNEXPLAINED_SHOWN 5
/* Sorts of harmless messages that have a line of their own, and of the others that are named. */
#define BENIGN_SHOWN 8
#define BENIGN_NAMED 8

/* In the order in which they are shown. */
static const struct severity {
	const char *id;
	enum vmc_mood mood;
	bool detailed;
} severities[] = {
	{ VMC_SAY("fatal"), VMC_MOOD_BAD, true },
	{ VMC_SAY("error"), VMC_MOOD_BAD, true },
	{ VMC_SAY("warning"), VMC_MOOD_DOUBT, true },
	{ VMC_SAY("notice"), VMC_MOOD_PLAIN, false },
};
static const struct severity benign = { VMC_SAY("benign"), VMC_MOOD_QUIET, false };

static bool is_severity(const struct vmc_finding *f, const char *id)
{
	return vmc_streq(f->severity ? f->severity : "notice", id);
}

/* "line 30", "lines 30, 41, 52 ..."; the log of a dump has records */
static void places(const struct vmc_report *r, const struct vmc_finding *f, enum vmc_lang lang,
		   struct vmc_str *out)
{
	const char *one = r->target ? VMC_SAY("record %u") : VMC_SAY("line %u");
	const char *many = r->target ? VMC_SAY("records %s") : VMC_SAY("lines %s");
	vmc_autostr struct vmc_str list = { 0 };

	for (size_t i = 0; i < f->lines.len && i < PLACES_SHOWN; i++)
		vmc_str_addf(&list, "%s%u", i ? ", " : "", f->lines.data[i]);
	vmc_str_add(&list, f->lines.len > PLACES_SHOWN ? " ..." : "");
	if (f->lines.len == 1)
		vmc_str_addf(out, vmc_say(lang, one), f->lines.data[0]);
	else if (f->lines.len)
		vmc_str_addf(out, vmc_say(lang, many), vmc_str_text(&list));
}

static bool holds(const struct vmc_event *e, uint32_t line)
{
	const struct vmc_oops *o = e->oops;

	if (!o)
		return false;
	/* of a copy only the lines up to the title are known */
	if (o->n_copies && line >= o->copy_line &&
	    line - o->copy_line <= o->opening_index - o->first_index)
		return true;
	return line >= o->first_line && line <= o->last_line;
}

/*
 * What memory told, and why that matters. Lines of a log stand where their numbers say,
 * and what they mean `vmcoroner explain` tells at length.
 */
static void details(const struct vmc_finding *f, struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };
	size_t n = f->evidence.len;

	if (f->detail) {
		vmc_words_safe(&text, f->detail);
		vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
	}
	for (size_t i = 0; i < n && i < EVIDENCE_SHOWN; i++) {
		vmc_str_add(&text, "- ");
		vmc_words_safe(&text, f->evidence.data[i]);
		vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
	}
	if (n > EVIDENCE_SHOWN)
		vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET, "- and %zu more", n - EVIDENCE_SHOWN);
}

/*
 * Are all its lines part of reports that stand among the events? A detector says more than
 * the lines do.
 */
static bool is_told(const struct vmc_report *r, const struct vmc_finding *f)
{
	if (!f->by_rule)
		return false;
	for (size_t i = 0; i < f->lines.len; i++) {
		size_t k = 0;

		while (k < r->events.len && !holds(&r->events.data[k], f->lines.data[i]))
			k++;
		if (k == r->events.len)
			return false;
	}
	return f->lines.len;
}

static void finding_row(const struct vmc_report *r, const struct vmc_finding *f,
			const struct severity *severity, struct vmc_sheet *s,
			struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 }, place = { 0 };

	if (is_told(r, f))
		return;
	places(r, f, s->lang, &place);
	vmc_words_safe(&text, f->title);
	if (f->count > 1)
		vmc_str_addf(&text, vmc_say(s->lang, " (%llu times)"),
			     (unsigned long long)f->count);
	if (f->consequence)
		vmc_str_add(&text, vmc_say(s->lang, "  (follows from the cause)"));
	vmc_sheet_table(s, sec, severity->mood, vmc_say(s->lang, severity->id),
			vmc_str_text(&place), &text);
	if (severity->detailed && !f->lines.len)
		details(f, s, sec);
}

/* One line for those that nobody wants to read one by one; the names are for "explain". */
static void more_benign_row(unsigned long long lines, size_t kinds, struct vmc_str *names,
			    struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_str_add(names, kinds > BENIGN_NAMED ? " ..." : "");
	vmc_str_addf(&text, vmc_say(s->lang, "%llu more harmless messages: %s"), lines,
		     vmc_str_text(names));
	vmc_sheet_table(s, sec, VMC_MOOD_QUIET, vmc_say(s->lang, benign.id), NULL, &text);
}

static void benign_rows(const struct vmc_report *r, struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str names = { 0 };
	unsigned long long lines = 0;
	size_t shown = 0, kinds = 0;

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct vmc_finding *f = &r->findings.data[i];

		if (!is_severity(f, benign.id) || is_told(r, f))
			continue;
		if (shown++ < BENIGN_SHOWN) {
			finding_row(r, f, &benign, s, sec);
			continue;
		}
		lines += f->count;
		if (kinds++ < BENIGN_NAMED) {
			vmc_str_add(&names, names.len ? ", " : "");
			vmc_words_safe(&names, f->id);
		}
	}
	if (kinds)
		more_benign_row(lines, kinds, &names, s, sec);
}

static void unexplained_rows(const struct vmc_report *r, struct vmc_sheet *s,
			     struct vmc_section *sec)
{
	const char *label = vmc_say(s->lang, VMC_SAY("unknown"));
	const char *one = r->target ? VMC_SAY("record %u") : VMC_SAY("line %u");
	vmc_autostr struct vmc_str text = { 0 }, place = { 0 };
	unsigned long long told = 0;

	for (size_t i = 0; i < r->unexplained.rows.len && i < UNEXPLAINED_SHOWN; i++) {
		const struct vmc_unexplained *u = &r->unexplained.rows.data[i];

		vmc_str_clear(&place);
		vmc_str_addf(&place, vmc_say(s->lang, one), u->line);
		vmc_words_safe(&text, u->text);
		if (u->count > 1)
			vmc_str_addf(&text, vmc_say(s->lang, " (%llu times)"),
				     (unsigned long long)u->count);
		vmc_sheet_table(s, sec, VMC_MOOD_QUIET, label, vmc_str_text(&place), &text);
		told += u->count;
	}
	if (told == r->unexplained.count)
		return;
	vmc_str_addf(&text, vmc_say(s->lang, "%llu more lines that no rule explains"),
		     (unsigned long long)r->unexplained.count - told);
	vmc_sheet_table(s, sec, VMC_MOOD_QUIET, label, NULL, &text);
}

void vmc_section_findings(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;

	if (!r->findings.len && !r->unexplained.count)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_TABLE, vmc_say(s->lang, "FINDINGS"));
	if (!sec)
		return;
	for (size_t k = 0; k < VMC_ARRAY_SIZE(severities); k++) {
		for (size_t i = 0; i < r->findings.len; i++) {
			if (is_severity(&r->findings.data[i], severities[k].id))
				finding_row(r, &r->findings.data[i], &severities[k], s, sec);
		}
	}
	benign_rows(r, s, sec);
	unexplained_rows(r, s, sec);
}
