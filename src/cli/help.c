/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

enum vmc_exit vmc_run_help(const struct vmc_options *o)
{
	const char *name = o->inputs.len ? o->inputs.data[0] : NULL;
	const struct vmc_verb *verb = name ? vmc_verb_find(name) : NULL;
	vmc_autostr struct vmc_str out = { 0 };

	if (name && !verb) {
		vmc_verb_names(&out);
		return vmc_exit_error(vmc_error_new(VMC_USAGE, "%s: no such command; there are %s",
						    name, vmc_str_text(&out)));
	}
	vmc_options_help(verb, &out);
	return vmc_exit_write(NULL, &out, VMC_EXIT_OK);
}
