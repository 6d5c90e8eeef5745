/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile says the same as the vmlinux that it was made of, and nothing once it is damaged. */
#include "../test.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"
#include "debug/dwarf/dwarf.h"
#include "debug/profile/profile.h"
#include "debug/types/btf.h"
#include "debug/unwind/cfi.h"

#define autoelf vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf
#define autosymtab vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab
#define autotypes vmc_cleanup(vmc_cleanup_typesp) struct vmc_types
#define autocfi vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi

static const char *vmlinux; /* the argument */

struct profile {
	uint8_t *bytes;
	size_t size;
};

static struct profile make(bool compress)
{
	autoelf *e = NULL;
	autotypes *dwarf = NULL;
	struct profile p;

	assert_ok(vmc_elf_open(vmlinux, &e));
	assert_ok(vmc_dwarf_open(vmc_elf_file(e), vmlinux, &dwarf));
	assert_ok(vmc_profile_make(e, dwarf, compress, &p.bytes, &p.size));
	return p;
}

/* The bytes as a file; its descriptor may be closed once it is open. */
static struct vmc_error *open_bytes(const uint8_t *bytes, size_t size, struct vmc_elf **ret)
{
	int fd = memfd_create("profile", MFD_CLOEXEC);
	struct vmc_error *err;
	char path[64];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = vmc_elf_open(path, ret);
	close(fd);
	return err;
}

static void same_symbols(struct vmc_elf *a, struct vmc_elf *b)
{
	autosymtab *x = NULL, *y = NULL;

	assert_ok(vmc_elf_symbols(a, &x));
	assert_ok(vmc_elf_symbols(b, &y));
	assert_int_equal(vmc_symtab_count(x), vmc_symtab_count(y));
	assert_true(vmc_symtab_count(x) > 10);
	for (size_t i = 0; i < vmc_symtab_count(x); i++) {
		struct vmc_symbol s = vmc_symtab_at(x, i), t = vmc_symtab_at(y, i);

		assert_string_equal(s.name, t.name);
		assert_int_equal(s.addr, t.addr);
		assert_int_equal(s.size, t.size);
	}
}

static void same_frames(struct vmc_elf *a, struct vmc_elf *b)
{
	struct vmc_cfi_section x = { .bytes = vmc_elf_section(a, ".debug_frame") };
	struct vmc_cfi_section y = { .bytes = vmc_elf_section(b, ".debug_frame") };
	autocfi *c = NULL;

	assert_true(x.bytes.size > 0);
	assert_int_equal(x.bytes.size, y.bytes.size);
	assert_memory_equal(x.bytes.data, y.bytes.data, x.bytes.size);
	assert_ok(vmc_cfi_open(&y, &c));
}

static void same_type(const struct vmc_type *x, const struct vmc_type *y)
{
	assert_int_equal(x->kind, y->kind);
	assert_int_equal(x->size, y->size);
	assert_int_equal(x->n_members, y->n_members);
	for (uint32_t i = 0; i < x->n_members; i++) {
		vmc_autostr struct vmc_str s = { 0 }, t = { 0 };
		struct vmc_member m, n;

		assert_ok(vmc_type_member_at(x, i, &m));
		assert_ok(vmc_type_member_at(y, i, &n));
		assert_string_equal(m.name, n.name);
		assert_int_equal(m.bit_offset, n.bit_offset);
		assert_int_equal(m.bit_size, n.bit_size);
		assert_ok(vmc_type_spell(m.type, &s));
		assert_ok(vmc_type_spell(n.type, &t));
		assert_string_equal(vmc_str_text(&s), vmc_str_text(&t));
	}
}

static void same_types(struct vmc_elf *a, struct vmc_elf *b)
{
	static const char *const names[] = { "struct task_struct", "struct pt_regs",
					     "struct list_head", "struct file", "u64" };
	autotypes *x = NULL, *y = NULL;

	assert_ok(vmc_dwarf_open(vmc_elf_file(a), vmlinux, &x));
	assert_ok(vmc_btf_open(vmc_elf_section(b, ".BTF"), false, NULL, &y));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		const struct vmc_type *s, *t;

		assert_ok(vmc_types_find(x, names[i], &s));
		assert_ok(vmc_types_find(y, names[i], &t));
		if (s->kind == VMC_TYPE_STRUCT)
			same_type(s, t);
		else
			assert_int_equal(s->size, t->size);
	}
}

static void test_says_the_same(void **state)
{
	(void)state;
	for (int compress = 0; compress < 2; compress++) {
		struct profile p = make(compress);
		autoelf *a = NULL, *b = NULL;
		bool is = false;

		assert_ok(vmc_elf_open(vmlinux, &a));
		assert_ok(open_bytes(p.bytes, p.size, &b));
		assert_ok(vmc_profile_check(a, &is));
		assert_false(is);
		assert_ok(vmc_profile_check(b, &is));
		assert_true(is);
		assert_true(strlen(vmc_elf_build_id(a)) == 40);
		assert_string_equal(vmc_elf_build_id(a), vmc_elf_build_id(b));
		assert_string_equal(vmc_elf_banner(a), vmc_elf_banner(b));
		same_symbols(a, b);
		same_frames(a, b);
		same_types(a, b);
		free(p.bytes);
	}
}

static void test_one_of_a_profile(void **state)
{
	struct profile first = make(true), plain = make(false);
	autoelf *e = NULL, *again = NULL;
	struct profile p;
	bool is;

	(void)state;
	assert_ok(open_bytes(first.bytes, first.size, &e));
	assert_ok(vmc_profile_make(e, NULL, false, &p.bytes, &p.size));
	assert_int_equal(p.size, plain.size);
	assert_ok(open_bytes(p.bytes, p.size, &again));
	assert_ok(vmc_profile_check(again, &is));
	assert_true(is);
	same_symbols(e, again);
	assert_true(first.size < plain.size);
	free(p.bytes);
	free(first.bytes);
	free(plain.bytes);
}

static void test_equal_every_time(void **state)
{
	struct profile a = make(true), b = make(true);

	(void)state;
	assert_int_equal(a.size, b.size);
	assert_memory_equal(a.bytes, b.bytes, a.size);
	free(a.bytes);
	free(b.bytes);
}

/* Whatever bit is wrong: no profile, no ELF file, or one that was damaged; never a good one. */
static void test_damage_is_seen(void **state)
{
	struct profile p = make(true);

	(void)state;
	for (size_t at = 0; at < p.size; at += at < 4096 ? 1 : 997) {
		autoelf *e = NULL;
		bool is = false;
		struct vmc_error *err;

		p.bytes[at] ^= 1u << at % 8;
		err = open_bytes(p.bytes, p.size, &e);
		if (!err)
			err = vmc_profile_check(e, &is);
		assert_true(err || !is);
		vmc_error_free(err);
		p.bytes[at] ^= 1u << at % 8;
	}
	free(p.bytes);
}

static void test_of_another_version(void **state)
{
	static const uint8_t seal[] = { 10, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 'v', 'm', 'c' };
	struct profile p = make(false);
	autoelf *e = NULL;
	uint8_t *note = memmem(p.bytes, p.size, seal, sizeof(seal));
	bool is;

	(void)state;
	assert_non_null(note);
	note[24] = 99;
	assert_ok(open_bytes(p.bytes, p.size, &e));
	assert_code(vmc_profile_check(e, &is), VMC_UNSUPPORTED);
	free(p.bytes);
}

static void test_nothing_to_make_it_of(void **state)
{
	autoelf *e = NULL;
	struct profile p;

	(void)state;
	assert_ok(vmc_elf_open(vmlinux, &e));
	/* its types are DWARF, which nobody opened */
	assert_code(vmc_profile_make(e, NULL, true, &p.bytes, &p.size), VMC_NOT_FOUND);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_the_same),
		cmocka_unit_test(test_one_of_a_profile),
		cmocka_unit_test(test_equal_every_time),
		cmocka_unit_test(test_damage_is_seen),
		cmocka_unit_test(test_of_another_version),
		cmocka_unit_test(test_nothing_to_make_it_of),
	};

	if (argc != 2)
		return 1;
	vmlinux = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
