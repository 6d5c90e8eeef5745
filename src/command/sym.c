/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <string.h>

#include "render/stack.h"
#include "render/words.h"
#include "target/lines.h"

static void symbol_open(const struct vmc_symbol *sym, const char *module, uint64_t offset,
			struct vmc_str *out)
{
	vmc_str_addf(out, "%016llx (%c) ", (unsigned long long)(sym->addr + offset), sym->type);
	vmc_words_safe(out, sym->name);
	if (offset)
		vmc_str_addf(out, "+%llu", (unsigned long long)offset);
	if (module) {
		vmc_str_add(out, " [");
		vmc_words_safe(out, module);
		vmc_str_addc(out, ']');
	}
}

static void symbol(const struct vmc_symbol *sym, const char *module, uint64_t offset,
		   struct vmc_str *out)
{
	symbol_open(sym, module, offset, out);
	vmc_str_addc(out, '\n');
}

/*
 * The symbol with its source position, which crash has at the end of the line. Functions that were
 * inlined at this address have lines of their own below.
 */
static void symbol_in_source(struct vmc_target *t, const struct vmc_symbol *sym, const char *module,
			     uint64_t offset, struct vmc_str *out)
{
	uint64_t addr = sym->addr + offset;
	const struct vmc_source_place *places = NULL;
	size_t n = vmc_target_is_text(t, addr) ? vmc_target_places_at(t, addr, &places) : 0;

	symbol_open(sym, module, offset, out);
	if (n && places[n - 1].file)
		vmc_stack_positions(&places[n - 1], 1, " ", out);
	else
		vmc_str_addc(out, '\n');
	if (n > 1)
		vmc_stack_positions(places, n - 1, "    ", out);
}

/* Every symbol of a table, or those whose name contains `part`; how many were shown. */
static size_t table(const struct vmc_symtab *tab, const char *module, const char *part,
		    struct vmc_str *out)
{
	size_t n = tab ? vmc_symtab_count(tab) : 0, shown = 0;

	for (size_t i = 0; i < n; i++) {
		struct vmc_symbol sym = vmc_symtab_at(tab, i);

		if (part && !strstr(sym.name, part))
			continue;
		symbol(&sym, module, 0, out);
		shown++;
	}
	return shown;
}

static size_t modules(struct vmc_target *t, const char *name, const char *part, struct vmc_str *out)
{
	size_t shown = 0;

	vmc_target_modules(t);
	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_module *m = &t->modules.data[i];

		if (!name || strcmp(m->name, name) == 0)
			shown += table(vmc_target_module_symbols(t, m), m->name, part, out);
	}
	return shown;
}

/* The table that holds addr, and the module it is of. */
static const struct vmc_symtab *table_of(struct vmc_target *t, uint64_t addr, const char **module)
{
	struct vmc_module *m = vmc_target_module_at(t, addr);

	*module = m ? m->name : NULL;
	return m ? vmc_target_module_symbols(t, m) : t->symbols;
}

static struct vmc_error *address(struct vmc_target *t, uint64_t addr, int neighbour,
				 struct vmc_str *out)
{
	struct vmc_location where;
	const struct vmc_symtab *tab;
	struct vmc_symbol sym;
	const char *module;
	size_t n;

	if (!vmc_target_locate(t, addr, &where) || !where.name)
		return vmc_error_new(VMC_NOT_FOUND, "%llx: no symbol covers this address",
				     (unsigned long long)addr);
	sym = (struct vmc_symbol){ .name = where.name, .addr = where.addr, .type = where.type };
	if (!neighbour) {
		symbol_in_source(t, &sym, where.module, addr - where.addr, out);
		return NULL;
	}
	tab = table_of(t, addr, &module);
	n = tab ? vmc_symtab_count(tab) : 0;
	for (size_t i = 0; i < n; i++) {
		struct vmc_symbol here = vmc_symtab_at(tab, i);

		if (here.addr != where.addr || strcmp(here.name, where.name) != 0)
			continue;
		for (size_t j = i - (neighbour < 0 && i); j <= i + (neighbour > 0) && j < n; j++) {
			here = vmc_symtab_at(tab, j);
			symbol(&here, module, 0, out);
		}
		return NULL;
	}
	return vmc_error_new(VMC_NOT_FOUND, "%s: not in the symbol table", where.name);
}

/* All symbols of that exact name: static functions share names. */
static size_t by_name(struct vmc_target *t, const char *name, struct vmc_str *out)
{
	size_t n = t->symbols ? vmc_symtab_count(t->symbols) : 0, shown = 0;

	for (size_t i = 0; i < n; i++) {
		struct vmc_symbol sym = vmc_symtab_at(t->symbols, i);

		if (strcmp(sym.name, name) == 0) {
			symbol_in_source(t, &sym, NULL, 0, out);
			shown++;
		}
	}
	vmc_target_modules(t);
	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_symtab *tab = vmc_target_module_symbols(t, &t->modules.data[i]);
		struct vmc_symbol sym;

		if (tab && vmc_symtab_by_name(tab, name, &sym)) {
			symbol_in_source(t, &sym, t->modules.data[i].name, 0, out);
			shown++;
		}
	}
	return shown;
}

static struct vmc_error *operand(struct vmc_session *s, const char *text, int neighbour,
				 struct vmc_str *out)
{
	uint64_t addr;

	if (!neighbour && by_name(s->target, text, out))
		return NULL;
	VMC_TRY(vmc_parse_address(s, text, &addr));
	return address(s->target, addr, neighbour, out);
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	struct vmc_target *t = s->target;
	const char *part = vmc_args_value(args, 'q'), *module = vmc_args_value(args, 'm');
	int neighbour = vmc_args_has(args, 'p') ? -1 : vmc_args_has(args, 'n') ? 1 : 0;
	size_t shown = 0;

	if (!t->symbols)
		return vmc_error_new(VMC_NOT_FOUND, "the kernel's symbols could not be read");
	if (part || module || vmc_args_has(args, 'l') || vmc_args_has(args, 'M')) {
		if (args->n_operands)
			return vmc_error_new(VMC_USAGE,
					     "-l, -M, -m and -q take no further argument");
		if (!module && !vmc_args_has(args, 'M'))
			shown = table(t->symbols, NULL, part, out);
		shown += modules(t, module, part, out);
		if (!shown)
			return vmc_error_new(VMC_NOT_FOUND, "no such symbols");
		return NULL;
	}
	if (!args->n_operands)
		return vmc_error_new(VMC_USAGE, "a symbol or an address is needed");
	for (size_t i = 0; i < args->n_operands; i++)
		vmc_session_complain(s, "sym", operand(s, args->operand[i], neighbour, out));
	return NULL;
}

const struct vmc_command vmc_command_sym = {
	.name = "sym",
	.aliases = "",
	.options = "lMm:q:pn",
	.usage = "[-p | -n] symbol | address ...  or  [-l | -M | -m module] [-q part]",
	.summary = "symbols and addresses, one by the other",
	.help = "Shows address, type letter (as nm has it), name and module. Of an address, the "
		"symbol\n"
		"that covers it with the offset in decimal. Of code, file and line stand behind it "
		"where a\n"
		"vmlinux or a module's file tells them, and functions inlined there below it.\n"
		"\n"
		"  -p         with the symbol before it\n"
		"  -n         with the symbol behind it\n"
		"  -l         all symbols\n"
		"  -M         all symbols of modules\n"
		"  -m module  all symbols of one module\n"
		"  -q part    those whose name contains part; may be joined with the above\n"
		"\n"
		"EXAMPLES\n"
		"    sym jiffies\n"
		"    sym ffffffffaf8c3f07\n"
		"    sym panic+0x317\n"
		"    sym -q watchdog\n"
		"    sym -m victim\n",
	.run = run,
};
