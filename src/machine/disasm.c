/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine/disasm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/isa.h"

/*
 * Where the code is told to be. Not its address, which the log often does not tell: targets
 * of branches are shown relative to the instruction.
 */
#define CODE_BASE 0x40000000u

static const struct vmc_isa *const isas[] = {
	[VMC_CPU_X86_64] = &vmc_isa_x86_64, [VMC_CPU_X86_32] = &vmc_isa_x86_32,
	[VMC_CPU_ARM64] = &vmc_isa_arm64,   [VMC_CPU_ARM] = &vmc_isa_arm,
	[VMC_CPU_THUMB] = &vmc_isa_thumb,   [VMC_CPU_POWERPC] = &vmc_isa_powerpc,
	[VMC_CPU_RISCV] = &vmc_isa_riscv,
};

struct decoder {
	const struct vmc_isa *isa;
	const struct vmc_machine_code *code;
	csh handle;
	cs_insn *insn;
};

static struct vmc_error *decoder_open(struct decoder *d)
{
	struct cs_insn *insn;

	if (d->isa->decode)
		return NULL;
	if (cs_open(d->isa->arch, d->isa->mode, &d->handle) != CS_ERR_OK)
		return vmc_error_new(VMC_UNSUPPORTED,
				     "the disassembler was built without this instruction set");
	if (d->isa->arch == CS_ARCH_X86)
		cs_option(d->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
	cs_option(d->handle, CS_OPT_DETAIL, CS_OPT_ON);
	insn = cs_malloc(d->handle);
	if (!insn)
		return vmc_error_no_memory();
	d->insn = insn;
	return NULL;
}

static void decoder_close(struct decoder *d)
{
	if (d->insn)
		cs_free(d->insn, 1);
	if (d->handle)
		cs_close(&d->handle);
}

/* Where the address stands to which a relative branch goes: it is the last thing in the text. */
static char *find_target(char *text, uint64_t *ret)
{
	char *at = strrchr(text, 'x'), *end;

	if (!at || at < text + 2 || at[-1] != '0')
		return NULL;
	at--;
	*ret = strtoull(at, &end, 16);
	/* "*0x18" and "*%gs:0x18" are places that hold a target */
	return *end || at[-1] == '*' || at[-1] == ':' ? NULL : at;
}

/*
 * capstone shows the target of a relative branch as an address: it is one only where the
 * code's own is known.
 */
static void make_relative(csh handle, const cs_insn *in, struct vmc_insn *insn)
{
	uint64_t target, distance;
	bool backwards;
	char *at;

	if (!cs_insn_group(handle, in, CS_GRP_JUMP) && !cs_insn_group(handle, in, CS_GRP_CALL) &&
	    !cs_insn_group(handle, in, CS_GRP_BRANCH_RELATIVE))
		return;
	at = find_target(insn->text, &target);
	if (!at)
		return;
	if (at[-1] == '#')
		at--;
	backwards = target < in->address || target - in->address > INT64_MAX;
	distance = backwards ? in->address - target : target - in->address;
	snprintf(at, (size_t)(insn->text + sizeof(insn->text) - at), ".%c0x%" PRIx64,
		 backwards ? '-' : '+', distance);
}

/* What cannot be decoded is passed over by the smallest step. */
static void undecoded(const struct decoder *d, const uint8_t *p, struct vmc_insn *insn,
		      struct vmc_insn_detail *detail)
{
	uint32_t value = 0;

	if (!insn->size)
		insn->size = d->isa->unit;
	for (size_t i = 0; i < insn->size && i < sizeof(value); i++)
		value |= (uint32_t)p[i] << 8 * i;
	if (d->isa->unit == 1)
		strcpy(insn->text, "(bad)");
	else
		snprintf(insn->text, sizeof(insn->text), ".%zubyte 0x%0*" PRIx32, insn->size,
			 (int)insn->size * 2, value);
	if (detail)
		detail->kind = VMC_INSN_UNDECODED;
}

/* Decodes at `offset`; false, and one unit long, where there is no instruction. */
static bool decode(struct decoder *d, size_t offset, struct vmc_insn *ret,
		   struct vmc_insn_detail *detail)
{
	const uint8_t *p = d->code->bytes + offset;
	size_t left = d->code->len - offset;
	uint64_t address = CODE_BASE + offset;
	bool ok;

	*ret = (struct vmc_insn){ .offset = offset };
	if (d->isa->decode) {
		ok = d->isa->decode(p, left, ret, detail);
	} else {
		const uint8_t *end = p;

		ok = cs_disasm_iter(d->handle, &end, &left, &address, d->insn);
		if (ok) {
			ret->size = d->insn->size;
			snprintf(ret->text, sizeof(ret->text), "%s%s%s", d->insn->mnemonic,
				 *d->insn->op_str ? " " : "", d->insn->op_str);
			if (d->isa->text)
				d->isa->text(d->handle, d->insn, ret);
			make_relative(d->handle, d->insn, ret);
			if (detail)
				d->isa->detail(d->handle, d->insn, detail);
		}
	}
	if (!ok)
		undecoded(d, p, ret, detail);
	if (detail && d->isa->is_bug && d->isa->is_bug(p))
		detail->kind = VMC_INSN_BUG;
	return ok;
}

/*
 * Code of instructions of any length cannot be read backwards. Of all offsets at which decoding
 * may begin so that it comes upon the mark, the first is taken: decoding finds back into
 * step within a few instructions, and the longest run leaves it the most room.
 */
static bool find_start(struct decoder *d, size_t mark, size_t *ret)
{
	uint8_t size[VMC_CODE_MAX];
	bool leads[VMC_CODE_MAX] = { false }, found = false;
	struct vmc_insn insn;

	for (size_t at = mark; at >= d->isa->unit;) {
		at -= d->isa->unit;
		size[at] = decode(d, at, &insn, NULL) ? (uint8_t)insn.size : 0;
		leads[at] = size[at] && (at + size[at] == mark ||
					 (at + size[at] < mark && leads[at + size[at]]));
		if (leads[at]) {
			*ret = at;
			found = true;
		}
	}
	return found;
}

/* The last few instructions before the mark. */
static void list_before(struct decoder *d, struct vmc_listing *l)
{
	size_t mark = d->code->mark, at = 0;
	struct vmc_insn insn;

	if (!d->isa->variable)
		at = mark > VMC_LISTING_AROUND * d->isa->unit
			     ? mark - VMC_LISTING_AROUND * d->isa->unit
			     : 0;
	else if (!find_start(d, mark, &at))
		return;
	l->guessed = d->isa->variable && at < mark;
	while (at < mark) {
		decode(d, at, &insn, NULL);
		at += insn.size;
		if (l->n == VMC_LISTING_AROUND) {
			memmove(l->insns, l->insns + 1, (l->n - 1) * sizeof(*l->insns));
			l->n--;
		}
		l->insns[l->n++] = insn;
	}
}

static void list(struct decoder *d, struct vmc_listing *l)
{
	size_t at = d->code->mark;

	list_before(d, l);
	l->faulting = l->n;
	decode(d, at, &l->insns[l->n], &l->detail);
	at += l->insns[l->n++].size;
	/* behind an instruction that is none, or of which the operand is missing, nothing is in
	 * step */
	if (d->isa->variable &&
	    (l->detail.kind == VMC_INSN_UNDECODED || l->detail.kind == VMC_INSN_TRAP_UBSAN))
		return;
	while (l->n < l->faulting + 1 + VMC_LISTING_AROUND && at < d->code->len) {
		bool ok = decode(d, at, &l->insns[l->n], NULL);

		if (!ok && d->isa->variable)
			break; /* cut off by the end of the bytes */
		at += l->insns[l->n++].size;
	}
}

struct vmc_error *vmc_disassemble(const struct vmc_machine_code *code, enum vmc_cpu_type cpu,
				  struct vmc_listing *ret)
{
	struct decoder d = { .code = code };
	struct vmc_listing l = { 0 };
	struct vmc_error *err;

	if (cpu <= VMC_CPU_UNKNOWN || cpu >= VMC_ARRAY_SIZE(isas))
		return vmc_error_new(VMC_UNSUPPORTED, "the CPU of this code is not known");
	d.isa = isas[cpu];
	if (code->unit != d.isa->unit)
		return vmc_error_new(VMC_UNSUPPORTED,
				     "groups of %u bytes are no instructions of this CPU",
				     code->unit);
	if (!code->has_mark || code->mark >= code->len || code->len > VMC_CODE_MAX)
		return vmc_error_new(VMC_NOT_FOUND, "no instruction is marked");
	err = decoder_open(&d);
	if (!err)
		list(&d, &l);
	decoder_close(&d);
	if (!err)
		*ret = l;
	return err;
}

struct vmc_insn_reg vmc_isa_reg(const char *name, unsigned int bits)
{
	struct vmc_insn_reg reg = { .bits = bits };

	if (name) {
		snprintf(reg.name, sizeof(reg.name), "%s", name);
		snprintf(reg.whole, sizeof(reg.whole), "%s", name);
	}
	return reg;
}

void vmc_isa_access(struct vmc_insn_detail *d, const struct vmc_access *a)
{
	if (d->n_access < VMC_ACCESS_MAX)
		d->access[d->n_access++] = *a;
}

enum vmc_insn_kind vmc_isa_kind(const struct vmc_isa_kind *table, unsigned int id)
{
	for (; table->id; table++) {
		if (table->id == id)
			return table->kind;
	}
	return VMC_INSN_OTHER;
}

static uint64_t cut(uint64_t value, unsigned int bits)
{
	return bits && bits < 64 ? value & (((uint64_t)1 << bits) - 1) : value;
}

bool vmc_insn_reg_value(const struct vmc_insn_reg *reg, vmc_reg_value value, void *arg,
			uint64_t *ret)
{
	uint64_t v;

	if (!*reg->whole || !value(arg, reg->whole, &v))
		return false;
	*ret = cut(v, reg->bits);
	return true;
}

bool vmc_access_address(const struct vmc_access *a, uint64_t next, vmc_reg_value value, void *arg,
			uint64_t *ret)
{
	uint64_t address = (uint64_t)a->displacement, v;

	if (a->pc_relative && !next)
		return false;
	if (a->pc_relative)
		address += next;
	if (*a->base.whole) {
		if (!vmc_insn_reg_value(&a->base, value, arg, &v))
			return false;
		address += v;
	}
	if (*a->index.whole) {
		if (!vmc_insn_reg_value(&a->index, value, arg, &v))
			return false;
		if (a->index_signed && a->index.bits == 32)
			v = (uint64_t)(int64_t)(int32_t)v;
		address += v * a->scale;
	}
	address = cut(address, a->address_bits);
	if (*a->segment) {
		char base[sizeof(a->segment) + 5];

		snprintf(base, sizeof(base), "%s_base", a->segment);
		if (!value(arg, base, &v))
			return false;
		address += v;
	}
	*ret = address;
	return true;
}
