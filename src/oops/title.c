/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/title.h"

#define TITLE_MAX 120 /* longer titles are cut: tools keep them in file names and mail subjects */
#define ADDRESS_DIGITS 6 /* a run of hex digits this long is an address, whatever it means */
#define NUMBER_DIGITS 7	 /* a number this long inside a word is an id */

void vmc_oops_title_fill(struct vmc_str *out, const char *template, const struct captures *caps,
			 const char *function)
{
	for (const char *p = template; *p; p++) {
		if (p[0] != '{' || !p[1] || p[2] != '}') {
			vmc_str_addc(out, *p);
			continue;
		}
		if (p[1] == 'F') {
			vmc_str_add(out, function && *function ? function : "corrupted");
		} else if (is_digit(p[1]) && (size_t)(p[1] - '0') < caps->n) {
			struct slice c = caps->at[p[1] - '0'];

			vmc_str_addn(out, c.p, c.n < 4 * TITLE_MAX ? c.n : 4 * TITLE_MAX);
		}
		p += 2;
	}
}

/*
 * One step of the clean-up: looks at text[at], appends what stands for it and
 * returns how many bytes of the text that was for; 0 for "not mine".
 */
typedef size_t (*clean_step)(struct slice text, size_t at, struct vmc_str *out);

static size_t run_of(struct slice t, size_t at, bool (*is)(char))
{
	size_t n = 0;

	while (at + n < t.n && is(t.p[at + n]))
		n++;
	return n;
}

static bool is_lower_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* "syz-executor.3:12" and the like: programs that number themselves. */
static size_t clean_process(struct slice t, size_t at, struct vmc_str *out)
{
	static const char *const names[] = { "syz-executor", "syzkaller" };
	struct slice r = slice_from(t, at);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]), digits;

		if (!slice_starts(r, names[i]))
			continue;
		if (n < r.n && (r.p[n] == '.' || r.p[n] == '-'))
			n++;
		digits = run_of(r, n, is_digit);
		if (!digits)
			return 0;
		n += digits;
		if (n + 1 < r.n && (r.p[n] == ':' || r.p[n] == '/') && is_digit(r.p[n + 1]))
			n += 1 + run_of(r, n + 1, is_digit);
		vmc_str_add(out, names[i]);
		return n;
	}
	return 0;
}

static size_t clean_address(struct slice t, size_t at, struct vmc_str *out)
{
	size_t n, prefix = 0;

	if (!at || is_alpha(t.p[at - 1]) || is_digit(t.p[at - 1]))
		return 0;
	if (at + 2 < t.n && t.p[at] == '0' && t.p[at + 1] == 'x')
		prefix = 2;
	n = run_of(t, at + prefix, is_lower_hex);
	if (n < ADDRESS_DIGITS)
		return 0;
	vmc_str_add(out, "ADDR");
	return prefix + n;
}

static size_t clean_ip(struct slice t, size_t at, struct vmc_str *out)
{
	size_t p = at;

	if (at && (is_word(t.p[at - 1]) || t.p[at - 1] == '.'))
		return 0;
	for (int i = 0; i < 4; i++) {
		size_t n;

		if (i && (p >= t.n || t.p[p++] != '.'))
			return 0;
		n = run_of(t, p, is_digit);
		if (!n || n > 3)
			return 0;
		p += n;
	}
	if (p < t.n && is_word(t.p[p]))
		return 0;
	vmc_str_add(out, "IP");
	return p - at;
}

/* ".c:123", ".c:1:2" */
static size_t clean_line(struct slice t, size_t at, struct vmc_str *out)
{
	struct slice r = slice_from(t, at);
	size_t n = 3;

	if (!slice_starts(r, ".c:") && !slice_starts(r, ".h:"))
		return 0;
	if (!run_of(r, n, is_digit))
		return 0;
	n += run_of(r, n, is_digit);
	if (n + 1 < r.n && r.p[n] == ':' && is_digit(r.p[n + 1]))
		n += 1 + run_of(r, n + 1, is_digit);
	vmc_str_addn(out, r.p, 3);
	vmc_str_add(out, "LINE");
	return n;
}

/* "+0x1/0x2" */
static size_t clean_offset(struct slice t, size_t at, struct vmc_str *out)
{
	struct slice r = slice_from(t, at);
	size_t n;

	(void)out;
	if (!at || !is_symbol(t.p[at - 1]) || !slice_starts(r, "+0x"))
		return 0;
	n = 3 + run_of(r, 3, is_hex);
	if (slice_starts(slice_from(r, n), "/0x"))
		n += 3 + run_of(r, n + 3, is_hex);
	return n;
}

static size_t clean_cpu(struct slice t, size_t at, struct vmc_str *out)
{
	struct slice r = slice_from(t, at);
	size_t digits = slice_starts(r, "CPU#") ? run_of(r, 4, is_digit) : 0;

	if (!digits)
		return 0;
	vmc_str_add(out, "CPU");
	return 4 + digits;
}

static size_t clean_number(struct slice t, size_t at, struct vmc_str *out)
{
	size_t n = run_of(t, at, is_digit);

	if (!n || (at && is_digit(t.p[at - 1])))
		return 0;
	if (n < NUMBER_DIGITS &&
	    ((at && is_word(t.p[at - 1])) || (at + n < t.n && is_word(t.p[at + n]))))
		return 0;
	vmc_str_add(out, "NUM");
	return n;
}

static void apply(struct vmc_str *title, clean_step step)
{
	vmc_autostr struct vmc_str out = { 0 };
	struct slice t = { vmc_str_text(title), title->len };

	for (size_t at = 0; at < t.n;) {
		size_t n = step(t, at, &out);

		if (n) {
			at += n;
		} else {
			vmc_str_addc(&out, t.p[at++]);
		}
	}
	vmc_str_clear(title);
	vmc_str_addn(title, vmc_str_text(&out), out.len);
}

void vmc_oops_title_clean(struct vmc_str *title)
{
	static const clean_step steps[] = { clean_process, clean_address, clean_ip,    clean_line,
					    clean_offset,  clean_cpu,	  clean_number };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		apply(title, steps[i]);
	if (!title->data)
		return;
	if (title->len > TITLE_MAX)
		title->len = TITLE_MAX;
	for (size_t i = 0; i < title->len; i++) {
		char c = title->data[i] == '\t' ? ' ' : title->data[i];

		if (c < 0x20 || c > 0x7e || (c == ' ' && (!n || title->data[n - 1] == ' ')))
			continue;
		title->data[n++] = c;
	}
	while (n && title->data[n - 1] == ' ')
		n--;
	title->len = n;
	title->data[n] = '\0';
}

struct slice vmc_oops_title_frame(const char *title)
{
	struct slice t = slice_of(title);

	for (size_t at = t.n; at-- > 0;) {
		struct slice r = slice_from(t, at);
		size_t n = 0;

		if (*r.p != ' ' || !slice_eat(&r, " in "))
			continue;
		if (r.n && *r.p == '<') {
			size_t close = slice_find_char(r, '>');

			if (close == SLICE_NONE)
				continue;
			n = close + 1;
		}
		while (n < r.n && (is_word(r.p[n]) || r.p[n] == ':'))
			n++;
		if (n)
			return slice_head(r, n);
	}
	return (struct slice){ "", 0 };
}

/* First row whose beginning the title has. Order matters: special before general. */
static const struct {
	const char *begins, *type, *category;
} types[] = {
	{ "KFENCE: use-after-free write", "KFENCE-USE-AFTER-FREE-WRITE", "use-after-free" },
	{ "KFENCE: use-after-free", "KFENCE-USE-AFTER-FREE-READ", "use-after-free" },
	{ "KFENCE: invalid write", "KFENCE-WRITE", "bad-pointer" },
	{ "KFENCE: out-of-bounds write", "KFENCE-WRITE", "memory-corruption" },
	{ "KFENCE: out-of-bounds", "KFENCE-READ", "memory-corruption" },
	{ "KFENCE: invalid free", "KFENCE-INVALID-FREE", "double-free" },
	{ "KFENCE: invalid", "KFENCE-READ", "bad-pointer" },
	{ "KFENCE: memory corruption", "KFENCE-MEMORY-CORRUPTION", "memory-corruption" },
	{ "KFENCE:", "KFENCE-UNKNOWN", NULL },
	{ "KMSAN: uninit-value", "KMSAN-UNINIT-VALUE", NULL },
	{ "KMSAN: kernel-infoleak-after-free", "KMSAN-USE-AFTER-FREE-READ", "use-after-free" },
	{ "KMSAN: kernel-usb-infoleak-after-free", "KMSAN-USE-AFTER-FREE-READ", "use-after-free" },
	{ "KMSAN: use-after-free", "KMSAN-USE-AFTER-FREE-READ", "use-after-free" },
	{ "KMSAN: kernel-infoleak", "KMSAN-INFO-LEAK", NULL },
	{ "KMSAN: kernel-usb-infoleak", "KMSAN-INFO-LEAK", NULL },
	{ "KMSAN:", "KMSAN-UNKNOWN", NULL },
	{ "KASAN: null-ptr-deref Write", "KASAN-NULL-POINTER-DEREFERENCE-WRITE", "null-deref" },
	{ "KASAN: null-ptr-deref", "KASAN-NULL-POINTER-DEREFERENCE-READ", "null-deref" },
	{ "KASAN: use-after-free Write", "KASAN-USE-AFTER-FREE-WRITE", "use-after-free" },
	{ "KASAN: slab-use-after-free Write", "KASAN-USE-AFTER-FREE-WRITE", "use-after-free" },
	{ "KASAN: use-after-free", "KASAN-USE-AFTER-FREE-READ", "use-after-free" },
	{ "KASAN: slab-use-after-free", "KASAN-USE-AFTER-FREE-READ", "use-after-free" },
	{ "KASAN: invalid-free", "KASAN-INVALID-FREE", "double-free" },
	{ "KASAN: double-free", "KASAN-INVALID-FREE", "double-free" },
	{ "KASAN: global-out-of-bounds Write", "KASAN-WRITE", "memory-corruption" },
	{ "KASAN: slab-out-of-bounds Write", "KASAN-WRITE", "memory-corruption" },
	{ "KASAN: stack-out-of-bounds Write", "KASAN-WRITE", "memory-corruption" },
	{ "KASAN: vmalloc-out-of-bounds Write", "KASAN-WRITE", "memory-corruption" },
	{ "KASAN: out-of-bounds Write", "KASAN-WRITE", "memory-corruption" },
	{ "KASAN: user-memory-access Write", "KASAN-WRITE", "bad-pointer" },
	{ "KASAN: wild-memory-access Write", "KASAN-WRITE", "bad-pointer" },
	{ "KASAN: global-out-of-bounds Read", "KASAN-READ", "memory-corruption" },
	{ "KASAN: slab-out-of-bounds", "KASAN-READ", "memory-corruption" },
	{ "KASAN: stack-out-of-bounds", "KASAN-READ", "memory-corruption" },
	{ "KASAN: vmalloc-out-of-bounds Read", "KASAN-READ", "memory-corruption" },
	{ "KASAN: out-of-bounds Read", "KASAN-READ", "memory-corruption" },
	{ "KASAN: user-memory-access Read", "KASAN-READ", "bad-pointer" },
	{ "KASAN: wild-memory-access", "KASAN-READ", "bad-pointer" },
	{ "KASAN: invalid-access Read", "KASAN-READ", "bad-pointer" },
	{ "KASAN: unknown-crash Read", "KASAN-READ", "memory-corruption" },
	{ "KASAN:", "KASAN-UNKNOWN", "memory-corruption" },
	{ "KCSAN: data-race", "KCSAN-DATARACE", NULL },
	{ "KCSAN: assert: race in", "KCSAN-ASSERT", NULL },
	{ "KCSAN:", "KCSAN-UNKNOWN", NULL },
	{ "UBSAN: array-index-out-of-bounds", "MEMORY_SAFETY_UBSAN", NULL },
	{ "UBSAN:", "UBSAN", NULL },
	{ "BUG: unable to handle kernel NULL pointer dereference in", "NULL-POINTER-DEREFERENCE",
	  NULL },
	{ "BUG: unable to handle kernel paging request", "MEMORY_SAFETY_BUG", NULL },
	{ "BUG: corrupted list", "MEMORY_SAFETY_BUG", NULL },
	{ "WARNING: refcount bug", "REFCOUNT_WARNING", NULL },
	{ "possible deadlock in", "LOCKDEP", NULL },
	{ "inconsistent lock state in", "LOCKDEP", NULL },
	{ "WARNING: locking bug in", "LOCKDEP", NULL },
	{ "WARNING: suspicious RCU usage in", "LOCKDEP", NULL },
	{ "WARNING: nested lock was not taken in", "LOCKDEP", NULL },
	{ "WARNING: lock held", "LOCKDEP", NULL },
	{ "WARNING: bad unlock balance in", "LOCKDEP", NULL },
	{ "WARNING: held lock freed in", "LOCKDEP", NULL },
	{ "WARNING: still has locks held in", "LOCKDEP", NULL },
	{ "BUG: bad unlock balance in", "LOCKDEP", NULL },
	{ "BUG: held lock freed in", "LOCKDEP", NULL },
	{ "BUG: still has locks held in", "LOCKDEP", NULL },
	{ "BUG: spinlock", "LOCKDEP", NULL },
	{ "BUG: rwlock", "LOCKDEP", NULL },
	{ "BUG: using", "LOCKDEP", NULL },
	{ "BUG: scheduling while atomic in", "ATOMIC_SLEEP", NULL },
	{ "BUG: sleeping function called from invalid context in", "ATOMIC_SLEEP", NULL },
	{ "memory leak in", "LEAK", NULL },
	{ "kernel BUG", "BUG", NULL },
	{ "BUG: bad usercopy in", "BUG", NULL },
	{ "WARNING: corrupted", "UNKNOWN", NULL },
	{ "WARNING: kernel stack frame pointer has bad value", "UNKNOWN", NULL },
	{ "WARNING: kernel stack regs has bad", "UNKNOWN", NULL },
	{ "WARNING", "WARNING", NULL },
	{ "BUG: soft lockup in", "HANG", NULL },
	{ "NMI watchdog: hard LOCKUP", "HANG", NULL },
	{ "INFO: rcu detected stall in", "HANG", NULL },
	{ "INFO: task hung in", "HANG", NULL },
	{ "INFO: task can't die in", "HANG", NULL },
	{ "general protection fault in", "DoS", NULL },
	{ "divide error in", "DoS", NULL },
	{ "invalid opcode in", "DoS", NULL },
	{ "int3 in", "DoS", NULL },
	{ "stack segment fault in", "DoS", NULL },
	{ "segment not present in", "DoS", NULL },
	{ "alignment check in", "DoS", NULL },
	{ "Oops in", "DoS", NULL },
	{ "stack overflow in", "DoS", NULL },
	{ "PANIC: double fault", "DoS", NULL },
	{ "Internal error in", "DoS", NULL },
	{ "Unhandled fault in", "DoS", NULL },
	{ "Alignment trap in", "DoS", NULL },
	{ "kernel panic:", "DoS", NULL },
	{ "kernel stack overflow", "DoS", NULL },
	{ "BUG: Object already free", "DoS", NULL },
	{ "VFS: ", "DoS", NULL },
	{ "unregister_netdevice:", "DoS", NULL },
	{ "Machine check", "HARDWARE", NULL },
	{ "SError Interrupt", "HARDWARE", NULL },
	{ "unexpected kernel reboot", "REBOOT", NULL },
};

static size_t find_type(const char *title)
{
	size_t i = 0;

	while (i < sizeof(types) / sizeof(types[0]) && !vmc_str_starts(title, types[i].begins))
		i++;
	return i;
}

const char *vmc_oops_title_type(const char *title)
{
	size_t i = find_type(title);

	return i < sizeof(types) / sizeof(types[0]) ? types[i].type : "UNKNOWN";
}

const char *vmc_oops_title_category(const char *title)
{
	size_t i = find_type(title);

	return i < sizeof(types) / sizeof(types[0]) ? types[i].category : NULL;
}
