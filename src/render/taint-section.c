/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was loaded or done to the kernel that its maintainers would ask about. */
#include "render/builders.h"

#include "render/words.h"

void vmc_section_taint(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };
	const char *separator = "";

	if (!r->system.has_taint || !r->system.taint)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_FACTS, NULL);
	if (!sec)
		return;
	vmc_words_taint_long(s->lang, r->system.taint, &text);
	vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "TAINT"), &text);
	if (!r->target)
		return;
	for (size_t i = 0; i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];

		if (!m->taints)
			continue;
		vmc_str_add(&text, separator);
		vmc_words_safe(&text, m->name);
		vmc_str_add(&text, " (");
		vmc_words_taint(m->taints, &text);
		vmc_str_addc(&text, ')');
		separator = vmc_say(s->lang, ", ");
	}
	if (text.len)
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "BY MODULES"), &text);
}
