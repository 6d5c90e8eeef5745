/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct module (include/linux/module.h) by the modules of the list `modules`. "state; list;
 * name" begin it in every kernel, and each struct module lies in the memory of its own module:
 * that is how its base and size are told from other numbers.
 */
#include <string.h>

#include "target/infer/internal.h"

#define WINDOW 1536u
#define SAMPLE 64u
#define LIST 8u	      /* behind the state, which is an enum, and its padding */
#define NAME 24u      /* behind the list */
#define NAME_SIZE 56u /* MODULE_NAME_LEN */
#define LAYOUT 24u    /* a base with its sizes, whatever the generation */
#define STATE_MAX 3u  /* MODULE_STATE_UNFORMED */
#define SIZE_MAX_OF_MODULE (256u << 20)
#define SYMBOLS_MAX (1u << 20)
#define SYMBOL_SIZE 24u /* Elf64_Sym */
/* Taints that a module can bring: P, F, C, O, E, X, T, N (kernel/panic.c). */
#define MODULE_TAINTS 0x7b403u

struct modules {
	struct vmc_target *t;
	struct objects all;
	uint64_t base, size; /* offsets of what is the text, and of how long all of it is */
};

static bool is_module(const struct object *o)
{
	return object_u32(o, 0) <= STATE_MAX && is_name(o->bytes + NAME, NAME_SIZE);
}

static bool read_modules(struct modules *w)
{
	uint64_t head, at, before;

	if (!vmc_target_has_symbol(w->t, "modules", &head))
		return false;
	before = head;
	for (at = load_u64(w->t, head); at != head && w->all.list.len < SAMPLE;
	     at = load_u64(w->t, at)) {
		if (!is_kernel_pointer(at) || load_u64(w->t, at + 8) != before ||
		    !objects_add(w->t, &w->all, at - LIST, WINDOW))
			break;
		if (!is_module(&w->all.list.data[w->all.list.len - 1]))
			return false;
		before = at;
	}
	return w->all.list.len > 0;
}

/* Where, relative to a base, its size and the size of its code lie in one generation of the struct.
 */
struct shape {
	uint64_t size, text;
	unsigned int alternative;
};

static const struct shape shapes[] = {
	{ 8, 12, 0 },  /* struct module_layout: "base; size; text_size" (4.5, 7523e4dc5057) */
	{ 12, 20, 1 }, /* "module_core; init_size; core_size; init_text_size; core_text_size" */
};

static bool is_layout(const struct modules *w, const struct shape *s, uint64_t at)
{
	for (size_t i = 0; i < w->all.list.len; i++) {
		const struct object *o = &w->all.list.data[i];
		uint64_t base = object_u64(o, at), size = object_u32(o, at + s->size);
		uint64_t text = object_u32(o, at + s->text);

		if (!is_kernel_pointer(base) || base % VMC_PAGE_SIZE || size > SIZE_MAX_OF_MODULE ||
		    !text || text > size || o->addr - base >= size)
			return false;
	}
	return true;
}

static bool infer_layout(struct modules *w)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];

		for (uint64_t at = NAME + NAME_SIZE; at + 24 <= WINDOW; at += 8) {
			if (!is_layout(w, s, at))
				continue;
			w->base = at;
			w->size = at + s->size;
			infer_found(w->t, VMC_F_module_core_base, s->alternative, at, 8);
			infer_found(w->t, VMC_F_module_core_size, s->alternative, w->size, 4);
			infer_found(w->t, VMC_F_module_core_text, s->alternative, at + s->text, 4);
			if (s->alternative == 1) {
				infer_found(w->t, VMC_F_module_init_base, 1, at - 8, 8);
				infer_found(w->t, VMC_F_module_init_size, 1, at + 8, 4);
			}
			return true;
		}
	}
	return false;
}

/* ELF's symbol 0 and the empty string begin the tables. */
static bool are_tables(const struct modules *w, const struct object *o, uint64_t symtab, uint32_t n,
		       uint64_t strtab)
{
	uint64_t base = object_u64(o, w->base), size = object_u32(o, w->size);
	uint8_t first[SYMBOL_SIZE], end;

	if (!n || n > SYMBOLS_MAX || symtab - base >= size || strtab - base >= size)
		return false;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read(w->t->memory, symtab, first, sizeof(first));
	if (!err)
		err = vmc_memory_read(w->t->memory, strtab, &end, 1);
	for (size_t i = 0; i < sizeof(first) && !err; i++)
		end |= first[i];
	return !err && !end;
}

/* module.kallsyms -> "symtab; num_symtab; strtab" (4.5, 8244062ef1e5) */
static bool is_kallsyms(const struct modules *w, const struct object *o, uint64_t at)
{
	uint64_t k = object_u64(o, at);

	return is_kernel_pointer(k) && k - object_u64(o, w->base) < object_u32(o, w->size) &&
	       are_tables(w, o, load_u64(w->t, k), load_u32(w->t, k + 8), load_u64(w->t, k + 16));
}

/* "symtab, core_symtab; num_symtab, core_num_syms; strtab, core_strtab", twice the same once loaded
 */
static bool is_symtab(const struct modules *w, const struct object *o, uint64_t at)
{
	return object_u64(o, at) == object_u64(o, at + 8) &&
	       object_u64(o, at + 24) == object_u64(o, at + 32) &&
	       are_tables(w, o, object_u64(o, at), object_u32(o, at + 16), object_u64(o, at + 24));
}

static uint64_t in_all(const struct modules *w,
		       bool (*fits)(const struct modules *w, const struct object *o, uint64_t at))
{
	for (uint64_t at = NAME + NAME_SIZE; at + 40 <= WINDOW; at += 8) {
		size_t fit = 0;

		while (fit < w->all.list.len && fits(w, &w->all.list.data[fit], at))
			fit++;
		if (fit == w->all.list.len)
			return at;
	}
	return NOWHERE;
}

static void infer_symbols(const struct modules *w)
{
	uint64_t at = in_all(w, is_kallsyms);

	if (at != NOWHERE) {
		infer_found(w->t, VMC_F_module_kallsyms, 0, at, 8);
		infer_found(w->t, VMC_F_mod_kallsyms_symtab, 0, 0, 8);
		infer_found(w->t, VMC_F_mod_kallsyms_num, 0, 8, 4);
		infer_found(w->t, VMC_F_mod_kallsyms_strtab, 0, 16, 8);
		return;
	}
	at = in_all(w, is_symtab);
	if (at == NOWHERE)
		return;
	infer_found(w->t, VMC_F_module_symtab, 0, at, 8);
	infer_found(w->t, VMC_F_module_num_symtab, 0, at + 16, 4);
	infer_found(w->t, VMC_F_module_strtab, 0, at + 24, 8);
}

/*
 * The taints of all modules are together those that the kernel has of modules; only one member may
 * be so, sizes aside, which may be a page too; and no module without taints proves anything.
 */
static uint64_t find_taints(const struct modules *w)
{
	uint64_t mask, found = NOWHERE;

	if (!vmc_target_has_symbol(w->t, "tainted_mask", &mask))
		return NOWHERE;
	mask = load_u64(w->t, mask) & MODULE_TAINTS;
	for (uint64_t at = NAME + NAME_SIZE; mask && at + 4 <= WINDOW; at += 4) {
		uint64_t sum = 0;

		if (at - w->base < LAYOUT)
			continue;
		for (size_t i = 0; i < w->all.list.len; i++)
			sum |= object_u32(&w->all.list.data[i], at);
		if (sum != mask)
			continue;
		if (found != NOWHERE)
			return NOWHERE;
		found = at;
	}
	return found;
}

void infer_modules(struct vmc_target *t)
{
	struct modules w = { .t = t };

	if (read_modules(&w) && infer_layout(&w)) {
		infer_found(t, VMC_F_module_list, 0, LIST, 16);
		infer_found(t, VMC_F_module_name, 0, NAME, NAME_SIZE);
		infer_found(t, VMC_F_module_state, 0, 0, 4);
		infer_symbols(&w);
		infer_found(t, VMC_F_module_taints, 0, find_taints(&w), 4);
	}
	objects_deinit(&w.all);
}
