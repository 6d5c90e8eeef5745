/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/dwarf/index.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "debug/dwarf/constants.h"
#include "debug/dwarf/skip.h"

/* More gain little: each has a table of its own, and all are merged at the end. */
#define THREADS_MAX 4u
/* Not worth a thread: a .ko has a few units. */
#define UNITS_A_THREAD 32u
/* Names of a kernel: 0.3 million. What has this many was made to have them. */
#define NAMES_MAX (1u << 23)

/* Units are dealt out one by one; each is read by one worker, which alone writes to it. */
struct job {
	struct dwarf_info *info;
	atomic_size_t next; /* unit */
	atomic_bool stop;
};

struct worker {
	struct job *job;
	struct dwarf_table table;
	struct dwarf_skips skips;
	struct vmc_error *err;
	pthread_t thread;
};

/* --- tables --- */

static size_t hash_of(enum dwarf_space space, const char *name, bool by_address)
{
	uint64_t h = by_address ? (uintptr_t)name : vmc_hash_bytes(name, strlen(name));

	return (size_t)vmc_hash_u64(h + (uint64_t)space * 0x9e3779b97f4a7c15u);
}

/*
 * While units are read, a name out of a string table is its address: the linker has put each there
 * once, and telling names apart takes no look at them. Where it did not, the name is there several
 * times until the merge, which compares letters.
 */
static bool by_address(const struct dwarf_table *t, const struct dwarf_named *e)
{
	return t->by_address && !e->is_inline;
}

static struct dwarf_named *slot_of(const struct dwarf_table *t, const struct dwarf_named *e)
{
	bool address = by_address(t, e);
	size_t i = hash_of(e->space, e->name, address) & t->mask;

	for (;; i = (i + 1) & t->mask) {
		struct dwarf_named *slot = &t->slots[i];

		if (!slot->name || (slot->space == e->space && slot->name == e->name))
			return slot;
		if (!address && slot->space == e->space && strcmp(slot->name, e->name) == 0)
			return slot;
	}
}

static struct vmc_error *make_table(struct dwarf_table *t, size_t slots, bool by_addresses)
{
	*t = (struct dwarf_table){ .slots = calloc(slots, sizeof(*t->slots)),
				   .mask = slots - 1,
				   .by_address = by_addresses };
	return t->slots ? NULL : vmc_error_no_memory();
}

static struct vmc_error *grow(struct dwarf_table *t)
{
	struct dwarf_table bigger;

	VMC_TRY(make_table(&bigger, (t->mask + 1) * 2, t->by_address));
	for (size_t i = 0; i <= t->mask; i++) {
		if (t->slots[i].name)
			*slot_of(&bigger, &t->slots[i]) = t->slots[i];
	}
	bigger.len = t->len;
	free(t->slots);
	*t = bigger;
	return NULL;
}

/* Enters e, or lets the better of both stay. */
static struct vmc_error *add(struct dwarf_table *t, const struct dwarf_named *e)
{
	struct dwarf_named *slot = slot_of(t, e);

	if (!slot->name) {
		*slot = *e;
		if (++t->len > NAMES_MAX)
			return vmc_error_new(VMC_LIMIT, "more than %u names", NAMES_MAX);
		return t->len > t->mask / 4 * 3 ? grow(t) : NULL;
	}
	if (e->rank > slot->rank || (e->rank == slot->rank && e->die < slot->die))
		*slot = *e;
	return NULL;
}

/* --- reading units --- */

static enum dwarf_space space_of(uint32_t tag)
{
	switch (tag) {
	case DWARF_TAG_STRUCTURE:
	case DWARF_TAG_CLASS:
		return DWARF_SPACE_STRUCT;
	case DWARF_TAG_UNION:
		return DWARF_SPACE_UNION;
	case DWARF_TAG_ENUMERATION:
		return DWARF_SPACE_ENUM;
	case DWARF_TAG_ENUMERATOR:
		return DWARF_SPACE_ENUMERATOR;
	case DWARF_TAG_TYPEDEF:
		return DWARF_SPACE_TYPEDEF;
	case DWARF_TAG_BASE:
		return DWARF_SPACE_BASE;
	case DWARF_TAG_VARIABLE:
		return DWARF_SPACE_VARIABLE;
	}
	return DWARF_SPACE_NONE;
}

/* 0: not to be entered. */
static uint8_t rank_of(enum dwarf_space space, const struct dwarf_programme *p,
		       const struct dwarf_found *f)
{
	if (space == DWARF_SPACE_VARIABLE)
		return f->declared ? 1 : f->external ? 3 : 2;
	if (f->declared)
		return 0;
	return p->children ? 2 : 1;
}

/* One unit while it is read. */
struct scan {
	struct worker *w;
	const struct dwarf_sections *s;
	const struct dwarf_unit *u;
	struct vmc_cursor c;
};

/* The programme of the entry at the cursor; NULL at the end of a list. */
static struct vmc_error *begin_entry(struct scan *n, const struct dwarf_programme **ret)
{
	size_t at = n->c.pos;
	uint64_t code = vmc_cursor_uleb(&n->c);

	*ret = code ? dwarf_programme_of(&n->w->skips, code) : NULL;
	if (n->c.overrun)
		return dwarf_error(n->s, VMC_BAD_FORMAT, DWARF_INFO, at,
				   "the unit at 0x%x ends in the midst", n->u->offset);
	if (code && (!*ret || !(*ret)->tag))
		return dwarf_error(n->s, VMC_BAD_FORMAT, DWARF_INFO, at,
				   "no entry: abbreviation %llu is not declared",
				   (unsigned long long)code);
	return NULL;
}

static struct vmc_error *run(struct scan *n, const struct dwarf_programme *p, struct dwarf_found *f)
{
	size_t at = n->c.pos;

	dwarf_skips_run(&n->w->skips, p, n->s, n->u, &n->c, f);
	if (n->c.overrun)
		return dwarf_error(n->s, VMC_BAD_FORMAT, DWARF_INFO, at, "the entry is cut off");
	return NULL;
}

/* What a definition apart from its declaration leaves to that: name, and who can see it. */
static void complete_from_origin(struct scan *n, struct dwarf_found *f)
{
	struct scan other = *n;
	const struct dwarf_programme *p;
	struct dwarf_found origin = { 0 };
	struct vmc_error *err;

	if (f->origin < n->u->first || f->origin >= n->u->end)
		return;
	other.c = vmc_cursor_at(n->c.bytes, f->origin);
	err = begin_entry(&other, &p);
	if (!err && p)
		err = run(&other, p, &origin);
	vmc_error_free(err); /* the entry has no name, then */
	if (!err && p) {
		f->name = origin.name;
		f->is_inline = origin.is_inline;
		f->external |= origin.external;
	}
}

static struct vmc_error *add_entry(struct scan *n, uint32_t at, const struct dwarf_programme *p,
				   struct dwarf_found *f)
{
	enum dwarf_space space = space_of(p->tag);
	struct dwarf_named e = { .die = at, .space = (uint8_t)space };

	if (space == DWARF_SPACE_NONE)
		return NULL;
	if (!f->name && f->origin && space == DWARF_SPACE_VARIABLE)
		complete_from_origin(n, f);
	e.rank = rank_of(space, p, f);
	e.name = f->name;
	e.is_inline = f->is_inline;
	if (!e.rank || !e.name || !*e.name)
		return NULL;
	return add(&n->w->table, &e);
}

/*
 * Entries up to the end of the unit. Only those at depth 0 are entered, and the enumerators below
 * them; where an entry says where its children end they are not even looked at.
 */
static struct vmc_error *scan_entries(struct scan *n)
{
	uint64_t depth = 0;
	uint32_t in_enum = 0; /* its entry */

	while (n->c.pos < n->u->end) {
		uint32_t at = (uint32_t)n->c.pos;
		const struct dwarf_programme *p;
		struct dwarf_found f;

		VMC_TRY(begin_entry(n, &p));
		if (!p) {
			if (!depth)
				return NULL; /* what follows is padding */
			depth--;
			continue;
		}
		VMC_TRY(run(n, p, &f));
		if (!depth)
			VMC_TRY(add_entry(n, at, p, &f));
		else if (depth == 1 && in_enum && p->tag == DWARF_TAG_ENUMERATOR)
			VMC_TRY(add_entry(n, in_enum, p, &f));
		if (!p->children)
			continue;
		if (!depth)
			in_enum = p->tag == DWARF_TAG_ENUMERATION ? at : 0;
		if (f.sibling > n->c.pos && f.sibling < n->u->end && !(in_enum && !depth))
			n->c.pos = (size_t)f.sibling;
		else
			depth++;
	}
	return NULL;
}

static struct vmc_error *scan_unit(struct worker *w, struct dwarf_unit *u)
{
	const struct dwarf_sections *s = w->job->info->sections;
	struct vmc_bytes bytes = { s->bytes[DWARF_INFO].data, u->end };
	struct scan n = { .w = w, .s = s, .u = u, .c = vmc_cursor_at(bytes, u->first) };
	const struct dwarf_programme *p;
	struct dwarf_die root;
	uint64_t language;

	if (u->first == u->end)
		return NULL;
	VMC_TRY(dwarf_skips_for(&w->skips, s, u));
	VMC_TRY(begin_entry(&n, &p));
	if (!p)
		return NULL;
	VMC_TRY(dwarf_decode(s, u, u->first, p->declaration, &root));
	u->str_offsets_base = dwarf_number(&root, DWARF_STR_BASE, u->str_offsets_base);
	language = dwarf_number(&root, DWARF_LANGUAGE, 0);
	if (language == DWARF_LANG_RUST || language == DWARF_LANG_MIPS_ASSEMBLER || !root.children)
		return NULL;
	n.c.pos = root.next;
	return scan_entries(&n);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct job *job = w->job;

	while (!w->err && !atomic_load(&job->stop)) {
		size_t i = atomic_fetch_add(&job->next, 1);

		if (i >= job->info->units.len)
			break;
		w->err = scan_unit(w, &job->info->units.data[i]);
	}
	if (w->err)
		atomic_store(&job->stop, true);
	dwarf_skips_deinit(&w->skips);
	return NULL;
}

static unsigned int thread_count(const struct dwarf_info *info)
{
	size_t want = info->units.len / UNITS_A_THREAD + 1;
	cpu_set_t set;
	int cpus = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	if (want > THREADS_MAX)
		want = THREADS_MAX;
	return want < (size_t)cpus ? (unsigned int)want : (unsigned int)cpus;
}

/* --- all together --- */

/* Puts what the workers found into one table, by letters now. */
static struct vmc_error *merge(struct dwarf_table *t, struct worker *workers, unsigned int n)
{
	size_t most = 16, slots = 16;

	for (unsigned int i = 0; i < n; i++)
		most = workers[i].table.len > most ? workers[i].table.len : most;
	while (slots < most + most / 2)
		slots *= 2;
	VMC_TRY(make_table(t, slots, false));
	for (unsigned int i = 0; i < n; i++) {
		for (size_t k = 0; k <= workers[i].table.mask; k++) {
			const struct dwarf_named *e = &workers[i].table.slots[k];

			if (e->name)
				VMC_TRY(add(t, e));
		}
		dwarf_index_deinit(&workers[i].table);
	}
	return NULL;
}

struct vmc_error *dwarf_index_init(struct dwarf_table *t, struct dwarf_info *info)
{
	struct job job = { .info = info };
	struct worker workers[THREADS_MAX] = { 0 };
	unsigned int n = thread_count(info), started = 1;
	struct vmc_error *err = NULL;

	for (unsigned int i = 0; i < n && !err; i++) {
		workers[i].job = &job;
		err = make_table(&workers[i].table, 4096, true);
	}
	/* a thread that cannot be started leaves its share to the others */
	while (!err && started < n &&
	       !pthread_create(&workers[started].thread, NULL, work, &workers[started]))
		started++;
	if (!err)
		work(&workers[0]);
	for (unsigned int i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	for (unsigned int i = 0; i < started; i++) {
		if (err)
			vmc_error_free(workers[i].err);
		else
			err = workers[i].err;
	}
	*t = (struct dwarf_table){ 0 };
	if (!err)
		err = merge(t, workers, n);
	for (unsigned int i = 0; i < n; i++)
		dwarf_index_deinit(&workers[i].table);
	return err;
}

void dwarf_index_deinit(struct dwarf_table *t)
{
	free(t->slots);
	*t = (struct dwarf_table){ 0 };
}

const struct dwarf_named *dwarf_index_find(const struct dwarf_table *t, enum dwarf_space space,
					   const char *name)
{
	const struct dwarf_named e = { .name = name, .space = (uint8_t)space };
	const struct dwarf_named *slot;

	if (!t->slots)
		return NULL;
	slot = slot_of(t, &e);
	return slot->name ? slot : NULL;
}
