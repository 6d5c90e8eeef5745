/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/vmcoreinfo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

/* The kernel has room for one page; a page of 64 KiB at most. */
#define TEXT_MAX ((size_t)64 << 10)
#define KEY_MAX 256u

struct entry {
	const char *key, *value; /* in `lines` */
	uint32_t next;		 /* in the chain of its bucket, +1; 0 ends it */
};

struct vmc_vmcoreinfo {
	char *text; /* as it was, and a NUL */
	size_t size;
	char *lines; /* the same, cut into strings */
	VMC_VEC(struct entry) entries;
	uint32_t *buckets; /* first entry, +1 */
	uint32_t mask;
};

static bool is_text(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t' || c == '\r';
}

/* Length of the text: to the first byte that cannot be part of it. */
static size_t text_size(struct vmc_bytes b)
{
	size_t n = 0;

	while (n < b.size && n < TEXT_MAX && is_text(b.data[n]))
		n++;
	/* a line that the limit cut in two would give a wrong value */
	if (n == TEXT_MAX && n < b.size) {
		while (n && b.data[n - 1] != '\n')
			n--;
	}
	return n;
}

static uint32_t *bucket_of(const struct vmc_vmcoreinfo *v, const char *key)
{
	return &v->buckets[vmc_hash_bytes(key, strlen(key)) & v->mask];
}

static bool add_line(struct vmc_vmcoreinfo *v, char *line)
{
	char *value = strchr(line, '='), *end = line + strlen(line);

	if (!value || value == line)
		return true;
	while (end > value && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\t'))
		*--end = '\0';
	*value++ = '\0';
	return vmc_vec_push(&v->entries, (struct entry){ .key = line, .value = value });
}

static bool split_lines(struct vmc_vmcoreinfo *v)
{
	char *line = v->lines;

	while (line) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = '\0';
		if (!add_line(v, line))
			return false;
		line = end;
	}
	return true;
}

static bool build_index(struct vmc_vmcoreinfo *v)
{
	size_t n = 16;

	while (n < v->entries.len)
		n *= 2;
	v->buckets = calloc(n, sizeof(*v->buckets));
	if (!v->buckets)
		return false;
	v->mask = (uint32_t)n - 1;
	/* from the last, each in front of its chain: the first of equal keys is found */
	for (size_t i = v->entries.len; i-- > 0;) {
		uint32_t *bucket = bucket_of(v, v->entries.data[i].key);

		v->entries.data[i].next = *bucket;
		*bucket = (uint32_t)i + 1;
	}
	return true;
}

struct vmc_error *vmc_vmcoreinfo_parse(struct vmc_bytes text, struct vmc_vmcoreinfo **ret)
{
	vmc_cleanup(vmc_cleanup_vmcoreinfop) struct vmc_vmcoreinfo *v = calloc(1, sizeof(*v));

	if (!v)
		return vmc_error_no_memory();
	v->size = text_size(text);
	v->text = calloc(1, v->size + 1);
	v->lines = calloc(1, v->size + 1);
	if (!v->text || !v->lines)
		return vmc_error_no_memory();
	if (v->size) {
		memcpy(v->text, text.data, v->size);
		memcpy(v->lines, text.data, v->size);
	}
	if (!split_lines(v) || !build_index(v))
		return vmc_error_no_memory();
	if (!vmc_vmcoreinfo_get(v, "OSRELEASE"))
		return vmc_error_new(VMC_BAD_FORMAT,
				     "VMCOREINFO of %zu bytes, %zu of them text, has no OSRELEASE",
				     text.size, v->size);
	*ret = vmc_take(v);
	return NULL;
}

void vmc_vmcoreinfo_free(struct vmc_vmcoreinfo *v)
{
	if (!v)
		return;
	free(v->text);
	free(v->lines);
	free(v->buckets);
	vmc_vec_free(&v->entries);
	free(v);
}

const char *vmc_vmcoreinfo_get(const struct vmc_vmcoreinfo *v, const char *key)
{
	if (!v)
		return NULL;
	for (uint32_t i = *bucket_of(v, key); i; i = v->entries.data[i - 1].next) {
		if (!strcmp(v->entries.data[i - 1].key, key))
			return v->entries.data[i - 1].value;
	}
	return NULL;
}

static const char *get_in(const struct vmc_vmcoreinfo *v, const char *kind, const char *name)
{
	char key[KEY_MAX];
	int n = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	return n > 0 && (size_t)n < sizeof(key) ? vmc_vmcoreinfo_get(v, key) : NULL;
}

/* strtoull() that takes a whole string of digits and nothing else: no sign, no space. */
static bool parse_unsigned(const char *s, int base, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	if (base == 16 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		s += 2;
	/* excludes what strtoull() skips or negates, and a second 0x */
	if (!((*s >= '0' && *s <= '9') ||
	      (base == 16 && ((*s >= 'a' && *s <= 'f') || (*s >= 'A' && *s <= 'F')))) ||
	    (base == 16 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')))
		return false;
	errno = 0;
	n = strtoull(s, &end, base);
	if (errno || *end)
		return false;
	*ret = n;
	return true;
}

/*
 * Decimal with sign; but arm64 and riscv write some NUMBER()s as 0x..., full
 * 64-bit addresses among them (arch/arm64/kernel/vmcore_info.c).
 */
static bool parse_signed(const char *s, int64_t *ret)
{
	bool negative = *s == '-';
	uint64_t n;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		if (!parse_unsigned(s, 16, &n))
			return false;
		*ret = (int64_t)n;
		return true;
	}
	if (!parse_unsigned(s + negative, 10, &n) || n > (uint64_t)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)-n : (int64_t)n;
	return true;
}

bool vmc_vmcoreinfo_symbol(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret)
{
	const char *s = get_in(v, "SYMBOL", name);

	return s && parse_unsigned(s, 16, ret);
}

bool vmc_vmcoreinfo_number(const struct vmc_vmcoreinfo *v, const char *name, int64_t *ret)
{
	const char *s = get_in(v, "NUMBER", name);

	return s && parse_signed(s, ret);
}

bool vmc_vmcoreinfo_size(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret)
{
	const char *s = get_in(v, "SIZE", name);

	return s && parse_unsigned(s, 10, ret);
}

bool vmc_vmcoreinfo_offset(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret)
{
	const char *s = get_in(v, "OFFSET", name);

	return s && parse_unsigned(s, 10, ret);
}

bool vmc_vmcoreinfo_length(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret)
{
	const char *s = get_in(v, "LENGTH", name);

	return s && parse_unsigned(s, 10, ret);
}

bool vmc_vmcoreinfo_hex(const struct vmc_vmcoreinfo *v, const char *key, uint64_t *ret)
{
	const char *s = vmc_vmcoreinfo_get(v, key);

	return s && parse_unsigned(s, 16, ret);
}

bool vmc_vmcoreinfo_decimal(const struct vmc_vmcoreinfo *v, const char *key, int64_t *ret)
{
	const char *s = vmc_vmcoreinfo_get(v, key);

	return s && parse_signed(s, ret);
}

struct vmc_bytes vmc_vmcoreinfo_text(const struct vmc_vmcoreinfo *v)
{
	if (!v)
		return (struct vmc_bytes){ 0 };
	return (struct vmc_bytes){ (const uint8_t *)v->text, v->size };
}
