/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

static struct vmc_error *text(const struct vmc_options *o, const struct vmc_report *r,
			      struct vmc_str *out)
{
	struct vmc_style style = vmc_terminal_style(o->output);

	vmc_render_text(r, &style, out);
	return NULL;
}

static struct vmc_error *json(const struct vmc_options *o, const struct vmc_report *r,
			      struct vmc_str *out)
{
	(void)o;
	return vmc_render_json(r, out);
}

static struct vmc_error *html(const struct vmc_options *o, const struct vmc_report *r,
			      struct vmc_str *out)
{
	(void)o;
	vmc_render_html(r, out);
	return NULL;
}

enum vmc_exit vmc_run_report(const struct vmc_options *o)
{
	static struct vmc_error *(*const formats[])(const struct vmc_options *,
						    const struct vmc_report *, struct vmc_str *) = {
		[VMC_FORMAT_TEXT] = text,
		[VMC_FORMAT_JSON] = json,
		[VMC_FORMAT_HTML] = html,
	};
	vmc_autocase struct vmc_case c = { 0 };
	vmc_autostr struct vmc_str out = { 0 };
	struct vmc_error *err = vmc_case_open(o, false, &c);

	if (!err)
		err = vmc_case_report(o, &c);
	if (!err)
		err = formats[o->format](o, c.report, &out);
	if (err)
		return vmc_exit_error(err);
	return vmc_exit_write(o->output, &out,
			      vmc_report_is_partial(c.report) ? VMC_EXIT_PARTIAL : VMC_EXIT_OK);
}
