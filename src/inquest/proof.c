/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquest/proof.h"

#include <string.h>

/*
 * The bit that lets interrupts through, by the register that a report prints it in. Each is in
 * the registers as they were saved where the assertion failed: an exception turns interrupts off
 * only behind that, and RISC-V keeps the state before it in SPIE (regs_irqs_disabled()).
 */
static const struct irq_bit {
	const char *reg, *bit;
	uint64_t mask;
	bool on_when_clear; /* it masks interrupts */
	bool only_off_is_sure;
} irq_bits[] = {
	{ "EFLAGS", "IF", 1u << 9, false, false },
	{ "RFLAGS", "IF", 1u << 9, false, false },
	{ "pstate", "I", 1u << 7, true, false },
	{ "psr", "I", 1u << 7, true, false },
	{ "status", "SPIE", 1u << 5, false, false },
	/* ppc64 masks interrupts in software first and leaves EE on */
	{ "MSR", "EE", 1u << 15, false, true },
};

/* The line of the report that prints the register first. */
static uint32_t line_of(const struct vmc_report *r, const struct vmc_oops *o, const char *reg)
{
	size_t n = strlen(reg);

	for (size_t i = o->first_index; i <= o->last_index && i < r->lines.len; i++) {
		const struct vmc_log_line *l = &r->lines.data[i];

		if (memmem(l->text, l->len, reg, n))
			return l->number;
	}
	return o->first_line;
}

/* A system call's registers, printed at the end of a trace, tell of the program and not of the
 * kernel: their stack is no kernel's. */
static bool is_users(const struct vmc_oops *o, size_t at)
{
	while (at-- > 0) {
		if (strcmp(o->regs[at].name, "RSP") == 0)
			return !(o->regs[at].value >> 63);
	}
	return false;
}

static const struct irq_bit *printed_bit(const struct vmc_oops *o, uint64_t *ret)
{
	for (size_t i = 0; o && i < o->n_regs; i++) {
		for (size_t k = 0; k < VMC_ARRAY_SIZE(irq_bits); k++) {
			if (strcmp(o->regs[i].name, irq_bits[k].reg) != 0)
				continue;
			*ret = o->regs[i].value;
			return is_users(o, i) ? NULL : &irq_bits[k];
		}
	}
	return NULL;
}

static void prove_irqs(struct vmc_report *r, const struct vmc_oops *o,
		       const struct vmc_frame *frame, bool want_off, struct vmc_proof *ret)
{
	const struct irq_bit *bit;
	uint64_t value;
	bool set, off;

	if (frame && vmc_regs_has(&frame->regs, VMC_X86_RFLAGS)) {
		bit = &irq_bits[1];
		value = frame->regs.value[VMC_X86_RFLAGS];
	} else {
		bit = printed_bit(o, &value);
		if (!bit)
			return;
		ret->line = line_of(r, o, bit->reg);
	}
	set = value & bit->mask;
	off = set == bit->on_when_clear;
	if (!off && bit->only_off_is_sure)
		return;
	ret->agrees = off == want_off;
	if (off)
		ret->evidence =
			vmc_inquest_sayf(r, "%s 0x%llx has %s=%d: interrupts were off", bit->reg,
					 (unsigned long long)value, bit->bit, set);
	else
		ret->evidence =
			vmc_inquest_sayf(r, "%s 0x%llx has %s=%d: interrupts were on", bit->reg,
					 (unsigned long long)value, bit->bit, set);
}

/* Softirqs may run on the stack of a task: that a frame is there proves nothing. */
static void prove_interrupt(struct vmc_report *r, const struct vmc_oops *o, bool want_in,
			    struct vmc_proof *ret)
{
	for (size_t i = 0; o && i < o->n_frames; i++) {
		const struct vmc_oops_frame *f = &o->frames[i];

		if (!f->reliable)
			continue;
		if (!f->stack)
			return;
		ret->agrees = want_in;
		ret->line = f->log_line;
		ret->evidence = vmc_inquest_sayf(
			r, "the call trace is on the %s stack: an interrupt was being served",
			f->stack);
		return;
	}
}

static void prove_offline(struct vmc_report *r, const struct vmc_oops *o, struct vmc_proof *ret)
{
	for (size_t i = 0; o && i < r->oopses.n_reports && &r->oopses.reports[i] != o; i++) {
		if (!r->oopses.reports[i].is_panic)
			continue;
		ret->agrees = 1;
		ret->line = r->oopses.reports[i].first_line;
		ret->evidence = vmc_inquest_sayf(
			r, "the kernel had panicked before, which stops the other CPUs");
		return;
	}
}

void vmc_inquest_prove(struct vmc_report *r, const struct vmc_oops *o,
		       const struct vmc_frame *frame, enum vmc_assertion_check check,
		       struct vmc_proof *ret)
{
	*ret = (struct vmc_proof){ .agrees = -1 };
	switch (check) {
	case VMC_CHECK_IRQS_OFF:
	case VMC_CHECK_IRQS_ON:
		prove_irqs(r, o, frame, check == VMC_CHECK_IRQS_OFF, ret);
		return;
	case VMC_CHECK_IN_INTERRUPT:
	case VMC_CHECK_NOT_IN_INTERRUPT:
		prove_interrupt(r, o, check == VMC_CHECK_IN_INTERRUPT, ret);
		return;
	case VMC_CHECK_CPU_OFFLINE:
		prove_offline(r, o, ret);
		return;
	case VMC_CHECK_NONE:
	case VMC_CHECK_COUNT:
		return;
	}
}
