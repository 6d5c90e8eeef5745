/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/distro.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/lang.h"

#define SEPARATOR ';'

struct row {
	const char *id, *name, *releases, *words, *files, *commands, *addresses, *server, *note;
};

static const struct row rows[] = {
#define DISTRO(id, name, releases, words, files, commands, addresses, server, note) \
	{ id, name, releases, words, files, commands, addresses, server, note },
#include "debug/source/distro.def"
#undef DISTRO
};

/* What the placeholders stand for, taken apart once. NULL: no value. */
struct parts {
	struct vmc_arena *arena;
	const char *release, *banner;
	const char *rpm, *nvr, *variant, *rt, *version, *build, *series, *major, *minor;
	const char *flavor, *base, *package, *arch;
};

static const char *until(struct vmc_arena *a, const char *s, const char *end)
{
	return vmc_arena_strndup(a, s, (size_t)(end - s));
}

/* "+rt", "+debug" or ".debug" behind the machine's name are a variant of the same package. */
static void take_variant(struct parts *p)
{
	const char *machine = strstr(p->release, ".x86_64"), *tail;

	p->variant = p->rt = "";
	p->rpm = p->release;
	if (!machine)
		return;
	tail = machine + strlen(".x86_64");
	p->rpm = until(p->arena, p->release, tail);
	p->nvr = until(p->arena, p->release, machine);
	if (!strcmp(tail, "+rt"))
		p->variant = "rt-";
	else if (!strcmp(tail, "+debug") || !strcmp(tail, ".debug"))
		p->variant = "debug-";
	else if (strstr(p->release, ".rt"))
		p->variant = p->rt = "rt-";
}

/* The numbers behind ".el", ".fc" and what else names a distribution: "8" and "9" of ".el8_9". */
static void take_distribution(struct parts *p)
{
	static const char *const marks[] = { ".el", ".fc" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(marks); i++) {
		const char *at = strstr(p->release, marks[i]), *end;

		if (!at)
			continue;
		at += strlen(marks[i]);
		for (end = at; isdigit((unsigned char)*end); end++)
			;
		if (end == at)
			continue;
		p->major = until(p->arena, at, end);
		if (*end == '_' && isdigit((unsigned char)end[1])) {
			at = ++end;
			while (isdigit((unsigned char)*end))
				end++;
			p->minor = until(p->arena, at, end);
		}
	}
}

/*
 * "... #1 SMP Debian 6.1.158-1 (2025-11-09)": behind the '#', since the compiler has its own
 * "Debian". "... (Ubuntu 5.15.0-91.101-generic 5.15.131)": the flavour is no part of it.
 */
static const char *package_version(const struct parts *p)
{
	const char *hash = strchr(p->banner, '#'), *at, *end;

	at = hash ? strstr(hash, " Debian ") : NULL;
	if (at) {
		at += strlen(" Debian ");
		end = at + strcspn(at, " ");
		return isdigit((unsigned char)*at) ? until(p->arena, at, end) : NULL;
	}
	at = hash ? strstr(hash, "(Ubuntu ") : NULL;
	if (!at)
		return NULL;
	at += strlen("(Ubuntu ");
	end = at + strcspn(at, " )");
	while (end > at && *end != '-')
		end--;
	return end > at ? until(p->arena, at, end) : NULL;
}

static bool take_apart(const struct vmc_kernel_id *id, struct vmc_arena *arena, struct parts *p)
{
	const char *dash = strchr(id->release, '-'), *last = strrchr(id->release, '-');
	const char *dot = strchr(id->release, '.');

	*p = (struct parts){ .arena = arena,
			     .release = id->release,
			     .banner = id->banner ? id->banner : "" };
	take_variant(p);
	take_distribution(p);
	p->package = package_version(p);
	if (dash) {
		p->version = until(arena, id->release, dash);
		p->base = until(arena, id->release, last);
		p->flavor = last + 1;
		if (p->nvr && strchr(p->nvr, '-'))
			p->build = strchr(p->nvr, '-') + 1;
		/* 6.12.6-arch1-1 is 6.12.6.arch1-1 as a package: a version has no '-' */
		if (vmc_str_starts(dash, "-arch"))
			p->arch = vmc_arena_printf(arena, "%s.%s", p->version, dash + 1);
	}
	if (dot && isdigit((unsigned char)dot[1]))
		p->series = until(arena, id->release, dot + 1 + strspn(dot + 1, "0123456789"));
	return p->rpm != NULL;
}

static const char *value_of(const struct parts *p, const char *name, size_t len)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{ "release", p->release }, { "rpm", p->rpm },	    { "nvr", p->nvr },
		{ "variant", p->variant }, { "rt", p->rt },	    { "version", p->version },
		{ "build", p->build },	   { "series", p->series }, { "major", p->major },
		{ "minor", p->minor },	   { "flavor", p->flavor }, { "base", p->base },
		{ "package", p->package }, { "arch", p->arch },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(values); i++)
		if (strlen(values[i].name) == len && !memcmp(values[i].name, name, len))
			return values[i].value;
	return NULL;
}

/* False where a placeholder has no value. */
static bool fill(const struct parts *p, const char *from, size_t len, struct vmc_str *out)
{
	const char *end = from + len;

	while (from < end) {
		const char *open = memchr(from, '{', (size_t)(end - from)), *close, *value;

		if (!open) {
			vmc_str_addn(out, from, (size_t)(end - from));
			break;
		}
		close = memchr(open, '}', (size_t)(end - open));
		value = close ? value_of(p, open + 1, (size_t)(close - open - 1)) : NULL;
		if (!value)
			return false;
		vmc_str_addn(out, from, (size_t)(open - from));
		vmc_str_add(out, value);
		from = close + 1;
	}
	return !out->failed;
}

/* Calls `see` for each entry of a list until it returns true. */
static bool any_entry(const char *list, bool (*see)(const char *entry, size_t len, void *ctx),
		      void *ctx)
{
	for (const char *at = list; *at;) {
		const char *end = strchrnul(at, SEPARATOR);

		if (end != at && see(at, (size_t)(end - at), ctx))
			return true;
		at = *end ? end + 1 : end;
	}
	return false;
}

static bool matches_release(const char *entry, size_t len, void *ctx)
{
	const struct parts *p = ctx;
	char pattern[64];

	if (len >= sizeof(pattern))
		return false;
	memcpy(pattern, entry, len);
	pattern[len] = '\0';
	return fnmatch(pattern, p->rpm, 0) == 0;
}

static bool is_in_banner(const char *entry, size_t len, void *ctx)
{
	const struct parts *p = ctx;
	vmc_autostr struct vmc_str word = { 0 };

	return fill(p, entry, len, &word) && strstr(p->banner, vmc_str_text(&word));
}

/* Where the filled entries of a list go. */
struct into {
	struct parts *parts;
	const char **data;
	size_t len, cap;
	bool failed;
};

static bool add_filled(const char *entry, size_t len, void *ctx)
{
	struct into *to = ctx;
	vmc_autostr struct vmc_str text = { 0 };
	const char *kept;

	if (!fill(to->parts, entry, len, &text))
		return false;
	kept = vmc_arena_strdup(to->parts->arena, vmc_str_text(&text));
	to->failed |= !kept || !vmc_vec_push(to, kept);
	return false;
}

#define ADD_LIST(parts, list, vec)                                                         \
	({                                                                                 \
		struct into to_ = { (parts), (vec)->data, (vec)->len, (vec)->cap, false }; \
		any_entry((list), add_filled, &to_);                                       \
		(vec)->data = to_.data;                                                    \
		(vec)->len = to_.len;                                                      \
		(vec)->cap = to_.cap;                                                      \
		!to_.failed;                                                               \
	})

/* debuginfod knows files by build id alone; its client keeps them where they are found later. */
static bool add_server(const struct vmc_kernel_id *id, struct parts *p, const char *server,
		       struct vmc_distro_advice *ret)
{
	const char *own = getenv("DEBUGINFOD_URLS"), *command;

	if (!*id->build_id || (!*server && !(own && *own)))
		return true;
	command = own && *own
			  ? vmc_arena_printf(p->arena, "debuginfod-find debuginfo %s", id->build_id)
			  : vmc_arena_printf(p->arena,
					     "DEBUGINFOD_URLS=%s debuginfod-find debuginfo %s",
					     server, id->build_id);
	return command && vmc_vec_push(&ret->commands, command);
}

struct vmc_error *vmc_distro_advise(const struct vmc_kernel_id *id, struct vmc_arena *arena,
				    struct vmc_distro_advice *ret)
{
	const struct row *r = NULL;
	struct parts p;

	if (!take_apart(id, arena, &p))
		return vmc_error_no_memory();
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows) && !r; i++)
		if (any_entry(rows[i].releases, matches_release, &p) &&
		    (!*rows[i].words || any_entry(rows[i].words, is_in_banner, &p)))
			r = &rows[i];
	if (!add_server(id, &p, r ? r->server : "", ret))
		return vmc_error_no_memory();
	if (!r)
		return NULL;
	if (!ADD_LIST(&p, r->files, &ret->files) || !ADD_LIST(&p, r->commands, &ret->commands) ||
	    !ADD_LIST(&p, r->addresses, &ret->addresses))
		return vmc_error_no_memory();
	ret->id = r->id;
	ret->name = r->name;
	ret->version = p.package;
	ret->note = r->note;
	return NULL;
}

void vmc_distro_advice_deinit(struct vmc_distro_advice *a)
{
	vmc_vec_free(&a->files);
	vmc_vec_free(&a->commands);
	vmc_vec_free(&a->addresses);
}
