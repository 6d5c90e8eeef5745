/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log, and the reports found in log text, for programs. */
#include <string.h>

#include "render/jsonutil.h"
#include "render/render.h"
#include "render/words.h"

static struct json_object *caller(char kind, uint32_t id)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_str_addf(&text, "%c%u", kind, id);
	return vmc_json_text(vmc_str_text(&text));
}

static struct json_object *record(uint64_t seq, int64_t ns, int level, struct json_object *who,
				  struct json_object *text)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "seq", vmc_json_count(seq));
	vmc_json_set(o, "time", vmc_json_seconds(ns));
	vmc_json_set(o, "level", vmc_json_int(level >= 0, level));
	vmc_json_set(o, "caller", who);
	vmc_json_set(o, "text", text);
	return o;
}

struct vmc_error *vmc_render_log_json(const struct vmc_log *log, struct vmc_str *out)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < log->records.len; i++) {
		const struct vmc_log_record *r = &log->records.data[i];
		bool is_cpu = r->caller >> 31;
		struct json_object *who =
			r->has_caller ? caller(is_cpu ? 'C' : 'T', r->caller & 0x7fffffff) : NULL;

		json_object_array_add(a, record(r->seq, (int64_t)r->time_ns, r->level, who,
						vmc_json_textn(r->text, r->len)));
	}
	return vmc_json_write(a, true, out);
}

struct vmc_error *vmc_render_lines_json(const struct vmc_log_lines *lines, struct vmc_str *out)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < lines->len; i++) {
		const struct vmc_log_line *l = &lines->data[i];
		struct json_object *who = l->has_caller ? caller(l->caller_kind, l->caller) : NULL;

		json_object_array_add(a, record(l->number, l->time_ns, l->level, who,
						vmc_json_textn(l->text, l->len)));
	}
	return vmc_json_write(a, true, out);
}

/* "G        W  O" -> "GWO"; null where the log does not say. */
static struct json_object *taint(const char *printed)
{
	vmc_autostr struct vmc_str letters = { 0 };

	if (!printed)
		return NULL;
	for (; *printed; printed++) {
		if (*printed != ' ')
			vmc_str_addc(&letters, *printed);
	}
	return vmc_json_text(vmc_str_text(&letters));
}

static struct json_object *report_text(const struct vmc_oops *o, const struct vmc_log_lines *lines)
{
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = o->first_index; i <= o->last_index && i < lines->len; i++) {
		vmc_str_addn(&text, lines->data[i].text, lines->data[i].len);
		vmc_str_addc(&text, '\n');
	}
	return vmc_json_textn(vmc_str_text(&text), text.len);
}

struct vmc_error *vmc_render_oops_json(const char *name, const struct vmc_oops *o,
				       const struct vmc_log_lines *lines, size_t count,
				       struct vmc_str *out)
{
	static const struct vmc_oops none = { .cpu = -1, .pid = -1 };
	struct json_object *j = json_object_new_object();
	bool found = o;

	if (!o)
		o = &none;
	vmc_json_set(j, "name", vmc_json_text(name));
	vmc_json_set(j, "title", vmc_json_text(o->title));
	vmc_json_set(j, "type", vmc_json_text(o->type));
	vmc_json_set(j, "frame", vmc_json_text(o->frame_short));
	vmc_json_set(j, "cpu", vmc_json_int(o->cpu >= 0, o->cpu));
	vmc_json_set(j, "pid", vmc_json_int(o->pid >= 0, o->pid));
	vmc_json_set(j, "comm", vmc_json_text(o->comm));
	vmc_json_set(j, "taint", taint(o->taint));
	vmc_json_set(j, "kernel", vmc_json_text(o->kernel));
	vmc_json_set(j, "corrupted", found ? json_object_new_boolean(o->corrupted) : NULL);
	vmc_json_set(j, "file", vmc_json_text(o->guilty_file));
	vmc_json_set(j, "report", found ? report_text(o, lines) : NULL);
	vmc_json_set(j, "line", vmc_json_int(found && o->first_line, o->first_line));
	vmc_json_set(j, "version", vmc_json_text(o->kernel));
	vmc_json_set(j, "hash", vmc_json_text(o->hash));
	vmc_json_set(j, "count", vmc_json_count(count));
	return vmc_json_write(j, false, out);
}

void vmc_render_oops_text(const char *name, const struct vmc_oops *o, struct vmc_str *out)
{
	vmc_words_safe(out, name);
	if (!o) {
		vmc_str_add(out, ": no kernel report\n");
		return;
	}
	vmc_str_addf(out, ":%u: ", o->first_line);
	vmc_words_safe(out, o->title);
	if (o->comm) {
		vmc_str_add(out, "  \"");
		vmc_words_safe(out, o->comm);
		vmc_str_addc(out, '"');
	}
	if (o->pid >= 0)
		vmc_str_addf(out, " pid %lld", (long long)o->pid);
	if (o->cpu >= 0)
		vmc_str_addf(out, " CPU %d", o->cpu);
	if (o->corrupted) {
		vmc_str_add(out, "  (damaged: ");
		vmc_words_safe(out, o->corrupted_why ? o->corrupted_why : "lines are missing");
		vmc_str_addc(out, ')');
	}
	vmc_str_addc(out, '\n');
}
