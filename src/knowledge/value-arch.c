/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines by name; apart, for the program of the build that has no table yet. */
#include "knowledge/value.h"

static const char *const arch_names[VMC_VALUE_ARCH_COUNT] = {
	[VMC_VALUE_X86_64] = "x86_64", [VMC_VALUE_I386] = "i386",	[VMC_VALUE_ARM64] = "arm64",
	[VMC_VALUE_ARM] = "arm",       [VMC_VALUE_RISCV64] = "riscv64", [VMC_VALUE_PPC64] = "ppc64",
	[VMC_VALUE_S390X] = "s390x",
};

const char *vmc_value_arch_name(enum vmc_value_arch arch)
{
	return (unsigned int)arch < VMC_VALUE_ARCH_COUNT ? arch_names[arch] : NULL;
}

bool vmc_value_is_64bit(enum vmc_value_arch arch)
{
	return arch != VMC_VALUE_I386 && arch != VMC_VALUE_ARM;
}
