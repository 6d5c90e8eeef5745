/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was loaded, what was done to the kernel, and where it ran. */
#include "render/json-parts.h"

#include "render/words.h"

static struct json_object *flags_of(uint64_t mask)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		char letter[2] = { mask >> bit & 1 ? vmc_taint_letter(bit) : '\0', '\0' };

		if (letter[0])
			json_object_array_add(list, json_object_new_string(letter));
	}
	return list;
}

static struct json_object *letters_of(uint64_t mask)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_words_taint(mask, &text);
	return vmc_json_text(vmc_str_text(&text));
}

static struct json_object *meanings(const struct vmc_report *r)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < r->taint.marks.len; i++) {
		const struct vmc_taint_mark *m = &r->taint.marks.data[i];
		struct json_object *row = json_object_new_object();
		char letter[2] = { m->letter, '\0' };

		vmc_json_set(row, "flag", json_object_new_string(letter));
		vmc_json_set(row, "meaning", vmc_json_text(m->meaning));
		json_object_array_add(list, row);
	}
	return list;
}

static struct json_object *tainters(const struct vmc_report *r)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < r->taint.modules.len; i++) {
		const struct vmc_tainter *m = &r->taint.modules.data[i];
		struct json_object *row = json_object_new_object();

		vmc_json_set(row, "name", vmc_json_text(m->name));
		vmc_json_set(row, "flags", vmc_json_text(m->flags));
		vmc_json_set(row, "remark", vmc_json_text(m->remark));
		json_object_array_add(list, row);
	}
	return list;
}

static struct json_object *changes(const struct vmc_report *r)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < r->taint.changes.len; i++) {
		const struct vmc_taint_change *c = &r->taint.changes.data[i];
		struct json_object *row = json_object_new_object();

		vmc_json_set(row, "flags", vmc_json_text(c->letters));
		vmc_json_set(row, "line", vmc_json_int(c->line, c->line));
		json_object_array_add(list, row);
	}
	return list;
}

struct json_object *vmc_json_taint(const struct vmc_report *r)
{
	struct json_object *o = json_object_new_object();
	const struct vmc_system *sys = &r->system;

	vmc_json_set(o, "mask", sys->has_taint ? vmc_json_count(sys->taint) : NULL);
	vmc_json_set(o, "flags", flags_of(sys->has_taint ? sys->taint : 0));
	vmc_json_set(o, "meanings", meanings(r));
	vmc_json_set(o, "modules", tainters(r));
	vmc_json_set(o, "changes", changes(r));
	return o;
}

static void add_module(struct json_object *list, const char *name, const struct vmc_module *m,
		       struct json_object *flags)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "name", vmc_json_text(name));
	vmc_json_set(o, "address", m ? vmc_json_address(true, m->base) : NULL);
	vmc_json_set(o, "size", m ? vmc_json_count(m->size) : NULL);
	vmc_json_set(o, "flags", flags);
	json_object_array_add(list, o);
}

struct json_object *vmc_json_modules(const struct vmc_report *r)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; r->target && i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];

		add_module(list, m->name, m, letters_of(m->taints));
	}
	for (size_t i = 0; i < r->n_log_modules; i++)
		add_module(list, r->log_modules[i].name, NULL,
			   vmc_json_text(r->log_modules[i].flags));
	return list;
}

struct json_object *vmc_json_environment(const struct vmc_report *r)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < r->environment.len; i++) {
		const struct vmc_fact *f = &r->environment.data[i];
		struct json_object *row = json_object_new_object();

		vmc_json_set(row, "name", vmc_json_text(f->name));
		vmc_json_set(row, "value", vmc_json_text(f->value));
		vmc_json_set(row, "evidence", vmc_json_text(f->evidence));
		json_object_array_add(list, row);
	}
	return list;
}
