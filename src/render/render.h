/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report as text, JSON or HTML. Everything is written into a string; who
 * prints it, and where to, is decided above.
 *
 * Names, messages and log lines come out of a dump and are hostile: whatever
 * goes into text passes through vmc_str_add_untrusted() at this edge, so that no control
 * character of a dump reaches a terminal; JSON is always valid UTF-8; HTML is escaped.
 *
 * To add a section: a builder in a *-section.c (builders.h), and its row in the table of
 * sections.c; text and HTML both follow.
 * To add a format: one file here and a row in the table of formats in cli/report.c.
 */
#ifndef VMC_RENDER_RENDER_H
#define VMC_RENDER_RENDER_H

#include "inquest/report.h"

struct vmc_style {
	bool color;	    /* ANSI colours: only for a terminal */
	unsigned int width; /* columns to fold and cut at; 0: neither */
};

/* text.c, html.c: the sections of sections.h in two dresses. */
void vmc_render_text(const struct vmc_report *r, const struct vmc_style *style,
		     struct vmc_str *out);
void vmc_render_html(const struct vmc_report *r, struct vmc_str *out);

/* The report object of data/report.schema.json, pretty-printed, with a final newline. */
struct vmc_error *vmc_render_json(const struct vmc_report *r, struct vmc_str *out) VMC_MUST_CHECK;

/* The log as an array of {seq, time, level, caller, text}: of a dump, or of log text. */
struct vmc_error *vmc_render_log_json(const struct vmc_log *log,
				      struct vmc_str *out) VMC_MUST_CHECK;
struct vmc_error *vmc_render_lines_json(const struct vmc_log_lines *lines,
					struct vmc_str *out) VMC_MUST_CHECK;

/*
 * One line of JSON for one report found in log text. `o` NULL: the file holds none. `lines`
 * are those that were scanned; `count` is the number of reports in the file.
 */
struct vmc_error *vmc_render_oops_json(const char *name, const struct vmc_oops *o,
				       const struct vmc_log_lines *lines, size_t count,
				       struct vmc_str *out) VMC_MUST_CHECK;
/* The same for people: title, where, who. */
void vmc_render_oops_text(const char *name, const struct vmc_oops *o, struct vmc_str *out);

#endif
