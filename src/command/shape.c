/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"
#include "render/table.h"
#include "target/field.h"

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	static const struct vmc_column columns[] = {
		{ "ROW", "row", false },       { "TYPE", "type", false },
		{ "MEMBER", "member", false }, { "OFFSET", "offset", true },
		{ "SIZE", "size", true },      { "SINCE", "since", false },
	};
	vmc_autofree struct vmc_field_row *rows = calloc(VMC_FIELD_COUNT, sizeof(*rows));
	vmc_autotable struct vmc_table t = { .columns = columns,
					     .n_columns = VMC_ARRAY_SIZE(columns) };
	size_t n;

	if (!rows)
		return vmc_error_no_memory();
	if (args->n_operands)
		return vmc_error_new(VMC_USAGE, "takes no arguments");
	n = vmc_field_rows(s->target, rows);
	for (size_t i = 0; i < n; i++) {
		const struct vmc_field_row *r = &rows[i];

		if (vmc_args_has(args, 'm') && r->resolved)
			continue;
		vmc_table_cell(&t, r->name);
		vmc_table_cell(&t, r->type);
		if (r->resolved) {
			vmc_table_cell(&t, r->resolved);
			vmc_table_cellf(&t, "%llu", (unsigned long long)r->offset);
			vmc_table_cellf(&t, "%llu", (unsigned long long)r->size);
		} else {
			vmc_table_cellf(&t, "(none of: %s)", r->paths ? r->paths : "");
			vmc_table_cell(&t, NULL);
			vmc_table_cell(&t, NULL);
		}
		vmc_table_cell(&t, r->since);
	}
	if (vmc_args_has(args, 'j'))
		return vmc_table_json(&t, out);
	vmc_table_text(&t, out);
	return NULL;
}

const struct vmc_command vmc_command_shape = {
	.name = "shape",
	.aliases = "",
	.options = "mj",
	.usage = "[-m] [-j]",
	.summary = "which members of kernel structures were found, and where",
	.help = "Everything that the program reads of a kernel structure is a row here: the type, "
		"the\n"
		"member that this kernel has (of its names over the years), offset and size in "
		"bytes.\n"
		"\n"
		"  -m   only rows that this kernel does not have\n"
		"  -j   as JSON\n"
		"\n"
		"EXAMPLES\n"
		"    shape | grep task_\n"
		"    shape -m\n",
	.run = run,
};
