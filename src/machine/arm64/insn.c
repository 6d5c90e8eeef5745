/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64 instructions: which memory they touch, and what their traps mean. */
#include <stdio.h>
#include <string.h>

#include "machine/isa.h"

/* Comments of brk (arch/arm64/include/asm/brk-imm.h). */
static const struct {
	int64_t first, last;
	enum vmc_insn_kind kind;
} traps[] = {
	{ 0x800, 0x800, VMC_INSN_BUG },
	{ 0x900, 0x9ff, VMC_INSN_TRAP_KASAN },
	{ 0x5500, 0x55ff, VMC_INSN_TRAP_UBSAN },
};

static enum vmc_insn_kind kind_of_brk(const cs_arm64 *a)
{
	for (size_t i = 0; a->op_count && i < VMC_ARRAY_SIZE(traps); i++) {
		if (a->operands[0].imm >= traps[i].first && a->operands[0].imm <= traps[i].last)
			return traps[i].kind;
	}
	return VMC_INSN_BREAKPOINT;
}

/* w3 is the lower half of x3; zero registers hold nothing to ask for. */
static struct vmc_insn_reg reg_of(csh handle, unsigned int id)
{
	struct vmc_insn_reg reg = vmc_isa_reg(cs_reg_name(handle, id), 64);

	if (id == ARM64_REG_XZR || id == ARM64_REG_WZR)
		reg.whole[0] = '\0';
	if (*reg.name == 'w' && *reg.whole) {
		reg.whole[0] = 'x';
		reg.bits = 32;
	}
	if (strcmp(reg.name, "lr") == 0 || strcmp(reg.name, "fp") == 0)
		snprintf(reg.whole, sizeof(reg.whole), "%s", *reg.name == 'l' ? "x30" : "x29");
	return reg;
}

/* Bytes that a load or store moves: by the end of its name, else by its first register. */
static unsigned int size_of(csh handle, const cs_insn *in)
{
	const char *end = in->mnemonic + strlen(in->mnemonic) - 1;
	const char *first = in->detail->arm64.operands[0].type == ARM64_OP_REG
				    ? cs_reg_name(handle, in->detail->arm64.operands[0].reg)
				    : NULL;
	unsigned int pair = strchr(in->mnemonic, 'p') ? 2 : 1;

	if (*end == 'b' || *end == 'h')
		return *end == 'b' ? 1 : 2;
	if (strcmp(in->mnemonic, "ldrsw") == 0 || strcmp(in->mnemonic, "ldursw") == 0)
		return 4;
	if (!first || (*first != 'w' && *first != 'x'))
		return 0;
	return (*first == 'w' ? 4 : 8) * pair;
}

static bool touches_memory(const char *mnemonic)
{
	return strncmp(mnemonic, "prf", 3) != 0;
}

static void add_memory(csh handle, const cs_insn *in, const cs_arm64_op *op,
		       struct vmc_insn_detail *d)
{
	struct vmc_access a = {
		.base = reg_of(handle, op->mem.base),
		.displacement = op->mem.disp,
		.scale = 1,
		.address_bits = 64,
		.size = size_of(handle, in),
		/* the rest are atomics: they do both */
		.reads = strncmp(in->mnemonic, "st", 2) != 0,
		.writes = strncmp(in->mnemonic, "ld", 2) != 0,
	};

	if (op->mem.index != ARM64_REG_INVALID) {
		a.index = reg_of(handle, op->mem.index);
		if (op->shift.type == ARM64_SFT_LSL || op->ext != ARM64_EXT_INVALID)
			a.scale = 1u << (op->shift.value & 7);
		a.index_signed = op->ext == ARM64_EXT_SXTW;
	}
	vmc_isa_access(d, &a);
}

/* Clears a block: the register is the address, not the data. */
static void add_zeroing(csh handle, const cs_arm64 *a, struct vmc_insn_detail *d)
{
	vmc_isa_access(d, &(struct vmc_access){ .base = reg_of(handle, a->operands[1].reg),
						.address_bits = 64,
						.writes = true });
}

static const struct vmc_isa_kind kinds[] = {
	{ ARM64_INS_BLR, VMC_INSN_CALL },	{ ARM64_INS_BR, VMC_INSN_CALL },
	{ ARM64_INS_HLT, VMC_INSN_BREAKPOINT }, { ARM64_INS_MRS, VMC_INSN_PRIVILEGED },
	{ ARM64_INS_MSR, VMC_INSN_PRIVILEGED }, { 0, VMC_INSN_OTHER },
};

static void detail(csh handle, const cs_insn *in, struct vmc_insn_detail *ret)
{
	const cs_arm64 *a = &in->detail->arm64;

	ret->kind = in->id == ARM64_INS_BRK ? kind_of_brk(a) : vmc_isa_kind(kinds, in->id);
	if (ret->kind == VMC_INSN_CALL && a->op_count && a->operands[0].type == ARM64_OP_REG)
		ret->operand = reg_of(handle, a->operands[0].reg);
	if (in->id == ARM64_INS_DC && strncmp(in->op_str, "zva", 3) == 0 && a->op_count > 1)
		add_zeroing(handle, a, ret);
	for (unsigned int i = 0; i < a->op_count && touches_memory(in->mnemonic); i++) {
		if (a->operands[i].type == ARM64_OP_MEM)
			add_memory(handle, in, &a->operands[i], ret);
	}
}

const struct vmc_isa vmc_isa_arm64 = {
	.unit = 4,
	.arch = CS_ARCH_ARM64,
	.mode = CS_MODE_LITTLE_ENDIAN,
	.detail = detail,
};
