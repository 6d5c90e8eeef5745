/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations are counted by wrapping them at link time (see meson.build), which works with
 * every compiler and sanitizer. What libraries allocate inside, and strdup(), is not
 * seen; it is small.
 */
#include "mutate.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* A process that waits instead of computing is stuck as well. */
#define WALL_FACTOR 12u

static struct {
	guard_broken *broken; /* NULL: off */
	int64_t live;
	size_t peak;
} guard;

__attribute__((visibility("default"))) const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__ubsan_default_options(void);
const char *__asan_default_options(void)
{
	/* a small quarantine: each iteration allocates some 50 MB, which would only wait there */
	return "allocator_may_return_null=1:max_allocation_size_mb=1100:quarantine_size_mb=32:"
	       "malloc_context_size=12:detect_stack_use_after_return=0";
}

const char *__ubsan_default_options(void)
{
	return "halt_on_error=1:print_stacktrace=1";
}

#pragma weak __sanitizer_print_stack_trace
void __sanitizer_print_stack_trace(void);
#pragma weak __lsan_do_recoverable_leak_check
int __lsan_do_recoverable_leak_check(void);
#pragma weak __asan_poison_memory_region
void __asan_poison_memory_region(const volatile void *addr, size_t size);
#pragma weak __asan_unpoison_memory_region
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);

void guard_where(void)
{
	if (__sanitizer_print_stack_trace)
		__sanitizer_print_stack_trace();
}

bool guard_leaks(void)
{
	return __lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check();
}

void guard_fence(const uint8_t *data, size_t size, bool up)
{
	if (up && __asan_poison_memory_region)
		__asan_poison_memory_region(data, size);
	if (!up && __asan_unpoison_memory_region)
		__asan_unpoison_memory_region(data, size);
}

static void out_of_time(int sig)
{
	guard_broken *f = guard.broken;

	guard.broken = NULL;
	if (f)
		f(sig == SIGPROF ? "over the limit of processor time" : "waits for something");
}

void guard_start(guard_broken *f, unsigned int cpu_seconds)
{
	const struct itimerval cpu = { .it_value.tv_sec = cpu_seconds };
	const struct itimerval wall = { .it_value.tv_sec = cpu_seconds * WALL_FACTOR };

	guard.live = 0;
	guard.peak = 0;
	guard.broken = f;
	signal(SIGPROF, out_of_time);
	signal(SIGALRM, out_of_time);
	setitimer(ITIMER_PROF, &cpu, NULL);
	setitimer(ITIMER_REAL, &wall, NULL);
}

void guard_stop(void)
{
	const struct itimerval off = { 0 };

	setitimer(ITIMER_PROF, &off, NULL);
	setitimer(ITIMER_REAL, &off, NULL);
	guard.broken = NULL;
}

size_t guard_peak(void)
{
	return guard.peak;
}

/* Before an allocation: is it too large, alone or with what there is? */
static void account(size_t size)
{
	guard_broken *f = guard.broken;

	if (!f)
		return;
	if (size > GUARD_BYTES_MAX || guard.live > (int64_t)(GUARD_BYTES_MAX - size)) {
		char text[100];

		guard.broken = NULL; /* whoever is told may allocate */
		snprintf(text, sizeof(text), "allocation of %zu bytes beside %lld", size,
			 (long long)guard.live);
		f(text);
	}
}

static void *allocated(void *p)
{
	if (guard.broken && p) {
		guard.live += (int64_t)malloc_usable_size(p);
		if (guard.live > (int64_t)guard.peak)
			guard.peak = (size_t)guard.live;
	}
	return p;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	account(size);
	return allocated(__real_malloc(size));
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	size_t total;

	account(__builtin_mul_overflow(n, size, &total) ? SIZE_MAX : total);
	return allocated(__real_calloc(n, size));
}

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
	int64_t before = p ? (int64_t)malloc_usable_size(p) : 0;

	account(size);
	p = __real_realloc(p, size);
	if (p)
		guard.live -= before;
	return allocated(p);
}

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
	if (guard.broken && p)
		guard.live -= (int64_t)malloc_usable_size(p);
	__real_free(p);
}
