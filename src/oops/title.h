/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Titles: the same defect gives the same title, whatever addresses and numbers it came with. */
#ifndef VMC_OOPS_TITLE_H
#define VMC_OOPS_TITLE_H

#include "base/str.h"
#include "oops/text.h"

/* Appends a template of struct format filled with captures and the function ("corrupted" if none).
 */
void vmc_oops_title_fill(struct vmc_str *out, const char *template, const struct captures *caps,
			 const char *function);

/* Takes out what differs between two occurrences: addresses, numbers, offsets, process names. */
void vmc_oops_title_clean(struct vmc_str *title);

/* The function that a title names: what stands behind its last " in "; empty if none does. */
struct slice vmc_oops_title_frame(const char *title);

/* Type that a title belongs to ("WARNING", "KASAN-READ", ...; "UNKNOWN" for none); never NULL. */
const char *vmc_oops_title_type(const char *title);

/* Verdict category of a sanitizer's title; NULL where the type does not decide it. */
const char *vmc_oops_title_category(const char *title);

#endif
