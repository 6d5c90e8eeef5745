/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a call trace, as any architecture and any generation of the
 * kernel prints it, and the lines that show the instruction pointer.
 */
#ifndef VMC_OOPS_FRAME_H
#define VMC_OOPS_FRAME_H

#include "oops/text.h"

struct frame_text {
	struct slice function; /* empty where only an address is printed */
	struct slice caller;   /* old arm: "(f) from [<...>] (g+0x1/0x2)": g */
	struct slice module;
	struct slice file;
	struct slice stack; /* "IRQ" of a "<IRQ>" on this line */
	uint64_t offset, size;
	uint64_t address;
	uint32_t line;
	bool has_offset;
	bool decoded; /* "f (file.c:12)": scripts/decode_stacktrace.sh puts that for the offset */
	bool reliable;
	bool inlined;
	bool stack_end; /* "</IRQ>", "<EOI>", "<<EOE>>" */
};

/* False for a line that is no frame and no stack marker. */
bool vmc_oops_parse_frame(struct slice line, struct frame_text *ret);

/*
 * "RIP: 0010:f+0x1/0x2", "EIP is at f+", "PC is at f+", "pc : f+", "epc : f+", "NIP ... f+",
 * "Krnl PSW : ... (f+0x1/0x2)". True also where only an address or (null) is shown; then
 * the function is empty.
 */
bool vmc_oops_parse_ip(struct slice line, struct frame_text *ret);

/* "f+0x12/0x34 [module]" at the front of *s. */
bool vmc_oops_eat_symbol(struct slice *s, struct frame_text *ret);

/* The line opens a call trace. */
bool vmc_oops_is_trace_start(struct slice line);
/* It opens a trace of any sort, also of an allocation; this ends the trace before it. */
bool vmc_oops_is_stack_start(struct slice line);

#endif
