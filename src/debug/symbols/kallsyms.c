/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/symbols/kallsyms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "debug/symbols/kallsyms-internal.h"

#define PAGE 4096u
#define NAMES_CHUNK ((size_t)256 << 10)
/* Twice KSYM_NAME_LEN (512 from 6.1 on) with the type letter. */
#define NAME_MAX_LEN 1024u
/* token_index cannot point further; a real token_table has 1 KiB. */
#define TOKEN_TABLE_MAX (65536u + NAME_MAX_LEN)
/* Tokens are copied in steps of this many bytes, one load and store each. */
#define COPY 16u
/* Several symbols may have the name of the one looked for; more than these are not tried. */
#define ANCHORS_MAX 8
/* From _text to _stext: the head of the image, 64 KiB or 2 MiB on arm64, 0 on x86. */
#define HEAD_MAX ((uint64_t)4 << 20)

/* Everything needed to decode, read from memory and checked once. */
struct source {
	uint32_t n_syms;
	bool wide;

	uint8_t *names;
	size_t names_size; /* up to the end of the last record, or beyond it */

	char *token_text; /* COPY bytes longer than its content */
	const char *token[VMC_KALLSYMS_TOKENS];
	uint16_t token_len[VMC_KALLSYMS_TOKENS];

	uint8_t *offsets, *addresses; /* NULL where there is none */
	struct vmc_kallsyms_values values;

	/* the symbols of these names by number */
	size_t stext[ANCHORS_MAX], text[ANCHORS_MAX];
	size_t n_stext, n_text;
};

static void source_deinit(struct source *s)
{
	free(s->names);
	free(s->token_text);
	free(s->offsets);
	free(s->addresses);
}

size_t vmc_kallsyms_read(const struct vmc_reader *mem, uint64_t addr, uint8_t *buf, size_t size,
			 bool fine, struct vmc_error **ret_error)
{
	struct vmc_error *err = vmc_read(mem, addr, buf, size);
	size_t done = err ? 0 : size, step = PAGE;

	while (done < size) {
		size_t part = step - (size_t)((addr + done) % step);

		if (part > size - done)
			part = size - done;
		vmc_error_free(err);
		err = vmc_read(mem, addr + done, buf + done, part);
		if (!err)
			done += part;
		else if (fine && step > 1)
			step /= 2;
		else
			break;
	}
	*ret_error = err;
	return done;
}

static struct vmc_error *read_tokens(const struct vmc_reader *mem,
				     const struct vmc_kallsyms_tables *tables, struct source *s)
{
	uint8_t index[VMC_KALLSYMS_INDEX_SIZE];
	vmc_autoerror struct vmc_error *end = NULL;
	size_t want = 0, size;

	VMC_TRY(vmc_error_wrap(vmc_read(mem, tables->token_index, index, sizeof(index)),
			       "kallsyms_token_index"));
	for (size_t i = 0; i < VMC_KALLSYMS_TOKENS; i++)
		if (vmc_le16(index + 2 * i) > want)
			want = vmc_le16(index + 2 * i);
	want += NAME_MAX_LEN;
	s->token_text = calloc(1, TOKEN_TABLE_MAX + COPY);
	if (!s->token_text)
		return vmc_error_no_memory();
	size = vmc_kallsyms_read(mem, tables->token_table, (uint8_t *)s->token_text, want, true,
				 &end);
	for (size_t i = 0; i < VMC_KALLSYMS_TOKENS; i++) {
		uint16_t at = vmc_le16(index + 2 * i);
		const char *nul = at < size ? memchr(s->token_text + at, 0, size - at) : NULL;

		if (!nul && end)
			return vmc_error_wrap(vmc_take(end), "kallsyms_token_table");
		if (!nul || nul - s->token_text - at >= NAME_MAX_LEN)
			return vmc_error_new(VMC_BAD_FORMAT,
					     "kallsyms: token %zu at %u does not end", i, at);
		s->token[i] = s->token_text + at;
		s->token_len[i] = (uint16_t)(nul - s->token[i]);
	}
	return NULL;
}

static struct vmc_error *read_array(const struct vmc_reader *mem, const char *what, uint64_t addr,
				    size_t size, uint8_t **ret)
{
	if (!addr)
		return NULL;
	*ret = malloc(size);
	if (!*ret)
		return vmc_error_no_memory();
	return vmc_error_wrap(vmc_read(mem, addr, *ret, size), "%s", what);
}

/*
 * Tells whether the expanded record, without its type letter, is `name`. Nearly
 * all end with the first token.
 */
static bool record_is(const struct source *s, const uint8_t *tokens, size_t len, const char *name)
{
	size_t want = strlen(name), pos = 0; /* pos counts the type letter */

	for (size_t i = 0; i < len; i++) {
		const char *text = s->token[tokens[i]];

		for (size_t k = 0; k < s->token_len[tokens[i]]; k++, pos++)
			if (pos && (pos > want || text[k] != name[pos - 1]))
				return false;
	}
	return pos == want + 1;
}

/* Reads the next chunk of the names; `end` keeps why there is none. */
static struct vmc_error *read_more(const struct vmc_reader *mem, uint64_t addr, struct source *s,
				   struct vmc_error **end)
{
	uint8_t *grown;

	if (*end)
		return vmc_take(*end);
	if (s->names_size + NAMES_CHUNK > VMC_KALLSYMS_NAMES_MAX)
		return vmc_error_new(VMC_LIMIT, "more than %zu MiB", VMC_KALLSYMS_NAMES_MAX >> 20);
	grown = realloc(s->names, s->names_size + NAMES_CHUNK);
	if (!grown)
		return vmc_error_no_memory();
	s->names = grown;
	s->names_size += vmc_kallsyms_read(mem, addr + s->names_size, s->names + s->names_size,
					   NAMES_CHUNK, true, end);
	return NULL;
}

/*
 * Reads the names, whose size is not known beforehand, chunk by chunk up to
 * the last record, and notes _stext and _text on the way.
 */
static struct vmc_error *read_names(const struct vmc_reader *mem, uint64_t addr, struct source *s)
{
	vmc_autoerror struct vmc_error *end = NULL;
	size_t pos = 0, i = 0, len = 0;

	s->names_size = s->n_stext = s->n_text = 0;
	while (i < s->n_syms) {
		struct vmc_bytes names = { s->names, s->names_size };
		size_t at = pos;

		switch (vmc_kallsyms_record(names, &at, s->wide, &len)) {
		case VMC_KALLSYMS_MORE:
			VMC_TRY(vmc_error_wrap(read_more(mem, addr, s, &end),
					       "kallsyms_names, symbol %zu of %" PRIu32, i,
					       s->n_syms));
			continue;
		case VMC_KALLSYMS_BAD:
			return vmc_error_new(VMC_BAD_FORMAT,
					     "kallsyms: symbol %zu of %" PRIu32
					     " has no plausible length",
					     i, s->n_syms);
		case VMC_KALLSYMS_RECORD:
			break;
		}
		if (s->n_stext < ANCHORS_MAX && record_is(s, s->names + at, len, "_stext"))
			s->stext[s->n_stext++] = i;
		else if (s->n_text < ANCHORS_MAX && record_is(s, s->names + at, len, "_text"))
			s->text[s->n_text++] = i;
		pos = at + len;
		i++;
	}
	s->names_size = pos;
	return NULL;
}

/* Which encodings are possible at all with the tables at hand. */
static bool is_possible(const struct source *s, enum vmc_kallsyms_encoding encoding)
{
	switch (encoding) {
	case VMC_KALLSYMS_ADDRESS:
		return s->addresses;
	case VMC_KALLSYMS_PERCPU:
	case VMC_KALLSYMS_BASE:
		return s->offsets && s->values.base;
	case VMC_KALLSYMS_PLACE: /* sorted offsets from a base would pass for them, too */
		return s->offsets && !s->values.base;
	case VMC_KALLSYMS_ENCODINGS:
		break;
	}
	return false;
}

static struct vmc_kallsyms_values values_of(const struct source *s,
					    enum vmc_kallsyms_encoding encoding)
{
	struct vmc_kallsyms_values v = s->values;

	v.data = encoding == VMC_KALLSYMS_ADDRESS ? s->addresses : s->offsets;
	return v;
}

static bool in_range(struct vmc_range r, uint64_t addr)
{
	return addr >= r.start && addr < r.end;
}

/* _stext is where it should be, or is in the range where any place will do. */
static bool anchor_fits(const struct source *s, enum vmc_kallsyms_encoding encoding, uint64_t stext,
			struct vmc_range text)
{
	struct vmc_kallsyms_values v = values_of(s, encoding);

	for (size_t k = 0; k < s->n_stext; k++) {
		uint64_t addr = vmc_kallsyms_address(&v, encoding, s->stext[k]);

		if (stext ? addr == stext : in_range(text, addr))
			return true;
	}
	/* a table without _stext: the start of the image, at or shortly before it */
	for (size_t k = 0; k < s->n_text && !(stext && s->n_stext); k++) {
		uint64_t addr = vmc_kallsyms_address(&v, encoding, s->text[k]);

		if (stext ? stext - addr < HEAD_MAX : in_range(text, addr))
			return true;
	}
	return false;
}

/*
 * A second look where _stext itself is not known: symbols are written sorted
 * by address, and functions lie in the text. One in sixteen may be out of
 * place: absolute constants, and the order of a kernel linked in passes.
 */
static bool is_sane(const struct source *s, enum vmc_kallsyms_encoding encoding,
		    struct vmc_range text)
{
	struct vmc_kallsyms_values v = values_of(s, encoding);
	struct vmc_bytes names = { s->names, s->names_size };
	size_t pos = 0, len, falls = 0, functions = 0, outside = 0;
	uint64_t last = 0;

	for (size_t i = 0; i < s->n_syms; i++) {
		uint64_t addr = vmc_kallsyms_address(&v, encoding, i);
		char type;

		if (vmc_kallsyms_record(names, &pos, s->wide, &len) != VMC_KALLSYMS_RECORD)
			return false;
		type = *s->token[names.data[pos]];
		pos += len;
		falls += addr < last;
		last = addr;
		if (type != 'T' && type != 't')
			continue;
		functions++;
		outside += !in_range(text, addr);
	}
	return functions && falls <= s->n_syms / 16 && outside <= functions / 16;
}

/* Finds the encoding that puts _stext in its place; VMC_KALLSYMS_ENCODINGS when none does. */
static enum vmc_kallsyms_encoding choose(const struct source *s, uint64_t stext,
					 struct vmc_range text)
{
	for (enum vmc_kallsyms_encoding e = 0; e < VMC_KALLSYMS_ENCODINGS; e++)
		if (is_possible(s, e) && anchor_fits(s, e, stext, text) &&
		    (stext || is_sane(s, e, text)))
			return e;
	return VMC_KALLSYMS_ENCODINGS;
}

static bool is_type_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '?' || c == '-';
}

/* Expands `len` tokens to buf (NAME_MAX_LEN + COPY bytes); 0 when they are too long. */
static size_t expand(const struct source *s, const uint8_t *tokens, size_t len, char *buf)
{
	size_t pos = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t t = tokens[i];
		size_t n = s->token_len[t];

		if (n > NAME_MAX_LEN - pos)
			return 0;
		/* mostly one step; what is copied too much is written over by the next */
		for (size_t k = 0; k < n; k += COPY)
			memcpy(buf + pos + k, s->token[t] + k, COPY);
		pos += n;
	}
	return pos;
}

static struct vmc_error *decode(const struct source *s, enum vmc_kallsyms_encoding encoding,
				struct vmc_symtab **ret)
{
	vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab *t = vmc_symtab_new();
	struct vmc_kallsyms_values v = values_of(s, encoding);
	struct vmc_bytes names = { s->names, s->names_size };
	size_t pos = 0, len;

	_Static_assert(VMC_SYMTAB_ROOM >= NAME_MAX_LEN + COPY, "a name is expanded in place");
	if (!t)
		return vmc_error_no_memory();
	/* names shrink to about half */
	VMC_TRY(vmc_symtab_reserve(t, s->n_syms, s->names_size * 2));
	for (size_t i = 0; i < s->n_syms; i++) {
		char *buf = vmc_symtab_room(t);
		size_t n;

		if (!buf)
			return vmc_error_new(VMC_LIMIT, "kallsyms: no memory for more names");
		if (vmc_kallsyms_record(names, &pos, s->wide, &len) != VMC_KALLSYMS_RECORD)
			return vmc_error_new(VMC_BAD_FORMAT,
					     "kallsyms: symbol %zu of %" PRIu32
					     " runs over the end",
					     i, s->n_syms);
		n = expand(s, names.data + pos, len, buf);
		if (!n || !is_type_letter(buf[0]))
			return vmc_error_new(VMC_BAD_FORMAT,
					     "kallsyms: symbol %zu of %" PRIu32
					     " is not a type letter and a name",
					     i, s->n_syms);
		pos += len;
		VMC_TRY(vmc_symtab_add(t, buf + 1, n - 1, vmc_kallsyms_address(&v, encoding, i), 0,
				       buf[0]));
	}
	VMC_TRY(vmc_symtab_finish(t));
	*ret = vmc_take(t);
	return NULL;
}

/* One attempt with one reading of the length bytes. */
static struct vmc_error *load(const struct vmc_reader *mem,
			      const struct vmc_kallsyms_tables *tables, struct source *s,
			      uint64_t stext, struct vmc_range text, struct vmc_symtab **ret)
{
	enum vmc_kallsyms_encoding encoding;

	VMC_TRY(read_names(mem, tables->names, s));
	if (!s->n_stext && !s->n_text)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "kallsyms: neither _stext nor _text among %" PRIu32 " symbols",
				     s->n_syms);
	encoding = choose(s, stext, text);
	if (encoding == VMC_KALLSYMS_ENCODINGS)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "kallsyms: no known encoding gives the address of _stext");
	return decode(s, encoding, ret);
}

struct vmc_error *vmc_kallsyms_load(const struct vmc_reader *mem,
				    const struct vmc_kallsyms_tables *tables, uint64_t stext,
				    struct vmc_range text, struct vmc_symtab **ret)
{
	vmc_cleanup(source_deinit) struct source s = { .values.place = tables->offsets };
	vmc_autoerror struct vmc_error *err = NULL, *err_narrow = NULL;

	if (!tables->names || !tables->num_syms || !tables->token_table || !tables->token_index ||
	    (!tables->offsets && !tables->addresses))
		return vmc_error_new(VMC_USAGE, "kallsyms: not all tables are known");
	VMC_TRY(vmc_error_wrap(vmc_read_u32(mem, tables->num_syms, &s.n_syms),
			       "kallsyms_num_syms"));
	if (!s.n_syms || s.n_syms > VMC_KALLSYMS_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "kallsyms: a table of %" PRIu32 " symbols",
				     s.n_syms);
	VMC_TRY(read_tokens(mem, tables, &s));
	VMC_TRY(read_array(mem, "kallsyms_offsets", tables->offsets, (size_t)s.n_syms * 4,
			   &s.offsets));
	VMC_TRY(read_array(mem, "kallsyms_addresses", tables->addresses, (size_t)s.n_syms * 8,
			   &s.addresses));
	if (tables->relative_base)
		VMC_TRY(vmc_error_wrap(vmc_read_u64(mem, tables->relative_base, &s.values.base),
				       "kallsyms_relative_base"));
	s.wide = true;
	err = load(mem, tables, &s, stext, text, ret);
	if (vmc_error_code(err) != VMC_BAD_FORMAT)
		return vmc_take(err);
	/* before 6.1 a length may use bit 7 itself, though names so long are hardly met */
	s.wide = false;
	err_narrow = load(mem, tables, &s, stext, text, ret);
	return err_narrow ? vmc_take(err) : NULL;
}
