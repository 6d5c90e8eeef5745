/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	(void)args;
	(void)out;
	s->quit = true;
	return NULL;
}

const struct vmc_command vmc_command_quit = {
	.name = "quit",
	.aliases = "exit q",
	.options = "",
	.usage = "",
	.summary = "leaves the shell",
	.help = "So does the end of input (Ctrl-D).\n",
	.run = run,
};
