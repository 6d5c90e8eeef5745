/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The opened case: dump + memory + symbols + types of one crashed kernel, and
 * what is known and what is not.
 *
 * open.c is the only place that knows the order in which the parts are found.
 * A part that cannot be found is a line in the list of what is unavailable,
 * never the end: log text needs only VMCOREINFO, names need kallsyms, state
 * needs types.
 */
#ifndef VMC_TARGET_TARGET_H
#define VMC_TARGET_TARGET_H

#include "base/lang.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "debug/source/lines.h"
#include "debug/symbols/elfsym.h"
#include "debug/symbols/kallsyms.h"
#include "debug/symbols/symtab.h"
#include "debug/types/type.h"
#include "debug/unwind/cfi.h"
#include "debug/unwind/orc.h"
#include "dump/dump.h"
#include "dump/vmcoreinfo.h"
#include "machine/machine.h"
#include "memory/memory.h"

/* One thing that the report cannot say, and why. */
struct vmc_unavailable {
	const char *what; /* "task list", "backtrace of CPU 3": English, what programs ask for */
	const char *said; /* the same in the language of the report */
	const char *why;  /* the error's text */
};

enum vmc_vmcoreinfo_from { VMC_VMCOREINFO_NONE, VMC_VMCOREINFO_NOTE, VMC_VMCOREINFO_MEMORY };

/* One CPU's registers as the notes give them. */
struct vmc_cpu_note {
	struct vmc_regs regs;
	uint32_t pid; /* PRSTATUS' pid: racy, a hint only */
	bool has_pid;
	bool from_qemu; /* CPU state of QEMU: exact, with control registers */
};

/* A loaded module. Strings and tables are owned by the target. */
struct vmc_module {
	const char *name;
	uint64_t addr;	     /* of its struct module */
	uint64_t base, size; /* text segment; sum of all segments */
	uint64_t text_size;  /* code at base: before 6.4 the first part of its segment */
	struct vmc_range
		segments[8]; /* live segments: text, data, rodata ..., init ones while loading */
	size_t n_segments;
	uint64_t taints;	    /* bit mask, numbering of include/linux/panic.h */
	int state;		    /* enum module_state: 0 live, 1 coming, 2 going, 3 unformed */
	struct vmc_symtab *symbols; /* NULL until asked for, or unreadable */
	bool symbols_tried;
	struct vmc_orc_table orc; /* count 0 when absent */
	struct vmc_types *types;  /* split BTF, NULL until asked for or absent */
	uint8_t *btf;
	bool types_tried;
	struct vmc_debugfile *debugfile; /* its .ko; NULL until asked for, or absent */
	bool debugfile_tried;
};

/* A segment of module number `module`. */
struct vmc_module_span {
	struct vmc_range range;
	size_t module;
};

/* A file that was, or could have been, the debug info of this kernel. */
enum vmc_candidate_state {
	VMC_CANDIDATE_USED,
	VMC_CANDIDATE_REFUSED,
	VMC_CANDIDATE_ABSENT,	  /* no such file */
	VMC_CANDIDATE_NOT_NEEDED, /* not looked at: a better one was there */
	VMC_CANDIDATE_MODULE,	  /* of a module: opened when a frame is found to be in that */
};
struct vmc_candidate {
	const char *path;
	const char *place; /* where it comes from: "command line", or vmc_place.id */
	enum vmc_candidate_state state;
	const char *why; /* of a refused one; of a used one what is to be known of it; else NULL */
	const char *unpacked; /* of a package: the file that was used, else NULL */
};

/* What was given that may be, or hold, the debug info of modules; see module-file.h. */
struct vmc_module_source {
	const char *path;
	bool is_file; /* a .ko or .ko.debug, else a folder */
};

/* State of a shape.def row; see field.h. */
struct vmc_field_slot {
	uint8_t state; /* 0 not resolved yet, 1 resolved, 2 absent */
	uint8_t alternative;
	uint8_t is_signed;
	uint8_t bit_shift, bit_size; /* of a bit-field, else 0 */
	uint32_t size;		     /* bytes to load, or of the whole member */
	uint64_t offset;
};

struct vmc_target {
	enum vmc_lang lang;
	struct vmc_dump *dump;
	struct vmc_memory *memory;
	struct vmc_vmcoreinfo *vmcoreinfo;
	enum vmc_vmcoreinfo_from vmcoreinfo_from;
	struct vmc_symtab *symbols; /* of the kernel; NULL when not found */
	bool symbols_from_elf;
	struct vmc_types *types; /* NULL when none */
	uint8_t *btf;
	bool types_from_elf;
	bool types_from_dwarf;	   /* now, or when the profile was made */
	bool types_worth_keeping;  /* reading them took time: see profile.h */
	struct vmc_elf *types_elf; /* what these borrow from, where that is not vmlinux; else NULL */
	bool no_btf, no_orc;
	struct vmc_elf *vmlinux; /* accepted debug info; NULL */
	struct vmc_range text;	 /* mapped image of the kernel: text, rodata, data */
	uint64_t kaslr_offset;	 /* run-time minus link address; valid with has_kaslr_offset */
	bool has_kaslr_offset;
	struct vmc_debugfile *debugfile; /* DWARF of vmlinux; NULL until asked for, or absent */
	bool debugfile_tried;
	VMC_VEC(struct vmc_module_source) module_sources; /* given, for debug info of modules */
	const char *dump_folder; /* where the dump lies; NULL unknown */
	bool find_debuginfo;	 /* look in the usual places too */
	struct vmc_cfi *cfi; /* call frames out of vmlinux; NULL until asked for, or absent */
	bool cfi_tried;
	VMC_VEC(uint64_t) irq_stacks; /* where each CPU's stack for interrupts begins */
	bool irq_stacks_tried;
	uint64_t cfi_shift; /* run-time minus link address; valid with cfi */
	int64_t phys_base;
	uint64_t page_offset, vmalloc_start, vmemmap_start; /* 0 unknown */
	bool five_level;
	VMC_VEC(struct vmc_cpu_note) notes; /* in file order */
	struct vmc_orc_table orc;	    /* of the kernel; count 0 when absent */
	int orc_version;		    /* 0 unknown */
	bool orc_tried;
	VMC_VEC(struct vmc_module) modules;
	VMC_VEC(struct vmc_module_span) module_spans; /* by address */
	bool modules_tried;
	VMC_VEC(uint64_t) percpu_offset; /* __per_cpu_offset[cpu] of possible CPUs */
	struct vmc_field_slot *fields;
	struct vmc_inferred *inferred; /* by infer/; NULL until asked for */
	VMC_VEC(struct vmc_unavailable) unavailable;
	VMC_VEC(struct vmc_candidate) candidates; /* in the order in which they were tried */
	char build_id[VMC_BUILD_ID_TEXT];	  /* of the image's notes, else VMCOREINFO; "" unknown */
	char release[65];   /* verified against the banner where that can be read */
	const char *banner; /* "Linux version ...", NULL when not read */
	struct vmc_arena arena;
};

struct vmc_open_options {
	const char *const *debuginfo; /* vmlinux, .debug, .ko: tried by build id, else banner */
	size_t n_debuginfo;
	bool find_debuginfo; /* look in the usual places for what was not given */
	bool deep_scan; /* VMCOREINFO may be searched for in all of a big dump */
	bool no_btf;	/* leave BTF alone, as if the kernel had none */
	bool no_orc;	/* the same of ORC */
	bool record;	/* remember the pages read (slim) */
	enum vmc_lang lang; /* of the words for what is unavailable */
};

/*
 * Opens a dump as far as it goes. Fails only when the files are no readable
 * dump; everything else becomes a row of `unavailable`.
 */
struct vmc_error *vmc_target_open(const char *const *paths, size_t n_paths,
				  const struct vmc_open_options *options,
				  struct vmc_target **ret) VMC_MUST_CHECK;
/* The same over bytes in memory (fuzzing), borrowed until the target is freed. */
struct vmc_error *vmc_target_open_bytes(struct vmc_bytes bytes,
					const struct vmc_open_options *options,
					struct vmc_target **ret) VMC_MUST_CHECK;
void vmc_target_free(struct vmc_target *t);
VMC_DEFINE_CLEANUP(struct vmc_target *, vmc_target_free, vmc_cleanup_targetp)

/*
 * Adds a row to `unavailable` unless `what`, a sentence marked with VMC_SAY, is there already.
 * Consumes err (NULL: no row).
 */
void vmc_target_missing(struct vmc_target *t, struct vmc_error *err, const char *what_fmt, ...)
	VMC_PRINTF(3, 4);

/* ---- symbols (symbol.c) ---- */

/* Address of a kernel symbol. VMC_NOT_FOUND. VMCOREINFO's SYMBOL() is asked where kallsyms is
 * missing. */
struct vmc_error *vmc_target_symbol(struct vmc_target *t, const char *name,
				    uint64_t *ret) VMC_MUST_CHECK;
bool vmc_target_has_symbol(struct vmc_target *t, const char *name, uint64_t *ret);

struct vmc_location {
	const char *name;   /* NULL when unknown */
	const char *module; /* NULL for the kernel */
	uint64_t addr;	    /* of the symbol */
	uint64_t offset, size;
	char type;
};

/* What lies at addr: kernel or module symbol. False when none covers it. */
bool vmc_target_locate(struct vmc_target *t, uint64_t addr, struct vmc_location *ret);
/* True for addresses in kernel or module code (executable sections, init text included). */
bool vmc_target_is_text(struct vmc_target *t, uint64_t addr);

/*
 * Run-time minus link address of the kernel, by VMCOREINFO or by the vmlinux, which must be there.
 * VMC_NOT_FOUND: neither says where _stext is.
 */
struct vmc_error *vmc_target_link_shift(struct vmc_target *t, uint64_t *ret) VMC_MUST_CHECK;

/* ---- modules (module.c) ---- */

/* Reads the list on first use; NULL entries never. Unreadable modules become `unavailable` rows. */
void vmc_target_modules(struct vmc_target *t);
struct vmc_module *vmc_target_module_at(struct vmc_target *t, uint64_t addr);
struct vmc_symtab *vmc_target_module_symbols(struct vmc_target *t, struct vmc_module *m);
/* Split BTF; the kernel's own graph where the module has none; NULL without types. */
struct vmc_types *vmc_target_module_types(struct vmc_target *t, struct vmc_module *m);

/* ---- per-CPU (percpu.c) ---- */

/* Number of possible CPUs that have a per-CPU area; 0 when unknown. */
size_t vmc_target_cpus(struct vmc_target *t);
/* Address of a per-CPU symbol's copy on that CPU. */
struct vmc_error *vmc_target_percpu(struct vmc_target *t, const char *symbol, size_t cpu,
				    uint64_t *ret) VMC_MUST_CHECK;

#endif
