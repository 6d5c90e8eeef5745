/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/vec.h"

#define ARENA_BLOCK 16384

static bool reserve(struct vmc_str *s, size_t more)
{
	if (s->failed || more > SIZE_MAX - s->len - 1 ||
	    !vmc_vec_reserve_raw((void **)&s->data, &s->cap, s->len + more + 1, 1)) {
		s->failed = true;
		return false;
	}
	return true;
}

void vmc_str_addn(struct vmc_str *s, const char *text, size_t len)
{
	if (!reserve(s, len))
		return;
	if (len)
		memcpy(s->data + s->len, text, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void vmc_str_add(struct vmc_str *s, const char *text)
{
	vmc_str_addn(s, text, strlen(text));
}

void vmc_str_addc(struct vmc_str *s, char c)
{
	vmc_str_addn(s, &c, 1);
}

void vmc_str_addv(struct vmc_str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0 && reserve(s, (size_t)n)) {
		vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
		s->len += (size_t)n;
	}
	va_end(again);
}

void vmc_str_addf(struct vmc_str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(s, fmt, ap);
	va_end(ap);
}

const char *vmc_str_text(const struct vmc_str *s)
{
	return s->data ? s->data : "";
}

void vmc_str_clear(struct vmc_str *s)
{
	s->len = 0;
	s->failed = false;
	if (s->data)
		s->data[0] = '\0';
}

void vmc_str_deinit(struct vmc_str *s)
{
	free(s->data);
	*s = (struct vmc_str){ 0 };
}

/* Length of the valid UTF-8 sequence at p (at most `left` bytes), 0 where there is none. */
static size_t utf8_len(const uint8_t *p, size_t left)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	uint32_t c;

	if (!n || n > left)
		return 0;
	c = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

void vmc_str_add_untrusted(struct vmc_str *s, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < size && p[i];) {
		size_t n = p[i] >= 0x20 && p[i] < 0x7f ? 1 : utf8_len(p + i, size - i);

		if (n) {
			vmc_str_addn(s, (const char *)p + i, n);
			i += n;
		} else {
			vmc_str_addf(s, "\\x%02x", p[i++]);
		}
	}
}

void vmc_str_add_safe(struct vmc_str *s, const char *text)
{
	if (text)
		vmc_str_add_untrusted(s, text, strlen(text));
}

bool vmc_str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool vmc_str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

struct vmc_arena_block {
	struct vmc_arena_block *next;
	size_t used;
	size_t size;
	size_t pad; /* keeps the data 16-byte aligned */
	uint8_t data[];
};

void *vmc_arena_alloc(struct vmc_arena *a, size_t size)
{
	struct vmc_arena_block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX - 64)
		return NULL;
	size = (size + 15) & ~(size_t)15;
	if (!b || size > b->size - b->used) {
		size_t block = size > ARENA_BLOCK ? size : ARENA_BLOCK;

		if (block > SIZE_MAX - sizeof(*b))
			return NULL;
		b = calloc(1, sizeof(*b) + block);
		if (!b)
			return NULL;
		b->size = block;
		b->next = a->blocks;
		a->blocks = b;
	}
	p = b->data + b->used;
	b->used += size;
	return p;
}

char *vmc_arena_strndup(struct vmc_arena *a, const char *s, size_t len)
{
	char *p = vmc_arena_alloc(a, len + 1);

	if (p && len)
		memcpy(p, s, len);
	return p;
}

char *vmc_arena_strdup(struct vmc_arena *a, const char *s)
{
	return s ? vmc_arena_strndup(a, s, strlen(s)) : NULL;
}

char *vmc_arena_printf(struct vmc_arena *a, const char *fmt, ...)
{
	vmc_autostr struct vmc_str s = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&s, fmt, ap);
	va_end(ap);
	return s.failed ? NULL : vmc_arena_strndup(a, vmc_str_text(&s), s.len);
}

void vmc_arena_deinit(struct vmc_arena *a)
{
	while (a->blocks) {
		struct vmc_arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
}
