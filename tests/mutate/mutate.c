/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps, or debug info that is put beside a dump.
 *
 * The parent holds all images; a child works through a run of iterations on its own
 * copy-on-write view of them, and says in shared memory where it is. When it dies, the
 * parent reports that iteration and lets the next child go on behind it. An
 * iteration depends on nothing but the list of dumps, what this build of the program reads
 * of them, the seed and its number.
 */
#include "mutate.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_FOUND 90 /* the harness itself saw the failure */
#define EXIT_SKIPPED 77
#define JOBS_MAX 64
#define COUNT_TELLING 100
#define SLIM_EVERY 64 /* it costs as much as all the rest */

struct options {
	uint64_t seed, first, count, batch;
	unsigned int seconds, jobs;
	const char *write_to;
	const char *beside; /* the dump of the files of debug info; NULL: the files are dumps */
	bool verbose, only;
};

/* What a child tells. Counters are sums over all its iterations. */
struct slot {
	uint64_t next, end; /* iteration at work; where this child stops */
	char image[128], damage[400], found[300];
	char stage[32];
	char folder[32]; /* of files of debug info: a .ko is known by its name; "" none */
	uint64_t done, opened, kernel, tasks, log, debug;
	double seconds, slowest;
	uint64_t slowest_at, peak, peak_at;
	uint64_t started; /* first iteration of this child */
	pid_t pid;
};

static struct slot *slot; /* the child's own */
static struct outcome outcome;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* For a limit that breaks in the middle of an analysis, maybe in a signal handler. */
static void broken(const char *what)
{
	snprintf(slot->found, sizeof(slot->found), "%s", what);
	snprintf(slot->stage, sizeof(slot->stage), "%s", outcome.stage);
	guard_where();
	_exit(EXIT_FOUND);
}

static void write_file(const struct options *o, const struct image *im, size_t size)
{
	FILE *f = fopen(o->write_to, "wb");

	if (!f || fwrite(im->data, 1, size, f) != size)
		perror(o->write_to);
	if (f)
		fclose(f);
}

static void note_result(uint64_t i, double seconds)
{
	slot->opened += outcome.opened;
	slot->kernel += outcome.kernel;
	slot->tasks += outcome.tasks;
	slot->log += outcome.log;
	slot->debug += outcome.debug;
	slot->seconds += seconds;
	if (seconds > slot->slowest) {
		slot->slowest = seconds;
		slot->slowest_at = i;
	}
	if (guard_peak() > slot->peak) {
		slot->peak = guard_peak();
		slot->peak_at = i;
	}
}

static void iterate(const struct options *o, const images *all, uint64_t i, struct damage *d)
{
	uint64_t random = random_start(o->seed, i);
	struct image *im = &all->data[random_next(&random) % all->len];
	double start = now();
	size_t size;

	damage_do(im, &random, d);
	size = d->size;
	snprintf(slot->image, sizeof(slot->image), "%s", im->name);
	snprintf(slot->damage, sizeof(slot->damage), "%s", d->text);
	if (o->write_to)
		write_file(o, im, size);
	guard_start(broken, o->seconds);
	guard_fence(im->data + size, im->size - size, true);
	if (im->beside)
		analyse_beside(im, (struct vmc_bytes){ im->data, size }, slot->folder, i % 2,
			       &outcome);
	else
		analyse((struct vmc_bytes){ im->data, size }, i % SLIM_EVERY == 0, &outcome);
	guard_fence(im->data + size, im->size - size, false);
	note_result(i, now() - start);
	guard_stop();
	damage_undo(im, d);
	if (o->verbose)
		printf("%llu: %s: %s: %.3f s%s%s%s%s\n", (unsigned long long)i, im->name, d->text,
		       now() - start, outcome.opened ? "" : ", refused",
		       outcome.kernel ? ", kernel" : "", outcome.tasks ? ", tasks" : "",
		       outcome.debug ? ", debug info" : "");
	if (*outcome.wrong)
		broken(outcome.wrong);
}

_Noreturn static void child(const struct options *o, const images *all)
{
	struct damage d = { 0 };

	if (o->beside) {
		snprintf(slot->folder, sizeof(slot->folder), "/tmp/mutate.XXXXXX");
		if (!mkdtemp(slot->folder)) {
			perror(slot->folder);
			_exit(EXIT_FOUND);
		}
	}
	for (; slot->next < slot->end; slot->next++, slot->done++)
		iterate(o, all, slot->next, &d);
	damage_deinit(&d);
	fflush(stdout);
	snprintf(slot->stage, sizeof(slot->stage), "end");
	if (guard_leaks()) {
		snprintf(slot->found, sizeof(slot->found), "memory is lost in one of %llu to %llu",
			 (unsigned long long)slot->started, (unsigned long long)slot->end - 1);
		_exit(EXIT_FOUND);
	}
	_exit(0);
}

static void start_child(const struct options *o, const images *all, struct slot *s)
{
	pid_t pid;

	s->started = s->next;
	s->found[0] = s->stage[0] = s->damage[0] = s->image[0] = '\0';
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (pid == 0) {
		slot = s;
		child(o, all);
	}
	s->pid = pid; /* by the parent alone: the slot is shared */
}

/* Tells why the child of `s` ended before its time; false when it did not. */
static bool failed(const struct options *o, struct slot *s, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return false;
	printf("FAILURE %s iteration %llu", s->next == s->end ? "before" : "in",
	       (unsigned long long)s->next);
	if (*s->found)
		printf(": %s (%s)\n", s->found, s->stage);
	else if (WIFSIGNALED(status))
		printf(": signal %d, %s\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		printf(": exit status %d, see above\n", WEXITSTATUS(status));
	if (s->next == s->end) { /* behind the last one */
		printf("  again: mutate --seed %llu --from %llu --count %llu FILES...\n",
		       (unsigned long long)o->seed, (unsigned long long)s->started,
		       (unsigned long long)(s->end - s->started));
	} else {
		printf("  %s: %s\n  again: mutate --seed %llu --only %llu FILES...\n", s->image,
		       s->damage, (unsigned long long)o->seed, (unsigned long long)s->next);
	}
	fflush(stdout);
	return true;
}

static void remove_folder(const images *all, struct slot *s)
{
	for (size_t i = 0; i < all->len && *s->folder; i++) {
		vmc_autostr struct vmc_str path = { 0 };

		vmc_str_addf(&path, "%s/%s", s->folder, all->data[i].name);
		(void)unlink(vmc_str_text(&path));
	}
	if (*s->folder)
		(void)rmdir(s->folder);
	s->folder[0] = '\0';
}

/* Gives the slot its next run of iterations; false when there is none left. */
static bool hand_out(const struct options *o, struct slot *s, uint64_t *given)
{
	uint64_t left = o->first + o->count - *given;

	if (s->next < s->end)
		return true;
	if (!left)
		return false;
	s->next = *given;
	s->end = *given += left < o->batch ? left : o->batch;
	return true;
}

static uint64_t run(const struct options *o, const images *all, struct slot *slots)
{
	uint64_t given = o->first, failures = 0;
	unsigned int running = 0;

	for (unsigned int j = 0; j < o->jobs; j++) {
		if (hand_out(o, &slots[j], &given)) {
			start_child(o, all, &slots[j]);
			running++;
		}
	}
	while (running) {
		int status;
		pid_t pid = wait(&status);
		struct slot *s = slots;

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		while (s < slots + o->jobs && s->pid != pid)
			s++;
		if (s == slots + o->jobs)
			continue;
		running--;
		remove_folder(all, s);
		if (failed(o, s, status)) {
			failures++;
			if (s->next < s->end) {
				s->next++;
				s->done++;
			}
		}
		if (hand_out(o, s, &given)) {
			start_child(o, all, s);
			running++;
		}
	}
	return failures;
}

/*
 * Returns the number of iterations that were done. An undamaged dump that the program cannot
 * read any more would leave nothing to damage, and no failure: that is one.
 */
static uint64_t summary(const struct options *o, const struct slot *slots, uint64_t *failures)
{
	struct slot sum = { 0 };

	for (unsigned int j = 0; j < o->jobs; j++) {
		const struct slot *s = &slots[j];

		sum.done += s->done;
		sum.opened += s->opened;
		sum.kernel += s->kernel;
		sum.tasks += s->tasks;
		sum.log += s->log;
		sum.debug += s->debug;
		sum.seconds += s->seconds;
		if (s->slowest > sum.slowest) {
			sum.slowest = s->slowest;
			sum.slowest_at = s->slowest_at;
		}
		if (s->peak > sum.peak) {
			sum.peak = s->peak;
			sum.peak_at = s->peak_at;
		}
	}
	printf("opened %llu; with kernel symbols and types %llu, tasks %llu, log %llu, debug info "
	       "%llu\n"
	       "%.0f ms of processor time each; slowest %.2f s (%llu); most memory %llu MiB "
	       "(%llu)\n",
	       (unsigned long long)sum.opened, (unsigned long long)sum.kernel,
	       (unsigned long long)sum.tasks, (unsigned long long)sum.log,
	       (unsigned long long)sum.debug,
	       sum.seconds * 1000 / (double)(sum.done ? sum.done : 1), sum.slowest,
	       (unsigned long long)sum.slowest_at, (unsigned long long)sum.peak >> 20,
	       (unsigned long long)sum.peak_at);
	if (!sum.tasks && sum.done >= COUNT_TELLING) {
		printf("FAILURE: not one analysis came as far as the tasks\n");
		++*failures;
	}
	if (o->beside && !sum.debug && sum.done >= COUNT_TELLING) {
		printf("FAILURE: not one file of debug info was of use\n");
		++*failures;
	}
	return sum.done;
}

/* ---- the list of dumps ---- */

typedef VMC_VEC(char *) names;

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_dump_name(const char *name)
{
	return vmc_str_ends(name, ".kdump") || vmc_str_ends(name, ".elf") ||
	       vmc_str_starts(name, "vmcore");
}

/* A file as it is, of a folder the dumps in it, by name: the order must not change. */
static bool add_names(const char *path, names *all)
{
	size_t first = all->len;
	struct dirent *e;
	struct stat st;
	DIR *d;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return vmc_vec_push(all, strdup(path));
	d = opendir(path);
	if (!d) {
		perror(path);
		return false;
	}
	while ((e = readdir(d))) {
		char *name = NULL;

		if (is_dump_name(e->d_name) && asprintf(&name, "%s/%s", path, e->d_name) > 0)
			(void)vmc_vec_push(all, name);
	}
	closedir(d);
	if (all->len > first)
		qsort(all->data + first, all->len - first, sizeof(*all->data), by_name);
	return true;
}

static bool load(const struct options *o, const names *files, images *all)
{
	for (size_t i = 0; i < files->len && o->beside; i++) {
		if (!debug_image_make(files->data[i], o->beside, all)) {
			fprintf(stderr, "%s: no file of debug info\n", files->data[i]);
			return false;
		}
	}
	if (o->beside)
		return true;
	for (size_t i = 0; i < files->len; i++) {
		struct seed s;
		bool ok = seed_open(files->data[i], &s);

		if (!ok)
			return false;
		ok = image_make(&s, i, all);
		seed_close(&s);
		if (!ok) {
			fprintf(stderr, "%s: no images could be made of it\n", files->data[i]);
			return false;
		}
	}
	return true;
}

static int usage(void)
{
	fprintf(stderr, "usage: mutate [options] DUMP-OR-FOLDER...\n"
			"       mutate [options] --beside DUMP VMLINUX-OR-MODULE...\n"
			"  --count N     iterations (1000)\n"
			"  --seed N      which ones (1)\n"
			"  --only I      one iteration; --from I: start there\n"
			"  --jobs N      processes (1)\n"
			"  --batch N     iterations a process (100)\n"
			"  --limit S     seconds of processor time each may take (10)\n"
			"  --write FILE  with --only: keep the mutated file\n"
			"  --verbose     a line for every iteration\n");
	return 2;
}

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "count", 1, NULL, 'c' },
		{ "seed", 1, NULL, 's' },
		{ "only", 1, NULL, 'o' },
		{ "from", 1, NULL, 'f' },
		{ "jobs", 1, NULL, 'j' },
		{ "batch", 1, NULL, 'b' },
		{ "limit", 1, NULL, 'l' },
		{ "write", 1, NULL, 'w' },
		{ "verbose", 0, NULL, 'v' },
		{ "beside", 1, NULL, 'd' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		uint64_t n = optarg ? strtoull(optarg, NULL, 0) : 0;

		switch (c) {
		case 'c':
			o->count = n;
			break;
		case 's':
			o->seed = n;
			break;
		case 'o':
			o->first = n;
			o->only = true;
			break;
		case 'f':
			o->first = n;
			break;
		case 'j':
			o->jobs = (unsigned int)n;
			break;
		case 'b':
			o->batch = n;
			break;
		case 'l':
			o->seconds = (unsigned int)n;
			break;
		case 'w':
			o->write_to = optarg;
			break;
		case 'd':
			o->beside = optarg;
			break;
		case 'v':
			o->verbose = true;
			break;
		default:
			return false;
		}
	}
	if (o->only) {
		o->count = 1;
		o->verbose = true;
	} else if (o->write_to) {
		return false;
	}
	return optind < argc && o->count && o->batch && o->seconds && o->jobs &&
	       o->jobs <= JOBS_MAX;
}

int main(int argc, char **argv)
{
	struct options o = { .seed = 1, .count = 1000, .batch = 100, .seconds = 10, .jobs = 1 };
	uint64_t failures, done;
	images all = { 0 };
	names files = { 0 };
	struct slot *slots;

	if (!parse(argc, argv, &o))
		return usage();
	for (int i = optind; i < argc; i++) {
		if (!add_names(argv[i], &files))
			return 2;
	}
	if (!files.len) {
		printf("no dump in %s: nothing to mutate\n", argv[optind]);
		return EXIT_SKIPPED;
	}
	if (!load(&o, &files, &all))
		return 2;
	slots = mmap(NULL, o.jobs * sizeof(*slots), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (slots == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	failures = run(&o, &all, slots);
	done = summary(&o, slots, &failures);
	failures += done < o.count && !failures; /* never report what was not done */
	printf("%llu iterations, %llu failures\n", (unsigned long long)done,
	       (unsigned long long)failures);
	for (size_t i = 0; i < all.len; i++)
		image_free(&all.data[i]);
	vmc_vec_free(&all);
	for (size_t i = 0; i < files.len; i++)
		free(files.data[i]);
	vmc_vec_free(&files);
	return failures ? 1 : 0;
}
