/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMCOREINFO: lines of KEY=VALUE that the kernel leaves for dump tools
 * (Documentation/admin-guide/kdump/vmcoreinfo.rst; kernel/vmcore_info.c,
 * before 6.9 kernel/crash_core.c). Keys are looked up as they stand in the
 * text: "OSRELEASE", "SYMBOL(_stext)", "OFFSET(list_head.next)".
 */
#ifndef VMC_DUMP_VMCOREINFO_H
#define VMC_DUMP_VMCOREINFO_H

#include "base/bytes.h"
#include "base/error.h"

struct vmc_vmcoreinfo;

/*
 * Copies and indexes the text (at most 64 KiB of it; a NUL or a byte that is not
 * text ends it; lines without '=' are passed over; the first of two equal keys wins).
 * VMC_BAD_FORMAT when no line has a key OSRELEASE.
 */
struct vmc_error *vmc_vmcoreinfo_parse(struct vmc_bytes text,
				       struct vmc_vmcoreinfo **ret) VMC_MUST_CHECK;
void vmc_vmcoreinfo_free(struct vmc_vmcoreinfo *v);

/* The value, NUL-terminated, owned by v; NULL where the key is absent. v may be NULL. */
const char *vmc_vmcoreinfo_get(const struct vmc_vmcoreinfo *v, const char *key);

/*
 * Numbers by kind of key: SYMBOL, KERNELOFFSET are hexadecimal; SIZE, OFFSET,
 * LENGTH, NUMBER, PAGESIZE, CRASHTIME decimal and may be negative. False where
 * the key is absent or its value is no such number. `name` is the inside of
 * the parentheses.
 */
bool vmc_vmcoreinfo_symbol(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret);
bool vmc_vmcoreinfo_number(const struct vmc_vmcoreinfo *v, const char *name, int64_t *ret);
bool vmc_vmcoreinfo_size(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret);
bool vmc_vmcoreinfo_offset(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret);
bool vmc_vmcoreinfo_length(const struct vmc_vmcoreinfo *v, const char *name, uint64_t *ret);
/* KEY=hex without parentheses, as KERNELOFFSET. */
bool vmc_vmcoreinfo_hex(const struct vmc_vmcoreinfo *v, const char *key, uint64_t *ret);
/* KEY=decimal without parentheses, as CRASHTIME. */
bool vmc_vmcoreinfo_decimal(const struct vmc_vmcoreinfo *v, const char *key, int64_t *ret);

/* The whole text, as kept. */
struct vmc_bytes vmc_vmcoreinfo_text(const struct vmc_vmcoreinfo *v);

VMC_DEFINE_CLEANUP(struct vmc_vmcoreinfo *, vmc_vmcoreinfo_free, vmc_cleanup_vmcoreinfop)

#endif
