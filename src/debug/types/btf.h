/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF (Documentation/bpf/btf.rst; include/uapi/linux/btf.h) as a type graph.
 */
#ifndef VMC_DEBUG_BTF_H
#define VMC_DEBUG_BTF_H

#include "debug/types/type.h"

/*
 * Takes BTF bytes (copied only when `copy`; otherwise borrowed for the life of
 * the graph). `base`: the graph of vmlinux for split BTF of a module, which then also answers
 * with the base's types; NULL for vmlinux itself. Opening indexes the types in one
 * pass. VMC_BAD_FORMAT for anything that contradicts the format.
 */
struct vmc_error *vmc_btf_open(struct vmc_bytes bytes, bool copy, struct vmc_types *base,
			       struct vmc_types **ret) VMC_MUST_CHECK;

/* Total bytes by header, 0 when `head` (at least 24 bytes) is no BTF header: lets a caller size a read from memory. */
uint64_t vmc_btf_size(struct vmc_bytes head);

#endif
