// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads the module that the virtual machine has put at 32 MiB: see make.py for its form. Its pages are mapped in reverse order, for
 * pages of modules are never in one piece. */
#include "types.h"

#define BLOB (PAGE_OFFSET + 0x2000000)

struct blob {
	u64 magic, core_size, text_size, this_module, operations, num_symtab, symtab, strtab, strtab_size, nsections, init;
	struct {
		char name[48];
		u64 address;
	} sections[16];
};

struct list_head modules = { &modules, &modules };
const struct file_operations *victim_operations;

static void map_module(const struct blob *blob)
{
	const unsigned long pages = blob->core_size >> 12;
	char *copy = kmalloc(blob->core_size, 4096);
	for (unsigned long i = 0; i < pages; i++) {
		char *page = copy + ((pages - 1 - i) << 12);
		memcpy(page, (const char *)blob + ((i + 1) << 12), 4096);
		map_page(init_level4_pgt, MODULES_VADDR + (i << 12), __pa(page), 0x163);
	}
}

static struct module_sect_attrs *sections_of(const struct blob *blob)
{
	struct module_sect_attrs *attrs = kmalloc(sizeof(*attrs) + blob->nsections * sizeof(attrs->attrs[0]), 64);
	attrs->grp.name = "sections";
	attrs->nsections = (unsigned int)blob->nsections;
	for (u64 i = 0; i < blob->nsections; i++) {
		attrs->attrs[i].name = kmalloc(48, 8);
		memcpy(attrs->attrs[i].name, blob->sections[i].name, 48);
		attrs->attrs[i].mattr.attr.name = attrs->attrs[i].name;
		attrs->attrs[i].address = blob->sections[i].address;
	}
	return attrs;
}

void load_module(void)
{
	const struct blob *blob = (const void *)BLOB;
	if (blob->magic != 0x656c75646f6dUL)
		panic("", "no module at 32 MiB");
	map_module(blob);
	struct module *mod = (struct module *)blob->this_module;
	mod->state = MODULE_STATE_LIVE;
	mod->module_core = (void *)MODULES_VADDR;
	mod->core_size = (unsigned int)blob->core_size;
	mod->core_text_size = mod->core_ro_size = (unsigned int)blob->text_size;
	mod->num_symtab = mod->core_num_syms = (unsigned int)blob->num_symtab;
	mod->symtab = mod->core_symtab = (void *)blob->symtab;
	mod->strtab = mod->core_strtab = (void *)blob->strtab;
	mod->sect_attrs = sections_of(blob);
	mod->taints = 1u << 12; /* out of tree */
	list_add_tail(&mod->list, &modules);
	victim_operations = (const void *)blob->operations;
}
