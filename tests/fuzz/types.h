/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at types as a session would: what the harnesses of BTF and DWARF do with a graph. */
#ifndef VMC_FUZZ_TYPES_H
#define VMC_FUZZ_TYPES_H

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "debug/types/type.h"

/* Names looked at: mutations of one seed should not take seconds. */
#define NAMES_MAX    200
#define ELEMENTS_MAX 20

static void look_at(const struct vmc_type *t)
{
	static const char *const paths[] = { "grid[1][2]", "a.b[1].next", "no_such_member" };
	vmc_autostr struct vmc_str s = { 0 };
	const struct vmc_type *other;
	struct vmc_enumerator e;
	struct vmc_member m;

	vmc_error_free(vmc_type_spell(t, &s));
	vmc_error_free(vmc_type_strip(t, &other));
	vmc_error_free(vmc_type_target(t, &other));
	vmc_error_free(vmc_type_enumerator_at(t, 0, &e));
	for (uint32_t i = 0; i < t->n_members && i < ELEMENTS_MAX; i++) {
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		vmc_error_free(err);
		if (err)
			continue;
		vmc_error_free(vmc_type_spell(m.type, &s));
		if (strlen(m.name) < 100)
			vmc_error_free(vmc_type_path(t, m.name, &m));
	}
	for (size_t i = 0; i < VMC_ARRAY_SIZE(paths); i++)
		vmc_error_free(vmc_type_path(t, paths[i], &m));
}

/* All that goes by this name; `suffix` is spelled behind it (" *"). */
static void look_around(struct vmc_types *g, const char *name, const char *suffix)
{
	static const char *const prefixes[] = { "struct ", "union ", "enum ", "" };
	const struct vmc_type *t = NULL;
	struct vmc_error *err;
	int64_t value;

	for (size_t p = 0; p < VMC_ARRAY_SIZE(prefixes); p++) {
		vmc_autostr struct vmc_str text = { 0 };

		vmc_str_addf(&text, "%s%s%s", prefixes[p], name, suffix);
		err = vmc_types_find(g, vmc_str_text(&text), &t);
		vmc_error_free(err);
		if (!err)
			look_at(t);
	}
	err = vmc_types_variable(g, name, &t);
	vmc_error_free(err);
	if (!err)
		look_at(t);
	vmc_error_free(vmc_types_enumerator(g, NULL, name, &value));
}

#endif
