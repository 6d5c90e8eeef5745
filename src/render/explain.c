/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/explain.h"

#include <string.h>

#include "render/fold.h"
#include "render/jsonutil.h"
#include "render/words.h"

#define WIDTH_DEFAULT 80
/* Lines longer than this are hard to read, however wide the terminal is. */
#define WIDTH_MAX 100
#define WIDTH_MIN 40
#define INDENT 4

enum word {
	WORD_EXAMPLE,
	WORD_CAUSES,
	WORD_NEXT,
	WORD_ISSUE,
	WORD_IF,
	WORD_RELEASE,
	WORD_CPU,
	WORD_CMDLINE,
	WORD_MODULE,
	WORD_FRAME,
	WORD_WORKAROUND,
	WORD_FIX,
	WORD_SINCE,
	WORD_UNTIL,
	WORD_REFERENCES,
};

static const char *const words[][VMC_LANG_COUNT] = {
	[WORD_EXAMPLE] = { "Example", "示例" },
	[WORD_CAUSES] = { "Likely causes", "可能原因" },
	[WORD_NEXT] = { "Next steps", "下一步" },
	[WORD_ISSUE] = { "Known issue", "已知问题" },
	[WORD_IF] = { "Applies if", "适用条件" },
	[WORD_RELEASE] = { "kernel release matches", "内核版本匹配" },
	[WORD_CPU] = { "CPU name matches", "CPU 型号匹配" },
	[WORD_CMDLINE] = { "command line matches", "命令行匹配" },
	[WORD_MODULE] = { "module loaded", "已加载模块" },
	[WORD_FRAME] = { "call trace has", "调用栈中有" },
	[WORD_WORKAROUND] = { "Workaround", "规避方法" },
	[WORD_FIX] = { "Fix", "修复" },
	[WORD_SINCE] = { "Since", "起始版本" },
	[WORD_UNTIL] = { "Until", "截止版本" },
	[WORD_REFERENCES] = { "References", "参考" },
};

static const char *const severities_zh[] = {
	[VMC_RULE_FATAL] = "致命",  [VMC_RULE_ERROR] = "错误",	[VMC_RULE_WARNING] = "警告",
	[VMC_RULE_NOTICE] = "提示", [VMC_RULE_BENIGN] = "无害",
};

struct page {
	struct vmc_str *out;
	enum vmc_lang lang;
	unsigned int width;
	bool color;
};

static const char *word(const struct page *p, enum word w)
{
	return words[w][p->lang];
}

static void heading(const struct page *p, enum word w)
{
	vmc_str_addf(p->out, "\n%s%s:%s\n", p->color ? "\033[1m" : "", word(p, w),
		     p->color ? "\033[0m" : "");
}

static void item(const struct page *p, const char *mark, const char *text)
{
	vmc_str_addf(p->out, "%*s", INDENT, mark);
	vmc_fold(text, INDENT, p->width, p->out);
}

/* A list under a heading; nothing for an empty one. */
static void items(const struct page *p, enum word w, const struct vmc_strings *s, const char *mark)
{
	if (s->n)
		heading(p, w);
	for (size_t i = 0; i < s->n; i++)
		item(p, mark, s->items[i]);
}

static void labelled(const struct page *p, enum word w, const char *text)
{
	vmc_autostr struct vmc_str line = { 0 };

	if (!text)
		return;
	vmc_str_addf(&line, "%s: %s", word(p, w), text);
	item(p, "", vmc_str_text(&line));
}

static void one_of(const struct page *p, enum word w, const struct vmc_strings *s)
{
	vmc_autostr struct vmc_str list = { 0 };

	for (size_t i = 0; i < s->n; i++)
		vmc_str_addf(&list, "%s%s", i ? " | " : "", s->items[i]);
	labelled(p, w, s->n ? vmc_str_text(&list) : NULL);
}

static void conditions(const struct page *p, const struct vmc_rule_requires *r)
{
	const char *note = vmc_said_in(&r->note, p->lang);

	if (!r->release && !r->cpu && !r->cmdline && !r->module.n && !r->frame.n && !note)
		return;
	heading(p, WORD_IF);
	labelled(p, WORD_RELEASE, r->release);
	labelled(p, WORD_CPU, r->cpu);
	labelled(p, WORD_CMDLINE, r->cmdline);
	one_of(p, WORD_MODULE, &r->module);
	one_of(p, WORD_FRAME, &r->frame);
	if (note)
		item(p, "", note);
}

static void issue(const struct page *p, const struct vmc_rule_issue *i)
{
	if (!i->title)
		return;
	heading(p, WORD_ISSUE);
	item(p, "", i->title);
	if (i->url)
		item(p, "", i->url);
	labelled(p, WORD_WORKAROUND, vmc_said_in(&i->workaround, p->lang));
	labelled(p, WORD_FIX, vmc_said_in(&i->fix, p->lang));
}

static unsigned int page_width(const struct vmc_style *style)
{
	if (style->width < WIDTH_MIN)
		return WIDTH_DEFAULT;
	return style->width < WIDTH_MAX ? style->width : WIDTH_MAX;
}

static const char *severity(const struct vmc_rule *r, enum vmc_lang lang)
{
	return lang == VMC_LANG_ZH ? severities_zh[r->severity]
				   : vmc_rule_severity_name(r->severity);
}

static const char *color_of(enum vmc_rule_severity s)
{
	return s <= VMC_RULE_ERROR ? "\033[1;31m" : s == VMC_RULE_WARNING ? "\033[33m" : "\033[1m";
}

void vmc_explain_text(const struct vmc_rule *rule, enum vmc_lang lang,
		      const struct vmc_style *style, struct vmc_str *out)
{
	const struct page p = { out, lang, page_width(style), style->color };
	const struct vmc_strings causes = vmc_said_list_in(&rule->causes, lang),
				 next = vmc_said_list_in(&rule->next, lang);
	const char *meaning = vmc_said_in(&rule->meaning, lang);
	struct vmc_strings example = rule->examples;

	vmc_str_addf(out, "%s%s (%s)%s\n\n", p.color ? color_of(rule->severity) : "", rule->id,
		     severity(rule, lang), p.color ? "\033[0m" : "");
	vmc_fold(meaning ? meaning : "", 0, p.width, out);
	/* one is enough to see what sort of line is meant */
	example.n = example.n ? 1 : 0;
	items(&p, WORD_EXAMPLE, &example, "");
	items(&p, WORD_CAUSES, &causes, "- ");
	items(&p, WORD_NEXT, &next, "- ");
	issue(&p, &rule->issue);
	conditions(&p, &rule->requires);
	if (rule->since || rule->until)
		vmc_str_addc(out, '\n');
	if (rule->since) {
		vmc_str_addf(out, "%s: ", words[WORD_SINCE][lang]);
		vmc_fold(rule->since, 0, p.width, out);
	}
	if (rule->until) {
		vmc_str_addf(out, "%s: ", words[WORD_UNTIL][lang]);
		vmc_fold(rule->until, 0, p.width, out);
	}
	items(&p, WORD_REFERENCES, &rule->references, "");
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
	struct json_object *o = json_object_new_object();

	vmc_json_set(o, "id", vmc_json_text(r->id));
	vmc_json_set(o, "category", vmc_json_text(r->category));
	vmc_json_set(o, "severity", vmc_json_text(vmc_rule_severity_name(r->severity)));
	vmc_json_set(o, "specificity", vmc_json_int(true, r->specificity));
	vmc_json_set(o, "pattern", vmc_json_text(r->pattern));
	vmc_json_set(o, "examples", texts(&r->examples));
	vmc_json_set(o, "meaning", vmc_json_text(vmc_said_in(&r->meaning, lang)));
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
