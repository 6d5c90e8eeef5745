/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/words.h"

#include <string.h>
#include <time.h>

#include "knowledge/value.h"
#include "target/infer/infer.h"

#define KB 1024.0
#define MB (1024.0 * 1024.0)
#define GB (1024.0 * 1024.0 * 1024.0)

void vmc_words_safe(struct vmc_str *out, const char *text)
{
	vmc_str_add_safe(out, text);
}

/* Names of days and months are English whatever the locale: scripts read this. */
void vmc_words_date(int64_t seconds, struct vmc_str *out)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t when = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&when, &tm)) {
		vmc_str_addf(out, "(%lld seconds since 1970)", (long long)seconds);
		return;
	}
	vmc_str_addf(out, "%s %s %2d %02d:%02d:%02d UTC %lld", days[tm.tm_wday % 7],
		     months[tm.tm_mon % 12], tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		     tm.tm_year + 1900LL);
}

void vmc_words_date_iso(int64_t seconds, struct vmc_str *out)
{
	char buf[64];
	time_t when = (time_t)seconds;
	struct tm tm;

	/* A year beyond int is a damaged clock, not a date. */
	if (gmtime_r(&when, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		vmc_str_add(out, buf);
}

void vmc_words_uptime(double seconds, struct vmc_str *out)
{
	uint64_t s = seconds > 0 && seconds < 1e15 ? (uint64_t)seconds : 0;

	if (s >= 86400)
		vmc_str_addf(out, "%llu days, ", (unsigned long long)(s / 86400));
	s %= 86400;
	vmc_str_addf(out, "%02u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
		     (unsigned)(s % 60));
}

static void size_in(double value, const char *unit, struct vmc_str *out)
{
	vmc_autostr struct vmc_str number = { 0 };

	vmc_str_addf(&number, "%.1f", value);
	if (vmc_str_ends(vmc_str_text(&number), ".0"))
		number.data[number.len - 2] = '\0';
	vmc_str_addf(out, "%s %s", vmc_str_text(&number), unit);
}

void vmc_words_memory(uint64_t bytes, struct vmc_str *out)
{
	double b = (double)bytes;
	uint64_t next_gb = ((bytes >> 30) + 1) << 30;

	if (bytes >> 30 && bytes & ((1u << 30) - 1) && next_gb - bytes <= 64u << 20)
		b = (double)next_gb;
	if (b >= GB)
		size_in(b / GB, "GB", out);
	else if (b >= MB)
		size_in(b / MB, "MB", out);
	else
		vmc_str_addf(out, "%.0f KB", b / KB);
}

void vmc_words_ranges(const int *list, size_t n, struct vmc_str *out)
{
	for (size_t i = 0; i < n;) {
		size_t j = i;

		while (j + 1 < n && list[j + 1] == list[j] + 1)
			j++;
		vmc_str_addf(out, "%s%d", i ? "," : "", list[i]);
		if (j > i)
			vmc_str_addf(out, "-%d", list[j]);
		i = j + 1;
	}
}

void vmc_words_taint(uint64_t mask, struct vmc_str *out)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		char letter = vmc_taint_letter(bit);

		if (mask >> bit & 1)
			vmc_str_addc(out, letter ? letter : '?');
	}
}

void vmc_words_taint_long(enum vmc_lang lang, uint64_t mask, struct vmc_str *out)
{
	const char *separator = "";

	for (unsigned int bit = 0; bit < 64; bit++) {
		const struct vmc_value *v = mask >> bit & 1 ? vmc_value_bit("taint", bit) : NULL;

		if (!(mask >> bit & 1))
			continue;
		if (v && v->letter)
			vmc_str_addf(out, "%s%c %s", separator, v->letter,
				     vmc_said_in(&v->meaning, lang));
		else
			vmc_str_addf(out, vmc_say(lang, "%sbit %u (unknown)"), separator, bit);
		separator = vmc_say(lang, ", ");
	}
}

bool vmc_culprit_is_known(const struct vmc_culprit *c)
{
	return c->function || c->module || c->object || c->file || c->comm || c->pid >= 0;
}

/* "victim_open [victim]", "module victim" */
static void code_words(enum vmc_lang lang, const struct vmc_culprit *c, struct vmc_str *out)
{
	vmc_words_safe(out, c->function);
	if (!c->module)
		return;
	vmc_str_add(out, c->function ? " [" : vmc_say(lang, "module "));
	vmc_words_safe(out, c->module);
	vmc_str_add(out, c->function ? "]" : "");
}

static void source_words(const struct vmc_culprit *c, struct vmc_str *out)
{
	vmc_words_safe(out, c->file);
	if (c->file && c->line)
		vmc_str_addf(out, ":%u", c->line);
}

static void task_words(enum vmc_lang lang, const struct vmc_culprit *c, struct vmc_str *out)
{
	vmc_autostr struct vmc_str comm = { 0 };

	vmc_words_safe(&comm, c->comm);
	if (c->comm && c->pid >= 0)
		vmc_str_addf(out, vmc_say(lang, "task \"%s\" (pid %lld)"), vmc_str_text(&comm),
			     (long long)c->pid);
	else if (c->comm)
		vmc_str_addf(out, vmc_say(lang, "task \"%s\""), vmc_str_text(&comm));
	else if (c->pid >= 0)
		vmc_str_addf(out, vmc_say(lang, "task pid %lld"), (long long)c->pid);
}

void vmc_words_culprit(enum vmc_lang lang, const struct vmc_culprit *c, struct vmc_str *out)
{
	vmc_autostr struct vmc_str code = { 0 }, source = { 0 }, both = { 0 };
	vmc_autostr struct vmc_str object = { 0 }, task = { 0 };
	const struct vmc_str *const parts[] = { &both, &object, &task };
	const char *separator = "";

	code_words(lang, c, &code);
	source_words(c, &source);
	if (code.len && source.len)
		vmc_str_addf(&both, vmc_say(lang, "%s at %s"), vmc_str_text(&code),
			     vmc_str_text(&source));
	else
		vmc_str_add(&both, vmc_str_text(code.len ? &code : &source));
	vmc_words_safe(&object, c->object);
	if (c->object && c->has_object_offset)
		vmc_str_addf(&object, "+0x%llx", (unsigned long long)c->object_offset);
	task_words(lang, c, &task);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(parts); i++) {
		if (!parts[i]->len)
			continue;
		vmc_str_addf(out, "%s%s", separator, vmc_str_text(parts[i]));
		separator = vmc_say(lang, ", ");
	}
}

void vmc_words_frame(const struct vmc_frame *f, struct vmc_str *out)
{
	if (!f->where.name) {
		vmc_str_addf(out, "0x%llx", (unsigned long long)f->pc);
	} else {
		vmc_words_safe(out, f->where.name);
		vmc_str_addf(out, "+0x%llx", (unsigned long long)f->offset);
	}
	if (f->where.module) {
		vmc_str_add(out, " [");
		vmc_words_safe(out, f->where.module);
		vmc_str_addc(out, ']');
	}
}

uint64_t vmc_words_thread_info(struct vmc_target *t, const struct vmc_task *task)
{
	const struct vmc_type *type;
	uint64_t in_task = 0;
	bool embedded = false;
	struct vmc_error *err;

	if (!t || !t->types)
		return 0;
	err = vmc_types_find(t->types, "struct task_struct", &type);
	for (uint32_t i = 0; !err && i < type->n_members && !embedded; i++) {
		struct vmc_member m;

		err = vmc_type_member_at(type, i, &m);
		if (!err && vmc_streq(m.name, "thread_info")) {
			embedded = true;
			in_task = task->addr + m.bit_offset / 8;
		}
	}
	if (err) {
		vmc_error_free(err);
		return 0;
	}
	return embedded ? in_task : task->stack;
}

const char *vmc_words_format(const struct vmc_report *r)
{
	const struct vmc_dump_info *info;

	if (!r->target)
		return "text";
	info = vmc_dump_info(r->target->dump);
	if (info->kind == VMC_DUMP_ELF)
		return info->flattened ? "elf-flattened" : "elf";
	return info->flattened ? "kdump-flattened" : "kdump";
}

const char *vmc_words_vmcoreinfo(const struct vmc_report *r)
{
	if (!r->target)
		return "none";
	switch (r->target->vmcoreinfo_from) {
	case VMC_VMCOREINFO_NOTE:
		return "note";
	case VMC_VMCOREINFO_MEMORY:
		return "memory";
	case VMC_VMCOREINFO_NONE:
		break;
	}
	return "none";
}

const char *vmc_words_symbols(const struct vmc_report *r)
{
	if (!r->target || !r->target->symbols)
		return "none";
	return r->target->symbols_from_elf ? "elf" : "kallsyms";
}

const char *vmc_words_types(const struct vmc_report *r)
{
	if (!r->target)
		return "none";
	if (!r->target->types)
		return vmc_infer_used(r->target) ? "inferred" : "none";
	return r->target->types_from_dwarf ? "dwarf" : "btf";
}

const char *vmc_words_lines(const struct vmc_report *r)
{
	return r->target && r->target->debugfile ? "dwarf" : "none";
}

static size_t frames_by(const struct vmc_report *r, enum vmc_frame_by by)
{
	size_t n = 0;

	for (size_t i = 0; i < r->cpus.len; i++) {
		const struct vmc_trace *tr = &r->cpus.data[i].trace;

		for (size_t k = 0; k < tr->frames.len; k++)
			n += tr->frames.data[k].by == by;
	}
	return n;
}

/* Without tables each frame is found as it can be: what most of them were found by. */
const char *vmc_words_unwind(const struct vmc_report *r)
{
	size_t code, pointer, scan;

	if (!r->target)
		return "none";
	if (r->target->orc.count)
		return "orc";
	if (r->target->cfi)
		return "cfi";
	code = frames_by(r, VMC_FRAME_CODE);
	pointer = frames_by(r, VMC_FRAME_POINTER);
	scan = frames_by(r, VMC_FRAME_SCAN);
	if (code > pointer && code > scan)
		return "code";
	return pointer > scan ? "frame-pointer" : "scan";
}
