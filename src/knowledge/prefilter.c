/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/prefilter.h"

#include <string.h>

#include "knowledge/literal.h"

/* Four bytes with all letters small; other bytes may coincide, which the comparison sorts out. */
static uint32_t gram_at(const char *p)
{
	return vmc_le32(p) | 0x20202020u;
}

static uint32_t hash_of(uint32_t gram)
{
	return gram * 2654435761u >> (32 - VMC_PREFILTER_BITS);
}

/* How often a byte stands in log text, roughly. */
static unsigned int commonness(char c)
{
	static const char order[] = "qzjxkwyvgbfhpmu9876ldc54r3sno2i1t.a[]:0e ";
	const char *at = strchr(order, c);

	return at ? (unsigned int)(at - order) : 5;
}

/* Where the rarest four bytes of a word are. */
static uint32_t rarest(const char *word, size_t len)
{
	unsigned int least = UINT32_MAX;
	uint32_t ret = 0;

	for (uint32_t i = 0; i + VMC_PREFILTER_GRAM <= len; i++) {
		unsigned int sum = 0;

		for (uint32_t k = 0; k < VMC_PREFILTER_GRAM; k++)
			sum += commonness(word[i + k]);
		if (sum < least) {
			least = sum;
			ret = i;
		}
	}
	return ret;
}

static bool add(struct vmc_prefilter *f, const struct vmc_prefilter_word *w)
{
	struct vmc_prefilter_entry e = { .text = w->text,
					 .len = (uint32_t)strlen(w->text),
					 .owner = w->owner };
	uint32_t h;

	if (e.len < VMC_PREFILTER_GRAM)
		return true;
	e.at = rarest(e.text, e.len);
	h = hash_of(gram_at(e.text + e.at));
	e.next = f->first[h];
	f->first[h] = (uint32_t)f->entries.len;
	f->bits[h / 64] |= (uint64_t)1 << h % 64;
	return vmc_vec_push(&f->entries, e);
}

struct vmc_error *vmc_prefilter_new(const struct vmc_prefilter_word *words, size_t n,
				    struct vmc_prefilter **ret)
{
	struct vmc_prefilter *f = calloc(1, sizeof(*f));
	/* index 0 means none */
	bool ok = f && vmc_vec_push(&f->entries, (struct vmc_prefilter_entry){ 0 });

	for (size_t i = 0; ok && i < n; i++)
		ok = add(f, &words[i]);
	if (!ok) {
		vmc_prefilter_free(f);
		return vmc_error_no_memory();
	}
	*ret = f;
	return NULL;
}

static bool same(const char *text, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((char)vmc_literal_fold((unsigned char)text[i]) != word[i])
			return false;
	}
	return true;
}

/* Whole words whose rarest bytes have this hash; those are at text + pos. */
static void compare(const struct vmc_prefilter *f, uint32_t h, const char *text, size_t len,
		    size_t pos, uint64_t *owners)
{
	for (uint32_t i = f->first[h]; i; i = f->entries.data[i].next) {
		const struct vmc_prefilter_entry *e = &f->entries.data[i];

		if (e->at <= pos && e->len <= len - (pos - e->at) &&
		    same(text + pos - e->at, e->text, e->len))
			owners[e->owner / 64] |= (uint64_t)1 << e->owner % 64;
	}
}

void vmc_prefilter_find(const struct vmc_prefilter *f, const char *text, size_t len,
			uint64_t *owners)
{
	for (size_t pos = 0; pos + VMC_PREFILTER_GRAM <= len; pos++) {
		uint32_t h = hash_of(gram_at(text + pos));

		if (f->bits[h / 64] >> h % 64 & 1)
			compare(f, h, text, len, pos, owners);
	}
}

void vmc_prefilter_free(struct vmc_prefilter *f)
{
	if (f)
		vmc_vec_free(&f->entries);
	free(f);
}
