/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences of a report, in its language. */
#include <stdarg.h>

#include "inquest/inquest.h"

static const char *say(struct vmc_report *r, const char *english, va_list ap)
{
	vmc_autostr struct vmc_str s = { 0 };

	vmc_str_addv(&s, vmc_say(r->lang, english), ap);
	return s.failed ? NULL : vmc_arena_strndup(&r->arena, vmc_str_text(&s), s.len);
}

const char *vmc_inquest_sayf(struct vmc_report *r, const char *english, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, english);
	text = say(r, english, ap);
	va_end(ap);
	return text;
}

void vmc_inquest_why(struct vmc_report *r, const char *english, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, english);
	text = say(r, english, ap);
	va_end(ap);
	if (text)
		(void)vmc_vec_push(&r->verdict.why, text);
}

void vmc_inquest_next(struct vmc_report *r, const char *english, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, english);
	text = say(r, english, ap);
	va_end(ap);
	if (text)
		(void)vmc_vec_push(&r->verdict.next_steps, text);
}

const char *vmc_inquest_place(struct vmc_report *r, uint32_t line)
{
	/* lines of a file can be looked up; a dump's log has records */
	return r->target ? vmc_inquest_sayf(r, "log record %u", line)
			 : vmc_inquest_sayf(r, "line %u", line);
}
