/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames read off code: the first byte says where the input is cut into a function and its cold
 * part; each address is asked for once as an instruction and once as a return address.
 */
#include "machine/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each question follows the code from its start. */
#define PLACES_MAX 64

static void check(const struct vmc_code_frame *f)
{
	if (f->base != VMC_X86_RSP && f->base != VMC_X86_RBP)
		__builtin_trap();
	if (f->saved & f->changed || (f->saved | f->changed) >> VMC_X86_RIP)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_function_code f = { .start = 0xffffffff81000000u,
				       .cold_start = 0xffffffff81000100u };
	size_t cut;

	if (!size)
		return 0;
	cut = data[0] < size ? data[0] : size - 1;
	f.code = (struct vmc_bytes){ data + 1, cut };
	f.cold = (struct vmc_bytes){ data + 1 + cut, size - 1 - cut };
	for (size_t i = 0; i < size && i < PLACES_MAX; i++) {
		uint64_t pc = i < cut ? f.start + i : f.cold_start + (i - cut), target;
		struct vmc_bytes before = { data, i };

		for (int is_return = 0; is_return <= 1; is_return++) {
			struct vmc_code_frame frame;
			struct vmc_error *err = vmc_x86_64_code_frame(&f, pc, is_return, &frame);

			if (!err)
				check(&frame);
			vmc_error_free(err);
		}
		vmc_x86_64_call_before(before, pc, &target);
	}
	return 0;
}
