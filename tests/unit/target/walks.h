/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks over stacks that tests lay out word by word. All functions are 64 bytes long; a return
 * address is INTO bytes in, behind a call instruction.
 */
#ifndef VMC_TESTS_WALKS_H
#define VMC_TESTS_WALKS_H

#include <string.h>

#include "mini.h"
#include "target/unwind.h"

#define STACK_SIZE 0x4000u
#define INTO 32u

struct want {
	const char *name; /* NULL: no code */
	uint64_t offset;  /* in the function; without a name: the pc */
	enum vmc_frame_by by;
	const char *exception;
	bool guess, exact;
};

/* A function whose frames are unwound by this rule all over. */
static inline uint64_t function(struct mini *m, const char *name, int sp, int bp, unsigned int bits)
{
	uint64_t addr = mini_function(m, name, 64);

	mini_orc(m, addr, sp, bp, bits);
	mini_put(m, addr + INTO - 5, "\xe8", 1);
	return addr;
}

/* Lowest address of a kernel stack, in the direct map and aligned as the kernel does. */
static inline uint64_t make_stack(struct mini *m)
{
	uint64_t pages = mini_direct(m, mini_pages(m, 8));

	return (pages + STACK_SIZE - 1) & ~(uint64_t)(STACK_SIZE - 1);
}

static inline void word(struct mini *m, uint64_t *sp, uint64_t v)
{
	mini_u64(m, *sp, v);
	*sp += 8;
}

static inline struct vmc_regs registers(uint64_t ip, uint64_t sp, uint64_t bp)
{
	struct vmc_regs r = { 0 };

	vmc_regs_set(&r, VMC_X86_RIP, ip);
	vmc_regs_set(&r, VMC_X86_RSP, sp);
	vmc_regs_set(&r, VMC_X86_RBP, bp);
	vmc_regs_set(&r, VMC_X86_CS, 0x10);
	return r;
}

static inline void check_frames(const struct vmc_trace *tr, const struct want *want, size_t n)
{
	for (size_t i = 0; i < n && i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];

		if (want[i].name && !f->where.name)
			fail_msg("frame %zu: no name, expected %s", i, want[i].name);
		if (want[i].name)
			assert_string_equal(f->where.name, want[i].name);
		else
			assert_null(f->where.name);
		assert_int_equal(want[i].name ? f->offset : f->pc, want[i].offset);
		assert_int_equal(f->by, want[i].by);
		assert_int_equal(f->reliable, !want[i].guess);
		assert_int_equal(f->is_exact, want[i].exact);
		if (want[i].exception)
			assert_string_equal(f->exception, want[i].exception);
		else
			assert_null(f->exception);
	}
	assert_int_equal(tr->frames.len, n);
}

/* Opens, walks, compares; returns why the walk stopped. */
static inline enum vmc_code walk(struct mini *m, const struct vmc_regs *regs,
				 const struct want *want, size_t n, struct vmc_trace *tr)
{
	assert_ok(vmc_unwind_regs(m->target ? m->target : mini_open(m), regs, tr));
	check_frames(tr, want, n);
	return vmc_error_code(tr->stopped);
}

#endif
