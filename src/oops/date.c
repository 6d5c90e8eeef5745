/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/date.h"

#include "base/cleanup.h"

/* Seconds with a fraction, as nanoseconds. */
bool vmc_oops_eat_seconds(struct slice *s, int64_t *ret_ns)
{
	static const int64_t scale[] = { 1000000000, 100000000, 10000000, 1000000, 100000,
					 10000,	     1000,	100,	  10,	   1 };
	struct slice r = *s;
	uint64_t whole, part;
	size_t digits;

	if (!slice_eat_dec(&r, &whole) || !slice_eat(&r, "."))
		return false;
	digits = r.n;
	if (whole > INT64_MAX / 1000000000 - 1 || !slice_eat_dec(&r, &part))
		return false;
	digits -= r.n;
	if (digits >= VMC_ARRAY_SIZE(scale))
		return false;
	*ret_ns = (int64_t)whole * 1000000000 + (int64_t)part * scale[digits];
	*s = r;
	return true;
}

bool vmc_oops_is_month(struct slice s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (size_t i = 0; s.n >= 3 && i < 36; i += 3)
		if (memcmp(s.p, months + i, 3) == 0)
			return true;
	return false;
}

bool vmc_oops_is_weekday(struct slice s)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	for (size_t i = 0; s.n >= 3 && i < 21; i += 3)
		if (memcmp(s.p, days + i, 3) == 0)
			return true;
	return false;
}

/* 18:00:00, 18:00:00.123456, 18:00:00,123456+00:00; *ret_comma: the fraction is dmesg's */
bool vmc_oops_eat_clock(struct slice *s, bool *ret_comma)
{
	struct slice r = *s;
	uint64_t v;

	for (int i = 0; i < 3; i++)
		if ((i && !slice_eat(&r, ":")) || !slice_eat_dec(&r, &v) || v > 60)
			return false;
	*ret_comma = slice_starts(r, ",");
	while (r.n && (is_digit(*r.p) || memchr(".,+-:Z", *r.p, 6)))
		r = slice_from(r, 1);
	*s = r;
	return true;
}

bool vmc_oops_eat_iso_date(struct slice *s, bool *ret_comma)
{
	struct slice r = *s;
	uint64_t v;

	if (!slice_eat_dec(&r, &v) || v < 1970 || v > 9999 || !slice_eat(&r, "-") ||
	    !slice_eat_dec(&r, &v) || !slice_eat(&r, "-") || !slice_eat_dec(&r, &v))
		return false;
	if (!slice_eat(&r, "T") && !slice_eat(&r, " "))
		return false;
	if (!vmc_oops_eat_clock(&r, ret_comma))
		return false;
	*s = r;
	return true;
}

/* "Nov 23 18:00:00", "Tue 2021-11-23 18:00:00 CET" or an ISO date. */
bool vmc_oops_eat_date(struct slice *s, bool *ret_comma)
{
	struct slice r = *s;
	uint64_t day;

	if (vmc_oops_is_month(r)) {
		r = slice_from(r, 3);
		if (!slice_eat_blanks(&r) || !slice_eat_dec(&r, &day) || !slice_eat_blanks(&r))
			return false;
		/* rsyslog may have the year */
		if (r.n > 5 && is_digit(r.p[0]) && is_digit(r.p[3]) && r.p[4] == ' ')
			r = slice_from(r, 5);
		if (!vmc_oops_eat_clock(&r, ret_comma))
			return false;
	} else {
		bool full = vmc_oops_is_weekday(r) && r.n > 4 && r.p[3] == ' ';

		if (full)
			r = slice_from(r, 4);
		if (!vmc_oops_eat_iso_date(&r, ret_comma))
			return false;
		if (full && slice_eat_blanks(&r)) /* the zone */
			slice_eat_token(&r);
	}
	if (r.n && !is_blank(*r.p))
		return false;
	slice_eat_blanks(&r);
	*s = r;
	return true;
}
