/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was loaded or done to the kernel that its maintainers would ask about. */
#include "render/builders.h"

#include "render/words.h"

/* A log can claim any number of modules; JSON has them all. */
#define MODULES_SHOWN 16

/* A dump may have bits that no letter stands for; a log has letters, and tells which were meant. */
static void marks(const struct vmc_report *r, struct vmc_sheet *s, struct vmc_str *out)
{
	if (r->target) {
		vmc_words_taint_long(s->lang, r->system.taint, out);
		return;
	}
	for (size_t i = 0; i < r->taint.marks.len; i++)
		vmc_str_addf(out, "%s%c %s", i ? vmc_say(s->lang, ", ") : "",
			     r->taint.marks.data[i].letter, r->taint.marks.data[i].meaning);
}

void vmc_section_taint(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->system.has_taint || !r->system.taint)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_FACTS, NULL);
	if (!sec)
		return;
	marks(r, s, &text);
	vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "TAINT"), &text);
	for (size_t i = 0; i < r->taint.modules.len && i < MODULES_SHOWN; i++) {
		const struct vmc_tainter *m = &r->taint.modules.data[i];

		vmc_str_add(&text, i ? vmc_say(s->lang, ", ") : "");
		vmc_words_safe(&text, m->name);
		vmc_str_addf(&text, " (%s%s%s)", m->flags, m->remark ? ": " : "",
			     m->remark ? m->remark : "");
	}
	if (r->taint.modules.len > MODULES_SHOWN)
		vmc_str_addf(&text, vmc_say(s->lang, " and %zu more"),
			     r->taint.modules.len - MODULES_SHOWN);
	if (text.len)
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "BY MODULES"), &text);
}
