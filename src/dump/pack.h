/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page pack: long runs of pages (type data, symbol tables) compressed as one
 * piece in a note of a slim dump, since a page alone compresses badly: a
 * third of the file is saved. Readers that do not know the note see those
 * pages as excluded; they are none that a program with a vmlinux reads.
 *
 * The note: name "VMCORONER", type 1; desc, little-endian:
 *
 *   u32 version (1), u32 number of ranges
 *   ranges { u64 first pfn, u64 number of pages }, ascending, not touching
 *   one zstd frame with the pages of all ranges one behind the other
 */
#ifndef VMC_DUMP_PACK_H
#define VMC_DUMP_PACK_H

#include "dump/dump.h"

#define VMC_PACK_NOTE_NAME "VMCORONER"
#define VMC_PACK_NOTE_TYPE 1u

struct vmc_pack;

/*
 * Finds and checks the note's ranges; the pages are unpacked when the first is
 * asked for. *ret is NULL where there is no such note. The notes are borrowed.
 */
struct vmc_error *vmc_pack_open(const struct vmc_note *notes, size_t n_notes,
				struct vmc_pack **ret) VMC_MUST_CHECK;
void vmc_pack_free(struct vmc_pack *p);

/* p may be NULL: it then holds nothing. */
bool vmc_pack_has(const struct vmc_pack *p, uint64_t pfn);
/* The page, borrowed as long as the pack; VMC_DAMAGED where the frame does not unpack. */
enum vmc_code vmc_pack_page(struct vmc_pack *p, uint64_t pfn, const uint8_t **ret);

/*
 * Makes the note's desc of the long runs among `pages` (a bitmap of n_pfns
 * bits) and clears their bits. *ret is NULL, *ret_size 0 where there are none; else
 * the caller frees it.
 */
struct vmc_error *vmc_pack_make(struct vmc_dump *dump, uint8_t *pages, uint64_t n_pfns,
				uint8_t **ret, size_t *ret_size) VMC_MUST_CHECK;

#endif
