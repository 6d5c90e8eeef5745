/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/types/btf-index.h"

#include <stdlib.h>

#include "base/map.h"
#include "debug/types/btf.h"

#define BTF_MAGIC 0xeb9f
#define BTF_HEADER_MIN 24 /* up to str_len; layout_off and layout_len follow since 7.1 */
#define BTF_HEADER_LAYOUT 32
/*
 * Names of equal hash one lookup looks at. Kernels have chains of at most a
 * few dozen; only BTF made for it has thousands.
 */
#define CHAIN_MAX 16384

struct header {
	uint64_t types, types_len, strings, strings_len, layout, layout_len;
};

/* What follows the 12 bytes of a type: once, and for each of its vlen elements. */
struct kind_size {
	uint8_t once, each;
	uint8_t space;
};

static const struct kind_size known_kinds[BTF_KINDS] = {
	[BTF_INT] = { 4, 0, BTF_SPACE_NAME },
	[BTF_PTR] = { 0, 0, 0 },
	[BTF_ARRAY] = { 12, 0, 0 },
	[BTF_STRUCT] = { 0, BTF_ELEM_SIZE, BTF_SPACE_TAG },
	[BTF_UNION] = { 0, BTF_ELEM_SIZE, BTF_SPACE_TAG },
	[BTF_ENUM] = { 0, 8, BTF_SPACE_TAG },
	[BTF_FWD] = { 0, 0, 0 },
	[BTF_TYPEDEF] = { 0, 0, BTF_SPACE_NAME },
	[BTF_FUNC_PROTO] = { 0, 8, 0 },
	[BTF_VAR] = { 4, 0, BTF_SPACE_VAR },
	[BTF_DATASEC] = { 0, 12, 0 },
	[BTF_FLOAT] = { 0, 0, BTF_SPACE_NAME },
	[BTF_DECL_TAG] = { 4, 0, 0 },
	[BTF_ENUM64] = { 0, BTF_ELEM_SIZE, BTF_SPACE_TAG },
};

/* The kind field has 7 bits since 7.1, 5 before; the bits between were 0. */
static uint32_t info_kind(uint32_t info)
{
	return info >> 24 & 0x7f;
}

/* 24 bits since 7.1, 16 before. */
static uint32_t info_vlen(uint32_t info)
{
	return info & 0xffffff;
}

static struct vmc_error *read_header(struct vmc_bytes b, struct header *ret)
{
	struct vmc_cursor c = vmc_cursor_at(b, 0);
	uint16_t magic = vmc_cursor_u16(&c);
	uint8_t version = vmc_cursor_u8(&c);
	uint64_t len;

	vmc_cursor_u8(&c); /* flags: none defined */
	len = vmc_cursor_u32(&c);
	ret->types = len + vmc_cursor_u32(&c);
	ret->types_len = vmc_cursor_u32(&c);
	ret->strings = len + vmc_cursor_u32(&c);
	ret->strings_len = vmc_cursor_u32(&c);
	if (magic == 0x9feb)
		return vmc_error_new(VMC_UNSUPPORTED, "BTF of a big-endian machine");
	if (c.overrun || magic != BTF_MAGIC)
		return vmc_error_new(VMC_NOT_FORMAT, "no BTF header");
	if (version != 1)
		return vmc_error_new(VMC_UNSUPPORTED, "BTF version %u", version);
	if (len < BTF_HEADER_MIN)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF header of %llu bytes",
				     (unsigned long long)len);
	ret->layout = ret->layout_len = 0;
	if (len >= BTF_HEADER_LAYOUT) {
		ret->layout = len + vmc_cursor_u32(&c);
		ret->layout_len = vmc_cursor_u32(&c);
		if (c.overrun)
			ret->layout = ret->layout_len = 0;
	}
	return NULL;
}

uint64_t vmc_btf_size(struct vmc_bytes head)
{
	vmc_autoerror struct vmc_error *err = NULL;
	struct header h;
	uint64_t end, other;

	err = read_header(head, &h);
	if (err)
		return 0;
	end = h.types + h.types_len;
	other = h.strings + h.strings_len;
	end = end > other ? end : other;
	other = h.layout + h.layout_len;
	return end > other ? end : other;
}

/*
 * Kinds newer than this program can be stepped over where the layout section
 * (struct btf_layout {u8 info_sz, elem_sz; u16 flags}) tells their size.
 */
static bool kind_size(struct vmc_bytes layout, uint32_t kind, struct kind_size *ret)
{
	struct vmc_bytes row;

	if (kind && kind < BTF_KINDS) {
		*ret = known_kinds[kind];
		return true;
	}
	row = vmc_bytes_sub(layout, (uint64_t)kind * 4, 4);
	if (!kind || !row.size)
		return false;
	*ret = (struct kind_size){ row.data[0], row.data[1], BTF_SPACE_NONE };
	return true;
}

/* Notes what the index keeps of a type beyond its place. */
static struct vmc_error *index_type(struct btf_index *x, uint32_t n, uint32_t name, uint32_t info,
				    enum btf_space space)
{
	uint32_t kind = info_kind(info);

	if (kind == BTF_ENUM || kind == BTF_ENUM64) {
		/* the 64-bit kind came together with the flag */
		x->enums_have_sign |= kind == BTF_ENUM64 || info >> 31;
		if (!vmc_vec_push(&x->enums, x->first_id + n))
			return vmc_error_no_memory();
	}
	if (name >= x->end_string)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF type %u: name at %u of %u string bytes",
				     x->first_id + n, name, x->end_string);
	if (space != BTF_SPACE_NONE && name &&
	    !vmc_vec_push(&x->named, (struct btf_named){ .id = n }))
		return vmc_error_no_memory();
	return NULL;
}

static struct vmc_error *index_types(struct btf_index *x, struct vmc_bytes layout)
{
	const uint8_t *p = x->types.data;
	size_t size = x->types.size, pos = 0;
	uint32_t n = 0;

	/* one allocation for the most types that fit; pages never written cost nothing */
	x->offsets = malloc((size / BTF_TYPE_SIZE + 1) * sizeof(*x->offsets));
	if (!x->offsets)
		return vmc_error_no_memory();
	while (pos < size) {
		struct kind_size k;
		uint32_t info;
		uint64_t extra;

		if (size - pos < BTF_TYPE_SIZE)
			return vmc_error_new(VMC_BAD_FORMAT, "BTF type %u is cut off",
					     x->first_id + n);
		info = vmc_le32(p + pos + 4);
		if (!kind_size(layout, info_kind(info), &k))
			return vmc_error_new(info_kind(info) ? VMC_UNSUPPORTED : VMC_BAD_FORMAT,
					     "BTF type %u has kind %u", x->first_id + n,
					     info_kind(info));
		extra = k.once + (uint64_t)k.each * info_vlen(info);
		if (extra > size - pos - BTF_TYPE_SIZE)
			return vmc_error_new(VMC_BAD_FORMAT,
					     "BTF type %u goes beyond the type section",
					     x->first_id + n);
		VMC_TRY(index_type(x, n, vmc_le32(p + pos), info, k.space));
		x->offsets[n++] = (uint32_t)pos;
		pos += BTF_TYPE_SIZE + (size_t)extra;
	}
	if (n > UINT32_MAX - x->first_id)
		return vmc_error_new(VMC_LIMIT, "BTF has too many types");
	x->end_id = x->first_id + n;
	return NULL;
}

static enum btf_space space_of(const struct btf_index *x, uint32_t n)
{
	return known_kinds[info_kind(vmc_le32(x->types.data + x->offsets[n] + 4))].space;
}

static const char *name_of(const struct btf_index *x, uint32_t n)
{
	return btf_index_string(x, vmc_le32(x->types.data + x->offsets[n]));
}

static uint32_t hash_name(enum btf_space space, const char *name)
{
	return vmc_hash_bytes(name, strlen(name)) + (uint32_t)space * 0x9e3779b9u;
}

/* Chains are built from the last name to the first, so that each is in order of ids. */
static struct vmc_error *index_names(struct btf_index *x)
{
	size_t buckets = 16;

	while (buckets < x->named.len)
		buckets *= 2;
	x->heads = calloc(buckets, sizeof(*x->heads));
	if (!x->heads)
		return vmc_error_no_memory();
	x->head_mask = (uint32_t)(buckets - 1);
	for (size_t i = x->named.len; i-- > 0;) {
		struct btf_named *e = &x->named.data[i];
		uint32_t h = hash_name(space_of(x, e->id), name_of(x, e->id)) & x->head_mask;

		e->next = x->heads[h];
		x->heads[h] = (uint32_t)i + 1;
	}
	return NULL;
}

/* Strings end with a NUL, so that every offset within them is a string. */
static struct vmc_error *check_strings(struct btf_index *x)
{
	struct vmc_bytes s = x->strings;

	if (x->base && !s.size)
		return NULL;
	if (!s.size || s.data[s.size - 1] || (!x->base && s.data[0]))
		return vmc_error_new(VMC_BAD_FORMAT, "BTF strings do not begin and end with 0");
	return NULL;
}

struct vmc_error *btf_index_init(struct btf_index *x, struct vmc_bytes bytes,
				 const struct btf_index *base)
{
	struct vmc_bytes layout;
	struct header h;

	*x = (struct btf_index){ .base = base, .first_id = 1 };
	VMC_TRY(read_header(bytes, &h));
	if (!vmc_range_ok(h.types, h.types_len, bytes.size) ||
	    !vmc_range_ok(h.strings, h.strings_len, bytes.size) ||
	    !vmc_range_ok(h.layout, h.layout_len, bytes.size))
		return vmc_error_new(VMC_BAD_FORMAT, "BTF sections do not lie within its %zu bytes",
				     bytes.size);
	x->types = vmc_bytes_sub(bytes, h.types, h.types_len);
	x->strings = vmc_bytes_sub(bytes, h.strings, h.strings_len);
	layout = vmc_bytes_sub(bytes, h.layout, h.layout_len);
	if (base) {
		x->first_id = base->end_id;
		x->first_string = base->end_string;
		x->enums_have_sign = base->enums_have_sign;
	}
	if (x->strings.size > UINT32_MAX - x->first_string)
		return vmc_error_new(VMC_LIMIT, "BTF has too many strings");
	x->end_string = x->first_string + (uint32_t)x->strings.size;
	VMC_TRY(check_strings(x));
	VMC_TRY(index_types(x, layout));
	return index_names(x);
}

void btf_index_deinit(struct btf_index *x)
{
	free(x->offsets);
	free(x->heads);
	vmc_vec_free(&x->named);
	vmc_vec_free(&x->enums);
}

struct vmc_error *btf_index_record(const struct btf_index *x, uint32_t id, struct btf_record *ret)
{
	const uint8_t *p;
	uint32_t info;

	if (!id || id >= x->end_id)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF type id %u (of %u)", id, x->end_id);
	while (id < x->first_id)
		x = x->base;
	p = x->types.data + x->offsets[id - x->first_id];
	info = vmc_le32(p + 4);
	*ret = (struct btf_record){
		.name = vmc_le32(p),
		.kind = info_kind(info),
		.vlen = info_vlen(info),
		.flag = info >> 31,
		.size = vmc_le32(p + 8),
		.extra = p + BTF_TYPE_SIZE,
	};
	return NULL;
}

const char *btf_index_string(const struct btf_index *x, uint32_t offset)
{
	if (offset >= x->end_string)
		return NULL;
	while (offset < x->first_string)
		x = x->base;
	return (const char *)x->strings.data + (offset - x->first_string);
}

uint32_t btf_index_next(const struct btf_index *x, enum btf_space space, const char *name,
			uint32_t *pos)
{
	uint32_t at = *pos ? x->named.data[*pos - 1].next
			   : x->heads[hash_name(space, name) & x->head_mask];

	for (int steps = 0; at && steps < CHAIN_MAX; steps++) {
		const struct btf_named *e = &x->named.data[at - 1];

		if (space_of(x, e->id) == space && strcmp(name_of(x, e->id), name) == 0) {
			*pos = at;
			return x->first_id + e->id;
		}
		at = e->next;
	}
	return 0;
}
