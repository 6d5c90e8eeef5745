/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/ranges.h"

/* .debug_rnglists, section 7.25 of DWARF 5. */
enum range_entry {
	RANGE_END = 0,
	RANGE_BASE_INDEX = 1,
	RANGE_START_INDEX_END_INDEX = 2,
	RANGE_START_INDEX_LENGTH = 3,
	RANGE_OFFSETS = 4,
	RANGE_BASE = 5,
	RANGE_START_END = 6,
	RANGE_START_LENGTH = 7,
};

/* The smallest header of a table in .debug_addr and of one in .debug_rnglists, with 32-bit offsets.
 */
#define ADDR_HEADER 8u
#define RNGLISTS_HEADER 12u

static uint64_t read_address(const struct dwarf_unit *u, struct vmc_cursor *c)
{
	return u->address_size == 8 ? vmc_cursor_u64(c) : vmc_cursor_u32(c);
}

/* Entry number `index` of a table of addresses or offsets; false where it has none. */
static bool table_entry(struct vmc_bytes table, uint64_t base, uint64_t index, unsigned int size,
			uint64_t *ret)
{
	struct vmc_bytes entry;

	if (base > table.size || index > table.size)
		return false;
	entry = vmc_bytes_sub(table, base + index * size, size);
	if (!entry.size)
		return false;
	*ret = size == 8 ? vmc_le64(entry.data) : vmc_le32(entry.data);
	return true;
}

static bool indexed_address(const struct source_bases *b, uint64_t index, uint64_t *ret)
{
	return table_entry(b->sections->bytes[DWARF_ADDR], b->addr, index, b->unit->address_size,
			   ret);
}

static bool address(const struct source_bases *b, const struct dwarf_value *v, uint64_t *ret)
{
	if (v->class == DWARF_INDEX)
		return indexed_address(b, v->u, ret);
	*ret = v->u;
	return v->class == DWARF_ADDRESS;
}

void source_bases_init(struct source_bases *b, const struct dwarf_sections *s,
		       const struct dwarf_die *d)
{
	*b = (struct source_bases){ .sections = s, .unit = d->unit };
	b->addr = dwarf_number(d, DWARF_ADDR_BASE, ADDR_HEADER);
	b->rnglists = dwarf_number(d, DWARF_RNGLISTS_BASE, RNGLISTS_HEADER);
	if (!address(b, &d->values[DWARF_LOW_PC], &b->low))
		b->low = 0;
}

/* Where in its section the list of an entry begins. */
static bool list_offset(const struct source_bases *b, const struct dwarf_value *v, uint64_t *ret)
{
	if (v->class == DWARF_INDEX) {
		if (!table_entry(b->sections->bytes[DWARF_RNGLISTS], b->rnglists, v->u,
				 b->unit->offset_size, ret))
			return false;
		*ret += b->rnglists;
		return true;
	}
	*ret = v->u;
	return v->class == DWARF_UNSIGNED;
}

struct source_ranges source_ranges_of(const struct source_bases *b, const struct dwarf_die *d)
{
	struct source_ranges w = { .bases = b, .base = b->low };
	const struct dwarf_value *high = &d->values[DWARF_HIGH_PC];
	uint64_t offset;

	if (dwarf_has(d, DWARF_RANGE_LIST)) {
		enum dwarf_section section = b->unit->version >= 5 ? DWARF_RNGLISTS : DWARF_RANGES;

		w.is_list = true;
		w.done = !list_offset(b, &d->values[DWARF_RANGE_LIST], &offset);
		if (!w.done)
			w.c = vmc_cursor_at(b->sections->bytes[section], offset);
		return w;
	}
	w.done = !address(b, &d->values[DWARF_LOW_PC], &w.single.start);
	/* from version 4 on the high address is mostly a length */
	if (!w.done && !address(b, high, &w.single.end))
		w.single.end = w.single.start + dwarf_number(d, DWARF_HIGH_PC, 0);
	return w;
}

/* Version 4: pairs relative to a base, which a pair whose first half is all ones sets. */
static bool next_pair(struct source_ranges *w, struct source_range *ret)
{
	const struct dwarf_unit *u = w->bases->unit;
	uint64_t ones = u->address_size == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = read_address(u, &w->c), end = read_address(u, &w->c);

		if (w->c.overrun || (!start && !end))
			return false;
		if (start == ones) {
			w->base = end;
			continue;
		}
		*ret = (struct source_range){ w->base + start, w->base + end };
		return true;
	}
}

static bool next_entry(struct source_ranges *w, struct source_range *ret)
{
	const struct source_bases *b = w->bases;
	struct vmc_cursor *c = &w->c;

	for (;;) {
		uint8_t kind = vmc_cursor_u8(c);

		*ret = (struct source_range){ 0 };
		switch (kind) {
		case RANGE_BASE_INDEX:
			if (!indexed_address(b, vmc_cursor_uleb(c), &w->base))
				return false;
			continue;
		case RANGE_BASE:
			w->base = read_address(b->unit, c);
			continue;
		case RANGE_START_INDEX_END_INDEX:
			if (!indexed_address(b, vmc_cursor_uleb(c), &ret->start) ||
			    !indexed_address(b, vmc_cursor_uleb(c), &ret->end))
				return false;
			break;
		case RANGE_START_INDEX_LENGTH:
			if (!indexed_address(b, vmc_cursor_uleb(c), &ret->start))
				return false;
			ret->end = ret->start + vmc_cursor_uleb(c);
			break;
		case RANGE_OFFSETS:
			ret->start = w->base + vmc_cursor_uleb(c);
			ret->end = w->base + vmc_cursor_uleb(c);
			break;
		case RANGE_START_END:
			ret->start = read_address(b->unit, c);
			ret->end = read_address(b->unit, c);
			break;
		case RANGE_START_LENGTH:
			ret->start = read_address(b->unit, c);
			ret->end = ret->start + vmc_cursor_uleb(c);
			break;
		case RANGE_END:
		default:
			return false;
		}
		return !c->overrun;
	}
}

bool source_ranges_next(struct source_ranges *w, struct source_range *ret)
{
	while (!w->done) {
		if (!w->is_list) {
			*ret = w->single;
			w->done = true;
		} else if (!(w->bases->unit->version >= 5 ? next_entry(w, ret)
							  : next_pair(w, ret))) {
			w->done = true;
			return false;
		}
		if (ret->start < ret->end)
			return true;
	}
	return false;
}

bool source_covers(const struct source_bases *b, const struct dwarf_die *d, uint64_t pc)
{
	struct source_ranges w = source_ranges_of(b, d);
	struct source_range r;

	while (source_ranges_next(&w, &r)) {
		if (pc >= r.start && pc < r.end)
			return true;
	}
	return false;
}
