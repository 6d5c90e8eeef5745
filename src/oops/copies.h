/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a line again further up, by time and text. Two lines that are equal and follow each
 * other are nothing unusual (a function that calls itself); so this is asked only where the
 * time runs backwards.
 */
#ifndef VMC_OOPS_COPIES_H
#define VMC_OOPS_COPIES_H

#include "oops/oops.h"

/* A hash table of indexes; zero-initialised it is not built. */
struct copies {
	const struct vmc_log_lines *lines;
	uint32_t *slots; /* index + 1; 0 free */
	size_t mask;
};

/* False when memory is out. Once built, more calls do nothing. */
bool vmc_oops_copies_build(struct copies *c, const struct vmc_log_lines *lines);
/* The line in [low, high) that is equal to line i, or SIZE_MAX. */
size_t vmc_oops_copies_find(const struct copies *c, size_t i, size_t low, size_t high);
void vmc_oops_copies_deinit(struct copies *c);

#endif
