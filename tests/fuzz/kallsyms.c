/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory with kallsyms tables in it. The input: one byte that says what to do
 * (0 load the tables named, 1 find and load them, 2 load a module), seven
 * u32 offsets of tables (0: none), then the memory from ADDR on.
 * The seeds are written by `test-debug-kallsyms --seeds FOLDER`.
 */
#include "debug/symbols/kallsyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ADDR 0xffffffff9b200000u
#define STEXT 0xffffffff9a000000u
#define HEAD (1 + 7 * 4)
#define PAGE 4096u

/* Pages are readable as a whole: zeros behind the end. */
static struct vmc_error *read_memory(void *ctx, uint64_t addr, void *buf, size_t size)
{
	struct vmc_bytes *m = ctx;
	size_t total = (m->size + PAGE - 1) / PAGE * PAGE, have;

	if (addr < ADDR || !vmc_range_ok(addr - ADDR, size, total))
		return vmc_error_new(VMC_UNMAPPED, "beyond the memory");
	memset(buf, 0, size);
	addr -= ADDR;
	have = addr < m->size ? m->size - (size_t)addr : 0;
	if (have)
		memcpy(buf, m->data + addr, have < size ? have : size);
	return NULL;
}

/* What a session does with a table. */
static void use(struct vmc_symtab *t)
{
	struct vmc_symbol s;
	size_t n = vmc_symtab_count(t);

	for (size_t i = 0; i < n; i += n / 64 + 1) {
		struct vmc_symbol at = vmc_symtab_at(t, i);

		if (!vmc_symtab_by_name(t, at.name, &s))
			__builtin_trap();
		(void)vmc_symtab_by_addr(t, at.addr + at.size / 2, &s);
	}
	vmc_symtab_shift(t, 0x200000);
	(void)vmc_symtab_by_addr(t, STEXT, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_kallsyms_tables t = { 0 };
	uint64_t *const fields[] = { &t.names,	 &t.num_syms,	   &t.token_table, &t.token_index,
				     &t.offsets, &t.relative_base, &t.addresses };
	struct vmc_range text = { STEXT, STEXT + (16 << 20) };
	struct vmc_symtab *syms = NULL;
	struct vmc_error *err = NULL;
	struct vmc_bytes memory;
	struct vmc_reader mem = { read_memory, &memory };
	struct vmc_range range;

	if (size < HEAD)
		return 0;
	memory = (struct vmc_bytes){ data + HEAD, size - HEAD };
	range = (struct vmc_range){ ADDR - PAGE, ADDR + memory.size + PAGE };
	for (size_t i = 0; i < VMC_ARRAY_SIZE(fields); i++) {
		uint32_t at = vmc_le32(data + 1 + 4 * i);

		*fields[i] = at ? ADDR + at : 0;
	}
	if (data[0] % 3 == 2) {
		err = vmc_kallsyms_load_module(&mem, t.names, vmc_le32(data + 5), t.token_table,
					       t.token_index, &syms);
	} else {
		if (data[0] % 3)
			err = vmc_kallsyms_find(&mem, &range, 1, &t);
		if (!err)
			err = vmc_kallsyms_load(&mem, &t, data[0] / 3 % 2 ? STEXT : 0, text, &syms);
	}
	if (!err)
		use(syms);
	vmc_error_free(err);
	vmc_symtab_free(syms);
	return 0;
}
