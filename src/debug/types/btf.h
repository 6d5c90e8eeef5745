/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF (Documentation/bpf/btf.rst; include/uapi/linux/btf.h) as a type graph.
 */
#ifndef VMC_DEBUG_BTF_H
#define VMC_DEBUG_BTF_H

#include "debug/types/type.h"

/*
 * Opens BTF bytes, copied only when `copy`, otherwise borrowed for the life of the graph.
 * `base`: the graph of vmlinux for the split BTF of a module, which then also answers with
 * the base's types, but prefers its own; it must outlive the module's. NULL for vmlinux itself.
 *
 * Opening finds the types in one pass; their contents are checked on first use. VMC_NOT_FORMAT
 * where the bytes are no BTF, VMC_BAD_FORMAT where they contradict the format,
 * VMC_UNSUPPORTED for another byte order, a later version or a kind of unknown size.
 */
struct vmc_error *vmc_btf_open(struct vmc_bytes bytes, bool copy, struct vmc_types *base,
			       struct vmc_types **ret) VMC_MUST_CHECK;

/*
 * Total bytes by header, 0 when `head` is no BTF header: lets a caller size a read from
 * memory. 24 bytes will do; 32 let it count the layout section that kernels since 7.1 may have.
 */
uint64_t vmc_btf_size(struct vmc_bytes head);

#endif
