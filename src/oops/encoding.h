/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log text that a Windows program has saved: UTF-16, which is what PowerShell's ">" makes. */
#ifndef VMC_OOPS_ENCODING_H
#define VMC_OOPS_ENCODING_H

#include "base/error.h"
#include "base/str.h"

/* By its byte order mark, or by every other byte being zero. */
bool vmc_log_is_utf16(const char *text, size_t size);
/* Appends it as UTF-8; what is no character becomes U+FFFD. */
struct vmc_error *vmc_log_decode_utf16(const char *text, size_t size,
				       struct vmc_str *ret) VMC_MUST_CHECK;

#endif
