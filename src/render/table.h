/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table that is as wide as its contents, and the same rows for programs.
 */
#ifndef VMC_RENDER_TABLE_H
#define VMC_RENDER_TABLE_H

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

#define VMC_TABLE_COLUMNS 12

struct vmc_column {
	const char *title; /* head of the column in text */
	const char *key;   /* member of the JSON object */
	bool right; /* numbers: aligned to the right, numbers in JSON where they are decimal */
};

/* Zero-initialise, then set columns. Cells are copied and made harmless. */
struct vmc_table {
	const struct vmc_column *columns;
	size_t n_columns;
	VMC_VEC(const char *) cells; /* row after row; NULL: unknown */
	struct vmc_arena arena;
	bool failed;
};

/* One cell: columns fill from left to right, row after row. NULL is unknown. */
void vmc_table_cell(struct vmc_table *t, const char *text);
void vmc_table_cellf(struct vmc_table *t, const char *fmt, ...) VMC_PRINTF(2, 3);
void vmc_table_text(const struct vmc_table *t, struct vmc_str *out);
/* An array of objects. */
struct vmc_error *vmc_table_json(const struct vmc_table *t, struct vmc_str *out) VMC_MUST_CHECK;
void vmc_table_deinit(struct vmc_table *t);
#define vmc_autotable vmc_cleanup(vmc_table_deinit)

#endif
