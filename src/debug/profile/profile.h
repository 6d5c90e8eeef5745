/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile: what a vmlinux of half a gigabyte says of types, call frames and symbols, in a few
 * MB. It is made once, kept in the cache or carried to where it is needed, and used in place of
 * the vmlinux.
 *
 * It is an ELF file like what "objcopy --only-keep-debug" leaves, so that everything that reads a
 * vmlinux reads it too: the sections of the kernel without contents but for notes (the build id),
 * .symtab, .debug_frame, and .BTF, which is made of the DWARF where the vmlinux has none. The
 * section .note.vmcoroner has two notes named "vmcoroner":
 *
 *   type 1: u32 version, u32 CRC-32 of the whole file with these four bytes as zeros
 *   type 2: the banner of the kernel, with its NUL
 */
#ifndef VMC_DEBUG_PROFILE_H
#define VMC_DEBUG_PROFILE_H

#include "debug/symbols/elfsym.h"
#include "debug/types/type.h"

/*
 * The profile of a vmlinux as bytes, which are the caller's to free(). `dwarf`: its types by
 * vmc_dwarf_open(), or NULL to take its .BTF. `compress`: the big sections by zlib, for
 * a file that is carried; what lies in a cache is read faster without. Of an equal vmlinux the
 * bytes are equal. VMC_NOT_FOUND: it has neither types nor symbols.
 */
struct vmc_error *vmc_profile_make(struct vmc_elf *vmlinux, struct vmc_types *dwarf, bool compress,
				   uint8_t **ret, size_t *ret_size) VMC_MUST_CHECK;

/*
 * Is this file a profile, and whole? No error for any other file, of which *ret is false.
 * VMC_UNSUPPORTED: of another version; VMC_DAMAGED: its checksum is wrong.
 */
struct vmc_error *vmc_profile_check(struct vmc_elf *e, bool *ret) VMC_MUST_CHECK;

#endif
