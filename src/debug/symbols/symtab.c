/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns instead of an array of structures: a kernel has 150,000 symbols, and
 * a lookup touches the addresses only. Names lie one behind the other in one
 * pool, in the order in which they came.
 *
 * Absolute symbols (type A: constants of the linker script, and the per-CPU
 * variables of x86 before 6.15, whose "addresses" are offsets from 0) stand in
 * front: KASLR does not move them, and an address is explained by one of them
 * only when no other symbol will do. Behind them come the relocatable ones,
 * which all move together: their addresses are kept without the shift.
 *
 *     index    0 .. n_abs - 1        n_abs .. finished - 1     .. len - 1
 *              absolute, by address  relocatable, by address   added, not finished
 */
#include "debug/symbols/symtab.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define NAME_MAX_LEN 1023u
/* Names are found by a 32-bit offset; far below that no real table has so many bytes. */
#define POOL_MAX (256u << 20)
#define SYMBOLS_MAX (16u << 20)
/*
 * Up to the next symbol is the size of one that came without. Over a hole wider
 * than any object of a kernel (the BTF of a large one has 30 MiB) it is not:
 * between the per-CPU offsets and the text lie 2^64 bytes.
 */
#define GAP_MAX ((uint64_t)64 << 20)
/* What a symbol of unknown size is believed to cover (the last of the table, or before a hole). */
#define UNKNOWN_REACH ((uint64_t)64 << 10)
/* How many symbols that ended too early are passed over to find an outer one that covers. */
#define LOOK_BACK 32
#define NONE UINT32_MAX

struct vmc_symtab {
	char *pool;
	size_t pool_len, pool_cap;

	uint64_t *addrs; /* without delta */
	uint32_t *names; /* offsets into pool */
	uint32_t *sizes; /* 0 unknown; NULL as long as no size was given */
	char *types;
	size_t len, cap;

	size_t finished; /* lookups see the symbols below this only */
	size_t n_abs;
	uint64_t delta; /* to add to the address of a relocatable symbol */

	/* by name: hash -> first index, then the chain in address order */
	uint32_t *heads, *next;
	size_t n_heads; /* a power of two, or 0 */
};

struct vmc_symtab *vmc_symtab_new(void)
{
	return calloc(1, sizeof(struct vmc_symtab));
}

void vmc_symtab_free(struct vmc_symtab *t)
{
	if (!t)
		return;
	free(t->pool);
	free(t->addrs);
	free(t->names);
	free(t->sizes);
	free(t->types);
	free(t->heads);
	free(t->next);
	free(t);
}

static bool is_absolute(char type)
{
	return type == 'A' || type == 'a';
}

static bool resize(void *pp, size_t n, size_t size)
{
	void **p = pp, *q = realloc(*p, n * size);

	if (q)
		*p = q;
	return q;
}

/* Makes room for `want` symbols in every column. */
static bool resize_columns(struct vmc_symtab *t, size_t want)
{
	if (!resize(&t->addrs, want, sizeof(*t->addrs)) ||
	    !resize(&t->names, want, sizeof(*t->names)) ||
	    !resize(&t->types, want, sizeof(*t->types)) ||
	    (t->sizes && !resize(&t->sizes, want, sizeof(*t->sizes))))
		return false;
	t->cap = want;
	return true;
}

static bool resize_pool(struct vmc_symtab *t, size_t want)
{
	if (!resize(&t->pool, want, 1))
		return false;
	t->pool_cap = want;
	return true;
}

struct vmc_error *vmc_symtab_reserve(struct vmc_symtab *t, size_t symbols, size_t name_bytes)
{
	if (symbols > SYMBOLS_MAX - t->len || name_bytes > POOL_MAX - t->pool_len)
		return NULL; /* only a hint: adding will tell where the limit is */
	if (symbols > t->cap - t->len && !resize_columns(t, t->len + symbols))
		return vmc_error_no_memory();
	if (name_bytes > t->pool_cap - t->pool_len && !resize_pool(t, t->pool_len + name_bytes))
		return vmc_error_no_memory();
	return NULL;
}

static struct vmc_error *grow(struct vmc_symtab *t, size_t len)
{
	if (t->len >= SYMBOLS_MAX)
		return vmc_error_new(VMC_LIMIT, "more than %u symbols in one table", SYMBOLS_MAX);
	if (len + 1 > POOL_MAX - t->pool_len)
		return vmc_error_new(VMC_LIMIT, "more than %u MiB of symbol names", POOL_MAX >> 20);
	if (t->len == t->cap && !resize_columns(t, t->cap ? t->cap * 2 : 256))
		return vmc_error_no_memory();
	while (len + 1 > t->pool_cap - t->pool_len)
		if (!resize_pool(t, t->pool_cap ? t->pool_cap * 2 : 4096))
			return vmc_error_no_memory();
	return NULL;
}

struct vmc_error *vmc_symtab_add(struct vmc_symtab *t, const char *name, size_t len, uint64_t addr,
				 uint64_t size, char type)
{
	size_t i = t->len, at;

	if (len > NAME_MAX_LEN)
		len = NAME_MAX_LEN;
	if (i == t->cap || len + 1 > t->pool_cap - t->pool_len)
		VMC_TRY(grow(t, len));
	if (size && !t->sizes) {
		t->sizes = calloc(t->cap, sizeof(*t->sizes));
		if (!t->sizes)
			return vmc_error_no_memory();
	}
	/* a name written to the room stays where it is */
	at = (size_t)((uintptr_t)name - (uintptr_t)t->pool);
	if (at < t->pool_len || at > t->pool_cap - len - 1) {
		at = t->pool_len;
		/* not memcpy: gcc makes a slow "rep movs" of it, as it knows len to be small */
		memmove(t->pool + at, name, len);
	}
	t->pool[at + len] = 0;
	t->names[i] = (uint32_t)at;
	t->pool_len = at + len + 1;
	t->addrs[i] = is_absolute(type) ? addr : addr - t->delta;
	t->types[i] = type;
	if (t->sizes)
		t->sizes[i] = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	t->len++;
	return NULL;
}

char *vmc_symtab_room(struct vmc_symtab *t)
{
	if (VMC_SYMTAB_ROOM > t->pool_cap - t->pool_len) {
		vmc_autoerror struct vmc_error *err = grow(t, VMC_SYMTAB_ROOM - 1);

		if (err)
			return NULL;
	}
	return t->pool + t->pool_len;
}

/* "__start_x", "__stop_x", "__x_end": names that the linker script lays over a real object. */
static bool is_linker_name(const char *name)
{
	return name[0] == '_' && name[1] == '_' &&
	       (vmc_str_starts(name, "__start_") || vmc_str_starts(name, "__stop_") ||
		vmc_str_starts(name, "__end_") || vmc_str_ends(name, "_start") ||
		vmc_str_ends(name, "_end"));
}

/*
 * Which of several symbols at one address names it best: the smaller the
 * better. The order is the one of compare_symbols() in scripts/kallsyms.c, so that
 * a symbol here has the name which the running kernel itself printed.
 */
static uint8_t rank_of(const char *name, char type)
{
	uint8_t rank = 0;

	if (name[0] == '$' || (name[0] == '.' && name[1] == 'L'))
		return 48; /* mapping symbols and assembler labels */
	if (strchr("wWvV", type))
		rank = 32;
	if (is_linker_name(name))
		rank += 8;
	for (int i = 0; i < 7 && name[i] == '_'; i++)
		rank++;
	return rank;
}

static uint8_t rank_at(const struct vmc_symtab *t, uint32_t i)
{
	return rank_of(t->pool + t->names[i], t->types[i]);
}

/* Few symbols share an address, and mostly stand right: orders [from, to) by rank, stable. */
static void sort_aliases(const struct vmc_symtab *t, uint32_t *order, size_t from, size_t to)
{
	uint8_t ranks[LOOK_BACK];

	for (size_t i = from; i < to; i++) {
		uint32_t it = order[i];
		uint8_t rank = rank_at(t, it);
		size_t j = i;

		for (; j > from && ranks[j - 1 - from] > rank; j--) {
			order[j] = order[j - 1];
			ranks[j - from] = ranks[j - 1 - from];
		}
		order[j] = it;
		ranks[j - from] = rank;
	}
}

/* The same for thousands at one address: 5.10 has 8,600 names of an emptied section. */
static bool sort_many_aliases(const struct vmc_symtab *t, uint32_t *order, size_t from, size_t to)
{
	size_t at[UINT8_MAX + 1] = { 0 }, sum = 0;
	vmc_autofree uint32_t *sorted = malloc((to - from) * sizeof(*sorted));

	if (!sorted)
		return false;
	for (size_t i = from; i < to; i++)
		at[rank_at(t, order[i])]++;
	for (size_t rank = 0; rank < VMC_ARRAY_SIZE(at); rank++) {
		size_t n = at[rank];

		at[rank] = sum;
		sum += n;
	}
	for (size_t i = from; i < to; i++)
		sorted[at[rank_at(t, order[i])]++] = order[i];
	memcpy(order + from, sorted, (to - from) * sizeof(*sorted));
	return true;
}

/*
 * The order of a table that came sorted but for its absolute symbols, which is
 * how a kernel keeps it. False when it is not so: then sort_any() is in order.
 */
static bool sort_sorted(const struct vmc_symtab *t, uint32_t *order, size_t n_abs)
{
	size_t at[2] = { n_abs, 0 }, run = 0;
	uint64_t last[2] = { 0, 0 };

	for (size_t i = 0; i < t->len; i++) {
		int abs = is_absolute(t->types[i]);

		if (t->addrs[i] < last[abs])
			return false;
		last[abs] = t->addrs[i];
		order[at[abs]++] = (uint32_t)i;
	}
	for (size_t i = 1; i <= t->len; i++) {
		if (i < t->len && i != n_abs && t->addrs[order[i]] == t->addrs[order[run]])
			continue;
		if (i - run > LOOK_BACK && !sort_many_aliases(t, order, run, i))
			return false;
		if (i - run > 1 && i - run <= LOOK_BACK)
			sort_aliases(t, order, run, i);
		run = i;
	}
	return true;
}

struct item {
	uint64_t key;
	uint32_t index;
};

/* One stable pass over eight bits of the key; skipped (false) when they are the same everywhere. */
static bool radix_pass(const struct item *from, struct item *to, size_t n, unsigned int shift)
{
	size_t count[256] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		count[from[i].key >> shift & 0xff]++;
	if (n && count[from[0].key >> shift & 0xff] == n)
		return false;
	for (int d = 0; d < 256; d++) {
		size_t c = count[d];

		count[d] = sum;
		sum += c;
	}
	for (size_t i = 0; i < n; i++)
		to[count[from[i].key >> shift & 0xff]++] = from[i];
	return true;
}

/*
 * The order of any table in linear time, whatever it holds (a comparing sort
 * would be at the mercy of its input): by rank, then by address, then the
 * absolute ones to the front; each pass keeps what the earlier ones did.
 */
static bool sort_any(const struct vmc_symtab *t, uint32_t *order)
{
	vmc_autofree struct item *a = malloc(t->len * sizeof(*a));
	vmc_autofree struct item *b = malloc(t->len * sizeof(*b));

	if (!a || !b)
		return false;
	for (size_t i = 0; i < t->len; i++)
		a[i] = (struct item){ rank_at(t, (uint32_t)i), (uint32_t)i };
	for (unsigned int pass = 0; pass < 10; pass++) {
		/* pass 0: rank; 1 to 8: the bytes of the address; 9: absolute or not */
		for (size_t i = 0; i < t->len && pass == 1; i++)
			a[i].key = t->addrs[a[i].index];
		for (size_t i = 0; i < t->len && pass == 9; i++)
			a[i].key = !is_absolute(t->types[a[i].index]);
		if (radix_pass(a, b, t->len, pass % 9 ? (pass - 1) * 8 : 0)) {
			struct item *swap = a;

			a = b;
			b = swap;
		}
	}
	for (size_t i = 0; i < t->len; i++)
		order[i] = a[i].index;
	return true;
}

/* Brings one column into the new order; its old array is freed. */
#define GATHER(column)                                                                \
	do {                                                                          \
		__typeof__(column) old_ = (column), new_ = malloc(n * sizeof(*new_)); \
		if (!new_)                                                            \
			return false;                                                 \
		for (size_t i_ = 0; i_ < n; i_++)                                     \
			new_[i_] = old_[order[i_]];                                   \
		free(old_);                                                           \
		(column) = new_;                                                      \
	} while (0)

/*
 * A failure between two columns would leave them at odds; so the caller drops
 * the symbols of a table for which this is false.
 */
static bool apply_order(struct vmc_symtab *t, const uint32_t *order)
{
	size_t n = t->len, i = 0;

	while (i < n && order[i] == i)
		i++;
	if (i == n) /* giving memory back does not fail, and if it did, no harm */
		return !n || t->cap == n || resize_columns(t, n);
	t->cap = n;
	GATHER(t->addrs);
	GATHER(t->names);
	GATHER(t->types);
	if (t->sizes)
		GATHER(t->sizes);
	return true;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

/* Word by word (of FNV, byte by byte, half the time of loading would go here). */
static uint32_t hash_name(const char *name, size_t n)
{
	uint64_t h = n * 0x9e3779b97f4a7c15u, w = 0;

	if (n < 8) {
		for (size_t i = 0; i < n; i++)
			w = w << 8 | (uint8_t)name[i];
		return (uint32_t)mix(h, w);
	}
	for (size_t i = 0; i + 8 < n; i += 8) {
		memcpy(&w, name + i, 8);
		h = mix(h, w);
	}
	memcpy(&w, name + n - 8, 8); /* may overlap the word before */
	return (uint32_t)mix(h, w);
}

/* Filled from the end, so that each chain is in address order. */
static bool build_index(struct vmc_symtab *t)
{
	size_t n_heads = 64;

	while (n_heads < t->len)
		n_heads *= 2;
	free(t->heads);
	free(t->next);
	t->n_heads = 0;
	t->heads = malloc(n_heads * sizeof(*t->heads));
	t->next = malloc((t->len ? t->len : 1) * sizeof(*t->next));
	if (!t->heads || !t->next)
		return false;
	t->n_heads = n_heads;
	memset(t->heads, 0xff, n_heads * sizeof(*t->heads));
	for (size_t i = t->len; i-- > 0;) {
		const char *name = t->pool + t->names[i];
		uint32_t *head = &t->heads[hash_name(name, strlen(name)) & (n_heads - 1)];

		t->next[i] = *head;
		*head = (uint32_t)i;
	}
	return true;
}

struct vmc_error *vmc_symtab_finish(struct vmc_symtab *t)
{
	vmc_autofree uint32_t *order = malloc((t->len ? t->len : 1) * sizeof(*order));
	size_t n_abs = 0;

	if (!order)
		return vmc_error_no_memory();
	for (size_t i = 0; i < t->len; i++)
		n_abs += is_absolute(t->types[i]);
	if (!sort_sorted(t, order, n_abs) && !sort_any(t, order))
		return vmc_error_no_memory();
	if (!apply_order(t, order) || !build_index(t)) {
		t->len = t->cap = t->finished = t->n_abs = t->n_heads = 0;
		return vmc_error_no_memory();
	}
	if (t->pool_len && t->pool_len < t->pool_cap)
		(void)resize_pool(t, t->pool_len);
	t->n_abs = n_abs;
	t->finished = t->len;
	return NULL;
}

size_t vmc_symtab_count(const struct vmc_symtab *t)
{
	return t->finished;
}

/* First index in [from, to) whose stored address is at or above addr (above, where `after`). */
static size_t bound(const struct vmc_symtab *t, size_t from, size_t to, uint64_t addr, bool after)
{
	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (t->addrs[mid] < addr || (after && t->addrs[mid] == addr))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Where the run of symbols like i (absolute or relocatable) ends. */
static size_t run_end(const struct vmc_symtab *t, size_t i)
{
	return i < t->n_abs ? t->n_abs : t->finished;
}

/* The size given or, without one, the way to the next symbol; 0 where that is a hole. */
static uint64_t size_at(const struct vmc_symtab *t, size_t i)
{
	size_t end = run_end(t, i), next = i + 1;
	uint64_t gap;

	if (t->sizes && t->sizes[i])
		return t->sizes[i];
	if (next < end && t->addrs[next] == t->addrs[i])
		next = bound(t, next, end, t->addrs[i], true);
	if (next == end)
		return 0;
	gap = t->addrs[next] - t->addrs[i];
	return gap <= GAP_MAX ? gap : 0;
}

struct vmc_symbol vmc_symtab_at(const struct vmc_symtab *t, size_t i)
{
	return (struct vmc_symbol){
		.name = t->pool + t->names[i],
		.addr = i < t->n_abs ? t->addrs[i] : t->addrs[i] + t->delta,
		.size = size_at(t, i),
		.type = t->types[i],
	};
}

bool vmc_symtab_by_name(const struct vmc_symtab *t, const char *name, struct vmc_symbol *ret)
{
	if (!t->finished)
		return false;
	for (uint32_t i = t->heads[hash_name(name, strlen(name)) & (t->n_heads - 1)]; i != NONE;
	     i = t->next[i]) {
		if (vmc_streq(t->pool + t->names[i], name)) {
			*ret = vmc_symtab_at(t, i);
			return true;
		}
	}
	return false;
}

static bool covers(const struct vmc_symtab *t, size_t i, uint64_t addr)
{
	uint64_t size = size_at(t, i);

	return addr - t->addrs[i] < (size ? size : UNKNOWN_REACH);
}

/* Among the symbols [from, to): the one that covers the stored address `addr`; `to` when none. */
static size_t find_covering(const struct vmc_symtab *t, size_t from, size_t to, uint64_t addr)
{
	size_t end = bound(t, from, to, addr, true);

	/* address by address downwards: an object may hold others that ended before addr */
	for (int budget = LOOK_BACK; end > from && budget > 0; budget--) {
		size_t first = bound(t, from, end, t->addrs[end - 1], false);

		for (size_t i = first; i < end && i < first + LOOK_BACK; i++)
			if (covers(t, i, addr))
				return i;
		if (!t->sizes)
			break;
		end = first;
	}
	return to;
}

bool vmc_symtab_by_addr(const struct vmc_symtab *t, uint64_t addr, struct vmc_symbol *ret)
{
	size_t i = find_covering(t, t->n_abs, t->finished, addr - t->delta);

	if (i == t->finished) {
		i = find_covering(t, 0, t->n_abs, addr);
		if (i == t->n_abs)
			return false;
	}
	*ret = vmc_symtab_at(t, i);
	return true;
}

void vmc_symtab_shift(struct vmc_symtab *t, uint64_t delta)
{
	t->delta += delta;
}
