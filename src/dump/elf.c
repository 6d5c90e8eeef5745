/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF64 core dumps of a kernel: copies of /proc/vmcore, makedumpfile -E, QEMU
 * dump-guest-memory with and without paging, virsh dump --memory-only.
 *
 * What they do differently from a well-behaved core: program headers in any
 * order, overlapping in physical addresses (/proc/vmcore describes the kernel
 * image and the RAM below it; QEMU with paging describes a page once a mapping,
 * dump/dump.c), more than 65534 of them (then e_phnum is PN_XNUM and the number
 * is in sh_info of section 0), segments that are not page-aligned, p_memsz
 * beyond p_filesz (bytes that read as zero), e_flags bit 0 set by makedumpfile
 * when it ran out of space (DUMP_ELF_INCOMPLETE, elf_info.h), and of course
 * files that end too early.
 */
#include "dump/format.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

#include "dump/cache.h"

#define EHDR_SIZE 64u
#define PHDR_SIZE 56u
#define SHDR_SIZE 64u
#define DUMP_ELF_INCOMPLETE 1u
/* 8192 CPUs need 8 MiB. */
#define NOTE_AREA_MAX (64u << 20)
#define PAGE_MASK ((uint64_t)VMC_PAGE_SIZE - 1)
/* Frames at or above this have no 64-bit physical address. */
#define PFN_END ((uint64_t)1 << 52)

struct elf {
	struct vmc_file *file;
	/*
	 * Physical memory. pos is the file offset: below the end of the file the
	 * bytes are there; at or above it they are lost; VMC_EXTENT_NOWHERE they are
	 * zero. So among overlapping segments, the lower pos is the better one.
	 */
	struct vmc_extents map;
	size_t last;
	uint64_t needed;	 /* size the file should have */
	struct vmc_cache *cache; /* of pages read one by one, by pos; NULL until the first */
	uint8_t page[VMC_PAGE_SIZE];
};

struct header {
	uint16_t type, machine;
	uint32_t version, flags;
	uint64_t phoff, shoff;
	uint16_t phentsize;
	uint64_t phnum;
};

struct phdr {
	uint32_t type;
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

static const uint8_t zero_page[VMC_PAGE_SIZE];

static struct vmc_error *read_header(struct vmc_file *f, struct header *h)
{
	uint8_t buf[EHDR_SIZE];
	const uint8_t *p = vmc_file_view(f, 0, EHDR_SIZE, buf);
	const uint8_t *section0;

	if (!p)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "ELF file of %" PRIu64 " bytes is cut off within its header",
				     f->size);
	if (p[EI_CLASS] != ELFCLASS64)
		return vmc_error_new(VMC_UNSUPPORTED, "ELF core of a 32-bit machine");
	if (p[EI_DATA] != ELFDATA2LSB)
		return vmc_error_new(VMC_UNSUPPORTED, "ELF core of a big-endian machine");
	*h = (struct header){
		.type = vmc_le16(p + 16),
		.machine = vmc_le16(p + 18),
		.version = vmc_le32(p + 20),
		.phoff = vmc_le64(p + 32),
		.shoff = vmc_le64(p + 40),
		.flags = vmc_le32(p + 48),
		.phentsize = vmc_le16(p + 54),
		.phnum = vmc_le16(p + 56),
	};
	if (h->type != ET_CORE)
		return vmc_error_new(
			VMC_NOT_FORMAT,
			"an ELF file of type %u, not a core dump (a vmlinux or module?)", h->type);
	if (h->phnum == PN_XNUM) {
		section0 = vmc_file_view(f, h->shoff, SHDR_SIZE, buf);
		if (!section0)
			return vmc_error_new(VMC_BAD_FORMAT,
					     "number of program headers is in section header 0 at "
					     "%" PRIu64 ", but the file has %" PRIu64 " bytes",
					     h->shoff, f->size);
		h->phnum = vmc_le32(section0 + 44); /* sh_info */
	}
	if (!h->phnum)
		return vmc_error_new(VMC_BAD_FORMAT, "ELF core without program headers");
	if (h->phentsize != PHDR_SIZE)
		return vmc_error_new(VMC_BAD_FORMAT, "program headers of %u bytes, expected %u",
				     h->phentsize, PHDR_SIZE);
	return NULL;
}

static bool read_phdr(struct vmc_file *f, const struct header *h, uint64_t i, struct phdr *ph)
{
	uint8_t buf[PHDR_SIZE];
	const uint8_t *p;

	/* phnum is at most 32 bits wide, so the product fits */
	if (!vmc_range_ok(h->phoff, (i + 1) * PHDR_SIZE, f->size))
		return false;
	p = vmc_file_view(f, h->phoff + i * PHDR_SIZE, PHDR_SIZE, buf);
	*ph = (struct phdr){
		.type = vmc_le32(p),
		.offset = vmc_le64(p + 8),
		.vaddr = vmc_le64(p + 16),
		.paddr = vmc_le64(p + 24),
		.filesz = vmc_le64(p + 32),
		.memsz = vmc_le64(p + 40),
	};
	return true;
}

static bool add_extent(struct elf *e, uint64_t paddr, uint64_t size, uint64_t pos)
{
	return !size || vmc_vec_push(&e->map, (struct vmc_extent){ paddr, paddr + size, pos });
}

/* Bytes of [offset, offset + size) that the file has. */
static uint64_t bytes_in_file(const struct vmc_file *f, uint64_t offset, uint64_t size)
{
	if (offset >= f->size)
		return 0;
	return size < f->size - offset ? size : f->size - offset;
}

static struct vmc_error *add_load(struct elf *e, const struct phdr *ph, struct vmc_facts *facts)
{
	uint64_t in_file = bytes_in_file(e->file, ph->offset, ph->filesz);
	uint64_t size = ph->memsz > ph->filesz ? ph->memsz : ph->filesz;
	struct vmc_segment s = { ph->paddr, ph->vaddr, ph->filesz, ph->memsz, in_file };

	if (!vmc_vec_push(&facts->segments, s))
		return vmc_error_no_memory();
	/* /proc/kcore says paddr -1 for what is not RAM */
	if (ph->paddr == UINT64_MAX || !size)
		return NULL;
	if (size > UINT64_MAX - ph->paddr || ph->filesz > INT64_MAX || ph->offset > INT64_MAX) {
		vmc_facts_incomplete(
			facts, "a segment at physical 0x%" PRIx64 " of %" PRIu64 " bytes cannot be",
			ph->paddr, size);
		return NULL;
	}
	if (ph->filesz && ph->offset + ph->filesz > e->needed)
		e->needed = ph->offset + ph->filesz;
	if (!add_extent(e, ph->paddr, in_file, ph->offset) ||
	    !add_extent(e, ph->paddr + in_file, ph->filesz - in_file, ph->offset + in_file) ||
	    !add_extent(e, ph->paddr + ph->filesz, size - ph->filesz, VMC_EXTENT_NOWHERE))
		return vmc_error_no_memory();
	return NULL;
}

static struct vmc_error *add_notes(struct elf *e, const struct phdr *ph, struct vmc_facts *facts)
{
	uint64_t size = ph->filesz < NOTE_AREA_MAX ? ph->filesz : NOTE_AREA_MAX;
	struct vmc_bytes area;

	VMC_TRY(vmc_file_keep(e->file, ph->offset, size, &facts->arena, &area));
	if (area.size < size)
		vmc_facts_incomplete(facts,
				     "the file ends within the notes, at %zu of %" PRIu64 " bytes",
				     area.size, size);
	return vmc_notes_parse(area, facts);
}

static struct vmc_error *read_segments(struct elf *e, const struct header *h,
				       struct vmc_facts *facts)
{
	struct phdr ph;

	for (uint64_t i = 0; i < h->phnum; i++) {
		if (!read_phdr(e->file, h, i, &ph)) {
			vmc_facts_incomplete(
				facts, "the file ends at program header %" PRIu64 " of %" PRIu64, i,
				h->phnum);
			break;
		}
		if (ph.type == PT_LOAD)
			VMC_TRY(add_load(e, &ph, facts));
		else if (ph.type == PT_NOTE)
			VMC_TRY(add_notes(e, &ph, facts));
	}
	return NULL;
}

static bool has_note(const struct vmc_facts *facts, const char *name, uint32_t type)
{
	for (size_t i = 0; i < facts->notes.len; i++) {
		if (facts->notes.data[i].type == type && vmc_streq(facts->notes.data[i].name, name))
			return true;
	}
	return false;
}

/* Cores of processes carry an auxiliary vector, and know no physical addresses. */
static bool is_user_core(const struct vmc_facts *facts)
{
	for (size_t i = 0; i < facts->segments.len; i++) {
		if (facts->segments.data[i].paddr)
			return false;
	}
	return has_note(facts, "CORE", NT_AUXV) && !facts->info.vmcoreinfo.size;
}

static void judge_completeness(const struct elf *e, const struct header *h, struct vmc_facts *facts)
{
	if (e->needed > e->file->size)
		vmc_facts_incomplete(facts, "the file ends at %s of the %s its segments promise",
				     vmc_size_text(e->file->size).text,
				     vmc_size_text(e->needed).text);
	if (h->flags & DUMP_ELF_INCOMPLETE)
		vmc_facts_incomplete(facts, "makedumpfile marked the dump as incomplete");
	if (e->file->cut)
		vmc_facts_incomplete(facts, "%s", e->file->cut_why);
}

static void elf_free(void *reader)
{
	struct elf *e = reader;

	if (!e)
		return;
	vmc_extents_deinit(&e->map);
	vmc_cache_free(e->cache);
	free(e);
}

VMC_DEFINE_CLEANUP(struct elf *, elf_free, cleanup_elfp)

struct vmc_error *vmc_elf_core_open(struct vmc_file *file, struct vmc_facts *facts, void **ret)
{
	vmc_cleanup(cleanup_elfp) struct elf *e = calloc(1, sizeof(*e));
	struct vmc_dump_info *info = &facts->info;
	struct header h = { 0 };

	if (!e)
		return vmc_error_no_memory();
	e->file = file;
	VMC_TRY(read_header(file, &h));
	VMC_TRY(read_segments(e, &h, facts));
	vmc_notes_find_vmcoreinfo(facts);
	/* makedumpfile writes the program headers of a stream last */
	if (!facts->segments.len)
		return vmc_error_new(VMC_BAD_FORMAT,
				     "ELF core without a segment of memory among %" PRIu64
				     " program headers%s%s",
				     h.phnum, file->cut ? ": " : "", file->cut_why);
	if (is_user_core(facts))
		return vmc_error_new(VMC_NOT_FORMAT, "a core dump of a process, not of a kernel");
	if (!vmc_extents_settle(&e->map, VMC_LOWER_POS_WINS))
		return vmc_error_no_memory();
	info->kind = VMC_DUMP_ELF;
	info->machine = h.machine;
	if (e->map.len)
		info->max_pfn = (e->map.data[e->map.len - 1].end - 1) / VMC_PAGE_SIZE + 1;
	judge_completeness(e, &h, facts);
	*ret = vmc_take(e);
	return NULL;
}

static bool is_lost(const struct elf *e, const struct vmc_extent *x)
{
	return x->pos != VMC_EXTENT_NOWHERE && x->pos >= e->file->size;
}

/* A stream that was cut has holes where segments lie whose bytes never came. */
static bool is_stored(struct elf *e, uint64_t pos, uint64_t size)
{
	return !e->file->cut || vmc_file_has(e->file, pos, size);
}

static enum vmc_code lost(struct elf *e, uint64_t pos, struct vmc_why *why)
{
	return vmc_why_set(
		why, VMC_TRUNCATED,
		"its contents, at %" PRIu64 " of the file, are lost: the file ends at %" PRIu64
		" of %" PRIu64 " bytes",
		pos, e->file->size, e->needed > e->file->size ? e->needed : e->file->size);
}

/* A page that no single extent covers: zero where nothing is known. */
static enum vmc_code assemble(struct elf *e, uint64_t start, size_t i, const uint8_t **ret,
			      struct vmc_why *why)
{
	uint64_t last = start | PAGE_MASK;

	if (ret)
		memset(e->page, 0, sizeof(e->page));
	for (; i < e->map.len && e->map.data[i].start <= last; i++) {
		const struct vmc_extent *x = &e->map.data[i];
		uint64_t from = x->start > start ? x->start : start;
		uint64_t to = x->end - 1 < last ? x->end - 1 : last; /* inclusive */
		size_t size = (size_t)(to - from + 1);
		uint64_t pos = x->pos + (from - x->start);
		uint8_t buf[VMC_PAGE_SIZE];
		const uint8_t *p;

		if (x->pos == VMC_EXTENT_NOWHERE)
			continue;
		if (is_lost(e, x) || !is_stored(e, pos, size))
			return lost(e, pos, why);
		if (!ret)
			continue;
		p = vmc_file_data(e->file, pos, size, buf);
		if (!p)
			return lost(e, pos, why);
		memcpy(e->page + (from - start), p, size);
	}
	if (ret)
		*ret = e->page;
	return VMC_OK;
}

/*
 * A page that lies in the file in one piece. Pages that come by sequential
 * reading are not cached: a scan shall not drive out what is used often.
 */
static enum vmc_code read_page(struct elf *e, uint64_t pos, const uint8_t **ret,
			       struct vmc_why *why)
{
	const uint8_t *p = e->cache ? vmc_cache_get(e->cache, pos) : NULL;
	uint8_t *kept;

	if (!p)
		p = vmc_file_data(e->file, pos, VMC_PAGE_SIZE, e->page);
	if (!p)
		return lost(e, pos, why);
	*ret = p;
	if (p != e->page)
		return VMC_OK;
	if (!e->cache) {
		vmc_autoerror struct vmc_error *err =
			vmc_cache_new(VMC_PAGE_SIZE, VMC_CACHE_BYTES, &e->cache);

		if (err)
			return VMC_NO_MEMORY;
	}
	kept = vmc_cache_take(e->cache, pos);
	if (kept)
		memcpy(kept, p, VMC_PAGE_SIZE);
	return VMC_OK;
}

/* With ret NULL only the state. */
static enum vmc_code lookup(struct elf *e, uint64_t pfn, const uint8_t **ret, struct vmc_why *why)
{
	uint64_t start = pfn * VMC_PAGE_SIZE, pos;
	const struct vmc_extent *x;
	size_t i;

	if (pfn >= PFN_END)
		return vmc_why_set(why, VMC_NOT_RAM, "beyond any physical address");
	i = vmc_extents_find(&e->map, start, e->last);
	if (i == e->map.len || e->map.data[i].start > (start | PAGE_MASK))
		return vmc_why_set(why, VMC_NOT_RAM, "in no segment of the dump");
	e->last = i;
	x = &e->map.data[i];
	if (x->start > start || x->end - start < VMC_PAGE_SIZE)
		return assemble(e, start, i, ret, why);
	pos = x->pos + (start - x->start);
	if (x->pos == VMC_EXTENT_NOWHERE) {
		if (ret)
			*ret = zero_page;
		return VMC_OK;
	}
	if (is_lost(e, x) || !is_stored(e, pos, VMC_PAGE_SIZE))
		return lost(e, pos, why);
	return ret ? read_page(e, pos, ret, why) : VMC_OK;
}

static enum vmc_code elf_page(void *reader, uint64_t pfn, const uint8_t **ret, struct vmc_why *why)
{
	return lookup(reader, pfn, ret, why);
}

static enum vmc_code elf_state(void *reader, uint64_t pfn)
{
	return lookup(reader, pfn, NULL, NULL);
}

static bool elf_next_run(void *reader, uint64_t from, uint64_t *ret_first, uint64_t *ret_count)
{
	struct elf *e = reader;
	uint64_t first, end;
	size_t i;

	if (from >= PFN_END)
		return false;
	i = vmc_extents_find(&e->map, from * VMC_PAGE_SIZE, e->last);
	while (i < e->map.len) {
		const struct vmc_extent *x = &e->map.data[i++];

		if (is_lost(e, x))
			continue;
		first = x->start / VMC_PAGE_SIZE > from ? x->start / VMC_PAGE_SIZE : from;
		end = (x->end - 1) / VMC_PAGE_SIZE + 1;
		for (; i < e->map.len && !is_lost(e, &e->map.data[i]) &&
		       e->map.data[i].start / VMC_PAGE_SIZE <= end;
		     i++)
			end = (e->map.data[i].end - 1) / VMC_PAGE_SIZE + 1;
		/* the page at either rim may share its bytes with a lost extent */
		if (first < end && elf_state(e, first) != VMC_OK)
			first++;
		if (first < end && elf_state(e, end - 1) != VMC_OK)
			end--;
		if (first < end) {
			*ret_first = first;
			*ret_count = end - first;
			return true;
		}
	}
	return false;
}

static bool elf_next_ram(void *reader, uint64_t from, uint64_t *ret_first, uint64_t *ret_count)
{
	const struct elf *e = reader;
	const struct vmc_extent *x;
	size_t i;

	if (from >= PFN_END)
		return false;
	i = vmc_extents_find(&e->map, from * VMC_PAGE_SIZE, e->last);
	if (i == e->map.len)
		return false;
	x = &e->map.data[i];
	*ret_first = x->start / VMC_PAGE_SIZE > from ? x->start / VMC_PAGE_SIZE : from;
	*ret_count = (x->end - 1) / VMC_PAGE_SIZE + 1 - *ret_first;
	return true;
}

const struct vmc_format_ops vmc_elf_ops = {
	.page = elf_page,
	.state = elf_state,
	.next_run = elf_next_run,
	.next_ram = elf_next_ram,
	.free = elf_free,
};
