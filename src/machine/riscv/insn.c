/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RISC-V, of which capstone 4 knows nothing: lengths, traps, loads and stores, which is what
 * kernels die of. Everything else keeps its number as text.
 */
#include <inttypes.h>
#include <stdio.h>

#include "machine/isa.h"

#define EBREAK 0x00100073u
#define C_EBREAK 0x9002u

static const char *const reg_names[32] = {
	"zero", "ra", "sp", "gp", "tp",	 "t0",	"t1", "t2", "s0", "s1", "a0",
	"a1",	"a2", "a3", "a4", "a5",	 "a6",	"a7", "s2", "s3", "s4", "s5",
	"s6",	"s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

/* funct3 of LOAD (opcode 0x03) and STORE (0x23). */
static const struct memory_op {
	const char *name;
	unsigned int size;
} loads[8] = { { "lb", 1 },  { "lh", 2 },  { "lw", 4 },	 { "ld", 8 },
	       { "lbu", 1 }, { "lhu", 2 }, { "lwu", 4 }, { NULL, 0 } },
  stores[8] = { { "sb", 1 }, { "sh", 2 }, { "sw", 4 }, { "sd", 8 }, { NULL, 0 } };

/* Compressed loads and stores of quadrant 0 by their top three bits. */
static const struct memory_op compressed[8] = {
	[2] = { "lw", 4 }, [3] = { "ld", 8 }, [6] = { "sw", 4 }, [7] = { "sd", 8 }
};

static uint32_t bits(uint32_t word, unsigned int from, unsigned int n)
{
	return word >> from & ((1u << n) - 1);
}

static void memory(const struct memory_op *op, bool store, unsigned int data, unsigned int base,
		   int32_t displacement, struct vmc_insn *insn, struct vmc_insn_detail *detail)
{
	struct vmc_access a = { .displacement = displacement,
				.address_bits = 64,
				.size = op->size,
				.reads = !store,
				.writes = store };

	snprintf(insn->text, sizeof(insn->text), "%s %s,%" PRId32 "(%s)", op->name, reg_names[data],
		 displacement, reg_names[base]);
	if (!detail)
		return;
	if (base) /* register 0 is the number 0 */
		a.base = vmc_isa_reg(reg_names[base], 64);
	vmc_isa_access(detail, &a);
}

static void trap(const char *text, struct vmc_insn *insn, struct vmc_insn_detail *detail)
{
	snprintf(insn->text, sizeof(insn->text), "%s", text);
	if (detail)
		detail->kind = VMC_INSN_BUG;
}

static void decode_compressed(uint32_t w, struct vmc_insn *insn, struct vmc_insn_detail *detail)
{
	const struct memory_op *op = &compressed[bits(w, 13, 3)];
	uint32_t offset = bits(w, 10, 3) << 3;

	if (w == C_EBREAK) {
		trap("ebreak", insn, detail);
	} else if (bits(w, 0, 2) == 0 && op->name) {
		if (op->size == 4)
			offset |= bits(w, 6, 1) << 2 | bits(w, 5, 1) << 6;
		else
			offset |= bits(w, 5, 2) << 6;
		memory(op, bits(w, 15, 1), 8 + bits(w, 2, 3), 8 + bits(w, 7, 3), (int32_t)offset,
		       insn, detail);
	} else {
		snprintf(insn->text, sizeof(insn->text), ".2byte 0x%04" PRIx32, w);
	}
}

static void decode_word(uint32_t w, struct vmc_insn *insn, struct vmc_insn_detail *detail)
{
	unsigned int opcode = bits(w, 0, 7), funct3 = bits(w, 12, 3), base = bits(w, 15, 5);

	if (w == EBREAK)
		trap("ebreak", insn, detail);
	else if (opcode == 0x03 && loads[funct3].name)
		memory(&loads[funct3], false, bits(w, 7, 5), base, (int32_t)w >> 20, insn, detail);
	else if (opcode == 0x23 && stores[funct3].name)
		memory(&stores[funct3], true, bits(w, 20, 5), base,
		       ((int32_t)w >> 25) * 32 + (int32_t)bits(w, 7, 5), insn, detail);
	else
		snprintf(insn->text, sizeof(insn->text), ".4byte 0x%08" PRIx32, w);
}

static bool decode(const uint8_t *p, size_t len, struct vmc_insn *insn,
		   struct vmc_insn_detail *detail)
{
	if (len < 2)
		return false;
	/* the two lowest bits of anything longer than a half-word are set */
	if ((p[0] & 3) != 3) {
		insn->size = 2;
		decode_compressed((uint32_t)p[0] | (uint32_t)p[1] << 8, insn, detail);
		return true;
	}
	if (len < 4)
		return false;
	insn->size = 4;
	decode_word((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			    (uint32_t)p[3] << 24,
		    insn, detail);
	return true;
}

const struct vmc_isa vmc_isa_riscv = { .unit = 2, .variable = true, .decode = decode };
