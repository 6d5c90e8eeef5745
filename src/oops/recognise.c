/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel log among text files: enough of the first lines carry a kernel's
 * stamp or tag, or one is a line that only a kernel prints.
 */
#include "oops/line.h"

#define SAMPLE_BYTES ((size_t)256 * 1024)
#define SAMPLE_LINE_BYTES 4096

/* What only a kernel prints. */
static const char *const sure[] = {
	"Linux version ",
	"Call Trace:",
	"Kernel panic - not syncing",
	"Modules linked in:",
	"kernel BUG at ",
	"---[ end trace ",
	"[ cut here ]",
	"BUG: unable to ",
	"general protection fault",
	"segfault at ",
	"Hardware name: ",
	"RIP: 0010:",
	"BUG: KASAN: ",
	"BUG: soft lockup",
	"INFO: task ",
	"Call trace:",
	"detected stall",
	"BUG: kernel NULL ",
	"Command line: ",
	"Oops: ",
	"WARNING: CPU: ",
	"Internal error: ",
	"Unable to handle kernel ",
};

static bool is_sure(struct slice s)
{
	s = slice_head(s, SAMPLE_LINE_BYTES);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sure); i++)
		if (slice_has(s, sure[i]))
			return true;
	return false;
}

bool vmc_log_is_kernel_text(const char *text, size_t size)
{
	struct vmc_log_lines lines = { 0 };
	struct vmc_error *err =
		vmc_log_split(text, size < SAMPLE_BYTES ? size : SAMPLE_BYTES, &lines);
	size_t marked = 0;
	bool found = false;

	for (size_t i = 0; i < lines.len && !found; i++) {
		const struct vmc_log_line *l = &lines.data[i];

		if (l->foreign)
			continue;
		marked += l->time_ns >= 0 || l->level >= 0;
		found = is_sure(line_text(l));
	}
	found |= lines.len && marked * 2 > lines.len;
	vmc_error_free(err);
	vmc_log_lines_deinit(&lines);
	return found;
}
