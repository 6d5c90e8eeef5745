/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which module names are Linux's own (data/modules/). Kept as hashes, a third of the size: a
 * name that is not among them is certainly not in the list, the other way round there is
 * a chance of one in 350000.
 */
#ifndef VMC_KNOWLEDGE_MODULES_H
#define VMC_KNOWLEDGE_MODULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* '-' and '_' are the same. */
bool vmc_module_is_mainline(const char *name);

/* Made by tools/embed-names: 32-bit FNV-1a, ascending. */
extern const uint32_t vmc_module_hashes[];
extern const size_t vmc_n_module_hashes;

#endif
