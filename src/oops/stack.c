/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oops/stack.h"

#include "oops/frame.h"
#include "oops/names.h"

#define NAMES_MAX 256 /* deeper traces are recursions: the culprit is near the top */

struct names {
	struct slice at[NAMES_MAX];
	size_t n;
	const char *const *skip;
	bool one_is_enough; /* the format wants the first name, so the walk ends with it */
	bool no_heading;    /* arm with unwind tables prints none: its first frame is one */
	bool done;
};

static void add_name(struct names *names, struct slice name)
{
	struct slice stem = vmc_oops_name_stem(name);

	if (!name.n || names->n == NAMES_MAX || vmc_oops_name_matches(stem, vmc_oops_helpers) ||
	    vmc_oops_name_matches(stem, names->skip))
		return;
	names->at[names->n++] = name;
	names->done = names->one_is_enough;
}

static bool match_part(const char *part, struct slice line, struct names *names)
{
	if (strcmp(part, "@ip") == 0) {
		struct frame_text f;

		if (!vmc_oops_parse_ip(line, &f))
			return false;
		add_name(names, f.function);
	} else if (strcmp(part, "@call") == 0) {
		return vmc_oops_is_trace_start(line);
	} else {
		struct captures caps = { 0 };

		if (!vmc_oops_search(part, line, &caps, NULL))
			return false;
		if (caps.n)
			add_name(names, caps.at[caps.n - 1]);
	}
	return true;
}

static void add_frame(struct names *names, const struct frame_text *f)
{
	if (!f->reliable)
		return;
	add_name(names, f->function);
	if (f->caller.n && !names->done)
		add_name(names, f->caller);
}

static void walk(const char *const parts[FORMAT_PARTS], struct report_text text,
		 struct names *names)
{
	size_t part = 0;

	for (size_t i = 0; i < text.n && part < FORMAT_PARTS && parts[part] && !names->done; i++) {
		struct slice line = text.lines[i];
		const char *next = part + 1 < FORMAT_PARTS ? parts[part + 1] : NULL;
		bool collecting = strcmp(parts[part], "@stack") == 0;
		struct frame_text f;
		bool frame =
			vmc_oops_parse_frame(line, &f) && (f.has_offset || f.decoded || f.caller.n);

		if (frame && f.caller.n && names->no_heading && strcmp(parts[part], "@call") == 0) {
			part++;
			collecting = next && strcmp(next, "@stack") == 0;
			next = part + 1 < FORMAT_PARTS ? parts[part + 1] : NULL;
			if (part == FORMAT_PARTS || !parts[part])
				break;
		}
		/* the trace of an injected fault stands among the report's: what follows is not its
		 * own */
		if (frame && slice_has(f.function, "should_fail"))
			part++;
		else if (!collecting)
			part += match_part(parts[part], line, names);
		else if (next && match_part(next, line, names))
			part += 2;
		else if (frame)
			add_frame(names, &f);
		else if (vmc_oops_is_stack_start(line))
			part++;
	}
}

static struct slice choose_stalled(const struct names *names)
{
	static const char across_cpus[] = "smp_call_function";

	for (size_t i = 0; i < names->n; i++) {
		if (!vmc_oops_name_matches(names->at[i], vmc_oops_anchors) &&
		    !vmc_oops_name_matches(vmc_oops_name_without_syscall(names->at[i]),
					   vmc_oops_anchors))
			continue;
		if (slice_has(names->at[i], across_cpus))
			return slice_of(across_cpus);
		return names->at[i ? i - 1 : 0];
	}
	return (struct slice){ "", 0 };
}

static struct slice choose_hung(const struct names *names)
{
	static const char *const grace[] = { "synchronize_rcu", "synchronize_srcu",
					     "synchronize_net", "synchronize_sched", NULL };
	static const char *const rtnl[] = { "rtnl_lock", NULL };

	for (size_t i = 0; i < names->n; i++) {
		if (vmc_oops_name_matches(names->at[i], rtnl))
			return names->at[i];
		if (vmc_oops_name_matches(names->at[i], grace))
			return slice_of("synchronize_rcu");
	}
	for (size_t i = 0; i < names->n; i++)
		if (!vmc_oops_name_matches(names->at[i], vmc_oops_waits))
			return names->at[i];
	return (struct slice){ "", 0 };
}

static struct slice try_recipe(const struct format *f, const char *const parts[FORMAT_PARTS],
			       struct report_text text, bool no_heading)
{
	struct names names = { .skip = f->skip, .no_heading = no_heading };

	names.one_is_enough = !(f->flags & (FORMAT_STALL | FORMAT_HUNG));
	walk(parts, text, &names);
	if (f->flags & FORMAT_STALL) {
		struct slice chosen = choose_stalled(&names);

		/* a guess below an interrupt is at least what was interrupted */
		return chosen.n || !no_heading || parts == f->parts || parts == f->other || !names.n
			       ? chosen
			       : names.at[0];
	}
	if (f->flags & FORMAT_HUNG)
		return choose_hung(&names);
	return names.n ? names.at[0] : (struct slice){ "", 0 };
}

static struct slice try_all(const struct format *f, const struct recipe *more,
			    struct report_text text, bool no_heading)
{
	struct slice name = try_recipe(f, f->parts, text, no_heading);

	if (!name.n)
		name = try_recipe(f, f->other, text, no_heading);
	for (const struct recipe *r = more; !name.n && r && r->parts[0]; r++)
		name = try_recipe(f, r->parts, text, no_heading);
	return name;
}

struct slice vmc_oops_guilty_function(const struct format *f, struct report_text text)
{
	return try_all(f, f->more, text, false);
}

struct slice vmc_oops_guess_function(const struct format *f, struct report_text text)
{
	return try_all(f, f->guesses, text, true);
}
