/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The steps from facts to verdict, inside this folder. report.c calls them in
 * this order; each reads what the ones before left in the report.
 */
#ifndef VMC_INQUEST_INQUEST_H
#define VMC_INQUEST_INQUEST_H

#include "inquest/report.h"
#include "knowledge/value.h"

/* Kernel reports of the log -> events; exactly one primary, where there is any defect. */
struct vmc_error *vmc_inquest_events(struct vmc_report *r) VMC_MUST_CHECK;
/* The event that is the cause; NULL when the log holds none. */
const struct vmc_event *vmc_inquest_primary(const struct vmc_report *r);
/* The same as kernel report. */
const struct vmc_oops *vmc_inquest_primary_oops(const struct vmc_report *r);

/* What the other events are to the primary one: role, note, consequence_of. After the trigger. */
void vmc_inquest_order(struct vmc_report *r);
/* "symptom"; and in words: "first symptom". */
const char *vmc_inquest_role_id(enum vmc_role role);
const char *vmc_inquest_role_words(enum vmc_lang lang, enum vmc_role role);
/*
 * Makes the task of that pid the culprit, with the function in which it waits by its own
 * stack in the dump; `how` goes into the why. False where that cannot be told.
 */
bool vmc_inquest_blame_waiter(struct vmc_report *r, int64_t pid, const char *how);
/* Where the report `o` is about who waits: what for, and who holds it up, if the log knows. */
void vmc_inquest_victim(struct vmc_report *r, const struct vmc_oops *o);
/* Fills report.signature. */
void vmc_inquest_signature(struct vmc_report *r);

/* Where a stack points the finger. */
struct vmc_blame {
	const struct vmc_frame *fault;	 /* interrupted by a fault, BUG or WARN; NULL none */
	const struct vmc_frame *stalled; /* interrupted by the timer or an NMI; NULL none */
	const struct vmc_frame
		*culprit;  /* first frame from there on that is no shared helper; NULL */
	const char *by;	   /* exception's name, or "panic()" */
	bool in_interrupt; /* the culprit ran in an interrupt: its task is not to blame */
};
void vmc_inquest_blame(const struct vmc_trace *trace, struct vmc_blame *ret);
/* The first frame at or outside `from` (of that trace) that is no shared helper; NULL. */
const struct vmc_frame *vmc_inquest_first_real(const struct vmc_trace *trace,
					       const struct vmc_frame *from);
/*
 * Does the idle task's stack show an idle CPU, and not an interrupt that it was busy
 * with? What only stopped it does not count; nor does, where the CPU `panicked`, the
 * interrupt in which it did.
 */
bool vmc_inquest_is_idle(const struct vmc_trace *trace, bool panicked);
/* Whether this is the stack of the CPU that panicked: it went through panic() or crash_kexec(). */
bool vmc_inquest_panicked(const struct vmc_trace *tr);
/* The first frame of a task that waits which is neither scheduler nor lock; NULL. */
const struct vmc_frame *vmc_inquest_waiter(const struct vmc_trace *trace);
/* In a log's trace, the caller of what checked or slept: no helper, no scheduler, no lock; NULL. */
const struct vmc_oops_frame *vmc_inquest_sleeper(const struct vmc_oops *o);
/* Function without compiler suffixes, in the report's arena. */
const char *vmc_inquest_stem(struct vmc_report *r, const char *function);

/*
 * Sentences in the report's language, in its arena; NULL when memory runs out. why and next
 * add theirs to the verdict's lists: a step of the reasoning with its evidence, a thing to do.
 */
const char *vmc_inquest_sayf(struct vmc_report *r, const char *english, ...) VMC_PRINTF(2, 3);
void vmc_inquest_why(struct vmc_report *r, const char *english, ...) VMC_PRINTF(2, 3);
void vmc_inquest_next(struct vmc_report *r, const char *english, ...) VMC_PRINTF(2, 3);
/* "line 12", or "log record 12" of a dump. */
const char *vmc_inquest_place(struct vmc_report *r, uint32_t line);

/* The vocabulary of verdict.category, one row a word. */
struct vmc_category {
	const char *id;
	const char *words; /* of the title, followed by " in FUNCTION" */
	const char *next;  /* what to do first; NULL nothing in particular */
	bool stalled;	   /* the stack to look at is the interrupted one */
};
/* Never NULL: what is no category is "unknown". */
const struct vmc_category *vmc_inquest_category_of(const char *id);
/* Decides on one; `o` is the primary kernel report or NULL. */
const char *vmc_inquest_category(struct vmc_report *r, const struct vmc_oops *o,
				 const struct vmc_blame *b);
/* The function that crashes on request, where it is on the stack; NULL. */
const char *vmc_inquest_sysrq(const struct vmc_trace *tr);
bool vmc_inquest_is_external_nmi(const struct vmc_report *r);
/* Fills verdict.culprit and confidence, by the category that stands in the verdict. */
void vmc_inquest_culprit(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b);
/* What faults in user space were, in words: object, offset and detail of their events. */
void vmc_inquest_user_faults(struct vmc_report *r);
/* Fills verdict.trigger. */
void vmc_inquest_trigger(struct vmc_report *r, const struct vmc_oops *primary);

/*
 * The category that the failed assertion proves, NULL none: called before the others, it also
 * fills verdict.assertion.
 */
const char *vmc_inquest_assertion(struct vmc_report *r, const struct vmc_oops *o,
				  const struct vmc_blame *b);
/* Behind culprit and trigger: what the assertion means for the case, in summary and next steps. */
void vmc_inquest_assertion_explain(struct vmc_report *r, const struct vmc_oops *o);
/* Fills verdict.path and reached_from. */
void vmc_inquest_path(struct vmc_report *r, const struct vmc_oops *o, const struct vmc_blame *b);

/* Source positions of all frames; behind the verdict, of a culprit that no log gave a place. */
void vmc_inquest_lines(struct vmc_report *r);
void vmc_inquest_culprit_line(struct vmc_report *r);

/* Fills report.code from the primary kernel report, or from the stack of the panic task. */
void vmc_inquest_code(struct vmc_report *r);
/* The category that the faulting instruction proves where the report `o` names no address; NULL. */
const char *vmc_inquest_code_category(const struct vmc_report *r, const struct vmc_oops *o);

/* The machine of a kernel report, by the registers that it prints. */
enum vmc_value_arch vmc_inquest_arch(const struct vmc_report *r, const struct vmc_oops *o);
/* What to ask the special values about an address that the report's CPU could not access. */
struct vmc_value_query vmc_inquest_address(const struct vmc_report *r, const struct vmc_oops *o,
					   uint64_t address);
/* Category by such an address: poison and NULL; NULL tells nothing. */
const char *vmc_inquest_address_category(const struct vmc_value_query *q);
/* What it is, in the report's arena; NULL nothing is known. */
const char *vmc_inquest_address_words(struct vmc_report *r, const struct vmc_value_query *q);
/* Fills report.registers. */
void vmc_inquest_registers(struct vmc_report *r);

void vmc_inquest_verdict(struct vmc_report *r);
/* What the knowledge base says: findings, unexplained lines, known issues, more next steps. */
void vmc_inquest_known(struct vmc_report *r);
void vmc_inquest_findings(struct vmc_report *r);
/*
 * Fills report.boot: the last boot in which the kernel crashed, else the last with a warning,
 * else the last. What stands elsewhere in the file is no part of that story.
 */
void vmc_inquest_choose_boot(struct vmc_report *r);
/* Does the line belong to report.boot? */
bool vmc_inquest_in_boot(const struct vmc_report *r, size_t index);
/* Findings about the log as evidence: broken and repeated lines, gaps, several boots. */
void vmc_inquest_log_quality(struct vmc_report *r);
/* Findings that are one trouble, and its first message. After findings and environment. */
void vmc_inquest_cascades(struct vmc_report *r);
/* The rule of link i; NULL behind the last one. For a test that none was renamed since. */
const char *vmc_inquest_cascade_rule(size_t i);
/* Fills environment; of a text report also system and the panic task. */
void vmc_inquest_environment(struct vmc_report *r);
/* Lines of the boot that the report is about: [*ret_from, *ret_to). */
void vmc_inquest_boot(const struct vmc_report *r, size_t *ret_from, size_t *ret_to);
/* Fills taint; of a text report also the list of modules, and taint in system. */
void vmc_inquest_taint(struct vmc_report *r);

/*
 * Adds a row to the report's list of unavailable things, in words that are marked with VMC_SAY.
 * Consumes err (NULL: no row).
 */
void vmc_report_missing(struct vmc_report *r, struct vmc_error *err, const char *english, ...)
	VMC_PRINTF(3, 4);

#endif
