/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What disasm.c has to know of an instruction set. Most are capstone's, of which this
 * folder corrects the text and draws the operands; an instruction set that capstone 4 lacks brings
 * its own decoder.
 */
#ifndef VMC_MACHINE_ISA_H
#define VMC_MACHINE_ISA_H

#include <capstone.h>

#include "machine/disasm.h"

struct vmc_isa {
	unsigned int unit; /* bytes of a group in the Code: line */
	bool variable;	   /* instructions are not all of one length */
	cs_arch arch;
	cs_mode mode;
	/* Corrects insn->text, which holds capstone's; NULL: it is right. */
	void (*text)(csh handle, const cs_insn *in, struct vmc_insn *insn);
	/* Fills kind, operand and access (zeroed before). */
	void (*detail)(csh handle, const cs_insn *in, struct vmc_insn_detail *ret);
	/* BUG() where it is no instruction that capstone would name; NULL: detail tells. */
	bool (*is_bug)(const uint8_t *bytes);
	/* Instead of all above: false when the bytes are nothing known; insn->size is set
	 * all the same. detail may be NULL. */
	bool (*decode)(const uint8_t *bytes, size_t len, struct vmc_insn *insn,
		       struct vmc_insn_detail *detail);
};

extern const struct vmc_isa vmc_isa_x86_64, vmc_isa_x86_32;
extern const struct vmc_isa vmc_isa_arm64, vmc_isa_arm, vmc_isa_thumb;
extern const struct vmc_isa vmc_isa_powerpc, vmc_isa_riscv;

/* A register by name, being all of itself. */
struct vmc_insn_reg vmc_isa_reg(const char *name, unsigned int bits);
/* One more access, up to VMC_ACCESS_MAX. */
void vmc_isa_access(struct vmc_insn_detail *d, const struct vmc_access *a);
/* Instruction number -> kind, of a table that ends with id 0. */
struct vmc_isa_kind {
	unsigned int id;
	enum vmc_insn_kind kind;
};
enum vmc_insn_kind vmc_isa_kind(const struct vmc_isa_kind *table, unsigned int id);

#endif
