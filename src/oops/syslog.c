/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/syslog.h"

#include "oops/date.h"
#include "oops/prefix.h"

#define SYSLOG_HEAD_MAX 200 /* no host name and tag is longer */
#define STRUCTURED_MAX 16   /* elements of structured data */

/* "kern.warn " of busybox's syslogd, and of others that are told to write it */
static bool eat_facility(struct slice *s, struct vmc_log_line *x)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = { { ".emerg ", 0 },  { ".alert ", 1 },   { ".crit ", 2 },
		       { ".err ", 3 },	  { ".warning ", 4 }, { ".warn ", 4 },
		       { ".notice ", 5 }, { ".info ", 6 },    { ".debug ", 7 } };
	struct slice r = *s;
	size_t n = 0;

	while (n < r.n && (is_word(r.p[n])))
		n++;
	r = slice_from(r, n);
	for (size_t i = 0; n && i < VMC_ARRAY_SIZE(levels); i++) {
		if (!slice_eat(&r, levels[i].name))
			continue;
		x->level = levels[i].level;
		*s = r;
		return true;
	}
	return false;
}

/* A program's name, "kernel:" or "sshd[12]:"; the kernel's own lines are the ones that count. */
static bool eat_tag(struct slice *s, struct vmc_log_line *x)
{
	size_t end = slice_find_char(slice_head(*s, SYSLOG_HEAD_MAX), ':');
	struct slice tag;

	if (end == SLICE_NONE)
		return false;
	tag = slice_head(*s, end);
	if (slice_find_char(tag, ' ') != SLICE_NONE || slice_find_char(tag, '[') == 0)
		return false;
	x->foreign = !slice_is(tag, "kernel") && !slice_starts(tag, "kernel[");
	*s = slice_from(*s, end + 1);
	slice_eat(s, " ");
	return true;
}

bool vmc_oops_eat_host_and_tag(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s;

	/* busybox writes no host where it is the only one */
	if (!eat_facility(&r, x) || !eat_tag(&r, x)) {
		slice_eat_token(&r);
		if (!slice_eat_blanks(&r))
			return false;
		eat_facility(&r, x);
		if (!eat_tag(&r, x))
			return false;
	}
	*s = r;
	return true;
}

/* "stdout F " of a container's log file; what is there, nobody but the container wrote. */
static bool eat_container_stream(struct slice *s)
{
	return slice_eat(s, "stdout F ") || slice_eat(s, "stderr F ") ||
	       slice_eat(s, "stdout P ") || slice_eat(s, "stderr P ");
}

bool vmc_oops_eat_syslog(struct slice *s, struct vmc_log_line *x)
{
	bool comma = false;

	if (!vmc_oops_eat_date(s, &comma))
		return false;
	if (comma) {
		struct slice r = *s;

		x->stamped = true;
		vmc_oops_eat_caller(&r, x);
		slice_eat_blanks(&r);
		*s = x->has_caller ? r : *s;
		return true;
	}
	if (eat_container_stream(s) || (s->n && (*s->p == '[' || *s->p == '<')) ||
	    !vmc_oops_eat_host_and_tag(s, x))
		x->stamped = true;
	return true;
}

bool vmc_oops_eat_rfc5424(struct slice *s, struct vmc_log_line *x)
{
	struct slice r = *s, program;
	size_t end;
	bool comma;

	if (!slice_eat(&r, "1 ") || !vmc_oops_eat_date(&r, &comma))
		return false;
	slice_eat_token(&r); /* host */
	slice_eat_blanks(&r);
	program = slice_eat_token(&r);
	for (int i = 0; i < 2; i++) {
		slice_eat_blanks(&r);
		slice_eat_token(&r);
	}
	slice_eat_blanks(&r);
	for (int i = 0; i < STRUCTURED_MAX && slice_starts(r, "["); i++) {
		end = slice_find(r, "]");
		if (end == SLICE_NONE)
			return false;
		r = slice_from(r, end + 1);
	}
	slice_eat(&r, "-");
	if (!slice_eat(&r, " "))
		return false;
	slice_eat(&r, "\xef\xbb\xbf");
	x->foreign = !slice_is(program, "kernel");
	x->stamped = true;
	*s = r;
	return true;
}

void vmc_oops_eat_journal_host(struct slice *s, struct vmc_log_line *line, struct slice *host)
{
	struct slice r = *s, name = slice_eat_token(&r);
	struct slice tag;

	if (line->time_ns < 0 || !name.n || !slice_eat(&r, " ") || slice_has(name, ":"))
		return;
	if (slice_eat(&r, "kernel: ")) {
		*host = name;
		*s = r;
		return;
	}
	tag = slice_eat_token(&r);
	if (host->n != name.n || memcmp(host->p, name.p, name.n) != 0 || !tag.n ||
	    tag.p[tag.n - 1] != ':')
		return;
	line->foreign = true;
	slice_eat(&r, " ");
	*s = r;
}
