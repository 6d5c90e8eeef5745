/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the reports of log files as the JSON Lines of `vmcoroner oops --format json`, so that
 * the corpora can be scored with nothing but this room built:
 *
 *     oops-json FILE... >results.jsonl
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "oops/oops.h"

static void add_json_string(struct vmc_str *out, const char *s)
{
	if (!s) {
		vmc_str_add(out, "null");
		return;
	}
	vmc_str_addc(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			vmc_str_addf(out, "\\%c", c);
		else if (c < 0x20)
			vmc_str_addf(out, "\\u%04x", c);
		else
			vmc_str_addc(out, (char)c);
	}
	vmc_str_addc(out, '"');
}

static void add_member(struct vmc_str *out, const char *name, const char *value)
{
	vmc_str_addf(out, ", \"%s\": ", name);
	add_json_string(out, value);
}

/* Two reports with one hash are of the same defect. */
static void add_hash(struct vmc_str *out, const struct vmc_oops *o)
{
	if (o->hash)
		add_member(out, "hash", o->hash);
}

/* One line of JSON; o is NULL for a log without a report. */
static void add_json_line(struct vmc_str *out, const char *name, const struct vmc_oops *o,
			  size_t count)
{
	vmc_str_add(out, "{\"name\": ");
	add_json_string(out, name);
	if (!o) {
		vmc_str_addf(out, ", \"title\": null, \"count\": %zu}\n", count);
		return;
	}
	add_member(out, "title", o->title);
	add_member(out, "type", o->type);
	add_member(out, "frame", o->frame_short);
	if (o->cpu >= 0)
		vmc_str_addf(out, ", \"cpu\": %d", o->cpu);
	if (o->pid >= 0)
		vmc_str_addf(out, ", \"pid\": %lld", (long long)o->pid);
	add_member(out, "comm", o->comm);
	add_member(out, "taint", o->taint);
	add_member(out, "kernel", o->kernel);
	add_member(out, "version", o->kernel);
	add_member(out, "file", o->guilty_file);
	add_member(out, "category", o->category);
	add_hash(out, o);
	vmc_str_addf(out, ", \"corrupted\": %s, \"line\": %u, \"count\": %zu}\n",
		     o->corrupted ? "true" : "false", o->first_line, count);
}

static char *read_file(const char *path, size_t *ret_size)
{
	vmc_autofile FILE *f = fopen(path, "rb");
	vmc_autofree char *data = NULL;
	size_t size = 0, cap = 0, n;

	if (!f)
		return NULL;
	do {
		char *bigger = realloc(data, cap += cap + 65536);

		if (!bigger)
			return NULL;
		data = bigger;
		n = fread(data + size, 1, cap - size, f);
		size += n;
	} while (size == cap);
	*ret_size = size;
	return vmc_take(data);
}

static struct vmc_error *print_file(const char *path)
{
	vmc_autostr struct vmc_str out = { 0 };
	struct vmc_log_lines lines = { 0 };
	struct vmc_oops_set set = { 0 };
	const char *base = strrchr(path, '/');
	char name[256];
	size_t size = 0, kernel = 0;
	vmc_autofree char *text = read_file(path, &size);
	struct vmc_error *err;

	if (!text)
		return vmc_error_new(VMC_IO, "%s: cannot be read", path);
	snprintf(name, sizeof(name), "%s", base ? base + 1 : path);
	if (vmc_str_ends(name, ".log"))
		name[strlen(name) - 4] = '\0';
	VMC_TRY(vmc_log_split(text, size, &lines));
	err = vmc_oops_scan(lines.data, lines.len, &set);
	if (!err) {
		for (size_t i = 0; i < set.n_reports; i++)
			kernel += !set.reports[i].user_mode;
		if (!kernel)
			add_json_line(&out, name, NULL, 0);
		for (size_t i = 0; i < set.n_reports; i++)
			if (!set.reports[i].user_mode)
				add_json_line(&out, name, &set.reports[i], kernel);
		fwrite(vmc_str_text(&out), 1, out.len, stdout);
	}
	vmc_log_lines_deinit(&lines);
	vmc_oops_set_deinit(&set);
	return err;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		vmc_autoerror struct vmc_error *err = print_file(argv[i]);

		if (err) {
			fprintf(stderr, "oops-json: %s\n", vmc_error_text(err));
			status = 3;
		}
	}
	return status;
}
