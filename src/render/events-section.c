/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel reports of the log in their order. */
#include "render/builders.h"

#include <string.h>

#include "inquest/inquest.h"
#include "render/words.h"

/* More events than this are a storm: those around the cause tell the story. */
#define SHOWN_MAX 12
/* Of those, what stands before the cause. */
#define SHOWN_BEFORE 5

/*
 * The title for people, where it has one: "WARNING in corrupted" is for comparing. A
 * stall's title names a frame that others have in common with it, people ask where the
 * CPU stood.
 */
static void headline(enum vmc_lang lang, const struct vmc_event *e, struct vmc_str *out)
{
	const struct vmc_oops *o = e->oops;

	vmc_words_safe(out, o ? o->headline : e->title);
	if (o && !o->is_panic && o->rip_function && vmc_inquest_category_of(o->category)->stalled &&
	    !vmc_streq(o->rip_function, o->frame)) {
		vmc_autostr struct vmc_str at = { 0 };

		vmc_words_safe(&at, o->rip_function);
		vmc_str_addf(out, vmc_say(lang, ", the CPU stood in %s"), vmc_str_text(&at));
	}
}

/* "  (CPU 1, pid 125, "crasher")": what is known of it, and is not in the title. */
static void who(const struct vmc_event *e, struct vmc_str *out)
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
	if (e->comm && !(e->oops && e->oops->user_mode)) {
		vmc_str_addf(out, "%s\"", separator);
		vmc_words_safe(out, e->comm);
		vmc_str_addc(out, '"');
		separator = ", ";
	}
	vmc_str_add(out, *separator == ',' ? ")" : "");
}

static void stamp(const struct vmc_event *e, struct vmc_str *out)
{
	uint64_t ns = (uint64_t)e->time_ns;

	if (e->time_ns >= 0)
		vmc_str_addf(out, "[%5llu.%06llu]", (unsigned long long)(ns / 1000000000),
			     (unsigned long long)(ns % 1000000000 / 1000));
}

/* What the event is to the cause. */
static void relation(enum vmc_lang lang, const struct vmc_event *e, struct vmc_str *out)
{
	const char *role = vmc_inquest_role_words(lang, e->role);

	if (e->role == VMC_ROLE_UNRELATED)
		return;
	if (e->primary)
		vmc_str_add(out, vmc_say(lang, "  <- the cause"));
	else if (e->consequence_of >= 0 && e->note)
		vmc_str_addf(out, vmc_say(lang, "  (follows from %d: %s)"), e->consequence_of + 1,
			     e->note);
	else if (e->consequence_of >= 0)
		vmc_str_addf(out, vmc_say(lang, "  (follows from %d)"), e->consequence_of + 1);
	else if (e->note)
		vmc_str_addf(out, vmc_say(lang, "  (%s: %s)"), role, e->note);
	else
		vmc_str_addf(out, vmc_say(lang, "  (%s)"), role);
}

static void event_row(const struct vmc_report *r, size_t i, struct vmc_sheet *s,
		      struct vmc_section *sec)
{
	const struct vmc_event *e = &r->events.data[i];
	vmc_autostr struct vmc_str text = { 0 }, place = { 0 };

	stamp(e, r->target ? &place : &text);
	/* lines of a file can be looked up; a dump's log has times */
	if (!r->target && e->line)
		vmc_str_addf(&place, vmc_say(s->lang, "line %u"), e->line);
	vmc_str_add(&text, text.len ? " " : "");
	headline(s->lang, e, &text);
	/* what error code and address say, and where; a general protection has neither */
	if (e->detail && e->oops && e->oops->has_fault_address)
		vmc_str_addf(&text, ": %s", vmc_sheet_safe(s, e->detail));
	else if (e->has_object_offset)
		vmc_str_addf(&text, "+0x%llx", (unsigned long long)e->object_offset);
	if (e->module) {
		vmc_str_add(&text, " [");
		vmc_words_safe(&text, e->module);
		vmc_str_addc(&text, ']');
	}
	who(e, &text);
	relation(s->lang, e, &text);
	vmc_sheet_table(s, sec, e->primary ? VMC_MOOD_BAD : VMC_MOOD_PLAIN,
			vmc_arena_printf(&s->arena, "%2zu", i + 1), vmc_str_text(&place), &text);
}

/* The events to show: [*ret_from, *ret_to). */
static void choose(const struct vmc_report *r, size_t *ret_from, size_t *ret_to)
{
	size_t n = r->events.len, primary = 0, from;

	while (primary < n && !r->events.data[primary].primary)
		primary++;
	from = primary < n && primary > SHOWN_BEFORE ? primary - SHOWN_BEFORE : 0;
	if (n > SHOWN_MAX && from > n - SHOWN_MAX)
		from = n - SHOWN_MAX;
	*ret_from = n > SHOWN_MAX ? from : 0;
	*ret_to = n - *ret_from > SHOWN_MAX ? *ret_from + SHOWN_MAX : n;
}

void vmc_section_events(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	size_t from, to;

	if (!r->events.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_TABLE, vmc_say(s->lang, "EVENTS in the log"));
	if (!sec)
		return;
	choose(r, &from, &to);
	if (from)
		vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET, "%zu before these: --format json has all",
			       from);
	for (size_t i = from; i < to; i++)
		event_row(r, i, s, sec);
	if (to < r->events.len)
		vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET, "%zu behind these: --format json has all",
			       r->events.len - to);
}
