/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules out of the list in memory: where their segments lie, their symbols,
 * unwind tables and split BTF. Layouts: kernel/module/, include/linux/module.h.
 */
#include <inttypes.h>
#include <string.h>

#include "debug/types/btf.h"
#include "target/field.h"
#include "target/target.h"

#define MODULES_MAX 4096
#define MODULE_BTF_MAX (16u << 20)
#define MOD_MEM_TYPES 7 /* enum mod_mem_type: TEXT first, INIT_TEXT at 4 */
#define ORC_MAX (16u << 20)

static void add_segment(struct vmc_module *m, uint64_t base, uint64_t size)
{
	if (!base || !size || m->n_segments == VMC_ARRAY_SIZE(m->segments) || base + size < base)
		return;
	m->segments[m->n_segments++] = (struct vmc_range){ base, base + size };
	m->size += size;
}

/* 6.4 on: an array of {base, size} by kind of memory. */
static void read_mem_array(struct vmc_obj *o, struct vmc_module *m)
{
	uint64_t array = vmc_get_addr(o, VMC_F_module_mem), step;

	if (!vmc_field_size(o->t, VMC_F_module_memory_size, &step))
		return;
	for (unsigned int i = 0; i < MOD_MEM_TYPES && !vmc_obj_bad(o); i++) {
		vmc_autoobj struct vmc_obj mem = vmc_obj(o->t, array + i * step);
		uint64_t base = vmc_get(&mem, VMC_F_module_mem_base);
		uint64_t size = vmc_get(&mem, VMC_F_module_mem_size);

		if (vmc_obj_bad(&mem))
			continue;
		if (i == 0) {
			m->base = base;
			m->text_size = size;
		}
		add_segment(m, base, size);
	}
}

static void read_layouts(struct vmc_obj *o, struct vmc_module *m)
{
	uint64_t init;

	m->base = vmc_get(o, VMC_F_module_core_base);
	m->text_size = vmc_get(o, VMC_F_module_core_size);
	add_segment(m, m->base, m->text_size);
	if (vmc_field_has(o->t, VMC_F_module_core_text))
		m->text_size = vmc_get(o, VMC_F_module_core_text);
	init = vmc_field_has(o->t, VMC_F_module_init_base) ? vmc_get(o, VMC_F_module_init_base) : 0;
	if (init)
		add_segment(m, init, vmc_get(o, VMC_F_module_init_size));
}

static struct vmc_error *read_module(struct vmc_target *t, uint64_t addr, struct vmc_module *m)
{
	struct vmc_obj o = vmc_obj(t, addr);
	char name[64];

	*m = (struct vmc_module){ .addr = addr };
	vmc_get_chars(&o, VMC_F_module_name, name, sizeof(name));
	m->state = (int)vmc_get(&o, VMC_F_module_state);
	if (vmc_field_has(t, VMC_F_module_mem))
		read_mem_array(&o, m);
	else
		read_layouts(&o, m);
	if (vmc_obj_bad(&o))
		return vmc_obj_error(&o, "struct module");
	/* what follows may be missing without costing the module */
	m->taints = vmc_get(&o, VMC_F_module_taints);
	vmc_obj_drop(&o);
	m->orc.ip = vmc_get(&o, VMC_F_module_orc_ip);
	m->orc.entries = vmc_get(&o, VMC_F_module_orc);
	m->orc.count = vmc_get(&o, VMC_F_module_orc_count);
	if (vmc_obj_bad(&o) || m->orc.count > ORC_MAX || !m->orc.ip)
		m->orc = (struct vmc_orc_table){ 0 };
	vmc_obj_drop(&o);

	vmc_autostr struct vmc_str clean = { 0 };
	vmc_str_add_untrusted(&clean, name, sizeof(name));
	m->name = vmc_arena_strdup(&t->arena, vmc_str_text(&clean));
	if (!m->name)
		return vmc_error_no_memory();
	if (!*m->name)
		return vmc_error_new(VMC_BAD_FORMAT, "struct module %" PRIx64 ": no name", addr);
	return NULL;
}

static int by_start(const void *a, const void *b)
{
	const struct vmc_module_span *x = a, *y = b;

	return x->range.start < y->range.start ? -1 : x->range.start > y->range.start;
}

/* Every address of a stack is looked up: the segments of all modules in order. */
static void index_segments(struct vmc_target *t)
{
	for (size_t i = 0; i < t->modules.len; i++) {
		const struct vmc_module *m = &t->modules.data[i];

		for (size_t k = 0; k < m->n_segments; k++) {
			struct vmc_module_span span = { m->segments[k], i };

			if (!vmc_vec_push(&t->module_spans, span))
				return;
		}
	}
	if (t->module_spans.len)
		qsort(t->module_spans.data, t->module_spans.len, sizeof(*t->module_spans.data),
		      by_start);
}

static void read_list(struct vmc_target *t)
{
	vmc_autoobj struct vmc_obj head = vmc_obj_symbol(t, "modules");
	struct vmc_error *err = NULL;
	uint64_t next, link;
	vmc_automap struct vmc_map seen = { 0 };
	bool is_new = true;

	next = vmc_get(&head, VMC_F_list_next);
	if (!vmc_obj_bad(&head) && !vmc_field_offset(t, VMC_F_module_list, &link))
		head.poison = vmc_error_new(VMC_NOT_FOUND, "layout of struct module is not known");
	if (vmc_obj_bad(&head)) {
		vmc_target_missing(t, vmc_obj_error(&head, "modules"), VMC_SAY("module list"));
		return;
	}
	while (next != head.addr && seen.len < MODULES_MAX) {
		vmc_autoobj struct vmc_obj node = vmc_obj(t, next);
		struct vmc_module m;

		if (!vmc_map_add(&seen, next, &is_new) || !is_new) {
			err = vmc_error_new(VMC_LIMIT, "the list runs in a circle at %" PRIx64,
					    next);
			break;
		}
		err = read_module(t, next - link, &m);
		if (err)
			vmc_target_missing(t, err, VMC_SAY("module at 0x%llx"),
					   (unsigned long long)(next - link));
		else if (!vmc_vec_push(&t->modules, m))
			break;
		next = vmc_get(&node, VMC_F_list_next);
		err = vmc_obj_error(&node, "list entry");
		if (err)
			break;
	}
	if (!err && next != head.addr)
		err = vmc_error_new(VMC_LIMIT, "only the first %zu modules are read",
				    t->modules.len);
	if (err)
		vmc_target_missing(t, err, VMC_SAY("rest of the module list"));
}

void vmc_target_modules(struct vmc_target *t)
{
	if (t->modules_tried)
		return;
	t->modules_tried = true;
	read_list(t);
	index_segments(t);
}

struct vmc_module *vmc_target_module_at(struct vmc_target *t, uint64_t addr)
{
	size_t low = 0, high;

	vmc_target_modules(t);
	/* behind the last segment that starts at or before addr; segments do not overlap */
	for (high = t->module_spans.len; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (t->module_spans.data[middle].range.start <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || addr >= t->module_spans.data[low - 1].range.end)
		return NULL;
	return &t->modules.data[t->module_spans.data[low - 1].module];
}

struct vmc_symtab *vmc_target_module_symbols(struct vmc_target *t, struct vmc_module *m)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	vmc_autoobj struct vmc_obj o = vmc_obj(t, m->addr);
	uint64_t symtab, num, strtab, typetab = 0;
	struct vmc_error *err;

	if (m->symbols_tried)
		return m->symbols;
	m->symbols_tried = true;
	if (vmc_field_has(t, VMC_F_module_kallsyms)) {
		vmc_autoobj struct vmc_obj k = vmc_obj(t, vmc_get(&o, VMC_F_module_kallsyms));

		symtab = vmc_get(&k, VMC_F_mod_kallsyms_symtab);
		num = vmc_get(&k, VMC_F_mod_kallsyms_num);
		strtab = vmc_get(&k, VMC_F_mod_kallsyms_strtab);
		if (vmc_field_has(t, VMC_F_mod_kallsyms_typetab))
			typetab = vmc_get(&k, VMC_F_mod_kallsyms_typetab);
		if (!vmc_obj_bad(&o))
			o.poison = vmc_obj_error(&k, "mod_kallsyms");
	} else {
		symtab = vmc_get(&o, VMC_F_module_symtab);
		num = vmc_get(&o, VMC_F_module_num_symtab);
		strtab = vmc_get(&o, VMC_F_module_strtab);
	}
	err = vmc_obj_error(&o, "struct module");
	if (!err)
		err = vmc_kallsyms_load_module(&mem, symtab, num, strtab, typetab, &m->symbols);
	if (err)
		vmc_target_missing(t, err, VMC_SAY("symbols of module %s"), m->name);
	return m->symbols;
}

/*
 * The kernel's own copy of a module's BTF, in the list btf_modules. module.btf_data
 * leads into the file being loaded and is cleared when that is done. 0 where there is none.
 */
static void find_btf(struct vmc_target *t, const struct vmc_module *m, uint64_t *ret_data,
		     uint64_t *ret_size)
{
	vmc_autoobj struct vmc_obj head = vmc_obj_symbol(t, "btf_modules");
	uint64_t next = vmc_get(&head, VMC_F_list_next), link;

	*ret_data = *ret_size = 0;
	if (!vmc_field_offset(t, VMC_F_btf_module_list, &link))
		return;
	for (int n = 0; n < MODULES_MAX && !vmc_obj_bad(&head) && next != head.addr; n++) {
		vmc_autoobj struct vmc_obj node = vmc_obj(t, next - link);

		if (vmc_get(&node, VMC_F_btf_module_module) == m->addr) {
			vmc_autoobj struct vmc_obj btf =
				vmc_obj(t, vmc_get(&node, VMC_F_btf_module_btf));

			*ret_data = vmc_get(&btf, VMC_F_btf_data);
			*ret_size = vmc_get(&btf, VMC_F_btf_data_size);
			return;
		}
		next = vmc_get_u64(&node, link);
		if (vmc_obj_bad(&node))
			return;
	}
}

struct vmc_types *vmc_target_module_types(struct vmc_target *t, struct vmc_module *m)
{
	vmc_autoobj struct vmc_obj o = vmc_obj(t, m->addr);
	uint64_t data, size;
	struct vmc_error *err = NULL;

	if (m->types_tried || !t->types)
		return m->types ? m->types : t->types;
	m->types_tried = true;
	/* split BTF goes on with the numbers of the kernel's, which DWARF has none of */
	if (t->types_from_dwarf)
		return t->types;
	find_btf(t, m, &data, &size);
	if (!data) {
		data = vmc_get(&o, VMC_F_module_btf_data);
		size = vmc_get(&o, VMC_F_module_btf_size);
	}
	if (vmc_obj_bad(&o) || !data || !size || size > MODULE_BTF_MAX)
		return t->types;
	m->btf = malloc(size);
	if (!m->btf)
		return t->types;
	err = vmc_memory_read(t->memory, data, m->btf, size);
	if (!err)
		err = vmc_btf_open((struct vmc_bytes){ m->btf, size }, false, t->types, &m->types);
	if (err)
		vmc_target_missing(t, err, VMC_SAY("types of module %s"), m->name);
	return m->types ? m->types : t->types;
}
