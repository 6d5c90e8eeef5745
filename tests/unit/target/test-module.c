/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module list, what a module knows of itself, and per-CPU areas. */
#include <inttypes.h>
#include <string.h>

#include "mini.h"
#include "target/field.h"
#include "target/find.h"
#include "target/unwind.h"

static const struct mini_struct common_types[] = {
	{ "list_head", 16, { { "next", "u64", 0 }, { "prev", "u64", 8 } } },
	{ "mod_arch_specific",
	  24,
	  { { "num_orcs", "u32", 0 },
	    { "orc_unwind_ip", "u64", 8 },
	    { "orc_unwind", "u64", 16 } } },
	{ "mod_kallsyms",
	  32,
	  { { "symtab", "u64", 0 },
	    { "num_symtab", "u32", 8 },
	    { "strtab", "u64", 16 },
	    { "typetab", "u64", 24 } } },
};

/* struct module from 6.4, from 4.5, and before. */
static const struct mini_struct generations[][3] = {
	{ { "module_memory", 24, { { "base", "u64", 0 }, { "size", "u32", 8 } } },
	  { "module",
	    512,
	    { { "state", "u32", 0 },
	      { "list", "list_head", 8 },
	      { "name", "char", 24, 56 },
	      { "mem", "module_memory", 128, 7 },
	      { "taints", "u64", 304 },
	      { "kallsyms", "u64", 312 },
	      { "arch", "mod_arch_specific", 320 },
	      { "btf_data_size", "u32", 344 },
	      { "btf_data", "u64", 352 } } } },
	{ { "module_layout",
	    24,
	    { { "base", "u64", 0 }, { "size", "u32", 8 }, { "text_size", "u32", 12 } } },
	  { "module",
	    512,
	    { { "state", "u32", 0 },
	      { "list", "list_head", 8 },
	      { "name", "char", 24, 56 },
	      { "core_layout", "module_layout", 128 },
	      { "init_layout", "module_layout", 152 },
	      { "taints", "u64", 304 },
	      { "kallsyms", "u64", 312 },
	      { "arch", "mod_arch_specific", 320 } } } },
	{ { "unused", 8, { { "x", "u64", 0 } } },
	  { "module",
	    512,
	    { { "state", "u32", 0 },
	      { "list", "list_head", 8 },
	      { "name", "char", 24, 56 },
	      { "module_init", "u64", 128 },
	      { "module_core", "u64", 136 },
	      { "init_size", "u32", 144 },
	      { "core_size", "u32", 148 },
	      { "core_text_size", "u32", 152 },
	      { "taints", "u32", 304 },
	      { "symtab", "u64", 312 },
	      { "num_symtab", "u32", 320 },
	      { "strtab", "u64", 328 } } } },
};

static uint64_t make_list(struct mini *m, unsigned int generation)
{
	uint64_t head = mini_variable(m, "modules", 16);

	mini_struct(m, common_types, VMC_ARRAY_SIZE(common_types));
	mini_struct(m, generations[generation], 2);
	mini_u64(m, head, head);
	mini_u64(m, head + 8, head);
	return head;
}

/* Behind the last: `prev` of the head leads there. */
static void append(struct mini *m, uint64_t head, uint64_t link)
{
	uint64_t last = vmc_le64(m->mem + (mini_physical(m, head) - m->phys) + 8);

	mini_u64(m, last, link);
	mini_u64(m, link, head);
	mini_u64(m, head + 8, link);
}

/* A module whose text is 4096 bytes at `base`. */
static uint64_t add_module(struct mini *m, uint64_t head, unsigned int generation, const char *name,
			   uint64_t base)
{
	static const char *const paths[][3] = {
		{ "module.mem[0].base", "module.mem[0].size", "module.mem[0].size" },
		{ "module.core_layout.base", "module.core_layout.size",
		  "module.core_layout.text_size" },
		{ "module.module_core", "module.core_size", "module.core_text_size" },
	};
	uint64_t mod = mini_direct(m, mini_alloc(m, 512));

	mini_put(m, mod + 24, name, strlen(name));
	mini_set(m, mod, paths[generation][0], base);
	mini_set(m, mod, paths[generation][1], 4096);
	mini_set(m, mod, paths[generation][2], 4096);
	append(m, head, mod + 8);
	return mod;
}

/* Two functions: `name` at base + 0x10 and one behind it. */
static void add_symbols(struct mini *m, uint64_t mod, bool own, const char *name, uint64_t base)
{
	uint64_t syms = mini_alloc(m, 3 * 24), names = mini_alloc(m, 64), k;

	mini_put(m, names + 1, name, strlen(name));
	mini_put(m, names + 40, "behind", 6);
	for (uint64_t i = 1; i <= 2; i++) {
		mini_u32(m, syms + 24 * i, i == 1 ? 1 : 40);
		mini_u32(m, syms + 24 * i + 4, 't' | 1 << 16 /* section */);
		mini_u64(m, syms + 24 * i + 8, base + 0x10 * i);
	}
	if (own) { /* before 4.5 */
		mini_set(m, mod, "module.symtab", syms);
		mini_set(m, mod, "module.num_symtab", 3);
		mini_set(m, mod, "module.strtab", names);
		return;
	}
	k = mini_alloc(m, 32);
	mini_set(m, mod, "module.kallsyms", k);
	mini_set(m, k, "mod_kallsyms.symtab", syms);
	mini_set(m, k, "mod_kallsyms.num_symtab", 3);
	mini_set(m, k, "mod_kallsyms.strtab", names);
	mini_set(m, k, "mod_kallsyms.typetab", mini_string(m, "ttt"));
}

static const char *why_missing(const struct vmc_target *t, const char *what)
{
	for (size_t i = 0; i < t->unavailable.len; i++) {
		if (strcmp(t->unavailable.data[i].what, what) == 0)
			return t->unavailable.data[i].why;
	}
	return NULL;
}

static void modules_of_all_ages(void **state)
{
	(void)state;
	for (unsigned int g = 0; g < VMC_ARRAY_SIZE(generations); g++) {
		AUTO_MINI m = mini();
		uint64_t head = make_list(&m, g), base = mini_direct(&m, mini_pages(&m, 2));
		uint64_t victim = add_module(&m, head, g, "victim", base);
		struct vmc_location l;
		struct vmc_target *t;

		add_module(&m, head, g, "other", base + 4096);
		mini_set(&m, victim, "module.taints", 1 << 12 | 1 << 13);
		add_symbols(&m, victim, g == 2, "v_open", base);
		t = mini_open(&m);
		vmc_target_modules(t);
		assert_int_equal(t->modules.len, 2);
		assert_string_equal(t->modules.data[0].name, "victim");
		assert_int_equal(t->modules.data[0].addr, victim);
		assert_int_equal(t->modules.data[0].base, base);
		assert_int_equal(t->modules.data[0].size, 4096);
		assert_int_equal(t->modules.data[0].taints, 1 << 12 | 1 << 13);
		assert_int_equal(t->modules.data[0].state, 0);
		assert_ptr_equal(vmc_target_module_at(t, base + 4095), &t->modules.data[0]);
		assert_ptr_equal(vmc_target_module_at(t, base + 4096), &t->modules.data[1]);
		assert_null(vmc_target_module_at(t, base - 1));
		assert_true(vmc_target_is_text(t, base));
		assert_true(vmc_target_locate(t, base + 0x13, &l));
		assert_string_equal(l.name, "v_open");
		assert_string_equal(l.module, "victim");
		assert_int_equal(l.offset, 3);
		/* a module without symbols has still a name */
		assert_false(vmc_target_locate(t, base + 4096 + 8, &l));
		assert_string_equal(l.module, "other");
		/* none is no error where the table is a member, and counts 0 */
		assert_int_equal(t->unavailable.len, g != 2);
	}
}

static void all_segments_belong_to_the_module(void **state)
{
	AUTO_MINI m = mini();
	uint64_t head = make_list(&m, 0), mod = add_module(&m, head, 0, "v", 0xffffffffc0000000);

	(void)state;
	mini_set(&m, mod, "module.mem[1].base", 0xffffffffc0100000);
	mini_set(&m, mod, "module.mem[1].size", 0x2000);
	mini_set(&m, mod, "module.mem[4].base", 0xffffffffc0200000);
	mini_set(&m, mod, "module.mem[4].size", 0x1000);
	/* what would run over the end of the address space is none */
	mini_set(&m, mod, "module.mem[5].base", UINT64_MAX - 0xfff);
	mini_set(&m, mod, "module.mem[5].size", 0x2000);
	mini_set(&m, mod, "module.state", 1);
	mini_open(&m);
	vmc_target_modules(m.target);
	assert_int_equal(m.target->modules.len, 1);
	assert_int_equal(m.target->modules.data[0].n_segments, 3);
	assert_int_equal(m.target->modules.data[0].size, 0x4000);
	assert_int_equal(m.target->modules.data[0].state, 1);
	assert_non_null(vmc_target_module_at(m.target, 0xffffffffc0101fff));
	assert_null(vmc_target_module_at(m.target, 0xffffffffc0102000));
	assert_false(vmc_target_is_text(m.target, 0xffffffffc0100000));
}

static void a_list_in_a_circle_is_left(void **state)
{
	AUTO_MINI m = mini();
	uint64_t head = make_list(&m, 0);
	uint64_t a = add_module(&m, head, 0, "a", 0xffffffffc0000000);
	uint64_t b = add_module(&m, head, 0, "b", 0xffffffffc0001000);

	(void)state;
	mini_u64(&m, b + 8, a + 8);
	vmc_target_modules(mini_open(&m));
	assert_int_equal(m.target->modules.len, 2);
	assert_non_null(why_missing(m.target, "rest of the module list"));
	/* asked again, nothing is read again */
	vmc_target_modules(m.target);
	assert_int_equal(m.target->modules.len, 2);
}

static void an_unreadable_entry_ends_the_list(void **state)
{
	AUTO_MINI m = mini();
	uint64_t head = make_list(&m, 0), lost;
	char what[64];

	(void)state;
	add_module(&m, head, 0, "first", 0xffffffffc0000000);
	mini_pages(&m, 1);
	lost = add_module(&m, head, 0, "lost", 0xffffffffc0001000);
	mini_pages(&m, 1);
	add_module(&m, head, 0, "behind", 0xffffffffc0002000);
	mini_lose(&m, lost);
	vmc_target_modules(mini_open(&m));
	assert_int_equal(m.target->modules.len, 1);
	snprintf(what, sizeof(what), "module at 0x%" PRIx64, lost);
	assert_non_null(why_missing(m.target, what));
	assert_non_null(why_missing(m.target, "rest of the module list"));
}

/* Damage inside one module costs that module. */
static void a_nameless_module_is_passed_over(void **state)
{
	AUTO_MINI m = mini();
	uint64_t head = make_list(&m, 0);

	(void)state;
	add_module(&m, head, 0, "first", 0xffffffffc0000000);
	add_module(&m, head, 0, "", 0xffffffffc0001000);
	add_module(&m, head, 0, "last\x1b[2J", 0xffffffffc0002000);
	/* twice the same name, and the same place */
	add_module(&m, head, 0, "first", 0xffffffffc0000000);
	vmc_target_modules(mini_open(&m));
	assert_int_equal(m.target->modules.len, 3);
	assert_string_equal(m.target->modules.data[1].name, "last\\x1b[2J");
	assert_null(why_missing(m.target, "rest of the module list"));
}

/* More modules than there can be: the list is cut, and says so. */
static void an_endless_list_is_cut(void **state)
{
	AUTO_MINI m = mini();
	uint64_t head, first, step = 104; /* overlapping: the name of one is the next's list */

	(void)state;
	head = make_list(&m, 2);
	first = mini_alloc(&m, 4400 * step + 512);
	for (uint64_t i = 0; i < 4400; i++) {
		mini_u64(&m, first + i * step + 8, first + (i + 1) * step + 8);
		mini_put(&m, first + i * step + 24, "x", 1);
	}
	mini_u64(&m, head, first + 8);
	vmc_target_modules(mini_open(&m));
	assert_int_equal(m.target->modules.len, 4096);
	assert_non_null(why_missing(m.target, "rest of the module list"));
}

static void without_types_the_list_is_missing(void **state)
{
	AUTO_MINI m = mini();

	(void)state;
	make_list(&m, 0);
	m.no_types = true;
	vmc_target_modules(mini_open(&m));
	assert_int_equal(m.target->modules.len, 0);
	assert_non_null(why_missing(m.target, "module list"));
}

/* Tables that a module brings with it. */
static void frames_of_modules_are_unwound_by_their_own_table(void **state)
{
	(void)state;
	/* a count that nobody believes costs the table, not the module */
	for (int absurd = 0; absurd <= 1; absurd++) {
		AUTO_MINI m = mini();
		uint64_t head = make_list(&m, 0), base = mini_direct(&m, mini_pages(&m, 1));
		uint64_t mod = add_module(&m, head, 0, "v", base), sp;
		uint64_t end = mini_function(&m, "start", 64);
		uint64_t ip = mini_direct(&m, mini_alloc(&m, 4));
		uint64_t entry = mini_direct(&m, mini_alloc(&m, 8));
		vmc_autotrace struct vmc_trace tr = { 0 };
		struct vmc_regs regs = { 0 };

		add_symbols(&m, mod, false, "v_open", base);
		mini_orc(&m, end, 0, 0, MINI_ORC_END);
		for (int i = 1; i < 30; i++)
			mini_orc(&m, mini_function(&m, "other", 64), 8, 0, MINI_ORC_CALL);
		mini_u32(&m, ip, (uint32_t)(base - ip));
		mini_u32(&m, entry, 24); /* cfa = sp + 24 */
		mini_u32(&m, entry + 4, MINI_ORC_CALL);
		mini_set(&m, mod, "module.arch.orc_unwind_ip", ip);
		mini_set(&m, mod, "module.arch.orc_unwind", entry);
		mini_set(&m, mod, "module.arch.num_orcs", absurd ? UINT32_MAX : 1);
		sp = mini_direct(&m, mini_pages(&m, 1));
		mini_u64(&m, sp + 16, end + 32);
		vmc_regs_set(&regs, VMC_X86_RIP, base + 0x14);
		vmc_regs_set(&regs, VMC_X86_RSP, sp);
		assert_ok(vmc_unwind_regs(mini_open(&m), &regs, &tr));
		assert_string_equal(tr.frames.data[0].where.name, "v_open");
		assert_string_equal(tr.frames.data[0].where.module, "v");
		assert_int_equal(m.target->modules.data[0].orc.count, !absurd);
		assert_int_equal(tr.frames.len, absurd ? 1 : 2);
		assert_int_equal(tr.stopped != NULL, absurd);
		if (!absurd)
			assert_string_equal(tr.frames.data[1].where.name, "start");
	}
}

static void module_types_fall_back_to_the_kernels(void **state)
{
	AUTO_MINI m = mini();
	uint64_t head = make_list(&m, 0);
	uint64_t none = add_module(&m, head, 0, "none", 0xffffffffc0000000);
	uint64_t huge = add_module(&m, head, 0, "huge", 0xffffffffc0001000);
	uint64_t junk = add_module(&m, head, 0, "junk", 0xffffffffc0002000);
	struct vmc_target *t;

	(void)state;
	(void)none;
	mini_set(&m, huge, "module.btf_data", m.text);
	mini_set(&m, huge, "module.btf_data_size", UINT32_MAX);
	mini_set(&m, junk, "module.btf_data", m.text);
	mini_set(&m, junk, "module.btf_data_size", 100);
	t = mini_open(&m);
	vmc_target_modules(t);
	assert_int_equal(t->modules.len, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_ptr_equal(vmc_target_module_types(t, &t->modules.data[i]), t->types);
		assert_ptr_equal(vmc_target_module_types(t, &t->modules.data[i]), t->types);
	}
	assert_non_null(why_missing(t, "types of module junk"));
}

/* ---- per-CPU areas ---- */

static void percpu_symbols_have_a_copy_on_each_cpu(void **state)
{
	AUTO_MINI m = mini();
	uint64_t addr;

	(void)state;
	mini_symbol(&m, "cpu_number", 'A', 0x1234);
	mini_percpu(&m, 3, 0x2000);
	mini_open(&m);
	assert_int_equal(vmc_target_cpus(m.target), 3);
	for (size_t i = 0; i < 3; i++) {
		assert_ok(vmc_target_percpu(m.target, "cpu_number", i, &addr));
		assert_int_equal(addr, m.percpu[i] + 0x1234);
	}
	assert_code(vmc_target_percpu(m.target, "cpu_number", 3, &addr), VMC_NOT_FOUND);
	assert_code(vmc_target_percpu(m.target, "no_such", 0, &addr), VMC_NOT_FOUND);
}

static void the_number_of_cpus_is_bounded(void **state)
{
	static const uint32_t counts[] = { 0, 3, 100, 8192, 8193, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(counts); i++) {
		for (int garbage = 0; garbage <= 1; garbage++) {
			AUTO_MINI m = mini();
			uint64_t ids = mini_variable(&m, "nr_cpu_ids", 4);
			uint64_t table = mini_variable(&m, "__per_cpu_offset", 8 * 20000);
			uint64_t load = mini_variable(&m, "__per_cpu_load", 8);
			size_t want = counts[i] && counts[i] <= 8192 ? counts[i] : 8192;

			mini_u32(&m, ids, counts[i]);
			for (uint64_t k = 0; k < 20000; k++)
				mini_u64(&m, table + 8 * k,
					 garbage ? 0x6b6b6b6b00000000 + k
					 : k < 3 ? m.page_offset + 0x1000 * k
						 : load);
			/* entries of CPUs that cannot be keep what the linker gave them */
			if (!garbage && want > 3)
				want = 3;
			assert_int_equal(vmc_target_cpus(mini_open(&m)), want);
		}
	}
	AUTO_MINI m = mini();
	assert_int_equal(vmc_target_cpus(mini_open(&m)), 0);
}

/* CONFIG_FORCE_NR_CPUS (6.0): no variable. */
static void the_table_ends_itself(void **state)
{
	AUTO_MINI m = mini();
	uint64_t table = mini_variable(&m, "__per_cpu_offset", 8 * 8);

	(void)state;
	for (uint64_t k = 0; k < 5; k++)
		mini_u64(&m, table + 8 * k, m.page_offset + 0x1000 * k);
	assert_int_equal(vmc_target_cpus(mini_open(&m)), 5);
}

/* ---- tables of the kernel that cannot be true ---- */

static void absurd_sizes_of_btf_are_refused(void **state)
{
	static const int64_t sizes[] = { -1, 0, (64 << 20) + 1, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sizes); i++) {
		AUTO_MINI m = mini();
		uint64_t start = mini_alloc(&m, 64);

		mini_symbol(&m, "__start_BTF", 'R', start);
		mini_symbol(&m, "__stop_BTF", 'R', start + (uint64_t)sizes[i]);
		mini_open(&m);
		assert_null(m.target->types);
		assert_non_null(why_missing(m.target, "kernel types (BTF)"));
	}
	AUTO_MINI m = mini();
	uint64_t start = mini_alloc(&m, 64);

	mini_symbol(&m, "__start_BTF", 'R', start);
	mini_symbol(&m, "__stop_BTF", 'R', start + 64);
	mini_open(&m);
	assert_null(m.target->types);
	assert_non_null(why_missing(m.target, "kernel types (BTF)"));
}

static void absurd_orc_tables_are_refused(void **state)
{
	static const uint64_t sizes[] = { 0, 3, UINT64_MAX, 1ull << 40, (uint64_t)-400 };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sizes); i++) {
		AUTO_MINI m = mini();
		uint64_t start = mini_alloc(&m, 600);

		mini_symbol(&m, "__start_orc_unwind_ip", 'R', start);
		mini_symbol(&m, "__stop_orc_unwind_ip", 'R', start + sizes[i]);
		mini_symbol(&m, "__start_orc_unwind", 'R', start);
		mini_symbol(&m, "__stop_orc_unwind", 'R', start + sizes[i]);
		vmc_find_orc(mini_open(&m));
		assert_int_equal(m.target->orc.count, 0);
		assert_int_equal(m.target->orc_version, 0);
		assert_non_null(why_missing(m.target, "ORC unwind tables"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_of_all_ages),
		cmocka_unit_test(all_segments_belong_to_the_module),
		cmocka_unit_test(a_list_in_a_circle_is_left),
		cmocka_unit_test(an_unreadable_entry_ends_the_list),
		cmocka_unit_test(a_nameless_module_is_passed_over),
		cmocka_unit_test(an_endless_list_is_cut),
		cmocka_unit_test(without_types_the_list_is_missing),
		cmocka_unit_test(frames_of_modules_are_unwound_by_their_own_table),
		cmocka_unit_test(module_types_fall_back_to_the_kernels),
		cmocka_unit_test(percpu_symbols_have_a_copy_on_each_cpu),
		cmocka_unit_test(the_number_of_cpus_is_bounded),
		cmocka_unit_test(the_table_ends_itself),
		cmocka_unit_test(absurd_sizes_of_btf_are_refused),
		cmocka_unit_test(absurd_orc_tables_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
