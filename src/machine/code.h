/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The "Code:" line of a kernel report, as bytes. Every architecture prints the
 * instructions around the program counter as groups of hex digits, and marks the one at
 * which the CPU stood:
 *
 *     48 c7 c7 <0f> 0b               x86: bytes, in the order of memory
 *     d53b00e1 12000c21 (d50b7420)   arm, arm64: words, as numbers
 *     8082 4501 (9002)               riscv, Thumb: half-words
 *     60000000 <0fe00000> 38210030   powerpc, mips, loongarch
 *
 * Where the memory could not be read there are words instead ("Bad RIP value.").
 */
#ifndef VMC_MACHINE_CODE_H
#define VMC_MACHINE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest is x86's: 64 bytes by default, code_bytes= of the command line allows more. */
#define VMC_CODE_MAX 256

struct vmc_machine_code {
	uint8_t bytes[VMC_CODE_MAX]; /* in the order of memory; words as if little-endian */
	size_t len;
	size_t mark; /* offset of the marked group; valid when has_mark */
	bool has_mark;
	unsigned int unit; /* bytes of a group: 1, 2 or 4 */
};

/*
 * Reads what stands behind "Code: ". Stops at the first thing that is no group of the same
 * width: broken and interleaved lines keep what stands before the damage. False, and *ret
 * untouched, when there is no group at all.
 */
bool vmc_machine_code_parse(const char *text, struct vmc_machine_code *ret);

#endif
