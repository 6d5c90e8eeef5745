/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-c with the rules of this program: unknown is null and the key is still
 * there, addresses are "0x..." strings, text is valid UTF-8.
 */
#ifndef VMC_RENDER_JSONUTIL_H
#define VMC_RENDER_JSONUTIL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* null for NULL; bytes that are no text become \xNN; newlines and tabs stay. */
struct json_object *vmc_json_text(const char *text);
struct json_object *vmc_json_textn(const char *text, size_t len);
/* null for an empty string. */
struct json_object *vmc_json_nonempty(const char *text);
/* null unless `known`. */
struct json_object *vmc_json_int(bool known, int64_t value);
struct json_object *vmc_json_count(uint64_t value);
struct json_object *vmc_json_address(bool known, uint64_t address);
/* Seconds with microseconds; null for ns < 0. */
struct json_object *vmc_json_seconds(int64_t ns);
/* Six decimals: as printk gives time. */
struct json_object *vmc_json_number(bool known, double value);

/* Writes and releases the object; `pretty` over several lines. A newline is added. */
struct vmc_error *vmc_json_write(struct json_object *o, bool pretty,
				 struct vmc_str *out) VMC_MUST_CHECK;

#define vmc_json_set(o, key, value) \
	json_object_object_add_ex((o), (key), (value), JSON_C_OBJECT_ADD_KEY_IS_NEW)

#endif
