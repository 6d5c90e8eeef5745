/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/table.h"

#include <errno.h>
#include <string.h>

#include "render/jsonutil.h"

static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

void vmc_table_cell(struct vmc_table *t, const char *text)
{
	vmc_autostr struct vmc_str safe = { 0 };
	const char *kept = NULL;

	if (text) {
		vmc_str_add_untrusted(&safe, text, strlen(text));
		kept = vmc_arena_strndup(&t->arena, vmc_str_text(&safe), safe.len);
		if (!kept)
			t->failed = true;
	}
	if (!vmc_vec_push(&t->cells, kept))
		t->failed = true;
}

void vmc_table_cellf(struct vmc_table *t, const char *fmt, ...)
{
	vmc_autostr struct vmc_str text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vmc_str_addv(&text, fmt, ap);
	va_end(ap);
	vmc_table_cell(t, vmc_str_text(&text));
}

static void pad(struct vmc_str *out, size_t n)
{
	while (n--)
		vmc_str_addc(out, ' ');
}

/* No blanks at the end of a line: the last column is not padded. */
static void cell(const struct vmc_table *t, size_t column, const char *text, size_t width,
		 struct vmc_str *out)
{
	size_t fill = width - columns_of(text);

	if (column)
		vmc_str_add(out, "  ");
	if (t->columns[column].right)
		pad(out, fill);
	vmc_str_add(out, text);
	if (column + 1 == t->n_columns)
		vmc_str_addc(out, '\n');
	else if (!t->columns[column].right)
		pad(out, fill);
}

void vmc_table_text(const struct vmc_table *t, struct vmc_str *out)
{
	size_t width[VMC_TABLE_COLUMNS] = { 0 };
	size_t n = t->n_columns, rows = n ? t->cells.len / n : 0;

	if (t->failed)
		out->failed = true;
	for (size_t c = 0; c < n; c++)
		width[c] = columns_of(t->columns[c].title);
	for (size_t i = 0; i < rows * n; i++) {
		size_t w = columns_of(t->cells.data[i] ? t->cells.data[i] : "-");

		if (w > width[i % n])
			width[i % n] = w;
	}
	for (size_t c = 0; c < n; c++)
		cell(t, c, t->columns[c].title, width[c], out);
	for (size_t i = 0; i < rows * n; i++)
		cell(t, i % n, t->cells.data[i] ? t->cells.data[i] : "-", width[i % n], out);
}

static struct json_object *value(const struct vmc_column *column, const char *text)
{
	char *end;
	long long number;

	if (!text)
		return NULL;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (column->right && *text && !*end && !errno)
		return json_object_new_int64(number);
	return json_object_new_string(text);
}

struct vmc_error *vmc_table_json(const struct vmc_table *t, struct vmc_str *out)
{
	struct json_object *a = json_object_new_array();
	size_t n = t->n_columns;

	for (size_t row = 0; n && row < t->cells.len / n; row++) {
		struct json_object *o = json_object_new_object();

		for (size_t c = 0; c < n; c++)
			vmc_json_set(o, t->columns[c].key,
				     value(&t->columns[c], t->cells.data[row * n + c]));
		json_object_array_add(a, o);
	}
	if (t->failed)
		out->failed = true;
	return vmc_json_write(a, true, out);
}

void vmc_table_deinit(struct vmc_table *t)
{
	vmc_vec_free(&t->cells);
	vmc_arena_deinit(&t->arena);
}
