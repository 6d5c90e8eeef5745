/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was done to the kernel that its maintainers would ask about. Each report in a log prints
 * the taint of its moment, so a log tells as well when a letter came; a dump has the
 * last state only. Letters change their meaning between kernels (data/values/taint.yaml).
 */
#include <stdlib.h>
#include <string.h>

#include "inquest/inquest.h"
#include "knowledge/modules.h"
#include "knowledge/value.h"

/* Meanings of one letter, of different kernels. */
#define ROWS_MAX 4
#define LETTER_BITS 64

static bool is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool has(const struct vmc_report_taint *t, char letter)
{
	for (size_t i = 0; i < t->marks.len; i++) {
		if (t->marks.data[i].letter == letter)
			return true;
	}
	return false;
}

/* Is release a ("3.10.0-123.el7") older than b ("3.15")? */
static bool is_older(const char *a, const char *b)
{
	char *a_end, *b_end;
	unsigned long x = strtoul(a, &a_end, 10), y = strtoul(b, &b_end, 10);

	if (x != y || *b_end != '.')
		return x < y;
	return (*a_end == '.' ? strtoul(a_end + 1, NULL, 10) : 0) < strtoul(b_end + 1, NULL, 10);
}

/*
 * Does the row speak of this kernel? Vendors take features over: the letter E proves the meanings
 * that came with it, whatever the release says.
 */
static bool is_of_kernel(const struct vmc_value *v, const char *release, bool has_e)
{
	if (v->vendor || !(v->since || v->before))
		return !v->vendor;
	if (!release[0])
		return v->since != NULL;
	if (v->since)
		return has_e || !is_older(release, v->since);
	return !has_e && is_older(release, v->before);
}

/* Of a group that says what letters mean; NULL unknown. */
static const struct vmc_value *meaning_of(const struct vmc_report *r, const char *group,
					  char letter)
{
	const struct vmc_value *rows[ROWS_MAX];
	size_t n = vmc_value_letter(group, letter, rows, ROWS_MAX);

	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		if (is_of_kernel(rows[i], r->system.release, r->taint.has_e))
			return rows[i];
	}
	return n ? rows[0] : NULL;
}

static void add_mark(struct vmc_report *r, char letter)
{
	const struct vmc_value *v = meaning_of(r, "taint", letter);
	struct vmc_taint_mark m = { .letter = letter };

	if (has(&r->taint, letter))
		return;
	m.meaning = v ? vmc_said_in(&v->meaning, r->lang) : vmc_say(r->lang, "unknown");
	(void)vmc_vec_push(&r->taint.marks, m);
	for (unsigned int bit = 0; bit < LETTER_BITS && !r->target; bit++) {
		if (vmc_taint_letter(bit) == letter)
			r->system.taint |= 1ULL << bit;
	}
}

/* The letters of a list alone: "GF       W  O" -> "GFWO". */
static const char *squeeze(struct vmc_report *r, const char *taint)
{
	char *out = vmc_arena_alloc(&r->arena, strlen(taint) + 1);
	size_t n = 0;

	for (; out && *taint; taint++) {
		if (is_letter(*taint))
			out[n++] = *taint;
	}
	return out;
}

/* Marks and when they came, of all reports of the boot. */
static void read_reports(struct vmc_report *r, size_t from, size_t to)
{
	const char *before = NULL;

	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];
		const char *letters;

		if (!o->taint || o->opening_index < from || o->opening_index >= to)
			continue;
		letters = squeeze(r, o->taint);
		if (!letters || vmc_streq(letters, before))
			continue;
		before = letters;
		(void)vmc_vec_push(&r->taint.changes,
				   (struct vmc_taint_change){ letters, o->first_line });
		if (r->target)
			continue;
		r->system.has_taint = true;
		for (const char *p = letters; *p; p++) {
			/* G only says that P is not set */
			if (*p != 'G')
				add_mark(r, *p);
		}
	}
}

static const char *remark_on(struct vmc_report *r, const char *name, const char *flags)
{
	if (!strchr(flags, 'O') || vmc_module_is_mainline(name))
		return NULL;
	return vmc_say(r->lang, "no module of Linux itself has this name");
}

static void add_module(struct vmc_report *r, const char *name, const char *flags)
{
	(void)vmc_vec_push(&r->taint.modules,
			   (struct vmc_tainter){ name, flags, remark_on(r, name, flags) });
}

/* "+" and "-" in flags tell of loading and unloading, not of taint. */
static bool has_letter(const char *flags)
{
	while (*flags && !is_letter(*flags))
		flags++;
	return *flags;
}

/* The last list in the boot is the latest; later ones may have been cut. */
static void read_module_list(struct vmc_report *r, size_t from, size_t to)
{
	const struct vmc_oops *best = NULL;

	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (o->opening_index >= from && o->opening_index < to && o->n_modules &&
		    (!best || o->n_modules >= best->n_modules))
			best = o;
	}
	if (!best)
		return;
	r->log_modules = best->modules;
	r->n_log_modules = best->n_modules;
	for (size_t i = 0; i < best->n_modules; i++) {
		if (has_letter(best->modules[i].flags))
			add_module(r, best->modules[i].name, best->modules[i].flags);
	}
}

static void read_dump(struct vmc_report *r)
{
	char letters[LETTER_BITS + 1];

	vmc_taint_letters(r->system.has_taint ? r->system.taint : 0, letters, sizeof(letters));
	for (const char *p = letters; *p; p++)
		add_mark(r, *p);
	for (size_t i = 0; i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];

		if (!m->taints)
			continue;
		vmc_taint_letters(m->taints, letters, sizeof(letters));
		add_module(r, m->name, vmc_arena_strdup(&r->arena, letters));
	}
}

/* The letter itself, or a module that has it. */
static bool knows_e(const struct vmc_report *r)
{
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (o->taint && strchr(o->taint, 'E'))
			return true;
		for (size_t k = 0; k < o->n_modules; k++) {
			if (strchr(o->modules[k].flags, 'E'))
				return true;
		}
	}
	return false;
}

void vmc_inquest_taint(struct vmc_report *r)
{
	size_t from, to;

	vmc_inquest_boot(r, &from, &to);
	r->taint.has_e = knows_e(r);
	read_reports(r, from, to);
	if (r->target)
		read_dump(r);
	else
		read_module_list(r, from, to);
}
