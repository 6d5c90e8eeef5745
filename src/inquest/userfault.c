/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of programs in words: what the program tried, where, and in which of its objects. The
 * offset in the object is what its maintainers can look up; the address changes with each run.
 */
#include <string.h>

#include "inquest/inquest.h"

/* error code of an x86 page fault, arch/x86/include/asm/trap_pf.h */
#define PF_PRESENT 0x1
#define PF_WRITE 0x2
#define PF_USER 0x4
#define PF_FETCH 0x10

#define NULL_PAGE 4096
#define KERNEL_HALF (1ULL << 63)

static const char *access_words(int code)
{
	bool user = code & PF_USER;

	if (code & PF_FETCH)
		return user ? VMC_SAY("user-mode instruction fetch from")
			    : VMC_SAY("kernel-mode instruction fetch from");
	if (code & PF_WRITE)
		return user ? VMC_SAY("user-mode write to") : VMC_SAY("kernel-mode write to");
	return user ? VMC_SAY("user-mode read of") : VMC_SAY("kernel-mode read of");
}

/* Why the page did not do: the rarer reasons first, whose bits come beside the common ones. */
static const char *page_words(int code, uint64_t address)
{
	static const struct {
		int bit;
		const char *words;
	} rare[] = {
		{ 0x8000, VMC_SAY("a page of an SGX enclave") },
		{ 0x40, VMC_SAY("a shadow stack page") },
		{ 0x20, VMC_SAY("a page that its protection key forbids") },
		{ 0x08, VMC_SAY("a page whose table entry is damaged (reserved bits)") },
	};

	for (size_t i = 0; i < VMC_ARRAY_SIZE(rare); i++) {
		if (code & rare[i].bit)
			return rare[i].words;
	}
	/* the kernel sets PRESENT for its own addresses, to tell nothing of what is mapped there */
	if (address & KERNEL_HALF)
		return VMC_SAY("an address of the kernel");
	if (code & PF_PRESENT)
		return VMC_SAY("a page whose permissions forbid it");
	if (address < NULL_PAGE)
		return VMC_SAY("an unmapped page near NULL");
	return VMC_SAY("an unmapped page");
}

/* By a part of what the kernel calls it; the first that fits. */
static const struct {
	const char *what, *words;
} traps[] = {
	{ "general protection",
	  VMC_SAY("general protection fault: a pointer that is no canonical address, or an "
		  "instruction reserved for the kernel") },
	{ "invalid opcode",
	  VMC_SAY("invalid instruction: an abort built into the program (ud2), damaged code, or "
		  "one that this CPU lacks") },
	{ "illegal instruction",
	  VMC_SAY("invalid instruction: an abort built into the program, damaged code, or one "
		  "that this CPU lacks") },
	{ "divide error", VMC_SAY("integer division by zero, or with a result that is too large") },
	{ "int3", VMC_SAY("breakpoint instruction without a debugger") },
	{ "stack segment",
	  VMC_SAY("stack segment fault: the stack or frame pointer held no canonical address") },
	{ "bad frame", VMC_SAY("return from a signal handler to a damaged frame on the stack") },
	{ "control protection",
	  VMC_SAY("control protection fault: a return or jump to where none was expected") },
	{ "alignment", VMC_SAY("access to a misaligned address") },
	{ "bus error",
	  VMC_SAY("bus error: a misaligned address, or a mapped file that became shorter") },
	{ "floating point", VMC_SAY("arithmetic exception") },
	{ "permission fault", VMC_SAY("access that the page's permissions forbid") },
	{ "translation fault", VMC_SAY("access to an unmapped page") },
	{ "segfault",
	  VMC_SAY("access to a page that is unmapped, or whose permissions forbid it") },
	{ "page fault",
	  VMC_SAY("access to a page that is unmapped, or whose permissions forbid it") },
};

static const char *trap_words(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_user_fault *u = o->user;

	/* the processor tells the descriptor where one was to blame */
	if (u->code == VMC_USER_CODE_X86_TRAP && o->error_code > 0)
		return vmc_inquest_sayf(r, "%s by the segment descriptor 0x%x", u->what,
					(unsigned int)o->error_code);
	for (size_t i = 0; i < VMC_ARRAY_SIZE(traps); i++) {
		if (strstr(u->what, traps[i].what))
			return vmc_say(r->lang, traps[i].words);
	}
	return u->what;
}

static const char *what_happened(struct vmc_report *r, const struct vmc_oops *o)
{
	if (o->user->code == VMC_USER_CODE_X86_PAGE && o->has_fault_address)
		return vmc_inquest_sayf(
			r, "%s %s at 0x%llx", vmc_say(r->lang, access_words(o->error_code)),
			vmc_say(r->lang, page_words(o->error_code, o->fault_address)),
			(unsigned long long)o->fault_address);
	if (o->has_fault_address)
		return vmc_inquest_sayf(r, "%s, at 0x%llx", trap_words(r, o),
					(unsigned long long)o->fault_address);
	return trap_words(r, o);
}

static const char *detail(struct vmc_report *r, const struct vmc_oops *o)
{
	const struct vmc_user_fault *u = o->user;
	const char *text = what_happened(r, o);

	if (!text)
		return NULL;
	if (u->object && u->has_offset)
		text = vmc_inquest_sayf(r, "%s, %s+0x%llx", text, u->object,
					(unsigned long long)u->offset);
	else if (u->object)
		text = vmc_inquest_sayf(r, "%s, in %s", text, u->object);
	if (text && u->likely_cpu >= 0)
		text = vmc_inquest_sayf(r, "%s, likely on CPU %d", text, u->likely_cpu);
	return text;
}

void vmc_inquest_user_faults(struct vmc_report *r)
{
	for (size_t i = 0; i < r->events.len; i++) {
		struct vmc_event *e = &r->events.data[i];
		const struct vmc_user_fault *u = e->oops->user;

		if (!u)
			continue;
		e->object = u->object;
		e->has_object_offset = u->object && u->has_offset;
		e->object_offset = u->offset;
		e->module = NULL; /* a module is the kernel's */
		e->detail = detail(r, e->oops);
	}
}
