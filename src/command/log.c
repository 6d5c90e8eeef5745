/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <stdio.h>
#include <string.h>

#include "render/words.h"

/* Width of "[    1.234567] ". */
#define TIME_COLUMNS 15

/* The text, line by line behind `prefix`; control characters become visible. */
static void text_lines(const struct vmc_log_record *r, const char *prefix, struct vmc_str *out)
{
	const char *p = r->text, *end = r->text + r->len;

	do {
		const char *line = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((line ? line : end) - p);

		vmc_str_add(out, prefix);
		/* a NUL inside a record ends nothing */
		for (const char *nul; (nul = memchr(p, '\0', len));) {
			vmc_str_add_untrusted(out, p, (size_t)(nul - p));
			vmc_str_add(out, "\\x00");
			len -= (size_t)(nul - p) + 1;
			p = nul + 1;
		}
		vmc_str_add_untrusted(out, p, len);
		vmc_str_addc(out, '\n');
		p = line ? line + 1 : end;
	} while (p < end);
}

/* What stands before the text, by the options given. */
static void prefix_of(const struct vmc_session *s, const struct vmc_args *args,
		      const struct vmc_log_record *r, struct vmc_str *out)
{
	const struct vmc_system *sys = &s->report->system;
	char who[16] = "";

	if (!r->has_time) {
		/* nothing to say: printk.time was off */
	} else if (vmc_args_has(args, 'T')) {
		vmc_str_addc(out, '[');
		vmc_words_date(
			(int64_t)((double)sys->date - sys->uptime + (double)r->time_ns / 1e9), out);
		vmc_str_add(out, "] ");
	} else if (!vmc_args_has(args, 't')) {
		vmc_str_addf(out, "[%5llu.%06llu] ", (unsigned long long)(r->time_ns / 1000000000),
			     (unsigned long long)(r->time_ns % 1000000000 / 1000));
	}
	if (vmc_args_has(args, 'c')) {
		if (r->has_caller)
			snprintf(who, sizeof(who), "%c%u", r->caller >> 31 ? 'C' : 'T',
				 r->caller & 0x7fffffff);
		vmc_str_addf(out, "[%6s] ", who);
	}
	if (vmc_args_has(args, 'm') && r->level >= 0)
		vmc_str_addf(out, "<%d>", r->level);
}

/* Below the text, so that the eye finds the next line of the log. */
static void dictionary(const struct vmc_log_record *r, int indent, struct vmc_str *out)
{
	if (r->subsystem && *r->subsystem) {
		vmc_str_addf(out, "%*sSUBSYSTEM=", indent, "");
		vmc_words_safe(out, r->subsystem);
		vmc_str_addc(out, '\n');
	}
	if (r->device && *r->device) {
		vmc_str_addf(out, "%*sDEVICE=", indent, "");
		vmc_words_safe(out, r->device);
		vmc_str_addc(out, '\n');
	}
}

static struct vmc_error *no_log(const struct vmc_session *s)
{
	for (size_t i = 0; i < s->report->unavailable.len; i++) {
		const struct vmc_unavailable *u = &s->report->unavailable.data[i];

		if (strstr(u->what, "log"))
			return vmc_error_new(VMC_NOT_FOUND, "%s: %s", u->what, u->why);
	}
	return vmc_error_new(VMC_NOT_FOUND, "the kernel log could not be read from this dump");
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	const struct vmc_report *r = s->report;
	bool plain = !vmc_args_has(args, 't') && !vmc_args_has(args, 'T') &&
		     !vmc_args_has(args, 'm') && !vmc_args_has(args, 'c');
	vmc_autostr struct vmc_str prefix = { 0 };

	if (args->n_operands)
		return vmc_error_new(VMC_USAGE, "takes no arguments");
	if (!r->has_log)
		return no_log(s);
	if (vmc_args_has(args, 'T') && !(r->system.has_date && r->system.has_uptime))
		return vmc_error_new(VMC_NOT_FOUND,
				     "-T: date or uptime of this dump is not known; see plain log");
	for (size_t i = 0; i < r->log.records.len; i++) {
		const struct vmc_log_record *rec = &r->log.records.data[i];

		if (plain) {
			vmc_log_format(rec, out);
		} else {
			vmc_str_clear(&prefix);
			prefix_of(s, args, rec, &prefix);
			text_lines(rec, vmc_str_text(&prefix), out);
		}
		if (vmc_args_has(args, 'd'))
			dictionary(rec, vmc_args_has(args, 't') ? 0 : TIME_COLUMNS, out);
	}
	if (r->log.problem)
		return vmc_error_wrap(vmc_error_copy(r->log.problem), "the log has gaps");
	return NULL;
}

const struct vmc_command vmc_command_log = {
	.name = "log",
	.aliases = "dmesg",
	.options = "tTmcd",
	.usage = "[-t | -T] [-m] [-c] [-d]",
	.summary = "the kernel's log buffer, as dmesg prints it",
	.help = "Without options, exactly what dmesg would have printed on that machine.\n"
		"\n"
		"  -t   without the time\n"
		"  -T   with the date (UTC) in place of seconds since boot\n"
		"  -m   with the level before the text: <0> emergency ... <7> debug\n"
		"  -c   with the caller: T<thread id> or C<cpu>, where the kernel keeps it\n"
		"  -d   with subsystem and device below the lines of drivers\n"
		"\n"
		"EXAMPLES\n"
		"  The last words:\n"
		"    log | tail -n 60\n"
		"  Errors and worse:\n"
		"    log -m | grep '] <[0-3]>'\n"
		"  Line up with the logs of another machine:\n"
		"    log -T > /tmp/log.txt\n",
	.run = run,
};
