/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/signature.h"

#include "oops/names.h"

/* FNV-1a */
#define HASH_START 14695981039346656037u
#define HASH_PRIME 1099511628211u

static struct slice plain_name(const char *function)
{
	struct slice stem = vmc_oops_name_stem((struct slice){ function, strlen(function) });

	return vmc_oops_name_without_syscall(stem);
}

static bool same(struct slice a, struct slice b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

void vmc_signature_add(struct vmc_signature *s, const char *function)
{
	struct slice name;

	if (!function || !*function || s->complete)
		return;
	name = plain_name(function);
	if (vmc_oops_name_matches(name, vmc_oops_anchors)) {
		s->complete = s->n > 0;
		return;
	}
	if (vmc_oops_name_matches(name, vmc_oops_helpers) ||
	    (s->waiting && vmc_oops_name_matches(name, vmc_oops_waits)))
		return;
	/* the instruction pointer's function may head the trace as well */
	if (s->n && same(plain_name(s->names[s->n - 1]), name))
		return;
	s->names[s->n++] = function;
	s->complete = s->n == VMC_SIGNATURE_FRAMES;
}

static uint64_t mix(uint64_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * HASH_PRIME;
	return (h ^ '\n') * HASH_PRIME;
}

char *vmc_signature_text(const struct vmc_signature *s, const char *category, const char *title,
			 struct vmc_arena *arena)
{
	const char *sort = s->n && category ? category : title;
	uint64_t h = HASH_START;

	if (!sort || !*sort)
		return vmc_arena_strdup(arena, "");
	h = mix(h, (struct slice){ sort, strlen(sort) });
	for (size_t i = 0; i < s->n; i++)
		h = mix(h, plain_name(s->names[i]));
	return vmc_arena_printf(arena, "%016llx", (unsigned long long)h);
}
