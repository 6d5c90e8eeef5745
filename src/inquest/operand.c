/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory that the faulting instruction touched: is it what the report is about, and which
 * register made its address bad?
 */
#include "inquest/code.h"

/* arm64 does not translate the byte on top of an address, nor is it sure to report it. */
#define ARM64_ADDRESS_BITS 56

/* Is the value poison, or another that tells what went wrong? Then *ret gets its words. */
static bool is_telling(struct vmc_code_view *v, uint64_t value, const char **ret)
{
	struct vmc_value_query q = vmc_inquest_address(v->r, v->o, value);

	if (!vmc_inquest_address_category(&q))
		return false;
	*ret = vmc_inquest_address_words(v->r, &q);
	return *ret;
}

/* The register that makes the address bad: the one that is special by itself; NULL when several
 * are. */
static const struct vmc_insn_reg *bad_register(struct vmc_code_view *v, const struct vmc_access *a,
					       uint64_t *ret)
{
	const char *meaning;
	uint64_t base = 0, index = 0;
	bool has_base = vmc_insn_reg_value(&a->base, vmc_code_reg, v, &base);
	bool has_index = vmc_insn_reg_value(&a->index, vmc_code_reg, v, &index);

	*ret = base;
	if (has_base && !has_index)
		return &a->base;
	if (has_base && base >= 0x1000 && is_telling(v, base, &meaning))
		return &a->base;
	*ret = index;
	if (has_index &&
	    (!has_base || (a->scale == 1 && index >= 0x1000 && is_telling(v, index, &meaning))))
		return &a->index;
	return NULL;
}

static const char *say_shadow(struct vmc_code_view *v, uint64_t address)
{
	return vmc_inquest_sayf(v->r,
				"%s %s is a check of KASAN before the access: the pointer that it "
				"checked was 0x%llx",
				v->place, v->insn->text, (unsigned long long)address);
}

static const char *say_register(struct vmc_code_view *v, const struct vmc_insn_reg *reg,
				uint64_t value, uint64_t address)
{
	const char *name = vmc_code_reg_name(v, reg), *meaning;

	if (!value)
		return vmc_inquest_sayf(v->r, "%s %s with %s = 0: the NULL pointer was in %s",
					v->place, v->insn->text, name, name);
	if (is_telling(v, value, &meaning))
		return vmc_inquest_sayf(v->r, "%s %s with %s = 0x%llx: %s", v->place, v->insn->text,
					name, (unsigned long long)value, meaning);
	return vmc_inquest_sayf(v->r, "%s %s with %s = 0x%llx makes the address 0x%llx", v->place,
				v->insn->text, name, (unsigned long long)value,
				(unsigned long long)address);
}

static const char *say_both(struct vmc_code_view *v, const struct vmc_access *a, uint64_t address)
{
	uint64_t base, index;

	if (!vmc_insn_reg_value(&a->base, vmc_code_reg, v, &base) ||
	    !vmc_insn_reg_value(&a->index, vmc_code_reg, v, &index))
		return NULL; /* no register had a part in it: an address in the code */
	return vmc_inquest_sayf(v->r,
				"%s %s with %s = 0x%llx and %s = 0x%llx makes the address 0x%llx",
				v->place, v->insn->text, vmc_code_reg_name(v, &a->base),
				(unsigned long long)base, vmc_code_reg_name(v, &a->index),
				(unsigned long long)index, (unsigned long long)address);
}

static const char *say_access(struct vmc_code_view *v, const struct vmc_access *a, uint64_t address)
{
	const struct vmc_insn_reg *reg;
	uint64_t value;

	if (v->r->code.shadowed)
		return say_shadow(v, v->r->code.operand);
	reg = bad_register(v, a, &value);
	if (reg)
		return say_register(v, reg, value, address);
	return say_both(v, a, address);
}

/*
 * Does the reported address lie in what the access reaches? It may be that of the next page where
 * the access crosses into it. 5.10 leaves the displacement out when it works out the
 * address of a general protection fault.
 */
static bool agrees(const struct vmc_code_view *v, const struct vmc_access *a, uint64_t address)
{
	uint64_t reported = v->o->fault_address, size = a->size ? a->size : 1;

	if (v->cpu == VMC_CPU_ARM64)
		return (reported - address) << (64 - ARM64_ADDRESS_BITS) <
		       size << (64 - ARM64_ADDRESS_BITS);
	return reported - address < size || (!vmc_code_is_canonical(reported) &&
					     reported == address - (uint64_t)a->displacement);
}

/*
 * Where KASAN keeps what it knows of an address: offset + (address >> shift). The second of arm64
 * is that of its tags. Instrumented code reads there before each access.
 */
static const struct {
	enum vmc_cpu_type cpu;
	uint64_t offset;
	unsigned int shift;
} shadows[] = {
	{ VMC_CPU_X86_64, 0xdffffc0000000000, 3 },
	{ VMC_CPU_ARM64, 0xdfff800000000000, 3 },
	{ VMC_CPU_ARM64, 0xefff800000000000, 4 },
};

static bool in_shadow(struct vmc_code_view *v, const struct vmc_access *a, size_t i,
		      uint64_t address)
{
	uint64_t base = 0, index = 0;

	if (shadows[i].cpu != v->cpu || vmc_code_is_canonical(address) ||
	    address - shadows[i].offset >= 1ULL << (64 - shadows[i].shift))
		return false;
	if (v->cpu == VMC_CPU_X86_64)
		return true; /* nothing else of the kernel's lies there */
	(void)vmc_insn_reg_value(&a->base, vmc_code_reg, v, &base);
	(void)vmc_insn_reg_value(&a->index, vmc_code_reg, v, &index);
	return base == shadows[i].offset || index == shadows[i].offset;
}

static void keep_operand(struct vmc_code_view *v, const struct vmc_access *a, uint64_t address)
{
	struct vmc_report_code *c = &v->r->code;

	c->operand = address;
	c->has_operand = true;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(shadows) && !c->shadowed; i++) {
		c->shadowed = in_shadow(v, a, i, address);
		if (c->shadowed)
			c->operand = (address - shadows[i].offset) << shadows[i].shift;
	}
}

/* Of what the instruction touches, the access that the reported address is about. */
const char *vmc_code_operand(struct vmc_code_view *v)
{
	const struct vmc_access *only = NULL;
	uint64_t next = 0, address, reached = 0;
	bool reported = v->o && v->o->has_fault_address;

	if (v->frame)
		next = v->frame->pc + v->insn->size;
	for (size_t i = 0; i < v->detail->n_access; i++) {
		const struct vmc_access *a = &v->detail->access[i];

		if (!vmc_access_address(a, next, vmc_code_reg, v, &address))
			return NULL; /* it may be this one */
		/* a general protection fault of older kernels has no address: then it is this */
		if (reported ? agrees(v, a, address)
			     : v->cpu == VMC_CPU_X86_64 && !vmc_code_is_canonical(address)) {
			keep_operand(v, a, address);
			return say_access(v, a, address);
		}
		if (!a->size)
			return NULL;
		if (!a->stack) {
			only = a;
			reached = address;
		}
	}
	if (!reported || !only || v->detail->n_access != 1)
		return NULL;
	return vmc_inquest_sayf(v->r,
				"%s %s reaches for 0x%llx, but the report names 0x%llx: code, "
				"registers and address do not belong together",
				v->place, v->insn->text, (unsigned long long)reached,
				(unsigned long long)v->o->fault_address);
}
