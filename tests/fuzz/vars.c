/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variables: of an ELF file, those of its functions at each few bytes, with where they are; what is
 * no ELF file is an expression. Registers are known or not, memory is there or not, and frames call
 * each other, so that callers are asked.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"
#include "debug/source/values.h"
#include "debug/unwind/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One input should not take seconds. */
#define PLACES_MAX 40
#define FRAMES 3
#define REGISTERS 0x107f /* the others are lost */

static const uint64_t registers[VMC_RULE_WIDTH] = { 0x1000, 2, 0x3000 };

static struct vmc_error *read_zeros(void *ctx, uint64_t addr, void *buf, size_t size)
{
	(void)ctx;
	if (addr & 1)
		return vmc_error_new(VMC_UNMAPPED, "odd");
	memset(buf, 0, size);
	return NULL;
}

static void check_place(const struct vmc_expr_place *place)
{
	if (!place->n || place->n > VMC_PIECES_MAX)
		__builtin_trap();
	for (size_t i = 0; i < place->n; i++) {
		if (place->n > 1 && !place->pieces[i].bit_size)
			__builtin_trap();
	}
}

static struct vmc_error *entry(void *ctx, struct vmc_bytes expr, uint64_t *ret)
{
	(void)ctx;
	*ret = expr.size;
	return NULL;
}

static void expression(struct vmc_bytes expr)
{
	struct vmc_reader mem = { read_zeros, NULL };
	struct vmc_expr_scope scope = { .cfa = 0x2000,
					.has_cfa = true,
					.frame_base = vmc_bytes_sub(expr, 0, expr.size / 2),
					.offset_size = 4,
					.entry = entry };
	struct vmc_expr_frame frame = { registers, REGISTERS, &mem, &scope, NULL };
	struct vmc_expr_place place;
	struct vmc_error *err = vmc_expr_locate(expr, &frame, &place);
	uint64_t v;

	if (!err)
		check_place(&place);
	vmc_error_free(err);
	vmc_error_free(vmc_expr_eval(expr, &frame, NULL, &v));
}

static void variables(struct source_info *info, uint64_t pc)
{
	struct source_stack_frame frames[FRAMES] = { 0 };
	struct source_stack stack = { frames, FRAMES, { read_zeros, NULL }, NULL };
	const struct source_frame *f;

	for (size_t i = 0; i < FRAMES; i++) {
		frames[i] = (struct source_stack_frame){ .info = info, .pc = pc + i * 5 };
		frames[i].is_callee = true;
		frames[i].value = registers;
		frames[i].known = REGISTERS;
	}
	f = source_stack_at(&stack, 0);
	for (size_t i = 0; i < f->functions.len; i++) {
		const struct source_function *function = &f->functions.data[i];

		for (size_t k = 0; k < function->variables.len && k < PLACES_MAX; k++) {
			const struct source_variable *v = &function->variables.data[k];
			struct vmc_expr_place place;
			const struct vmc_type *type;
			struct vmc_error *err = source_place(&stack, 0, v, &place);

			if (!err)
				check_place(&place);
			vmc_error_free(err);
			vmc_error_free(source_type_at(info, v->type, &type));
		}
	}
	source_stack_deinit(&stack);
}

static void file(const char *path)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct source_info info = { 0 };
	struct vmc_error *err = vmc_elf_open(path, &e);

	if (!err)
		err = source_info_init(&info, e, NULL);
	for (uint64_t i = 0; !err && i < PLACES_MAX; i++)
		variables(&info, i * 7);
	source_info_deinit(&info);
	vmc_error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	int fd;

	if (size < 4 || memcmp(data, "\177ELF", 4) != 0) {
		expression((struct vmc_bytes){ data, size });
		return 0;
	}
	fd = memfd_create("elf", MFD_CLOEXEC);
	if (fd < 0)
		return 0;
	if (write(fd, data, size) == (ssize_t)size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		file(path);
	}
	close(fd);
	return 0;
}
