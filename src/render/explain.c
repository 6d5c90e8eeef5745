/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/explain.h"

#include <string.h>

#include "knowledge/fill.h"
#include "render/fold.h"
#include "render/jsonutil.h"
#include "render/words.h"

#define WIDTH_DEFAULT 80
/* Lines longer than this are hard to read, however wide the terminal is. */
#define WIDTH_MAX 100
#define WIDTH_MIN 40
#define INDENT 4

struct page {
	struct vmc_str *out;
	enum vmc_lang lang;
	unsigned int width;
	bool color;
};

static void heading(const struct page *p, const char *title)
{
	vmc_str_addf(p->out, "\n%s%s:%s\n", p->color ? "\033[1m" : "", vmc_say(p->lang, title),
		     p->color ? "\033[0m" : "");
}

static void item(const struct page *p, const char *mark, const char *text)
{
	vmc_str_addf(p->out, "%*s", INDENT, mark);
	vmc_fold(text, INDENT, p->width, p->out);
}

/* A list under a heading; nothing for an empty one. */
static void items(const struct page *p, const char *title, const struct vmc_strings *s,
		  const char *mark)
{
	if (s->n)
		heading(p, title);
	for (size_t i = 0; i < s->n; i++)
		item(p, mark, s->items[i]);
}

static void labelled(const struct page *p, const char *title, const char *text)
{
	vmc_autostr struct vmc_str line = { 0 };

	if (!text)
		return;
	vmc_str_addf(&line, "%s: %s", vmc_say(p->lang, title), text);
	item(p, "", vmc_str_text(&line));
}

static void one_of(const struct page *p, const char *title, const struct vmc_strings *s)
{
	vmc_autostr struct vmc_str list = { 0 };

	for (size_t i = 0; i < s->n; i++)
		vmc_str_addf(&list, "%s%s", i ? " | " : "", s->items[i]);
	labelled(p, title, s->n ? vmc_str_text(&list) : NULL);
}

static void conditions(const struct page *p, const struct vmc_rule_requires *r)
{
	const char *note = vmc_said_in(&r->note, p->lang);

	if (!r->release && !r->cpu && !r->cmdline && !r->module.n && !r->frame.n && !note)
		return;
	heading(p, VMC_SAY("Applies if"));
	labelled(p, VMC_SAY("kernel release matches"), r->release);
	labelled(p, VMC_SAY("CPU name matches"), r->cpu);
	labelled(p, VMC_SAY("command line matches"), r->cmdline);
	one_of(p, VMC_SAY("module loaded"), &r->module);
	one_of(p, VMC_SAY("call trace has"), &r->frame);
	if (note)
		item(p, "", note);
}

static void issue(const struct page *p, const struct vmc_rule_issue *i)
{
	if (!i->title)
		return;
	heading(p, VMC_SAY("Known issue"));
	item(p, "", i->title);
	if (i->url)
		item(p, "", i->url);
	labelled(p, VMC_SAY("Workaround"), vmc_said_in(&i->workaround, p->lang));
	labelled(p, VMC_SAY("Fix"), vmc_said_in(&i->fix, p->lang));
}

static unsigned int page_width(const struct vmc_style *style)
{
	if (style->width < WIDTH_MIN)
		return WIDTH_DEFAULT;
	return style->width < WIDTH_MAX ? style->width : WIDTH_MAX;
}

static const char *color_of(enum vmc_rule_severity s)
{
	return s <= VMC_RULE_ERROR ? "\033[1;31m" : s == VMC_RULE_WARNING ? "\033[33m" : "\033[1m";
}

/* A sentence with the values of the example that stands below it; as it is if that fails. */
static void filled(const struct vmc_rule *rule, const struct vmc_said *said, enum vmc_lang lang,
		   struct vmc_str *out)
{
	const char *text = vmc_said_in(said, lang);
	struct vmc_error *err = text ? vmc_fill_example(rule, text, out) : NULL;

	if (err)
		vmc_str_add(out, text);
	vmc_error_free(err);
}

void vmc_explain_text(const struct vmc_rule *rule, enum vmc_lang lang,
		      const struct vmc_style *style, struct vmc_str *out)
{
	const struct page p = { out, lang, page_width(style), style->color };
	const struct vmc_strings causes = vmc_said_list_in(&rule->causes, lang),
				 next = vmc_said_list_in(&rule->next, lang);
	vmc_autostr struct vmc_str meaning = { 0 };
	struct vmc_strings example = rule->examples;

	filled(rule, &rule->meaning, lang, &meaning);
	vmc_str_addf(out, "%s%s (%s)%s\n\n", p.color ? color_of(rule->severity) : "", rule->id,
		     vmc_say(lang, vmc_rule_severity_name(rule->severity)),
		     p.color ? "\033[0m" : "");
	vmc_fold(vmc_str_text(&meaning), 0, p.width, out);
	/* one is enough to see what sort of line is meant */
	example.n = example.n ? 1 : 0;
	items(&p, VMC_SAY("Example"), &example, "");
	items(&p, VMC_SAY("Likely causes"), &causes, "- ");
	items(&p, VMC_SAY("Next steps"), &next, "- ");
	issue(&p, &rule->issue);
	conditions(&p, &rule->requires);
	if (rule->since || rule->until)
		vmc_str_addc(out, '\n');
	if (rule->since) {
		vmc_str_addf(out, "%s: ", vmc_say(lang, "Since"));
		vmc_fold(rule->since, 0, p.width, out);
	}
	if (rule->until) {
		vmc_str_addf(out, "%s: ", vmc_say(lang, "Until"));
		vmc_fold(rule->until, 0, p.width, out);
	}
	items(&p, VMC_SAY("References"), &rule->references, "");
}

static struct json_object *texts(const struct vmc_strings *s)
{
	struct json_object *a = json_object_new_array();

	for (size_t i = 0; i < s->n; i++)
		json_object_array_add(a, vmc_json_text(s->items[i]));
	return a;
}

static struct json_object *requires_json(const struct vmc_rule_requires *r, enum vmc_lang lang)
{
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "release", vmc_json_text(r->release));
	vmc_json_set(o, "cpu", vmc_json_text(r->cpu));
	vmc_json_set(o, "cmdline", vmc_json_text(r->cmdline));
	vmc_json_set(o, "module", texts(&r->module));
	vmc_json_set(o, "frame", texts(&r->frame));
	vmc_json_set(o, "note", vmc_json_text(vmc_said_in(&r->note, lang)));
	return o;
}

static struct json_object *issue_json(const struct vmc_rule_issue *i, enum vmc_lang lang)
{
	struct json_object *o;

	if (!i->title)
		return NULL;
	o = json_object_new_object();
	vmc_json_set(o, "title", vmc_json_text(i->title));
	vmc_json_set(o, "url", vmc_json_text(i->url));
	vmc_json_set(o, "workaround", vmc_json_text(vmc_said_in(&i->workaround, lang)));
	vmc_json_set(o, "fix", vmc_json_text(vmc_said_in(&i->fix, lang)));
	return o;
}

static struct json_object *entry(const struct vmc_rule *r, enum vmc_lang lang)
{
	const struct vmc_strings causes = vmc_said_list_in(&r->causes, lang),
				 next = vmc_said_list_in(&r->next, lang);
	vmc_autostr struct vmc_str title = { 0 }, meaning = { 0 };
	struct json_object *o = json_object_new_object();

	filled(r, &r->title, lang, &title);
	filled(r, &r->meaning, lang, &meaning);
	vmc_json_set(o, "id", vmc_json_text(r->id));
	vmc_json_set(o, "title", vmc_json_nonempty(vmc_str_text(&title)));
	vmc_json_set(o, "category", vmc_json_text(r->category));
	vmc_json_set(o, "severity", vmc_json_text(vmc_rule_severity_name(r->severity)));
	vmc_json_set(o, "specificity", vmc_json_int(true, r->specificity));
	vmc_json_set(o, "pattern", vmc_json_text(r->pattern));
	vmc_json_set(o, "examples", texts(&r->examples));
	vmc_json_set(o, "meaning", vmc_json_text(vmc_str_text(&meaning)));
	vmc_json_set(o, "causes", texts(&causes));
	vmc_json_set(o, "next_steps", texts(&next));
	vmc_json_set(o, "known_issue", issue_json(&r->issue, lang));
	vmc_json_set(o, "requires", requires_json(&r->requires, lang));
	vmc_json_set(o, "since", vmc_json_text(r->since));
	vmc_json_set(o, "until", vmc_json_text(r->until));
	vmc_json_set(o, "references", texts(&r->references));
	return o;
}

struct vmc_error *vmc_explain_json(const char *query, enum vmc_lang lang,
				   const struct vmc_rule *const *rules, size_t n,
				   struct vmc_str *out)
{
	struct json_object *o = json_object_new_object(), *a = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, entry(rules[i], lang));
	vmc_json_set(o, "query", vmc_json_text(query));
	vmc_json_set(o, "lang", vmc_json_text(vmc_lang_name(lang)));
	vmc_json_set(o, "entries", a);
	return vmc_json_write(o, true, out);
}
