/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <libdeflate.h>
#include <string.h>

#include "base/str.h"
#include "debug/profile/internal.h"
#include "debug/profile/profile.h"

/* Over all of the file; where the sum itself stands, zeros. */
static uint32_t checksum(struct vmc_bytes file, size_t sum_at)
{
	static const uint8_t zeros[4];
	uint32_t crc = libdeflate_crc32(0, file.data, sum_at);

	crc = libdeflate_crc32(crc, zeros, sizeof(zeros));
	return libdeflate_crc32(crc, file.data + sum_at + 4, file.size - sum_at - 4);
}

/* The note's place in the file; false where this is no profile. */
static bool find_seal(struct vmc_elf *e, struct vmc_bytes file, size_t *ret)
{
	size_t n = vmc_elf_section_count(e);

	for (size_t i = 1; i < n; i++) {
		struct vmc_elf_section_info s = vmc_elf_section_info(e, i);
		struct vmc_bytes note = vmc_bytes_sub(file, s.offset, PROFILE_SEAL_SIZE);

		if (s.type != SHT_NOTE || !vmc_streq(s.name, PROFILE_NOTE) || !note.size)
			continue;
		*ret = (size_t)s.offset;
		return memcmp(note.data + PROFILE_OWNER_AT, PROFILE_OWNER, PROFILE_OWNER_SIZE) == 0;
	}
	return false;
}

struct vmc_error *vmc_profile_check(struct vmc_elf *e, bool *ret)
{
	struct vmc_bytes file = vmc_elf_file(e);
	uint32_t version;
	size_t at = 0;

	*ret = find_seal(e, file, &at);
	if (!*ret)
		return NULL;
	version = vmc_le32(file.data + at + PROFILE_VERSION_AT);
	if (version != PROFILE_VERSION)
		return vmc_error_new(VMC_UNSUPPORTED,
				     "it is a profile of version %u, this program reads version "
				     "%u; make it again: vmcoroner debuginfo --profile",
				     version, PROFILE_VERSION);
	at += PROFILE_CHECKSUM_AT;
	if (checksum(file, at) != vmc_le32(file.data + at))
		return vmc_error_new(VMC_DAMAGED,
				     "it is a profile that was damaged: its checksum is wrong; "
				     "copy or make it again");
	return NULL;
}
