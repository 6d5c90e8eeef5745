/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include <string.h>

/* The file's name without folders and without a final .log. */
static void name_of(const char *path, struct vmc_str *ret)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	if (strcmp(base, "-") == 0)
		base = "stdin";
	vmc_str_addn(ret, base, strlen(base) - (vmc_str_ends(base, ".log") ? 4 : 0));
}

static struct vmc_error *show(const struct vmc_options *o, const char *path,
			      const struct vmc_oops_set *set, const struct vmc_log_lines *lines,
			      struct vmc_str *out)
{
	vmc_autostr struct vmc_str name = { 0 };
	size_t n = 0, shown = 0;

	/* a fault in user space is told in the log, but is no report of the kernel's own */
	for (size_t i = 0; i < set->n_reports; i++)
		n += !set->reports[i].user_mode;
	name_of(path, &name);
	for (size_t i = 0; i < set->n_reports || !shown; i++) {
		const struct vmc_oops *r = n ? &set->reports[i] : NULL;

		if (r && r->user_mode)
			continue;
		shown++;
		if (o->format == VMC_FORMAT_JSON)
			VMC_TRY(vmc_render_oops_json(vmc_str_text(&name), r, lines, n, out));
		else
			vmc_render_oops_text(path, r, out);
		if (!n)
			break;
	}
	return NULL;
}

static const char *log_missing(const struct vmc_report *r)
{
	const struct vmc_unavailable *u;

	vmc_vec_each (u, &r->unavailable) {
		if (vmc_streq(u->what, "kernel log"))
			return u->why;
	}
	return "it could not be read";
}

/* Where a log is missing nothing can be said of its reports, not even that there are none. */
static struct vmc_error *of_dump(const struct vmc_options *o, const char *path, struct vmc_str *out,
				 enum vmc_exit *status)
{
	struct vmc_options one = *o;
	vmc_autocase struct vmc_case c = { 0 };

	one.inputs = (struct vmc_texts){ .data = &path, .len = 1 };
	VMC_TRY(vmc_case_open(&one, false, &c));
	VMC_TRY(vmc_case_report(o, &c));
	if (!c.report->has_log || c.report->log.problem) {
		*status = *status == VMC_EXIT_OK ? VMC_EXIT_PARTIAL : *status;
		vmc_exit_note("%s: %s: %s", path, c.report->has_log ? "the log has gaps" : "no log",
			      c.report->has_log ? vmc_error_text(c.report->log.problem)
						: log_missing(c.report));
	}
	if (!c.report->has_log)
		return NULL;
	return show(o, path, &c.report->oopses, &c.report->lines, out);
}

static struct vmc_error *of_text(const struct vmc_options *o, const char *path, struct vmc_str *out,
				 enum vmc_exit *status)
{
	vmc_autostr struct vmc_str text = { 0 };
	struct vmc_log_lines lines = { 0 };
	struct vmc_oops_set set = { 0 };
	struct vmc_error *err;
	bool more = false;

	VMC_TRY(vmc_input_text(path, &text, &more));
	if (more) {
		*status = *status == VMC_EXIT_OK ? VMC_EXIT_PARTIAL : *status;
		vmc_exit_note("%s: only its first GiB is read", path);
	}
	err = vmc_log_split(vmc_str_text(&text), text.len, &lines);
	if (!err)
		err = vmc_oops_scan(lines.data, lines.len, &set);
	if (!err)
		err = show(o, path, &set, &lines, out);
	vmc_oops_set_deinit(&set);
	vmc_log_lines_deinit(&lines);
	return err;
}

/* A file that cannot be read costs its own lines, not those of the others. */
enum vmc_exit vmc_run_oops(const struct vmc_options *o)
{
	vmc_autostr struct vmc_str out = { 0 };
	enum vmc_exit status = VMC_EXIT_OK;

	for (size_t i = 0; i < o->inputs.len; i++) {
		const char *path = o->inputs.data[i];
		struct vmc_error *err = vmc_input_is_dump(path) ? of_dump(o, path, &out, &status)
								: of_text(o, path, &out, &status);

		if (err)
			status = vmc_exit_error(err);
	}
	return vmc_exit_write(o->output, &out, status);
}
