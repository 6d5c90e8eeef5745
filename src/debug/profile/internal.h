/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writer and the reader of profiles both have to know. */
#ifndef VMC_DEBUG_PROFILE_INTERNAL_H
#define VMC_DEBUG_PROFILE_INTERNAL_H

/* Goes up with every change of what is in a profile or how it is made: older ones are made anew. */
#define PROFILE_VERSION 1u

#define PROFILE_NOTE ".note.vmcoroner"
#define PROFILE_OWNER "vmcoroner"
#define PROFILE_OWNER_SIZE 10u /* with its NUL; padded to 12 */
#define PROFILE_NOTE_SEAL 1u
#define PROFILE_NOTE_BANNER 2u
/* The note of type 1 comes first: three words, the name, and behind it version and checksum. */
#define PROFILE_OWNER_AT 12u
#define PROFILE_VERSION_AT 24u
#define PROFILE_CHECKSUM_AT 28u
#define PROFILE_SEAL_SIZE 32u

#endif
