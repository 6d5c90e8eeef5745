/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reader of entries (cfi.c) and the interpreter of programmes (cfi-run.c) share. */
#ifndef VMC_DEBUG_CFI_INTERNAL_H
#define VMC_DEBUG_CFI_INTERNAL_H

#include "debug/unwind/cfi.h"

/* A common information entry, as far as its FDEs need it. */
struct cfi_cie {
	uint64_t code_align;
	int64_t data_align;
	uint64_t return_reg;
	uint8_t encoding; /* of addresses: DW_EH_PE_*; 0 absolute */
	bool has_augmentation_data, signal;
	struct vmc_bytes program;
};

/*
 * An address by its encoding. What needs the address of the place (pc-relative) gets it by
 * `section`; indirect and text-relative ones, which no kernel has, set the cursor's overrun.
 */
uint64_t cfi_pointer(struct vmc_cursor *c, uint8_t encoding, const struct vmc_cfi_section *section);

/* Runs both programmes up to `ip`; `start` is the first address of the FDE. */
struct vmc_error *cfi_run(const struct vmc_cfi_section *section, const struct cfi_cie *cie,
			  struct vmc_bytes program, uint64_t start, uint64_t ip,
			  struct vmc_unwind_rule *ret) VMC_MUST_CHECK;

#endif
