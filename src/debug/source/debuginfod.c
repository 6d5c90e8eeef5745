/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/debuginfod.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIBRARY "libdebuginfod.so.1"
/* The client alone would wait 90 seconds for each server; a report without debug info is better. */
#define SILENCE_SECONDS 15
/* A vmlinux of 700 MB at 1 MB/s. */
#define FETCH_SECONDS 720

typedef struct debuginfod_client client;
typedef int progress(client *c, long done, long total);

/* What is used of the library, by elfutils/debuginfod.h. */
struct library {
	client *(*begin)(void);
	int (*find)(client *c, const unsigned char *id, int id_len, char **path);
	void (*set_progress)(client *c, progress *f);
	void (*end)(client *c);
};

struct watch {
	time_t start, heard;
	long done;
	bool too_long;
};

/* Of the fetch at work: the client tells its callback nothing by which it could find it. */
static _Thread_local struct watch *watched;

bool vmc_debuginfod_wanted(void)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	return urls && urls[0];
}

/* It is never closed: libcurl keeps state in the process that must not be set up twice. */
static bool load(struct library *l)
{
	void *handle = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	const struct {
		const char *name;
		void *at;
	} functions[] = {
		{ "debuginfod_begin", &l->begin },
		{ "debuginfod_find_debuginfo", &l->find },
		{ "debuginfod_set_progressfn", &l->set_progress },
		{ "debuginfod_end", &l->end },
	};

	for (size_t i = 0; handle && i < VMC_ARRAY_SIZE(functions); i++) {
		void *f = dlsym(handle, functions[i].name);

		if (!f)
			return false;
		memcpy(functions[i].at, &f, sizeof(f));
	}
	return handle != NULL;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Called at least once a second; what is not zero ends the fetch. */
static int see_progress(client *c, long done, long total)
{
	struct watch *w = watched;
	time_t t = now();

	(void)c;
	(void)total;
	if (done != w->done) {
		w->done = done;
		w->heard = t;
	}
	w->too_long = t - w->heard >= SILENCE_SECONDS || t - w->start >= FETCH_SECONDS;
	return w->too_long;
}

static struct vmc_error *why_not(int status, const struct watch *w)
{
	if (w->too_long)
		return vmc_error_new(VMC_LIMIT,
				     "the servers of DEBUGINFOD_URLS were given up after %lld "
				     "seconds and %ld bytes; 'debuginfod-find debuginfo' with the "
				     "build id waits longer",
				     (long long)(now() - w->start), w->done);
	if (status == -ENOENT)
		return vmc_error_new(VMC_NOT_FOUND, "no server of DEBUGINFOD_URLS has it");
	return vmc_error_os(-status, "the servers of DEBUGINFOD_URLS did not give it");
}

struct vmc_error *vmc_debuginfod_fetch(const char *build_id, struct vmc_str *ret)
{
	struct library lib;
	struct watch w = { .start = now() };
	vmc_autofree char *path = NULL;
	client *c;
	int fd;

	if (!load(&lib))
		return vmc_error_new(VMC_UNSUPPORTED,
				     "DEBUGINFOD_URLS is set, but " LIBRARY " is not installed");
	c = lib.begin();
	if (!c)
		return vmc_error_no_memory();
	w.heard = w.start;
	watched = &w;
	lib.set_progress(c, see_progress);
	/* a length of 0: the id is hex */
	fd = lib.find(c, (const unsigned char *)build_id, 0, &path);
	watched = NULL;
	lib.end(c);
	if (fd < 0)
		return why_not(fd, &w);
	close(fd);
	vmc_str_clear(ret);
	vmc_str_add(ret, path);
	return ret->failed ? vmc_error_no_memory() : NULL;
}
