/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/path.h"

#include <string.h>

/* Fewer directories in common are a matter of chance: "/usr", "/build". */
#define COMMON_MIN 2

/* Takes the last component off what stands behind `start`; false where there is none. */
static bool drop_last(struct vmc_str *out, size_t start)
{
	size_t i = out->len;

	if (i <= start + 1)
		return false;
	for (i--; i > start && out->data[i - 1] != '/'; i--)
		;
	if (vmc_streq(out->data + i, "../"))
		return false;
	out->len = i;
	out->data[i] = 0;
	return true;
}

/* Appends the path without "." and "..", each directory with its slash; ends without one. */
static void normalise(struct vmc_str *out, const char *path)
{
	size_t start = out->len;

	if (*path == '/')
		vmc_str_addc(out, '/');
	while (*path) {
		size_t n = strcspn(path, "/");
		bool up = n == 2 && path[0] == '.' && path[1] == '.';

		if (n && !(n == 1 && *path == '.') && !(up && drop_last(out, start))) {
			vmc_str_addn(out, path, n);
			vmc_str_addc(out, '/');
		}
		path += n;
		path += *path == '/';
	}
	if (out->len > start + 1 && out->data[out->len - 1] == '/')
		out->data[--out->len] = 0;
}

/* Length of the directories that both begin with, with the slash behind them. */
static size_t common(const char *path, const char *dir, unsigned int *ret_n)
{
	size_t end = 0;

	*ret_n = 0;
	for (size_t i = 0; path[i] && (path[i] == dir[i] || !dir[i]); i++) {
		if (path[i] == '/') {
			end = i + 1;
			*ret_n += i > 0;
		}
		if (!dir[i])
			break;
	}
	return end;
}

/* Length of the directory of `unit` with its slash where `path` lies in it; 0. */
static size_t in_directory_of(const char *path, const char *unit)
{
	const char *slash = strrchr(unit, '/');
	size_t n = slash ? (size_t)(slash - unit) + 1 : 0;

	return strncmp(path, unit, n) == 0 ? n : 0;
}

void source_path_add(struct vmc_str *out, const char *path, const char *comp_dir, const char *unit)
{
	vmc_autostr struct vmc_str whole = { 0 }, dir = { 0 }, own = { 0 };
	unsigned int n;
	size_t cut;

	normalise(&whole, path);
	normalise(&dir, comp_dir);
	cut = common(vmc_str_text(&whole), vmc_str_text(&dir), &n);
	if (n < COMMON_MIN) {
		normalise(&own, unit);
		/* a relative name is one below comp_dir */
		cut = *unit == '/' ? in_directory_of(vmc_str_text(&whole), vmc_str_text(&own)) : 0;
	}
	vmc_str_add(out, vmc_str_text(&whole) + cut);
}
