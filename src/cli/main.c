/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A dump must never be opened as descriptor 0, 1 or 2 because the caller closed them. */
static void fill_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_RDWR) != fd)
			return;
	}
}

static enum vmc_exit run(const struct vmc_options *o)
{
	vmc_autostr struct vmc_str out = { 0 };

	if (o->version) {
		vmc_str_add(&out, "vmcoroner " VMC_VERSION "\n");
		return vmc_exit_write(NULL, &out, VMC_EXIT_OK);
	}
	if (o->help) {
		/* `report --help` is about the default command only when it is spelled out */
		vmc_options_help(o->verb_named ? o->verb : NULL, &out);
		return vmc_exit_write(NULL, &out, VMC_EXIT_OK);
	}
	return o->verb->run(o);
}

int main(int argc, char **argv)
{
	struct vmc_options o = { 0 };
	struct vmc_error *err;
	enum vmc_exit status;

	/* a reader that goes away shows as EPIPE, which exit.c knows */
	signal(SIGPIPE, SIG_IGN);
	fill_standard_descriptors();
	err = vmc_options_parse(argc, argv, &o);
	status = err ? vmc_exit_error(err) : run(&o);
	vmc_options_deinit(&o);
	return (int)status;
}
