/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in front of a message depends on who wrote the text down, and several
 * may have done so one after the other: the kernel its seconds, dmesg a level, a
 * terminal server the time of day. Every known sort is a row of a table (prefix.c),
 * tried at the start of a line until none fits any more.
 */
#ifndef VMC_OOPS_PREFIX_H
#define VMC_OOPS_PREFIX_H

#include "oops/oops.h"
#include "oops/text.h"

/* Takes all prefixes off the front and notes in *line what they say. */
void vmc_oops_eat_prefixes(struct slice *s, struct vmc_log_line *line);

/*
 * Where a kernel's stamp stands inside a line, from `from` on, or SLICE_NONE: something else
 * went on to write there. Only the form that printk itself writes counts.
 */
size_t vmc_oops_find_stamp(struct slice s, size_t from);

/* "[  T123]" or "[   C0]" of CONFIG_PRINTK_CALLER off the front, where it stands there. */
void vmc_oops_eat_caller(struct slice *s, struct vmc_log_line *line);

/* "** 4491 printk messages dropped **" off the front: how many, 0 for none. */
uint64_t vmc_oops_eat_dropped(struct slice *s);

#endif
