/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/date.h"

#include "base/cleanup.h"

#define MONTH_BYTES 16 /* no short name of a month is longer, in UTF-8 */

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

/*
 * "Nov 23 18:00:00 ", and what journalctl writes in other languages: "nov. 23 ...", "11月 23 ...".
 * Their names are many, but nothing else has a word, a day and a time of day in a row.
 */
static bool eat_month_and_day(struct slice *s)
{
	struct slice r = *s, word = slice_eat_token(&r);
	uint64_t day;
	bool letters = false;

	if (word.n < 2 || word.n > MONTH_BYTES)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		if (!is_alpha(word.p[i]) && !is_digit(word.p[i]) && word.p[i] != '.' &&
		    !(word.p[i] & 0x80))
			return false;
		letters |= !is_digit(word.p[i]) && word.p[i] != '.';
	}
	if (!letters || !slice_eat_blanks(&r) || !slice_eat_dec(&r, &day) || !day || day > 31 ||
	    !slice_eat_blanks(&r))
		return false;
	*s = r;
	return true;
}

/* " +0000 UTC" behind an ISO date, or one of the two. */
static void eat_zone(struct slice *s)
{
	struct slice r = *s;
	uint64_t v;

	if (slice_eat(&r, " +") || slice_eat(&r, " -")) {
		if (!slice_eat_dec(&r, &v) || !slice_starts(r, " "))
			return;
		*s = r;
	}
	r = *s;
	if ((slice_eat(&r, " UTC") || slice_eat(&r, " GMT")) && slice_starts(r, " "))
		*s = r;
}

static void eat_year(struct slice *s)
{
	struct slice r = *s;
	uint64_t year;

	slice_eat_blanks(&r);
	if (slice_eat_dec(&r, &year) && year >= 1970 && year <= 9999 && slice_starts(r, " "))
		*s = r;
}

/* "Nov 23 18:00:00", "Tue Nov 23 18:00:00 2021", "Tue 2021-11-23 18:00:00 CET" or an ISO date. */
bool vmc_oops_eat_date(struct slice *s, bool *ret_comma)
{
	struct slice r = *s;
	bool weekday = vmc_oops_is_weekday(r) && r.n > 4 && r.p[3] == ' ';

	if (weekday)
		r = slice_from(r, 4);
	if (eat_month_and_day(&r)) {
		eat_year(&r); /* rsyslog may have it before the time, others behind */
		slice_eat_blanks(&r);
		if (!vmc_oops_eat_clock(&r, ret_comma))
			return false;
		if (weekday)
			eat_year(&r);
	} else {
		if (!vmc_oops_eat_iso_date(&r, ret_comma))
			return false;
		if (weekday && slice_eat_blanks(&r))
			slice_eat_token(&r);
		else if (!weekday)
			eat_zone(&r);
	}
	if (r.n && !is_blank(*r.p))
		return false;
	slice_eat_blanks(&r);
	*s = r;
	return true;
}

/* In any language: only the time and the year can be told. */
bool vmc_oops_is_ctime(struct slice s)
{
	size_t colon = slice_find_char(s, ':');
	struct slice r;
	uint64_t year;
	bool comma;

	if (colon == SLICE_NONE || colon < 3 || s.p[colon - 3] != ' ' || is_digit(*s.p))
		return false;
	r = slice_from(s, colon - 2);
	return vmc_oops_eat_clock(&r, &comma) && slice_eat(&r, " ") && slice_eat_dec(&r, &year) &&
	       year >= 1970 && year <= 9999 && !r.n;
}
