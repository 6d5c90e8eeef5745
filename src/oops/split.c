/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log text -> lines. A line of the file is mostly one of the log. It is several where
 * something else went on writing into it, or where it holds a record with a message of several
 * lines; and a terminal that wraps makes several of one.
 */
#include "oops/oops.h"

#include <stdlib.h>

#include "base/vec.h"
#include "oops/markup.h"
#include "oops/parts.h"
#include "oops/prefix.h"
#include "oops/record.h"
#include "oops/syslog.h"
#include "oops/wrap.h"

#define WHOLE_BYTES_MAX 65536 /* of a line that is put together again; printk's have 1 KiB */

struct splitter {
	struct vmc_log_lines out;
	struct slice host;    /* that the journal names */
	struct vmc_str whole; /* the last line, as far as it is put together again */
	size_t width;	      /* of the terminal that wrapped the lines; 0 none */
	size_t number;	      /* of the file's line */
	bool is_full;	      /* the last line reaches the terminal's edge */
	bool web;	      /* the text has been on a web page */
};

/* Ends what was put together of the last line. */
static bool close_whole(struct splitter *sp)
{
	struct vmc_log_line *last = sp->out.len ? &sp->out.data[sp->out.len - 1] : NULL;

	sp->is_full = false;
	if (sp->whole.failed)
		return false;
	if (!sp->whole.len || !last)
		return true;
	last->text = vmc_arena_strndup(&sp->out.arena, vmc_str_text(&sp->whole), sp->whole.len);
	last->len = last->text ? sp->whole.len : 0;
	vmc_str_clear(&sp->whole);
	return last->text;
}

/* The rest of a wrapped line; `piece` fills the next row or ends it. */
static bool continue_whole(struct splitter *sp, struct slice piece)
{
	const struct vmc_log_line *last = &sp->out.data[sp->out.len - 1];

	if (!sp->whole.len)
		vmc_str_addn(&sp->whole, last->text, last->len);
	vmc_str_addn(&sp->whole, piece.p, piece.n);
	sp->is_full = piece.n == sp->width && sp->whole.len < WHOLE_BYTES_MAX;
	return sp->is_full ? !sp->whole.failed : close_whole(sp);
}

static bool is_empty(const struct vmc_log_line *l)
{
	return !l->len && !l->stamped;
}

static bool push(struct splitter *sp, struct vmc_log_line line)
{
	struct vmc_log_lines *out = &sp->out;

	/* of several empty lines one says as much: a file of newlines costs nothing */
	if (is_empty(&line) && out->len && is_empty(&out->data[out->len - 1]))
		return true;
	if (out->len == VMC_LOG_LINES_MAX) {
		out->left_out_from = out->left_out_from ? out->left_out_from : line.number;
		return true;
	}
	return vmc_vec_push(out, line);
}

/* "** 4491 printk messages dropped **" is a line of its own, whatever comes behind it. */
static bool take_dropped(struct splitter *sp, struct slice *s, struct vmc_log_line line)
{
	struct slice all = *s;

	if (!vmc_oops_eat_dropped(s))
		return true;
	line.text = all.p;
	line.len = slice_trim(slice_head(all, all.n - s->n)).n;
	return push(sp, line);
}

/* One line, or more where stamps stand inside it. */
static bool add_pieces(struct splitter *sp, struct slice s, const struct vmc_log_line *common)
{
	do {
		struct vmc_log_line line = *common;
		struct slice text, row = s;
		size_t cut;

		if (!take_dropped(sp, &s, line))
			return false;
		text = s;
		vmc_oops_eat_prefixes(&text, &line);
		vmc_oops_eat_journal_host(&text, &line, &sp->host);
		/* a stamp that was no prefix of this line is none of the next one either */
		cut = line.foreign ? SLICE_NONE : vmc_oops_find_stamp(text, text.p == s.p);
		if (cut != SLICE_NONE) {
			s = slice_from(text, cut);
			row = slice_head(row, (size_t)(s.p - row.p));
			text = slice_head(text, cut);
			line.cut = line.stamped;
		}
		line.text = text.p;
		line.len = text.n;
		if (sp->is_full && text.p == row.p) {
			if (!continue_whole(sp, text))
				return false;
			sp->out.data[sp->out.len - 1].cut |= cut != SLICE_NONE;
		} else if (cut == SLICE_NONE || slice_trim(text).n) {
			if (!close_whole(sp) || !push(sp, line))
				return false;
			sp->is_full = text.p != row.p && row.n == sp->width && row.n;
		}
		if (cut == SLICE_NONE)
			break;
	} while (s.n);
	return true;
}

static bool is_control(char c)
{
	return c == '\r' || c == '\0';
}

/* A carriage return inside a line begins a new one over it; both were there to be read. */
static bool add_text(struct splitter *sp, struct slice s, const struct vmc_log_line *common)
{
	for (;;) {
		size_t end;

		while (s.n && is_control(*s.p))
			s = slice_from(s, 1);
		while (s.n && is_control(s.p[s.n - 1]))
			s.n--;
		end = slice_find_char(s, '\r');
		if (!add_pieces(sp, slice_head(s, end), common))
			return false;
		if (end == SLICE_NONE)
			return true;
		s = slice_from(s, end);
	}
}

/* A message of several lines. */
static bool add_record(struct splitter *sp, const struct log_record *r, size_t number)
{
	struct vmc_log_line common = vmc_oops_record_line(r);
	struct slice rest = r->message;

	common.number = (uint32_t)number;
	while (rest.n) {
		size_t end = slice_find_char(rest, '\n');

		if (!add_text(sp, slice_head(rest, end), &common))
			return false;
		rest = slice_from(rest, end == SLICE_NONE ? rest.n : end + 1);
	}
	return true;
}

/* One line of the file. */
static bool add_line(struct splitter *sp, struct slice s)
{
	struct vmc_log_line common = { .time_ns = -1, .level = -1, .number = (uint32_t)sp->number };
	struct log_record r;
	bool failed = false;

	if (slice_starts(s, "{") && vmc_oops_read_json(s, &sp->out.arena, &r, &failed))
		return add_record(sp, &r, sp->number);
	if (failed || !vmc_oops_strip_markup(&sp->out.arena, sp->web, &s))
		return false;
	return add_text(sp, s, &common);
}

static bool add_export(struct splitter *sp, struct slice text)
{
	struct log_record r;
	size_t line = 1, number = 1;

	while (vmc_oops_next_export(&text, &line, &r, &number))
		if (!add_record(sp, &r, number))
			return false;
	return true;
}

static bool add_lines(struct splitter *sp, struct slice text)
{
	/* some terminals' captures have nothing but carriage returns */
	char newline = slice_find_char(text, '\n') == SLICE_NONE ? '\r' : '\n';

	sp->width = vmc_oops_wrap_width(text);
	sp->web = vmc_oops_is_web_text(text);
	while (text.n && sp->number < UINT32_MAX) {
		size_t end = slice_find_char(text, newline);

		sp->number++;
		if (!add_line(sp, slice_head(text, end)))
			return false;
		text = slice_from(text, end == SLICE_NONE ? text.n : end + 1);
	}
	return true;
}

struct vmc_error *vmc_log_split(const char *text, size_t size, struct vmc_log_lines *ret)
{
	struct splitter sp = { 0 };
	struct slice all = { text, size };
	bool done;

	slice_eat(&all, "\xef\xbb\xbf");
	done = vmc_oops_is_export(all) ? add_export(&sp, all) : add_lines(&sp, all);
	done = done && close_whole(&sp) && vmc_oops_order_parts(&sp.out);
	vmc_str_deinit(&sp.whole);
	if (!done) {
		vmc_log_lines_deinit(&sp.out);
		return vmc_error_no_memory();
	}
	*ret = sp.out;
	return NULL;
}

void vmc_log_lines_deinit(struct vmc_log_lines *l)
{
	vmc_arena_deinit(&l->arena);
	free(l->data);
	*l = (struct vmc_log_lines){ 0 };
}
