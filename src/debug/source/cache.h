/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder where debug info is kept: CACHE/vmcoroner/debuginfo/KEY/vmlinux as it was unpacked,
 * KEY/profile as it was made (debug/profile/), the key being the build id of the dump's
 * kernel, or its release where that is unknown. A file in it is complete or not there: it is
 * written under another name and renamed, so that writers at the same time cannot disturb each
 * other, and what is read is checked like a file from anywhere else.
 */
#ifndef VMC_DEBUG_CACHE_H
#define VMC_DEBUG_CACHE_H

#include "base/error.h"
#include "base/str.h"

/* $XDG_CACHE_HOME/vmcoroner/debuginfo, else below $HOME/.cache; false where there is neither. */
bool vmc_cache_folder(struct vmc_str *ret);
/* Where debuginfod's client keeps what it has fetched. */
bool vmc_cache_debuginfod(struct vmc_str *ret);

/* A file that is being made in the cache. */
struct vmc_cache_file {
	struct vmc_str folder, name;
	int fd;
};

/* Opens an empty file with a name of its own in the cache, whose folders are made if need be. */
struct vmc_error *vmc_cache_create(struct vmc_cache_file *ret) VMC_MUST_CHECK;
/* Appends. */
struct vmc_error *vmc_cache_write(struct vmc_cache_file *f, const uint8_t *p,
				  size_t n) VMC_MUST_CHECK;
/* Gives it its place, KEY/name; ret_path is where it lies then. The file is closed in any case. */
struct vmc_error *vmc_cache_commit(struct vmc_cache_file *f, const char *key, const char *name,
				   struct vmc_str *ret_path) VMC_MUST_CHECK;
/* Closes the file, and removes it where it was not committed. */
void vmc_cache_file_deinit(struct vmc_cache_file *f);

#endif
