/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only debug info can suffer: each way knows what the bytes mean that it changes. */
#include "mutate.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#define FORM_LAST 0x2cu
#define TAG_LEXICAL_BLOCK 0x0b
#define NESTED_MAX (1u << 16)

/* An entry that refers to itself: its type, its origin, its specification. */
static void circle(struct image *im, struct spot s, uint64_t *random, struct damage *d)
{
	uint32_t to = s.own;

	/* at times to the one before it, so that circles get longer */
	if (random_next(random) % 4 == 0)
		to = im->spots[AREA_REFERENCES]
			     .data[random_next(random) % im->spots[AREA_REFERENCES].len]
			     .own;
	damage_say(d, "reference @%" PRIx64 " to %" PRIx32, s.at, to);
	damage_put(im, d, s.at, &to, sizeof(to));
}

static void other_form(struct image *im, struct spot s, uint64_t *random, struct damage *d)
{
	uint8_t form = (uint8_t)(1 + random_next(random) % FORM_LAST);

	damage_say(d, "form %x @%" PRIx64, form, s.at);
	damage_put(im, d, s.at, &form, 1);
}

/* A LEB128 number of more bytes than 64 bits take. */
static void long_number(struct image *im, struct spot s, uint64_t *random, struct damage *d)
{
	uint64_t at = s.at + random_next(random) % s.size;
	size_t n = 9 + random_next(random) % 24;
	uint8_t bytes[33];

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(0x80 | (random_next(random) % 2 ? 0x7f : random_next(random)));
	bytes[n - 1] &= (uint8_t)random_next(random);
	damage_say(d, "LEB128 of %zu bytes @%" PRIx64, n, at);
	damage_put(im, d, at, bytes, n);
}

/* DW_OP_skip and DW_OP_bra that lead to themselves, to begin with, and calls of other entries. */
static void endless(struct image *im, struct spot s, uint64_t *random, struct damage *d)
{
	static const uint8_t loops[][5] = {
		{ 0x2f, 0xfd, 0xff },		  /* skip -3 */
		{ 0x31, 0x28, 0xfc, 0xff },	  /* lit1, bra -4 */
		{ 0x12, 0x12, 0x2f, 0xfb, 0xff }, /* dup, dup, skip -5: the stack grows */
		{ 0x99, 0x0b, 0x00, 0x00, 0x00 }, /* call4 of the unit */
		{ 0xa3, 0x03, 0xa3, 0x01, 0x9c }, /* entry value of an entry value */
	};
	const uint8_t *loop = loops[random_next(random) % VMC_ARRAY_SIZE(loops)];
	uint64_t at = s.size > 8 ? s.at + random_next(random) % (s.size - 5) : s.at;

	damage_say(d, "loop %02x @%" PRIx64, loop[0], at);
	damage_put(im, d, at, loop, sizeof(loops[0]));
}

/* The abbreviation becomes a block with children and nothing else, and much of a unit such blocks.
 */
static void nest(struct image *im, struct spot s, uint64_t *random, struct damage *d)
{
	uint8_t declared[] = { im->data[s.at], TAG_LEXICAL_BLOCK, 1, 0, 0 };
	struct spot from =
		im->spots[AREA_ENTRIES].data[random_next(random) % im->spots[AREA_ENTRIES].len];
	size_t n = (size_t)(random_next(random) % NESTED_MAX);
	static uint8_t codes[NESTED_MAX];

	n = n < im->size - from.at ? n : (size_t)(im->size - from.at);
	memset(codes, declared[0], n);
	damage_say(d, "%zu levels of code %x @%" PRIx64, n, declared[0], from.at);
	damage_put(im, d, s.at, declared, sizeof(declared));
	damage_put(im, d, from.at, codes, n);
}

/* A section that says it is compressed, and large. */
static void inflate(struct image *im, struct spot s, uint64_t *random, struct damage *d)
{
	static const uint64_t sizes[] = { 0, 1, 1 << 20, 1 << 30, (uint64_t)1 << 40, UINT64_MAX };
	Elf64_Shdr h;
	Elf64_Chdr c = {
		.ch_type = 1 + (Elf64_Word)(random_next(random) % 3),
		.ch_size = sizes[random_next(random) % VMC_ARRAY_SIZE(sizes)],
		.ch_addralign = 1,
	};

	memcpy(&h, im->data + s.at, sizeof(h));
	h.sh_flags |= SHF_COMPRESSED;
	damage_say(d, "section @%" PRIx64 " compressed from %" PRIx64 " bytes", s.at,
		   (uint64_t)c.ch_size);
	damage_put(im, d, s.at, &h, sizeof(h));
	damage_put(im, d, h.sh_offset, &c, sizeof(c));
}

damage_way *debug_way(enum area area, uint64_t *random)
{
	static const struct {
		enum area area;
		damage_way *way;
	} rows[] = {
		{ AREA_REFERENCES, circle },   { AREA_FORMS, other_form },
		{ AREA_ABBREV, nest },	       { AREA_ABBREV, long_number },
		{ AREA_ENTRIES, long_number }, { AREA_ATTRIBUTES, long_number },
		{ AREA_EXPRESSIONS, endless }, { AREA_EXPRESSIONS, long_number },
		{ AREA_LINES, long_number },   { AREA_FRAMES, long_number },
		{ AREA_RANGES, long_number },  { AREA_CONTENTS, inflate },
	};
	damage_way *found = NULL;
	unsigned int n = 0;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		if (rows[i].area == area && random_next(random) % ++n == 0)
			found = rows[i].way;
	}
	return found;
}
