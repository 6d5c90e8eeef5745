/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines -> reports. First every line that may open a report is found (one fast
 * pass), then each such line and what follows it is read as a report, unless it
 * turns out to be a part of the report before.
 */
#include "oops/oops.h"

#include "base/vec.h"
#include "oops/details.h"
#include "oops/formats.h"
#include "oops/frame.h"
#include "oops/line.h"
#include "oops/names.h"
#include "oops/openings.h"
#include "oops/signature.h"
#include "oops/stack.h"
#include "oops/title.h"
#include "oops/user.h"

#define WINDOW_LINES 3000 /* no report is longer */
#define WINDOW_OPENINGS 8 /* nor holds more openings: keeps hostile logs linear */
#define TEXT_LINES_MAX 2000
#define WORDS_TRIED 4  /* occurrences of an opening word in one line */
#define THEN_LINES 300 /* how far behind it the line may be that a format needs */
#define PANIC_CUTS_KMSAN_AFTER 16
#define PANIC_CUTS_AFTER 22  /* a report this long needs nothing from the panic that follows it */
#define GAP_LINES 24	     /* that many foreign lines end a report without an end mark */
#define PANIC_BEFORE_BODY 16 /* a panic this early belongs to the report it is in */
#define REPEATS_BACK 16	     /* how many reports back a copy is looked for */
#define PAUSE_NS 10000000000 /* a report is printed at once, even on a slow serial line */
#define MARKS_SEEN 1000	     /* around a report, for its boot's release */
#define HEADER_LINES 32	     /* how far behind a report a header may be its own */
#define REPORTS_MAX 100000

struct scanner {
	const struct vmc_log_line *lines;
	size_t n_lines;
	struct vmc_arena *arena;
	struct openings openings;
	VMC_VEC(struct vmc_oops) reports;
	/* of the report at hand; kept for their memory */
	VMC_VEC(struct slice) text;
	VMC_VEC(const struct vmc_log_line *) own;
};

/*
 * Two lines are of one context when the same task or CPU printed them. Without
 * callers all lines with a time are one context; lines without one (a program's
 * output on the console) are not part of it. In a log that has no times nothing is known.
 */
static bool same_context(const struct vmc_log_line *opening, const struct vmc_log_line *l)
{
	if (l->foreign)
		return false;
	if (opening->has_caller)
		return l->has_caller && l->caller == opening->caller &&
		       l->caller_kind == opening->caller_kind;
	if (opening->time_ns >= 0 || opening->stamped)
		return (l->time_ns >= 0 || l->stamped) && !l->has_caller;
	return true;
}

static bool is_long_after(int64_t later, int64_t before)
{
	return before >= 0 && later > before && (uint64_t)(later - before) > PAUSE_NS;
}

/* First line that can no longer belong to the report of opening k. */
static size_t window_end(const struct scanner *sc, size_t k)
{
	size_t first = sc->openings.list.data[k].line, end = sc->n_lines;

	if (end - first > WINDOW_LINES)
		end = first + WINDOW_LINES;
	if (sc->openings.list.len - k > WINDOW_OPENINGS &&
	    sc->openings.list.data[k + WINDOW_OPENINGS].line < end)
		end = sc->openings.list.data[k + WINDOW_OPENINGS].line;
	return end;
}

/* An opening that may follow inside a report's text without ending it. */
static bool ends_text(const struct opening *o)
{
	return !o->continues && !(o->group->flags & FORMAT_PANIC) &&
	       !slice_starts((struct slice){ o->group->word, strlen(o->group->word) },
			     "unregister_netdevice");
}

/* Is there an opening at line i? *next is moved on to it. */
static const struct opening *opening_at(const struct scanner *sc, size_t *next, size_t i)
{
	while (*next < sc->openings.list.len && sc->openings.list.data[*next].line < i)
		++*next;
	if (*next < sc->openings.list.len && sc->openings.list.data[*next].line == i)
		return &sc->openings.list.data[*next];
	return NULL;
}

/* Only frames marked with '?', or on powerpc "(unreliable)", are worth a closer look. */
static bool is_unreliable_frame(struct slice s)
{
	struct frame_text f;

	if (slice_find_char(slice_head(s, 80), '?') == SLICE_NONE && !(s.n && s.p[s.n - 1] == ')'))
		return false;
	return vmc_oops_parse_frame(s, &f) && !f.reliable && !slice_has(s, "<EOI>");
}

/*
 * The lines that the title is read from: those of the opening's context, without
 * unreliable frames, up to what is surely another report.
 */
static bool collect_text(struct scanner *sc, size_t k)
{
	const struct opening *o = &sc->openings.list.data[k], *here;
	const struct vmc_log_line *opening = &sc->lines[o->line];
	bool nmi = false, kmsan = slice_has(slice_head(line_text(opening), o->at + 16), "KMSAN");
	size_t next = k + 1, end = window_end(sc, k), mark = o->mark, cut;

	cut = kmsan ? PANIC_CUTS_KMSAN_AFTER : PANIC_CUTS_AFTER;
	sc->text.len = 0;
	for (size_t i = o->line; i < end && sc->text.len < TEXT_LINES_MAX; i++) {
		const struct vmc_log_line *l = &sc->lines[i];
		struct slice s = line_text(l);
		const struct mark *m = vmc_oops_mark_at(&sc->openings, &mark, i);

		here = i > o->line ? opening_at(sc, &next, i) : NULL;
		if (!opening->has_caller &&
		    ((here && ends_text(here)) || (m && m->kind == MARK_OTHER_HEADING)))
			break;
		if (!same_context(opening, l) && !(nmi && l->has_caller && l->caller_kind == 'C'))
			continue;
		nmi |= m && m->kind == MARK_NMI;
		if (m && m->kind == MARK_SKIPPED)
			continue;
		if (here && sc->text.len >= cut &&
		    (here->group->flags & FORMAT_PANIC ||
		     slice_has(s, "possible circular locking dependency detected")))
			break;
		if (i > o->line && is_unreliable_frame(s))
			continue;
		if (i == o->line)
			s = slice_from(s, o->at);
		if (!vmc_vec_push(&sc->text, s))
			return false;
	}
	return true;
}

/* Does the format fit at some occurrence of the group's word in the line? */
static bool fits(const struct format *f, const char *word, struct slice line,
		 struct report_text rest, struct captures *caps)
{
	size_t at;

	for (int tries = 0; tries < WORDS_TRIED && (at = slice_find(line, word)) != SLICE_NONE;
	     tries++, line = slice_from(line, at + 1)) {
		*caps = (struct captures){ 0 };
		if (!vmc_oops_match(f->pattern, slice_from(line, at), caps))
			continue;
		if (!f->then)
			return true;
		for (size_t i = 0; i < rest.n && i < THEN_LINES; i++)
			if (vmc_oops_match(f->then, rest.lines[i], caps))
				return true;
	}
	return false;
}

static const struct format *find_format(const struct format_group *g, struct report_text text,
					struct captures *caps)
{
	for (size_t i = 0; i < text.n; i++) {
		struct report_text rest = { text.lines + i + 1, text.n - i - 1 };

		if (!slice_has(text.lines[i], g->word))
			continue;
		for (size_t f = 0; f < g->n_formats; f++)
			if (fits(&g->formats[f], g->word, text.lines[i], rest, caps))
				return &g->formats[f];
	}
	return NULL;
}

/* The name as a title shows it: readable, without suffixes and system call prefix. */
static void short_name(struct vmc_str *out, struct slice name)
{
	if (vmc_oops_name_demangle(name, out))
		return;
	name = vmc_oops_name_without_syscall(vmc_oops_name_stem(name));
	vmc_str_addn(out, name.p, name.n);
}

/* Title, type, category and guilty function. */
static bool name_report(struct scanner *sc, size_t k, struct vmc_oops *o)
{
	const struct opening *op = &sc->openings.list.data[k];
	vmc_autostr struct vmc_str title = { 0 }, function = { 0 };
	struct captures caps = { 0 };
	struct report_text text;
	struct slice guilty = { "", 0 };
	const struct format *f;
	bool wants;

	if (!collect_text(sc, k))
		return false;
	text = (struct report_text){ sc->text.data, sc->text.len };
	f = find_format(op->group, text, &caps);
	if (!f && op->group->flags & FORMAT_STRICT)
		return true;
	wants = f && strstr(f->title, "{F}");
	if (wants)
		guilty = vmc_oops_guilty_function(f, text);
	short_name(&function, guilty);
	if (f)
		vmc_oops_title_fill(&title, f->title, &caps, vmc_str_text(&function));
	else
		vmc_str_addn(&title, text.lines[0].p,
			     text.lines[0].n < 4096 ? text.lines[0].n : 4096);
	vmc_oops_title_clean(&title);
	if (title.failed || function.failed)
		return false;
	o->title = vmc_arena_strndup(sc->arena, vmc_str_text(&title), title.len);
	o->type = vmc_oops_title_type(o->title ? o->title : "");
	o->category = f ? f->category : op->group->category;
	if (!o->category)
		o->category = vmc_oops_title_category(o->title ? o->title : "");
	o->is_panic = op->group->flags & FORMAT_PANIC;
	if (o->is_panic && (!o->category || strcmp(o->category, "panic-call") == 0))
		o->category = vmc_oops_panic_category(text.lines[0]);
	if (f && f->flags & FORMAT_DAMAGED && !(o->is_panic && sc->reports.len)) {
		o->corrupted = true;
		o->corrupted_why = "its first lines are missing";
	} else if (wants && !guilty.n) {
		o->corrupted = true;
		o->corrupted_why = "no function can be told from it";
	}
	if (wants && !guilty.n) {
		guilty = vmc_oops_guess_function(f, text);
		if (guilty.n)
			o->frame = vmc_oops_keep(sc->arena, guilty);
		return o->title && (!guilty.n || o->frame);
	}
	if (guilty.n)
		o->frame = vmc_oops_keep(sc->arena, guilty);
	guilty = vmc_oops_title_frame(o->title ? o->title : "");
	if (guilty.n) {
		o->frame_short = vmc_arena_strndup(sc->arena, guilty.p, guilty.n);
		if (!o->frame)
			o->frame = o->frame_short;
	}
	return o->title && (!guilty.n || o->frame_short);
}

static bool is_end_mark(struct slice s)
{
	return slice_has(s, "---[ end trace") || slice_has(s, "---[ end Kernel panic");
}

/*
 * Does an opening after `n` lines end the report? A panic that comes before the body does
 * not: with panic_on_warn the panic's trace is the only one that is printed.
 */
static bool is_next_report(const struct opening *o, size_t n, bool traced)
{
	if (o->group->flags & FORMAT_PANIC)
		return traced || n > PANIC_BEFORE_BODY;
	return !o->continues;
}

/* The lines that are the report's own, the first being the opening; also where it ends. */
static bool collect_own(struct scanner *sc, size_t k, size_t *ret_last)
{
	const struct opening *o = &sc->openings.list.data[k], *here;
	const struct vmc_log_line *opening = &sc->lines[o->line];
	size_t next = k + 1, end = window_end(sc, k), gap = 0, kept = 0;
	int64_t time_ns = opening->time_ns;
	bool traced = false;

	sc->own.len = 0;
	*ret_last = o->line;
	for (size_t i = o->line; i < end && gap < GAP_LINES; i++) {
		const struct vmc_log_line *l = &sc->lines[i];
		struct slice s = line_text(l);

		if (!same_context(opening, l))
			continue;
		if (is_long_after(l->time_ns, time_ns))
			break;
		time_ns = l->time_ns;
		here = i > o->line ? opening_at(sc, &next, i) : NULL;
		if (here && is_next_report(here, sc->own.len, traced))
			break;
		if (slice_has(s, "[ cut here ]") && i > o->line)
			break;
		if (!vmc_vec_push(&sc->own, l))
			return false;
		traced |= vmc_oops_is_trace_start(s);
		if (i == o->line || vmc_oops_is_body_line(s)) {
			gap = 0;
			kept = sc->own.len;
			*ret_last = i;
		} else if (slice_trim(s).n) {
			gap++;
		}
		if (is_end_mark(s)) {
			*ret_last = i;
			kept = sc->own.len;
			break;
		}
	}
	sc->own.len = kept;
	return true;
}

/* What a BUG() or WARN() says in words stands between "cut here" and the opening. */
static bool find_message(struct scanner *sc, size_t line, struct vmc_oops *o)
{
	const struct vmc_log_line *opening = &sc->lines[line];
	size_t low = line > 8 ? line - 8 : 0;

	for (size_t i = line; i-- > low;) {
		const struct vmc_log_line *l = &sc->lines[i];
		struct slice s = line_text(l);

		if (!same_context(opening, l))
			continue;
		if (slice_has(s, "[ cut here ]")) {
			o->first_index = i;
			o->first_line = l->number;
			break;
		}
		if (is_end_mark(s) || vmc_oops_is_body_line(s))
			break;
	}
	for (size_t i = o->first_index; i < line; i++) {
		struct slice s = line_text(&sc->lines[i]);

		if (slice_has(s, "[ cut here ]") || !same_context(opening, &sc->lines[i]) ||
		    !slice_trim(s).n)
			continue;
		o->message = vmc_oops_keep(sc->arena, slice_head(s, 512));
		return o->message;
	}
	/* before 4.12 the text of a WARN() came after its header */
	for (size_t i = 1; i < sc->own.len && i < 4 && o->type && strcmp(o->type, "WARNING") == 0;
	     i++) {
		struct slice s = line_text(sc->own.data[i]);

		if (vmc_oops_is_body_line(s) || !slice_trim(s).n)
			continue;
		o->message = vmc_oops_keep(sc->arena, slice_head(s, 512));
		return o->message;
	}
	return true;
}

/* The instruction pointer's function, then the trace's. Without any there is no hash. */
static bool sign(struct vmc_arena *arena, struct vmc_oops *o)
{
	struct vmc_signature s = { .waiting = vmc_streq(o->category, "hung-task") };

	vmc_signature_add(&s, o->rip_function);
	for (size_t i = 0; i < o->n_frames && !s.complete; i++) {
		if (o->frames[i].reliable)
			vmc_signature_add(&s, o->frames[i].function);
	}
	if (s.n)
		o->hash = vmc_signature_text(&s, o->category, o->type, arena);
	return !s.n || o->hash;
}

/*
 * A warning's header names the function that it stands in: the best guess where
 * the trace is lost, and where the CPU stood where no instruction pointer is printed.
 */
static bool name_from_header(struct scanner *sc, const struct opening *op, struct vmc_oops *o)
{
	static const char *const forms[] = { "WARNING: %p:%n at %f+", "WARNING: %* at %p:%n %f+",
					     "WARNING: at %p:%n %f+", "Badness at %p:%n %f+",
					     "WARNING: %* at %p:%n %f (" };
	struct slice line = slice_from(line_text(&sc->lines[op->line]), op->at);
	struct captures caps = { 0 };
	const char *name;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(forms) && !caps.n; i++)
		vmc_oops_match(forms[i], line, &caps);
	if (!caps.n)
		return true;
	name = vmc_oops_keep(sc->arena, caps.at[caps.n - 1]);
	if (!o->rip_function)
		o->rip_function = name;
	if (!o->frame)
		o->frame = name;
	return name;
}

static bool is_helper(const char *function)
{
	return !*function || vmc_oops_name_matches(slice_of(function), vmc_oops_helpers);
}

/* The trace of a watchdog's panic shows the watchdog; only who calls panic() directly is to blame.
 */
static bool wants_guess(const struct vmc_oops *o)
{
	if (vmc_streq(o->category, "rcu-stall"))
		return false; /* the trace's first frames are of who found it */
	return !o->is_panic || vmc_streq(o->category, "panic-call") ||
	       vmc_streq(o->category, "manual");
}

/* "X in corrupted" is what other tools key on; people are told the guess, or no function at all. */
static bool write_headline(struct vmc_arena *arena, struct vmc_oops *o)
{
	static const char unknown[] = " in corrupted";
	const char *at = strstr(o->title, unknown);
	struct slice name;

	o->headline = o->title;
	if (!at || o->frame_short)
		return true;
	name = vmc_oops_name_without_syscall(
		vmc_oops_name_stem(slice_of(o->frame ? o->frame : "")));
	o->headline =
		vmc_arena_printf(arena, "%.*s%s%.*s%s", (int)(at - o->title), o->title,
				 name.n ? " in " : "", (int)name.n, name.p, at + strlen(unknown));
	return o->headline;
}

/* A panic that ends a report is of the same task. */
static void inherit_task(const struct scanner *sc, struct vmc_oops *o)
{
	const struct vmc_oops *before;

	if (!o->is_panic || o->comm || !sc->reports.len)
		return;

	before = &sc->reports.data[sc->reports.len - 1];
	if (before->is_panic || before->user_mode || is_long_after(o->time_ns, before->time_ns) ||
	    !same_context(&sc->lines[before->opening_index], &sc->lines[o->opening_index]))
		return;
	o->comm = before->comm;
	o->cpu = before->cpu;
	o->pid = before->pid;
	o->kernel = before->kernel;
}

static void guess_frame(struct vmc_oops *o, bool reliable)
{
	for (size_t i = 0; i < o->n_frames && !o->frame && wants_guess(o); i++)
		if (o->frames[i].reliable == reliable && !is_helper(o->frames[i].function))
			o->frame = o->frames[i].function;
}

/* Things that are only clear when the whole report is known. */
static void settle(struct vmc_oops *o)
{
	if (o->rip_function && strcmp(o->rip_function, "sysrq_handle_crash") == 0)
		o->category = "manual";
	if (o->message && (strstr(o->message, "list_add corruption") ||
			   strstr(o->message, "list_del corruption")))
		o->category = "list-corruption";
	if (o->message && strstr(o->message, "hard LOCKUP"))
		o->category = "hard-lockup";
	/* no title without a rule that fits, but a guess is better than nothing */
	if (!o->frame && o->rip_function && (wants_guess(o) || !o->is_panic) &&
	    !is_helper(o->rip_function))
		o->frame = o->rip_function;
	guess_frame(o, true);
	guess_frame(o, false); /* without frame pointers an old kernel is sure of none */
	for (size_t i = 0; i < o->n_frames && o->frame && !o->frame_module; i++)
		if (strcmp(o->frames[i].function, o->frame) == 0)
			o->frame_module = o->frames[i].module;
	if (o->frame && !o->frame_module && vmc_streq(o->frame, o->rip_function))
		o->frame_module = o->rip_module;
	if (o->category && strcmp(o->category, "bad-pointer") == 0 && o->has_fault_address &&
	    o->fault_address < 4096)
		o->category = "null-deref";
}

/* Some reports are cut short by another one of the same task: that one says who it is. */
static struct vmc_error *find_header(struct scanner *sc, size_t from, struct vmc_oops *o)
{
	const struct vmc_log_line *opening = &sc->lines[o->first_index];
	bool found = false;

	for (size_t i = from, left = HEADER_LINES;
	     i < sc->n_lines && i - from < WINDOW_LINES && left && !found; i++) {
		if (!same_context(opening, &sc->lines[i]))
			continue;
		VMC_TRY(vmc_oops_borrow_header(&sc->lines[i], sc->arena, o, &found));
		left--;
	}
	return NULL;
}

/* The release that the boot printed, for a report that does not say it. */
static bool find_release(struct scanner *sc, const struct opening *o, struct vmc_oops *ret)
{
	const struct mark *marks = sc->openings.marks.data;
	size_t n = sc->openings.marks.len, low = o->mark > MARKS_SEEN ? o->mark - MARKS_SEEN : 0;
	size_t high = n - o->mark > MARKS_SEEN ? o->mark + MARKS_SEEN : n;
	struct slice found = { "", 0 };

	/* the boot before the report, else one behind it: a capture may hold several */
	for (size_t i = o->mark; i-- > low && !found.n;)
		if (marks[i].kind == MARK_RELEASE)
			found = line_text(&sc->lines[marks[i].line]);
	for (size_t i = o->mark; i < high && !found.n; i++)
		if (marks[i].kind == MARK_RELEASE)
			found = line_text(&sc->lines[marks[i].line]);
	if (!slice_eat(&found, "Linux version "))
		return true;
	ret->kernel = vmc_oops_keep(sc->arena, slice_eat_token(&found));
	return ret->kernel;
}

/*
 * The same record twice in one log: captures are pasted together, a ring is read
 * twice. The fuller copy stays; the other is only counted.
 */
static bool merge_repeat(struct scanner *sc, const struct vmc_oops *o)
{
	size_t low = sc->reports.len > REPEATS_BACK ? sc->reports.len - REPEATS_BACK : 0;

	for (size_t i = sc->reports.len; i-- > low && o->time_ns >= 0;) {
		struct vmc_oops *before = &sc->reports.data[i];
		const struct vmc_log_line *a = &sc->lines[before->opening_index];
		const struct vmc_log_line *b = &sc->lines[o->opening_index];
		uint32_t copies = before->n_copies + 1, line = o->first_line;

		if (before->time_ns != o->time_ns || a->len != b->len ||
		    memcmp(a->text, b->text, a->len) != 0)
			continue;
		if (o->n_frames > before->n_frames) {
			line = before->first_line;
			*before = *o;
		}
		before->n_copies = copies;
		before->copy_line = line;
		return true;
	}
	return false;
}

/* *ret_last stays as it is where the opening turns out to be none. */
static struct vmc_error *read_report(struct scanner *sc, size_t k, size_t *ret_first,
				     size_t *ret_last)
{
	const struct opening *op = &sc->openings.list.data[k];
	const struct vmc_log_line *l = &sc->lines[op->line];
	struct vmc_oops o = { .error_code = -1,
			      .cpu = -1,
			      .pid = -1,
			      .time_ns = l->time_ns,
			      .first_line = l->number,
			      .first_index = op->line,
			      .opening_index = op->line };
	struct slice file;

	if (!name_report(sc, k, &o))
		return vmc_error_no_memory();
	if (!o.title)
		return NULL;
	*ret_first = op->line;
	if (!collect_own(sc, k, ret_last) || !find_message(sc, op->line, &o))
		return vmc_error_no_memory();
	o.last_index = *ret_last;
	o.last_line = sc->lines[*ret_last].number;
	VMC_TRY(vmc_oops_read_details(sc->own.data, sc->own.len, sc->arena, &o));
	if (!o.comm && l->has_caller)
		VMC_TRY(find_header(sc, *ret_last, &o));
	file = vmc_oops_guilty_file(sc->own.data, sc->own.len,
				    strstr(o.title, "rcu detected stall") != NULL);
	if (file.n) {
		o.guilty_file = vmc_oops_keep(sc->arena, file);
		if (!o.guilty_file)
			return vmc_error_no_memory();
	}
	if (o.cpu < 0 && l->has_caller && l->caller_kind == 'C' && l->caller <= INT32_MAX)
		o.cpu = (int)l->caller;
	if (o.pid < 0 && l->has_caller && l->caller_kind == 'T')
		o.pid = l->caller;
	inherit_task(sc, &o);
	if (!o.kernel && !find_release(sc, op, &o))
		return vmc_error_no_memory();
	if (!name_from_header(sc, op, &o))
		return vmc_error_no_memory();
	settle(&o);
	if (!write_headline(sc->arena, &o) || !sign(sc->arena, &o))
		return vmc_error_no_memory();
	if (merge_repeat(sc, &o))
		return NULL;
	return vmc_vec_push(&sc->reports, o) ? NULL : vmc_error_no_memory();
}

/* Faults of programs on the lines before `end`; they lie between the kernel's reports. */
static struct vmc_error *read_user_faults(struct scanner *sc, size_t *mark, size_t end)
{
	for (; *mark < sc->openings.marks.len; ++*mark) {
		const struct mark *m = &sc->openings.marks.data[*mark];
		struct vmc_oops o;
		bool is;

		if (m->line >= end)
			break;
		if (m->kind != MARK_USER || sc->reports.len >= REPORTS_MAX)
			continue;
		VMC_TRY(vmc_oops_read_user_fault(&sc->lines[m->line], sc->arena, &o, &is));
		if (!is)
			continue;
		o.first_index = o.last_index = o.opening_index = m->line;
		if (!o.comm)
			VMC_TRY(find_header(sc, m->line + 1, &o));
		if (!merge_repeat(sc, &o) && !vmc_vec_push(&sc->reports, o))
			return vmc_error_no_memory();
	}
	return NULL;
}

/* An opening inside the report before that is a part of it, not one of its own. */
static bool is_part(const struct scanner *sc, const struct opening *o, size_t first, size_t last)
{
	if (o->line > last || !same_context(&sc->lines[first], &sc->lines[o->line]))
		return false;
	return o->continues;
}

struct vmc_error *vmc_oops_scan(const struct vmc_log_line *lines, size_t n_lines,
				struct vmc_oops_set *ret)
{
	struct vmc_oops_set set = { 0 };
	struct scanner sc = { .lines = lines, .n_lines = n_lines, .arena = &set.arena };
	struct vmc_error *err = NULL;
	size_t first = SIZE_MAX, last = 0, mark = 0; /* of the last report */

	if (!vmc_oops_find_openings(lines, n_lines, &sc.openings))
		err = vmc_error_no_memory();
	for (size_t k = 0; !err && k < sc.openings.list.len && sc.reports.len < REPORTS_MAX; k++) {
		const struct opening *o = &sc.openings.list.data[k];

		if (first != SIZE_MAX && is_part(&sc, o, first, last))
			continue;
		err = read_user_faults(&sc, &mark, o->line);
		if (!err)
			err = read_report(&sc, k, &first, &last);
	}
	if (!err)
		err = read_user_faults(&sc, &mark, n_lines);
	if (!err && sc.reports.len) {
		struct vmc_oops *reports =
			vmc_arena_alloc(&set.arena, sc.reports.len * sizeof(*reports));

		if (reports) {
			memcpy(reports, sc.reports.data, sc.reports.len * sizeof(*reports));
			set.reports = reports;
			set.n_reports = sc.reports.len;
		} else {
			err = vmc_error_no_memory();
		}
	}
	vmc_oops_openings_deinit(&sc.openings);
	vmc_vec_free(&sc.reports);
	vmc_vec_free(&sc.text);
	vmc_vec_free(&sc.own);
	if (err) {
		vmc_oops_set_deinit(&set);
		return err;
	}
	*ret = set;
	return NULL;
}

void vmc_oops_set_deinit(struct vmc_oops_set *s)
{
	vmc_arena_deinit(&s->arena);
	*s = (struct vmc_oops_set){ 0 };
}
