/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include <string.h>

/* Log text as it came, made harmless; tabs are text. */
static void plain(const struct vmc_str *text, struct vmc_str *out)
{
	const char *p = vmc_str_text(text), *end = p + text->len;

	while (p < end) {
		const char *stop = p;

		while (stop < end && *stop && *stop != '\n' && *stop != '\t' && *stop != '\r')
			stop++;
		vmc_str_add_untrusted(out, p, (size_t)(stop - p));
		if (stop < end && (*stop == '\n' || *stop == '\t'))
			vmc_str_addc(out, *stop);
		p = stop + 1;
	}
}

static struct vmc_error *of_text(const struct vmc_options *o, const struct vmc_case *c,
				 struct vmc_str *out)
{
	struct vmc_log_lines lines = { 0 };
	struct vmc_error *err;

	if (o->format == VMC_FORMAT_TEXT) {
		plain(&c->inputs.text, out);
		return NULL;
	}
	err = vmc_log_split(vmc_str_text(&c->inputs.text), c->inputs.text.len, &lines);
	if (!err)
		err = vmc_render_lines_json(&lines, out);
	vmc_log_lines_deinit(&lines);
	return err;
}

/* A record is one line of text or several. */
static struct vmc_error *add_record(const struct vmc_log_record *record, struct vmc_str *out,
				    struct vmc_line_levels *levels)
{
	size_t from = out->len;

	vmc_log_format(record, out);
	for (size_t i = from; i < out->len; i++) {
		if (out->data[i] == '\n' && !vmc_vec_push(levels, (signed char)record->level))
			return vmc_error_no_memory();
	}
	return NULL;
}

static struct vmc_error *of_dump(const struct vmc_options *o, const struct vmc_case *c,
				 struct vmc_str *out, struct vmc_line_levels *levels,
				 enum vmc_exit *status)
{
	struct vmc_log log = { 0 };
	struct vmc_error *err = vmc_log_read(c->target, &log);

	if (!err && o->format == VMC_FORMAT_JSON)
		err = vmc_render_log_json(&log, out);
	for (size_t i = 0; !err && o->format == VMC_FORMAT_TEXT && i < log.records.len; i++)
		err = add_record(&log.records.data[i], out, levels);
	if (!err && (log.lost || log.problem)) {
		*status = VMC_EXIT_PARTIAL;
		vmc_exit_note("%s: the log has gaps (%llu records lost): %s", vmc_case_path(c),
			      (unsigned long long)log.lost, vmc_error_text(log.problem));
	}
	vmc_log_deinit(&log);
	return err;
}

static void levels_deinit(struct vmc_line_levels *l)
{
	vmc_vec_free(l);
}

enum vmc_exit vmc_run_log(const struct vmc_options *o)
{
	vmc_autocase struct vmc_case c = { 0 };
	vmc_cleanup(levels_deinit) struct vmc_line_levels levels = { 0 };
	vmc_autostr struct vmc_str out = { 0 }, explained = { 0 };
	enum vmc_exit status = VMC_EXIT_OK;
	struct vmc_error *err = vmc_case_open(o, false, &c);

	if (err)
		return vmc_exit_error(err);
	err = c.target ? of_dump(o, &c, &out, &levels, &status) : of_text(o, &c, &out);
	if (err && c.target) {
		/* the dump was read; what was asked of it is not in it */
		vmc_exit_error(vmc_error_wrap(err, "%s: no log", vmc_case_path(&c)));
		return VMC_EXIT_PARTIAL;
	}
	if (err)
		return vmc_exit_error(err);
	if (!o->explain)
		return vmc_exit_write(o->output, &out, status);
	err = out.failed ? vmc_error_no_memory() : vmc_annotate(o, &out, &levels, &explained);
	if (err)
		return vmc_exit_error(err);
	return vmc_exit_write(o->output, &explained, status);
}
