/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <string.h>

#include "command/typename.h"
#include "target/layout.h"
#include "render/words.h"
#include "target/field.h"

/* The types that a symbol of that name may have been given by: the kernel's, each module's. */
static struct vmc_error *variable(struct vmc_session *s, const char *name,
				  const struct vmc_type **ret, const char **ret_module)
{
	struct vmc_target *t = s->target;

	*ret = NULL;
	*ret_module = NULL;
	VMC_TRY(t->types->ops->variable(t->types, name, ret));
	if (*ret)
		return NULL;
	vmc_target_modules(t);
	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_types *g = vmc_target_module_types(t, &t->modules.data[i]);

		if (!g || g == t->types)
			continue;
		VMC_TRY(g->ops->variable(g, name, ret));
		if (*ret) {
			*ret_module = t->modules.data[i].name;
			return NULL;
		}
	}
	return NULL;
}

/* "unsigned long []" as the table of globals has it, when this kernel has the base type. */
static const char *known_global(struct vmc_target *t, const char *name,
				const struct vmc_type **ret_base)
{
	const char *type = vmc_global_type(name);
	vmc_autostr struct vmc_str base = { 0 };
	vmc_autoerror struct vmc_error *err = NULL;
	uint64_t addr;

	if (!type || !vmc_target_has_symbol(t, name, &addr))
		return NULL;
	vmc_str_addn(&base, type, strcspn(type, "["));
	err = vmc_types_find(t->types, vmc_str_text(&base), ret_base);
	return err ? NULL : type;
}

/* "struct rq runqueues;": false when nobody knows the type. */
static struct vmc_error *global(struct vmc_session *s, const char *name, bool *ret_found,
				struct vmc_str *out)
{
	const struct vmc_type *type;
	const char *module, *words;

	VMC_TRY(variable(s, name, &type, &module));
	words = type ? NULL : known_global(s->target, name, &type);
	*ret_found = type != NULL;
	if (!type)
		return NULL;
	if (words)
		vmc_layout_declare_text(words, name, out);
	else
		VMC_TRY(vmc_layout_declare(type, name, out));
	vmc_str_addc(out, ';');
	if (module) {
		vmc_str_add(out, "  [");
		vmc_words_safe(out, module);
		vmc_str_addc(out, ']');
	}
	vmc_str_addc(out, '\n');
	return NULL;
}

/* Member of a type as `struct` shows it, or of a variable as its type alone, as in crash. */
static struct vmc_error *member(struct vmc_session *s, const char *name, const char *path,
				const struct vmc_layout *l, struct vmc_str *out)
{
	vmc_autotypename struct vmc_typename found = { 0 };
	struct vmc_error *err = vmc_typename_find(s, name, VMC_WANT_RECORD, NULL, &found);
	const struct vmc_type *type = NULL;
	struct vmc_member m;
	const char *module;

	if (!err) {
		VMC_TRY(vmc_type_strip(found.type, &type));
		VMC_TRY(vmc_type_path(type, path, &m));
		vmc_str_add(out, type->kind == VMC_TYPE_UNION ? "union " : "struct ");
		vmc_words_safe(out, *type->name ? type->name : found.type->name);
		vmc_str_add(out, " {\n");
		VMC_TRY(vmc_layout_member(type, &m, path, l, out));
		vmc_str_addf(out, "}%s%s\n", found.note ? "  " : "", found.note ? found.note : "");
		return NULL;
	}
	if (vmc_error_code(err) != VMC_NOT_FOUND || !s->target->types)
		return err;
	vmc_error_free(err);
	VMC_TRY(variable(s, name, &type, &module));
	if (!type && !known_global(s->target, name, &type))
		return vmc_error_new(VMC_NOT_FOUND,
				     "%s: neither a struct nor a variable of known "
				     "type",
				     name);
	VMC_TRY(vmc_type_path(type, path, &m));
	VMC_TRY(vmc_layout_declare(m.type, NULL, out));
	vmc_str_addc(out, '\n');
	return NULL;
}

/* `problem`: why it is no type; consumed. */
static struct vmc_error *no_type(struct vmc_session *s, const char *name, struct vmc_error *problem,
				 struct vmc_str *out)
{
	struct vmc_location where;
	bool found = false;
	int64_t constant;
	uint64_t addr;
	struct vmc_error *err;

	if (vmc_error_code(problem) != VMC_NOT_FOUND || !s->target->types)
		return problem;
	vmc_error_free(problem);
	VMC_TRY(global(s, name, &found, out));
	if (found)
		return NULL;
	err = vmc_types_enumerator(s->target->types, NULL, name, &constant);
	if (!err) {
		vmc_str_addf(out, "%s = %lld\n", name, (long long)constant);
		return NULL;
	}
	vmc_error_free(err);
	err = vmc_parse_address(s, name, &addr);
	if (!err && vmc_target_locate(s->target, addr, &where))
		return vmc_error_new(VMC_NOT_FOUND,
				     "%s is a symbol (%c) whose type the dump does not have: BTF "
				     "describes types and per-CPU variables",
				     name, where.type);
	vmc_error_free(err);
	return vmc_error_new(VMC_NOT_FOUND, "%s: no such type, symbol or enumerator", name);
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	struct vmc_layout l = { .offsets = vmc_args_has(args, 'o'),
				.hex = vmc_args_has(args, 'x') };
	vmc_autotypename struct vmc_typename found = { 0 };
	vmc_autostr struct vmc_str name = { 0 };
	const char *dot;
	struct vmc_error *err;

	if (!args->n_operands)
		return vmc_error_new(VMC_USAGE, "the name of a type or symbol is needed");
	for (size_t i = 0; i < args->n_operands; i++)
		vmc_str_addf(&name, "%s%s", i ? " " : "", args->operand[i]);
	if (name.failed)
		return vmc_error_no_memory();
	dot = strchr(vmc_str_text(&name), '.');
	if (dot) {
		name.data[dot - name.data] = '\0';
		return member(s, name.data, dot + 1, &l, out);
	}
	err = vmc_typename_find(s, vmc_str_text(&name), VMC_WANT_ANY, NULL, &found);
	if (err)
		return no_type(s, vmc_str_text(&name), err, out);
	l.note = found.note;
	return vmc_layout_print(found.type, &l, out);
}

const struct vmc_command vmc_command_whatis = {
	.name = "whatis",
	.aliases = "",
	.options = "oxd",
	.usage = "[-o] [-x | -d] type | symbol | type.member",
	.summary = "definition of a type, or type of a symbol",
	.help = "Shows the definition of a struct, union, enum or typedef, the type of a variable, "
		"or\n"
		"the value of an enumerator. The types of a dump describe per-CPU variables; of "
		"others,\n"
		"only those are known that this program itself uses.\n"
		"\n"
		"  -o   with the offset of each member\n"
		"  -x   offsets and sizes in hexadecimal      -d   in decimal, as without it\n"
		"\n"
		"EXAMPLES\n"
		"    whatis -o list_head\n"
		"    whatis pid_type\n"
		"    whatis gfp_t\n"
		"    whatis unsigned long\n"
		"    whatis runqueues\n"
		"    whatis task_struct.pid\n"
		"    whatis PIDTYPE_TGID\n",
	.run = run,
};
