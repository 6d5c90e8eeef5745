/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file with DWARF: opens it, then looks at every name, as a session would. */
#include "debug/dwarf/dwarf.h"
#include "debug/dwarf/graph.h"
#include "types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
			look_around(g, names->slots[i].name, "");
			n++;
		}
	}
	return 0;
}
