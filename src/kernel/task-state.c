/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * States of tasks in words (include/linux/sched.h). The numbers from 0x10 on were
 * given anew twice; which ones a kernel has shows in its own words for them,
 * task_state_array[] of fs/proc/array.c: one string a bit, the one of "running" first.
 */
#include "kernel/task.h"

#include "target/field.h"

#define STATE_UNINTERRUPTIBLE 0x2u
#define STATE_NOLOAD 0x400u /* 4.2 */

struct state {
	uint64_t bit;
	const char *brief, *full;
};

static const struct state common[] = {
	{ 0x1, "IN", "TASK_INTERRUPTIBLE" },
	{ 0x2, "UN", "TASK_UNINTERRUPTIBLE" },
	{ 0x4, "ST", "TASK_STOPPED" },
	{ 0x8, "TR", "TASK_TRACED" },
};

/* 4.14 (8ef9925b02c2) on */
static const struct state since_4_14[] = {
	{ 0x10, "DE", "EXIT_DEAD" },
	{ 0x20, "ZO", "EXIT_ZOMBIE" },
	{ 0x40, "PA", "TASK_PARKED" },
	{ 0x80, "DE", "TASK_DEAD" },
	{ 0x200, "WA", "TASK_WAKING" },
	{ 0x800, "NE", "TASK_NEW" },
	{ 0 },
};

/* 3.14 (ad86622b478e) to 4.13 */
static const struct state since_3_14[] = {
	{ 0x10, "DE", "EXIT_DEAD" },
	{ 0x20, "ZO", "EXIT_ZOMBIE" },
	{ 0x40, "DE", "TASK_DEAD" },
	{ 0x100, "WA", "TASK_WAKING" },
	{ 0x200, "PA", "TASK_PARKED" },
	{ 0x800, "NE", "TASK_NEW" },
	{ 0 },
};

/* before 3.14, RHEL 7 among them */
static const struct state before_3_14[] = {
	{ 0x10, "ZO", "EXIT_ZOMBIE" },	{ 0x20, "DE", "EXIT_DEAD" },	{ 0x40, "DE", "TASK_DEAD" },
	{ 0x100, "WA", "TASK_WAKING" }, { 0x200, "PA", "TASK_PARKED" }, { 0 },
};

/* The letter in front of " (" in string `i` of the array; 0 where there is none. */
static char letter(struct vmc_target *t, unsigned int i)
{
	vmc_autoobj struct vmc_obj array = vmc_obj_symbol(t, "task_state_array");
	uint64_t string = vmc_get_u64(&array, 8ull * i);
	char text[3];

	if (vmc_obj_bad(&array))
		return 0;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read(t->memory, string, text, sizeof(text));
	return !err && text[1] == ' ' && text[2] == '(' ? text[0] : 0;
}

static const struct state *generation(struct vmc_target *t)
{
	/* from 3.14 to 4.13 the array ends before element 7, and anything may stand there */
	switch (letter(t, 5)) {
	case 'Z':
		return before_3_14;
	case 'X':
		return letter(t, 7) == 'P' ? since_4_14 : since_3_14;
	default:
		return since_4_14;
	}
}

static const struct state *find(struct vmc_target *t, const struct vmc_task *task)
{
	static const struct state running = { 0, "RU", "TASK_RUNNING" };
	static const struct state idle = { 0, "ID", "TASK_IDLE" };
	static const struct state unknown = { 0, "??", "unknown state" };
	uint64_t bits = (task->state & UINT32_MAX) | task->state >> 32;

	if (bits == 0)
		return &running;
	if ((bits & STATE_UNINTERRUPTIBLE) && (bits & STATE_NOLOAD))
		return &idle;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(common); i++) {
		if (bits & common[i].bit)
			return &common[i];
	}
	for (const struct state *s = generation(t); s->bit; s++) {
		if (bits & s->bit)
			return s;
	}
	return &unknown;
}

const char *vmc_task_state(struct vmc_target *t, const struct vmc_task *task)
{
	return find(t, task)->brief;
}

const char *vmc_task_state_long(struct vmc_target *t, const struct vmc_task *task)
{
	return find(t, task)->full;
}
