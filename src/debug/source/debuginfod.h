/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debug info from the servers that the user named in DEBUGINFOD_URLS, by build id. Without that
 * variable nothing is ever asked of a network.
 *
 * The client is elfutils' libdebuginfod, loaded only when it is wanted: it brings libcurl and its
 * many libraries, which would cost every run of the program. It keeps what it fetches in a
 * cache of its own, and remembers for ten minutes what the servers do not have.
 */
#ifndef VMC_DEBUG_DEBUGINFOD_H
#define VMC_DEBUG_DEBUGINFOD_H

#include "base/error.h"
#include "base/str.h"

/* Did the user name servers? */
bool vmc_debuginfod_wanted(void);

/*
 * Path of the file with this build id (lower-case hex), fetched if need be. VMC_NOT_FOUND: no
 * server has it; VMC_UNSUPPORTED: the library is not installed; VMC_LIMIT: the servers were silent
 * or slow for too long; VMC_IO: what else the client says.
 */
struct vmc_error *vmc_debuginfod_fetch(const char *build_id, struct vmc_str *ret) VMC_MUST_CHECK;

#endif
