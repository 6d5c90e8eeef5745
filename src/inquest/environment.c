/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel ran, as far as its log tells: release, distribution, hypervisor, cloud,
 * containers, uptime. Of a log with several boots only the one counts in which the primary
 * event lies, else the last. What a dump's memory tells is not touched.
 */
#include "inquest/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inquest/inquest.h"
#include "oops/line.h"
#include "oops/search.h"

/* A sign stands at the front of a line; long lines are data. */
#define SIGN_BYTES 1024
#define EVIDENCE_BYTES 200
#define FACTS_MAX 64

struct look {
	struct vmc_report *r;
	size_t from, to; /* lines of the boot */
	struct slice banner, hardware;
	const struct vmc_log_line *banner_line, *hardware_line;
	struct searcher searcher;
};

static bool has_fact(const struct vmc_report *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->environment.len; i++) {
		const struct vmc_fact *f = &r->environment.data[i];

		if (vmc_streq(f->name, name) && (!value || vmc_streq(f->value, value)))
			return true;
	}
	return false;
}

static const char *evidence_of(struct vmc_report *r, const struct vmc_log_line *l)
{
	vmc_autostr struct vmc_str s = { 0 };

	if (!l)
		return NULL;
	vmc_str_add(&s, vmc_inquest_place(r, l->number));
	vmc_str_add(&s, ": ");
	vmc_str_add_untrusted(&s, l->text, l->len < EVIDENCE_BYTES ? l->len : EVIDENCE_BYTES);
	return s.failed ? NULL : vmc_arena_strndup(&r->arena, vmc_str_text(&s), s.len);
}

static void add_fact(struct vmc_report *r, const char *name, const char *value,
		     const struct vmc_log_line *l)
{
	if (!value || r->environment.len >= FACTS_MAX || has_fact(r, name, value))
		return;
	(void)vmc_vec_push(
		&r->environment,
		(struct vmc_fact){ .name = name, .value = value, .evidence = evidence_of(r, l) });
}

/* A slice as member of struct vmc_system: printable, cut to its room. */
static void keep_text(char *member, size_t size, struct slice s)
{
	vmc_autostr struct vmc_str text = { 0 };

	if (member[0])
		return;
	vmc_str_add_untrusted(&text, s.p, s.n);
	snprintf(member, size, "%s", vmc_str_text(&text));
}

/* ---- one line each ---- */

/* "Linux version 6.1.0-39-amd64 (debian-kernel@...) (gcc-12 ...) #1 SMP ... (2025-...)" */
static void read_banner(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	struct vmc_system *sys = &k->r->system;
	struct slice release = slice_eat_token(&rest), q = rest;
	size_t at;

	k->banner = rest;
	k->banner_line = l;
	if (k->r->target)
		return;
	keep_text(sys->release, sizeof(sys->release), release);
	while ((at = slice_find(q, " #")) != SLICE_NONE) {
		q = slice_from(q, at + 1);
		if (q.n > 1 && is_digit(q.p[1])) {
			keep_text(sys->version, sizeof(sys->version), q);
			break;
		}
	}
}

static void read_cmdline(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	(void)l;
	if (!k->r->target)
		keep_text(k->r->system.cmdline, sizeof(k->r->system.cmdline), slice_trim(rest));
}

static uint64_t number_of(struct slice s)
{
	uint64_t v = 0;

	slice_eat_dec(&s, &v);
	return v;
}

/* mm/page_alloc.c mem_init_print_info(); x86 before 3.12 counted holes, and said how many. */
static void read_memory(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	struct captures caps = { 0 };
	uint64_t kib = 0;

	(void)l;
	if (k->r->target || k->r->system.has_memory)
		return;
	if (vmc_oops_match("%nK/%nK available", rest, &caps))
		kib = number_of(caps.at[1]);
	else if (vmc_oops_match("%nk/%nk available (%nk kernel code, %nk absent", rest, &caps) &&
		 number_of(caps.at[1]) > number_of(caps.at[3]))
		kib = number_of(caps.at[1]) - number_of(caps.at[3]);
	if (!kib || kib > UINT64_MAX / 1024)
		return;
	k->r->system.has_memory = true;
	k->r->system.memory_bytes = kib * 1024;
}

/* kernel/smp.c smp_init(): "smp: Brought up 1 node, 4 CPUs"; arm, x86: "Total of 4 processors" */
static void read_cpus(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	struct captures caps = { 0 };
	uint64_t n;

	(void)l;
	if (k->r->target || k->r->has_cpus)
		return;
	if (!vmc_oops_match("%n node%*, %n CPU", rest, &caps) &&
	    !vmc_oops_match("%n CPUs", rest, &caps) &&
	    !vmc_oops_match("%n processors activated", rest, &caps))
		return;
	n = number_of(caps.at[caps.n - 1]);
	if (!n || n > UINT16_MAX)
		return;
	k->r->has_cpus = true;
	k->r->n_cpus = (size_t)n;
}

static void read_hypervisor(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	struct vmc_report *r = k->r;
	vmc_autostr struct vmc_str name = { 0 };

	rest = slice_trim(rest);
	if (!rest.n || slice_starts(rest, "bare hardware"))
		return;
	vmc_str_add_untrusted(&name, rest.p, rest.n < 64 ? rest.n : 64);
	if (!has_fact(r, "hypervisor", NULL))
		add_fact(r, "hypervisor", vmc_arena_strdup(&r->arena, vmc_str_text(&name)), l);
}

static void read_hardware(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	if (k->hardware.n)
		return;
	k->hardware = slice_trim(rest);
	k->hardware_line = l;
}

/* "livepatch: enabling patch 'kpatch_7_0'", "livepatch: 'x': patching complete" */
static void read_livepatch(struct look *k, const struct vmc_log_line *l, struct slice rest)
{
	struct captures caps = { 0 };
	vmc_autostr struct vmc_str name = { 0 };

	if (!vmc_oops_search("'%t'", rest, &caps, NULL))
		return;
	vmc_str_add_untrusted(&name, caps.at[0].p, caps.at[0].n < 64 ? caps.at[0].n : 64);
	add_fact(k->r, "live patch", vmc_arena_strdup(&k->r->arena, vmc_str_text(&name)), l);
}

static void (*const readers[VMC_SIGN_KIND_COUNT])(struct look *k, const struct vmc_log_line *l,
						  struct slice rest) = {
	[VMC_SIGN_BANNER] = read_banner,	 [VMC_SIGN_CMDLINE] = read_cmdline,
	[VMC_SIGN_MEMORY] = read_memory,	 [VMC_SIGN_CPUS] = read_cpus,
	[VMC_SIGN_HYPERVISOR] = read_hypervisor, [VMC_SIGN_HARDWARE] = read_hardware,
	[VMC_SIGN_LIVEPATCH] = read_livepatch,
};

/* ---- all lines ---- */

static void read_line(struct look *k, const struct vmc_log_line *l)
{
	struct slice s = slice_head(line_text(l), SIGN_BYTES);
	size_t at = 0;
	int row;

	for (; (row = vmc_oops_searcher_next(&k->searcher, s, &at)) >= 0; at++) {
		const struct vmc_sign *sign = &vmc_signs[row];

		if (sign->at_start && at)
			continue;
		if (sign->kind == VMC_SIGN_FACT)
			add_fact(k->r, sign->name, sign->value, l);
		else
			readers[sign->kind](k, l, slice_from(s, at + strlen(sign->word)));
	}
}

static void read_lines(struct look *k)
{
	const char *words[SEARCH_WORDS_MAX];
	int64_t last = -1;

	if (vmc_n_signs > SEARCH_WORDS_MAX)
		return;
	for (size_t i = 0; i < vmc_n_signs; i++)
		words[i] = vmc_signs[i].word;
	vmc_oops_searcher_init(&k->searcher, words, vmc_n_signs);
	for (size_t i = k->from; i < k->to; i++) {
		const struct vmc_log_line *l = &k->r->lines.data[i];

		if (l->foreign)
			continue;
		read_line(k, l);
		last = l->time_ns > last ? l->time_ns : last;
	}
	if (k->r->target || last <= 0)
		return;
	k->r->system.uptime = (double)last / 1e9;
	k->r->system.has_uptime = true;
	k->r->system.uptime_from = "log";
}

/* ---- what follows from them ---- */

/* A report says the release too: "Not tainted 6.1.0-mini #1". */
static void find_release(struct look *k)
{
	struct vmc_report *r = k->r;
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);

	if (r->target)
		return;
	if (o && o->kernel)
		keep_text(r->system.release, sizeof(r->system.release), slice_of(o->kernel));
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		o = &r->oopses.reports[i];
		if (o->kernel && o->opening_index >= k->from && o->opening_index < k->to)
			keep_text(r->system.release, sizeof(r->system.release),
				  slice_of(o->kernel));
	}
}

static const char *machine_by_registers(const struct vmc_report *r)
{
	static const struct vmc_machine_mark names[] = { { "RAX", "x86_64" },
							 { "EAX", "i686" },
							 { "x29", "aarch64" } };

	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		for (size_t k = 0; k < o->n_regs; k++) {
			for (size_t j = 0; j < VMC_ARRAY_SIZE(names); j++) {
				if (strcmp(o->regs[k].name, names[j].mark) == 0)
					return names[j].machine;
			}
		}
	}
	return NULL;
}

static void find_machine(struct vmc_report *r)
{
	const char *machine = NULL;

	if (r->target)
		return;
	for (size_t i = 0; i < vmc_n_machine_marks && !machine; i++) {
		if (strstr(r->system.release, vmc_machine_marks[i].mark))
			machine = vmc_machine_marks[i].machine;
	}
	if (!machine)
		machine = machine_by_registers(r);
	if (machine)
		keep_text(r->system.machine, sizeof(r->system.machine), slice_of(machine));
}

/* "RHEL/CentOS 7" with its minor release, and which of the two where the builder tells. */
static const char *rhel_name(struct look *k, const char *family)
{
	const char *version = strrchr(family, ' ');

	for (size_t i = 0; i < vmc_n_rhel_streams; i++) {
		if (vmc_str_starts(k->r->system.release, vmc_rhel_streams[i].prefix))
			version = vmc_rhel_streams[i].minor;
	}
	version += *version == ' ';
	for (size_t i = 0; i < vmc_n_builders; i++) {
		if (slice_has(k->banner, vmc_builders[i].host))
			return vmc_arena_printf(&k->r->arena, "%s %s", vmc_builders[i].name,
						version);
	}
	return vmc_arena_printf(&k->r->arena, "RHEL/CentOS %s", version);
}

static void find_distribution(struct look *k)
{
	const char *release = k->r->system.release;

	for (size_t i = 0; i < vmc_n_distributions; i++) {
		const struct vmc_distribution *d = &vmc_distributions[i];
		const char *at = strstr(release, d->mark), *name = d->name;
		size_t digits;

		if (!at || (d->builder && !slice_has_any_case(k->banner, d->builder)))
			continue;
		at += strlen(d->mark);
		digits = strspn(at, "0123456789");
		if (vmc_str_starts(name, "RHEL/CentOS "))
			name = rhel_name(k, name);
		else if (d->numbered && digits)
			name = vmc_arena_printf(&k->r->arena, "%s %.*s", name, (int)digits, at);
		add_fact(k->r, "distribution", name, k->banner_line);
		return;
	}
}

/* The firmware's names say on what it runs; "Hypervisor detected" what the kernel found itself. */
static void find_hypervisor(struct look *k)
{
	struct vmc_report *r = k->r;
	const char *name = NULL, *by_hardware = NULL;

	for (size_t i = 0; i < r->environment.len && !name; i++) {
		if (vmc_streq(r->environment.data[i].name, "hypervisor"))
			name = r->environment.data[i].value;
	}
	for (size_t i = 0; i < vmc_n_virtuals && k->hardware.n; i++) {
		const struct vmc_virtual *v = &vmc_virtuals[i];

		if (!slice_starts(k->hardware, v->hardware) ||
		    (v->unless && slice_has(k->hardware, v->unless)))
			continue;
		by_hardware = v->hypervisor;
		add_fact(r, "cloud", v->cloud, k->hardware_line);
		break;
	}
	if (!name)
		add_fact(r, "hypervisor", by_hardware, k->hardware_line);
	if (r->target || (!name && !by_hardware))
		return;
	if (name && by_hardware && strcmp(name, by_hardware) != 0)
		name = vmc_arena_printf(&r->arena, "%s (%s)", name, by_hardware);
	keep_text(r->system.hypervisor, sizeof(r->system.hypervisor),
		  slice_of(name ? name : by_hardware));
}

/*
 * The task that panicked: the panic's own header says it, or the report that led to
 * it. A hung task is not the one that complains about it.
 */
static void find_panic_task(struct vmc_report *r)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r), *panic = NULL;

	/* without types a dump does not tell its tasks, but its log does */
	if (r->has_panic_task || !r->has_panic)
		return;
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *p = &r->oopses.reports[i];

		if (p->is_panic && p->pid >= 0 && (!o || p >= o))
			panic = panic ? panic : p;
	}
	if (!panic &&
	    (!o || vmc_streq(o->category, "hung-task") || vmc_streq(o->category, "rcu-stall")))
		return;
	o = panic ? panic : o;
	if (r->panic_cpu < 0)
		r->panic_cpu = o->cpu;
	if (r->panic_cpu != o->cpu || o->pid < 0 || o->pid > INT32_MAX || !o->comm)
		return;
	r->has_panic_task = true;
	r->panic_task.pid = (int32_t)o->pid;
	r->panic_task.cpu = o->cpu;
	snprintf(r->panic_task.comm, sizeof(r->panic_task.comm), "%s", o->comm);
}

/* Names in the order in which people ask for them. */
static int by_name(const void *a, const void *b)
{
	static const char *const order[] = {
		"distribution",	     "hypervisor",	  "cloud",     "containers",
		"container storage", "container network", "live patch"
	};
	const struct vmc_fact *x = a, *y = b;
	int at[2] = { 0, 0 };

	for (int i = 0; i < (int)VMC_ARRAY_SIZE(order); i++) {
		at[0] = strcmp(order[i], x->name) == 0 ? i : at[0];
		at[1] = strcmp(order[i], y->name) == 0 ? i : at[1];
	}
	if (at[0] != at[1])
		return at[0] < at[1] ? -1 : 1;
	return strcmp(x->value, y->value);
}

void vmc_inquest_environment(struct vmc_report *r)
{
	struct look k = { .r = r };

	vmc_inquest_boot(r, &k.from, &k.to);
	read_lines(&k);
	find_release(&k);
	find_machine(r);
	find_distribution(&k);
	find_hypervisor(&k);
	find_panic_task(r);
	if (r->environment.len)
		qsort(r->environment.data, r->environment.len, sizeof(*r->environment.data),
		      by_name);
}
