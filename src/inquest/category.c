/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of crash it was: a word of the report's vocabulary, taken from the
 * primary kernel report, the panic message, the exception and the address.
 */
#include <string.h>

#include "inquest/inquest.h"

static const struct vmc_category categories[] = {
	{ "null-deref", VMC_SAY("NULL pointer dereference"),
	  VMC_SAY("find which pointer was NULL at the faulting instruction, and which path leaves "
		  "it unset"),
	  false },
	{ "bad-pointer", VMC_SAY("access to a bad address"),
	  VMC_SAY("look where the faulting address was computed; compare it with the registers"),
	  false },
	{ "use-after-free", VMC_SAY("use of freed memory"),
	  VMC_SAY("reproduce on a kernel with KASAN, or boot with slub_debug=FZPU, to catch the "
		  "free"),
	  false },
	{ "double-free", VMC_SAY("memory freed twice"),
	  VMC_SAY("reproduce on a kernel with KASAN, or boot with slub_debug=FZPU, to see both "
		  "frees"),
	  false },
	{ "list-corruption", VMC_SAY("corrupted linked list"),
	  VMC_SAY("look for an object that was freed or added twice while still on the list"),
	  false },
	{ "memory-corruption", VMC_SAY("corrupted memory"),
	  VMC_SAY("reproduce on a kernel with KASAN"), false },
	{ "stack-overflow", VMC_SAY("kernel stack overflow"),
	  VMC_SAY("look for recursion and for large local variables in the repeated functions"),
	  false },
	{ "divide-error", VMC_SAY("division by zero"), VMC_SAY("check the divisor's origin"),
	  false },
	{ "bug-assertion", VMC_SAY("BUG() assertion"),
	  VMC_SAY("read the condition of the assertion at the named source line"), false },
	{ "warning-panic", VMC_SAY("WARNING that was made fatal by panic_on_warn"),
	  VMC_SAY("read the condition of the warning at the named source line"), false },
	{ "invalid-opcode", VMC_SAY("invalid instruction"),
	  VMC_SAY("check whether the code bytes are a BUG(), damaged text or a CPU feature that is "
		  "missing"),
	  false },
	{ "gpf", VMC_SAY("general protection fault"),
	  VMC_SAY("look which register of the faulting instruction holds a non-canonical address"),
	  false },
	{ "soft-lockup", VMC_SAY("CPU stuck without scheduling"),
	  VMC_SAY("look why the loop at the interrupted function does not end"), true },
	{ "hard-lockup", VMC_SAY("CPU stuck with interrupts off"),
	  VMC_SAY("look who holds the lock, or why interrupts stay off"), true },
	{ "rcu-stall", VMC_SAY("RCU grace period held up"),
	  VMC_SAY("look at the stack of the stalled CPU or task"), true },
	{ "hung-task", VMC_SAY("task blocked for too long"),
	  VMC_SAY("find who holds what the blocked task waits for"), false },
	{ "deadlock", VMC_SAY("deadlock"), VMC_SAY("see the order in which the locks are taken"),
	  true },
	{ "atomic-sleep", VMC_SAY("sleeping in atomic context"),
	  VMC_SAY("look which caller holds a spinlock or has preemption off"), false },
	{ "oom", VMC_SAY("out of memory"),
	  VMC_SAY("see what uses the memory, and the limits of the control group"), false },
	{ "hardware", VMC_SAY("hardware error"),
	  VMC_SAY("check the machine's own error log and replace the part"), false },
	{ "filesystem", VMC_SAY("file system failure"),
	  VMC_SAY("check the root device, its driver and the file system"), false },
	{ "init-killed", VMC_SAY("the init process died"),
	  VMC_SAY("find out why pid 1 exited: its exit code stands in the panic message"), false },
	{ "panic-call", VMC_SAY("panic() was called"),
	  VMC_SAY("read the condition before the call"), false },
	{ "manual", VMC_SAY("crash requested by hand"), NULL, false },
	{ "unknown", VMC_SAY("no crash was found"), NULL,
	  false }, /* last: the answer to everything else */
};

const struct vmc_category *vmc_inquest_category_of(const char *id)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(categories); i++) {
		if (id && strcmp(categories[i].id, id) == 0)
			return &categories[i];
	}
	return &categories[VMC_ARRAY_SIZE(categories) - 1];
}

/* Panic messages that name their own cause (kernel sources that call panic()). */
static const struct {
	const char *text, *category;
} panic_messages[] = {
	{ "sysrq triggered crash", "manual" },
	{ "Attempted to kill init", "init-killed" },
	{ "No working init found", "init-killed" },
	{ "hung_task: blocked tasks", "hung-task" },
	{ "softlockup: hung tasks", "soft-lockup" },
	{ "Hard LOCKUP", "hard-lockup" },
	{ "hard lockup", "hard-lockup" },
	{ "RCU Stall", "rcu-stall" },
	{ "ut of memory", "oom" },
	{ "system is deadlocked on memory", "oom" },
	{ "Unable to mount root fs", "filesystem" },
	{ "panic_on_warn", "warning-panic" },
	{ "stack-protector", "memory-corruption" },
	{ "NMI: Not continuing",
	  "manual" }, /* unknown_nmi_panic: an NMI from outside, as virsh inject-nmi */
	{ "corrupted stack end", "stack-overflow" },
	{ "kernel stack overflow", "stack-overflow" },
	{ "achine check", "hardware" },
	{ "Fatal hardware error", "hardware" },
	{ "IOCK error", "hardware" },
	{ "Memory parity", "hardware" },
	{ "PCI system error", "hardware" },
};

static const char *category_by_message(const char *message)
{
	for (size_t i = 0; message && i < VMC_ARRAY_SIZE(panic_messages); i++) {
		if (strstr(message, panic_messages[i].text))
			return panic_messages[i].category;
	}
	return NULL;
}

static const struct {
	const char *exception, *category;
} exceptions[] = {
	{ "page fault", "bad-pointer" },	{ "general protection fault", "gpf" },
	{ "double fault", "stack-overflow" },	{ "divide error", "divide-error" },
	{ "invalid opcode", "invalid-opcode" },
};

static const char *category_by_exception(const char *by)
{
	for (size_t i = 0; by && i < VMC_ARRAY_SIZE(exceptions); i++) {
		if (strcmp(exceptions[i].exception, by) == 0)
			return exceptions[i].category;
	}
	return NULL;
}

/* The function that crashes on request, where it is on the stack; NULL. */
const char *vmc_inquest_sysrq(const struct vmc_trace *tr)
{
	for (size_t i = 0; i < tr->frames.len; i++) {
		const char *name = tr->frames.data[i].where.name;

		if (name && strcmp(name, "sysrq_handle_crash") == 0)
			return name;
	}
	return NULL;
}

/* Faults whose address is what tells one category from another. */
static bool address_matters(const char *category)
{
	static const char *const ids[] = { "bad-pointer", "gpf", "null-deref", "list-corruption" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(ids); i++) {
		if (category && strcmp(category, ids[i]) == 0)
			return true;
	}
	return false;
}

const char *vmc_inquest_category(struct vmc_report *r, const struct vmc_oops *o,
				 const struct vmc_blame *b)
{
	const char *category = o ? o->category : NULL, *by_address, *other;

	if (vmc_inquest_sysrq(&r->backtrace)) {
		vmc_inquest_why(
			r, "sysrq_handle_crash() is on the stack: somebody asked for this crash");
		return "manual";
	}
	other = category_by_message(r->panic_message);
	/* a panic that is its own cause says best what it is; one that follows a report only echoes
	 * it */
	if (other && (!category || o->is_panic || strcmp(category, "warning-panic") == 0)) {
		category = other;
		vmc_inquest_why(r, "the panic message says so: %s", r->panic_message);
	}
	if (!category)
		category = category_by_exception(b->by);
	other = vmc_inquest_assertion(r, o, b);
	if (other)
		category = other;
	if (o && o->has_fault_address && (!category || address_matters(category))) {
		struct vmc_value_query q = vmc_inquest_address(r, o, o->fault_address);

		const char *words = vmc_inquest_address_words(r, &q);

		by_address = words ? vmc_inquest_address_category(&q) : NULL;
		/* poison beats "bad pointer"; a small address is NULL plus an offset */
		if (by_address && (strcmp(by_address, "null-deref") != 0 || !category ||
				   strcmp(category, "bad-pointer") == 0)) {
			category = by_address;
			vmc_inquest_why(r, "the faulting address 0x%llx is %s",
					(unsigned long long)o->fault_address, words);
		}
	}
	other = vmc_inquest_code_category(r, o);
	if (other)
		category = other;
	if (!category && r->has_panic)
		category = "panic-call";
	return category ? category : "unknown";
}
