// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses to names by the tables that kallsyms.py makes: what the kernel does to print an oops. */
#include "types.h"

extern const unsigned long kallsyms_addresses[], kallsyms_num_syms;
extern const u8 kallsyms_names[], kallsyms_token_table[];
extern const u16 kallsyms_token_index[];
extern char _stext[], _etext[];

/* The name without the letter of its type; returns where the next one begins. */
static unsigned long expand(unsigned long at, char *name)
{
	const u8 *tokens = kallsyms_names + at + 1, *end = tokens + kallsyms_names[at];
	int skipped = 0;
	for (const u8 *t = tokens; t < end; t++)
		for (const u8 *c = kallsyms_token_table + kallsyms_token_index[*t]; *c; c++)
			if (skipped++)
				*name++ = (char)*c;
	*name = 0;
	return at + 1 + kallsyms_names[at];
}

static char *put(char *to, const char *from)
{
	while (*from)
		*to++ = *from++;
	*to = 0;
	return to;
}

static char *put_hex(char *to, unsigned long value)
{
	int shift = 60;
	while (shift && !(value >> shift & 15))
		shift -= 4;
	to = put(to, "0x");
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 15];
	*to = 0;
	return to;
}

static char *put_place(char *to, unsigned long offset, unsigned long size)
{
	return put_hex(put(put_hex(put(to, "+"), offset), "/"), size);
}

static const char *symbolic_module(unsigned long address, char *buffer)
{
	struct module *mod = modules.next == &modules ? NULL : container_of(modules.next, struct module, list);
	const Elf64_Sym *best = NULL;
	unsigned long end;

	if (!mod || address < (unsigned long)mod->module_core || address >= (unsigned long)mod->module_core + mod->core_text_size)
		return NULL;
	end = (unsigned long)mod->module_core + mod->core_text_size;
	for (unsigned int i = 1; i < mod->num_symtab; i++)
		if (mod->symtab[i].st_value <= address && (!best || mod->symtab[i].st_value > best->st_value))
			best = &mod->symtab[i];
	for (unsigned int i = 1; best && i < mod->num_symtab; i++)
		if (mod->symtab[i].st_value > best->st_value && mod->symtab[i].st_value < end)
			end = mod->symtab[i].st_value;
	if (best)
		put(put(put(put_place(put(buffer, mod->strtab + best->st_name), address - best->st_value, end - best->st_value), " ["), mod->name), "]");
	return best ? buffer : NULL;
}

const char *symbolic(unsigned long address)
{
	static char buffer[256], name[128];
	unsigned long at = 0, next, i;

	if (symbolic_module(address, buffer))
		return buffer;
	if (address < (unsigned long)_stext || address >= (unsigned long)_etext)
		return put_hex(buffer, address) ? buffer : NULL;
	for (i = 0; i < kallsyms_num_syms; i++) {
		next = expand(at, name);
		if (i + 1 == kallsyms_num_syms || kallsyms_addresses[i + 1] > address)
			break;
		at = next;
	}
	next = i + 1 < kallsyms_num_syms ? kallsyms_addresses[i + 1] : (unsigned long)_etext;
	put_place(put(buffer, name), address - kallsyms_addresses[i], next - kallsyms_addresses[i]);
	return buffer;
}
