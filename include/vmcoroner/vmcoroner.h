/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvmcoroner: what a crashed Linux kernel died of, from its dump or log.
 *
 *     struct vmcoroner *c;
 *     char *why;
 *
 *     if (vmcoroner_open(&path, 1, NULL, 0, &c, &why) > VMCORONER_PARTIAL) {
 *             fprintf(stderr, "%s\n", why);
 *             free(why);
 *             return;
 *     }
 *     char *json = vmcoroner_report(c, VMCORONER_JSON);
 *     ...
 *     free(json);
 *     vmcoroner_free(c);
 *
 * The library never prints, never ends the program and keeps no global state. One case
 * belongs to one thread; different cases may be used at the same time. Strings
 * that are returned are the caller's, for free(). The form of the JSON is
 * fixed by report.schema.json; text is for people and may change.
 */
#ifndef VMCORONER_VMCORONER_H
#define VMCORONER_VMCORONER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far a request was answered; the numbers are the program's exit statuses. */
enum vmcoroner_status {
	VMCORONER_OK = 0,
	VMCORONER_PARTIAL = 1, /* something is missing; the report lists what and why */
	VMCORONER_USAGE = 2,   /* impossible arguments */
	VMCORONER_INPUT = 3,   /* not readable, or in no known format */
};

enum vmcoroner_format {
	VMCORONER_TEXT,
	VMCORONER_JSON,
	VMCORONER_HTML,
};

/* One opened case. */
struct vmcoroner;

/* "0.1.0"; static. */
const char *vmcoroner_version(void);

/*
 * Opens a dump: several paths are the parts of one split dump. Debug info
 * (vmlinux, .debug, .ko) is optional. On failure *ret_error, unless NULL was given, is a
 * sentence that says why, and *ret is NULL.
 */
enum vmcoroner_status vmcoroner_open(const char *const *dumps, size_t n_dumps,
				     const char *const *debuginfo, size_t n_debuginfo,
				     struct vmcoroner **ret, char **ret_error);

/* The same for the text of a kernel log, which is copied. `name` is shown in the report. */
enum vmcoroner_status vmcoroner_open_text(const char *text, size_t size, const char *name,
					  struct vmcoroner **ret, char **ret_error);

/* The report in that form; NULL: memory ran out. */
char *vmcoroner_report(struct vmcoroner *c, enum vmcoroner_format format);

/*
 * The kernel log: text as dmesg prints it, or JSON. NULL: memory ran out, no log could be
 * read, or another form was asked for.
 */
char *vmcoroner_log(struct vmcoroner *c, enum vmcoroner_format format);

/* Releases the case; NULL is fine. */
void vmcoroner_free(struct vmcoroner *c);

#ifdef __cplusplus
}
#endif

#endif
