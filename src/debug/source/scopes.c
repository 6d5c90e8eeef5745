/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/scopes.h"

#include "debug/dwarf/constants.h"
#include "debug/dwarf/graph.h"

/* Ranges of units that are kept: of a vmlinux 70,000 at most. */
#define RANGES_MAX (1u << 20)

struct vmc_error *source_info_init(struct source_info *s, struct vmc_elf *e,
				   const struct dwarf_bases *loaded)
{
	struct vmc_error *err;

	*s = (struct source_info){ 0 };
	err = dwarf_sections_init(&s->sections, vmc_elf_file(e), vmc_elf_path(e), loaded);
	if (!err)
		err = dwarf_info_init(&s->info, &s->sections);
	if (err)
		source_info_deinit(s);
	return err;
}

void source_info_deinit(struct source_info *s)
{
	vmc_types_free(s->types);
	vmc_vec_free(&s->ranges);
	dwarf_info_deinit(&s->info);
	dwarf_sections_deinit(&s->sections);
	*s = (struct source_info){ 0 };
}

struct vmc_error *source_type_at(struct source_info *s, uint32_t entry, const struct vmc_type **ret)
{
	if (!s->types)
		VMC_TRY(dwarf_types_of(&s->info, &s->types));
	return dwarf_type_at(s->types, entry, ret);
}

/* --- the unit --- */

/* The first entry of a unit, which says what the others are relative to. */
static struct vmc_error *unit_die(struct source_info *s, struct dwarf_unit *u,
				  struct dwarf_die *ret)
{
	VMC_TRY(dwarf_die_at(&s->info, u->first, ret));
	if (ret->values[DWARF_STR_BASE].class != DWARF_UNSIGNED ||
	    ret->values[DWARF_STR_BASE].u == u->str_offsets_base)
		return NULL;
	/* its own strings are found by the base that it tells */
	u->str_offsets_base = ret->values[DWARF_STR_BASE].u;
	return dwarf_die_at(&s->info, u->first, ret);
}

static struct dwarf_unit *unit_at(struct source_info *s, uint64_t offset)
{
	size_t low = 0, high = s->info.units.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->info.units.data[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == s->info.units.len || s->info.units.data[low].offset != offset)
		return NULL;
	return &s->info.units.data[low];
}

/* One set of .debug_aranges: the unit and its pairs of address and length. True when pc is in it.
 */
static bool set_covers(struct vmc_cursor *c, uint64_t pc, uint64_t *ret_unit)
{
	size_t start = c->pos, end;
	uint64_t length = vmc_cursor_u32(c);
	bool wide = length == UINT32_MAX, found = false;
	uint8_t size;

	if (wide)
		length = vmc_cursor_u64(c);
	if (length > c->bytes.size - c->pos)
		c->overrun = true;
	if (c->overrun)
		return false;
	end = c->pos + length;
	vmc_cursor_u16(c); /* version: 2 in all of DWARF 2 to 5 */
	*ret_unit = wide ? vmc_cursor_u64(c) : vmc_cursor_u32(c);
	size = vmc_cursor_u8(c);
	vmc_cursor_u8(c); /* size of a segment: there are none */
	if (size == 8) {
		/* pairs are aligned to their size, counted from the start of the set */
		vmc_cursor_take(c, (0 - (c->pos - start)) & 15);
		while (!c->overrun && !found && c->pos + 16 <= end) {
			uint64_t at = vmc_cursor_u64(c), n = vmc_cursor_u64(c);

			found = pc >= at && pc - at < n;
		}
	}
	*c = vmc_cursor_at(c->bytes, end);
	return found;
}

static struct dwarf_unit *unit_by_aranges(struct source_info *s, uint64_t pc)
{
	struct vmc_cursor c = vmc_cursor_at(s->sections.bytes[DWARF_ARANGES], 0);
	uint64_t offset;

	while (!c.overrun && c.pos < c.bytes.size) {
		if (set_covers(&c, pc, &offset))
			return unit_at(s, offset);
	}
	return NULL;
}

/* Notes what the next unit covers; one that is damaged covers nothing. */
static struct vmc_error *look_at_unit(struct source_info *s)
{
	uint32_t number = (uint32_t)s->looked_at++;
	struct source_bases bases;
	struct source_ranges w;
	struct source_range r;
	struct dwarf_die die;
	vmc_autoerror struct vmc_error *err = unit_die(s, &s->info.units.data[number], &die);

	if (err)
		return NULL;
	source_bases_init(&bases, &s->sections, &die);
	w = source_ranges_of(&bases, &die);
	while (source_ranges_next(&w, &r)) {
		if (s->ranges.len >= RANGES_MAX)
			return vmc_error_new(VMC_LIMIT, "%s: more than %u ranges of units",
					     s->sections.file, RANGES_MAX);
		if (!vmc_vec_push(&s->ranges, (struct source_unit_range){ r, number }))
			return vmc_error_no_memory();
	}
	return NULL;
}

static struct vmc_error *unit_by_ranges(struct source_info *s, uint64_t pc, struct dwarf_unit **ret)
{
	size_t i = 0;

	*ret = NULL;
	for (;;) {
		for (; i < s->ranges.len; i++) {
			const struct source_unit_range *r = &s->ranges.data[i];

			if (pc >= r->range.start && pc < r->range.end) {
				*ret = &s->info.units.data[r->unit];
				return NULL;
			}
		}
		if (s->looked_at == s->info.units.len)
			return NULL;
		VMC_TRY(look_at_unit(s));
	}
}

struct vmc_error *source_unit_at(struct source_info *s, uint64_t pc, struct source_unit *ret)
{
	struct dwarf_unit *u = unit_by_aranges(s, pc);

	if (!u)
		VMC_TRY(unit_by_ranges(s, pc, &u));
	if (!u)
		return vmc_error_new(VMC_NOT_FOUND, "%s: no unit covers 0x%llx", s->sections.file,
				     (unsigned long long)pc);
	VMC_TRY(unit_die(s, u, &ret->die));
	source_bases_init(&ret->bases, &s->sections, &ret->die);
	return NULL;
}

/* --- the scopes --- */

static bool is_scope(const struct dwarf_die *d)
{
	return d->tag == DWARF_TAG_SUBPROGRAM || d->tag == DWARF_TAG_INLINED ||
	       d->tag == DWARF_TAG_LEXICAL_BLOCK;
}

/* The child of `parent` that covers pc; false where none does. */
static bool inner_scope(struct source_info *s, const struct source_bases *b,
			const struct dwarf_die *parent, uint64_t pc, struct dwarf_die *ret)
{
	struct dwarf_walk w = dwarf_children(&s->info, parent);
	bool more;

	for (;;) {
		vmc_autoerror struct vmc_error *err = dwarf_next(&w, ret, &more);

		if (err || !more)
			return false;
		if (is_scope(ret) && source_covers(b, ret, pc))
			return true;
	}
}

void source_scopes_at(struct source_info *s, const struct source_unit *u, uint64_t pc,
		      struct source_scopes *ret)
{
	const struct dwarf_die *outer = &u->die;

	/* each step leads to a child: the walk ends */
	for (ret->n = 0; ret->n < SOURCE_SCOPES_MAX; outer = &ret->dies[ret->n++]) {
		if (!inner_scope(s, &u->bases, outer, pc, &ret->dies[ret->n]))
			return;
	}
}

const char *source_name(struct source_info *s, const struct dwarf_die *d)
{
	struct dwarf_die at = *d;

	for (int i = 0; i < SOURCE_ORIGINS_MAX; i++) {
		vmc_autoerror struct vmc_error *err = NULL;

		if (*dwarf_name(&at))
			return dwarf_name(&at);
		if (at.values[DWARF_ORIGIN].class != DWARF_REFERENCE)
			return NULL;
		err = dwarf_die_at(&s->info, at.values[DWARF_ORIGIN].u, &at);
		if (err)
			return NULL;
	}
	return NULL;
}
