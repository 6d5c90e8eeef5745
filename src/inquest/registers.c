/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in the registers of the primary report, where it is more than a
 * number: poison, error codes, flags that are not as usual, and the address that
 * the fault was about. Most registers hold pointers and counts, and nothing is
 * said of them.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "inquest/inquest.h"

/* No machine prints more; a report that has more is not one. */
#define REGISTERS_MAX 128
#define PAGE_SIZE_MIN 4096

/* Registers that only this machine prints. */
static const struct {
	const char *name;
	enum vmc_value_arch arch;
} witnesses[] = {
	{ "RIP", VMC_VALUE_X86_64 },   { "RAX", VMC_VALUE_X86_64 },
	{ "EIP", VMC_VALUE_I386 },     { "EAX", VMC_VALUE_I386 },
	{ "pstate", VMC_VALUE_ARM64 }, { "x29", VMC_VALUE_ARM64 },
	{ "x0", VMC_VALUE_ARM64 },     { "psr", VMC_VALUE_ARM },
	{ "epc", VMC_VALUE_RISCV64 },  { "badaddr", VMC_VALUE_RISCV64 },
	{ "NIP", VMC_VALUE_PPC64 },
};

enum vmc_value_arch vmc_inquest_arch(const struct vmc_report *r, const struct vmc_oops *o)
{
	if (r->target || !o)
		return VMC_VALUE_X86_64;
	for (size_t i = 0; i < o->n_regs; i++) {
		for (size_t k = 0; k < VMC_ARRAY_SIZE(witnesses); k++) {
			if (strcmp(o->regs[i].name, witnesses[k].name) == 0)
				return witnesses[k].arch;
		}
	}
	return VMC_VALUE_X86_64;
}

/* Registers whose bits are told one by one. */
static const struct {
	const char *name, *group;
} flags[] = {
	{ "EFLAGS", "eflags" },
	{ "RFLAGS", "eflags" },
	{ "CR0", "cr0" },
	{ "CR4", "cr4" },
};

static const char *flags_group(const char *name)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(flags); i++) {
		if (strcasecmp(name, flags[i].name) == 0)
			return flags[i].group;
	}
	return NULL;
}

/* Registers that say nothing of the fault: selectors, debug registers, what is told elsewhere. */
static bool is_dull(const char *name)
{
	static const char *const dull[] = { "ORIG_RAX", "CR2", "CR3",	 "CS",	  "DS",
					    "ES",	"FS",  "GS",	 "SS",	  "TR",
					    "pstate",	"psr", "status", "cause", "MSR",
					    "XER",	"CTR", "REGS",	 "knlGS" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(dull); i++) {
		if (strcasecmp(name, dull[i]) == 0)
			return true;
	}
	return strncasecmp(name, "DR", 2) == 0 && isdigit((unsigned char)name[2]);
}

/* Where a function leaves its result: an int there may be an error. */
static bool is_result(const char *name)
{
	static const char *const results[] = { "RAX", "EAX", "x0", "r0", "a0", "r3", "r2" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(results); i++) {
		if (strcasecmp(name, results[i]) == 0)
			return true;
	}
	return false;
}

/* -1 is all ones, -8 to -64 round a size down: masks look like errors. */
static bool looks_like_mask(int64_t number)
{
	return number == -1 || number == -8 || number == -16 || number == -32 || number == -64;
}

static bool tells_much(const char *name, const struct vmc_value_query *q,
		       const struct vmc_value_match *m)
{
	bool narrow = m->fit == VMC_VALUE_HALF || !vmc_value_is_64bit(q->arch);

	if (m->value->kind != VMC_VALUE_RANGE)
		return true;
	/* the only range that is more than a place is that of errors */
	if (!m->error || (m->fit == VMC_VALUE_HALF && !is_result(name)))
		return false;
	return !looks_like_mask(narrow ? (int32_t)q->value : (int64_t)q->value);
}

static void note(struct vmc_report *r, const char *name, uint64_t value, bool special,
		 const struct vmc_str *meaning)
{
	struct vmc_report_register row = {
		.name = vmc_arena_strdup(&r->arena, name),
		.value = value,
		.meaning = vmc_arena_strndup(&r->arena, vmc_str_text(meaning), meaning->len),
		.special = special,
	};

	if (row.name && row.meaning && meaning->len)
		(void)vmc_vec_push(&r->registers, row);
}

static void note_value(struct vmc_report *r, const char *name, const struct vmc_value_query *q)
{
	struct vmc_value_match m[VMC_VALUE_MATCHES_MAX];
	vmc_autostr struct vmc_str text = { 0 };
	size_t n = vmc_value_find(q, m);

	/*
	 * A small address is NULL and the offset of a member; what else is just that number is
	 * left to who asks for the value: in a report it would be a guess.
	 */
	if (q->is_address && q->value < PAGE_SIZE_MIN && n > 1)
		n = 1;
	if (!n || (!q->is_address && !tells_much(name, q, &m[0])))
		return;
	vmc_value_words(q, m, n, r->lang, &text);
	note(r, name, q->value, !m[0].value->quiet, &text);
}

static void note_register(struct vmc_report *r, const char *name, uint64_t value,
			  enum vmc_value_arch arch)
{
	const char *group = flags_group(name);
	vmc_autostr struct vmc_str text = { 0 };

	if (group) {
		bool remark = vmc_value_line(group, arch, value, r->lang, &text);

		note(r, name, value, remark, &text);
	} else if (!is_dull(name)) {
		note_value(r, name, &(struct vmc_value_query){ .value = value, .arch = arch });
	}
}

/* The addresses of 57 bits are known by the register that turns them on. */
static bool has_five_levels(const struct vmc_oops *o)
{
	for (size_t i = 0; i < o->n_regs; i++) {
		const struct vmc_value_part *p;
		struct vmc_value_part parts[64];
		uint64_t rest;
		size_t n;

		if (strcmp(o->regs[i].name, "CR4") != 0)
			continue;
		n = vmc_value_decode("cr4", VMC_VALUE_X86_64, o->regs[i].value, parts,
				     VMC_ARRAY_SIZE(parts), &rest);
		for (p = parts; p < parts + n; p++) {
			if (strcmp(p->value->name, "LA57") == 0)
				return true;
		}
	}
	return false;
}

struct vmc_value_query vmc_inquest_address(const struct vmc_report *r, const struct vmc_oops *o,
					   uint64_t address)
{
	return (struct vmc_value_query){ .value = address,
					 .arch = vmc_inquest_arch(r, o),
					 .is_address = true,
					 .five_level = o && has_five_levels(o) };
}

const char *vmc_inquest_address_category(const struct vmc_value_query *q)
{
	struct vmc_value_match m[VMC_VALUE_MATCHES_MAX];

	return vmc_value_find(q, m) ? m[0].value->category : NULL;
}

const char *vmc_inquest_address_words(struct vmc_report *r, const struct vmc_value_query *q)
{
	struct vmc_value_match m[VMC_VALUE_MATCHES_MAX];
	vmc_autostr struct vmc_str text = { 0 };

	vmc_value_words(q, m, vmc_value_find(q, m), r->lang, &text);
	return text.len ? vmc_arena_strdup(&r->arena, vmc_str_text(&text)) : NULL;
}

/* What the CPU says of the access; a protection fault's code is a selector and mostly 0. */
static void note_error_code(struct vmc_report *r, const struct vmc_oops *o,
			    enum vmc_value_arch arch)
{
	vmc_autostr struct vmc_str text = { 0 };
	bool remark;

	if (o->error_code < 0 || vmc_streq(o->category, "gpf") ||
	    (arch != VMC_VALUE_X86_64 && arch != VMC_VALUE_I386))
		return;
	remark = vmc_value_line("pf-error", arch, (unsigned int)o->error_code, r->lang, &text);
	note(r, VMC_SAY("error code"), (unsigned int)o->error_code, remark, &text);
}

static void note_fault(struct vmc_report *r, const struct vmc_oops *o)
{
	struct vmc_value_query q = vmc_inquest_address(r, o, o->fault_address);
	const char *name = VMC_SAY("fault address");

	for (size_t i = 0; i < o->n_regs; i++) {
		if (strcmp(o->regs[i].name, "CR2") == 0 && o->regs[i].value == o->fault_address)
			name = "CR2";
	}
	note_value(r, name, &q);
	note_error_code(r, o, q.arch);
}

/* The exact registers of a stack: those that a fault saved, else those that kdump did. */
static const struct vmc_regs *saved_registers(const struct vmc_report *r)
{
	struct vmc_blame b;
	const struct vmc_frame *f;

	vmc_inquest_blame(&r->backtrace, &b);
	f = b.fault ? b.fault : b.stalled;
	return f && f->has_regs && !f->user ? &f->regs : NULL;
}

/* The registers of user space are printed behind the kernel's, and begin with where it stood. */
static bool begins_user(const struct vmc_oops *o, size_t i)
{
	static const char *const counters[] = { "RIP", "pc", "epc", "NIP" };
	const struct vmc_oops_reg *reg = &o->regs[i];

	/* a kernel that jumped to NULL or to a user address did so in the fault itself */
	if (reg->value >> 63 || reg->value < PAGE_SIZE_MIN ||
	    (o->has_fault_address && o->fault_address == reg->value))
		return false;
	for (size_t k = 0; k < VMC_ARRAY_SIZE(counters); k++) {
		if (strcmp(reg->name, counters[k]) == 0)
			return true;
	}
	return false;
}

static void note_printed(struct vmc_report *r, const struct vmc_oops *o, enum vmc_value_arch arch)
{
	bool is_32bit = !vmc_value_is_64bit(arch);

	for (size_t i = 0; i < o->n_regs && i < REGISTERS_MAX; i++) {
		if (!is_32bit && begins_user(o, i))
			return;
		note_register(r, o->regs[i].name, o->regs[i].value, arch);
	}
}

void vmc_inquest_registers(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	enum vmc_value_arch arch = vmc_inquest_arch(r, o);
	const struct vmc_regs *saved = saved_registers(r);

	if (o && o->has_fault_address)
		note_fault(r, o);
	if (o && o->n_regs) {
		note_printed(r, o, arch);
		return;
	}
	for (unsigned int i = 0; saved && i < VMC_X86_REG_COUNT; i++) {
		const char *name = vmc_x86_64_reg_name(i);

		if (vmc_regs_has(saved, i) && name)
			note_register(r, name, saved->value[i], arch);
	}
}
