/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What else was noticed, most of it by the knowledge base. */
#include "render/builders.h"

#include "render/words.h"

static enum vmc_mood finding_mood(const struct vmc_finding *f)
{
	if (vmc_streq(f->severity, "fatal") || vmc_streq(f->severity, "error"))
		return VMC_MOOD_BAD;
	return vmc_streq(f->severity, "warning") ? VMC_MOOD_DOUBT : VMC_MOOD_PLAIN;
}

void vmc_section_findings(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->findings.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_PROSE, "FINDINGS");
	for (size_t i = 0; sec && i < r->findings.len; i++) {
		const struct vmc_finding *f = &r->findings.data[i];

		vmc_str_add(&text, f->severity ? f->severity : "notice");
		vmc_str_add(&text, ": ");
		vmc_words_safe(&text, f->title);
		if (f->count > 1)
			vmc_str_addf(&text, " (%llu times)", (unsigned long long)f->count);
		vmc_sheet_take(s, sec, finding_mood(f), NULL, &text);
		if (f->detail) {
			vmc_str_add(&text, "  ");
			vmc_words_safe(&text, f->detail);
			vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, NULL, &text);
		}
		for (size_t j = 0; j < f->evidence.len; j++) {
			vmc_str_add(&text, "  - ");
			vmc_words_safe(&text, f->evidence.data[j]);
			vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
		}
	}
}
