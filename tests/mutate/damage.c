/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mutate.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CHANGES_MAX 8
#define BLOCK_MAX 4096u
/* Kernel addresses of x86-64: the upper half. */
#define KERNEL_MIN 0xff00000000000000u
#define POINTER_TRIES 64

static const char *const area_names[AREA_COUNT] = {
	"header",      "notes",		"bitmaps",     "descriptors",  "records",
	"page tables", "kernel tables", "kernel",      "log",	       "tasks",
	"modules",     "cpus",		"stacks",      "report",       "section header",
	"contents",    "symbols",	"unit header", "abbreviation", "form",
	"entry",       "reference",	"attribute",   "expression",   "line program",
	"frame",       "range",		"string",      "anywhere",
};

/* splitmix64: any state is a good one, so that seed and number may be mixed freely. */
uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint64_t random_start(uint64_t seed, uint64_t iteration)
{
	uint64_t state = seed;

	state = random_next(&state) ^ iteration;
	return random_next(&state);
}

void damage_say(struct damage *d, const char *fmt, ...)
{
	size_t used = strlen(d->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->text + used, sizeof(d->text) - used, fmt, ap);
	va_end(ap);
}

/* Puts bytes into the image, and the old ones aside. */
void damage_put(struct image *im, struct damage *d, uint64_t at, const void *bytes, size_t size)
{
	struct undo u = { at, size, d->bytes.len };

	if (!vmc_range_ok(at, size, im->size) || !size ||
	    !vmc_vec_reserve(&d->bytes, d->bytes.len + size) || !vmc_vec_push(&d->undo, u))
		return;
	memcpy(d->bytes.data + d->bytes.len, im->data + at, size);
	d->bytes.len += size;
	memmove(im->data + at, bytes, size);
}

static struct spot pick(const struct image *im, enum area area, uint64_t *random)
{
	const spots *s = &im->spots[area];

	return s->data[random_next(random) % s->len];
}

/* A place in the spot for `size` bytes; at its beginning where it has no room for them. */
static uint64_t place(struct spot s, size_t size, uint64_t *random)
{
	uint64_t at;

	if (s.size <= size)
		return s.at;
	at = s.at + random_next(random) % (s.size - size + 1);
	/* words are mostly aligned */
	return size == 8 && random_next(random) % 8 && (at & ~7ull) >= s.at ? at & ~7ull : at;
}

static uint64_t word_at(const struct image *im, uint64_t at)
{
	return vmc_range_ok(at, 8, im->size) ? vmc_le64(im->data + at) : 0;
}

static void flip(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	uint64_t at = place(pick(im, area, random), 1, random);
	uint8_t b = im->data[at] ^ (uint8_t)(1u << random_next(random) % 8);

	damage_say(d, "flip @%" PRIx64, at);
	damage_put(im, d, at, &b, 1);
}

static void evil(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		7,
		0x7f,
		0x80,
		0xff,
		0x7fff,
		0x8000,
		0xffff,
		0x10000,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		UINT64_MAX,
		UINT64_MAX - 7,
		UINT64_MAX - 4095,
		0x1000,
		0x100000,
		0x40000000,
		0x7fffffffffff,
		0xffff800000000000,
		0xff11000000000000,
		0xffffffff80000000,
		0x2020202020202020,
		0x4141414141414141,
	};
	uint64_t v = values[random_next(random) % VMC_ARRAY_SIZE(values)];
	size_t size = (size_t)1 << random_next(random) % 4;
	uint64_t at = place(pick(im, area, random), size, random);

	damage_say(d, "%zu-byte value %" PRIx64 " @%" PRIx64, size, v, at);
	damage_put(im, d, at, &v, size);
}

static void near_value(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	static const int64_t steps[] = { 1, -1, 2, -2, 8, -8, 16, -16, 256, -256, 4096, -4096 };
	size_t size = (size_t)4 << random_next(random) % 2;
	uint64_t at = place(pick(im, area, random), size, random);
	uint64_t v = word_at(im, at) + (uint64_t)steps[random_next(random) % VMC_ARRAY_SIZE(steps)];

	damage_say(d, "nudge @%" PRIx64, at);
	damage_put(im, d, at, &v, size);
}

static void swap(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	uint64_t a = place(pick(im, area, random), 8, random);
	uint64_t b = place(pick(im, area, random), 8, random);
	uint64_t x = word_at(im, a), y = word_at(im, b);

	damage_say(d, "swap @%" PRIx64 " @%" PRIx64, a, b);
	damage_put(im, d, a, &y, 8);
	damage_put(im, d, b, &x, 8);
}

/* A word that looks like a kernel pointer, UINT64_MAX when none is met. */
static uint64_t find_pointer(const struct image *im, enum area area, uint64_t *random)
{
	for (int i = 0; i < POINTER_TRIES; i++) {
		struct spot s = pick(im, area, random);
		uint64_t at = s.at + (s.size > 8 ? random_next(random) % (s.size - 7) & ~7ull : 0);

		if (word_at(im, at) >= KERNEL_MIN && word_at(im, at) != UINT64_MAX)
			return at;
	}
	return UINT64_MAX;
}

/* Makes one pointer equal to another one of its kind: lists and trees get cycles. */
static void redirect(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	uint64_t from = find_pointer(im, area, random), to = find_pointer(im, area, random), v;

	if (from == UINT64_MAX || to == UINT64_MAX) {
		swap(im, area, random, d);
		return;
	}
	v = word_at(im, from);
	if (random_next(random) % 8 == 0)
		v += random_next(random) % 64;
	damage_say(d, "pointer %" PRIx64 " @%" PRIx64, v, to);
	damage_put(im, d, to, &v, 8);
}

static void duplicate(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	struct spot a = pick(im, area, random), b = pick(im, area, random);
	size_t size = a.size < b.size ? a.size : b.size;
	uint64_t from, to;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size > 16 && random_next(random) % 2)
		size = 8 + random_next(random) % (size - 8);
	from = place(a, size, random);
	to = place(b, size, random);
	damage_say(d, "copy %zu @%" PRIx64 " to @%" PRIx64, size, from, to);
	damage_put(im, d, to, im->data + from, size);
}

static void fill(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	struct spot s = pick(im, area, random);
	size_t size = 1 + random_next(random) % (s.size < BLOCK_MAX ? s.size : BLOCK_MAX);
	uint64_t at = place(s, size, random), kind = random_next(random) % 3;
	uint8_t bytes[BLOCK_MAX];

	for (size_t i = 0; i < size; i++)
		bytes[i] = kind == 0 ? 0 : kind == 1 ? 0xff : (uint8_t)random_next(random);
	damage_say(d, "fill %zu @%" PRIx64, size, at);
	damage_put(im, d, at, bytes, size);
}

static void truncate_file(struct image *im, enum area area, uint64_t *random, struct damage *d)
{
	struct spot s = pick(im, area, random);

	d->size = (size_t)(s.at + random_next(random) % s.size);
	damage_say(d, "cut to %zu", d->size);
}

void damage_do(struct image *im, uint64_t *random, struct damage *d)
{
	static void (*const ways[])(struct image *, enum area, uint64_t *, struct damage *) = {
		flip,	    flip, flip,	    evil,     evil,	 evil,
		near_value, swap, redirect, redirect, duplicate, fill,
	};
	/* half of the files have one change: more often hide what one would have shown */
	size_t n = random_next(random) % 2 ? 1 : 1 + random_next(random) % CHANGES_MAX;

	d->undo.len = d->bytes.len = 0;
	d->size = im->size;
	d->text[0] = '\0';
	while (n--) {
		damage_way *special;
		enum area area;

		do
			area = (enum area)(random_next(random) % AREA_COUNT);
		while (!im->spots[area].len);
		damage_say(d, "%s%s: ", *d->text ? "; " : "", area_names[area]);
		special = debug_way(area, random);
		if (random_next(random) % 24 == 0)
			truncate_file(im, area, random, d);
		else if (special && random_next(random) % 2)
			special(im, pick(im, area, random), random, d);
		else
			ways[random_next(random) % VMC_ARRAY_SIZE(ways)](im, area, random, d);
	}
}

void damage_undo(struct image *im, struct damage *d)
{
	for (size_t i = d->undo.len; i-- > 0;) {
		const struct undo *u = &d->undo.data[i];

		memcpy(im->data + u->at, d->bytes.data + u->old, u->size);
	}
}

void damage_deinit(struct damage *d)
{
	vmc_vec_free(&d->undo);
	vmc_vec_free(&d->bytes);
}
