/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"
#include "render/sections.h"
#include "render/words.h"

static struct vmc_error *taint(const struct vmc_session *s, struct vmc_str *out)
{
	const struct vmc_system *sys = &s->report->system;

	if (!sys->has_taint)
		return vmc_error_new(VMC_NOT_FOUND, "the taint mask could not be read");
	vmc_str_addf(out, "TAINTED_MASK: %llx  ", (unsigned long long)sys->taint);
	vmc_words_taint(sys->taint, out);
	vmc_str_addc(out, '\n');
	return NULL;
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	if (args->n_operands)
		return vmc_error_new(VMC_USAGE, "takes no arguments");
	if (vmc_args_has(args, 't'))
		return taint(s, out);
	vmc_banner_text(s->report, out);
	return NULL;
}

const struct vmc_command vmc_command_sys = {
	.name = "sys",
	.aliases = "",
	.options = "t",
	.usage = "[-t]",
	.summary = "the system that crashed: release, time, load, panic",
	.help = "Shows the block that the shell starts with. Date, uptime and load are read from\n"
		"the kernel's own clock at the moment of the dump; a field that could not be read "
		"is\n"
		"left out.\n"
		"\n"
		"  -t   only the taint mask and its letters\n"
		"\n"
		"EXAMPLES\n"
		"  Everything, and one field of it:\n"
		"    sys\n"
		"    sys | grep UPTIME\n"
		"  Is an out-of-tree module involved?\n"
		"    sys -t\n",
	.run = run,
};
