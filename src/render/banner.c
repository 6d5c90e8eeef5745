/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block that crash prints first. Names of fields, their order and the
 * form of their values are what people and scripts know by heart; a field
 * whose value is not known is left out, never guessed.
 */
#include "render/sections.h"

#include "render/words.h"

#define LABEL_COLUMNS 12

static void input_rows(const struct vmc_report *r, struct vmc_sheet *s, struct vmc_section *sec)
{
	const struct vmc_dump_info *info;
	vmc_autostr struct vmc_str text = { 0 };

	if (!r->target) {
		vmc_words_safe(&text, r->path);
		/* empty lines are not kept */
		vmc_str_addf(&text, "  [%u lines]",
			     r->lines.len ? r->lines.data[r->lines.len - 1].number : 0);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "LOG FILE", &text);
		return;
	}
	if (r->target->vmlinux)
		vmc_words_safe(&text, vmc_elf_path(r->target->vmlinux));
	else
		vmc_str_add(&text, "(taken from the dump)");
	if (r->system.has_taint && r->system.taint)
		vmc_str_add(&text, "  [TAINTED]");
	vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "KERNEL", &text);

	info = vmc_dump_info(r->target->dump);
	vmc_words_safe(&text, r->path);
	if (info->parts > 1)
		vmc_str_addf(&text, "  (and %u more parts)", info->parts - 1);
	if (info->dump_level > 0)
		vmc_str_add(&text, "  [PARTIAL DUMP]");
	if (!info->complete)
		vmc_str_add(&text, "  [INCOMPLETE]");
	vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "DUMPFILE", &text);
}

static void machine_rows(const struct vmc_report *r, struct vmc_sheet *s, struct vmc_section *sec)
{
	const struct vmc_system *sys = &r->system;
	vmc_autostr struct vmc_str text = { 0 };

	if (r->has_cpus) {
		vmc_str_addf(&text, "%zu", r->n_cpus);
		if (r->n_cpus_offline)
			vmc_str_addf(&text, " [OFFLINE: %zu]", r->n_cpus_offline);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "CPUS", &text);
	}
	if (sys->has_date) {
		vmc_words_date(sys->date, &text);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "DATE", &text);
	}
	if (sys->has_uptime) {
		vmc_words_uptime(sys->uptime, &text);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "UPTIME", &text);
	}
	if (sys->has_load)
		vmc_sheet_row(s, sec, VMC_MOOD_PLAIN, "LOAD AVERAGE", "%.2f, %.2f, %.2f",
			      sys->load[0], sys->load[1], sys->load[2]);
	if (r->has_tasks)
		vmc_sheet_row(s, sec, VMC_MOOD_PLAIN, "TASKS", "%zu", r->n_tasks);
	if (sys->nodename[0]) {
		vmc_words_safe(&text, sys->nodename);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "NODENAME", &text);
	}
	if (sys->release[0]) {
		vmc_words_safe(&text, sys->release);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "RELEASE", &text);
	}
	if (sys->version[0]) {
		vmc_words_safe(&text, sys->version);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "VERSION", &text);
	}
	if (sys->machine[0]) {
		vmc_words_safe(&text, sys->machine);
		if (sys->cpu_khz)
			vmc_str_addf(&text, "  (%llu Mhz)",
				     (unsigned long long)(sys->cpu_khz / 1000));
		else if (r->target)
			vmc_str_add(&text, "  (unknown Mhz)");
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "MACHINE", &text);
	}
	if (sys->has_memory) {
		vmc_words_memory(sys->memory_bytes, &text);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "MEMORY", &text);
	}
}

static void panic_rows(const struct vmc_report *r, struct vmc_sheet *s, struct vmc_section *sec)
{
	const struct vmc_task *task = &r->panic_task;
	vmc_autostr struct vmc_str text = { 0 };
	uint64_t thread_info;

	if (r->panic_message) {
		vmc_str_addc(&text, '"');
		vmc_words_safe(&text, r->panic_message);
		vmc_str_addc(&text, '"');
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "PANIC", &text);
	}
	if (!r->has_panic_task)
		return;
	vmc_sheet_row(s, sec, VMC_MOOD_PLAIN, "PID", "%d", task->pid);
	vmc_str_addc(&text, '"');
	vmc_words_safe(&text, task->comm);
	vmc_str_addc(&text, '"');
	vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "COMMAND", &text);
	if (task->addr) {
		vmc_str_addf(&text, "%llx", (unsigned long long)task->addr);
		thread_info = vmc_words_thread_info(r->target, task);
		if (thread_info)
			vmc_str_addf(&text, "  [THREAD_INFO: %llx]",
				     (unsigned long long)thread_info);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, "TASK", &text);
	}
	if (r->panic_cpu >= 0)
		vmc_sheet_row(s, sec, VMC_MOOD_PLAIN, "CPU", "%d", r->panic_cpu);
	if (r->panic_state) {
		const char *how = vmc_streq(r->verdict.category, "manual") ? "SYSRQ"
				  : r->has_panic			   ? "PANIC"
									   : "ACTIVE";

		vmc_sheet_row(s, sec, VMC_MOOD_PLAIN, "STATE", "%s (%s)", r->panic_state, how);
	}
}

void vmc_banner_build(const struct vmc_report *r, struct vmc_sheet *sheet)
{
	struct vmc_section *sec = vmc_sheet_section(sheet, VMC_SECTION_FACTS, NULL);

	if (!sec)
		return;
	input_rows(r, sheet, sec);
	machine_rows(r, sheet, sec);
	panic_rows(r, sheet, sec);
}

void vmc_banner_text(const struct vmc_report *r, struct vmc_str *out)
{
	vmc_autosheet struct vmc_sheet sheet = { 0 };
	const struct vmc_section *sec;
	const struct vmc_row *row;

	vmc_banner_build(r, &sheet);
	vmc_vec_each (sec, &sheet.sections)
		vmc_vec_each (row, &sec->rows)
			vmc_str_addf(out, "%*s: %s\n", LABEL_COLUMNS, row->label ? row->label : "",
				     row->text);
}
