/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/modules.h"

#include <stdlib.h>

static int by_hash(const void *key, const void *row)
{
	uint32_t a = *(const uint32_t *)key, b = *(const uint32_t *)row;

	return (a > b) - (a < b);
}

bool vmc_module_is_mainline(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (uint32_t)(*name == '-' ? '_' : (unsigned char)*name)) * 16777619u;
	return bsearch(&h, vmc_module_hashes, vmc_n_module_hashes, sizeof(h), by_hash) != NULL;
}
