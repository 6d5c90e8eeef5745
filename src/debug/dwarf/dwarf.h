/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DWARF (versions 2 to 5) of a vmlinux, .debug or .ko as a type graph: that of BTF, with the types
 * of all global variables besides.
 *
 * What is defined in more than one way counts as it is defined first in the file. A struct that a
 * unit only declares is the one of that name that another defines. Units of Rust and assembly have
 * no names of C and are left out.
 */
#ifndef VMC_DEBUG_DWARF_H
#define VMC_DEBUG_DWARF_H

#include "debug/types/btf-write.h"
#include "debug/types/type.h"

/*
 * `file`: all of an ELF file, borrowed for the life of the graph; `name` is for errors, copied.
 * Opening reads the names of all units, and nothing else. VMC_NOT_FORMAT: no ELF file;
 * VMC_NOT_FOUND: no .debug_info, or none but references to .dwo files; VMC_BAD_FORMAT with section
 * and offset where the bytes contradict the format; VMC_UNSUPPORTED for versions and forms that
 * are not known.
 */
struct vmc_error *vmc_dwarf_open(struct vmc_bytes file, const char *name,
				 struct vmc_types **ret) VMC_MUST_CHECK;

/*
 * Enters all that has a name, in the order of the file, which is that of a search. `types` is of
 * vmc_dwarf_open() and must outlive the writer.
 */
struct vmc_error *vmc_dwarf_export(struct vmc_types *types,
				   struct vmc_btf_writer *w) VMC_MUST_CHECK;

#endif
