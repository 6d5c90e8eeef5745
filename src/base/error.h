/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors are values. A function that can fail returns `struct vmc_error *`;
 * NULL is success. The code says what kind of failure it is (in a dump, the
 * reason why data is absent is half of the diagnosis); the text says what was
 * being read, where, and why it failed. Each level may add one prefix with
 * vmc_error_wrap(), so the text grows outward:
 *
 *     task_struct.mm of ff42ad4f41b42100: physical 0x1f000: page excluded ...
 *
 * Ownership: the caller owns a returned error and frees it with
 * vmc_error_free(), hands it on, or drops it into an output list. The error
 * for exhausted memory is static; freeing it is harmless.
 */
#ifndef VMC_BASE_ERROR_H
#define VMC_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

enum vmc_code {
	VMC_OK,		 /* no error (only for vmc_error_code(NULL)) */
	VMC_NO_MEMORY,	 /* allocation failed, or a request was over its cap */
	VMC_IO,		 /* the operating system refused: open, read, write */
	VMC_BAD_FORMAT,	 /* bytes that contradict the format they should have */
	VMC_NOT_FORMAT,	 /* not this format at all: try the next one */
	VMC_EXCLUDED,	 /* page left out on purpose by the dump tool */
	VMC_TRUNCATED,	 /* page lost because the file ends too early */
	VMC_DAMAGED,	 /* page is there, but does not decode */
	VMC_NOT_RAM,	 /* physical address that the dump never covered */
	VMC_UNMAPPED,	 /* virtual address without a translation */
	VMC_NOT_FOUND,	 /* no such symbol, type, member, task ... */
	VMC_UNSUPPORTED, /* recognised, but this program cannot read it */
	VMC_MISMATCH,	 /* debug info or part of another kernel or dump */
	VMC_LIMIT,	 /* a budget, count, depth or cycle guard stopped a walk */
	VMC_USAGE,	 /* the caller asked for something impossible */
	VMC_CODE_COUNT,
};

struct vmc_error;

/* New error with a printf-style text (no final full stop or newline). */
struct vmc_error *vmc_error_new(enum vmc_code code, const char *fmt, ...)
	VMC_PRINTF(2, 3) VMC_MUST_CHECK;

/* VMC_IO error: "<text>: <strerror(err)>". */
struct vmc_error *vmc_error_os(int err, const char *fmt, ...) VMC_PRINTF(2, 3) VMC_MUST_CHECK;

/* The static out-of-memory error. */
struct vmc_error *vmc_error_no_memory(void) VMC_MUST_CHECK;

/*
 * Puts "<text>: " in front. Consumes `err` and returns the error to use instead;
 * NULL stays NULL. When memory is short the text is left as it was.
 */
struct vmc_error *vmc_error_wrap(struct vmc_error *err, const char *fmt, ...)
	VMC_PRINTF(2, 3) VMC_MUST_CHECK;

/* A copy with the same code and text. */
struct vmc_error *vmc_error_copy(const struct vmc_error *err) VMC_MUST_CHECK;

void vmc_error_free(struct vmc_error *err);

/* VMC_OK for NULL. */
enum vmc_code vmc_error_code(const struct vmc_error *err);
/* "" for NULL; never NULL. Valid as long as the error. */
const char *vmc_error_text(const struct vmc_error *err);
/* The code in words: "page excluded by the dump tool", ... */
const char *vmc_code_text(enum vmc_code code);

/* True when the code means "these bytes are not in the dump", whatever the reason. */
bool vmc_code_is_absent(enum vmc_code code);

VMC_DEFINE_CLEANUP(struct vmc_error *, vmc_error_free, vmc_cleanup_errorp)
#define vmc_autoerror vmc_cleanup(vmc_cleanup_errorp)

/* Returns from the caller with the error of `expr`, if it has one. */
#define VMC_TRY(expr)                                \
	do {                                         \
		struct vmc_error *try_err_ = (expr); \
		if (try_err_)                        \
			return try_err_;             \
	} while (0)

#endif
