/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "target/field.h"
#include "target/target.h"

/* CONFIG_NR_CPUS of the largest distribution kernels is 8192. */
#define CPUS_MAX 8192

size_t vmc_target_cpus(struct vmc_target *t)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	vmc_autoobj struct vmc_obj ids = vmc_obj_symbol(t, "nr_cpu_ids");
	vmc_autoobj struct vmc_obj table = vmc_obj_symbol(t, "__per_cpu_offset");
	uint64_t first;
	uint32_t n;

	if (t->percpu_offset.len)
		return t->percpu_offset.len;
	n = vmc_get_u32(&ids, 0);
	if (vmc_obj_bad(&table))
		return 0;
	/* nr_cpu_ids is a constant with CONFIG_FORCE_NR_CPUS (6.0): the table's own end shows then
	 */
	if (vmc_obj_bad(&ids) || n == 0 || n > CPUS_MAX)
		n = CPUS_MAX;
	if (!vmc_target_has_symbol(t, "__per_cpu_load", &first))
		first = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t offset;
		vmc_autoerror struct vmc_error *err =
			vmc_read_u64(&mem, table.addr + 8ull * i, &offset);

		/* entries of CPUs that are not possible keep the link-time __per_cpu_load */
		if (err || offset == 0 || (i > 0 && offset == first))
			break;
		if (!vmc_vec_push(&t->percpu_offset, offset))
			break;
	}
	return t->percpu_offset.len;
}

struct vmc_error *vmc_target_percpu(struct vmc_target *t, const char *symbol, size_t cpu,
				    uint64_t *ret)
{
	char old[96];
	uint64_t addr;

	/* before 2.6.34 (dd17c8f72993) the symbols had a prefix */
	snprintf(old, sizeof(old), "per_cpu__%s", symbol);
	if (!vmc_target_has_symbol(t, old, &addr))
		VMC_TRY(vmc_target_symbol(t, symbol, &addr));
	if (cpu >= vmc_target_cpus(t))
		return vmc_error_new(VMC_NOT_FOUND, "%s of CPU %zu: no per-CPU area", symbol, cpu);
	*ret = addr + t->percpu_offset.data[cpu];
	return NULL;
}
