/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was concluded: verdict, events, findings. */
#include "render/json-parts.h"

#include "inquest/inquest.h"

struct json_object *vmc_json_texts(const char *const *list, size_t n)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, vmc_json_text(list[i]));
	return a;
}

static struct json_object *culprit(const struct vmc_culprit *c)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "function", vmc_json_text(c->function));
	vmc_json_set(o, "module", vmc_json_text(c->module));
	vmc_json_set(o, "object", vmc_json_text(c->object));
	vmc_json_set(o, "object_offset", vmc_json_address(c->has_object_offset, c->object_offset));
	vmc_json_set(o, "file", vmc_json_text(c->file));
	vmc_json_set(o, "line", vmc_json_int(c->line, c->line));
	vmc_json_set(o, "comm", vmc_json_text(c->comm));
	vmc_json_set(o, "pid", vmc_json_int(c->pid >= 0, c->pid));
	return o;
}

static struct json_object *assertion(const struct vmc_verdict *v)
{
	const struct vmc_report_assertion *a = &v->assertion;
	struct json_object *o;

	if (!v->has_assertion)
		return NULL;
	o = json_object_new_object();
	vmc_json_set(o, "file", vmc_json_text(a->file));
	vmc_json_set(o, "line", vmc_json_int(a->line, a->line));
	vmc_json_set(o, "function", vmc_json_text(a->function));
	vmc_json_set(o, "condition", vmc_json_text(a->condition));
	vmc_json_set(o, "alternatives", vmc_json_texts(a->alternatives.data, a->alternatives.len));
	vmc_json_set(o, "meaning", vmc_json_text(a->meaning));
	vmc_json_set(o, "check", vmc_json_text(a->check));
	vmc_json_set(o, "agrees", a->agrees < 0 ? NULL : json_object_new_boolean(a->agrees));
	vmc_json_set(o, "evidence", vmc_json_text(a->evidence));
	return o;
}

static struct json_object *path(const struct vmc_verdict *v)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->path.len; i++) {
		const struct vmc_path_step *step = &v->path.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "step", vmc_json_text(step->words));
		vmc_json_set(o, "functions",
			     vmc_json_texts(step->functions.data, step->functions.len));
		vmc_json_set(o, "line", vmc_json_int(step->line, step->line));
		json_object_array_add(list, o);
	}
	return list;
}

struct json_object *vmc_json_verdict(const struct vmc_report *r)
{
	const struct vmc_verdict *v = &r->verdict;
	struct json_object *o = json_object_new_object(), *known = json_object_new_array();

	for (size_t i = 0; i < v->known_issues.len; i++) {
		const struct vmc_known_issue *k = &v->known_issues.data[i];
		struct json_object *row = json_object_new_object();

		vmc_json_set(row, "id", vmc_json_text(k->id));
		vmc_json_set(row, "title", vmc_json_text(k->title));
		vmc_json_set(row, "url", vmc_json_text(k->url));
		vmc_json_set(row, "match", vmc_json_text(k->match));
		vmc_json_set(row, "workaround", vmc_json_text(k->workaround));
		vmc_json_set(row, "fix", vmc_json_text(k->fix));
		json_object_array_add(known, row);
	}
	vmc_json_set(o, "category", vmc_json_text(v->category ? v->category : "unknown"));
	vmc_json_set(o, "title", vmc_json_text(v->title));
	vmc_json_set(o, "summary", vmc_json_text(v->summary));
	vmc_json_set(o, "confidence", vmc_json_text(v->confidence ? v->confidence : "low"));
	vmc_json_set(o, "culprit", culprit(&v->culprit));
	vmc_json_set(o, "trigger", v->has_trigger ? culprit(&v->trigger) : NULL);
	vmc_json_set(o, "assertion", assertion(v));
	vmc_json_set(o, "reached_from", vmc_json_text(v->reached_from));
	vmc_json_set(o, "path", path(v));
	vmc_json_set(o, "why", vmc_json_texts(v->why.data, v->why.len));
	vmc_json_set(o, "known_issues", known);
	vmc_json_set(o, "next_steps", vmc_json_texts(v->next_steps.data, v->next_steps.len));
	return o;
}

struct json_object *vmc_json_events(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->events.len; i++) {
		const struct vmc_event *e = &r->events.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "title", vmc_json_text(e->title));
		vmc_json_set(o, "type", vmc_json_text(e->type));
		vmc_json_set(o, "frame", vmc_json_text(e->frame));
		vmc_json_set(o, "module", vmc_json_text(e->module));
		vmc_json_set(o, "object", vmc_json_text(e->object));
		vmc_json_set(o, "object_offset",
			     vmc_json_address(e->has_object_offset, e->object_offset));
		vmc_json_set(o, "detail", vmc_json_text(e->detail));
		vmc_json_set(o, "comm", vmc_json_text(e->comm));
		vmc_json_set(o, "pid", vmc_json_int(e->pid >= 0, e->pid));
		vmc_json_set(o, "cpu", vmc_json_int(e->cpu >= 0, e->cpu));
		vmc_json_set(o, "time", vmc_json_seconds(e->time_ns));
		vmc_json_set(o, "line", vmc_json_int(e->line, e->line));
		vmc_json_set(o, "primary", json_object_new_boolean(e->primary));
		vmc_json_set(o, "role", vmc_json_text(vmc_inquest_role_id(e->role)));
		vmc_json_set(o, "note", vmc_json_text(e->note));
		vmc_json_set(o, "consequence_of",
			     vmc_json_int(e->consequence_of >= 0, e->consequence_of));
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *lines(const struct vmc_finding *f)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < f->lines.len; i++)
		json_object_array_add(a, vmc_json_int(true, f->lines.data[i]));
	return a;
}

struct json_object *vmc_json_findings(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct vmc_finding *f = &r->findings.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "id", vmc_json_text(f->id));
		vmc_json_set(o, "severity", vmc_json_text(f->severity));
		vmc_json_set(o, "title", vmc_json_text(f->title));
		vmc_json_set(o, "detail", vmc_json_text(f->detail));
		vmc_json_set(o, "evidence", vmc_json_texts(f->evidence.data, f->evidence.len));
		vmc_json_set(o, "lines", lines(f));
		vmc_json_set(o, "count", vmc_json_count(f->count));
		vmc_json_set(o, "consequence", json_object_new_boolean(f->consequence));
		json_object_array_add(a, o);
	}
	return a;
}

struct json_object *vmc_json_unexplained(const struct vmc_report *r)
{
	struct json_object *o = json_object_new_object(), *a = json_object_new_array();

	for (size_t i = 0; i < r->unexplained.rows.len; i++) {
		const struct vmc_unexplained *u = &r->unexplained.rows.data[i];
		struct json_object *row = json_object_new_object();

		vmc_json_set(row, "line", vmc_json_int(u->line, u->line));
		vmc_json_set(row, "level", vmc_json_int(u->level >= 0, u->level));
		vmc_json_set(row, "count", vmc_json_count(u->count));
		vmc_json_set(row, "text", vmc_json_text(u->text));
		json_object_array_add(a, row);
	}
	vmc_json_set(o, "count", vmc_json_count(r->unexplained.count));
	vmc_json_set(o, "lines", a);
	return o;
}
