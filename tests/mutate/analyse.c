/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mutate.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "command/command.h"
#include "inquest/slim.h"
#include "render/render.h"

/* An output longer than this has lost its measure; the largest of the lab's has 1 MB. */
#define OUTPUT_MAX ((size_t)64 << 20)

static void wrong(struct outcome *o, const char *fmt, ...) VMC_PRINTF(2, 3);
static void wrong(struct outcome *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->wrong, sizeof(o->wrong), fmt, ap);
	va_end(ap);
}

/* No control character of a dump may reach a terminal. */
static void check_text(struct outcome *o, const char *what, const struct vmc_str *s)
{
	if (s->len > OUTPUT_MAX)
		wrong(o, "%s: %zu bytes of text", what, s->len);
	for (size_t i = 0; i < s->len; i++) {
		unsigned char c = (unsigned char)s->data[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
			wrong(o, "%s: control character %02x at byte %zu of the text", what, c, i);
			return;
		}
	}
}

static void check_json(struct outcome *o, const char *what, const struct vmc_str *s)
{
	struct json_tokener *tok = json_tokener_new_ex(128);
	struct json_object *parsed;

	if (s->len > OUTPUT_MAX || !tok) {
		wrong(o, "%s: %zu bytes", what, s->len);
		json_tokener_free(tok);
		return;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	parsed = json_tokener_parse_ex(tok, vmc_str_text(s), (int)s->len + 1);
	if (!parsed)
		wrong(o, "%s: %s", what, json_tokener_error_desc(json_tokener_get_error(tok)));
	json_object_put(parsed);
	json_tokener_free(tok);
}

static void render(const struct vmc_report *r, struct outcome *o)
{
	const struct vmc_style style = { .width = 100 };
	vmc_autostr struct vmc_str out = { 0 };

	o->stage = "text";
	vmc_render_text(r, &style, &out);
	check_text(o, o->stage, &out);
	vmc_str_clear(&out);
	o->stage = "html";
	vmc_render_html(r, &out);
	check_text(o, o->stage, &out);
	vmc_str_clear(&out);
	o->stage = "json";
	vmc_error_free(vmc_render_json(r, &out));
	check_json(o, o->stage, &out);
	vmc_str_clear(&out);
	o->stage = "json of the log";
	if (r->has_log) {
		vmc_error_free(vmc_render_log_json(&r->log, &out));
		check_json(o, o->stage, &out);
	}
}

static void modules(struct vmc_target *t)
{
	struct vmc_location l;

	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_module *m = &t->modules.data[i];

		(void)vmc_target_module_symbols(t, m);
		(void)vmc_target_module_types(t, m);
		(void)vmc_target_locate(t, m->base + m->size / 2, &l);
	}
}

static void unwind(struct vmc_target *t, const struct vmc_report *r)
{
	for (size_t i = 0; i < r->tasks.tasks.len; i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		vmc_error_free(vmc_unwind_task(t, r->tasks.tasks.data[i].addr, &tr));
	}
}

static void commands(const struct vmc_report *r, struct outcome *o)
{
	static const char *const lines[][4] = {
		{ "ps" },
		{ "ps", "-m" },
		{ "ps", "-t" },
		{ "ps", "-p" },
		{ "bt", "-a", "-s" },
		{ "bt" },
		{ "bt", "-v" },
		{ "bt", "-l" },
		{ "log", "-T" },
		{ "log", "-m" },
		{ "mod", "-t" },
		{ "sys" },
		{ "shape" },
		{ "sym", "-q", "panic" },
		{ "set" },
		{ "rd", "linux_banner", "8" },
		{ "rd", "-a", "linux_banner" },
		{ "struct", "task_struct", "init_task" },
		{ "struct", "-o", "module" },
		{ "struct", "rq", "runqueues:a" },
		{ "whatis", "task_struct" },
		{ "whatis", "jiffies" },
	};
	struct vmc_session s = { 0 };

	vmc_session_init(&s, r);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lines); i++) {
		vmc_autostr struct vmc_str out = { 0 };
		char words[4][16], *argv[5] = { 0 };
		int argc = 0;

		for (; argc < 4 && lines[i][argc]; argc++) {
			snprintf(words[argc], sizeof(words[argc]), "%s", lines[i][argc]);
			argv[argc] = words[argc];
		}
		o->stage = lines[i][0];
		(void)vmc_command_run(&s, argc, argv, &out);
		check_text(o, o->stage, &out);
		check_text(o, "complaints", &s.errors);
	}
	vmc_session_deinit(&s);
}

static void make_slim(struct vmc_target *t)
{
	int fd = memfd_create("slim", 0);
	struct vmc_slim_stats stats;
	char path[64];

	if (fd < 0)
		return;
	/* what the writer cannot remove, should it give up */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	vmc_error_free(vmc_slim(t, "mutated", path, &stats));
	close(fd);
}

/* Works the opened case through; returns its report, NULL for none. */
static struct vmc_report *work_through(struct vmc_target *t, bool slim, struct outcome *ret)
{
	struct vmc_report *r = NULL;
	struct vmc_error *err;

	ret->opened = true;
	ret->stage = "report";
	err = vmc_report_dump(t, "mutated", NULL, &r);
	if (err) {
		wrong(ret, "no report: %s", vmc_error_text(err));
		vmc_error_free(err);
		return NULL;
	}
	ret->kernel = t->symbols && t->types;
	ret->tasks = r->has_tasks;
	ret->log = r->has_log;
	render(r, ret);
	ret->stage = "modules";
	modules(t);
	ret->stage = "unwind";
	unwind(t, r);
	commands(r, ret);
	ret->stage = "slim";
	if (slim)
		make_slim(t);
	ret->stage = "free";
	return r;
}

void analyse(struct vmc_bytes file, bool slim, struct outcome *ret)
{
	const struct vmc_open_options options = { .record = slim };
	vmc_cleanup(vmc_cleanup_targetp) struct vmc_target *t = NULL;
	struct vmc_error *err;

	*ret = (struct outcome){ .stage = "open" };
	err = vmc_target_open_bytes(file, &options, &t);
	if (err) {
		if (!*vmc_error_text(err))
			wrong(ret, "refused without a reason");
		vmc_error_free(err);
		return;
	}
	vmc_report_free(work_through(t, slim, ret));
}

/* ---- debug info ---- */

/* Opens the dump, with that debug info (NULL: none). Both are files of ours: it cannot fail. */
static struct vmc_target *open_beside(const char *dump, const char *debuginfo,
				      const struct vmc_open_options *base, struct outcome *o)
{
	struct vmc_open_options options = *base;
	struct vmc_target *t = NULL;
	struct vmc_error *err;

	options.debuginfo = &debuginfo;
	options.n_debuginfo = debuginfo ? 1 : 0;
	err = vmc_target_open(&dump, 1, &options, &t);
	if (err)
		wrong(o, "the dump: %s", vmc_error_text(err));
	vmc_error_free(err);
	return t;
}

/* What the dump says alone, once a process. */
struct alone {
	char category[64];
	size_t unavailable;
};

static const struct alone *alone(const char *dump, bool orc, struct outcome *o)
{
	static struct alone kept[2];
	const struct vmc_open_options options = { .no_orc = !orc };
	vmc_cleanup(vmc_cleanup_targetp) struct vmc_target *t = NULL;
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	struct alone *a = &kept[orc];

	if (*a->category)
		return a;
	t = open_beside(dump, NULL, &options, o);
	if (t)
		vmc_error_free(vmc_report_dump(t, "whole", NULL, &r));
	if (r) {
		snprintf(a->category, sizeof(a->category), "%s", r->verdict.category);
		a->unavailable = r->unavailable.len;
	}
	return a;
}

static size_t rows_about(const struct vmc_report *r, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < r->unavailable.len; i++)
		n += !!strstr(r->unavailable.data[i].what, what);
	return n;
}

/*
 * Whatever the debug info is, the log is there and says what it said; what is wrong with it is
 * said once. A vmlinux whose types are damaged may cost more: they are the only ones here.
 */
static void check_report(const struct image *im, const struct vmc_report *r, bool orc,
			 struct outcome *o)
{
	const struct alone *a = alone(im->beside, orc || im->module, o);

	if (strcmp(r->verdict.category, a->category) != 0)
		wrong(o, "the verdict is %s, without debug info it is %s", r->verdict.category,
		      a->category);
	if (!r->has_log)
		wrong(o, "the log got lost");
	if (im->module && r->unavailable.len > a->unavailable + 1)
		wrong(o, "%zu rows are unavailable, without debug info %zu", r->unavailable.len,
		      a->unavailable);
	if (rows_about(r, "debug info of") > 1 || rows_about(r, "source lines") > 1)
		wrong(o, "the same debug info is complained of twice");
}

static bool write_file(const char *path, struct vmc_bytes b)
{
	vmc_autofile FILE *f = fopen(path, "wb");

	return f && fwrite(b.data, 1, b.size, f) == b.size && fflush(f) == 0;
}

void analyse_beside(const struct image *im, struct vmc_bytes file, const char *folder, bool orc,
		    struct outcome *ret)
{
	/*
	 * The types of a vmlinux are asked for only where BTF is not, its call frames where ORC is
	 * not. Without the kernel's ORC no walk would come as far as the module.
	 */
	const struct vmc_open_options options = {
		.no_btf = !im->module,
		.no_orc = !im->module && !orc,
	};
	vmc_cleanup(vmc_cleanup_targetp) struct vmc_target *t = NULL;
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	vmc_autostr struct vmc_str path = { 0 };

	*ret = (struct outcome){ .stage = "open" };
	vmc_str_addf(&path, "%s/%s", folder, im->name);
	if (!write_file(vmc_str_text(&path), file)) {
		wrong(ret, "no room for a file of %zu bytes", file.size);
		return;
	}
	t = open_beside(im->beside, vmc_str_text(&path), &options, ret);
	if (t)
		r = work_through(t, false, ret);
	if (!r)
		return;
	ret->debug = t->debugfile || t->types_from_dwarf;
	for (size_t i = 0; i < t->modules.len; i++)
		ret->debug |= t->modules.data[i].debugfile != NULL;
	check_report(im, r, orc, ret);
}
