/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts in words: the phrases that text, HTML and the shell's commands share,
 * in the form that users of crash(8) know.
 */
#ifndef VMC_RENDER_WORDS_H
#define VMC_RENDER_WORDS_H

#include "inquest/report.h"

/* A NUL-terminated string of a dump, made harmless; nothing for NULL. */
void vmc_words_safe(struct vmc_str *out, const char *text);

/* "Mon Nov 23 08:43:26 UTC 2026" */
void vmc_words_date(int64_t seconds, struct vmc_str *out);
/* "2026-11-23T08:43:26Z"; nothing for a number of seconds that is no date */
void vmc_words_date_iso(int64_t seconds, struct vmc_str *out);
/* "3 days, 01:02:03" */
void vmc_words_uptime(double seconds, struct vmc_str *out);
/* "255.5 MB", "4 GB": as crash rounds, up to the next GB where less than 64 MB are missing. */
void vmc_words_memory(uint64_t bytes, struct vmc_str *out);
/* "0-3,7": `list` ascending. */
void vmc_words_ranges(const int *list, size_t n, struct vmc_str *out);
/* Letters of the bits that are set, without the G that only says "not proprietary": "DOE". */
void vmc_words_taint(uint64_t mask, struct vmc_str *out);
/* "O out-of-tree module, E unsigned module" */
void vmc_words_taint_long(enum vmc_lang lang, uint64_t mask, struct vmc_str *out);

/* "victim_open [victim] at file.c:12", "task "insmod" (pid 162)": what is known of a culprit. */
void vmc_words_culprit(enum vmc_lang lang, const struct vmc_culprit *c, struct vmc_str *out);
bool vmc_culprit_is_known(const struct vmc_culprit *c);

/* "panic+0x317 [module]"; the bare address where there is no name. */
void vmc_words_frame(const struct vmc_frame *f, struct vmc_str *out);
/* Number of a task's struct thread_info: in the task since 4.9, before that on its stack; 0
 * unknown. */
uint64_t vmc_words_thread_info(struct vmc_target *t, const struct vmc_task *task);

/* What the names, types, frames came from: members of the JSON's dump.debuginfo. */
const char *vmc_words_format(const struct vmc_report *r);
const char *vmc_words_vmcoreinfo(const struct vmc_report *r);
const char *vmc_words_symbols(const struct vmc_report *r);
const char *vmc_words_types(const struct vmc_report *r);
const char *vmc_words_unwind(const struct vmc_report *r);
const char *vmc_words_lines(const struct vmc_report *r);

#endif
