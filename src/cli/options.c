/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two tables: commands and options. Parsing, help and error texts follow from them. */
#include "cli/cli.h"

#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT 1u
#define LOG 2u
#define OOPS 4u
#define SHELL 8u
#define SLIM 16u
#define EXPLAIN 32u
#define HELP 64u
#define DEBUGINFO 128u
#define ANY (REPORT | LOG | OOPS | SHELL | SLIM | EXPLAIN | DEBUGINFO | HELP)
#define OPENS_DUMP (REPORT | LOG | OOPS | SHELL | SLIM | DEBUGINFO)

static const struct vmc_verb verbs[] = {
	{ .name = "report",
	  .usage = "[report] INPUT...",
	  .summary = "what crashed, who did it, why we think so (the default)",
	  .text = "Reads crash dumps (ELF vmcore, kdump, flattened, split into several files) and "
		  "kernel\n"
		  "log text, told apart by content; needs no vmlinux. One given among the INPUTs "
		  "or\n"
		  "with --debuginfo, or found in the usual places, is used for what the dump "
		  "lacks.\n"
		  "\n"
		  "Examples:\n"
		  "  vmcoroner /var/crash/202611230843/vmcore\n"
		  "  vmcoroner vmcore --format json | jq .verdict\n"
		  "  dmesg | vmcoroner -\n",
	  .bit = REPORT,
	  .min_inputs = 1,
	  .run = vmc_run_report },
	{ .name = "log",
	  .usage = "log INPUT...",
	  .summary = "the kernel log, as dmesg prints it",
	  .text = "Works with nothing but the dump, also where types and symbols are missing.\n"
		  "\n"
		  "Examples:\n"
		  "  vmcoroner log vmcore | tail -n 60\n"
		  "  vmcoroner log vmcore --explain | less\n"
		  "  vmcoroner log vmcore --format json | jq '.[] | select(.level < 4)'\n",
	  .bit = LOG,
	  .min_inputs = 1,
	  .run = vmc_run_log },
	{ .name = "oops",
	  .usage = "oops FILE...",
	  .summary = "kernel reports (oops, BUG, WARNING, stalls ...) found in log text",
	  .text = "One line a report, in log order; with --format json one JSON object a line.\n"
		  "\n"
		  "Examples:\n"
		  "  vmcoroner oops console-*.log\n"
		  "  journalctl -k -b -1 | vmcoroner oops - --format json\n",
	  .bit = OOPS,
	  .min_inputs = 1,
	  .run = vmc_run_oops },
	{ .name = "shell",
	  .usage = "shell INPUT...",
	  .summary = "commands of crash: bt, ps, log, mod, sym, rd ...",
	  .text = "Reads commands from the terminal, from -c and -f, or from a pipe. 'help' in it "
		  "lists\n"
		  "them.\n"
		  "\n"
		  "Examples:\n"
		  "  vmcoroner shell vmcore\n"
		  "  vmcoroner shell vmcore -c 'bt -a; ps | grep UN'\n",
	  .bit = SHELL,
	  .min_inputs = 1,
	  .run = vmc_run_shell },
	{ .name = "debuginfo",
	  .usage = "debuginfo INPUT...",
	  .summary = "which vmlinux the dump needs, where it was looked for, how to get it",
	  .text = "Names the kernel, tells of each place whether a vmlinux is there and fits, and "
		  "for the\n"
		  "distribution the package that has it, with the command or the address. Nothing "
		  "is\n"
		  "fetched. The exit status is 1 where none that fits was found.\n"
		  "\n"
		  "With --profile INPUT is a vmlinux, or a dump whose vmlinux is given or found: "
		  "OUT then\n"
		  "holds its types, call frames and names, and is taken wherever a vmlinux is.\n"
		  "\n"
		  "Examples:\n"
		  "  vmcoroner debuginfo vmcore\n"
		  "  vmcoroner debuginfo vmcore --debuginfo kernel-debuginfo-*.rpm\n"
		  "  vmcoroner debuginfo vmlinux --profile el7.profile\n"
		  "  vmcoroner debuginfo console.log --format json | jq -r '.packages[].name'\n",
	  .bit = DEBUGINFO,
	  .min_inputs = 1,
	  .run = vmc_run_debuginfo },
	{ .name = "slim",
	  .usage = "slim INPUT... -o OUT",
	  .summary = "a small dump with the pages that the report needs",
	  .text = "OUT is a kdump file that opens like any other, and from which the report is "
		  "the\n"
		  "same. It holds kernel memory: look before you mail it.\n"
		  "\n"
		  "Example:\n"
		  "  vmcoroner slim vmcore -o vmcore.slim\n",
	  .bit = SLIM,
	  .min_inputs = 1,
	  .run = vmc_run_slim },
	{ .name = "explain",
	  .usage = "explain TEXT|ID",
	  .summary = "what a line of the kernel log means and what to do about it",
	  .text = "Looks a line up in the knowledge base, or an entry of it by its id. Where "
		  "several\n"
		  "entries match, the most specific comes first; where none does, the exit status "
		  "is 1.\n"
		  "\n"
		  "Examples:\n"
		  "  vmcoroner explain 'hrtimer: interrupt took 2016981 ns'\n"
		  "  vmcoroner explain hrtimer-interrupt-took --lang zh_CN\n",
	  .bit = EXPLAIN,
	  .min_inputs = 1,
	  .run = vmc_run_explain },
	{ .name = "help",
	  .usage = "help [COMMAND]",
	  .summary = "this text, or that of a command",
	  .text = "",
	  .bit = HELP,
	  .min_inputs = 0,
	  .run = vmc_run_help },
};

/* Long options without a letter get numbers beyond any character. */
enum {
	OPT_DEBUGINFO = 256,
	OPT_FORMAT,
	OPT_DEEP_SCAN,
	OPT_LANG,
	OPT_EXPLAIN,
	OPT_NO_BTF,
	OPT_NO_ORC,
	OPT_NO_DEBUGINFO,
	OPT_PROFILE
};

static const struct {
	int id;
	const char *name;
	const char *arg;
	const char *help;
	unsigned int verbs;
} options[] = {
	{ OPT_DEBUGINFO, "debuginfo", "PATH",
	  "vmlinux or its package, a .ko, a folder of .ko files; may be repeated", OPENS_DUMP },
	{ OPT_NO_DEBUGINFO, "no-debuginfo", NULL, "do not look for a vmlinux in the usual places",
	  OPENS_DUMP },
	{ OPT_PROFILE, "profile", "OUT", "write what a few MB can hold of the vmlinux to OUT",
	  DEBUGINFO },
	{ OPT_FORMAT, "format", "FORMAT", "text (default) or json; for report html as well",
	  REPORT | LOG | OOPS | EXPLAIN | DEBUGINFO },
	{ OPT_LANG, "lang", "LANG", "en or zh_CN; by default what the locale says",
	  REPORT | LOG | EXPLAIN | DEBUGINFO },
	{ OPT_EXPLAIN, "explain", NULL, "below the lines, what they mean", LOG },
	{ 'o', "output", "FILE", "write to FILE, which is complete or not there at all",
	  REPORT | LOG | OOPS | SLIM | EXPLAIN | DEBUGINFO },
	{ 'c', "command", "COMMANDS", "run these commands, ';' between them; may be repeated",
	  SHELL },
	{ 'f', "file", "FILE", "run the commands in FILE; may be repeated", SHELL },
	{ OPT_DEEP_SCAN, "deep-scan", NULL,
	  "search all of a big dump for kernel data that nothing points to", OPENS_DUMP },
	{ OPT_NO_BTF, "no-btf", NULL, "take types from the vmlinux's DWARF, not from BTF",
	  OPENS_DUMP },
	{ OPT_NO_ORC, "no-orc", NULL, "walk stacks without the kernel's ORC tables", OPENS_DUMP },
	{ 'h', "help", NULL, "this text", ANY },
	{ 'V', "version", NULL, "version of the program", ANY },
};

const struct vmc_verb *vmc_verb_find(const char *name)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

void vmc_verb_names(struct vmc_str *out)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(verbs); i++)
		vmc_str_addf(out, "%s%s", i ? ", " : "", verbs[i].name);
}

static void help_options(unsigned int bit, struct vmc_str *out)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(options); i++) {
		vmc_autostr struct vmc_str name = { 0 };

		if (!(options[i].verbs & bit))
			continue;
		if (options[i].id < 256)
			vmc_str_addf(&name, "-%c, ", options[i].id);
		else
			vmc_str_add(&name, "    ");
		vmc_str_addf(&name, "--%s", options[i].name);
		if (options[i].arg)
			vmc_str_addf(&name, " %s", options[i].arg);
		vmc_str_addf(out, "  %-24s %s\n", vmc_str_text(&name), options[i].help);
	}
}

void vmc_options_help(const struct vmc_verb *verb, struct vmc_str *out)
{
	if (verb) {
		vmc_str_addf(out, "Usage: vmcoroner %s [OPTION]...\n\n", verb->usage);
		vmc_str_addf(out, "%s: %s\n", verb->name, verb->summary);
		vmc_str_addf(out, "%s\nOptions:\n", verb->text);
		help_options(verb->bit, out);
		return;
	}
	vmc_str_add(out, "Usage: vmcoroner [COMMAND] INPUT... [OPTION]...\n\n"
			 "Says what a crashed Linux kernel died of, from nothing but its dump.\n\n"
			 "Commands:\n");
	for (size_t i = 0; i < VMC_ARRAY_SIZE(verbs); i++)
		vmc_str_addf(out, "  %-24s %s\n", verbs[i].usage, verbs[i].summary);
	vmc_str_add(
		out,
		"\nINPUT is a vmcore in any supported format (several files: one split dump), the "
		"text\n"
		"of a kernel log, or - for log text on standard input. A vmlinux or a package of\n"
		"debug info (rpm, deb) among them is taken as such.\n\nOptions:\n");
	help_options(ANY, out);
	vmc_str_add(out, "\nExit status: 0 answered, 1 answered in part, 2 wrong usage, 3 input "
			 "not readable or\n"
			 "in no known format.\n");
}

static struct vmc_error *add(struct vmc_texts *list, const char *text)
{
	return vmc_vec_push(list, text) ? NULL : vmc_error_no_memory();
}

static struct vmc_error *format_of(const char *text, enum vmc_format *ret)
{
	static const char *const names[] = { "text", "json", "html" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], text) == 0) {
			*ret = (enum vmc_format)i;
			return NULL;
		}
	}
	return vmc_error_new(VMC_USAGE, "--format %s: formats are text, json and html", text);
}

static struct vmc_error *take(int id, const char *value, struct vmc_options *ret)
{
	switch (id) {
	case OPT_DEBUGINFO:
		return add(&ret->debuginfo, value);
	case OPT_FORMAT:
		return format_of(value, &ret->format);
	case OPT_EXPLAIN:
		ret->explain = true;
		break;
	case OPT_LANG:
		ret->lang_given = true;
		if (vmc_lang_of(value, &ret->lang))
			break;
		return vmc_error_new(VMC_USAGE, "--lang %s: languages are en and zh_CN", value);
	case OPT_NO_BTF:
		ret->no_btf = true;
		break;
	case OPT_NO_ORC:
		ret->no_orc = true;
		break;
	case OPT_NO_DEBUGINFO:
		ret->no_debuginfo = true;
		break;
	case OPT_DEEP_SCAN:
		ret->deep_scan = true;
		break;
	case OPT_PROFILE:
		ret->profile = value;
		break;
	case 'o':
		ret->output = value;
		break;
	case 'c':
		return add(&ret->commands, value);
	case 'f':
		return add(&ret->scripts, value);
	case 'h':
		ret->help = true;
		break;
	case 'V':
		ret->version = true;
		break;
	}
	return NULL;
}

/* Options that this command does not have. `seen` is by row of the table. */
static struct vmc_error *check_options(const struct vmc_options *o, const bool *seen)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(options); i++) {
		if (seen[i] && !(options[i].verbs & o->verb->bit))
			return vmc_error_new(VMC_USAGE,
					     "--%s is no option of %s; try: vmcoroner help %s",
					     options[i].name, o->verb->name, o->verb->name);
	}
	if (o->format == VMC_FORMAT_HTML && o->verb->bit != REPORT)
		return vmc_error_new(VMC_USAGE, "--format html: only the report has this format");
	if (o->profile && (o->output || o->format != VMC_FORMAT_TEXT))
		return vmc_error_new(VMC_USAGE,
				     "--profile: it is all that is written; neither -o nor "
				     "--format goes with it");
	if (o->explain && o->format != VMC_FORMAT_TEXT)
		return vmc_error_new(VMC_USAGE, "--explain: goes with text only");
	return NULL;
}

/* A lower-case word that is no file was meant as a command. */
static bool looks_like_verb(const char *word)
{
	return *word && strspn(word, "abcdefghijklmnopqrstuvwxyz-") == strlen(word) &&
	       strcmp(word, "-") != 0 && access(word, F_OK) != 0;
}

static struct vmc_error *pick_verb(struct vmc_options *ret)
{
	vmc_autostr struct vmc_str known = { 0 };
	const char *first = ret->inputs.len ? ret->inputs.data[0] : NULL;

	ret->verb = first ? vmc_verb_find(first) : NULL;
	if (ret->verb) {
		ret->verb_named = true;
		ret->inputs.len--;
		memmove(ret->inputs.data, ret->inputs.data + 1,
			ret->inputs.len * sizeof(*ret->inputs.data));
		return NULL;
	}
	ret->verb = vmc_verb_find("report");
	if (!first || !looks_like_verb(first))
		return NULL;
	vmc_verb_names(&known);
	return vmc_error_new(VMC_USAGE, "%s: neither a command (%s) nor a file", first,
			     vmc_str_text(&known));
}

static struct vmc_error *getopt_error(char **argv, int id)
{
	const char *word = argv[optind - 1];

	if (id == ':')
		return vmc_error_new(VMC_USAGE, "%s needs a value; try: vmcoroner --help", word);
	if (optopt > 0 && optopt < 256 && word[0] == '-' && word[1] != '-')
		return vmc_error_new(VMC_USAGE, "unknown option -%c; try: vmcoroner --help",
				     optopt);
	return vmc_error_new(VMC_USAGE, "unknown option %s; try: vmcoroner --help", word);
}

/* A dump is often the only one there is: no slip of the hand may replace it by its report. */
static struct vmc_error *check_output(const struct vmc_options *o, const char *option,
				      const char *path)
{
	const struct vmc_texts *lists[] = { &o->inputs, &o->debuginfo };
	struct stat out, in;

	if (!path || stat(path, &out) != 0 || !S_ISREG(out.st_mode))
		return NULL;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(lists); i++) {
		for (size_t k = 0; k < lists[i]->len; k++) {
			if (stat(lists[i]->data[k], &in) == 0 && in.st_dev == out.st_dev &&
			    in.st_ino == out.st_ino)
				return vmc_error_new(VMC_USAGE,
						     "%s %s: this is an input, which would be lost",
						     option, path);
		}
	}
	return NULL;
}

struct vmc_error *vmc_options_parse(int argc, char **argv, struct vmc_options *ret)
{
	struct option longs[VMC_ARRAY_SIZE(options) + 1] = { 0 };
	bool seen[VMC_ARRAY_SIZE(options)] = { 0 };
	char shorts[2 * VMC_ARRAY_SIZE(options) + 2] = ":", *p = shorts + 1;
	int id;

	for (size_t i = 0; i < VMC_ARRAY_SIZE(options); i++) {
		longs[i] = (struct option){ .name = options[i].name,
					    .has_arg = options[i].arg ? required_argument
								      : no_argument,
					    .val = options[i].id };
		if (options[i].id < 256) {
			*p++ = (char)options[i].id;
			if (options[i].arg)
				*p++ = ':';
		}
	}
	opterr = 0;
	while ((id = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (id == '?' || id == ':')
			return getopt_error(argv, id);
		for (size_t i = 0; i < VMC_ARRAY_SIZE(options); i++)
			seen[i] |= options[i].id == id;
		VMC_TRY(take(id, optarg, ret));
	}
	for (; optind < argc; optind++)
		VMC_TRY(add(&ret->inputs, argv[optind]));
	VMC_TRY(pick_verb(ret));
	if (ret->help || ret->version)
		return NULL;
	VMC_TRY(check_options(ret, seen));
	if (ret->inputs.len < ret->verb->min_inputs)
		return vmc_error_new(VMC_USAGE,
				     "%s: no input; usage: vmcoroner %s  (more: vmcoroner help %s)",
				     ret->verb->name, ret->verb->usage, ret->verb->name);
	VMC_TRY(check_output(ret, "-o", ret->output));
	return check_output(ret, "--profile", ret->profile);
}

enum vmc_lang vmc_options_lang(const struct vmc_options *o)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	enum vmc_lang lang = VMC_LANG_EN;

	if (o->lang_given)
		return o->lang;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value) {
			vmc_lang_of(value, &lang);
			return lang;
		}
	}
	return lang;
}

void vmc_options_deinit(struct vmc_options *o)
{
	vmc_vec_free(&o->debuginfo);
	vmc_vec_free(&o->commands);
	vmc_vec_free(&o->scripts);
	vmc_vec_free(&o->inputs);
}
