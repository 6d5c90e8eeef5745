/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the PVH start of a virtual machine to start_kernel(), and the ways into the kernel afterwards. */
#define __ASSEMBLER__ 1
#include "types.h"
#define PHYS(symbol) (symbol - START_KERNEL_MAP)
#if KERNEL == 26
#define PER_CPU_VAR(name) %gs:per_cpu__##name
#else
#define PER_CPU_VAR(name) %gs:name
#endif

	.section .notes, "a", @note
	.long 4, 8, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.quad PHYS(startup_32)

	.cfi_sections .debug_frame

	.section .head.text, "ax"
	.globl _stext, startup_32, startup_64
	.code32
startup_32:
	cld
	movl %cr4, %eax
	orl $0x20, %eax			/* PAE */
	movl %eax, %cr4
	movl $PHYS(init_level4_pgt), %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx		/* EFER: LME, SCE */
	rdmsr
	orl $0x101, %eax
	wrmsr
	lgdt PHYS(early_gdt_descr)
	movl $0x80050033, %eax
	movl %eax, %cr0
	ljmp $0x10, $PHYS(startup_64)
	.code64
startup_64:
	movq $high, %rax
	jmp *%rax
high:	lgdt gdt_descr
	movl $0x18, %eax
	movl %eax, %ss
	movl %eax, %ds
	movl %eax, %es
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq $(init_thread_union + THREAD_SIZE - 8), %rsp
	xorl %ebp, %ebp
	call start_kernel
	ud2

	.text
	.macro entry name
	.globl \name
	.type \name, @function
	.p2align 4
\name:
	.endm

/* An exception without (sub 8) or with an error code: all registers on the stack, then the handler in C. */
	.macro exception name, handler, has_code
	entry \name
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa rsp, 8 + \has_code * 8 + 32
	.cfi_offset rip, -40
	.cfi_offset rsp, -16
	.if \has_code == 0
	pushq $-1
	.cfi_adjust_cfa_offset 8
	.endif
	subq $120, %rsp
	.cfi_adjust_cfa_offset 120
	call error_entry
	.cfi_offset rbx, -128
	.cfi_offset rbp, -136
	.cfi_offset r12, -144
	.cfi_offset r13, -152
	.cfi_offset r14, -160
	.cfi_offset r15, -168
	movq %rsp, %rdi
	movq 120(%rsp), %rsi
	movq $-1, 120(%rsp)
	call \handler
	ud2
	.cfi_endproc
	.size \name, . - \name
	.endm

	exception page_fault, do_page_fault, 1
	exception general_protection, do_general_protection, 1
	exception invalid_op, do_invalid_op, 0

	entry error_entry
	.cfi_startproc
	cld
	movq %rdi, 120(%rsp)
	movq %rsi, 112(%rsp)
	movq %rdx, 104(%rsp)
	movq %rcx, 96(%rsp)
	movq %rax, 88(%rsp)
	movq %r8, 80(%rsp)
	movq %r9, 72(%rsp)
	movq %r10, 64(%rsp)
	movq %r11, 56(%rsp)
	movq %rbx, 48(%rsp)
	movq %rbp, 40(%rsp)
	movq %r12, 32(%rsp)
	movq %r13, 24(%rsp)
	movq %r14, 16(%rsp)
	movq %r15, 8(%rsp)
	ret
	.cfi_endproc
	.size error_entry, . - error_entry

/* The system call, with the part of the registers that 3.10 and before saved. */
	entry system_call
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa rsp, KERNEL_STACK_OFFSET
	.cfi_register rip, rcx
	swapgs
	movq %rsp, PER_CPU_VAR(old_rsp)
	movq PER_CPU_VAR(kernel_stack), %rsp
	sti
	subq $80, %rsp
	.cfi_adjust_cfa_offset 80
	movq %rdi, 64(%rsp)
	movq %rsi, 56(%rsp)
	movq %rdx, 48(%rsp)
	movq %rcx, 40(%rsp)
	movq $-38, 32(%rsp)
	movq %r8, 24(%rsp)
	movq %r9, 16(%rsp)
	movq %r10, 8(%rsp)
	movq %r11, (%rsp)
	movq %rax, 72(%rsp)
	movq %rcx, 80(%rsp)
	.cfi_offset rip, -KERNEL_STACK_OFFSET
	movq $0x33, 88(%rsp)
	movq %r11, 96(%rsp)
	movq PER_CPU_VAR(old_rsp), %rcx
	movq %rcx, 104(%rsp)
	.cfi_offset rsp, -16
	movq $0x2b, 112(%rsp)
	.globl system_call_fastpath
system_call_fastpath:
	movq %r10, %rcx
	call *sys_call_table(, %rax, 8)
	ud2
	.cfi_endproc
	.size system_call, . - system_call

/* The first that a new task does; its registers are at %rsp. */
	entry ret_from_fork
	.cfi_startproc simple
	.cfi_def_cfa rsp, 168
	.cfi_undefined rip
	movq 40(%rsp), %rax
	movq 32(%rsp), %rdi
	xorl %ebp, %ebp
	call *%rax
	ud2
	.cfi_endproc
	.size ret_from_fork, . - ret_from_fork

/* enter_user(ip, sp) */
	entry enter_user
	pushq $0x2b
	pushq %rsi
	pushq $0x202
	pushq $0x33
	pushq %rdi
	xorl %ebp, %ebp
	cli
	swapgs
	iretq
	.size enter_user, . - enter_user

/* What the two user processes run; copied to address 0x400000. */
	.section .rodata
	.globl user_code, user_code_end
user_code:
	movl $1, %eax
	movl $3, %edi
	movl $0x400040, %esi
	movl $5, %edx
	movl $0x1111, %ebx
	syscall
	ud2
	. = user_code + 32
	movl $35, %eax
	movl $0x400048, %edi
	movl $0, %esi
	syscall
	ud2
	. = user_code + 64
	.asciz "null\n"
user_code_end:

	.data
early_gdt_descr:
	.word gdt_end - gdt - 1
	.long PHYS(gdt)
gdt_descr:
	.word gdt_end - gdt - 1
	.quad gdt
	.p2align 3
gdt:	.quad 0, 0x00cf9b000000ffff, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff, 0x00affb000000ffff
gdt_end:

/* Page tables: the first 512 MiB at PAGE_OFFSET and at START_KERNEL_MAP, and for the start at 0. */
	.macro table name
	.p2align 12
	.globl \name
	.type \name, @object
	.size \name, 4096
\name:
	.endm
	.section .data
	table init_level4_pgt
	.quad PHYS(level3_ident_pgt) + 0x67
	.fill 271, 8, 0
	.quad PHYS(level3_ident_pgt) + 0x67
	.fill 238, 8, 0
	.quad PHYS(level3_kernel_pgt) + 0x67
	table level3_ident_pgt
	.quad PHYS(level2_ident_pgt) + 0x67
	.fill 511, 8, 0
	table level3_kernel_pgt
	.fill 510, 8, 0
	.quad PHYS(level2_kernel_pgt) + 0x67
	.quad 0
	table level2_ident_pgt
	.set address, 0
	.rept 256
	.quad address + 0x1e3
	.set address, address + 0x200000
	.endr
	.fill 256, 8, 0
	table level2_kernel_pgt
	.set address, 0
	.rept 256
	.quad address + 0x1e3
	.set address, address + 0x200000
	.endr
	.fill 256, 8, 0
	.section .note.GNU-stack, "", @progbits
