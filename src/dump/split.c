/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed kdump files as one dump: makedumpfile --split writes several, each
 * with the full headers and bitmaps, and the contents of its own range of
 * frames. A dump that is not split is the case of one part with all frames.
 * The parts may come in any order, and some of them flattened.
 */
#include "dump/format.h"

#include <inttypes.h>
#include <string.h>

#include "dump/cache.h"
#include "dump/codec.h"

struct part {
	struct vmc_kdump *kdump;
	struct vmc_kdump_span span;
	struct vmc_facts facts;
	size_t number; /* as given by the user, from 1 */
};

struct split {
	struct part *parts; /* by span.first */
	size_t n;
	struct vmc_kdump_shared shared;
};

static void split_free(void *reader)
{
	struct split *s = reader;

	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		vmc_kdump_free(s->parts[i].kdump);
		vmc_facts_deinit(&s->parts[i].facts);
	}
	free(s->parts);
	vmc_cache_free(s->shared.cache);
	vmc_codecs_free(s->shared.codecs);
	free(s);
}

VMC_DEFINE_CLEANUP(struct split *, split_free, cleanup_splitp)

static struct vmc_error *open_parts(struct split *s, struct vmc_file *files, size_t n)
{
	struct vmc_error *err;

	s->parts = calloc(n, sizeof(*s->parts));
	if (!s->parts)
		return vmc_error_no_memory();
	VMC_TRY(vmc_codecs_new(&s->shared.codecs));
	for (size_t i = 0; i < n; i++) {
		struct part *p = &s->parts[i];

		vmc_facts_init(&p->facts);
		s->n = i + 1;
		p->number = i + 1;
		err = vmc_kdump_open(&files[i], (unsigned int)i, &s->shared, &p->facts, &p->kdump);
		if (err)
			return n > 1 ? vmc_error_wrap(err, "file %zu", i + 1) : err;
		p->span = vmc_kdump_span(p->kdump);
	}
	return vmc_cache_new((size_t)s->parts[0].facts.info.block_size, VMC_CACHE_BYTES,
			     &s->shared.cache);
}

/* Parts of one dump agree in everything but their frames. */
static struct vmc_error *check_parts(const struct split *s)
{
	const struct part *a = &s->parts[0];

	for (size_t i = 0; i < s->n && s->n > 1; i++) {
		const struct part *b = &s->parts[i];
		const struct vmc_dump_info *x = &a->facts.info, *y = &b->facts.info;

		if (!b->span.split)
			return vmc_error_new(
				VMC_USAGE,
				"file %zu is a dump of its own, not a part of a split one",
				b->number);
		if (a->span.max != b->span.max || x->block_size != y->block_size ||
		    x->timestamp != y->timestamp || !vmc_streq(x->uts_release, y->uts_release) ||
		    !vmc_streq(x->uts_version, y->uts_version) ||
		    !vmc_streq(x->uts_nodename, y->uts_nodename))
			return vmc_error_new(VMC_MISMATCH,
					     "files %zu and %zu are of different dumps", a->number,
					     b->number);
	}
	return NULL;
}

static int compare_parts(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->span.first != y->span.first)
		return x->span.first < y->span.first ? -1 : 1;
	return x->span.end < y->span.end ? -1 : x->span.end > y->span.end;
}

/* Overlaps are a mistake of the caller; gaps make the dump incomplete. */
static struct vmc_error *check_spans(const struct split *s, struct vmc_facts *facts)
{
	uint64_t at = 0, missing = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct part *p = &s->parts[i];

		if (p->span.first < at)
			return vmc_error_new(
				VMC_USAGE,
				"files %zu and %zu hold the same pages, from frame 0x%" PRIx64,
				s->parts[i - 1].number, p->number, p->span.first);
		missing += p->span.first - at;
		at = p->span.end;
	}
	missing += s->parts[0].span.max - at;
	if (missing)
		vmc_facts_incomplete(
			facts,
			"%" PRIu64 " of the %" PRIu64
			" page frames are in parts of the split dump that were not given",
			missing, s->parts[0].span.max);
	return NULL;
}

/* The facts of the dump: those of the first part that has them. Borrowed from the parts. */
static struct vmc_error *merge_facts(const struct split *s, struct vmc_facts *facts)
{
	const struct part *first = &s->parts[0];

	facts->info = first->facts.info;
	facts->info.parts = (unsigned int)s->n;
	for (size_t i = 0; i < s->n; i++) {
		const struct vmc_facts *f = &s->parts[i].facts;

		if (!facts->info.vmcoreinfo.size)
			facts->info.vmcoreinfo = f->info.vmcoreinfo;
		if (!facts->notes.len) {
			for (size_t j = 0; j < f->notes.len; j++) {
				if (!vmc_vec_push(&facts->notes, f->notes.data[j]))
					return vmc_error_no_memory();
			}
		}
		if (i && !f->info.complete)
			vmc_facts_incomplete(facts, "file %zu: %s", s->parts[i].number,
					     f->info.incomplete_why);
	}
	return NULL;
}

struct vmc_error *vmc_split_open(struct vmc_file *files, size_t n, struct vmc_facts *facts,
				 void **ret)
{
	vmc_cleanup(cleanup_splitp) struct split *s = calloc(1, sizeof(*s));

	if (!s)
		return vmc_error_no_memory();
	VMC_TRY(open_parts(s, files, n));
	VMC_TRY(check_parts(s));
	qsort(s->parts, s->n, sizeof(*s->parts), compare_parts);
	VMC_TRY(merge_facts(s, facts));
	VMC_TRY(check_spans(s, facts));
	*ret = vmc_take(s);
	return NULL;
}

/* The part that holds the frame; any part knows why none does. */
static struct vmc_kdump *part_of(const struct split *s, uint64_t pfn)
{
	uint64_t frame = pfn >> s->parts[0].span.shift;
	size_t lo = 0, hi = s->n - 1;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (frame < s->parts[mid].span.end)
			hi = mid;
		else
			lo = mid + 1;
	}
	return s->parts[lo].kdump;
}

static enum vmc_code split_page(void *reader, uint64_t pfn, const uint8_t **ret,
				struct vmc_why *why)
{
	return vmc_kdump_page(part_of(reader, pfn), pfn, ret, why);
}

static enum vmc_code split_state(void *reader, uint64_t pfn)
{
	return vmc_kdump_state(part_of(reader, pfn), pfn, NULL);
}

static bool split_next_run(void *reader, uint64_t from, uint64_t *ret_first, uint64_t *ret_count)
{
	struct split *s = reader;

	for (size_t i = 0; i < s->n; i++) {
		if (s->parts[i].span.end > from >> s->parts[i].span.shift &&
		    vmc_kdump_next_run(s->parts[i].kdump, from, ret_first, ret_count))
			return true;
	}
	return false;
}

/* Each part has the whole bitmap. */
static bool split_next_ram(void *reader, uint64_t from, uint64_t *ret_first, uint64_t *ret_count)
{
	const struct split *s = reader;

	return vmc_kdump_next_ram(s->parts[0].kdump, from, ret_first, ret_count);
}

const struct vmc_format_ops vmc_split_ops = {
	.page = split_page,
	.state = split_state,
	.next_run = split_next_run,
	.next_ram = split_next_ram,
	.free = split_free,
};
