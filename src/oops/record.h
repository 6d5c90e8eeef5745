/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs that are kept as records of named fields: the journal's export format and JSON,
 * and the JSON of container engines. Which fields matter is one table (record.c).
 */
#ifndef VMC_OOPS_RECORD_H
#define VMC_OOPS_RECORD_H

#include "oops/oops.h"
#include "oops/text.h"

struct log_record {
	struct slice message; /* may be of several lines */
	struct slice transport, identifier;
	int64_t time_ns; /* -1 unknown */
	int level;	 /* -1 unknown */
	bool has_message;
};

/*
 * One object of JSON, all of it on one line. False where it is none, or none with a message; then
 * it is text like other text. Strings are decoded into the arena; *ret_failed: there was no memory.
 */
bool vmc_oops_read_json(struct slice line, struct vmc_arena *arena, struct log_record *ret,
			bool *ret_failed);

/* Does the text begin like journalctl -o export? */
bool vmc_oops_is_export(struct slice text);
/*
 * The next record off the front; *line is advanced by its lines, *ret_line is that of its message.
 * False at the end. Strings are borrowed.
 */
bool vmc_oops_next_export(struct slice *text, size_t *line, struct log_record *ret,
			  size_t *ret_line);

/* What all lines of the message have in common. */
struct vmc_log_line vmc_oops_record_line(const struct log_record *r);

#endif
