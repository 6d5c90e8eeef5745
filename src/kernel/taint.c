/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taint letters: taint_flags[] of kernel/panic.c, Documentation/admin-guide/tainted-kernels.rst. */
#include "kernel/system.h"

static const struct {
	char letter;
	const char *meaning;
} taints[] = {
	{ 'P', "proprietary module was loaded" },
	{ 'F', "module was force-loaded" },
	{ 'S', "kernel runs on a processor or system that is out of specification" },
	{ 'R', "module was force-unloaded" },
	{ 'M', "a machine check was reported" },
	{ 'B', "bad page reference or unexpected page flags" },
	{ 'U', "taint requested by user space" },
	{ 'D', "kernel has died before: an oops or BUG" },
	{ 'A', "an ACPI table was overridden" },
	{ 'W', "a warning was issued before" },
	{ 'C', "staging driver was loaded" },
	{ 'I', "workaround for a platform firmware bug is in use" },
	{ 'O', "out-of-tree module was loaded" },
	{ 'E', "unsigned module was loaded" },
	{ 'L', "a soft lockup happened before" },
	{ 'K', "kernel was live-patched" },
	{ 'X', "auxiliary taint, defined by the distribution" },
	{ 'T', "kernel was built with structure randomisation" },
	{ 'N', "an in-kernel test was run" },
	{ 'J', "a fwctl mutating debug operation was used" },
};

char vmc_taint_letter(unsigned int bit)
{
	return bit < VMC_ARRAY_SIZE(taints) ? taints[bit].letter : 0;
}

const char *vmc_taint_meaning(unsigned int bit)
{
	return bit < VMC_ARRAY_SIZE(taints) ? taints[bit].meaning : NULL;
}

void vmc_taint_letters(uint64_t mask, char *buf, size_t size)
{
	size_t n = 0;

	for (unsigned int bit = 0; bit < VMC_ARRAY_SIZE(taints) && n + 1 < size; bit++) {
		if (mask >> bit & 1)
			buf[n++] = taints[bit].letter;
	}
	if (size)
		buf[n] = '\0';
}
