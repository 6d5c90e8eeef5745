/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/variables.h"

#include <stdlib.h>

#include "debug/source/values.h"
#include "target/debugfile.h"
#include "target/field.h"
#include "target/value.h"

/* A recursion of thousands of frames says the same again and again. */
#define FRAMES_MAX 256
/* Of one stack: a kernel's have some hundreds. */
#define VARIABLES_MAX 8192
/* A value that was put together bit by bit. */
#define PIECES_BYTES_MAX 4096u
/* One value, before "...": whole structs are for `struct`. */
#define TEXT_MAX 512u

struct writer {
	struct vmc_target *t;
	struct source_stack stack;
	size_t frame;
	size_t shown;
};

const char *vmc_variable_by(enum vmc_variable_by by)
{
	static const char *const names[] = {
		[VMC_VARIABLE_MEMORY] = "memory",
		[VMC_VARIABLE_REGISTER] = "register",
		[VMC_VARIABLE_CONSTANT] = "constant",
		[VMC_VARIABLE_COMPUTED] = "computed",
		[VMC_VARIABLE_ENTRY] = "entry-value",
		[VMC_VARIABLE_PIECES] = "pieces",
		[VMC_VARIABLE_POINTER] = "implicit-pointer",
	};

	return (size_t)by < VMC_ARRAY_SIZE(names) ? names[by] : NULL;
}

static const char *keep(struct vmc_target *t, const struct vmc_str *s)
{
	return s->failed ? NULL : vmc_arena_strdup(&t->arena, vmc_str_text(s));
}

static struct vmc_error *optimised_out(void)
{
	return vmc_error_new(VMC_NOT_FOUND, VMC_WHY_OPTIMISED_OUT);
}

/* --- from places to bytes --- */

/* `size` bits of a piece at bit `at` of the image. */
static void set_bits(struct vmc_image *image, uint64_t at, const uint8_t *from, uint64_t from_bit,
		     uint64_t size)
{
	for (uint64_t i = 0; i < size && (at + i) / 8 < image->size; i++) {
		uint64_t bit = from_bit + i;

		if (from[bit / 8] >> bit % 8 & 1)
			image->data[(at + i) / 8] |= (uint8_t)(1u << (at + i) % 8);
	}
}

static void set_absent(struct vmc_image *image, uint64_t at, uint64_t size, unsigned int why)
{
	for (uint64_t i = at / 8; i < (at + size + 7) / 8 && i < image->size; i++)
		image->absent[i] = (uint8_t)why;
}

/* Bytes of one piece, as many as its bits need; the code of the error where there are none. */
static unsigned int piece_bytes(const struct writer *w, const struct vmc_piece *p, uint8_t *out,
				uint64_t size)
{
	const struct source_stack_frame *f = &w->stack.frames[w->frame];
	vmc_autoerror struct vmc_error *err = NULL;
	uint64_t v = p->value;

	switch (p->kind) {
	case VMC_PIECE_MEMORY:
		err = vmc_read(&w->stack.mem, p->value, out, size);
		return vmc_error_code(err);
	case VMC_PIECE_REGISTER:
		if (p->value > 63 || !(f->known >> p->value & 1))
			return VMC_NOT_FOUND;
		v = f->value[p->value];
		break;
	case VMC_PIECE_VALUE:
		break;
	case VMC_PIECE_BYTES:
		memcpy(out, p->bytes.data, p->bytes.size < size ? p->bytes.size : size);
		return VMC_OK;
	case VMC_PIECE_ABSENT:
	case VMC_PIECE_POINTER:
		return VMC_IMAGE_OPTIMISED_OUT;
	}
	for (uint64_t i = 0; i < size && i < 8; i++)
		out[i] = (uint8_t)(v >> 8 * i);
	return VMC_OK;
}

static struct vmc_error *put_together(const struct writer *w, const struct vmc_expr_place *place,
				      uint64_t size, struct vmc_image *image)
{
	static const char none[] = "its parts are not known";
	uint64_t at = 0;
	bool any = false;

	if (size > PIECES_BYTES_MAX)
		return vmc_error_new(VMC_LIMIT, "%llu bytes in pieces", (unsigned long long)size);
	VMC_TRY(vmc_image_make(size, image));
	for (size_t i = 0; i < place->n && at < size * 8; i++) {
		const struct vmc_piece *p = &place->pieces[i];
		uint64_t left = size * 8 - at, bits = p->bit_size ? p->bit_size : left;
		uint8_t bytes[PIECES_BYTES_MAX + 8] = { 0 };
		unsigned int why;

		bits = bits < left ? bits : left;
		if (p->bit_offset + bits > 8 * PIECES_BYTES_MAX)
			return vmc_error_new(VMC_BAD_FORMAT, "a piece beyond its place");
		why = piece_bytes(w, p, bytes, (p->bit_offset + bits + 7) / 8);
		if (why)
			set_absent(image, at, bits, why);
		else
			set_bits(image, at, bytes, p->bit_offset, bits);
		any |= !why;
		at += bits;
	}
	set_absent(image, at, size * 8 - at, VMC_IMAGE_OPTIMISED_OUT);
	return any ? NULL : vmc_error_new(VMC_NOT_FOUND, "%s", none);
}

/* --- where it is, in words --- */

static enum vmc_variable_by how(const struct vmc_expr_place *place)
{
	const struct vmc_piece *p = place->pieces;

	if (place->from_caller)
		return VMC_VARIABLE_ENTRY;
	if (place->n > 1)
		return VMC_VARIABLE_PIECES;
	switch (p->kind) {
	case VMC_PIECE_MEMORY:
		return VMC_VARIABLE_MEMORY;
	case VMC_PIECE_REGISTER:
		return VMC_VARIABLE_REGISTER;
	case VMC_PIECE_VALUE:
		return place->is_computed ? VMC_VARIABLE_COMPUTED : VMC_VARIABLE_CONSTANT;
	case VMC_PIECE_BYTES:
		return VMC_VARIABLE_CONSTANT;
	case VMC_PIECE_POINTER:
		return VMC_VARIABLE_POINTER;
	case VMC_PIECE_ABSENT:
		break;
	}
	return VMC_VARIABLE_NOWHERE;
}

static const char *location(const struct writer *w, const struct vmc_expr_place *place)
{
	const struct vmc_piece *p = place->pieces;
	vmc_autostr struct vmc_str text = { 0 };
	const char *name;

	if (place->n != 1)
		return NULL;
	if (p->kind == VMC_PIECE_MEMORY) {
		vmc_str_addf(&text, "0x%llx", (unsigned long long)p->value);
		return keep(w->t, &text);
	}
	name = p->kind == VMC_PIECE_REGISTER && p->value < VMC_RULE_WIDTH
		       ? vmc_x86_64_reg_name((unsigned int)p->value)
		       : NULL;
	return name;
}

/* --- values --- */

/* " (pid 162 "insmod")" behind a pointer to a task. */
static void add_task(const struct writer *w, const struct vmc_type *type,
		     const struct vmc_image *image, struct vmc_str *out)
{
	const struct vmc_type *target;
	struct vmc_error *err = vmc_type_strip(type, &type);
	struct vmc_obj task;
	char comm[16 + 1];
	uint64_t pid;

	if (!err && (type->kind != VMC_TYPE_POINTER || image->size != 8 || image->absent[0])) {
		return;
	}
	if (!err)
		err = vmc_type_target(type, &target);
	if (!err)
		err = vmc_type_strip(target, &target);
	if (err || strcmp(target->name, "task_struct") != 0 || !vmc_le64(image->data)) {
		vmc_error_free(err);
		return;
	}
	task = vmc_obj(w->t, vmc_le64(image->data));
	pid = vmc_get(&task, VMC_F_task_pid);
	vmc_get_chars(&task, VMC_F_task_comm, comm, sizeof(comm));
	if (!vmc_obj_bad(&task)) {
		vmc_str_addf(out, " (pid %d \"", (int)pid);
		vmc_str_add_safe(out, comm);
		vmc_str_add(out, "\")");
	}
	vmc_obj_drop(&task);
}

static struct vmc_error *print(const struct writer *w, const struct vmc_type *type,
			       const struct vmc_image *image, struct vmc_str *out)
{
	vmc_autoprinter struct vmc_printer p = { .mem = w->stack.mem,
						 .target = w->t,
						 .brief = true };
	struct vmc_member whole = { .name = "", .type = type };

	/* all of it is missing, and for one reason: this is to be said in full */
	if (!image->by_byte && image->size && image->n_absent == image->n_pages)
		return vmc_error_new(vmc_error_code(image->why), "%s", vmc_error_text(image->why));
	vmc_value_print(&p, image, &whole, 0, out);
	add_task(w, type, image, out);
	if (out->len > TEXT_MAX) {
		out->len = TEXT_MAX;
		out->data[out->len] = 0;
		vmc_str_add(out, "...");
	}
	return NULL;
}

/* A pointer to a variable that is nowhere itself: what it points to is all that is known. */
static void print_pointer(const struct writer *w, const struct vmc_piece *p, struct vmc_str *out)
{
	const struct source_frame *f = &w->stack.frames[w->frame].found;
	const char *name = NULL;

	for (size_t i = 0; i < f->functions.len && !name; i++) {
		const struct source_function *function = &f->functions.data[i];

		for (size_t k = 0; k < function->variables.len && !name; k++) {
			const struct source_variable *v = &function->variables.data[k];

			if (v->entry == p->value || v->origin == p->value)
				name = v->name;
		}
	}
	vmc_str_add(out, "&");
	vmc_str_add_safe(out, name ? name : "?");
	if (p->offset)
		vmc_str_addf(out, " + %lld", (long long)p->offset);
}

static struct vmc_error *find_value(struct writer *w, const struct source_variable *v,
				    const struct vmc_type *type, struct vmc_expr_place *place,
				    struct vmc_str *out)
{
	vmc_autoimage struct vmc_image image = { 0 };
	const struct vmc_piece *p = place->pieces;
	const struct vmc_type *core;

	VMC_TRY(source_place(&w->stack, w->frame, v, place));
	if (place->n == 1 && p->kind == VMC_PIECE_ABSENT)
		return optimised_out();
	if (place->n == 1 && p->kind == VMC_PIECE_POINTER) {
		print_pointer(w, p, out);
		return NULL;
	}
	VMC_TRY(vmc_type_strip(type, &core));
	if (place->n == 1 && p->kind == VMC_PIECE_REGISTER &&
	    (p->value > 63 || !(w->stack.frames[w->frame].known >> p->value & 1))) {
		const char *name = vmc_x86_64_reg_name((unsigned int)(p->value & 63));

		return vmc_error_new(VMC_NOT_FOUND, "register %s was not saved", name ? name : "?");
	}
	if (place->n == 1 && p->kind == VMC_PIECE_MEMORY && !p->bit_size)
		VMC_TRY(vmc_image_read(&w->stack.mem, p->value, core->size, &image));
	else
		VMC_TRY(put_together(w, place, core->size, &image));
	return print(w, type, &image, out);
}

static const char *reason(const struct writer *w, struct vmc_error *err)
{
	vmc_autostr struct vmc_str text = { 0 };

	/* a register that its function did not keep: the value was there, and is not any more */
	vmc_str_add(&text, vmc_str_starts(vmc_error_text(err), "register ") ? "lost: " : "");
	vmc_str_add_safe(&text, vmc_error_text(err));
	return keep(w->t, &text);
}

static void show_variable(struct writer *w, const struct source_variable *v,
			  struct vmc_frame_variable *ret)
{
	struct source_info *info = w->stack.frames[w->frame].info;
	vmc_autostr struct vmc_str name = { 0 }, spelt = { 0 }, value = { 0 };
	struct vmc_expr_place place = { 0 };
	const struct vmc_type *type;
	vmc_autoerror struct vmc_error *err = source_type_at(info, v->type, &type);

	*ret = (struct vmc_frame_variable){ .is_parameter = v->is_parameter, .line = v->line };
	vmc_str_add_safe(&name, v->name);
	ret->name = v->name ? keep(w->t, &name) : NULL;
	if (!err)
		err = vmc_type_spell(type, &spelt);
	if (!err) {
		ret->type = keep(w->t, &spelt);
		err = find_value(w, v, type, &place, &value);
	}
	if (place.n) {
		ret->by = how(&place);
		ret->location = location(w, &place);
	}
	if (err)
		ret->why = reason(w, err);
	else
		ret->value = keep(w->t, &value);
}

/* --- frames --- */

static bool show_function(struct writer *w, const struct source_function *f,
			  struct vmc_frame_function *ret)
{
	size_t n = f->variables.len;
	struct vmc_frame_variable *v = n ? vmc_arena_alloc(&w->t->arena, n * sizeof(*v)) : NULL;
	vmc_autostr struct vmc_str name = { 0 };

	vmc_str_add_safe(&name, f->name);
	*ret = (struct vmc_frame_function){ .name = f->name ? keep(w->t, &name) : NULL,
					    .inlined = f->inlined };
	if (n && !v)
		return false;
	for (size_t i = 0; i < n; i++)
		show_variable(w, &f->variables.data[i], &v[i]);
	ret->variables = v;
	ret->n_variables = n;
	w->shown += n;
	return true;
}

static void show_frame(struct writer *w, struct vmc_frame *f)
{
	const struct source_frame *found = source_stack_at(&w->stack, w->frame);
	size_t n = found->functions.len;
	struct vmc_frame_function *functions;

	if (!n)
		return;
	functions = vmc_arena_alloc(&w->t->arena, n * sizeof(*functions));
	if (!functions)
		return;
	for (size_t i = 0; i < n; i++) {
		if (!show_function(w, &found->functions.data[i], &functions[i]))
			return;
	}
	f->functions = functions;
	f->n_functions = n;
}

static void describe(struct vmc_target *t, const struct vmc_trace *tr, size_t i,
		     struct source_stack_frame *ret)
{
	const struct vmc_frame *f = &tr->frames.data[i];
	const struct vmc_frame *next = i + 1 < tr->frames.len ? f + 1 : NULL;
	struct vmc_debugfile *file;

	*ret = (struct source_stack_frame){ .pc = f->pc,
					    .is_exact = f->is_exact,
					    .value = f->regs.value,
					    .known = f->regs.known &
						     (((uint64_t)1 << VMC_RULE_WIDTH) - 1),
					    .cfa = f->cfa,
					    .has_cfa = f->has_cfa };
	ret->is_callee = next && !next->is_exact && !next->user && next->by != VMC_FRAME_SCAN;
	if (f->user || f->by == VMC_FRAME_SCAN)
		return;
	file = vmc_target_debugfile(t, f->pc - !f->is_exact);
	if (file) {
		ret->info = &file->info;
		ret->shift = file->shift;
	}
}

void vmc_target_variables(struct vmc_target *t, struct vmc_trace *tr)
{
	size_t n = tr->frames.len < FRAMES_MAX ? tr->frames.len : FRAMES_MAX;
	vmc_autofree struct source_stack_frame *frames = calloc(n ? n : 1, sizeof(*frames));
	struct writer w = { .t = t };

	if (!frames)
		return;
	for (size_t i = 0; i < n; i++)
		describe(t, tr, i, &frames[i]);
	w.stack = (struct source_stack){ .frames = frames,
					 .n = n,
					 .mem = vmc_memory_reader(t->memory),
					 .register_name = vmc_x86_64_reg_name };
	for (; w.frame < n && w.shown < VARIABLES_MAX; w.frame++)
		show_frame(&w, &tr->frames.data[w.frame]);
	source_stack_deinit(&w.stack);
}
