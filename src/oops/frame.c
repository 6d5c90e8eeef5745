/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/frame.h"

#define SYMBOL_MAX 512	    /* KSYM_NAME_LEN; longer words are no symbols */
#define FRAME_TEXT_MAX 1024 /* a printk record holds no longer line */

/* "[<ffffffff8107e96b>]", "[c000000000012345]", "[<0000000000112233>]" */
static bool eat_address(struct slice *s, uint64_t *ret)
{
	struct slice r = *s;
	bool angle;

	if (!slice_eat(&r, "["))
		return false;
	angle = slice_eat(&r, "<");
	if (!slice_eat_hex(&r, ret) || (angle && !slice_eat(&r, ">")) || !slice_eat(&r, "]"))
		return false;
	*s = r;
	return true;
}

static struct slice eat_name(struct slice *s)
{
	struct slice name = *s;
	size_t n = 0;

	while (n < s->n && n < SYMBOL_MAX && is_symbol(s->p[n]))
		n++;
	if (n && is_digit(*s->p))
		n = 0;
	name.n = n;
	*s = slice_from(*s, n);
	return name;
}

/* "[ext4]", "[ext4(OE)]", "[ext4 b41f0c...]" (a build id, 5.15 on); not "[inline]". */
static void eat_module(struct slice *s, struct frame_text *f)
{
	struct slice r = *s;
	size_t n = 0;

	slice_eat_blanks(&r);
	if (!slice_eat(&r, "["))
		return;
	while (n < r.n && (is_word(r.p[n]) || r.p[n] == '-'))
		n++;
	if (!n || n == r.n || slice_is(slice_head(r, n), "inline") ||
	    (r.p[n] != ']' && r.p[n] != ' ' && r.p[n] != '('))
		return;
	f->module = slice_head(r, n);
	n = slice_find_char(slice_head(r, 160), ']');
	if (n != SLICE_NONE)
		*s = slice_from(r, n + 1);
}

bool vmc_oops_eat_symbol(struct slice *s, struct frame_text *f)
{
	struct slice r = *s, name = eat_name(&r);

	if (!name.n || !slice_eat(&r, "+") || !slice_starts(r, "0x") ||
	    !slice_eat_hex(&r, &f->offset))
		return false;
	if (slice_eat(&r, "/"))
		slice_eat_hex(&r, &f->size);
	/* ppc64 of ABI 1 names the entry point: ".schedule" */
	slice_eat(&name, ".");
	f->function = name;
	f->has_offset = true;
	eat_module(&r, f);
	*s = r;
	return true;
}

/* "net/ipv4/tcp.c:1234", also in brackets and with "(discriminator 3)" behind. */
static bool eat_place(struct slice *s, struct frame_text *f)
{
	struct slice r = *s;
	uint64_t line;
	size_t n = 0, colon = 0;
	bool dot = false, bracket;

	slice_eat_blanks(&r);
	bracket = slice_eat(&r, "(");
	while (n < r.n && !is_blank(r.p[n]) && r.p[n] != ')' && r.p[n] != '(') {
		if (r.p[n] == ':')
			colon = n;
		else if (r.p[n] == '.')
			dot = true;
		n++;
	}
	/* FILE:LINE:COLUMN of llvm: the line is what follows the first colon */
	if (colon)
		colon = slice_find_char(slice_head(r, n), ':');
	if (!colon || !dot || colon == SLICE_NONE || colon + 1 == n)
		return false;
	f->file = slice_head(r, colon);
	r = slice_from(r, colon + 1);
	if (!slice_eat_dec(&r, &line) || line > UINT32_MAX)
		return f->file.n = 0, false;
	f->line = (uint32_t)line;
	f->decoded = bracket && !f->has_offset;
	*s = r;
	return true;
}

/* The module behind "(file.c:12 (discriminator 3))". */
static void eat_module_behind_place(struct slice *s, struct frame_text *f)
{
	for (size_t at = s->n; f->decoded && at-- > 0;) {
		if (s->p[at] != ')')
			continue;
		*s = slice_from(*s, at + 1);
		break;
	}
	eat_module(s, f);
}

/* <IRQ>, </TASK>, <EOI>, <<EOE>>, <#DF>: where the stack changes. */
static void eat_markers(struct slice *s, struct frame_text *f)
{
	for (;;) {
		struct slice r = *s;
		size_t n = 0;
		bool twice, end;

		slice_eat_blanks(&r);
		if (!slice_eat(&r, "<"))
			return;
		twice = slice_eat(&r, "<");
		end = slice_eat(&r, "/");
		while (n < r.n && n < 16 && (is_word(r.p[n]) || r.p[n] == '#' || r.p[n] == '-'))
			n++;
		if (!n || n == r.n || r.p[n] != '>' || is_digit(*r.p))
			return;
		f->stack = slice_head(r, n);
		f->stack_end = end || slice_is(f->stack, "EOI") || slice_is(f->stack, "EOE");
		r = slice_from(r, n + 1);
		if (twice)
			slice_eat(&r, ">");
		*s = r;
	}
}

/* The rest after "f" of "(f) from [<...>] (g+0x1/0x2)" and "f from g+0x1/0x2" (arm). */
static void eat_from(struct slice r, struct frame_text *f)
{
	struct frame_text g = { 0 };
	uint64_t unused;

	slice_eat(&r, ")");
	slice_eat_blanks(&r);
	if (!slice_eat(&r, "from "))
		return;
	slice_eat_blanks(&r);
	eat_address(&r, &unused);
	slice_eat_blanks(&r);
	slice_eat(&r, "(");
	if (vmc_oops_eat_symbol(&r, &g))
		f->caller = g.function;
}

static void parse_tail(struct slice r, struct frame_text *f)
{
	slice_eat(&r, ")");
	if (slice_has(slice_head(r, 40), "(unreliable)"))
		f->reliable = false;
	eat_from(r, f);
	if (eat_place(&r, f))
		eat_module_behind_place(&r, f);
	f->inlined = slice_has(r, "[inline]") || slice_has(r, "(inlined by)");
}

/* "f file.c:12 [inline]", "f (file.c:12)", "(f) from ...", "f from g+0x1/0x2": no offset. */
static bool parse_without_offset(struct slice r, struct frame_text *f)
{
	struct slice name = eat_name(&r);

	if (!name.n)
		return false;
	f->function = name;
	parse_tail(r, f);
	if (f->caller.n || (f->file.n && (f->inlined || slice_has(f->file, "/"))))
		return true;
	f->function.n = f->file.n = 0;
	return false;
}

bool vmc_oops_parse_frame(struct slice s, struct frame_text *f)
{
	uint64_t address;

	*f = (struct frame_text){ .reliable = true };
	s = slice_head(s, FRAME_TEXT_MAX);
	slice_eat_blanks(&s);
	if (s.n && *s.p == '<')
		eat_markers(&s, f);
	slice_eat_blanks(&s);
	slice_eat(&s, "("); /* s390, mips: ([<...>] f+0x1/0x2) */
	while (eat_address(&s, &address)) {
		f->address = address;
		slice_eat_blanks(&s);
	}
	if (slice_eat(&s, "? "))
		f->reliable = false;
	slice_eat_blanks(&s);
	slice_eat(&s, "(");
	if (vmc_oops_eat_symbol(&s, f)) {
		parse_tail(s, f);
		return true;
	}
	if (s.n && is_symbol(*s.p) && !is_digit(*s.p))
		return parse_without_offset(s, f) || f->stack.n;
	if (slice_starts(s, "0x") && slice_eat_hex(&s, &address) && address > 0xffff) {
		slice_eat_blanks(&s);
		if (!s.n || *s.p == '/' || *s.p == '[' || *s.p == ')') {
			f->address = address;
			return true;
		}
	}
	return f->address || f->stack.n;
}

/* What may stand between the register's name and the symbol: segment, addresses, "is at". */
static void eat_ip_noise(struct slice *s, struct frame_text *f)
{
	struct slice r;
	uint64_t v;

	for (;;) {
		slice_eat_blanks(s);
		if (eat_address(s, &f->address))
			continue;
		r = *s;
		/* "0010:", "0060:" */
		if (r.n > 4 && r.p[4] == ':' && slice_eat_hex(&r, &v) && r.n && *r.p == ':') {
			*s = slice_from(r, 1);
			continue;
		}
		return;
	}
}

/* "RIP: 0010:f (file.c:12 (discriminator 3))", "pc : f (file.c:12) module" */
static bool eat_decoded_symbol(struct slice s, struct frame_text *f)
{
	struct slice name = eat_name(&s);

	if (!name.n || !slice_starts(s, " (") || !eat_place(&s, f))
		return false;
	f->function = name;
	eat_module_behind_place(&s, f);
	return true;
}

static bool parse_after_ip(struct slice s, struct frame_text *f)
{
	struct slice r;
	size_t at;

	eat_ip_noise(&s, f);
	r = s;
	if (vmc_oops_eat_symbol(&r, f) || eat_decoded_symbol(s, f) || slice_starts(s, "(null)") ||
	    slice_starts(s, "          (null)"))
		return true;
	if (f->address)
		return true;
	if (!slice_eat_hex(&s, &f->address))
		return slice_starts(s, "Bad RIP value");
	/* "pc : ffff000008123456", "Krnl PSW : 0404e00180000000 000000000011 (f+0x1/0x2)" */
	at = slice_find_char(s, '(');
	if (at != SLICE_NONE) {
		r = slice_from(s, at + 1);
		vmc_oops_eat_symbol(&r, f);
		return true;
	}
	slice_eat_blanks(&s);
	vmc_oops_eat_symbol(&s, f); /* mips: "epc   : 80331234 f+0x14/0x40" */
	return true;
}

bool vmc_oops_parse_ip(struct slice s, struct frame_text *f)
{
	static const char *const names[] = {
		"RIP: ", "RIP  ", "RIP:",   "EIP: ",	 "EIP is at ",	"IP: ", "PC is at ",
		"NIP ",	 "pc : ", "epc : ", "epc   : ",	 "Krnl PSW : ", "pc: ", "ERA: ",
		"PC: ",	 "pc ",	  "epc: ",  "IAOQ[0]: ", "TPC: <",
	};

	*f = (struct frame_text){ .reliable = true };
	s = slice_head(s, FRAME_TEXT_MAX);
	slice_eat_blanks(&s);
	if (!s.n || !memchr("REINKPTpe", *s.p, 9))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct slice r = s;

		if (slice_eat(&r, names[i]))
			return parse_after_ip(r, f);
	}
	return false;
}

/* The text in front of a colon ends with one of these words. */
static bool colon_follows(struct slice s, const char *const *words)
{
	s = slice_head(s, 256);
	for (size_t from = 0, hop; (hop = slice_find_char(slice_from(s, from), ':')) != SLICE_NONE;
	     from += hop + 1) {
		struct slice before = slice_head(s, from + hop);

		for (const char *const *w = words; *w; w++) {
			size_t n = strlen(*w);

			if (n <= before.n && memcmp(before.p + before.n - n, *w, n) == 0)
				return !slice_has(before, "stack backtrace");
		}
	}
	return false;
}

bool vmc_oops_is_trace_start(struct slice s)
{
	static const char *const words[] = { "Call Trace", "Call trace", "Backtrace", NULL };

	return colon_follows(s, words);
}

bool vmc_oops_is_stack_start(struct slice s)
{
	static const char *const words[] = { "Call Trace", "Call trace", "Backtrace", "Allocated",
					     "Freed",	   "backtrace",	 NULL };
	static const char *const starts[] = { "Allocated by task ", "Freed by task ",
					      "Uninit was stored to memory at", "backtrace (crc " };

	if (colon_follows(s, words))
		return true;
	s = slice_trim(s);
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (slice_starts(s, starts[i]))
			return true;
	/* riscv prints no heading before its trace in some releases */
	return slice_starts(s, "status: ") && slice_has(s, " badaddr: ") &&
	       slice_has(s, " cause: ");
}
