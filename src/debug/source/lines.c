/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/lines.h"

#include <stdlib.h>

#include "debug/dwarf/constants.h"
#include "debug/source/path.h"
#include "debug/source/program.h"
#include "debug/source/ranges.h"

/* Scopes within each other: the deepest of a kernel has some thirty. */
#define SCOPES_MAX 128u
/* From a concrete function to its abstract one to its declaration. */
#define ORIGINS_MAX 8
/* No number of a file. */
#define NO_FILE UINT64_MAX
/* Ranges of units that are kept: of a vmlinux 70,000 at most. */
#define RANGES_MAX (1u << 20)

/* What a unit covers, as far as units were looked at. */
struct unit_range {
	struct source_range range;
	uint32_t unit; /* number */
};

struct vmc_lines {
	struct dwarf_sections sections;
	struct dwarf_info info;
	VMC_VEC(struct unit_range) ranges;
	size_t looked_at; /* units */
};

void vmc_source_places_deinit(struct vmc_source_places *p)
{
	vmc_vec_free(&p->places);
}

struct vmc_error *vmc_lines_open(struct vmc_elf *e, struct vmc_lines **ret)
{
	vmc_cleanup(vmc_cleanup_linesp) struct vmc_lines *l = calloc(1, sizeof(*l));

	if (!l)
		return vmc_error_no_memory();
	VMC_TRY(dwarf_sections_init(&l->sections, vmc_elf_file(e), vmc_elf_path(e)));
	VMC_TRY(dwarf_info_init(&l->info, &l->sections));
	*ret = vmc_take(l);
	return NULL;
}

void vmc_lines_free(struct vmc_lines *l)
{
	if (!l)
		return;
	vmc_vec_free(&l->ranges);
	dwarf_info_deinit(&l->info);
	dwarf_sections_deinit(&l->sections);
	free(l);
}

/* --- the unit --- */

/* The first entry of a unit, which says what the others are relative to. */
static struct vmc_error *unit_die(struct vmc_lines *l, struct dwarf_unit *u, struct dwarf_die *ret)
{
	VMC_TRY(dwarf_die_at(&l->info, u->first, ret));
	if (ret->values[DWARF_STR_BASE].class != DWARF_UNSIGNED ||
	    ret->values[DWARF_STR_BASE].u == u->str_offsets_base)
		return NULL;
	/* its own strings are found by the base that it tells */
	u->str_offsets_base = ret->values[DWARF_STR_BASE].u;
	return dwarf_die_at(&l->info, u->first, ret);
}

static struct dwarf_unit *unit_at(struct vmc_lines *l, uint64_t offset)
{
	size_t low = 0, high = l->info.units.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->info.units.data[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == l->info.units.len || l->info.units.data[low].offset != offset)
		return NULL;
	return &l->info.units.data[low];
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

static struct dwarf_unit *unit_by_aranges(struct vmc_lines *l, uint64_t pc)
{
	struct vmc_cursor c = vmc_cursor_at(l->sections.bytes[DWARF_ARANGES], 0);
	uint64_t offset;

	while (!c.overrun && c.pos < c.bytes.size) {
		if (set_covers(&c, pc, &offset))
			return unit_at(l, offset);
	}
	return NULL;
}

/* Notes what the next unit covers; one that is damaged covers nothing. */
static struct vmc_error *look_at_unit(struct vmc_lines *l)
{
	uint32_t number = (uint32_t)l->looked_at++;
	struct source_bases bases;
	struct source_ranges w;
	struct source_range r;
	struct dwarf_die die;
	vmc_autoerror struct vmc_error *err = unit_die(l, &l->info.units.data[number], &die);

	if (err)
		return NULL;
	source_bases_init(&bases, &l->sections, &die);
	w = source_ranges_of(&bases, &die);
	while (source_ranges_next(&w, &r)) {
		if (l->ranges.len >= RANGES_MAX)
			return vmc_error_new(VMC_LIMIT, "%s: more than %u ranges of units",
					     l->sections.file, RANGES_MAX);
		if (!vmc_vec_push(&l->ranges, (struct unit_range){ r, number }))
			return vmc_error_no_memory();
	}
	return NULL;
}

static struct vmc_error *unit_by_ranges(struct vmc_lines *l, uint64_t pc, struct dwarf_unit **ret)
{
	size_t i = 0;

	*ret = NULL;
	for (;;) {
		for (; i < l->ranges.len; i++) {
			const struct unit_range *r = &l->ranges.data[i];

			if (pc >= r->range.start && pc < r->range.end) {
				*ret = &l->info.units.data[r->unit];
				return NULL;
			}
		}
		if (l->looked_at == l->info.units.len)
			return NULL;
		VMC_TRY(look_at_unit(l));
	}
}

/* --- the scopes --- */

struct scopes {
	struct dwarf_die dies[SCOPES_MAX]; /* outermost first: a function, then inlined ones */
	size_t n;
};

static bool is_scope(const struct dwarf_die *d)
{
	return d->tag == DWARF_TAG_SUBPROGRAM || d->tag == DWARF_TAG_INLINED ||
	       d->tag == DWARF_TAG_LEXICAL_BLOCK;
}

/* The child of `parent` that covers pc; false where none does. */
static bool inner_scope(struct vmc_lines *l, const struct source_bases *b,
			const struct dwarf_die *parent, uint64_t pc, struct dwarf_die *ret)
{
	struct dwarf_walk w = dwarf_children(&l->info, parent);
	bool more;

	for (;;) {
		vmc_autoerror struct vmc_error *err = dwarf_next(&w, ret, &more);

		if (err || !more)
			return false;
		if (is_scope(ret) && source_covers(b, ret, pc))
			return true;
	}
}

/* Goes in from scope to scope; blocks are passed through. */
static void find_scopes(struct vmc_lines *l, const struct source_bases *b,
			const struct dwarf_die *unit, uint64_t pc, struct scopes *ret)
{
	struct dwarf_die at = *unit, inner;

	ret->n = 0;
	/* each step leads to a child: the walk ends */
	while (ret->n < SCOPES_MAX && inner_scope(l, b, &at, pc, &inner)) {
		if (inner.tag != DWARF_TAG_LEXICAL_BLOCK)
			ret->dies[ret->n++] = inner;
		at = inner;
	}
}

/* The name, which mostly stands in the abstract instance or in the declaration. */
static const char *function_name(struct vmc_lines *l, const struct dwarf_die *d)
{
	struct dwarf_die at = *d;

	for (int i = 0; i < ORIGINS_MAX; i++) {
		vmc_autoerror struct vmc_error *err = NULL;

		if (*dwarf_name(&at))
			return dwarf_name(&at);
		if (at.values[DWARF_ORIGIN].class != DWARF_REFERENCE)
			return NULL;
		err = dwarf_die_at(&l->info, at.values[DWARF_ORIGIN].u, &at);
		if (err)
			return NULL;
	}
	return NULL;
}

/* --- the answer --- */

struct lookup {
	struct vmc_lines *lines;
	struct vmc_arena *arena;
	struct source_program program;
	bool has_program;
	struct vmc_source_places *out;
};

static const char *file_of(const struct lookup *k, uint64_t number)
{
	vmc_autostr struct vmc_str path = { 0 }, text = { 0 };

	if (!k->has_program || number == NO_FILE ||
	    !source_program_file(&k->program, number, &path))
		return NULL;
	source_path_add(&text, vmc_str_text(&path), k->program.comp_dir);
	return path.failed || text.failed ? NULL : vmc_arena_strdup(k->arena, vmc_str_text(&text));
}

static struct vmc_error *add_place(struct lookup *k, const struct dwarf_die *scope,
				   const struct source_row *row)
{
	const char *name = scope ? function_name(k->lines, scope) : NULL;
	struct vmc_source_place p = { .line = row->line, .column = row->column };

	p.inlined = scope && scope->tag == DWARF_TAG_INLINED;
	p.file = file_of(k, row->file);
	p.function = vmc_arena_strdup(k->arena, name);
	if ((name && !p.function) || !vmc_vec_push(&k->out->places, p))
		return vmc_error_no_memory();
	return NULL;
}

static struct vmc_error *add_places(struct lookup *k, const struct scopes *s, uint64_t pc)
{
	struct source_row row = { .file = NO_FILE };

	if (k->has_program)
		source_program_row(&k->program, pc, &row);
	if (!s->n)
		return row.line ? add_place(k, NULL, &row) : NULL;
	for (size_t i = s->n; i-- > 0;) {
		const struct dwarf_die *d = &s->dies[i];

		VMC_TRY(add_place(k, d, &row));
		row.file = dwarf_number(d, DWARF_CALL_FILE, NO_FILE);
		row.line = (uint32_t)dwarf_number(d, DWARF_CALL_LINE, 0);
		row.column = (uint32_t)dwarf_number(d, DWARF_CALL_COLUMN, 0);
	}
	return NULL;
}

struct vmc_error *vmc_lines_at(struct vmc_lines *l, uint64_t pc, struct vmc_arena *arena,
			       struct vmc_source_places *ret)
{
	struct vmc_source_places places = { 0 };
	struct lookup k = { .lines = l, .arena = arena, .out = &places };
	struct dwarf_unit *u = unit_by_aranges(l, pc);
	struct source_bases bases;
	const struct dwarf_value *v;
	vmc_autofree struct scopes *scopes = NULL;
	struct dwarf_die die;
	struct vmc_error *err;

	if (!u)
		VMC_TRY(unit_by_ranges(l, pc, &u));
	if (!u)
		return vmc_error_new(VMC_NOT_FOUND, "%s: no unit covers 0x%llx", l->sections.file,
				     (unsigned long long)pc);
	VMC_TRY(unit_die(l, u, &die));
	scopes = malloc(sizeof(*scopes));
	if (!scopes)
		return vmc_error_no_memory();
	source_bases_init(&bases, &l->sections, &die);
	find_scopes(l, &bases, &die, pc, scopes);
	v = &die.values[DWARF_COMP_DIR];
	if (dwarf_has(&die, DWARF_LINE_PROGRAM)) {
		vmc_autoerror struct vmc_error *bad = source_program_init(
			&k.program, &l->sections, u, v->class == DWARF_STRING ? v->text : "",
			dwarf_number(&die, DWARF_LINE_PROGRAM, UINT64_MAX));

		k.has_program = !bad;
	}
	err = add_places(&k, scopes, pc);
	if (!err && !places.places.len)
		err = vmc_error_new(VMC_NOT_FOUND, "%s: the unit of 0x%llx says nothing of it",
				    l->sections.file, (unsigned long long)pc);
	if (err)
		vmc_source_places_deinit(&places);
	else
		*ret = places;
	return err;
}
