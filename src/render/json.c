/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report object of data/report.schema.json. Every key is always there:
 * who reads it need not ask whether, only whether it is null.
 */
#include <string.h>

#include "render/json-parts.h"
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
	vmc_json_set(d, "lines", json_object_new_string(vmc_words_lines(r)));
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

static struct json_object *registers(const struct vmc_report *r)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->registers.len; i++) {
		const struct vmc_report_register *reg = &r->registers.data[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "name", vmc_json_text(reg->name));
		vmc_json_set(o, "value", vmc_json_address(true, reg->value));
		vmc_json_set(o, "meaning", vmc_json_text(reg->meaning));
		vmc_json_set(o, "special", json_object_new_boolean(reg->special));
		json_object_array_add(a, o);
	}
	return a;
}

struct vmc_error *vmc_render_json(const struct vmc_report *r, struct vmc_str *out)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "schema", json_object_new_string("vmcoroner.report/1"));
	vmc_json_set(o, "lang", json_object_new_string(vmc_lang_name(r->lang)));
	vmc_json_set(o, "dump", dump_object(r));
	vmc_json_set(o, "system", system_object(r));
	vmc_json_set(o, "panic", panic_object(r));
	vmc_json_set(o, "taint", vmc_json_taint(r));
	vmc_json_set(o, "environment", vmc_json_environment(r));
	vmc_json_set(o, "verdict", vmc_json_verdict(r));
	vmc_json_set(o, "signature", vmc_json_text(r->signature));
	vmc_json_set(o, "events", vmc_json_events(r));
	vmc_json_set(o, "registers", registers(r));
	vmc_json_set(o, "findings", vmc_json_findings(r));
	vmc_json_set(o, "unexplained", vmc_json_unexplained(r));
	vmc_json_set(o, "code", vmc_json_code(r));
	vmc_json_set(o, "backtrace", vmc_json_backtrace(&r->backtrace));
	vmc_json_set(o, "cpus", vmc_json_cpus(r));
	vmc_json_set(o, "blocked", json_object_new_array());
	vmc_json_set(o, "cycles", json_object_new_array());
	vmc_json_set(o, "modules", vmc_json_modules(r));
	vmc_json_set(o, "unavailable", unavailable(r));
	return vmc_json_write(o, true, out);
}
