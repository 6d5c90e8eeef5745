/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mutated dumps: a whole analysis over damaged copies of real dumps, in one process.
 *
 *   seed.c    opens a dump, works it through, and notes every read: which bytes of memory
 *             matter, and to what they belong
 *   image.c   lays the pages that were read out anew, as raw kdump, compressed kdump, ELF
 *             and flattened files in memory
 *   debug.c   lays out files of debug info, which are put beside a dump that is whole
 *   damage.c  damages one image at one of these places, and takes the damage back;
 *             damage-debug.c has what only debug info can suffer
 *   analyse.c works the damaged image through, and looks at what comes out
 *   guard.c   limits of memory and time, and what sanitizers are told
 *   mutate.c  processes, results, options
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"
#include "base/vec.h"
#include "dump/dump.h"

/* What a place of a file belongs to. */
enum area {
	AREA_HEADER,
	AREA_NOTES,
	AREA_BITMAPS,
	AREA_DESCRIPTORS, /* of pages (kdump), of segments (ELF) */
	AREA_RECORDS,	  /* of a flattened file */
	AREA_PAGE_TABLES,
	AREA_TABLES, /* read in bulk: kallsyms, BTF */
	AREA_KERNEL, /* read on the way to them */
	AREA_LOG,
	AREA_TASKS,
	AREA_MODULES,
	AREA_CPUS,
	AREA_STACKS, /* with ORC */
	AREA_REPORT, /* what nobody before had read */
	/* of debug info */
	AREA_SECTIONS, /* their headers */
	AREA_CONTENTS, /* the headers of those with DWARF once more */
	AREA_SYMBOLS,  /* and relocations */
	AREA_UNITS,    /* their headers */
	AREA_ABBREV,
	AREA_FORMS,	 /* in it */
	AREA_ENTRIES,	 /* their codes */
	AREA_REFERENCES, /* from entry to entry */
	AREA_ATTRIBUTES,
	AREA_EXPRESSIONS, /* and lists of them */
	AREA_LINES,
	AREA_FRAMES,
	AREA_RANGES,
	AREA_STRINGS,
	AREA_ANY,
	AREA_COUNT,
};

/* A place: of physical memory in a seed, of the file in an image. */
struct spot {
	uint64_t at;
	uint32_t size;
	uint32_t own; /* of a reference of debug info: what would refer to the entry it is in */
};
typedef VMC_VEC(struct spot) spots;

struct page {
	uint64_t pfn;
	uint8_t data[VMC_PAGE_SIZE];
};

struct seed {
	char *name;
	const char *path;	    /* borrowed */
	struct vmc_dump *dump;	    /* for notes and facts; its pages are in `pages` */
	VMC_VEC(struct page) pages; /* that the analysis read, by pfn */
	spots reads[AREA_COUNT];
};

struct image {
	char *name;	    /* seed and format */
	const char *beside; /* of debug info: path of its dump, borrowed; NULL: it is a dump */
	bool module;	    /* of debug info: a .ko, not a vmlinux */
	uint8_t *data;
	size_t size;
	uint64_t *page_at; /* where the seed's page i is; 0 for a file that has it compressed */
	size_t n_pages;
	spots spots[AREA_COUNT];
};
typedef VMC_VEC(struct image) images;

/* ---- seed.c ---- */

/* True when the dump could be opened; otherwise says why on stderr. */
bool seed_open(const char *path, struct seed *ret);
void seed_close(struct seed *s);
size_t seed_page_index(const struct seed *s, uint64_t pfn); /* SIZE_MAX: none */

/* ---- image.c ---- */

/* Appends every format's image of the seed; `n` chooses the codec of the compressed one. */
bool image_make(const struct seed *s, size_t n, images *ret);
void image_free(struct image *im);
/* Pages of its own, so that a write in a child copies one page of it, not all. */
uint8_t *map_bytes(size_t size);

/* ---- debug.c ---- */

/* Appends the file (vmlinux or .ko with DWARF) as an image; `dump` is borrowed. */
bool debug_image_make(const char *path, const char *dump, images *ret);

/* ---- damage.c ---- */

uint64_t random_next(uint64_t *state);
uint64_t random_start(uint64_t seed, uint64_t iteration);

struct undo {
	uint64_t at;
	size_t size, old; /* old: where the bytes are in `bytes` */
};

struct damage {
	VMC_VEC(struct undo) undo;
	VMC_VEC(uint8_t) bytes;
	size_t size;	/* of the file afterwards */
	char text[400]; /* what was done */
};

/* For ways of other files: puts bytes into the image and the old ones aside, says so. */
void damage_put(struct image *im, struct damage *d, uint64_t at, const void *bytes, size_t size);
void damage_say(struct damage *d, const char *fmt, ...) VMC_PRINTF(2, 3);

void damage_do(struct image *im, uint64_t *random, struct damage *ret);
void damage_undo(struct image *im, struct damage *d);
void damage_deinit(struct damage *d);

/* ---- damage-debug.c ---- */

typedef void damage_way(struct image *im, struct spot s, uint64_t *random, struct damage *d);

/* A way for that area of debug info, NULL for none. */
damage_way *debug_way(enum area area, uint64_t *random);

/* ---- analyse.c ---- */

struct outcome {
	const char *stage; /* kept current, for whoever asks after a crash */
	bool opened, kernel, tasks, log;
	bool debug;	 /* what was put beside the dump was of use */
	char wrong[200]; /* what came out that must not; "" */
};

/* Everything that the program does with a dump. */
void analyse(struct vmc_bytes file, bool slim, struct outcome *ret);

/*
 * The same with the dump that `im` is put beside, as a file in `folder`; `orc`: stacks are walked
 * by it where it is.
 */
void analyse_beside(const struct image *im, struct vmc_bytes file, const char *folder, bool orc,
		    struct outcome *ret);

/* ---- guard.c ---- */

#define GUARD_BYTES_MAX ((size_t)1 << 30)

/* Called when a limit is broken; must not return. */
typedef void guard_broken(const char *what);

void guard_start(guard_broken *f, unsigned int cpu_seconds); /* a new iteration */
void guard_stop(void);
size_t guard_peak(void); /* bytes that were allocated together since guard_start() */
bool guard_leaks(void);	 /* true when memory was lost; false too when nobody can tell */
/* Bytes behind the end of a file in memory: reading them is an error (with ASan). */
void guard_fence(const uint8_t *data, size_t size, bool up);
void guard_where(void); /* a stack trace, where one can be had */

#endif
