/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of file is it? A table of signatures: those with an open function
 * are read, the others are named, so that the user learns what to do. The
 * flattened format is not here: it is resolved below (file.c), and its content
 * is probed like any file.
 */
#include "dump/format.h"

#include <string.h>

#define HEAD_SIZE 1024u

struct kind {
	const char *name; /* what it is, and what to do about it */
	size_t offset;	  /* of the signature */
	const char *bytes;
	size_t size;
	const struct vmc_format_ops *ops; /* NULL: only recognised */
	struct vmc_error *(*open)(struct vmc_file *files, size_t n, struct vmc_facts *facts,
				  void **ret);
};

static struct vmc_error *open_elf(struct vmc_file *files, size_t n, struct vmc_facts *facts,
				  void **ret)
{
	if (n > 1)
		return vmc_error_new(
			VMC_USAGE,
			"%zu files, but the first is an ELF core; only compressed kdump "
			"files come in parts",
			n);
	return vmc_elf_core_open(files, facts, ret);
}

#define AT(offset, bytes) offset, bytes, sizeof(bytes) - 1

static const struct kind kinds[] = {
	{ "ELF core",
	  AT(0, "\x7f"
		"ELF"),
	  &vmc_elf_ops, open_elf },
	{ "compressed kdump", AT(0, "KDUMP   "), &vmc_split_ops, vmc_split_open },
	{ "a diskdump file (before 2006)", AT(0, "DISKDUMP") },
	{ "a gzip-compressed file; decompress it first (gunzip)", AT(0, "\x1f\x8b") },
	{ "an xz-compressed file; decompress it first (unxz)", AT(0, "\xfd"
								     "7zXZ\0") },
	{ "a zstd-compressed file; decompress it first (unzstd)", AT(0, "\x28\xb5\x2f\xfd") },
	{ "a bzip2-compressed file; decompress it first (bunzip2)", AT(0, "BZh") },
	{ "an lz4-compressed file; decompress it first (unlz4)", AT(0, "\x04\x22\x4d\x18") },
	{ "an lzop-compressed file; decompress it first (lzop -d)", AT(0, "\x89LZO\0\r\n\x1a\n") },
	{ "a zip archive; unpack it first", AT(0, "PK\3\4") },
	{ "a 7z archive; unpack it first", AT(0, "7z\xbc\xaf\x27\x1c") },
	{ "a tar archive; unpack it first", AT(257, "ustar") },
	{ "an LKCD dump", AT(0, "\xed\x23\x8f\x61\x73\x01\x19\xa8") },
	{ "an LKCD dump of a live system", AT(0, "\xcd\x23\x8f\x61\x73\x01\x19\xa8") },
	{ "an LKCD dump of a big-endian machine", AT(0, "\xa8\x19\x01\x73\x61\x8f\x23\xed") },
	{ "an s390 stand-alone dump", AT(0, "\xa8\x19\x01\x73\x61\x8f\x23\xfd") },
	{ "a Fujitsu sadump", AT(0, "sadump\0\0") },
	{ "a VMware suspend state; VMware's vmss2core makes a core of it",
	  AT(0, "\xd0\xbe\xd0\xbe") },
	{ "a VMware suspend state; VMware's vmss2core makes a core of it",
	  AT(0, "\xd2\xbe\xd2\xbe") },
	{ "a VMware suspend state; VMware's vmss2core makes a core of it",
	  AT(0, "\xd0\xbe\xd2\xbe") },
	{ "a VMware suspend state; VMware's vmss2core makes a core of it",
	  AT(0, "\xd3\xbe\xd3\xbe") },
	{ "a VMware snapshot; VMware's vmss2core makes a core of it", AT(0, "\xd1\xba\xd1\xba") },
	{ "a VMware snapshot; VMware's vmss2core makes a core of it", AT(0, "\xd2\xba\xd2\xba") },
	{ "a QEMU migration or savevm stream; dump-guest-memory makes a readable dump",
	  AT(0, "QEVM") },
	{ "a libvirt save image; virsh dump --memory-only makes a readable dump",
	  AT(0, "LibvirtQemudSave") },
	{ "a libvirt save image that was not finished; virsh dump --memory-only makes a readable "
	  "dump",
	  AT(0, "LibvirtQemudPart") },
	{ "a Xen save image", AT(0, "LinuxGuestRecord") },
	{ "a Xen core (xc_core)", AT(0, "\xed\xeb\x0f\xf0") },
	{ "a Xen core of an HVM guest (xc_core)", AT(0, "\xee\xeb\x0f\xf0") },
	{ "a memory image by LiME", AT(0, "EMiL") },
	{ "a memory image by AVML", AT(0, "AVML") },
	{ "a crash dump of Windows", AT(0, "PAGEDU64") },
	{ "a crash dump of 32-bit Windows", AT(0, "PAGEDUMP") },
	{ "a qcow2 disk image", AT(0, "QFI\xfb") },
	{ "a VMDK disk image", AT(0, "KDMV") },
	{ "a Windows executable or EFI kernel image (a vmlinuz?)", AT(0, "MZ") },
	{ "a Linux kernel image (vmlinuz)", AT(0x202, "HdrS") },
	{ "a Debian package", AT(0, "!<arch>\n") },
};

static bool matches(const struct kind *k, struct vmc_bytes head)
{
	return vmc_range_ok(k->offset, k->size, head.size) &&
	       !memcmp(head.data + k->offset, k->bytes, k->size);
}

static const struct kind *find_kind(struct vmc_bytes head)
{
	for (size_t i = 0; i < VMC_ARRAY_SIZE(kinds); i++) {
		if (matches(&kinds[i], head))
			return &kinds[i];
	}
	return NULL;
}

static bool is_text(struct vmc_bytes head)
{
	for (size_t i = 0; i < head.size; i++) {
		uint8_t c = head.data[i];

		if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r' && c != 0x1b) || c == 0x7f)
			return false;
	}
	return true;
}

static struct vmc_error *unknown(struct vmc_bytes head)
{
	const struct kind *k = find_kind(head);
	char hex[3 * 8 + 1] = "";
	size_t zeros = 0;

	if (k)
		return vmc_error_new(VMC_NOT_FORMAT,
				     "not a dump that can be read: it looks like %s", k->name);
	if (is_text(head))
		return vmc_error_new(VMC_NOT_FORMAT,
				     "not a dump: it looks like text (a kernel log?)");
	while (zeros < head.size && !head.data[zeros])
		zeros++;
	if (zeros == head.size)
		return vmc_error_new(
			VMC_NOT_FORMAT,
			"not a dump: its first %zu bytes are zero (a raw memory image, or "
			"a copy that failed?)",
			zeros);
	for (size_t i = 0; i < head.size && i < 8; i++)
		snprintf(hex + 3 * i, 4, " %02x", head.data[i]);
	return vmc_error_new(VMC_NOT_FORMAT, "not a dump in a known format: it begins with%s", hex);
}

struct vmc_error *vmc_probe(struct vmc_file *files, size_t n, struct vmc_facts *facts,
			    const struct vmc_format_ops **ret_ops, void **ret_reader)
{
	const struct kind *first = NULL;
	uint8_t buf[HEAD_SIZE];

	for (size_t i = 0; i < n; i++) {
		size_t size = files[i].size < HEAD_SIZE ? (size_t)files[i].size : HEAD_SIZE;
		struct vmc_bytes head = { size ? vmc_file_view(&files[i], 0, size, buf) : NULL,
					  size };
		const struct kind *k = find_kind(head);
		struct vmc_error *err = NULL;

		if (files[i].flattened && !size)
			err = vmc_error_new(VMC_BAD_FORMAT, "%s",
					    *files[i].cut_why
						    ? files[i].cut_why
						    : "a flattened stream without contents");
		else if (!k || !k->open)
			err = unknown(head);
		else if (first && k != first)
			err = vmc_error_new(VMC_USAGE,
					    "%s together with %s: they are no parts of one dump",
					    k->name, first->name);
		if (err)
			return n > 1 ? vmc_error_wrap(err, "file %zu", i + 1) : err;
		first = k;
	}
	VMC_TRY(first->open(files, n, facts, ret_reader));
	*ret_ops = first->ops;
	return NULL;
}
