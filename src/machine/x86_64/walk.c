/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page tables of long mode (Intel SDM volume 3, "4-Level Paging and
 * 5-Level Paging"). A level is numbered as the kernel's enum pg_level does:
 * 1 = PTE, 2 = PMD, 3 = PUD, 4 = P4D (the PGD when there are four), 5 = PGD.
 *
 * An address, cut into the index of each level:
 *
 *     63       56     47     38     29     20     11      0
 *     +--------+------+------+------+------+------+-------+
 *     |  sign  |  5   |  4   |  3   |  2   |  1   |offset |
 *     +--------+------+------+------+------+------+-------+
 *
 * The depth is fixed by the mode, so a table that points at itself costs at
 * most five reads a walk.
 */
#include "machine/machine.h"

#include <inttypes.h>

/* arch/x86/include/asm/pgtable_types.h */
#define PAGE_PRESENT ((uint64_t)1 << 0)
#define PAGE_RW ((uint64_t)1 << 1)
#define PAGE_USER ((uint64_t)1 << 2)
#define PAGE_PSE ((uint64_t)1 << 7)
#define PAGE_PROTNONE ((uint64_t)1 << 8) /* means "global" where PRESENT is set */
#define PAGE_NX ((uint64_t)1 << 63)

#define PAGE_BYTES 4096u
#define ENTRIES 512u
#define LEVEL_MAX 5u

/* Bits 51..12: the architectural limit of a physical address. */
#define ADDR_MASK UINT64_C(0x000ffffffffff000)
/* The same in older four-level kernels, whose __PHYSICAL_MASK_SHIFT is 46. */
#define ADDR_MASK_46 UINT64_C(0x00003ffffffff000)

enum entry_kind {
	ENTRY_ABSENT,
	ENTRY_TABLE,
	ENTRY_LEAF,
	ENTRY_RESERVED, /* present, but the CPU would fault on a reserved bit */
};

struct entry {
	enum entry_kind kind;
	uint64_t paddr;
};

static unsigned int top_level(const struct vmc_page_table *pt)
{
	return pt->five_level ? 5 : 4;
}

static unsigned int level_shift(unsigned int level)
{
	return 12 + 9 * (level - 1);
}

/* Bytes that one entry of a level maps. */
static uint64_t level_size(unsigned int level)
{
	return (uint64_t)1 << level_shift(level);
}

static unsigned int level_index(uint64_t va, unsigned int level)
{
	return (unsigned int)(va >> level_shift(level)) & (ENTRIES - 1);
}

/*
 * The address in an entry that is not present but PROT_NONE (mprotect, NUMA
 * hinting). Since the L1TF fix of 4.19 (backported widely) its frame bits are
 * inverted: arch/x86/include/asm/pgtable-invert.h. Inverted bits of a real
 * frame end in ones at the top, as no machine has memory there; that tells
 * both generations apart without knowing the release. The limit was 46 bits
 * in older four-level kernels, which then leave the bits above clear.
 */
static uint64_t protnone_addr(uint64_t entry, uint64_t encryption_mask)
{
	uint64_t mask = ADDR_MASK & ~encryption_mask;
	uint64_t top = (uint64_t)1 << (63 - __builtin_clzll(mask | PAGE_BYTES));

	if (entry & top)
		return ~entry & mask;
	if ((entry & mask & ~ADDR_MASK_46) == 0 && (entry & (uint64_t)1 << 45))
		return ~entry & mask & ADDR_MASK_46;
	return entry & mask;
}

static struct entry decode(uint64_t e, unsigned int level, uint64_t encryption_mask)
{
	/* Bit 7 of a PTE is PAT; of a PGD or P4D entry, reserved. */
	bool large = level > 1 && (e & PAGE_PSE);
	bool leaf = level == 1 || (large && level <= 3);
	struct entry ret = { .kind = ENTRY_ABSENT };

	if (e & PAGE_PRESENT) {
		ret.paddr = e & ADDR_MASK & ~encryption_mask;
		ret.kind = leaf ? ENTRY_LEAF : large ? ENTRY_RESERVED : ENTRY_TABLE;
	} else if (leaf && (e & PAGE_PROTNONE)) {
		ret.paddr = protnone_addr(e, encryption_mask);
		ret.kind = ENTRY_LEAF;
	}
	/* Bit 12 of a large leaf is PAT, and the rest up to the page size is reserved. */
	if (ret.kind == ENTRY_LEAF)
		ret.paddr &= ~(level_size(level) - 1);
	return ret;
}

/* An access needs the right at every level; any level can forbid execution. */
static unsigned int narrow_flags(unsigned int flags, uint64_t e)
{
	if (!(e & PAGE_RW))
		flags &= ~VMC_MAP_WRITE;
	if (!(e & PAGE_USER))
		flags &= ~VMC_MAP_USER;
	if (e & PAGE_NX)
		flags |= VMC_MAP_NOEXEC;
	return flags;
}

static struct vmc_error *not_present(unsigned int level, unsigned int index, uint64_t e)
{
	if (e == 0)
		return vmc_error_new(VMC_UNMAPPED, "page table level %u entry %u not present",
				     level, index);
	/* Not empty: in user space a swap or migration entry (arch/x86/include/asm/pgtable_64.h).
	 */
	return vmc_error_new(VMC_UNMAPPED,
			     "page table level %u entry %u not present, but not empty: 0x%" PRIx64
			     "%s",
			     level, index, e, level <= 2 ? " (swapped out or migrating?)" : "");
}

bool vmc_x86_64_canonical(uint64_t va, bool five_level)
{
	unsigned int unused = five_level ? 64 - 57 : 64 - 48;

	return (uint64_t)((int64_t)(va << unused) >> unused) == va;
}

struct vmc_error *vmc_x86_64_walk(const struct vmc_reader *phys, const struct vmc_page_table *pt,
				  uint64_t va, struct vmc_translation *ret)
{
	uint64_t table = pt->root & ADDR_MASK & ~pt->encryption_mask;
	unsigned int flags = VMC_MAP_WRITE | VMC_MAP_USER;

	if (!vmc_x86_64_canonical(va, pt->five_level))
		return vmc_error_new(VMC_UNMAPPED, "not a canonical address");
	for (unsigned int level = top_level(pt); level > 0; level--) {
		unsigned int index = level_index(va, level);
		struct entry entry;
		uint64_t e = 0;

		VMC_TRY(vmc_error_wrap(vmc_read_u64(phys, table + index * 8u, &e),
				       "page table level %u", level));
		entry = decode(e, level, pt->encryption_mask);
		flags = narrow_flags(flags, e);
		switch (entry.kind) {
		case ENTRY_ABSENT:
			return not_present(level, index, e);
		case ENTRY_RESERVED:
			return vmc_error_new(VMC_BAD_FORMAT,
					     "page table level %u entry %u has reserved bits set: "
					     "0x%" PRIx64,
					     level, index, e);
		case ENTRY_LEAF:
			ret->paddr = entry.paddr | (va & (level_size(level) - 1));
			ret->page_size = level_size(level);
			ret->flags = flags;
			return NULL;
		case ENTRY_TABLE:
			table = entry.paddr;
			break;
		}
	}
	/* A present entry of level 1 is always a leaf. */
	return vmc_error_new(VMC_BAD_FORMAT, "page table without a leaf");
}

/* The table page of each level that a scan stands in, so that one is read once, not 512 times. */
struct scan {
	const struct vmc_reader *phys;
	const struct vmc_page_table *pt;
	unsigned int budget;
	bool exhausted; /* a table was wanted after the budget had been spent */
	bool have[LEVEL_MAX + 1];
	bool absent[LEVEL_MAX + 1]; /* that page is not in the dump */
	uint64_t paddr[LEVEL_MAX + 1];
	uint8_t page[LEVEL_MAX + 1][PAGE_BYTES];
};

/* True when page[level] holds the table at `paddr`; false when it cannot be had. */
static bool scan_load(struct scan *s, unsigned int level, uint64_t paddr)
{
	vmc_autoerror struct vmc_error *err = NULL;

	if (s->have[level] && s->paddr[level] == paddr)
		return !s->absent[level];
	if (s->budget == 0) {
		s->exhausted = true;
		return false;
	}
	s->budget--;
	err = vmc_read(s->phys, paddr, s->page[level], PAGE_BYTES);
	s->have[level] = true;
	s->absent[level] = err != NULL;
	s->paddr[level] = paddr;
	return !err;
}

/*
 * Descends to va. True on a leaf. Otherwise *ret_skip is the size of the
 * absent branch around va: at least that far, nothing is mapped.
 */
static bool scan_at(struct scan *s, uint64_t va, uint64_t *ret_skip, struct vmc_translation *ret)
{
	uint64_t table = s->pt->root & ADDR_MASK & ~s->pt->encryption_mask;
	unsigned int flags = VMC_MAP_WRITE | VMC_MAP_USER;
	unsigned int level;

	for (level = top_level(s->pt); level > 0; level--) {
		struct entry entry;
		uint64_t e;

		if (!scan_load(s, level, table)) {
			/* What this table would map is one entry of the level above. */
			*ret_skip = level_size(level + 1);
			return false;
		}
		e = vmc_le64(s->page[level] + level_index(va, level) * 8u);
		entry = decode(e, level, s->pt->encryption_mask);
		flags = narrow_flags(flags, e);
		if (entry.kind == ENTRY_LEAF) {
			ret->paddr = entry.paddr | (va & (level_size(level) - 1));
			ret->page_size = level_size(level);
			ret->flags = flags;
			return true;
		}
		if (entry.kind != ENTRY_TABLE)
			break;
		table = entry.paddr;
	}
	*ret_skip = level_size(level ? level : 1);
	return false;
}

/* The first address of the upper, the kernel's half. */
static uint64_t upper_half(bool five_level)
{
	return five_level ? UINT64_C(0xff00000000000000) : UINT64_C(0xffff800000000000);
}

bool vmc_x86_64_next_mapped(const struct vmc_reader *phys, const struct vmc_page_table *pt,
			    uint64_t va, uint64_t last, unsigned int budget, uint64_t *ret_va,
			    struct vmc_translation *ret)
{
	vmc_autofree struct scan *s = calloc(1, sizeof(*s));

	if (!s)
		return false;
	*s = (struct scan){ .phys = phys, .pt = pt, .budget = budget };
	while (va <= last) {
		uint64_t skip, next;

		if (!vmc_x86_64_canonical(va, pt->five_level)) {
			va = upper_half(pt->five_level);
			continue;
		}
		if (scan_at(s, va, &skip, ret)) {
			*ret_va = va;
			return true;
		}
		/* The branch was not looked at: whatever follows might not be the first. */
		if (s->exhausted)
			return false;
		next = (va | (skip - 1)) + 1;
		if (next == 0)
			return false;
		va = next;
	}
	return false;
}
