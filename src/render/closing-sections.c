/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of the report: what is missing from it, and what it was made from. */
#include "render/builders.h"

#include "render/words.h"

void vmc_section_unavailable(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->unavailable.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_PROSE, vmc_say(s->lang, "NOT AVAILABLE"));
	for (size_t i = 0; sec && i < r->unavailable.len; i++) {
		vmc_words_safe(&text, r->unavailable.data[i].said);
		vmc_str_add(&text, vmc_say(s->lang, ": "));
		vmc_words_safe(&text, r->unavailable.data[i].why);
		vmc_sheet_take(s, sec, VMC_MOOD_DOUBT, NULL, &text);
	}
}

void vmc_section_footer(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec = vmc_sheet_section(s, VMC_SECTION_PROSE, NULL);

	if (!sec)
		return;
	if (!r->target) {
		vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET,
			       "From log text alone: no memory to look into.");
		return;
	}
	vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET,
		       "Sources: %s dump, VMCOREINFO %s, symbols %s, types %s, frames %s.",
		       vmc_words_format(r), vmc_words_vmcoreinfo(r), vmc_words_symbols(r),
		       vmc_words_types(r), vmc_words_unwind(r));
	if (r->target->debugfile)
		vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET, "Source lines: DWARF of the vmlinux.");
}
