/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Detectors: small functions in a table. Each looks at the report's facts and
 * adds findings with their evidence; none prints, none reads what it does not need.
 */
#include "inquest/inquest.h"

/* A broken list can part millions of tasks: the first ones show the pattern. */
#define EVIDENCE_MAX 16

/* Title and detail are marked sentences, or made in the report's language. */
static struct vmc_finding *add(struct vmc_report *r, const char *id, const char *severity,
			       const char *title, const char *detail)
{
	struct vmc_finding f = {
		.id = id,
		.severity = severity,
		.title = vmc_say(r->lang, title),
		.detail = vmc_say(r->lang, detail),
		.count = 1,
	};

	return vmc_vec_push(&r->findings, f) ? &r->findings.data[r->findings.len - 1] : NULL;
}

static void evidence(struct vmc_finding *f, const char *text)
{
	if (f && text)
		(void)vmc_vec_push(&f->evidence, text);
}

/* Bytes that the dump does not have, or a layout that nothing tells. */
static bool is_our_lack(const struct vmc_error *err)
{
	return vmc_code_is_absent(vmc_error_code(err)) || vmc_error_code(err) == VMC_NOT_FOUND;
}

static void task_walks_differ(struct vmc_report *r)
{
	size_t n = r->tasks.only_in_pids + r->tasks.only_in_list, told = 0;
	struct vmc_finding *f;

	/* a walk that met a page which is not in the dump says nothing about the kernel */
	if (!n || is_our_lack(r->tasks.pids_problem) || is_our_lack(r->tasks.list_problem))
		return;
	f = add(r, "task.walks-differ", "warning",
		VMC_SAY("the pid tree and the task list do not agree"),
		VMC_SAY("a task that is exiting can be in one only; several point to corruption"));
	if (f)
		f->count = n;
	for (size_t i = 0; i < r->tasks.tasks.len && told < EVIDENCE_MAX; i++) {
		const struct vmc_task *t = &r->tasks.tasks.data[i];

		if (t->in_pids == t->in_list)
			continue;
		evidence(f,
			 t->in_pids
				 ? vmc_inquest_sayf(
					   r, "task %s (pid %d) at 0x%llx is only in the pid tree",
					   t->comm, t->pid, (unsigned long long)t->addr)
				 : vmc_inquest_sayf(
					   r, "task %s (pid %d) at 0x%llx is only in the task list",
					   t->comm, t->pid, (unsigned long long)t->addr));
		told++;
	}
	if (n > told)
		evidence(f, vmc_inquest_sayf(r, "and %zu more", n - told));
}

static void banner_differs(struct vmc_report *r)
{
	const char *claimed = vmc_vmcoreinfo_get(r->target->vmcoreinfo, "OSRELEASE");
	struct vmc_finding *f;

	if (!claimed || !r->target->banner || vmc_streq(claimed, r->target->release))
		return;
	f = add(r, "dump.release-differs", "warning",
		VMC_SAY("VMCOREINFO and memory name different kernels"),
		VMC_SAY("the dump may mix two kernels; read everything below with care"));
	evidence(f, vmc_arena_printf(&r->arena, "OSRELEASE=%s", claimed));
	evidence(f, r->target->banner);
}

static void offline_cpus(struct vmc_report *r)
{
	if (r->n_cpus_offline)
		add(r, "cpu.offline", "notice", VMC_SAY("some CPUs were offline before the crash"),
		    vmc_inquest_sayf(r, "%zu of %zu", r->n_cpus_offline, r->n_cpus));
}

static const struct detector {
	const char *id;
	bool needs_target;
	void (*run)(struct vmc_report *r);
} detectors[] = {
	{ "task.walks-differ", true, task_walks_differ },
	{ "dump.release-differs", true, banner_differs },
	{ "cpu.offline", true, offline_cpus },
	{ "log.*", false, vmc_inquest_log_quality },
};

void vmc_inquest_findings(struct vmc_report *r)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(detectors); i++) {
		if (!detectors[i].needs_target || r->target)
			detectors[i].run(r);
	}
}
