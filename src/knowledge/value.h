/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a number means to a kernel: a register or fault address that is poison,
 * an error code or a place; flags, error codes, trap numbers and letters.
 *
 * The knowledge is data (data/values/README.md has its form), turned into a
 * table at build time (tools/embed-values.c). Here are the two questions that
 * are asked of it: what is this value (find), and what do its bits say
 * (decode). An answer that is not certain has several matches, best first.
 */
#ifndef VMC_KNOWLEDGE_VALUE_H
#define VMC_KNOWLEDGE_VALUE_H

#include <stdint.h>

#include "base/str.h"
#include "knowledge/rule.h"

enum vmc_value_kind {
	VMC_VALUE_POINTER, /* and what lies a few bytes beside it */
	VMC_VALUE_BYTES,   /* a byte that fills the whole word, and what lies beside that */
	VMC_VALUE_WORD,	   /* exactly this, in 64 or 32 bits */
	VMC_VALUE_RANGE,   /* of addresses */
	VMC_VALUE_BIT,	   /* of a register or mask */
	VMC_VALUE_FIELD,   /* several bits of it */
	VMC_VALUE_NUMBER,  /* a code, or a range of codes */
	VMC_VALUE_LETTER,  /* a code of one letter */
	VMC_VALUE_KIND_COUNT,
};

enum vmc_value_arch {
	VMC_VALUE_X86_64,
	VMC_VALUE_I386,
	VMC_VALUE_ARM64,
	VMC_VALUE_ARM,
	VMC_VALUE_RISCV64,
	VMC_VALUE_PPC64,
	VMC_VALUE_S390X,
	VMC_VALUE_ARCH_COUNT,
};

/* Of x86-64 page tables; other machines have one layout each. */
enum vmc_value_layout { VMC_VALUE_ANY_LEVEL, VMC_VALUE_4_LEVEL, VMC_VALUE_5_LEVEL };

struct vmc_value {
	const char *group, *name;
	enum vmc_value_kind kind;
	/* value, and of ranges up to last; of bit and field the lowest and highest bit */
	uint64_t value, last;
	uint64_t below, above; /* how far beside the value it is still meant */
	unsigned int arches;   /* bit 1 << enum vmc_value_arch; 0 all */
	enum vmc_value_layout layout;
	char letter;	      /* 0 none */
	bool address_only;    /* tells something of an address, nothing of a number in a register */
	bool quiet;	      /* not worth a word */
	const char *names;    /* of a field: the group that names its numbers; NULL */
	const char *category; /* of a verdict, where it is a faulting address; NULL */
	/* "3.15": the first release that has it, the first that has not, who alone has it; NULL */
	const char *since, *before, *vendor;
	struct vmc_said meaning;
	struct vmc_said set, clear; /* of a bit: what to say of it in that state */
	const char *source;	    /* of the kernel */
	const char *file;	    /* where it was written */
	unsigned int line;
};

/* The table, by file, then in the order of the file. */
const struct vmc_value *vmc_values_builtin(size_t *ret_n);

/* "x86_64"; NULL beyond the known */
const char *vmc_value_arch_name(enum vmc_value_arch arch);
bool vmc_value_is_64bit(enum vmc_value_arch arch);

/* ---- what is this value ---- */

struct vmc_value_query {
	uint64_t value;
	enum vmc_value_arch arch;
	bool is_address; /* somebody used it as one: a fault address */
	bool five_level; /* x86-64 with LA57 */
};

/* How well a value agrees with its row. */
enum vmc_value_fit {
	VMC_VALUE_WHOLE,
	VMC_VALUE_HALF,	   /* the low 32 bits only: an int that was read from such memory */
	VMC_VALUE_FLIPPED, /* but for one bit */
};

struct vmc_value_match {
	const struct vmc_value *value;
	int64_t distance; /* of a pointer or byte pattern: the query's value minus the row's */
	enum vmc_value_fit fit;
	unsigned int bit;	       /* that was flipped */
	const struct vmc_value *error; /* the error number of an ERR_PTR(); NULL unnamed */
};

/* More meanings of one value than this are not told. */
#define VMC_VALUE_MATCHES_MAX 4

/*
 * Meanings, best first; 0 none. Poison and error codes hide the ranges that they lie in. Where the
 * distance to the best one is more than two words, the next best is given too.
 */
size_t vmc_value_find(const struct vmc_value_query *q,
		      struct vmc_value_match ret[VMC_VALUE_MATCHES_MAX]);
/* "LIST_POISON1 + 0x8: next pointer of ...; or ..."; nothing for n = 0. */
void vmc_value_words(const struct vmc_value_query *q, const struct vmc_value_match *m, size_t n,
		     enum vmc_lang lang, struct vmc_str *out);

/* ---- what do its bits say ---- */

/* The row for a number, a letter or a bit of a group, which is the current kernel's where other
 * kernels have others; NULL none. */
const struct vmc_value *vmc_value_number(const char *group, enum vmc_value_arch arch, uint64_t n);
const struct vmc_value *vmc_value_bit(const char *group, unsigned int bit);
/* All rows of a letter, at most `max`: what it means depends on the kernel. */
size_t vmc_value_letter(const char *group, char letter, const struct vmc_value **ret, size_t max);

struct vmc_value_part {
	const struct vmc_value *value; /* bit or field */
	uint64_t number;	       /* 1, or what stands in the field */
};

/* Bits and fields that are set, highest first; *ret_rest gets the bits that no row explains. */
size_t vmc_value_decode(const char *group, enum vmc_value_arch arch, uint64_t value,
			struct vmc_value_part *ret, size_t max, uint64_t *ret_rest);
/*
 * One line: "RF ZF PF, IF=0: interrupts are off". True when it holds a remark, such as the one on
 * IF: the value is not the usual one.
 */
bool vmc_value_line(const char *group, enum vmc_value_arch arch, uint64_t value, enum vmc_lang lang,
		    struct vmc_str *out);
/* " (since 3.15)", " (before 3.15)", " (SUSE)": which kernels a row is about; nothing for all. */
void vmc_value_kernels(const struct vmc_value *v, enum vmc_lang lang, struct vmc_str *out);

#endif
