/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of .debug_frame and .eh_frame, and the sorted table of what they cover. */
#include "debug/unwind/cfi-internal.h"

#include <stdlib.h>

#include "base/vec.h"
#include "debug/leb128.h"

#define RA_X86_64 16

/* DW_EH_PE_*: format in the low bits, what it is relative to above them. */
#define PE_FORMAT 0x0f
#define PE_PCREL 0x10
#define PE_APPLICATION 0xf0

struct fde {
	uint64_t start, end;
	size_t at; /* of the entry in the section */
};

struct vmc_cfi {
	struct vmc_cfi_section section;
	VMC_VEC(struct fde) fdes; /* by start */
};

/* The head of an entry and what is behind it. */
struct entry {
	size_t at, body, end; /* of the length, behind the id, behind the entry */
	bool is_cie;
	uint64_t cie_at; /* of an FDE */
};

void vmc_cfi_free(struct vmc_cfi *c)
{
	if (!c)
		return;
	vmc_vec_free(&c->fdes);
	free(c);
}

size_t vmc_cfi_count(const struct vmc_cfi *c)
{
	return c->fdes.len;
}

uint64_t cfi_pointer(struct vmc_cursor *c, uint8_t encoding, const struct vmc_cfi_section *section)
{
	uint64_t place = section->addr + c->pos, v;

	switch (encoding & PE_FORMAT) {
	case 0x00:
	case 0x04:
	case 0x0c:
		v = vmc_cursor_u64(c);
		break;
	case 0x01:
	case 0x09:
		v = vmc_cursor_leb128(c, (encoding & PE_FORMAT) == 9);
		break;
	case 0x02:
		v = vmc_cursor_u16(c);
		break;
	case 0x03:
		v = vmc_cursor_u32(c);
		break;
	case 0x0a:
		v = (uint64_t)(int64_t)(int16_t)vmc_cursor_u16(c);
		break;
	case 0x0b:
		v = (uint64_t)(int64_t)(int32_t)vmc_cursor_u32(c);
		break;
	default:
		c->overrun = true;
		return 0;
	}
	if ((encoding & PE_APPLICATION) == PE_PCREL)
		return v + place;
	if (encoding & PE_APPLICATION)
		c->overrun = true;
	return v;
}

/* False at the end of the section, or where a length leads out of it. */
static bool read_entry(const struct vmc_cfi_section *s, size_t at, struct entry *ret)
{
	struct vmc_cursor c = vmc_cursor_at(s->bytes, at);
	struct entry e = { .at = at };
	uint64_t length = vmc_cursor_u32(&c), id, id_at;
	bool wide = length == UINT32_MAX;

	if (wide)
		length = vmc_cursor_u64(&c);
	id_at = c.pos;
	if (c.overrun || !vmc_range_ok(id_at, length, s->bytes.size))
		return false;
	e.end = (size_t)(id_at + length);
	e.body = e.end;
	*ret = e;
	if (!length) /* the end of .eh_frame of one object; another may follow */
		return true;
	id = wide && !s->is_eh ? vmc_cursor_u64(&c) : vmc_cursor_u32(&c);
	e.body = c.pos;
	if (c.overrun || e.body > e.end)
		return true;
	e.is_cie = s->is_eh ? id == 0 : id == (wide ? UINT64_MAX : UINT32_MAX);
	e.cie_at = s->is_eh ? id_at - id : id;
	*ret = e;
	return true;
}

/* The letters of an augmentation: z, R, P, L and S; others change what they like. */
static struct vmc_error *augment(struct vmc_cursor *c, const char *letters,
				 const struct vmc_cfi_section *s, struct cfi_cie *cie)
{
	uint64_t size, end;

	if (!*letters)
		return NULL;
	if (*letters != 'z')
		return vmc_error_new(VMC_UNSUPPORTED, "CFI augmentation");
	cie->has_augmentation_data = true;
	size = vmc_cursor_uleb(c);
	end = c->pos + size;
	for (letters++; *letters; letters++) {
		if (*letters == 'R')
			cie->encoding = vmc_cursor_u8(c);
		else if (*letters == 'L')
			vmc_cursor_u8(c);
		else if (*letters == 'P')
			cfi_pointer(c, vmc_cursor_u8(c) & PE_FORMAT, s);
		else if (*letters == 'S')
			cie->signal = true;
		else
			break; /* `size` leads over it */
	}
	if (c->overrun || size > c->bytes.size || end > c->bytes.size)
		c->overrun = true;
	else
		c->pos = (size_t)end;
	return NULL;
}

static struct vmc_error *read_cie(const struct vmc_cfi_section *s, uint64_t at, struct cfi_cie *ret)
{
	struct cfi_cie cie = { 0 };
	struct vmc_cursor c;
	struct entry e;
	const char *letters;
	uint8_t version;

	if (at >= s->bytes.size || !read_entry(s, (size_t)at, &e) || !e.is_cie)
		return vmc_error_new(VMC_BAD_FORMAT, "no CIE at 0x%llx", (unsigned long long)at);
	c = vmc_cursor_at((struct vmc_bytes){ s->bytes.data, e.end }, e.body);
	version = vmc_cursor_u8(&c);
	letters = vmc_bytes_str(c.bytes, c.pos);
	if (!letters || (version != 1 && version != 3 && version != 4))
		return vmc_error_new(VMC_UNSUPPORTED, "CFI of version %u", version);
	vmc_cursor_take(&c, strlen(letters) + 1);
	if (version == 4 && (vmc_cursor_u8(&c) != 8 || vmc_cursor_u8(&c) != 0))
		return vmc_error_new(VMC_UNSUPPORTED, "CFI with segments or other addresses");
	cie.code_align = vmc_cursor_uleb(&c);
	cie.data_align = vmc_cursor_sleb(&c);
	cie.return_reg = version == 1 ? vmc_cursor_u8(&c) : vmc_cursor_uleb(&c);
	VMC_TRY(augment(&c, letters, s, &cie));
	if (c.overrun || cie.return_reg != RA_X86_64)
		return vmc_error_new(VMC_BAD_FORMAT, "CIE at 0x%llx", (unsigned long long)at);
	cie.program = vmc_bytes_sub(s->bytes, c.pos, e.end - c.pos);
	*ret = cie;
	return NULL;
}

/* What an FDE covers, and its programme. False for a damaged one. */
static bool read_fde(const struct vmc_cfi_section *s, const struct entry *e,
		     const struct cfi_cie *cie, struct fde *ret, struct vmc_bytes *program)
{
	struct vmc_cursor c = vmc_cursor_at((struct vmc_bytes){ s->bytes.data, e->end }, e->body);
	uint64_t size;

	ret->at = e->at;
	ret->start = cfi_pointer(&c, cie->encoding, s);
	size = cfi_pointer(&c, cie->encoding & PE_FORMAT, s);
	if (cie->has_augmentation_data)
		vmc_cursor_take(&c, vmc_cursor_uleb(&c));
	*program = vmc_bytes_sub(s->bytes, c.pos, e->end - c.pos);
	return !c.overrun && size && !__builtin_add_overflow(ret->start, size, &ret->end);
}

static int by_start(const void *a, const void *b)
{
	const struct fde *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Linkers write the FDEs of one object behind its CIE: the last one is kept. */
static struct vmc_error *build_index(struct vmc_cfi *c)
{
	const struct vmc_cfi_section *s = &c->section;
	uint64_t cie_at = UINT64_MAX;
	struct cfi_cie cie = { 0 };
	bool cie_ok = false;
	struct entry e;

	for (size_t at = 0; at < s->bytes.size && read_entry(s, at, &e); at = e.end) {
		struct vmc_bytes program;
		struct fde f;

		if (e.is_cie || e.body == e.end)
			continue;
		if (e.cie_at != cie_at) {
			struct vmc_error *err = read_cie(s, e.cie_at, &cie);

			cie_at = e.cie_at;
			cie_ok = !err;
			vmc_error_free(err);
		}
		if (!cie_ok || !read_fde(s, &e, &cie, &f, &program))
			continue;
		if (c->fdes.len == VMC_CFI_COUNT_MAX)
			return vmc_error_new(VMC_LIMIT, "more than %u FDEs", VMC_CFI_COUNT_MAX);
		if (!vmc_vec_push(&c->fdes, f))
			return vmc_error_no_memory();
	}
	if (!c->fdes.len)
		return vmc_error_new(VMC_NOT_FOUND, "no call frame information");
	qsort(c->fdes.data, c->fdes.len, sizeof(*c->fdes.data), by_start);
	return NULL;
}

struct vmc_error *vmc_cfi_open(const struct vmc_cfi_section *section, struct vmc_cfi **ret)
{
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = calloc(1, sizeof(*c));

	if (!c)
		return vmc_error_no_memory();
	c->section = *section;
	VMC_TRY(build_index(c));
	*ret = vmc_take(c);
	return NULL;
}

/* The last FDE that begins at or below ip, where it reaches ip. */
static const struct fde *find_fde(const struct vmc_cfi *c, uint64_t ip)
{
	size_t lo = 0, hi = c->fdes.len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->fdes.data[mid].start <= ip)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && ip < c->fdes.data[lo - 1].end ? &c->fdes.data[lo - 1] : NULL;
}

bool vmc_cfi_covers(const struct vmc_cfi *c, uint64_t ip, uint64_t *start, uint64_t *end)
{
	const struct fde *f = find_fde(c, ip);

	if (!f)
		return false;
	*start = f->start;
	*end = f->end;
	return true;
}

struct vmc_error *vmc_cfi_find(const struct vmc_cfi *c, uint64_t ip, struct vmc_unwind_rule *ret)
{
	const struct fde *f = find_fde(c, ip);
	struct vmc_bytes program;
	struct cfi_cie cie;
	struct entry e;
	struct fde again;

	if (!f)
		return vmc_error_new(VMC_NOT_FOUND, "no call frame information for %016llx",
				     (unsigned long long)ip);
	if (!read_entry(&c->section, f->at, &e))
		return vmc_error_new(VMC_BAD_FORMAT, "FDE at 0x%zx", f->at);
	VMC_TRY(read_cie(&c->section, e.cie_at, &cie));
	if (!read_fde(&c->section, &e, &cie, &again, &program))
		return vmc_error_new(VMC_BAD_FORMAT, "FDE at 0x%zx", f->at);
	return vmc_error_wrap(cfi_run(&c->section, &cie, program, f->start, ip, ret),
			      "FDE at 0x%zx", f->at);
}
