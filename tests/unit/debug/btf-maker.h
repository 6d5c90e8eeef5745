/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes BTF for tests, a type a call; each returns the id of its type:
 *
 *     struct maker m = { 0 };
 *     uint32_t i = make_int(&m, "int", 4, 1, 32);
 *     make_struct(&m, "x", 8, 2);
 *     make_member(&m, "a", i, 0);
 *     make_member(&m, "b", i, 32);
 *     struct vmc_bytes b = make_btf(&m);
 */
#ifndef VMC_TESTS_BTF_MAKER_H
#define VMC_TESTS_BTF_MAKER_H

#include "base/bytes.h"
#include "base/str.h"
#include "debug/types/btf-index.h"

struct maker {
	struct vmc_str types, strings, out;
	uint32_t last_id;     /* of split BTF: the base's last id before the first type is made */
	uint32_t string_base; /* of split BTF: size of the base's strings */
};

static inline void put_le(struct vmc_str *s, uint64_t v, int bytes)
{
	while (bytes--) {
		vmc_str_addc(s, (char)(v & 0xff));
		v >>= 8;
	}
}

static inline void put32(struct vmc_str *s, uint64_t v)
{
	put_le(s, v, 4);
}

static inline uint32_t make_string(struct maker *m, const char *s)
{
	uint32_t at;

	if (!m->strings.len && !m->string_base)
		vmc_str_addc(&m->strings, '\0');
	if (!s || !*s)
		return 0;
	at = m->string_base + (uint32_t)m->strings.len;
	vmc_str_addn(&m->strings, s, strlen(s) + 1);
	return at;
}

static inline uint32_t make_type(struct maker *m, const char *name, uint32_t kind, uint32_t vlen,
				 bool flag, uint32_t size_or_id)
{
	put32(&m->types, make_string(m, name));
	put32(&m->types, (uint32_t)flag << 31 | kind << 24 | vlen);
	put32(&m->types, size_or_id);
	return ++m->last_id;
}

static inline uint32_t make_int(struct maker *m, const char *name, uint32_t size, uint32_t encoding,
				uint32_t bits)
{
	uint32_t id = make_type(m, name, BTF_INT, 0, false, size);

	put32(&m->types, encoding << 24 | bits);
	return id;
}

static inline uint32_t make_ref(struct maker *m, uint32_t kind, const char *name, uint32_t id)
{
	return make_type(m, name, kind, 0, false, id);
}

static inline uint32_t make_array(struct maker *m, uint32_t element, uint32_t count)
{
	uint32_t id = make_type(m, "", BTF_ARRAY, 0, false, 0);

	put32(&m->types, element);
	put32(&m->types, element);
	put32(&m->types, count);
	return id;
}

static inline uint32_t make_struct(struct maker *m, const char *name, uint32_t size, uint32_t n)
{
	return make_type(m, name, BTF_STRUCT, n, false, size);
}

/* `where` is a bit offset, or size << 24 | bit offset in structs with the flag. */
static inline void make_member(struct maker *m, const char *name, uint32_t type, uint32_t where)
{
	put32(&m->types, make_string(m, name));
	put32(&m->types, type);
	put32(&m->types, where);
}

/* A parameter, or an enumerator of 32 bits. */
static inline void make_pair(struct maker *m, const char *name, uint32_t v)
{
	put32(&m->types, make_string(m, name));
	put32(&m->types, v);
}

static inline void make_enumerator64(struct maker *m, const char *name, uint64_t v)
{
	put32(&m->types, make_string(m, name));
	put_le(&m->types, v, 8);
}

static inline void make_head(struct maker *m, uint32_t len)
{
	vmc_str_clear(&m->out);
	put_le(&m->out, 0xeb9f, 2);
	put_le(&m->out, 1, 2); /* version, flags */
	put32(&m->out, len);
	put32(&m->out, 0);
	put32(&m->out, m->types.len);
	put32(&m->out, m->types.len);
	put32(&m->out, m->strings.len);
}

/* The bytes, owned by the maker. */
static inline struct vmc_bytes make_btf(struct maker *m)
{
	make_string(m, "");
	make_head(m, 24);
	vmc_str_addn(&m->out, vmc_str_text(&m->types), m->types.len);
	vmc_str_addn(&m->out, vmc_str_text(&m->strings), m->strings.len);
	return (struct vmc_bytes){ (const uint8_t *)m->out.data, m->out.len };
}

static inline void maker_deinit(struct maker *m)
{
	vmc_str_deinit(&m->types);
	vmc_str_deinit(&m->strings);
	vmc_str_deinit(&m->out);
}

#define AUTO_MAKER vmc_cleanup(maker_deinit) struct maker
#define AUTO_TYPES vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *

#endif
