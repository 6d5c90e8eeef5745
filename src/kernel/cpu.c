/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/cpu.h"

#include <inttypes.h>
#include <string.h>

#include "target/field.h"

/* THREAD_SIZE of x86-64 since 3.15 without KASAN: where no type tells it. */
#define STACK_SIZE 16384u
#define STACK_SIZE_MAX (64u << 10)
#define CPU_ONLINE_STATE 2u /* CPU_ONLINE of include/linux/cpu.h before 4.6 */

void vmc_cpus_deinit(struct vmc_cpus *c)
{
	vmc_vec_free(&c->cpus);
	*c = (struct vmc_cpus){ 0 };
}

static uint64_t stack_size(struct vmc_target *t)
{
	uint64_t size;

	return vmc_field_size(t, VMC_F_stack_size, &size) && size && size <= STACK_SIZE_MAX
		       ? size
		       : STACK_SIZE;
}

/* Bit `cpu` of the mask; before 4.5 (5aec01b834fd) the bits had a name of their own. */
static bool mask_bit(struct vmc_target *t, const char *mask, const char *bits, size_t cpu)
{
	uint64_t addr;
	vmc_autoobj struct vmc_obj o =
		vmc_obj_symbol(t, vmc_target_has_symbol(t, mask, &addr) ? mask : bits);
	uint64_t word = vmc_get_u64(&o, cpu / 64 * 8);

	return vmc_obj_bad(&o) || (word >> cpu % 64 & 1);
}

/*
 * A panic clears the online bits of the CPUs that it stops, so the mask says
 * less than what hot-plugging keeps for itself, which a panic leaves alone: its state
 * machine, from 4.1 to 4.5 cpu_hotplug_state, before that x86's cpu_state.
 */
static bool is_online(struct vmc_target *t, size_t cpu)
{
	static const char *const states[] = { "cpu_hotplug_state", "cpu_state" };
	vmc_autoobj struct vmc_obj hp = vmc_obj_percpu(t, "cpuhp_state", cpu);
	int64_t online;
	uint64_t state = vmc_get(&hp, VMC_F_cpuhp_state);

	if (!vmc_obj_bad(&hp) && vmc_constant(t, VMC_E_cpuhp_online, &online))
		return state == (uint64_t)online;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(states) && !vmc_field_has(t, VMC_F_cpuhp_state);
	     i++) {
		vmc_autoobj struct vmc_obj o = vmc_obj_percpu(t, states[i], cpu);
		uint32_t is = vmc_get_u32(&o, 0);

		if (!vmc_obj_bad(&o))
			return is == CPU_ONLINE_STATE;
	}
	return mask_bit(t, "__cpu_online_mask", "cpu_online_bits", cpu);
}

static uint64_t current_task(struct vmc_target *t, size_t cpu)
{
	vmc_autoobj struct vmc_obj rq = vmc_obj_percpu(t, "runqueues", cpu);
	uint64_t task = vmc_get(&rq, VMC_F_rq_curr);

	return vmc_obj_bad(&rq) ? 0 : task;
}

static bool in_kernel(const struct vmc_regs *r)
{
	return r->value[VMC_X86_RIP] >> 63;
}

/* What tells a CPU's note from those of others: its per-CPU area, its task's stack and pid. */
struct owner {
	uint64_t area, stack, stack_size, pid;
};

static struct owner owner_of(struct vmc_target *t, const struct vmc_cpu *c)
{
	struct owner o = { .area = t->percpu_offset.data[c->cpu], .stack_size = stack_size(t) };
	vmc_autoobj struct vmc_obj task = vmc_obj(t, c->task);
	uint64_t stack, pid;

	if (!c->task)
		return o;
	stack = vmc_get(&task, VMC_F_task_stack);
	pid = vmc_get(&task, VMC_F_task_pid);
	if (!vmc_obj_bad(&task)) {
		o.stack = stack;
		o.pid = pid;
	}
	return o;
}

/* How surely a note's registers are those of that CPU: 0 no sign, more is better. */
static int note_fits(const struct vmc_cpu_note *n, const struct owner *o)
{
	uint64_t sp = n->regs.value[VMC_X86_RSP];

	if (n->from_qemu) {
		/* GS points to the CPU's own area in the kernel; in user mode its shadow does */
		return (n->regs.value[VMC_X86_GS_BASE] == o->area ||
			n->regs.value[VMC_X86_KERNEL_GS_BASE] == o->area)
			       ? 3
			       : 0;
	}
	if (o->stack && sp - o->stack < o->stack_size)
		return 2;
	return n->has_pid && o->pid && n->pid == o->pid;
}

/*
 * PRSTATUS notes are in CPU order, but a CPU that did not answer has none, and
 * the pid in them is racy: each CPU takes the note that fits best, and
 * only where nothing fits the order decides.
 */
static void assign_notes(struct vmc_target *t, struct vmc_cpus *l)
{
	VMC_VEC(uint8_t) taken = { 0 };

	if (!t->notes.len || !vmc_vec_reserve(&taken, t->notes.len))
		return;
	memset(taken.data, 0, t->notes.len);
	for (int want = 3; want > 0; want--) {
		for (size_t i = 0; i < l->cpus.len; i++) {
			struct vmc_cpu *c = &l->cpus.data[i];
			struct owner o = owner_of(t, c);

			for (size_t k = 0; k < t->notes.len && !c->has_regs; k++) {
				if (taken.data[k] || note_fits(&t->notes.data[k], &o) != want)
					continue;
				c->regs = t->notes.data[k].regs;
				c->has_regs = true;
				taken.data[k] = 1;
			}
		}
	}
	for (size_t i = 0; i < l->cpus.len && i < t->notes.len; i++) {
		if (!l->cpus.data[i].has_regs && !taken.data[i]) {
			l->cpus.data[i].regs = t->notes.data[i].regs;
			l->cpus.data[i].has_regs = true;
		}
	}
	vmc_vec_free(&taken);
}

/*
 * crashing_cpu starts as 0, a CPU like others, before 4.5 (58c5661f2144): then it counts
 * only if the callback that is set beside it was.
 */
static bool was_set(struct vmc_target *t, const char *symbol, int32_t cpu)
{
	uint64_t addr;

	if (cpu || !vmc_streq(symbol, "crashing_cpu") ||
	    vmc_target_has_symbol(t, "panic_cpu", &addr) ||
	    !vmc_target_has_symbol(t, "shootdown_callback", &addr))
		return true;
	vmc_autoobj struct vmc_obj callback = vmc_obj(t, addr);
	return vmc_get_u64(&callback, 0) != 0;
}

static void find_panic_cpu(struct vmc_target *t, struct vmc_cpus *l)
{
	static const char *const symbols[] = { "panic_cpu", "crashing_cpu" };

	l->panic_cpu = -1;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(symbols); i++) {
		vmc_autoobj struct vmc_obj o = vmc_obj_symbol(t, symbols[i]);
		int32_t cpu = (int32_t)vmc_get_u32(&o, 0);

		if (!vmc_obj_bad(&o) && cpu >= 0 && (size_t)cpu < vmc_target_cpus(t) &&
		    was_set(t, symbols[i], cpu)) {
			l->panic_cpu = cpu;
			l->panic_by = symbols[i];
			return;
		}
	}
}

struct vmc_error *vmc_cpus_read(struct vmc_target *t, struct vmc_cpus *ret)
{
	*ret = (struct vmc_cpus){ .panic_cpu = -1 };
	if (!vmc_target_cpus(t))
		return vmc_error_new(VMC_NOT_FOUND, "the per-CPU areas were not found");
	for (size_t i = 0; i < vmc_target_cpus(t); i++) {
		struct vmc_cpu c = { .cpu = (int)i };

		c.present = mask_bit(t, "__cpu_present_mask", "cpu_present_bits", i);
		if (!c.present)
			continue;
		c.online = is_online(t, i);
		c.task = current_task(t, i);
		ret->present++;
		ret->offline += !c.online;
		if (!vmc_vec_push(&ret->cpus, c)) {
			vmc_cpus_deinit(ret);
			return vmc_error_no_memory();
		}
	}
	assign_notes(t, ret);
	find_panic_cpu(t, ret);
	return NULL;
}

struct vmc_error *vmc_cpu_backtrace(struct vmc_target *t, const struct vmc_cpu *cpu,
				    struct vmc_trace *ret)
{
	vmc_autoobj struct vmc_obj task = vmc_obj(t, cpu->task);
	uint64_t stack;

	*ret = (struct vmc_trace){ 0 };
	if (cpu->has_regs && (in_kernel(&cpu->regs) || vmc_regs_has(&cpu->regs, VMC_X86_CS)))
		return vmc_unwind_regs(t, &cpu->regs, ret);
	if (!cpu->task)
		return vmc_error_new(VMC_NOT_FOUND,
				     "CPU %d: neither registers nor a task are known", cpu->cpu);
	stack = vmc_get(&task, VMC_F_task_stack);
	VMC_TRY(vmc_obj_error(&task, "task_struct"));
	ret->stopped =
		vmc_error_new(VMC_NOT_FOUND, "the dump holds no registers of CPU %d", cpu->cpu);
	return vmc_unwind_scan(t, stack, stack + stack_size(t), ret);
}
