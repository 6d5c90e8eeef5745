/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquest/slim.h"

#include <string.h>
#include <sys/stat.h>

#include "dump/pack.h"
#include "dump/writer.h"
#include "inquest/report.h"

/* What the usual commands read beyond the report. */
static void touch_the_rest(struct vmc_target *t, const struct vmc_report *r)
{
	for (size_t i = 0; i < t->modules.len; i++)
		(void)vmc_target_module_symbols(t, &t->modules.data[i]);
	for (size_t i = 0; i < r->tasks.tasks.len; i++) {
		vmc_autotrace struct vmc_trace tr = { 0 };

		if (r->tasks.tasks.data[i].on_cpu || r->tasks.tasks.data[i].why_bad)
			continue;
		vmc_error_free(vmc_unwind_task(t, r->tasks.tasks.data[i].addr, &tr));
	}
}

static struct vmc_error *write_pages(struct vmc_target *t, const uint8_t *touched, uint64_t pfns,
				     struct vmc_writer *w, struct vmc_slim_stats *stats)
{
	for (uint64_t pfn = 0; pfn < pfns; pfn++) {
		const uint8_t *page;

		if (!touched[pfn / 8])
			pfn |= 7;
		if (!(touched[pfn / 8] >> pfn % 8 & 1))
			continue;
		VMC_TRY(vmc_dump_page(t->dump, pfn, &page));
		VMC_TRY(vmc_writer_add(w, pfn, page));
		stats->pages++;
	}
	return NULL;
}

/*
 * What was RAM in the original stays RAM: a page left out here is not taken for a hole. By
 * runs, for the headers of a damaged dump may promise terabytes.
 */
static void mark_ram(struct vmc_dump *dump, uint8_t *ram, uint64_t pfns)
{
	uint64_t first, count, at = 0;

	memset(ram, 0, pfns / 8 + 1);
	while (at < pfns && vmc_dump_next_ram(dump, at, &first, &count)) {
		uint64_t end = count < pfns && first < pfns - count ? first + count : pfns;

		for (at = first; at < end;) {
			if (at % 8 == 0 && end - at >= 8) {
				memset(ram + at / 8, 0xff, (size_t)((end - at) / 8));
				at += (end - at) / 8 * 8;
			} else {
				ram[at / 8] |= (uint8_t)(1u << at % 8);
				at++;
			}
		}
	}
}

/* The dump's own notes, but for the pack of an earlier slimming. */
static size_t copy_notes(const struct vmc_dump_info *info, struct vmc_note *notes)
{
	size_t n = 0;

	for (size_t i = 0; i < info->n_notes; i++) {
		if (strcmp(info->notes[i].name, VMC_PACK_NOTE_NAME) != 0)
			notes[n++] = info->notes[i];
	}
	return n;
}

struct vmc_error *vmc_slim(struct vmc_target *t, const char *path, const char *out,
			   struct vmc_slim_stats *stats)
{
	const struct vmc_dump_info *info = vmc_dump_info(t->dump);
	vmc_cleanup(vmc_cleanup_reportp) struct vmc_report *r = NULL;
	vmc_autofree uint8_t *touched = NULL, *ram = NULL, *pack = NULL;
	vmc_autofree struct vmc_note *notes = NULL;
	size_t n_notes, pack_size;
	struct vmc_writer *w;
	const uint8_t *live;
	uint64_t pfns;
	struct vmc_error *err;
	struct stat st;

	VMC_TRY(vmc_report_dump(t, path, NULL, &r));
	touch_the_rest(t, r);
	live = vmc_dump_touched(t->dump, &pfns);
	if (!live)
		return vmc_error_new(VMC_USAGE, "the dump was opened without recording its pages");
	touched = malloc(pfns / 8 + 1);
	ram = malloc(pfns / 8 + 1);
	notes = calloc(info->n_notes + 1, sizeof(*notes));
	if (!touched || !ram || !notes)
		return vmc_error_no_memory();
	memcpy(touched, live, pfns / 8 + (pfns % 8 != 0));
	mark_ram(t->dump, ram, pfns);
	for (uint64_t i = 0; i < pfns / 8 + (pfns % 8 != 0); i++)
		ram[i] |= touched[i];
	n_notes = copy_notes(info, notes);
	VMC_TRY(vmc_pack_make(t->dump, touched, pfns, &pack, &pack_size));
	if (pack)
		notes[n_notes++] = (struct vmc_note){ VMC_PACK_NOTE_NAME,
						      VMC_PACK_NOTE_TYPE,
						      { pack, pack_size } };
	struct vmc_writer_head head = {
		.max_pfn = pfns,
		.ram = ram,
		.pages = touched,
		.codec = VMC_CODEC_ZLIB,
		.dump_level = info->dump_level < 0 ? 0 : info->dump_level,
		.phys_base = t->phys_base,
		.timestamp = info->timestamp ? info->timestamp : r->system.date,
		.nr_cpus = (int)(r->has_cpus ? r->n_cpus : t->notes.len),
		.uts_release = r->system.release,
		.uts_version = r->system.version,
		.uts_machine = r->system.machine,
		.uts_nodename = r->system.nodename,
		.vmcoreinfo = info->vmcoreinfo,
		.notes = notes,
		.n_notes = n_notes,
	};
	*stats = (struct vmc_slim_stats){ 0 };
	VMC_TRY(vmc_writer_new(out, &head, &w));
	err = write_pages(t, touched, pfns, w, stats);
	if (err) {
		vmc_writer_abort(w);
		return vmc_error_wrap(err, "%s", out);
	}
	VMC_TRY(vmc_error_wrap(vmc_writer_finish(w), "%s", out));
	if (stat(out, &st) == 0)
		stats->bytes = (uint64_t)st.st_size;
	return NULL;
}
