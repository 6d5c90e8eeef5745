/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The times of day and dates that stand before a line of log. Their value is not of interest. */
#ifndef VMC_OOPS_DATE_H
#define VMC_OOPS_DATE_H

#include "oops/text.h"

/* Seconds with a fraction, as nanoseconds. */
bool vmc_oops_eat_seconds(struct slice *s, int64_t *ret_ns);
/*
 * 18:00:00, 18:00:00.123456, 18:00:00,123456+00:00. *ret_comma: the fraction has a comma
 * before it, as dmesg writes it.
 */
bool vmc_oops_eat_clock(struct slice *s, bool *ret_comma);
/* 2021-11-23T18:00:00, or with a blank, with all that a clock may have. */
bool vmc_oops_eat_iso_date(struct slice *s, bool *ret_comma);
/*
 * "Nov 23 18:00:00 ", the same in any language, "Tue Nov 23 18:00:00 2021 ",
 * "Tue 2021-11-23 18:00:00 CET " or an ISO date, and the blanks behind.
 */
bool vmc_oops_eat_date(struct slice *s, bool *ret_comma);
/* Is all of it "Tue Nov 23 18:00:00 2021", in any language? */
bool vmc_oops_is_ctime(struct slice s);
/* Does it begin with the English short name? */
bool vmc_oops_is_month(struct slice s);
bool vmc_oops_is_weekday(struct slice s);

#endif
