/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hung tasks, lockups and RCU stalls name victims: who waits too long is seldom who is
 * to blame. What the victim waits for is read off its stack (waits.c); the
 * owner is looked for in what else the log has, in the order of how much it proves:
 *
 *   1. the kernel names it: "blocked on a mutex likely owned by task X:123" (since
 *      6.16), "waiting ... for CPU#03" of a CSD lock
 *   2. lockdep lists the held locks: another task lists the victim's last one
 *
 * Only then is the owner made the culprit.
 */
#include <stdlib.h>
#include <string.h>

#include "inquest/inquest.h"
#include "inquest/waits.h"
#include "oops/details.h"

/* The list of locks comes behind the hung tasks, one paragraph a task. */
#define LINES_LOOKED_AT 4000
#define LOCKS_MAX 48 /* MAX_LOCK_DEPTH of lockdep */
#define COMM_MAX 64

struct owner {
	const char *comm;
	int64_t pid; /* -1 unknown */
	int cpu;     /* -1 unknown */
	size_t line; /* index of the line that proves it */
};

static struct slice text_at(const struct vmc_report *r, size_t i)
{
	return (struct slice){ r->lines.data[i].text, r->lines.data[i].len };
}

/* A decimal number at the start; -1 for none. */
static int64_t number_at(struct slice s)
{
	int64_t n = -1;

	for (size_t i = 0; i < s.n && i < 10 && is_digit(s.p[i]); i++)
		n = (n < 0 ? 0 : n) * 10 + (s.p[i] - '0');
	return n;
}

/* "COMM:123" or "COMM/123": a comm may hold the separator itself, so the last one counts. */
static bool read_task(struct vmc_report *r, struct slice s, char separator, const char **ret_comm,
		      int64_t *ret_pid)
{
	s = slice_head(s, COMM_MAX);
	for (size_t i = s.n; i-- > 1;) {
		if (s.p[i] != separator || i + 1 >= s.n || !is_digit(s.p[i + 1]))
			continue;
		*ret_comm = vmc_oops_keep(&r->arena, slice_head(s, i));
		*ret_pid = number_at(slice_from(s, i + 1));
		return *ret_comm != NULL;
	}
	return false;
}

/* kernel/hung_task.c debug_show_blocker() */
static bool named_by_kernel(struct vmc_report *r, const struct vmc_oops *o, size_t end,
			    struct owner *ret)
{
	static const char *const words[] = { "likely owned by task ", "likely last held by task " };
	vmc_autostr struct vmc_str victim = { 0 };

	vmc_str_addf(&victim, ":%lld", (long long)o->pid);
	for (size_t i = o->first_index; i < end; i++) {
		struct slice s = text_at(r, i);

		if (!slice_has(s, "blocked on a") || !slice_has(s, vmc_str_text(&victim)))
			continue;
		for (size_t k = 0; k < VMC_ARRAY_SIZE(words); k++) {
			size_t at = slice_find(s, words[k]);

			if (at != SLICE_NONE && read_task(r, slice_from(s, at + strlen(words[k])),
							  ':', &ret->comm, &ret->pid)) {
				ret->line = i;
				return true;
			}
		}
	}
	return false;
}

/* kernel/smp.c csd_lock_wait_toolong(): "waiting 5000000000 ns for CPU#03 ..." */
static bool unresponsive_cpu(const struct vmc_report *r, struct owner *ret)
{
	static const char words[] = " ns for CPU#";

	for (size_t i = 0; i < r->lines.len; i++) {
		struct slice s = text_at(r, i);
		size_t at =
			slice_has(s, "non-responsive CSD lock") ? slice_find(s, words) : SLICE_NONE;
		int64_t cpu;

		if (at == SLICE_NONE)
			continue;
		cpu = number_at(slice_from(s, at + strlen(words)));
		if (cpu < 0 || cpu > INT32_MAX)
			continue;
		ret->cpu = (int)cpu;
		ret->line = i;
		return true;
	}
	return false;
}

/* The lock of " #0: ffff88810a2b4420 (sb_writers#4){.+.+}-{0:0}, at: ..."; empty for no such line.
 */
static struct slice lock_of(struct slice s)
{
	size_t n = 0;

	s = slice_trim(s);
	if (s.n < 4 || s.p[0] != '#' || !is_digit(s.p[1]))
		return (struct slice){ "", 0 };
	n = slice_find(s, ": ");
	if (n == SLICE_NONE || n > 4)
		return (struct slice){ "", 0 };
	s = slice_from(s, n + 2);
	n = slice_find_char(s, ' ');
	return n == SLICE_NONE ? (struct slice){ "", 0 } : slice_head(s, n);
}

/* "2 locks held by cp/777:"; what follows "by " in *ret. */
static bool is_holder(struct slice s, struct slice *ret)
{
	static const char *const words[] = { "locks held by ", "lock held by " };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(words); i++) {
		size_t at = slice_find(s, words[i]);

		if (at != SLICE_NONE && at < 8) {
			*ret = slice_from(s, at + strlen(words[i]));
			return true;
		}
	}
	return false;
}

/* The locks of the paragraph at line i; the last one is what the task is at. */
static size_t read_locks(const struct vmc_report *r, size_t i, size_t end, struct slice *ret)
{
	size_t n = 0;

	while (++i < end && n < LOCKS_MAX) {
		struct slice lock = lock_of(text_at(r, i));

		if (!lock.n)
			break;
		ret[n++] = lock;
	}
	return n;
}

static bool same_lock(struct slice a, struct slice b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/*
 * Lockdep counts a lock as held from the moment that a task begins to wait for it. So the victim's
 * last lock is the one it waits for, and so it is with the others that wait; who
 * has it and goes on to something else, or is the only other one, is the owner.
 */
static bool listed_by_lockdep(struct vmc_report *r, const struct vmc_oops *o, size_t end,
			      struct owner *ret)
{
	struct slice wanted = { "", 0 }, who, locks[LOCKS_MAX];
	size_t n, n_others = 0, n_owners = 0;
	struct owner other = *ret;
	const char *comm;
	int64_t pid;

	for (size_t i = o->first_index; i < end; i++) {
		if (is_holder(text_at(r, i), &who) && read_task(r, who, '/', &comm, &pid) &&
		    pid == o->pid && (n = read_locks(r, i, end, locks)))
			wanted = locks[n - 1];
	}
	for (size_t i = o->first_index; wanted.n && i < end; i++) {
		if (!is_holder(text_at(r, i), &who) || !read_task(r, who, '/', &comm, &pid) ||
		    pid == o->pid)
			continue;
		n = read_locks(r, i, end, locks);
		for (size_t k = 0; k < n; k++) {
			if (!same_lock(locks[k], wanted))
				continue;
			other = (struct owner){ comm, pid, -1, i };
			n_others++;
			if (k + 1 < n) {
				*ret = other;
				n_owners++;
			}
			break;
		}
	}
	if (!n_owners && n_others == 1)
		*ret = other;
	return n_owners == 1 || (!n_owners && n_others == 1);
}

/* Another report of the log about that task or CPU: it says where the owner was. */
static const struct vmc_oops *report_of(const struct vmc_report *r, const struct owner *w)
{
	for (size_t i = 0; i < r->oopses.n_reports; i++) {
		const struct vmc_oops *o = &r->oopses.reports[i];

		if (!o->user_mode && !o->is_panic &&
		    (w->pid > 0 ? o->pid == w->pid : w->cpu >= 0 && o->cpu == w->cpu))
			return o;
	}
	return NULL;
}

static void blame_owner(struct vmc_report *r, const struct owner *w)
{
	const struct vmc_oops *o = report_of(r, w);
	const char *place = vmc_inquest_place(r, r->lines.data[w->line].number);
	struct vmc_culprit *c = &r->verdict.culprit;

	*c = (struct vmc_culprit){ .pid = w->pid, .comm = w->comm };
	if (w->pid > 0)
		vmc_inquest_why(r, "%s: task %s (pid %lld) holds it", place, w->comm,
				(long long)w->pid);
	else
		vmc_inquest_why(r, "%s: CPU %d does not answer", place, w->cpu);
	if (vmc_inquest_blame_waiter(r, w->pid, vmc_say(r->lang, "the owner waits below")) || !o ||
	    !o->frame)
		return;
	c->function = vmc_inquest_stem(r, o->frame);
	c->module = o->frame_module;
	c->comm = o->comm ? o->comm : c->comm;
	c->pid = o->pid > 0 ? o->pid : c->pid;
	vmc_inquest_why(r, "%s: the owner itself was in %s", vmc_inquest_place(r, o->first_line),
			o->frame);
}

static bool names_victims(const char *category)
{
	static const char *const ids[] = { "hung-task", "soft-lockup", "hard-lockup", "rcu-stall" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(ids); i++) {
		if (vmc_streq(category, ids[i]))
			return true;
	}
	return false;
}

void vmc_inquest_victim(struct vmc_report *r, const struct vmc_oops *o)
{
	struct owner w = { .pid = -1, .cpu = -1 };
	const struct vmc_oops_frame *f = NULL;
	const struct vmc_wait *wait;
	size_t end;

	if (!o || !names_victims(r->verdict.category))
		return;
	wait = vmc_inquest_wait_of(o, &f);
	if (!wait)
		return;
	end = o->first_index + LINES_LOOKED_AT < r->lines.len ? o->first_index + LINES_LOOKED_AT
							      : r->lines.len;
	vmc_inquest_why(r, "%s: it waits for %s", vmc_inquest_stem(r, f->function),
			vmc_say(r->lang, wait->what));
	if (wait->kind == VMC_WAIT_CPU ? unresponsive_cpu(r, &w) && w.cpu != o->cpu
				       : o->pid > 0 && (named_by_kernel(r, o, end, &w) ||
							listed_by_lockdep(r, o, end, &w))) {
		blame_owner(r, &w);
		return;
	}
	if (!r->target)
		vmc_inquest_why(r, "so it is a victim; the log does not name the owner");
	vmc_inquest_next(r, "%s", vmc_say(r->lang, wait->where));
}
