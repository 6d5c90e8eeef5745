/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/rules.h"

#include <string.h>

#include "cli/cli.h"

#define MACHINE_RULES "/etc/vmcoroner/rules.d"

/* Empty where there is no such place. The standard wants relative paths to be ignored. */
static void user_folder(struct vmc_str *ret)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		vmc_str_addf(ret, "%s/vmcoroner/rules.d", config);
	else if (home && home[0] == '/')
		vmc_str_addf(ret, "%s/.config/vmcoroner/rules.d", home);
}

const struct vmc_rule *vmc_rulebook_find(const struct vmc_rulebook *b, const char *id)
{
	for (size_t i = 0; i < b->n; i++) {
		if (strcmp(b->list[i]->id, id) == 0)
			return b->list[i];
	}
	return NULL;
}

static void add(struct vmc_rulebook *b, const struct vmc_rule *rule)
{
	if (!vmc_rulebook_find(b, rule->id))
		b->list[b->n++] = rule;
}

struct vmc_error *vmc_rulebook_open(struct vmc_rulebook *ret)
{
	vmc_autostr struct vmc_str folder = { 0 };
	size_t n;
	const struct vmc_rule *builtin = vmc_rules_builtin(&n);

	user_folder(&folder);
	VMC_TRY(vmc_rules_read_folder(MACHINE_RULES, &ret->own));
	if (folder.len)
		VMC_TRY(vmc_rules_read_folder(vmc_str_text(&folder), &ret->own));
	for (size_t i = 0; i < ret->own.problems.len; i++)
		vmc_exit_note("%s", vmc_error_text(ret->own.problems.data[i]));
	ret->list = calloc(n + ret->own.rules.len + 1, sizeof(*ret->list));
	if (!ret->list)
		return vmc_error_no_memory();
	/* the last one said goes first: it wins where rules are equal */
	for (size_t i = ret->own.rules.len; i > 0; i--)
		add(ret, &ret->own.rules.data[i - 1]);
	for (size_t i = 0; i < n; i++)
		add(ret, &builtin[i]);
	return NULL;
}

void vmc_rulebook_deinit(struct vmc_rulebook *b)
{
	free(b->list);
	vmc_rules_deinit(&b->own);
}
