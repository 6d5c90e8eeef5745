/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as an ordered list of sections, each a list of rows: what is
 * said, in which order, before anybody decides how it looks. Text and HTML
 * render this one list, so they cannot say different things.
 */
#ifndef VMC_RENDER_SECTIONS_H
#define VMC_RENDER_SECTIONS_H

#include "inquest/report.h"

enum vmc_mood {
	VMC_MOOD_PLAIN,
	VMC_MOOD_STRONG, /* the verdict */
	VMC_MOOD_BAD,	 /* faults and fatal findings */
	VMC_MOOD_DOUBT,	 /* guesses, missing things, warnings */
	VMC_MOOD_QUIET,	 /* what most readers skip */
};

struct vmc_row {
	const char *label; /* NULL: continues the row above */
	const char *place; /* tables: where in the log; NULL for none */
	const char *text;
	enum vmc_mood mood;
};

enum vmc_section_kind {
	VMC_SECTION_FACTS, /* label: text */
	VMC_SECTION_LINES, /* code-like lines: cut at the width, never folded */
	VMC_SECTION_PROSE, /* sentences: folded */
	VMC_SECTION_TABLE, /* label, place, text: in columns, the text folded in its own */
};

struct vmc_section {
	enum vmc_section_kind kind;
	const char *title; /* NULL: none is shown */
	VMC_VEC(struct vmc_row) rows;
};

/* Texts are harmless (made by vmc_words_safe) and owned by the sheet. */
struct vmc_sheet {
	VMC_VEC(struct vmc_section) sections;
	struct vmc_arena arena;
	enum vmc_lang lang;
	bool failed; /* memory ran out: rows are missing */
};

/* All sections that have something to say. */
void vmc_sheet_build(const struct vmc_report *r, struct vmc_sheet *ret);
void vmc_sheet_deinit(struct vmc_sheet *s);
#define vmc_autosheet vmc_cleanup(vmc_sheet_deinit)

/* banner.c: the system block alone, as crash's `sys` has it; and its task part (`set`). */
void vmc_banner_build(const struct vmc_report *r, struct vmc_sheet *sheet);
void vmc_banner_text(const struct vmc_report *r, struct vmc_str *out);

/* For builders: a new section, and rows of it. Titles and labels come translated, and stay. */
struct vmc_section *vmc_sheet_section(struct vmc_sheet *s, enum vmc_section_kind kind,
				      const char *title);
void vmc_sheet_row(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		   const char *label, const char *fmt, ...) VMC_PRINTF(5, 6);
/* The same of a sentence in the sheet's language, without label. */
void vmc_sheet_sayf(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		    const char *english, ...) VMC_PRINTF(4, 5);
/* Take over what `text` holds and clear it. */
void vmc_sheet_take(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		    const char *label, struct vmc_str *text);
/* A row of a table; `place` is copied. */
void vmc_sheet_table(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		     const char *label, const char *place, struct vmc_str *text);
/* A text of the dump, made harmless, that lives as long as the sheet. Never NULL. */
const char *vmc_sheet_safe(struct vmc_sheet *s, const char *text);

#endif
