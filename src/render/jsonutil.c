/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/jsonutil.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct json_object *vmc_json_textn(const char *text, size_t len)
{
	vmc_autostr struct vmc_str clean = { 0 };
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '\n' && text[i] != '\t' && text[i] != '\0')
			continue;
		vmc_str_add_untrusted(&clean, text + start, i - start);
		if (i < len && text[i])
			vmc_str_addc(&clean, text[i]);
		else if (i < len)
			vmc_str_add(&clean, "\\x00");
		start = i + 1;
	}
	return json_object_new_string_len(vmc_str_text(&clean), (int)clean.len);
}

struct json_object *vmc_json_text(const char *text)
{
	return text ? vmc_json_textn(text, strlen(text)) : NULL;
}

struct json_object *vmc_json_nonempty(const char *text)
{
	return text && *text ? vmc_json_text(text) : NULL;
}

struct json_object *vmc_json_int(bool known, int64_t value)
{
	return known ? json_object_new_int64(value) : NULL;
}

struct json_object *vmc_json_count(uint64_t value)
{
	return json_object_new_uint64(value);
}

struct json_object *vmc_json_address(bool known, uint64_t address)
{
	char buf[24];

	if (!known)
		return NULL;
	snprintf(buf, sizeof(buf), "0x%llx", (unsigned long long)address);
	return json_object_new_string(buf);
}

struct json_object *vmc_json_number(bool known, double value)
{
	char buf[64];

	/* JSON knows neither infinity nor NaN */
	if (!known || !isfinite(value) || fabs(value) > 1e18)
		return NULL;
	snprintf(buf, sizeof(buf), "%.6f", value);
	return json_object_new_double_s(value, buf);
}

struct json_object *vmc_json_seconds(int64_t ns)
{
	char buf[64];

	if (ns < 0)
		return NULL;
	snprintf(buf, sizeof(buf), "%lld.%06lld", (long long)(ns / 1000000000),
		 (long long)(ns % 1000000000 / 1000));
	return json_object_new_double_s((double)ns / 1e9, buf);
}

struct vmc_error *vmc_json_write(struct json_object *o, bool pretty, struct vmc_str *out)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;
	size_t len;

	if (pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	text = o ? json_object_to_json_string_length(o, flags, &len) : NULL;
	if (text) {
		vmc_str_addn(out, text, len);
		vmc_str_addc(out, '\n');
	}
	json_object_put(o);
	if (!text || out->failed)
		return vmc_error_no_memory();
	return NULL;
}
