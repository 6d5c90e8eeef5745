/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what values-sample.c told of itself, and prints the variables of its frames. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "debug/source/values.h"
#include "debug/unwind/apply.h"
#include "debug/unwind/cfi.h"

#define STACK_MAX 4096
#define FRAMES 4
#define RED_ZONE 128

struct stopped {
	struct vmc_rule_regs regs[FRAMES];
	uint64_t sp;
	uint8_t stack[STACK_MAX];
	size_t size;
};

static struct vmc_error *read_stack(void *ctx, uint64_t addr, void *buf, size_t size)
{
	const struct stopped *s = ctx;

	if (addr < s->sp || !vmc_range_ok(addr - s->sp, size, s->size))
		return vmc_error_new(VMC_UNMAPPED, "0x%" PRIx64 " is not on the stack", addr);
	memcpy(buf, s->stack + (addr - s->sp), size);
	return NULL;
}

static bool read_input(struct stopped *s)
{
	unsigned int byte;

	for (unsigned int i = 0; i < VMC_RULE_WIDTH; i++) {
		if (scanf("%" SCNx64, &s->regs[0].value[i]) != 1)
			return false;
	}
	s->regs[0].known = (1u << VMC_RULE_WIDTH) - 1;
	s->sp = s->regs[0].value[7] - RED_ZONE;
	while (s->size < STACK_MAX && scanf("%2x", &byte) == 1)
		s->stack[s->size++] = (uint8_t)byte;
	return s->size != 0;
}

static struct vmc_error *walk(struct vmc_elf *e, struct stopped *s, struct source_info *info,
			      struct source_stack *stack)
{
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *cfi = NULL;
	struct vmc_cfi_section section = { .bytes = vmc_elf_section(e, ".eh_frame"),
					   .addr = vmc_elf_section_addr(e, ".eh_frame"),
					   .is_eh = true };

	VMC_TRY(vmc_cfi_open(&section, &cfi));
	for (size_t i = 0; i < FRAMES; i++) {
		struct vmc_expr_frame f = { s->regs[i].value, s->regs[i].known, &stack->mem, NULL,
					    NULL };
		struct source_stack_frame *frame = &stack->frames[i];
		struct vmc_unwind_rule rule;

		/* a trap stops behind its instruction, in the same function */
		*frame = (struct source_stack_frame){ .info = info, .is_callee = true };
		frame->pc = s->regs[i].value[VMC_RULE_RA];
		frame->value = s->regs[i].value;
		frame->known = s->regs[i].known;
		if (vmc_error_code(vmc_cfi_find(cfi, frame->pc - 1, &rule)))
			return NULL;
		VMC_TRY(vmc_rule_cfa(&rule, &f, &frame->cfa));
		frame->has_cfa = true;
		stack->n = i + 1;
		if (i + 1 == FRAMES)
			return NULL;
		VMC_TRY(vmc_rule_caller(&rule, &f, frame->cfa, &s->regs[i + 1]));
		s->regs[i + 1].value[7] = frame->cfa;
		s->regs[i + 1].known |= 1u << 7;
	}
	return NULL;
}

/* Numbers up to eight bytes, as they are in memory. */
static void show(struct source_stack *stack, size_t i, const struct source_function *f,
		 const struct source_variable *v)
{
	struct vmc_expr_place place;
	const struct vmc_piece *p = place.pieces;
	const struct vmc_type *type;
	struct vmc_error *err = source_type_at(stack->frames[i].info, v->type, &type);
	uint64_t value = 0;

	if (!err)
		err = source_place(stack, i, v, &place);
	if (!err && (place.n != 1 || type->size > 8))
		err = vmc_error_new(VMC_LIMIT, "no number");
	if (!err && p->kind == VMC_PIECE_MEMORY)
		err = vmc_read(&stack->mem, p->value, &value, type->size);
	else if (!err && p->kind == VMC_PIECE_REGISTER && stack->frames[i].known >> p->value & 1)
		value = stack->frames[i].value[p->value];
	else if (!err && p->kind == VMC_PIECE_VALUE)
		value = p->value;
	else if (!err && p->kind == VMC_PIECE_BYTES)
		memcpy(&value, p->bytes.data, p->bytes.size < 8 ? p->bytes.size : 8);
	else if (!err)
		err = vmc_error_new(VMC_NOT_FOUND, "nowhere");
	printf("%s %s ", f->name, v->name);
	if (err)
		printf("? %s\n", vmc_error_text(err));
	else
		printf("%" PRIu64 "%s\n",
		       type->size < 8 ? value & (((uint64_t)1 << 8 * type->size) - 1) : value,
		       place.from_caller ? " by-caller" : "");
	vmc_error_free(err);
}

int main(int argc, char **argv)
{
	static struct stopped s;
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct source_stack_frame frames[FRAMES] = { 0 };
	struct source_stack stack = { .frames = frames, .mem = { read_stack, &s } };
	struct source_info info = { 0 };
	struct vmc_error *err;

	if (argc != 2 || !read_input(&s))
		return 2;
	err = vmc_elf_open(argv[1], &e);
	if (!err)
		err = source_info_init(&info, e, NULL);
	if (!err)
		err = walk(e, &s, &info, &stack);
	if (err) {
		fprintf(stderr, "%s\n", vmc_error_text(err));
		vmc_error_free(err);
		return 1;
	}
	for (size_t i = 0; i < stack.n; i++) {
		const struct source_frame *f = source_stack_at(&stack, i);

		for (size_t k = 0; k < f->functions.len; k++) {
			const struct source_function *function = &f->functions.data[k];

			for (size_t n = 0; n < function->variables.len; n++)
				show(&stack, i, function, &function->variables.data[n]);
		}
	}
	source_stack_deinit(&stack);
	source_info_deinit(&info);
	return 0;
}
