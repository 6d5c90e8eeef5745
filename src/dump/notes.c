/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ELF notes, as in PT_NOTE segments and in the note area of a kdump file:
 * u32 name size, u32 desc size, u32 type, name, desc, each of the two padded
 * to 4 bytes. /proc/vmcore and QEMU pad to 4 in 64-bit files too.
 */
#include "dump/format.h"

#include <string.h>

/* A machine of 8192 CPUs has 2 notes per CPU; far beyond it is nonsense. */
#define NOTES_MAX 65536u
/* No known name is longer than VMCOREINFO_XEN. */
#define NOTE_NAME_MAX 64u

struct vmc_error *vmc_notes_parse(struct vmc_bytes area, struct vmc_facts *facts)
{
	struct vmc_cursor c = vmc_cursor_at(area, 0);

	while (facts->notes.len < NOTES_MAX && area.size - c.pos >= 12) {
		uint32_t name_size = vmc_cursor_u32(&c), desc_size = vmc_cursor_u32(&c);
		struct vmc_note note = { .type = vmc_cursor_u32(&c) };
		const uint8_t *name = vmc_cursor_take(&c, name_size);

		vmc_cursor_take(&c, -name_size & 3);
		note.desc.data = vmc_cursor_take(&c, desc_size);
		note.desc.size = desc_size;
		if (c.overrun || name_size > NOTE_NAME_MAX)
			break;
		/* areas of CPUs that never saved their registers are zero: the end */
		if (!name_size && !desc_size && !note.type)
			break;
		/* the NUL may be missing, or there may be several */
		note.name = vmc_arena_strndup(&facts->arena, (const char *)name,
					      strnlen((const char *)name, name_size));
		if (!note.name || !vmc_vec_push(&facts->notes, note))
			return vmc_error_no_memory();
		/* the last note may lack its padding */
		vmc_cursor_take(&c, -desc_size & 3);
		if (c.overrun)
			break;
	}
	return NULL;
}

void vmc_notes_find_vmcoreinfo(struct vmc_facts *facts)
{
	for (size_t i = 0; i < facts->notes.len && !facts->info.vmcoreinfo.size; i++) {
		const struct vmc_note *n = &facts->notes.data[i];

		/* by the whole name: VMCOREINFO_XEN describes the hypervisor */
		if (vmc_streq(n->name, "VMCOREINFO"))
			facts->info.vmcoreinfo = n->desc;
	}
}
