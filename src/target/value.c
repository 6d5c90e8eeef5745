/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/value.h"

#include <string.h>

#include "target/layout.h"

#define PAGE_BYTES 4096u
/* Values in one command: what overlaps in unions of unions multiplies without limit. */
#define PRINTED_MAX (1u << 20)

/* The same in brief. */
#define BRIEF_ELEMENTS 4
#define BRIEF_MEMBERS 6
#define BRIEF_TEXT 64

/* --- images --- */

struct vmc_error *vmc_image_read(const struct vmc_reader *mem, uint64_t addr, uint64_t size,
				 struct vmc_image *ret)
{
	struct vmc_image image = { .addr = addr, .size = size };
	uint64_t done = 0;

	if (size > VMC_VALUE_MAX)
		return vmc_error_new(VMC_LIMIT, "%llu bytes: values of up to %u are shown",
				     (unsigned long long)size, VMC_VALUE_MAX);
	if (size && addr + (size - 1) < addr)
		return vmc_error_new(VMC_UNMAPPED,
				     "%llx: an object of %llu bytes does not fit there",
				     (unsigned long long)addr, (unsigned long long)size);
	if (size)
		image.n_pages = (size_t)((addr + (size - 1)) / PAGE_BYTES - addr / PAGE_BYTES + 1);
	image.data = calloc(1, size ? (size_t)size : 1);
	image.absent = calloc(1, image.n_pages ? image.n_pages : 1);
	if (!image.data || !image.absent) {
		vmc_image_deinit(&image);
		return vmc_error_no_memory();
	}
	for (size_t page = 0; page < image.n_pages; page++) {
		uint64_t n = PAGE_BYTES - (addr + done) % PAGE_BYTES;
		struct vmc_error *err;

		if (n > size - done)
			n = size - done;
		err = vmc_read(mem, addr + done, image.data + done, (size_t)n);
		if (err) {
			image.absent[page] = (uint8_t)vmc_error_code(err);
			image.n_absent++;
			memset(image.data + done, 0, (size_t)n);
		}
		if (!image.why)
			image.why = err;
		else
			vmc_error_free(err);
		done += n;
	}
	*ret = image;
	return NULL;
}

struct vmc_error *vmc_image_make(uint64_t size, struct vmc_image *ret)
{
	struct vmc_image image = { .size = size, .by_byte = true };

	if (size > VMC_VALUE_MAX)
		return vmc_error_new(VMC_LIMIT, "%llu bytes: values of up to %u are shown",
				     (unsigned long long)size, VMC_VALUE_MAX);
	image.n_pages = size ? (size_t)size : 1;
	image.data = calloc(1, image.n_pages);
	image.absent = calloc(1, image.n_pages);
	if (!image.data || !image.absent) {
		vmc_image_deinit(&image);
		return vmc_error_no_memory();
	}
	*ret = image;
	return NULL;
}

void vmc_image_deinit(struct vmc_image *image)
{
	free(image->data);
	free(image->absent);
	vmc_error_free(image->why);
	*image = (struct vmc_image){ 0 };
}

/* Why bytes [offset, offset + size) are missing; `all`: only when none of them is there. */
static enum vmc_code absent(const struct vmc_image *image, uint64_t offset, uint64_t size, bool all)
{
	uint64_t grain = image->by_byte ? 1 : PAGE_BYTES, page, last;
	enum vmc_code first = VMC_OK;

	if (!size)
		return VMC_OK;
	if (!vmc_range_ok(offset, size, image->size))
		return VMC_BAD_FORMAT;
	page = (image->addr + offset) / grain - image->addr / grain;
	last = (image->addr + offset + (size - 1)) / grain - image->addr / grain;
	for (; page <= last; page++) {
		enum vmc_code code = image->absent[page];

		if (all && !code)
			return VMC_OK;
		if (code && !first)
			first = code;
		if (code && !all)
			break;
	}
	return first;
}

static void reason(enum vmc_code code, struct vmc_str *out)
{
	vmc_str_addf(out, "<%s>",
		     code == VMC_IMAGE_OPTIMISED_OUT ? "optimised out" : vmc_code_text(code));
}

/* --- printer --- */

void vmc_printer_deinit(struct vmc_printer *p)
{
	vmc_error_free(p->problem);
	p->problem = NULL;
}

/* Shows an error of a type in place of the value, and keeps the first. */
static void problem(struct vmc_printer *p, struct vmc_error *err, struct vmc_str *out)
{
	reason(vmc_error_code(err), out);
	if (!p->problem)
		p->problem = err;
	else
		vmc_error_free(err);
}

/* Ends the loops over members and elements. */
static bool is_enough(struct vmc_printer *p)
{
	if (p->shown < PRINTED_MAX)
		return false;
	if (!p->problem)
		p->problem = vmc_error_new(VMC_LIMIT, "more than %u values: the rest is not shown",
					   PRINTED_MAX);
	return true;
}

static void indent(const struct vmc_printer *p, unsigned int level, struct vmc_str *out)
{
	vmc_str_addf(out, "%*s", (int)(p->base + 2 * level), "");
}

static void character(uint8_t c, char quote, struct vmc_str *out)
{
	static const char named[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
	const char *at = c ? strchr(named, c) : NULL;

	if (at)
		vmc_str_addf(out, "\\%c", letters[at - named]);
	else if (c < 0x20 || c >= 0x7f)
		vmc_str_addf(out, "\\%03o", c);
	else
		vmc_str_addf(out, c == (uint8_t)quote || c == '\\' ? "\\%c" : "%c", c);
}

static void text(const uint8_t *bytes, size_t n, bool cut, struct vmc_str *out)
{
	vmc_str_addc(out, '"');
	for (size_t i = 0; i < n; i++)
		character(bytes[i], '"', out);
	vmc_str_add(out, cut ? "\"..." : "\"");
}

/* Up to 64 bits from anywhere in the image; the caller has made sure that they are in it. */
static uint64_t load_bits(const struct vmc_image *image, uint64_t bit, unsigned int n)
{
	uint64_t value = 0;

	for (unsigned int have = 0; have < n;) {
		unsigned int shift = (unsigned int)(bit % 8), take = 8 - shift;
		uint64_t byte = image->data[bit / 8];

		if (take > n - have)
			take = n - have;
		value |= (byte >> shift & ((1u << take) - 1)) << have;
		have += take;
		bit += take;
	}
	return value;
}

static int64_t sign_extend(uint64_t value, unsigned int bits)
{
	unsigned int shift = 64 - bits;

	return (int64_t)(value << shift) >> shift;
}

/* One value on its way through its type. */
struct place {
	const struct vmc_image *image;
	const struct vmc_type *type; /* without typedefs */
	uint64_t bit;
	unsigned int bit_size; /* 0: whole bytes */
	unsigned int level;
};

/* Bits of a scalar; 0 for a width that none has, and the complaint is written. */
static unsigned int bits_of(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	uint64_t bytes = at->type->size;

	if (!bytes || bytes > 8 || at->bit_size > 64) {
		problem(p,
			vmc_error_new(VMC_BAD_FORMAT, "\"%s\" is a number of %llu bytes",
				      at->type->name, (unsigned long long)bytes),
			out);
		return 0;
	}
	return at->bit_size ? at->bit_size : (unsigned int)bytes * 8;
}

static void integer(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	const struct vmc_type *t = at->type;
	unsigned int bits;
	uint64_t v;

	if (t->size == 16 && !at->bit_size) {
		uint64_t high = load_bits(at->image, at->bit + 64, 64);

		v = load_bits(at->image, at->bit, 64);
		if (high)
			vmc_str_addf(out, "0x%llx%016llx", (unsigned long long)high,
				     (unsigned long long)v);
		else
			vmc_str_addf(out, "0x%llx", (unsigned long long)v);
		return;
	}
	bits = bits_of(p, at, out);
	if (!bits)
		return;
	v = load_bits(at->image, at->bit, bits);
	if (p->hex)
		vmc_str_addf(out, "0x%llx", (unsigned long long)v);
	else if (t->flags & VMC_TYPE_BOOL && v <= 1)
		vmc_str_add(out, v ? "true" : "false");
	else if (t->flags & VMC_TYPE_SIGNED || (t->flags & VMC_TYPE_CHAR && bits == 8))
		vmc_str_addf(out, "%lld", (long long)sign_extend(v, bits));
	else
		vmc_str_addf(out, "%llu", (unsigned long long)v);
	if (t->size != 1 || at->bit_size || p->hex || t->flags & VMC_TYPE_BOOL)
		return;
	if (p->brief && !(t->flags & VMC_TYPE_CHAR)) /* of a number it says nothing */
		return;
	vmc_str_add(out, " '");
	character((uint8_t)v, '\'', out);
	vmc_str_addc(out, '\'');
}

/* Names of the bits of v as "(A | B)"; false where the enum is no set of single bits. */
static bool flags(const struct vmc_type *t, uint64_t v, struct vmc_str *out)
{
	vmc_autostr struct vmc_str names = { 0 };
	uint64_t seen = 0, left = v;

	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_enumerator e;
		vmc_autoerror struct vmc_error *err = vmc_type_enumerator_at(t, i, &e);
		uint64_t bit = err ? 0 : (uint64_t)e.value;

		if (err || e.value < 0 || bit & (bit - 1))
			return false;
		if (bit & left & ~seen) {
			vmc_str_add(&names, names.len ? " | " : "");
			vmc_str_add_safe(&names, e.name);
			left &= ~bit;
		}
		seen |= bit;
	}
	if (!v || !seen)
		return false;
	if (left)
		vmc_str_addf(&names, "%sunknown: 0x%llx", names.len ? " | " : "",
			     (unsigned long long)left);
	vmc_str_addf(out, "(%s)", vmc_str_text(&names));
	return true;
}

static void enumeration(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	const struct vmc_type *t = at->type;
	unsigned int bits;
	uint64_t raw, mask;

	bits = bits_of(p, at, out);
	if (!bits)
		return;
	mask = UINT64_MAX >> (64 - bits);
	raw = load_bits(at->image, at->bit, bits);
	for (uint32_t i = 0; i < t->n_members; i++) {
		struct vmc_enumerator e;
		struct vmc_error *err = vmc_type_enumerator_at(t, i, &e);

		if (err) {
			problem(p, err, out);
			return;
		}
		if (((uint64_t)e.value & mask) == raw) {
			vmc_str_add_safe(out, e.name);
			return;
		}
	}
	if (flags(t, raw, out))
		return;
	if (p->hex)
		vmc_str_addf(out, "0x%llx", (unsigned long long)raw);
	else if (t->flags & VMC_TYPE_SIGNED)
		vmc_str_addf(out, "%lld", (long long)sign_extend(raw, bits));
	else
		vmc_str_addf(out, "%llu", (unsigned long long)raw);
}

static void floating(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	unsigned int bits = bits_of(p, at, out);
	uint64_t raw;
	double d;

	if (!bits)
		return;
	raw = load_bits(at->image, at->bit, bits);
	memcpy(&d, &raw, sizeof(d));
	if (bits == 32) {
		uint32_t half = (uint32_t)raw;
		float f;

		memcpy(&f, &half, sizeof(f));
		d = (double)f;
	}
	vmc_str_addf(out, "%.9g", d);
}

/* --- pointers --- */

/* A text of unknown length: page by page, as the next page may be missing. */
static void text_at(const struct vmc_printer *p, uint64_t addr, struct vmc_str *out)
{
	uint8_t buf[VMC_VALUE_ELEMENTS];
	size_t most = p->brief ? BRIEF_TEXT : sizeof(buf), have = 0, len;

	while (have < most) {
		size_t n = PAGE_BYTES - (size_t)((addr + have) % PAGE_BYTES);
		vmc_autoerror struct vmc_error *err = NULL;

		if (n > most - have)
			n = most - have;
		err = vmc_read(&p->mem, addr + have, buf + have, n);
		if (err && !have) {
			reason(vmc_error_code(err), out);
			return;
		}
		if (err)
			break;
		have += n;
		if (memchr(buf, 0, have))
			break;
	}
	len = strnlen((const char *)buf, have);
	text(buf, len, len == have, out);
}

static bool is_text(const struct vmc_type *t)
{
	return t->kind == VMC_TYPE_INT && t->size == 1 && !(t->flags & VMC_TYPE_BOOL);
}

/* " <init_task+3112>" where the kernel or a module has a symbol there. */
static bool symbol(const struct vmc_printer *p, uint64_t addr, bool exact, struct vmc_str *out)
{
	struct vmc_location where;

	if (!p->target || !(addr >> 47) || !vmc_target_locate(p->target, addr, &where) ||
	    !where.name || (exact && addr != where.addr))
		return false;
	vmc_str_add(out, exact ? "<" : " <");
	vmc_str_add_safe(out, where.name);
	if (addr != where.addr)
		vmc_str_addf(out, "+%llu", (unsigned long long)(addr - where.addr));
	vmc_str_addc(out, '>');
	return true;
}

/* An address and what can be said in a few words of what is there, by the type of that. */
static void address(struct vmc_printer *p, uint64_t v, const struct vmc_type *target,
		    struct vmc_str *out)
{
	struct vmc_error *err = vmc_type_strip(target, &target);

	vmc_str_addf(out, "0x%llx", (unsigned long long)v);
	if (err) {
		vmc_str_addc(out, ' ');
		problem(p, err, out);
	} else if (v && is_text(target) && !(p->brief && !(v >> 47))) { /* none of a user's */
		vmc_str_addc(out, ' ');
		text_at(p, v, out);
	} else {
		symbol(p, v, false, out);
	}
}

static void pointer(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	const struct vmc_type *target;
	struct vmc_error *err = vmc_type_target(at->type, &target);

	if (!err && (at->type->size != 8 || at->bit_size))
		err = vmc_error_new(VMC_BAD_FORMAT, "pointer of %llu bytes",
				    (unsigned long long)at->type->size);
	if (err)
		problem(p, err, out);
	else
		address(p, load_bits(at->image, at->bit, 64), target, out);
}

/* --- what holds other values --- */

/* A value within the one at `outer`. */
static void value(struct vmc_printer *p, const struct place *outer, const struct vmc_type *type,
		  uint64_t bit, unsigned int bit_size, struct vmc_str *out);

static void array(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	const struct vmc_type *element, *core;
	struct vmc_error *err = vmc_type_target(at->type, &element);
	uint64_t n = at->type->count, most = VMC_VALUE_ELEMENTS, shown;
	const uint8_t *bytes = at->image->data + at->bit / 8;

	if (!err)
		err = vmc_type_strip(element, &core);
	if (err) {
		problem(p, err, out);
		return;
	}
	if (p->brief)
		most = is_text(core) ? BRIEF_TEXT : BRIEF_ELEMENTS;
	shown = n < most ? n : most;
	if (!n) { /* its length is not in the type: where it is, as gdb shows it */
		address(p, at->image->addr + at->bit / 8, element, out);
		return;
	}
	if (is_text(core)) {
		if (p->brief && memchr(bytes, 0, (size_t)shown)) {
			text(bytes, strnlen((const char *)bytes, (size_t)shown), false, out);
			return;
		}
		/* gdb leaves out the last of the NULs */
		text(bytes, (size_t)(shown == n && !bytes[n - 1] ? n - 1 : shown), shown < n, out);
		return;
	}
	vmc_str_addc(out, '{');
	for (uint64_t i = 0; i < shown && !is_enough(p); i++) {
		vmc_str_add(out, i ? ", " : "");
		value(p, at, element, at->bit + i * element->size * 8, 0, out);
	}
	vmc_str_add(out, shown < n ? "...}" : "}");
}

/* The first few members, of one level. */
static void brief_record(struct vmc_printer *p, const struct place *at, struct vmc_str *out)
{
	const struct vmc_type *t = at->type;

	if (at->level) {
		vmc_str_add(out, "{...}");
		return;
	}
	vmc_str_addc(out, '{');
	for (uint32_t i = 0; i < t->n_members && i < BRIEF_MEMBERS && !is_enough(p); i++) {
		struct vmc_member m;
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		vmc_str_add(out, i ? ", " : "");
		if (err) {
			problem(p, err, out);
			continue;
		}
		vmc_str_add_safe(out, m.name);
		vmc_str_add(out, *m.name ? " = " : "");
		value(p, at, m.type, at->bit + m.bit_offset, m.bit_size, out);
	}
	vmc_str_add(out, t->n_members > BRIEF_MEMBERS ? ", ...}" : "}");
}

static void record(struct vmc_printer *p, const struct place *at, bool follow, struct vmc_str *out)
{
	const struct vmc_type *t = at->type;

	if (!t->n_members) {
		vmc_str_add(out, "{<No data fields>}");
		return;
	}
	if (p->brief) {
		brief_record(p, at, out);
		return;
	}
	vmc_str_add(out, "{\n");
	for (uint32_t i = 0; i < t->n_members && !is_enough(p); i++) {
		struct vmc_member m;
		struct vmc_error *err = vmc_type_member_at(t, i, &m);

		if (!err) {
			m.bit_offset += at->bit;
			if (follow && vmc_value_follow(p, at->image, &m, m.name, out))
				continue;
		}
		indent(p, at->level + 1, out);
		if (err) {
			problem(p, err, out);
		} else {
			vmc_str_add_safe(out, m.name);
			vmc_str_add(out, *m.name ? " = " : "");
			value(p, at, m.type, m.bit_offset, m.bit_size, out);
		}
		vmc_str_add(out, i + 1 < t->n_members ? ",\n" : "\n");
	}
	indent(p, at->level, out);
	vmc_str_addc(out, '}');
}

static void typed(struct vmc_printer *p, const struct place *at, bool follow, struct vmc_str *out)
{
	switch (at->type->kind) {
	case VMC_TYPE_INT:
		integer(p, at, out);
		return;
	case VMC_TYPE_ENUM:
		enumeration(p, at, out);
		return;
	case VMC_TYPE_FLOAT:
		floating(p, at, out);
		return;
	case VMC_TYPE_POINTER:
		pointer(p, at, out);
		return;
	case VMC_TYPE_ARRAY:
		array(p, at, out);
		return;
	case VMC_TYPE_STRUCT:
	case VMC_TYPE_UNION:
		record(p, at, follow, out);
		return;
	case VMC_TYPE_VOID:
	case VMC_TYPE_TYPEDEF:
	case VMC_TYPE_QUALIFIED:
	case VMC_TYPE_FUNCTION:
	case VMC_TYPE_DECLARED:
		break;
	}
	vmc_str_add(out, "<incomplete type>");
}

/* True when bytes of the type mean something one by one. */
static bool is_divisible(const struct vmc_type *t)
{
	const struct vmc_type *element;
	struct vmc_error *err;

	if (t->kind != VMC_TYPE_ARRAY)
		return t->kind == VMC_TYPE_STRUCT || t->kind == VMC_TYPE_UNION;
	err = vmc_type_target(t, &element);
	if (!err)
		err = vmc_type_strip(element, &element);
	if (err) {
		vmc_error_free(err);
		return true;
	}
	return !is_text(element);
}

/* `at` without its type yet. */
static void value_at(struct vmc_printer *p, struct place at, const struct vmc_type *type,
		     bool follow, struct vmc_str *out)
{
	struct vmc_error *err = vmc_type_strip(type, &at.type);
	enum vmc_code code;
	uint64_t bits;

	if (!err && at.level > VMC_TYPE_DEPTH_MAX)
		err = vmc_error_new(VMC_LIMIT, "the type is nested too deep");
	if (!err && at.bit_size && at.type->kind != VMC_TYPE_INT && at.type->kind != VMC_TYPE_ENUM)
		err = vmc_error_new(VMC_BAD_FORMAT, "a bit-field that is no number");
	if (err) {
		problem(p, err, out);
		return;
	}
	p->shown++;
	bits = at.bit_size ? at.bit_size : at.type->size * 8;
	code = absent(at.image, at.bit / 8, (at.bit % 8 + bits + 7) / 8, is_divisible(at.type));
	if (code)
		reason(code, out);
	else
		typed(p, &at, follow, out);
}

static void value(struct vmc_printer *p, const struct place *outer, const struct vmc_type *type,
		  uint64_t bit, unsigned int bit_size, struct vmc_str *out)
{
	struct place at = {
		.image = outer->image, .bit = bit, .bit_size = bit_size, .level = outer->level + 1
	};

	value_at(p, at, type, false, out);
}

void vmc_value_print(struct vmc_printer *p, const struct vmc_image *image,
		     const struct vmc_member *m, unsigned int level, struct vmc_str *out)
{
	struct place at = {
		.image = image, .bit = m->bit_offset, .bit_size = m->bit_size, .level = level
	};

	value_at(p, at, m->type, p->follow, out);
}

/* --- crash's `struct -p` --- */

/* What is behind "->". */
static void target_of(struct vmc_printer *p, uint64_t addr, const struct vmc_type *target,
		      struct vmc_str *out)
{
	vmc_autoimage struct vmc_image image = { 0 };
	struct vmc_member whole = { .name = "", .type = target };
	const struct vmc_type *core;
	struct vmc_error *err = vmc_type_strip(target, &core);
	bool named;

	if (!err && is_text(core)) {
		text_at(p, addr, out);
		return;
	}
	named = symbol(p, addr, true, out);
	if (!err && !core->size) { /* functions, void, structs that are only declared */
		vmc_str_add(out, named ? "" : "(unknown target type)");
		return;
	}
	if (!err)
		err = vmc_image_read(&p->mem, addr, core->size, &image);
	vmc_str_add(out, named ? " " : "");
	if (err)
		problem(p, err, out);
	else
		vmc_value_print(p, &image, &whole, 0, out);
}

bool vmc_value_follow(struct vmc_printer *p, const struct vmc_image *image,
		      const struct vmc_member *m, const char *name, struct vmc_str *out)
{
	const struct vmc_printer before = *p;
	vmc_autostr struct vmc_str words = { 0 };
	const struct vmc_type *t, *target;
	vmc_autoerror struct vmc_error *err = vmc_type_strip(m->type, &t);
	uint64_t addr;

	if (err || t->kind != VMC_TYPE_POINTER || t->size != 8 || m->bit_size ||
	    m->bit_offset % 8 || absent(image, m->bit_offset / 8, 8, false))
		return false;
	err = vmc_layout_declare(m->type, name, &words);
	if (!err)
		err = vmc_type_target(t, &target);
	if (err)
		return false;
	addr = load_bits(image, m->bit_offset, 64);
	indent(p, 1, out);
	vmc_str_addf(out, "%s = 0x%llx\n", vmc_str_text(&words), (unsigned long long)addr);
	indent(p, 1, out);
	vmc_str_add(out, "-> ");
	p->base += 5;
	p->follow = false;
	if (addr)
		target_of(p, addr, target, out);
	else
		vmc_str_add(out, "NULL");
	vmc_str_addc(out, '\n');
	p->base = before.base;
	p->follow = before.follow;
	return true;
}
