/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel reports of the log in their order. */
#include "render/builders.h"

#include "render/words.h"

/* "  (CPU 1, pid 125, crasher)": what is known of it. */
static void event_who(const struct vmc_event *e, struct vmc_str *out)
{
	const char *separator = "  (";

	if (e->cpu >= 0) {
		vmc_str_addf(out, "%sCPU %d", separator, e->cpu);
		separator = ", ";
	}
	if (e->pid >= 0) {
		vmc_str_addf(out, "%spid %lld", separator, (long long)e->pid);
		separator = ", ";
	}
	if (e->comm) {
		vmc_str_addf(out, "%s\"", separator);
		vmc_words_safe(out, e->comm);
		vmc_str_addc(out, '"');
		separator = ", ";
	}
	vmc_str_add(out, *separator == ',' ? ")" : "");
}

static void event_row(const struct vmc_report *r, size_t i, struct vmc_sheet *s,
		      struct vmc_section *sec)
{
	const struct vmc_event *e = &r->events.data[i];
	vmc_autostr struct vmc_str text = { 0 };
	uint64_t ns = (uint64_t)e->time_ns;

	vmc_str_addf(&text, "%2zu ", i + 1);
	if (e->time_ns >= 0)
		vmc_str_addf(&text, "[%5llu.%06llu] ", (unsigned long long)(ns / 1000000000),
			     (unsigned long long)(ns % 1000000000 / 1000));
	else if (e->line)
		vmc_str_addf(&text, "line %-6u ", e->line);
	vmc_words_safe(&text, e->title);
	if (e->module) {
		vmc_str_add(&text, " [");
		vmc_words_safe(&text, e->module);
		vmc_str_addc(&text, ']');
	}
	event_who(e, &text);
	if (e->primary)
		vmc_str_add(&text, "  <- the cause");
	else if (e->consequence_of >= 0)
		vmc_str_addf(&text, "  (follows from %d)", e->consequence_of + 1);
	vmc_sheet_take(s, sec, e->primary ? VMC_MOOD_BAD : VMC_MOOD_PLAIN, NULL, &text);
}

void vmc_section_events(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;

	if (!r->events.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_LINES, "EVENTS in the log");
	for (size_t i = 0; sec && i < r->events.len; i++)
		event_row(r, i, s, sec);
}
