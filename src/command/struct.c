/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <string.h>

#include "command/typename.h"
#include "target/layout.h"
#include "target/value.h"
#include "render/words.h"

/* More objects in a row are a slip of the finger. */
#define COUNT_MAX 65536
/* Bytes of them all together. */
#define TOTAL_MAX (64u << 20)
/* "a,b.c,d[1]" */
#define PATHS_MAX 64

/* One call: what is to be shown, and how. */
struct request {
	struct vmc_session *s;
	const struct vmc_args *args;
	struct vmc_typename name;
	const struct vmc_type *type; /* without typedefs */
	const char *paths[PATHS_MAX];
	struct vmc_member members[PATHS_MAX];
	size_t n_paths; /* 0: all of it */
	uint64_t back;	/* -l: bytes from the object's start to the address given */
	int64_t count;	/* negative: those that end with the one given */
	uint64_t missing;
	struct vmc_error *why; /* what is missing */
	struct vmc_arena arena;
};

static void request_deinit(struct request *r)
{
	vmc_typename_deinit(&r->name);
	vmc_arena_deinit(&r->arena);
	vmc_error_free(r->why);
}

/* --- what is asked for --- */

static struct vmc_error *split_paths(struct request *r, char *list)
{
	char *rest = list, *path;

	while ((path = strsep(&rest, ","))) {
		if (!*path)
			return vmc_error_new(VMC_USAGE, "a member's name is missing");
		if (r->n_paths == PATHS_MAX)
			return vmc_error_new(VMC_USAGE, "more than %d members", PATHS_MAX);
		VMC_TRY(vmc_type_path(r->type, path, &r->members[r->n_paths]));
		r->paths[r->n_paths++] = path;
	}
	return NULL;
}

/* "8" or "task_struct.tasks" */
static struct vmc_error *embedded_offset(struct request *r, const char *text)
{
	const char *dot = strchr(text, '.');
	vmc_autotypename struct vmc_typename name = { 0 };
	vmc_autostr struct vmc_str of = { 0 };
	struct vmc_member m;

	if (!dot) {
		if (!vmc_parse_number(text, false, &r->back))
			return vmc_error_new(VMC_USAGE,
					     "-l %s: neither a number of bytes nor struct.member",
					     text);
		return NULL;
	}
	vmc_str_addn(&of, text, (size_t)(dot - text));
	VMC_TRY(vmc_typename_find(r->s, vmc_str_text(&of), VMC_WANT_RECORD, NULL, &name));
	VMC_TRY(vmc_type_path(name.type, dot + 1, &m));
	r->back = m.bit_offset / 8;
	return NULL;
}

static struct vmc_error *parse_count(struct request *r, const char *text)
{
	uint64_t n;
	bool negative = *text == '-';

	if (!vmc_parse_number(text + negative, false, &n) || !n)
		return vmc_error_new(VMC_USAGE, "%s: not a count", text);
	if (n > COUNT_MAX || r->type->size > TOTAL_MAX / n)
		return vmc_error_new(VMC_USAGE, "%s times %llu bytes are more than are shown", text,
				     (unsigned long long)r->type->size);
	r->count = negative ? -(int64_t)n : (int64_t)n;
	return NULL;
}

static struct vmc_error *parse(struct request *r, const char *const *words, size_t n)
{
	const struct vmc_module *near = NULL;
	vmc_autoerror struct vmc_error *err = NULL;
	char *name, *paths;
	uint64_t addr;

	if (n < 1 || n > 3)
		return vmc_error_new(VMC_USAGE, "the name of a struct, and perhaps an address and "
						"a count are needed");
	name = vmc_arena_strdup(&r->arena, words[0]);
	if (!name)
		return vmc_error_no_memory();
	paths = name;
	strsep(&paths, ".");
	if (n > 1)
		err = vmc_parse_address(r->s, words[1], &addr);
	if (n > 1 && !err)
		near = vmc_target_module_at(r->s->target, addr);
	VMC_TRY(vmc_typename_find(r->s, name, VMC_WANT_RECORD, near, &r->name));
	VMC_TRY(vmc_type_strip(r->name.type, &r->type));
	if (paths)
		VMC_TRY(split_paths(r, paths));
	if (vmc_args_has(r->args, 'l'))
		VMC_TRY(embedded_offset(r, vmc_args_value(r->args, 'l')));
	r->count = 1;
	if (vmc_args_has(r->args, 'c'))
		return parse_count(r, vmc_args_value(r->args, 'c'));
	return n == 3 ? parse_count(r, words[2]) : NULL;
}

/* --- definitions --- */

static struct vmc_error *define(struct request *r, const uint64_t *addr, struct vmc_str *out)
{
	struct vmc_layout l = { .offsets = vmc_args_has(r->args, 'o'),
				.hex = vmc_args_has(r->args, 'x'),
				.has_address = addr != NULL,
				.address = addr ? *addr : 0,
				.note = r->name.note };

	if (!r->n_paths)
		return vmc_layout_print(r->name.type, &l, out);
	vmc_str_add(out, r->type->kind == VMC_TYPE_UNION ? "union " : "struct ");
	vmc_words_safe(out, *r->type->name ? r->type->name : r->name.type->name);
	vmc_str_add(out, " {\n");
	for (size_t i = 0; i < r->n_paths; i++)
		VMC_TRY(vmc_layout_member(r->type, &r->members[i], r->paths[i], &l, out));
	vmc_str_addc(out, '}');
	if (r->name.note)
		vmc_str_addf(out, "  %s", r->name.note);
	vmc_str_addc(out, '\n');
	return NULL;
}

/* --- values --- */

/* The image of an object or member is done with: remembers what it lacked. */
static void note_missing(struct request *r, struct vmc_image *image)
{
	r->missing += image->n_absent;
	if (!r->why)
		r->why = vmc_take(image->why);
}

static struct vmc_error *whole(struct request *r, struct vmc_printer *p, uint64_t addr,
			       struct vmc_str *out)
{
	vmc_autoimage struct vmc_image image = { 0 };
	struct vmc_member m = { .name = "", .type = r->type };

	VMC_TRY(vmc_image_read(&p->mem, addr, r->type->size, &image));
	if (image.n_absent && image.n_absent == image.n_pages)
		return vmc_take(image.why);
	vmc_str_add(out, r->type->kind == VMC_TYPE_UNION ? "union " : "struct ");
	vmc_words_safe(out, *r->type->name ? r->type->name : r->name.type->name);
	vmc_str_addc(out, ' ');
	vmc_value_print(p, &image, &m, 0, out);
	if (r->name.note)
		vmc_str_addf(out, "  %s", r->name.note);
	vmc_str_addc(out, '\n');
	note_missing(r, &image);
	return NULL;
}

/* Reads the bytes of one member only: the rest of the object need not be there. */
static struct vmc_error *one_member(struct request *r, struct vmc_printer *p, uint64_t addr,
				    size_t i, struct vmc_str *out, bool *ret_there)
{
	vmc_autoimage struct vmc_image image = { 0 };
	struct vmc_member m = r->members[i];
	uint64_t bits = m.bit_size ? m.bit_size : m.type->size * 8;

	addr += m.bit_offset / 8;
	m.bit_offset %= 8;
	VMC_TRY(vmc_image_read(&p->mem, addr, (m.bit_offset + bits + 7) / 8, &image));
	if (!p->follow || !vmc_value_follow(p, &image, &m, r->paths[i], out)) {
		vmc_str_add(out, "  ");
		vmc_words_safe(out, r->paths[i]);
		vmc_str_add(out, " = ");
		vmc_value_print(p, &image, &m, 1, out);
		vmc_str_add(out, ",\n");
	}
	*ret_there |= !image.n_pages || image.n_absent < image.n_pages;
	note_missing(r, &image);
	return NULL;
}

static struct vmc_error *some_members(struct request *r, struct vmc_printer *p, uint64_t addr,
				      struct vmc_str *out)
{
	vmc_autostr struct vmc_str text = { 0 };
	bool there = false;

	for (size_t i = 0; i < r->n_paths; i++)
		VMC_TRY(one_member(r, p, addr, i, &text, &there));
	if (!there)
		return vmc_take(r->why);
	vmc_str_addn(out, vmc_str_text(&text), text.len);
	return text.failed ? vmc_error_no_memory() : NULL;
}

/* What an object lacked, or what was wrong with its type: it is shown nevertheless. */
static void complain(struct request *r, struct vmc_printer *p, uint64_t addr)
{
	if (r->why)
		vmc_session_complain(r->s, "struct",
				     vmc_error_wrap(vmc_take(r->why), "%llx: in part",
						    (unsigned long long)addr));
	if (p->problem)
		vmc_session_complain(r->s, "struct", vmc_take(p->problem));
}

static struct vmc_error *object(struct request *r, uint64_t addr, struct vmc_str *out)
{
	vmc_autoprinter struct vmc_printer p = { .mem = vmc_memory_reader(r->s->target->memory),
						 .target = r->s->target,
						 .hex = vmc_args_has(r->args, 'x'),
						 .follow = vmc_args_has(r->args, 'p') };

	if (vmc_args_has(r->args, 'o'))
		return define(r, &addr, out);
	if (r->n_paths)
		VMC_TRY(some_members(r, &p, addr, out));
	else
		VMC_TRY(whole(r, &p, addr, out));
	complain(r, &p, addr);
	return NULL;
}

/* `count` objects side by side, from the first or up to the last. */
static struct vmc_error *objects(struct request *r, uint64_t addr, struct vmc_str *out)
{
	uint64_t n = (uint64_t)(r->count < 0 ? -r->count : r->count);

	addr -= r->back;
	if (r->count < 0)
		addr -= (n - 1) * r->type->size;
	for (uint64_t i = 0; i < n; i++) {
		if (i)
			vmc_str_addc(out, '\n');
		VMC_TRY(object(r, addr + i * r->type->size, out));
	}
	return NULL;
}

/* --- per-CPU variables --- */

/* Does a kernel symbol lie in the area that each CPU has a copy of? */
static bool is_percpu(struct vmc_session *s, const char *symbol, uint64_t addr)
{
	uint64_t start, end;

	if (!vmc_target_has_symbol(s->target, symbol, &start) || start != addr)
		return false;
	if (vmc_target_has_symbol(s->target, "__per_cpu_start", &start) &&
	    vmc_target_has_symbol(s->target, "__per_cpu_end", &end) && start < end)
		return addr >= start && addr < end;
	return !(addr >> 47); /* before 6.15 the area begins at 0 */
}

static struct vmc_error *on_cpus(struct request *r, const char *symbol, const char *spec,
				 struct vmc_str *out)
{
	struct vmc_session *s = r->s;
	struct vmc_cpu_list list = { 0 };
	struct vmc_error *err = NULL;
	uint64_t addr, known;

	VMC_TRY(vmc_parse_address(s, symbol, &addr));
	if (vmc_target_has_symbol(s->target, symbol, &known) && !is_percpu(s, symbol, addr)) {
		vmc_session_complain(s, "struct",
				     vmc_error_new(VMC_USAGE,
						   "%s is no per-CPU variable: there is one for "
						   "all CPUs",
						   symbol));
		return objects(r, addr, out);
	}
	if (!*spec && (!s->has_context || s->context.cpu < 0))
		return vmc_error_new(VMC_USAGE, "no task is selected whose CPU could be taken");
	if (*spec)
		err = vmc_select_cpus(s, spec, &list);
	else if (!vmc_vec_push(&list.cpus, s->context.cpu))
		err = vmc_error_no_memory();
	for (size_t i = 0; !err && i < list.cpus.len; i++) {
		size_t cpu = (size_t)list.cpus.data[i];

		if (cpu >= vmc_target_cpus(s->target)) {
			err = vmc_error_new(VMC_NOT_FOUND, "%s of CPU %zu: no per-CPU area", symbol,
					    cpu);
			break;
		}
		known = addr + s->target->percpu_offset.data[cpu];
		vmc_str_addf(out, "[%zu]: %llx\n", cpu, (unsigned long long)known);
		vmc_session_complain(s, "struct", objects(r, known, out));
	}
	vmc_vec_free(&list.cpus);
	return err;
}

static struct vmc_error *at_address(struct request *r, const char *word, struct vmc_str *out)
{
	const char *colon = strrchr(word, ':');
	uint64_t addr;
	char *symbol;

	if (colon) {
		symbol = vmc_arena_strndup(&r->arena, word, (size_t)(colon - word));
		return symbol ? on_cpus(r, symbol, colon + 1, out) : vmc_error_no_memory();
	}
	VMC_TRY(vmc_parse_address(r->s, word, &addr));
	if (is_percpu(r->s, word, addr))
		return vmc_error_new(VMC_USAGE,
				     "%s is a per-CPU variable: say which CPU's, as in "
				     "%s:0 or %s:a",
				     word, word, word);
	return objects(r, addr, out);
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	vmc_cleanup(request_deinit) struct request r = { .s = s, .args = args };
	const char *const *words = args->operand;
	size_t n = args->n_operands;

	/* "* struct list_head ..." */
	if (n > 1 && (strcmp(words[0], "struct") == 0 || strcmp(words[0], "union") == 0)) {
		words++;
		n--;
	}
	VMC_TRY(parse(&r, words, n));
	if (n > 1)
		return at_address(&r, words[1], out);
	if (vmc_args_has(args, 'l') || vmc_args_has(args, 'c') || vmc_args_has(args, 'p'))
		return vmc_error_new(VMC_USAGE, "-l, -c and -p need an address");
	return define(&r, NULL, out);
}

const struct vmc_command vmc_command_struct = {
	.name = "struct",
	.aliases = "union *",
	.options = "oxdpl:c:",
	.usage = "name[.member[,member]...] [-o] [-x | -d] [-p] [-l offset] "
		 "[address | symbol[:cpus]] [count | -c count]",
	.summary = "definition or contents of a struct or union",
	.help = "Without an address, shows the definition and size of a struct or union, or the "
		"place\n"
		"and type of members. With an address or symbol, shows what is there. Members may\n"
		"be those of embedded structs and elements of arrays: a.b, a[2].c. Types that "
		"only\n"
		"a module has are found too; [name] says whose they are. \"struct\" may be left\n"
		"out, or be written as '*'.\n"
		"\n"
		"  -o   with the offset of each member; with an address, with its address\n"
		"  -x   integers in hexadecimal      -d   integers in decimal, as without it\n"
		"  -p   what pointers among the members point to, one level deep\n"
		"  -l offset   the address is of a member that is embedded this many bytes behind\n"
		"              the start; also as struct.member\n"
		"  -c count    so many side by side; negative: those that end with this one\n"
		"  :cpus       of a per-CPU variable: of these CPUs (0,2-4), all (a), or with ':'\n"
		"              alone the selected task's\n"
		"\n"
		"Members that lie in a page that is not in the dump show <the reason>. What a "
		"pointer\n"
		"points to is named as <symbol+offset>; texts and arrays end at 256 elements with "
		"\"...\".\n"
		"\n"
		"EXAMPLES\n"
		"    struct list_head -o\n"
		"    struct task_struct.pid,comm,se.vruntime init_task\n"
		"    struct rq.nr_running runqueues:a\n"
		"    struct task_struct.comm -l task_struct.tasks ff42ad4f41b42990\n"
		"    struct -p task_struct.mm ff42ad4f41b42100\n"
		"    *cpumask __cpu_online_mask\n"
		"    task_struct.pid_links[1].next init_task\n",
	.run = run,
};
