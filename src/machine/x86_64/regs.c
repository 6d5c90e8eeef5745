/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine/machine.h"

static const char *const reg_names[] = {
	[VMC_X86_RAX] = "rax",
	[VMC_X86_RDX] = "rdx",
	[VMC_X86_RCX] = "rcx",
	[VMC_X86_RBX] = "rbx",
	[VMC_X86_RSI] = "rsi",
	[VMC_X86_RDI] = "rdi",
	[VMC_X86_RBP] = "rbp",
	[VMC_X86_RSP] = "rsp",
	[VMC_X86_R8] = "r8",
	[VMC_X86_R9] = "r9",
	[VMC_X86_R10] = "r10",
	[VMC_X86_R11] = "r11",
	[VMC_X86_R12] = "r12",
	[VMC_X86_R13] = "r13",
	[VMC_X86_R14] = "r14",
	[VMC_X86_R15] = "r15",
	[VMC_X86_RIP] = "rip",
	[VMC_X86_RFLAGS] = "rflags",
	[VMC_X86_CS] = "cs",
	[VMC_X86_SS] = "ss",
	[VMC_X86_ORIG_RAX] = "orig_rax",
	[VMC_X86_FS_BASE] = "fs_base",
	[VMC_X86_GS_BASE] = "gs_base",
	[VMC_X86_KERNEL_GS_BASE] = "kernel_gs_base",
	[VMC_X86_CR0] = "cr0",
	[VMC_X86_CR2] = "cr2",
	[VMC_X86_CR3] = "cr3",
	[VMC_X86_CR4] = "cr4",
	[VMC_X86_IDTR_BASE] = "idtr_base",
	[VMC_X86_GDTR_BASE] = "gdtr_base",
	[VMC_X86_TR_BASE] = "tr_base",
};
_Static_assert(VMC_ARRAY_SIZE(reg_names) == VMC_X86_REG_COUNT, "a name for every register");

const char *vmc_x86_64_reg_name(unsigned int n)
{
	return n < VMC_ARRAY_SIZE(reg_names) ? reg_names[n] : NULL;
}

/* struct pt_regs, word by word; the same order begins elf_gregset_t. */
static const uint8_t pt_regs_order[] = {
	VMC_X86_R15,	VMC_X86_R14, VMC_X86_R13, VMC_X86_R12,	    VMC_X86_RBP, VMC_X86_RBX,
	VMC_X86_R11,	VMC_X86_R10, VMC_X86_R9,  VMC_X86_R8,	    VMC_X86_RAX, VMC_X86_RCX,
	VMC_X86_RDX,	VMC_X86_RSI, VMC_X86_RDI, VMC_X86_ORIG_RAX, VMC_X86_RIP, VMC_X86_CS,
	VMC_X86_RFLAGS, VMC_X86_RSP, VMC_X86_SS,
};
_Static_assert(VMC_ARRAY_SIZE(pt_regs_order) * 8 == VMC_X86_PT_REGS_SIZE, "21 words");

void vmc_x86_64_pt_regs(const uint8_t bytes[VMC_X86_PT_REGS_SIZE], struct vmc_regs *ret)
{
	*ret = (struct vmc_regs){ 0 };
	for (size_t i = 0; i < VMC_ARRAY_SIZE(pt_regs_order); i++)
		vmc_regs_set(ret, pt_regs_order[i], vmc_le64(bytes + i * 8));
	/*
	 * cs and ss are 16 bits in the hardware frame; the words' upper part is
	 * left as it was, and since 6.9 carries FRED event data (struct fred_cs,
	 * struct fred_ss in arch/x86/include/asm/ptrace.h).
	 */
	ret->value[VMC_X86_CS] &= 0xffff;
	ret->value[VMC_X86_SS] &= 0xffff;
}
