/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call frame information: .debug_frame (DWARF 2 to 5) and .eh_frame (LSB), as
 * bytes of a file that may be anything. A frame description (FDE) covers a
 * range of addresses; its programme, run up to an address behind that of its
 * common part (CIE), gives the rule of that address.
 *
 * Opening goes over the headers once and sorts what it finds: 2.2 MB with 50,000 FDEs
 * of a distribution's vmlinux cost milliseconds, less than a search through
 * .eh_frame_hdr saves, which would also have to be trusted.
 */
#ifndef VMC_DEBUG_CFI_H
#define VMC_DEBUG_CFI_H

#include "base/error.h"
#include "base/reader.h"
#include "debug/unwind/rule.h"

/* FDEs a table may have: 20 times those of a distribution's kernel. */
#define VMC_CFI_COUNT_MAX (1u << 20)

struct vmc_cfi;

struct vmc_cfi_section {
	struct vmc_bytes bytes; /* borrowed as long as the table lives */
	uint64_t addr; /* of the section: .eh_frame has addresses relative to their place */
	bool is_eh;
};

/*
 * Damaged entries are left out; the walk over the section ends where a length leads
 * out of it. VMC_NOT_FOUND: not one usable FDE. VMC_LIMIT: too many.
 */
struct vmc_error *vmc_cfi_open(const struct vmc_cfi_section *section,
			       struct vmc_cfi **ret) VMC_MUST_CHECK;
void vmc_cfi_free(struct vmc_cfi *c);
size_t vmc_cfi_count(const struct vmc_cfi *c);

/*
 * The rule at `ip` (link-time; return address - 1 for calls), always of kind VMC_RULE_CALL, or
 * VMC_RULE_END where the return address is undefined. VMC_NOT_FOUND: no FDE covers it.
 * VMC_BAD_FORMAT: its programme is none; VMC_LIMIT: it is too long; VMC_UNSUPPORTED: an
 * augmentation or operation that is not known.
 */
struct vmc_error *vmc_cfi_find(const struct vmc_cfi *c, uint64_t ip,
			       struct vmc_unwind_rule *ret) VMC_MUST_CHECK;

/* The FDE that covers ip: [start, end). */
bool vmc_cfi_covers(const struct vmc_cfi *c, uint64_t ip, uint64_t *start, uint64_t *end);

VMC_DEFINE_CLEANUP(struct vmc_cfi *, vmc_cfi_free, vmc_cleanup_cfip)

#endif
