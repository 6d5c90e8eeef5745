/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds which of a few dozen words stand in a line, at a speed that does not
 * depend on their number (Wu and Manber, "A fast algorithm for multi-pattern
 * searching", 1994): the scan hops over most bytes of a log.
 */
#ifndef VMC_OOPS_SEARCH_H
#define VMC_OOPS_SEARCH_H

#include "oops/text.h"

#define SEARCH_WORDS_MAX 64
#define SEARCH_BITS 12

struct searcher {
	struct slice words[SEARCH_WORDS_MAX];
	size_t n;
	size_t shortest;
	uint8_t hop[1 << SEARCH_BITS];	 /* by the last two bytes of the window; 0: look closer */
	uint64_t ends[1 << SEARCH_BITS]; /* words whose head ends so */
};

/* Words of four bytes or more, SEARCH_WORDS_MAX at most (further ones are left out). */
void vmc_oops_searcher_init(struct searcher *s, const char *const *words, size_t n);
/* Next word at or after *at: its number, *at moved onto it; -1 for none. */
int vmc_oops_searcher_next(const struct searcher *s, struct slice text, size_t *at);

#endif
