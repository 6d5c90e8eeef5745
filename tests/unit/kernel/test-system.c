/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "../target/mini.h"
#include "kernel/system.h"
#include "kernel/time.h"

static const struct mini_struct types[] = {
	{ "new_utsname", 390, { { "sysname", "char", 0, 65 } } },
	{ "uts_namespace", 400, { { "name", "new_utsname", 0 } } },
	{ "timespec64", 16, { { "tv_sec", "s64", 0 }, { "tv_nsec", "s64", 8 } } },
	{ "clocksource", 64, { { "name", "u64", 24 } } },
	{ "tk_read_base",
	  64,
	  { { "clock", "u64", 0 },
	    { "mult", "u32", 24 },
	    { "shift", "u32", 28 },
	    { "xtime_nsec", "u64", 32 } } },
	{ "timekeeper",
	  256,
	  { { "tkr_mono", "tk_read_base", 0 },
	    { "xtime_sec", "u64", 64 },
	    { "wall_to_monotonic", "timespec64", 80 },
	    { "offs_real", "s64", 96 },
	    { "tkr_raw", "tk_read_base", 112 } } },
	{ "pglist_data", 64, { { "node_present_pages", "u64", 8 }, { "node_id", "s32", 24 } } },
};

static const struct mini_struct new_time = {
	"tk_data", 320, { { "seq", "u32", 0 }, { "timekeeper", "timekeeper", 32 } }
};

/* 1,000,000 s after 1970, 500 s and 250 ms after boot. */
static void put_timekeeper(struct mini *m, uint64_t tk, const char *clock_name)
{
	uint64_t clock = mini_alloc(m, 64);

	mini_set(m, clock, "clocksource.name", mini_string(m, clock_name));
	mini_set(m, tk, "timekeeper.tkr_mono.clock", clock);
	mini_set(m, tk, "timekeeper.tkr_raw.clock", clock);
	mini_set(m, tk, "timekeeper.tkr_mono.shift", 8);
	mini_set(m, tk, "timekeeper.tkr_mono.xtime_nsec", 750000000ull << 8);
	mini_set(m, tk, "timekeeper.xtime_sec", 1000000);
	mini_set(m, tk, "timekeeper.wall_to_monotonic.tv_sec", (uint64_t)-999500);
	mini_set(m, tk, "timekeeper.wall_to_monotonic.tv_nsec", (uint64_t)-500000000);
}

static void the_timekeeper_is_found(void **state)
{
	static const struct {
		const char *symbol;
		uint64_t offset;
		bool tk_data;
	} rows[] = {
		{ "tk_core", 8, false },	 /* 4.x to 6.12 */
		{ "tk_core", 32, true },	 /* 6.13 */
		{ "timekeeper_data", 32, true }, /* 7.0: auxiliary clocks */
		{ "timekeeper", 0, false },
		{ "tk_core", 64, false }, /* lockdep makes the counter larger */
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini();
		struct vmc_time t;
		uint64_t v;

		mini_struct(&m, types, VMC_ARRAY_SIZE(types));
		if (rows[i].tk_data)
			mini_struct(&m, &new_time, 1);
		v = mini_variable(&m, rows[i].symbol, 512);
		put_timekeeper(&m, v + rows[i].offset, "kvm-clock");
		assert_ok(vmc_time_read(mini_open(&m), &t));
		assert_int_equal(t.wall_sec, 1000000);
		assert_int_equal(t.wall_nsec, 750000000);
		assert_true(t.uptime > 500.2499 && t.uptime < 500.2501);
	}
}

static void what_is_no_timekeeper_is_not_taken_for_one(void **state)
{
	static const char *const names[] = { "", "two words", "\x01\x02",
					     "a name that is longer than any clock source" };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		AUTO_MINI m = mini();
		struct vmc_time t;

		mini_struct(&m, types, VMC_ARRAY_SIZE(types));
		put_timekeeper(&m, mini_variable(&m, "tk_core", 512) + 8, names[i]);
		assert_code(vmc_time_read(mini_open(&m), &t), VMC_NOT_FOUND);
	}
	AUTO_MINI m = mini();
	struct vmc_time t;

	assert_code(vmc_time_read(mini_open(&m), &t), VMC_NOT_FOUND);
}

static bool is_missing(const struct vmc_target *t, const char *what)
{
	for (size_t i = 0; i < t->unavailable.len; i++) {
		if (strcmp(t->unavailable.data[i].what, what) == 0)
			return true;
	}
	return false;
}

static uint64_t add_node(struct mini *m, unsigned int id, uint64_t pages)
{
	uint64_t node = mini_alloc(m, 64);

	mini_set(m, node, "pglist_data.node_id", id);
	mini_set(m, node, "pglist_data.node_present_pages", pages);
	return node;
}

static void the_system_tells_of_itself(void **state)
{
	static struct vmc_system s;
	AUTO_MINI m = mini();
	uint64_t v, nodes;

	(void)state;
	mini_struct(&m, types, VMC_ARRAY_SIZE(types));
	put_timekeeper(&m, mini_variable(&m, "tk_core", 512) + 8, "tsc");
	v = mini_variable(&m, "avenrun", 24);
	mini_u64(&m, v, 2048 + 1024);
	mini_u64(&m, v + 8, 2048 / 4);
	mini_u64(&m, v + 16, 10 * 2048);
	/* node 1 has no memory; what follows node 2 is no node */
	nodes = mini_variable(&m, "node_data", 64);
	mini_u64(&m, nodes, add_node(&m, 0, 1000));
	mini_u64(&m, nodes + 16, add_node(&m, 2, 24));
	mini_u64(&m, nodes + 24, add_node(&m, 9, 5000));
	v = mini_variable(&m, "saved_command_line", 8);
	mini_u64(&m, v, mini_string(&m, "ro quiet\x1b[0m crashkernel=256M"));
	mini_u64(&m, mini_variable(&m, "tainted_mask", 8), 1 << 12 | 1 << 7);
	mini_u32(&m, mini_variable(&m, "cpu_khz", 4), 2400000);
	vmc_system_read(mini_open(&m), &s);
	assert_string_equal(s.nodename, "mininode");
	assert_string_equal(s.release, MINI_RELEASE);
	assert_string_equal(s.version, "#1 SMP mini");
	assert_string_equal(s.machine, "x86_64");
	assert_true(s.has_date && s.has_uptime && s.has_load && s.has_memory && s.has_taint);
	assert_int_equal(s.date, 1000000);
	assert_string_equal(s.date_from, "timekeeper");
	assert_true(s.load[0] == 1.5 && s.load[1] == 0.25 && s.load[2] == 10);
	assert_int_equal(s.memory_bytes, 1024 * 4096);
	assert_string_equal(s.cmdline, "ro quiet\\x1b[0m crashkernel=256M");
	assert_int_equal(s.taint, 1 << 12 | 1 << 7);
	assert_int_equal(s.cpu_khz, 2400000);
	assert_string_equal(s.hypervisor, "");
	assert_int_equal(m.target->unavailable.len, 0);
}

static void what_is_missing_is_listed(void **state)
{
	static const char *const rows[] = { "uptime", "load average", "memory size",
					    "kernel command line", "taint" };
	static struct vmc_system s;
	AUTO_MINI m = mini();

	(void)state;
	mini_struct(&m, types, VMC_ARRAY_SIZE(types));
	/* kdump leaves the time in VMCOREINFO */
	mini_line(&m, "CRASHTIME=1700000000\n");
	vmc_system_read(mini_open(&m), &s);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		if (!is_missing(m.target, rows[i]))
			fail_msg("%s", rows[i]);
	}
	assert_true(s.has_date);
	assert_int_equal(s.date, 1700000000);
	assert_string_equal(s.date_from, "CRASHTIME");
	assert_false(s.has_uptime || s.has_load || s.has_memory || s.has_taint);
	assert_string_equal(s.cmdline, "");
}

static void a_machine_without_numa_has_one_node(void **state)
{
	static struct vmc_system s;
	AUTO_MINI m = mini();
	uint64_t v;

	(void)state;
	mini_struct(&m, types, VMC_ARRAY_SIZE(types));
	v = mini_variable(&m, "contig_page_data", 64);
	mini_set(&m, v, "pglist_data.node_present_pages", 77);
	vmc_system_read(mini_open(&m), &s);
	assert_true(s.has_memory);
	assert_int_equal(s.memory_bytes, 77 * 4096);
	assert_false(is_missing(m.target, "memory size"));
}

static void hypervisors_are_named(void **state)
{
	static const struct {
		int type; /* -1: no such variable */
		const char *vendor, *product, *want;
	} rows[] = {
		{ 5, NULL, NULL, "KVM" },
		{ 5, "QEMU", "Standard PC", "KVM (QEMU Standard PC)" },
		{ 0, "QEMU", "Standard PC", "QEMU (Standard PC)" },
		{ 1, "VMware, Inc.", "VMware7,1", "VMware (VMware, Inc. VMware7,1)" },
		{ 5, "QEMU", "", "KVM (QEMU)" },
		{ 0, "QEMU", "", "QEMU" },
		{ 0, "Dell Inc.", "PowerEdge", "" },
		{ 0, NULL, NULL, "" },
		{ 99, NULL, NULL, "" },
		{ -1, "Amazon EC2", "c5.metal", "Amazon EC2 (c5.metal)" },
		{ -1, NULL, NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		static struct vmc_system s;
		AUTO_MINI m = mini();
		uint64_t dmi = mini_variable(&m, "dmi_ident", 64);

		mini_struct(&m, types, VMC_ARRAY_SIZE(types));
		mini_enum(&m, "dmi_field", "DMI_SYS_VENDOR", 4);
		mini_enum(&m, "dmi_field", "DMI_PRODUCT_NAME", 5);
		if (rows[i].type >= 0)
			mini_u32(&m, mini_variable(&m, "x86_hyper_type", 4),
				 (uint32_t)rows[i].type);
		if (rows[i].vendor) {
			mini_u64(&m, dmi + 32, mini_string(&m, rows[i].vendor));
			mini_u64(&m, dmi + 40, mini_string(&m, rows[i].product));
		}
		vmc_system_read(mini_open(&m), &s);
		assert_string_equal(s.hypervisor, rows[i].want);
	}
}

/* struct timekeeper of 3.10: the clock, the shift and the nanoseconds stand in it themselves. */
static void the_timekeeper_of_3_10_is_read(void **state)
{
	static const struct mini_struct old_types[] = {
		{ "timespec", 16, { { "tv_sec", "s64", 0 }, { "tv_nsec", "s64", 8 } } },
		{ "clocksource", 64, { { "name", "u64", 24 } } },
		{ "timekeeper",
		  160,
		  { { "clock", "u64", 0 },
		    { "mult", "u32", 8 },
		    { "shift", "u32", 12 },
		    { "xtime_sec", "u64", 56 },
		    { "xtime_nsec", "u64", 64 },
		    { "wall_to_monotonic", "timespec", 96 } } },
	};
	AUTO_MINI m = mini();
	uint64_t tk = mini_variable(&m, "timekeeper", 160), cs = mini_alloc(&m, 64);
	struct vmc_system s;

	(void)state;
	mini_struct(&m, old_types, VMC_ARRAY_SIZE(old_types));
	mini_put(&m, cs + 40, "kvm-clock", 10);
	mini_u64(&m, cs + 24, cs + 40);
	mini_set(&m, tk, "timekeeper.clock", cs);
	mini_set(&m, tk, "timekeeper.shift", 8);
	mini_set(&m, tk, "timekeeper.xtime_sec", 1415300000);
	mini_set(&m, tk, "timekeeper.xtime_nsec", 250000000ull << 8);
	mini_set(&m, tk, "timekeeper.wall_to_monotonic.tv_sec", (uint64_t)-1415299000);
	mini_set(&m, tk, "timekeeper.wall_to_monotonic.tv_nsec", 500000000);
	vmc_system_read(mini_open(&m), &s);
	assert_true(s.has_date && s.has_uptime);
	assert_int_equal(s.date, 1415300000);
	assert_true(s.uptime > 1000.749 && s.uptime < 1000.751);
	assert_string_equal(s.uptime_from, "timekeeper");
}

/* 2.6.32: no timekeeper; and of what x86_hyper points to the name is first. */
static void old_kernels_say_it_in_variables(void **state)
{
	AUTO_MINI m = mini();
	uint64_t xtime = mini_variable(&m, "xtime", 16);
	uint64_t mono = mini_variable(&m, "wall_to_monotonic", 16);
	uint64_t hyper = mini_variable(&m, "x86_hyper", 8), kvm = mini_alloc(&m, 16);
	struct vmc_system s;

	(void)state;
	mini_u64(&m, xtime, 1415300000);
	mini_u64(&m, xtime + 8, 250000000);
	mini_u64(&m, mono, (uint64_t)-1415299000);
	mini_u64(&m, mono + 8, 500000000);
	mini_u64(&m, hyper, kvm);
	mini_u64(&m, kvm, kvm + 8);
	mini_put(&m, kvm + 8, "KVM", 4);
	m.no_types = true;
	vmc_system_read(mini_open(&m), &s);
	assert_true(s.has_date && s.has_uptime);
	assert_int_equal(s.date, 1415300000);
	assert_true(s.uptime > 1000.749 && s.uptime < 1000.751);
	assert_string_equal(s.hypervisor, "KVM");
}

static void taints_have_letters(void **state)
{
	static const struct {
		uint64_t mask;
		size_t size;
		const char *want;
	} rows[] = {
		{ 0, 32, "" },
		{ 1, 32, "P" },
		{ 1 << 12 | 1 << 13, 32, "OE" },
		{ 1 << 7 | 1 << 9 | 1 << 14, 32, "DWL" },
		{ UINT64_MAX, 32, "PFSRMBUDAWCIOELKXTNJHT" },
		{ UINT64_MAX, 4, "PFS" },
		{ UINT64_MAX, 1, "" },
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		vmc_taint_letters(rows[i].mask, buf, rows[i].size);
		assert_string_equal(buf, rows[i].want);
	}
	assert_int_equal(vmc_taint_letter(64), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_timekeeper_is_found),
		cmocka_unit_test(what_is_no_timekeeper_is_not_taken_for_one),
		cmocka_unit_test(the_system_tells_of_itself),
		cmocka_unit_test(what_is_missing_is_listed),
		cmocka_unit_test(a_machine_without_numa_has_one_node),
		cmocka_unit_test(hypervisors_are_named),
		cmocka_unit_test(the_timekeeper_of_3_10_is_read),
		cmocka_unit_test(old_kernels_say_it_in_variables),
		cmocka_unit_test(taints_have_letters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
