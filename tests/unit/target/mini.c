/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mini.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../debug/btf-maker.h"
#include "../dump/make.h"

#define PAGE 4096u
#define LEAVES 3u /* of 2 MiB: an image of less than 4 MiB is not taken for one */
#define PRESENT_RW 3u
#define LEAF 0x83u /* present, writable, large */

/* ---- memory ---- */

static uint8_t *at(const struct mini *m, uint64_t addr, size_t size)
{
	uint64_t offset = addr - m->text;

	if (offset >= MINI_SIZE)
		offset = addr - m->page_offset - m->phys;
	if (offset >= MINI_SIZE || size > MINI_SIZE - offset)
		fail_msg("0x%" PRIx64 " is not in the memory of the test's kernel", addr);
	return m->mem + offset;
}

/* Aligned to 8, so that tables can stand in a row. */
static uint64_t place(struct mini *m, size_t size)
{
	uint64_t addr = m->text + m->used;

	m->used += (size + 7) & ~(size_t)7;
	assert_true(m->used <= MINI_SIZE);
	return addr;
}

uint64_t mini_alloc(struct mini *m, size_t size)
{
	m->used = (m->used + 15) & ~(size_t)15;
	return place(m, size);
}

uint64_t mini_pages(struct mini *m, size_t n)
{
	m->used = (m->used + PAGE - 1) & ~(size_t)(PAGE - 1);
	return place(m, n * PAGE);
}

uint64_t mini_physical(const struct mini *m, uint64_t addr)
{
	return (uint64_t)(at(m, addr, 1) - m->mem) + m->phys;
}

uint64_t mini_direct(const struct mini *m, uint64_t addr)
{
	return m->page_offset + mini_physical(m, addr);
}

void mini_put(struct mini *m, uint64_t addr, const void *bytes, size_t size)
{
	memcpy(at(m, addr, size), bytes, size);
}

static void put_number(struct mini *m, uint64_t addr, uint64_t v, size_t size)
{
	uint8_t *p = at(m, addr, size);

	for (size_t i = 0; i < size; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

void mini_u32(struct mini *m, uint64_t addr, uint32_t v)
{
	put_number(m, addr, v, 4);
}

void mini_u64(struct mini *m, uint64_t addr, uint64_t v)
{
	put_number(m, addr, v, 8);
}

uint64_t mini_string(struct mini *m, const char *text)
{
	uint64_t addr = mini_alloc(m, strlen(text) + 1);

	mini_put(m, addr, text, strlen(text) + 1);
	return addr;
}

void mini_lose(struct mini *m, uint64_t addr)
{
	m->lost[(size_t)(at(m, addr, 1) - m->mem) / PAGE] = 1;
}

/* ---- names ---- */

void mini_symbol(struct mini *m, const char *name, char type, uint64_t addr)
{
	struct mini_symbol_row row = { .type = type, .addr = addr };

	assert_true(strlen(name) < sizeof(row.name));
	strcpy(row.name, name);
	assert_true(vmc_vec_push(&m->symbols, row));
}

uint64_t mini_variable(struct mini *m, const char *name, size_t size)
{
	uint64_t addr = mini_alloc(m, size);

	mini_symbol(m, name, 'D', addr);
	return addr;
}

uint64_t mini_function(struct mini *m, const char *name, size_t size)
{
	uint64_t addr = m->text + m->code;

	m->code += size;
	assert_true(m->code <= MINI_CODE / 2);
	memset(at(m, addr, size), 0x90, size);
	mini_symbol(m, name, 't', addr);
	return addr;
}

void mini_percpu(struct mini *m, size_t n, size_t size)
{
	uint64_t ids = mini_variable(m, "nr_cpu_ids", 4);
	uint64_t table = mini_variable(m, "__per_cpu_offset", 8 * (n + 1));

	mini_u32(m, ids, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		m->percpu[i] = mini_direct(m, mini_alloc(m, size));
		mini_u64(m, table + 8 * i, m->percpu[i]);
	}
}

void mini_line(struct mini *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&m->vmcoreinfo, fmt, ap);
	va_end(ap);
}

/* ---- types ---- */

void mini_struct(struct mini *m, const struct mini_struct *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < m->structs.len && strcmp(m->structs.data[k]->name, s[i].name) != 0)
			k++;
		if (k < m->structs.len)
			m->structs.data[k] = &s[i];
		else
			assert_true(vmc_vec_push(&m->structs, &s[i]));
	}
}

void mini_enum(struct mini *m, const char *name, const char *enumerator, int value)
{
	assert_true(vmc_vec_push(&m->enums, (struct mini_enum){ name, enumerator, value }));
}

static const struct mini_struct *find_struct(const struct mini *m, const char *name, size_t len)
{
	for (size_t i = 0; i < m->structs.len; i++) {
		const struct mini_struct *s = m->structs.data[i];

		if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	}
	return NULL;
}

unsigned int mini_sizeof(const struct mini *m, const char *name)
{
	const struct mini_struct *s = find_struct(m, name, strlen(name));

	if (s)
		return s->size;
	return strcmp(name, "char") == 0 ? 1 : (unsigned int)atoi(name + 1) / 8;
}

/* The member that the path leads to; *offset is from the start of the first structure. */
static const struct mini_member *find_member(const struct mini *m, const char *path,
					     unsigned int *offset)
{
	const char *all = path;
	size_t len = strcspn(path, ".");
	const struct mini_struct *s = find_struct(m, path, len);
	const struct mini_member *k = NULL;

	*offset = 0;
	for (path += len; *path == '.' && s; path += len) {
		path++;
		len = strcspn(path, ".[");
		for (k = s->members; k->name; k++) {
			if (strlen(k->name) == len && memcmp(k->name, path, len) == 0)
				break;
		}
		if (!k->name)
			fail_msg("no member %s", all);
		*offset += k->offset;
		if (path[len] == '[') {
			*offset += (unsigned int)atoi(path + len + 1) * mini_sizeof(m, k->type);
			len = strcspn(path, "]") + 1;
		}
		s = find_struct(m, k->type, strlen(k->type));
	}
	if (!k || *path)
		fail_msg("no member %s", all);
	return k;
}

unsigned int mini_offset(const struct mini *m, const char *path)
{
	unsigned int offset;

	find_member(m, path, &offset);
	return offset;
}

void mini_set(struct mini *m, uint64_t addr, const char *path, uint64_t v)
{
	unsigned int offset;
	const struct mini_member *k = find_member(m, path, &offset);
	unsigned int size = mini_sizeof(m, k->type);

	for (unsigned int i = 0; i < k->bits; i++) {
		unsigned int bit = k->bit + i;
		uint8_t *p = at(m, addr + offset + bit / 8, 1);

		*p = (uint8_t)((*p & ~(1u << bit % 8)) | (v >> i & 1) << bit % 8);
	}
	if (!k->bits)
		put_number(m, addr + offset, v, size > 8 ? 8 : size);
}

void mini_layout(struct mini *m, const char *name)
{
	const struct mini_struct *s = find_struct(m, name, strlen(name));

	assert_non_null(s);
	mini_line(m, "SIZE(%s)=%u\n", name, s->size);
	for (const struct mini_member *k = s->members; k->name; k++)
		mini_line(m, "OFFSET(%s.%s)=%u\n", name, k->name, k->offset);
}

/* ---- CPUs ---- */

static void words(uint8_t *p, const uint64_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (unsigned int b = 0; b < 8; b++)
			p[8 * i + b] = (uint8_t)(v[i] >> (8 * b));
}

/* r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss */
static void pt_regs(uint8_t *p, const struct mini_cpu *c)
{
	const uint64_t v[21] = { 15,   14, 13,	  12,	 c->bp,	   0xb,	  11,
				 10,   9,  8,	  0xa,	 0xc,	   0xd,	  0x51,
				 0xd1, 0,  c->ip, c->cs, c->flags, c->sp, 0x18 };

	words(p, v, 21);
}

void mini_pt_regs(struct mini *m, uint64_t addr, const struct mini_cpu *c)
{
	pt_regs(at(m, addr, 168), c);
}

static void add_note(struct mini *m, const char *name, uint32_t type, const void *desc, size_t size)
{
	struct image im = { 0 };

	put_note(&im, 0, name, strlen(name) + 1, type, desc, size);
	vmc_str_addn(&m->notes, (const char *)im.data, im.size);
	image_free(&im);
}

void mini_prstatus(struct mini *m, const struct mini_cpu *c)
{
	uint8_t desc[336] = { 0 };

	desc[32] = (uint8_t)c->pid;
	desc[33] = (uint8_t)(c->pid >> 8);
	pt_regs(desc + 112, c);
	add_note(m, "CORE", 1, desc, sizeof(desc));
}

void mini_qemu(struct mini *m, const struct mini_cpu *c)
{
	uint8_t desc[440] = { 1, 0, 0, 0, 440 & 0xff, 440 >> 8 };

	words(desc + 8 + 6 * 8, &c->sp, 1);
	words(desc + 8 + 7 * 8, &c->bp, 1);
	words(desc + 8 + 16 * 8, &c->ip, 1);
	words(desc + 8 + 17 * 8, &c->flags, 1);
	words(desc + 152, &c->cs, 1);
	words(desc + 152 + 4 * 24 + 16, &c->gs, 1);
	words(desc + 392 + 3 * 8, &c->cr3, 1);
	words(desc + 392 + 4 * 8, &c->cr4, 1);
	words(desc + 432, &c->kernel_gs, 1);
	add_note(m, "QEMU", 0, desc, sizeof(desc));
}

void mini_orc(struct mini *m, uint64_t ip, int sp, int bp, unsigned int bits)
{
	assert_true(vmc_vec_push(&m->orc, (struct mini_orc_row){ ip, sp, bp, bits }));
}

static int by_ip(const void *a, const void *b)
{
	const struct mini_orc_row *x = a, *y = b;

	return x->ip < y->ip ? -1 : x->ip > y->ip;
}

static void put_orc(struct mini *m)
{
	uint64_t ip, entry;

	if (!m->orc.len)
		return;
	qsort(m->orc.data, m->orc.len, sizeof(*m->orc.data), by_ip);
	ip = mini_alloc(m, 4 * m->orc.len);
	entry = mini_alloc(m, 6 * m->orc.len);
	mini_symbol(m, "__start_orc_unwind_ip", 'D', ip);
	mini_symbol(m, "__stop_orc_unwind_ip", 'D', ip + 4 * m->orc.len);
	mini_symbol(m, "__start_orc_unwind", 'D', entry);
	mini_symbol(m, "__stop_orc_unwind", 'D', entry + 6 * m->orc.len);
	for (size_t i = 0; i < m->orc.len; i++, ip += 4, entry += 6) {
		const struct mini_orc_row *r = &m->orc.data[i];

		put_number(m, ip, r->ip - ip, 4);
		put_number(m, entry, (uint64_t)r->sp, 2);
		put_number(m, entry + 2, (uint64_t)r->bp, 2);
		put_number(m, entry + 4, r->bits, 2);
	}
}

/* ---- symbols ---- */

static int by_addr(const void *a, const void *b)
{
	const struct mini_symbol_row *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static uint64_t put_names(struct mini *m, uint32_t *markers)
{
	struct vmc_str s = { 0 };
	uint64_t addr;

	for (size_t i = 0; i < m->symbols.len; i++) {
		const struct mini_symbol_row *r = &m->symbols.data[i];

		if (i % 256 == 0)
			markers[i / 256] = (uint32_t)s.len;
		vmc_str_addc(&s, (char)(strlen(r->name) + 1));
		vmc_str_addc(&s, r->type);
		vmc_str_add(&s, r->name);
	}
	addr = place(m, s.len);
	mini_put(m, addr, s.data, s.len);
	vmc_str_deinit(&s);
	return addr;
}

/* Uncompressed: every character stands for itself. The order of tables is that before 6.4. */
static void put_kallsyms(struct mini *m)
{
	uint32_t markers[32] = { 0 };
	uint64_t addresses, num, names, mark, tokens, index;
	size_t n, end = 0;

	for (size_t i = 0; i < m->fillers; i++) {
		char name[32];

		snprintf(name, sizeof(name), "filler_%zu", i);
		mini_symbol(m, name, 't', m->text + MINI_CODE / 2 + 16 * i);
	}
	n = m->symbols.len;
	qsort(m->symbols.data, n, sizeof(*m->symbols.data), by_addr);
	addresses = mini_alloc(m, 8 * n);
	num = place(m, 4);
	names = put_names(m, markers);
	mark = place(m, (n + 255) / 256 * 4);
	tokens = place(m, 512);
	index = place(m, 512);
	for (size_t i = 0; i < n; i++)
		mini_u64(m, addresses + 8 * i, m->symbols.data[i].addr);
	mini_u32(m, num, (uint32_t)n);
	for (size_t i = 0; i < (n + 255) / 256; i++)
		mini_u32(m, mark + 4 * i, markers[i]);
	for (unsigned int c = 0; c < 256; c++) {
		put_number(m, index + 2 * c, end, 2);
		if (c > ' ' && c <= '~')
			put_number(m, tokens + end++, c, 1);
		end++;
	}
	/* token_index stands where the strings end */
	assert_true(end <= 512);
	memmove(at(m, tokens + ((end + 7) & ~(size_t)7), 512), at(m, index, 512), 512);
	index = tokens + ((end + 7) & ~(size_t)7);
	if (m->no_kallsyms_symbols)
		return;
	mini_line(m, "SYMBOL(kallsyms_names)=%" PRIx64 "\n", names);
	mini_line(m, "SYMBOL(kallsyms_num_syms)=%" PRIx64 "\n", num);
	mini_line(m, "SYMBOL(kallsyms_token_table)=%" PRIx64 "\n", tokens);
	mini_line(m, "SYMBOL(kallsyms_token_index)=%" PRIx64 "\n", index);
	mini_line(m, "SYMBOL(kallsyms_addresses)=%" PRIx64 "\n", addresses);
}

/* ---- BTF ---- */

static const char *const ints[] = { "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "char" };

/* Ids: the integers, then the structures as they were given, then the arrays. */
static uint32_t type_id(const struct mini *m, const char *name)
{
	for (uint32_t i = 0; i < VMC_ARRAY_SIZE(ints); i++) {
		if (strcmp(ints[i], name) == 0)
			return i + 1;
	}
	for (uint32_t i = 0; i < m->structs.len; i++) {
		if (strcmp(m->structs.data[i]->name, name) == 0)
			return (uint32_t)VMC_ARRAY_SIZE(ints) + i + 1;
	}
	fail_msg("type %s is not known", name);
	return 0;
}

static void put_struct_type(const struct mini *m, struct maker *k, const struct mini_struct *s,
			    uint32_t *array)
{
	uint32_t n = 0;
	bool bitfields = false;

	for (; s->members[n].name; n++)
		bitfields |= s->members[n].bits != 0;
	make_type(k, s->name, BTF_STRUCT, n, bitfields, s->size);
	for (uint32_t i = 0; i < n; i++) {
		const struct mini_member *e = &s->members[i];

		make_member(k, e->name, e->count ? ++*array : type_id(m, e->type),
			    e->bits << 24 | (8 * e->offset + e->bit));
	}
}

static void put_arrays(const struct mini *m, struct maker *k, const struct mini_struct *s)
{
	for (const struct mini_member *e = s->members; e->name; e++) {
		if (e->count)
			make_array(k, type_id(m, e->type), e->count);
	}
}

/* Enumerators of one enum are given one after the other. */
static uint32_t same_enum(const struct mini *m, size_t first)
{
	size_t n = 1;

	while (first + n < m->enums.len &&
	       strcmp(m->enums.data[first].name, m->enums.data[first + n].name) == 0)
		n++;
	return (uint32_t)n;
}

static void put_btf(struct mini *m)
{
	struct maker k = { 0 };
	uint32_t n, array = (uint32_t)(VMC_ARRAY_SIZE(ints) + m->structs.len);
	struct vmc_bytes b;
	uint64_t addr;

	if (m->no_types || (!m->structs.len && !m->enums.len))
		return;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(ints); i++) {
		uint32_t size = mini_sizeof(m, ints[i]);

		make_int(&k, ints[i], size, *ints[i] == 's', 8 * size);
	}
	for (size_t i = 0; i < m->structs.len; i++)
		put_struct_type(m, &k, m->structs.data[i], &array);
	for (size_t i = 0; i < m->structs.len; i++)
		put_arrays(m, &k, m->structs.data[i]);
	for (size_t i = 0; i < m->enums.len; i += n) {
		n = same_enum(m, i);
		make_type(&k, m->enums.data[i].name, BTF_ENUM, n, false, 4);
		for (size_t e = i; e < i + n; e++)
			make_pair(&k, m->enums.data[e].enumerator,
				  (uint32_t)m->enums.data[e].value);
	}
	b = make_btf(&k);
	addr = mini_alloc(m, b.size);
	mini_put(m, addr, b.data, b.size);
	mini_symbol(m, "__start_BTF", 'R', addr);
	mini_symbol(m, "__stop_BTF", 'R', addr + b.size);
	maker_deinit(&k);
}

/* ---- the whole ---- */

static void entry(struct mini *m, uint64_t table, uint64_t index, uint64_t next)
{
	mini_u64(m, table + 8 * index, mini_physical(m, next) | PRESENT_RW);
}

static void put_page_tables(struct mini *m)
{
	uint64_t high = m->pgd, low = m->pgd, next, pmd = mini_pages(m, 1);
	uint64_t offset = m->text - MINI_MAP;

	if (m->five_level) {
		high = mini_pages(m, 1);
		low = mini_pages(m, 1);
		entry(m, m->pgd, 511, high);
		entry(m, m->pgd, m->page_offset >> 48 & 511, low);
	}
	next = mini_pages(m, 1);
	entry(m, high, 511, next);
	entry(m, next, 510, pmd);
	for (uint64_t i = 0; i < LEAVES; i++)
		mini_u64(m, pmd + 8 * ((offset >> 21) + i), (m->phys + (i << 21)) | LEAF);
	/* the first GiB of physical memory in the direct map */
	next = mini_pages(m, 1);
	entry(m, low, m->five_level ? 0 : m->page_offset >> 39 & 511, next);
	mini_u64(m, next, LEAF);
}

struct mini mini_at(uint64_t kaslr, uint64_t phys, bool five_level)
{
	static const char *const names[] = { "Linux",	    "mininode", MINI_RELEASE,
					     "#1 SMP mini", "x86_64",	"(none)" };
	struct mini m = { .kaslr = kaslr, .phys = phys, .five_level = five_level };
	uint64_t banner;

	m.text = MINI_LINKED + kaslr;
	m.page_offset = five_level ? 0xff11000000000000 : 0xffff888000000000;
	m.mem = calloc(1, MINI_SIZE);
	assert_non_null(m.mem);
	m.used = MINI_CODE;
	m.pgd = mini_pages(&m, 2);
	put_page_tables(&m);
	mini_symbol(&m, "_text", 'T', m.text);
	mini_symbol(&m, "_stext", 'T', m.text);
	mini_symbol(&m, "_etext", 'T', m.text + MINI_CODE);
	mini_symbol(&m, "init_top_pgt", 'D', m.pgd);
	m.uts = mini_variable(&m, "init_uts_ns", 6 * 65);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++)
		mini_put(&m, m.uts + 65 * i, names[i], strlen(names[i]));
	banner = mini_string(&m, "Linux version " MINI_RELEASE " (us@here) (cc 1.0) #1 SMP mini\n");
	mini_symbol(&m, "linux_banner", 'R', banner);
	m.code = 64;
	return m;
}

struct mini mini(void)
{
	return mini_at(0x1a000000, 0x2000000, false);
}

static void put_vmcoreinfo(struct mini *m)
{
	struct vmc_str s = { 0 };
	int64_t base = (int64_t)(m->phys - (m->text - MINI_MAP));
	uint64_t page;

	vmc_str_addf(&s, "OSRELEASE=%s\nPAGESIZE=4096\n", m->release ? m->release : MINI_RELEASE);
	vmc_str_addf(&s, "SYMBOL(init_uts_ns)=%" PRIx64 "\nOFFSET(uts_namespace.name)=0\n", m->uts);
	vmc_str_addf(&s, "SYMBOL(swapper_pg_dir)=%" PRIx64 "\nSYMBOL(_stext)=%" PRIx64 "\n", m->pgd,
		     m->text);
	if (!m->no_phys_base)
		vmc_str_addf(&s, "NUMBER(phys_base)=%" PRId64 "\n", base + m->phys_base_lie);
	vmc_str_addf(&s, "NUMBER(pgtable_l5_enabled)=%d\nKERNELOFFSET=%" PRIx64 "\n", m->five_level,
		     m->kaslr);
	vmc_str_add(&s, vmc_str_text(&m->vmcoreinfo));
	vmc_str_deinit(&m->vmcoreinfo);
	m->vmcoreinfo = s;
	if (m->no_vmcoreinfo)
		return;
	page = m->vmcoreinfo_at ? m->vmcoreinfo_at : mini_pages(m, 2);
	assert_true(s.len < 2 * PAGE);
	mini_put(m, page, s.data, s.len);
	if (!m->no_note)
		add_note(m, "VMCOREINFO", 0, s.data, s.len);
	for (size_t i = 0; i < m->symbols.len; i++) {
		if (strcmp(m->symbols.data[i].name, "vmcoreinfo_data") == 0 && !m->vmcoreinfo_at)
			mini_u64(m, m->symbols.data[i].addr, page);
		if (strcmp(m->symbols.data[i].name, "vmcoreinfo_size") == 0)
			mini_u64(m, m->symbols.data[i].addr, s.len);
	}
}

/* A segment for each run of pages that are there. */
static size_t put_segments(struct mini *m, struct image *im, size_t data)
{
	size_t n = 0, pages = MINI_SIZE / PAGE;

	for (size_t i = 0; i < pages; n++) {
		size_t first = i, there;

		while (i < pages && !m->lost[i])
			i++;
		there = i - first;
		while (i < pages && m->lost[i])
			i++;
		elf_phdr(im, (unsigned int)n + 1, 1, data + first * PAGE, m->phys + first * PAGE,
			 there * PAGE, there * PAGE);
		if (m->text_segment)
			image_u64(im, 64 + 56 * (n + 1) + 16, m->text_segment + first * PAGE);
	}
	return n;
}

struct vmc_bytes mini_file(struct mini *m)
{
	const size_t notes = PAGE, data = 6 * (size_t)PAGE;
	struct image im = { 0 };
	size_t n;

	if (!m->no_vmcoreinfo_symbol) {
		mini_variable(m, "vmcoreinfo_data", 8);
		mini_variable(m, "vmcoreinfo_size", 8);
	}
	put_orc(m);
	put_btf(m);
	if (!m->no_symbols)
		put_kallsyms(m);
	put_vmcoreinfo(m);
	if (m->no_tables)
		mini_lose(m, m->pgd);
	assert_true(m->notes.len <= data - notes);
	image_put(&im, notes, vmc_str_text(&m->notes), m->notes.len);
	image_put(&im, data, m->mem, MINI_SIZE);
	n = put_segments(m, &im, data);
	assert_true(64 + 56 * (n + 1) <= notes);
	elf_header(&im, (unsigned int)n + 1);
	elf_phdr(&im, 0, 4, notes, 0, m->notes.len, 0);
	m->file = im.data;
	return (struct vmc_bytes){ im.data, im.size };
}

struct vmc_target *mini_open(struct mini *m)
{
	struct vmc_bytes file = mini_file(m);

	assert_ok(vmc_target_open_bytes(file, NULL, &m->target));
	return m->target;
}

static void set_bit(struct image *im, uint64_t map, uint64_t bit)
{
	im->data[map + bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* Blocks: header, sub-header, two bitmaps, two of descriptors, VMCOREINFO, then the pages. */
struct vmc_target *mini_open_kdump(struct mini *m, int64_t header_phys_base)
{
	const uint64_t first = m->phys / PAGE, pages = MINI_SIZE / PAGE;
	uint64_t desc = 4 * PAGE, data = 8 * PAGE;
	struct image im = { 0 };

	mini_file(m);
	assert_true(first + pages <= 8 * PAGE && m->vmcoreinfo.len <= 2 * PAGE);
	image_put(&im, 0, "KDUMP   ", 8);
	image_u32(&im, 8, 6);
	image_u32(&im, 428, PAGE);
	image_u32(&im, 432, 1);
	image_u32(&im, 436, 2);
	image_u32(&im, 460, 1);
	image_u64(&im, PAGE, (uint64_t)header_phys_base);
	image_u32(&im, PAGE + 8, 31);
	image_u64(&im, PAGE + 32, 6 * PAGE);
	image_u64(&im, PAGE + 40, m->vmcoreinfo.len);
	image_u64(&im, PAGE + 96, first + pages);
	image_put(&im, 6 * PAGE, m->vmcoreinfo.data, m->vmcoreinfo.len);
	for (uint64_t i = 0; i < pages; i++) {
		set_bit(&im, 2 * PAGE, first + i);
		if (m->lost[i])
			continue;
		set_bit(&im, 3 * PAGE, first + i);
		image_u64(&im, desc, data);
		image_u32(&im, desc + 8, PAGE);
		image_put(&im, data, m->mem + i * PAGE, PAGE);
		desc += 24;
		data += PAGE;
	}
	free(m->file);
	m->file = im.data;
	assert_ok(vmc_target_open_bytes((struct vmc_bytes){ im.data, im.size }, NULL, &m->target));
	return m->target;
}

void mini_free(struct mini *m)
{
	vmc_target_free(m->target);
	free(m->mem);
	free(m->file);
	vmc_vec_free(&m->symbols);
	vmc_vec_free(&m->structs);
	vmc_vec_free(&m->enums);
	vmc_vec_free(&m->orc);
	vmc_str_deinit(&m->vmcoreinfo);
	vmc_str_deinit(&m->notes);
}
