/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

static void overview(struct vmc_str *out)
{
	for (size_t i = 0; vmc_commands[i]; i++) {
		const struct vmc_command *c = vmc_commands[i];

		vmc_str_addf(out, "  %-6s %s", c->name, c->summary);
		if (*c->aliases)
			vmc_str_addf(out, " (also: %s)", c->aliases);
		vmc_str_addc(out, '\n');
	}
	vmc_str_add(out, "\n"
			 "help COMMAND says more. Behind a command, '| program' and '> file' work "
			 "as in sh;\n"
			 "';' separates commands, '#' starts a comment.\n");
}

static void page(const struct vmc_command *c, struct vmc_str *out)
{
	vmc_str_addf(out, "NAME\n  %s - %s\n", c->name, c->summary);
	if (*c->aliases)
		vmc_str_addf(out, "  also: %s\n", c->aliases);
	vmc_str_addf(out, "\nSYNOPSIS\n  %s%s%s\n\nDESCRIPTION\n", c->name, *c->usage ? " " : "",
		     c->usage);
	vmc_str_add(out, c->help);
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	if (!args->n_operands)
		overview(out);
	for (size_t i = 0; i < args->n_operands; i++) {
		const struct vmc_command *c = vmc_command_find(args->operand[i]);

		vmc_str_add(out, c && i ? "\n" : "");
		if (c)
			page(c, out);
		else
			vmc_session_complain(
				s, "help",
				vmc_error_new(VMC_NOT_FOUND, "no command %s", args->operand[i]));
	}
	return NULL;
}

const struct vmc_command vmc_command_help = {
	.name = "help",
	.aliases = "man ?",
	.options = "",
	.usage = "[command]...",
	.summary = "lists the commands, or explains one",
	.help = "EXAMPLES\n"
		"    help\n"
		"    help bt\n",
	.run = run,
};
