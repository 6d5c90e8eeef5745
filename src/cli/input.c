/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the inputs are, by content and never by name: parts of a dump, debug
 * info, or log text. What is none of these is named, with the next thing to try.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debug/source/package.h"

#include "inquest/inquest.h"
#include "oops/encoding.h"
#include "target/profile.h"

#define HEAD_BYTES 65536
/* A log of this size is decades of dmesg; of a longer one the rest is not read, and that is said.
 */
#define TEXT_MAX ((size_t)1 << 30)
#define READ_STEP ((size_t)1 << 20)

#define ELF_TYPE_CORE 4

static const char expected[] = "expected a Linux crash dump (ELF vmcore, kdump) or the text of a "
			       "kernel log";

/* Formats that are often given by mistake, and what to do with them. */
static const struct {
	size_t offset;
	const char *magic;
	size_t len;
	const char *what, *next;
} strangers[] = {
	{ 0, "\x1f\x8b", 2, "gzip data", "unpack it first: gzip -dc FILE > vmcore" },
	{ 0,
	  "\xfd"
	  "7zXZ",
	  5, "xz data", "unpack it first: xz -dc FILE > vmcore" },
	{ 0, "\x28\xb5\x2f\xfd", 4, "zstd data", "unpack it first: zstd -dc FILE > vmcore" },
	{ 0, "BZh", 3, "bzip2 data", "unpack it first: bzip2 -dc FILE > vmcore" },
	{ 0, "PK\3\4", 4, "a zip archive", "unpack it first: unzip FILE" },
	{ 257, "ustar", 5, "a tar archive", "unpack it first: tar -xf FILE" },
	{ 0, "LPKSHHRH", 8, "a systemd journal", "journalctl --file FILE -k | vmcoroner -" },
	{ 0, "QFI\xfb", 4, "a qcow2 disk image", "mount it and look below var/crash in it" },
};

static bool is_elf(const uint8_t *head, size_t n)
{
	return n >= 20 && memcmp(head, "\177ELF", 4) == 0;
}

static bool is_elf_core(const uint8_t *head, size_t n)
{
	bool big_endian = n >= 20 && head[5] == 2;

	return is_elf(head, n) && (big_endian ? head[17] : head[16]) == ELF_TYPE_CORE;
}

static bool starts_like_dump(const uint8_t *head, size_t n)
{
	static const char *const magics[] = { "KDUMP   ", "DISKDUMP", "makedumpfile" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(magics); i++) {
		size_t len = strlen(magics[i]);

		if (n >= len && memcmp(head, magics[i], len) == 0)
			return true;
	}
	return is_elf_core(head, n);
}

static struct vmc_error *open_input(const char *path, int *ret, struct stat *st)
{
	*ret = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*ret < 0 && errno == ENOENT)
		return vmc_error_new(VMC_IO, "%s: there is no such file; %s", path, expected);
	if (*ret < 0 && errno == EACCES)
		return vmc_error_new(VMC_IO,
				     "%s: no permission to read it; dumps belong to root: try sudo",
				     path);
	if (*ret < 0)
		return vmc_error_os(errno, "%s", path);
	if (fstat(*ret, st) != 0)
		return vmc_error_os(errno, "%s", path);
	if (S_ISDIR(st->st_mode))
		return vmc_error_new(
			VMC_IO, "%s: this is a directory; %s: name the file in it (often vmcore)",
			path, expected);
	if (S_ISCHR(st->st_mode))
		return vmc_error_new(VMC_IO, "%s: this is a device; %s as a file", path, expected);
	if (S_ISREG(st->st_mode) && st->st_size == 0)
		return vmc_error_new(VMC_IO,
				     "%s: the file is empty; %s; was there no room left where the "
				     "dump was saved?",
				     path, expected);
	return NULL;
}

/* Up to `max` bytes from fd, to the end of the file or pipe. */
static struct vmc_error *read_all(int fd, const char *path, size_t max, struct vmc_str *ret)
{
	vmc_autofree char *buf = malloc(READ_STEP);

	if (!buf)
		return vmc_error_no_memory();
	while (ret->len < max) {
		ssize_t n = read(fd, buf, max - ret->len < READ_STEP ? max - ret->len : READ_STEP);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vmc_error_os(errno, "%s", path);
		if (n == 0)
			break;
		vmc_str_addn(ret, buf, (size_t)n);
		if (ret->failed)
			return vmc_error_no_memory();
	}
	return NULL;
}

/* Is there anything behind what was read? */
static bool has_more(int fd)
{
	char byte;
	ssize_t n;

	do
		n = read(fd, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

/* What PowerShell's ">" has made of a log is a log all the same. */
static struct vmc_error *decode(struct vmc_str *text)
{
	vmc_autostr struct vmc_str decoded = { 0 };
	struct vmc_str raw = *text;

	if (!vmc_log_is_utf16(vmc_str_text(text), text->len))
		return NULL;
	VMC_TRY(vmc_log_decode_utf16(vmc_str_text(text), text->len, &decoded));
	*text = decoded;
	decoded = raw;
	return NULL;
}

struct vmc_error *vmc_input_text(const char *path, struct vmc_str *ret, bool *ret_more)
{
	bool is_stdin = strcmp(path, "-") == 0;
	vmc_autoclose int file = -1;
	int fd = STDIN_FILENO;
	struct stat st;

	if (!is_stdin) {
		VMC_TRY(open_input(path, &file, &st));
		fd = file;
	}
	VMC_TRY(read_all(fd, is_stdin ? "standard input" : path, TEXT_MAX, ret));
	if (is_stdin && !ret->len)
		return vmc_error_new(VMC_IO, "standard input is empty; expected the text of "
					     "a kernel log");
	*ret_more = ret->len == TEXT_MAX && has_more(fd);
	return decode(ret);
}

static struct vmc_error *head_of(const char *path, uint8_t *head, size_t *ret_len, bool *ret_pipe)
{
	vmc_autoclose int fd = -1;
	struct stat st;
	ssize_t n;

	*ret_len = 0;
	/* what is read from a pipe is gone, and who writes to it ends when it is closed again */
	*ret_pipe = stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
	if (*ret_pipe)
		return NULL;
	VMC_TRY(open_input(path, &fd, &st));
	*ret_pipe = !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode);
	if (*ret_pipe)
		return NULL;
	n = pread(fd, head, HEAD_BYTES, 0);
	if (n < 0)
		return vmc_error_os(errno, "%s", path);
	*ret_len = (size_t)n;
	return NULL;
}

bool vmc_input_is_dump(const char *path)
{
	vmc_autofree uint8_t *head = malloc(HEAD_BYTES);
	struct vmc_error *err;
	bool is_pipe, result;
	size_t n;

	if (!head || strcmp(path, "-") == 0)
		return false;
	err = head_of(path, head, &n, &is_pipe);
	result = !err && starts_like_dump(head, n);
	vmc_error_free(err);
	return result;
}

static bool is_mostly_text(const uint8_t *p, size_t n)
{
	size_t odd = 0;

	if (vmc_log_is_utf16((const char *)p, n))
		return true;
	/* a machine that lost power leaves zeros where the end of its log was to be */
	while (n && !p[n - 1])
		n--;
	for (size_t i = 0; i < n; i++)
		odd += p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' && p[i] != '\t' && p[i] != 0x1b;
	return n && odd * 50 < n + 50;
}

static struct vmc_error *stranger(const char *path, const uint8_t *head, size_t n)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(strangers); i++) {
		if (n >= strangers[i].offset + strangers[i].len &&
		    memcmp(head + strangers[i].offset, strangers[i].magic, strangers[i].len) == 0)
			return vmc_error_new(VMC_NOT_FORMAT, "%s: this is %s; %s. %s", path,
					     strangers[i].what, expected, strangers[i].next);
	}
	if (is_mostly_text(head, n))
		return vmc_error_new(
			VMC_NOT_FORMAT,
			"%s: this is text, but not what a kernel logs; %s. If it does hold "
			"kernel reports, try: vmcoroner oops %s",
			path, expected, path);
	return NULL;
}

/* A text log if it is one; whatever nothing knows goes to the dump readers, who name it best. */
static struct vmc_error *sort_other(const char *path, const uint8_t *head, size_t n, bool is_pipe,
				    struct vmc_inputs *ret)
{
	struct vmc_error *err;

	if (is_pipe || is_mostly_text(head, n)) {
		if (ret->text_path)
			return vmc_error_new(
				VMC_USAGE,
				"%s: one log at a time (after %s); for many try: vmcoroner "
				"oops",
				path, ret->text_path);
		VMC_TRY(vmc_input_text(path, &ret->text, &ret->has_more));
		if (vmc_log_is_kernel_text(vmc_str_text(&ret->text), ret->text.len)) {
			ret->text_path = path;
			return NULL;
		}
		if (is_pipe) {
			n = ret->text.len < HEAD_BYTES ? ret->text.len : HEAD_BYTES;
			head = (const uint8_t *)vmc_str_text(&ret->text);
			err = stranger(strcmp(path, "-") == 0 ? "standard input" : path, head, n);
			return err ? err
				   : vmc_error_new(
					     VMC_NOT_FORMAT,
					     "%s: neither log text nor anything known; a dump "
					     "must be given as a file, it cannot be read "
					     "from a pipe",
					     path);
		}
		vmc_str_clear(&ret->text);
	}
	err = stranger(path, head, n);
	if (err)
		return err;
	return vmc_vec_push(&ret->dumps, path) ? NULL : vmc_error_no_memory();
}

/* A package is debug info among operands; other archives may as well hold the dump. */
static bool is_package(const uint8_t *head, size_t n)
{
	const char *kind = vmc_package_kind(head, n);

	return kind && vmc_str_ends(kind, "package");
}

static struct vmc_error *sort_one(const char *path, uint8_t *head, struct vmc_inputs *ret)
{
	bool is_pipe = strcmp(path, "-") == 0;
	size_t n = 0;

	if (!is_pipe)
		VMC_TRY(head_of(path, head, &n, &is_pipe));
	if (starts_like_dump(head, n))
		return vmc_vec_push(&ret->dumps, path) ? NULL : vmc_error_no_memory();
	if (is_elf(head, n) || is_package(head, n))
		return vmc_vec_push(&ret->debuginfo, path) ? NULL : vmc_error_no_memory();
	return sort_other(path, head, n, is_pipe, ret);
}

struct vmc_error *vmc_inputs_sort(const struct vmc_options *o, struct vmc_inputs *ret)
{
	vmc_autofree uint8_t *head = malloc(HEAD_BYTES);

	if (!head)
		return vmc_error_no_memory();
	for (size_t i = 0; i < o->debuginfo.len; i++) {
		/* named but not there is the user's mistake, not a property of the dump */
		if (access(o->debuginfo.data[i], R_OK) != 0)
			return vmc_error_os(errno, "--debuginfo %s", o->debuginfo.data[i]);
		if (!vmc_vec_push(&ret->debuginfo, o->debuginfo.data[i]))
			return vmc_error_no_memory();
	}
	for (size_t i = 0; i < o->inputs.len; i++)
		VMC_TRY(sort_one(o->inputs.data[i], head, ret));
	if (ret->text_path && ret->dumps.len)
		return vmc_error_new(VMC_USAGE, "%s is a log and %s a dump: give one or the other",
				     ret->text_path, ret->dumps.data[0]);
	if (!ret->text_path && !ret->dumps.len)
		return vmc_error_new(VMC_USAGE,
				     "%s is no dump, but debug info, which needs a dump beside it",
				     ret->debuginfo.data[ret->debuginfo.len - 1]);
	return NULL;
}

void vmc_inputs_deinit(struct vmc_inputs *in)
{
	vmc_vec_free(&in->dumps);
	vmc_vec_free(&in->debuginfo);
	vmc_str_deinit(&in->text);
}

/* What the dump readers say, what would have been right, and the next thing to try. */
static struct vmc_error *not_format(struct vmc_error *err, const char *path)
{
	struct vmc_error *said =
		vmc_error_new(VMC_NOT_FORMAT, "%s; %s. What it is, 'file %s' may know",
			      vmc_error_text(err), expected, path);

	vmc_error_free(err);
	return said;
}

/* Debug info that was refused stands in the report; who gave it should not have to look there. */
static void note_debuginfo(const struct vmc_target *t, const char *of)
{
	const struct vmc_unavailable *u;

	vmc_vec_each (u, &t->unavailable) {
		if (vmc_str_starts(u->what, of))
			vmc_exit_note("%s is not used: %s", u->what, u->why);
	}
}

struct vmc_error *vmc_case_open(const struct vmc_options *o, bool record, struct vmc_case *ret)
{
	struct vmc_inputs *in = &ret->inputs;
	struct vmc_open_options open_options;
	struct vmc_error *err;

	VMC_TRY(vmc_inputs_sort(o, in));
	if (in->text_path)
		return NULL;
	open_options = (struct vmc_open_options){ .debuginfo = in->debuginfo.data,
						  .n_debuginfo = in->debuginfo.len,
						  .find_debuginfo = !o->no_debuginfo,
						  .deep_scan = o->deep_scan,
						  .no_btf = o->no_btf,
						  .no_orc = o->no_orc,
						  .record = record,
						  .lang = vmc_options_lang(o) };
	err = vmc_target_open(in->dumps.data, in->dumps.len, &open_options, &ret->target);
	if (vmc_error_code(err) == VMC_NOT_FORMAT)
		return not_format(err, in->dumps.data[0]);
	if (!err)
		note_debuginfo(ret->target, "debug info of");
	return err;
}

const char *vmc_case_path(const struct vmc_case *c)
{
	if (c->inputs.text_path)
		return c->inputs.text_path;
	return c->inputs.dumps.data[0];
}

struct vmc_error *vmc_case_report(const struct vmc_options *o, struct vmc_case *c)
{
	struct vmc_report_options options = { .lang = vmc_options_lang(o) };

	if (c->report)
		return NULL;
	VMC_TRY(vmc_rulebook_open(&c->rules));
	options.rules = c->rules.list;
	options.n_rules = c->rules.n;
	if (c->target) {
		VMC_TRY(vmc_report_dump(c->target, vmc_case_path(c), &options, &c->report));
		/* that of modules is opened on the way */
		note_debuginfo(c->target, "debug info of module ");
		return NULL;
	}
	VMC_TRY(vmc_report_text(vmc_str_text(&c->inputs.text), c->inputs.text.len, vmc_case_path(c),
				&options, &c->report));
	if (c->inputs.has_more)
		vmc_report_missing(c->report,
				   vmc_error_new(VMC_LIMIT,
						 "only so much is read; if what you look for is "
						 "later in it: tail -c 1G FILE | vmcoroner -"),
				   VMC_SAY("what follows the first GiB of the text"));
	return NULL;
}

void vmc_case_deinit(struct vmc_case *c)
{
	/* the answer is out by now: what took time to read is kept for the next run */
	if (c->target)
		vmc_profile_keep(c->target);
	vmc_report_free(c->report);
	vmc_rulebook_deinit(&c->rules);
	vmc_target_free(c->target);
	vmc_inputs_deinit(&c->inputs);
}
