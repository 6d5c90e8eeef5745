/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file with DWARF: opens it, then looks at every name, as a session would. */
#include <string.h>

#include "base/str.h"
#include "debug/dwarf/dwarf.h"
#include "debug/dwarf/graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names looked at: mutations of one seed should not take seconds. */
#define NAMES_MAX 200
#define ELEMENTS_MAX 20

static void look_at(const struct vmc_type *t)
{
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
	vmc_error_free(vmc_type_path(t, "grid[1][2]", &m));
	vmc_error_free(vmc_type_path(t, "no_such_member", &m));
}

static void look_around(struct vmc_types *g, const char *name)
{
	static const char *const prefixes[] = { "struct ", "union ", "enum ", "" };
	const struct vmc_type *t = NULL;
	struct vmc_error *err;
	int64_t value;

	for (size_t p = 0; p < VMC_ARRAY_SIZE(prefixes); p++) {
		vmc_autostr struct vmc_str text = { 0 };

		vmc_str_addf(&text, "%s%s", prefixes[p], name);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *g = NULL;
	const struct dwarf_table *names;
	unsigned int n = 0;

	vmc_error_free(vmc_dwarf_open((struct vmc_bytes){ data, size }, "input", &g));
	if (!g)
		return 0;
	names = &((struct dwarf_graph *)g)->names;
	for (size_t i = 0; i <= names->mask && n < NAMES_MAX; i++) {
		if (names->slots[i].name) {
			look_around(g, names->slots[i].name);
			n++;
		}
	}
	return 0;
}
