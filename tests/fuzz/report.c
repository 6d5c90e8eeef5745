/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log text all the way to a report: rules, events, registers, code, verdict, in both languages. */
#include <string.h>

#include "inquest/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every text and every line number that a renderer would touch. */
static size_t read_through(const struct vmc_report *r)
{
	const struct vmc_finding *f;
	const struct vmc_event *e;
	size_t n = strlen(r->verdict.category), primaries = 0;

	vmc_vec_each (f, &r->findings) {
		n += strlen(f->id) + strlen(f->severity) + strlen(f->title);
		for (size_t i = 0; i < f->evidence.len; i++)
			n += strlen(f->evidence.data[i]);
	}
	vmc_vec_each (e, &r->events) {
		n += strlen(e->title);
		primaries += e->primary;
		if (e->consequence_of >= 0 && (size_t)e->consequence_of >= r->events.len)
			__builtin_trap();
	}
	for (size_t i = 0; i < r->verdict.why.len; i++)
		n += strlen(r->verdict.why.data[i]);
	for (size_t i = 0; i < r->verdict.next_steps.len; i++)
		n += strlen(r->verdict.next_steps.data[i]);
	if (primaries > 1)
		__builtin_trap();
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_report_options options = { .lang = size & 1 ? VMC_LANG_ZH : VMC_LANG_EN };
	struct vmc_report *r = NULL;
	struct vmc_error *err = vmc_report_text((const char *)data, size, "log", &options, &r);

	if (!err && read_through(r) == SIZE_MAX)
		__builtin_trap();
	vmc_error_free(err);
	vmc_report_free(r);
	return 0;
}
