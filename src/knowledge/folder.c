/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules that people keep in folders of their own. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "knowledge/match.h"
#include "knowledge/rules.h"

static int is_rules(const struct dirent *e)
{
	return e->d_name[0] != '.' && vmc_str_ends(e->d_name, ".yaml");
}

static struct vmc_error *read_file(const char *path, struct vmc_str *ret)
{
	/* a pipe of that name must not make the program wait */
	vmc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char buf[16384];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		return vmc_error_os(errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return vmc_error_new(VMC_NOT_FORMAT, "%s: is no regular file", path);
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vmc_error_os(errno, "%s", path);
		vmc_str_addn(ret, buf, (size_t)n);
		/* one byte too many is enough for the parser to refuse it */
		if (ret->len > VMC_RULES_FILE_MAX)
			break;
	}
	return ret->failed ? vmc_error_no_memory() : NULL;
}

/* Takes out the rules from `first` on that do not hold what they promise. */
static void drop_bad(struct vmc_rules *r, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < r->rules.len; i++) {
		struct vmc_error *err = vmc_rule_check(&r->rules.data[i]);

		if (err)
			vmc_rules_problem(r, err);
		else
			r->rules.data[kept++] = r->rules.data[i];
	}
	r->rules.len = kept;
}

static struct vmc_error *add_file(const char *folder, const char *name, struct vmc_rules *r)
{
	vmc_autostr struct vmc_str path = { 0 }, text = { 0 };
	size_t before = r->rules.len;
	struct vmc_error *err;

	vmc_str_addf(&path, "%s/%s", folder, name);
	err = read_file(vmc_str_text(&path), &text);
	if (err && vmc_error_code(err) != VMC_NO_MEMORY) {
		vmc_rules_problem(r, err);
		return NULL;
	}
	if (!err)
		err = vmc_rules_parse(vmc_str_text(&path), vmc_str_text(&text), text.len, r);
	if (!err)
		drop_bad(r, before);
	return err;
}

struct vmc_error *vmc_rules_read_folder(const char *folder, struct vmc_rules *r)
{
	struct dirent **entries = NULL;
	struct vmc_error *err = NULL;
	int n = scandir(folder, &entries, is_rules, alphasort);

	if (n < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			vmc_rules_problem(r, vmc_error_os(errno, "%s", folder));
		return NULL;
	}
	for (int i = 0; i < n; i++) {
		if (!err)
			err = add_file(folder, entries[i]->d_name, r);
		free(entries[i]);
	}
	free(entries);
	return err;
}
