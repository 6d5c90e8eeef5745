/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <string.h>

#include "render/table.h"
#include "render/words.h"

static void taints(const struct vmc_module *m, struct vmc_table *t)
{
	vmc_autostr struct vmc_str letters = { 0 };

	vmc_words_taint(m->taints, &letters);
	vmc_table_cell(t, vmc_str_text(&letters));
}

static void tainting(const struct vmc_target *t, struct vmc_str *out)
{
	static const struct vmc_column columns[] = { { .title = "NAME" }, { .title = "TAINTS" } };
	vmc_autotable struct vmc_table table = { .columns = columns, .n_columns = 2 };

	for (size_t i = 0; i < t->modules.len; i++) {
		if (!t->modules.data[i].taints)
			continue;
		vmc_table_cell(&table, t->modules.data[i].name);
		taints(&t->modules.data[i], &table);
	}
	if (table.cells.len)
		vmc_table_text(&table, out);
	else
		vmc_str_add(out, "no tainting modules\n");
}

static const char *state_of(const struct vmc_module *m)
{
	static const char *const names[] = { "live", "coming", "going", "unformed" };

	return m->state >= 0 && (size_t)m->state < VMC_ARRAY_SIZE(names) ? names[m->state] : NULL;
}

static struct vmc_error *as_json(const struct vmc_target *t, struct vmc_str *out)
{
	static const struct vmc_column columns[] = {
		{ .key = "name" },  { .key = "address" },
		{ .key = "base" },  { .key = "size", .right = true },
		{ .key = "state" }, { .key = "flags" },
	};
	vmc_autotable struct vmc_table table = { .columns = columns,
						 .n_columns = VMC_ARRAY_SIZE(columns) };

	for (size_t i = 0; i < t->modules.len; i++) {
		const struct vmc_module *m = &t->modules.data[i];

		vmc_table_cell(&table, m->name);
		vmc_table_cellf(&table, "0x%llx", (unsigned long long)m->addr);
		vmc_table_cellf(&table, "0x%llx", (unsigned long long)m->base);
		vmc_table_cellf(&table, "%llu", (unsigned long long)m->size);
		vmc_table_cell(&table, state_of(m));
		taints(m, &table);
	}
	return vmc_table_json(&table, out);
}

static int by_base(const void *a, const void *b)
{
	const struct vmc_module *x = *(struct vmc_module *const *)a;
	const struct vmc_module *y = *(struct vmc_module *const *)b;

	return (x->base > y->base) - (x->base < y->base);
}

/* The columns of crash: as wide as the longest name and size, in order of address. */
static struct vmc_error *listing(struct vmc_target *t, struct vmc_str *out)
{
	vmc_autofree struct vmc_module **sorted =
		calloc(t->modules.len, sizeof(struct vmc_module *));
	size_t name = strlen("NAME"), size = strlen("SIZE");

	if (!sorted)
		return vmc_error_no_memory();
	for (size_t i = 0; i < t->modules.len; i++) {
		const struct vmc_module *m = &t->modules.data[i];
		size_t digits = 1;

		for (uint64_t v = m->size; v >= 10; v /= 10)
			digits++;
		sorted[i] = &t->modules.data[i];
		name = strlen(m->name) > name ? strlen(m->name) : name;
		size = digits > size ? digits : size;
	}
	vmc_str_addf(out, "     MODULE       %-*s     TEXT_BASE      %*s  OBJECT FILE\n", (int)name,
		     "NAME", (int)size, "SIZE");
	qsort(sorted, t->modules.len, sizeof(struct vmc_module *), by_base);
	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_module *m = sorted[i];
		vmc_autostr struct vmc_str safe = { 0 };
		bool symbols = vmc_target_module_symbols(t, m);

		vmc_words_safe(&safe, m->name);
		vmc_str_addf(out, "%016llx  %-*s  %016llx  %*llu  (not loaded)%s\n",
			     (unsigned long long)m->addr, (int)name, vmc_str_text(&safe),
			     (unsigned long long)m->base, (int)size, (unsigned long long)m->size,
			     symbols ? "  [CONFIG_KALLSYMS]" : "");
	}
	return NULL;
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	struct vmc_target *t = s->target;

	if (args->n_operands)
		return vmc_error_new(VMC_USAGE, "takes no arguments");
	vmc_target_modules(t);
	if (vmc_args_has(args, 'j'))
		return as_json(t, out);
	if (!t->modules.len) {
		for (size_t i = 0; i < t->unavailable.len; i++) {
			if (strstr(t->unavailable.data[i].what, "module"))
				return vmc_error_new(VMC_NOT_FOUND, "%s: %s",
						     t->unavailable.data[i].what,
						     t->unavailable.data[i].why);
		}
		vmc_str_add(out, "no modules are loaded\n");
		return NULL;
	}
	if (!vmc_args_has(args, 't'))
		return listing(t, out);
	tainting(t, out);
	return NULL;
}

const struct vmc_command vmc_command_mod = {
	.name = "mod",
	.aliases = "lsmod",
	.options = "tj",
	.usage = "[-t | -j]",
	.summary = "loaded modules",
	.help = "One line a module: address of its struct module, name, start of its text, size of "
		"all\n"
		"its sections in bytes. [CONFIG_KALLSYMS]: its symbols were found in the dump, so "
		"that\n"
		"backtraces and sym name its functions.\n"
		"\n"
		"  -t   only modules that taint the kernel, and how\n"
		"  -j   the table as JSON, with state and taint flags\n"
		"\n"
		"EXAMPLES\n"
		"    mod | grep victim\n"
		"    mod -t\n",
	.run = run,
};
