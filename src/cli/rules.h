/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The knowledge base as this user has it: the program's rules, the machine's, the user's own. */
#ifndef VMC_CLI_RULES_H
#define VMC_CLI_RULES_H

#include "knowledge/rules.h"

struct vmc_rulebook {
	struct vmc_rules own;	      /* of the folders */
	const struct vmc_rule **list; /* all; an id stands there once */
	size_t n;
};

/*
 * Reads /etc/vmcoroner/rules.d, then vmcoroner/rules.d of the user's configuration. A rule
 * takes the place of an earlier one with its id. Bad entries are named on standard error.
 */
struct vmc_error *vmc_rulebook_open(struct vmc_rulebook *ret) VMC_MUST_CHECK;
/* NULL for none of that id. */
const struct vmc_rule *vmc_rulebook_find(const struct vmc_rulebook *b, const char *id);
void vmc_rulebook_deinit(struct vmc_rulebook *b);
#define vmc_autorulebook vmc_cleanup(vmc_rulebook_deinit)

#endif
