/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/infer/internal.h"

#include <string.h>

/* Members of one group are inferred together, from the same objects. */
struct group {
	void (*run)(struct vmc_target *t);
	size_t n;
	enum vmc_field fields[24];
};

/* "next; prev" since the first struct list_head (include/linux/types.h): nothing to look for. */
static void infer_lists(struct vmc_target *t)
{
	infer_found(t, VMC_F_list_next, 0, 0, 8);
}

static const struct group groups[] = {
	{ infer_lists, 1, { VMC_F_list_next } },
	{ infer_tasks,
	  22,
	  { VMC_F_task_comm,	    VMC_F_task_tasks,	     VMC_F_task_pid,
	    VMC_F_task_tgid,	    VMC_F_task_stack,	     VMC_F_task_state,
	    VMC_F_task_flags,	    VMC_F_task_mm,	     VMC_F_task_exit_state,
	    VMC_F_task_real_parent, VMC_F_task_thread_group, VMC_F_task_thread_sp,
	    VMC_F_thread_info_cpu,  VMC_F_stack_size,	     VMC_F_switch_frame_size,
	    VMC_F_switch_frame_ip,  VMC_F_switch_frame_bp,   VMC_F_switch_frame_bx,
	    VMC_F_switch_frame_r12, VMC_F_switch_frame_r13,  VMC_F_switch_frame_r14,
	    VMC_F_switch_frame_r15 } },
	{ infer_cpus, 3, { VMC_F_rq_curr, VMC_F_rq_idle, VMC_F_task_cpu } },
	{ infer_modules,
	  16,
	  { VMC_F_module_list, VMC_F_module_name, VMC_F_module_state, VMC_F_module_taints,
	    VMC_F_module_core_base, VMC_F_module_core_size, VMC_F_module_core_text,
	    VMC_F_module_init_base, VMC_F_module_init_size, VMC_F_module_kallsyms,
	    VMC_F_mod_kallsyms_symtab, VMC_F_mod_kallsyms_num, VMC_F_mod_kallsyms_strtab,
	    VMC_F_module_symtab, VMC_F_module_num_symtab, VMC_F_module_strtab } },
	{ infer_memory, 1, { VMC_F_node_present_pages } },
	{ infer_time,
	  7,
	  { VMC_F_tk_clock, VMC_F_tk_xtime_sec, VMC_F_tk_wall_sec, VMC_F_tk_wall_nsec,
	    VMC_F_tk_nsec, VMC_F_tk_shift, VMC_F_clocksource_name } },
};

struct vmc_inferred {
	bool ran[VMC_ARRAY_SIZE(groups)];
	bool known[VMC_FIELD_COUNT], used;
	struct vmc_field_slot slots[VMC_FIELD_COUNT];
};

static size_t page_of(const struct object *o, uint64_t offset)
{
	return (size_t)((o->addr % VMC_PAGE_SIZE + offset) / VMC_PAGE_SIZE);
}

bool object_has(const struct object *o, uint64_t offset, size_t size)
{
	for (size_t page = page_of(o, offset); page <= page_of(o, offset + size - 1); page++) {
		if (!(o->present >> page & 1))
			return false;
	}
	return offset + size <= o->size;
}

bool objects_add(struct vmc_target *t, struct objects *o, uint64_t addr, size_t size)
{
	struct object new = { addr, calloc(1, size), size, 0 };

	if (!new.bytes)
		return false;
	for (size_t at = 0, n; at < size; at += n) {
		n = VMC_PAGE_SIZE - (addr + at) % VMC_PAGE_SIZE;
		if (n > size - at)
			n = size - at;
		vmc_autoerror struct vmc_error *err =
			vmc_memory_read(t->memory, addr + at, new.bytes + at, n);
		if (!err)
			new.present |= (uint64_t)1 << page_of(&new, at);
	}
	if (!new.present || !vmc_vec_push(&o->list, new)) {
		free(new.bytes);
		return false;
	}
	return true;
}

void objects_deinit(struct objects *o)
{
	for (size_t i = 0; i < o->list.len; i++)
		free(o->list.data[i].bytes);
	vmc_vec_free(&o->list);
}

uint64_t load_u64(struct vmc_target *t, uint64_t addr)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	uint64_t v = 0;
	vmc_autoerror struct vmc_error *err = vmc_read_u64(&mem, addr, &v);

	return err ? 0 : v;
}

uint32_t load_u32(struct vmc_target *t, uint64_t addr)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	uint32_t v = 0;
	vmc_autoerror struct vmc_error *err = vmc_read_u32(&mem, addr, &v);

	return err ? 0 : v;
}

bool is_name(const uint8_t *bytes, size_t size)
{
	size_t n = 0;

	while (n < size && bytes[n] >= ' ' && bytes[n] != 0x7f)
		n++;
	return n && n < size && !bytes[n];
}

void infer_found(struct vmc_target *t, enum vmc_field f, unsigned int alternative, uint64_t offset,
		 uint32_t size)
{
	if (offset == NOWHERE)
		return;
	t->inferred->slots[f] = (struct vmc_field_slot){ .alternative = (uint8_t)alternative,
							 .size = size,
							 .offset = offset };
	t->inferred->known[f] = true;
}

static void run_group_of(struct vmc_target *t, enum vmc_field f)
{
	for (size_t g = 0; g < VMC_ARRAY_SIZE(groups); g++) {
		for (size_t i = 0; i < groups[g].n; i++) {
			if (groups[g].fields[i] != f || t->inferred->ran[g])
				continue;
			t->inferred->ran[g] = true;
			groups[g].run(t);
			return;
		}
	}
}

bool vmc_infer_field(struct vmc_target *t, enum vmc_field f, struct vmc_field_slot *ret)
{
	uint8_t state = ret->state;

	if (!t->inferred) {
		t->inferred = calloc(1, sizeof(*t->inferred));
		if (!t->inferred)
			return false;
	}
	run_group_of(t, f);
	if (!t->inferred->known[f])
		return false;
	t->inferred->used = true;
	*ret = t->inferred->slots[f];
	ret->state = state;
	return true;
}

bool vmc_infer_used(const struct vmc_target *t)
{
	return t->inferred && t->inferred->used;
}

void vmc_inferred_free(struct vmc_inferred *i)
{
	free(i);
}
