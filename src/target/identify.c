/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the found kernel is and knows of itself: symbols, types, banner,
 * regions, unwind tables, build id.
 */
#include <inttypes.h>
#include <string.h>

#include "debug/source/kernel-id.h"
#include "debug/types/btf.h"
#include "target/find.h"

#define BANNER_START "Linux version "
/* All tables of kallsyms together, for millions of symbols. */
#define TABLES_MAX (64u << 20)
#define BTF_MAX (64u << 20)
#define ORC_ENTRY_SIZE 6u
/* A build id, and what hypervisors and the linker leave beside it. */
#define NOTES_MAX 4096u
/* x86-64 defaults where the kernel has no variable for them (Documentation/arch/x86/x86_64/mm.rst).
 */
#define PAGE_OFFSET_4LEVEL 0xffff888000000000ull
#define PAGE_OFFSET_5LEVEL 0xff11000000000000ull
#define PAGE_OFFSET_4LEVEL_OLD 0xffff880000000000ull /* before 4.20 and its backports */
#define PAGE_OFFSET_5LEVEL_OLD 0xff10000000000000ull
/* Without KASLR, and before 4.8 that could move them. */
#define VMALLOC_START_4LEVEL 0xffffc90000000000ull
#define VMEMMAP_START_4LEVEL 0xffffea0000000000ull
#define DIRECT_MAP_SIZE_4LEVEL (64ull << 40)
#define DIRECT_MAP_SIZE_5LEVEL (32ull << 50)

/* Reads the tables from end to end: what stands between them is looked at when they are found. */
static void touch_tables(struct vmc_target *t, const struct vmc_kallsyms_tables *k)
{
	const uint64_t tables[] = { k->names,	k->num_syms,	  k->token_table, k->token_index,
				    k->offsets, k->relative_base, k->addresses };
	uint64_t low = UINT64_MAX, high = 0;
	uint8_t byte;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(tables); i++) {
		if (!tables[i])
			continue;
		low = tables[i] < low ? tables[i] : low;
		high = tables[i] > high ? tables[i] : high;
	}
	for (uint64_t va = low; va <= high && high - low < TABLES_MAX; va += VMC_PAGE_SIZE)
		vmc_error_free(vmc_memory_read(t->memory, va, &byte, 1));
}

static struct vmc_error *find_tables(struct vmc_target *t, const struct vmc_image *image,
				     struct vmc_kallsyms_tables *ret)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	struct vmc_range ranges[2 * VMC_ARRAY_SIZE(image->pieces)];
	const unsigned int rodata = VMC_MAP_NOEXEC;
	size_t n = 0;

	/* the tables are read-only data: look there first, then everywhere else */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < image->n; i++) {
			unsigned int kind =
				image->pieces[i].flags & (VMC_MAP_NOEXEC | VMC_MAP_WRITE);

			if ((kind == rodata) == (pass == 0))
				ranges[n++] = image->pieces[i].range;
		}
	}
	/* of what is searched only what is found belongs into a slim dump */
	vmc_dump_record_pause(t->dump, true);
	struct vmc_error *err = vmc_kallsyms_find(&mem, ranges, n, ret);
	vmc_dump_record_pause(t->dump, false);
	if (!err)
		touch_tables(t, ret);
	return err;
}

struct vmc_error *vmc_find_symbols(struct vmc_target *t, const struct vmc_image *image)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	struct vmc_kallsyms_tables k = { 0 };
	uint64_t stext = 0;
	struct vmc_error *err;

	vmc_vmcoreinfo_symbol(t->vmcoreinfo, "_stext", &stext);
	if (vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_names", &k.names)) {
		vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_num_syms", &k.num_syms);
		vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_token_table", &k.token_table);
		vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_token_index", &k.token_index);
		vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_offsets", &k.offsets);
		vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_relative_base", &k.relative_base);
		vmc_vmcoreinfo_symbol(t->vmcoreinfo, "kallsyms_addresses", &k.addresses);
		err = vmc_kallsyms_load(&mem, &k, stext, t->text, &t->symbols);
		if (!err)
			return NULL;
		/* VMCOREINFO's addresses did not lead there: the shape may */
		vmc_error_free(err);
	}
	VMC_TRY(find_tables(t, image, &k));
	return vmc_kallsyms_load(&mem, &k, stext, t->text, &t->symbols);
}

/* The variable's value, or 0 where the kernel has no such variable. */
static uint64_t variable(struct vmc_target *t, const char *name)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	uint64_t addr, v = 0;

	if (!vmc_target_has_symbol(t, name, &addr))
		return 0;
	vmc_autoerror struct vmc_error *err = vmc_read_u64(&mem, addr, &v);
	return err ? 0 : v;
}

/* The direct map is where the page table maps the image's physical address a second time. */
static bool is_direct_map(struct vmc_target *t, uint64_t base)
{
	uint64_t image_phys = t->text.start - VMC_START_KERNEL_MAP + (uint64_t)t->phys_base, phys;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_translate(t->memory, base + image_phys, &phys);

	return !err && phys == image_phys;
}

void vmc_find_regions(struct vmc_target *t)
{
	uint64_t candidates[] = { variable(t, "page_offset_base"),
				  t->five_level ? PAGE_OFFSET_5LEVEL : PAGE_OFFSET_4LEVEL,
				  t->five_level ? PAGE_OFFSET_5LEVEL_OLD : PAGE_OFFSET_4LEVEL_OLD };

	t->vmalloc_start = variable(t, "vmalloc_base");
	t->vmemmap_start = variable(t, "vmemmap_base");
	for (size_t i = 0; i < VMC_ARRAY_SIZE(candidates) && !t->page_offset; i++) {
		if (candidates[i] && is_direct_map(t, candidates[i]))
			t->page_offset = candidates[i];
	}
	if (t->page_offset && !candidates[0] && !t->five_level) {
		t->vmalloc_start = VMALLOC_START_4LEVEL;
		t->vmemmap_start = VMEMMAP_START_4LEVEL;
	}
	/* the variable alone is believed where page tables are missing */
	if (!t->page_offset)
		t->page_offset = candidates[0];
	if (!t->page_offset)
		return;
	uint64_t size = t->five_level ? DIRECT_MAP_SIZE_5LEVEL : DIRECT_MAP_SIZE_4LEVEL;
	if (t->vmalloc_start > t->page_offset && t->vmalloc_start - t->page_offset < size)
		size = t->vmalloc_start - t->page_offset;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_add_linear(t->memory, (struct vmc_linear){ t->page_offset, size, 0 });
	if (err)
		t->page_offset = 0;
}

struct vmc_error *vmc_find_types(struct vmc_target *t)
{
	uint64_t start, stop, size;
	vmc_autofree uint8_t *buf = NULL;

	if (t->symbols && !vmc_target_has_symbol(t, "__start_BTF", &start))
		return vmc_error_new(VMC_NOT_FOUND,
				     "this kernel was built without BTF; its vmlinux "
				     "with debug info has them");
	VMC_TRY(vmc_target_symbol(t, "__start_BTF", &start));
	VMC_TRY(vmc_target_symbol(t, "__stop_BTF", &stop));
	size = stop - start;
	if (stop <= start || size > BTF_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "BTF of %" PRIu64 " bytes", size);
	buf = malloc(size);
	if (!buf)
		return vmc_error_no_memory();
	VMC_TRY(vmc_error_wrap(vmc_memory_read(t->memory, start, buf, size), "BTF"));
	VMC_TRY(vmc_btf_open((struct vmc_bytes){ buf, size }, false, NULL, &t->types));
	t->btf = vmc_take(buf);
	return NULL;
}

struct vmc_error *vmc_find_banner(struct vmc_target *t)
{
	uint64_t addr;
	char buf[512];
	size_t len;

	VMC_TRY(vmc_target_symbol(t, "linux_banner", &addr));
	VMC_TRY(vmc_memory_read_string(t->memory, addr, buf, sizeof(buf)));
	if (!vmc_str_starts(buf, BANNER_START))
		return vmc_error_new(VMC_MISMATCH, "linux_banner does not read \"%s...\"",
				     BANNER_START);
	len = strcspn(buf, "\n");
	buf[len] = '\0';
	t->banner = vmc_arena_strdup(&t->arena, buf);
	len = strcspn(buf + sizeof(BANNER_START) - 1, " ");
	if (len >= sizeof(t->release))
		len = sizeof(t->release) - 1;
	memcpy(t->release, buf + sizeof(BANNER_START) - 1, len);
	t->release[len] = '\0';
	return NULL;
}

/* The notes of the image, as the linker made them: what no bug of VMCOREINFO touches. */
static bool read_notes(struct vmc_target *t, char ret[VMC_BUILD_ID_TEXT])
{
	uint64_t start, stop;
	uint8_t notes[NOTES_MAX];

	if (!vmc_target_has_symbol(t, "__start_notes", &start) ||
	    !vmc_target_has_symbol(t, "__stop_notes", &stop) || stop <= start ||
	    stop - start > sizeof(notes))
		return false;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read(t->memory, start, notes, stop - start);
	return !err && vmc_notes_build_id((struct vmc_bytes){ notes, stop - start }, 4, ret);
}

void vmc_find_build_id(struct vmc_target *t)
{
	const char *said = vmc_vmcoreinfo_get(t->vmcoreinfo, "BUILD-ID");

	if (read_notes(t, t->build_id))
		return;
	if (said && *t->release && !vmc_build_id_is_garbage(t->release) &&
	    strlen(said) < sizeof(t->build_id))
		memcpy(t->build_id, said, strlen(said) + 1);
}

void vmc_find_orc(struct vmc_target *t)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	uint64_t ip, ip_end, entries, entries_end;
	struct vmc_error *err;

	if (t->orc_tried)
		return;
	t->orc_tried = true;
	/* a kernel that was built with frame pointers lacks nothing */
	if (t->no_orc || (t->symbols && !vmc_target_has_symbol(t, "__start_orc_unwind_ip", &ip)))
		return;
	err = vmc_target_symbol(t, "__start_orc_unwind_ip", &ip);
	if (!err)
		err = vmc_target_symbol(t, "__stop_orc_unwind_ip", &ip_end);
	if (!err)
		err = vmc_target_symbol(t, "__start_orc_unwind", &entries);
	if (!err)
		err = vmc_target_symbol(t, "__stop_orc_unwind", &entries_end);
	if (!err) {
		uint64_t by_ip = (ip_end - ip) / 4,
			 by_entry = (entries_end - entries) / ORC_ENTRY_SIZE;

		t->orc = (struct vmc_orc_table){ ip, entries, by_ip < by_entry ? by_ip : by_entry };
		err = vmc_orc_version(&mem, &t->orc, &t->orc_version);
	}
	if (err) {
		t->orc = (struct vmc_orc_table){ 0 };
		vmc_target_missing(t, err, VMC_SAY("ORC unwind tables"));
	}
}
