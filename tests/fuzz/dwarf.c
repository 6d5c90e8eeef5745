/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ELF file with DWARF: opens it, then looks at every name, as a session would. What is written
 * of it as BTF must be good BTF, whatever the DWARF was.
 */
#include <stdlib.h>

#include "debug/dwarf/dwarf.h"
#include "debug/dwarf/graph.h"
#include "debug/types/btf-write.h"
#include "debug/types/btf.h"
#include "types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void convert(struct vmc_types *g)
{
	vmc_cleanup(vmc_cleanup_btf_writerp) struct vmc_btf_writer *w = NULL;
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *again = NULL;
	vmc_autofree uint8_t *bytes = NULL;
	struct vmc_error *err = vmc_btf_writer_new(&w);
	size_t size = 0;

	if (!err)
		err = vmc_dwarf_export(g, w);
	if (!err)
		err = vmc_btf_writer_finish(w, &bytes, &size);
	if (!err && vmc_btf_open((struct vmc_bytes){ bytes, size }, false, NULL, &again))
		abort();
	vmc_error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *g = NULL;
	const struct dwarf_table *names;
	unsigned int n = 0;

	vmc_error_free(vmc_dwarf_open((struct vmc_bytes){ data, size }, "input", &g));
	if (!g)
		return 0;
	convert(g);
	names = &((struct dwarf_graph *)g)->names;
	for (size_t i = 0; i <= names->mask && n < NAMES_MAX; i++) {
		if (names->slots[i].name) {
			look_around(g, names->slots[i].name, "");
			n++;
		}
	}
	return 0;
}
