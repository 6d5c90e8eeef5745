/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened, who did it, why we think so, what to do: the part that everybody reads. */
#include "render/builders.h"

#include "render/words.h"

/* A row for each string, the label only on the first. */
static void list_rows(struct vmc_sheet *s, struct vmc_section *sec, enum vmc_mood mood,
		      const char *label, const char *const *texts, size_t n)
{
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = 0; i < n; i++) {
		vmc_str_add(&text, n > 1 ? "- " : "");
		vmc_words_safe(&text, texts[i]);
		vmc_sheet_take(s, sec, mood, i ? NULL : label, &text);
	}
}

static void known_issue_rows(const struct vmc_verdict *v, struct vmc_sheet *s,
			     struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = 0; i < v->known_issues.len; i++) {
		const struct vmc_known_issue *k = &v->known_issues.data[i];

		vmc_words_safe(&text, k->id);
		vmc_str_add(&text, k->id && k->title ? ": " : "");
		vmc_words_safe(&text, k->title);
		if (k->url) {
			vmc_str_add(&text, "  ");
			vmc_words_safe(&text, k->url);
		}
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, i ? NULL : vmc_say(s->lang, "KNOWN ISSUE"),
			       &text);
		if (k->match) {
			vmc_words_safe(&text, k->match);
			vmc_sheet_take(s, sec, VMC_MOOD_QUIET, NULL, &text);
		}
		if (k->workaround)
			vmc_sheet_sayf(s, sec, VMC_MOOD_PLAIN, "workaround: %s",
				       vmc_sheet_safe(s, k->workaround));
	}
}

/* The category as programs know it, and in words. */
static void verdict_words(const struct vmc_verdict *v, struct vmc_sheet *s, struct vmc_str *out)
{
	const char *category = vmc_sheet_safe(s, v->category ? v->category : "unknown");

	if (v->title)
		vmc_str_addf(out, vmc_say(s->lang, "%1$s: %2$s"), category,
			     vmc_sheet_safe(s, v->title));
	else
		vmc_str_add(out, category);
}

/* "fatal signal -> the process exits -> ..." */
static void path_row(const struct vmc_verdict *v, struct vmc_sheet *s, struct vmc_section *sec)
{
	vmc_autostr struct vmc_str text = { 0 };

	for (size_t i = 0; i < v->path.len; i++) {
		vmc_str_add(&text, i ? " -> " : "");
		vmc_words_safe(&text, v->path.data[i].words);
	}
	if (text.len)
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "PATH"), &text);
}

void vmc_section_verdict(const struct vmc_report *r, struct vmc_sheet *s)
{
	const struct vmc_verdict *v = &r->verdict;
	struct vmc_section *sec = vmc_sheet_section(s, VMC_SECTION_FACTS, NULL);
	vmc_autostr struct vmc_str text = { 0 };

	if (!sec)
		return;
	verdict_words(v, s, &text);
	vmc_sheet_take(s, sec, VMC_MOOD_STRONG, vmc_say(s->lang, "VERDICT"), &text);
	if (vmc_culprit_is_known(&v->culprit)) {
		vmc_words_culprit(s->lang, &v->culprit, &text);
		if (v->reached_from)
			vmc_str_addf(&text, vmc_say(s->lang, ", reached from %s"),
				     vmc_sheet_safe(s, v->reached_from));
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "CULPRIT"), &text);
	}
	if (v->has_trigger) {
		vmc_words_culprit(s->lang, &v->trigger, &text);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "TRIGGER"), &text);
	}
	if (v->confidence) {
		vmc_words_safe(&text, vmc_say(s->lang, v->confidence));
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "CONFIDENCE"), &text);
	}
	if (v->summary) {
		vmc_words_safe(&text, v->summary);
		vmc_sheet_take(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "SUMMARY"), &text);
	}
	list_rows(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "WHY"), v->why.data, v->why.len);
	path_row(v, s, sec);
	known_issue_rows(v, s, sec);
	list_rows(s, sec, VMC_MOOD_PLAIN, vmc_say(s->lang, "NEXT STEPS"), v->next_steps.data,
		  v->next_steps.len);
}
