/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is said about one crash, as data. inquest/ fills it, render/
 * shows it as text or JSON (CONTRACT of the JSON: data/report.schema.json).
 *
 * Strings live in the report's arena, in its target or are static; NULL means
 * unknown or not applicable and becomes null in JSON, never an invented value.
 */
#ifndef VMC_INQUEST_REPORT_H
#define VMC_INQUEST_REPORT_H

#include "base/lang.h"
#include "kernel/cpu.h"
#include "kernel/log.h"
#include "kernel/system.h"
#include "kernel/task.h"
#include "knowledge/rule.h"
#include "machine/disasm.h"
#include "oops/oops.h"
#include "oops/quality.h"
#include "target/target.h"

struct vmc_culprit {
	const char *function, *module, *object, *file, *comm;
	uint32_t line; /* 0 unknown */
	int64_t pid;   /* -1 unknown */
	bool has_object_offset;
	uint64_t object_offset; /* of the instruction in the object */
};

struct vmc_known_issue {
	const char *id, *title, *url;
	const char *match; /* which of its conditions hold, which do not, which could not be told */
	const char *workaround, *fix;
};

/* The BUG() or WARN() that the primary report is about, where its condition is known. */
struct vmc_report_assertion {
	const char *file, *function;
	uint32_t line;
	const char *condition;		    /* NULL: cannot be told which of `alternatives` */
	VMC_VEC(const char *) alternatives; /* conditions, where there are several */
	const char *check;		    /* what could prove it: "irqs-off" ...; "none" */
	int agrees; /* 1 what the report shows says so too, 0 it says otherwise, -1 unknown */
	const char *evidence; /* "EFLAGS 0x10046 has IF=0"; NULL none */
	const char *meaning;  /* what is so when it fails */
};

/* One step of the way to where it happened. */
struct vmc_path_step {
	const char *id, *words;
	VMC_VEC(const char *) functions; /* outermost first; empty for what is no function */
	uint32_t line;			 /* of the log, 0 unknown */
};

struct vmc_verdict {
	const char *category;	/* never NULL: "unknown" */
	const char *title;	/* one line */
	const char *summary;	/* one paragraph; NULL */
	const char *confidence; /* high, medium, low */
	struct vmc_culprit culprit;
	bool has_trigger;
	struct vmc_culprit trigger;
	bool has_assertion;
	struct vmc_report_assertion assertion;
	const char *reached_from; /* who called the culprit, where that only checks something */
	VMC_VEC(struct vmc_path_step) path; /* outermost first */
	VMC_VEC(const char *) why; /* "why we think so": the steps, each with its evidence */
	VMC_VEC(struct vmc_known_issue) known_issues;
	VMC_VEC(const char *) next_steps;
};

/* What an event is to the cause. */
enum vmc_role {
	VMC_ROLE_UNRELATED,   /* nothing links it with the cause */
	VMC_ROLE_TRIGGER,     /* a program's fault that led the kernel there */
	VMC_ROLE_SYMPTOM,     /* the same trouble, noticed earlier */
	VMC_ROLE_PRIMARY,     /* the cause */
	VMC_ROLE_FOLLOW_UP,   /* reported by a kernel that the cause had damaged */
	VMC_ROLE_PANIC,	      /* the kernel gave up because of it */
	VMC_ROLE_CONSEQUENCE, /* of the panic: never a cause */
	VMC_ROLE_COUNT,
};

struct vmc_event {
	const char *title, *type, *frame, *module, *comm;
	int64_t pid;	 /* -1 unknown */
	int cpu;	 /* -1 unknown */
	int64_t time_ns; /* -1 unknown */
	uint32_t line;	 /* log line number, 0 unknown */
	bool primary;
	enum vmc_role role;
	const char *note; /* what is known of the link, in words; NULL */
	int consequence_of;	     /* index of the event it follows from, -1 */
	const struct vmc_oops *oops; /* the kernel report it was made from */
	/* of a fault in user space */
	const char *object, *detail;
	bool has_object_offset;
	uint64_t object_offset; /* of the instruction in the object */
};

struct vmc_finding {
	const char *id, *severity, *title,
		*detail; /* severity: fatal error warning notice benign */
	VMC_VEC(const char *) evidence;
	VMC_VEC(uint32_t) lines; /* of the log: the first ones and the last */
	uint64_t count;
	bool consequence; /* it came behind the primary event, and follows from it */
	bool by_rule;	  /* of the knowledge base, about single lines; else a detector's */
};

/* Lines that seem to tell of trouble, and no rule says of what. */
struct vmc_unexplained {
	const char *text;
	uint32_t line; /* of the first that differs from the others in more than numbers */
	int level;     /* -1 unknown */
	uint64_t count;
};

/* A circumstance of the crash: what is so, and which line of the log says it. */
struct vmc_fact {
	const char *name;     /* "distribution", "hypervisor", "containers" ...; English */
	const char *value;    /* "Debian 13", "KVM", "Docker" */
	const char *evidence; /* NULL: the release alone */
};

struct vmc_taint_mark {
	char letter;
	const char *meaning; /* in the report's language */
};

/* A module with marks of its own. */
struct vmc_tainter {
	const char *name, *flags;
	const char *remark; /* NULL */
};

/* The taint as a report of the log printed it, where it differs from the one before. */
struct vmc_taint_change {
	const char *letters; /* with the G; "" not tainted */
	uint32_t line;
};

struct vmc_report_taint {
	bool has_e; /* the kernel knows the letter E, since 3.15 or by its vendor */
	VMC_VEC(struct vmc_taint_mark) marks;
	VMC_VEC(struct vmc_tainter) modules;
	VMC_VEC(struct vmc_taint_change) changes;
};

struct vmc_report_cpu {
	int cpu;
	int64_t pid;
	const char *comm;
	uint64_t task;
	bool is_idle; /* in the idle task, and in no interrupt on top of it */
	struct vmc_trace trace;
};

/* The instruction at which the primary report stood, and those around it. */
struct vmc_report_code {
	bool known;
	const char *text; /* the Code: line it is from; NULL: from the dump's memory */
	uint32_t line;	  /* of the log */
	struct vmc_machine_code bytes;
	struct vmc_listing listing;
	bool has_operand; /* the address that was bad, as the registers make it */
	uint64_t operand;
	bool shadowed;	      /* KASAN was about to check it: it is not that of the access */
	const char *sentence; /* what the instruction tells; NULL nothing for sure */
};

/* What stands in a register, where it is more than a number. */
struct vmc_report_register {
	const char *name; /* "RAX", "CR2"; or, to be translated where shown, "fault address" */
	uint64_t value;
	const char *meaning;
	bool special; /* not what stands there usually */
};

struct vmc_report {
	/* Exactly one of target (a dump) and text (a log) is the source. Borrowed. */
	struct vmc_target *target;
	const char *path;   /* of the input (first part) */
	enum vmc_lang lang; /* of all sentences; names and messages stay as they are */
	const struct vmc_rule *const *rules; /* NULL: those of the program */
	size_t n_rules;

	struct vmc_system system; /* of a dump, or as far as a log tells */
	size_t n_cpus, n_cpus_offline;
	bool has_cpus;
	size_t n_tasks; /* idle tasks included, as crash counts */
	bool has_tasks;

	bool has_panic;		   /* did it panic or oops at all */
	const char *panic_message; /* "Kernel panic - not syncing: Fatal exception" */
	bool has_panic_task;
	struct vmc_task panic_task;
	int panic_cpu;		 /* -1 unknown */
	const char *panic_state; /* "TASK_RUNNING" */

	struct vmc_verdict verdict;
	const char *signature; /* the same for two crashes of one defect; NULL unknown */
	VMC_VEC(struct vmc_event) events;
	VMC_VEC(struct vmc_finding) findings;
	VMC_VEC(struct vmc_fact) environment;
	struct vmc_report_taint taint;
	const struct vmc_oops_module *log_modules; /* of a text: the fullest list in it */
	size_t n_log_modules;
	struct {
		uint64_t count; /* lines */
		VMC_VEC(struct vmc_unexplained) rows;
	} unexplained;
	struct vmc_trace backtrace; /* panic task */
	VMC_VEC(struct vmc_report_cpu) cpus;
	struct vmc_report_code code;
	VMC_VEC(struct vmc_report_register) registers; /* of the primary report */

	/* kept for whoever renders more than the summary */
	struct vmc_log log;
	bool has_log;
	struct vmc_log_lines lines; /* the same as lines for oops/ */
	struct vmc_log_quality quality; /* of a text */
	size_t boot;			/* of quality.boots, that the report is about */
	struct vmc_oops_set oopses;
	struct vmc_tasks tasks;
	struct vmc_cpus cpu_view;
	VMC_VEC(struct vmc_unavailable) unavailable;
	struct vmc_arena arena;
};

struct vmc_report_options {
	enum vmc_lang lang;
	/* The knowledge base, borrowed until the report is freed; NULL: that of the program. */
	const struct vmc_rule *const *rules;
	size_t n_rules;
};

/* Works the dump through. Never fails for a damaged dump: what is missing is listed. `o` NULL:
 * English, and the rules of the program. */
struct vmc_error *vmc_report_dump(struct vmc_target *t, const char *path,
				  const struct vmc_report_options *o,
				  struct vmc_report **ret) VMC_MUST_CHECK;
/* The same for log text (borrowed until the report is freed). */
struct vmc_error *vmc_report_text(const char *text, size_t size, const char *path,
				  const struct vmc_report_options *o,
				  struct vmc_report **ret) VMC_MUST_CHECK;
void vmc_report_free(struct vmc_report *r);
VMC_DEFINE_CLEANUP(struct vmc_report *, vmc_report_free, vmc_cleanup_reportp)

/* True when something that was asked for is missing: exit status 1. */
bool vmc_report_is_partial(const struct vmc_report *r);

#endif
