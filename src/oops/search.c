/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/search.h"

static unsigned block_hash(const char *p)
{
	unsigned a = (unsigned char)p[0], b = (unsigned char)p[1];

	return (a * 37 + b * 1) & ((1u << SEARCH_BITS) - 1);
}

void vmc_oops_searcher_init(struct searcher *s, const char *const *words, size_t n)
{
	*s = (struct searcher){ .n = n < SEARCH_WORDS_MAX ? n : SEARCH_WORDS_MAX };
	s->shortest = SIZE_MAX;
	for (size_t i = 0; i < s->n; i++) {
		s->words[i] = slice_of(words[i]);
		if (s->words[i].n < s->shortest)
			s->shortest = s->words[i].n;
	}
	memset(s->hop, (int)(s->shortest - 1), sizeof(s->hop));
	for (size_t i = 0; i < s->n; i++)
		for (size_t at = 0; at + 2 <= s->shortest; at++) {
			unsigned h = block_hash(s->words[i].p + at);
			uint8_t hop = (uint8_t)(s->shortest - 2 - at);

			if (hop < s->hop[h])
				s->hop[h] = hop;
			if (!hop)
				s->ends[h] |= (uint64_t)1 << i;
		}
}

int vmc_oops_searcher_next(const struct searcher *s, struct slice text, size_t *at)
{
	size_t m = s->shortest;

	for (size_t pos = *at; pos < text.n && text.n - pos >= m;) {
		unsigned h = block_hash(text.p + pos + m - 2);
		uint64_t left = s->hop[h] ? 0 : s->ends[h];

		for (; left; left &= left - 1) {
			int i = __builtin_ctzll(left);
			struct slice w = s->words[i];

			if (w.n <= text.n - pos && memcmp(text.p + pos, w.p, w.n) == 0) {
				*at = pos;
				return i;
			}
		}
		pos += s->hop[h] ? s->hop[h] : 1;
	}
	return -1;
}
