/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How values are written. */
#include <stdarg.h>

#include "base/str.h"
#include "debug/dwarf/constants.h"
#include "debug/dwarf/unit.h"

struct vmc_error *dwarf_error(const struct dwarf_sections *s, enum vmc_code code,
			      enum dwarf_section section, uint64_t offset, const char *fmt, ...)
{
	vmc_autostr struct vmc_str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&text, fmt, ap);
	va_end(ap);
	return vmc_error_new(code, "%s: %s+0x%llx: %s", s->file, dwarf_section_name(section),
			     (unsigned long long)offset, vmc_str_text(&text));
}

bool dwarf_spec_next(struct vmc_cursor *c, struct dwarf_spec *ret)
{
	ret->at = vmc_cursor_uleb(c);
	ret->form = vmc_cursor_uleb(c);
	ret->constant = ret->form == DWARF_FORM_IMPLICIT_CONST ? (uint64_t)vmc_cursor_sleb(c) : 0;
	return !c->overrun && (ret->at || ret->form);
}

static uint64_t cursor_int(struct vmc_cursor *c, unsigned int size)
{
	uint64_t v = 0;
	const uint8_t *p = vmc_cursor_take(c, size);

	for (unsigned int i = 0; p && i < size; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

static void set(struct dwarf_value *v, enum dwarf_class class, uint64_t u)
{
	v->class = class;
	v->u = u;
}

static void set_bytes(struct dwarf_value *v, struct vmc_cursor *c, uint64_t size)
{
	const uint8_t *p = vmc_cursor_take(c, size);

	v->class = DWARF_BYTES;
	v->bytes = (struct vmc_bytes){ p, p ? (size_t)size : 0 };
}

/* Where there is no such string the value counts as absent: what it names still has its shape. */
static void set_string(struct dwarf_value *v, const char *s)
{
	v->class = s ? DWARF_STRING : DWARF_ABSENT;
	v->text = s;
}

static void set_inline_string(struct dwarf_value *v, struct vmc_cursor *c)
{
	const char *s = vmc_bytes_str(c->bytes, c->pos);

	if (!s)
		c->overrun = true;
	else
		vmc_cursor_take(c, strlen(s) + 1);
	set_string(v, s);
}

static void set_indexed_string(const struct dwarf_sections *s, const struct dwarf_unit *u,
			       uint64_t index, struct dwarf_value *v)
{
	struct vmc_bytes table = s->bytes[DWARF_STR_OFFSETS], entry = { 0 };

	if (index <= table.size && u->str_offsets_base <= table.size)
		entry = vmc_bytes_sub(table, u->str_offsets_base + index * u->offset_size,
				      u->offset_size);
	set_string(v, entry.size == 0 ? NULL :
				      dwarf_sections_string(s, DWARF_STR,
							    u->offset_size == 8 ?
								    vmc_le64(entry.data) :
								    vmc_le32(entry.data)));
}

unsigned int dwarf_form_size(const struct dwarf_unit *u, uint64_t form)
{
	switch (form) {
	case DWARF_FORM_DATA1:
	case DWARF_FORM_REF1:
	case DWARF_FORM_FLAG:
	case DWARF_FORM_STRX1:
	case DWARF_FORM_ADDRX1:
		return 1;
	case DWARF_FORM_DATA2:
	case DWARF_FORM_REF2:
	case DWARF_FORM_STRX2:
	case DWARF_FORM_ADDRX2:
		return 2;
	case DWARF_FORM_STRX3:
	case DWARF_FORM_ADDRX3:
		return 3;
	case DWARF_FORM_DATA4:
	case DWARF_FORM_REF4:
	case DWARF_FORM_STRX4:
	case DWARF_FORM_ADDRX4:
	case DWARF_FORM_REF_SUP4:
		return 4;
	case DWARF_FORM_DATA8:
	case DWARF_FORM_REF8:
	case DWARF_FORM_REF_SIG8:
	case DWARF_FORM_REF_SUP8:
		return 8;
	case DWARF_FORM_ADDR:
		return u->address_size;
	case DWARF_FORM_REF_ADDR: /* version 2 knew no offset sizes */
		return u->version == 2 ? u->address_size : u->offset_size;
	case DWARF_FORM_STRP:
	case DWARF_FORM_LINE_STRP:
	case DWARF_FORM_STRP_SUP:
	case DWARF_FORM_SEC_OFFSET:
	case DWARF_FORM_GNU_REF_ALT:
	case DWARF_FORM_GNU_STRP_ALT:
		return u->offset_size;
	}
	return 0;
}

/* Gives the bytes of a fixed-size form their meaning. */
static void set_fixed(const struct dwarf_sections *s, const struct dwarf_unit *u, uint64_t form,
		      uint64_t n, struct dwarf_value *v)
{
	switch (form) {
	case DWARF_FORM_DATA1:
	case DWARF_FORM_DATA2:
	case DWARF_FORM_DATA4:
	case DWARF_FORM_DATA8:
		set(v, DWARF_UNSIGNED, n);
		return;
	case DWARF_FORM_SEC_OFFSET:
		/* the base of string offsets is one, lists of locations are others */
		set(v, DWARF_UNSIGNED, n);
		return;
	case DWARF_FORM_FLAG:
		set(v, DWARF_FLAG, n != 0);
		return;
	case DWARF_FORM_REF1:
	case DWARF_FORM_REF2:
	case DWARF_FORM_REF4:
	case DWARF_FORM_REF8:
		/* a sum that wraps lies before its own unit: no entry is there */
		set(v, DWARF_REFERENCE, u->offset + n);
		return;
	case DWARF_FORM_REF_ADDR:
		set(v, DWARF_REFERENCE, n);
		return;
	case DWARF_FORM_ADDR:
		set(v, DWARF_ADDRESS, n);
		return;
	case DWARF_FORM_ADDRX1:
	case DWARF_FORM_ADDRX2:
	case DWARF_FORM_ADDRX3:
	case DWARF_FORM_ADDRX4:
		set(v, DWARF_INDEX, n);
		return;
	case DWARF_FORM_STRP:
		set_string(v, dwarf_sections_string(s, DWARF_STR, n));
		return;
	case DWARF_FORM_LINE_STRP:
		set_string(v, dwarf_sections_string(s, DWARF_LINE_STR, n));
		return;
	case DWARF_FORM_STRX1:
	case DWARF_FORM_STRX2:
	case DWARF_FORM_STRX3:
	case DWARF_FORM_STRX4:
		set_indexed_string(s, u, n, v);
		return;
	}
	set(v, DWARF_ELSEWHERE, n);
}

struct vmc_error *dwarf_read_value(const struct dwarf_sections *s, const struct dwarf_unit *u,
				   struct vmc_cursor *c, const struct dwarf_spec *spec,
				   struct dwarf_value *v)
{
	uint64_t form = spec->form;
	size_t start = c->pos;
	unsigned int size;

	if (form == DWARF_FORM_INDIRECT) /* once: what it names is no INDIRECT again */
		form = vmc_cursor_uleb(c);
	size = dwarf_form_size(u, form);
	if (size) {
		set_fixed(s, u, form, cursor_int(c, size), v);
		return NULL;
	}
	switch (form) {
	case DWARF_FORM_STRING:
		set_inline_string(v, c);
		return NULL;
	case DWARF_FORM_FLAG_PRESENT:
		set(v, DWARF_FLAG, 1);
		return NULL;
	case DWARF_FORM_IMPLICIT_CONST:
		set(v, DWARF_SIGNED, spec->constant);
		return NULL;
	case DWARF_FORM_UDATA:
		set(v, DWARF_UNSIGNED, vmc_cursor_uleb(c));
		return NULL;
	case DWARF_FORM_SDATA:
		set(v, DWARF_SIGNED, (uint64_t)vmc_cursor_sleb(c));
		return NULL;
	case DWARF_FORM_REF_UDATA:
		set(v, DWARF_REFERENCE, u->offset + vmc_cursor_uleb(c));
		return NULL;
	case DWARF_FORM_STRX:
	case DWARF_FORM_GNU_STR_INDEX:
		set_indexed_string(s, u, vmc_cursor_uleb(c), v);
		return NULL;
	case DWARF_FORM_ADDRX:
	case DWARF_FORM_LOCLISTX:
	case DWARF_FORM_RNGLISTX:
	case DWARF_FORM_GNU_ADDR_INDEX:
		set(v, DWARF_INDEX, vmc_cursor_uleb(c));
		return NULL;
	case DWARF_FORM_BLOCK1:
		set_bytes(v, c, vmc_cursor_u8(c));
		return NULL;
	case DWARF_FORM_BLOCK2:
		set_bytes(v, c, vmc_cursor_u16(c));
		return NULL;
	case DWARF_FORM_BLOCK4:
		set_bytes(v, c, vmc_cursor_u32(c));
		return NULL;
	case DWARF_FORM_BLOCK:
	case DWARF_FORM_EXPRLOC:
		set_bytes(v, c, vmc_cursor_uleb(c));
		return NULL;
	case DWARF_FORM_DATA16:
		set_bytes(v, c, 16);
		return NULL;
	}
	return dwarf_error(s, VMC_UNSUPPORTED, DWARF_INFO, start,
			   "attribute 0x%llx in the unknown form 0x%llx",
			   (unsigned long long)spec->at, (unsigned long long)form);
}
