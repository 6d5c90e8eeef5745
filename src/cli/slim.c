/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "inquest/slim.h"

/* Writes beside the final name, so that OUT is a whole dump or not there. */
static struct vmc_error *write_slim(struct vmc_case *c, const char *out,
				    struct vmc_slim_stats *stats)
{
	vmc_autostr struct vmc_str name = { 0 };
	struct vmc_error *err;
	int fd;

	VMC_TRY(vmc_temporary(out, &name, &fd));
	close(fd);
	err = vmc_slim(c->target, vmc_case_path(c), vmc_str_text(&name), stats);
	if (!err && rename(vmc_str_text(&name), out) != 0)
		err = vmc_error_os(errno, "%s: the finished file could not take this name", out);
	if (err)
		unlink(vmc_str_text(&name));
	return err;
}

enum vmc_exit vmc_run_slim(const struct vmc_options *o)
{
	vmc_autocase struct vmc_case c = { 0 };
	struct vmc_slim_stats stats = { 0 };
	struct vmc_error *err;

	if (!o->output)
		return vmc_exit_error(
			vmc_error_new(VMC_USAGE, "slim: name the file to write: -o OUT"));
	err = vmc_case_open(o, true, &c);
	if (!err && !c.target)
		err = vmc_error_new(VMC_NOT_FORMAT, "%s: this is a log, slim needs a dump",
				    vmc_case_path(&c));
	if (!err)
		err = write_slim(&c, o->output, &stats);
	if (err)
		return vmc_exit_error(err);
	vmc_exit_note("%s: %llu pages, %llu bytes", o->output, (unsigned long long)stats.pages,
		      (unsigned long long)stats.bytes);
	return VMC_EXIT_OK;
}
