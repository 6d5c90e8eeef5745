/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log text -> lines. What stands in front of a message depends on who wrote
 * the text down; every known sort of prefix is tried at the start of a line
 * until none fits any more:
 *
 *     [   12.345678][  T123] text             console, dmesg
 *     <6>[   12.345678] text                  dmesg -r; <30> with a facility
 *     kern  :warn  : [   12.345678] text      dmesg -x
 *     [Tue Nov 23 18:00:00 2021] text         dmesg -T; other --time-format too
 *     6,339,5140900,-,caller=T1;text          /dev/kmsg
 *     Nov 23 18:00:00 host kernel: text       syslog, journalctl
 *     2021-11-23T18:00:00,5+00:00 host kernel: text
 *     ** 12 printk messages dropped ** text   console
 */
#include "oops/oops.h"

#include <stdlib.h>

#include "base/vec.h"
#include "oops/text.h"

#define SYSLOG_HEAD_MAX 200 /* no host name and tag is longer */
#define LOGIN_PROMPT_MAX 80

struct prefix {
	int64_t time_ns;
	int level;
	bool stamped, foreign, has_caller;
	char caller_kind;
	uint32_t caller;
};

/* Seconds with a fraction, as nanoseconds. */
static bool eat_seconds(struct slice *s, int64_t *ret_ns)
{
	static const int64_t scale[] = { 1000000000, 100000000, 10000000, 1000000, 100000,
					 10000,	     1000,	100,	  10,	   1 };
	struct slice r = *s;
	uint64_t whole, part;
	size_t digits;

	if (!slice_eat_dec(&r, &whole) || !slice_eat(&r, "."))
		return false;
	digits = r.n;
	if (whole > INT64_MAX / 1000000000 - 1 || !slice_eat_dec(&r, &part))
		return false;
	digits -= r.n;
	if (digits >= VMC_ARRAY_SIZE(scale))
		return false;
	*ret_ns = (int64_t)whole * 1000000000 + (int64_t)part * scale[digits];
	*s = r;
	return true;
}

/* "[  T123]" or "[   C0]" of CONFIG_PRINTK_CALLER (kernel/printk/printk.c, print_caller()). */
static void eat_caller(struct slice *s, struct prefix *x)
{
	struct slice r = *s;
	uint64_t id;
	char kind;

	if (!slice_eat(&r, "["))
		return;
	slice_eat_blanks(&r);
	if (!r.n || (*r.p != 'T' && *r.p != 'C'))
		return;
	kind = *r.p;
	r = slice_from(r, 1);
	if (!slice_eat_dec(&r, &id) || id > UINT32_MAX || !slice_eat(&r, "]"))
		return;
	x->has_caller = true;
	x->caller_kind = kind;
	x->caller = (uint32_t)id;
	*s = r;
}

static bool is_month(struct slice s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; s.n >= 3 && i < 36; i += 3)
		if (memcmp(s.p, months + i, 3) == 0)
			return true;
	return false;
}

static bool is_weekday(struct slice s)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	for (size_t i = 0; s.n >= 3 && i < 21; i += 3)
		if (memcmp(s.p, days + i, 3) == 0)
			return true;
	return false;
}

/* What dmesg puts between brackets instead of seconds: a date, or the time since the last line. */
static bool eat_dmesg_date(struct slice *s)
{
	size_t close = slice_find_char(slice_head(*s, 40), ']');
	struct slice in;

	if (close == SLICE_NONE || close < 2)
		return false;
	in = (struct slice){ s->p + 1, close - 1 };
	slice_eat_blanks(&in);
	if (!is_month(in) && !is_weekday(in) && !slice_starts(in, "+"))
		return false;
	if (slice_find_char(in, ':') == SLICE_NONE && slice_find_char(in, '.') == SLICE_NONE)
		return false;
	*s = slice_from(*s, close + 1);
	return true;
}

static bool eat_stamp(struct slice *s, struct prefix *x)
{
	struct slice r = *s;
	int64_t ns;

	if (!slice_eat(&r, "["))
		return false;
	slice_eat_blanks(&r);
	if (eat_seconds(&r, &ns)) {
		/* dmesg -d: [   12.345678 <    0.000010>] */
		if (slice_starts(r, " <") && slice_find_char(slice_head(r, 24), '>') != SLICE_NONE)
			r = slice_from(r, slice_find_char(r, '>') + 1);
		if (!slice_eat(&r, "]"))
			return false;
		x->time_ns = ns;
	} else {
		r = *s;
		if (!eat_dmesg_date(&r))
			return false;
	}
	x->stamped = true;
	eat_caller(&r, x);
	slice_eat(&r, " ");
	*s = r;
	return true;
}

/* "<6>", and "<30>" where a facility is in the upper bits. */
static bool eat_level(struct slice *s, struct prefix *x)
{
	struct slice r = *s;
	uint64_t level;

	if (!slice_eat(&r, "<") || !slice_eat_dec(&r, &level) || level > 191 || !slice_eat(&r, ">"))
		return false;
	x->level = (int)(level & 7);
	*s = r;
	return true;
}

/* "kern  :warn  : " */
static bool eat_decoded_level(struct slice *s, struct prefix *x)
{
	static const char names[8][8] = { "emerg", "alert",  "crit", "err",
					  "warn",  "notice", "info", "debug" };
	struct slice r = *s;
	size_t n = 0;

	while (n < r.n && n < 8 && r.p[n] >= 'a' && r.p[n] <= 'z')
		n++;
	if (!n)
		return false;
	r = slice_from(r, n);
	slice_eat_blanks(&r);
	if (!slice_eat(&r, ":"))
		return false;
	for (int i = 0; i < 8; i++) {
		struct slice q = r;

		if (!slice_eat(&q, names[i]))
			continue;
		slice_eat_blanks(&q);
		if (!slice_eat(&q, ": "))
			continue;
		x->level = i;
		*s = q;
		return true;
	}
	return false;
}

/* "6,339,5140900,-,caller=T1;text" (Documentation/ABI/testing/dev-kmsg) */
static bool eat_kmsg(struct slice *s, struct prefix *x)
{
	struct slice r = *s, caller;
	uint64_t level, sequence, usec;
	size_t end;

	if (!slice_eat_dec(&r, &level) || level > 191 || !slice_eat(&r, ",") ||
	    !slice_eat_dec(&r, &sequence) || !slice_eat(&r, ",") || !slice_eat_dec(&r, &usec) ||
	    usec > INT64_MAX / 1000 || !slice_eat(&r, ","))
		return false;
	end = slice_find_char(slice_head(r, 64), ';');
	if (end == SLICE_NONE)
		return false;
	caller = slice_head(r, end);
	if (slice_find(caller, "caller=") != SLICE_NONE) {
		uint64_t id;
		char kind;

		caller = slice_from(caller, slice_find(caller, "caller=") + 7);
		kind = caller.n ? *caller.p : 0;
		caller = slice_from(caller, 1);
		if ((kind == 'T' || kind == 'C') && slice_eat_dec(&caller, &id) &&
		    id <= UINT32_MAX) {
			x->has_caller = true;
			x->caller_kind = kind;
			x->caller = (uint32_t)id;
		}
	}
	x->level = (int)(level & 7);
	x->time_ns = (int64_t)(usec * 1000);
	x->stamped = true;
	*s = slice_from(r, end + 1);
	return true;
}

/* 18:00:00, 18:00:00.123456, 18:00:00,123456+00:00 */
static bool eat_clock(struct slice *s)
{
	struct slice r = *s;
	uint64_t v;

	for (int i = 0; i < 3; i++)
		if ((i && !slice_eat(&r, ":")) || !slice_eat_dec(&r, &v) || v > 60)
			return false;
	while (r.n && (is_digit(*r.p) || memchr(".,+-:Z", *r.p, 6)))
		r = slice_from(r, 1);
	*s = r;
	return true;
}

static bool eat_iso_date(struct slice *s)
{
	struct slice r = *s;
	uint64_t v;

	if (!slice_eat_dec(&r, &v) || v < 1970 || v > 9999 || !slice_eat(&r, "-") ||
	    !slice_eat_dec(&r, &v) || !slice_eat(&r, "-") || !slice_eat_dec(&r, &v))
		return false;
	if (!slice_eat(&r, "T") && !slice_eat(&r, " "))
		return false;
	if (!eat_clock(&r))
		return false;
	*s = r;
	return true;
}

/* "Nov 23 18:00:00", "Tue 2021-11-23 18:00:00 CET" or an ISO date. */
static bool eat_date(struct slice *s)
{
	struct slice r = *s;
	uint64_t day;

	if (is_month(r)) {
		r = slice_from(r, 3);
		if (!slice_eat_blanks(&r) || !slice_eat_dec(&r, &day) || !slice_eat_blanks(&r))
			return false;
		if (r.n > 5 && is_digit(r.p[0]) && is_digit(r.p[3]) && r.p[4] == ' ')
			r = slice_from(
				r,
				5); /* journalctl short-iso never has it, rsyslog may: the year */
		if (!eat_clock(&r))
			return false;
	} else {
		bool full = is_weekday(r) && r.n > 4 && r.p[3] == ' ';

		if (full)
			r = slice_from(r, 4);
		if (!eat_iso_date(&r))
			return false;
		if (full && slice_eat_blanks(&r)) /* the zone */
			slice_eat_token(&r);
	}
	if (r.n && !is_blank(*r.p))
		return false;
	slice_eat_blanks(&r);
	*s = r;
	return true;
}

/*
 * "host kernel: " or "host program[12]: ". dmesg --time-format=iso has neither; then
 * the message follows at once, and *ret_found stays false.
 */
static void eat_host_and_tag(struct slice *s, struct prefix *x, bool *ret_found)
{
	struct slice r = *s, tag;
	size_t end;

	*ret_found = false;
	slice_eat_token(&r);
	if (!slice_eat_blanks(&r))
		return;
	tag = slice_head(r, SYSLOG_HEAD_MAX);
	end = slice_find_char(tag, ':');
	if (end == SLICE_NONE || s->p + s->n <= r.p + end)
		return;
	tag = slice_head(tag, end);
	if (slice_find_char(tag, ' ') != SLICE_NONE)
		return;
	*ret_found = true;
	x->foreign = !slice_is(tag, "kernel") && !slice_starts(tag, "kernel[");
	r = slice_from(r, end + 1);
	slice_eat(&r, " ");
	*s = r;
}

static bool eat_syslog(struct slice *s, struct prefix *x)
{
	bool found;

	if (!eat_date(s))
		return false;
	eat_host_and_tag(s, x, &found);
	if (!found)
		x->stamped = true;
	return true;
}

static bool eat_dropped(struct slice *s)
{
	struct slice r = *s;
	uint64_t n;

	if (!slice_eat(&r, "** ") || !slice_eat_dec(&r, &n) ||
	    !slice_eat(&r, " printk messages dropped **"))
		return false;
	slice_eat(&r, " ");
	*s = r;
	return true;
}

/* A console that also shows a login prompt: "vm login: [   12.345678] text". */
static bool eat_login(struct slice *s)
{
	struct slice r = *s;
	size_t at = slice_find(slice_head(r, LOGIN_PROMPT_MAX), "login: ");

	if (at == SLICE_NONE)
		return false;
	r = slice_from(r, at + 7);
	if (!r.n || (*r.p != '[' && *r.p != '<'))
		return false;
	*s = r;
	return true;
}

/* One prefix off the front; the first character tells which sorts are possible. */
static bool eat_prefix(struct slice *s, struct prefix *x)
{
	struct slice r;
	char c = *s->p;

	if (c == '[')
		return !x->stamped && eat_stamp(s, x);
	if (c == '<')
		return eat_level(s, x);
	if (c == '*')
		return eat_dropped(s);
	if (x->stamped)
		return false;
	if (is_digit(c))
		return eat_kmsg(s, x) || eat_syslog(s, x);
	if (c >= 'A' && c <= 'Z' && s->n > 15 && (is_month(*s) || is_weekday(*s)))
		return eat_syslog(s, x);
	if (c >= 'a' && c <= 'z' && s->n > 8) {
		r = slice_head(*s, 10);
		if (slice_find_char(r, ':') != SLICE_NONE && eat_decoded_level(s, x))
			return true;
	}
	return is_alpha(c) && eat_login(s);
}

/* journalctl -o short-monotonic: "[   12.345678] host kernel: text". */
static void eat_monotonic_host(struct slice *s, struct prefix *x)
{
	size_t at = slice_find(slice_head(*s, 80), " kernel: ");
	bool found;

	if (at != SLICE_NONE && slice_find_char(slice_head(*s, at), ' ') == SLICE_NONE &&
	    slice_find_char(slice_head(*s, at), ':') == SLICE_NONE)
		eat_host_and_tag(s, x, &found);
}

static struct vmc_log_line parse_line(struct slice s, size_t number)
{
	struct prefix x = { .time_ns = -1, .level = -1 };

	while (s.n && (*s.p == '\r' || *s.p == '\0'))
		s = slice_from(s, 1);
	while (s.n && (s.p[s.n - 1] == '\r' || s.p[s.n - 1] == '\0'))
		s.n--;
	while (s.n && eat_prefix(&s, &x))
		;
	if (x.stamped && s.n && is_alpha(*s.p))
		eat_monotonic_host(&s, &x);
	return (struct vmc_log_line){ .text = s.p,
				      .len = s.n,
				      .time_ns = x.time_ns,
				      .level = x.level,
				      .number = (uint32_t)number,
				      .stamped = x.stamped,
				      .foreign = x.foreign,
				      .has_caller = x.has_caller,
				      .caller_kind = x.caller_kind,
				      .caller = x.caller };
}

/* Length of the terminal control sequence (ECMA-48 CSI) at p. */
static size_t escape_length(const char *p, size_t n)
{
	size_t i = 2;

	if (n < 2 || p[1] != '[')
		return 1;
	while (i < n && p[i] >= 0x20 && p[i] < 0x40)
		i++;
	return i < n ? i + 1 : i;
}

/* A copy of the line without colours. */
static bool strip_escapes(struct vmc_arena *arena, struct slice *s)
{
	char *copy = vmc_arena_alloc(arena, s->n + 1);
	size_t n = 0;

	if (!copy)
		return false;
	for (size_t i = 0; i < s->n;) {
		if (s->p[i] == '\033')
			i += escape_length(s->p + i, s->n - i);
		else
			copy[n++] = s->p[i++];
	}
	*s = (struct slice){ copy, n };
	return true;
}

struct vmc_error *vmc_log_split(const char *text, size_t size, struct vmc_log_lines *ret)
{
	struct vmc_log_lines lines = { 0 };
	bool coloured = size && memchr(text, '\033', size);

	for (size_t at = 0; at < size && lines.len < UINT32_MAX;) {
		const char *nl = memchr(text + at, '\n', size - at);
		struct slice s = { text + at, nl ? (size_t)(nl - text) - at : size - at };
		struct vmc_log_line line;

		at += s.n + 1;
		if (coloured && memchr(s.p, '\033', s.n) && !strip_escapes(&lines.arena, &s))
			goto no_memory;
		line = parse_line(s, lines.len + 1);
		if (!vmc_vec_push(&lines, line))
			goto no_memory;
	}
	*ret = lines;
	return NULL;

no_memory:
	vmc_log_lines_deinit(&lines);
	return vmc_error_no_memory();
}

void vmc_log_lines_deinit(struct vmc_log_lines *l)
{
	vmc_arena_deinit(&l->arena);
	free(l->data);
	*l = (struct vmc_log_lines){ 0 };
}

/*
 * A kernel log among text files: enough of the first lines carry a kernel's
 * stamp or tag, or one is a line that only a kernel prints.
 */
bool vmc_log_is_kernel_text(const char *text, size_t size)
{
	static const char *const sure[] = {
		"Linux version ",
		"Call Trace:",
		"Kernel panic - not syncing",
		"Modules linked in:",
		"kernel BUG at ",
		"---[ end trace ",
		"[ cut here ]",
		"BUG: unable to ",
		"general protection fault",
		"segfault at ",
		"Hardware name: ",
		"RIP: 0010:",
		"BUG: KASAN: ",
		"BUG: soft lockup",
		"INFO: task ",
		"Call trace:",
		"detected stall",
		"BUG: kernel NULL ",
		"Command line: ",
		"Oops: ",
		"WARNING: CPU: ",
		"Internal error: ",
		"Unable to handle kernel ",
	};
	size_t end = size < 256 * 1024 ? size : 256 * 1024, lines = 0, marked = 0;

	for (size_t at = 0; at < end && lines < 2000; lines++) {
		const char *nl = memchr(text + at, '\n', end - at);
		struct slice s = { text + at, nl ? (size_t)(nl - text) - at : end - at };
		struct vmc_log_line line = parse_line(slice_head(s, 4096), 0);

		at += s.n + 1;
		s = (struct slice){ line.text, line.len };
		if (line.foreign)
			continue;
		marked += line.time_ns >= 0 || line.level >= 0;
		for (size_t i = 0; i < VMC_ARRAY_SIZE(sure); i++)
			if (slice_has(s, sure[i]))
				return true;
	}
	return lines && marked * 2 > lines;
}
