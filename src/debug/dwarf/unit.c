/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/dwarf/unit.h"

#include <stdlib.h>

#include "debug/dwarf/constants.h"

/* A vmlinux has 4,000; a file of units that are nothing but a header could have 100 million. */
#define UNITS_MAX (1u << 20)
/* Abbreviations of one unit: compilers make a few hundred. */
#define ABBREVS_MAX (1u << 20)

/* --- units --- */

static struct vmc_error *unit_error(const struct dwarf_info *info, const struct dwarf_unit *u,
				    enum vmc_code code, const char *what)
{
	return dwarf_error(info->sections, code, DWARF_INFO, u->offset, "%s", what);
}

/* What stands between the length and the first entry; c is behind the version. */
static void read_header_rest(struct vmc_cursor *c, struct dwarf_unit *u, uint64_t *abbrev)
{
	u->type = DWARF_UT_COMPILE;
	if (u->version >= 5) {
		u->type = vmc_cursor_u8(c);
		u->address_size = vmc_cursor_u8(c);
	}
	*abbrev = u->offset_size == 8 ? vmc_cursor_u64(c) : vmc_cursor_u32(c);
	if (u->version < 5)
		u->address_size = vmc_cursor_u8(c);
	if (u->type == DWARF_UT_SKELETON || u->type == DWARF_UT_SPLIT_COMPILE)
		vmc_cursor_u64(c); /* id of the other half */
	else if (u->type == DWARF_UT_TYPE || u->type == DWARF_UT_SPLIT_TYPE)
		vmc_cursor_take(c, 8u + u->offset_size); /* signature, and where the type is */
}

static struct vmc_error *read_unit(const struct dwarf_info *info, struct vmc_cursor *c,
				   struct dwarf_unit *u)
{
	uint64_t length, end, abbrev;

	u->offset = (uint32_t)c->pos;
	u->offset_size = 4;
	length = vmc_cursor_u32(c);
	if (length == UINT32_MAX) {
		u->offset_size = 8;
		length = vmc_cursor_u64(c);
	}
	if (c->overrun || length > c->bytes.size - c->pos)
		return unit_error(info, u, VMC_BAD_FORMAT, "the unit is cut off");
	end = c->pos + length;
	u->version = (uint8_t)vmc_cursor_u16(c);
	if (u->version < 2 || u->version > 5)
		return dwarf_error(info->sections, VMC_UNSUPPORTED, DWARF_INFO, u->offset,
				   "DWARF version %u", u->version);
	read_header_rest(c, u, &abbrev);
	if (c->overrun || c->pos > end)
		return unit_error(info, u, VMC_BAD_FORMAT, "the unit is shorter than its header");
	if (u->address_size != 8 && u->address_size != 4)
		return dwarf_error(info->sections, VMC_BAD_FORMAT, DWARF_INFO, u->offset,
				   "addresses of %u bytes", u->address_size);
	if (abbrev >= info->sections->bytes[DWARF_ABBREV].size)
		return unit_error(info, u, VMC_BAD_FORMAT,
				  "its abbreviations lie outside .debug_abbrev");
	u->abbrev = (uint32_t)abbrev;
	u->first = (uint32_t)c->pos;
	u->end = (uint32_t)end;
	/* the table of version 5 has a header, which the attribute points behind */
	u->str_offsets_base = u->version < 5 ? 0 : u->offset_size * 2u;
	*c = vmc_cursor_at(c->bytes, end);
	return NULL;
}

struct vmc_error *dwarf_info_init(struct dwarf_info *info, struct dwarf_sections *sections)
{
	struct vmc_cursor c = vmc_cursor_at(sections->bytes[DWARF_INFO], 0);

	*info = (struct dwarf_info){ .sections = sections };
	while (c.pos < c.bytes.size) {
		struct dwarf_unit u = { 0 };

		VMC_TRY(read_unit(info, &c, &u));
		if (info->units.len >= UNITS_MAX)
			return unit_error(info, &u, VMC_LIMIT, "too many units");
		if (!vmc_vec_push(&info->units, u))
			return vmc_error_no_memory();
	}
	return NULL;
}

void dwarf_info_deinit(struct dwarf_info *info)
{
	for (size_t i = 0; i < info->tables.cap; i++) {
		struct dwarf_abbrevs *a = (struct dwarf_abbrevs *)(uintptr_t)info->tables.values[i];

		if (!info->tables.used[i])
			continue;
		vmc_vec_free(&a->at);
		vmc_map_deinit(&a->others);
		free(a);
	}
	vmc_map_deinit(&info->tables);
	vmc_vec_free(&info->units);
}

static struct dwarf_unit *unit_of(const struct dwarf_info *info, uint64_t offset)
{
	size_t low = 0, high = info->units.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (info->units.data[mid].end <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == info->units.len || offset < info->units.data[low].first)
		return NULL;
	return &info->units.data[low];
}

/* --- abbreviations --- */

static struct vmc_error *read_abbrevs(const struct dwarf_info *info, uint32_t table,
				      struct dwarf_abbrevs *a)
{
	struct vmc_cursor c = vmc_cursor_at(info->sections->bytes[DWARF_ABBREV], table);
	struct dwarf_spec spec;

	for (;;) {
		uint64_t code = vmc_cursor_uleb(&c);
		uint32_t at = (uint32_t)c.pos;

		if (!code && !c.overrun)
			return NULL;
		if (a->at.len + a->others.len >= ABBREVS_MAX)
			return dwarf_error(info->sections, VMC_LIMIT, DWARF_ABBREV, table,
					   "too many abbreviations");
		if (code == a->at.len + 1 ? !vmc_vec_push(&a->at, at) :
					    !vmc_map_set(&a->others, code, at))
			return vmc_error_no_memory();
		vmc_cursor_uleb(&c);	   /* tag */
		vmc_cursor_u8(&c); /* has children */
		while (dwarf_spec_next(&c, &spec))
			;
		if (c.overrun)
			return dwarf_error(info->sections, VMC_BAD_FORMAT, DWARF_ABBREV, at,
					   "the table does not end");
	}
}

static struct vmc_error *abbrevs_of(struct dwarf_info *info, uint32_t table,
				    struct dwarf_abbrevs **ret)
{
	uint64_t *known = vmc_map_get(&info->tables, table);
	struct vmc_error *err;

	if (known) {
		*ret = (struct dwarf_abbrevs *)(uintptr_t)*known;
		return NULL;
	}
	*ret = calloc(1, sizeof(**ret));
	if (!*ret || !vmc_map_set(&info->tables, table, (uintptr_t)*ret)) {
		free(*ret);
		return vmc_error_no_memory();
	}
	/* a table that fails stays as far as it was read; its other codes are not found */
	err = read_abbrevs(info, table, *ret);
	return err;
}

/* --- entries --- */

static const uint8_t slots[] = {
	/* slot + 1, so that 0 is an attribute that is not kept */
	[DWARF_AT_SIBLING] = DWARF_SIBLING + 1,
	[DWARF_AT_NAME] = DWARF_NAME + 1,
	[DWARF_AT_BYTE_SIZE] = DWARF_BYTE_SIZE + 1,
	[DWARF_AT_BIT_OFFSET] = DWARF_BIT_OFFSET + 1,
	[DWARF_AT_BIT_SIZE] = DWARF_BIT_SIZE + 1,
	[DWARF_AT_LANGUAGE] = DWARF_LANGUAGE + 1,
	[DWARF_AT_CONST_VALUE] = DWARF_CONST_VALUE + 1,
	[DWARF_AT_LOWER_BOUND] = DWARF_LOWER_BOUND + 1,
	[DWARF_AT_UPPER_BOUND] = DWARF_UPPER_BOUND + 1,
	[DWARF_AT_ABSTRACT_ORIGIN] = DWARF_ORIGIN + 1,
	[DWARF_AT_COUNT] = DWARF_COUNT + 1,
	[DWARF_AT_MEMBER_LOCATION] = DWARF_MEMBER_LOCATION + 1,
	[DWARF_AT_DECLARATION] = DWARF_DECLARATION + 1,
	[DWARF_AT_ENCODING] = DWARF_ENCODING + 1,
	[DWARF_AT_EXTERNAL] = DWARF_EXTERNAL + 1,
	[DWARF_AT_SPECIFICATION] = DWARF_ORIGIN + 1,
	[DWARF_AT_TYPE] = DWARF_TYPE + 1,
	[DWARF_AT_DATA_BIT_OFFSET] = DWARF_DATA_BIT_OFFSET + 1,
	[DWARF_AT_STR_OFFSETS_BASE] = DWARF_STR_BASE + 1,
	[DWARF_AT_LOW_PC] = DWARF_LOW_PC + 1,
	[DWARF_AT_HIGH_PC] = DWARF_HIGH_PC + 1,
	[DWARF_AT_RANGES] = DWARF_RANGE_LIST + 1,
	[DWARF_AT_STMT_LIST] = DWARF_LINE_PROGRAM + 1,
	[DWARF_AT_COMP_DIR] = DWARF_COMP_DIR + 1,
	[DWARF_AT_CALL_FILE] = DWARF_CALL_FILE + 1,
	[DWARF_AT_CALL_LINE] = DWARF_CALL_LINE + 1,
	[DWARF_AT_CALL_COLUMN] = DWARF_CALL_COLUMN + 1,
	[DWARF_AT_ADDR_BASE] = DWARF_ADDR_BASE + 1,
	[DWARF_AT_RNGLISTS_BASE] = DWARF_RNGLISTS_BASE + 1,
	[DWARF_AT_LOCLISTS_BASE] = DWARF_LOCLISTS_BASE + 1,
	[DWARF_AT_LOCATION] = DWARF_LOCATION + 1,
	[DWARF_AT_FRAME_BASE] = DWARF_FRAME_BASE + 1,
	[DWARF_AT_DECL_LINE] = DWARF_DECL_LINE + 1,
	[DWARF_AT_CALL_RETURN_PC] = DWARF_CALL_RETURN_PC + 1,
	[DWARF_AT_CALL_VALUE] = DWARF_CALL_VALUE + 1,
	[DWARF_AT_CALL_ORIGIN] = DWARF_ORIGIN + 1,
	[DWARF_AT_CALL_PARAMETER] = DWARF_ORIGIN + 1,
	[DWARF_AT_CALL_TARGET] = DWARF_CALL_TARGET + 1,
};

/* The slot, plus 1, of an attribute; 0 for those that are not kept. */
static uint8_t slot_of(uint64_t at)
{
	if (at < sizeof(slots))
		return slots[at];
	/* before version 5, GCC's own */
	if (at == DWARF_AT_GNU_CALL_SITE_VALUE)
		return DWARF_CALL_VALUE + 1;
	return at == DWARF_AT_GNU_CALL_SITE_TARGET ? DWARF_CALL_TARGET + 1 : 0;
}

struct vmc_error *dwarf_decode(const struct dwarf_sections *s, const struct dwarf_unit *u,
			       uint64_t offset, uint64_t declaration, struct dwarf_die *ret)
{
	/* no further than the unit: what crosses its end is damaged */
	struct vmc_bytes unit = { s->bytes[DWARF_INFO].data, u->end };
	struct vmc_cursor declared = vmc_cursor_at(s->bytes[DWARF_ABBREV], declaration);
	struct vmc_cursor c = vmc_cursor_at(unit, offset);
	struct dwarf_spec spec;

	*ret = (struct dwarf_die){ .unit = u, .offset = (uint32_t)offset };
	vmc_cursor_uleb(&c);
	ret->tag = (uint32_t)vmc_cursor_uleb(&declared);
	ret->children = vmc_cursor_u8(&declared);
	while (dwarf_spec_next(&declared, &spec)) {
		uint8_t slot = slot_of(spec.at);
		struct dwarf_value ignored;

		VMC_TRY(dwarf_read_value(s, u, &c, &spec,
					 slot ? &ret->values[slot - 1] : &ignored));
	}
	if (c.overrun || !ret->tag)
		return dwarf_error(s, VMC_BAD_FORMAT, DWARF_INFO, offset, "the entry is %s",
				   c.overrun ? "cut off" : "of no kind");
	ret->next = (uint32_t)c.pos;
	return NULL;
}

/* As dwarf_die_at(), but also the 0 that ends a list. */
static struct vmc_error *read_die(struct dwarf_info *info, const struct dwarf_unit *u,
				  uint64_t offset, struct dwarf_die *ret)
{
	const struct dwarf_sections *s = info->sections;
	struct vmc_cursor c =
		vmc_cursor_at((struct vmc_bytes){ s->bytes[DWARF_INFO].data, u->end }, offset);
	struct dwarf_abbrevs *abbrevs;
	uint64_t code = vmc_cursor_uleb(&c), *other;

	if (!code && !c.overrun) {
		*ret = (struct dwarf_die){ .unit = u, .offset = (uint32_t)offset };
		ret->next = (uint32_t)c.pos;
		return NULL;
	}
	VMC_TRY(abbrevs_of(info, u->abbrev, &abbrevs));
	other = code > abbrevs->at.len ? vmc_map_get(&abbrevs->others, code) : NULL;
	if (c.overrun || !code || (code > abbrevs->at.len && !other))
		return dwarf_error(s, VMC_BAD_FORMAT, DWARF_INFO, offset,
				   "no entry: abbreviation %llu is not declared",
				   (unsigned long long)code);
	return dwarf_decode(s, u, offset, other ? *other : abbrevs->at.data[code - 1], ret);
}

struct vmc_error *dwarf_die_at(struct dwarf_info *info, uint64_t offset, struct dwarf_die *ret)
{
	const struct dwarf_unit *u = unit_of(info, offset);

	if (!u)
		return dwarf_error(info->sections, VMC_BAD_FORMAT, DWARF_INFO, offset,
				   "no entry: the offset lies in no unit");
	VMC_TRY(read_die(info, u, offset, ret));
	if (!ret->tag)
		return dwarf_error(info->sections, VMC_BAD_FORMAT, DWARF_INFO, offset,
				   "no entry: the end of a list is there");
	return NULL;
}

struct dwarf_walk dwarf_children(struct dwarf_info *info, const struct dwarf_die *parent)
{
	return (struct dwarf_walk){ info, parent->unit, parent->next, !parent->children };
}

/* Behind the children of an entry that does not say where they end. */
static struct vmc_error *skip_children(struct dwarf_walk *w, uint64_t *at)
{
	for (uint64_t depth = 1; depth;) {
		struct dwarf_die d;

		VMC_TRY(read_die(w->info, w->unit, *at, &d));
		*at = d.next;
		if (!d.tag)
			depth--;
		else if (d.children)
			depth++;
	}
	return NULL;
}

struct vmc_error *dwarf_next(struct dwarf_walk *w, struct dwarf_die *ret, bool *more)
{
	uint64_t sibling;

	*more = !w->none;
	if (w->none)
		return NULL;
	VMC_TRY(read_die(w->info, w->unit, w->at, ret));
	w->at = ret->next;
	if (!ret->tag) {
		*more = false;
		return NULL;
	}
	if (!ret->children)
		return NULL;
	sibling = ret->values[DWARF_SIBLING].class == DWARF_REFERENCE ?
			  ret->values[DWARF_SIBLING].u :
			  0;
	/* only forward, or a walk could go round */
	if (sibling > w->at && sibling < w->unit->end) {
		w->at = sibling;
		return NULL;
	}
	return skip_children(w, &w->at);
}
