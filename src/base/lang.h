/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The languages of the program, and its sentences in them. The English text
 * in the code is the key, as with gettext; translations are data
 * (the .po files of data/lang/) that is compiled in, because the program has to work
 * in a capture kernel without any file beside it.
 *
 * tools/check-words holds both sides together: each sentence that is marked
 * here has its translation, with the same conversions.
 */
#ifndef VMC_BASE_LANG_H
#define VMC_BASE_LANG_H

#include <stdbool.h>
#include <stddef.h>

enum vmc_lang { VMC_LANG_EN, VMC_LANG_ZH, VMC_LANG_COUNT };

/* "en", "zh_CN" */
const char *vmc_lang_name(enum vmc_lang lang);
/* By such a name, or by a locale's ("zh_CN.UTF-8", "zh-Hans", "C"); false for other languages. */
bool vmc_lang_of(const char *name, enum vmc_lang *ret);

/*
 * The sentence in that language, or as it is where it has no translation. The
 * result is as good a format as `english` is: conversions are the same, if
 * need be in another order (%2$s). Formats use no PRIu64 and its like, whose
 * spelling differs between machines: cast to long long.
 */
const char *vmc_say(enum vmc_lang lang, const char *english) __attribute__((format_arg(2)));

/* Marks a sentence of a table, which is passed to vmc_say() where it is used. */
#define VMC_SAY(english) english

/* Made from data/lang/ by tools/embed-words; sorted by English. */
struct vmc_translation_pair {
	const char *english, *translated;
};
extern const struct vmc_translation_pair vmc_words_zh[];
extern const size_t vmc_n_words_zh;

#endif
