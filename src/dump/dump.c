/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/dump.h"

#include <inttypes.h>
#include <string.h>

#include "dump/format.h"
#include "dump/pack.h"

/* makedumpfile --split writes a file a process; 64 is more than anybody starts. */
#define PARTS_MAX 64u
/*
 * Pages above are not recorded, whatever the headers claim: 1 TiB, and as much more as the
 * file's size makes credible. No dump is smaller than its struct pages, 64 bytes for each
 * frame, and these compress to a fourth and better. In any case 16 TiB: half a gigabyte of bits.
 */
#define RECORD_PFNS_SURE ((uint64_t)1 << 28)
#define RECORD_BYTES_A_PFN 4u
#define RECORD_PFNS_MAX ((uint64_t)1 << 32)

struct vmc_dump {
	struct vmc_file *files;
	size_t n_files;
	struct vmc_facts facts;
	const struct vmc_format_ops *ops;
	void *reader;
	struct vmc_pack *pack; /* of a slim dump; NULL */

	uint8_t *touched; /* one bit a page frame, NULL while not recording */
	uint64_t touched_pfns;
	bool paused;
};

void vmc_dump_free(struct vmc_dump *dump)
{
	if (!dump)
		return;
	if (dump->reader)
		dump->ops->free(dump->reader);
	vmc_pack_free(dump->pack);
	vmc_facts_deinit(&dump->facts);
	for (size_t i = 0; i < dump->n_files; i++)
		vmc_file_deinit(&dump->files[i]);
	free(dump->files);
	free(dump->touched);
	free(dump);
}

static struct vmc_error *new_dump(size_t n_files, struct vmc_dump **ret)
{
	struct vmc_dump *d = calloc(1, sizeof(*d));

	if (!d)
		return vmc_error_no_memory();
	vmc_facts_init(&d->facts);
	d->files = calloc(n_files, sizeof(*d->files));
	if (!d->files) {
		free(d);
		return vmc_error_no_memory();
	}
	*ret = d;
	return NULL;
}

static struct vmc_error *finish_open(struct vmc_dump *d)
{
	struct vmc_dump_info *info = &d->facts.info;

	VMC_TRY(vmc_probe(d->files, d->n_files, &d->facts, &d->ops, &d->reader));
	for (size_t i = 0; i < d->n_files; i++) {
		info->file_size += d->files[i].raw_size;
		info->flattened |= d->files[i].flattened;
	}
	info->notes = d->facts.notes.data;
	info->n_notes = d->facts.notes.len;
	info->segments = d->facts.segments.data;
	info->n_segments = d->facts.segments.len;
	vmc_autoerror struct vmc_error *err = vmc_pack_open(info->notes, info->n_notes, &d->pack);
	if (err)
		vmc_facts_incomplete(&d->facts, "%s", vmc_error_text(err));
	return NULL;
}

struct vmc_error *vmc_dump_open(const char *const *paths, size_t n_paths, struct vmc_dump **ret)
{
	vmc_cleanup(vmc_cleanup_dumpp) struct vmc_dump *d = NULL;
	struct vmc_error *err;

	if (!n_paths || n_paths > PARTS_MAX)
		return vmc_error_new(VMC_USAGE, "%zu dump files given; one dump has 1 to %u",
				     n_paths, PARTS_MAX);
	VMC_TRY(new_dump(n_paths, &d));
	for (size_t i = 0; i < n_paths; i++) {
		err = vmc_file_open(paths[i], &d->files[i]);
		if (err)
			return vmc_error_wrap(err, "%s", paths[i]);
		d->n_files = i + 1;
	}
	err = finish_open(d);
	if (err)
		return n_paths == 1 ? vmc_error_wrap(err, "%s", paths[0]) : err;
	*ret = vmc_take(d);
	return NULL;
}

struct vmc_error *vmc_dump_open_bytes(struct vmc_bytes bytes, struct vmc_dump **ret)
{
	vmc_cleanup(vmc_cleanup_dumpp) struct vmc_dump *d = NULL;

	VMC_TRY(new_dump(1, &d));
	VMC_TRY(vmc_file_from_bytes(bytes, &d->files[0]));
	d->n_files = 1;
	VMC_TRY(finish_open(d));
	*ret = vmc_take(d);
	return NULL;
}

const struct vmc_dump_info *vmc_dump_info(const struct vmc_dump *dump)
{
	return &dump->facts.info;
}

/* Bytes that the disk refused are not lost: the user should know the difference. */
static struct vmc_error *io_error(struct vmc_dump *d, uint64_t pfn)
{
	for (size_t i = 0; i < d->n_files; i++) {
		int err = d->files[i].io_error;

		d->files[i].io_error = 0;
		if (err)
			return vmc_error_os(err, "physical 0x%" PRIx64 ": reading the dump file",
					    pfn * VMC_PAGE_SIZE);
	}
	return NULL;
}

static enum vmc_code packed_page(struct vmc_dump *dump, uint64_t pfn, const uint8_t **ret,
				 struct vmc_why *why)
{
	enum vmc_code code = vmc_pack_page(dump->pack, pfn, ret);

	if (code != VMC_OK)
		vmc_why_set(why, code, "the page pack of this slim dump is damaged");
	return code;
}

struct vmc_error *vmc_dump_page(struct vmc_dump *dump, uint64_t pfn, const uint8_t **ret)
{
	struct vmc_why why = { "" };
	enum vmc_code code = vmc_pack_has(dump->pack, pfn)
				     ? packed_page(dump, pfn, ret, &why)
				     : dump->ops->page(dump->reader, pfn, ret, &why);

	if (code == VMC_OK) {
		if (pfn < dump->touched_pfns && !dump->paused)
			dump->touched[pfn / 8] |= (uint8_t)(1u << pfn % 8);
		return NULL;
	}
	if (code == VMC_NO_MEMORY)
		return vmc_error_no_memory();
	VMC_TRY(io_error(dump, pfn));
	/* the topmost pfns have no 64-bit address: show what was asked for */
	if (pfn > UINT64_MAX / VMC_PAGE_SIZE)
		return vmc_error_new(code, "page frame 0x%" PRIx64 ": %s", pfn, why.text);
	return vmc_error_new(code, "physical 0x%" PRIx64 ": %s", pfn * VMC_PAGE_SIZE, why.text);
}

enum vmc_code vmc_dump_page_state(struct vmc_dump *dump, uint64_t pfn)
{
	return vmc_pack_has(dump->pack, pfn) ? VMC_OK : dump->ops->state(dump->reader, pfn);
}

struct vmc_error *vmc_dump_read(struct vmc_dump *dump, uint64_t paddr, void *buf, size_t size)
{
	uint8_t *out = buf;

	if (size && size - 1 > UINT64_MAX - paddr)
		return vmc_error_new(VMC_NOT_RAM,
				     "physical 0x%" PRIx64
				     ": %zu bytes from here leave the address space",
				     paddr, size);
	while (size) {
		size_t within = (size_t)(paddr % VMC_PAGE_SIZE);
		size_t n = VMC_PAGE_SIZE - within < size ? VMC_PAGE_SIZE - within : size;
		const uint8_t *page;

		VMC_TRY(vmc_dump_page(dump, paddr / VMC_PAGE_SIZE, &page));
		memcpy(out, page + within, n);
		out += n;
		paddr += n;
		size -= n;
	}
	return NULL;
}

static struct vmc_error *read_as_reader(void *ctx, uint64_t addr, void *buf, size_t size)
{
	return vmc_dump_read(ctx, addr, buf, size);
}

struct vmc_reader vmc_dump_reader(struct vmc_dump *dump)
{
	return (struct vmc_reader){ .read = read_as_reader, .ctx = dump };
}

bool vmc_dump_next_run(struct vmc_dump *dump, uint64_t from, uint64_t *ret_first,
		       uint64_t *ret_count)
{
	return dump->ops->next_run(dump->reader, from, ret_first, ret_count);
}

bool vmc_dump_next_ram(struct vmc_dump *dump, uint64_t from, uint64_t *ret_first,
		       uint64_t *ret_count)
{
	return dump->ops->next_ram(dump->reader, from, ret_first, ret_count);
}

struct vmc_error *vmc_dump_record(struct vmc_dump *dump)
{
	uint64_t credible = dump->facts.info.file_size / RECORD_BYTES_A_PFN;
	uint64_t pfns = dump->facts.info.max_pfn;

	if (dump->touched)
		return NULL;
	if (credible < RECORD_PFNS_SURE)
		credible = RECORD_PFNS_SURE;
	if (credible > RECORD_PFNS_MAX)
		credible = RECORD_PFNS_MAX;
	if (pfns > credible)
		pfns = credible;
	/* memory is taken only for the parts that are written to */
	dump->touched = calloc(1, (size_t)(pfns / 8 + 1));
	if (!dump->touched)
		return vmc_error_no_memory();
	dump->touched_pfns = pfns;
	return NULL;
}

const uint8_t *vmc_dump_touched(const struct vmc_dump *dump, uint64_t *ret_pfns)
{
	*ret_pfns = dump->touched_pfns;
	return dump->touched;
}

void vmc_dump_record_pause(struct vmc_dump *dump, bool paused)
{
	dump->paused = paused;
}
