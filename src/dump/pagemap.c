/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/pagemap.h"

#include <string.h>

#include "base/cleanup.h"

#define STRETCH_BITS 512u
#define STRETCH_BYTES (STRETCH_BITS / 8)
#define STRETCH_WORDS (STRETCH_BYTES / 8)
/* Counting reads this much at a time. */
#define CHUNK ((size_t)65536)

struct stretch {
	uint64_t word[STRETCH_WORDS]; /* bit n of the stretch is bit n % 64 of word n / 64 */
};

/* Bytes that the file lacks are zero. */
static void load(const struct vmc_pagemap *m, uint64_t number, struct stretch *ret)
{
	uint64_t offset = number * STRETCH_BYTES;
	uint8_t buf[STRETCH_BYTES], padded[STRETCH_BYTES] = { 0 };
	const uint8_t *p = NULL;
	size_t n;

	if (offset < m->bytes) {
		n = m->bytes - offset < STRETCH_BYTES ? (size_t)(m->bytes - offset) : STRETCH_BYTES;
		p = vmc_file_view(m->file, m->at + offset, n, buf);
		if (p && n < STRETCH_BYTES)
			p = memcpy(padded, p, n);
	}
	if (!p)
		p = padded;
	for (size_t i = 0; i < STRETCH_WORDS; i++)
		ret->word[i] = vmc_le64(p + 8 * i);
}

static unsigned int count_words(const struct stretch *s, size_t words)
{
	unsigned int n = 0;

	for (size_t i = 0; i < words; i++)
		n += (unsigned int)__builtin_popcountll(s->word[i]);
	return n;
}

#ifdef __x86_64__
/* The same with the instruction that every processor since 2008 has, but x86-64 does not promise.
 */
__attribute__((__target__("popcnt"))) static unsigned int count_words_popcnt(
	const struct stretch *s, size_t words)
{
	unsigned int n = 0;

	for (size_t i = 0; i < words; i++)
		n += (unsigned int)__builtin_popcountll(s->word[i]);
	return n;
}
#endif

static unsigned int count(const struct stretch *s, size_t words)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("popcnt"))
		return count_words_popcnt(s, words);
#endif
	return count_words(s, words);
}

/* Set bits among the first `bits` of the stretch; bits < 512. */
static unsigned int count_before(const struct stretch *s, unsigned int bits)
{
	struct stretch cut = *s;

	cut.word[bits / 64] &= ((uint64_t)1 << bits % 64) - 1;
	return count(&cut, bits / 64 + 1);
}

/* Adds the ranks of whole stretches [number, end), whose bytes the file has, chunk by chunk. */
static bool count_stretches(struct vmc_pagemap *m, uint64_t number, uint64_t end, uint64_t *sum)
{
	vmc_autofree uint8_t *buf = malloc(CHUNK);

	if (!buf || !vmc_vec_reserve(&m->ranks, (size_t)(end - number) + 1))
		return false;
	while (number < end) {
		uint64_t left = (end - number) * STRETCH_BYTES;
		size_t size = left < CHUNK ? (size_t)left : CHUNK;
		const uint8_t *p =
			vmc_file_view(m->file, m->at + number * STRETCH_BYTES, size, buf);

		for (size_t at = 0; at < size; at += STRETCH_BYTES, number++) {
			struct stretch s = { 0 };

			m->ranks.data[m->ranks.len++] = *sum;
			if (p)
				memcpy(&s, p + at, sizeof(s));
			*sum += count(&s, STRETCH_WORDS);
		}
	}
	m->ranks.data[m->ranks.len++] = *sum;
	return true;
}

bool vmc_pagemap_count(struct vmc_pagemap *m)
{
	uint64_t number = m->first / STRETCH_BITS, known = m->bytes * 8;
	uint64_t end = m->end < known ? m->end : known;
	uint64_t last = end / STRETCH_BITS;
	uint64_t sum = 0;
	struct stretch s;

	if (last < number)
		last = number;
	load(m, number, &s);
	/* bits before `first` in its stretch do not count: start below zero */
	sum -= count_before(&s, (unsigned int)(m->first % STRETCH_BITS));
	if (!count_stretches(m, number, last, &sum))
		return false;
	load(m, last, &s);
	m->n_set = end > m->first ? sum + count_before(&s, (unsigned int)(end % STRETCH_BITS)) : 0;
	return true;
}

void vmc_pagemap_deinit(struct vmc_pagemap *m)
{
	vmc_vec_free(&m->ranks);
}

bool vmc_pagemap_test(const struct vmc_pagemap *m, uint64_t bit, uint64_t *ret_rank)
{
	unsigned int low = (unsigned int)(bit % STRETCH_BITS);
	struct stretch s;

	load(m, bit / STRETCH_BITS, &s);
	if (!(s.word[low / 64] >> low % 64 & 1))
		return false;
	if (ret_rank)
		*ret_rank = m->ranks.data[bit / STRETCH_BITS - m->first / STRETCH_BITS] +
			    count_before(&s, low);
	return true;
}

uint64_t vmc_pagemap_find(const struct vmc_pagemap *m, uint64_t from, bool set)
{
	uint64_t known = m->bytes * 8, end = m->end < known ? m->end : known;
	struct stretch s;

	while (from < end) {
		load(m, from / STRETCH_BITS, &s);
		for (unsigned int i = from % STRETCH_BITS / 64; i < STRETCH_WORDS; i++) {
			uint64_t w = set ? s.word[i] : ~s.word[i];

			w &= UINT64_MAX << from % 64;
			if (w) {
				from = from / 64 * 64 + (unsigned int)__builtin_ctzll(w);
				return from < end ? from : m->end;
			}
			from = (from / 64 + 1) * 64;
		}
	}
	return m->end;
}
