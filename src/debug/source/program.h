/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line program (.debug_line): a small machine whose run yields rows of address, file and line.
 *
 * It is run for one address at a time and keeps no rows, so that neither time nor memory depends
 * on what a file claims to have.
 */
#ifndef VMC_DEBUG_SOURCE_PROGRAM_H
#define VMC_DEBUG_SOURCE_PROGRAM_H

#include "base/str.h"
#include "debug/dwarf/unit.h"

struct source_row {
	uint64_t address, file;
	uint32_t line, column;
};

/* Its header. */
struct source_program {
	const struct dwarf_sections *sections;
	struct dwarf_unit unit;	     /* sizes of the program's own forms; its version */
	const char *comp_dir;	     /* of the unit it belongs to, "" unknown */
	uint32_t start, end;	     /* of the instructions */
	uint32_t directories, files; /* where the tables begin */
	uint8_t min_length, line_range, opcode_base, max_ops;
	int8_t line_base;
	const uint8_t *lengths; /* how many operands the standard opcodes have */
};

/* `offset` in .debug_line; `unit` the one whose program it is. */
struct vmc_error *source_program_init(struct source_program *p, const struct dwarf_sections *s,
				      const struct dwarf_unit *unit, const char *comp_dir,
				      uint64_t offset) VMC_MUST_CHECK;

/* The row that covers pc: the last at or before it in a sequence that goes beyond it. */
bool source_program_row(const struct source_program *p, uint64_t pc, struct source_row *ret);

/* Path of file number `n`, absolute where the unit says enough; false where there is none. */
bool source_program_file(const struct source_program *p, uint64_t n, struct vmc_str *out);

#endif
