/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growable string, and an arena for strings that live as long as a report.
 */
#ifndef VMC_BASE_STR_H
#define VMC_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/*
 * Bytes with a NUL behind them. When memory runs out the string stops growing
 * and `failed` stays set: the writer need not check each append.
 */
struct vmc_str {
	char *data; /* NULL as long as empty */
	size_t len;
	size_t cap;
	bool failed;
};

void vmc_str_add(struct vmc_str *s, const char *text);
void vmc_str_addn(struct vmc_str *s, const char *text, size_t len);
void vmc_str_addc(struct vmc_str *s, char c);
void vmc_str_addf(struct vmc_str *s, const char *fmt, ...) VMC_PRINTF(2, 3);
void vmc_str_addv(struct vmc_str *s, const char *fmt, va_list ap) VMC_PRINTF(2, 0);
/* The text, "" when empty; owned by the string. */
const char *vmc_str_text(const struct vmc_str *s);
/* Empties it, keeping the memory. */
void vmc_str_clear(struct vmc_str *s);
void vmc_str_deinit(struct vmc_str *s);
#define vmc_autostr vmc_cleanup(vmc_str_deinit)

/*
 * Appends at most `size` bytes of target memory as text up to the first NUL;
 * bytes that are not printable ASCII or valid UTF-8 are shown as \xNN.
 */
void vmc_str_add_untrusted(struct vmc_str *s, const void *bytes, size_t size);
/* The same of a string that ends with a NUL; nothing for NULL. */
void vmc_str_add_safe(struct vmc_str *s, const char *text);

bool vmc_str_starts(const char *s, const char *prefix);
bool vmc_str_ends(const char *s, const char *suffix);
static inline bool vmc_streq(const char *a, const char *b)
{
	return a == b || (a && b && __builtin_strcmp(a, b) == 0);
}

/* Allocations freed together. Zero-initialised is empty. */
struct vmc_arena {
	struct vmc_arena_block *blocks;
};

/* Zeroed memory, 16-byte aligned, NULL when memory is out. */
void *vmc_arena_alloc(struct vmc_arena *a, size_t size);
/* Copies; NULL in gives NULL out, and NULL when memory is out. */
char *vmc_arena_strdup(struct vmc_arena *a, const char *s);
char *vmc_arena_strndup(struct vmc_arena *a, const char *s, size_t len);
char *vmc_arena_printf(struct vmc_arena *a, const char *fmt, ...) VMC_PRINTF(2, 3);
void vmc_arena_deinit(struct vmc_arena *a);

#endif
