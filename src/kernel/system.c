/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/system.h"

#include <string.h>

#include "kernel/time.h"
#include "target/field.h"

#define NODES_MAX 1024
#define FSHIFT 11 /* fixed point of avenrun (include/linux/sched/loadavg.h) */

/* Copies target text with control characters made visible. */
static void clean(char *dst, size_t size, const char *raw, size_t raw_size)
{
	vmc_autostr struct vmc_str s = { 0 };

	vmc_str_add_untrusted(&s, raw, raw_size);
	snprintf(dst, size, "%s", vmc_str_text(&s));
}

/*
 * Where the names begin: behind a reference count, of 4 bytes in every kernel so far. Without
 * types that is believed if the first of them is the one it must be.
 */
static uint64_t names_of(struct vmc_target *t, struct vmc_obj *ns)
{
	char sysname[6] = "";

	if (vmc_field_has(t, VMC_F_uts_ns_name) || vmc_obj_bad(ns))
		return vmc_get_addr(ns, VMC_F_uts_ns_name);
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read(t->memory, ns->addr + 4, sysname, sizeof(sysname));
	return !err && memcmp(sysname, "Linux", 6) == 0 ? ns->addr + 4
							: vmc_get_addr(ns, VMC_F_uts_ns_name);
}

static void read_uts(struct vmc_target *t, struct vmc_system *ret)
{
	struct vmc_obj ns = vmc_obj_symbol(t, "init_uts_ns");
	uint64_t name = names_of(t, &ns);
	struct vmc_error *err = vmc_obj_error(&ns, "init_uts_ns");
	/* struct new_utsname: six strings of 65 bytes, sysname first (include/uapi/linux/utsname.h)
	 */
	char raw[6][65];

	if (!err)
		err = vmc_memory_read(t->memory, name, raw, sizeof(raw));
	if (err) {
		const struct vmc_dump_info *info = vmc_dump_info(t->dump);

		vmc_target_missing(t, err, VMC_SAY("system names"));
		snprintf(ret->release, sizeof(ret->release), "%s",
			 *t->release ? t->release : info->uts_release);
		snprintf(ret->version, sizeof(ret->version), "%s", info->uts_version);
		snprintf(ret->machine, sizeof(ret->machine), "%s", info->uts_machine);
		snprintf(ret->nodename, sizeof(ret->nodename), "%s", info->uts_nodename);
		return;
	}
	clean(ret->nodename, sizeof(ret->nodename), raw[1], 65);
	clean(ret->release, sizeof(ret->release), raw[2], 65);
	clean(ret->version, sizeof(ret->version), raw[3], 65);
	clean(ret->machine, sizeof(ret->machine), raw[4], 65);
}

static void read_time(struct vmc_target *t, struct vmc_system *ret)
{
	struct vmc_time now;
	struct vmc_error *err = vmc_time_read(t, &now);
	int64_t crash;

	if (!err) {
		ret->has_date = ret->has_uptime = true;
		ret->date = now.wall_sec;
		ret->uptime = now.uptime;
		ret->date_from = ret->uptime_from = "timekeeper";
		return;
	}
	if (vmc_vmcoreinfo_decimal(t->vmcoreinfo, "CRASHTIME", &crash)) {
		ret->has_date = true;
		ret->date = crash;
		ret->date_from = "CRASHTIME";
	} else if (vmc_dump_info(t->dump)->timestamp) {
		ret->has_date = true;
		ret->date = vmc_dump_info(t->dump)->timestamp;
		ret->date_from = "dump header";
	}
	vmc_target_missing(t, err, ret->has_date ? VMC_SAY("uptime") : VMC_SAY("date and uptime"));
}

static void read_load(struct vmc_target *t, struct vmc_system *ret)
{
	struct vmc_obj o = vmc_obj_symbol(t, "avenrun");

	for (size_t i = 0; i < 3; i++)
		ret->load[i] = (double)vmc_get_u64(&o, 8 * i) / (1 << FSHIFT);
	ret->has_load = !vmc_obj_bad(&o);
	vmc_target_missing(t, vmc_obj_error(&o, "avenrun"), VMC_SAY("load average"));
}

static bool add_node(struct vmc_target *t, uint64_t addr, uint64_t *pages)
{
	vmc_autoobj struct vmc_obj node = vmc_obj(t, addr);
	uint64_t n = vmc_get(&node, VMC_F_node_present_pages);

	if (vmc_obj_bad(&node))
		return false;
	*pages += n;
	return true;
}

static void read_memory(struct vmc_target *t, struct vmc_system *ret)
{
	struct vmc_obj table = vmc_obj_symbol(t, "node_data");
	uint64_t pages = 0, length = NODES_MAX, addr;
	bool any = false;

	vmc_vmcoreinfo_length(t->vmcoreinfo, "node_data", &length);
	if (length > NODES_MAX)
		length = NODES_MAX;
	for (uint64_t i = 0; i < length && !vmc_obj_bad(&table); i++) {
		uint64_t node = vmc_get_u64(&table, 8 * i);

		if (!node)
			continue;
		/* without LENGTH() the end of the array shows by what is no node */
		vmc_autoobj struct vmc_obj o = vmc_obj(t, node);
		if (vmc_get(&o, VMC_F_node_id) != i || vmc_obj_bad(&o))
			break;
		any |= add_node(t, node, &pages);
	}
	if (!any && vmc_target_has_symbol(t, "contig_page_data", &addr))
		any = add_node(t, addr, &pages);
	if (any) {
		ret->has_memory = true;
		ret->memory_bytes = pages * VMC_PAGE_SIZE;
		vmc_obj_drop(&table);
		return;
	}
	struct vmc_error *err = vmc_obj_error(&table, "node_data");
	vmc_target_missing(t,
			   err ? err : vmc_error_new(VMC_NOT_FOUND, "no memory node can be read"),
			   VMC_SAY("memory size"));
}

static void read_cmdline(struct vmc_target *t, struct vmc_system *ret)
{
	struct vmc_obj o = vmc_obj_symbol(t, "saved_command_line");
	char raw[sizeof(ret->cmdline)] = "";

	if (!vmc_obj_bad(&o))
		o.poison = vmc_memory_read_string(t->memory, o.addr, raw, sizeof(raw));
	clean(ret->cmdline, sizeof(ret->cmdline), raw, sizeof(raw));
	vmc_target_missing(t, vmc_obj_error(&o, "saved_command_line"),
			   VMC_SAY("kernel command line"));
}

static void dmi_string(struct vmc_target *t, enum vmc_constant field, char *buf, size_t size)
{
	vmc_autoobj struct vmc_obj table = vmc_obj_symbol(t, "dmi_ident");
	char raw[64] = "";
	int64_t index;
	uint64_t str;

	buf[0] = '\0';
	if (!vmc_constant(t, field, &index) || index < 0 || index > 64)
		return;
	str = vmc_get_u64(&table, 8 * (uint64_t)index);
	if (vmc_obj_bad(&table) || !str)
		return;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read_string(t->memory, str, raw, sizeof(raw));
	if (!err)
		clean(buf, size, raw, sizeof(raw));
}

/* DMI vendors of virtual machines; the hypervisor type is only set where the guest has drivers for
 * it. */
static const char *const virtual_vendors[] = { "QEMU",	       "Red Hat",
					       "VMware",       "innotek",
					       "Xen",	       "Microsoft Corporation",
					       "Amazon EC2",   "Google",
					       "OpenStack",    "Alibaba Cloud",
					       "DigitalOcean", "Parallels",
					       "Bochs",	       "KubeVirt" };

/* Before 4.15 (03b2a320b19f): a pointer to a structure whose first member is the name. */
static bool old_hypervisor(struct vmc_target *t, char *buf, size_t size)
{
	vmc_autoobj struct vmc_obj o = vmc_obj_symbol(t, "x86_hyper");
	uint64_t name = o.addr ? vmc_get_u64(&o, 0) : 0;
	char raw[32] = "";

	buf[0] = '\0';
	if (vmc_obj_bad(&o) || !name)
		return false;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read_string(t->memory, name, raw, sizeof(raw));
	if (!err)
		clean(buf, size, raw, sizeof(raw));
	return buf[0] != '\0';
}

static void read_hypervisor(struct vmc_target *t, struct vmc_system *ret)
{
	/* enum x86_hypervisor_type (arch/x86/include/asm/hypervisor.h) */
	static const char *const types[] = { NULL,	"VMware", "Hyper-V",   "Xen PV",
					     "Xen HVM", "KVM",	  "Jailhouse", "ACRN" };
	vmc_autoobj struct vmc_obj o = vmc_obj_symbol(t, "x86_hyper_type");
	uint32_t type = vmc_get_u32(&o, 0);
	const char *name = !vmc_obj_bad(&o) && type < VMC_ARRAY_SIZE(types) ? types[type] : NULL;
	char vendor[64], product[64], old[64];

	if (!name && old_hypervisor(t, old, sizeof(old)))
		name = old;
	bool is_virtual = name != NULL;

	dmi_string(t, VMC_E_dmi_sys_vendor, vendor, sizeof(vendor));
	dmi_string(t, VMC_E_dmi_product_name, product, sizeof(product));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(virtual_vendors); i++)
		is_virtual |= vendor[0] && vmc_str_starts(vendor, virtual_vendors[i]);
	if (!is_virtual)
		return;
	/* "KVM (QEMU Standard PC)", "QEMU (Standard PC)"; each part may be unknown */
	vmc_autostr struct vmc_str s = { 0 };
	vmc_str_add(&s, name ? name : vendor);
	if (product[0] || (name && vendor[0]))
		vmc_str_addf(&s, " (%s%s%s)", name ? vendor : "",
			     name && vendor[0] && product[0] ? " " : "", product);
	snprintf(ret->hypervisor, sizeof(ret->hypervisor), "%s", vmc_str_text(&s));
}

void vmc_system_read(struct vmc_target *t, struct vmc_system *ret)
{
	struct vmc_obj taint = vmc_obj_symbol(t, "tainted_mask");
	vmc_autoobj struct vmc_obj khz = vmc_obj_symbol(t, "cpu_khz");

	*ret = (struct vmc_system){ 0 };
	read_uts(t, ret);
	read_time(t, ret);
	read_load(t, ret);
	read_memory(t, ret);
	read_cmdline(t, ret);
	read_hypervisor(t, ret);
	ret->taint = vmc_get_u64(&taint, 0);
	ret->has_taint = !vmc_obj_bad(&taint);
	vmc_target_missing(t, vmc_obj_error(&taint, "tainted_mask"), VMC_SAY("taint"));
	ret->cpu_khz = vmc_get_u32(&khz, 0);
}
