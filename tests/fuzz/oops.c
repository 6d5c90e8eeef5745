/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log text: splits it and looks for reports, in one piece as a file is and cut into records
 * as a dump's log is. What comes back is read through, so that every string has to be one.
 */
#include <string.h>

#include "oops/encoding.h"
#include "oops/oops.h"
#include "oops/quality.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t length_of(const char *s)
{
	return s ? strlen(s) : 0;
}

/* Touches all of a report; the sum only keeps the reads alive. */
static size_t read_through(const struct vmc_oops *o)
{
	size_t n = strlen(o->title) + strlen(o->headline) + strlen(o->type);

	n += length_of(o->category) + length_of(o->frame) + length_of(o->frame_short) +
	     length_of(o->frame_module) + length_of(o->rip_function) + length_of(o->message) +
	     length_of(o->guilty_file) + length_of(o->source_file) + length_of(o->comm) +
	     length_of(o->taint) + length_of(o->kernel) + length_of(o->hardware) +
	     length_of(o->code) + length_of(o->hash) + length_of(o->corrupted_why);
	for (size_t i = 0; i < o->n_frames; i++)
		n += strlen(o->frames[i].function) + length_of(o->frames[i].module) +
		     length_of(o->frames[i].file) + length_of(o->frames[i].stack);
	for (size_t i = 0; i < o->n_regs; i++)
		n += strlen(o->regs[i].name);
	for (size_t i = 0; i < o->n_modules; i++)
		n += strlen(o->modules[i].name) + strlen(o->modules[i].flags);
	return n;
}

static void scan(const struct vmc_log_line *lines, size_t n)
{
	struct vmc_oops_set set = { 0 };
	size_t sum = 0;

	vmc_error_free(vmc_oops_scan(lines, n, &set));
	for (size_t i = 0; i < set.n_reports; i++) {
		const struct vmc_oops *o = &set.reports[i];

		sum += read_through(o);
		if (o->first_index > o->last_index || o->last_index >= n)
			__builtin_trap();
	}
	vmc_oops_set_deinit(&set);
	if (sum == SIZE_MAX)
		__builtin_trap();
}

/* Lines have to lie in the text or in the arena: all their bytes are read. */
static size_t read_lines(const struct vmc_log_lines *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->len; i++)
		for (size_t k = 0; k < lines->data[i].len; k++)
			n += (unsigned char)lines->data[i].text[k];
	return n;
}

static void judge(const struct vmc_log_lines *lines)
{
	struct vmc_log_quality q = { 0 };
	const struct vmc_log_flaw *f;

	vmc_error_free(vmc_log_quality_of(lines, &q));
	vmc_vec_each (f, &q.flaws)
		if (f->first > f->last || f->last >= lines->len || f->original >= lines->len)
			__builtin_trap();
	for (size_t i = 0; i < lines->len; i++) {
		size_t boot = vmc_log_boot_of(&q, i);

		if (boot >= q.boots.len || i < q.boots.data[boot].first ||
		    i >= q.boots.data[boot].end)
			__builtin_trap();
	}
	vmc_log_quality_deinit(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_log_lines lines = { 0 };
	vmc_autostr struct vmc_str decoded = { 0 };
	const char *text = (const char *)data;

	if (vmc_log_is_utf16(text, size)) {
		vmc_error_free(vmc_log_decode_utf16(text, size, &decoded));
		text = vmc_str_text(&decoded);
		size = decoded.len;
	}
	vmc_log_is_kernel_text(text, size);
	vmc_error_free(vmc_log_split(text, size, &lines));
	if (read_lines(&lines) == SIZE_MAX)
		__builtin_trap();
	judge(&lines);
	scan(lines.data, lines.len);
	/* records of a dump have times but no prefixes */
	for (size_t i = 0; i < lines.len; i++) {
		lines.data[i].stamped = false;
		lines.data[i].time_ns = (int64_t)i;
	}
	scan(lines.data, lines.len);
	vmc_log_lines_deinit(&lines);
	return 0;
}
