/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scope cleanup: a resource is released when its variable leaves scope, so
 * every early return is correct. Ownership moves out once, with vmc_take(),
 * after the last step that can fail.
 */
#ifndef VMC_BASE_CLEANUP_H
#define VMC_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define vmc_cleanup(fn) __attribute__((__cleanup__(fn)))

/* Defines the adapter `name` for vmc_cleanup() that calls `fn` unless NULL. */
#define VMC_DEFINE_CLEANUP(type, fn, name) \
	static inline void name(type *p)   \
	{                                  \
		if (*p)                    \
			fn(*p);            \
	}

static inline void vmc_cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void vmc_cleanup_fdp(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void vmc_cleanup_filep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define vmc_autofree vmc_cleanup(vmc_cleanup_freep)
#define vmc_autoclose vmc_cleanup(vmc_cleanup_fdp)
#define vmc_autofile vmc_cleanup(vmc_cleanup_filep)

/* Gives the pointer away: returns it and leaves NULL behind. */
#define vmc_take(p)                      \
	({                               \
		__auto_type take_ = (p); \
		(p) = NULL;              \
		take_;                   \
	})

#define VMC_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define VMC_PRINTF(f, a) __attribute__((__format__(__printf__, f, a)))
#define VMC_MUST_CHECK __attribute__((__warn_unused_result__))

#endif
