/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump/format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void vmc_facts_init(struct vmc_facts *facts)
{
	*facts = (struct vmc_facts){ .info = {
					     .parts = 1,
					     .complete = true,
					     .dump_level = -1,
					     .nr_cpus = -1,
					     .block_size = VMC_PAGE_SIZE,
				     } };
}

void vmc_facts_deinit(struct vmc_facts *facts)
{
	vmc_vec_free(&facts->notes);
	vmc_vec_free(&facts->segments);
	vmc_arena_deinit(&facts->arena);
}

void vmc_facts_incomplete(struct vmc_facts *facts, const char *fmt, ...)
{
	struct vmc_dump_info *info = &facts->info;
	char text[sizeof(info->incomplete_why)];
	size_t used = strlen(info->incomplete_why);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	info->complete = false;
	if (used + strlen(text) + 3 <= sizeof(info->incomplete_why))
		snprintf(info->incomplete_why + used, sizeof(info->incomplete_why) - used, "%s%s",
			 used ? "; " : "", text);
	else if (!used)
		memcpy(info->incomplete_why, text, sizeof(text));
}

enum vmc_code vmc_why_set(struct vmc_why *why, enum vmc_code code, const char *fmt, ...)
{
	va_list ap;

	if (why) {
		va_start(ap, fmt);
		vsnprintf(why->text, sizeof(why->text), fmt, ap);
		va_end(ap);
	}
	return code;
}

struct vmc_size_text vmc_size_text(uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	struct vmc_size_text t;
	double v = (double)bytes / 1024;
	size_t u = 0;

	if (bytes < 10240) {
		snprintf(t.text, sizeof(t.text), "%" PRIu64 " bytes", bytes);
		return t;
	}
	while (v >= 1024 && u + 1 < VMC_ARRAY_SIZE(units)) {
		v /= 1024;
		u++;
	}
	snprintf(t.text, sizeof(t.text), "%.1f %s", v, units[u]);
	return t;
}
