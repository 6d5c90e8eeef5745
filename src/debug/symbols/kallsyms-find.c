/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables of scripts/kallsyms.c carry no magic number, but one of them has
 * a shape: the digits are characters of many names, so each of them is a token
 * of its own, at the place of its ASCII code. Hence token_table holds
 * "0\0" "1\0" ... "9\0" in a row; from there each neighbour is found by
 * what it must contain, and proven by what the others say of it:
 *
 *                before 6.4              from 6.4
 *                ----------              --------
 *                offsets, relative_base
 *                  or addresses
 *                num_syms                num_syms        u32 (u64 before 4.20)
 *                names                   names
 *                markers                 markers         u32 (u64 before 4.20) a 256 names
 *                seqs_of_names (6.2)
 *     here --->  token_table             token_table
 *                token_index             token_index
 *                                        offsets, relative_base (before 7.0)
 *                                          or addresses
 *                                        seqs_of_names
 *
 * Every table starts at a multiple of 8 (before 7.0) or 4, and nothing else of .rodata lies in
 * between.
 */
#include "debug/symbols/kallsyms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "debug/symbols/kallsyms-internal.h"

#define PAGE 4096u
#define SCAN_CHUNK ((size_t)64 << 10)
#define DIGITS "0\0001\0002\0003\0004\0005\0006\0007\0008\0009" /* and the final NUL */
/* Real tables have about 1 KiB. */
#define TOKEN_TABLE_MAX 16384u
/* How far before token_table the markers may begin: with seqs_of_names between, 3 bytes a symbol.
 */
#define MARKERS_NEAR ((size_t)64 << 10)
#define MARKERS_FAR ((size_t)2 << 20)
#define NAMES_PER_MARKER 256u
/* Fewer prove nothing; a kernel so small (1,000 symbols) does not exist. */
#define MARKERS_MIN 4u
/*
 * Made-up memory must not cost more than this. A real image has one token_table; but each
 * character set built in (CONFIG_NLS_*=y) has the digits, too, as u16.
 */
#define DIGITS_TRIES 1024
#define TABLES_TRIES 16
#define NAMES_TRIES 32

/* Bytes of [addr, addr + size) in memory of their own. */
struct window {
	uint8_t *data;
	size_t size;
	uint64_t addr;
};

static void window_deinit(struct window *w)
{
	free(w->data);
}
#define autowindow vmc_cleanup(window_deinit) struct window

/* Reads what is readable from addr on; false when memory is out. */
static bool window_after(const struct vmc_reader *mem, uint64_t addr, size_t size, struct window *w)
{
	vmc_autoerror struct vmc_error *ignored = NULL;

	if (size > UINT64_MAX - addr)
		size = (size_t)(UINT64_MAX - addr);
	free(w->data);
	*w = (struct window){ .data = malloc(size ? size : 1), .addr = addr };
	if (!w->data)
		return false;
	w->size = vmc_kallsyms_read(mem, addr, w->data, size, true, &ignored);
	return true;
}

/* Reads step by step from the end backwards; returns how many bytes were there. */
static size_t read_backwards(const struct vmc_reader *mem, uint64_t end, uint8_t *buf, size_t size)
{
	size_t have = 0, step = PAGE;

	while (have < size && step) {
		size_t part = (size_t)((end - have - 1) % step) + 1;
		vmc_autoerror struct vmc_error *err = NULL;

		if (part > size - have)
			part = size - have;
		err = vmc_read(mem, end - have - part, buf + size - have - part, part);
		if (err)
			step /= 2;
		else
			have += part;
	}
	return have;
}

/* Reads what is readable without a gap just before end; false when memory is out. */
static bool window_before(const struct vmc_reader *mem, uint64_t end, size_t size, struct window *w)
{
	vmc_autoerror struct vmc_error *err = NULL;
	size_t have = size;

	if (size > end)
		have = size = (size_t)end;
	free(w->data);
	*w = (struct window){ .data = malloc(size ? size : 1) };
	if (!w->data)
		return false;
	err = vmc_read(mem, end - size, w->data, size);
	if (err)
		have = read_backwards(mem, end, w->data, size);
	memmove(w->data, w->data + size - have, have);
	w->size = have;
	w->addr = end - have;
	return true;
}

static uint64_t align(uint64_t x, uint64_t to)
{
	return (x + to - 1) & ~(to - 1);
}

/* Tells whether bytes [from, to) are one NUL-terminated string; both lie in the window. */
static bool is_string(const struct window *w, size_t from, size_t to)
{
	const uint8_t *nul = memchr(w->data + from, 0, to - from);

	return nul == w->data + to - 1;
}

/*
 * Tells whether a token_index at `index` agrees with the table before it: all 256
 * strings must be where it says. `end` is where the last one ends.
 */
static bool try_index(const struct vmc_reader *mem, uint64_t digits, uint64_t end, uint64_t index,
		      struct vmc_kallsyms_tables *ret)
{
	uint8_t idx[VMC_KALLSYMS_INDEX_SIZE];
	vmc_autoerror struct vmc_error *err = vmc_read(mem, index, idx, sizeof(idx));
	autowindow w = { 0 };
	uint64_t table;

	if (err)
		return false;
	table = digits - vmc_le16(idx + 2 * '0');
	if (vmc_le16(idx) || table % 4 || table > digits)
		return false;
	if (!window_after(mem, table, (size_t)(end - table), &w) || w.addr + w.size != end)
		return false;
	for (size_t i = 0; i < VMC_KALLSYMS_TOKENS; i++) {
		size_t from = vmc_le16(idx + 2 * i);
		size_t to = i + 1 < VMC_KALLSYMS_TOKENS ? vmc_le16(idx + 2 * i + 2) : w.size;

		if (to <= from || to > w.size || !is_string(&w, from, to))
			return false;
	}
	ret->token_table = table;
	ret->token_index = index;
	return true;
}

/* From the address of the digits to token_table and token_index, which is behind its 256th string.
 */
static bool find_tokens(const struct vmc_reader *mem, uint64_t digits,
			struct vmc_kallsyms_tables *ret)
{
	autowindow w = { 0 };
	uint64_t end;
	size_t pos = 0;

	if (!window_after(mem, digits, TOKEN_TABLE_MAX, &w))
		return false;
	for (unsigned int t = '0'; t < VMC_KALLSYMS_TOKENS; t++) {
		const uint8_t *nul = memchr(w.data + pos, 0, w.size - pos);

		if (!nul)
			return false;
		pos = (size_t)(nul - w.data) + 1;
	}
	end = digits + pos;
	return try_index(mem, digits, end, align(end, 8), ret) ||
	       (align(end, 4) % 8 && try_index(mem, digits, end, align(end, 4), ret));
}

static uint64_t marker(const struct window *w, size_t at, size_t width)
{
	return width == 4 ? vmc_le32(w->data + at) : vmc_le64(w->data + at);
}

/* How many plausible markers, the first of them 0, stand at offset `at` of the window. */
static size_t count_markers(const struct window *w, size_t at, size_t width)
{
	size_t n = 0;
	uint64_t last = 0;

	for (; at + width <= w->size; at += width, n++) {
		uint64_t v = marker(w, at, width);

		/* 256 records have 2 bytes each at least: a length and a token */
		if (n ? v < last + 2 * NAMES_PER_MARKER ||
				    v - last > NAMES_PER_MARKER * (VMC_KALLSYMS_RECORD_MAX + 2)
		      : v != 0)
			break;
		last = v;
	}
	return n;
}

/* Tells whether n records from `names` on meet each marker and end just before the markers. */
static bool names_fit(struct vmc_bytes names, size_t n, const struct window *w, size_t at,
		      size_t width, bool wide)
{
	size_t pos = 0, len;

	for (size_t i = 0; i < n; i++) {
		if (i % NAMES_PER_MARKER == 0 &&
		    marker(w, at + i / NAMES_PER_MARKER * width, width) != pos)
			return false;
		if (vmc_kallsyms_record(names, &pos, wide, &len) != VMC_KALLSYMS_RECORD)
			return false;
		pos += len;
	}
	return names.size - pos < 8;
}

/*
 * The names end where the markers begin, and have as many bytes as the last
 * marker says and those of up to 256 records more. Their start is where the
 * number before them fits the number of markers, and all records meet theirs.
 */
static bool find_names(const struct vmc_reader *mem, const struct window *w, size_t at,
		       size_t n_markers, size_t width, struct vmc_kallsyms_tables *ret)
{
	uint64_t last = marker(w, at + (n_markers - 1) * width, width);
	size_t before = 8; /* num_syms */
	autowindow names = { 0 };

	if (last > VMC_KALLSYMS_NAMES_MAX)
		return false;
	before += (size_t)last + NAMES_PER_MARKER * (VMC_KALLSYMS_RECORD_MAX + 2);
	if (!window_before(mem, w->addr + at, before, &names) || names.size < last)
		return false;
	for (size_t tail = (size_t)align(last + 2, 4); tail + 8 <= names.size; tail += 4) {
		struct vmc_bytes b = { names.data + names.size - tail, tail };

		for (size_t back = 4; back <= 8; back += 4) {
			uint32_t n = vmc_le32(b.data - back);

			/* what aligns to 8 is filled with zeros, or is the high half of a u64 */
			if (back == 8 && vmc_le32(b.data - 4))
				break;
			if (!n || n > VMC_KALLSYMS_MAX ||
			    (n + NAMES_PER_MARKER - 1) / NAMES_PER_MARKER != n_markers)
				continue;
			if (!names_fit(b, n, w, at, width, true) &&
			    !names_fit(b, n, w, at, width, false))
				continue;
			ret->names = names.addr + names.size - tail;
			ret->num_syms = ret->names - back;
			return true;
		}
	}
	return false;
}

/* Finds the markers in the `size` bytes before token_table, then the names before them. */
static bool find_markers(const struct vmc_reader *mem, size_t size, struct vmc_kallsyms_tables *ret)
{
	autowindow w = { 0 };
	int budget = NAMES_TRIES;

	if (!window_before(mem, ret->token_table, size, &w))
		return false;
	/* token_table is aligned to 4, so offsets from the end of the window are, too */
	for (size_t back = 8; back <= w.size && budget > 0; back += 4) {
		size_t at = w.size - back;

		if (vmc_le32(w.data + at))
			continue;
		for (size_t width = 4; width <= 8; width += 4) {
			size_t n = count_markers(&w, at, width);

			/* a sequence number behind the markers may look like one more */
			if (n < MARKERS_MIN)
				continue;
			if (find_names(mem, &w, at, n, width, ret) ||
			    find_names(mem, &w, at, n - 1, width, ret))
				return true;
			budget--;
		}
	}
	return false;
}

/*
 * Tells whether values read so look like the addresses of a kernel's symbols:
 * sorted but for one in a hundred, most of them different, and spread over more than the table
 * that holds them (zeros, taken as relative to their place, are sorted as well; so are the
 * upper halves of a table of addresses, taken as offsets).
 */
static bool is_sorted(const struct vmc_kallsyms_values *v, enum vmc_kallsyms_encoding encoding,
		      size_t n)
{
	uint64_t first = 0, last = 0;
	size_t seen = 0, falls = 0, rises = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t addr = vmc_kallsyms_address(v, encoding, i);

		/* the per-CPU offsets come first and tell nothing */
		if (addr < (uint64_t)1 << 32 && encoding != VMC_KALLSYMS_BASE)
			continue;
		if (!seen++)
			first = addr;
		falls += addr < last;
		rises += addr > last;
		last = addr;
	}
	return seen > n / 2 && rises > seen / 2 && falls <= n / 100 && last - first >= 8 * (uint64_t)n &&
	       last - first < (uint64_t)1 << 32;
}

static bool is_kernel_address(uint64_t addr)
{
	return addr >> 48 == 0xffff;
}

/* Offsets at `offsets` with their base at `base`, or relative to their place where base is 0. */
static bool try_offsets(const struct vmc_reader *mem, uint64_t offsets, uint64_t base, size_t n,
			struct vmc_kallsyms_tables *ret)
{
	struct vmc_kallsyms_values v = { .place = offsets };
	vmc_autofree uint8_t *data = NULL;
	vmc_autoerror struct vmc_error *err = NULL;

	if (base) {
		err = vmc_read_u64(mem, base, &v.base);
		if (err || !is_kernel_address(v.base))
			return false;
	}
	data = malloc(n * 4);
	if (!data)
		return false;
	err = vmc_read(mem, offsets, data, n * 4);
	if (err)
		return false;
	v.data = data;
	if (base ? !is_sorted(&v, VMC_KALLSYMS_PERCPU, n) && !is_sorted(&v, VMC_KALLSYMS_BASE, n)
		 : !is_sorted(&v, VMC_KALLSYMS_PLACE, n))
		return false;
	ret->offsets = offsets;
	ret->relative_base = base;
	return true;
}

static bool try_addresses(const struct vmc_reader *mem, uint64_t addresses, size_t n,
			  struct vmc_kallsyms_tables *ret)
{
	vmc_autofree uint8_t *data = malloc(n * 8);
	struct vmc_kallsyms_values v = { .data = data };
	vmc_autoerror struct vmc_error *err = NULL;

	if (!data)
		return false;
	err = vmc_read(mem, addresses, data, n * 8);
	if (err || !is_kernel_address(vmc_le64(data + (n - 1) * 8)) ||
	    !is_sorted(&v, VMC_KALLSYMS_ADDRESS, n))
		return false;
	ret->addresses = addresses;
	return true;
}

/* The likeliest first: those that have a base to check go before those without. */
static bool find_values(const struct vmc_reader *mem, struct vmc_kallsyms_tables *ret)
{
	uint64_t after = ret->token_index + VMC_KALLSYMS_INDEX_SIZE, before = ret->num_syms;
	vmc_autoerror struct vmc_error *err = NULL;
	uint32_t n;

	err = vmc_read_u32(mem, ret->num_syms, &n);
	if (err || !n || n > VMC_KALLSYMS_MAX)
		return false;
	/* only kernels that align to 8 have a base */
	return try_offsets(mem, after, align(after + (uint64_t)n * 4, 8), n, ret) ||
	       try_offsets(mem, before - 8 - align((uint64_t)n * 4, 8), before - 8, n, ret) ||
	       try_offsets(mem, after, 0, n, ret) ||
	       try_addresses(mem, before - (uint64_t)n * 8, n, ret) ||
	       try_addresses(mem, after, n, ret);
}

static bool find_all(const struct vmc_reader *mem, uint64_t digits, int *budget,
		     struct vmc_kallsyms_tables *ret)
{
	struct vmc_kallsyms_tables t = { 0 };

	if (!find_tokens(mem, digits, &t) || !(*budget)--)
		return false;
	if (!find_markers(mem, MARKERS_NEAR, &t) && !find_markers(mem, MARKERS_FAR, &t))
		return false;
	if (!find_values(mem, &t))
		return false;
	*ret = t;
	return true;
}

/* The last bytes of a chunk stand again before the next, as long as no unreadable page lies
 * between. */
struct scan {
	const struct vmc_reader *mem;
	uint8_t buf[sizeof(DIGITS) - 1 + SCAN_CHUNK];
	size_t kept;
	uint64_t readable;
	int digits_budget, tables_budget;
};

/* Looks for the digits in [addr, addr + size), whose bytes stand in the buffer behind the kept
 * ones. */
static bool scan_part(struct scan *s, uint64_t addr, size_t size, struct vmc_kallsyms_tables *ret)
{
	size_t total = s->kept + size, keep;
	const uint8_t *p = s->buf, *end = p + total;

	while (s->digits_budget > 0 && s->tables_budget > 0 &&
	       (p = memmem(p, (size_t)(end - p), DIGITS, sizeof(DIGITS)))) {
		s->digits_budget--;
		if (find_all(s->mem, addr - s->kept + (uint64_t)(p - s->buf), &s->tables_budget,
			     ret))
			return true;
		p++;
	}
	s->readable += size;
	keep = total < sizeof(DIGITS) - 1 ? total : sizeof(DIGITS) - 1;
	memmove(s->buf, s->buf + total - keep, keep);
	s->kept = keep;
	return false;
}

static bool scan_range(struct scan *s, struct vmc_range r, struct vmc_kallsyms_tables *ret)
{
	uint64_t addr = r.start;

	s->kept = 0;
	while (addr < r.end && s->digits_budget > 0 && s->tables_budget > 0) {
		size_t size = SCAN_CHUNK - (size_t)(addr % SCAN_CHUNK);
		vmc_autoerror struct vmc_error *err = NULL;
		size_t got;

		if (size > r.end - addr)
			size = (size_t)(r.end - addr);
		got = vmc_kallsyms_read(s->mem, addr, s->buf + s->kept, size, false, &err);
		if (got && scan_part(s, addr, got, ret))
			return true;
		addr += got;
		if (err) {
			uint64_t next = (addr | (PAGE - 1)) + 1;

			s->kept = 0;
			if (next <= addr)
				break;
			addr = next;
		}
	}
	return false;
}

struct vmc_error *vmc_kallsyms_find(const struct vmc_reader *mem, const struct vmc_range *ranges,
				    size_t n_ranges, struct vmc_kallsyms_tables *ret)
{
	vmc_autofree struct scan *s = malloc(sizeof(*s));

	if (!s)
		return vmc_error_no_memory();
	s->mem = mem;
	s->readable = 0;
	s->digits_budget = DIGITS_TRIES;
	s->tables_budget = TABLES_TRIES;
	for (size_t i = 0; i < n_ranges; i++)
		if (scan_range(s, ranges[i], ret))
			return NULL;
	return vmc_error_new(VMC_NOT_FOUND,
			     "no kallsyms tables in %" PRIu64 " KiB of readable memory",
			     s->readable >> 10);
}
