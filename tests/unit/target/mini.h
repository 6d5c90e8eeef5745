/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up x86-64 kernel in a made-up dump: 1 MiB of memory with code, data,
 * page tables, symbols (kallsyms), types (BTF) and VMCOREINFO, in an ELF core.
 * A test lays out what it needs and opens the result:
 *
 *     AUTO_MINI m = mini();
 *     uint64_t v = mini_variable(&m, "nr_cpu_ids", 4);
 *     mini_u32(&m, v, 2);
 *     struct vmc_target *t = mini_open(&m);
 *
 * The memory, by offset from _text (physically m.phys, virtually m.text and once more in
 * the direct map):
 *
 *     0x00000  code, MINI_CODE bytes: mini_function()
 *     0x20000  everything else in the order of the calls; the page tables first
 */
#ifndef VMC_TESTS_MINI_H
#define VMC_TESTS_MINI_H

#include "../test.h"

#include "base/str.h"
#include "base/vec.h"
#include "target/target.h"

#define MINI_SIZE ((size_t)1 << 20)
#define MINI_CODE 0x20000u
#define MINI_LINKED 0xffffffff81000000u /* where _text is without KASLR */
#define MINI_MAP 0xffffffff80000000u	/* __START_KERNEL_map */
#define MINI_RELEASE "6.1.0-mini"
#define MINI_MEMBERS 24

/*
 * One member: its type is u8 .. u64, s8 .. s64, char, or another structure.
 * count: an array; bits: a bit-field that begins `bit` bits behind `offset`.
 */
struct mini_member {
	const char *name, *type;
	unsigned int offset, count, bit, bits;
};

struct mini_struct {
	const char *name;
	unsigned int size;
	struct mini_member members[MINI_MEMBERS];
};

struct mini_enum {
	const char *name, *enumerator;
	int value;
};

struct mini_symbol_row {
	char name[56];
	char type;
	uint64_t addr;
};

struct mini_orc_row {
	uint64_t ip;
	int sp, bp;
	unsigned int bits;
};

/* What a note says of one CPU. */
struct mini_cpu {
	uint64_t ip, sp, bp, cs, flags, gs, kernel_gs, cr3, cr4;
	uint32_t pid;
};

struct mini {
	/* set by mini_at() */
	uint64_t text, phys, kaslr, page_offset;
	bool five_level;
	uint64_t pgd;	     /* address of the top page table */
	uint64_t uts;	     /* init_uts_ns */
	uint64_t percpu[16]; /* the areas, made by mini_percpu() */
	/* may be changed before mini_open() */
	bool no_note;		   /* VMCOREINFO is in memory only */
	bool no_symbols;	   /* no kallsyms */
	bool no_types;		   /* no BTF */
	bool no_tables;		   /* the page tables are lost */
	bool no_vmcoreinfo;	   /* nor in memory */
	bool no_kallsyms_symbols;  /* VMCOREINFO does not say where kallsyms is (before 6.0) */
	bool no_vmcoreinfo_symbol; /* ... nor does kallsyms say where VMCOREINFO is */
	bool no_phys_base;	   /* VMCOREINFO without NUMBER(phys_base) */
	int64_t phys_base_lie;	   /* added to what VMCOREINFO says */
	uint64_t text_segment;	   /* vaddr of the ELF segment; 0: of the direct map */
	uint64_t vmcoreinfo_at;	   /* where it is in memory; 0: anywhere */
	const char *release;	   /* OSRELEASE; NULL: MINI_RELEASE */
	size_t fillers;		   /* further symbols: found by shape are only tables of 1,000 */
	/* filled by the calls below */
	uint8_t *mem;
	size_t used, code;
	uint8_t lost[MINI_SIZE / 4096];
	VMC_VEC(struct mini_symbol_row) symbols;
	VMC_VEC(const struct mini_struct *) structs;
	VMC_VEC(struct mini_enum) enums;
	VMC_VEC(struct mini_orc_row) orc;
	struct vmc_str vmcoreinfo, notes;
	uint8_t *file;
	struct vmc_target *target;
};

/* With KASLR and four levels. */
struct mini mini(void);
/* `kaslr` and `phys` are multiples of 2 MiB. */
struct mini mini_at(uint64_t kaslr, uint64_t phys, bool five_level);
void mini_free(struct mini *m);
#define AUTO_MINI vmc_cleanup(mini_free) struct mini

/* Opens it; the target belongs to m. */
struct vmc_target *mini_open(struct mini *m);
/* The bytes of the dump, for those who damage them. */
struct vmc_bytes mini_file(struct mini *m);
/* The same as a kdump file whose header has that phys_base; without notes of CPUs. */
struct vmc_target *mini_open_kdump(struct mini *m, int64_t header_phys_base);

/* ---- memory ---- */

/* Zeroed bytes, aligned to 16; the address is in the image. */
uint64_t mini_alloc(struct mini *m, size_t size);
uint64_t mini_pages(struct mini *m, size_t n);
/* The same place in the direct map. */
uint64_t mini_direct(const struct mini *m, uint64_t addr);
uint64_t mini_physical(const struct mini *m, uint64_t addr);
void mini_put(struct mini *m, uint64_t addr, const void *bytes, size_t size);
void mini_u32(struct mini *m, uint64_t addr, uint32_t v);
void mini_u64(struct mini *m, uint64_t addr, uint64_t v);
uint64_t mini_string(struct mini *m, const char *text);
/* The page is not in the dump. */
void mini_lose(struct mini *m, uint64_t addr);

/* ---- names ---- */

void mini_symbol(struct mini *m, const char *name, char type, uint64_t addr);
/* A symbol with memory of its own. */
uint64_t mini_variable(struct mini *m, const char *name, size_t size);
/* A function in the code; returns its address. */
uint64_t mini_function(struct mini *m, const char *name, size_t size);
/* Per-CPU areas of `size` bytes for n CPUs: nr_cpu_ids, __per_cpu_offset. */
void mini_percpu(struct mini *m, size_t n, size_t size);
/* A line of VMCOREINFO, newline included. */
void mini_line(struct mini *m, const char *fmt, ...) VMC_PRINTF(2, 3);

/* ---- types ---- */

/* Borrowed. A later structure of the same name replaces the earlier. */
void mini_struct(struct mini *m, const struct mini_struct *s, size_t n);
void mini_enum(struct mini *m, const char *name, const char *enumerator, int value);
/* "task_struct.thread.sp", "task_struct.pids[0].node" -> offset. */
unsigned int mini_offset(const struct mini *m, const char *path);
unsigned int mini_sizeof(const struct mini *m, const char *name);
/* Writes a member of the structure at addr. */
void mini_set(struct mini *m, uint64_t addr, const char *path, uint64_t v);
/* SIZE() and OFFSET() lines for all its members. */
void mini_layout(struct mini *m, const char *name);

/* ---- CPUs ---- */

void mini_prstatus(struct mini *m, const struct mini_cpu *c);
void mini_qemu(struct mini *m, const struct mini_cpu *c);
/* struct pt_regs at addr. */
void mini_pt_regs(struct mini *m, uint64_t addr, const struct mini_cpu *c);
/* An ORC entry of version 3 (6.4 to 7.0), see MINI_ORC_*. */
void mini_orc(struct mini *m, uint64_t ip, int sp, int bp, unsigned int bits);

enum {
	MINI_ORC_UNDEFINED = 0,
	MINI_ORC_END = 0x100,
	MINI_ORC_CALL = 0x205,	     /* cfa = sp + offset */
	MINI_ORC_CALL_SAVED = 0x215, /* ... and bp is saved on the stack */
	MINI_ORC_CALL_BP = 0x214,    /* cfa = bp + offset, bp is saved */
	MINI_ORC_REGS = 0xb05,
	MINI_ORC_PARTIAL = 0xc05,
	MINI_ORC_INDIRECT = 0x209, /* cfa = *sp + offset: a stack switch */
	MINI_ORC_R10 = 0x206,	   /* cfa = r10 + offset */
};

#endif
