/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * add_kallsyms() of kernel/module/kallsyms.c keeps the ELF symbol table of a
 * module in its memory, with run-time addresses.
 */
#include "debug/symbols/kallsyms.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "debug/symbols/kallsyms-internal.h"

#define SYM_SIZE 24u
#define MODULE_SYMBOLS_MAX (1u << 20)
/* amdgpu, the largest module of a distribution, has 1.5 MiB of names. */
#define MODULE_NAMES_MAX ((size_t)64 << 20)
#define NAME_MAX_LEN 1024u

struct module {
	uint8_t *syms;
	char *types; /* NULL without a typetab */
	char *names;
	size_t n, names_size;
	bool sizes_are_types;
};

static void module_deinit(struct module *m)
{
	free(m->syms);
	free(m->types);
	free(m->names);
}

static bool is_type_letter(uint64_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '?';
}

/*
 * Where the type letters are without a typetab (which Linux 5.2 brought,
 * commit 1c7651f43777): in st_size in 5.0 and 5.1 (93d77e7f1410), in st_info before.
 */
static bool has_types_for_sizes(const struct module *m)
{
	size_t n = 0;

	for (size_t i = 1; i < m->n; i++, n++) {
		uint64_t size = vmc_le64(m->syms + i * SYM_SIZE + 16);

		if (!is_type_letter(size))
			return false;
	}
	return n > 0;
}

/* The letter that nm would show, as far as binding and type tell it. */
static char letter_of(uint8_t info)
{
	bool global = ELF64_ST_BIND(info) != STB_LOCAL;

	if (ELF64_ST_BIND(info) == STB_WEAK)
		return ELF64_ST_TYPE(info) == STT_OBJECT ? 'V' : 'W';
	if (ELF64_ST_TYPE(info) == STT_FUNC)
		return global ? 'T' : 't';
	if (ELF64_ST_TYPE(info) == STT_OBJECT)
		return global ? 'D' : 'd';
	return '?';
}

static char type_of(const struct module *m, size_t i, const uint8_t *sym)
{
	if (m->types)
		return is_type_letter((uint8_t)m->types[i]) ? m->types[i] : '?';
	if (m->sizes_are_types)
		return (char)sym[16];
	return is_type_letter(sym[4]) ? (char)sym[4] : letter_of(sym[4]);
}

/* Reads the names up to the furthest one used; what is unreadable behind that is left out. */
static struct vmc_error *read_names(const struct vmc_reader *mem, uint64_t strtab, struct module *m)
{
	vmc_autoerror struct vmc_error *end = NULL;
	size_t want = 0;

	for (size_t i = 0; i < m->n; i++) {
		uint32_t name = vmc_le32(m->syms + i * SYM_SIZE);

		if (name > want && name < MODULE_NAMES_MAX)
			want = name;
	}
	want += NAME_MAX_LEN;
	m->names = malloc(want);
	if (!m->names)
		return vmc_error_no_memory();
	m->names_size = vmc_kallsyms_read(mem, strtab, (uint8_t *)m->names, want, true, &end);
	if (!m->names_size)
		return vmc_error_wrap(vmc_take(end), "names of module symbols");
	return NULL;
}

static struct vmc_error *add_symbol(const struct module *m, size_t i, struct vmc_symtab *t)
{
	const uint8_t *sym = m->syms + i * SYM_SIZE;
	uint32_t at = vmc_le32(sym);
	uint64_t size = m->sizes_are_types ? 0 : vmc_le64(sym + 16);
	const char *name = m->names + at;
	size_t len;

	if (vmc_le16(sym + 6) == SHN_UNDEF || at >= m->names_size)
		return NULL;
	len = strnlen(name, m->names_size - at);
	/* a name without an end is cut off, that of a mapping symbol ($x, $d) says nothing */
	if (!len || len == m->names_size - at || name[0] == '$')
		return NULL;
	return vmc_symtab_add(t, name, len, vmc_le64(sym + 8), size, type_of(m, i, sym));
}

struct vmc_error *vmc_kallsyms_load_module(const struct vmc_reader *mem, uint64_t symtab,
					   uint64_t num_symtab, uint64_t strtab, uint64_t typetab,
					   struct vmc_symtab **ret)
{
	vmc_cleanup(module_deinit) struct module m = { .n = (size_t)num_symtab };
	vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab *t = vmc_symtab_new();

	if (!t)
		return vmc_error_no_memory();
	if (num_symtab > MODULE_SYMBOLS_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "a module of %" PRIu64 " symbols", num_symtab);
	if (m.n) {
		m.syms = malloc(m.n * SYM_SIZE);
		if (!m.syms)
			return vmc_error_no_memory();
		VMC_TRY(vmc_error_wrap(vmc_read(mem, symtab, m.syms, m.n * SYM_SIZE),
				       "symbol table of a module"));
		if (typetab) {
			m.types = malloc(m.n);
			if (!m.types)
				return vmc_error_no_memory();
			VMC_TRY(vmc_error_wrap(vmc_read(mem, typetab, m.types, m.n),
					       "symbol types of a module"));
		}
		m.sizes_are_types = !typetab && has_types_for_sizes(&m);
		VMC_TRY(read_names(mem, strtab, &m));
	}
	for (size_t i = 0; i < m.n; i++)
		VMC_TRY(add_symbol(&m, i, t));
	VMC_TRY(vmc_symtab_finish(t));
	*ret = vmc_take(t);
	return NULL;
}
