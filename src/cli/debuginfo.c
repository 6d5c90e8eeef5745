/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which vmlinux the input needs, where it was looked for, how to get it. */
#include "cli/cli.h"

#include <string.h>

#include "render/debuginfo.h"
#include "target/module-file.h"

#define BANNER_START "Linux version "

/* The first line of the boot, of the last one where the log has several. */
static void banner_of_log(const struct vmc_case *c, struct vmc_arena *arena,
			  struct vmc_kernel_id *ret)
{
	const char *text = vmc_str_text(&c->inputs.text), *at = text;

	while ((at = strstr(at, BANNER_START))) {
		const char *release = at + strlen(BANNER_START);
		size_t len = strcspn(release, " \n\r");

		if (len && len < sizeof(ret->release) && *release >= '0' && *release <= '9') {
			ret->banner = vmc_arena_strndup(arena, at, strcspn(at, "\r\n"));
			memcpy(ret->release, release, len);
			ret->release[len] = '\0';
		}
		at = release;
	}
}

/* A log says the release with each kernel report; the first line of the boot is often gone. */
static struct vmc_error *identify_log(const struct vmc_options *o, struct vmc_case *c,
				      struct vmc_arena *arena, struct vmc_kernel_id *ret)
{
	banner_of_log(c, arena, ret);
	if (*ret->release)
		return NULL;
	VMC_TRY(vmc_case_report(o, c));
	snprintf(ret->release, sizeof(ret->release), "%s", c->report->system.release);
	return NULL;
}

static struct vmc_error *collect(const struct vmc_options *o, struct vmc_case *c,
				 struct vmc_arena *arena, struct vmc_debuginfo *ret)
{
	struct vmc_target *t = c->target;

	ret->input = vmc_case_path(c);
	ret->lang = vmc_options_lang(o);
	if (t) {
		memcpy(ret->id.release, t->release, sizeof(t->release));
		memcpy(ret->id.build_id, t->build_id, sizeof(t->build_id));
		ret->id.banner = t->banner;
		vmc_module_files_judge(t);
		ret->candidates = t->candidates.data;
		ret->n_candidates = t->candidates.len;
	} else {
		VMC_TRY(identify_log(o, c, arena, &ret->id));
	}
	if (!*ret->id.release && !*ret->id.build_id)
		return vmc_error_new(
			VMC_NOT_FOUND,
			"%s: it does not say of which kernel it is: neither release nor "
			"build id is in it",
			ret->input);
	return vmc_distro_advise(&ret->id, arena, &ret->advice);
}

static struct vmc_error *write_out(const struct vmc_options *o, const struct vmc_debuginfo *d,
				   struct vmc_str *out)
{
	struct vmc_style style = vmc_terminal_style(o->output);

	if (o->format == VMC_FORMAT_JSON)
		return vmc_debuginfo_json(d, out);
	vmc_debuginfo_text(d, &style, out);
	return NULL;
}

enum vmc_exit vmc_run_debuginfo(const struct vmc_options *o)
{
	vmc_autocase struct vmc_case c = { 0 };
	vmc_autostr struct vmc_str out = { 0 };
	struct vmc_arena arena = { 0 };
	struct vmc_debuginfo d = { 0 };
	enum vmc_exit status;
	struct vmc_error *err;

	if (o->profile)
		return vmc_run_profile(o);
	err = vmc_case_open(o, false, &c);
	if (!err)
		err = collect(o, &c, &arena, &d);
	if (!err)
		err = write_out(o, &d, &out);
	if (err)
		status = vmc_exit_error(err);
	else
		status = vmc_exit_write(o->output, &out,
					vmc_debuginfo_found(&d) ? VMC_EXIT_OK : VMC_EXIT_PARTIAL);
	vmc_distro_advice_deinit(&d.advice);
	vmc_arena_deinit(&arena);
	return status;
}
