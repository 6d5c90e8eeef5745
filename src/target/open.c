/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order in which a case is opened. */
#include <stdarg.h>
#include <string.h>

#include "target/debugfile.h"
#include "target/find.h"
#include "target/infer/infer.h"

#define EM_X86_64 62
/* Pages whose first bytes are looked at for VMCOREINFO without being asked to: 2 GiB of memory. */
#define SCAN_BUDGET (512u << 10)

void vmc_target_missing(struct vmc_target *t, struct vmc_error *err, const char *what_fmt, ...)
{
	vmc_autostr struct vmc_str what = { 0 }, said = { 0 };
	struct vmc_unavailable row = { 0 };
	va_list ap, again;

	if (!err)
		return;
	va_start(ap, what_fmt);
	va_copy(again, ap);
	vmc_str_addv(&what, what_fmt, ap);
	vmc_str_addv(&said, vmc_say(t->lang, what_fmt), again);
	va_end(again);
	va_end(ap);
	for (size_t i = 0; i < t->unavailable.len; i++) {
		if (strcmp(t->unavailable.data[i].what, vmc_str_text(&what)) == 0) {
			vmc_error_free(err);
			return;
		}
	}
	row.what = vmc_arena_strdup(&t->arena, vmc_str_text(&what));
	row.said = vmc_arena_strdup(&t->arena, vmc_str_text(&said));
	row.why = vmc_arena_strdup(&t->arena, vmc_error_text(err));
	vmc_error_free(err);
	/* without memory for the row the loss is silent; there is nobody to tell */
	if (row.what && row.said && row.why)
		(void)vmc_vec_push(&t->unavailable, row);
}

static void take_note_vmcoreinfo(struct vmc_target *t)
{
	const struct vmc_dump_info *info = vmc_dump_info(t->dump);

	if (!info->vmcoreinfo.size)
		return;
	struct vmc_error *err = vmc_vmcoreinfo_parse(info->vmcoreinfo, &t->vmcoreinfo);
	if (err)
		vmc_target_missing(t, err, VMC_SAY("VMCOREINFO of the dump's notes"));
	else
		t->vmcoreinfo_from = VMC_VMCOREINFO_NOTE;
}

/* Page table, image, VMCOREINFO: by the note, by CPU state, at last by searching memory. */
static struct vmc_error *locate_kernel(struct vmc_target *t, const struct vmc_open_options *o,
				       struct vmc_image *image)
{
	struct vmc_error *err, *scan;

	if (t->vmcoreinfo) {
		struct vmc_error *first = vmc_find_by_vmcoreinfo(t, image);

		if (!first)
			return NULL;
		err = vmc_find_by_cpu_state(t, image);
		if (!err) {
			vmc_error_free(first);
			return NULL;
		}
		/* what VMCOREINFO lacks says more than that there is no CPU state either */
		vmc_error_free(err);
		return first;
	}
	err = vmc_find_by_cpu_state(t, image);
	if (!err)
		return NULL;
	scan = vmc_find_vmcoreinfo_by_scan(t, o->deep_scan ? UINT64_MAX : SCAN_BUDGET);
	if (!scan) {
		vmc_error_free(err);
		return vmc_find_by_vmcoreinfo(t, image);
	}
	/* a search that was cut short must not look like one that found nothing */
	if (vmc_error_code(scan) == VMC_LIMIT) {
		vmc_error_free(err);
		return vmc_error_wrap(scan, "VMCOREINFO");
	}
	vmc_error_free(scan);
	return err;
}

static void identify(struct vmc_target *t, const struct vmc_open_options *o)
{
	const struct vmc_dump_info *info = vmc_dump_info(t->dump);
	struct vmc_image image = { 0 };
	struct vmc_error *err;

	if (info->machine && info->machine != EM_X86_64) {
		vmc_target_missing(
			t,
			vmc_error_new(VMC_UNSUPPORTED,
				      "the dump is of ELF machine %u; this program reads x86-64",
				      info->machine),
			VMC_SAY("kernel state"));
		return;
	}
	vmc_find_notes(t);
	take_note_vmcoreinfo(t);
	err = locate_kernel(t, o, &image);
	if (err) {
		vmc_target_missing(t, err, VMC_SAY("kernel in memory"));
		return;
	}
	err = vmc_find_symbols(t, &image);
	if (err)
		vmc_target_missing(t, err, VMC_SAY("kernel symbols (kallsyms)"));
	if (!t->vmcoreinfo) {
		err = vmc_find_vmcoreinfo_by_symbol(t);
		if (err)
			vmc_target_missing(t, err, VMC_SAY("VMCOREINFO"));
	}
	err = t->symbols ? vmc_find_banner(t) : NULL;
	if (err)
		vmc_target_missing(t, err, VMC_SAY("kernel banner"));
}

/* BTF out of the dump. It is missed only where no debug info has types either. */
static struct vmc_error *find_btf(struct vmc_target *t)
{
	if (!t->symbols)
		return NULL;
	if (t->no_btf)
		return vmc_error_new(VMC_NOT_FOUND, "BTF is left alone, as was asked for");
	return vmc_find_types(t);
}

/* The page table of the kernel itself instead of the one some CPU happened to use. */
static void prefer_kernel_page_table(struct vmc_target *t)
{
	const struct vmc_page_table *old = vmc_memory_page_table(t->memory);
	uint64_t root;

	/* 4.13 (65ade2f872b4) gave it the new name */
	if (!old || (!vmc_target_has_symbol(t, "init_top_pgt", &root) &&
		     !vmc_target_has_symbol(t, "init_level4_pgt", &root)))
		return;
	struct vmc_page_table pt = *old;
	pt.root = root - VMC_START_KERNEL_MAP + (uint64_t)t->phys_base;
	if (pt.root != old->root)
		vmc_memory_set_page_table(t->memory, &pt);
}

static void open_parts(struct vmc_target *t, const struct vmc_open_options *o, const char *dump)
{
	struct vmc_error *no_types;
	const char *release;

	identify(t, o);
	release = vmc_vmcoreinfo_get(t->vmcoreinfo, "OSRELEASE");
	if (!*t->release && release)
		snprintf(t->release, sizeof(t->release), "%s", release);
	vmc_find_build_id(t);
	no_types = find_btf(t);
	vmc_find_debuginfo(t, o, dump);
	if (no_types && !t->types)
		vmc_target_missing(t, no_types, VMC_SAY("kernel types (BTF)"));
	else
		vmc_error_free(no_types);
	uint64_t offset;
	if (!t->has_kaslr_offset && vmc_vmcoreinfo_hex(t->vmcoreinfo, "KERNELOFFSET", &offset)) {
		t->kaslr_offset = offset;
		t->has_kaslr_offset = true;
	}
	if (t->text.start) {
		prefer_kernel_page_table(t);
		vmc_find_regions(t);
	}
}

static struct vmc_error *finish_open(struct vmc_target *t, const struct vmc_open_options *o,
				     const char *dump, struct vmc_target **ret)
{
	static const struct vmc_open_options none;
	struct vmc_error *err = NULL;

	if (!o)
		o = &none;
	t->lang = o->lang;
	t->no_btf = o->no_btf;
	t->no_orc = o->no_orc;
	if (o->record)
		err = vmc_dump_record(t->dump);
	if (!err)
		err = vmc_memory_new(t->dump, &t->memory);
	if (err) {
		vmc_target_free(t);
		return err;
	}
	open_parts(t, o, dump);
	*ret = t;
	return NULL;
}

struct vmc_error *vmc_target_open(const char *const *paths, size_t n_paths,
				  const struct vmc_open_options *options, struct vmc_target **ret)
{
	struct vmc_target *t = calloc(1, sizeof(*t));
	struct vmc_error *err;

	if (!t)
		return vmc_error_no_memory();
	err = vmc_dump_open(paths, n_paths, &t->dump);
	if (err) {
		vmc_target_free(t);
		return err;
	}
	return finish_open(t, options, paths[0], ret);
}

struct vmc_error *vmc_target_open_bytes(struct vmc_bytes bytes,
					const struct vmc_open_options *options,
					struct vmc_target **ret)
{
	struct vmc_target *t = calloc(1, sizeof(*t));
	struct vmc_error *err;

	if (!t)
		return vmc_error_no_memory();
	err = vmc_dump_open_bytes(bytes, &t->dump);
	if (err) {
		vmc_target_free(t);
		return err;
	}
	return finish_open(t, options, NULL, ret);
}

void vmc_target_free(struct vmc_target *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->modules.len; i++) {
		struct vmc_module *m = &t->modules.data[i];

		vmc_symtab_free(m->symbols);
		vmc_types_free(m->types);
		free(m->btf);
		vmc_debugfile_free(m->debugfile);
	}
	vmc_vec_free(&t->modules);
	vmc_vec_free(&t->module_spans);
	vmc_vec_free(&t->notes);
	vmc_vec_free(&t->percpu_offset);
	vmc_vec_free(&t->unavailable);
	vmc_vec_free(&t->candidates);
	vmc_vec_free(&t->irq_stacks);
	vmc_vec_free(&t->module_sources);
	free(t->fields);
	vmc_inferred_free(t->inferred);
	vmc_types_free(t->types);
	free(t->btf);
	vmc_symtab_free(t->symbols);
	vmc_elf_free(t->types_elf);
	vmc_debugfile_free(t->debugfile);
	vmc_cfi_free(t->cfi);
	vmc_elf_free(t->vmlinux);
	vmc_vmcoreinfo_free(t->vmcoreinfo);
	vmc_memory_free(t->memory);
	vmc_dump_free(t->dump);
	vmc_arena_deinit(&t->arena);
	free(t);
}
