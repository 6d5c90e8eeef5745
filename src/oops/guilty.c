/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source file to blame, where the trace names files and lines: the first file that is not
 * generic code, then any later file that is deeper in the same directory (the
 * special part of a subsystem is a better address than its frame).
 */
#include "oops/details.h"
#include "oops/line.h"

#include "base/cleanup.h"

#define PATH_LIMIT 256
#define LINE_MAX 1024

/* Generic code; '*' stands for a run without '/', a pattern that ends in '/' for a directory. */
static const char *const generic[] = {

	"lib/",
	"virt/lib/",
	"mm/kasan/",
	"mm/kmsan/",
	"kernel/rcu/",
	"kernel/locking/",
	"kernel/sched/",
	"trusty/",
	"mm/sl*b*",
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

/* Does the pattern, which has no star, stand at the front? `whole`: and nothing behind it. */
static bool fits_plain(struct slice path, struct slice pattern, bool whole)
{
	return path.n >= pattern.n && memcmp(path.p, pattern.p, pattern.n) == 0 &&
	       (!whole || path.n == pattern.n);
}

/*
 * At most two stars; the last one, or a final '/', leaves the rest of the path open. A star
 * in the middle is one directory or a part of a name.
 */
static bool path_matches(struct slice path, const char *text)
{
	struct slice pattern = slice_of(text);
	size_t star = slice_find_char(pattern, '*');
	bool open = pattern.p[pattern.n - 1] == '/';

	if (star == SLICE_NONE)
		return fits_plain(path, pattern, !open);
	if (!fits_plain(path, slice_head(pattern, star), false))
		return false;
	pattern = slice_from(pattern, star + 1);
	path = slice_from(path, star);
	star = slice_find_char(pattern, '*');
	if (!pattern.n)
		return true;
	for (size_t run = 0; run <= path.n; run++) {
		if (fits_plain(slice_from(path, run), slice_head(pattern, star),
			       star == SLICE_NONE))
			return true;
		if (run < path.n && path.p[run] == '/')
			return false;
	}
	return false;
}

static bool is_generic(struct slice path)
{
	if (path.n > 2 && memcmp(path.p + path.n - 2, ".h", 2) == 0)
		return true;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(generic); i++)
		if (path_matches(path, generic[i]))
			return true;
	return false;
}

static bool is_path(char c)
{
	return is_word(c) || c == '/' || c == '.' || c == '-' || c == '+';
}

/* A name of a C or Rust source file; assembly is entry code, which is never to blame. */
static bool is_source(struct slice s)
{
	return s.n > 3 && ((s.p[s.n - 2] == '.' && (s.p[s.n - 1] == 'c' || s.p[s.n - 1] == 'h')) ||
			   memcmp(s.p + s.n - 3, ".rs", 3) == 0);
}

/* The directories of the kernel's tree that hold code which runs. */
static const char *const top[] = {
	"arch/",    "block/", "certs/",	   "crypto/",	"drivers/", "fs/",
	"include/", "init/",  "io_uring/", "ipc/",	"kernel/",  "lib/",
	"mm/",	    "net/",   "rust/",	   "security/", "sound/",   "virt/",
};

static const char *top_at(struct slice path)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(top); i++)
		if (slice_starts(path, top[i]))
			return top[i];
	return NULL;
}

/*
 * "/build/linux-5.15/net/ipv4/tcp.c" without where it was built. People also keep the tree in a
 * directory called kernel; and "/var/lib/dkms/...", of a module from outside, stays as it is.
 */
static struct slice without_build_path(struct slice path)
{
	for (size_t i = 0; i + 1 < path.n && path.n && *path.p == '/'; i++) {
		struct slice here = slice_from(path, i + 1);
		const char *dir = path.p[i] == '/' ? top_at(here) : NULL;

		if (!dir || (i == 4 && (slice_starts(path, "/usr") || slice_starts(path, "/var"))))
			continue;
		if (strcmp(dir, "kernel/") == 0 && top_at(slice_from(here, strlen(dir))))
			continue;
		return here;
	}
	return path;
}

/* " net/ipv4/tcp.c:1234": the first FILE:LINE of *s, which is left behind it. */
static struct slice eat_place(struct slice *s)
{
	for (size_t colon; (colon = slice_find_char(*s, ':')) != SLICE_NONE;) {
		struct slice path = slice_head(*s, colon);
		size_t from = colon, up;

		*s = slice_from(*s, colon + 1);
		if (!s->n || !is_digit(*s->p) || !is_source(path))
			continue;
		while (from && is_path(path.p[from - 1]) && colon - from < PATH_LIMIT)
			from--;
		path = slice_from(path, from);
		/* "./arch/x86/...", "arch/x86/kvm/../../../virt/kvm/eventfd.c" */
		slice_eat(&path, "./");
		while ((up = slice_find(path, "../")) != SLICE_NONE)
			path = slice_from(path, up + 3);
		return without_build_path(path);
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
	static const char *const marks[] = { " apic_timer_interrupt+0x", " el1h_64_irq+0x",
					     "Exception stack" };

	for (size_t m = 0; m < VMC_ARRAY_SIZE(marks); m++)
		for (size_t i = 0; i < n; i++)
			if (slice_has(line_text(lines[i]), marks[m]))
				return i;
	return 0;
}

struct slice vmc_oops_guilty_file(const struct vmc_log_line *const *lines, size_t n, bool stall)
{
	struct slice chosen = { "", 0 }, fallback = { "", 0 };

	for (size_t i = stall ? stall_start(lines, n) : 0; i < n; i++) {
		struct slice line = line_text(lines[i]), rest = slice_head(line, LINE_MAX), path;
		bool ignored = is_ignored_line(line);

		/* a decoded frame has a place for each function that was inlined there */
		while ((path = eat_place(&rest)).n) {
			if (!fallback.n)
				fallback = path;
			if (ignored || is_generic(path))
				continue;
			if (!chosen.n || is_deeper(path, chosen))
				chosen = path;
		}
	}
	return chosen.n ? chosen : fallback;
}
