/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the positions of addresses, one a line of standard input, as addr2line -a -i -f does. */
#include <stdio.h>

#include "debug/source/lines.h"
#include "debug/symbols/elfsym.h"

static void show(struct source_info *l, uint64_t pc)
{
	struct vmc_source_places p = { 0 };
	struct vmc_arena arena = { 0 };
	vmc_autoerror struct vmc_error *err = vmc_lines_at(l, pc, &arena, &p);
	const struct vmc_source_place *at;

	printf("0x%016llx\n", (unsigned long long)pc);
	if (err)
		fprintf(stderr, "%s\n", vmc_error_text(err));
	vmc_vec_each (at, &p.places) {
		/* the last place has the function, all before it stand in another */
		if (at->inlined != (at + 1 < p.places.data + p.places.len))
			printf("wrongly %sinlined\n", at->inlined ? "" : "not ");
		printf("%s\n%s:%u\n", at->function ? at->function : "??",
		       at->file ? at->file : "??", at->line);
	}
	vmc_source_places_deinit(&p);
	vmc_arena_deinit(&arena);
}

int main(int argc, char **argv)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct source_info info = { 0 };
	struct vmc_error *err;
	char line[64];

	if (argc != 2)
		return 2;
	err = vmc_elf_open(argv[1], &e);
	if (!err)
		err = source_info_init(&info, e, NULL);
	if (err) {
		fprintf(stderr, "%s\n", vmc_error_text(err));
		vmc_error_free(err);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin))
		show(&info, strtoull(line, NULL, 16));
	source_info_deinit(&info);
	return 0;
}
