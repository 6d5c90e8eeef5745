/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel log text -> kernel reports. Knows no memory and no dump: the lines
 * come from a dump's log or from a text file alike.
 *
 * A report is what the kernel prints when something goes wrong: a first line
 * that says what, then registers, a call trace, modules ... Which first lines
 * start a report, and how its title and type follow from them, is a table
 * (formats.c), one row a format.
 */
#ifndef VMC_OOPS_OOPS_H
#define VMC_OOPS_OOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* One line of log. Text is borrowed, without newline; it need not be NUL-terminated. */
struct vmc_log_line {
	const char *text; /* the message, prefixes removed */
	size_t len;
	int64_t time_ns; /* since boot; -1 unknown */
	int level;	 /* 0..7; -1 unknown */
	/* Line of the original file, in a dump the record's index; from 1, and lines may share it.
	 */
	uint32_t number;
	bool stamped : 1;    /* a time stood before it, whether or not it says time_ns */
	bool foreign : 1;    /* syslog, journal: written by another program than the kernel */
	bool has_caller : 1; /* caller is meant */
	bool cut : 1;	     /* the next line was written into it: its end is lost */
	char caller_kind;    /* 'T' task, 'C' CPU */
	uint32_t caller;
};

struct vmc_oops_frame {
	const char *function;  /* with compiler suffixes; "" when only an address was printed */
	uint64_t offset, size; /* +0x12/0x34 */
	const char *module;    /* NULL for the kernel itself */
	const char *file;      /* symbolised traces: path, NULL otherwise */
	uint32_t line;
	uint64_t address; /* 0 when not printed */
	bool reliable;	  /* false for "? fn" */
	bool inlined;
	const char *stack; /* "IRQ", "NMI", "#DF" ... between <IRQ> markers; NULL for the task's */
	uint32_t log_line;
};

struct vmc_oops_reg {
	char name[12]; /* as printed: "RIP", "RAX", "CR2", "x0", "pc" */
	uint64_t value;
};

struct vmc_oops_module {
	const char *name, *flags; /* flags "" or "OE" */
};

/*
 * A fault that killed a program, or would have: the kernel works as it should, but
 * what it did next may have met a defect.
 */
struct vmc_user_fault {
	const char *what;   /* as printed: "segfault", "general protection", "bus error" */
	const char *object; /* program or library in which the instruction was; NULL: in none */
	bool has_offset;
	uint64_t offset; /* of the instruction in the object */
	bool has_mapping;
	uint64_t start, size; /* of the part of the object that is mapped there */
	bool has_ip, has_sp;
	uint64_t ip, sp;
	int signal;	/* number; -1 not printed */
	int likely_cpu; /* "likely on CPU 2": asked for after the fault; -1 not printed */
	/* what error_code of the report is, if anything */
	enum vmc_user_code {
		VMC_USER_CODE_NONE,
		VMC_USER_CODE_X86_PAGE, /* bits of a page fault */
		VMC_USER_CODE_X86_TRAP, /* a selector, else 0 */
		VMC_USER_CODE_OTHER,	/* of another machine */
	} code;
};

/* One report. Strings live in the set's arena; NULL or -1 where the log does not tell. */
struct vmc_oops {
	/*
	 * "BUG: unable to handle kernel NULL pointer dereference in victim_open": the same for
	 * every occurrence of a defect. Where no function can be told, "in corrupted".
	 */
	const char *title;
	/* The title for people: a guess, or nothing, instead of "in corrupted". Never NULL. */
	const char *headline;
	/* Sort of defect: "NULL-POINTER-DEREFERENCE", "WARNING", "LOCKDEP", ...; see title.c. */
	const char *type;
	/* Verdict category it suggests ("null-deref", "gpf", ...), NULL for none. */
	const char *category;
	/* Guilty function with suffixes as printed; a guess where frame_short is NULL; or NULL. */
	const char *frame;
	/* The same as the title has it: no suffixes, no system call prefix. */
	const char *frame_short;
	const char *frame_module;
	const char *rip_function; /* where the CPU stood; NULL unknown */
	uint64_t rip_offset;
	const char *rip_module;
	uint64_t fault_address; /* valid when has_fault_address */
	bool has_fault_address;
	int error_code; /* of a page fault or trap, -1 */
	/* What a WARN() or BUG() says in words: "list_del corruption, ...". */
	const char *message;
	/* Its signature (signature.h): the same for two reports of one defect; NULL without
	 * frames. */
	const char *hash;
	const char *guilty_file; /* source file to blame, of a symbolised trace */
	const char *source_file; /* "kernel BUG at FILE:LINE", WARNING: ... at FILE:LINE */
	uint32_t source_line;
	int cpu;
	int64_t pid;
	const char *comm;
	const char *taint;  /* as printed, "G        W  O"; NULL not printed, "" = "Not tainted" */
	const char *kernel; /* release */
	const char *hardware;
	const char *code; /* Code: bytes as printed */
	uint32_t code_line;
	int64_t time_ns;
	uint32_t first_line, last_line; /* log line numbers */
	size_t first_index, last_index; /* indexes into the lines given */
	size_t opening_index;		/* of the line that the title comes from */
	uint32_t n_copies;		/* further copies of the same record in this log ... */
	uint32_t copy_line;		/* ... and the line of the last one */
	bool user_mode;			/* a user-space fault that the kernel reports */
	const struct vmc_user_fault *user; /* what that one says; NULL for the kernel's own */
	bool is_panic;			/* "Kernel panic - not syncing" */
	bool corrupted;			/* cut off or interleaved beyond repair */
	const char *corrupted_why;
	const struct vmc_oops_frame *frames; /* innermost first */
	size_t n_frames;
	const struct vmc_oops_reg *regs;
	size_t n_regs;
	const struct vmc_oops_module *modules; /* "Modules linked in:" */
	size_t n_modules;
};

struct vmc_oops_set {
	const struct vmc_oops *reports; /* in log order */
	size_t n_reports;
	struct vmc_arena arena;
};

/* Finds all reports. Strings are copied: the lines may go away afterwards. */
struct vmc_error *vmc_oops_scan(const struct vmc_log_line *lines, size_t n_lines,
				struct vmc_oops_set *ret) VMC_MUST_CHECK;
void vmc_oops_set_deinit(struct vmc_oops_set *s);

/*
 * Log text (console capture, dmesg, journal, syslog) -> lines with prefixes
 * removed and times, levels and callers kept. `text` is borrowed by the result.
 * The lines are in the order of the log, which is that of the file but for parts of pstore. Of
 * several empty lines one is kept.
 */
/* Of a log of 2 GiB, the largest that a kernel can have, at its usual length. */
#define VMC_LOG_LINES_MAX ((size_t)16 << 20)

struct vmc_log_lines {
	struct vmc_log_line *data;
	size_t len;
	size_t cap;
	struct vmc_arena arena; /* lines that had to be rewritten: colours taken out ... */
	uint32_t left_out_from; /* number of the first line beyond VMC_LOG_LINES_MAX; 0 none */
};
struct vmc_error *vmc_log_split(const char *text, size_t size,
				struct vmc_log_lines *ret) VMC_MUST_CHECK;
void vmc_log_lines_deinit(struct vmc_log_lines *l);

/* Does it look like a kernel log at all? (text, with lines a kernel prints) */
bool vmc_log_is_kernel_text(const char *text, size_t size);

#endif
