/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which fixed texts a line must have so that a pattern can match it, read off
 * the pattern's own text. It errs on the side of saying less: a construct that
 * it does not know for certain gives no literals at all.
 */
#ifndef VMC_KNOWLEDGE_LITERAL_H
#define VMC_KNOWLEDGE_LITERAL_H

#include "base/error.h"
#include "base/str.h"
#include "knowledge/rule.h"

/* Shorter ones stand in every other line and filter nothing. */
#define VMC_LITERAL_MIN 4
#define VMC_LITERAL_MAX 24

/*
 * Literals of a PCRE2 pattern, ASCII letters in lower case (so that they hold
 * for (?i) as well): every match has at least one of them in it. Each is at
 * least VMC_LITERAL_MIN bytes long, and cut to VMC_LITERAL_MAX.
 * VMC_BAD_FORMAT where the pattern has none.
 */
struct vmc_error *vmc_literals_of(const char *pattern, struct vmc_arena *arena,
				  struct vmc_strings *ret) VMC_MUST_CHECK;

static inline unsigned char vmc_literal_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

#endif
