/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "target/infer/infer.h"

#define NAME_MAX_LEN 128 /* one alternative of a row, trimmed */

struct field_row {
	const char *id, *type, *path, *since;
	unsigned int bytes;
	bool is_size;
};

static const struct field_row rows[VMC_FIELD_COUNT] = {
#define FIELD(id, type, path, bytes, since) { #id, type, path, since, bytes, false },
#define SIZEOF(id, type) { #id, type, "", "", 8, true },
#define GLOBAL(name, type)
#define ENUMERATOR(id, enumeration, names)
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
};

static const struct {
	const char *name, *type;
} globals[] = {
#define FIELD(id, type, path, bytes, since)
#define SIZEOF(id, type)
#define GLOBAL(name, type) { #name, type },
#define ENUMERATOR(id, enumeration, names)
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
};

static const struct {
	const char *enumeration, *names;
} constants[VMC_CONSTANT_COUNT] = {
#define FIELD(id, type, path, bytes, since)
#define SIZEOF(id, type)
#define GLOBAL(name, type)
#define ENUMERATOR(id, enumeration, names) { enumeration, names },
#include "target/shape.def"
#undef FIELD
#undef SIZEOF
#undef GLOBAL
#undef ENUMERATOR
};

enum { SLOT_NEW, SLOT_RESOLVED, SLOT_ABSENT };

/* Alternative number n of "new | old", trimmed; false when there are fewer. */
static bool alternative(const char *list, unsigned int n, char ret[NAME_MAX_LEN])
{
	while (n--) {
		list = strchr(list, '|');
		if (!list)
			return false;
		list++;
	}
	list += strspn(list, " ");
	size_t len = strcspn(list, "|");
	while (len && list[len - 1] == ' ')
		len--;
	snprintf(ret, NAME_MAX_LEN, "%.*s", (int)len, list);
	return true;
}

/* "atomic_t" is a typedef; everything else in the table is a tag. */
static struct vmc_error *find_type(struct vmc_types *g, const char *name,
				   const struct vmc_type **ret)
{
	char spelled[NAME_MAX_LEN + 8];
	struct vmc_error *err;

	snprintf(spelled, sizeof(spelled), "struct %s", name);
	err = vmc_types_find(g, spelled, ret);
	if (vmc_error_code(err) != VMC_NOT_FOUND)
		return err;
	vmc_error_free(err);
	VMC_TRY(vmc_types_find(g, name, ret));
	return vmc_type_strip(*ret, ret);
}

static void fill_from_member(struct vmc_field_slot *slot, const struct vmc_member *m,
			     const struct vmc_type *stripped)
{
	slot->offset = m->bit_offset / 8;
	slot->size = stripped->size > UINT32_MAX ? UINT32_MAX : (uint32_t)stripped->size;
	if (stripped->kind == VMC_TYPE_INT || stripped->kind == VMC_TYPE_ENUM)
		slot->is_signed = (stripped->flags & VMC_TYPE_SIGNED) != 0;
	if (m->bit_size) {
		/* load the whole storage unit that starts at the byte of the first bit */
		slot->bit_size = (uint8_t)m->bit_size;
		slot->bit_shift = (uint8_t)(m->bit_offset % 8);
		slot->size = (uint32_t)(slot->bit_shift + slot->bit_size + 7) / 8;
	}
}

static bool resolve_by_types(struct vmc_target *t, const struct field_row *row,
			     struct vmc_field_slot *slot)
{
	char type_name[NAME_MAX_LEN], path[NAME_MAX_LEN];
	const struct vmc_type *type, *stripped;

	for (unsigned int i = 0; alternative(row->type, i, type_name); i++) {
		vmc_autoerror struct vmc_error *err = find_type(t->types, type_name, &type);

		if (err)
			continue;
		if (row->is_size) {
			slot->offset = type->size;
			slot->size = 8;
			slot->alternative = (uint8_t)i;
			return true;
		}
		for (unsigned int k = 0; alternative(row->path, k, path); k++) {
			struct vmc_member m;
			struct vmc_error *e = vmc_type_path(type, path, &m);

			if (!e)
				e = vmc_type_strip(m.type, &stripped);
			if (!e) {
				fill_from_member(slot, &m, stripped);
				slot->alternative = (uint8_t)k;
				return true;
			}
			vmc_error_free(e);
		}
	}
	return false;
}

static bool resolve_by_vmcoreinfo(struct vmc_target *t, const struct field_row *row,
				  struct vmc_field_slot *slot)
{
	char type_name[NAME_MAX_LEN], path[NAME_MAX_LEN], key[2 * NAME_MAX_LEN];

	for (unsigned int i = 0; alternative(row->type, i, type_name); i++) {
		if (row->is_size) {
			if (vmc_vmcoreinfo_size(t->vmcoreinfo, type_name, &slot->offset)) {
				slot->size = 8;
				return true;
			}
			continue;
		}
		for (unsigned int k = 0; alternative(row->path, k, path); k++) {
			snprintf(key, sizeof(key), "%s.%s", type_name, path);
			if (vmc_vmcoreinfo_offset(t->vmcoreinfo, key, &slot->offset)) {
				slot->size = row->bytes;
				slot->alternative = (uint8_t)k;
				return true;
			}
		}
	}
	return false;
}

static struct vmc_error *absent(const struct field_row *row, const struct vmc_target *t)
{
	if (row->is_size)
		return vmc_error_new(VMC_NOT_FOUND, "size of struct %s is not known", row->type);
	return vmc_error_new(VMC_NOT_FOUND, "struct %s has no member %s%s", row->type, row->path,
			     t->types ? "" : " (no types)");
}

struct vmc_error *vmc_field_resolve(struct vmc_target *t, enum vmc_field f,
				    const struct vmc_field_slot **ret)
{
	const struct field_row *row = &rows[f];
	struct vmc_field_slot *slot;

	if (!t->fields) {
		t->fields = calloc(VMC_FIELD_COUNT, sizeof(*t->fields));
		if (!t->fields)
			return vmc_error_no_memory();
	}
	slot = &t->fields[f];
	if (slot->state == SLOT_NEW) {
		bool ok = (t->types && resolve_by_types(t, row, slot)) ||
			  resolve_by_vmcoreinfo(t, row, slot) ||
			  (!t->types && vmc_infer_field(t, f, slot));

		slot->state = ok ? SLOT_RESOLVED : SLOT_ABSENT;
	}
	if (slot->state == SLOT_ABSENT)
		return absent(row, t);
	*ret = slot;
	return NULL;
}

bool vmc_field_has(struct vmc_target *t, enum vmc_field f)
{
	const struct vmc_field_slot *slot;
	vmc_autoerror struct vmc_error *err = vmc_field_resolve(t, f, &slot);

	return !err;
}

bool vmc_field_offset(struct vmc_target *t, enum vmc_field f, uint64_t *ret)
{
	const struct vmc_field_slot *slot;
	vmc_autoerror struct vmc_error *err = vmc_field_resolve(t, f, &slot);

	*ret = err ? 0 : slot->offset;
	return !err;
}

bool vmc_field_size(struct vmc_target *t, enum vmc_field f, uint64_t *ret)
{
	const struct vmc_field_slot *slot;
	vmc_autoerror struct vmc_error *err = vmc_field_resolve(t, f, &slot);

	if (err)
		return false;
	*ret = rows[f].is_size ? slot->offset : slot->size;
	return true;
}

const char *vmc_field_name(enum vmc_field f)
{
	return rows[f].id;
}

bool vmc_constant(struct vmc_target *t, enum vmc_constant c, int64_t *ret)
{
	char name[NAME_MAX_LEN];
	const char *e = constants[c].enumeration;

	if (!t->types)
		return false;
	for (unsigned int i = 0; alternative(constants[c].names, i, name); i++) {
		vmc_autoerror struct vmc_error *err =
			vmc_types_enumerator(t->types, *e ? e : NULL, name, ret);

		if (!err)
			return true;
	}
	return false;
}

const char *vmc_global_type(const char *symbol)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(globals); i++) {
		if (strcmp(globals[i].name, symbol) == 0)
			return globals[i].type;
	}
	return NULL;
}

struct vmc_obj vmc_obj_symbol(struct vmc_target *t, const char *symbol)
{
	struct vmc_obj o = vmc_obj(t, 0);
	const char *type = vmc_global_type(symbol);
	struct vmc_reader mem = vmc_memory_reader(t->memory);

	o.poison = vmc_target_symbol(t, symbol, &o.addr);
	/* a global pointer stands for what it points to */
	if (!o.poison && type && vmc_str_ends(type, "*"))
		o.poison = vmc_error_wrap(vmc_read_u64(&mem, o.addr, &o.addr), "%s", symbol);
	return o;
}

struct vmc_obj vmc_obj_percpu(struct vmc_target *t, const char *symbol, size_t cpu)
{
	struct vmc_obj o = vmc_obj(t, 0);

	o.poison = vmc_target_percpu(t, symbol, cpu, &o.addr);
	return o;
}

static uint64_t load(struct vmc_obj *o, uint64_t addr, size_t size)
{
	uint8_t b[8] = { 0 };

	if (size > sizeof(b))
		size = sizeof(b);
	o->poison = vmc_memory_read(o->t->memory, addr, b, size);
	return o->poison ? 0 : vmc_le64(b);
}

uint64_t vmc_get(struct vmc_obj *o, enum vmc_field f)
{
	const struct vmc_field_slot *slot;
	uint64_t v;
	unsigned int bits;

	if (o->poison)
		return 0;
	o->poison = vmc_field_resolve(o->t, f, &slot);
	if (o->poison)
		return 0;
	if (slot->size == 0 || slot->size > 8) {
		o->poison = vmc_error_new(VMC_USAGE, "%s is no number", rows[f].id);
		return 0;
	}
	v = load(o, o->addr + slot->offset, slot->size);
	if (o->poison) {
		o->poison = vmc_error_wrap(o->poison, "%s", rows[f].id);
		return 0;
	}
	bits = slot->size * 8;
	if (slot->bit_size) {
		v >>= slot->bit_shift;
		bits = slot->bit_size;
		if (bits < 64)
			v &= ((uint64_t)1 << bits) - 1;
	}
	if (slot->is_signed && bits < 64 && v >> (bits - 1))
		v |= ~(uint64_t)0 << bits;
	return v;
}

uint64_t vmc_get_addr(struct vmc_obj *o, enum vmc_field f)
{
	const struct vmc_field_slot *slot;

	if (o->poison)
		return 0;
	o->poison = vmc_field_resolve(o->t, f, &slot);
	return o->poison ? 0 : o->addr + slot->offset;
}

void vmc_get_chars(struct vmc_obj *o, enum vmc_field f, char *buf, size_t size)
{
	const struct vmc_field_slot *slot;
	size_t n = size - 1;

	memset(buf, 0, size);
	if (o->poison)
		return;
	o->poison = vmc_field_resolve(o->t, f, &slot);
	if (o->poison)
		return;
	if (slot->size && slot->size < n)
		n = slot->size;
	o->poison = vmc_error_wrap(vmc_memory_read(o->t->memory, o->addr + slot->offset, buf, n),
				   "%s", rows[f].id);
	if (o->poison)
		buf[0] = '\0';
}

uint64_t vmc_get_u64(struct vmc_obj *o, uint64_t offset)
{
	return o->poison ? 0 : load(o, o->addr + offset, 8);
}

uint32_t vmc_get_u32(struct vmc_obj *o, uint64_t offset)
{
	return o->poison ? 0 : (uint32_t)load(o, o->addr + offset, 4);
}

struct vmc_error *vmc_obj_error(struct vmc_obj *o, const char *what)
{
	struct vmc_error *err = o->poison;

	o->poison = NULL;
	return vmc_error_wrap(err, "%s %" PRIx64, what, o->addr);
}

void vmc_obj_drop(struct vmc_obj *o)
{
	vmc_error_free(o->poison);
	o->poison = NULL;
}

size_t vmc_field_rows(struct vmc_target *t, struct vmc_field_row out[VMC_FIELD_COUNT])
{
	for (size_t i = 0; i < VMC_FIELD_COUNT; i++) {
		const struct vmc_field_slot *slot = NULL;
		vmc_autoerror struct vmc_error *err =
			vmc_field_resolve(t, (enum vmc_field)i, &slot);
		char path[NAME_MAX_LEN];

		out[i] = (struct vmc_field_row){ .name = rows[i].id,
						 .type = rows[i].type,
						 .paths = rows[i].path,
						 .since = rows[i].since };
		if (err)
			continue;
		if (!rows[i].is_size && alternative(rows[i].path, slot->alternative, path))
			out[i].resolved = vmc_arena_strdup(&t->arena, path);
		else
			out[i].resolved = "sizeof";
		out[i].offset = rows[i].is_size ? 0 : slot->offset;
		out[i].size = rows[i].is_size ? slot->offset : slot->size;
	}
	return VMC_FIELD_COUNT;
}
