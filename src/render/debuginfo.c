/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/debuginfo.h"

#include <string.h>

#include "render/fold.h"
#include "render/jsonutil.h"
#include "render/words.h"

#define LABEL_WIDTH 12

const struct vmc_candidate *vmc_debuginfo_found(const struct vmc_debuginfo *d)
{
	const struct vmc_candidate *found = NULL;

	for (size_t i = 0; i < d->n_candidates; i++) {
		const struct vmc_candidate *c = &d->candidates[i];

		if (c->state != VMC_CANDIDATE_USED)
			continue;
		if (!c->why)
			return c;
		if (!found)
			found = c;
	}
	return found;
}

/* A label, padded to the columns that it takes, and its value. */
static void row(const struct vmc_debuginfo *d, struct vmc_str *out, const char *label,
		const char *value)
{
	const char *said = vmc_say(d->lang, label);
	size_t columns = vmc_columns(said);

	vmc_str_addf(out, "%*s%s: ", columns < LABEL_WIDTH ? (int)(LABEL_WIDTH - columns) : 0, "",
		     said);
	if (value)
		vmc_words_safe(out, value);
	else
		vmc_str_add(out, vmc_say(d->lang, "not known"));
	vmc_str_addc(out, '\n');
}

static void heading(const struct vmc_debuginfo *d, const struct vmc_style *style,
		    struct vmc_str *out, const char *title)
{
	vmc_str_addf(out, "\n%s%s%s\n", style->color ? "\033[1m" : "", vmc_say(d->lang, title),
		     style->color ? "\033[0m" : "");
}

static void list(const struct vmc_debuginfo *d, const struct vmc_style *style, struct vmc_str *out,
		 const char *title, const char *const *items, size_t n)
{
	if (n)
		heading(d, style, out, title);
	for (size_t i = 0; i < n; i++) {
		vmc_str_add(out, "  ");
		vmc_words_safe(out, items[i]);
		vmc_str_addc(out, '\n');
	}
}

static const char *state_words(const struct vmc_candidate *c)
{
	switch (c->state) {
	case VMC_CANDIDATE_USED:
		return VMC_SAY("it fits");
	case VMC_CANDIDATE_REFUSED:
		return VMC_SAY("does not fit");
	case VMC_CANDIDATE_ABSENT:
		return VMC_SAY("not there");
	case VMC_CANDIDATE_MODULE:
		return VMC_SAY("kept");
	case VMC_CANDIDATE_NOT_NEEDED:
		return VMC_SAY("not looked at: one was found before");
	}
	return "";
}

static void candidate(const struct vmc_debuginfo *d, const struct vmc_candidate *c,
		      struct vmc_str *out)
{
	vmc_str_add(out, "  ");
	vmc_words_safe(out, c->path);
	vmc_str_addf(out, ": %s", vmc_say(d->lang, state_words(c)));
	if (c->why) {
		vmc_str_add(out, d->lang == VMC_LANG_ZH ? "：" : ": ");
		vmc_words_safe(out, vmc_say(d->lang, c->why));
	}
	if (c->unpacked) {
		vmc_str_add(out, "\n    -> ");
		vmc_words_safe(out, c->unpacked);
	}
	vmc_str_addc(out, '\n');
}

void vmc_debuginfo_text(const struct vmc_debuginfo *d, const struct vmc_style *style,
			struct vmc_str *out)
{
	const struct vmc_candidate *found = vmc_debuginfo_found(d);

	row(d, out, VMC_SAY("RELEASE"), *d->id.release ? d->id.release : NULL);
	row(d, out, VMC_SAY("BUILD ID"), *d->id.build_id ? d->id.build_id : NULL);
	row(d, out, VMC_SAY("BANNER"), d->id.banner);
	row(d, out, VMC_SAY("KERNEL OF"), d->advice.name ? vmc_say(d->lang, d->advice.name) : NULL);
	row(d, out, VMC_SAY("DEBUG INFO"),
	    found ? found->path : vmc_say(d->lang, VMC_SAY("none that fits was found")));
	if (d->n_candidates)
		heading(d, style, out, VMC_SAY("Where it was looked for:"));
	for (size_t i = 0; i < d->n_candidates; i++)
		candidate(d, &d->candidates[i], out);
	list(d, style, out, VMC_SAY("Packages that have it:"), d->advice.files.data,
	     d->advice.files.len);
	list(d, style, out, VMC_SAY("Commands, on a machine of that distribution:"),
	     d->advice.commands.data, d->advice.commands.len);
	list(d, style, out, VMC_SAY("Downloads:"), d->advice.addresses.data,
	     d->advice.addresses.len);
	if (!d->advice.files.len) {
		vmc_str_addc(out, '\n');
		vmc_fold(vmc_say(d->lang,
				 "It is not known whose kernel this is. Its vmlinux is in the "
				 "folder "
				 "where it was built, or in the debug package of who built it."),
			 0, 80, out);
		return;
	}
	vmc_str_addc(out, '\n');
	if (d->advice.note)
		vmc_fold(vmc_say(d->lang, d->advice.note), 0, 80, out);
	vmc_fold(vmc_say(d->lang,
			 "A package needs no unpacking: give it as it is with --debuginfo."),
		 0, 80, out);
}

static struct json_object *texts(const char *const *items, size_t n)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, vmc_json_text(items[i]));
	return a;
}

static struct json_object *candidates(const struct vmc_debuginfo *d)
{
	static const char *const states[] = {
		[VMC_CANDIDATE_USED] = "used",
		[VMC_CANDIDATE_REFUSED] = "refused",
		[VMC_CANDIDATE_ABSENT] = "absent",
		[VMC_CANDIDATE_NOT_NEEDED] = "not-needed",
		[VMC_CANDIDATE_MODULE] = "module",
	};
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < d->n_candidates; i++) {
		const struct vmc_candidate *c = &d->candidates[i];
		struct json_object *o = json_object_new_object();

		vmc_json_set(o, "path", vmc_json_text(c->path));
		vmc_json_set(o, "place", vmc_json_text(c->place));
		vmc_json_set(o, "state", vmc_json_text(states[c->state]));
		vmc_json_set(o, "why", vmc_json_text(c->why ? vmc_say(d->lang, c->why) : NULL));
		vmc_json_set(o, "unpacked", vmc_json_text(c->unpacked));
		json_object_array_add(a, o);
	}
	return a;
}

struct vmc_error *vmc_debuginfo_json(const struct vmc_debuginfo *d, struct vmc_str *out)
{
	const struct vmc_candidate *found = vmc_debuginfo_found(d);
	const struct vmc_distro_advice *a = &d->advice;
	struct json_object *o = json_object_new_object(), *kernel = json_object_new_object(),
			   *distribution = NULL;

	vmc_json_set(kernel, "release", vmc_json_nonempty(d->id.release));
	vmc_json_set(kernel, "build_id", vmc_json_nonempty(d->id.build_id));
	vmc_json_set(kernel, "banner", vmc_json_text(d->id.banner));
	if (a->id) {
		distribution = json_object_new_object();
		vmc_json_set(distribution, "id", vmc_json_text(a->id));
		vmc_json_set(distribution, "name", vmc_json_text(a->name));
		vmc_json_set(distribution, "package_version", vmc_json_text(a->version));
	}
	vmc_json_set(o, "schema", vmc_json_text("vmcoroner.debuginfo/1"));
	vmc_json_set(o, "input", vmc_json_text(d->input));
	vmc_json_set(o, "kernel", kernel);
	vmc_json_set(o, "found", vmc_json_text(found ? found->path : NULL));
	vmc_json_set(o, "candidates", candidates(d));
	vmc_json_set(o, "distribution", distribution);
	vmc_json_set(o, "packages", texts(a->files.data, a->files.len));
	vmc_json_set(o, "commands", texts(a->commands.data, a->commands.len));
	vmc_json_set(o, "addresses", texts(a->addresses.data, a->addresses.len));
	vmc_json_set(o, "note", vmc_json_text(a->note ? vmc_say(d->lang, a->note) : NULL));
	return vmc_json_write(o, true, out);
}
