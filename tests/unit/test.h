/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmocka and what it wants included before it, for every unit test. */
#ifndef VMC_TESTS_TEST_H
#define VMC_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

/* Fails with the error's text unless expr returns NULL. */
#define assert_ok(expr)                                                     \
	do {                                                                \
		vmc_autoerror struct vmc_error *ok_err_ = (expr);           \
		if (ok_err_)                                                \
			fail_msg("%s: %s", #expr, vmc_error_text(ok_err_)); \
	} while (0)

/* Fails unless expr returns an error of that code. */
#define assert_code(expr, want)                                                               \
	do {                                                                                  \
		vmc_autoerror struct vmc_error *code_err_ = (expr);                           \
		if (vmc_error_code(code_err_) != (want))                                      \
			fail_msg("%s: code %d (%s), expected %d", #expr,                      \
				 (int)vmc_error_code(code_err_), vmc_error_text(code_err_),   \
				 (int)(want));                                                \
	} while (0)

#endif
