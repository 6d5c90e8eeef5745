/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who on a stack is to blame, by the registers that were saved on it. */
#include <string.h>

#include "inquest/inquest.h"
#include "oops/names.h"

/* Exceptions that the interrupted instruction itself raised. */
static const char *const faults[] = {
	VMC_SAY("page fault"),	   VMC_SAY("general protection fault"),
	VMC_SAY("double fault"),   VMC_SAY("divide error"),
	VMC_SAY("invalid opcode"), VMC_SAY("stack segment fault"),
	VMC_SAY("breakpoint"),	   VMC_SAY("alignment check")
};
/* Interruptions that come from outside: they show where a CPU was stuck. */
static const char *const interruptions[] = { "timer IRQ", "NMI", "IRQ", "reboot IPI" };

/* What stands between panic() and whoever called for it. */
static const char *const panic_path[] = { "panic",    "vpanic", "nmi_panic", "__stack_chk_fail",
					  "oops_end", "die",	"delay_tsc", "__const_udelay",
					  "mdelay" };

/* Checks for sleeping where that is forbidden: they and the way to sleep stand below the culprit.
 */
static const char *const sleep_checks[] = {
	"__schedule_bug", "__might_sleep",	  "__might_resched",
	"___might_sleep", "__schedule",		  "schedule",
	"msleep",	  "msleep_interruptible", "usleep_range_state"
};

static struct slice name_of(const struct vmc_frame *f)
{
	return (struct slice){ f->where.name, strlen(f->where.name) };
}

static bool in_panic_path(const struct vmc_frame *f)
{
	struct slice stem;

	if (!f->where.name)
		return false;
	stem = vmc_oops_name_stem(name_of(f));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(panic_path); i++) {
		if (stem.n == strlen(panic_path[i]) && memcmp(stem.p, panic_path[i], stem.n) == 0)
			return true;
	}
	return false;
}

static bool in_list(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s && strcmp(s, list[i]) == 0)
			return true;
	}
	return false;
}

static bool is_helper_name(const char *name, const char *module)
{
	struct slice stem;

	if (module) /* a module's own functions are no shared helpers */
		return false;
	stem = vmc_oops_name_stem((struct slice){ name, strlen(name) });
	for (size_t i = 0; i < VMC_ARRAY_SIZE(sleep_checks); i++) {
		if (stem.n == strlen(sleep_checks[i]) &&
		    memcmp(stem.p, sleep_checks[i], stem.n) == 0)
			return true;
	}
	return vmc_oops_name_matches(stem, vmc_oops_helpers) ||
	       vmc_oops_name_matches(stem, vmc_oops_waits);
}

static bool is_helper(const struct vmc_frame *f)
{
	return is_helper_name(f->where.name, f->where.module);
}

const struct vmc_oops_frame *vmc_inquest_sleeper(const struct vmc_oops *o)
{
	for (size_t i = 0; i < o->n_frames; i++) {
		const struct vmc_oops_frame *f = &o->frames[i];

		if (f->reliable && f->function && *f->function &&
		    !is_helper_name(f->function, f->module))
			return f;
	}
	return NULL;
}

const char *vmc_inquest_stem(struct vmc_report *r, const char *function)
{
	struct slice s;

	if (!function)
		return NULL;
	s = vmc_oops_name_stem((struct slice){ function, strlen(function) });
	return vmc_arena_strndup(&r->arena, s.p, s.n);
}

/* From index i outwards, the first frame with a name that is no helper. */
static const struct vmc_frame *first_real(const struct vmc_trace *tr, size_t i)
{
	for (; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];

		if (f->user || !f->reliable)
			return NULL;
		if (f->where.name && !is_helper(f))
			return f;
	}
	return NULL;
}

const struct vmc_frame *vmc_inquest_first_real(const struct vmc_trace *tr,
					       const struct vmc_frame *from)
{
	return first_real(tr, (size_t)(from - tr->frames.data));
}

void vmc_inquest_blame(const struct vmc_trace *tr, struct vmc_blame *ret)
{
	size_t after_panic = 0, start = 0;
	bool have = false;

	*ret = (struct vmc_blame){ 0 };
	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];

		if (f->user)
			break;
		if (in_panic_path(f))
			after_panic = i + 1;
		if (!f->exception)
			continue;
		if (!have && in_list(f->exception, faults, VMC_ARRAY_SIZE(faults))) {
			ret->fault = f;
			ret->by = f->exception;
			start = i;
			have = true;
		} else if (in_list(f->exception, interruptions, VMC_ARRAY_SIZE(interruptions))) {
			/* stopped CPUs were in no interrupt of their own before */
			if (have)
				ret->in_interrupt = true;
			else if (!ret->stalled)
				ret->stalled = f;
		}
	}
	if (!have && after_panic) {
		start = after_panic;
		ret->by = "panic()";
		have = true;
	}
	/* kdump saves the registers of the fault itself: the walk starts where it happened */
	if (!have && !ret->stalled && tr->frames.len && tr->frames.data[0].is_exact &&
	    !tr->frames.data[0].user) {
		ret->fault = &tr->frames.data[0];
		ret->by = VMC_SAY("the registers that the crash saved");
		have = true;
	}
	if (have)
		ret->culprit = first_real(tr, start);
}

bool vmc_inquest_is_idle(const struct vmc_trace *tr, bool panicked)
{
	bool first = true;

	for (size_t i = 0; i < tr->frames.len; i++) {
		const char *e = tr->frames.data[i].exception;

		if (!e || vmc_streq(e, "NMI") || vmc_streq(e, "reboot IPI"))
			continue;
		if (!panicked || !first)
			return false;
		first = false;
	}
	return true;
}

bool vmc_inquest_panicked(const struct vmc_trace *tr)
{
	/* a CPU that panics while another does waits there for its end */
	static const char *const waits[] = { "panic_smp_self_stop", "nmi_panic_self_stop" };
	bool found = false;

	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];

		if (f->user || !f->reliable || !f->where.name || f->where.module)
			continue;
		for (size_t k = 0; k < VMC_ARRAY_SIZE(waits); k++) {
			if (vmc_streq(f->where.name, waits[k]))
				return false;
		}
		found |= vmc_streq(f->where.name, "panic") ||
			 vmc_streq(f->where.name, "crash_kexec");
	}
	return found;
}

const struct vmc_frame *vmc_inquest_waiter(const struct vmc_trace *tr)
{
	for (size_t i = 0; i < tr->frames.len; i++) {
		const struct vmc_frame *f = &tr->frames.data[i];
		struct slice stem;

		if (f->user || !f->where.name)
			break;
		stem = vmc_oops_name_stem(name_of(f));
		if (f->where.module ||
		    !(vmc_oops_name_matches(stem, vmc_oops_waits) || is_helper(f)))
			return f;
	}
	return NULL;
}
