/* SPDX-License-Identifier: GPL-2.0-or-later */
/* powerpc instructions. */
#include <string.h>

#include "machine/isa.h"

/* r0 as base is the number 0. */
static struct vmc_insn_reg base_of(csh handle, unsigned int id)
{
	struct vmc_insn_reg reg = vmc_isa_reg(cs_reg_name(handle, id), 64);

	if (id == PPC_REG_R0 || id == PPC_REG_INVALID)
		return (struct vmc_insn_reg){ 0 };
	return reg;
}

/* Bytes by the letter behind "l" and "st": lbz, lhz, lwz, ld, stb ... */
static unsigned int size_by_letter(const char *mnemonic)
{
	static const struct {
		char letter;
		unsigned int size;
	} sizes[] = { { 'b', 1 }, { 'h', 2 }, { 'w', 4 }, { 'd', 8 } };
	char c = mnemonic[*mnemonic == 's' ? (mnemonic[1] == 't' ? 2 : 1) : 1];

	for (size_t i = 0; i < VMC_ARRAY_SIZE(sizes); i++) {
		if (sizes[i].letter == c)
			return sizes[i].size;
	}
	return 0;
}

/* What BUG() is: twui and tdi with unconditional or "not zero" (arch/powerpc/include/asm/bug.h). */
static bool is_ppc_trap(const char *mnemonic)
{
	return strncmp(mnemonic, "trap", 4) == 0 || strncmp(mnemonic, "tw", 2) == 0 ||
	       strncmp(mnemonic, "td", 2) == 0;
}

static void ppc_detail(csh handle, const cs_insn *in, struct vmc_insn_detail *ret)
{
	const cs_ppc *p = &in->detail->ppc;
	bool store = strncmp(in->mnemonic, "st", 2) == 0;

	if (is_ppc_trap(in->mnemonic))
		ret->kind = VMC_INSN_BUG;
	for (unsigned int i = 0; i < p->op_count; i++) {
		const ppc_op_mem *m = &p->operands[i].mem;

		if (p->operands[i].type != PPC_OP_MEM)
			continue;
		vmc_isa_access(ret, &(struct vmc_access){ .base = base_of(handle, m->base),
							  .displacement = m->disp,
							  .address_bits = 64,
							  .size = size_by_letter(in->mnemonic),
							  .reads = !store,
							  .writes = store });
	}
}

const struct vmc_isa vmc_isa_powerpc = {
	.unit = 4,
	.arch = CS_ARCH_PPC,
	.mode = CS_MODE_64 | CS_MODE_LITTLE_ENDIAN,
	.detail = ppc_detail,
};
