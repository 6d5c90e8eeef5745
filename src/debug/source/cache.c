/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* The base directory specification wants relative paths to be ignored. */
static bool base_folder(struct vmc_str *ret)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	vmc_str_clear(ret);
	if (cache && cache[0] == '/')
		vmc_str_add(ret, cache);
	else if (home && home[0] == '/')
		vmc_str_addf(ret, "%s/.cache", home);
	return ret->len != 0;
}

bool vmc_cache_folder(struct vmc_str *ret)
{
	if (!base_folder(ret))
		return false;
	vmc_str_add(ret, "/vmcoroner/debuginfo");
	return !ret->failed;
}

bool vmc_cache_debuginfod(struct vmc_str *ret)
{
	const char *own = getenv("DEBUGINFOD_CACHE_PATH");

	if (own && *own) {
		vmc_str_clear(ret);
		vmc_str_add(ret, own);
		return !ret->failed;
	}
	if (!base_folder(ret))
		return false;
	vmc_str_add(ret, "/debuginfod_client");
	return !ret->failed;
}

/* mkdir -p; folders are the user's alone: what is in them came out of packages that he gave. */
static struct vmc_error *make_folders(const char *path)
{
	vmc_autofree char *copy = strdup(path);

	if (!copy)
		return vmc_error_no_memory();
	for (char *at = copy + 1;; at++) {
		char c = *at;

		if (c && c != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			return vmc_error_os(errno, "%s: the folder cannot be made", copy);
		*at = c;
		if (!c)
			return NULL;
	}
}

struct vmc_error *vmc_cache_create(struct vmc_cache_file *ret)
{
	struct vmc_cache_file f = { .fd = -1 };
	struct vmc_error *err;

	if (!vmc_cache_folder(&f.folder)) {
		vmc_cache_file_deinit(&f);
		return vmc_error_new(VMC_IO, "there is no folder to unpack to: neither "
					     "XDG_CACHE_HOME nor HOME is set");
	}
	err = make_folders(vmc_str_text(&f.folder));
	vmc_str_addf(&f.name, "%s/new.XXXXXX", vmc_str_text(&f.folder));
	if (!err && f.name.failed)
		err = vmc_error_no_memory();
	if (!err) {
		f.fd = mkostemp(f.name.data, O_CLOEXEC);
		if (f.fd < 0) {
			err = vmc_error_os(errno, "%s: no file can be made here",
					   vmc_str_text(&f.folder));
			vmc_str_clear(&f.name);
		}
	} else {
		vmc_str_clear(&f.name);
	}
	if (err) {
		vmc_cache_file_deinit(&f);
		return err;
	}
	*ret = f;
	return NULL;
}

struct vmc_error *vmc_cache_write(struct vmc_cache_file *f, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t done = write(f->fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return vmc_error_os(errno, "%s: it cannot be written to",
					    vmc_str_text(&f->name));
		p += done;
		n -= (size_t)done;
	}
	return NULL;
}

struct vmc_error *vmc_cache_commit(struct vmc_cache_file *f, const char *key, const char *name,
				   struct vmc_str *ret_path)
{
	vmc_autostr struct vmc_str path = { 0 };
	int closed = close(f->fd);

	f->fd = -1;
	if (closed != 0)
		return vmc_error_os(errno, "%s", vmc_str_text(&f->name));
	vmc_str_addf(&path, "%s/%s", vmc_str_text(&f->folder), key);
	VMC_TRY(make_folders(vmc_str_text(&path)));
	vmc_str_addf(&path, "/%s", name);
	if (path.failed)
		return vmc_error_no_memory();
	if (rename(vmc_str_text(&f->name), vmc_str_text(&path)) != 0)
		return vmc_error_os(errno, "%s", vmc_str_text(&path));
	vmc_str_clear(&f->name);
	vmc_str_clear(ret_path);
	vmc_str_add(ret_path, vmc_str_text(&path));
	return ret_path->failed ? vmc_error_no_memory() : NULL;
}

void vmc_cache_file_deinit(struct vmc_cache_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	if (f->name.len)
		unlink(vmc_str_text(&f->name));
	vmc_str_deinit(&f->folder);
	vmc_str_deinit(&f->name);
}
