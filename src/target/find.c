/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page table, the image and VMCOREINFO. Nothing is assumed that can be
 * measured: the image is where the page table maps it, phys_base is what the
 * mapping says, and VMCOREINFO's words are checked against memory.
 */
#include "target/find.h"

#include <inttypes.h>
#include <string.h>

#define NT_PRSTATUS 1
#define CPUS_MAX 8192
#define CR4_LA57 (1ull << 12)
#define ROOT_MASK 0x000ffffffffff000ull
/* With page-table isolation the user half's table is the page behind the kernel's. */
#define PTI_PAIR_MASK (~0x1fffull)
/* An image below this is only the entry text that isolation leaves mapped. */
#define IMAGE_MIN (4ull << 20)
#define WALK_BUDGET 20000u
#define LEAF_2M (2ull << 20)
/* Freed init memory leaves a hole in the image mapping; a wider one is its end. */
#define HOLE_MAX (32ull << 20)
#define IMAGE_GUESS (96ull << 20)
#define VMCOREINFO_MAX 65536u

void vmc_find_notes(struct vmc_target *t)
{
	const struct vmc_dump_info *info = vmc_dump_info(t->dump);
	bool qemu = false;

	for (size_t i = 0; i < info->n_notes; i++)
		qemu |= strcmp(info->notes[i].name, "QEMU") == 0;
	for (size_t i = 0; i < info->n_notes && t->notes.len < CPUS_MAX; i++) {
		const struct vmc_note *n = &info->notes[i];
		struct vmc_cpu_note c = { .from_qemu = qemu };
		struct vmc_error *err;

		if (qemu && strcmp(n->name, "QEMU") == 0) {
			err = vmc_x86_64_qemu_note(n->desc, &c.regs);
		} else if (!qemu && n->type == NT_PRSTATUS && strcmp(n->name, "CORE") == 0) {
			err = vmc_x86_64_prstatus(n->desc, &c.regs, &c.pid);
			c.has_pid = true;
		} else {
			continue;
		}
		if (err)
			vmc_target_missing(t, err, VMC_SAY("registers of note %zu"), i);
		else if (!vmc_vec_push(&t->notes, c))
			return;
	}
}

/*
 * Collects the pieces of the image mapping from `from` on. The image is one
 * block: a hole wider than HOLE_MAX ends it.
 */
static struct vmc_error *measure_image(struct vmc_target *t, const struct vmc_page_table *pt,
				       uint64_t from, struct vmc_image *image, int64_t *phys_base)
{
	struct vmc_reader phys = vmc_memory_phys_reader(t->memory);
	uint64_t va = from, end = 0;
	unsigned int leaves = 0;

	*image = (struct vmc_image){ 0 };
	while (va >= from && va <= VMC_KERNEL_MAP_LAST && leaves++ < WALK_BUDGET) {
		struct vmc_image_piece *last = image->n ? &image->pieces[image->n - 1] : NULL;
		struct vmc_translation tr;
		uint64_t at, leaf_end;

		if (!vmc_x86_64_next_mapped(&phys, pt, va, VMC_KERNEL_MAP_LAST, 2000, &at, &tr))
			break;
		if (!image->n)
			*phys_base = (int64_t)(tr.paddr - (at - VMC_START_KERNEL_MAP));
		else if (at - end > HOLE_MAX)
			break;
		leaf_end = (at & ~(tr.page_size - 1)) + tr.page_size;
		if (last && last->flags == tr.flags && last->range.end == at) {
			last->range.end = leaf_end;
		} else if (image->n < VMC_ARRAY_SIZE(image->pieces)) {
			image->pieces[image->n++] =
				(struct vmc_image_piece){ { at, leaf_end }, tr.flags };
		} else {
			break;
		}
		va = end = leaf_end;
	}
	if (!image->n)
		return vmc_error_new(VMC_UNMAPPED, "no kernel image is mapped in this page table");
	if (end - image->pieces[0].range.start < IMAGE_MIN)
		return vmc_error_new(VMC_UNMAPPED,
				     "only %" PRIu64
				     " KiB of kernel image are mapped in this page table",
				     (end - image->pieces[0].range.start) / 1024);
	return NULL;
}

static struct vmc_error *use_image(struct vmc_target *t, const struct vmc_image *image,
				   const struct vmc_page_table *pt, int64_t phys_base)
{
	t->text.start = image->pieces[0].range.start;
	t->text.end = image->pieces[image->n - 1].range.end;
	t->phys_base = phys_base;
	t->five_level = pt->five_level;
	vmc_memory_set_page_table(t->memory, pt);
	return vmc_memory_add_linear(
		t->memory,
		(struct vmc_linear){ t->text.start, t->text.end - t->text.start,
				     t->text.start - VMC_START_KERNEL_MAP + (uint64_t)phys_base });
}

/* phys_base candidates, best first; returns how many. */
static size_t phys_base_candidates(struct vmc_target *t, int64_t ret[4])
{
	const struct vmc_dump_info *info = vmc_dump_info(t->dump);
	size_t n = 0;

	if (vmc_vmcoreinfo_number(t->vmcoreinfo, "phys_base", &ret[n]))
		n++;
	for (size_t i = 0; i < info->n_segments && n < 2; i++) {
		const struct vmc_segment *s = &info->segments[i];

		if (s->vaddr >= VMC_START_KERNEL_MAP && s->vaddr <= VMC_KERNEL_MAP_LAST)
			ret[n++] = (int64_t)(s->paddr - (s->vaddr - VMC_START_KERNEL_MAP));
	}
	if (info->has_phys_base)
		ret[n++] = info->phys_base;
	ret[n++] = 0;
	return n;
}

/*
 * True when the text at init_uts_ns names the release that VMCOREINFO names:
 * then phys_base is right.
 */
static bool uts_agrees(struct vmc_target *t, int64_t phys_base)
{
	const char *release = vmc_vmcoreinfo_get(t->vmcoreinfo, "OSRELEASE");
	uint64_t uts, name = 4;
	char buf[65] = "";

	if (!release || !vmc_vmcoreinfo_symbol(t->vmcoreinfo, "init_uts_ns", &uts))
		return false;
	vmc_vmcoreinfo_offset(t->vmcoreinfo, "uts_namespace.name", &name);
	/* struct new_utsname: sysname[65] nodename[65] release[65] ... */
	vmc_autoerror struct vmc_error *err = vmc_memory_read_phys(
		t->memory, uts - VMC_START_KERNEL_MAP + (uint64_t)phys_base + name + 130, buf, 64);
	return !err && strcmp(buf, release) == 0;
}

struct vmc_error *vmc_find_by_vmcoreinfo(struct vmc_target *t, struct vmc_image *image)
{
	uint64_t stext, root, offset;
	int64_t number, candidates[4], phys_base;
	struct vmc_page_table pt = { 0 };
	struct vmc_error *err;
	size_t n;

	if (!vmc_vmcoreinfo_symbol(t->vmcoreinfo, "_stext", &stext) ||
	    !vmc_vmcoreinfo_symbol(t->vmcoreinfo, "swapper_pg_dir", &root))
		return vmc_error_new(VMC_BAD_FORMAT,
				     "VMCOREINFO lacks SYMBOL(_stext) or SYMBOL(swapper_pg_dir)");
	if (stext < VMC_START_KERNEL_MAP || stext > VMC_KERNEL_MAP_LAST)
		return vmc_error_new(VMC_UNSUPPORTED,
				     "_stext at 0x%" PRIx64 " is not where x86-64 kernels are",
				     stext);
	n = phys_base_candidates(t, candidates);
	phys_base = candidates[0];
	for (size_t i = 0; i < n; i++) {
		if (uts_agrees(t, candidates[i])) {
			phys_base = candidates[i];
			break;
		}
	}
	pt.root = (root - VMC_START_KERNEL_MAP + (uint64_t)phys_base) & ROOT_MASK;
	if (vmc_vmcoreinfo_number(t->vmcoreinfo, "pgtable_l5_enabled", &number))
		pt.five_level = number != 0;
	if (vmc_vmcoreinfo_number(t->vmcoreinfo, "sme_mask", &number))
		pt.encryption_mask = (uint64_t)number;
	if (vmc_vmcoreinfo_hex(t->vmcoreinfo, "KERNELOFFSET", &offset)) {
		t->kaslr_offset = offset;
		t->has_kaslr_offset = true;
	}
	err = measure_image(t, &pt, stext & ~(LEAF_2M - 1), image, &number);
	if (err) {
		/* the page tables are gone: arithmetic still reaches the image */
		vmc_target_missing(t, err, VMC_SAY("kernel page table"));
		image->n = 1;
		image->pieces[0] = (struct vmc_image_piece){
			{ stext & ~(LEAF_2M - 1), (stext & ~(LEAF_2M - 1)) + IMAGE_GUESS }, 0
		};
	} else if (number != phys_base && !uts_agrees(t, phys_base)) {
		phys_base = number;
	}
	return use_image(t, image, &pt, phys_base);
}

struct vmc_error *vmc_find_by_cpu_state(struct vmc_target *t, struct vmc_image *image)
{
	struct vmc_error *err = NULL;

	for (size_t i = 0; i < t->notes.len; i++) {
		const struct vmc_regs *r = &t->notes.data[i].regs;
		const uint64_t masks[] = { ROOT_MASK, ROOT_MASK & PTI_PAIR_MASK };

		if (!vmc_regs_has(r, VMC_X86_CR3))
			continue;
		for (size_t k = 0; k < VMC_ARRAY_SIZE(masks); k++) {
			struct vmc_page_table pt = { .root = r->value[VMC_X86_CR3] & masks[k],
						     .five_level =
							     r->value[VMC_X86_CR4] & CR4_LA57 };
			int64_t phys_base;

			vmc_error_free(err);
			err = measure_image(t, &pt, VMC_START_KERNEL_MAP, image, &phys_base);
			if (!err)
				return use_image(t, image, &pt, phys_base);
		}
	}
	if (err)
		return vmc_error_wrap(err, "CR3 of the CPU notes");
	return vmc_error_new(VMC_NOT_FOUND, "no note of this dump holds control registers");
}

static struct vmc_error *take_vmcoreinfo(struct vmc_target *t, const void *text, size_t size)
{
	vmc_cleanup(vmc_cleanup_vmcoreinfop) struct vmc_vmcoreinfo *v = NULL;

	VMC_TRY(vmc_vmcoreinfo_parse((struct vmc_bytes){ text, size }, &v));
	if (!vmc_vmcoreinfo_get(v, "SYMBOL(_stext)"))
		return vmc_error_new(VMC_BAD_FORMAT, "text without SYMBOL(_stext)");
	t->vmcoreinfo = vmc_take(v);
	t->vmcoreinfo_from = VMC_VMCOREINFO_MEMORY;
	return NULL;
}

/*
 * The text at `offset` of a page: a page of its own since 4.13 (203e9e41219b), before that an
 * array somewhere in .bss, and another behind the head of an ELF note. Nothing where it is none.
 */
static bool take_at(struct vmc_target *t, uint64_t pfn, size_t offset)
{
	uint8_t text[VMC_PAGE_SIZE];
	size_t size = sizeof(text);
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read_phys(t->memory, pfn * VMC_PAGE_SIZE + offset, text, size);

	if (err) {
		vmc_error_free(err);
		size -= offset;
		err = vmc_memory_read_phys(t->memory, pfn * VMC_PAGE_SIZE + offset, text, size);
	}
	vmc_autoerror struct vmc_error *bad = err ? NULL : take_vmcoreinfo(t, text, size);
	return !err && !bad;
}

struct vmc_error *vmc_find_vmcoreinfo_by_scan(struct vmc_target *t, uint64_t budget)
{
	static const char magic[] = "OSRELEASE=";
	uint64_t first, count, pfn = 0, looked = 0;

	while (vmc_dump_next_run(t->dump, pfn, &first, &count)) {
		for (pfn = first; pfn < first + count; pfn++) {
			const uint8_t *page;
			vmc_autoerror struct vmc_error *err = NULL;
			uint32_t hits[4];
			size_t n = 0;

			if (looked++ == budget)
				return vmc_error_new(VMC_LIMIT,
						     "not in the first %" PRIu64
						     " MiB of memory; the rest was not searched",
						     budget >> 8);
			err = vmc_dump_page(t->dump, pfn, &page);
			/* both arrays are aligned to 4 at least, and the head has 24 bytes */
			for (size_t at = 0; !err && at + sizeof(magic) < VMC_PAGE_SIZE; at += 4) {
				if (memcmp(page + at, magic, sizeof(magic) - 1) == 0 &&
				    n < VMC_ARRAY_SIZE(hits))
					hits[n++] = (uint32_t)at;
			}
			for (size_t i = 0; i < n; i++) {
				if (take_at(t, pfn, hits[i]))
					return NULL;
			}
		}
		if (pfn + count < pfn)
			break;
	}
	return vmc_error_new(VMC_NOT_FOUND, "no page of this dump holds VMCOREINFO");
}

struct vmc_error *vmc_find_vmcoreinfo_by_symbol(struct vmc_target *t)
{
	struct vmc_reader mem = vmc_memory_reader(t->memory);
	uint64_t addr, text, size = VMC_PAGE_SIZE;
	vmc_autofree uint8_t *buf = malloc(VMCOREINFO_MAX);

	if (!buf)
		return vmc_error_no_memory();
	VMC_TRY(vmc_target_symbol(t, "vmcoreinfo_data", &addr));
	VMC_TRY(vmc_read_u64(&mem, addr, &text));
	/* before 4.13 vmcoreinfo_data was the text itself, an array */
	if (!(text >> 63))
		text = addr;
	if (vmc_target_has_symbol(t, "vmcoreinfo_size", &addr)) {
		VMC_TRY(vmc_read_u64(&mem, addr, &size));
		if (size == 0 || size > VMCOREINFO_MAX)
			return vmc_error_new(VMC_BAD_FORMAT, "vmcoreinfo_size is %" PRIu64, size);
	}
	VMC_TRY(vmc_memory_read(t->memory, text, buf, size));
	return vmc_error_wrap(take_vmcoreinfo(t, buf, size), "vmcoreinfo_data");
}
