/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <string.h>

#include "machine/machine.h"

static uint8_t desc[512];

/* Every 8 bytes hold their own offset, so that a value tells where it was read. */
static void fill(void)
{
	memset(desc, 0, sizeof(desc));
	for (size_t i = 0; i < sizeof(desc); i += 8) {
		desc[i] = (uint8_t)i;
		desc[i + 1] = (uint8_t)(i >> 8);
	}
}

static void prstatus_gives_registers_and_pid(void **state)
{
	struct vmc_regs r;
	uint32_t pid;

	(void)state;
	fill();
	desc[32] = 0x39;
	desc[33] = 0x30;
	assert_ok(vmc_x86_64_prstatus((struct vmc_bytes){ desc, 336 }, &r, &pid));
	assert_int_equal(pid, 12345);
	assert_int_equal(r.value[VMC_X86_R15], 112);
	assert_int_equal(r.value[VMC_X86_RIP], 112 + 16 * 8);
	assert_int_equal(r.value[VMC_X86_RSP], 112 + 19 * 8);
	assert_int_equal(r.value[VMC_X86_FS_BASE], 280);
	assert_int_equal(r.value[VMC_X86_GS_BASE], 288);
	assert_false(vmc_regs_has(&r, VMC_X86_CR3));
}

static void a_short_prstatus_is_refused(void **state)
{
	struct vmc_regs r = { .known = 7 };
	uint32_t pid = 7;

	(void)state;
	/* 144 bytes is the note of an i386 guest. */
	const size_t sizes[] = { 0, 1, 32, 112, 144, 335 };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(sizes); i++) {
		struct vmc_bytes b = { sizes[i] ? desc : NULL, sizes[i] };

		assert_code(vmc_x86_64_prstatus(b, &r, &pid), VMC_BAD_FORMAT);
	}
	assert_int_equal(r.known, 7);
	assert_int_equal(pid, 7);
}

static void fill_qemu(uint32_t version, uint32_t size)
{
	fill();
	memset(desc, 0, 8);
	desc[0] = (uint8_t)version;
	desc[4] = (uint8_t)size;
	desc[5] = (uint8_t)(size >> 8);
}

static void the_qemu_note_gives_control_registers(void **state)
{
	struct vmc_regs r;

	(void)state;
	fill_qemu(1, 440);
	assert_ok(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 440 }, &r));
	assert_int_equal(r.value[VMC_X86_RAX], 8);
	assert_int_equal(r.value[VMC_X86_RBX], 16);
	assert_int_equal(r.value[VMC_X86_RCX], 24);
	assert_int_equal(r.value[VMC_X86_RDX], 32);
	assert_int_equal(r.value[VMC_X86_RSP], 56);
	assert_int_equal(r.value[VMC_X86_RBP], 64);
	assert_int_equal(r.value[VMC_X86_R15], 128);
	assert_int_equal(r.value[VMC_X86_RIP], 136);
	assert_int_equal(r.value[VMC_X86_RFLAGS], 144);
	assert_int_equal(r.value[VMC_X86_CS], 152);
	assert_int_equal(r.value[VMC_X86_SS], 272);
	assert_int_equal(r.value[VMC_X86_FS_BASE], 240);
	assert_int_equal(r.value[VMC_X86_GS_BASE], 264);
	assert_int_equal(r.value[VMC_X86_TR_BASE], 336);
	assert_int_equal(r.value[VMC_X86_GDTR_BASE], 360);
	assert_int_equal(r.value[VMC_X86_IDTR_BASE], 384);
	assert_int_equal(r.value[VMC_X86_CR0], 392);
	assert_int_equal(r.value[VMC_X86_CR2], 408);
	assert_int_equal(r.value[VMC_X86_CR3], 416);
	assert_int_equal(r.value[VMC_X86_CR4], 424);
	assert_int_equal(r.value[VMC_X86_KERNEL_GS_BASE], 432);
}

static void an_older_qemu_note_lacks_kernel_gs_base(void **state)
{
	struct vmc_regs r;

	(void)state;
	fill_qemu(1, 432);
	assert_ok(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 432 }, &r));
	assert_true(vmc_regs_has(&r, VMC_X86_CR4));
	assert_false(vmc_regs_has(&r, VMC_X86_KERNEL_GS_BASE));
	/* A longer one, with members that we do not know, reads as far as we know it. */
	fill_qemu(1, 504);
	assert_ok(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 504 }, &r));
	assert_true(vmc_regs_has(&r, VMC_X86_KERNEL_GS_BASE));
}

static void a_wrong_qemu_note_is_refused(void **state)
{
	struct vmc_regs r = { .known = 7 };

	(void)state;
	fill_qemu(1, 440);
	assert_code(vmc_x86_64_qemu_note((struct vmc_bytes){ NULL, 0 }, &r), VMC_BAD_FORMAT);
	assert_code(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 431 }, &r), VMC_BAD_FORMAT);
	assert_code(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 439 }, &r), VMC_BAD_FORMAT);
	fill_qemu(1, 16);
	assert_code(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 440 }, &r), VMC_BAD_FORMAT);
	fill_qemu(2, 440);
	assert_code(vmc_x86_64_qemu_note((struct vmc_bytes){ desc, 440 }, &r), VMC_UNSUPPORTED);
	assert_int_equal(r.known, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prstatus_gives_registers_and_pid),
		cmocka_unit_test(a_short_prstatus_is_refused),
		cmocka_unit_test(the_qemu_note_gives_control_registers),
		cmocka_unit_test(an_older_qemu_note_lacks_kernel_gs_base),
		cmocka_unit_test(a_wrong_qemu_note_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
