/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the time goes: nearly every read of an analysis is a few bytes of a
 * page that was read a moment ago. So translations are kept in a small
 * direct-mapped cache (4 KiB page -> physical page), and the bytes are asked of
 * the dump each time: its own page cache makes that a hash lookup, and no
 * pointer into it has to outlive the call. Bytes are therefore never stale and
 * the record of touched pages (vmc_dump_record) stays complete.
 */
#include "memory/memory.h"

#include <inttypes.h>

#define LINEAR_MAX 8
#define TLB_SIZE 256u /* entries, 16 bytes each; covers 1 MiB, a power of two */

struct tlb_entry {
	uint64_t tag; /* virtual page number + 1; 0 is an empty entry */
	uint64_t paddr;
};

/* Translations of one page table. */
struct space {
	bool set;
	struct vmc_page_table pt;
	struct tlb_entry tlb[TLB_SIZE];
};

struct vmc_memory {
	struct vmc_dump *dump;
	struct vmc_linear linear[LINEAR_MAX];
	size_t n_linear;
	struct space kernel;
	struct space user; /* of the process that was read last */
};

struct vmc_error *vmc_memory_new(struct vmc_dump *dump, struct vmc_memory **ret)
{
	struct vmc_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return vmc_error_no_memory();
	m->dump = dump;
	*ret = m;
	return NULL;
}

void vmc_memory_free(struct vmc_memory *m)
{
	free(m);
}

struct vmc_dump *vmc_memory_dump(const struct vmc_memory *m)
{
	return m->dump;
}

static void space_set(struct space *s, const struct vmc_page_table *pt)
{
	*s = (struct space){ .set = pt != NULL };
	if (pt)
		s->pt = *pt;
}

void vmc_memory_set_page_table(struct vmc_memory *m, const struct vmc_page_table *pt)
{
	/* pt may be m's own. */
	struct vmc_page_table copy = pt ? *pt : (struct vmc_page_table){ 0 };

	space_set(&m->kernel, pt ? &copy : NULL);
	space_set(&m->user, NULL);
}

const struct vmc_page_table *vmc_memory_page_table(const struct vmc_memory *m)
{
	return m->kernel.set ? &m->kernel.pt : NULL;
}

struct vmc_error *vmc_memory_add_linear(struct vmc_memory *m, struct vmc_linear l)
{
	if (l.size == 0 || l.size - 1 > UINT64_MAX - l.start ||
	    (l.start | l.phys) % VMC_PAGE_SIZE != 0)
		return vmc_error_new(VMC_USAGE,
				     "linear region of 0x%" PRIx64 " bytes at 0x%" PRIx64
				     " -> 0x%" PRIx64 " is empty, too long or not page-aligned",
				     l.size, l.start, l.phys);
	if (m->n_linear == LINEAR_MAX)
		return vmc_error_new(VMC_LIMIT, "more than %d linear regions", LINEAR_MAX);
	m->linear[m->n_linear++] = l;
	return NULL;
}

void vmc_memory_clear_linear(struct vmc_memory *m)
{
	m->n_linear = 0;
}

/* The page of va in a linear region; false where none covers it. */
static bool linear_page(const struct vmc_memory *m, uint64_t va, uint64_t *ret_paddr)
{
	for (size_t i = m->n_linear; i-- > 0;) {
		const struct vmc_linear *l = &m->linear[i];
		uint64_t page = va & ~(uint64_t)(VMC_PAGE_SIZE - 1);

		/* Starts are page-aligned: a size that is not covers its last page wholly. */
		if (page >= l->start && page - l->start < l->size) {
			/* Modulo 2^64, as the physical base of kernel text may be negative. */
			*ret_paddr = page - l->start + l->phys;
			return true;
		}
	}
	return false;
}

/* The physical page of va's page, by the cache or else by a walk. */
static struct vmc_error *space_page(struct vmc_memory *m, struct space *s, uint64_t va,
				    uint64_t *ret_paddr)
{
	struct vmc_reader phys = vmc_memory_phys_reader(m);
	uint64_t vpn = va / VMC_PAGE_SIZE;
	struct tlb_entry *e = &s->tlb[vpn % TLB_SIZE];
	struct vmc_translation t;

	if (e->tag != vpn + 1) {
		VMC_TRY(vmc_x86_64_walk(&phys, &s->pt, va, &t));
		e->tag = vpn + 1;
		e->paddr = t.paddr & ~(uint64_t)(VMC_PAGE_SIZE - 1);
	}
	*ret_paddr = e->paddr;
	return NULL;
}

/* The physical page behind a kernel address (space = NULL) or an address of a space. */
static struct vmc_error *page_of(struct vmc_memory *m, struct space *space, uint64_t va,
				 uint64_t *ret_paddr)
{
	if (space)
		return space_page(m, space, va, ret_paddr);
	if (linear_page(m, va, ret_paddr))
		return NULL;
	if (m->kernel.set)
		return space_page(m, &m->kernel, va, ret_paddr);
	return vmc_error_new(VMC_UNMAPPED,
			     m->n_linear ? "in no known region, and no page table is known"
					 : "no address space is known yet");
}

/* One page's part of a read: [va, va + size) must not cross a page. */
static struct vmc_error *read_part(struct vmc_memory *m, struct space *space, uint64_t va,
				   void *buf, size_t size)
{
	struct vmc_error *err;
	const uint8_t *page;
	uint64_t paddr;

	err = page_of(m, space, va, &paddr);
	if (!err)
		err = vmc_dump_page(m->dump, paddr / VMC_PAGE_SIZE, &page);
	if (err)
		return vmc_error_wrap(err, "virtual 0x%" PRIx64, va);
	memcpy(buf, page + va % VMC_PAGE_SIZE, size);
	return NULL;
}

/* Bytes of a read of `size` at va that lie in va's page. */
static size_t part_size(uint64_t va, size_t size)
{
	size_t left = VMC_PAGE_SIZE - (size_t)(va % VMC_PAGE_SIZE);

	return size < left ? size : left;
}

static struct vmc_error *past_the_end(void)
{
	return vmc_error_new(VMC_UNMAPPED, "beyond the end of the address space");
}

static struct vmc_error *check_range(uint64_t va, size_t size)
{
	if (size > 0 && size - 1 > UINT64_MAX - va)
		return vmc_error_wrap(past_the_end(), "virtual 0x%" PRIx64 ": %zu bytes", va, size);
	return NULL;
}

static struct vmc_error *read_space(struct vmc_memory *m, struct space *space, uint64_t va,
				    void *buf, size_t size)
{
	uint8_t *out = buf;

	VMC_TRY(check_range(va, size));
	while (size > 0) {
		size_t n = part_size(va, size);

		VMC_TRY(read_part(m, space, va, out, n));
		out += n;
		va += n;
		size -= n;
	}
	return NULL;
}

struct vmc_error *vmc_memory_translate(struct vmc_memory *m, uint64_t va, uint64_t *ret_paddr)
{
	uint64_t page;

	VMC_TRY(vmc_error_wrap(page_of(m, NULL, va, &page), "virtual 0x%" PRIx64, va));
	*ret_paddr = page + va % VMC_PAGE_SIZE;
	return NULL;
}

struct vmc_error *vmc_memory_read(struct vmc_memory *m, uint64_t va, void *buf, size_t size)
{
	return read_space(m, NULL, va, buf, size);
}

static bool same_table(const struct vmc_page_table *a, const struct vmc_page_table *b)
{
	return a->root == b->root && a->five_level == b->five_level &&
	       a->encryption_mask == b->encryption_mask;
}

struct vmc_error *vmc_memory_read_user(struct vmc_memory *m, const struct vmc_page_table *pt,
				       uint64_t va, void *buf, size_t size)
{
	if (!m->user.set || !same_table(&m->user.pt, pt))
		space_set(&m->user, pt);
	return read_space(m, &m->user, va, buf, size);
}

struct vmc_error *vmc_memory_read_phys(struct vmc_memory *m, uint64_t paddr, void *buf, size_t size)
{
	return vmc_dump_read(m->dump, paddr, buf, size);
}

struct vmc_error *vmc_memory_read_string(struct vmc_memory *m, uint64_t va, char *buf, size_t size)
{
	size_t have = 0;

	if (size == 0)
		return vmc_error_new(VMC_USAGE, "a string needs room for its end");
	while (have < size - 1) {
		size_t n = part_size(va, size - 1 - have);
		struct vmc_error *err = read_part(m, NULL, va, buf + have, n);

		if (err && have == 0)
			return err;
		if (err) {
			/* What was read is still worth showing. */
			vmc_error_free(err);
			break;
		}
		if (memchr(buf + have, '\0', n))
			return NULL;
		have += n;
		va += n;
		if (va == 0)
			break;
	}
	buf[have] = '\0';
	return NULL;
}

void vmc_memory_read_holes(struct vmc_memory *m, uint64_t va, void *buf, size_t size,
			   size_t *ret_missing, struct vmc_error **ret_why)
{
	uint8_t *out = buf;
	bool wrapped = false;

	*ret_missing = 0;
	if (ret_why)
		*ret_why = NULL;
	while (size > 0) {
		size_t n = part_size(va, size);
		struct vmc_error *err = wrapped ? past_the_end() : read_part(m, NULL, va, out, n);

		if (err) {
			memset(out, 0, n);
			++*ret_missing;
			if (ret_why && !*ret_why)
				*ret_why = err;
			else
				vmc_error_free(err);
		}
		out += n;
		va += n;
		size -= n;
		wrapped |= va == 0;
	}
}

static struct vmc_error *read_virtual(void *ctx, uint64_t addr, void *buf, size_t size)
{
	return vmc_memory_read(ctx, addr, buf, size);
}

struct vmc_reader vmc_memory_reader(struct vmc_memory *m)
{
	return (struct vmc_reader){ .read = read_virtual, .ctx = m };
}

struct vmc_reader vmc_memory_phys_reader(struct vmc_memory *m)
{
	return vmc_dump_reader(m->dump);
}
