/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/stack.h"

#include <string.h>

#include "render/words.h"
#include "target/layout.h"
#include "target/lines.h"
#include "target/variables.h"

/* A recursion of up to this many functions that call each other is recognised. */
#define PERIOD_MAX 4
/* Rounds of a recursion that are shown before the rest is folded. */
#define ROUNDS_SHOWN 2
/* Frames whose arguments are shown, from where it happened on. */
#define ARGUMENT_FRAMES 4
/* Arguments of one function: a line is cut at the width anyway. */
#define ARGUMENTS_SHOWN 6
/* One line holds the functions that tell what a CPU did. */
#define ONE_LINE_FRAMES 8

static bool same_function(const struct vmc_frame *a, const struct vmc_frame *b)
{
	return a->where.name && b->where.name && a->where.addr == b->where.addr && !a->exception &&
	       !b->exception && !a->has_regs && !b->has_regs &&
	       strcmp(a->where.name, b->where.name) == 0;
}

size_t vmc_stack_repeats(const struct vmc_trace *tr, size_t at, size_t *ret_period)
{
	const struct vmc_frame *f = tr->frames.data;
	size_t n = tr->frames.len;

	for (size_t period = 1; period <= PERIOD_MAX && period <= at; period++) {
		size_t i = at;

		while (i < n && same_function(&f[i], &f[i - period]))
			i++;
		/* less than two whole rounds is not worth a line of its own */
		if (i - at >= 2 * period) {
			*ret_period = period;
			return (i - at) / period * period;
		}
	}
	return 0;
}

static void folded_row(const struct vmc_trace *tr, size_t at, size_t count, size_t period,
		       struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str names = { 0 };

	for (size_t i = 0; i < period; i++) {
		vmc_str_add(&names, i ? ", " : "");
		vmc_words_safe(&names, tr->frames.data[at + i].where.name);
	}
	vmc_sheet_sayf(s, sec, VMC_MOOD_QUIET, "     ... %zu more of %s", count,
		       vmc_str_text(&names));
}

static void user_row(const struct vmc_frame *f, struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	vmc_str_addf(&text, vmc_say(s->lang, "     user space at 0x%llx"),
		     (unsigned long long)f->pc);
	if (f->has_regs && vmc_regs_has(&f->regs, VMC_X86_ORIG_RAX) &&
	    (int64_t)f->regs.value[VMC_X86_ORIG_RAX] >= 0)
		vmc_str_addf(&text, vmc_say(s->lang, ", system call %llu"),
			     (unsigned long long)f->regs.value[VMC_X86_ORIG_RAX]);
	vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
}

static void place(const struct vmc_source_place *p, struct vmc_str *out)
{
	if (!p || !p->file)
		return;
	vmc_str_add(out, "  ");
	vmc_words_safe(out, p->file);
	if (p->line)
		vmc_str_addf(out, ":%u", p->line);
}

/* The compiler's doing and a loss on the way here are told apart: only the latter may be mended. */
static const char *unknown_value(enum vmc_lang lang, const struct vmc_frame_variable *v)
{
	if (v->why && vmc_streq(v->why, VMC_WHY_OPTIMISED_OUT))
		return vmc_say(lang, "<optimised out>");
	return vmc_say(lang, "<not known>");
}

/* "(p = 0x0, len = 64)", a quiet line; nothing where not one of them is known. */
static void arguments_row(const struct vmc_frame *f, size_t i, struct vmc_sheet *s,
			  struct vmc_section *sec)
{
	const struct vmc_frame_function *function = vmc_frame_function_at(f, i);
	vmc_autostr struct vmc_str text = { 0 };
	size_t n = 0, known = 0;

	for (size_t k = 0; function && k < function->n_variables; k++) {
		const struct vmc_frame_variable *v = &function->variables[k];

		if (!v->is_parameter)
			continue;
		if (n++ == ARGUMENTS_SHOWN) {
			vmc_str_add(&text, ", ...");
			break;
		}
		vmc_str_addf(&text, "%s%s = ", n > 1 ? ", " : "", v->name ? v->name : "?");
		vmc_str_add(&text, v->value ? v->value : unknown_value(s->lang, v));
		known += v->value != NULL;
	}
	if (!known)
		return;
	vmc_sheet_row(s, sec, VMC_MOOD_QUIET, NULL, "       (%s)", vmc_str_text(&text));
}

/* Functions whose code stands in that of the frame: they have no number, as they have no stack. */
static void inlined_rows(const struct vmc_frame *f, bool arguments, struct vmc_sheet *s,
			 struct vmc_section *sec)
{
	for (size_t i = 0; i + 1 < f->n_places; i++) {
		vmc_autostr struct vmc_str text = { 0 };

		vmc_str_add(&text, "     ");
		vmc_words_safe(&text, f->places[i].function ? f->places[i].function : "?");
		vmc_str_addf(&text, " %s", vmc_say(s->lang, "(inlined)"));
		place(&f->places[i], &text);
		vmc_sheet_take(s, sec, f->reliable ? VMC_MOOD_PLAIN : VMC_MOOD_DOUBT, NULL, &text);
		if (arguments)
			arguments_row(f, i, s, sec);
	}
}

static void frame_row(const struct vmc_frame *f, size_t number, bool arguments, struct vmc_sheet *s,
		      struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	if (f->exception) {
		vmc_str_add(&text, "     --- ");
		vmc_words_safe(&text, vmc_say(s->lang, f->exception));
		vmc_str_add(&text, " ---");
		vmc_sheet_take(s, sec, VMC_MOOD_BAD, NULL, &text);
	}
	inlined_rows(f, arguments, s, sec);
	vmc_str_addf(&text, "#%-3zu %s", number, f->reliable ? "" : "? ");
	vmc_words_frame(f, &text);
	place(vmc_frame_place(f), &text);
	vmc_sheet_take(s, sec, f->reliable ? VMC_MOOD_PLAIN : VMC_MOOD_DOUBT, NULL, &text);
	if (arguments)
		arguments_row(f, f->n_places ? f->n_places - 1 : 0, s, sec);
}

/* The frame that an exception interrupted, the first there is: where it happened. 0: none. */
static size_t interrupted(const struct vmc_trace *tr)
{
	for (size_t i = 1; i < tr->frames.len; i++) {
		if (tr->frames.data[i].exception && !tr->frames.data[i].user)
			return i;
	}
	return 0;
}

void vmc_stack_rows(const struct vmc_trace *tr, struct vmc_sheet *s, struct vmc_section *sec)
{
	size_t number = 0, start = interrupted(tr);

	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];
		size_t period, repeats;

		if (f->user) {
			user_row(f, s, sec);
			continue;
		}
		repeats = i >= ROUNDS_SHOWN ? vmc_stack_repeats(tr, i, &period) : 0;
		if (repeats) {
			folded_row(tr, i, repeats, period, s, sec);
			i += repeats - 1;
			number += repeats;
			continue;
		}
		frame_row(f, number++, i >= start && i < start + ARGUMENT_FRAMES, s, sec);
	}
	if (tr->truncated)
		vmc_sheet_sayf(s, sec, VMC_MOOD_DOUBT, "     ... more frames than the limit of %d",
			       VMC_FRAMES_MAX);
	if (tr->stopped)
		vmc_sheet_sayf(s, sec, VMC_MOOD_DOUBT, "     stopped: %s",
			       vmc_sheet_safe(s, vmc_error_text(tr->stopped)));
}

void vmc_stack_one_line(enum vmc_lang lang, const struct vmc_trace *tr, struct vmc_str *out)
{
	const struct vmc_frame *f = tr->frames.data;
	size_t n = tr->frames.len, start = interrupted(tr), shown = 0;

	for (size_t i = start; i < n && !f[i].user && shown < ONE_LINE_FRAMES; i++) {
		size_t period, repeats = i > start ? vmc_stack_repeats(tr, i, &period) : 0;

		if (repeats) {
			vmc_str_addf(out, vmc_say(lang, " < ... %zu more"), repeats);
			i += repeats - 1;
			continue;
		}
		vmc_str_add(out, shown++ ? " < " : "");
		vmc_str_add(out, f[i].reliable ? "" : "? ");
		if (f[i].where.name)
			vmc_words_safe(out, f[i].where.name);
		else
			vmc_str_addf(out, "0x%llx", (unsigned long long)f[i].pc);
	}
	if (!shown && n && f[start].user)
		vmc_str_add(out, vmc_say(lang, "in user space"));
	else if (!shown)
		vmc_str_add(out, tr->stopped ? vmc_error_text(tr->stopped) : "no backtrace");
}

static void reg(const struct vmc_regs *r, unsigned int n, int digits, struct vmc_str *out)
{
	if (vmc_regs_has(r, n))
		vmc_str_addf(out, "%0*llx", digits, (unsigned long long)r->value[n]);
	else
		vmc_str_addf(out, "%-*s", digits, "(unknown)");
}

static void reg3(const struct vmc_regs *r, const char *const names[3], const unsigned int n[3],
		 struct vmc_str *out)
{
	vmc_str_add(out, "   ");
	for (int i = 0; i < 3; i++) {
		vmc_str_addf(out, "%s%3s: ", i ? "  " : " ", names[i]);
		reg(r, n[i], 16, out);
	}
	vmc_str_addc(out, '\n');
}

void vmc_stack_registers(const struct vmc_regs *r, struct vmc_str *out)
{
	static const struct {
		const char *names[3];
		unsigned int numbers[3];
	} rows[] = {
		{ { "RAX", "RBX", "RCX" }, { VMC_X86_RAX, VMC_X86_RBX, VMC_X86_RCX } },
		{ { "RDX", "RSI", "RDI" }, { VMC_X86_RDX, VMC_X86_RSI, VMC_X86_RDI } },
		{ { "RBP", "R8", "R9" }, { VMC_X86_RBP, VMC_X86_R8, VMC_X86_R9 } },
		{ { "R10", "R11", "R12" }, { VMC_X86_R10, VMC_X86_R11, VMC_X86_R12 } },
		{ { "R13", "R14", "R15" }, { VMC_X86_R13, VMC_X86_R14, VMC_X86_R15 } },
	};

	vmc_str_add(out, "    RIP: ");
	reg(r, VMC_X86_RIP, 16, out);
	vmc_str_add(out, "  RSP: ");
	reg(r, VMC_X86_RSP, 16, out);
	vmc_str_add(out, "  RFLAGS: ");
	reg(r, VMC_X86_RFLAGS, 8, out);
	vmc_str_addc(out, '\n');
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows); i++)
		reg3(r, rows[i].names, rows[i].numbers, out);
	vmc_str_add(out, "    ORIG_RAX: ");
	reg(r, VMC_X86_ORIG_RAX, 16, out);
	vmc_str_add(out, "  CS: ");
	reg(r, VMC_X86_CS, 4, out);
	vmc_str_add(out, "  SS: ");
	reg(r, VMC_X86_SS, 4, out);
	vmc_str_addc(out, '\n');
}

static void crash_name(const struct vmc_frame *f, unsigned int flags, struct vmc_str *out)
{
	vmc_words_safe(out, f->where.name ? f->where.name : "(unknown)");
	if (f->where.name && flags & VMC_BT_OFFSET)
		vmc_str_addf(out, flags & VMC_BT_HEX ? "+0x%llx" : "+%llu",
			     (unsigned long long)f->offset);
}

static void crash_module(const struct vmc_frame *f, struct vmc_str *out)
{
	if (!f->where.module)
		return;
	vmc_str_add(out, " [");
	vmc_words_safe(out, f->where.module);
	vmc_str_addc(out, ']');
}

/* Where an exception hit: crash gives it no number, only the register block with this head. */
static void crash_exception(const struct vmc_frame *f, unsigned int flags, struct vmc_str *out)
{
	if (!f->user) {
		vmc_str_add(out, "    [exception RIP: ");
		if (f->where.name) {
			vmc_words_safe(out, f->where.name);
			vmc_str_addf(out, "+%llu", (unsigned long long)f->offset);
		} else {
			vmc_str_add(out, "unknown or invalid address");
		}
		vmc_str_add(out, "]\n");
	}
	if (!(flags & VMC_BT_NOREGS))
		vmc_stack_registers(&f->regs, out);
}

static bool other_stack(const struct vmc_frame *f, const struct vmc_frame *next)
{
	return !next->user && !(next->sp >= f->sp && next->sp - f->sp < 0x10000);
}

/* crash's name of the exception stack (IST) that such an entry runs on; NULL for others. */
static const char *exception_stack(const struct vmc_frame *f)
{
	static const struct {
		const char *exception, *name;
	} stacks[] = {
		{ "NMI", "NMI" },
		{ "double fault", "DOUBLEFAULT" },
		{ "debug exception", "DEBUG" },
		{ "machine check", "MCE" },
		{ "VC", "VC" },
	};

	for (size_t i = 0; f->exception && i < VMC_ARRAY_SIZE(stacks); i++) {
		if (strcmp(f->exception, stacks[i].exception) == 0)
			return stacks[i].name;
	}
	return NULL;
}

/* Frame i is on another stack than the one before it: crash marks this, each kind at its place. */
static void separator(const struct vmc_trace *tr, size_t i, bool behind_block, struct vmc_str *out)
{
	const struct vmc_frame *f = &tr->frames.data[i];
	const char *name = exception_stack(f);

	if (!i || !other_stack(f - 1, f) || behind_block != (f->has_regs && name))
		return;
	if (behind_block)
		vmc_str_addf(out, "--- <%s exception stack> ---\n", name);
	else
		vmc_str_add(out, "--- <IRQ stack> ---\n");
}

static void function_variables(const struct vmc_frame_function *f, struct vmc_str *out)
{
	if (f->inlined) {
		vmc_str_add(out, "      ");
		vmc_str_add(out, f->name ? f->name : "?");
		vmc_str_add(out, " (inlined)\n");
	}
	for (size_t i = 0; i < f->n_variables; i++) {
		const struct vmc_frame_variable *v = &f->variables[i];

		vmc_str_add(out, f->inlined ? "          " : "      ");
		vmc_str_add(out, v->is_parameter ? "parameter " : "");
		vmc_layout_declare_text(v->type ? v->type : "?", v->name, out);
		vmc_str_add(out, " = ");
		if (v->value)
			vmc_str_add(out, v->value);
		else
			vmc_str_addf(out, "<%s>", v->why ? v->why : "?");
		vmc_str_add(out, v->by == VMC_VARIABLE_ENTRY ? "  (by the caller)\n" : "\n");
	}
}

static void crash_variables(const struct vmc_frame *f, struct vmc_str *out)
{
	for (size_t i = 0; i < f->n_functions; i++)
		function_variables(&f->functions[i], out);
}

void vmc_stack_positions(const struct vmc_source_place *places, size_t n, const char *indent,
			 struct vmc_str *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct vmc_source_place *p = &places[i];

		if (!p->file)
			continue;
		vmc_str_add(out, indent);
		vmc_words_safe(out, p->file);
		vmc_str_addf(out, ": %u", p->line);
		if (p->inlined) {
			vmc_str_add(out, "  (");
			vmc_words_safe(out, p->function ? p->function : "?");
			vmc_str_add(out, ", inlined)");
		}
		vmc_str_addc(out, '\n');
	}
}

void vmc_stack_crash(const struct vmc_trace *tr, unsigned int flags, struct vmc_str *out)
{
	size_t number = 0;

	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];
		separator(tr, i, false, out);
		if (f->has_regs && (i > 0 || f->user)) {
			crash_exception(f, flags, out);
		} else {
			vmc_str_addf(out, "%s#%zu [%llx] %s", number < 10 ? " " : "", number,
				     (unsigned long long)f->sp, f->reliable ? "" : "? ");
			number++;
			crash_name(f, flags, out);
			vmc_str_addf(out, " at %llx", (unsigned long long)f->pc);
			crash_module(f, out);
			vmc_str_addc(out, '\n');
		}
		if (flags & VMC_BT_LINES)
			vmc_stack_positions(f->places, f->n_places, "    ", out);
		if (flags & VMC_BT_VARIABLES)
			crash_variables(f, out);
		separator(tr, i, true, out);
	}
	if (tr->truncated)
		vmc_str_addf(out, "    (more frames than the limit of %d)\n", VMC_FRAMES_MAX);
	if (tr->stopped) {
		vmc_str_add(out, "    (stopped: ");
		vmc_words_safe(out, vmc_error_text(tr->stopped));
		vmc_str_add(out, ")\n");
	}
}
