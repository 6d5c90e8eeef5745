/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public library over the rooms: one case, its report and log in each form. */
#include <string.h>

#include "render/render.h"
#include "vmcoroner/vmcoroner.h"

#define VMC_PUBLIC __attribute__((__visibility__("default")))

struct vmcoroner {
	char *text; /* of a log */
	char *name;
	struct vmc_target *target;
	struct vmc_report *report;
};

VMC_PUBLIC const char *vmcoroner_version(void)
{
	return VMC_VERSION;
}

VMC_PUBLIC void vmcoroner_free(struct vmcoroner *c)
{
	if (!c)
		return;
	vmc_report_free(c->report);
	vmc_target_free(c->target);
	free(c->text);
	free(c->name);
	free(c);
}

/* Hands out the case, or the error as a sentence. Consumes both. */
static enum vmcoroner_status finish(struct vmcoroner *c, struct vmc_error *err,
				    struct vmcoroner **ret, char **ret_error)
{
	enum vmcoroner_status status;

	if (ret_error)
		*ret_error = err ? strdup(vmc_error_text(err)) : NULL;
	if (!err) {
		*ret = c;
		return vmc_report_is_partial(c->report) ? VMCORONER_PARTIAL : VMCORONER_OK;
	}
	status = vmc_error_code(err) == VMC_USAGE ? VMCORONER_USAGE : VMCORONER_INPUT;
	vmc_error_free(err);
	vmcoroner_free(c);
	*ret = NULL;
	return status;
}

static struct vmcoroner *new_case(const char *name)
{
	struct vmcoroner *c = calloc(1, sizeof(*c));

	if (c && !(c->name = strdup(name))) {
		free(c);
		return NULL;
	}
	return c;
}

VMC_PUBLIC enum vmcoroner_status vmcoroner_open(const char *const *dumps, size_t n_dumps,
						const char *const *debuginfo, size_t n_debuginfo,
						struct vmcoroner **ret, char **ret_error)
{
	struct vmc_open_options options = { .debuginfo = debuginfo, .n_debuginfo = n_debuginfo };
	struct vmcoroner *c;
	struct vmc_error *err;

	if (!n_dumps)
		return finish(NULL, vmc_error_new(VMC_USAGE, "no dump was named"), ret, ret_error);
	c = new_case(dumps[0]);
	if (!c)
		return finish(NULL, vmc_error_no_memory(), ret, ret_error);
	err = vmc_target_open(dumps, n_dumps, &options, &c->target);
	if (!err)
		err = vmc_report_dump(c->target, c->name, NULL, &c->report);
	return finish(c, err, ret, ret_error);
}

VMC_PUBLIC enum vmcoroner_status vmcoroner_open_text(const char *text, size_t size,
						     const char *name, struct vmcoroner **ret,
						     char **ret_error)
{
	struct vmcoroner *c = new_case(name ? name : "log");

	if (!c || !(c->text = malloc(size + 1)))
		return finish(c, vmc_error_no_memory(), ret, ret_error);
	memcpy(c->text, text, size);
	c->text[size] = '\0';
	return finish(c, vmc_report_text(c->text, size, c->name, NULL, &c->report), ret, ret_error);
}

/* The string's memory, which is the caller's from now on; NULL where it failed. */
static char *give(struct vmc_str *s, struct vmc_error *err)
{
	if (err || s->failed) {
		vmc_error_free(err);
		return NULL;
	}
	return s->data ? vmc_take(s->data) : strdup("");
}

VMC_PUBLIC char *vmcoroner_report(struct vmcoroner *c, enum vmcoroner_format format)
{
	static const struct vmc_style plain;
	vmc_autostr struct vmc_str out = { 0 };
	struct vmc_error *err = NULL;

	switch (format) {
	case VMCORONER_TEXT:
		vmc_render_text(c->report, &plain, &out);
		break;
	case VMCORONER_JSON:
		err = vmc_render_json(c->report, &out);
		break;
	case VMCORONER_HTML:
		vmc_render_html(c->report, &out);
		break;
	default:
		return NULL;
	}
	return give(&out, err);
}

VMC_PUBLIC char *vmcoroner_log(struct vmcoroner *c, enum vmcoroner_format format)
{
	const struct vmc_report *r = c->report;
	vmc_autostr struct vmc_str out = { 0 };
	struct vmc_error *err = NULL;

	if (format == VMCORONER_HTML || (c->target && !r->has_log))
		return NULL;
	if (format == VMCORONER_JSON)
		err = c->target ? vmc_render_log_json(&r->log, &out)
				: vmc_render_lines_json(&r->lines, &out);
	else if (!c->target)
		vmc_str_add(&out, c->text);
	for (size_t i = 0; format == VMCORONER_TEXT && c->target && i < r->log.records.len; i++)
		vmc_log_format(&r->log.records.data[i], &out);
	return give(&out, err);
}
