/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From code bytes to the instruction at which a CPU stood: its text, what kind of thing it
 * is, and which memory it touches. With the registers, that memory has an address, and the
 * address tells which of them was bad.
 *
 * Nothing here is sure to be what the CPU did: callers compare the address with the one
 * that the kernel reported, and say so where they differ.
 */
#ifndef VMC_MACHINE_DISASM_H
#define VMC_MACHINE_DISASM_H

#include "base/error.h"
#include "machine/code.h"

enum vmc_cpu_type {
	VMC_CPU_UNKNOWN,
	VMC_CPU_X86_64,
	VMC_CPU_X86_32,
	VMC_CPU_ARM64,
	VMC_CPU_ARM,
	VMC_CPU_THUMB,
	VMC_CPU_POWERPC,
	VMC_CPU_RISCV,
};

enum vmc_insn_kind {
	VMC_INSN_OTHER,
	VMC_INSN_UNDECODED,  /* damaged, or newer than the disassembler */
	VMC_INSN_BUG,	     /* what BUG() and WARN() are made of, and nothing else is */
	VMC_INSN_TRAP_KASAN, /* check of an instrumented kernel that ended here */
	VMC_INSN_TRAP_UBSAN,
	VMC_INSN_BREAKPOINT, /* int3, brk of a debugger */
	VMC_INSN_DIVIDE,
	VMC_INSN_CALL, /* call or jump to where a register or memory points */
	VMC_INSN_HALT,
	VMC_INSN_PRIVILEGED, /* control and model-specific registers, interrupt flag ... */
};

#define VMC_INSN_TEXT 200 /* longer than what capstone makes */
#define VMC_INSN_BYTES 15 /* the longest of x86 */

struct vmc_insn {
	size_t offset; /* in the code bytes */
	size_t size;
	char text[VMC_INSN_TEXT]; /* x86: AT&T syntax, as objdump and crash write it */
};

/* A register as the instruction names it, and the whole one of which it is a part. */
struct vmc_insn_reg {
	char name[8];  /* "ecx"; "" none */
	char whole[8]; /* "rcx" */
	unsigned int bits;
};

/* One piece of memory: segment base + base + index * scale + displacement. */
struct vmc_access {
	struct vmc_insn_reg base, index;
	char segment[4]; /* "gs", "fs" where it moves the address, "" else */
	int64_t displacement;
	unsigned int scale;
	bool index_signed; /* a 32-bit index is extended with its sign */
	unsigned int address_bits;
	unsigned int size; /* bytes; 0: unknown, and the address may lie off by as much */
	bool reads, writes;
	bool stack;	  /* the push or pop that is part of a call, a return ... */
	bool pc_relative; /* base is the instruction after this one */
};

#define VMC_ACCESS_MAX 3

/* What the faulting instruction does. */
struct vmc_insn_detail {
	enum vmc_insn_kind kind;
	struct vmc_insn_reg operand; /* the divisor, or the register that holds a call's target */
	struct vmc_access access[VMC_ACCESS_MAX];
	size_t n_access;
};

#define VMC_LISTING_AROUND 3 /* instructions on either side of the faulting one */
#define VMC_LISTING_MAX (2 * VMC_LISTING_AROUND + 1)

struct vmc_listing {
	struct vmc_insn insns[VMC_LISTING_MAX];
	size_t n;
	size_t faulting; /* index of the marked one */
	bool guessed;	 /* x86: where the instructions before it start is a guess */
	struct vmc_insn_detail detail;
};

/*
 * Disassembles the marked instruction and those around it. VMC_UNSUPPORTED when the CPU is
 * none of the above or its instructions have another width than the code's groups,
 * VMC_NOT_FOUND when nothing is marked.
 */
struct vmc_error *vmc_disassemble(const struct vmc_machine_code *code, enum vmc_cpu_type cpu,
				  struct vmc_listing *ret) VMC_MUST_CHECK;

/* Value of a whole register ("rdi", "x0", "gs_base"); false when it is not known. */
typedef bool (*vmc_reg_value)(void *arg, const char *whole, uint64_t *ret);

/* The value of a register or of the part that is meant. */
bool vmc_insn_reg_value(const struct vmc_insn_reg *reg, vmc_reg_value value, void *arg,
			uint64_t *ret);
/* The effective address; false when one of the registers is not known. `next` is the
 * address behind the instruction, 0 unknown. */
bool vmc_access_address(const struct vmc_access *a, uint64_t next, vmc_reg_value value, void *arg,
			uint64_t *ret);

#endif
