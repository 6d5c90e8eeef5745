/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report filled by hand, so that rendering is tested without a dump. */
#ifndef VMC_TESTS_RENDER_SAMPLE_H
#define VMC_TESTS_RENDER_SAMPLE_H

#include "inquest/report.h"

static inline struct vmc_frame sample_frame(const char *name, uint64_t offset, const char *module)
{
	return (struct vmc_frame){
		.pc = 0xffffffff81000000 + offset,
		.sp = 0xff43eb79c0457858,
		.where = { .name = name, .module = module, .addr = 0xffffffff81000000 },
		.offset = offset,
		.by = VMC_FRAME_ORC,
		.reliable = true
	};
}

static inline void sample_push(struct vmc_trace *tr, struct vmc_frame f)
{
	if (!vmc_vec_push(&tr->frames, f))
		abort();
}

/* A fault in a module that ended in a panic; a recursion of 40 below it. */
static inline void sample_init(struct vmc_report *r)
{
	static struct vmc_log_line no_lines;
	struct vmc_frame f;

	*r = (struct vmc_report){
		.path = "dir/a\033b.log",
		.lines = { .data = &no_lines, .len = 0 },
		.system = { .release = "6.1.0-test",
			    .nodename = "vm-1",
			    .machine = "x86_64",
			    .cpu_khz = 2599998,
			    .has_date = true,
			    .date = 1795423556,
			    .has_uptime = true,
			    .uptime = 90061.5,
			    .has_load = true,
			    .load = { 0.1, 0.25, 1.0 },
			    .has_memory = true,
			    .memory_bytes = 267902976,
			    .has_taint = true,
			    .taint = 0x3080 },
		.n_cpus = 2,
		.n_cpus_offline = 1,
		.has_cpus = true,
		.n_tasks = 66,
		.has_tasks = true,
		.has_panic = true,
		.panic_message = "Kernel panic - not syncing: Fatal exception",
		.has_panic_task = true,
		.panic_task = { .addr = 0xff1701c242b14180, .pid = 125, .comm = "cr\033sher" },
		.panic_cpu = 1,
		.panic_state = "TASK_RUNNING",
		.verdict = { .category = "null-deref",
			     .title = "NULL pointer dereference in victim_peek",
			     .confidence = "high",
			     .culprit = { .function = "victim_peek",
					  .module = "victim",
					  .comm = "crasher",
					  .pid = 125 } },
	};
	sample_push(&r->backtrace, sample_frame("panic", 0x2e9, NULL));
	f = sample_frame("victim_peek", 5, "victim");
	f.exception = "page fault";
	f.has_regs = f.is_exact = true;
	f.by = VMC_FRAME_PT_REGS;
	sample_push(&r->backtrace, f);
	for (int i = 0; i < 40; i++)
		sample_push(&r->backtrace, sample_frame("victim_recurse", 0x1d, "victim"));
	f = sample_frame("maybe", 0x10, NULL);
	f.reliable = false;
	f.by = VMC_FRAME_SCAN;
	sample_push(&r->backtrace, f);
	f = (struct vmc_frame){ .pc = 0x43c000, .user = true, .has_regs = true };
	sample_push(&r->backtrace, f);
	if (!vmc_vec_push(&r->unavailable, (struct vmc_unavailable){ "task list", "task list",
								     "page \xff excluded" }))
		abort();
}

static inline void sample_deinit(struct vmc_report *r)
{
	vmc_vec_free(&r->backtrace.frames);
	vmc_vec_free(&r->unavailable);
}

#endif
