/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF, alone and as the split BTF of a small base (where the first byte is odd): opens
 * it, then looks at every type that can be reached by name, as a session would.
 */
#include "debug/types/btf-index.h"
#include "debug/types/btf.h"
#include "types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "int" and "struct list { int next; }" */
static const uint8_t base_btf[] = {
	0x9f, 0xeb, 1, 0, 24, 0,   0,	0,   0, 0,   0,	  0,   40,  0, 0,   0,	 40,  0,   0, 0,
	15,   0,    0, 0, 1,  0,   0,	0,   0, 0,   0,	  1,   4,   0, 0,   0,	 32,  0,   0, 1,
	5,    0,    0, 0, 1,  0,   0,	4,   4, 0,   0,	  0,   10,  0, 0,   0,	 1,   0,   0, 0,
	0,    0,    0, 0, 0,  'i', 'n', 't', 0, 'l', 'i', 's', 't', 0, 'n', 'e', 'x', 't', 0,
};

static void look_at_all(struct vmc_types *g, const struct btf_index *x)
{
	int64_t value;

	for (uint32_t i = 0; i < x->named.len && i < NAMES_MAX; i++) {
		struct btf_record r;
		struct vmc_error *err =
			btf_index_record(x, x->first_id + x->named.data[i].id, &r);

		vmc_error_free(err);
		if (!err)
			look_around(g, btf_index_string(x, r.name), i % 2 ? " *" : "");
	}
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
		look_at_all(g, &x);
		btf_index_deinit(&x);
	}
	btf_index_deinit(&base_index);
	return 0;
}
