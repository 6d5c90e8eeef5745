/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All names of the index, or those that were used, for a writer of BTF. */
#include <stdlib.h>

#include "base/vec.h"
#include "debug/dwarf/dwarf.h"
#include "debug/dwarf/graph.h"

/* In the order of the file, so that of equal things the first one stays first. */
static int by_entry(const void *a, const void *b)
{
	const struct dwarf_named *x = a, *y = b;

	if (x->die != y->die)
		return x->die < y->die ? -1 : 1;
	return strcmp(x->name, y->name);
}

static struct vmc_error *export_name(struct dwarf_graph *g, struct vmc_btf_writer *w,
				     const struct dwarf_named *e)
{
	const struct vmc_type *t;
	struct vmc_error *err = dwarf_named_type(g, e, &t);

	if (vmc_error_code(err) == VMC_NO_MEMORY)
		return err;
	vmc_error_free(err); /* damaged: it is of no use to a later reader either */
	if (err)
		return NULL;
	return e->space == DWARF_SPACE_VARIABLE ? vmc_btf_writer_variable(w, e->name, t)
						: vmc_btf_writer_type(w, t);
}

struct vmc_error *vmc_dwarf_export(struct vmc_types *types, struct vmc_btf_writer *w)
{
	struct dwarf_graph *g = (struct dwarf_graph *)types;
	const struct dwarf_table *names = &g->names;
	vmc_autofree struct dwarf_named *sorted = calloc(names->len + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return vmc_error_no_memory();
	for (size_t i = 0; i <= names->mask; i++) {
		if (names->slots[i].name)
			sorted[n++] = names->slots[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_entry);
	for (size_t i = 0; i < n; i++)
		VMC_TRY(export_name(g, w, &sorted[i]));
	return NULL;
}
