/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/ranges.h"

/* .debug_rnglists, section 7.25 of DWARF 5; and what only lists of locations have. */
enum list_entry {
	LIST_END,
	LIST_BASE_INDEX,
	LIST_START_INDEX_END_INDEX,
	LIST_START_INDEX_LENGTH,
	LIST_OFFSETS,
	LIST_BASE,
	LIST_START_END,
	LIST_START_LENGTH,
	LIST_DEFAULT,	/* wherever no other entry has something to say */
	LIST_VIEW_PAIR, /* GNU's: which of several states at one address */
};

/* .debug_loclists has the default in their midst. */
static const uint8_t location_entries[] = {
	LIST_END,
	LIST_BASE_INDEX,
	LIST_START_INDEX_END_INDEX,
	LIST_START_INDEX_LENGTH,
	LIST_OFFSETS,
	LIST_DEFAULT,
	LIST_BASE,
	LIST_START_END,
	LIST_START_LENGTH,
	LIST_VIEW_PAIR,
};

/* The smallest header of a table in .debug_addr and of one of lists, with 32-bit offsets. */
#define ADDR_HEADER 8u
#define LISTS_HEADER 12u

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

bool source_indexed_address(const struct source_bases *b, uint64_t index, uint64_t *ret)
{
	return table_entry(b->sections->bytes[DWARF_ADDR], b->addr, index, b->unit->address_size,
			   ret);
}

static bool address(const struct source_bases *b, const struct dwarf_value *v, uint64_t *ret)
{
	if (v->class == DWARF_INDEX)
		return source_indexed_address(b, v->u, ret);
	*ret = v->u;
	return v->class == DWARF_ADDRESS;
}

void source_bases_init(struct source_bases *b, const struct dwarf_sections *s,
		       const struct dwarf_die *d)
{
	*b = (struct source_bases){ .sections = s, .unit = d->unit };
	b->addr = dwarf_number(d, DWARF_ADDR_BASE, ADDR_HEADER);
	b->rnglists = dwarf_number(d, DWARF_RNGLISTS_BASE, LISTS_HEADER);
	b->loclists = dwarf_number(d, DWARF_LOCLISTS_BASE, LISTS_HEADER);
	if (!address(b, &d->values[DWARF_LOW_PC], &b->low))
		b->low = 0;
}

/* The list of an attribute; false where there is none. */
static bool open_list(const struct source_bases *b, const struct dwarf_value *v,
		      bool has_expressions, struct source_list *ret)
{
	bool old = b->unit->version < 5;
	enum dwarf_section section = has_expressions ? old ? DWARF_LOC : DWARF_LOCLISTS
				     : old	     ? DWARF_RANGES
						     : DWARF_RNGLISTS;
	uint64_t table = has_expressions ? b->loclists : b->rnglists, offset = v->u;

	if (v->class == DWARF_INDEX) {
		if (!table_entry(b->sections->bytes[section], table, v->u, b->unit->offset_size,
				 &offset))
			return false;
		offset += table;
	} else if (v->class != DWARF_UNSIGNED) {
		return false;
	}
	*ret = (struct source_list){ b, vmc_cursor_at(b->sections->bytes[section], offset), b->low,
				     has_expressions };
	return true;
}

/* Version 4: pairs relative to a base, which a pair whose first half is all ones sets. */
static bool next_pair(struct source_list *l, struct source_range *ret)
{
	const struct dwarf_unit *u = l->bases->unit;
	uint64_t ones = u->address_size == 8 ? UINT64_MAX : UINT32_MAX;

	for (;;) {
		uint64_t start = read_address(u, &l->c), end = read_address(u, &l->c);

		if (l->c.overrun || (!start && !end))
			return false;
		if (start == ones) {
			l->base = end;
			continue;
		}
		*ret = (struct source_range){ l->base + start, l->base + end };
		return true;
	}
}

/* Version 5. The default comes out as all addresses: it stands behind what is not. */
static bool next_entry(struct source_list *l, struct source_range *ret)
{
	const struct source_bases *b = l->bases;
	struct vmc_cursor *c = &l->c;

	for (;;) {
		uint8_t kind = vmc_cursor_u8(c);

		if (l->has_expressions)
			kind = kind < sizeof(location_entries) ? location_entries[kind] : LIST_END;
		*ret = (struct source_range){ 0 };
		switch (kind) {
		case LIST_BASE_INDEX:
			if (!source_indexed_address(b, vmc_cursor_uleb(c), &l->base))
				return false;
			continue;
		case LIST_BASE:
			l->base = read_address(b->unit, c);
			continue;
		case LIST_VIEW_PAIR:
			vmc_cursor_uleb(c);
			vmc_cursor_uleb(c);
			continue;
		case LIST_START_INDEX_END_INDEX:
			if (!source_indexed_address(b, vmc_cursor_uleb(c), &ret->start) ||
			    !source_indexed_address(b, vmc_cursor_uleb(c), &ret->end))
				return false;
			break;
		case LIST_START_INDEX_LENGTH:
			if (!source_indexed_address(b, vmc_cursor_uleb(c), &ret->start))
				return false;
			ret->end = ret->start + vmc_cursor_uleb(c);
			break;
		case LIST_OFFSETS:
			ret->start = l->base + vmc_cursor_uleb(c);
			ret->end = l->base + vmc_cursor_uleb(c);
			break;
		case LIST_START_END:
			ret->start = read_address(b->unit, c);
			ret->end = read_address(b->unit, c);
			break;
		case LIST_START_LENGTH:
			ret->start = read_address(b->unit, c);
			ret->end = ret->start + vmc_cursor_uleb(c);
			break;
		case LIST_DEFAULT:
			ret->end = UINT64_MAX;
			break;
		case LIST_END:
		default:
			return false;
		}
		return !c->overrun;
	}
}

/* `expr` gets what a list of locations has behind each range. */
static bool list_next(struct source_list *l, struct source_range *ret, struct vmc_bytes *expr)
{
	bool old = l->bases->unit->version < 5;
	uint64_t size;

	if (!(old ? next_pair(l, ret) : next_entry(l, ret)))
		return false;
	if (!l->has_expressions)
		return true;
	size = old ? vmc_cursor_u16(&l->c) : vmc_cursor_uleb(&l->c);
	expr->data = vmc_cursor_take(&l->c, size);
	expr->size = expr->data ? (size_t)size : 0;
	return !l->c.overrun;
}

struct source_ranges source_ranges_of(const struct source_bases *b, const struct dwarf_die *d)
{
	struct source_ranges w = { 0 };
	const struct dwarf_value *high = &d->values[DWARF_HIGH_PC];

	if (dwarf_has(d, DWARF_RANGE_LIST)) {
		w.is_list = true;
		w.done = !open_list(b, &d->values[DWARF_RANGE_LIST], false, &w.list);
		return w;
	}
	w.done = !address(b, &d->values[DWARF_LOW_PC], &w.single.start);
	/* from version 4 on the high address is mostly a length */
	if (!w.done && !address(b, high, &w.single.end))
		w.single.end = w.single.start + dwarf_number(d, DWARF_HIGH_PC, 0);
	return w;
}

bool source_ranges_next(struct source_ranges *w, struct source_range *ret)
{
	while (!w->done) {
		if (!w->is_list) {
			*ret = w->single;
			w->done = true;
		} else if (!list_next(&w->list, ret, NULL)) {
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

bool source_location(const struct source_bases *b, const struct dwarf_value *v, uint64_t pc,
		     struct vmc_bytes *ret)
{
	struct source_range r;
	struct source_list l;
	struct vmc_bytes expr;

	if (v->class == DWARF_BYTES) {
		*ret = v->bytes;
		return v->bytes.size != 0;
	}
	if (!open_list(b, v, true, &l))
		return false;
	while (list_next(&l, &r, &expr)) {
		if (pc >= r.start && pc < r.end) {
			*ret = expr;
			return expr.size != 0;
		}
	}
	return false;
}
