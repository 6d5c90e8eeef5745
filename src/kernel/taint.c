/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taint letters: taint_flags[] of kernel/panic.c, Documentation/admin-guide/tainted-kernels.rst. */
#include "kernel/system.h"

/* By bit. What they mean is in data/values/taint.yaml. */
static const char taints[] = "PFSRMBUDAWCIOELKXTNJ"
			     "\0\0\0\0\0\0\0\0" /* given to nobody */
			     "HT"; /* RHEL: hardware that it does not support, a preview */
#define N_TAINTS (sizeof(taints) - 1)

char vmc_taint_letter(unsigned int bit)
{
	return bit < N_TAINTS ? taints[bit] : 0;
}

void vmc_taint_letters(uint64_t mask, char *buf, size_t size)
{
	size_t n = 0;

	for (unsigned int bit = 0; bit < N_TAINTS && n + 1 < size; bit++) {
		if ((mask >> bit & 1) && taints[bit])
			buf[n++] = taints[bit];
	}
	if (size)
		buf[n] = '\0';
}
