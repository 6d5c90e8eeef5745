/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"

#include <string.h>

#include "render/fold.h"
#include "render/sections.h"

#define LABEL_COLUMNS 12
#define FACT_INDENT 14
#define LINE_INDENT 2
/* Below this a terminal is too narrow to fold for. */
#define WIDTH_MIN 40
/* Columns that a table leaves to its sentences at least: else they go below what is before them. */
#define TABLE_TEXT_MIN 24

static const char *const colors[] = {
	[VMC_MOOD_PLAIN] = "",	      [VMC_MOOD_STRONG] = "\033[1;31m",
	[VMC_MOOD_BAD] = "\033[31m",  [VMC_MOOD_DOUBT] = "\033[33m",
	[VMC_MOOD_QUIET] = "\033[2m",
};

struct pen {
	const struct vmc_style *style;
	struct vmc_str *out;
};

static void colored(const struct pen *p, enum vmc_mood mood, const char *text, size_t len)
{
	bool on = p->style->color && colors[mood][0];

	vmc_str_add(p->out, on ? colors[mood] : "");
	vmc_str_addn(p->out, text, len);
	vmc_str_add(p->out, on ? "\033[0m" : "");
}

static void blanks(const struct pen *p, size_t n)
{
	vmc_str_addf(p->out, "%*s", (int)n, "");
}

/* Columns from there to the right margin. */
static size_t room_at(const struct pen *p, size_t indent)
{
	size_t width = p->style->width;

	return width < WIDTH_MIN ? SIZE_MAX : width > indent ? width - indent : 1;
}

/*
 * Continuation lines start at column `indent`, those of a list's item below its words. The
 * first line stands there already.
 */
static void folded(const struct pen *p, enum vmc_mood mood, const char *text, size_t indent)
{
	size_t below = indent + (strncmp(text, "- ", 2) == 0 ? 2 : 0);
	size_t room = room_at(p, indent), rest = room_at(p, below);

	for (;;) {
		size_t n = vmc_fold_line(text, room);

		colored(p, mood, text, n);
		vmc_str_addc(p->out, '\n');
		text += n + strspn(text + n, " ");
		if (!*text)
			return;
		blanks(p, below);
		room = rest;
	}
}

static void line(const struct pen *p, const struct vmc_row *row)
{
	size_t len = strlen(row->text);
	size_t room = p->style->width >= WIDTH_MIN ? p->style->width - LINE_INDENT : len;

	blanks(p, LINE_INDENT);
	if (vmc_columns(row->text) > room) {
		colored(p, row->mood, row->text, vmc_columns_fit(row->text, room - 3));
		vmc_str_add(p->out, "...");
	} else {
		colored(p, row->mood, row->text, len);
	}
	vmc_str_addc(p->out, '\n');
}

static void fact(const struct pen *p, const struct vmc_row *row)
{
	size_t columns = row->label ? vmc_columns(row->label) : 0;

	blanks(p, columns < LABEL_COLUMNS ? LABEL_COLUMNS - columns : 0);
	vmc_str_add(p->out, row->label ? row->label : "");
	vmc_str_add(p->out, row->label ? ": " : "  ");
	folded(p, row->mood, row->text, FACT_INDENT);
}

static void prose(const struct pen *p, const struct vmc_row *row, size_t indent)
{
	size_t inner = strspn(row->text, " ");

	blanks(p, indent + inner);
	folded(p, row->mood, row->text + inner, indent + inner + LINE_INDENT);
}

static const char *cell(const struct vmc_row *row, size_t i)
{
	const char *text = i ? row->place : row->label;

	return text ? text : "";
}

/* Widths of the columns before the text, with the gap behind; 0 for one that is empty. */
static void table_columns(const struct vmc_section *sec, size_t ret[2])
{
	const struct vmc_row *row;

	ret[0] = ret[1] = 0;
	vmc_vec_each (row, &sec->rows) {
		for (size_t i = 0; i < 2; i++) {
			size_t columns = vmc_columns(cell(row, i));

			if (columns && columns + 2 > ret[i])
				ret[i] = columns + 2;
		}
	}
}

static void table_row(const struct pen *p, const struct vmc_row *row, const size_t columns[2])
{
	size_t indent = LINE_INDENT + columns[0] + columns[1];

	blanks(p, LINE_INDENT);
	for (size_t i = 0; i < 2; i++) {
		size_t used = vmc_columns(cell(row, i));

		colored(p, i ? VMC_MOOD_PLAIN : row->mood, cell(row, i), strlen(cell(row, i)));
		blanks(p, columns[i] - used);
	}
	if (p->style->width >= WIDTH_MIN && p->style->width < indent + TABLE_TEXT_MIN) {
		indent = 2 * LINE_INDENT;
		vmc_str_addc(p->out, '\n');
		blanks(p, indent);
	}
	folded(p, row->mood, row->text, indent);
}

static void section(const struct pen *p, const struct vmc_section *sec)
{
	size_t columns[2];
	const struct vmc_row *row;

	table_columns(sec, columns);
	if (sec->title) {
		vmc_str_add(p->out, p->style->color ? "\033[1m" : "");
		vmc_str_add(p->out, sec->title);
		vmc_str_add(p->out, p->style->color ? "\033[0m\n" : "\n");
	}
	vmc_vec_each (row, &sec->rows) {
		switch (sec->kind) {
		case VMC_SECTION_FACTS:
			fact(p, row);
			break;
		case VMC_SECTION_LINES:
			line(p, row);
			break;
		case VMC_SECTION_PROSE:
			prose(p, row, sec->title ? LINE_INDENT : 0);
			break;
		case VMC_SECTION_TABLE:
			table_row(p, row, columns);
			break;
		}
	}
}

void vmc_render_text(const struct vmc_report *r, const struct vmc_style *style, struct vmc_str *out)
{
	vmc_autosheet struct vmc_sheet sheet = { 0 };
	struct pen p = { .style = style, .out = out };
	const struct vmc_section *sec;
	bool first = true;

	vmc_sheet_build(r, &sheet);
	vmc_vec_each (sec, &sheet.sections) {
		if (!sec->rows.len)
			continue;
		if (!first)
			vmc_str_addc(out, '\n');
		first = false;
		section(&p, sec);
	}
	if (sheet.failed)
		out->failed = true;
}
