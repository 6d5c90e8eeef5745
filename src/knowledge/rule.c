/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "knowledge/rule.h"

#include <string.h>

#include "base/str.h"

static const char *const severities[] = {
	[VMC_RULE_FATAL] = "fatal",   [VMC_RULE_ERROR] = "error",   [VMC_RULE_WARNING] = "warning",
	[VMC_RULE_NOTICE] = "notice", [VMC_RULE_BENIGN] = "benign",
};

const char *vmc_rule_severity_name(enum vmc_rule_severity s)
{
	return (unsigned int)s < VMC_RULE_SEVERITY_COUNT ? severities[s] : "";
}

bool vmc_rule_severity_of(const char *name, enum vmc_rule_severity *ret)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(severities); i++) {
		if (strcmp(severities[i], name) == 0) {
			*ret = (enum vmc_rule_severity)i;
			return true;
		}
	}
	return false;
}

const char *vmc_said_in(const struct vmc_said *s, enum vmc_lang lang)
{
	return s->in[lang] ? s->in[lang] : s->in[VMC_LANG_EN];
}

struct vmc_strings vmc_said_list_in(const struct vmc_said_list *s, enum vmc_lang lang)
{
	return s->in[lang].n ? s->in[lang] : s->in[VMC_LANG_EN];
}
