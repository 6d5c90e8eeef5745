/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lays out kallsyms tables as scripts/kallsyms.c of several ages would, in a
 * piece of memory of its own.
 */
#ifndef VMC_TESTS_KALLSYMS_MAKER_H
#define VMC_TESTS_KALLSYMS_MAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug/symbols/kallsyms-internal.h"
#include "debug/symbols/kallsyms.h"

#define MAKER_SIZE ((size_t)1 << 20)
#define MAKER_STEXT 0xffffffff9a000000u
#define MAKER_PERCPU 100u /* so many symbols of a kernel with per-CPU offsets are absolute */

/* What differs between kernels. */
struct maker_layout {
	const char *name;
	enum vmc_kallsyms_encoding encoding;
	bool values_last; /* 6.4: offsets behind token_index */
	bool seqs_before; /* 6.2: seqs_of_names before token_table */
	bool narrow;	  /* before 6.1: one byte for every length */
	unsigned int align;
	unsigned int marker_width;
};

static const struct maker_layout maker_layouts[] = {
	{ "4.4", VMC_KALLSYMS_ADDRESS, .align = 8, .marker_width = 8, .narrow = true },
	{ "4.19", VMC_KALLSYMS_PERCPU, .align = 8, .marker_width = 8, .narrow = true },
	{ "5.10", VMC_KALLSYMS_PERCPU, .align = 8, .marker_width = 4, .narrow = true },
	{ "5.10 arm64", VMC_KALLSYMS_BASE, .align = 8, .marker_width = 4, .narrow = true },
	{ "5.10 no base", VMC_KALLSYMS_ADDRESS, .align = 8, .marker_width = 4, .narrow = true },
	{ "6.1", VMC_KALLSYMS_PERCPU, .align = 8, .marker_width = 4 },
	{ "6.2", VMC_KALLSYMS_PERCPU, .seqs_before = true, .align = 8, .marker_width = 4 },
	{ "6.12", VMC_KALLSYMS_PERCPU, .values_last = true, .align = 8, .marker_width = 4 },
	{ "6.12 no base", VMC_KALLSYMS_ADDRESS, .values_last = true, .align = 8,
	  .marker_width = 4 },
	{ "6.15", VMC_KALLSYMS_BASE, .values_last = true, .align = 8, .marker_width = 4 },
	{ "7.0", VMC_KALLSYMS_PLACE, .values_last = true, .align = 8, .marker_width = 4 },
	{ "7.2", VMC_KALLSYMS_PLACE, .values_last = true, .align = 4, .marker_width = 4 },
};

/* A piece of memory with holes, and the tables in it. */
struct maker {
	uint8_t *data;
	size_t size;
	uint64_t addr;
	struct vmc_kallsyms_tables tables;
	uint64_t hole, hole_end; /* not readable */
	size_t reads;
};

static inline void maker_put(struct maker *m, const void *bytes, size_t n)
{
	if (m->size + n > MAKER_SIZE)
		abort();
	memcpy(m->data + m->size, bytes, n);
	m->size += n;
}

static inline void maker_u(struct maker *m, uint64_t v, size_t width)
{
	maker_put(m, &v, width);
}

static inline uint64_t maker_align(struct maker *m, unsigned int to)
{
	while ((m->addr + m->size) % to)
		maker_u(m, 0, 1);
	return m->addr + m->size;
}

/* The i-th symbol: names of all lengths, addresses with gaps. */
static inline char maker_symbol(const struct maker_layout *l, size_t i, char *name, size_t size,
				uint64_t *addr)
{
	size_t n;

	if (l->encoding == VMC_KALLSYMS_PERCPU && i < MAKER_PERCPU) {
		snprintf(name, size, "percpu_%zu", i);
		*addr = i * 64;
		return 'A';
	}
	if (l->encoding == VMC_KALLSYMS_PERCPU)
		i -= MAKER_PERCPU;
	*addr = MAKER_STEXT + i * 112;
	if (i == 0) {
		snprintf(name, size, "_stext");
		return 'T';
	}
	n = (size_t)snprintf(name, size, "__do_sys_%c_%zu.isra.0", "QWERTY"[i % 6], i);
	/* incompressible: its length needs a second byte */
	for (; i % 1000 == 999 && n < 300 && !l->narrow; n++)
		name[n] = "abcdefghijklmnopqrstuvwxyzABCDEFG"[n * 7 % 33];
	for (; i % 1000 == 998 && l->narrow && n < 160; n++)
		name[n] = "abcdefghijklmnopqrstuvwxyzABCDEFG"[n * 7 % 33];
	name[n] = 0;
	return i % 3 ? 't' : 'T';
}

static const char *const maker_tokens[] = { "__do_", "sys_", ".isra.", "percpu", "T__do_sys_" };
#define MAKER_FIRST_TOKEN 128u

static inline size_t maker_token(uint8_t t, char *text)
{
	if (t >= MAKER_FIRST_TOKEN && t - MAKER_FIRST_TOKEN < VMC_ARRAY_SIZE(maker_tokens))
		return (size_t)sprintf(text, "%s", maker_tokens[t - MAKER_FIRST_TOKEN]);
	/* unused codes have an empty token */
	if (t < '$' || t > 'z')
		return (size_t)sprintf(text, "%s", "");
	return (size_t)sprintf(text, "%c", t);
}

static inline size_t maker_encode(const char *text, uint8_t *out)
{
	size_t n = 0;

	while (*text) {
		uint8_t best = (uint8_t)*text;
		size_t len = 1;

		for (size_t k = 0; k < VMC_ARRAY_SIZE(maker_tokens); k++) {
			size_t l = strlen(maker_tokens[k]);

			if (l > len && !strncmp(text, maker_tokens[k], l)) {
				best = (uint8_t)(MAKER_FIRST_TOKEN + k);
				len = l;
			}
		}
		out[n++] = best;
		text += len;
	}
	return n;
}

static inline void maker_values(struct maker *m, const struct maker_layout *l, size_t n)
{
	uint64_t place = maker_align(m, l->align), addr;
	char name[1024];

	if (l->encoding == VMC_KALLSYMS_ADDRESS)
		m->tables.addresses = place;
	else
		m->tables.offsets = place;
	for (size_t i = 0; i < n; i++) {
		char type = maker_symbol(l, i, name, sizeof(name), &addr);

		if (l->encoding == VMC_KALLSYMS_ADDRESS)
			maker_u(m, addr, 8);
		else if (l->encoding == VMC_KALLSYMS_PLACE)
			maker_u(m, addr - (place + i * 4), 4);
		else if (l->encoding == VMC_KALLSYMS_BASE)
			maker_u(m, addr - MAKER_STEXT, 4);
		else
			maker_u(m, type == 'A' ? addr : MAKER_STEXT - 1 - addr, 4);
	}
	if (l->encoding == VMC_KALLSYMS_BASE || l->encoding == VMC_KALLSYMS_PERCPU) {
		m->tables.relative_base = maker_align(m, 8);
		maker_u(m, MAKER_STEXT, 8);
	}
}

static inline void maker_seqs(struct maker *m, size_t n)
{
	maker_align(m, 8);
	for (size_t i = 0; i < n; i++) {
		uint32_t seq = (uint32_t)(i * 7919 % n);
		uint8_t be[3] = { (uint8_t)(seq >> 16), (uint8_t)(seq >> 8), (uint8_t)seq };

		maker_put(m, be, 3);
	}
}

static inline void maker_names(struct maker *m, const struct maker_layout *l, size_t n)
{
	uint64_t *markers = calloc(n / 256 + 1, sizeof(*markers));

	m->tables.num_syms = maker_align(m, l->align);
	maker_u(m, n, l->marker_width);
	m->tables.names = maker_align(m, l->align);
	for (size_t i = 0; i < n; i++) {
		char text[1025];
		uint8_t code[1024];
		uint64_t addr;
		size_t len;

		text[0] = maker_symbol(l, i, text + 1, sizeof(text) - 1, &addr);
		len = maker_encode(text, code);
		if (i % 256 == 0)
			markers[i / 256] = m->addr + m->size - m->tables.names;
		if (l->narrow || len < 0x80)
			maker_u(m, len, 1);
		else
			maker_u(m, (len & 0x7f) | 0x80 | len >> 7 << 8, 2);
		maker_put(m, code, len);
	}
	maker_align(m, l->align);
	for (size_t i = 0; i < (n + 255) / 256; i++)
		maker_u(m, markers[i], l->marker_width);
	free(markers);
}

static inline void maker_token_tables(struct maker *m, const struct maker_layout *l)
{
	uint16_t index[256];
	uint64_t table = maker_align(m, l->align);

	m->tables.token_table = table;
	for (unsigned int t = 0; t < 256; t++) {
		char text[32];

		index[t] = (uint16_t)(m->addr + m->size - table);
		maker_put(m, text, maker_token((uint8_t)t, text) + 1);
	}
	m->tables.token_index = maker_align(m, l->align);
	maker_put(m, index, sizeof(index));
}

/* Makes the tables of n symbols from `addr` on, with other data before and behind. */
static inline void maker_init(struct maker *m, const struct maker_layout *l, size_t n,
			      uint64_t addr)
{
	static const char noise[] = "other\0constant\0data 0 1 2 3 4 5 6 7 8 9";

	*m = (struct maker){ .data = calloc(1, MAKER_SIZE), .addr = addr };
	if (!m->data)
		abort();
	maker_put(m, noise, sizeof(noise));
	if (!l->values_last)
		maker_values(m, l, n);
	maker_names(m, l, n);
	if (l->seqs_before)
		maker_seqs(m, n);
	maker_token_tables(m, l);
	if (l->values_last) {
		maker_values(m, l, n);
		maker_seqs(m, n);
	}
	maker_put(m, noise, sizeof(noise));
	maker_align(m, 4096); /* memory ends with a page */
}

static inline void maker_deinit(struct maker *m)
{
	free(m->data);
}

static inline struct vmc_error *maker_read(void *ctx, uint64_t addr, void *buf, size_t size)
{
	struct maker *m = ctx;

	m->reads++;
	if (addr < m->addr || !vmc_range_ok(addr - m->addr, size, m->size) ||
	    (addr < m->hole_end && addr + size > m->hole))
		return vmc_error_new(VMC_UNMAPPED, "%llx", (unsigned long long)addr);
	memcpy(buf, m->data + (addr - m->addr), size);
	return NULL;
}

#endif
