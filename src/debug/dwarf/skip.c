/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/dwarf/skip.h"

#include "debug/dwarf/constants.h"

/*
 * Steps. Those with an operand are two bytes. A value that is rare enough, or whose reading takes
 * more than a few instructions, goes through dwarf_read_value(): its form is the operand.
 */
enum step {
	STEP_END,
	STEP_LEB,
	STEP_STRING,
	STEP_BLOCK1,
	STEP_BLOCK,
	STEP_FORM,	   /* + form: read and forgotten */
	STEP_NAME_STRP,	   /* in .debug_str, 4 bytes */
	STEP_NAME_FORM,	   /* + form */
	STEP_SIBLING4,	   /* DWARF_FORM_REF4 */
	STEP_SIBLING_FORM, /* + form */
	STEP_ORIGIN_FORM,  /* + form */
	STEP_DECLARED,	   /* a flag of one byte */
	STEP_EXTERNAL,	   /* the same */
	STEP_OVER,	   /* STEP_OVER + n: n bytes */
};
#define OVER_MAX (UINT8_MAX - STEP_OVER)

/*
 * Tables may overlap, so that a file of a megabyte could ask for the same bytes a million times.
 * Compilers give each unit its own, or share one.
 */
#define WORK_FACTOR 64u
#define WORK_SMALL (1u << 16)

struct compiler {
	struct dwarf_skips *skips;
	const struct dwarf_sections *sections;
	const struct dwarf_unit *unit;
	bool names;    /* the tag is one that the index wants */
	unsigned over; /* bytes to step over that were not yet emitted */
	bool failed;   /* memory */
};

static void emit(struct compiler *m, unsigned int byte)
{
	m->failed |= !vmc_vec_push(&m->skips->code, (uint8_t)byte);
}

static void flush(struct compiler *m)
{
	while (m->over) {
		unsigned int n = m->over < OVER_MAX ? m->over : OVER_MAX;

		emit(m, STEP_OVER + n);
		m->over -= n;
	}
}

static void emit_step(struct compiler *m, enum step step)
{
	flush(m);
	emit(m, step);
}

/* Steps over a value; false for an unknown form. */
static bool compile_other(struct compiler *m, uint64_t form)
{
	unsigned int size = dwarf_form_size(m->unit, form);

	if (size) {
		m->over += size;
		return true;
	}
	switch (form) {
	case DWARF_FORM_FLAG_PRESENT:
	case DWARF_FORM_IMPLICIT_CONST:
		return true;
	case DWARF_FORM_DATA16:
		m->over += 16;
		return true;
	case DWARF_FORM_UDATA:
	case DWARF_FORM_SDATA:
	case DWARF_FORM_REF_UDATA:
	case DWARF_FORM_STRX:
	case DWARF_FORM_ADDRX:
	case DWARF_FORM_LOCLISTX:
	case DWARF_FORM_RNGLISTX:
	case DWARF_FORM_GNU_ADDR_INDEX:
	case DWARF_FORM_GNU_STR_INDEX:
		emit_step(m, STEP_LEB);
		return true;
	case DWARF_FORM_STRING:
		emit_step(m, STEP_STRING);
		return true;
	case DWARF_FORM_BLOCK1:
		emit_step(m, STEP_BLOCK1);
		return true;
	case DWARF_FORM_BLOCK:
	case DWARF_FORM_EXPRLOC:
		emit_step(m, STEP_BLOCK);
		return true;
	case DWARF_FORM_BLOCK2:
	case DWARF_FORM_BLOCK4:
	case DWARF_FORM_INDIRECT:
		emit_step(m, STEP_FORM);
		emit(m, (unsigned int)form);
		return true;
	}
	return false;
}

static bool compile_flag(struct compiler *m, uint64_t form, enum step step, bool *always)
{
	if (form == DWARF_FORM_FLAG_PRESENT)
		*always = true;
	else if (form == DWARF_FORM_FLAG)
		emit_step(m, step);
	else
		return compile_other(m, form);
	return true;
}

/* One whose value is kept, read by its form, or by `quick` where the form is that one. */
static bool compile_kept(struct compiler *m, uint64_t form, uint64_t quick_form, enum step quick,
			 enum step slow)
{
	if (form == quick_form && m->unit->offset_size == 4) {
		emit_step(m, quick);
	} else if (form > UINT8_MAX) {
		return compile_other(m, form); /* GNU's extensions: not followed */
	} else {
		emit_step(m, slow);
		emit(m, (unsigned int)form);
	}
	return true;
}

static bool compile_spec(struct compiler *m, const struct dwarf_spec *spec,
			 struct dwarf_programme *p)
{
	uint64_t form = spec->form;

	/* whatever it is used for, it must be one that can be stepped over */
	if (!m->names && spec->at != DWARF_AT_SIBLING)
		return compile_other(m, form);
	switch (spec->at) {
	case DWARF_AT_SIBLING:
		return compile_kept(m, form, DWARF_FORM_REF4, STEP_SIBLING4, STEP_SIBLING_FORM);
	case DWARF_AT_NAME:
		return compile_kept(m, form, DWARF_FORM_STRP, STEP_NAME_STRP, STEP_NAME_FORM);
	case DWARF_AT_SPECIFICATION:
	case DWARF_AT_ABSTRACT_ORIGIN:
		/* no form is the quick one */
		return compile_kept(m, form, 0, STEP_END, STEP_ORIGIN_FORM);
	case DWARF_AT_DECLARATION:
		return compile_flag(m, form, STEP_DECLARED, &p->declared);
	case DWARF_AT_EXTERNAL:
		return compile_flag(m, form, STEP_EXTERNAL, &p->external);
	}
	return compile_other(m, form);
}

/* Only these are ever looked at; all others are stepped over whole. */
static bool has_names(uint32_t tag)
{
	switch (tag) {
	case DWARF_TAG_STRUCTURE:
	case DWARF_TAG_CLASS:
	case DWARF_TAG_UNION:
	case DWARF_TAG_ENUMERATION:
	case DWARF_TAG_ENUMERATOR:
	case DWARF_TAG_TYPEDEF:
	case DWARF_TAG_BASE:
	case DWARF_TAG_VARIABLE:
		return true;
	}
	return false;
}

static struct vmc_error *keep(struct dwarf_skips *k, uint64_t code, struct dwarf_programme p)
{
	bool ok;

	if (code == k->by_code.len + 1)
		ok = vmc_vec_push(&k->by_code, p);
	else
		ok = vmc_map_set(&k->others, code, k->more.len) && vmc_vec_push(&k->more, p);
	return ok ? NULL : vmc_error_no_memory();
}

/* One declaration, up to and with its end; c is behind its code. */
static struct vmc_error *compile(struct compiler *m, struct vmc_cursor *c, uint64_t code)
{
	struct dwarf_programme p = { .declaration = (uint32_t)c->pos,
				     .code = (uint32_t)m->skips->code.len };
	struct dwarf_spec spec;

	p.tag = (uint32_t)vmc_cursor_uleb(c);
	p.children = vmc_cursor_u8(c);
	m->names = has_names(p.tag);
	while (dwarf_spec_next(c, &spec)) {
		if (!compile_spec(m, &spec, &p))
			return dwarf_error(m->sections, VMC_UNSUPPORTED, DWARF_ABBREV,
					   p.declaration,
					   "attribute 0x%llx in the unknown form 0x%llx",
					   (unsigned long long)spec.at,
					   (unsigned long long)spec.form);
	}
	if (c->overrun)
		return dwarf_error(m->sections, VMC_BAD_FORMAT, DWARF_ABBREV, p.declaration,
				   "the table does not end");
	/* bytes behind the last one that is kept count as well: the next entry is there */
	emit_step(m, STEP_END);
	return m->failed ? vmc_error_no_memory() : keep(m->skips, code, p);
}

static struct vmc_error *compile_table(struct dwarf_skips *k, const struct dwarf_sections *s,
				       const struct dwarf_unit *u)
{
	struct compiler m = { .skips = k, .sections = s, .unit = u };
	struct vmc_cursor c = vmc_cursor_at(s->bytes[DWARF_ABBREV], u->abbrev);
	uint64_t code;

	while ((code = vmc_cursor_uleb(&c)))
		VMC_TRY(compile(&m, &c, code));
	k->work += c.pos - u->abbrev;
	if (c.overrun)
		return dwarf_error(s, VMC_BAD_FORMAT, DWARF_ABBREV, u->abbrev,
				   "the table does not end");
	if (k->work > WORK_FACTOR * (uint64_t)c.bytes.size + WORK_SMALL)
		return dwarf_error(s, VMC_LIMIT, DWARF_ABBREV, u->abbrev,
				   "tables are laid over each other too often");
	return NULL;
}

struct vmc_error *dwarf_skips_for(struct dwarf_skips *k, const struct dwarf_sections *s,
				  const struct dwarf_unit *u)
{
	if (k->valid && k->table == u->abbrev && k->version == u->version &&
	    k->offset_size == u->offset_size && k->address_size == u->address_size)
		return NULL;
	k->valid = false;
	k->by_code.len = k->more.len = k->code.len = 0;
	vmc_map_deinit(&k->others);
	k->table = u->abbrev;
	k->version = u->version;
	k->offset_size = u->offset_size;
	k->address_size = u->address_size;
	VMC_TRY(compile_table(k, s, u));
	k->valid = true;
	return NULL;
}

void dwarf_skips_deinit(struct dwarf_skips *k)
{
	vmc_vec_free(&k->by_code);
	vmc_vec_free(&k->more);
	vmc_vec_free(&k->code);
	vmc_map_deinit(&k->others);
}

/* --- running --- */

/* A value by its form. A form that cannot be read ends the entry as if it were cut off. */
static struct dwarf_value read_form(const struct dwarf_sections *s, const struct dwarf_unit *u,
				    struct vmc_cursor *c, uint8_t form)
{
	struct dwarf_spec spec = { .form = form };
	struct dwarf_value v = { .class = DWARF_ABSENT };
	struct vmc_error *err = dwarf_read_value(s, u, c, &spec, &v);

	if (err) {
		vmc_error_free(err);
		c->overrun = true;
		v.class = DWARF_ABSENT;
	}
	return v;
}

static void skip_string(struct vmc_cursor *c)
{
	const char *s = vmc_bytes_str(c->bytes, c->pos);

	if (s)
		c->pos += strlen(s) + 1;
	else
		c->overrun = true;
}

static void found_name(struct dwarf_found *f, const struct dwarf_value *v, uint8_t form)
{
	f->name = v->class == DWARF_STRING ? v->text : NULL;
	f->is_inline = form == DWARF_FORM_STRING;
}

void dwarf_skips_run(const struct dwarf_skips *k, const struct dwarf_programme *p,
		     const struct dwarf_sections *s, const struct dwarf_unit *u,
		     struct vmc_cursor *c, struct dwarf_found *f)
{
	const uint8_t *step = k->code.data + p->code;
	struct dwarf_value v;

	*f = (struct dwarf_found){ .declared = p->declared, .external = p->external };
	for (;; step++) {
		switch (*step) {
		case STEP_END:
			return;
		case STEP_LEB:
			while (vmc_cursor_u8(c) & 0x80)
				;
			break;
		case STEP_STRING:
			skip_string(c);
			break;
		case STEP_BLOCK1:
			vmc_cursor_take(c, vmc_cursor_u8(c));
			break;
		case STEP_BLOCK:
			vmc_cursor_take(c, vmc_cursor_uleb(c));
			break;
		case STEP_FORM:
			(void)read_form(s, u, c, *++step);
			break;
		case STEP_NAME_STRP:
			f->name = dwarf_sections_string(s, DWARF_STR, vmc_cursor_u32(c));
			break;
		case STEP_NAME_FORM:
			v = read_form(s, u, c, *++step);
			found_name(f, &v, *step);
			break;
		case STEP_SIBLING4:
			f->sibling = u->offset + (uint64_t)vmc_cursor_u32(c);
			break;
		case STEP_SIBLING_FORM:
			v = read_form(s, u, c, *++step);
			f->sibling = v.class == DWARF_REFERENCE ? v.u : 0;
			break;
		case STEP_ORIGIN_FORM:
			v = read_form(s, u, c, *++step);
			f->origin = v.class == DWARF_REFERENCE ? v.u : 0;
			break;
		case STEP_DECLARED:
			f->declared = vmc_cursor_u8(c);
			break;
		case STEP_EXTERNAL:
			f->external = vmc_cursor_u8(c);
			break;
		default:
			vmc_cursor_take(c, *step - STEP_OVER);
		}
	}
}
