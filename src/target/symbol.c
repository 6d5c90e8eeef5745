/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/target.h"

#include <string.h>

struct vmc_error *vmc_target_symbol(struct vmc_target *t, const char *name, uint64_t *ret)
{
	struct vmc_symbol s;

	if (t->symbols && vmc_symtab_by_name(t->symbols, name, &s)) {
		*ret = s.addr;
		return NULL;
	}
	if (vmc_vmcoreinfo_symbol(t->vmcoreinfo, name, ret))
		return NULL;
	return vmc_error_new(VMC_NOT_FOUND, "symbol %s %s", name,
			     t->symbols ? "is not in this kernel"
					: "is unknown: the symbol table was not found");
}

struct vmc_error *vmc_target_link_shift(struct vmc_target *t, uint64_t *ret)
{
	vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab *s = NULL;
	struct vmc_symbol linked;
	uint64_t stext;

	if (t->has_kaslr_offset) {
		*ret = t->kaslr_offset;
		return NULL;
	}
	VMC_TRY(vmc_target_symbol(t, "_stext", &stext));
	VMC_TRY(vmc_elf_symbols(t->vmlinux, &s));
	if (!vmc_symtab_by_name(s, "_stext", &linked))
		return vmc_error_new(VMC_NOT_FOUND, "%s: no _stext", vmc_elf_path(t->vmlinux));
	*ret = stext - linked.addr;
	return NULL;
}

bool vmc_target_has_symbol(struct vmc_target *t, const char *name, uint64_t *ret)
{
	vmc_autoerror struct vmc_error *err = vmc_target_symbol(t, name, ret);

	return !err;
}

static void fill(struct vmc_location *l, const struct vmc_symbol *s, const char *module,
		 uint64_t addr)
{
	*l = (struct vmc_location){ .name = s->name,
				    .module = module,
				    .addr = s->addr,
				    .offset = addr - s->addr,
				    .size = s->size,
				    .type = s->type };
}

bool vmc_target_locate(struct vmc_target *t, uint64_t addr, struct vmc_location *ret)
{
	struct vmc_module *m = NULL;
	struct vmc_symbol s;

	*ret = (struct vmc_location){ 0 };
	if (t->symbols && addr >= t->text.start && addr < t->text.end &&
	    vmc_symtab_by_addr(t->symbols, addr, &s)) {
		fill(ret, &s, NULL, addr);
		return true;
	}
	m = vmc_target_module_at(t, addr);
	if (!m)
		return false;
	ret->module = m->name;
	if (vmc_target_module_symbols(t, m) && vmc_symtab_by_addr(m->symbols, addr, &s)) {
		fill(ret, &s, m->name, addr);
		return true;
	}
	return false;
}

bool vmc_target_is_text(struct vmc_target *t, uint64_t addr)
{
	uint64_t start = 0, end = 0;
	struct vmc_module *m;

	if (vmc_target_has_symbol(t, "_stext", &start) &&
	    vmc_target_has_symbol(t, "_etext", &end) && addr >= start && addr < end)
		return true;
	if (vmc_target_has_symbol(t, "_sinittext", &start) &&
	    vmc_target_has_symbol(t, "_einittext", &end) && addr >= start && addr < end)
		return true;
	m = vmc_target_module_at(t, addr);
	if (!m)
		return false;
	if (addr - m->base < m->text_size)
		return true;
	/* what is left is init text, which only its symbols tell from data */
	struct vmc_location l;
	return vmc_target_locate(t, addr, &l) && (l.type == 't' || l.type == 'T');
}
