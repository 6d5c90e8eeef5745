/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report object of data/report.schema.json. Every key is always there:
 * who reads it need not ask whether, only whether it is null.
 */
#include <string.h>

#include "render/jsonutil.h"
#include "render/render.h"
#include "render/words.h"

static struct json_object *compression(const struct vmc_report *r)
{
	struct json_object *list = json_object_new_array();
	unsigned int bits = r->target ? vmc_dump_info(r->target->dump)->compression : 0;

	for (unsigned int bit = 1; bit && bit <= bits; bit <<= 1) {
		if (bits & bit && vmc_codec_name(bit))
			json_object_array_add(list, json_object_new_string(vmc_codec_name(bit)));
	}
	return list;
}

static struct json_object *dump_object(const struct vmc_report *r)
{
	const struct vmc_dump_info *info = r->target ? vmc_dump_info(r->target->dump) : NULL;
	struct json_object *o = json_object_new_object(), *d = json_object_new_object();

	vmc_json_set(o, "path", vmc_json_text(r->path));
	vmc_json_set(o, "format", json_object_new_string(vmc_words_format(r)));
	vmc_json_set(o, "compression", compression(r));
	vmc_json_set(o, "complete", json_object_new_boolean(!info || info->complete));
	vmc_json_set(o, "incomplete_why",
		     info && !info->complete ? vmc_json_nonempty(info->incomplete_why) : NULL);
	vmc_json_set(o, "dump_level",
		     vmc_json_int(info && info->dump_level >= 0, info ? info->dump_level : 0));
	vmc_json_set(o, "parts", vmc_json_int(true, info ? info->parts : 1));
	vmc_json_set(o, "vmcoreinfo", json_object_new_string(vmc_words_vmcoreinfo(r)));
	vmc_json_set(d, "symbols", json_object_new_string(vmc_words_symbols(r)));
	vmc_json_set(d, "types", json_object_new_string(vmc_words_types(r)));
	vmc_json_set(d, "unwind", json_object_new_string(vmc_words_unwind(r)));
	vmc_json_set(d, "lines", json_object_new_string("none"));
	vmc_json_set(o, "debuginfo", d);
	return o;
}

static struct json_object *load(const struct vmc_system *sys)
{
	struct json_object *list;

	if (!sys->has_load)
		return NULL;
	list = json_object_new_array_ext(3);
	for (int i = 0; i < 3; i++)
		json_object_array_add(list, vmc_json_number(true, sys->load[i]));
	return list;
}

static struct json_object *system_object(const struct vmc_report *r)
{
	const struct vmc_system *sys = &r->system;
	struct json_object *o = json_object_new_object(), *date = NULL;
	vmc_autostr struct vmc_str text = { 0 };

	if (sys->has_date) {
		vmc_words_date_iso(sys->date, &text);
		date = vmc_json_nonempty(vmc_str_text(&text));
	}
	vmc_json_set(o, "kernel",
		     r->target && r->target->vmlinux
			     ? vmc_json_text(vmc_elf_path(r->target->vmlinux))
			     : NULL);
	vmc_json_set(o, "dumpfile", r->target ? vmc_json_text(r->path) : NULL);
	vmc_json_set(o, "cpus", vmc_json_int(r->has_cpus, (int64_t)r->n_cpus));
	vmc_json_set(o, "cpus_offline", vmc_json_int(r->has_cpus, (int64_t)r->n_cpus_offline));
	vmc_json_set(o, "date", date);
	vmc_json_set(o, "date_from", sys->has_date ? vmc_json_text(sys->date_from) : NULL);
	vmc_json_set(o, "uptime_seconds", vmc_json_number(sys->has_uptime, sys->uptime));
	vmc_json_set(o, "uptime_from", sys->has_uptime ? vmc_json_text(sys->uptime_from) : NULL);
	vmc_json_set(o, "load", load(sys));
	vmc_json_set(o, "tasks", vmc_json_int(r->has_tasks, (int64_t)r->n_tasks));
	vmc_json_set(o, "nodename", vmc_json_nonempty(sys->nodename));
	vmc_json_set(o, "release", vmc_json_nonempty(sys->release));
	vmc_json_set(o, "version", vmc_json_nonempty(sys->version));
	vmc_json_set(o, "machine", vmc_json_nonempty(sys->machine));
	vmc_json_set(o, "memory_bytes", vmc_json_int(sys->has_memory, (int64_t)sys->memory_bytes));
	vmc_json_set(o, "cmdline", vmc_json_nonempty(sys->cmdline));
	vmc_json_set(o, "hypervisor", vmc_json_nonempty(sys->hypervisor));
	return o;
}

static struct json_object *panic_object(const struct vmc_report *r)
{
	struct json_object *o = json_object_new_object();
	const struct vmc_task *task = &r->panic_task;
	bool known = r->has_panic_task;

	vmc_json_set(o, "message", vmc_json_text(r->panic_message));
	vmc_json_set(o, "pid", vmc_json_int(known, task->pid));
	vmc_json_set(o, "comm", known ? vmc_json_text(task->comm) : NULL);
	vmc_json_set(o, "cpu", vmc_json_int(r->panic_cpu >= 0, r->panic_cpu));
	vmc_json_set(o, "task", vmc_json_address(known && task->addr, task->addr));
	vmc_json_set(o, "state", vmc_json_text(r->panic_state));
	return o;
}

static struct json_object *taint_flags(uint64_t mask)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		char letter[2] = { mask >> bit & 1 ? vmc_taint_letter(bit) : '\0', '\0' };

		if (letter[0])
			json_object_array_add(list, json_object_new_string(letter));
	}
	return list;
}

static struct json_object *taint_text(uint64_t mask)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_words_taint(mask, &text);
	return vmc_json_text(vmc_str_text(&text));
}

static struct json_object *taint_object(const struct vmc_report *r)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	const struct vmc_system *sys = &r->system;

	for (size_t i = 0; r->target && i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];
		struct json_object *row;

		if (!m->taints)
			continue;
		row = json_object_new_object();
		vmc_json_set(row, "name", vmc_json_text(m->name));
		vmc_json_set(row, "flags", taint_text(m->taints));
		json_object_array_add(list, row);
	}
	vmc_json_set(o, "mask", sys->has_taint ? vmc_json_count(sys->taint) : NULL);
	vmc_json_set(o, "flags", taint_flags(sys->has_taint ? sys->taint : 0));
	vmc_json_set(o, "modules", list);
	return o;
}

static struct json_object *culprit(const struct vmc_culprit *c)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "function", vmc_json_text(c->function));
	vmc_json_set(o, "module", vmc_json_text(c->module));
	vmc_json_set(o, "object", vmc_json_text(c->object));
	vmc_json_set(o, "file", vmc_json_text(c->file));
	vmc_json_set(o, "line", vmc_json_int(c->line, c->line));
	vmc_json_set(o, "comm", vmc_json_text(c->comm));
	vmc_json_set(o, "pid", vmc_json_int(c->pid >= 0, c->pid));
	return o;
}

static struct json_object *texts(const char *const *list, size_t n)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, vmc_json_text(list[i]));
	return a;
}

static struct json_object *verdict_object(const struct vmc_report *r)
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
		json_object_array_add(known, row);
	}
	vmc_json_set(o, "category", vmc_json_text(v->category ? v->category : "unknown"));
	vmc_json_set(o, "title", vmc_json_text(v->title));
	vmc_json_set(o, "summary", vmc_json_text(v->summary));
	vmc_json_set(o, "confidence", vmc_json_text(v->confidence ? v->confidence : "low"));
	vmc_json_set(o, "culprit", culprit(&v->culprit));
	vmc_json_set(o, "trigger", v->has_trigger ? culprit(&v->trigger) : NULL);
	vmc_json_set(o, "why", texts(v->why.data, v->why.len));
	vmc_json_set(o, "known_issues", known);
	vmc_json_set(o, "next_steps", texts(v->next_steps.data, v->next_steps.len));
	return o;
}

static struct json_object *events(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->events.len; i++) {
		const struct vmc_event *e = &r->events.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "title", vmc_json_text(e->title));
		vmc_json_set(o, "type", vmc_json_text(e->type));
		vmc_json_set(o, "frame", vmc_json_text(e->frame));
		vmc_json_set(o, "module", vmc_json_text(e->module));
		vmc_json_set(o, "comm", vmc_json_text(e->comm));
		vmc_json_set(o, "pid", vmc_json_int(e->pid >= 0, e->pid));
		vmc_json_set(o, "cpu", vmc_json_int(e->cpu >= 0, e->cpu));
		vmc_json_set(o, "time", vmc_json_seconds(e->time_ns));
		vmc_json_set(o, "line", vmc_json_int(e->line, e->line));
		vmc_json_set(o, "primary", json_object_new_boolean(e->primary));
		vmc_json_set(o, "consequence_of",
			     vmc_json_int(e->consequence_of >= 0, e->consequence_of));
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *findings(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->findings.len; i++) {
		const struct vmc_finding *f = &r->findings.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "id", vmc_json_text(f->id));
		vmc_json_set(o, "severity", vmc_json_text(f->severity));
		vmc_json_set(o, "title", vmc_json_text(f->title));
		vmc_json_set(o, "detail", vmc_json_text(f->detail));
		vmc_json_set(o, "evidence", texts(f->evidence.data, f->evidence.len));
		vmc_json_set(o, "count", vmc_json_count(f->count));
		json_object_array_add(a, o);
	}
	return a;
}

static const char *found_by(enum vmc_frame_by by)
{
	static const char *const names[] = {
		[VMC_FRAME_REGISTERS] = "registers",
		[VMC_FRAME_ORC] = "orc",
		[VMC_FRAME_CFI] = "cfi",
		[VMC_FRAME_POINTER] = "frame-pointer",
		[VMC_FRAME_PT_REGS] = "pt-regs",
		[VMC_FRAME_SCAN] = "scan",
	};

	return (size_t)by < VMC_ARRAY_SIZE(names) ? names[by] : "scan";
}

/* Kernel frames only: the user's registers at the end of a walk are no function of the kernel. */
static struct json_object *backtrace(const struct vmc_trace *tr)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];
		bool named = f->where.name;
		struct json_object *o;

		if (f->user)
			continue;
		o = json_object_new_object();
		vmc_json_set(o, "function", vmc_json_text(f->where.name));
		vmc_json_set(o, "offset", vmc_json_int(named, (int64_t)f->offset));
		vmc_json_set(o, "module", vmc_json_text(f->where.module));
		vmc_json_set(o, "address", vmc_json_address(true, f->pc));
		vmc_json_set(o, "sp", vmc_json_address(true, f->sp));
		vmc_json_set(o, "file", NULL);
		vmc_json_set(o, "line", NULL);
		vmc_json_set(o, "inlined", json_object_new_boolean(false));
		vmc_json_set(o, "reliable", json_object_new_boolean(f->reliable));
		vmc_json_set(o, "found_by", json_object_new_string(found_by(f->by)));
		vmc_json_set(o, "exception", vmc_json_text(f->exception));
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *cpus(const struct vmc_report *r)
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
		vmc_json_set(o, "backtrace", backtrace(&c->trace));
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *modules(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; r->target && i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "name", vmc_json_text(m->name));
		vmc_json_set(o, "address", vmc_json_address(true, m->base));
		vmc_json_set(o, "size", vmc_json_count(m->size));
		vmc_json_set(o, "flags", taint_text(m->taints));
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *unavailable(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->unavailable.len; i++) {
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "what", vmc_json_text(r->unavailable.data[i].what));
		vmc_json_set(o, "why", vmc_json_text(r->unavailable.data[i].why));
		json_object_array_add(a, o);
	}
	return a;
}

struct vmc_error *vmc_render_json(const struct vmc_report *r, struct vmc_str *out)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "schema", json_object_new_string("vmcoroner.report/1"));
	vmc_json_set(o, "dump", dump_object(r));
	vmc_json_set(o, "system", system_object(r));
	vmc_json_set(o, "panic", panic_object(r));
	vmc_json_set(o, "taint", taint_object(r));
	vmc_json_set(o, "verdict", verdict_object(r));
	vmc_json_set(o, "events", events(r));
	vmc_json_set(o, "findings", findings(r));
	vmc_json_set(o, "backtrace", backtrace(&r->backtrace));
	vmc_json_set(o, "cpus", cpus(r));
	vmc_json_set(o, "blocked", json_object_new_array());
	vmc_json_set(o, "cycles", json_object_new_array());
	vmc_json_set(o, "modules", modules(r));
	vmc_json_set(o, "unavailable", unavailable(r));
	return vmc_json_write(o, true, out);
}
