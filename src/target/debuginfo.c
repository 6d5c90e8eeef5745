/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which debug info belongs to the kernel in the dump: what was given, else what
 * lies in the usual places. What was given and does not fit is told in the
 * report; what was only found and does not fit is no loss to anybody.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "debug/dwarf/dwarf.h"
#include "debug/profile/profile.h"
#include "debug/source/cache.h"
#include "debug/source/debuginfod.h"
#include "debug/source/package.h"
#include "debug/source/places.h"
#include "debug/source/soundness.h"
#include "debug/types/btf.h"
#include "target/find.h"
#include "target/profile.h"

/* Run-time minus link address, by _stext of VMCOREINFO or the start of the image. */
static bool elf_shift(struct vmc_target *t, struct vmc_symtab *s, uint64_t *ret)
{
	struct vmc_symbol sym;
	uint64_t stext;

	if (vmc_symtab_by_name(s, "_stext", &sym) &&
	    vmc_vmcoreinfo_symbol(t->vmcoreinfo, "_stext", &stext)) {
		*ret = stext - sym.addr;
		return true;
	}
	if (vmc_symtab_by_name(s, "_text", &sym) && t->text.start) {
		*ret = t->text.start - (sym.addr & ~((2ull << 20) - 1));
		return true;
	}
	return false;
}

static struct vmc_kernel_id wanted(const struct vmc_target *t)
{
	struct vmc_kernel_id id = { .banner = t->banner };

	memcpy(id.release, t->release, sizeof(id.release));
	memcpy(id.build_id, t->build_id, sizeof(id.build_id));
	return id;
}

/* VMCOREINFO's id is no proof against a file, but that it is the same is one for it. */
static bool vmcoreinfo_agrees(const struct vmc_target *t, const struct vmc_elf *e)
{
	const char *said = vmc_vmcoreinfo_get(t->vmcoreinfo, "BUILD-ID");

	return said && !*t->build_id && *said && strcmp(said, vmc_elf_build_id(e)) == 0;
}

/* Nothing to compare is known: the file's own symbols may lead to the banner in memory. */
static struct vmc_error *banner_by_file(struct vmc_target *t, struct vmc_elf *e)
{
	vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab *s = NULL;
	uint64_t shift;

	VMC_TRY(vmc_elf_symbols(e, &s));
	if (!elf_shift(t, s, &shift))
		return vmc_error_new(VMC_MISMATCH, "it has no symbol to place it by");
	vmc_symtab_shift(s, shift);
	if (!t->symbols) {
		t->symbols = s;
		/* without a banner the match is refused later */
		vmc_error_free(vmc_find_banner(t));
		vmc_find_build_id(t);
		t->symbols = NULL;
	}
	return NULL;
}

/*
 * BTF of the file, else its DWARF: as an earlier run has kept it, or read anew. All go on reading
 * their file, which *borrows tells of this one.
 */
static struct vmc_error *types_of_elf(struct vmc_target *t, struct vmc_elf *e, bool is_profile,
				      bool *borrows)
{
	struct vmc_bytes btf = vmc_elf_section(e, ".BTF");
	struct vmc_error *err;

	if (btf.size && (!t->no_btf || is_profile)) {
		VMC_TRY(vmc_btf_open(btf, false, NULL, &t->types));
		*borrows = t->types_from_elf = true;
		t->types_from_dwarf = is_profile;
		return NULL;
	}
	if (vmc_profile_use(t, e))
		return NULL;
	err = vmc_dwarf_open(vmc_elf_file(e), vmc_elf_path(e), &t->types);
	if (!err)
		*borrows = t->types_from_elf = t->types_from_dwarf = t->types_worth_keeping = true;
	/* a file without any is still good for its symbols */
	if (err && vmc_error_code(err) == VMC_NOT_FOUND)
		vmc_error_free(err);
	else if (err)
		vmc_target_missing(t, err, VMC_SAY("kernel types (DWARF)"));
	return NULL;
}

static struct vmc_error *symbols_of_elf(struct vmc_target *t, struct vmc_elf *e)
{
	vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab *s = NULL;
	uint64_t shift;

	VMC_TRY(vmc_elf_symbols(e, &s));
	if (!elf_shift(t, s, &shift))
		return vmc_error_new(VMC_MISMATCH, "it has no symbol to place it by");
	vmc_symtab_shift(s, shift);
	t->kaslr_offset = shift;
	t->has_kaslr_offset = true;
	t->symbols = vmc_take(s);
	t->symbols_from_elf = true;
	return NULL;
}

/* Offers one ELF file. */
static struct vmc_error *offer(struct vmc_target *t, const char *path,
			       const struct vmc_elf_contents *contents)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct vmc_kernel_id id;
	bool borrows = false, is_profile;

	VMC_TRY(vmc_elf_open(path, &e));
	VMC_TRY(vmc_profile_check(e, &is_profile));
	if (!vmcoreinfo_agrees(t, e)) {
		if (!t->banner && !*t->build_id)
			VMC_TRY(banner_by_file(t, e));
		id = wanted(t);
		VMC_TRY(vmc_kernel_id_check(&id, e));
	}
	if (!contents->symbols && !contents->dwarf && !contents->btf)
		return vmc_error_new(
			VMC_NOT_FOUND,
			"it is of this kernel, but stripped: it has neither .symtab nor "
			".debug_info; the vmlinux of the debug package has both");
	if (!t->symbols)
		VMC_TRY(symbols_of_elf(t, e));
	if (!t->types)
		VMC_TRY(types_of_elf(t, e, is_profile, &borrows));
	if (!t->vmlinux)
		t->vmlinux = vmc_take(e);
	else if (borrows)
		t->types_elf = vmc_take(e);
	return NULL;
}

static struct vmc_candidate *add_candidate(struct vmc_target *t, const char *path,
					   const char *place)
{
	struct vmc_candidate c = { .path = vmc_arena_strdup(&t->arena, path), .place = place };

	return c.path && vmc_vec_push(&t->candidates, c)
		       ? &t->candidates.data[t->candidates.len - 1]
		       : NULL;
}

/* The file itself, or the vmlinux of the package that it is. */
static struct vmc_error *file_of(struct vmc_target *t, struct vmc_candidate *c)
{
	vmc_autostr struct vmc_str unpacked = { 0 };
	struct vmc_kernel_id id = wanted(t);
	bool cached;

	if (!vmc_package_kind_of(c->path))
		return NULL;
	VMC_TRY(vmc_package_kernel(c->path, &id, &unpacked, &cached));
	if (cached)
		c->why = VMC_SAY("not opened, the vmlinux that was unpacked before is used");
	c->unpacked = vmc_arena_strdup(&t->arena, vmc_str_text(&unpacked));
	return c->unpacked ? NULL : vmc_error_no_memory();
}

/* `best`: pass over a file that has symbols at most. *ret_later says that this was so. */
static struct vmc_error *try_candidate(struct vmc_target *t, struct vmc_candidate *c, bool best,
				       bool *ret_later)
{
	struct vmc_elf_contents contents;
	const char *path;

	VMC_TRY(file_of(t, c));
	path = c->unpacked ? c->unpacked : c->path;
	VMC_TRY(vmc_elf_examine(path, &contents));
	if (best && !contents.dwarf && (contents.symbols || contents.btf)) {
		*ret_later = true;
		return NULL;
	}
	VMC_TRY(offer(t, path, &contents));
	c->state = VMC_CANDIDATE_USED;
	if (contents.profile)
		c->why = VMC_SAY("a profile: names, types and call frames, but no source lines");
	else if (!contents.dwarf && !c->why)
		c->why = VMC_SAY("it has no .debug_info: names and types, but no source lines");
	return NULL;
}

/* Keeps the reason of a refusal; consumes err. */
static void refuse(struct vmc_target *t, struct vmc_candidate *c, struct vmc_error *err)
{
	c->state = VMC_CANDIDATE_REFUSED;
	c->why = vmc_arena_strdup(&t->arena, vmc_error_text(err));
	vmc_error_free(err);
}

/* What is of modules waits until a stack leads into one. */
static bool is_for_modules(struct vmc_target *t, struct vmc_candidate *c)
{
	struct vmc_module_source source = { .path = c->path };
	struct vmc_elf_contents contents = { 0 };
	struct stat st;

	if (stat(c->path, &st) != 0)
		return false;
	if (!S_ISDIR(st.st_mode)) {
		vmc_autoerror struct vmc_error *err = vmc_elf_examine(c->path, &contents);

		source.is_file = !err && contents.module;
		if (!source.is_file)
			return false;
	}
	c->state = VMC_CANDIDATE_MODULE;
	c->why = source.is_file ? VMC_SAY("of a module: it is opened when a stack leads into that")
				: VMC_SAY("a folder: modules are looked for in it");
	return vmc_vec_push(&t->module_sources, source);
}

static void take_given(struct vmc_target *t, const char *path)
{
	struct vmc_candidate *c = add_candidate(t, path, "command line");
	struct vmc_error *err;
	bool later;

	if (!c || is_for_modules(t, c))
		return;
	err = try_candidate(t, c, false, &later);
	if (!err)
		return;
	vmc_target_missing(t, vmc_error_copy(err), VMC_SAY("debug info of %s"), path);
	refuse(t, c, err);
}

/* The folder of the dump, "." for a bare name. */
static void folder_of(const char *path, struct vmc_str *ret)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		vmc_str_add(ret, ".");
	else
		vmc_str_addn(ret, path, slash == path ? 1 : (size_t)(slash - path));
}

/* One row for each place that has a name; the files are not opened yet. */
static void list_places(struct vmc_target *t)
{
	vmc_autostr struct vmc_str path = { 0 }, cache = { 0 }, fetched = { 0 };
	struct vmc_place_folders folders = { .dump = t->dump_folder };
	struct vmc_kernel_id id = wanted(t);

	if (vmc_cache_folder(&cache))
		folders.cache = vmc_str_text(&cache);
	if (vmc_cache_debuginfod(&fetched))
		folders.debuginfod = vmc_str_text(&fetched);
	for (size_t i = 0; i < vmc_n_places; i++) {
		struct vmc_candidate *c;

		if (!vmc_place_path(&vmc_places[i], &id, &folders, &path))
			continue;
		c = add_candidate(t, vmc_str_text(&path), vmc_places[i].id);
		if (!c)
			return;
		c->state = VMC_CANDIDATE_NOT_NEEDED;
		if (access(c->path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
			c->state = VMC_CANDIDATE_ABSENT;
	}
}

static void search_places(struct vmc_target *t, size_t from)
{
	/* first those with DWARF, then those that have at least names */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = from; i < t->candidates.len && !t->vmlinux; i++) {
			struct vmc_candidate *c = &t->candidates.data[i];
			struct vmc_error *err;
			bool later = false;

			if (c->state != VMC_CANDIDATE_NOT_NEEDED)
				continue;
			err = try_candidate(t, c, pass == 0, &later);
			if (err)
				refuse(t, c, err);
		}
	}
}

/* What no place has is fetched, where the user said from whom. */
static void ask_servers(struct vmc_target *t)
{
	vmc_autostr struct vmc_str path = { 0 };
	struct vmc_candidate *c;
	struct vmc_error *err;
	const char *kept;
	bool later;

	if (!vmc_debuginfod_wanted() || !*t->build_id)
		return;
	c = add_candidate(t, t->build_id, "debuginfod");
	if (!c)
		return;
	err = vmc_debuginfod_fetch(t->build_id, &path);
	if (err) {
		enum vmc_code code = vmc_error_code(err);

		refuse(t, c, err);
		if (code == VMC_NOT_FOUND)
			c->state = VMC_CANDIDATE_ABSENT;
		return;
	}
	kept = vmc_arena_strdup(&t->arena, vmc_str_text(&path));
	if (kept)
		c->path = kept;
	err = kept ? try_candidate(t, c, false, &later) : vmc_error_no_memory();
	if (err)
		refuse(t, c, err);
}

void vmc_find_debuginfo(struct vmc_target *t, const struct vmc_open_options *o, const char *dump)
{
	vmc_autostr struct vmc_str beside = { 0 };
	size_t given = o->n_debuginfo;

	t->find_debuginfo = o->find_debuginfo;
	if (dump) {
		folder_of(dump, &beside);
		t->dump_folder = vmc_arena_strdup(&t->arena, vmc_str_text(&beside));
	}
	for (size_t i = 0; i < given; i++)
		take_given(t, o->debuginfo[i]);
	/* without a release or build id no file could be told from another */
	if (!o->find_debuginfo || (!*t->release && !*t->build_id))
		return;
	list_places(t);
	if (!t->vmlinux)
		search_places(t, given < t->candidates.len ? given : t->candidates.len);
	if (!t->vmlinux)
		ask_servers(t);
}
