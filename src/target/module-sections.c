/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/module-sections.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "target/field.h"

/* Sections of a module: some fifty; with -ffunction-sections some thousand. */
#define SECTIONS_MAX 16384u
#define NAME_MAX_BYTES 128
#define NOTE_HEADER 12u

void vmc_module_sections_deinit(struct vmc_module_sections *s)
{
	vmc_vec_free(&s->sections);
	vmc_arena_deinit(&s->arena);
}

/* False at the first one that cannot be read: what follows would not be better. */
static bool add(struct vmc_target *t, uint64_t name, uint64_t address,
		struct vmc_module_sections *s)
{
	char text[NAME_MAX_BYTES];
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read_string(t->memory, name, text, sizeof(text));
	struct vmc_module_section row = { .address = address };

	if (err)
		return false;
	row.name = vmc_arena_strdup(&s->arena, text);
	return row.name && vmc_vec_push(&s->sections, row);
}

/* Until 6.13: an array of a structure with the address in it, and their number. */
static void read_array(struct vmc_obj *attrs, struct vmc_module_sections *s)
{
	struct vmc_target *t = attrs->t;
	uint64_t n = vmc_get(attrs, VMC_F_sect_attrs_count), step;
	uint64_t at = vmc_get_addr(attrs, VMC_F_sect_attrs_attrs);

	if (!vmc_field_size(t, VMC_F_sect_attr_size, &step))
		return;
	for (uint64_t i = 0; i < n && i < SECTIONS_MAX && !vmc_obj_bad(attrs); i++) {
		vmc_autoobj struct vmc_obj attr = vmc_obj(t, at + i * step);
		uint64_t name = vmc_get(&attr, VMC_F_sect_attr_name);
		uint64_t address = vmc_get(&attr, VMC_F_sect_attr_address);

		if (vmc_obj_bad(&attr) || !add(t, name, address, s))
			return;
	}
}

/* 6.14 on: a list of pointers to files of sysfs, whose private data is the address. */
static void read_list(struct vmc_obj *attrs, struct vmc_module_sections *s)
{
	struct vmc_target *t = attrs->t;
	vmc_autoobj struct vmc_obj list = vmc_obj(t, vmc_get(attrs, VMC_F_sect_attrs_list));

	for (uint64_t i = 0; i < SECTIONS_MAX && !vmc_obj_bad(attrs); i++) {
		uint64_t at = vmc_get_u64(&list, 8 * i);
		vmc_autoobj struct vmc_obj attr = vmc_obj(t, at);
		uint64_t name, address;

		if (vmc_obj_bad(&list) || !at)
			return;
		name = vmc_get(&attr, VMC_F_bin_attribute_name);
		address = vmc_get(&attr, VMC_F_bin_attribute_private);
		if (vmc_obj_bad(&attr) || !add(t, name, address, s))
			return;
	}
}

void vmc_module_sections_read(struct vmc_target *t, const struct vmc_module *m,
			      struct vmc_module_sections *ret)
{
	vmc_autoobj struct vmc_obj o = vmc_obj(t, m->addr);
	uint64_t addr = vmc_get(&o, VMC_F_module_sect_attrs);
	vmc_autoobj struct vmc_obj attrs = vmc_obj(t, addr);

	if (vmc_obj_bad(&o) || !addr)
		return;
	if (vmc_field_has(t, VMC_F_sect_attrs_count))
		read_array(&attrs, ret);
	else
		read_list(&attrs, ret);
}

/* --- build id --- */

static bool read_build_id(struct vmc_target *t, uint64_t at, char ret[VMC_BUILD_ID_TEXT])
{
	uint8_t note[NOTE_HEADER + 4 + VMC_BUILD_ID_MAX];
	vmc_autoerror struct vmc_error *err = vmc_memory_read(t->memory, at, note, NOTE_HEADER);
	uint64_t size = err ? 0 : NOTE_HEADER + 4 + (uint64_t)vmc_le32(note + 4);

	if (err || vmc_le32(note) != 4 || size > sizeof(note))
		return false;
	err = vmc_memory_read(t->memory, at, note, size);
	return !err && vmc_notes_build_id((struct vmc_bytes){ note, size }, 4, ret);
}

bool vmc_module_build_id(struct vmc_target *t, const struct vmc_module_sections *s,
			 char ret[VMC_BUILD_ID_TEXT])
{
	const struct vmc_module_section *section;

	vmc_vec_each (section, &s->sections) {
		if (vmc_str_starts(section->name, ".note") && read_build_id(t, section->address, ret))
			return true;
	}
	return false;
}

/* --- sections of a file --- */

/* Names may repeat; both sides have them in the order of the file. */
static size_t bases_by_name(const struct vmc_module_sections *s, struct vmc_elf *e, uint64_t *bases,
			    size_t n)
{
	size_t next = 0, found = 0;

	for (size_t i = 1; i < n; i++) {
		struct vmc_elf_section_info info = vmc_elf_section_info(e, i);

		if (!info.loaded || !info.size)
			continue;
		for (size_t step = 0; step < s->sections.len; step++) {
			size_t k = (next + step) % s->sections.len;

			if (!vmc_streq(s->sections.data[k].name, info.name))
				continue;
			bases[i] = s->sections.data[k].address;
			next = k + 1;
			found++;
			break;
		}
	}
	return found;
}

/* Each symbol of both sides votes for a place of its section. */
static size_t bases_by_symbols(const struct vmc_symtab *memory, struct vmc_elf *e, uint64_t *bases,
			       size_t n)
{
	vmc_autofree int32_t *votes = calloc(n, sizeof(*votes));
	struct vmc_elf_symbol_walk w = vmc_elf_symbol_walk(e);
	struct vmc_elf_symbol sym;
	struct vmc_symbol here;
	size_t found = 0;

	while (votes && vmc_elf_symbol_next(&w, &sym)) {
		uint64_t base;

		if (sym.section >= n || !vmc_elf_section_info(e, sym.section).loaded ||
		    !vmc_symtab_by_name(memory, sym.name, &here))
			continue;
		base = here.addr - sym.value;
		/* static functions may share a name: the majority is right, ones in a row are */
		if (votes[sym.section] == 0)
			bases[sym.section] = base;
		votes[sym.section] += bases[sym.section] == base ? 1 : -1;
	}
	for (size_t i = 0; votes && i < n; i++) {
		if (votes[i] <= 0)
			bases[i] = 0;
		found += bases[i] != 0;
	}
	return found;
}

struct vmc_error *vmc_module_bases(struct vmc_target *t, struct vmc_module *m,
				   const struct vmc_module_sections *s, struct vmc_elf *e,
				   uint64_t **ret, size_t *ret_n)
{
	size_t n = vmc_elf_section_count(e), found;
	vmc_autofree uint64_t *bases = calloc(n ? n : 1, sizeof(*bases));

	if (!bases)
		return vmc_error_no_memory();
	found = bases_by_name(s, e, bases, n);
	if (!found && vmc_target_module_symbols(t, m))
		found = bases_by_symbols(m->symbols, e, bases, n);
	if (!found)
		return vmc_error_new(VMC_UNSUPPORTED,
				     "%s: where its sections were loaded is neither kept in memory "
				     "nor told by symbols",
				     vmc_elf_path(e));
	*ret = vmc_take(bases);
	*ret_n = n;
	return NULL;
}
