/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 32-bit arm and Thumb instructions. */
#include <stdio.h>
#include <string.h>

#include "machine/isa.h"

/* BUG() is an undefined instruction (arch/arm/include/asm/bug.h). */
#define BUG_ARM 0xe7f001f2u
#define BUG_THUMB 0xde02u

/* The kernel prints r11..r15 as "fp", "ip", "sp", "lr", "pc", capstone r9 and r10 by their old
 * names. */
static struct vmc_insn_reg reg_of(csh handle, unsigned int id)
{
	static const struct {
		unsigned int id;
		const char *name;
	} aliases[] = { { ARM_REG_R9, "r9" },  { ARM_REG_R10, "r10" }, { ARM_REG_R11, "fp" },
			{ ARM_REG_R12, "ip" }, { ARM_REG_SP, "sp" },   { ARM_REG_LR, "lr" } };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(aliases); i++) {
		if (aliases[i].id == id)
			return vmc_isa_reg(aliases[i].name, 32);
	}
	return vmc_isa_reg(cs_reg_name(handle, id), 32);
}

static unsigned int size_of(const char *mnemonic)
{
	size_t n = strcspn(mnemonic, ".");
	char last = n ? mnemonic[n - 1] : 0;

	return last == 'b' ? 1 : last == 'h' ? 2 : last == 'd' ? 8 : 4;
}

/* pc as base reads as the instruction's own address and a bit more: not worth to be wrong about. */
static void add_memory(csh handle, const cs_insn *in, const cs_arm_op *op,
		       struct vmc_insn_detail *d)
{
	bool store = strncmp(in->mnemonic, "st", 2) == 0;
	struct vmc_access a = {
		.base = reg_of(handle, op->mem.base),
		.displacement = op->mem.disp,
		.scale = 1,
		.address_bits = 32,
		.size = size_of(in->mnemonic),
		.reads = !store,
		.writes = store,
	};

	if (op->mem.base == ARM_REG_PC || op->subtracted || op->mem.scale < 0)
		return;
	if (op->mem.index != ARM_REG_INVALID) {
		if (op->shift.type != ARM_SFT_INVALID && op->shift.type != ARM_SFT_LSL)
			return;
		a.index = reg_of(handle, op->mem.index);
		if (op->shift.type == ARM_SFT_LSL)
			a.scale = 1u << (op->shift.value & 31);
	}
	vmc_isa_access(d, &a);
}

/* push, stmdb sp!, ldm: the first register is a base, its neighbours' places are not exact. */
static void add_multiple(csh handle, const cs_insn *in, struct vmc_insn_detail *d)
{
	const cs_arm *a = &in->detail->arm;
	struct vmc_access access = { .scale = 1, .address_bits = 32, .stack = true };

	if (in->id == ARM_INS_PUSH || in->id == ARM_INS_POP)
		access.base = vmc_isa_reg("sp", 32);
	else if ((strncmp(in->mnemonic, "stm", 3) == 0 || strncmp(in->mnemonic, "ldm", 3) == 0) &&
		 a->op_count && a->operands[0].type == ARM_OP_REG)
		access.base = reg_of(handle, a->operands[0].reg);
	else
		return;
	access.stack = strcmp(access.base.name, "sp") == 0;
	access.reads = in->id == ARM_INS_POP || *in->mnemonic == 'l';
	access.writes = !access.reads;
	vmc_isa_access(d, &access);
}

static void detail(csh handle, const cs_insn *in, struct vmc_insn_detail *ret)
{
	const cs_arm *a = &in->detail->arm;

	if ((in->id == ARM_INS_BLX || in->id == ARM_INS_BX) && a->op_count &&
	    a->operands[0].type == ARM_OP_REG) {
		ret->kind = VMC_INSN_CALL;
		ret->operand = reg_of(handle, a->operands[0].reg);
	} else if (in->id == ARM_INS_BKPT) {
		ret->kind = VMC_INSN_BREAKPOINT;
	}
	add_multiple(handle, in, ret);
	for (unsigned int i = 0; i < a->op_count && in->id != ARM_INS_PLD; i++) {
		if (a->operands[i].type == ARM_OP_MEM)
			add_memory(handle, in, &a->operands[i], ret);
	}
}

static uint32_t value_of(const uint8_t *bytes, size_t size)
{
	uint32_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint32_t)bytes[i] << 8 * i;
	return value;
}

static bool trap_arm(const uint8_t *bytes)
{
	return value_of(bytes, 4) == BUG_ARM;
}

static bool trap_thumb(const uint8_t *bytes)
{
	return value_of(bytes, 2) == BUG_THUMB;
}

const struct vmc_isa vmc_isa_arm = {
	.unit = 4,
	.arch = CS_ARCH_ARM,
	.mode = CS_MODE_ARM,
	.detail = detail,
	.is_bug = trap_arm,
};

const struct vmc_isa vmc_isa_thumb = {
	.unit = 2,
	.variable = true,
	.arch = CS_ARCH_ARM,
	.mode = CS_MODE_THUMB,
	.detail = detail,
	.is_bug = trap_thumb,
};
