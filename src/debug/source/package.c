/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug/source/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "debug/source/cache.h"
#include "debug/source/soundness.h"

#define HEAD_BYTES 512
#define BLOCK_SIZE ((size_t)256 << 10)
/* The biggest vmlinux with DWARF (KASAN, all built in) has 1.5 GiB; all of a package 6. */
#define MEMBER_MAX ((int64_t)4 << 30)
#define PACKAGE_MAX ((int64_t)16 << 30)
#define ENTRIES_MAX 1000000u

static const struct {
	size_t offset;
	const char *magic;
	size_t len;
	const char *kind;
} kinds[] = {
	{ 0, "\xed\xab\xee\xdb", 4, "an RPM package" },
	{ 0, "!<arch>\ndebian", 14, "a Debian package" },
	{ 257, "ustar", 5, "a tar archive" },
	{ 0, "\x1f\x8b", 2, "gzip data" },
	{ 0,
	  "\xfd"
	  "7zXZ",
	  5, "xz data" },
	{ 0, "\x28\xb5\x2f\xfd", 4, "zstd data" },
	{ 0, "BZh", 3, "bzip2 data" },
};

const char *vmc_package_kind(const uint8_t *head, size_t n)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(kinds); i++)
		if (n >= kinds[i].offset + kinds[i].len &&
		    !memcmp(head + kinds[i].offset, kinds[i].magic, kinds[i].len))
			return kinds[i].kind;
	return NULL;
}

const char *vmc_package_kind_of(const char *path)
{
	vmc_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t head[HEAD_BYTES];
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	return n < 0 ? NULL : vmc_package_kind(head, (size_t)n);
}

static void free_archive(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}
#define vmc_autoarchive vmc_cleanup(free_archive)

static struct archive *new_archive(void)
{
	struct archive *a = archive_read_new();

	if (!a)
		return NULL;
	/* by name and not "all": some of those would run programs */
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_rpm(a);
	archive_read_support_format_ar(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_raw(a);
	return a;
}

static struct vmc_error *broken(struct archive *a)
{
	const char *why = archive_error_string(a);

	/* a damaged header asks for gigabytes: that is the package's trouble, not the report's */
	if (archive_errno(a) == ENOMEM)
		return vmc_error_new(VMC_LIMIT,
				     "unpacking it takes more memory than there is; if it "
				     "is damaged, download it again");
	/* libarchive has no code of its own for an early end */
	if (why && (strcasestr(why, "truncated") || strcasestr(why, "end of file")))
		return vmc_error_new(VMC_TRUNCATED, "it is cut off (%s); download it again", why);
	return vmc_error_new(VMC_DAMAGED, "it does not unpack (%s); download it again",
			     why ? why : "no reason given");
}

/* One run over a package. */
struct search {
	const struct vmc_kernel_id *want;
	struct vmc_str other;	  /* releases of vmlinux files that were passed over */
	struct vmc_error *reason; /* why the last vmlinux that was unpacked does not fit */
	unsigned int entries;
	struct vmc_str *ret;
	bool done;
};

/* What follows "vmlinux" in the names of files that are one, without a possible ".debug". */
static bool is_vmlinux(const char *base, struct vmc_bytes *ret_release)
{
	size_t len = strlen(base);

	*ret_release = (struct vmc_bytes){ 0 };
	if (!vmc_str_starts(base, "vmlinux"))
		return false;
	if (vmc_str_ends(base, ".debug"))
		len -= strlen(".debug");
	if (len == strlen("vmlinux"))
		return true;
	if (base[strlen("vmlinux")] != '-')
		return false;
	*ret_release = (struct vmc_bytes){ (const uint8_t *)base + strlen("vmlinux-"),
					   len - strlen("vmlinux-") };
	return ret_release->size != 0;
}

/* Is this the name of the wanted vmlinux? The release is in it, or in the folder's name. */
static bool is_wanted(struct search *s, const char *name)
{
	const char *base = strrchr(name, '/'), *modules = strstr(name, "lib/modules/");
	struct vmc_bytes release;

	base = base ? base + 1 : name;
	if (!is_vmlinux(base, &release) || strstr(name, "../"))
		return false;
	if (!release.size && modules) {
		modules += strlen("lib/modules/");
		release = (struct vmc_bytes){ (const uint8_t *)modules, strcspn(modules, "/") };
	}
	if (!release.size || !*s->want->release)
		return true;
	if (release.size == strlen(s->want->release) &&
	    !memcmp(release.data, s->want->release, release.size))
		return true;
	if (s->other.len < 200) {
		vmc_str_add(&s->other, s->other.len ? ", " : "");
		vmc_str_add_untrusted(&s->other, release.data,
				      release.size < 64 ? release.size : 64);
	}
	return false;
}

/* Writes the member's bytes, as many as it says. */
static struct vmc_error *write_member(struct archive *a, struct archive_entry *e,
				      struct vmc_cache_file *f)
{
	vmc_autofree uint8_t *block = malloc(BLOCK_SIZE);
	int64_t size = archive_entry_size_is_set(e) ? archive_entry_size(e) : -1, total = 0;
	la_ssize_t n;

	if (!block)
		return vmc_error_no_memory();
	if (size > MEMBER_MAX)
		return vmc_error_new(VMC_LIMIT, "its vmlinux is said to have %lld bytes",
				     (long long)size);
	while ((n = archive_read_data(a, block, BLOCK_SIZE)) > 0) {
		if (!total && (n < 4 || memcmp(block, "\177ELF", 4) != 0))
			return vmc_error_new(VMC_NOT_FORMAT, "what it holds is no ELF file");
		total += n;
		if (total > MEMBER_MAX)
			return vmc_error_new(VMC_LIMIT, "its vmlinux has more than %lld bytes",
					     (long long)MEMBER_MAX);
		VMC_TRY(vmc_cache_write(f, block, (size_t)n));
	}
	if (n < 0)
		return broken(a);
	if (size >= 0 && total != size)
		return vmc_error_new(VMC_TRUNCATED, "its vmlinux has %lld bytes instead of %lld",
				     (long long)total, (long long)size);
	return NULL;
}

/* A file that is one, whole, and of this kernel. */
static struct vmc_error *check_file(const char *path, const struct vmc_kernel_id *want)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	struct vmc_elf_contents contents;

	VMC_TRY(vmc_elf_examine(path, &contents));
	VMC_TRY(vmc_elf_open(path, &e));
	return vmc_kernel_id_check(want, e);
}

static const char *cache_key(const struct vmc_kernel_id *want)
{
	if (*want->build_id)
		return want->build_id;
	return *want->release && !strchr(want->release, '/') ? want->release : "unknown";
}

/* Unpacks one vmlinux; one that does not fit leaves its reason, and the search goes on. */
static struct vmc_error *unpack(struct search *s, struct archive *a, struct archive_entry *e)
{
	struct vmc_cache_file f;
	struct vmc_error *err;

	VMC_TRY(vmc_cache_create(&f));
	err = write_member(a, e, &f);
	if (!err) {
		vmc_error_free(s->reason);
		s->reason = check_file(vmc_str_text(&f.name), s->want);
		if (!s->reason) {
			err = vmc_cache_commit(&f, cache_key(s->want), "vmlinux", s->ret);
			s->done = !err;
		}
	}
	vmc_cache_file_deinit(&f);
	return err;
}

/* The archive inside a Debian package, read out of its member as it comes. */
struct inner {
	struct archive *outer;
	uint8_t block[64 << 10];
};

static la_ssize_t read_inner(struct archive *a, void *ctx, const void **ret)
{
	struct inner *in = ctx;
	la_ssize_t n = archive_read_data(in->outer, in->block, sizeof(in->block));

	if (n < 0)
		archive_set_error(a, archive_errno(in->outer), "%s",
				  archive_error_string(in->outer));
	*ret = in->block;
	return n;
}

static struct vmc_error *search_members(struct search *s, struct archive *a, bool nested);

static struct vmc_error *search_inner(struct search *s, struct archive *outer)
{
	vmc_autofree struct inner *in = calloc(1, sizeof(*in));
	vmc_autoarchive struct archive *a = new_archive();

	if (!in || !a)
		return vmc_error_no_memory();
	in->outer = outer;
	if (archive_read_open(a, in, NULL, read_inner, NULL) != ARCHIVE_OK)
		return broken(a);
	return search_members(s, a, true);
}

static struct vmc_error *look_at(struct search *s, struct archive *a, struct archive_entry *e,
				 bool nested)
{
	const char *name = archive_entry_pathname(e);
	int format = archive_format(a) & ARCHIVE_FORMAT_BASE_MASK;

	if (++s->entries > ENTRIES_MAX || archive_filter_bytes(a, 0) > PACKAGE_MAX ||
	    (archive_entry_size_is_set(e) && archive_entry_size(e) > PACKAGE_MAX))
		return vmc_error_new(VMC_LIMIT, "it has more in it than any package of a kernel");
	if (!name || (archive_entry_filetype(e) != AE_IFREG && format != ARCHIVE_FORMAT_RAW) ||
	    archive_entry_hardlink(e))
		return NULL;
	if (format == ARCHIVE_FORMAT_AR && !nested)
		return vmc_str_starts(name, "data.tar") ? search_inner(s, a) : NULL;
	if (format == ARCHIVE_FORMAT_RAW || is_wanted(s, name))
		return unpack(s, a, e);
	return NULL;
}

static struct vmc_error *search_members(struct search *s, struct archive *a, bool nested)
{
	struct archive_entry *e;
	int status;

	while (!s->done && (status = archive_read_next_header(a, &e)) != ARCHIVE_EOF) {
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return broken(a);
		VMC_TRY(look_at(s, a, e, nested));
	}
	return NULL;
}

static struct vmc_error *nothing_found(struct search *s)
{
	if (s->reason)
		return vmc_take(s->reason);
	if (s->other.len)
		return vmc_error_new(VMC_MISMATCH,
				     "it holds the vmlinux of kernel %s, the dump is of %s",
				     vmc_str_text(&s->other), s->want->release);
	return vmc_error_new(VMC_NOT_FOUND,
			     "it holds no vmlinux; 'vmcoroner debuginfo' with the dump names the "
			     "package that does");
}

/* From an earlier run. */
static bool is_cached(const struct vmc_kernel_id *want, struct vmc_str *ret)
{
	vmc_autostr struct vmc_str path = { 0 };

	if (!vmc_cache_folder(&path))
		return false;
	vmc_str_addf(&path, "/%s/vmlinux", cache_key(want));
	if (path.failed || access(vmc_str_text(&path), R_OK) != 0)
		return false;
	vmc_autoerror struct vmc_error *err = check_file(vmc_str_text(&path), want);
	if (err)
		return false;
	vmc_str_clear(ret);
	vmc_str_add(ret, vmc_str_text(&path));
	return !ret->failed;
}

struct vmc_error *vmc_package_kernel(const char *path, const struct vmc_kernel_id *want,
				     struct vmc_str *ret, bool *ret_cached)
{
	vmc_autoarchive struct archive *a = NULL;
	struct search s = { .want = want, .ret = ret };
	struct vmc_error *err;

	*ret_cached = is_cached(want, ret);
	if (*ret_cached)
		return NULL;
	a = new_archive();
	if (!a)
		return vmc_error_no_memory();
	if (archive_read_open_filename(a, path, BLOCK_SIZE) != ARCHIVE_OK)
		err = broken(a);
	else
		err = search_members(&s, a, false);
	if (!err && !s.done)
		err = nothing_found(&s);
	vmc_error_free(s.reason);
	vmc_str_deinit(&s.other);
	return err;
}
