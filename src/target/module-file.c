/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target/module-file.h"

#include <string.h>

#include "debug/source/cache.h"
#include "debug/source/module-id.h"
#include "debug/source/places.h"
#include "debug/source/soundness.h"
#include "debug/source/tree.h"
#include "target/field.h"

/* kernel/drivers/net/ethernet/VENDOR/NAME/NAME.ko has 6; an unpacked package some more before it.
 */
#define TREE_DEPTH 12u

/* Where files of modules usually lie, best places first. */
enum place_kind { PLACE_FILE, PLACE_FOLDER, PLACE_TREE };
static const struct {
	struct vmc_place place;
	enum place_kind kind;
	bool by_module; /* {id} is the module's, else the kernel's */
} places[] = {
	{ { "beside the dump", "{dump}" }, PLACE_FOLDER, false },
	{ { "cache of vmcoroner", "{cache}/{id}" }, PLACE_FOLDER, false },
	{ { "cache of vmcoroner", "{cache}/{release}" }, PLACE_FOLDER, false },
	{ { "cache of debuginfod", "{debuginfod}/{id}/debuginfo" }, PLACE_FILE, true },
	{ { "build-id tree", "/usr/lib/debug/.build-id/{id2}/{idrest}.debug" }, PLACE_FILE, true },
	/* Debian, Ubuntu, RHEL and its kin */
	{ { "debug packages", "/usr/lib/debug/lib/modules/{release}" }, PLACE_TREE, false },
	/* SUSE, Fedora */
	{ { "debug packages", "/usr/lib/debug/usr/lib/modules/{release}" }, PLACE_TREE, false },
	/* built here, or installed with their DWARF */
	{ { "installed modules", "/lib/modules/{release}" }, PLACE_TREE, false },
};

struct search {
	struct vmc_target *target;
	struct vmc_module_id id;
	struct vmc_arena arena; /* of paths */
	struct vmc_error *why;	/* the first reason against something that was given */
	struct vmc_elf *found;
};

static void read_id(struct search *s, const struct vmc_module *m,
		    const struct vmc_module_sections *sections)
{
	vmc_autoobj struct vmc_obj o = vmc_obj(s->target, m->addr);
	uint64_t at = vmc_get(&o, VMC_F_module_srcversion);
	vmc_autoerror struct vmc_error *err = NULL;

	s->id.name = m->name;
	s->id.release = s->target->release;
	vmc_module_build_id(s->target, sections, s->id.build_id);
	if (vmc_obj_bad(&o) || !at)
		return;
	err = vmc_memory_read_string(s->target->memory, at, s->id.srcversion,
				     sizeof(s->id.srcversion));
	if (err)
		s->id.srcversion[0] = 0;
}

static struct vmc_error *open_file(struct search *s, const char *path)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct vmc_elf_contents contents;

	VMC_TRY(vmc_elf_examine(path, &contents));
	if (!contents.module)
		return vmc_error_new(VMC_NOT_FORMAT, "it is no kernel module");
	VMC_TRY(vmc_elf_open(path, &e));
	/* under another name only the build id shows that it is this one */
	if (!vmc_is_module_file(path, s->id.name) &&
	    (!*s->id.build_id || !vmc_streq(vmc_elf_build_id(e), s->id.build_id)))
		return vmc_error_new(VMC_NOT_FOUND, "it is another module");
	VMC_TRY(vmc_module_id_check(&s->id, e));
	if (!contents.dwarf)
		return vmc_error_new(
			VMC_MISMATCH,
			"it is of this module, but stripped: it has no .debug_info; the "
			"file of the debug package has it");
	s->found = vmc_take(e);
	return NULL;
}

/* `given`: a reason against it is kept. */
static void try_file(struct search *s, const char *path, bool given)
{
	struct vmc_error *err;

	if (s->found)
		return;
	err = open_file(s, path);
	if (err && given && !s->why && vmc_error_code(err) != VMC_NOT_FOUND)
		s->why = vmc_error_wrap(err, "%s", path);
	else
		vmc_error_free(err);
}

static void try_folder(struct search *s, const char *folder, unsigned int depth, bool given)
{
	struct vmc_tree_files files = { 0 };

	vmc_tree_find_module(folder, depth, s->id.name, &s->arena, &files);
	for (size_t i = 0; i < files.paths.len; i++)
		try_file(s, files.paths.data[i], given);
	vmc_vec_free(&files.paths);
}

static void try_given(struct search *s)
{
	const struct vmc_module_source *source;

	vmc_vec_each (source, &s->target->module_sources) {
		if (source->is_file)
			try_file(s, source->path, true);
		else
			try_folder(s, source->path, TREE_DEPTH, true);
	}
}

static void try_places(struct search *s)
{
	vmc_autostr struct vmc_str path = { 0 }, cache = { 0 }, fetched = { 0 };
	struct vmc_place_folders folders = { .dump = s->target->dump_folder };
	struct vmc_kernel_id kernel = { 0 }, module;

	if (vmc_cache_folder(&cache))
		folders.cache = vmc_str_text(&cache);
	if (vmc_cache_debuginfod(&fetched))
		folders.debuginfod = vmc_str_text(&fetched);
	memcpy(kernel.release, s->target->release, sizeof(kernel.release));
	module = kernel;
	memcpy(kernel.build_id, s->target->build_id, sizeof(kernel.build_id));
	memcpy(module.build_id, s->id.build_id, sizeof(module.build_id));
	for (size_t i = 0; i < VMC_ARRAY_SIZE(places) && !s->found; i++) {
		if (!vmc_place_path(&places[i].place, places[i].by_module ? &module : &kernel,
				    &folders, &path))
			continue;
		if (places[i].kind == PLACE_FILE)
			try_file(s, vmc_str_text(&path), false);
		else
			try_folder(s, vmc_str_text(&path),
				   places[i].kind == PLACE_TREE ? TREE_DEPTH : 0, false);
	}
}

/* Which loaded module the file is of; a refusal is the reason of the one that it would be of. */
static void judge(struct vmc_target *t, struct vmc_candidate *c)
{
	struct vmc_error *err = NULL;

	c->why = VMC_SAY("of no module that is loaded in the dump");
	for (size_t i = 0; i < t->modules.len; i++) {
		const struct vmc_module *m = &t->modules.data[i];
		vmc_auto_module_sections struct vmc_module_sections sections = { 0 };
		struct search s = { .target = t };

		vmc_module_sections_read(t, m, &sections);
		read_id(&s, m, &sections);
		err = open_file(&s, c->path);
		vmc_elf_free(s.found);
		if (!err || vmc_error_code(err) != VMC_NOT_FOUND)
			break;
		vmc_error_free(err);
		if (i + 1 == t->modules.len)
			return;
	}
	if (!t->modules.len)
		return;
	c->why = err ? vmc_arena_strdup(&t->arena, vmc_error_text(err))
		     : VMC_SAY("of a module that is loaded in the dump");
	if (err)
		c->state = VMC_CANDIDATE_REFUSED;
	vmc_error_free(err);
}

void vmc_module_files_judge(struct vmc_target *t)
{
	struct vmc_module_source *source;

	vmc_target_modules(t);
	vmc_vec_each (source, &t->module_sources) {
		for (size_t i = 0; i < t->candidates.len && source->is_file; i++) {
			struct vmc_candidate *c = &t->candidates.data[i];

			if (c->state == VMC_CANDIDATE_MODULE && !strcmp(c->path, source->path))
				judge(t, c);
		}
	}
}

struct vmc_error *vmc_module_file(struct vmc_target *t, const struct vmc_module *m,
				  const struct vmc_module_sections *sections, struct vmc_elf **ret)
{
	struct search s = { .target = t };
	struct vmc_error *err = NULL;

	read_id(&s, m, sections);
	try_given(&s);
	if (!s.found && t->find_debuginfo)
		try_places(&s);
	vmc_arena_deinit(&s.arena);
	if (!s.found)
		err = s.why ? vmc_take(s.why)
			    : vmc_error_new(VMC_NOT_FOUND, "no debug info of module %s", m->name);
	vmc_error_free(s.why);
	if (!err)
		*ret = s.found;
	return err;
}
