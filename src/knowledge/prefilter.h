/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of many words stand in a line, at a speed that hardly depends on their
 * number: of each word the four bytes that are rarest in log text are kept as
 * a bit in a small table, which is asked at every position of the line; only
 * where the bit is set are whole words compared. Unlike an automaton no step
 * waits for the one before. ASCII letters match in either case.
 */
#ifndef VMC_KNOWLEDGE_PREFILTER_H
#define VMC_KNOWLEDGE_PREFILTER_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/vec.h"

#define VMC_PREFILTER_GRAM 4
#define VMC_PREFILTER_BITS 16

struct vmc_prefilter_word {
	const char *text; /* folded (vmc_literal_fold()), borrowed, at least VMC_PREFILTER_GRAM */
	uint32_t owner;
};

struct vmc_prefilter_entry {
	const char *text;
	uint32_t len, at; /* `at`: of the four bytes in the word */
	uint32_t owner;
	uint32_t next; /* of the same hash; 0 none */
};

struct vmc_prefilter {
	uint64_t bits[(1u << VMC_PREFILTER_BITS) / 64];
	uint32_t first[1u << VMC_PREFILTER_BITS]; /* by hash: index into entries, 0 none */
	VMC_VEC(struct vmc_prefilter_entry) entries;
};

/* Words that are too short are left out. */
struct vmc_error *vmc_prefilter_new(const struct vmc_prefilter_word *words, size_t n,
				    struct vmc_prefilter **ret) VMC_MUST_CHECK;
/* Sets bit `owner` of `owners` for each word in the text. */
void vmc_prefilter_find(const struct vmc_prefilter *f, const char *text, size_t len,
			uint64_t *owners);
void vmc_prefilter_free(struct vmc_prefilter *f);

#endif
