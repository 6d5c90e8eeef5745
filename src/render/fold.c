/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/fold.h"

#include <string.h>

/* One character: its bytes, its number, its columns. */
struct glyph {
	size_t len;
	uint32_t code;
	unsigned int columns;
};

static bool is_wide(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} ranges[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0xa4cf },	  { 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },	  { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(ranges); i++) {
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	}
	return false;
}

/* Of text that vmc_str_add_untrusted() has made: UTF-8 that is whole. */
static struct glyph glyph_at(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	struct glyph g = { .len = 1, .code = p[0], .columns = 1 };

	if (p[0] >= 0xc0) {
		g.code = p[0] & (p[0] < 0xe0 ? 0x1f : p[0] < 0xf0 ? 0x0f : 0x07);
		for (; (p[g.len] & 0xc0) == 0x80; g.len++)
			g.code = g.code << 6 | (p[g.len] & 0x3f);
	}
	g.columns = is_wide(g.code) ? 2 : 1;
	return g;
}

static bool is_one_of(const char *set, const char *p, size_t len)
{
	for (; *set; set += glyph_at(set).len) {
		if (strncmp(set, p, len) == 0)
			return true;
	}
	return false;
}

static bool closes(const char *p, size_t len)
{
	return is_one_of("，。；：、！？）】》」』”’,.;:!?)", p, len);
}

static bool opens(const char *p, size_t len)
{
	return is_one_of("（【《「『“‘", p, len);
}

/* What must stay in one line: a word, or a wide character with the marks around it. */
static size_t piece_at(const char *text, unsigned int *columns)
{
	const char *p = text;
	bool started = false, wide = false;

	for (*columns = 0; *p && *p != ' ';) {
		struct glyph g = glyph_at(p);

		if (started && (wide || g.columns == 2) && !closes(p, g.len))
			break;
		/* a mark that opens belongs to what follows */
		if (!opens(p, g.len)) {
			started = true;
			wide = g.columns == 2;
		}
		*columns += g.columns;
		p += g.len;
	}
	return (size_t)(p - text);
}

size_t vmc_columns_fit(const char *text, size_t columns)
{
	const char *p = text;

	while (*p) {
		struct glyph g = glyph_at(p);

		if (g.columns > columns)
			break;
		columns -= g.columns;
		p += g.len;
	}
	return (size_t)(p - text);
}

size_t vmc_columns(const char *text)
{
	size_t columns = 0;

	while (*text) {
		struct glyph g = glyph_at(text);

		columns += g.columns;
		text += g.len;
	}
	return columns;
}

size_t vmc_fold_line(const char *text, size_t columns)
{
	const char *p = text;
	size_t column = 0;

	while (*p) {
		size_t blanks = strspn(p, " ");
		unsigned int wide;
		size_t len = piece_at(p + blanks, &wide);

		if (!len || (p > text && column + blanks + wide > columns))
			break;
		column += blanks + wide;
		p += blanks + len;
	}
	return (size_t)(p - text);
}

/* Control characters visible, white space as one blank. */
static void cleaned(const char *text, struct vmc_str *out)
{
	while (*(text += strspn(text, " \n\t"))) {
		size_t n = strcspn(text, " \n\t");

		vmc_str_add(out, out->len ? " " : "");
		vmc_str_add_untrusted(out, text, n);
		text += n;
	}
}

void vmc_fold(const char *text, unsigned int indent, unsigned int width, struct vmc_str *out)
{
	vmc_autostr struct vmc_str clean = { 0 };
	const char *p, *gap = "";

	cleaned(text, &clean);
	for (p = vmc_str_text(&clean); *p; p += strspn(p, " ")) {
		size_t len = vmc_fold_line(p, width > indent ? width - indent : 1);

		vmc_str_addf(out, "%s%*s", gap, *gap ? (int)indent : 0, "");
		vmc_str_addn(out, p, len);
		gap = "\n";
		p += len;
	}
	vmc_str_addc(out, '\n');
}
