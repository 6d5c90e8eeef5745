/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"

#include <string.h>

#include "render/sections.h"

#define LABEL_COLUMNS 12
#define FACT_INDENT 14
#define LINE_INDENT 2
/* Below this a terminal is too narrow to fold for. */
#define WIDTH_MIN 40

static const char *const colors[] = {
	[VMC_MOOD_PLAIN] = "",	      [VMC_MOOD_STRONG] = "\033[1;31m",
	[VMC_MOOD_BAD] = "\033[31m",  [VMC_MOOD_DOUBT] = "\033[33m",
	[VMC_MOOD_QUIET] = "\033[2m",
};

struct pen {
	const struct vmc_style *style;
	struct vmc_str *out;
};

/* Bytes of text that fill at most `columns`; a UTF-8 sequence is never cut. */
static size_t fit(const char *text, size_t columns)
{
	size_t i = 0;

	for (; text[i]; i++) {
		if (((unsigned char)text[i] & 0xc0) == 0x80)
			continue;
		if (columns-- == 0)
			break;
	}
	return i;
}

static void colored(const struct pen *p, enum vmc_mood mood, const char *text, size_t len)
{
	bool on = p->style->color && colors[mood][0];

	vmc_str_add(p->out, on ? colors[mood] : "");
	vmc_str_addn(p->out, text, len);
	vmc_str_add(p->out, on ? "\033[0m" : "");
}

/* Folds at spaces; continuation lines start at column `indent`. The first line stands there
 * already. */
static void folded(const struct pen *p, enum vmc_mood mood, const char *text, unsigned int indent)
{
	size_t room = p->style->width >= WIDTH_MIN ? p->style->width - indent : 0;

	for (;;) {
		size_t n = room ? fit(text, room) : strlen(text), cut = n;

		if (text[n]) {
			while (cut > 0 && text[cut] != ' ')
				cut--;
			if (cut == 0)
				cut = n;
		}
		colored(p, mood, text, cut);
		vmc_str_addc(p->out, '\n');
		text += cut;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		vmc_str_addf(p->out, "%*s", (int)indent, "");
	}
}

static void line(const struct pen *p, const struct vmc_row *row)
{
	size_t len = strlen(row->text);
	size_t room = p->style->width >= WIDTH_MIN ? p->style->width - LINE_INDENT : len;
	size_t n = fit(row->text, room);

	vmc_str_addf(p->out, "%*s", LINE_INDENT, "");
	if (n < len) {
		colored(p, row->mood, row->text, fit(row->text, room - 3));
		vmc_str_add(p->out, "...");
	} else {
		colored(p, row->mood, row->text, len);
	}
	vmc_str_addc(p->out, '\n');
}

static void prose(const struct pen *p, const struct vmc_row *row, unsigned int indent)
{
	unsigned int inner = 0;

	while (row->text[inner] == ' ')
		inner++;
	vmc_str_addf(p->out, "%*s", (int)(indent + inner), "");
	folded(p, row->mood, row->text + inner, indent + inner + LINE_INDENT);
}

static void section(const struct pen *p, const struct vmc_section *sec)
{
	const struct vmc_row *row;

	if (sec->title) {
		vmc_str_add(p->out, p->style->color ? "\033[1m" : "");
		vmc_str_add(p->out, sec->title);
		vmc_str_add(p->out, p->style->color ? "\033[0m\n" : "\n");
	}
	vmc_vec_each (row, &sec->rows) {
		switch (sec->kind) {
		case VMC_SECTION_FACTS:
			vmc_str_addf(p->out, "%*s%s", LABEL_COLUMNS, row->label ? row->label : "",
				     row->label ? ": " : "  ");
			folded(p, row->mood, row->text, FACT_INDENT);
			break;
		case VMC_SECTION_LINES:
			line(p, row);
			break;
		case VMC_SECTION_PROSE:
			prose(p, row, sec->title ? LINE_INDENT : 0);
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
