/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is a matter of the CPU and not of the kernel: page tables, registers,
 * the notes that carry registers. Works over a read-physical callback, so it
 * is tested without a dump.
 *
 * To add a machine: a folder beside x86_64/ with these functions under its own
 * name, chosen by the dump's e_machine where memory/memory.c walks page tables
 * and where target/ finds the kernel and starts to unwind. Nothing else knows the CPU.
 */
#ifndef VMC_MACHINE_MACHINE_H
#define VMC_MACHINE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

/* x86-64 registers: DWARF numbers for 0..16 (System V ABI), then what only dumps have. */
enum vmc_x86_reg {
	VMC_X86_RAX, VMC_X86_RDX, VMC_X86_RCX, VMC_X86_RBX,
	VMC_X86_RSI, VMC_X86_RDI, VMC_X86_RBP, VMC_X86_RSP,
	VMC_X86_R8, VMC_X86_R9, VMC_X86_R10, VMC_X86_R11,
	VMC_X86_R12, VMC_X86_R13, VMC_X86_R14, VMC_X86_R15,
	VMC_X86_RIP,
	VMC_X86_RFLAGS, VMC_X86_CS, VMC_X86_SS, VMC_X86_ORIG_RAX,
	VMC_X86_FS_BASE, VMC_X86_GS_BASE, VMC_X86_KERNEL_GS_BASE,
	VMC_X86_CR0, VMC_X86_CR2, VMC_X86_CR3, VMC_X86_CR4,
	VMC_X86_IDTR_BASE, VMC_X86_GDTR_BASE, VMC_X86_TR_BASE,
	VMC_X86_REG_COUNT,
};
#define VMC_REG_MAX 64
_Static_assert(VMC_X86_REG_COUNT <= VMC_REG_MAX, "registers fit the known-mask");

/* A set of registers; bit n of `known` tells that value[n] is meant. */
struct vmc_regs {
	uint64_t value[VMC_REG_MAX];
	uint64_t known;
};

static inline bool vmc_regs_has(const struct vmc_regs *r, unsigned int n)
{
	return r->known >> n & 1;
}

static inline void vmc_regs_set(struct vmc_regs *r, unsigned int n, uint64_t v)
{
	r->value[n] = v;
	r->known |= (uint64_t)1 << n;
}

/* Bits of vmc_translation.flags. */
#define VMC_MAP_WRITE 1u
#define VMC_MAP_USER 2u
#define VMC_MAP_NOEXEC 4u

struct vmc_translation {
	uint64_t paddr;
	uint64_t page_size;  /* 4 KiB, 2 MiB or 1 GiB: the size of the leaf */
	unsigned int flags;  /* VMC_MAP_*, effective over all levels */
};

struct vmc_page_table {
	uint64_t root;  /* physical address of the top table (CR3 without its flag bits) */
	bool five_level;
	uint64_t encryption_mask; /* AMD SME bits to take out of entries (sme_mask) */
};

/*
 * Walks the page table. VMC_UNMAPPED when an entry is not present (the text
 * names level and entry) or va is not canonical; VMC_BAD_FORMAT for an entry on
 * which the CPU would fault; errors of the reader where a table page is absent.
 * A present-but-PROT_NONE leaf translates. *ret is untouched on failure.
 */
struct vmc_error *vmc_x86_64_walk(const struct vmc_reader *phys, const struct vmc_page_table *pt,
				  uint64_t va, struct vmc_translation *ret) VMC_MUST_CHECK;

/*
 * The first mapped address in [va, last] (inclusive), skipping absent
 * branches whole; false when there is none or `budget` table reads are used up.
 * A table page is read once (4096 bytes) while the scan stays below it; tables
 * that cannot be read count as empty. To go on behind the result, ask again from
 * (*ret_va | (ret->page_size - 1)) + 1.
 */
bool vmc_x86_64_next_mapped(const struct vmc_reader *phys, const struct vmc_page_table *pt,
			    uint64_t va, uint64_t last, unsigned int budget, uint64_t *ret_va,
			    struct vmc_translation *ret);

/*
 * NT_PRSTATUS (elf_prstatus of x86-64 Linux, 336 bytes): registers and pid. VMC_BAD_FORMAT if short.
 * GS_BASE depends on the writer: QEMU stores the active base, a crashing kernel the inactive
 * one, which is the user's (elf_core_copy_regs, arch/x86/include/asm/elf.h). QEMU stores
 * cpu + 1 as pid.
 */
struct vmc_error *vmc_x86_64_prstatus(struct vmc_bytes desc, struct vmc_regs *ret, uint32_t *ret_pid)
	VMC_MUST_CHECK;
/* The CPU state note of QEMU (name "QEMU", type 0, version 1; target/i386/arch_dump.c). */
struct vmc_error *vmc_x86_64_qemu_note(struct vmc_bytes desc, struct vmc_regs *ret) VMC_MUST_CHECK;
/* struct pt_regs (arch/x86/include/asm/ptrace.h), 21 words from r15 to ss; cs and ss are cut to 16 bits. */
#define VMC_X86_PT_REGS_SIZE 168
void vmc_x86_64_pt_regs(const uint8_t bytes[VMC_X86_PT_REGS_SIZE], struct vmc_regs *ret);

/* "rax" ... ; NULL for a number that is none. */
const char *vmc_x86_64_reg_name(unsigned int n);

/* True when va is canonical for the paging mode (48 or 57 bits). */
bool vmc_x86_64_canonical(uint64_t va, bool five_level);

#endif
