/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report as one page: no script, no font, nothing from elsewhere. */
#include "render/render.h"

#include "render/sections.h"

static const char head[] =
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<style>\n"
	"body { font: 15px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }\n"
	"h1 { font-size: 1.3em; }\n"
	"h2 { font-size: 1em; margin: 1.5em 0 .3em; }\n"
	"dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; margin: 1em 0; "
	"}\n"
	"dt { text-align: right; font-size: .8em; opacity: .7; padding-top: .2em; }\n"
	"dd { margin: 0; overflow-wrap: anywhere; }\n"
	"pre { margin: 0; padding: .7em 1em; border: 1px solid #8884; overflow-x: auto; }\n"
	"p { margin: .2em 0; white-space: pre-wrap; }\n"
	"td { padding: 0 1em .1em 0; vertical-align: top; overflow-wrap: anywhere; }\n"
	"td:nth-child(2) { white-space: nowrap; }\n"
	".strong { font-weight: bold; color: #c22; }\n"
	".bad { color: #c22; }\n"
	".doubt { color: #a60; }\n"
	".quiet { opacity: .65; }\n"
	"</style>\n";

static const char *const classes[] = {
	[VMC_MOOD_PLAIN] = NULL,    [VMC_MOOD_STRONG] = "strong", [VMC_MOOD_BAD] = "bad",
	[VMC_MOOD_DOUBT] = "doubt", [VMC_MOOD_QUIET] = "quiet",
};

static void escaped(const char *text, struct vmc_str *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			vmc_str_add(out, "&amp;");
			break;
		case '<':
			vmc_str_add(out, "&lt;");
			break;
		case '>':
			vmc_str_add(out, "&gt;");
			break;
		case '"':
			vmc_str_add(out, "&quot;");
			break;
		default:
			vmc_str_addc(out, *text);
		}
	}
}

static void element(const char *tag, enum vmc_mood mood, const char *text, struct vmc_str *out)
{
	vmc_str_addf(out, "<%s", tag);
	if (classes[mood])
		vmc_str_addf(out, " class=\"%s\"", classes[mood]);
	vmc_str_addc(out, '>');
	escaped(text, out);
	vmc_str_addf(out, "</%s>", tag);
}

static void table_row(const struct vmc_row *row, struct vmc_str *out)
{
	vmc_str_add(out, "<tr>");
	element("td", row->mood, row->label ? row->label : "", out);
	element("td", VMC_MOOD_PLAIN, row->place ? row->place : "", out);
	element("td", row->mood, row->text, out);
	vmc_str_add(out, "</tr>");
}

/* What stands around the rows of a section of that kind. */
static const struct {
	const char *before, *behind;
} wrappings[] = {
	[VMC_SECTION_FACTS] = { "<dl>\n", "</dl>\n" },
	[VMC_SECTION_LINES] = { "<pre>", "</pre>\n" },
	[VMC_SECTION_PROSE] = { "", "" },
	[VMC_SECTION_TABLE] = { "<table>\n", "</table>\n" },
};

static void section(const struct vmc_section *sec, struct vmc_str *out)
{
	const struct vmc_row *row;

	if (sec->title) {
		element("h2", VMC_MOOD_PLAIN, sec->title, out);
		vmc_str_addc(out, '\n');
	}
	vmc_str_add(out, wrappings[sec->kind].before);
	vmc_vec_each (row, &sec->rows) {
		switch (sec->kind) {
		case VMC_SECTION_FACTS:
			element("dt", VMC_MOOD_PLAIN, row->label ? row->label : "", out);
			element("dd", row->mood, row->text, out);
			break;
		case VMC_SECTION_LINES:
			element("span", row->mood, row->text, out);
			break;
		case VMC_SECTION_PROSE:
			element("p", row->mood, row->text, out);
			break;
		case VMC_SECTION_TABLE:
			table_row(row, out);
			break;
		}
		vmc_str_addc(out, '\n');
	}
	vmc_str_add(out, wrappings[sec->kind].behind);
}

void vmc_render_html(const struct vmc_report *r, struct vmc_str *out)
{
	vmc_autosheet struct vmc_sheet sheet = { 0 };
	const struct vmc_section *sec;

	vmc_sheet_build(r, &sheet);
	/* as BCP 47 has it */
	vmc_str_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n",
		     r->lang == VMC_LANG_ZH ? "zh-CN" : "en");
	vmc_str_add(out, head);
	/* the first section is the verdict, its first row the sentence that names it */
	if (sheet.sections.len && sheet.sections.data[0].rows.len) {
		const char *verdict = sheet.sections.data[0].rows.data[0].text;

		element("title", VMC_MOOD_PLAIN, verdict, out);
		vmc_str_add(out, "\n</head>\n<body>\n");
		element("h1", VMC_MOOD_PLAIN, verdict, out);
		vmc_str_addc(out, '\n');
	} else {
		vmc_str_add(out, "<title>vmcoroner</title>\n</head>\n<body>\n");
	}
	vmc_vec_each (sec, &sheet.sections) {
		if (sec->rows.len)
			section(sec, out);
	}
	vmc_str_add(out, "</body>\n</html>\n");
	if (sheet.failed)
		out->failed = true;
}
