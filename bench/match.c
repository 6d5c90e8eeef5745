/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match MEGABYTES LOG...: how fast the knowledge base reads a log, and what memory it takes.
 *
 * The lines of the LOGs come again and again, each time with other numbers in their stamps, so
 * that no two are equal; prefixes are off, as they are in a report. The log is made in
 * pieces that are matched and thrown away: what memory grows, the matcher takes. Only the
 * matching is timed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/str.h"
#include "knowledge/match.h"
#include "oops/oops.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define MATCHES_MAX 8

struct counts {
	uint64_t bytes, lines, matched;
	double seconds;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool read_file(const char *path, struct vmc_str *ret)
{
	FILE *f = fopen(path, "rb");
	char buf[65536];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		vmc_str_addn(ret, buf, n);
	fclose(f);
	return !ret->failed;
}

/* The next lines, a pid of `round` behind each: no line is like one before. */
static void make_piece(const struct vmc_log_lines *lines, size_t *next, struct vmc_str *ret)
{
	static uint64_t round;

	vmc_str_clear(ret);
	while (ret->len < PIECE_BYTES && !ret->failed) {
		const struct vmc_log_line *l = &lines->data[*next];

		vmc_str_addn(ret, l->text, l->len);
		vmc_str_addf(ret, " %" PRIu64 "\n", round);
		*next = (*next + 1) % lines->len;
		round += !*next;
	}
}

static void match_piece(struct vmc_matcher *m, const struct vmc_str *piece, struct counts *c)
{
	const char *p = vmc_str_text(piece), *end = p + piece->len;
	struct vmc_match matches[MATCHES_MAX];
	double begin = now();

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		c->matched += vmc_matcher_line(m, p, (size_t)(nl - p), matches, MATCHES_MAX) > 0;
		c->lines++;
		p = nl + 1;
	}
	c->seconds += now() - begin;
	c->bytes += piece->len;
}

int main(int argc, char **argv)
{
	vmc_autostr struct vmc_str text = { 0 }, piece = { 0 };
	vmc_automatcher struct vmc_matcher *m = NULL;
	struct vmc_log_lines lines = { 0 };
	struct counts c = { 0 };
	struct rusage usage;
	size_t next = 0;
	uint64_t want = argc > 2 ? strtoull(argv[1], NULL, 10) * 1000000 : 0;
	struct vmc_error *err;

	for (int i = 2; i < argc; i++) {
		if (!read_file(argv[i], &text)) {
			perror(argv[i]);
			return 1;
		}
	}
	err = vmc_log_split(vmc_str_text(&text), text.len, &lines);
	if (!err)
		err = vmc_matcher_new_builtin(&m);
	if (err || !lines.len || !want) {
		fprintf(stderr, "usage: match MEGABYTES LOG...  %s\n",
			err ? vmc_error_text(err) : "");
		vmc_error_free(err);
		vmc_log_lines_deinit(&lines);
		return 2;
	}
	while (c.bytes < want) {
		make_piece(&lines, &next, &piece);
		match_piece(m, &piece, &c);
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%.0f MB, %" PRIu64 " lines, %" PRIu64
	       " matched: %.0f MB/s on one core, peak %.1f MB\n",
	       (double)c.bytes / 1e6, c.lines, c.matched, (double)c.bytes / 1e6 / c.seconds,
	       (double)usage.ru_maxrss * 1024 / 1e6);
	vmc_log_lines_deinit(&lines);
	return 0;
}
