/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/prefix.h"

#include "oops/date.h"
#include "oops/syslog.h"
#include "oops/vendor.h"

#define LOGIN_PROMPT_MAX 80
#define KMSG_FIELDS_MAX 64
#define STAMP_FRACTION 6 /* digits that printk writes */
#define STAMP_LENGTH_MAX 24
#define BRACKETED_DATE_MAX 48

/* "[  T123]" or "[   C0]" of CONFIG_PRINTK_CALLER (kernel/printk/printk.c, print_caller()). */
void vmc_oops_eat_caller(struct slice *s, struct vmc_log_line *x)
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

/* "[   12.345678]"; with dmesg -d "[   12.345678 <    0.000010>]" */
static bool eat_stamp(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	int64_t ns;

	if (x->time_ns >= 0 || !slice_eat(&r, "["))
		return false;
	slice_eat_blanks(&r);
	if (!vmc_oops_eat_seconds(&r, &ns))
		return false;
	if (slice_starts(r, " <") && slice_find_char(slice_head(r, 24), '>') != SLICE_NONE)
		r = slice_from(r, slice_find_char(r, '>') + 1);
	vmc_oops_eat_stamp_cpu(&r, x);
	if (!slice_eat(&r, "]"))
		return false;
	x->time_ns = ns;
	x->stamped = true;
	vmc_oops_eat_caller(&r, x);
	if (!vmc_oops_eat_vendor(&r, x))
		slice_eat(&r, " ");
	*s = r;
	return true;
}

/*
 * What dmesg puts between brackets instead of seconds, a date or the time since the last
 * line; and what programs that record a serial line do, an ISO date or the time of day.
 */
static bool eat_bracketed_date(struct slice *s, struct vmc_log_line *x)
{
	size_t close = slice_find_char(slice_head(*s, BRACKETED_DATE_MAX), ']');
	struct slice in, r;
	bool comma;

	if (close == SLICE_NONE || close < 2)
		return false;
	in = r = (struct slice){ s->p + 1, close - 1 };
	slice_eat_blanks(&in);
	if (!vmc_oops_is_month(in) && !vmc_oops_is_weekday(in) && !slice_starts(in, "+") &&
	    !vmc_oops_is_ctime(in) && !(vmc_oops_eat_iso_date(&r, &comma) && !r.n) &&
	    !(vmc_oops_eat_clock(&r, &comma) && !r.n))
		return false;
	if (slice_find_char(in, ':') == SLICE_NONE && slice_find_char(in, '.') == SLICE_NONE)
		return false;
	r = slice_from(*s, close + 1);
	x->stamped = true;
	vmc_oops_eat_caller(&r, x);
	slice_eat(&r, " ");
	*s = r;
	return true;
}

/* "<6>", and "<30>" where a facility is in the upper bits. */
static bool eat_level(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	uint64_t level;

	if (!slice_eat(&r, "<") || !slice_eat_dec(&r, &level) || level > 191 || !slice_eat(&r, ">"))
		return false;
	x->level = (int)(level & 7);
	*s = r;
	if (!x->stamped)
		vmc_oops_eat_rfc5424(s, x);
	return true;
}

/* "kern  :warn  : " */
static bool eat_decoded_level(struct slice *s, struct vmc_log_line *x)
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

/* ",caller=T1" among the fields of a record */
static void read_caller_field(struct slice fields, struct vmc_log_line *x)
{
	size_t at = slice_find(fields, "caller=");
	uint64_t id;
	char kind;

	if (at == SLICE_NONE || at + 7 >= fields.n)
		return;
	fields = slice_from(fields, at + 7);
	kind = *fields.p;
	fields = slice_from(fields, 1);
	if ((kind != 'T' && kind != 'C') || !slice_eat_dec(&fields, &id) || id > UINT32_MAX)
		return;
	x->has_caller = true;
	x->caller_kind = kind;
	x->caller = (uint32_t)id;
}

/* "6,339,5140900,-,caller=T1;text" (Documentation/ABI/testing/dev-kmsg) */
static bool eat_kmsg(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	uint64_t level, sequence, usec;
	size_t end;

	if (!slice_eat_dec(&r, &level) || level > 191 || !slice_eat(&r, ",") ||
	    !slice_eat_dec(&r, &sequence) || !slice_eat(&r, ",") || !slice_eat_dec(&r, &usec) ||
	    usec > INT64_MAX / 1000 || !slice_eat(&r, ","))
		return false;
	end = slice_find_char(slice_head(r, KMSG_FIELDS_MAX), ';');
	if (end == SLICE_NONE)
		return false;
	read_caller_field(slice_head(r, end), x);
	x->level = (int)(level & 7);
	x->time_ns = (int64_t)(usec * 1000);
	x->stamped = true;
	*s = slice_from(r, end + 1);
	return true;
}

/* Extended netconsole may put the release before such a record: "6.4.0-rc1,6,339,5140900,-;text" */
static bool eat_netconsole(struct slice *s, struct vmc_log_line *x)
{
	size_t comma = slice_find_char(slice_head(*s, KMSG_FIELDS_MAX), ',');
	struct slice r = *s;

	if (comma == SLICE_NONE || !slice_has(slice_head(r, comma), "."))
		return false;
	r = slice_from(r, comma + 1);
	if (!eat_kmsg(&r, x))
		return false;
	*s = r;
	return true;
}

/* Whoever receives netconsole may note the sender: "10.0.0.1:6665 [   12.3] text" */
static bool eat_address(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	uint64_t v;

	(void)x;
	for (int i = 0; i < 4; i++)
		if ((i && !slice_eat(&r, ".")) || !slice_eat_dec(&r, &v) || v > 255)
			return false;
	if (slice_eat(&r, ":"))
		slice_eat_dec(&r, &v);
	slice_eat(&r, ":");
	if (!slice_eat_blanks(&r) || !r.n || (*r.p != '[' && *r.p != '<' && !is_digit(*r.p)))
		return false;
	*s = r;
	return true;
}

/* "18:00:00 [   12.3] text", what ts and its kind write; journalctl -o short-unix:
 * "1637690400.123456 " */
static bool eat_clock_alone(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	bool comma;
	int64_t ns;

	if (vmc_oops_eat_clock(&r, &comma)) {
		if (!slice_eat_blanks(&r) || !r.n || (*r.p != '[' && *r.p != '<'))
			return false;
	} else if (!vmc_oops_eat_seconds(&r, &ns) || !slice_eat(&r, " ") ||
		   !vmc_oops_eat_host_and_tag(&r, x)) {
		return false;
	}
	x->stamped = true;
	*s = r;
	return true;
}

/* The hypervisor's own lines, "(XEN) text", and those of its guests, "(d1) text". */
static bool eat_xen(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	uint64_t domain;

	if (slice_eat(&r, "(XEN) ")) {
		x->foreign = true;
	} else if (slice_eat(&r, "(d")) {
		if (!slice_eat_dec(&r, &domain) || !slice_eat(&r, ") "))
			return false;
	} else {
		return false;
	}
	*s = r;
	return true;
}

/* A tag without a host, "kernel: text": journalctl --no-hostname, rsyslog's %syslogtag% */
static bool eat_bare_tag(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;

	(void)x;
	/* a broadcast to all terminals has " kernel:[   12.3] text" */
	if (!slice_eat(&r, "kernel:") || !r.n || (*r.p != ' ' && *r.p != '['))
		return false;
	slice_eat(&r, " ");
	*s = r;
	return true;
}

/* A console that also shows a login prompt: "vm login: [   12.345678] text". */
static bool eat_login(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;
	size_t at = slice_find(slice_head(r, LOGIN_PROMPT_MAX), "login: ");

	(void)x;
	if (at == SLICE_NONE)
		return false;
	r = slice_from(r, at + 7);
	if (!r.n || (*r.p != '[' && *r.p != '<'))
		return false;
	*s = r;
	return true;
}

static bool eat_prefix(struct slice *s, struct vmc_log_line *x);

/*
 * What people put before each line where they write about a log: blanks, the bars of a table. What
 * follows has to have a prefix of its own, since the kernel indents as well.
 */
static bool eat_margin(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;

	while (r.n && (is_blank(*r.p) || *r.p == '|' || *r.p == '`'))
		r = slice_from(r, 1);
	if (!eat_prefix(&r, x))
		return false;
	*s = r;
	return true;
}

/* A log that was quoted in a mail: "> [   12.345678] text", also more than once. */
static bool eat_quote(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;

	(void)x;
	while (slice_eat(&r, ">"))
		slice_eat(&r, " ");
	/* without a blank it is KASAN's mark in a row of shadow bytes */
	if (r.n && r.p[-1] != ' ' && *r.p != '[')
		return false;
	*s = r;
	return true;
}

/* What a prefix may begin with. */
enum start {
	START_BRACKET = 1,
	START_ANGLE = 2,
	START_DIGIT = 4,
	START_UPPER = 8,
	START_LOWER = 16,
	START_PAREN = 32,
	START_QUOTE = 64,
	START_MARGIN = 128,
	START_NO_ASCII = 256,
};

/* Which lines may have it: behind the kernel's own time comes its text. */
enum when {
	WHEN_FIRST,   /* without any time so far */
	WHEN_UNTIMED, /* without the kernel's own */
	WHEN_ALWAYS,
};

static const struct sort {
	unsigned int starts;
	enum when when;
	bool (*eat)(struct slice *s, struct vmc_log_line *x);
} sorts[] = {
	{ START_BRACKET, WHEN_UNTIMED, eat_stamp },
	{ START_BRACKET, WHEN_FIRST, eat_bracketed_date },
	{ START_ANGLE, WHEN_ALWAYS, eat_level },
	{ START_LOWER, WHEN_FIRST, eat_decoded_level },
	{ START_LOWER, WHEN_ALWAYS, eat_bare_tag },
	{ START_DIGIT, WHEN_UNTIMED, eat_kmsg },
	{ START_DIGIT, WHEN_UNTIMED, eat_netconsole },
	{ START_DIGIT | START_UPPER | START_LOWER | START_NO_ASCII, WHEN_FIRST,
	  vmc_oops_eat_syslog },
	{ START_DIGIT, WHEN_FIRST, eat_clock_alone },
	{ START_DIGIT, WHEN_FIRST, eat_address },
	{ START_LOWER | START_UPPER, WHEN_FIRST, eat_login },
	{ START_PAREN, WHEN_FIRST, eat_xen },
	{ START_QUOTE, WHEN_FIRST, eat_quote },
	{ START_MARGIN, WHEN_UNTIMED, eat_margin },
};

static unsigned int start_of(char c)
{
	if (is_digit(c))
		return START_DIGIT;
	if (is_alpha(c))
		return c >= 'a' ? START_LOWER : START_UPPER;
	switch (c) {
	case '[':
		return START_BRACKET;
	case '<':
		return START_ANGLE;
	case '(':
		return START_PAREN;
	case '>':
		return START_QUOTE;
	case ' ':
	case '\t':
	case '|':
	case '`':
		return START_MARGIN;
	default:
		return c & 0x80 ? START_NO_ASCII : 0;
	}
}

static bool eat_prefix(struct slice *s, struct vmc_log_line *x)
{
	unsigned int start = s->n ? start_of(*s->p) : 0;
	enum when so_far = x->time_ns >= 0 ? WHEN_ALWAYS : x->stamped ? WHEN_UNTIMED : WHEN_FIRST;

	for (size_t i = 0; start && i < VMC_ARRAY_SIZE(sorts); i++)
		if (sorts[i].starts & start && sorts[i].when >= so_far && sorts[i].eat(s, x))
			return true;
	return false;
}

void vmc_oops_eat_prefixes(struct slice *s, struct vmc_log_line *line)
{
	while (eat_prefix(s, line))
		;
}

size_t vmc_oops_find_stamp(struct slice s, size_t from)
{
	while (from < s.n) {
		size_t at = slice_find_char(slice_from(s, from), '[');
		struct slice r;
		size_t whole;
		int64_t ns;

		if (at == SLICE_NONE)
			return SLICE_NONE;
		from += at + 1;
		r = slice_head(slice_from(s, from), STAMP_LENGTH_MAX);
		slice_eat_blanks(&r);
		whole = slice_find_char(r, '.');
		if (whole == SLICE_NONE || slice_find_char(r, ']') != whole + 1 + STAMP_FRACTION)
			continue;
		if (vmc_oops_eat_seconds(&r, &ns) && slice_eat(&r, "]") &&
		    (!r.n || *r.p == ' ' || *r.p == '['))
			return from - 1;
	}
	return SLICE_NONE;
}

uint64_t vmc_oops_eat_dropped(struct slice *s)
{
	struct slice r = *s;
	uint64_t n;

	if (!slice_eat(&r, "** ") || !slice_eat_dec(&r, &n) ||
	    !slice_eat(&r, " printk messages dropped **"))
		return 0;
	slice_eat(&r, " ");
	*s = r;
	return n;
}
