/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/sections.h"

#include "render/stack.h"
#include "render/words.h"

/* More idle CPUs than this are told in one line. */
#define IDLE_SHOWN 2

struct vmc_section *vmc_sheet_section(struct vmc_sheet *s, enum vmc_section_kind kind,
				      const char *title)
{
	if (!vmc_vec_push(&s->sections, (struct vmc_section){ .kind = kind, .title = title })) {
		s->failed = true;
		return NULL;
	}
	return &s->sections.data[s->sections.len - 1];
}

static void add_row(struct vmc_sheet *s, struct vmc_section *section, struct vmc_row row)
{
	if (!row.text || !vmc_vec_push(&section->rows, row))
		s->failed = true;
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

void vmc_sheet_take(struct vmc_sheet *s, struct vmc_section *section, enum vmc_mood mood,
		    const char *label, struct vmc_str *text)
{
	if (text->failed)
		s->failed = true;
	add_row(s, section,
		(struct vmc_row){
			.label = label,
			.text = vmc_arena_strndup(&s->arena, vmc_str_text(text), text->len),
			.mood = mood });
	vmc_str_clear(text);
}

/* A row for each string, the label only on the first. */
static void list_rows(struct vmc_sheet *s, struct vmc_section *sec, enum vmc_mood mood,
		      const char *label, const char *const *texts, size_t n)
{
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = 0; i < n; i++) {
		vmc_str_add(&text, n > 1 ? "- " : "");
		vmc_words_safe(&text, texts[i]);
		vmc_sheet_take(s, sec, mood, i ? NULL : label, &text);
	}
}

static void known_issue_rows(const struct vmc_verdict *v, struct vmc_sheet *s,
			     struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = 0; i < v->known_issues.len; i++) {
		const struct vmc_known_issue *k = &v->known_issues.data[i];

		vmc_words_safe(&text, k->id);
		vmc_str_add(&text, k->id && k->title ? ": " : "");
		vmc_words_safe(&text, k->title);
		if (k->url) {
			vmc_str_add(&text, "  ");
			vmc_words_safe(&text, k->url);
		}
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, i ? NULL : "KNOWN ISSUE", &text);
		if (k->match) {
			vmc_words_safe(&text, k->match);
			vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
		}
		if (k->workaround) {
			vmc_str_add(&text, "workaround: ");
			vmc_words_safe(&text, k->workaround);
			vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, NULL, &text);
		}
	}
}

static void verdict_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	const struct vmc_verdict *v = &r->verdict;
	struct vmc_section *sec = vmc_sheet_section(s, VMC_SECTION_FACTS, NULL);
	vmc_autostr struct vmc_str text = { 0 };

	if (!sec)
		return;
	vmc_words_safe(&text, v->category ? v->category : "unknown");
	if (v->title) {
		vmc_str_add(&text, ": ");
		vmc_words_safe(&text, v->title);
	}
	vmc_sheet_take(s, sec, VMC_MOOD_STRONG, "VERDICT", &text);
	if (vmc_culprit_is_known(&v->culprit)) {
		vmc_words_culprit(&v->culprit, &text);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "CULPRIT", &text);
	}
	if (v->has_trigger) {
		vmc_words_culprit(&v->trigger, &text);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "TRIGGER", &text);
	}
	if (v->confidence) {
		vmc_words_safe(&text, v->confidence);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "CONFIDENCE", &text);
	}
	if (v->summary) {
		vmc_words_safe(&text, v->summary);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "SUMMARY", &text);
	}
	list_rows(s, sec, VMC_MOOD_PLAIN, "WHY", v->why.data, v->why.len);
	known_issue_rows(v, s, sec);
	list_rows(s, sec, VMC_MOOD_PLAIN, "NEXT STEPS", v->next_steps.data, v->next_steps.len);
}

static void backtrace_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	vmc_autostr struct vmc_str title = { 0 };
	struct vmc_section *sec;

	if (!r->backtrace.frames.len)
		return;
	vmc_str_add(&title, "BACKTRACE");
	if (r->has_panic_task) {
		vmc_str_addf(&title, " of pid %d \"", r->panic_task.pid);
		vmc_words_safe(&title, r->panic_task.comm);
		vmc_str_addc(&title, '"');
	}
	if (r->panic_cpu >= 0)
		vmc_str_addf(&title, " on CPU %d", r->panic_cpu);
	sec = vmc_sheet_section(s, VMC_SECTION_LINES,
				vmc_arena_strdup(&s->arena, vmc_str_text(&title)));
	if (sec)
		vmc_stack_rows(&r->backtrace, s, sec);
}

/* A CPU the panic stopped stands in the stop handler: shows what that interrupted. */
static void cpu_row(const struct vmc_report_cpu *c, struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_str_addf(&text, "CPU %d  ", c->cpu);
	if (c->pid >= 0)
		vmc_str_addf(&text, "pid %lld ", (long long)c->pid);
	if (c->comm) {
		vmc_str_addc(&text, '"');
		vmc_words_safe(&text, c->comm);
		vmc_str_addc(&text, '"');
	}
	vmc_str_add(&text, ": ");
	vmc_stack_one_line(&c->trace, &text);
	vmc_sheet_take(s, sec, c->is_idle ? VMC_MOOD_QUIET : VMC_MOOD_PLAIN, NULL, &text);
}

static void cpus_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec = NULL;
	VMC_VEC(int) idle = { 0 };
	size_t n_idle = 0;

	for (size_t i = 0; i < r->cpus.len; i++)
		n_idle += r->cpus.data[i].is_idle && r->cpus.data[i].cpu != r->panic_cpu;
	for (size_t i = 0; i < r->cpus.len; i++) {
		const struct vmc_report_cpu *c = &r->cpus.data[i];

		if (c->cpu == r->panic_cpu)
			continue;
		if (!sec)
			sec = vmc_sheet_section(s, VMC_SECTION_LINES,
						r->panic_cpu >= 0 ? "OTHER CPUS" : "CPUS");
		if (!sec)
			return;
		if (c->is_idle && n_idle > IDLE_SHOWN) {
			if (!vmc_vec_push(&idle, c->cpu))
				s->failed = true;
			continue;
		}
		cpu_row(c, s, sec);
	}
	if (idle.len && sec) {
		vmc_autostr struct vmc_str text = { 0 };

		vmc_str_add(&text, "CPUs ");
		vmc_words_ranges(idle.data, idle.len, &text);
		vmc_str_add(&text, "  idle");
		vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
	}
	vmc_vec_free(&idle);
}

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

static void events_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;

	if (!r->events.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_LINES, "EVENTS in the log");
	for (size_t i = 0; sec && i < r->events.len; i++)
		event_row(r, i, s, sec);
}

static enum vmc_mood finding_mood(const struct vmc_finding *f)
{
	if (vmc_streq(f->severity, "fatal") || vmc_streq(f->severity, "error"))
		return VMC_MOOD_BAD;
	return vmc_streq(f->severity, "warning") ? VMC_MOOD_DOUBT : VMC_MOOD_PLAIN;
}

static void findings_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->findings.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_PROSE, "FINDINGS");
	for (size_t i = 0; sec && i < r->findings.len; i++) {
		const struct vmc_finding *f = &r->findings.data[i];

		vmc_str_add(&text, f->severity ? f->severity : "notice");
		vmc_str_add(&text, ": ");
		vmc_words_safe(&text, f->title);
		if (f->count > 1)
			vmc_str_addf(&text, " (%llu times)", (unsigned long long)f->count);
		vmc_sheet_take(s, sec, finding_mood(f), NULL, &text);
		if (f->detail) {
			vmc_str_add(&text, "  ");
			vmc_words_safe(&text, f->detail);
			vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, NULL, &text);
		}
		for (size_t j = 0; j < f->evidence.len; j++) {
			vmc_str_add(&text, "  - ");
			vmc_words_safe(&text, f->evidence.data[j]);
			vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
		}
	}
}

static void taint_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };
	const char *separator = "";

	if (!r->system.has_taint || !r->system.taint)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_FACTS, NULL);
	if (!sec)
		return;
	vmc_words_taint_long(r->system.taint, &text);
	vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "TAINT", &text);
	if (!r->target)
		return;
	for (size_t i = 0; i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];

		if (!m->taints)
			continue;
		vmc_str_add(&text, separator);
		vmc_words_safe(&text, m->name);
		vmc_str_add(&text, " (");
		vmc_words_taint(m->taints, &text);
		vmc_str_addc(&text, ')');
		separator = ", ";
	}
	if (text.len)
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "BY MODULES", &text);
}

static void unavailable_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->unavailable.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_PROSE, "NOT AVAILABLE");
	for (size_t i = 0; sec && i < r->unavailable.len; i++) {
		vmc_words_safe(&text, r->unavailable.data[i].what);
		vmc_str_add(&text, ": ");
		vmc_words_safe(&text, r->unavailable.data[i].why);
		vmc_sheet_take(s, sec, VMC_MOOD_DOUBT, NULL, &text);
	}
}

static void footer_section(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec = vmc_sheet_section(s, VMC_SECTION_PROSE, NULL);

	if (!sec)
		return;
	if (!r->target) {
		vmc_sheet_row(s, sec, VMC_MOOD_QUIET, NULL,
			      "From log text alone: no memory to look into.");
		return;
	}
	vmc_sheet_row(s, sec, VMC_MOOD_QUIET, NULL,
		      "Sources: %s dump, VMCOREINFO %s, symbols %s, types %s, frames %s.",
		      vmc_words_format(r), vmc_words_vmcoreinfo(r), vmc_words_symbols(r),
		      vmc_words_types(r), vmc_words_unwind(r));
}

void vmc_sheet_build(const struct vmc_report *r, struct vmc_sheet *ret)
{
	static void (*const builders[])(const struct vmc_report *, struct vmc_sheet *) = {
		verdict_section, vmc_banner_build,    backtrace_section,
		cpus_section,	 events_section,      findings_section,
		taint_section,	 unavailable_section, footer_section,
	};

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
