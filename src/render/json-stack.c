/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stacks, of the panic task and of the CPUs. */
#include "render/json-parts.h"

#include "target/lines.h"
#include "target/variables.h"

static const char *found_by(enum vmc_frame_by by)
{
	static const char *const names[] = {
		[VMC_FRAME_REGISTERS] = "registers",
		[VMC_FRAME_ORC] = "orc",
		[VMC_FRAME_CFI] = "cfi",
		[VMC_FRAME_POINTER] = "frame-pointer",
		[VMC_FRAME_CODE] = "code",
		[VMC_FRAME_PT_REGS] = "pt-regs",
		[VMC_FRAME_SCAN] = "scan",
	};

	return (size_t)by < VMC_ARRAY_SIZE(names) ? names[by] : "scan";
}

static void set_place(struct json_object *o, const struct vmc_source_place *p)
{
	vmc_json_set(o, "file", vmc_json_text(p ? p->file : NULL));
	vmc_json_set(o, "line", vmc_json_int(p && p->line, p ? p->line : 0));
	vmc_json_set(o, "inlined", json_object_new_boolean(p && p->inlined));
}

static struct json_object *variable(const struct vmc_frame_variable *v)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "name", vmc_json_text(v->name));
	vmc_json_set(o, "kind", json_object_new_string(v->is_parameter ? "parameter" : "local"));
	vmc_json_set(o, "type", vmc_json_text(v->type));
	vmc_json_set(o, "value", vmc_json_text(v->value));
	vmc_json_set(o, "by", vmc_json_text(vmc_variable_by(v->by)));
	vmc_json_set(o, "location", vmc_json_text(v->location));
	vmc_json_set(o, "why", vmc_json_text(v->why));
	vmc_json_set(o, "line", vmc_json_int(v->line, v->line));
	return o;
}

/* Of the function at place `i` of the frame. */
static struct json_object *variables(const struct vmc_frame *f, size_t i)
{
	const struct vmc_frame_function *function = vmc_frame_function_at(f, i);
	struct json_object *a = json_object_new_array();

	for (size_t k = 0; function && k < function->n_variables; k++)
		json_object_array_add(a, variable(&function->variables[k]));
	return a;
}

/* A function whose code stands in that of the frame: what is known of the frame is true of it. */
static struct json_object *inlined(const struct vmc_frame *f, size_t i)
{
	const struct vmc_source_place *p = &f->places[i];
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "function", vmc_json_text(p->function));
	vmc_json_set(o, "offset", NULL);
	vmc_json_set(o, "module", vmc_json_text(f->where.module));
	vmc_json_set(o, "address", vmc_json_address(true, f->pc));
	vmc_json_set(o, "sp", vmc_json_address(true, f->sp));
	set_place(o, p);
	vmc_json_set(o, "reliable", json_object_new_boolean(f->reliable));
	vmc_json_set(o, "found_by", json_object_new_string(found_by(f->by)));
	vmc_json_set(o, "exception", NULL);
	vmc_json_set(o, "variables", variables(f, i));
	return o;
}

/* Kernel frames only: the user's registers at the end of a walk are no function of the kernel. */
struct json_object *vmc_json_backtrace(const struct vmc_trace *tr)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];
		bool named = f->where.name;
		struct json_object *o;

		if (f->user)
			continue;
		for (size_t k = 0; k + 1 < f->n_places; k++)
			json_object_array_add(a, inlined(f, k));
		o = json_object_new_object();
		vmc_json_set(o, "function", vmc_json_text(f->where.name));
		vmc_json_set(o, "offset", vmc_json_int(named, (int64_t)f->offset));
		vmc_json_set(o, "module", vmc_json_text(f->where.module));
		vmc_json_set(o, "address", vmc_json_address(true, f->pc));
		vmc_json_set(o, "sp", vmc_json_address(true, f->sp));
		set_place(o, vmc_frame_place(f));
		vmc_json_set(o, "reliable", json_object_new_boolean(f->reliable));
		vmc_json_set(o, "found_by", json_object_new_string(found_by(f->by)));
		vmc_json_set(o, "exception", vmc_json_text(f->exception));
		vmc_json_set(o, "variables", variables(f, f->n_places ? f->n_places - 1 : 0));
		json_object_array_add(a, o);
	}
	return a;
}

struct json_object *vmc_json_cpus(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->cpus.len; i++) {
		const struct vmc_report_cpu *c = &r->cpus.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "cpu", vmc_json_int(true, c->cpu));
		vmc_json_set(o, "pid", vmc_json_int(c->pid >= 0, c->pid));
		vmc_json_set(o, "comm", vmc_json_text(c->comm));
		vmc_json_set(o, "task", vmc_json_address(c->task, c->task));
		vmc_json_set(o, "idle", json_object_new_boolean(c->is_idle));
		vmc_json_set(o, "backtrace", vmc_json_backtrace(&c->trace));
		json_object_array_add(a, o);
	}
	return a;
}
