/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers that hold something special. Flags and addresses as usual are in the JSON only. */
#include "render/builders.h"

#include "base/lang.h"
#include "render/words.h"

static bool same_value(const struct vmc_report_register *a, const struct vmc_report_register *b)
{
	return a->special && a->value == b->value && vmc_streq(a->meaning, b->meaning);
}

/* "RAX, RDI": each register that holds the same. */
static void names(const struct vmc_report *r, size_t first, struct vmc_str *out)
{
	for (size_t i = first; i < r->registers.len; i++) {
		if (!same_value(&r->registers.data[i], &r->registers.data[first]))
			continue;
		vmc_str_add(out, i > first ? ", " : "");
		vmc_words_safe(out, vmc_say(r->lang, r->registers.data[i].name));
	}
}

static bool is_told(const struct vmc_report *r, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (same_value(&r->registers.data[i], &r->registers.data[at]))
			return true;
	}
	return false;
}

void vmc_section_registers(const struct vmc_report *r, struct vmc_sheet *s)
{
	struct vmc_section *sec = NULL;
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = 0; i < r->registers.len; i++) {
		const struct vmc_report_register *reg = &r->registers.data[i];

		if (!reg->special || is_told(r, i))
			continue;
		if (!sec)
			sec = vmc_sheet_section(s, VMC_SECTION_PROSE,
						vmc_say(r->lang, "REGISTERS that tell something"));
		if (!sec)
			return;
		names(r, i, &text);
		vmc_str_addf(&text, " 0x%llx  ", (unsigned long long)reg->value);
		vmc_words_safe(&text, reg->meaning);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, NULL, &text);
	}
}
