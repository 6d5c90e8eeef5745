/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a dump: opens it, walks its runs, reads pages, parses its VMCOREINFO. */
#include "dump/dump.h"
#include "dump/vmcoreinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGES_MAX 64

/* What is read goes here, so that the reading is not optimised away. */
static volatile uint8_t sink;

static void read_info(const struct vmc_dump_info *info)
{
	struct vmc_vmcoreinfo *v = NULL;
	struct vmc_error *err = vmc_vmcoreinfo_parse(info->vmcoreinfo, &v);
	uint64_t u;
	int64_t n;

	vmc_error_free(err);
	(void)vmc_vmcoreinfo_symbol(v, "_stext", &u);
	(void)vmc_vmcoreinfo_number(v, "phys_base", &n);
	vmc_vmcoreinfo_free(v);
	for (size_t i = 0; i < info->n_notes; i++) {
		const struct vmc_note *note = &info->notes[i];

		sink ^= (uint8_t)note->name[0];
		for (size_t k = 0; k < note->desc.size; k += 97)
			sink ^= note->desc.data[k];
	}
}

static void read_page(struct vmc_dump *d, uint64_t pfn)
{
	const uint8_t *page = NULL;
	enum vmc_code state = vmc_dump_page_state(d, pfn);
	vmc_autoerror struct vmc_error *err = vmc_dump_page(d, pfn, &page);

	/* the state knows everything but whether the page decodes */
	if (vmc_error_code(err) != state &&
	    !(state == VMC_OK && vmc_error_code(err) == VMC_DAMAGED))
		__builtin_trap();
	for (size_t i = 0; !err && i < VMC_PAGE_SIZE; i++)
		sink ^= page[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmc_dump *d = NULL;
	vmc_autoerror struct vmc_error *err =
		vmc_dump_open_bytes((struct vmc_bytes){ data, size }, &d);
	uint64_t at = 0, first, count;
	int budget = PAGES_MAX;

	if (err)
		return 0;
	/* a bitmap for terabytes takes a sanitizer a second */
	if (vmc_dump_info(d)->max_pfn < 1 << 20)
		err = vmc_dump_record(d);
	read_info(vmc_dump_info(d));
	while (budget > 0 && vmc_dump_next_run(d, at, &first, &count)) {
		if (!count || first < at || first + count < first)
			__builtin_trap();
		for (uint64_t i = 0; i < count && i < 8 && budget-- > 0; i++)
			read_page(d, first + i);
		read_page(d, first + count - 1);
		read_page(d, first + count);
		at = first + count;
		budget--;
	}
	read_page(d, 0);
	read_page(d, UINT64_MAX);
	read_page(d, vmc_dump_info(d)->max_pfn - 1);
	vmc_dump_free(d);
	return 0;
}
