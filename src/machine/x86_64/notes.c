/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The notes that carry registers: what the kernel wrote as it went down, and
 * what the hypervisor saw from outside.
 */
#include "machine/machine.h"

/*
 * struct elf_prstatus (include/linux/elfcore.h), x86-64:
 *
 *       0  pr_info, pr_cursig, pr_sigpend, pr_sighold
 *      32  pr_pid, then ppid, pgrp, sid and four timevals
 *     112  pr_reg: pt_regs (21 words), fs_base, gs_base, ds, es, fs, gs
 *     328  pr_fpvalid, padding
 */
#define PRSTATUS_SIZE 336
#define PRSTATUS_PID 32
#define PRSTATUS_REGS 112
#define PRSTATUS_FS_BASE (PRSTATUS_REGS + VMC_X86_PT_REGS_SIZE)
#define PRSTATUS_GS_BASE (PRSTATUS_FS_BASE + 8)

struct vmc_error *vmc_x86_64_prstatus(struct vmc_bytes desc, struct vmc_regs *ret,
				      uint32_t *ret_pid)
{
	if (desc.size < PRSTATUS_SIZE)
		return vmc_error_new(VMC_BAD_FORMAT, "PRSTATUS note of %zu bytes, expected %d",
				     desc.size, PRSTATUS_SIZE);
	vmc_x86_64_pt_regs(desc.data + PRSTATUS_REGS, ret);
	vmc_regs_set(ret, VMC_X86_FS_BASE, vmc_le64(desc.data + PRSTATUS_FS_BASE));
	vmc_regs_set(ret, VMC_X86_GS_BASE, vmc_le64(desc.data + PRSTATUS_GS_BASE));
	*ret_pid = vmc_le32(desc.data + PRSTATUS_PID);
	return NULL;
}

/*
 * struct QEMUCPUState (QEMU target/i386/arch_dump.c), version 1:
 *
 *       0  u32 version, size
 *       8  rax rbx rcx rdx rsi rdi rsp rbp r8..r15 rip rflags
 *     152  cs ds es fs gs ss ldt tr gdt idt:
 *              u32 selector, limit, flags, pad; u64 base
 *     392  cr0..cr4
 *     432  kernel_gs_base (not in older QEMU)
 */
#define QEMU_VERSION 1
#define QEMU_SIZE_MIN 432
#define QEMU_REGS 8
#define QEMU_SEGMENTS 152
#define QEMU_SEGMENT_SIZE 24
#define QEMU_SEGMENT_BASE 16
#define QEMU_CR 392
#define QEMU_KERNEL_GS_BASE 432

enum qemu_segment {
	SEG_CS,
	SEG_DS,
	SEG_ES,
	SEG_FS,
	SEG_GS,
	SEG_SS,
	SEG_LDT,
	SEG_TR,
	SEG_GDT,
	SEG_IDT,
};

static const uint8_t qemu_order[] = {
	VMC_X86_RAX, VMC_X86_RBX, VMC_X86_RCX, VMC_X86_RDX, VMC_X86_RSI, VMC_X86_RDI,
	VMC_X86_RSP, VMC_X86_RBP, VMC_X86_R8,  VMC_X86_R9,  VMC_X86_R10, VMC_X86_R11,
	VMC_X86_R12, VMC_X86_R13, VMC_X86_R14, VMC_X86_R15, VMC_X86_RIP, VMC_X86_RFLAGS,
};
_Static_assert(QEMU_REGS + VMC_ARRAY_SIZE(qemu_order) * 8 == QEMU_SEGMENTS, "18 words");
_Static_assert(QEMU_SEGMENTS + (SEG_IDT + 1) * QEMU_SEGMENT_SIZE == QEMU_CR, "10 segments");

static uint64_t segment_base(const uint8_t *desc, enum qemu_segment seg)
{
	return vmc_le64(desc + QEMU_SEGMENTS + seg * QEMU_SEGMENT_SIZE + QEMU_SEGMENT_BASE);
}

static uint32_t segment_selector(const uint8_t *desc, enum qemu_segment seg)
{
	return vmc_le32(desc + QEMU_SEGMENTS + seg * QEMU_SEGMENT_SIZE);
}

struct vmc_error *vmc_x86_64_qemu_note(struct vmc_bytes desc, struct vmc_regs *ret)
{
	const uint8_t *d = desc.data;
	uint32_t version, size;

	if (desc.size < QEMU_SIZE_MIN)
		return vmc_error_new(VMC_BAD_FORMAT, "QEMU note of %zu bytes, expected %d or more",
				     desc.size, QEMU_SIZE_MIN);
	version = vmc_le32(d);
	size = vmc_le32(d + 4);
	if (version != QEMU_VERSION)
		return vmc_error_new(VMC_UNSUPPORTED, "QEMU note of version %u", version);
	if (size < QEMU_SIZE_MIN || size > desc.size)
		return vmc_error_new(VMC_BAD_FORMAT, "QEMU note says %u bytes, and has %zu", size,
				     desc.size);
	*ret = (struct vmc_regs){ 0 };
	for (size_t i = 0; i < VMC_ARRAY_SIZE(qemu_order); i++)
		vmc_regs_set(ret, qemu_order[i], vmc_le64(d + QEMU_REGS + i * 8));
	vmc_regs_set(ret, VMC_X86_CS, segment_selector(d, SEG_CS));
	vmc_regs_set(ret, VMC_X86_SS, segment_selector(d, SEG_SS));
	vmc_regs_set(ret, VMC_X86_FS_BASE, segment_base(d, SEG_FS));
	vmc_regs_set(ret, VMC_X86_GS_BASE, segment_base(d, SEG_GS));
	vmc_regs_set(ret, VMC_X86_TR_BASE, segment_base(d, SEG_TR));
	vmc_regs_set(ret, VMC_X86_GDTR_BASE, segment_base(d, SEG_GDT));
	vmc_regs_set(ret, VMC_X86_IDTR_BASE, segment_base(d, SEG_IDT));
	/* cr[1] does not exist in the CPU. */
	vmc_regs_set(ret, VMC_X86_CR0, vmc_le64(d + QEMU_CR));
	vmc_regs_set(ret, VMC_X86_CR2, vmc_le64(d + QEMU_CR + 16));
	vmc_regs_set(ret, VMC_X86_CR3, vmc_le64(d + QEMU_CR + 24));
	vmc_regs_set(ret, VMC_X86_CR4, vmc_le64(d + QEMU_CR + 32));
	if (size >= QEMU_KERNEL_GS_BASE + 8)
		vmc_regs_set(ret, VMC_X86_KERNEL_GS_BASE, vmc_le64(d + QEMU_KERNEL_GS_BASE));
	return NULL;
}
