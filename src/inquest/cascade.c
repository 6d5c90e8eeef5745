/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cascades: messages of several subsystems that are one trouble, which began with the first of
 * them. Which messages are links of which chain is a table of knowledge rules; the findings that
 * those rules made are put in the order of the log.
 *
 *   storage   a disk fails -> I/O errors -> the filesystem shuts down -> tasks hang
 *   memory    several sorts of corruption that no module explains, or hardware says so
 *   vm-pause  CPUs, clocks and devices of a guest all stood still at one time
 */
#include <string.h>

#include "inquest/inquest.h"

#define LINKS_MAX 32
/* Watchdogs tell within two of their periods what stood still together. */
#define PAUSE_WINDOW_NS 120000000000LL
/* The same in a log without times. */
#define PAUSE_WINDOW_LINES 1000

enum chain { STORAGE, MEMORY, PAUSE, CHAIN_COUNT };

static const struct {
	const char *rule;
	enum chain chain;
	int step;
} links[] = {
	{ "scsi-medium-error", STORAGE, 1 },
	{ "scsi-timing-out", STORAGE, 1 },
	{ "scsi-task-abort", STORAGE, 1 },
	{ "scsi-offlined", STORAGE, 1 },
	{ "scsi-offline-io", STORAGE, 1 },
	{ "scsi-result", STORAGE, 1 },
	{ "fc-rport-timeout", STORAGE, 1 },
	{ "iscsi-conn-error", STORAGE, 1 },
	{ "ata-exception", STORAGE, 1 },
	{ "ata-failed-command", STORAGE, 1 },
	{ "nvme-timeout", STORAGE, 1 },
	{ "nvme-down", STORAGE, 1 },
	{ "nvme-removed", STORAGE, 1 },
	{ "megaraid-fault", STORAGE, 1 },
	{ "blk-update-request", STORAGE, 2 },
	{ "md-disk-failure", STORAGE, 3 },
	{ "buffer-io-error", STORAGE, 3 },
	{ "dm-thin-nospace", STORAGE, 3 },
	{ "dm-mpath-fail", STORAGE, 3 },
	{ "dm-thin-metadata-op", STORAGE, 3 },
	{ "jbd2-abort", STORAGE, 4 },
	{ "jbd2-flush-io", STORAGE, 4 },
	{ "jbd2-superblock-error", STORAGE, 4 },
	{ "ext4-aborted-journal", STORAGE, 4 },
	{ "xfs-shutdown", STORAGE, 4 },
	{ "xfs-metadata-io", STORAGE, 4 },
	{ "xfs-log-error", STORAGE, 4 },
	{ "ext4-data-lost", STORAGE, 4 },
	{ "ext4-remount-ro", STORAGE, 5 },
	{ "btrfs-forced-ro", STORAGE, 5 },
	{ "hung-task", STORAGE, 6 },

	{ "edac-ue", MEMORY, 0 },
	{ "edac-ce", MEMORY, 0 },
	{ "memory-failure", MEMORY, 0 },
	{ "mce-logged", MEMORY, 0 },
	{ "mce-exception", MEMORY, 0 },
	{ "list-add-corruption", MEMORY, 1 },
	{ "list-del-corruption", MEMORY, 2 },
	{ "bad-page-state", MEMORY, 3 },
	{ "bad-page-map", MEMORY, 4 },
	{ "slub-corruption", MEMORY, 5 },
	{ "corrupted-page-table", MEMORY, 6 },
	{ "bad-swap-entry", MEMORY, 7 },
	{ "bad-pmd", MEMORY, 8 },

	{ "soft-lockup", PAUSE, 1 },
	{ "rcu-stall-self", PAUSE, 1 },
	{ "rcu-stall-other", PAUSE, 1 },
	{ "clocksource-unstable", PAUSE, 2 },
	{ "tsc-unstable", PAUSE, 2 },
	{ "nvme-timeout", PAUSE, 3 },
	{ "scsi-timing-out", PAUSE, 3 },
	{ "ena-keepalive", PAUSE, 3 },
	{ "vmw-pvscsi", PAUSE, 3 },
	{ "hv-storvsc", PAUSE, 3 },
	{ "ata-exception", PAUSE, 3 },
	{ "netdev-watchdog", PAUSE, 3 },
};

const char *vmc_inquest_cascade_rule(size_t i)
{
	return i < VMC_ARRAY_SIZE(links) ? links[i].rule : NULL;
}

struct link {
	const char *rule;
	int step;
	const struct vmc_log_line *line;
};

struct found {
	struct link at[LINKS_MAX]; /* in the order of the log */
	size_t n, n_steps;
	bool has_first; /* a link of the chain's first step */
};

/* By number; the log's lines are in that order. */
static const struct vmc_log_line *line_of(const struct vmc_report *r, uint32_t number)
{
	size_t low = 0, high = r->lines.len;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->lines.data[mid].number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->lines.len ? &r->lines.data[low] : NULL;
}

static void insert(struct found *f, struct link l)
{
	size_t i = f->n;

	if (f->n == LINKS_MAX)
		return;
	for (; i && f->at[i - 1].line->number > l.line->number; i--)
		f->at[i] = f->at[i - 1];
	f->at[i] = l;
	f->n++;
}

static void collect(const struct vmc_report *r, enum chain chain, struct found *ret)
{
	unsigned steps = 0;

	*ret = (struct found){ 0 };
	for (size_t i = 0; i < r->findings.len; i++) {
		const struct vmc_finding *f = &r->findings.data[i];
		const struct vmc_log_line *line =
			f->lines.len ? line_of(r, f->lines.data[0]) : NULL;

		if (line && !vmc_inquest_in_boot(r, (size_t)(line - r->lines.data)))
			continue;
		for (size_t k = 0; line && k < VMC_ARRAY_SIZE(links); k++) {
			if (links[k].chain != chain || strcmp(links[k].rule, f->id) != 0)
				continue;
			insert(ret, (struct link){ f->id, links[k].step, line });
			steps |= 1u << links[k].step;
			ret->has_first |= links[k].step <= 1;
		}
	}
	ret->n_steps = (size_t)__builtin_popcount(steps);
}

/* A filesystem that shuts down and tasks that hang may have other reasons: the disk has to
 * complain, and before them. */
static bool is_storage(const struct vmc_report *r, const struct found *f)
{
	(void)r;
	return f->n_steps >= 2 && f->at[0].step <= 3;
}

/* Modules that are not the kernel's own may write anywhere: then the hardware is no suspect yet. */
static bool is_memory(const struct vmc_report *r, const struct found *f)
{
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	bool foreign = o && o->taint && strpbrk(o->taint, "POE");
	bool hardware = false;

	for (size_t i = 0; i < f->n; i++)
		hardware |= f->at[i].step == 0;
	return f->n_steps >= 2 && (hardware || !foreign);
}

static bool has_hypervisor(const struct vmc_report *r)
{
	for (size_t i = 0; i < r->environment.len; i++) {
		if (vmc_streq(r->environment.data[i].name, "hypervisor"))
			return true;
	}
	return false;
}

static bool is_pause(const struct vmc_report *r, const struct found *f)
{
	const struct vmc_log_line *first, *last;

	if (f->n_steps < 2 || !f->has_first || !has_hypervisor(r))
		return false;
	first = f->at[0].line;
	last = f->at[f->n - 1].line;
	if (first->time_ns >= 0 && last->time_ns >= 0)
		return last->time_ns - first->time_ns <= PAUSE_WINDOW_NS;
	return last - first <= PAUSE_WINDOW_LINES;
}

static const struct {
	const char *id;
	bool (*holds)(const struct vmc_report *r, const struct found *f);
	const char *title, *detail, *next;
	const char *explains[3]; /* categories of a primary event that it is behind */
} chains[CHAIN_COUNT] = {
	[STORAGE] = { "cascade.storage",
		      is_storage,
		      VMC_SAY("a disk or the path to it failed; the later storage messages follow"),
		      VMC_SAY("the first link is where to look; filesystem errors and hung tasks "
			      "behind it are consequences"),
		      VMC_SAY("begin with the disk, cable, controller or network that the first "
			      "storage message names; check the filesystem only after that"),
		      { "hung-task", "filesystem", NULL } },
	[MEMORY] = { "cascade.memory",
		     is_memory,
		     VMC_SAY("several sorts of memory corruption: suspect the memory modules"),
		     VMC_SAY("one defect of software corrupts in one way; different ways in "
			     "different places point to hardware"),
		     VMC_SAY("test the memory (memtest86+), and read the hardware's error logs: "
			     "EDAC, MCE, BMC"),
		     { "memory-corruption", "list-corruption", "bad-pointer" } },
	[PAUSE] = { "cascade.vm-pause",
		    is_pause,
		    VMC_SAY("the virtual machine stood still: its host did not run it"),
		    VMC_SAY("CPUs, clocks or devices of the guest missed their deadlines at one "
			    "time; that is no defect of the guest"),
		    VMC_SAY("ask the host's operator about live migration, snapshots, suspend and "
			    "overcommitted CPUs at that time"),
		    { "soft-lockup", "rcu-stall", NULL } },
};

static const char *quoted(struct vmc_report *r, const struct vmc_log_line *l)
{
	vmc_autostr struct vmc_str s = { 0 };

	vmc_str_add_untrusted(&s, l->text, l->len < 200 ? l->len : 200);
	return vmc_arena_strdup(&r->arena, vmc_str_text(&s));
}

static void tell(struct vmc_report *r, enum chain chain, const struct found *f)
{
	struct vmc_finding finding = { .id = chains[chain].id,
				       .severity = "error",
				       .title = vmc_say(r->lang, chains[chain].title),
				       .detail = vmc_say(r->lang, chains[chain].detail),
				       .count = 1 };
	const struct vmc_oops *o = vmc_inquest_primary_oops(r);
	const char *first = quoted(r, f->at[0].line);

	for (size_t i = 0; i < f->n; i++) {
		(void)vmc_vec_push(&finding.evidence, quoted(r, f->at[i].line));
		(void)vmc_vec_push(&finding.lines, f->at[i].line->number);
	}
	if (!vmc_vec_push(&r->findings, finding)) {
		vmc_vec_free(&finding.evidence);
		vmc_vec_free(&finding.lines);
		return;
	}
	for (size_t i = 0; o && i < 3; i++) {
		if (!chains[chain].explains[i] ||
		    strcmp(chains[chain].explains[i], r->verdict.category) != 0 ||
		    f->at[0].line->number > o->first_line)
			continue;
		vmc_inquest_why(r, "%s: it began here: %s",
				vmc_inquest_place(r, f->at[0].line->number), first);
		vmc_inquest_next(r, "%s", vmc_say(r->lang, chains[chain].next));
	}
}

void vmc_inquest_cascades(struct vmc_report *r)
{
	for (int chain = 0; chain < CHAIN_COUNT; chain++) {
		struct found f;

		collect(r, (enum chain)chain, &f);
		if (f.n && chains[chain].holds(r, &f))
			tell(r, (enum chain)chain, &f);
	}
}
