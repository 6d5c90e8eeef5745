/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/types/btf-write.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "debug/types/btf-index.h"
#include "debug/types/btf.h"

/* A kernel has 0.15 million. */
#define TYPES_MAX (1u << 22)
#define BTF_HEADER_SIZE 24u
#define INFO_FLAG (1u << 31)
#define VLEN_MAX 0xffffffu
/* Where a struct has bit-fields the upper byte of a member's place is its width. */
#define FLAGGED_OFFSET_MAX 0xffffffu

/* What stands for a type while its looks are taken: it refers to itself. */
#define IN_WORK 1u

struct entry {
	const struct vmc_type *type;
	const char *variable; /* NULL: the type itself */
};

struct vmc_btf_writer {
	VMC_VEC(struct entry) entries; /* id - 1 */
	size_t written;		       /* of these */
	struct vmc_map ids;	       /* type -> id */
	struct vmc_map by_looks;       /* looks -> id */
	struct vmc_map looks;	       /* type -> looks */
	struct vmc_map kept;	       /* types that keep their members */
	struct vmc_map string_at;      /* hash -> offset in strings */
	VMC_VEC(uint8_t) types;
	VMC_VEC(char) strings;
	bool failed; /* memory */
};

/* --- bytes --- */

static void put32(struct vmc_btf_writer *w, uint32_t v)
{
	uint8_t *p;

	if (!vmc_vec_reserve(&w->types, w->types.len + 4)) {
		w->failed = true;
		return;
	}
	p = w->types.data + w->types.len;
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
	w->types.len += 4;
}

static uint64_t hash_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 0x100000001b3u;
	return vmc_hash_u64(h);
}

static uint64_t hash_number(uint64_t h, uint64_t n)
{
	return vmc_hash_u64(h * 31 + n);
}

/* Offset of a string, each of which is there once. */
static uint32_t string_at(struct vmc_btf_writer *w, const char *s)
{
	uint64_t hash = hash_text(0, s), *known = *s ? vmc_map_get(&w->string_at, hash) : NULL;
	size_t at = w->strings.len, size = strlen(s) + 1;

	if (!*s)
		return 0;
	if (known && strcmp(w->strings.data + *known, s) == 0)
		return (uint32_t)*known;
	if (!vmc_vec_reserve(&w->strings, at + size) || !vmc_map_set(&w->string_at, hash, at)) {
		w->failed = true;
		return 0;
	}
	memcpy(w->strings.data + at, s, size);
	w->strings.len += size;
	return (uint32_t)at;
}

/* --- looks --- */

static bool is_record(const struct vmc_type *t)
{
	return t->kind == VMC_TYPE_STRUCT || t->kind == VMC_TYPE_UNION;
}

static bool has_members(const struct vmc_btf_writer *w, const struct vmc_type *t)
{
	return !is_record(t) || !w->kept.len || !*t->name ||
	       vmc_map_get(&w->kept, (uintptr_t)t) != NULL;
}

static uint64_t looks_of(struct vmc_btf_writer *w, const struct vmc_type *t, int depth);

/* How a type looks from outside: by its name, where it has one. */
static uint64_t face_of(struct vmc_btf_writer *w, const struct vmc_type *t, int depth)
{
	if (*t->name)
		return hash_text(t->kind + 1u, t->name);
	return looks_of(w, t, depth + 1);
}

static uint64_t member_looks(struct vmc_btf_writer *w, const struct vmc_type *t, int depth)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_member m;
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		vmc_error_free(err);
		if (err)
			continue;
		h = hash_number(h, m.bit_offset << 8 | m.bit_size);
		h = hash_number(hash_text(h, m.name), face_of(w, m.type, depth));
	}
	return h;
}

static uint64_t enumerator_looks(const struct vmc_type *t)
{
	uint64_t h = 0;

	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_enumerator e;
		struct vmc_error *err = vmc_type_enumerator_at(t, i, &e);

		vmc_error_free(err);
		if (!err)
			h = hash_number(hash_text(h, e.name), (uint64_t)e.value);
	}
	return h;
}

static uint64_t content_looks(struct vmc_btf_writer *w, const struct vmc_type *t, int depth)
{
	const struct vmc_type *target;
	struct vmc_error *err;
	uint64_t h = 0;

	if (t->kind == VMC_TYPE_ENUM)
		return enumerator_looks(t);
	if ((is_record(t) && has_members(w, t)) || t->kind == VMC_TYPE_FUNCTION)
		h = member_looks(w, t, depth);
	if (is_record(t) || t->kind == VMC_TYPE_VOID || t->kind == VMC_TYPE_INT ||
	    t->kind == VMC_TYPE_FLOAT || t->kind == VMC_TYPE_DECLARED)
		return h;
	err = vmc_type_target(t, &target);
	vmc_error_free(err);
	return err ? h : hash_number(h, face_of(w, target, depth));
}

/* A number that types which are to be one have in common, and no two others. */
static uint64_t looks_of(struct vmc_btf_writer *w, const struct vmc_type *t, int depth)
{
	uint64_t *known = vmc_map_get(&w->looks, (uintptr_t)t), h;

	if (known)
		return *known;
	if (depth > VMC_TYPE_DEPTH_MAX)
		return IN_WORK;
	w->failed |= !vmc_map_set(&w->looks, (uintptr_t)t, IN_WORK);
	h = hash_text(t->kind + 1u, t->name);
	h = hash_number(h, t->size);
	h = hash_number(h, t->count << 32 ^ t->flags);
	h = hash_number(h, content_looks(w, t, depth));
	w->failed |= !vmc_map_set(&w->looks, (uintptr_t)t, h);
	return h;
}

/* --- ids --- */

static bool is_representable(const struct vmc_type *t)
{
	switch (t->kind) {
	case VMC_TYPE_INT: /* one of 256 bits or more would look like one of fewer */
		return t->size && t->size < 32;
	case VMC_TYPE_FLOAT:
	case VMC_TYPE_ENUM:
	case VMC_TYPE_STRUCT:
	case VMC_TYPE_UNION:
		return t->size <= UINT32_MAX && t->n_members <= VLEN_MAX;
	case VMC_TYPE_FUNCTION:
		return t->n_members <= VLEN_MAX;
	case VMC_TYPE_ARRAY:
		return t->count <= UINT32_MAX;
	case VMC_TYPE_TYPEDEF:
	case VMC_TYPE_DECLARED:
		return *t->name;
	case VMC_TYPE_POINTER:
	case VMC_TYPE_QUALIFIED:
		return true;
	case VMC_TYPE_VOID:
		break;
	}
	return false;
}

/* What BTF has no qualifier for ("_Atomic") is what it qualifies. */
static const struct vmc_type *without_unknown_qualifiers(const struct vmc_type *t)
{
	for (int i = 0; t->kind == VMC_TYPE_QUALIFIED && !t->flags; i++) {
		struct vmc_error *err = vmc_type_target(t, &t);

		vmc_error_free(err);
		if (err || i == VMC_TYPE_DEPTH_MAX)
			return NULL;
	}
	return t;
}

static uint32_t id_of(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	const uint64_t *known = vmc_map_get(&w->ids, (uintptr_t)t);
	const struct vmc_type *plain;
	uint64_t looks, id;

	if (known)
		return (uint32_t)*known;
	plain = without_unknown_qualifiers(t);
	if (!plain || !is_representable(plain))
		return 0;
	looks = looks_of(w, plain, 0);
	known = vmc_map_get(&w->by_looks, looks);
	id = known ? *known : w->entries.len + 1;
	if (!known)
		w->failed |= !vmc_vec_push(&w->entries, (struct entry){ .type = plain }) ||
			     !vmc_map_set(&w->by_looks, looks, id);
	w->failed |= !vmc_map_set(&w->ids, (uintptr_t)t, id);
	return (uint32_t)id;
}

/* --- records --- */

static void put_record(struct vmc_btf_writer *w, const char *name, enum btf_kind kind,
		       uint32_t vlen_flag, uint32_t size_or_id)
{
	put32(w, string_at(w, name));
	put32(w, (uint32_t)kind << 24 | vlen_flag);
	put32(w, size_or_id);
}

/* Sets how many elements have followed the record at `at`. */
static void set_vlen(struct vmc_btf_writer *w, size_t at, uint32_t n)
{
	for (int i = 0; i < 3 && !w->failed; i++)
		w->types.data[at + 4 + (size_t)i] = (uint8_t)(n >> 8 * i);
}

static uint32_t target_of(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	const struct vmc_type *target;
	struct vmc_error *err = vmc_type_target(t, &target);

	vmc_error_free(err);
	return err ? 0 : id_of(w, target);
}

static void put_int(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	/* the names of these flags have the same values */
	uint32_t encoding = t->flags & (VMC_TYPE_SIGNED | VMC_TYPE_CHAR | VMC_TYPE_BOOL);

	put_record(w, t->name, BTF_INT, 0, (uint32_t)t->size);
	put32(w, encoding << 24 | (uint32_t)t->size * 8);
}

static void put_array(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	put_record(w, "", BTF_ARRAY, 0, 0);
	put32(w, target_of(w, t));
	put32(w, 0); /* type of the index: of no use to anybody */
	put32(w, (uint32_t)t->count);
}

static bool has_bit_fields(const struct vmc_type *t)
{
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_member m = { 0 };

		vmc_error_free(vmc_type_member_at(t, i, &m));
		if (m.bit_size)
			return true;
	}
	return false;
}

static void put_members(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	bool flagged = has_members(w, t) && has_bit_fields(t);
	size_t at = w->types.len;
	uint32_t n = 0;

	put_record(w, t->name, t->kind == VMC_TYPE_UNION ? BTF_UNION : BTF_STRUCT,
		   flagged ? INFO_FLAG : 0, (uint32_t)t->size);
	for (uint32_t i = 0; has_members(w, t) && i < t->n_members; i++) {
		struct vmc_member m;
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		vmc_error_free(err);
		if (err || m.bit_offset > (flagged ? FLAGGED_OFFSET_MAX : UINT32_MAX))
			continue;
		put32(w, string_at(w, m.name));
		put32(w, id_of(w, m.type));
		put32(w, (uint32_t)m.bit_offset | m.bit_size << 24);
		n++;
	}
	set_vlen(w, at, n);
}

static void put_enum(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	size_t at = w->types.len;
	uint32_t n = 0;

	put_record(w, t->name, BTF_ENUM64, t->flags & VMC_TYPE_SIGNED ? INFO_FLAG : 0,
		   (uint32_t)t->size);
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_enumerator e;
		struct vmc_error *err = vmc_type_enumerator_at(t, i, &e);

		vmc_error_free(err);
		if (err)
			continue;
		put32(w, string_at(w, e.name));
		put32(w, (uint32_t)(uint64_t)e.value);
		put32(w, (uint32_t)((uint64_t)e.value >> 32));
		n++;
	}
	set_vlen(w, at, n);
}

static void put_function(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	size_t at = w->types.len;
	uint32_t n = 0;

	put_record(w, "", BTF_FUNC_PROTO, 0, target_of(w, t));
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_member m;
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		vmc_error_free(err);
		if (err)
			continue;
		put32(w, string_at(w, m.name));
		put32(w, id_of(w, m.type));
		n++;
	}
	set_vlen(w, at, n);
}

static void put_type(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	switch (t->kind) {
	case VMC_TYPE_INT:
		put_int(w, t);
		break;
	case VMC_TYPE_FLOAT:
		put_record(w, t->name, BTF_FLOAT, 0, (uint32_t)t->size);
		break;
	case VMC_TYPE_ENUM:
		put_enum(w, t);
		break;
	case VMC_TYPE_POINTER:
		put_record(w, "", BTF_PTR, 0, target_of(w, t));
		break;
	case VMC_TYPE_ARRAY:
		put_array(w, t);
		break;
	case VMC_TYPE_STRUCT:
	case VMC_TYPE_UNION:
		put_members(w, t);
		break;
	case VMC_TYPE_TYPEDEF:
		put_record(w, t->name, BTF_TYPEDEF, 0, target_of(w, t));
		break;
	case VMC_TYPE_QUALIFIED:
		put_record(w, "",
			   t->flags & VMC_TYPE_CONST	  ? BTF_CONST
			   : t->flags & VMC_TYPE_VOLATILE ? BTF_VOLATILE
							  : BTF_RESTRICT,
			   0, target_of(w, t));
		break;
	case VMC_TYPE_FUNCTION:
		put_function(w, t);
		break;
	case VMC_TYPE_DECLARED:
		put_record(w, t->name, BTF_FWD, t->flags & VMC_TYPE_IS_UNION ? INFO_FLAG : 0, 0);
		break;
	case VMC_TYPE_VOID: /* has no record */
		break;
	}
}

/* --- all together --- */

struct vmc_error *vmc_btf_writer_new(struct vmc_btf_writer **ret)
{
	struct vmc_btf_writer *w = calloc(1, sizeof(*w));

	if (!w || !vmc_vec_push(&w->strings, '\0')) {
		vmc_btf_writer_free(w);
		return vmc_error_no_memory();
	}
	*ret = w;
	return NULL;
}

void vmc_btf_writer_free(struct vmc_btf_writer *w)
{
	if (!w)
		return;
	vmc_vec_free(&w->entries);
	vmc_map_deinit(&w->ids);
	vmc_map_deinit(&w->by_looks);
	vmc_map_deinit(&w->looks);
	vmc_map_deinit(&w->kept);
	vmc_map_deinit(&w->string_at);
	vmc_vec_free(&w->types);
	vmc_vec_free(&w->strings);
	free(w);
}

static struct vmc_error *state_of(const struct vmc_btf_writer *w)
{
	if (w->failed)
		return vmc_error_no_memory();
	if (w->entries.len > TYPES_MAX || w->types.len > UINT32_MAX || w->strings.len > UINT32_MAX)
		return vmc_error_new(VMC_LIMIT, "more types than BTF can hold");
	return NULL;
}

struct vmc_error *vmc_btf_writer_keep(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	w->failed |= !vmc_map_set(&w->kept, (uintptr_t)t, 1);
	return state_of(w);
}

struct vmc_error *vmc_btf_writer_type(struct vmc_btf_writer *w, const struct vmc_type *t)
{
	id_of(w, t);
	return state_of(w);
}

struct vmc_error *vmc_btf_writer_variable(struct vmc_btf_writer *w, const char *name,
					  const struct vmc_type *t)
{
	w->failed |= !vmc_vec_push(&w->entries, (struct entry){ .type = t, .variable = name });
	return state_of(w);
}

static void put_header(const struct vmc_btf_writer *w, uint8_t *p)
{
	uint32_t fields[] = {
		0xeb9f | 1u << 16,	BTF_HEADER_SIZE,	0,
		(uint32_t)w->types.len, (uint32_t)w->types.len, (uint32_t)w->strings.len
	};

	for (size_t i = 0; i < sizeof(fields); i++)
		p[i] = (uint8_t)(fields[i / 4] >> 8 * (i % 4));
}

struct vmc_error *vmc_btf_writer_finish(struct vmc_btf_writer *w, uint8_t **ret, size_t *ret_size)
{
	size_t size;
	uint8_t *p;

	for (; w->written < w->entries.len; w->written++) {
		struct entry e = w->entries.data[w->written];

		if (e.variable) {
			put_record(w, e.variable, BTF_VAR, 0, id_of(w, e.type));
			put32(w, 1); /* whether others see it makes no difference here */
		} else {
			put_type(w, e.type);
		}
		VMC_TRY(state_of(w));
	}
	size = BTF_HEADER_SIZE + w->types.len + w->strings.len;
	p = malloc(size);
	if (!p)
		return vmc_error_no_memory();
	put_header(w, p);
	if (w->types.len)
		memcpy(p + BTF_HEADER_SIZE, w->types.data, w->types.len);
	memcpy(p + BTF_HEADER_SIZE + w->types.len, w->strings.data, w->strings.len);
	*ret = p;
	*ret_size = size;
	return NULL;
}
