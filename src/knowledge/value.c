/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/value.h"

#include <string.h>

/* The words of struct list_head: this near, a poison is itself and nothing else. */
#define CERTAIN 16u
/* A bit that is not aligned so far counts as a step far away: pointers lead to aligned members. */
#define UNALIGNED 0x10000u
/* A reach as wide as this names an area, not an object. */
#define AREA_REACH 0x100000u
#define COST_AREA 0x200000u
#define COST_HALF 0x100u
#define COST_FLIPPED 0x200u
/* Below this bit a difference is more likely arithmetic (a reference count) than a bit of RAM. */
#define FLIPPED_BIT_MIN 16u

static bool on_machine(const struct vmc_value *v, enum vmc_value_arch arch)
{
	return !v->arches || v->arches >> arch & 1;
}

static bool is_asked(const struct vmc_value *v, const struct vmc_value_query *q)
{
	enum vmc_value_layout other = q->five_level ? VMC_VALUE_4_LEVEL : VMC_VALUE_5_LEVEL;

	return on_machine(v, q->arch) && v->layout != other && (!v->address_only || q->is_address);
}

/* ---- how far a value is from a row ---- */

/* A match, and what it takes to believe it. */
struct candidate {
	struct vmc_value_match match;
	uint64_t cost;
};

static uint64_t low_half(uint64_t value)
{
	return value & UINT32_MAX;
}

/* An int in a register of 64 bits: the upper half is zero, or all ones by its sign. */
static bool is_int(uint64_t value)
{
	return value >> 32 == 0 || value >> 32 == UINT32_MAX;
}

static uint64_t cost_of(const struct vmc_value *v, int64_t distance)
{
	uint64_t d = distance < 0 ? 4 * (0 - (uint64_t)distance) : (uint64_t)distance;

	if (distance & 3)
		d += UNALIGNED;
	return v->above >= AREA_REACH ? d + COST_AREA : d;
}

static bool within(const struct vmc_value *v, uint64_t base, uint64_t value, struct candidate *ret)
{
	uint64_t ahead = value - base, behind = base - value;

	if (value >= base ? ahead > v->above : behind > v->below)
		return false;
	ret->match.distance = (int64_t)ahead;
	ret->cost = cost_of(v, ret->match.distance);
	return true;
}

static bool fits_bytes(const struct vmc_value *v, const struct vmc_value_query *q,
		       struct candidate *ret)
{
	bool wide = vmc_value_is_64bit(q->arch);
	uint64_t full = v->value * 0x0101010101010101u, half = low_half(full);
	uint64_t pattern = wide ? full : half, differ = q->value ^ pattern;

	if (within(v, pattern, q->value, ret)) {
		/* offsets into an object may have any alignment, the pattern has none either */
		ret->cost &= ~(uint64_t)UNALIGNED;
		return true;
	}
	if (wide && !q->is_address && is_int(q->value) && low_half(q->value) == half) {
		ret->match.fit = VMC_VALUE_HALF;
		ret->cost = COST_HALF;
		return true;
	}
	if (!differ || differ & (differ - 1))
		return false;
	ret->match.fit = VMC_VALUE_FLIPPED;
	ret->match.bit = (unsigned int)__builtin_ctzll(differ);
	ret->cost = COST_FLIPPED;
	return ret->match.bit >= FLIPPED_BIT_MIN;
}

static bool fits_word(const struct vmc_value *v, const struct vmc_value_query *q,
		      struct candidate *ret)
{
	ret->cost = 0;
	if (q->value == v->value)
		return true;
	if (v->value > UINT32_MAX || q->is_address)
		return false;
	/* beside an int in the other half: struct members of 32 bits that were read as one */
	if (low_half(q->value) != v->value && q->value >> 32 != v->value)
		return false;
	ret->match.fit = VMC_VALUE_HALF;
	ret->cost = COST_HALF;
	return true;
}

static bool fits(const struct vmc_value *v, const struct vmc_value_query *q, struct candidate *ret)
{
	*ret = (struct candidate){ .match.value = v };
	switch (v->kind) {
	case VMC_VALUE_POINTER:
		return within(v, v->value, q->value, ret);
	case VMC_VALUE_BYTES:
		return fits_bytes(v, q, ret);
	case VMC_VALUE_WORD:
		return fits_word(v, q, ret);
	default:
		return false;
	}
}

/* ---- the answer ---- */

struct answer {
	struct candidate list[VMC_VALUE_MATCHES_MAX];
	size_t n;
};

/* Keeps the list in the order of cost; what comes first in the table wins among equals. */
static void insert(struct answer *a, const struct candidate *c)
{
	size_t at = a->n;

	while (at && a->list[at - 1].cost > c->cost)
		at--;
	if (at == VMC_VALUE_MATCHES_MAX)
		return;
	if (a->n < VMC_VALUE_MATCHES_MAX)
		a->n++;
	memmove(&a->list[at + 1], &a->list[at], (a->n - 1 - at) * sizeof(*c));
	a->list[at] = *c;
}

/* Small numbers mean something as address only, and then each of their meanings is possible. */
static size_t n_worth_telling(const struct answer *a)
{
	uint64_t best = a->n ? a->list[0].cost : 0;
	size_t n = a->n < 2 ? a->n : 1;

	if (a->n && a->list[0].match.value->address_only)
		return a->n;
	while (n < a->n && n < 2 && (a->list[n].cost == best || best > CERTAIN) &&
	       a->list[n].cost < UNALIGNED && a->list[n].match.fit == VMC_VALUE_WHOLE)
		n++;
	return n;
}

static size_t find_special(const struct vmc_value_query *q, struct vmc_value_match *ret)
{
	size_t n_rows, n;
	const struct vmc_value *rows = vmc_values_builtin(&n_rows);
	struct answer a = { 0 };

	for (size_t i = 0; i < n_rows; i++) {
		struct candidate c;

		if (!is_asked(&rows[i], q) || !fits(&rows[i], q, &c))
			continue;
		if (rows[i].address_only)
			c.cost = 0;
		insert(&a, &c);
	}
	n = n_worth_telling(&a);
	for (size_t i = 0; i < n; i++)
		ret[i] = a.list[i].match;
	return n;
}

/* -22 as pointer: the number of the error that lies so far below the end. */
static const struct vmc_value *error_of(const struct vmc_value *range, uint64_t value,
					enum vmc_value_arch arch)
{
	if (strcmp(range->group, "err-ptr") != 0)
		return NULL;
	return vmc_value_number("errno", arch, range->last - value + 1);
}

static size_t find_range(const struct vmc_value_query *q, struct vmc_value_match *ret)
{
	size_t n_rows, n = 0;
	const struct vmc_value *rows = vmc_values_builtin(&n_rows);

	for (size_t i = 0; i < n_rows && n < VMC_VALUE_MATCHES_MAX; i++) {
		const struct vmc_value *v = &rows[i];

		if (v->kind != VMC_VALUE_RANGE || !is_asked(v, q) || q->value < v->value ||
		    q->value > v->last)
			continue;
		ret[n++] = (struct vmc_value_match){ .value = v,
						     .error = error_of(v, q->value, q->arch) };
	}
	return n;
}

/* A negative int in a register of 64 bits whose upper half is zero. */
static size_t find_error_int(const struct vmc_value_query *q, struct vmc_value_match *ret)
{
	struct vmc_value_query wide = *q;
	size_t n;

	if (!vmc_value_is_64bit(q->arch) || q->is_address || q->value >> 32 || !q->value)
		return 0;
	wide.value |= (uint64_t)UINT32_MAX << 32;
	n = find_range(&wide, ret);
	if (!n || !ret[0].error)
		return 0;
	ret[0].fit = VMC_VALUE_HALF;
	return 1;
}

size_t vmc_value_find(const struct vmc_value_query *q,
		      struct vmc_value_match ret[VMC_VALUE_MATCHES_MAX])
{
	struct vmc_value_query own = *q;
	size_t n;

	if (!vmc_value_is_64bit(q->arch))
		own.value = low_half(own.value);
	n = find_special(&own, ret);
	if (!n)
		n = find_error_int(&own, ret);
	return n ? n : find_range(&own, ret);
}

/* ---- codes, letters, bits ---- */

static bool in_group(const struct vmc_value *v, const char *group)
{
	return strcmp(v->group, group) == 0;
}

/* Rows that only other kernels have stand behind the current one's. */
static bool is_current(const struct vmc_value *v)
{
	return !v->before && !v->vendor;
}

const struct vmc_value *vmc_value_number(const char *group, enum vmc_value_arch arch, uint64_t n)
{
	size_t n_rows;
	const struct vmc_value *rows = vmc_values_builtin(&n_rows);

	for (size_t i = 0; i < n_rows; i++) {
		if (rows[i].kind == VMC_VALUE_NUMBER && in_group(&rows[i], group) &&
		    on_machine(&rows[i], arch) && n >= rows[i].value && n <= rows[i].last)
			return &rows[i];
	}
	return NULL;
}

size_t vmc_value_letter(const char *group, char letter, const struct vmc_value **ret, size_t max)
{
	size_t n_rows, n = 0;
	const struct vmc_value *rows = vmc_values_builtin(&n_rows);

	for (int others = 0; others < 2; others++) {
		for (size_t i = 0; i < n_rows && n < max; i++) {
			if (letter && rows[i].letter == letter && in_group(&rows[i], group) &&
			    is_current(&rows[i]) == !others)
				ret[n++] = &rows[i];
		}
	}
	return n;
}

/* The bit or field of which this is the highest bit. */
static const struct vmc_value *part_at(const char *group, const enum vmc_value_arch *arch,
				       unsigned int bit)
{
	size_t n_rows;
	const struct vmc_value *rows = vmc_values_builtin(&n_rows), *other = NULL;

	for (size_t i = 0; i < n_rows; i++) {
		const struct vmc_value *v = &rows[i];

		if ((v->kind != VMC_VALUE_BIT && v->kind != VMC_VALUE_FIELD) || v->last != bit ||
		    !in_group(v, group) || (arch && !on_machine(v, *arch)))
			continue;
		if (is_current(v))
			return v;
		other = other ? other : v;
	}
	return other;
}

const struct vmc_value *vmc_value_bit(const char *group, unsigned int bit)
{
	return part_at(group, NULL, bit);
}

size_t vmc_value_decode(const char *group, enum vmc_value_arch arch, uint64_t value,
			struct vmc_value_part *ret, size_t max, uint64_t *ret_rest)
{
	uint64_t rest = value;
	size_t n = 0;

	for (unsigned int bit = 64; bit-- > 0 && n < max;) {
		const struct vmc_value *v = part_at(group, &arch, bit);
		uint64_t mask, number;

		if (!v)
			continue;
		mask = (v->last - v->value == 63 ? 0 : (uint64_t)1 << (v->last - v->value + 1)) - 1;
		number = value >> v->value & mask;
		rest &= ~(mask << v->value);
		if (number)
			ret[n++] = (struct vmc_value_part){ v, number };
	}
	*ret_rest = rest;
	return n;
}
