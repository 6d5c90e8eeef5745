// SPDX-License-Identifier: GPL-2.0-or-later
/* Exceptions, and what the kernel says and does when it dies of one. */
#include "types.h"

struct gate_struct {
	u16 offset_low, segment;
	u8 ist, type;
	u16 offset_middle;
	u32 offset_high, reserved;
};

static struct gate_struct idt_table[256] __attribute__((aligned(4096)));
extern char page_fault[], general_protection[], invalid_op[], _stext[], _etext[];
extern struct uts_namespace init_uts_ns;
extern unsigned long tainted_mask;
static int die_counter;

#define read_cr(n) ({ unsigned long v; asm volatile("movq %%cr" #n ", %0" : "=r"(v)); v; })

static void set_gate(int vector, const char *handler)
{
	const unsigned long a = (unsigned long)handler;
	idt_table[vector] = (struct gate_struct){ (u16)a, 0x10, 0, 0x8e, (u16)(a >> 16), (u32)(a >> 32), 0 };
}

void trap_init(void)
{
	struct {
		u16 limit;
		unsigned long base;
	} __attribute__((packed)) descriptor = { sizeof(idt_table) - 1, (unsigned long)idt_table };
	set_gate(6, invalid_op);
	set_gate(13, general_protection);
	set_gate(14, page_fault);
	asm volatile("lidt %0" : : "m"(descriptor));
}

static bool is_text(unsigned long address)
{
	return (address >= (unsigned long)_stext && address < (unsigned long)_etext) || (address >= MODULES_VADDR && address < MODULES_VADDR + 0x1000000);
}

/* Return addresses by frame pointers, first the one in `bp`'s frame. */
static void walk(unsigned long bp, void (*say)(unsigned long))
{
	const unsigned long base = (unsigned long)current->stack;
	while (bp > base && bp < base + THREAD_SIZE - 16 && is_text(((unsigned long *)bp)[1])) {
		say(((unsigned long *)bp)[1]);
		bp = *(unsigned long *)bp;
	}
}

static void say_call(unsigned long address)
{
	printk("<4> [<%016lx>] %pS\n", address, (void *)address);
}

static void say_truth(unsigned long address)
{
	serial("TRUTH frame %lx\n", address);
}

static void show_code(const struct pt_regs *regs)
{
	static char line[256];
	char *to = line;
	for (const u8 *at = (const u8 *)regs->ip - 16; at < (const u8 *)regs->ip + 16; at++) {
		const bool here = at == (const u8 *)regs->ip;
		*to++ = ' ';
		if (here)
			*to++ = '<';
		*to++ = "0123456789abcdef"[*at >> 4];
		*to++ = "0123456789abcdef"[*at & 15];
		if (here)
			*to++ = '>';
	}
	*to = 0;
	printk("<1>Code:%s\n", line);
}

static void show_registers(const struct pt_regs *regs)
{
#if KERNEL == 26
	printk("<4>Pid: %d, comm: %s Tainted: G           ---------------    %s #1 QEMU Standard PC (i440FX + PIIX, 1996)\n", current->pid,
	       current->comm, init_uts_ns.name.release);
#else
	printk("<4>CPU: 0 PID: %d Comm: %s Tainted: GF          O--------------   %s #1\n", current->pid, current->comm, init_uts_ns.name.release);
	printk("<4>Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.10.2-1 04/01/2014\n");
	printk("<4>task: %016lx ti: %016lx task.ti: %016lx\n", (unsigned long)current, (unsigned long)current->stack, (unsigned long)current->stack);
#endif
	printk("<4>RIP: %04lx:[<%016lx>]  [<%016lx>] %pS\n", regs->cs, regs->ip, regs->ip, (void *)regs->ip);
	printk("<4>RSP: %04lx:%016lx  EFLAGS: %08lx\n", regs->ss, regs->sp, regs->flags);
	printk("<4>RAX: %016lx RBX: %016lx RCX: %016lx\n", regs->ax, regs->bx, regs->cx);
	printk("<4>RDX: %016lx RSI: %016lx RDI: %016lx\n", regs->dx, regs->si, regs->di);
	printk("<4>RBP: %016lx R08: %016lx R09: %016lx\n", regs->bp, regs->r8, regs->r9);
	printk("<4>R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11, regs->r12);
	printk("<4>R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14, regs->r15);
	printk("<4>CS:  0010 DS: 0000 ES: 0000 CR0: %016lx\n", read_cr(0));
	printk("<4>CR2: %016lx CR3: %016lx CR4: %016lx\n", read_cr(2), read_cr(3), read_cr(4));
#if KERNEL == 26
	printk("<4>Process %s (pid: %d, threadinfo %016lx, task %016lx)\n", current->comm, current->pid, (unsigned long)current->stack, (unsigned long)current);
#endif
	printk("<4>Stack:\n");
	const unsigned long *sp = (const unsigned long *)regs->sp;
	printk("<4> %016lx %016lx %016lx %016lx\n", sp[0], sp[1], sp[2], sp[3]);
	printk("<4>Call Trace:\n");
	walk(regs->bp, say_call);
	show_code(regs);
	printk("<1>RIP  [<%016lx>] %pS\n", regs->ip, (void *)regs->ip);
	printk("<4> RSP <%016lx>\n", regs->sp);
}

static void tell_truth(void)
{
	struct task_struct *p;
	walk((unsigned long)__builtin_frame_address(0), say_truth);
	for_each_process(p)
		serial("TRUTH task %lx %d %d %s\n", (unsigned long)p, p->pid, p->tgid, p->comm);
	serial("TRUTH current %lx\n", (unsigned long)current);
	serial("TRUTH end\n");
}

void panic(const char *format, const char *text)
{
	(void)format;
	asm volatile("cli");
	printk("<0>Kernel panic - not syncing: %s\n", text);
	tell_truth();
	for (;;)
		asm volatile("hlt");
}

static void oops_end(struct pt_regs *regs, int signr)
{
	(void)regs;
	printk("<4>---[ end trace 7b0dcf6d8b1d1fc5 ]---\n");
	tainted_mask |= 128;
	if (signr)
		panic("Fatal exception", "Fatal exception");
}

static int __die(const char *what, struct pt_regs *regs, long error_code)
{
	printk("<1>%s: %04lx [#%d] SMP \n", what, error_code, ++die_counter);
#if KERNEL == 26
	printk("<1>last sysfs file: /sys/devices/virtual/block/dm-1/removable\n");
	printk("<4>CPU 0 \n");
	printk("<4>Modules linked in: victim(U)\n");
	printk("<4>\n");
#else
	printk("<4>Modules linked in: victim(OF)\n");
#endif
	show_registers(regs);
	return 0;
}

static __attribute__((noinline)) void no_context(struct pt_regs *regs, unsigned long error_code, unsigned long address)
{
	printk("<1>BUG: unable to handle kernel %s at %016lx\n", address < 4096 ? "NULL pointer dereference" : "paging request", address);
	printk("<1>IP: [<%016lx>] %pS\n", regs->ip, (void *)regs->ip);
	printk("<4>PGD %lx \n", *(unsigned long *)__va(read_cr(3)));
	__die("Oops", regs, (long)error_code);
	printk("<1>CR2: %016lx\n", address);
	oops_end(regs, 9);
}

static __attribute__((noinline)) void __bad_area_nosemaphore(struct pt_regs *regs, unsigned long error_code, unsigned long address)
{
	no_context(regs, error_code, address);
	asm volatile("");
}

static __attribute__((noinline)) void bad_area_nosemaphore(struct pt_regs *regs, unsigned long error_code, unsigned long address)
{
	__bad_area_nosemaphore(regs, error_code, address);
	asm volatile("");
}

static __attribute__((noinline)) void __do_page_fault(struct pt_regs *regs, unsigned long error_code)
{
	bad_area_nosemaphore(regs, error_code, read_cr(2));
	asm volatile("");
}

__attribute__((used)) void do_page_fault(struct pt_regs *regs, unsigned long error_code)
{
	__do_page_fault(regs, error_code);
	asm volatile("");
}

__attribute__((used)) void do_general_protection(struct pt_regs *regs, long error_code)
{
	__die("general protection fault", regs, error_code);
	oops_end(regs, 11);
}

__attribute__((used)) void do_invalid_op(struct pt_regs *regs, long error_code)
{
	__die("invalid opcode", regs, error_code & 0);
	oops_end(regs, 4);
}
