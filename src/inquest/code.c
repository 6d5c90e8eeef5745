/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the instruction tells at which the kernel died: a trap that was put there on purpose,
 * a division by zero, or which register held the bad pointer. The code is taken from the
 * primary report's Code: line, else from the dump's memory at the frame that faulted.
 *
 * Registers, code and address are three witnesses: where the address that the
 * instruction makes is not the one that the report names, that is what is said.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "inquest/code.h"

/* Memory around a faulting instruction, as much as the kernel prints of it. */
#define BYTES_BEFORE 42
#define BYTES_BEHIND 22
/* Bit of a page fault's error code: the instruction itself was being fetched (X86_PF_INSTR) */
#define FETCH (1 << 4)

/* ---- where the code comes from ---- */

/* Registers that only one CPU prints. */
static const struct {
	const char *name;
	enum vmc_cpu_type cpu;
} cpu_marks[] = {
	{ "RAX", VMC_CPU_X86_64 }, { "EAX", VMC_CPU_X86_32 },  { "pstate", VMC_CPU_ARM64 },
	{ "x29", VMC_CPU_ARM64 },  { "psr", VMC_CPU_ARM },     { "fp", VMC_CPU_ARM },
	{ "epc", VMC_CPU_RISCV },  { "NIP", VMC_CPU_POWERPC },
};

static const struct vmc_oops_reg *find_reg(const struct vmc_oops *o, const char *name)
{
	for (size_t i = 0; o && i < o->n_regs; i++) {
		if (strcasecmp(o->regs[i].name, name) == 0)
			return &o->regs[i];
	}
	return NULL;
}

static enum vmc_cpu_type cpu_of(const struct vmc_oops *o, const struct vmc_machine_code *code)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(cpu_marks); i++) {
		if (!find_reg(o, cpu_marks[i].name))
			continue;
		if (cpu_marks[i].cpu == VMC_CPU_ARM && code->unit == 2)
			return VMC_CPU_THUMB;
		return cpu_marks[i].cpu;
	}
	/* the registers are lost: only x86 prints bytes, and seldom with 32 bits */
	return code->unit == 1 ? VMC_CPU_X86_64 : VMC_CPU_UNKNOWN;
}

/* A system call's registers have a Code: line too, in reports that no exception opened. */
static bool is_kernel_code(const struct vmc_oops *o)
{
	return o->code && o->rip_function;
}

static bool take_from_log(struct vmc_code_view *v, struct vmc_report_code *c)
{
	struct vmc_error *err;

	if (!v->o || !is_kernel_code(v->o) || !vmc_machine_code_parse(v->o->code, &c->bytes))
		return false;
	v->cpu = cpu_of(v->o, &c->bytes);
	err = vmc_disassemble(&c->bytes, v->cpu, &c->listing);
	vmc_error_free(err); /* no mark, or damaged: then memory may have it */
	if (err)
		return false;
	c->text = v->o->code;
	c->line = v->o->code_line;
	return true;
}

static bool take_from_memory(struct vmc_code_view *v, struct vmc_report_code *c)
{
	const struct vmc_frame *f = v->frame;
	struct vmc_error *err;

	if (!v->r->target || !f || f->user)
		return false;
	c->bytes = (struct vmc_machine_code){ .unit = 1, .has_mark = true, .mark = BYTES_BEFORE };
	c->bytes.len = BYTES_BEFORE + BYTES_BEHIND;
	v->cpu = VMC_CPU_X86_64;
	err = vmc_memory_read(v->r->target->memory, f->pc - BYTES_BEFORE, c->bytes.bytes,
			      c->bytes.len);
	if (!err)
		err = vmc_disassemble(&c->bytes, v->cpu, &c->listing);
	vmc_error_free(err);
	return !err;
}

/* ---- registers ---- */

static bool frame_value(const struct vmc_frame *f, const char *whole, uint64_t *ret)
{
	for (unsigned int i = 0; f && f->has_regs && i < VMC_X86_REG_COUNT; i++) {
		if (vmc_regs_has(&f->regs, i) && strcmp(vmc_x86_64_reg_name(i), whole) == 0) {
			*ret = f->regs.value[i];
			return true;
		}
	}
	return false;
}

/* The log has the segment bases under the segments' names. */
bool vmc_code_reg(void *view, const char *whole, uint64_t *ret)
{
	const struct vmc_code_view *v = view;
	const struct vmc_oops_reg *reg;
	char name[8];

	if (frame_value(v->frame, whole, ret))
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(whole, "_"), whole);
	reg = find_reg(v->o, name);
	if (reg)
		*ret = reg->value;
	return reg;
}

/* As the kernel prints it: RDI, but x0. */
const char *vmc_code_reg_name(const struct vmc_code_view *v, const struct vmc_insn_reg *reg)
{
	const struct vmc_oops_reg *printed = find_reg(v->o, reg->whole);
	char name[sizeof(reg->whole)];
	size_t i = 0;

	if (printed)
		return printed->name;
	for (; reg->whole[i]; i++)
		name[i] = (char)toupper((unsigned char)reg->whole[i]);
	name[i] = '\0';
	return vmc_arena_strdup(&v->r->arena, name);
}

/* ---- traps, divisions, calls ---- */

static const char *say_bug(struct vmc_code_view *v)
{
	/* without the table's line this trap is none that the kernel knows */
	if (vmc_streq(v->o ? v->o->category : NULL, "invalid-opcode"))
		return vmc_inquest_sayf(
			v->r,
			"%s %s was put there on purpose, but is no BUG() that the kernel knows: a "
			"compiler leaves it where code must never come to",
			v->place, v->insn->text);
	return vmc_inquest_sayf(v->r,
				"%s %s is what BUG() and WARN() end in: the kernel stopped here on "
				"purpose, it had not jumped astray",
				v->place, v->insn->text);
}

static const char *say_divide(struct vmc_code_view *v)
{
	uint64_t divisor;

	if (!vmc_insn_reg_value(&v->detail->operand, vmc_code_reg, v, &divisor))
		return NULL;
	if (!divisor)
		return vmc_inquest_sayf(v->r, "%s %s with %s = 0: the divisor was zero", v->place,
					v->insn->text, vmc_code_reg_name(v, &v->detail->operand));
	return vmc_inquest_sayf(v->r,
				"%s %s with %s = 0x%llx: not zero, the quotient was too large",
				v->place, v->insn->text, vmc_code_reg_name(v, &v->detail->operand),
				(unsigned long long)divisor);
}

bool vmc_code_is_canonical(uint64_t address)
{
	return vmc_x86_64_canonical(address, true);
}

/* x86 refuses the call itself where the target is no address at all. */
static const char *say_call(struct vmc_code_view *v)
{
	uint64_t target;

	if (!vmc_insn_reg_value(&v->detail->operand, vmc_code_reg, v, &target) ||
	    vmc_code_is_canonical(target) || v->detail->operand.bits != 64)
		return NULL;
	return vmc_inquest_sayf(v->r, "%s %s with %s = 0x%llx: the function pointer is no address",
				v->place, v->insn->text, vmc_code_reg_name(v, &v->detail->operand),
				(unsigned long long)target);
}

static const char *say_privileged(struct vmc_code_view *v)
{
	struct vmc_insn_reg rcx = { "rcx", "rcx", 32 };
	uint64_t number;
	bool msr = vmc_str_ends(v->insn->text, "msr");

	if (msr && vmc_insn_reg_value(&rcx, vmc_code_reg, v, &number))
		return vmc_inquest_sayf(v->r,
					"%s %s of register 0x%llx: the CPU or the hypervisor "
					"refused it",
					v->place, v->insn->text, (unsigned long long)number);
	return NULL;
}

static const char *say_kasan(struct vmc_code_view *v)
{
	return vmc_inquest_sayf(v->r, "%s %s: a check of KASAN stopped here", v->place,
				v->insn->text);
}

static const char *say_ubsan(struct vmc_code_view *v)
{
	return vmc_inquest_sayf(v->r, "%s %s: a check of UBSAN stopped here", v->place,
				v->insn->text);
}

/* ---- all together ---- */

static const struct {
	enum vmc_insn_kind kind;
	const char *(*say)(struct vmc_code_view *v);
} sayings[] = {
	{ VMC_INSN_BUG, say_bug },	    { VMC_INSN_TRAP_KASAN, say_kasan },
	{ VMC_INSN_TRAP_UBSAN, say_ubsan }, { VMC_INSN_DIVIDE, say_divide },
	{ VMC_INSN_CALL, say_call },	    { VMC_INSN_PRIVILEGED, say_privileged },
};

/*
 * Did this instruction raise the exception? A stall's or an NMI's was only interrupted. x86 prints
 * an error code with each exception; the others name the address.
 */
static bool has_faulted(const struct vmc_code_view *v)
{
	if (v->detail->kind == VMC_INSN_BUG)
		return true;
	if (!v->o)
		return v->frame && v->frame->exception;
	return v->o->error_code >= 0 || v->o->has_fault_address;
}

/* What was wrong was the address of the instruction, not what it does. */
static bool was_fetched(const struct vmc_code_view *v)
{
	return v->cpu == VMC_CPU_X86_64 && v->o && v->o->has_fault_address &&
	       vmc_code_is_canonical(v->o->fault_address) && v->o->error_code >= 0 &&
	       (v->o->error_code & FETCH);
}

static const char *sentence(struct vmc_code_view *v)
{
	const char *text = NULL;

	if (!has_faulted(v) || was_fetched(v))
		return NULL;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sayings) && !text; i++) {
		if (sayings[i].kind == v->detail->kind)
			text = sayings[i].say(v);
	}
	/* a trap touches no memory; all others may have failed at it */
	return text || v->detail->kind == VMC_INSN_BUG ? text : vmc_code_operand(v);
}

/* The registers of the stack are the report's where both stand at the same instruction. */
static const struct vmc_frame *frame_of(const struct vmc_report *r, const struct vmc_oops *o)
{
	struct vmc_blame b;

	vmc_inquest_blame(&r->backtrace, &b);
	if (!b.fault || !b.fault->is_exact || (o && (!o->rip_function || !b.fault->where.name)))
		return NULL;
	if (o &&
	    (strcmp(o->rip_function, b.fault->where.name) != 0 || o->rip_offset != b.fault->offset))
		return NULL;
	return b.fault;
}

void vmc_inquest_code(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	struct vmc_report_code *c = &r->code;
	struct vmc_code_view v = { .r = r, .o = o, .frame = frame_of(r, o) };

	c->known = take_from_log(&v, c) || take_from_memory(&v, c);
	if (!c->known)
		return;
	v.detail = &c->listing.detail;
	v.insn = &c->listing.insns[c->listing.faulting];
	if (c->text)
		v.place = vmc_inquest_sayf(r, "%s: Code:", vmc_inquest_place(r, c->line));
	else
		v.place = vmc_inquest_sayf(r, "memory at 0x%llx:", (unsigned long long)v.frame->pc);
	if (v.place)
		c->sentence = sentence(&v);
}

const char *vmc_inquest_code_category(const struct vmc_report *r, const struct vmc_oops *o)
{
	struct vmc_value_query q;

	/* where the kernel names the address itself, that decides */
	if (!r->code.has_operand || !o || o->has_fault_address || !vmc_streq(o->category, "gpf"))
		return NULL;
	q = vmc_inquest_address(r, o, r->code.operand);
	return vmc_inquest_address_category(&q);
}
