/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From category, culprit and trigger to sentences: title, summary, next steps. */
#include <string.h>

#include "inquest/inquest.h"

/*
 * The taint letters of the module to blame, as the dump has them, else as the report lists it;
 * NULL none. Marks of loading and unloading ("+", "-") are no letters.
 */
static const char *culprit_taint(struct vmc_report *r, const struct vmc_oops *o)
{
	const char *name = r->verdict.culprit.module, *flags;
	char letters[32];

	for (size_t i = 0; r->target && name && i < r->target->modules.len; i++) {
		const struct vmc_module *m = &r->target->modules.data[i];

		if (strcmp(m->name, name) != 0)
			continue;
		vmc_taint_letters(m->taints, letters, sizeof(letters));
		return m->taints ? vmc_arena_strdup(&r->arena, letters) : NULL;
	}
	for (size_t i = 0; !r->target && name && o && i < o->n_modules; i++) {
		flags = o->modules[i].flags;
		if (strcmp(o->modules[i].name, name) == 0)
			return *flags >= 'A' && *flags <= 'Z'
				       ? vmc_arena_strndup(&r->arena, flags, strcspn(flags, "+-"))
				       : NULL;
	}
	return NULL;
}

/* The title where no category fits: what there is, or why nothing can be told. */
static const char *title_of_unknown(struct vmc_report *r, const struct vmc_oops *o)
{
	if (o)
		return o->headline;
	if (r->has_panic)
		return r->panic_message ? r->panic_message
					: vmc_say(r->lang, "panic of unknown cause");
	if (r->target && !r->has_log && !r->has_cpus)
		return vmc_say(r->lang,
			       "cannot be told: neither the log nor the CPUs could be read");
	if (r->target && !r->has_cpus)
		return vmc_say(r->lang, "the log tells of no crash; the CPUs could not be read");
	if (r->target && !r->has_log)
		return vmc_say(r->lang, "no CPU has entered panic(); the log could not be read");
	return vmc_say(r->lang, vmc_inquest_category_of("unknown")->words);
}

static const char *title_of(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_category *k = vmc_inquest_category_of(r->verdict.category);
	const struct vmc_culprit *c = &r->verdict.culprit;
	const char *words = vmc_say(r->lang, k->words);

	if (strcmp(k->id, "unknown") == 0)
		return title_of_unknown(r, o);
	if (strcmp(k->id, "manual") == 0 && vmc_inquest_is_external_nmi(r))
		words = vmc_say(r->lang, "NMI from outside, sent by hand or by hardware");
	/* a log with a warning and no panic: nothing was made fatal */
	if (strcmp(k->id, "warning-panic") == 0 && !r->has_panic)
		words = "WARNING";
	if (strcmp(k->id, "panic-call") == 0 && r->panic_message)
		return vmc_arena_printf(&r->arena, "%s: %s", words, r->panic_message);
	/* who is to blame is not the one that the report is about */
	if (strcmp(k->id, "hung-task") == 0 && o && o->comm && o->pid > 0 && c->comm &&
	    c->pid != o->pid)
		return vmc_inquest_sayf(r,
					"task %s (pid %lld) blocked for too long, task %s (pid "
					"%lld) holds what it waits for",
					o->comm, (long long)o->pid, c->comm, (long long)c->pid);
	if (c->function && c->module)
		return vmc_inquest_sayf(r, "%s in %s [%s]", words, c->function, c->module);
	if (c->function && strcmp(k->id, "manual") != 0)
		return vmc_inquest_sayf(r, "%s in %s", words, c->function);
	return words;
}

/* A sentence of the summary behind those before it. */
static void sentence(const struct vmc_report *r, struct vmc_str *s, const char *text)
{
	/* Chinese has no blank behind its full stop */
	vmc_str_add(s, s->len && r->lang == VMC_LANG_EN ? " " : "");
	vmc_str_add(s, text ? text : "");
}

/* "Module victim is out of tree, unsigned (taint OE)." */
static const char *module_sentence(struct vmc_report *r, const char *letters)
{
	static const struct {
		char letter;
		const char *words;
	} traits[] = { { 'O', VMC_SAY("out of tree") },	 { 'E', VMC_SAY("unsigned") },
		       { 'P', VMC_SAY("proprietary") },	 { 'F', VMC_SAY("force-loaded") },
		       { 'C', VMC_SAY("from staging") }, { 'K', VMC_SAY("a live patch") } };
	const char *name = r->verdict.culprit.module;
	vmc_autostr struct vmc_str list = { 0 };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(traits); i++) {
		if (!strchr(letters, traits[i].letter))
			continue;
		vmc_str_add(&list, list.len ? vmc_say(r->lang, VMC_SAY(", ")) : "");
		vmc_str_add(&list, vmc_say(r->lang, traits[i].words));
	}
	if (!list.len)
		return vmc_inquest_sayf(r, "Module %s has taint %s.", name, letters);
	return vmc_inquest_sayf(r, "Module %s is %s (taint %s).", name, vmc_str_text(&list),
				letters);
}

/* Code without a name is code all the same: a BPF program, a module whose symbols are lost. */
static bool has_bytes(const struct vmc_report *r, const struct vmc_frame *f)
{
	uint64_t phys;
	vmc_autoerror struct vmc_error *err =
		r->target ? vmc_memory_translate(r->target->memory, f->pc, &phys)
			  : vmc_error_no_memory();

	return f->where.module || !err;
}

/* Where the CPU was, as the stack of the panic task has it; NULL where it does not tell. */
static const char *place_sentence(struct vmc_report *r, const struct vmc_blame *b)
{
	const char *culprit = r->verdict.culprit.function;
	const struct vmc_frame *f = b->fault;

	if (!f)
		return NULL;
	if (f->where.name && !f->exception)
		return vmc_inquest_sayf(r, "The CPU was at %s+0x%llx.", f->where.name,
					(unsigned long long)f->offset);
	if (f->where.name)
		return vmc_inquest_sayf(r, "The %s was raised at %s+0x%llx.",
					vmc_say(r->lang, b->by), f->where.name,
					(unsigned long long)f->offset);
	if (!culprit)
		return NULL;
	if (has_bytes(r, f))
		return vmc_inquest_sayf(
			r, "The CPU was at 0x%llx, which no symbol names; %s called it.",
			(unsigned long long)f->pc, culprit);
	return vmc_inquest_sayf(r,
				"The CPU jumped to 0x%llx, where there is no code; %s called it.",
				(unsigned long long)f->pc, culprit);
}

static const char *task_sentence(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_culprit *c = &r->verdict.culprit;
	int cpu = o && o->pid == c->pid ? o->cpu : -1;

	if (!c->comm || c->pid < 0)
		return NULL;
	if (r->has_panic_task && c->pid == r->panic_task.pid)
		cpu = r->panic_cpu;
	if (cpu >= 0)
		return vmc_inquest_sayf(r, "Task %s (pid %lld) on CPU %d.", c->comm,
					(long long)c->pid, cpu);
	return vmc_inquest_sayf(r, "Task %s (pid %lld).", c->comm, (long long)c->pid);
}

static void write_summary(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b)
{
	const char *taint = culprit_taint(r, o);
	vmc_autostr struct vmc_str s = { 0 };
	const char *text;

	text = place_sentence(r, b);
	if (text)
		sentence(r, &s, text);
	/* the address of a stack overflow is printed hashed */
	if (o && o->has_fault_address && strcmp(r->verdict.category, "stack-overflow") != 0)
		sentence(r, &s,
			 vmc_inquest_sayf(r, "The address was 0x%llx.",
					  (unsigned long long)o->fault_address));
	if (taint)
		sentence(r, &s, module_sentence(r, taint));
	text = task_sentence(r, o);
	if (text)
		sentence(r, &s, text);
	if (r->panic_message && r->has_panic)
		sentence(r, &s,
			 vmc_arena_printf(&r->arena, "%s%s", r->panic_message,
					  vmc_str_ends(r->panic_message, ".") ? "" : "."));
	if (s.len)
		r->verdict.summary = vmc_arena_strdup(&r->arena, vmc_str_text(&s));
}

static void write_next_steps(struct vmc_report *r, const struct vmc_oops *o)
{
	const char *next = vmc_inquest_category_of(r->verdict.category)->next;
	const char *module = r->verdict.culprit.module, *taint = culprit_taint(r, o);

	/* of an assertion, whose condition is not known yet */
	if (next && !r->verdict.assertion.condition)
		vmc_inquest_next(r, "%s", vmc_say(r->lang, next));
	if (taint && strchr(taint, 'O'))
		vmc_inquest_next(r,
				 "module %s is out of tree: ask its vendor, try without it "
				 "or with a newer version",
				 module);
	else if (taint && strchr(taint, 'P'))
		vmc_inquest_next(r,
				 "module %s is proprietary: ask its vendor, try without it "
				 "or with a newer version",
				 module);
}

void vmc_inquest_verdict(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	struct vmc_blame b;

	r->verdict.confidence = "low";
	vmc_inquest_blame(&r->backtrace, &b);
	r->verdict.category = vmc_inquest_category(r, o, &b);
	if (r->code.sentence && strcmp(r->verdict.category, "manual") != 0)
		vmc_inquest_why(r, "%s", r->code.sentence);
	vmc_inquest_culprit(r, o, &b);
	vmc_inquest_victim(r, o);
	vmc_inquest_trigger(r, o);
	vmc_inquest_order(r);
	vmc_inquest_signature(r);
	r->verdict.title = title_of(r, o);
	write_summary(r, o, &b);
	write_next_steps(r, o);
	vmc_inquest_path(r, o, &b);
	vmc_inquest_assertion_explain(r, o);
}
