/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ways to a kernel in memory: VMCOREINFO's, the CPU's, and by searching. */
#include <string.h>

#include "mini.h"
#include "target/field.h"

static const struct mini_struct some_types[] = {
	{ "list_head", 16, { { "next", "u64", 0 }, { "prev", "u64", 8 } } },
};

static const char *why_missing(const struct vmc_target *t, const char *what)
{
	for (size_t i = 0; i < t->unavailable.len; i++) {
		if (strcmp(t->unavailable.data[i].what, what) == 0)
			return t->unavailable.data[i].why;
	}
	return NULL;
}

/* All of it was found, and is where the maker put it. */
static void check_found(struct mini *m, struct vmc_target *t)
{
	uint64_t v;
	char raw[16] = "";

	for (size_t i = 0; i < t->unavailable.len; i++)
		fail_msg("%s: %s", t->unavailable.data[i].what, t->unavailable.data[i].why);
	assert_non_null(t->symbols);
	assert_non_null(t->types);
	assert_int_equal(t->text.start, m->text);
	assert_int_equal(t->text.end, m->text + (6 << 20));
	assert_int_equal((uint64_t)t->phys_base, m->phys - (m->text - MINI_MAP));
	assert_int_equal(t->page_offset, m->page_offset);
	assert_int_equal(t->five_level, m->five_level);
	assert_string_equal(t->release, MINI_RELEASE);
	assert_string_equal(t->banner, "Linux version 6.1.0-mini (us@here) (cc 1.0) #1 SMP mini");
	assert_ok(vmc_target_symbol(t, "init_uts_ns", &v));
	assert_int_equal(v, m->uts);
	assert_ok(vmc_memory_read(t->memory, mini_direct(m, m->uts) + 65, raw, 8));
	assert_string_equal(raw, "mininode");
}

static void the_note_leads_to_the_kernel(void **state)
{
	static const struct {
		uint64_t kaslr, phys;
		bool five_level;
	} rows[] = {
		{ 0x1a000000, 0x2000000, false },
		{ 0, 0x1000000, false },
		{ 0x2000000, 0x3c000000, true },
		{ 0x3e400000, 0x200000, true },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++) {
		AUTO_MINI m = mini_at(rows[i].kaslr, rows[i].phys, rows[i].five_level);
		struct vmc_target *t;

		mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
		t = mini_open(&m);
		check_found(&m, t);
		assert_int_equal(t->vmcoreinfo_from, VMC_VMCOREINFO_NOTE);
		assert_true(t->has_kaslr_offset);
		assert_int_equal(t->kaslr_offset, rows[i].kaslr);
	}
}

static void symbols_are_found_by_their_shape(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_target *t;
	uint64_t v;

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	m.no_kallsyms_symbols = true;
	m.fillers = 1100;
	t = mini_open(&m);
	check_found(&m, t);
	assert_ok(vmc_target_symbol(t, "filler_1099", &v));
	assert_int_equal(v, m.text + MINI_CODE / 2 + 16 * 1099);
}

/* A dump that QEMU took: no VMCOREINFO note, but the registers of the CPU. */
static void cpu_state_leads_to_the_kernel(void **state)
{
	(void)state;
	for (int five = 0; five <= 1; five++) {
		AUTO_MINI m = mini_at(0x1a000000, 0x2000000, five);
		struct vmc_target *t;

		mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
		mini_qemu(&m, &(struct mini_cpu){ .cr3 = mini_physical(&m, m.pgd) | 5 /* PCID */,
						  .cr4 = five ? 1 << 12 : 0 });
		m.no_note = m.no_kallsyms_symbols = true;
		m.fillers = 1100;
		t = mini_open(&m);
		check_found(&m, t);
		assert_int_equal(t->vmcoreinfo_from, VMC_VMCOREINFO_MEMORY);
		assert_string_equal(vmc_vmcoreinfo_get(t->vmcoreinfo, "OSRELEASE"), MINI_RELEASE);
		assert_int_equal(t->kaslr_offset, m.kaslr);
	}
}

/* Before 4.13 vmcoreinfo_data was no pointer, but the text. */
static void vmcoreinfo_may_be_an_array(void **state)
{
	AUTO_MINI m = mini();

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	mini_qemu(&m, &(struct mini_cpu){ .cr3 = mini_physical(&m, m.pgd) });
	m.no_note = m.no_kallsyms_symbols = m.no_vmcoreinfo_symbol = true;
	m.fillers = 1100;
	m.vmcoreinfo_at = mini_alloc(&m, 4096);
	mini_symbol(&m, "vmcoreinfo_data", 'D', m.vmcoreinfo_at);
	check_found(&m, mini_open(&m));
	assert_string_equal(vmc_vmcoreinfo_get(m.target->vmcoreinfo, "OSRELEASE"), MINI_RELEASE);
}

/* Before 4.13 the text is an array in .bss: at no start of a page, and here in two pages. */
static void vmcoreinfo_is_found_anywhere_in_a_page(void **state)
{
	AUTO_MINI m = mini();

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	m.no_note = true;
	m.vmcoreinfo_at = mini_pages(&m, 3) + 4096 - 32;
	check_found(&m, mini_open(&m));
	assert_int_equal(m.target->vmcoreinfo_from, VMC_VMCOREINFO_MEMORY);
}

/* With page-table isolation a CPU in user mode runs on the table behind the kernel's. */
static void the_user_half_of_isolation_is_not_taken(void **state)
{
	AUTO_MINI m = mini();
	uint64_t user = m.pgd + 4096, pud = mini_pages(&m, 1), pmd = mini_pages(&m, 1);

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	/* only 2 MiB of entry text */
	mini_u64(&m, user + 8 * 511, mini_physical(&m, pud) | 3);
	mini_u64(&m, pud + 8 * 510, mini_physical(&m, pmd) | 3);
	mini_u64(&m, pmd + 8 * ((m.text - MINI_MAP) >> 21), m.phys | 0x83);
	mini_qemu(&m, &(struct mini_cpu){ .cr3 = mini_physical(&m, user) });
	m.no_note = m.no_kallsyms_symbols = true;
	m.fillers = 1100;
	check_found(&m, mini_open(&m));
}

/* The first CPU was not in this kernel at all. */
static void every_cpu_is_asked(void **state)
{
	AUTO_MINI m = mini();

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	mini_qemu(&m, &(struct mini_cpu){ .cr3 = 0x7000000 });
	mini_qemu(&m, &(struct mini_cpu){ .cr3 = mini_physical(&m, mini_pages(&m, 1)) });
	mini_qemu(&m, &(struct mini_cpu){ .cr3 = mini_physical(&m, m.pgd) });
	m.no_note = m.no_kallsyms_symbols = true;
	m.fillers = 1100;
	check_found(&m, mini_open(&m));
}

static void memory_is_searched_at_last(void **state)
{
	AUTO_MINI m = mini();
	uint64_t decoy = mini_pages(&m, 1);
	struct vmc_target *t;

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	mini_put(&m, decoy, "OSRELEASE=6.1.0-decoy\n", 22);
	m.no_note = true;
	t = mini_open(&m);
	check_found(&m, t);
	assert_int_equal(t->vmcoreinfo_from, VMC_VMCOREINFO_MEMORY);
}

static void without_anything_the_dump_still_opens(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_target *t;
	uint64_t v;

	(void)state;
	m.no_vmcoreinfo = true;
	t = mini_open(&m);
	assert_null(t->vmcoreinfo);
	assert_null(t->symbols);
	assert_int_equal(t->vmcoreinfo_from, VMC_VMCOREINFO_NONE);
	assert_non_null(why_missing(t, "kernel in memory"));
	assert_code(vmc_target_symbol(t, "init_uts_ns", &v), VMC_NOT_FOUND);
	assert_int_equal(vmc_target_cpus(t), 0);
	vmc_target_modules(t);
	assert_int_equal(t->modules.len, 0);
}

static void a_wrong_phys_base_is_put_right(void **state)
{
	static const int64_t lies[] = { 0x200000, -0x200000, 0x7fffffff00000000, 0x123 };

	(void)state;
	/* the segment that maps the text knows better, as init_uts_ns proves */
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lies); i++) {
		AUTO_MINI m = mini();

		mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
		m.phys_base_lie = lies[i];
		m.text_segment = m.text;
		check_found(&m, mini_open(&m));
	}
	/* no NUMBER(phys_base) before 4.10 */
	AUTO_MINI old = mini();
	mini_struct(&old, some_types, VMC_ARRAY_SIZE(some_types));
	old.no_phys_base = true;
	old.text_segment = old.text;
	check_found(&old, mini_open(&old));
	/* no KASLR, loaded where it is linked: phys_base is 0 */
	AUTO_MINI plain = mini_at(0, 0x1000000, false);
	mini_struct(&plain, some_types, VMC_ARRAY_SIZE(some_types));
	plain.no_phys_base = true;
	check_found(&plain, mini_open(&plain));
}

/* makedumpfile's header repeats phys_base; tools that rewrite dumps have left anything there. */
static void a_wrong_phys_base_in_a_header_is_put_right(void **state)
{
	static const int64_t headers[] = { 0, -1, 0x7fffffffffffffff, 0x123456789000 };
	AUTO_MINI old = mini();

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(headers); i++) {
		AUTO_MINI m = mini();

		mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
		check_found(&m, mini_open_kdump(&m, headers[i]));
	}
	/* before 4.10 it is the only word on the matter */
	mini_struct(&old, some_types, VMC_ARRAY_SIZE(some_types));
	old.no_phys_base = true;
	check_found(&old, mini_open_kdump(&old, (int64_t)(old.phys - (old.text - MINI_MAP))));
}

static void a_segment_with_a_wrong_address_does_no_harm(void **state)
{
	AUTO_MINI m = mini();

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	m.text_segment = m.text + 0x600000;
	check_found(&m, mini_open(&m));
}

static void lost_page_tables_cost_only_what_they_map(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_target *t;
	char raw[16] = "";
	uint64_t v;

	(void)state;
	m.no_tables = true;
	t = mini_open(&m);
	assert_non_null(why_missing(t, "kernel page table"));
	assert_non_null(t->symbols);
	assert_string_equal(t->release, MINI_RELEASE);
	assert_ok(vmc_memory_read(t->memory, m.uts + 65, raw, 8));
	assert_string_equal(raw, "mininode");
	/* the direct map is somewhere, but nothing says where */
	assert_code(vmc_memory_translate(t->memory, mini_direct(&m, m.uts), &v), VMC_NOT_RAM);
	assert_int_equal(t->page_offset, 0);
}

/* The variable tells where the direct map is, page tables or not (KASLR moves it, too). */
static void page_offset_base_is_believed(void **state)
{
	AUTO_MINI m = mini();
	uint64_t v = mini_variable(&m, "page_offset_base", 8), p;
	struct vmc_target *t;

	(void)state;
	mini_u64(&m, v, 0xffff9abc40000000);
	m.no_tables = true;
	t = mini_open(&m);
	assert_int_equal(t->page_offset, 0xffff9abc40000000);
	assert_ok(vmc_memory_translate(t->memory, 0xffff9abc40000000 + 0x12345678, &p));
	assert_int_equal(p, 0x12345678);
}

/* VMCOREINFO of another kernel: the banner in memory is what counts. */
static void a_wrong_release_in_vmcoreinfo_is_seen(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_target *t;

	(void)state;
	m.release = "4.18.0-other";
	t = mini_open(&m);
	assert_string_equal(t->release, MINI_RELEASE);
	assert_string_equal(vmc_vmcoreinfo_get(t->vmcoreinfo, "OSRELEASE"), "4.18.0-other");
}

static void without_symbols_vmcoreinfo_answers(void **state)
{
	AUTO_MINI m = mini();
	struct vmc_target *t;
	uint64_t v;

	(void)state;
	m.no_symbols = true;
	t = mini_open(&m);
	assert_null(t->symbols);
	assert_non_null(why_missing(t, "kernel symbols (kallsyms)"));
	assert_string_equal(t->release, MINI_RELEASE);
	assert_ok(vmc_target_symbol(t, "init_uts_ns", &v));
	assert_int_equal(v, m.uts);
	assert_code(vmc_target_symbol(t, "jiffies", &v), VMC_NOT_FOUND);
	assert_false(vmc_target_has_symbol(t, "jiffies", &v));
}

static void addresses_have_names(void **state)
{
	AUTO_MINI m = mini();
	uint64_t f = mini_function(&m, "first", 0x40), g = mini_function(&m, "second", 0x20);
	struct vmc_location l;
	struct vmc_target *t;

	(void)state;
	t = mini_open(&m);
	assert_true(vmc_target_locate(t, g + 5, &l));
	assert_string_equal(l.name, "second");
	assert_int_equal(l.offset, 5);
	assert_null(l.module);
	assert_true(vmc_target_locate(t, g - 1, &l));
	assert_string_equal(l.name, "first");
	assert_int_equal(l.offset, 0x3f);
	assert_int_equal(l.addr, f);
	assert_int_equal(l.size, 0x40);
	assert_true(vmc_target_is_text(t, f));
	assert_false(vmc_target_is_text(t, m.uts));
	assert_false(vmc_target_is_text(t, 0));
	assert_false(vmc_target_locate(t, 0x1000, &l));
	assert_false(vmc_target_locate(t, UINT64_MAX, &l));
}

/* VMCOREINFO's id is garbage in several releases: that of the image's notes decides. */
static void the_build_id_is_that_of_the_notes(void **state)
{
	AUTO_MINI m = mini();
	uint64_t notes = mini_alloc(&m, 64);

	(void)state;
	mini_struct(&m, some_types, VMC_ARRAY_SIZE(some_types));
	/* one of another kind first, as Xen's are */
	mini_u64(&m, notes, 4 | 4ull << 32);
	mini_u64(&m, notes + 8, 6 | 0x006e6558ull << 32);
	mini_u64(&m, notes + 16, 1 | 4ull << 32);
	mini_u64(&m, notes + 24, 8 | 3ull << 32);
	mini_u64(&m, notes + 32, 0x00554e47 | 0x67452301ull << 32);
	mini_u64(&m, notes + 40, 0xefcdab89);
	mini_symbol(&m, "__start_notes", 'R', notes);
	mini_symbol(&m, "__stop_notes", 'R', notes + 44);
	assert_string_equal(mini_open(&m)->build_id, "0123456789abcdef");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_note_leads_to_the_kernel),
		cmocka_unit_test(symbols_are_found_by_their_shape),
		cmocka_unit_test(cpu_state_leads_to_the_kernel),
		cmocka_unit_test(vmcoreinfo_may_be_an_array),
		cmocka_unit_test(vmcoreinfo_is_found_anywhere_in_a_page),
		cmocka_unit_test(the_user_half_of_isolation_is_not_taken),
		cmocka_unit_test(every_cpu_is_asked),
		cmocka_unit_test(memory_is_searched_at_last),
		cmocka_unit_test(without_anything_the_dump_still_opens),
		cmocka_unit_test(a_wrong_phys_base_is_put_right),
		cmocka_unit_test(a_wrong_phys_base_in_a_header_is_put_right),
		cmocka_unit_test(a_segment_with_a_wrong_address_does_no_harm),
		cmocka_unit_test(lost_page_tables_cost_only_what_they_map),
		cmocka_unit_test(page_offset_base_is_believed),
		cmocka_unit_test(a_wrong_release_in_vmcoreinfo_is_seen),
		cmocka_unit_test(without_symbols_vmcoreinfo_answers),
		cmocka_unit_test(addresses_have_names),
		cmocka_unit_test(the_build_id_is_that_of_the_notes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
