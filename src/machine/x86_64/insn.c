/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86 instructions: capstone's AT&T text made to read as objdump's and crash's does, and
 * the memory that an instruction touches.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "machine/isa.h"

/* ---- text ---- */

static bool has_register_operand(const cs_x86 *x)
{
	for (unsigned int i = 0; i < x->op_count; i++) {
		if (x->operands[i].type == X86_OP_REG)
			return true;
	}
	return false;
}

static const cs_x86_op *memory_operand(const cs_x86 *x)
{
	for (unsigned int i = 0; i < x->op_count; i++) {
		if (x->operands[i].type == X86_OP_MEM)
			return &x->operands[i];
	}
	return NULL;
}

/* Stack and control flow have one size only, whatever the operand is. */
static bool has_fixed_size(csh handle, const cs_insn *in)
{
	static const unsigned int ids[] = { X86_INS_PUSH, X86_INS_POP, X86_INS_PUSHF,
					    X86_INS_POPF };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(ids); i++) {
		if (in->id == ids[i])
			return true;
	}
	return cs_insn_group(handle, in, CS_GRP_JUMP) || cs_insn_group(handle, in, CS_GRP_CALL);
}

/*
 * objdump writes the size of an operand only where no register tells it: "mov %rax,(%rdi)",
 * but "movl $0x0,(%rdi)". capstone always does.
 */
static void add_mnemonic(csh handle, const cs_insn *in, struct vmc_str *s)
{
	const cs_x86 *x = &in->detail->x86;
	const char *name = cs_insn_name(handle, in->id), *word = strrchr(in->mnemonic, ' ');
	size_t n = name ? strlen(name) : 0;

	word = word ? word + 1 : in->mnemonic;
	if (n && strncmp(word, name, n) == 0 && strlen(word) == n + 1 && strchr("bwlq", word[n]) &&
	    (has_register_operand(x) || !memory_operand(x) || has_fixed_size(handle, in)))
		vmc_str_addn(s, in->mnemonic, (size_t)(word - in->mnemonic) + n);
	else
		vmc_str_add(s, in->mnemonic);
}

/* How wide an immediate is shown: as the operand that it works on. */
static uint64_t immediate_mask(const cs_x86 *x)
{
	unsigned int size = 0;

	for (unsigned int i = 0; i < x->op_count; i++) {
		if (x->operands[i].type != X86_OP_IMM)
			size = x->operands[i].size;
		else if (!size)
			size = x->operands[i].size;
	}
	return size && size < 8 ? ((uint64_t)1 << 8 * size) - 1 : UINT64_MAX;
}

/* Reads "-8", "0x10"; false when there is no number. */
static bool eat_number(const char **p, bool *ret_negative, uint64_t *ret)
{
	const char *q = *p + (**p == '-');
	char *end;

	if (*q < '0' || *q > '9')
		return false;
	*ret = strtoull(q, &end, 0);
	*ret_negative = **p == '-';
	*p = end;
	return true;
}

/*
 * All numbers hexadecimal but scales, no blanks; the scale also where it is 1, the
 * displacement also where it is 0. `depth` tells what a number is: inside the brackets it is a
 * scale.
 */
static void add_operands(const cs_insn *in, struct vmc_str *s)
{
	uint64_t mask = immediate_mask(&in->detail->x86), number;
	unsigned int depth = 0, commas = 0;
	char before = 0;
	bool negative;

	for (const char *p = in->op_str; *p;) {
		if (!depth && (!before || strchr("$,*:", before)) &&
		    eat_number(&p, &negative, &number)) {
			if (before == '$')
				vmc_str_addf(s, "0x%" PRIx64, (negative ? -number : number) & mask);
			else
				vmc_str_addf(s, "%s0x%" PRIx64, negative ? "-" : "", number);
			before = '0';
			continue;
		}
		if (*p == '(') {
			if (!depth && before != '0' && in->detail->x86.encoding.disp_size)
				vmc_str_add(s, "0x0");
			depth++;
			commas = 0;
		} else if (*p == ')' && depth) {
			depth--;
			vmc_str_add(s, commas == 1 ? ",1" : "");
		} else if (*p == ',') {
			commas++;
		}
		if (*p != ' ')
			vmc_str_addc(s, *p);
		before = *p != ' ' ? *p : before;
		p++;
	}
}

/* clang's -fsanitize-trap puts the sort of check into the operand, which capstone 4 takes for code.
 */
static bool is_ud1(const cs_x86 *x)
{
	return x->opcode[0] == 0x0f && x->opcode[1] == 0xb9;
}

static void x86_text(csh handle, const cs_insn *in, struct vmc_insn *insn)
{
	vmc_autostr struct vmc_str s = { 0 };

	if (is_ud1(&in->detail->x86)) {
		snprintf(insn->text, sizeof(insn->text), "ud1");
		return;
	}
	add_mnemonic(handle, in, &s);
	if (*in->op_str)
		vmc_str_addc(&s, ' ');
	add_operands(in, &s);
	if (!s.failed)
		snprintf(insn->text, sizeof(insn->text), "%s", vmc_str_text(&s));
}

/* ---- what it does ---- */

/* The parts of a register: whole, 32, 16, low 8 and high 8 bits. */
static const char *const families[][5] = {
	{ "rax", "eax", "ax", "al", "ah" }, { "rbx", "ebx", "bx", "bl", "bh" },
	{ "rcx", "ecx", "cx", "cl", "ch" }, { "rdx", "edx", "dx", "dl", "dh" },
	{ "rsi", "esi", "si", "sil" },	    { "rdi", "edi", "di", "dil" },
	{ "rbp", "ebp", "bp", "bpl" },	    { "rsp", "esp", "sp", "spl" },
};

static struct vmc_insn_reg reg_of(csh handle, unsigned int id, bool wide)
{
	static const unsigned int bits[] = { 64, 32, 16, 8, 8 };
	struct vmc_insn_reg reg = vmc_isa_reg(cs_reg_name(handle, id), 64);
	size_t n = strlen(reg.name);

	for (size_t f = 0; f < VMC_ARRAY_SIZE(families); f++) {
		for (size_t i = 0; i < 5 && families[f][i]; i++) {
			if (strcmp(reg.name, families[f][i]) != 0)
				continue;
			/* bits 8..15 are no low part: their value is not asked for */
			snprintf(reg.whole, sizeof(reg.whole), "%s",
				 i == 4 ? "" : families[f][wide ? 0 : 1]);
			reg.bits = bits[i];
			return reg;
		}
	}
	if (n > 2 && reg.name[0] == 'r' && reg.name[1] >= '0' && reg.name[1] <= '9' &&
	    strchr("dwb", reg.name[n - 1])) {
		reg.bits = reg.name[n - 1] == 'd' ? 32 : reg.name[n - 1] == 'w' ? 16 : 8;
		reg.whole[n - 1] = '\0';
	}
	return reg;
}

/* Operands that name memory without touching it, or without a fault if they may not. */
static bool only_names_memory(unsigned int id)
{
	static const unsigned int ids[] = {
		X86_INS_LEA,	    X86_INS_NOP,	X86_INS_PREFETCH,   X86_INS_PREFETCHNTA,
		X86_INS_PREFETCHT0, X86_INS_PREFETCHT1, X86_INS_PREFETCHT2, X86_INS_PREFETCHW,
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(ids); i++) {
		if (id == ids[i])
			return true;
	}
	return false;
}

/* With a bit number in a register these reach beyond the operand. */
static bool is_bit_test(const cs_insn *in)
{
	bool any = in->id == X86_INS_BT || in->id == X86_INS_BTS || in->id == X86_INS_BTR ||
		   in->id == X86_INS_BTC;

	return any && has_register_operand(&in->detail->x86);
}

static void add_memory(csh handle, const cs_insn *in, const cs_x86_op *op, bool wide,
		       struct vmc_insn_detail *d)
{
	const x86_op_mem *m = &op->mem;
	struct vmc_access a = {
		.displacement = m->disp,
		.scale = (unsigned int)m->scale,
		.address_bits = 8u * in->detail->x86.addr_size,
		.size = is_bit_test(in) ? 0 : op->size,
		.reads = op->access & CS_AC_READ,
		.writes = op->access & CS_AC_WRITE,
	};

	if (m->base == X86_REG_RIP)
		a.pc_relative = true;
	else if (m->base != X86_REG_INVALID)
		a.base = reg_of(handle, m->base, wide);
	if (m->index != X86_REG_INVALID && m->index != X86_REG_RIZ && m->index != X86_REG_EIZ)
		a.index = reg_of(handle, m->index, wide);
	/* in 64-bit mode the other segments begin at 0, and with Linux also in 32-bit mode */
	if (m->segment == X86_REG_GS || m->segment == X86_REG_FS)
		snprintf(a.segment, sizeof(a.segment), "%s", cs_reg_name(handle, m->segment));
	vmc_isa_access(d, &a);
}

/* The stack, where the instruction does not name it: instruction, and what happens there. */
static const struct {
	unsigned int id;
	bool push, frame; /* frame: by the frame pointer */
} stack_users[] = {
	{ X86_INS_PUSH, true, false },	 { X86_INS_PUSHF, true, false },
	{ X86_INS_PUSHFQ, true, false }, { X86_INS_PUSHFD, true, false },
	{ X86_INS_CALL, true, false },	 { X86_INS_POP, false, false },
	{ X86_INS_POPF, false, false },	 { X86_INS_POPFQ, false, false },
	{ X86_INS_POPFD, false, false }, { X86_INS_RET, false, false },
	{ X86_INS_IRETQ, false, false }, { X86_INS_IRETD, false, false },
	{ X86_INS_LEAVE, false, true },
};

static void add_stack(unsigned int id, bool wide, struct vmc_insn_detail *d)
{
	unsigned int word = wide ? 8 : 4;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(stack_users); i++) {
		const char *pointer =
			stack_users[i].frame ? (wide ? "rbp" : "ebp") : (wide ? "rsp" : "esp");
		struct vmc_access a = {
			.base = vmc_isa_reg(pointer, 8 * word),
			.displacement = stack_users[i].push ? -(int64_t)word : 0,
			.address_bits = 8 * word,
			.size = word,
			.reads = !stack_users[i].push,
			.writes = stack_users[i].push,
			.stack = true,
		};

		if (stack_users[i].id == id)
			vmc_isa_access(d, &a);
	}
}

static const struct vmc_isa_kind kinds[] = {
	{ X86_INS_UD2, VMC_INSN_BUG },		{ X86_INS_INT3, VMC_INSN_BREAKPOINT },
	{ X86_INS_DIV, VMC_INSN_DIVIDE },	{ X86_INS_IDIV, VMC_INSN_DIVIDE },
	{ X86_INS_HLT, VMC_INSN_HALT },		{ X86_INS_CLI, VMC_INSN_PRIVILEGED },
	{ X86_INS_STI, VMC_INSN_PRIVILEGED },	{ X86_INS_RDMSR, VMC_INSN_PRIVILEGED },
	{ X86_INS_WRMSR, VMC_INSN_PRIVILEGED }, { 0, VMC_INSN_OTHER },
};

static void detail_of(csh handle, const cs_insn *in, bool wide, struct vmc_insn_detail *ret)
{
	const cs_x86 *x = &in->detail->x86;

	ret->kind = vmc_isa_kind(kinds, in->id);
	if (is_ud1(x))
		ret->kind = VMC_INSN_TRAP_UBSAN;
	if (ret->kind == VMC_INSN_OTHER && cs_insn_group(handle, in, X86_GRP_PRIVILEGE))
		ret->kind = VMC_INSN_PRIVILEGED;
	for (unsigned int i = 0; i < x->op_count && !only_names_memory(in->id); i++) {
		if (x->operands[i].type == X86_OP_MEM)
			add_memory(handle, in, &x->operands[i], wide, ret);
	}
	if ((in->id == X86_INS_CALL || in->id == X86_INS_JMP) && x->op_count == 1 &&
	    x->operands[0].type != X86_OP_IMM)
		ret->kind = VMC_INSN_CALL;
	if ((ret->kind == VMC_INSN_DIVIDE || ret->kind == VMC_INSN_CALL) && x->op_count == 1 &&
	    x->operands[0].type == X86_OP_REG)
		ret->operand = reg_of(handle, x->operands[0].reg, wide);
	add_stack(in->id, wide, ret);
}

static void detail_64(csh handle, const cs_insn *in, struct vmc_insn_detail *ret)
{
	detail_of(handle, in, true, ret);
}

static void detail_32(csh handle, const cs_insn *in, struct vmc_insn_detail *ret)
{
	detail_of(handle, in, false, ret);
}

const struct vmc_isa vmc_isa_x86_64 = {
	.unit = 1,
	.variable = true,
	.arch = CS_ARCH_X86,
	.mode = CS_MODE_64,
	.text = x86_text,
	.detail = detail_64,
};

const struct vmc_isa vmc_isa_x86_32 = {
	.unit = 1,
	.variable = true,
	.arch = CS_ARCH_X86,
	.mode = CS_MODE_32,
	.text = x86_text,
	.detail = detail_32,
};
