/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instruction at which the kernel stood, between its neighbours. */
#include "render/builders.h"

void vmc_section_code(const struct vmc_report *r, struct vmc_sheet *s)
{
	const struct vmc_listing *l = &r->code.listing;
	vmc_autostr struct vmc_str text = { 0 };
	struct vmc_section *sec;

	/* around an assertion's trap there is nothing to read: the verdict says that it is one */
	if (!r->code.known || r->code.listing.detail.kind == VMC_INSN_BUG)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_LINES, vmc_say(r->lang, "CODE where the CPU stood"));
	for (size_t i = 0; sec && i < l->n; i++) {
		bool here = i == l->faulting;

		vmc_str_addf(&text, "%s %s", here ? "=>" : "  ", l->insns[i].text);
		vmc_sheet_take(s, sec, here ? VMC_MOOD_STRONG : VMC_MOOD_PLAIN, NULL, &text);
	}
}
