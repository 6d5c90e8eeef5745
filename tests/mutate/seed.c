/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an analysis reads, by wrapping the ways into memory at link time
 * (ld --wrap, see meson.build): so damage lands in the few bytes that matter, whatever the
 * kernel's version, and nothing here has to know a structure.
 */
#include "mutate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inquest/report.h"
#include "memory/memory.h"

/* From this size on a read is one of a table as a whole. */
#define BULK 16384u

static struct {
	struct seed *seed; /* NULL: not recording */
	enum area area;
} recorder;

static void note_physical(enum area area, uint64_t paddr, size_t size)
{
	if (recorder.seed && size)
		(void)vmc_vec_push(&recorder.seed->reads[area],
				   (struct spot){ paddr, (uint32_t)size, 0 });
}

static void note_virtual(struct vmc_memory *m, uint64_t va, size_t size)
{
	enum area area = recorder.area;

	if (!recorder.seed)
		return;
	if (area == AREA_KERNEL && size >= BULK)
		area = AREA_TABLES;
	while (size) {
		size_t n = VMC_PAGE_SIZE - (size_t)(va % VMC_PAGE_SIZE);
		vmc_autoerror struct vmc_error *err = NULL;
		uint64_t paddr;

		if (n > size)
			n = size;
		err = vmc_memory_translate(m, va, &paddr);
		if (!err)
			note_physical(area, paddr, n);
		va += n;
		size -= n;
	}
}

/* The names are the linker's: `f` is what callers call, __real_f what they mean. */
#define WRAPS(ret, f, ...)           \
	ret __real_##f(__VA_ARGS__); \
	ret __wrap_##f(__VA_ARGS__); \
	ret __wrap_##f(__VA_ARGS__)

WRAPS(struct vmc_error *, vmc_memory_read, struct vmc_memory *m, uint64_t va, void *buf,
      size_t size)
{
	note_virtual(m, va, size);
	return __real_vmc_memory_read(m, va, buf, size);
}

WRAPS(struct vmc_error *, vmc_memory_read_string, struct vmc_memory *m, uint64_t va, char *buf,
      size_t size)
{
	struct vmc_error *err = __real_vmc_memory_read_string(m, va, buf, size);

	if (!err)
		note_virtual(m, va, strlen(buf) + 1);
	return err;
}

WRAPS(void, vmc_memory_read_holes, struct vmc_memory *m, uint64_t va, void *buf, size_t size,
      size_t *ret_missing, struct vmc_error **ret_why)
{
	note_virtual(m, va, size);
	__real_vmc_memory_read_holes(m, va, buf, size, ret_missing, ret_why);
}

WRAPS(struct vmc_error *, vmc_memory_read_phys, struct vmc_memory *m, uint64_t paddr, void *buf,
      size_t size)
{
	note_physical(recorder.area, paddr, size);
	return __real_vmc_memory_read_phys(m, paddr, buf, size);
}

static struct vmc_error *read_virtual(void *ctx, uint64_t addr, void *buf, size_t size)
{
	return __wrap_vmc_memory_read(ctx, addr, buf, size);
}

WRAPS(struct vmc_reader, vmc_memory_reader, struct vmc_memory *m)
{
	return recorder.seed ? (struct vmc_reader){ read_virtual, m } : __real_vmc_memory_reader(m);
}

/* Physical readers are for walks of page tables, and for nothing else. */
static struct vmc_error *read_table(void *ctx, uint64_t addr, void *buf, size_t size)
{
	note_physical(AREA_PAGE_TABLES, addr, size);
	return vmc_dump_read(ctx, addr, buf, size);
}

WRAPS(struct vmc_reader, vmc_dump_reader, struct vmc_dump *dump)
{
	return recorder.seed ? (struct vmc_reader){ read_table, dump }
			     : __real_vmc_dump_reader(dump);
}

static int by_place(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->size > y->size) - (x->size < y->size);
}

/* Each read once, however often it was made: a page-table entry is read a thousand times. */
static void unique(spots *s)
{
	size_t n = 0;

	if (!s->len)
		return;
	qsort(s->data, s->len, sizeof(*s->data), by_place);
	for (size_t i = 0; i < s->len; i++) {
		if (!n || by_place(&s->data[n - 1], &s->data[i]) != 0)
			s->data[n++] = s->data[i];
	}
	s->len = n;
}

/* The analysis in parts, each with its area, in the order in which parts need each other. */
static void work_through(struct vmc_target *t, const char *path)
{
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	struct vmc_system system;
	struct vmc_tasks tasks = { 0 };
	struct vmc_cpus cpus = { 0 };
	struct vmc_log log = { 0 };

	recorder.area = AREA_LOG;
	vmc_error_free(vmc_log_read(t, &log));
	vmc_log_deinit(&log);
	recorder.area = AREA_MODULES;
	vmc_target_modules(t);
	for (size_t i = 0; i < t->modules.len; i++) {
		(void)vmc_target_module_symbols(t, &t->modules.data[i]);
		(void)vmc_target_module_types(t, &t->modules.data[i]);
	}
	recorder.area = AREA_TASKS;
	vmc_error_free(vmc_tasks_read(t, &tasks));
	recorder.area = AREA_CPUS;
	vmc_system_read(t, &system);
	vmc_error_free(vmc_cpus_read(t, &cpus));
	recorder.area = AREA_STACKS;
	for (size_t i = 0; i < cpus.cpus.len; i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		vmc_error_free(vmc_cpu_backtrace(t, &cpus.cpus.data[i], &tr));
	}
	for (size_t i = 0; i < tasks.tasks.len; i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		vmc_error_free(vmc_unwind_task(t, tasks.tasks.data[i].addr, &tr));
	}
	vmc_tasks_deinit(&tasks);
	vmc_cpus_deinit(&cpus);
	recorder.area = AREA_REPORT;
	vmc_error_free(vmc_report_dump(t, path, NULL, &r));
}

static bool keep_pages(struct seed *s)
{
	uint64_t pfns;
	const uint8_t *touched = vmc_dump_touched(s->dump, &pfns);
	struct page *p;

	for (uint64_t pfn = 0; pfn < pfns; pfn++) {
		vmc_autoerror struct vmc_error *err = NULL;
		const uint8_t *data;

		if (!(touched[pfn / 8] >> pfn % 8 & 1))
			continue;
		err = vmc_dump_page(s->dump, pfn, &data);
		if (err)
			continue;
		if (!vmc_vec_reserve(&s->pages, s->pages.len + 1))
			return false;
		p = &s->pages.data[s->pages.len++];
		p->pfn = pfn;
		memcpy(p->data, data, VMC_PAGE_SIZE);
	}
	return s->pages.len != 0;
}

size_t seed_page_index(const struct seed *s, uint64_t pfn)
{
	size_t low = 0, high = s->pages.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->pages.data[mid].pfn == pfn)
			return mid;
		if (s->pages.data[mid].pfn < pfn)
			low = mid + 1;
		else
			high = mid;
	}
	return SIZE_MAX;
}

bool seed_open(const char *path, struct seed *ret)
{
	const struct vmc_open_options options = { .record = true };
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	struct vmc_target *t = NULL;
	struct vmc_error *err;
	bool ok;

	*ret = (struct seed){ .name = strdup(base), .path = path };
	if (!ret->name)
		return false;
	recorder.seed = ret;
	recorder.area = AREA_KERNEL;
	err = vmc_target_open(&path, 1, &options, &t);
	if (err) {
		fprintf(stderr, "%s: %s\n", path, vmc_error_text(err));
		vmc_error_free(err);
		recorder.seed = NULL;
		seed_close(ret);
		return false;
	}
	work_through(t, path);
	recorder.seed = NULL;
	for (int i = 0; i < AREA_COUNT; i++)
		unique(&ret->reads[i]);
	ret->dump = t->dump;
	ok = keep_pages(ret);
	t->dump = NULL; /* the notes are needed until the images are made */
	vmc_target_free(t);
	if (!ok)
		fprintf(stderr, "%s: the analysis read no page of it\n", path);
	return ok;
}

void seed_close(struct seed *s)
{
	vmc_dump_free(s->dump);
	vmc_vec_free(&s->pages);
	for (int i = 0; i < AREA_COUNT; i++)
		vmc_vec_free(&s->reads[i]);
	free(s->name);
}
