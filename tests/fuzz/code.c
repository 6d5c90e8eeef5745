/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Code: line of a kernel report, for every CPU there is. What is listed has to lie within
 * the bytes and follow one upon the other, and the marked one has to be where the mark is.
 */
#include <string.h>

#include "machine/disasm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool any_value(void *arg, const char *whole, uint64_t *ret)
{
	(void)arg;
	*ret = UINT64_MAX / (uint64_t)(unsigned char)*whole;
	return true;
}

static void check(const struct vmc_machine_code *code, const struct vmc_listing *l)
{
	size_t at = l->insns[0].offset;
	uint64_t address;

	if (!l->n || l->n > VMC_LISTING_MAX || l->faulting >= l->n ||
	    l->insns[l->faulting].offset != code->mark || l->detail.n_access > VMC_ACCESS_MAX)
		__builtin_trap();
	for (size_t i = 0; i < l->n; i++) {
		const struct vmc_insn *insn = &l->insns[i];

		if (insn->offset != at || !insn->size || insn->size > VMC_INSN_BYTES ||
		    at + insn->size > code->len || !*insn->text)
			__builtin_trap();
		at += insn->size;
	}
	for (size_t i = 0; i < l->detail.n_access; i++)
		vmc_access_address(&l->detail.access[i], 0x1000, any_value, NULL, &address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[1024];
	size_t n = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	struct vmc_machine_code code;
	struct vmc_listing listing;

	memcpy(text, data, n);
	text[n] = '\0';
	if (!vmc_machine_code_parse(text, &code))
		return 0;
	for (int cpu = VMC_CPU_UNKNOWN; cpu <= VMC_CPU_RISCV + 1; cpu++) {
		struct vmc_error *err = vmc_disassemble(&code, (enum vmc_cpu_type)cpu, &listing);

		if (!err)
			check(&code, &listing);
		vmc_error_free(err);
	}
	return 0;
}
