/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longer texts are cut: an error is one line. */
#define ERROR_TEXT_MAX 1000

struct vmc_error {
	enum vmc_code code;
	char text[];
};

static struct vmc_error no_memory = { .code = VMC_NO_MEMORY };

static const char *const code_texts[] = {
	[VMC_OK] = "no error",
	[VMC_NO_MEMORY] = "out of memory",
	[VMC_IO] = "input/output error",
	[VMC_BAD_FORMAT] = "malformed data",
	[VMC_NOT_FORMAT] = "another format",
	[VMC_EXCLUDED] = "page excluded by the dump tool",
	[VMC_TRUNCATED] = "missing because the dump file is cut off",
	[VMC_DAMAGED] = "damaged in the dump file",
	[VMC_NOT_RAM] = "physical address not covered by the dump",
	[VMC_UNMAPPED] = "virtual address not mapped",
	[VMC_NOT_FOUND] = "not found",
	[VMC_UNSUPPORTED] = "not supported",
	[VMC_MISMATCH] = "does not belong to this kernel",
	[VMC_LIMIT] = "limit reached",
	[VMC_USAGE] = "wrong use",
};
_Static_assert(VMC_ARRAY_SIZE(code_texts) == VMC_CODE_COUNT, "a text for every code");

static struct vmc_error *new_text(enum vmc_code code, const char *text)
{
	size_t len = strlen(text);
	struct vmc_error *err;

	if (len > ERROR_TEXT_MAX)
		len = ERROR_TEXT_MAX;
	err = malloc(sizeof(*err) + len + 1);
	if (!err)
		return &no_memory;
	err->code = code;
	memcpy(err->text, text, len);
	err->text[len] = '\0';
	return err;
}

struct vmc_error *vmc_error_new(enum vmc_code code, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return new_text(code, text);
}

struct vmc_error *vmc_error_os(int err, const char *fmt, ...)
{
	char what[ERROR_TEXT_MAX / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return vmc_error_new(VMC_IO, "%s: %s", what, strerror(err));
}

struct vmc_error *vmc_error_no_memory(void)
{
	return &no_memory;
}

struct vmc_error *vmc_error_wrap(struct vmc_error *err, const char *fmt, ...)
{
	char prefix[ERROR_TEXT_MAX / 2];
	char text[ERROR_TEXT_MAX + 8];
	struct vmc_error *wrapped;
	va_list ap;

	if (!err || err == &no_memory)
		return err;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s: %.*s", prefix, (int)(ERROR_TEXT_MAX / 2), err->text);
	wrapped = new_text(err->code, text);
	if (wrapped == &no_memory)
		return err;
	vmc_error_free(err);
	return wrapped;
}

struct vmc_error *vmc_error_copy(const struct vmc_error *err)
{
	if (!err)
		return NULL;
	if (err == &no_memory)
		return &no_memory;
	return new_text(err->code, err->text);
}

void vmc_error_free(struct vmc_error *err)
{
	if (err != &no_memory)
		free(err);
}

enum vmc_code vmc_error_code(const struct vmc_error *err)
{
	return err ? err->code : VMC_OK;
}

const char *vmc_error_text(const struct vmc_error *err)
{
	if (!err)
		return "";
	if (err == &no_memory)
		return code_texts[VMC_NO_MEMORY];
	return err->text;
}

const char *vmc_code_text(enum vmc_code code)
{
	return (unsigned int)code < VMC_CODE_COUNT ? code_texts[code] : "unknown error";
}

bool vmc_code_is_absent(enum vmc_code code)
{
	return code == VMC_EXCLUDED || code == VMC_TRUNCATED || code == VMC_DAMAGED ||
	       code == VMC_NOT_RAM || code == VMC_UNMAPPED;
}
