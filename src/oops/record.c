/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/record.h"

#include "base/bytes.h"
#include "base/cleanup.h"

#define JSON_FIELDS_MAX 256 /* a record of the journal has some thirty */
#define JSON_DEPTH_MAX 32

enum field { FIELD_MESSAGE, FIELD_LEVEL, FIELD_USEC, FIELD_TRANSPORT, FIELD_IDENTIFIER };

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	/* systemd.journal-fields(7); what is called MESSAGE there, containers call log */
	{ "MESSAGE", FIELD_MESSAGE },
	{ "PRIORITY", FIELD_LEVEL },
	{ "_SOURCE_MONOTONIC_TIMESTAMP", FIELD_USEC },
	{ "_TRANSPORT", FIELD_TRANSPORT },
	{ "SYSLOG_IDENTIFIER", FIELD_IDENTIFIER },
	{ "log", FIELD_MESSAGE },
	{ "message", FIELD_MESSAGE },
	{ "msg", FIELD_MESSAGE },
};

/* SIZE_MAX for a field that does not matter. */
static size_t find_field(struct slice name)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(fields); i++)
		if (slice_is(name, fields[i].name))
			return i;
	return SIZE_MAX;
}

static void set_field(struct log_record *r, size_t field, struct slice value)
{
	uint64_t v;

	switch (fields[field].field) {
	case FIELD_MESSAGE:
		r->message = value;
		r->has_message = true;
		break;
	case FIELD_LEVEL:
		if (slice_eat_dec(&value, &v))
			r->level = (int)(v & 7);
		break;
	case FIELD_USEC:
		if (slice_eat_dec(&value, &v) && v <= INT64_MAX / 1000)
			r->time_ns = (int64_t)v * 1000;
		break;
	case FIELD_TRANSPORT:
		r->transport = value;
		break;
	case FIELD_IDENTIFIER:
		r->identifier = value;
		break;
	}
}

static const struct log_record no_record = { .time_ns = -1, .level = -1 };

struct vmc_log_line vmc_oops_record_line(const struct log_record *r)
{
	struct vmc_log_line line = { .time_ns = r->time_ns,
				     .level = r->level,
				     .stamped = r->time_ns >= 0 };

	if (r->transport.n)
		line.foreign = !slice_is(r->transport, "kernel");
	else if (r->identifier.n)
		line.foreign = !slice_is(r->identifier, "kernel");
	return line;
}

/* ---- export: KEY=value lines, or KEY, a 64-bit length and so many bytes; an empty line ends ----
 */

bool vmc_oops_is_export(struct slice text)
{
	return slice_starts(text, "__CURSOR=");
}

static size_t count_lines(struct slice s)
{
	size_t n = 0, at;

	for (; (at = slice_find_char(s, '\n')) != SLICE_NONE; s = slice_from(s, at + 1))
		n++;
	return n;
}

bool vmc_oops_next_export(struct slice *text, size_t *line, struct log_record *ret,
			  size_t *ret_line)
{
	struct log_record r = no_record;
	bool any = false;

	for (; text->n; ++*line) {
		size_t end = slice_find_char(*text, '\n'), equals, field;
		struct slice here = slice_head(*text, end), value;

		*text = slice_from(*text, end == SLICE_NONE ? text->n : end + 1);
		if (!here.n && any) {
			++*line;
			break;
		}
		if (!here.n)
			continue;
		any = true;
		equals = slice_find_char(here, '=');
		field = find_field(slice_head(here, equals));
		value = slice_from(here, equals == SLICE_NONE ? here.n : equals + 1);
		if (field != SIZE_MAX && fields[field].field == FIELD_MESSAGE)
			*ret_line = *line;
		if (equals == SLICE_NONE && text->n >= 8) {
			uint64_t size = vmc_le64(text->p);

			value = slice_from(*text, 8);
			value = slice_head(value, size < value.n ? (size_t)size : value.n);
			*line += count_lines((struct slice){ text->p, value.n + 8 }) + 1;
			*text = slice_from(*text, 8 + value.n);
			slice_eat(text, "\n");
		}
		if (field != SIZE_MAX)
			set_field(&r, field, value);
	}
	*ret = r;
	return any;
}

/* ---- JSON ---- */

static void eat_space(struct slice *s)
{
	while (s->n && (is_blank(*s->p) || *s->p == '\r'))
		*s = slice_from(*s, 1);
}

/* A string that stands at the front, as it is written, quotes and all. */
static bool eat_raw_string(struct slice *s, struct slice *ret)
{
	struct slice r = *s;

	if (!slice_eat(&r, "\""))
		return false;
	while (r.n && *r.p != '"')
		r = slice_from(r, *r.p == '\\' ? 2 : 1);
	if (!slice_eat(&r, "\""))
		return false;
	*ret = slice_head(*s, (size_t)(r.p - s->p));
	*s = r;
	return true;
}

/* Anything that is no string: a number, a word, or brackets with all that is in them. */
static bool eat_other(struct slice *s)
{
	struct slice r = *s, skipped;
	int depth = 0;

	while (r.n) {
		char c = *r.p;

		if (!depth && (c == ',' || c == '}'))
			break;
		if (c == '"') {
			if (!eat_raw_string(&r, &skipped))
				return false;
			continue;
		}
		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		if (depth < 0 || depth > JSON_DEPTH_MAX)
			return false;
		r = slice_from(r, 1);
	}
	if (depth || r.p == s->p)
		return false;
	*s = r;
	return true;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* One escape behind its backslash; never longer decoded than written. */
static size_t put_escape(struct slice *s, char *out)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	struct slice digits;
	const char *known;
	uint64_t c;
	char e = *s->p;

	*s = slice_from(*s, 1);
	if (e == 'u') {
		digits = slice_head(*s, 4);
		if (digits.n == 4 && is_hex(*digits.p) && slice_eat_hex(&digits, &c) && !digits.n) {
			*s = slice_from(*s, 4);
			return put_utf8(out, (uint32_t)c);
		}
	}
	known = strchr(from, e);
	*out = known && e ? to[known - from] : e;
	return 1;
}

static bool decode_string(struct slice raw, struct vmc_arena *arena, struct slice *ret)
{
	struct slice s = { raw.p + 1, raw.n - 2 };
	char *out = vmc_arena_alloc(arena, raw.n);
	size_t n = 0;

	if (!out)
		return false;
	while (s.n) {
		char c = *s.p;

		s = slice_from(s, 1);
		if (c == '\\' && s.n)
			n += put_escape(&s, out + n);
		else
			out[n++] = c;
	}
	*ret = (struct slice){ out, n };
	return true;
}

/* A message that is no UTF-8 the journal writes as [27,91,49,...]. */
static bool decode_bytes(struct slice raw, struct vmc_arena *arena, struct slice *ret)
{
	char *out = vmc_arena_alloc(arena, raw.n + 1);
	size_t n = 0;
	uint64_t v;

	if (!out)
		return false;
	slice_eat(&raw, "[");
	for (;; n++) {
		eat_space(&raw);
		if (!slice_eat_dec(&raw, &v) || v > 255)
			break;
		out[n] = (char)v;
		eat_space(&raw);
		slice_eat(&raw, ",");
	}
	*ret = (struct slice){ out, n };
	return true;
}

/* A value; where the field matters it is set. */
static bool eat_value(struct slice *s, size_t field, struct vmc_arena *arena, struct log_record *r,
		      bool *ret_failed)
{
	struct slice raw = *s, value;
	bool is_string = eat_raw_string(s, &raw);

	if (!is_string && !eat_other(s))
		return false;
	if (field == SIZE_MAX)
		return true;
	value = raw = slice_head(raw, (size_t)(s->p - raw.p));
	if (is_string)
		*ret_failed |= !decode_string(raw, arena, &value);
	else if (slice_starts(raw, "["))
		*ret_failed |= !decode_bytes(raw, arena, &value);
	if (!*ret_failed)
		set_field(r, field, value);
	return true;
}

bool vmc_oops_read_json(struct slice line, struct vmc_arena *arena, struct log_record *ret,
			bool *ret_failed)
{
	struct log_record r = no_record;
	struct slice name;

	if (!slice_eat(&line, "{"))
		return false;
	for (int i = 0; i < JSON_FIELDS_MAX && !*ret_failed; i++) {
		eat_space(&line);
		if (!eat_raw_string(&line, &name))
			return false;
		eat_space(&line);
		if (!slice_eat(&line, ":"))
			return false;
		eat_space(&line);
		name = (struct slice){ name.p + 1, name.n - 2 };
		if (!eat_value(&line, find_field(name), arena, &r, ret_failed))
			return false;
		eat_space(&line);
		if (!slice_eat(&line, ","))
			break;
	}
	*ret = r;
	return slice_eat(&line, "}") && r.has_message;
}
