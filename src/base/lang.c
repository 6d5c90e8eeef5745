/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/lang.h"

#include <stdlib.h>
#include <string.h>

const char *vmc_lang_name(enum vmc_lang lang)
{
	return lang == VMC_LANG_ZH ? "zh_CN" : "en";
}

/* "zh" of "zh", "zh_CN", "zh-Hans", "zh.UTF-8": the language without country and coding. */
static bool is_language(const char *name, const char *language)
{
	size_t n = strlen(language);

	return strncmp(name, language, n) == 0 && (!name[n] || strchr("_-.@", name[n]));
}

bool vmc_lang_of(const char *name, enum vmc_lang *ret)
{
	if (is_language(name, "zh"))
		*ret = VMC_LANG_ZH;
	else if (is_language(name, "en") || is_language(name, "C") || is_language(name, "POSIX"))
		*ret = VMC_LANG_EN;
	else
		return false;
	return true;
}

static int by_english(const void *key, const void *pair)
{
	return strcmp(key, ((const struct vmc_translation_pair *)pair)->english);
}

const char *vmc_say(enum vmc_lang lang, const char *english)
{
	const struct vmc_translation_pair *found = NULL;

	if (lang == VMC_LANG_ZH && english)
		found = bsearch(english, vmc_words_zh, vmc_n_words_zh, sizeof(*vmc_words_zh),
				by_english);
	return found ? found->translated : english;
}
