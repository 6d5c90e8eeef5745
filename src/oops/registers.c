/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's show_regs() differ by architecture (arch/.../kernel/process.c), but all
 * print "NAME: HEX" pairs, or one name with several values. A row is one when its
 * first name is a register of some architecture and its value is long enough.
 */
#include "oops/registers.h"

#include "base/cleanup.h"

/* Names that may begin a row; digits at the end are taken off first ("x29" -> "x"). */
static const char *const starts[] = {
	"RIP",	   "RSP",   "RAX",    "RDX",   "RBP",	"R",	"FS",  "CS",  "CR",	  "DR",
	"EIP",	   "EAX",   "ESI",    "DS",    "SS",	"ESP",	"EDX", "pc",  "lr",	  "sp",
	"x",	   "r",	    "pstate", "epc",   "gp",	"t",	"s",   "a",   "status",	  "NIP",
	"MSR",	   "GPR",   "LR",     "CFAR",  "REGS",	"psr",	"ra",  "EBX", "ORIG_RAX", "EFLAGS",
	"badaddr", "cause", "Status", "Cause", "BadVA", "ip",	"fp",  "CTR", "XER",	  "DAR",
	"Hi",	   "Lo",    "tp",     "u",     "era",	"prmd",
};

static bool is_start(struct slice name)
{
	while (name.n > 1 && is_digit(name.p[name.n - 1]))
		name.n--;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(starts); i++)
		if (slice_is(name, starts[i]))
			return true;
	return false;
}

static void store(struct vmc_oops_reg *reg, struct slice name, uint64_t value)
{
	size_t n = name.n < sizeof(reg->name) - 1 ? name.n : sizeof(reg->name) - 1;

	*reg = (struct vmc_oops_reg){ .value = value };
	memcpy(reg->name, name.p, n);
}

/* "0018:ffff8800496fb5a0" (segment), "[<802b4048>]" (old arm), "0000000000000000(0000)". */
static bool eat_value(struct slice *s, uint64_t *ret, size_t *ret_digits)
{
	struct slice r = *s, before;
	bool bracket;

	slice_eat_blanks(&r);
	bracket = slice_eat(&r, "[<");
	before = r;
	if (!slice_eat_hex(&r, ret))
		return false;
	if (r.n && *r.p == ':' && r.n > 1 && is_hex(r.p[1]) && before.n - r.n == 4) {
		before = r = slice_from(r, 1);
		if (!slice_eat_hex(&r, ret))
			return false;
	}
	*ret_digits = before.n - r.n;
	if (bracket)
		slice_eat(&r, ">]");
	if (slice_starts(r, "(") && slice_find_char(slice_head(r, 12), ')') != SLICE_NONE)
		r = slice_from(r, slice_find_char(r, ')') + 1);
	if (r.n && !is_blank(*r.p) && *r.p != ',' && *r.p != ']')
		return false;
	*s = r;
	return true;
}

static struct slice eat_register_name(struct slice *s)
{
	struct slice r = *s, name;
	size_t n = 0;

	slice_eat_blanks(&r);
	name = r;
	while (n < r.n && n < 11 && is_word(r.p[n]))
		n++;
	name.n = n;
	if (!n || !is_alpha(*name.p))
		return (struct slice){ r.p, 0 };
	r = slice_from(r, n);
	slice_eat_blanks(&r);
	if (!slice_eat(&r, ":"))
		return (struct slice){ r.p, 0 };
	*s = r;
	return name;
}

/*
 * Rows that give several values to one name: powerpc "GPR04: a b c d", mips "$ 4   : a b c d", s390
 * "Krnl GPRS: a b c d" and then three rows of values alone.
 */
static size_t read_numbered(struct slice s, int *number, struct vmc_oops_reg *ret)
{
	struct slice q = s;
	uint64_t first = 0, value;
	size_t n = 0, digits;

	slice_eat_blanks(&q);
	if (slice_eat(&q, "Krnl GPRS:")) {
		*number = 0;
	} else if (slice_eat(&q, "GPR") || slice_eat(&q, "$")) {
		slice_eat_blanks(&q);
		if (!slice_eat_dec(&q, &first) || first > 31)
			return 0;
		slice_eat_blanks(&q);
		if (!slice_eat(&q, ":"))
			return 0;
	} else if (*number < 0) {
		return 0;
	} else {
		first = (uint64_t)*number;
	}
	while (n < 4 && first + n < 32 && eat_value(&q, &value, &digits) && digits >= 8) {
		char name[12] = "r";
		uint64_t i = first + n;
		size_t at = 1;

		if (i > 9)
			name[at++] = (char)('0' + i / 10);
		name[at] = (char)('0' + i % 10);
		store(&ret[n++], slice_of(name), value);
	}
	if (*number >= 0)
		*number = n == 4 && first < 12 ? (int)first + 4 : -1;
	return n;
}

size_t vmc_oops_read_registers(struct slice s, int *number, struct vmc_oops_reg *ret)
{
	size_t n = read_numbered(s, number, ret);

	if (n)
		return n;
	while (n < REGISTERS_IN_LINE) {
		struct slice name = eat_register_name(&s);
		uint64_t value;
		size_t digits;

		if (!name.n || (!n && !is_start(name)) || !eat_value(&s, &value, &digits) ||
		    digits < 4)
			break;
		store(&ret[n++], name, value);
		slice_eat(&s, ",");
	}
	return n;
}
