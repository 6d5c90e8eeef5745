/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/sections.h"

#include "render/builders.h"
#include "render/words.h"

struct vmc_section *vmc_sheet_section(struct vmc_sheet *s, enum vmc_section_kind kind,
				      const char *title)
{
	if (!vmc_vec_push(&s->sections, (struct vmc_section){ .kind = kind, .title = title })) {
		s->failed = true;
		return NULL;
	}
	return &s->sections.data[s->sections.len - 1];
}

void vmc_sheet_row(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		   const char *label, const char *fmt, ...)
{
	vmc_autostr struct vmc_str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&text, fmt, ap);
	va_end(ap);
	vmc_sheet_take(s, section, mood, label, &text);
}

void vmc_sheet_sayf(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		    const char *english, ...)
{
	vmc_autostr struct vmc_str text = { 0 };
	va_list ap;

	va_start(ap, english);
	vmc_str_addv(&text, vmc_say(s->lang, english), ap);
	va_end(ap);
	vmc_sheet_take(s, section, mood, NULL, &text);
}

void vmc_sheet_take(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		    const char *label, struct vmc_str *text)
{
	vmc_sheet_table(s, section, mood, label, NULL, text);
}

void vmc_sheet_table(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		     const char *label, const char *place, struct vmc_str *text)
{
	struct vmc_row row = { .label = label, .mood = mood };

	row.place = place ? vmc_arena_strdup(&s->arena, place) : NULL;
	row.text = vmc_arena_strndup(&s->arena, vmc_str_text(text), text->len);
	if (text->failed || !row.text || (place && !row.place) ||
	    !vmc_vec_push(&section->rows, row))
		s->failed = true;
	vmc_str_clear(text);
}

const char *vmc_sheet_safe(struct vmc_sheet *s, const char *text)
{
	vmc_autostr struct vmc_str safe = { 0 };
	const char *kept;

	vmc_words_safe(&safe, text);
	kept = safe.failed ? NULL : vmc_arena_strdup(&s->arena, vmc_str_text(&safe));
	s->failed |= !kept;
	return kept ? kept : "";
}

void vmc_sheet_build(const struct vmc_report *r, struct vmc_sheet *ret)
{
	static void (*const builders[])(const struct vmc_report *, struct vmc_sheet *) = {
		vmc_section_verdict,   vmc_banner_build,	vmc_section_code,
		vmc_section_registers, vmc_section_backtrace,	vmc_section_cpus,
		vmc_section_events,    vmc_section_findings,	vmc_section_environment,
		vmc_section_taint,     vmc_section_unavailable, vmc_section_footer,
	};

	ret->lang = r->lang;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(builders); i++)
		builders[i](r, ret);
}

void vmc_sheet_deinit(struct vmc_sheet *s)
{
	struct vmc_section *sec;

	vmc_vec_each (sec, &s->sections)
		vmc_vec_free(&sec->rows);
	vmc_vec_free(&s->sections);
	vmc_arena_deinit(&s->arena);
}
