/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command/list.h"

#include <string.h>

#include "target/field.h"

#define LINE_BYTES 16
#define TEXT_LINE_BYTES 60
/* A listing beyond this is a slip of the finger: 64 MiB as 64-bit words. */
#define COUNT_MAX (8u << 20)

enum space { SPACE_KERNEL, SPACE_USER, SPACE_PHYSICAL };

struct view {
	struct vmc_target *t;
	enum space space;
	struct vmc_page_table user;
	unsigned int size; /* bytes of one value */
	char base;	   /* 'x', 'd' signed or 'D' unsigned decimal, 's' symbols, 'a' text only */
	bool with_text;	   /* the column of characters */
};

/* The page table of the selected task's process. */
static struct vmc_error *user_table(struct vmc_session *s, struct vmc_page_table *ret)
{
	const struct vmc_page_table *kernel = vmc_memory_page_table(s->target->memory);
	struct vmc_obj mm = vmc_obj(s->target, s->context.mm);
	uint64_t pgd, root;

	if (!s->has_context)
		return vmc_error_new(VMC_USAGE, "-u: no task is selected (see set)");
	if (!s->context.mm)
		return vmc_error_new(VMC_NOT_FOUND, "-u: pid %d has no user memory",
				     s->context.pid);
	pgd = vmc_get(&mm, VMC_F_mm_pgd);
	VMC_TRY(vmc_obj_error(&mm, "mm_struct"));
	VMC_TRY(vmc_memory_translate(s->target->memory, pgd, &root));
	*ret = (struct vmc_page_table){ .root = root,
					.five_level = s->target->five_level,
					.encryption_mask = kernel ? kernel->encryption_mask : 0 };
	return NULL;
}

static struct vmc_error *bytes_at(const struct view *v, uint64_t addr, void *buf, size_t size)
{
	switch (v->space) {
	case SPACE_USER:
		return vmc_memory_read_user(v->t->memory, &v->user, addr, buf, size);
	case SPACE_PHYSICAL:
		return vmc_memory_read_phys(v->t->memory, addr, buf, size);
	case SPACE_KERNEL:
		break;
	}
	return vmc_memory_read(v->t->memory, addr, buf, size);
}

static uint64_t load(const uint8_t *p, unsigned int size)
{
	switch (size) {
	case 1:
		return *p;
	case 2:
		return vmc_le16(p);
	case 4:
		return vmc_le32(p);
	}
	return vmc_le64(p);
}

static int64_t extend(uint64_t value, unsigned int size)
{
	unsigned int shift = 64 - 8 * size;

	return (int64_t)(value << shift) >> shift;
}

static int columns(const struct view *v)
{
	static const int decimal[] = { [1] = 3, [2] = 5, [4] = 12, [8] = 19 };

	if (v->base == 'D' && v->size == 8)
		return 20;
	return v->base == 'd' || v->base == 'D' ? decimal[v->size] : (int)v->size * 2;
}

static void value(const struct view *v, uint64_t x, struct vmc_str *out)
{
	struct vmc_location where;
	vmc_autostr struct vmc_str name = { 0 };

	switch (v->base) {
	case 'd':
		vmc_str_addf(out, "%*lld", columns(v), (long long)extend(x, v->size));
		return;
	case 'D':
		vmc_str_addf(out, "%*llu", columns(v), (unsigned long long)x);
		return;
	case 's':
		if (x >> 47 && vmc_target_locate(v->t, x, &where) && where.name) {
			vmc_str_add_untrusted(&name, where.name, strlen(where.name));
			if (x != where.addr)
				vmc_str_addf(&name, "+%llu", (unsigned long long)(x - where.addr));
			vmc_str_addf(out, "%-*s", columns(v), vmc_str_text(&name));
			return;
		}
		break;
	}
	vmc_str_addf(out, "%0*llx", columns(v), (unsigned long long)x);
}

static void characters(const uint8_t *p, size_t n, struct vmc_str *out)
{
	for (size_t i = 0; i < n; i++)
		vmc_str_addc(out, p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '.');
}

static void line(const struct view *v, uint64_t addr, const uint8_t *buf, size_t n,
		 struct vmc_str *out)
{
	vmc_str_addf(out,
		     v->space == SPACE_KERNEL ? "%016llx: " : "%16llx: ", (unsigned long long)addr);
	if (v->base == 'a') {
		vmc_str_addc(out, ' ');
		characters(buf, n, out);
		vmc_str_addc(out, '\n');
		return;
	}
	for (size_t at = 0; at < LINE_BYTES; at += v->size) {
		if (at < n) {
			vmc_str_addc(out, ' ');
			value(v, load(buf + at, v->size), out);
		} else if (v->with_text) {
			vmc_str_addf(out, "%*s", columns(v) + 1, "");
		}
	}
	if (v->with_text) {
		vmc_str_add(out, "   ");
		characters(buf, n, out);
	}
	vmc_str_addc(out, '\n');
}

/* Shows as much as is there; the error names the first address that is not. */
static struct vmc_error *dump(const struct view *v, uint64_t addr, uint64_t count,
			      struct vmc_str *out)
{
	size_t per_line = v->base == 'a' ? TEXT_LINE_BYTES : LINE_BYTES;
	uint64_t left = count * v->size;
	uint8_t buf[TEXT_LINE_BYTES];

	while (left) {
		size_t n = left < per_line ? (size_t)left : per_line;

		VMC_TRY(bytes_at(v, addr, buf, n));
		line(v, addr, buf, n, out);
		addr += n;
		left -= n;
	}
	return NULL;
}

static struct vmc_error *view_of(struct vmc_session *s, const struct vmc_args *args,
				 struct view *ret)
{
	*ret = (struct view){ .t = s->target, .size = 8, .base = 'x', .with_text = true };
	switch (args->number) {
	case 0:
		break;
	case 8:
	case 16:
	case 32:
	case 64:
		ret->size = (unsigned int)args->number / 8;
		break;
	default:
		return vmc_error_new(VMC_USAGE, "sizes are -8, -16, -32 and -64");
	}
	for (const char *p = "dDsa"; *p; p++) {
		if (vmc_args_has(args, *p))
			ret->base = *p;
	}
	if (ret->base == 'a')
		ret->size = 1;
	if (ret->base == 's')
		ret->size = 8;
	ret->with_text = !vmc_args_has(args, 'x') && ret->base == 'x';
	if (vmc_args_has(args, 'p'))
		ret->space = SPACE_PHYSICAL;
	if (vmc_args_has(args, 'u')) {
		ret->space = SPACE_USER;
		return user_table(s, &ret->user);
	}
	return NULL;
}

static struct vmc_error *run(struct vmc_session *s, const struct vmc_args *args,
			     struct vmc_str *out)
{
	uint64_t addr, offset = 0, end, count = 1;
	struct view v;

	if (args->n_operands < 1 || args->n_operands > 2)
		return vmc_error_new(VMC_USAGE, "an address and perhaps a count are needed");
	VMC_TRY(view_of(s, args, &v));
	VMC_TRY(vmc_parse_address(s, args->operand[0], &addr));
	if (args->n_operands == 2 && !vmc_parse_number(args->operand[1], false, &count))
		return vmc_error_new(VMC_USAGE, "%s: not a count", args->operand[1]);
	if (vmc_args_has(args, 'o') && !vmc_parse_number(vmc_args_value(args, 'o'), false, &offset))
		return vmc_error_new(VMC_USAGE, "%s: not an offset", vmc_args_value(args, 'o'));
	addr += offset;
	if (vmc_args_has(args, 'e')) {
		VMC_TRY(vmc_parse_address(s, vmc_args_value(args, 'e'), &end));
		if (end <= addr)
			return vmc_error_new(VMC_USAGE, "the end is not behind the start");
		count = (end - addr) / v.size + ((end - addr) % v.size != 0);
	}
	if (count > COUNT_MAX)
		return vmc_error_new(VMC_USAGE, "more than %u values", COUNT_MAX);
	return dump(&v, addr, count, out);
}

const struct vmc_command vmc_command_rd = {
	.name = "rd",
	.aliases = "",
	.options = "#dDsaxpuo:e:",
	.usage = "[-8 | -16 | -32 | -64] [-d | -D | -s | -a] [-x] [-p | -u] [-o offset] "
		 "[-e end] address | symbol [count]",
	.summary = "memory as numbers, symbols or text",
	.help = "Reads kernel memory at an address or symbol (symbol+offset works too) and shows "
		"count\n"
		"values: 64-bit ones in hexadecimal, with their characters beside them.\n"
		"\n"
		"  -8 -16 -32 -64  size of a value in bits\n"
		"  -d   in decimal with sign      -D   in decimal without sign\n"
		"  -s   values that point into the kernel or a module as symbol+offset\n"
		"  -a   characters only (count is bytes)\n"
		"  -x   without the characters\n"
		"  -p   the address is physical\n"
		"  -u   the address is one of the selected task's process (set)\n"
		"  -o offset   is added to the address\n"
		"  -e end      reads up to this address in place of a count\n"
		"\n"
		"EXAMPLES\n"
		"    rd linux_banner 8\n"
		"    rd -a linux_banner 120\n"
		"    rd -s ff5866264045f9d0 40\n"
		"    rd -32 -d nr_cpu_ids\n",
	.run = run,
};
