/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the kernel ran: one row, names of products speak for themselves. */
#include "render/builders.h"

#include <string.h>

#include "render/words.h"

static const struct {
	const char *name, *format;
} labelled[] = {
	{ "container storage", VMC_SAY("container storage: %s") },
	{ "container network", VMC_SAY("container network: %s") },
	{ "live patch", VMC_SAY("live patch: %s") },
};

static const char *format_of(enum vmc_lang lang, const char *name)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(labelled); i++) {
		if (strcmp(labelled[i].name, name) == 0)
			return vmc_say(lang, labelled[i].format);
	}
	return "%s";
}

void vmc_section_environment(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->environment.len)
		return;
	sec = vmc_sheet_section(s, VMC_SECTION_FACTS, NULL);
	for (size_t i = 0; sec && i < r->environment.len; i++) {
		const struct vmc_fact *f = &r->environment.data[i];
		vmc_autostr struct vmc_str value = { 0 };

		vmc_words_safe(&value, f->value);
		vmc_str_add(&text, i ? vmc_say(s->lang, ", ") : "");
		vmc_str_addf(&text, format_of(s->lang, f->name), vmc_str_text(&value));
	}
	if (sec)
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "ENVIRONMENT"), &text);
}
