/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF, alone and as the split BTF of a small base (where the first byte is odd): opens
 * it, then looks at every type that can be reached by name, as a session would.
 */
#include <string.h>

#include "base/str.h"
#include "debug/types/btf-index.h"
#include "debug/types/btf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Types looked at: mutations of one seed should not take seconds. */
#define TYPES_MAX 200
#define ELEMENTS_MAX 20

/* "int" and "struct list { int next; }" */
static const uint8_t base_btf[] = {
	0x9f, 0xeb, 1, 0, 24, 0,   0,	0,   0, 0,   0,	  0,   40,  0, 0,   0,	 40,  0,   0, 0,
	15,   0,    0, 0, 1,  0,   0,	0,   0, 0,   0,	  1,   4,   0, 0,   0,	 32,  0,   0, 1,
	5,    0,    0, 0, 1,  0,   0,	4,   4, 0,   0,	  0,   10,  0, 0,   0,	 1,   0,   0, 0,
	0,    0,    0, 0, 0,  'i', 'n', 't', 0, 'l', 'i', 's', 't', 0, 'n', 'e', 'x', 't', 0,
};

static void look_at(const struct vmc_type *t)
{
	vmc_autostr struct vmc_str s = { 0 };
	const struct vmc_type *other;
	struct vmc_enumerator e;
	struct vmc_member m;

	vmc_error_free(vmc_type_spell(t, &s));
	vmc_error_free(vmc_type_strip(t, &other));
	vmc_error_free(vmc_type_target(t, &other));
	vmc_error_free(vmc_type_enumerator_at(t, 0, &e));
	for (uint32_t i = 0; i < t->n_members && i < ELEMENTS_MAX; i++) {
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		vmc_error_free(err);
		if (err)
			continue;
		vmc_error_free(vmc_type_spell(m.type, &s));
		if (strlen(m.name) < 100)
			vmc_error_free(vmc_type_path(t, m.name, &m));
	}
	vmc_error_free(vmc_type_path(t, "a.b[1].next", &m));
	vmc_error_free(vmc_type_path(t, "no_such_member", &m));
}

static void look_around(struct vmc_types *g, const struct btf_index *x)
{
	static const char *const prefixes[] = { "struct ", "union ", "enum ", "" };
	int64_t value;

	for (uint32_t i = 0; i < x->named.len && i < TYPES_MAX; i++) {
		vmc_autostr struct vmc_str name = { 0 };
		const struct vmc_type *t;
		struct btf_record r;

		vmc_error_free(btf_index_record(x, x->first_id + x->named.data[i].id, &r));
		for (size_t p = 0; p < VMC_ARRAY_SIZE(prefixes); p++) {
			struct vmc_error *err;

			vmc_str_clear(&name);
			vmc_str_add(&name, prefixes[p]);
			vmc_str_add(&name, btf_index_string(x, r.name));
			vmc_str_add(&name, i % 2 ? " *" : "");
			err = vmc_types_find(g, vmc_str_text(&name), &t);
			vmc_error_free(err);
			if (!err)
				look_at(t);
		}
		vmc_error_free(vmc_types_variable(g, btf_index_string(x, r.name), &t));
	}
	vmc_error_free(vmc_types_enumerator(g, NULL, "ONE", &value));
	vmc_error_free(vmc_types_enumerator(g, "e", "ONE", &value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *base = NULL;
	vmc_cleanup(vmc_cleanup_typesp) struct vmc_types *g = NULL;
	struct vmc_bytes b = { data + 1, size - 1 };
	struct btf_index x, base_index;
	struct vmc_error *err;
	bool split;

	if (!size)
		return 0;
	split = data[0] & 1;
	vmc_btf_size(b);
	err = btf_index_init(&base_index, (struct vmc_bytes){ base_btf, sizeof(base_btf) }, NULL);
	vmc_error_free(err);
	if (err)
		__builtin_trap();
	vmc_error_free(
		vmc_btf_open((struct vmc_bytes){ base_btf, sizeof(base_btf) }, false, NULL, &base));
	err = vmc_btf_open(b, data[0] & 2, split ? base : NULL, &g);
	vmc_error_free(err);
	if (!err) {
		vmc_error_free(btf_index_init(&x, b, split ? &base_index : NULL));
		look_around(g, &x);
		btf_index_deinit(&x);
	}
	btf_index_deinit(&base_index);
	return 0;
}
