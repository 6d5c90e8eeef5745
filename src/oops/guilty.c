/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source file to blame, where the trace names files and lines: the first file that is not
 * generic code, then any later file that is deeper in the same directory (the
 * special part of a subsystem is a better address than its frame).
 */
#include "oops/details.h"

#include "base/cleanup.h"

#define PATH_LIMIT 256

/* Generic code; '*' stands for a run without '/', a pattern that ends in '/' for a directory. */
static const char *const generic[] = {
	"*.h",
	"lib/",
	"virt/lib/",
	"mm/kasan/",
	"mm/kmsan/",
	"kernel/rcu/",
	"kernel/locking/",
	"kernel/sched/",
	"trusty/",
	"mm/sl*b.c",
	"mm/filemap.c",
	"mm/folio-compat.c",
	"mm/truncate.c",
	"mm/memory.c",
	"mm/percpu*",
	"mm/vmalloc.c",
	"mm/page_alloc.c",
	"mm/mempool.c",
	"mm/util.c",
	"kernel/kcov.c",
	"kernel/panic.c",
	"kernel/softirq.c",
	"kernel/kthread.c",
	"kernel/stacktrace.c",
	"kernel/workqueue.c",
	"kernel/printk/printk*.c",
	"kernel/time/timer.c",
	"arch/*/kernel/traps.c",
	"arch/*/kernel/unwind*.c",
	"arch/*/kernel/stacktrace.c",
	"arch/*/kernel/apic/apic.c",
	"arch/*/mm/fault.c",
	"arch/*/mm/physaddr.c",
	"arch/*/lib/crc*",
	"arch/arm64/kernel/entry*.c",
	"arch/arm64/kernel/process.c",
	"net/core/dev.c",
	"net/core/sock.c",
	"net/core/skbuff.c",
	"fs/proc/generic.c",
	"drivers/usb/core/urb.c",
};

/* Glob with one star at most; `path` may go on behind a pattern that ends in '/' or '*'. */
static bool path_matches(struct slice path, const char *pattern)
{
	size_t n = strlen(pattern), rest;
	const char *star = memchr(pattern, '*', n);

	if (!star)
		return pattern[n - 1] == '/' ? slice_starts(path, pattern)
					     : slice_is(path, pattern);
	if (path.n < n - 1 || memcmp(path.p, pattern, (size_t)(star - pattern)) != 0)
		return false;
	rest = n - (size_t)(star - pattern) - 1;
	if (!rest)
		return true;
	if (star == pattern)
		return memcmp(path.p + path.n - rest, star + 1, rest) == 0;
	path = slice_from(path, (size_t)(star - pattern));
	for (size_t skip = 0; skip < path.n && path.p[skip] != '/'; skip++) {
		struct slice tail = slice_from(path, skip);

		/* a second star, as in arch / * / kernel/unwind*.c, means "and anything behind" */
		if (memchr(star + 1, '*', rest)) {
			const char *second = memchr(star + 1, '*', rest);
			size_t front = (size_t)(second - star) - 1;

			if (tail.n >= front && memcmp(tail.p, star + 1, front) == 0)
				return true;
		} else if (tail.n == rest && memcmp(tail.p, star + 1, rest) == 0) {
			return true;
		}
	}
	/* the run in the middle ends at the directory's end */
	{
		size_t slash = slice_find_char(path, '/');
		const char *second = memchr(star + 1, '*', rest);
		size_t front = second ? (size_t)(second - star) - 1 : rest;

		if (slash == SLICE_NONE)
			return false;
		path = slice_from(path, slash);
		return path.n >= front && memcmp(path.p, star + 1, front) == 0 &&
		       (second || path.n == rest);
	}
}

static bool is_generic(struct slice path)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(generic); i++)
		if (path_matches(path, generic[i]))
			return true;
	return false;
}

/* " net/ipv4/tcp.c:1234": the first FILE:LINE of the line. */
static struct slice find_place(struct slice s)
{
	s = slice_head(s, 1024);
	for (size_t colon; (colon = slice_find_char(s, ':')) != SLICE_NONE;
	     s = slice_from(s, colon + 1)) {
		size_t from = colon;

		if (colon + 1 >= s.n || !is_digit(s.p[colon + 1]) || colon < 3 ||
		    s.p[colon - 2] != '.' ||
		    (s.p[colon - 1] != 'c' && s.p[colon - 1] != 'h' && s.p[colon - 1] != 'S'))
			if (!(colon > 3 && colon + 1 < s.n && is_digit(s.p[colon + 1]) &&
			      memcmp(s.p + colon - 3, ".rs", 3) == 0))
				continue;
		while (from && (is_word(s.p[from - 1]) || memchr("/.-+", s.p[from - 1], 4)) &&
		       colon - from < PATH_LIMIT)
			from--;
		/* a build directory in front, "./arch/x86/..." */
		while (colon - from > 2 && s.p[from] == '.' && s.p[from + 1] == '/')
			from += 2;
		return (struct slice){ s.p + from, colon - from };
	}
	return (struct slice){ "", 0 };
}

static bool is_ignored_line(struct slice s)
{
	struct slice t = slice_trim(s);

	if (slice_has(s, "last  enabled at") || slice_has(s, "last disabled at") ||
	    slice_has(s, "last enabled at") || slice_has(s, ", at: ") || slice_has(s, "Register r"))
		return true;
	return t.n > 3 && t.p[0] == '#' && is_digit(t.p[1]) &&
	       slice_find_char(slice_head(t, 6), ':') != SLICE_NONE;
}

static struct slice directory_of(struct slice path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}

static bool is_deeper(struct slice path, struct slice than)
{
	struct slice dir = directory_of(than), own = directory_of(path);

	return own.n > dir.n && memcmp(own.p, dir.p, dir.n) == 0;
}

/* A stall's trace begins with the interrupt that found it; the work is below. */
static size_t stall_start(const struct vmc_log_line *const *lines, size_t n)
{
	static const char *const marks[] = { "apic_timer_interrupt+0x", "el1h_64_irq+0x",
					     "Exception stack" };

	for (size_t m = 0; m < VMC_ARRAY_SIZE(marks); m++)
		for (size_t i = 0; i < n; i++)
			if (slice_has((struct slice){ lines[i]->text, lines[i]->len }, marks[m]))
				return i + 1;
	return 0;
}

struct slice vmc_oops_guilty_file(const struct vmc_log_line *const *lines, size_t n, bool stall)
{
	struct slice chosen = { "", 0 }, fallback = { "", 0 };

	for (size_t i = stall ? stall_start(lines, n) : 0; i < n; i++) {
		struct slice line = { lines[i]->text, lines[i]->len }, path;

		if (is_ignored_line(line))
			continue;
		path = find_place(line);
		if (!path.n)
			continue;
		if (!fallback.n)
			fallback = path;
		if (is_generic(path))
			continue;
		if (!chosen.n || is_deeper(path, chosen))
			chosen = path;
	}
	return chosen.n ? chosen : fallback;
}
