/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/lines.h"

#include "debug/dwarf/constants.h"
#include "debug/source/path.h"
#include "debug/source/program.h"

/* No number of a file. */
#define NO_FILE UINT64_MAX

void vmc_source_places_deinit(struct vmc_source_places *p)
{
	vmc_vec_free(&p->places);
}

struct lookup {
	struct source_info *info;
	struct vmc_arena *arena;
	struct source_program program;
	bool has_program;
	const char *unit; /* its own source file; "" unknown */
	struct vmc_source_places *out;
};

static const char *file_of(const struct lookup *k, uint64_t number)
{
	vmc_autostr struct vmc_str path = { 0 }, text = { 0 };

	if (!k->has_program || number == NO_FILE ||
	    !source_program_file(&k->program, number, &path))
		return NULL;
	source_path_add(&text, vmc_str_text(&path), k->program.comp_dir, k->unit);
	return path.failed || text.failed ? NULL : vmc_arena_strdup(k->arena, vmc_str_text(&text));
}

static struct vmc_error *add_place(struct lookup *k, const struct dwarf_die *scope,
				   const struct source_row *row)
{
	const char *name = scope ? source_name(k->info, scope) : NULL;
	struct vmc_source_place p = { .line = row->line, .column = row->column };

	p.inlined = scope && scope->tag == DWARF_TAG_INLINED;
	p.file = file_of(k, row->file);
	p.function = vmc_arena_strdup(k->arena, name);
	if ((name && !p.function) || !vmc_vec_push(&k->out->places, p))
		return vmc_error_no_memory();
	return NULL;
}

static struct vmc_error *add_places(struct lookup *k, const struct source_scopes *s, uint64_t pc)
{
	struct source_row row = { .file = NO_FILE };

	if (k->has_program)
		source_program_row(&k->program, pc, &row);
	if (!s->n)
		return row.line ? add_place(k, NULL, &row) : NULL;
	for (size_t i = s->n; i-- > 0;) {
		const struct dwarf_die *d = &s->dies[i];

		if (d->tag == DWARF_TAG_LEXICAL_BLOCK)
			continue;
		VMC_TRY(add_place(k, d, &row));
		row.file = dwarf_number(d, DWARF_CALL_FILE, NO_FILE);
		row.line = (uint32_t)dwarf_number(d, DWARF_CALL_LINE, 0);
		row.column = (uint32_t)dwarf_number(d, DWARF_CALL_COLUMN, 0);
	}
	return NULL;
}

struct vmc_error *vmc_lines_at(struct source_info *info, uint64_t pc, struct vmc_arena *arena,
			       struct vmc_source_places *ret)
{
	struct vmc_source_places places = { 0 };
	struct lookup k = { .info = info, .arena = arena, .out = &places };
	vmc_autofree struct source_scopes *scopes = NULL;
	struct source_unit u;
	const struct dwarf_value *v;
	struct vmc_error *err;

	VMC_TRY(source_unit_at(info, pc, &u));
	scopes = malloc(sizeof(*scopes));
	if (!scopes)
		return vmc_error_no_memory();
	source_scopes_at(info, &u, pc, scopes);
	k.unit = dwarf_name(&u.die);
	v = &u.die.values[DWARF_COMP_DIR];
	if (dwarf_has(&u.die, DWARF_LINE_PROGRAM)) {
		vmc_autoerror struct vmc_error *bad =
			source_program_init(&k.program, &info->sections, u.die.unit,
					    v->class == DWARF_STRING ? v->text : "",
					    dwarf_number(&u.die, DWARF_LINE_PROGRAM, UINT64_MAX));

		k.has_program = !bad;
	}
	err = add_places(&k, scopes, pc);
	if (!err && !places.places.len)
		err = vmc_error_new(VMC_NOT_FOUND, "%s: the unit of 0x%llx says nothing of it",
				    info->sections.file, (unsigned long long)pc);
	if (err)
		vmc_source_places_deinit(&places);
	else
		*ret = places;
	return err;
}
