/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of the knowledge base for people and for programs. */
#ifndef VMC_RENDER_EXPLAIN_H
#define VMC_RENDER_EXPLAIN_H

#include "base/error.h"
#include "base/str.h"
#include "knowledge/rule.h"
#include "render/render.h"

/* Title, meaning, causes, next steps, known issue, references; folded also without a terminal. */
void vmc_explain_text(const struct vmc_rule *rule, enum vmc_lang lang,
		      const struct vmc_style *style, struct vmc_str *out);

/* {query, lang, entries: [...]}; the entries in the order given. */
struct vmc_error *vmc_explain_json(const char *query, enum vmc_lang lang,
				   const struct vmc_rule *const *rules, size_t n,
				   struct vmc_str *out) VMC_MUST_CHECK;

#endif
