/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/unwind/orc.h"

#include "base/bytes.h"

#define VERSIONS 4

/* Entries looked at to tell the version: a first look, then whatever it takes. */
#define SAMPLE_BLOCK 128
#define SAMPLE_BLOCKS 6
#define SWEEP_BLOCKS 4096

/* Addresses read at once at the end of a search: 256 bytes, in one page or two. */
#define SEARCH_BLOCK 64

/* ORC_REG_* of arch/x86/include/asm/orc_types.h. */
static const uint8_t bases_to_v3[] = {
	VMC_ORC_BASE_UNDEFINED,	  VMC_ORC_BASE_PREV_SP,	    VMC_ORC_BASE_DX,  VMC_ORC_BASE_DI,
	VMC_ORC_BASE_BP,	  VMC_ORC_BASE_SP,	    VMC_ORC_BASE_R10, VMC_ORC_BASE_R13,
	VMC_ORC_BASE_BP_INDIRECT, VMC_ORC_BASE_SP_INDIRECT,
};

#define NO_BASE 0xff

/* Renumbered by 1735858caa4b (7.1). */
static const uint8_t bases_v4[] = {
	VMC_ORC_BASE_UNDEFINED,	  NO_BASE, /* AX: has a number, but no unwinder takes it */
	VMC_ORC_BASE_DX,	  VMC_ORC_BASE_SP,  VMC_ORC_BASE_BP,	  VMC_ORC_BASE_DI,
	VMC_ORC_BASE_R10,	  VMC_ORC_BASE_R13, VMC_ORC_BASE_PREV_SP, VMC_ORC_BASE_SP_INDIRECT,
	VMC_ORC_BASE_BP_INDIRECT,
};

static uint8_t base_of(int version, unsigned int reg)
{
	if (version == 4)
		return reg < VMC_ARRAY_SIZE(bases_v4) ? bases_v4[reg] : NO_BASE;
	return reg < VMC_ARRAY_SIZE(bases_to_v3) ? bases_to_v3[reg] : NO_BASE;
}

static uint16_t entry_bits(const uint8_t *entry)
{
	return vmc_le16(entry + 4);
}

static unsigned int sp_register(uint16_t bits)
{
	return bits & 15;
}

/* The type and the flags of versions 1 and 2. */
static bool decode_old(int version, uint16_t bits, struct vmc_orc_rule *rule)
{
	static const enum vmc_orc_type types[] = { VMC_ORC_CALL, VMC_ORC_REGS,
						   VMC_ORC_REGS_PARTIAL };
	unsigned int type = bits >> 8 & 3;
	bool end = bits >> (version == 1 ? 10 : 11) & 1;

	if (bits >> (version == 1 ? 11 : 12) || type == 3)
		return false;
	if (!sp_register(bits)) {
		rule->type = end ? VMC_ORC_END : VMC_ORC_UNDEFINED;
		return true;
	}
	rule->type = types[type];
	/* version 1 has no such bit: unwind_orc.c of then sets state->signal by type */
	rule->signal = version == 1 ? type != 0 : bits >> 10 & 1;
	return true;
}

static bool decode_new(uint16_t bits, struct vmc_orc_rule *rule)
{
	static const enum vmc_orc_type types[] = { VMC_ORC_UNDEFINED, VMC_ORC_END, VMC_ORC_CALL,
						   VMC_ORC_REGS, VMC_ORC_REGS_PARTIAL };
	unsigned int type = bits >> 8 & 7;

	if (bits >> 12 || type >= VMC_ARRAY_SIZE(types))
		return false;
	rule->type = types[type];
	rule->signal = bits >> 11 & 1;
	return true;
}

/* False for an entry that no assembler would have written. */
static bool decode(int version, const uint8_t *entry, struct vmc_orc_rule *ret)
{
	struct vmc_orc_rule rule = { 0 };
	uint16_t bits = entry_bits(entry);
	uint8_t cfa = base_of(version, sp_register(bits)), bp = base_of(version, bits >> 4 & 15);

	if (version <= 2 ? !decode_old(version, bits, &rule) : !decode_new(bits, &rule))
		return false;
	if (rule.type == VMC_ORC_UNDEFINED || rule.type == VMC_ORC_END) {
		*ret = (struct vmc_orc_rule){ .type = rule.type };
		return true;
	}
	if (cfa == NO_BASE || cfa == VMC_ORC_BASE_UNDEFINED || cfa == VMC_ORC_BASE_PREV_SP)
		return false;
	if (bp != VMC_ORC_BASE_UNDEFINED && bp != VMC_ORC_BASE_PREV_SP && bp != VMC_ORC_BASE_BP)
		return false;
	rule.cfa_base = cfa;
	rule.cfa_offset = (int16_t)vmc_le16(entry);
	rule.bp_base = bp;
	rule.bp_offset = (int16_t)vmc_le16(entry + 2);
	*ret = rule;
	return true;
}

static struct vmc_error *check_table(const struct vmc_orc_table *t)
{
	uint64_t end;

	if (!t->count)
		return vmc_error_new(VMC_NOT_FOUND, "ORC table is empty");
	if (t->count > VMC_ORC_COUNT_MAX)
		return vmc_error_new(VMC_LIMIT, "ORC table of %llu entries",
				     (unsigned long long)t->count);
	if (__builtin_add_overflow(t->ip, t->count * VMC_ORC_IP_SIZE, &end) ||
	    __builtin_add_overflow(t->entries, t->count * VMC_ORC_ENTRY_SIZE, &end))
		return vmc_error_new(VMC_BAD_FORMAT, "ORC table goes beyond the address space");
	return NULL;
}

/* --- version --- */

/*
 * What tells the versions apart. Nine of ten entries are calls, relative to
 * sp; nearly all others are UNDEFINED or pt_regs.
 *
 *   bits 8..10 with a register  CALL is 0 in versions 1 and 2, 2 in 3 and 4
 *   sp_reg of calls             SP is 5 in version 3, 3 in 4
 *   0x400 without a register    END of version 1; 2 has it at 0x800
 *   0x400 beside pt_regs        `signal` of version 2, which nearly all of them
 *                               have; always 0 in version 1
 */
struct evidence {
	unsigned int call_0, call_2;
	unsigned int sp_is_3, sp_is_5;
	unsigned int v1, v2;
	unsigned int seen;
	unsigned int invalid[VERSIONS + 1]; /* by version: entries that it cannot hold */
};

static void weigh_entry(struct evidence *e, const uint8_t *entry)
{
	uint16_t bits = entry_bits(entry);
	unsigned int type = bits >> 8 & 7, sp = sp_register(bits);
	struct vmc_orc_rule rule;

	e->seen++;
	for (int v = 1; v <= VERSIONS; v++)
		e->invalid[v] += !decode(v, entry, &rule);
	if (!sp) {
		e->v1 += bits == 0x400;
		e->v2 += bits == 0x800;
		return;
	}
	e->call_0 += type == 0;
	e->call_2 += type == 2;
	e->sp_is_3 += sp == 3;
	e->sp_is_5 += sp == 5;
	e->v1 += type == 1 || type == 2;
	e->v2 += type == 5 || type == 6;
}

static int judge(const struct evidence *e)
{
	if (!e->call_0 && !e->call_2)
		return 0;
	if (e->call_2 > e->call_0)
		return e->sp_is_3 > e->sp_is_5 ? 4 : 3;
	return e->v2 > e->v1 ? 2 : 1;
}

/* Whether what was seen is enough; versions 1 and 2 differ in few entries only. */
static bool is_settled(const struct evidence *e)
{
	return e->call_2 > e->call_0 || (e->call_0 && e->v1 != e->v2);
}

/* Weighs a block; one that is not in the dump is left out, its error kept. */
static struct vmc_error *weigh_block(const struct vmc_reader *mem,
				     const struct vmc_orc_table *table, uint64_t first,
				     struct evidence *e)
{
	uint8_t block[SAMPLE_BLOCK * VMC_ORC_ENTRY_SIZE];
	uint64_t n = table->count - first < SAMPLE_BLOCK ? table->count - first : SAMPLE_BLOCK;

	VMC_TRY(vmc_read(mem, table->entries + first * VMC_ORC_ENTRY_SIZE, block,
			 (size_t)n * VMC_ORC_ENTRY_SIZE));
	for (uint64_t i = 0; i < n; i++)
		weigh_entry(e, block + i * VMC_ORC_ENTRY_SIZE);
	return NULL;
}

/* Looks at `blocks` blocks spread evenly; the first is where the kernel's start-up code is. */
static struct vmc_error *weigh_spread(const struct vmc_reader *mem,
				      const struct vmc_orc_table *table, uint64_t blocks,
				      bool until_settled, struct evidence *e)
{
	vmc_autoerror struct vmc_error *absent = NULL;
	uint64_t total = (table->count + SAMPLE_BLOCK - 1) / SAMPLE_BLOCK;

	if (blocks > total)
		blocks = total;
	*e = (struct evidence){ 0 };
	for (uint64_t i = 0; i < blocks && !(until_settled && is_settled(e)); i++) {
		struct vmc_error *err;

		err = weigh_block(mem, table, total * i / blocks * SAMPLE_BLOCK, e);
		if (err) {
			vmc_error_free(absent);
			absent = err;
		}
	}
	return e->seen ? NULL : vmc_take(absent);
}

struct vmc_error *vmc_orc_version(const struct vmc_reader *mem, const struct vmc_orc_table *table,
				  int *ret)
{
	struct evidence e;
	int version;

	VMC_TRY(check_table(table));
	VMC_TRY(weigh_spread(mem, table, SAMPLE_BLOCKS, false, &e));
	/* calls look the same in 1 and 2: without an END in the sample, look at more */
	if (e.call_0 >= e.call_2 && e.call_0 && !is_settled(&e))
		VMC_TRY(weigh_spread(mem, table, SWEEP_BLOCKS, true, &e));
	version = judge(&e);
	/* a few entries may be damaged, or of a later release */
	if (!version || e.invalid[version] > e.seen / 20)
		return vmc_error_new(VMC_BAD_FORMAT, "ORC entries fit none of the known versions");
	*ret = version;
	return NULL;
}

/* --- search --- */

static uint64_t ip_at(const struct vmc_orc_table *t, uint64_t i, const uint8_t *p)
{
	return t->ip + i * VMC_ORC_IP_SIZE + (uint64_t)(int64_t)(int32_t)vmc_le32(p);
}

/*
 * Whether `ip` can belong to the table at all: no entry is further than 2 GiB from
 * its place. Without this, the last entry would answer for all addresses above.
 */
static bool is_in_reach(const struct vmc_orc_table *t, uint64_t ip)
{
	uint64_t places = t->count * VMC_ORC_IP_SIZE;

	return ip - t->ip + ((uint64_t)1 << 31) <= places + UINT32_MAX;
}

/* Number of entries whose address is <= ip; they come first. */
static struct vmc_error *count_below(const struct vmc_reader *mem, const struct vmc_orc_table *t,
				     uint64_t ip, uint64_t *ret)
{
	uint64_t lo = 0, hi = t->count; /* the answer is in [lo, hi] */
	uint8_t block[SEARCH_BLOCK * VMC_ORC_IP_SIZE];

	while (hi - lo > SEARCH_BLOCK) {
		uint64_t mid = lo + (hi - lo) / 2;

		VMC_TRY(vmc_read(mem, t->ip + mid * VMC_ORC_IP_SIZE, block, VMC_ORC_IP_SIZE));
		if (ip_at(t, mid, block) <= ip)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == hi) {
		*ret = lo;
		return NULL;
	}
	VMC_TRY(vmc_read(mem, t->ip + lo * VMC_ORC_IP_SIZE, block,
			 (size_t)(hi - lo) * VMC_ORC_IP_SIZE));
	*ret = lo;
	while (*ret < hi && ip_at(t, *ret, block + (*ret - lo) * VMC_ORC_IP_SIZE) <= ip)
		++*ret;
	return NULL;
}

struct vmc_error *vmc_orc_find(const struct vmc_reader *mem, const struct vmc_orc_table *table,
			       int version, uint64_t ip, struct vmc_orc_rule *ret)
{
	uint8_t entry[VMC_ORC_ENTRY_SIZE];
	uint64_t n;

	if (version < 1 || version > VERSIONS)
		return vmc_error_new(VMC_USAGE, "ORC version %d", version);
	VMC_TRY(check_table(table));
	if (!is_in_reach(table, ip))
		return vmc_error_new(VMC_NOT_FOUND, "no ORC entry for %016llx",
				     (unsigned long long)ip);
	VMC_TRY(vmc_error_wrap(count_below(mem, table, ip, &n), "ORC addresses"));
	if (!n)
		return vmc_error_new(VMC_NOT_FOUND, "no ORC entry for %016llx",
				     (unsigned long long)ip);
	/* of entries with one address the last counts, as in __orc_find() */
	VMC_TRY(vmc_error_wrap(
		vmc_read(mem, table->entries + (n - 1) * VMC_ORC_ENTRY_SIZE, entry, sizeof(entry)),
		"ORC entry %llu", (unsigned long long)(n - 1)));
	if (!decode(version, entry, ret))
		return vmc_error_new(VMC_BAD_FORMAT,
				     "ORC entry %llu for %016llx has bits %04x, not of version %d",
				     (unsigned long long)(n - 1), (unsigned long long)ip,
				     entry_bits(entry), version);
	return NULL;
}
