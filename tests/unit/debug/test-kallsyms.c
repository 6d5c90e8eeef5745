/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <elf.h>

#include "kallsyms-maker.h"

#define N 4000u
#define ADDR 0xffffffff9b200000u
#define TEXT ((struct vmc_range){ MAKER_STEXT, MAKER_STEXT + (16 << 20) })
#define automaker vmc_cleanup(maker_deinit) struct maker
#define autosymtab vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab

static struct vmc_error *load(struct maker *m, uint64_t stext, struct vmc_range text,
			      struct vmc_symtab **ret)
{
	struct vmc_reader mem = { maker_read, m };

	return vmc_kallsyms_load(&mem, &m->tables, stext, text, ret);
}

static struct vmc_error *find(struct maker *m, struct vmc_kallsyms_tables *ret)
{
	struct vmc_reader mem = { maker_read, m };
	struct vmc_range r = { m->addr & ~(uint64_t)0xfffff, m->addr + m->size + 0x100000 };

	return vmc_kallsyms_find(&mem, &r, 1, ret);
}

/* Every symbol that was laid out is there, and no other. */
static void assert_symbols(const struct vmc_symtab *t, const struct maker_layout *l, size_t n)
{
	assert_int_equal(vmc_symtab_count(t), n);
	for (size_t i = 0; i < n; i++) {
		struct vmc_symbol s;
		char name[1024];
		uint64_t addr;
		char type = maker_symbol(l, i, name, sizeof(name), &addr);

		if (!vmc_symtab_by_name(t, name, &s))
			fail_msg("%s: no %s", l->name, name);
		assert_int_equal(s.addr, addr);
		assert_int_equal(s.type, type);
	}
}

static void loads_every_encoding(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(maker_layouts); i++) {
		const struct maker_layout *l = &maker_layouts[i];
		autosymtab *known = NULL, *unknown = NULL;
		automaker m;

		maker_init(&m, l, N, ADDR);
		assert_ok(load(&m, MAKER_STEXT, (struct vmc_range){ 0 }, &known));
		assert_symbols(known, l, N);
		assert_ok(load(&m, 0, TEXT, &unknown));
		assert_symbols(unknown, l, N);
	}
}

static void finds_every_layout(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(maker_layouts); i++) {
		/* numbers of markers and symbols that need filling up, or do not */
		for (size_t n = 2 * N - 1; n <= 2 * N + 256; n += 257) {
			struct vmc_kallsyms_tables found = { 0 };
			automaker m;

			maker_init(&m, &maker_layouts[i], n, ADDR);
			assert_ok(find(&m, &found));
			assert_memory_equal(&found, &m.tables, sizeof(found));
		}
	}
}

/*
 * Many symbols have the address of the image's end. Read as offsets from the last address, the
 * halves of a table of addresses are sorted then: half of them are that base itself.
 */
static void takes_no_halves_of_addresses_for_offsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(maker_layouts); i++) {
		if (maker_layouts[i].encoding != VMC_KALLSYMS_ADDRESS)
			continue;
		for (size_t n = 2 * N; n < 2 * N + 2; n++) {
			struct vmc_kallsyms_tables found = { 0 };
			uint8_t *values;
			automaker m;

			maker_init(&m, &maker_layouts[i], n, ADDR);
			values = m.data + (m.tables.addresses - m.addr);
			for (size_t k = n - 8; k < n; k++)
				memcpy(values + k * 8, values + (n - 8) * 8, 8);
			assert_ok(find(&m, &found));
			assert_memory_equal(&found, &m.tables, sizeof(found));
		}
	}
}

static void finds_across_chunks(void **state)
{
	const struct maker_layout *l = &maker_layouts[7];
	uint64_t digits;
	automaker m;

	(void)state;
	maker_init(&m, l, N, ADDR);
	digits = (uint64_t)((uint8_t *)memmem(m.data, m.size, "0\0001\0002", 6) - m.data);
	/* move all so that the boundary of a chunk falls before, into and behind the digits */
	for (uint64_t back = 0; back <= 32; back += 8) {
		struct vmc_kallsyms_tables found = { 0 };
		automaker moved;

		maker_init(&moved, l, N, ADDR + 0x100000 - ((digits + 31) & ~(uint64_t)7) + back);
		assert_ok(find(&moved, &found));
		assert_memory_equal(&found, &moved.tables, sizeof(found));
	}
}

static void passes_over_what_is_missing(void **state)
{
	struct vmc_kallsyms_tables found = { 0 };
	struct vmc_range ranges[] = { { 0x1000, 0x1000 },
				      { 0x5000, 0x3000 },
				      { ADDR - 0x40000, ADDR + 1 },
				      { ADDR, ADDR + MAKER_SIZE } };
	automaker m;
	struct vmc_reader mem = { maker_read, &m };

	(void)state;
	maker_init(&m, &maker_layouts[5], N, ADDR);
	m.hole = ADDR;
	m.hole_end = ADDR + 8; /* page by page around it */
	assert_ok(vmc_kallsyms_find(&mem, ranges, VMC_ARRAY_SIZE(ranges), &found));
	assert_memory_equal(&found, &m.tables, sizeof(found));
	/* a hole in one of the tables: not found, or not loaded, but said so */
	m.hole = m.tables.names + 0x1000;
	m.hole_end = m.hole + 1;
	assert_code(vmc_kallsyms_find(&mem, ranges, VMC_ARRAY_SIZE(ranges), &found), VMC_NOT_FOUND);
	for (uint64_t at = ADDR + 64; at < ADDR + m.size - 64; at += 1024) {
		vmc_autoerror struct vmc_error *err = NULL;
		autosymtab *t = NULL;

		m.hole = at;
		m.hole_end = at + 1;
		err = load(&m, MAKER_STEXT, TEXT, &t);
		assert_true(t || vmc_error_code(err) == VMC_UNMAPPED);
	}
	/* the end of the address space */
	ranges[0] = (struct vmc_range){ UINT64_MAX - 0x2345, UINT64_MAX };
	assert_code(vmc_kallsyms_find(&mem, ranges, 1, &found), VMC_NOT_FOUND);
}

/* The character sets of a kernel with all of CONFIG_NLS_* lie before the tables. */
static void passes_over_character_sets(void **state)
{
	struct vmc_range ranges[] = { { ADDR - 0x100000, ADDR }, { ADDR, ADDR + MAKER_SIZE } };
	struct vmc_kallsyms_tables found = { 0 };
	automaker m;
	struct vmc_reader mem = { maker_read, &m };

	(void)state;
	maker_init(&m, &maker_layouts[5], N, ADDR);
	memmove(m.data + 0x20000, m.data, m.size);
	memset(m.data, 0, 0x20000);
	for (size_t set = 0; set < 100; set++)
		for (size_t c = 0; c < 256; c++)
			m.data[set * 1024 + 2 * c] = (uint8_t)c;
	m.addr -= 0x20000;
	m.size += 0x20000;
	assert_ok(vmc_kallsyms_find(&mem, ranges, VMC_ARRAY_SIZE(ranges), &found));
	assert_memory_equal(&found, &m.tables, sizeof(found));
}

static void is_not_fooled(void **state)
{
	struct vmc_kallsyms_tables found = { 0 };
	struct vmc_reader mem;
	uint64_t num_syms;
	automaker m;

	(void)state;
	/* digits as u16, as character sets have them, by the thousand; then zeros */
	m = (struct maker){ .data = calloc(1, MAKER_SIZE), .size = MAKER_SIZE, .addr = ADDR };
	mem = (struct vmc_reader){ maker_read, &m };
	for (size_t i = 0; i < MAKER_SIZE / 2; i += 2)
		m.data[i] = (uint8_t)('0' + i / 2 % 10);
	assert_code(find(&m, &found), VMC_NOT_FOUND);
	memset(m.data, 0, MAKER_SIZE);
	assert_code(find(&m, &found), VMC_NOT_FOUND);
	assert_true(m.reads < 4000);
	maker_deinit(&m);

	/* a wrong number of symbols, offsets out of order */
	maker_init(&m, &maker_layouts[7], N, ADDR);
	num_syms = m.tables.num_syms - ADDR;
	m.data[num_syms] ^= 1;
	assert_code(find(&m, &found), VMC_NOT_FOUND);
	m.data[num_syms] ^= 1;
	for (size_t i = 0; i < N * 4; i++)
		m.data[m.tables.offsets - ADDR + i] = (uint8_t)(i * 2654435761u >> 7);
	assert_code(find(&m, &found), VMC_NOT_FOUND);
	assert_code(vmc_kallsyms_find(&mem, NULL, 0, &found), VMC_NOT_FOUND);
}

static void checks_where_the_text_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(maker_layouts); i++) {
		autosymtab *t = NULL;
		struct vmc_range other = { MAKER_STEXT + 0x100000, MAKER_STEXT + 0x40000000 };
		/* _stext is inside, most functions are not */
		struct vmc_range tight = { MAKER_STEXT, MAKER_STEXT + 0x1000 };
		automaker m;

		maker_init(&m, &maker_layouts[i], N, ADDR);
		assert_code(load(&m, MAKER_STEXT + 16, TEXT, &t), VMC_BAD_FORMAT);
		assert_code(load(&m, 0, other, &t), VMC_BAD_FORMAT);
		assert_code(load(&m, 0, tight, &t), VMC_BAD_FORMAT);
		assert_null(t);
	}
}

static void hostile_numbers(void **state)
{
	static const uint32_t counts[] = { 0, 4u << 20 | 1, 0x7fffffff, 0xffffffff };
	struct vmc_kallsyms_tables none = { 0 };
	struct vmc_reader mem;
	autosymtab *t = NULL;
	automaker m;

	(void)state;
	maker_init(&m, &maker_layouts[7], N, ADDR);
	mem = (struct vmc_reader){ maker_read, &m };
	assert_code(vmc_kallsyms_load(&mem, &none, MAKER_STEXT, TEXT, &t), VMC_USAGE);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(counts); i++) {
		memcpy(m.data + (m.tables.num_syms - ADDR), &counts[i], 4);
		assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_BAD_FORMAT);
	}
}

/* drgn acbd4409: an index beyond the table. */
static void token_index_out_of_bounds(void **state)
{
	autosymtab *t = NULL;
	automaker m;
	uint8_t *index;

	(void)state;
	maker_init(&m, &maker_layouts[5], N, ADDR);
	index = m.data + (m.tables.token_index - ADDR);
	memset(index + 2 * 'z', 0xff, 2);
	/* the table is the end of what can be read: the index points behind it */
	m.size = (size_t)(m.tables.token_index - ADDR) + 512;
	assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_UNMAPPED);
	/* readable, but no string ends there */
	maker_deinit(&m);
	maker_init(&m, &maker_layouts[5], N, ADDR);
	index = m.data + (m.tables.token_index - ADDR);
	memset(index + 2 * 'z', 0x40, 2);
	memset(m.data + m.size, 'x', MAKER_SIZE - m.size);
	m.size = MAKER_SIZE;
	assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_BAD_FORMAT);
}

/* drgn d088fde0, d3cdf6da: lengths beyond the names, and second bytes beyond them. */
static void name_length_out_of_bounds(void **state)
{
	autosymtab *t = NULL;
	automaker m;
	uint8_t *names;

	(void)state;
	/* 7.0 with its tables of values before the names, so that these can be the last */
	maker_init(&m, &maker_layouts[5], 1000, ADDR);
	names = m.data + (m.tables.names - ADDR);
	names[0] = 0; /* no token at all */
	assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_BAD_FORMAT);
	names[0] = 0x80; /* the same with two bytes */
	names[1] = 0;
	assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_BAD_FORMAT);
	names[0] = 0xff; /* longer than any name */
	names[1] = 0xff;
	assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_BAD_FORMAT);
	maker_deinit(&m);

	/* memory ends within the names, byte by byte: after a length, inside one, in a name */
	maker_init(&m, &maker_layouts[5], 1000, ADDR);
	m.hole_end = UINT64_MAX;
	for (m.hole = m.tables.names; m.hole < m.tables.names + 600; m.hole++) {
		uint64_t tokens = m.tables.token_table, index = m.tables.token_index;
		uint8_t *copy = malloc(m.size);

		/* the tokens go elsewhere, to where it is readable: in front, over other data */
		memcpy(copy, m.data, m.size);
		m.tables.token_table = m.tables.token_index = ADDR;
		assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_UNMAPPED);
		m.tables.token_table = tokens;
		m.tables.token_index = index;
		memcpy(m.data, copy, m.size);
		free(copy);
	}
}

static void names_too_long(void **state)
{
	autosymtab *t = NULL;
	automaker m;
	uint8_t *names;

	(void)state;
	maker_init(&m, &maker_layouts[5], 1000, ADDR);
	names = m.data + (m.tables.names - ADDR);
	/* 1,000 tokens of 10 characters each; the records behind are whatever is there */
	names[0] = 0x80 | (1000 & 0x7f);
	names[1] = 1000 >> 7;
	memset(names + 2, MAKER_FIRST_TOKEN + 4, 1000);
	names[1002] = 7;
	memcpy(names + 1003, "T_stext", 7);
	assert_code(load(&m, MAKER_STEXT, TEXT, &t), VMC_BAD_FORMAT);
	assert_null(t);
}

static void all_bytes_damaged_in_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(maker_layouts); i += 5) {
		automaker m;

		maker_init(&m, &maker_layouts[i], 1200, ADDR);
		for (size_t at = 0; at < m.size; at += 61) {
			struct vmc_kallsyms_tables found = { 0 };
			vmc_autoerror struct vmc_error *err = NULL, *err2 = NULL;
			autosymtab *t = NULL;
			uint8_t was = m.data[at];

			m.data[at] = (uint8_t)~was;
			err = load(&m, 0, TEXT, &t);
			assert_true(!err == !!t);
			err2 = find(&m, &found);
			m.data[at] = was;
		}
	}
}

/* ---- modules */

#define MODULE 0xffffffffc0400000u

static void module_symbol(struct maker *m, uint32_t name, uint8_t info, uint16_t shndx,
			  uint64_t value, uint64_t size)
{
	maker_u(m, name, 4);
	maker_u(m, info, 1);
	maker_u(m, 0, 1);
	maker_u(m, shndx, 2);
	maker_u(m, value, 8);
	maker_u(m, size, 8);
}

static const char module_names[] = "\0init_module\0victim_open\0printk\0$x\0state\0cut";
enum { INIT = 1, OPEN = 13, PRINTK = 25, MAPPING = 32, STATE = 35, CUT = 41 };

/* infos: of init_module, victim_open, state; letters where the kernel wrote over them */
static void module_init(struct maker *m, const uint8_t infos[3], const uint64_t sizes[3])
{
	*m = (struct maker){ .data = calloc(1, MAKER_SIZE), .addr = MODULE };
	module_symbol(m, 0, 0, SHN_UNDEF, 0, sizes[0] < 0x80 ? 'U' : 0);
	module_symbol(m, INIT, infos[0], 3, MODULE + 0x100, sizes[0]);
	module_symbol(m, OPEN, infos[1], 3, MODULE + 0x200, sizes[1]);
	module_symbol(m, PRINTK, 0x10, SHN_UNDEF, 0, 'U');
	module_symbol(m, MAPPING, 0, 3, MODULE + 0x200, 'n');
	module_symbol(m, STATE, infos[2], 5, MODULE + 0x1000, sizes[2]);
	module_symbol(m, CUT, infos[2], 5, MODULE + 0x1008, sizes[2]);
	module_symbol(m, 0xffffffff, infos[2], 5, MODULE + 0x1010, sizes[2]);
	maker_put(m, "?TtU?bbb", 8);
	maker_put(m, module_names, sizeof(module_names) - 1); /* "cut" has no end */
}

static struct vmc_error *load_module(struct maker *m, bool typetab, struct vmc_symtab **ret)
{
	struct vmc_reader mem = { maker_read, m };
	uint64_t types = m->addr + 8 * 24;

	return vmc_kallsyms_load_module(&mem, m->addr, 8, types + 8, typetab ? types : 0, ret);
}

static void assert_type(const struct vmc_symtab *t, const char *name, char type, uint64_t size)
{
	struct vmc_symbol s;

	assert_true(vmc_symtab_by_name(t, name, &s));
	assert_int_equal(s.type, type);
	if (size)
		assert_int_equal(s.size, size);
}

static void loads_a_module(void **state)
{
	static const uint8_t elf[] = { 0x12, 0x02, 0x01 }, letters[] = { 'T', 't', 'b' };
	static const uint64_t sizes[] = { 0x90, 0x80, 0x88 }, types[] = { 'T', 't', 'b' };
	static const struct {
		const uint8_t *infos;
		const uint64_t *sizes;
		bool typetab;
		const char *want;
	} ages[] = {
		{ elf, sizes, true, "Ttb" },	  /* 5.2 on */
		{ elf, types, false, "Ttb" },	  /* 5.0, 5.1 */
		{ letters, sizes, false, "Ttb" }, /* before */
		{ elf, sizes, false, "Ttd" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(ages); i++) {
		bool has_sizes = ages[i].sizes == sizes;
		autosymtab *t = NULL;
		automaker m;

		module_init(&m, ages[i].infos, ages[i].sizes);
		assert_ok(load_module(&m, ages[i].typetab, &t));
		assert_int_equal(vmc_symtab_count(t), 3);
		assert_type(t, "init_module", ages[i].want[0], has_sizes ? 0x90 : 0x100);
		assert_type(t, "victim_open", ages[i].want[1], has_sizes ? 0x80 : 0);
		assert_type(t, "state", ages[i].want[2], has_sizes ? 0x88 : 0);
	}
}

static void a_damaged_module(void **state)
{
	static const uint8_t elf[] = { 0x12, 0x02, 0x01 };
	static const uint64_t sizes[] = { 0x90, 0x80, 0x88 };
	struct vmc_reader mem;
	autosymtab *t = NULL;
	automaker m;

	(void)state;
	module_init(&m, elf, sizes);
	mem = (struct vmc_reader){ maker_read, &m };
	assert_code(vmc_kallsyms_load_module(&mem, MODULE, UINT64_MAX / 24, MODULE, 0, &t),
		    VMC_BAD_FORMAT);
	assert_code(vmc_kallsyms_load_module(&mem, MODULE, (1 << 20) + 1, MODULE, 0, &t),
		    VMC_BAD_FORMAT);
	assert_code(vmc_kallsyms_load_module(&mem, MODULE, 1 << 20, MODULE, 0, &t), VMC_UNMAPPED);
	assert_code(vmc_kallsyms_load_module(&mem, MODULE, 8, 0x1000, 0, &t), VMC_UNMAPPED);
	assert_code(vmc_kallsyms_load_module(&mem, MODULE, 8, MODULE, UINT64_MAX - 2, &t),
		    VMC_UNMAPPED);
	assert_null(t);
	assert_ok(vmc_kallsyms_load_module(&mem, 0, 0, 0, 0, &t));
	assert_int_equal(vmc_symtab_count(t), 0);
}

/* ---- seeds of tests/fuzz/kallsyms.c, which tells the format */

static void write_seed(const char *folder, const char *name, uint8_t mode, const uint64_t fields[7],
		       const struct maker *m)
{
	size_t size = m->size;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "wb");
	if (!f)
		fail_msg("%s", path);
	while (size && !m->data[size - 1])
		size--;
	fputc(mode, f);
	for (size_t i = 0; i < 7; i++) {
		uint32_t at = fields[i] >= m->addr ? (uint32_t)(fields[i] - m->addr)
						   : (uint32_t)fields[i];

		fwrite(&at, sizeof(at), 1, f);
	}
	fwrite(m->data, 1, size, f);
	fclose(f);
}

static void write_seeds(const char *folder)
{
	static const uint8_t elf[] = { 0x12, 0x02, 0x01 };
	static const uint64_t sizes[] = { 0x90, 0x80, 0x88 };
	uint64_t module_fields[7] = { ADDR + 64, 8, ADDR + 64 + 8 * 25, ADDR + 64 + 8 * 24 };
	automaker module;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(maker_layouts); i++) {
		/* few symbols are enough to load; the shape needs some more */
		for (uint8_t mode = 0; mode < 2; mode++) {
			char name[64];
			automaker m;

			maker_init(&m, &maker_layouts[i], mode ? 790 : 130, ADDR);
			snprintf(name, sizeof(name), "%s-%s", mode ? "find" : "load",
				 maker_layouts[i].name);
			for (char *p = name; *p; p++)
				*p = *p == ' ' ? '-' : *p;
			write_seed(folder, name, (uint8_t)(mode + (i % 2 ? 3 : 0)),
				   (uint64_t[]){ m.tables.names, m.tables.num_syms,
						 m.tables.token_table, m.tables.token_index,
						 m.tables.offsets, m.tables.relative_base,
						 m.tables.addresses },
				   &m);
		}
	}
	module_init(&module, elf, sizes);
	module.addr = ADDR;
	memmove(module.data + 64, module.data, module.size);
	module.size += 64;
	write_seed(folder, "module", 2, module_fields, &module);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_every_encoding),
		cmocka_unit_test(finds_every_layout),
		cmocka_unit_test(takes_no_halves_of_addresses_for_offsets),
		cmocka_unit_test(finds_across_chunks),
		cmocka_unit_test(passes_over_what_is_missing),
		cmocka_unit_test(passes_over_character_sets),
		cmocka_unit_test(is_not_fooled),
		cmocka_unit_test(checks_where_the_text_is),
		cmocka_unit_test(hostile_numbers),
		cmocka_unit_test(token_index_out_of_bounds),
		cmocka_unit_test(name_length_out_of_bounds),
		cmocka_unit_test(names_too_long),
		cmocka_unit_test(all_bytes_damaged_in_turn),
		cmocka_unit_test(loads_a_module),
		cmocka_unit_test(a_damaged_module),
	};
	if (argc == 3 && !strcmp(argv[1], "--seeds")) {
		write_seeds(argv[2]);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
