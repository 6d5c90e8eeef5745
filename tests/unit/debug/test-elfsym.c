/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../test.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "debug/symbols/elfsym.h"

#define autoelf vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf
#define autosymtab vmc_cleanup(vmc_cleanup_symtabp) struct vmc_symtab

#define TEXT 0xffffffff81000000u
#define BANNER "Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) # SMP"

/* A small ELF file, section by section. */
struct image {
	uint8_t data[16384];
	size_t size;
	Elf64_Shdr sh[16];
	unsigned int n;
	char names[512];
	size_t names_size;
};

static size_t put(struct image *f, const void *bytes, size_t n)
{
	size_t at = (f->size + 7) & ~(size_t)7;

	assert_true(at + n <= sizeof(f->data));
	memcpy(f->data + at, bytes, n);
	f->size = at + n;
	return at;
}

static unsigned int section(struct image *f, const char *name, uint32_t type, uint64_t flags,
			    uint64_t addr, const void *bytes, size_t n)
{
	Elf64_Shdr *sh = &f->sh[f->n];

	*sh = (Elf64_Shdr){ .sh_name = (Elf64_Word)f->names_size,
			    .sh_type = type,
			    .sh_flags = flags,
			    .sh_addr = addr,
			    .sh_offset = type == SHT_NOBITS ? f->size : put(f, bytes, n),
			    .sh_size = n,
			    .sh_addralign = type == SHT_NOTE ? 4 : 8 };
	memcpy(f->names + f->names_size, name, strlen(name) + 1);
	f->names_size += strlen(name) + 1;
	return f->n++;
}

static Elf64_Ehdr *header(struct image *f)
{
	return (Elf64_Ehdr *)(void *)f->data;
}

static void begin(struct image *f, uint16_t type)
{
	memset(f, 0, sizeof(*f));
	f->n = 1;
	f->names_size = 1;
	f->size = sizeof(Elf64_Ehdr);
	*header(f) = (Elf64_Ehdr){ .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB,
						EV_CURRENT },
				   .e_type = type,
				   .e_machine = EM_X86_64,
				   .e_version = EV_CURRENT,
				   .e_ehsize = sizeof(Elf64_Ehdr),
				   .e_shentsize = sizeof(Elf64_Shdr),
				   .e_phentsize = sizeof(Elf64_Phdr) };
}

static void end(struct image *f)
{
	unsigned int strndx = section(f, ".shstrtab", SHT_STRTAB, 0, 0, f->names, sizeof(f->names));

	memcpy(f->data + f->sh[strndx].sh_offset, f->names, sizeof(f->names));
	header(f)->e_shstrndx = (uint16_t)strndx;
	header(f)->e_shnum = (uint16_t)f->n;
	header(f)->e_shoff = put(f, f->sh, f->n * sizeof(f->sh[0]));
}

static void program_header(struct image *f, Elf64_Phdr ph)
{
	header(f)->e_phoff = put(f, &ph, sizeof(ph));
	header(f)->e_phnum = 1;
}

static size_t note(uint8_t *out, const char *owner, uint32_t type, const void *desc, uint32_t n)
{
	Elf64_Nhdr h = { (Elf64_Word)strlen(owner) + 1, n, type };
	size_t at = sizeof(h) + ((h.n_namesz + 3) & ~3u);

	memcpy(out, &h, sizeof(h));
	memcpy(out + sizeof(h), owner, h.n_namesz);
	memcpy(out + at, desc, n);
	return at + ((n + 3) & ~3u);
}

/* Other notes first, one of whose owners begins alike; then the build id. */
static size_t notes(uint8_t *out)
{
	static const uint8_t id[20] = { 0x3b, 0x43, 0xfa, [19] = 0xb5 };
	size_t n = note(out, "Xen", 6, "abc", 3);

	n += note(out + n, "GNUX", NT_GNU_BUILD_ID, "wrong", 5);
	return n + note(out + n, "GNU", NT_GNU_BUILD_ID, id, sizeof(id));
}
#define BUILD_ID "3b43fa00000000000000000000000000000000b5"

static const char strings[] = "\0_stext\0local\0weak\0percpu\0var\0bss\0ro\0const\0$x\0.L1\0"
			      "debug\0undef\0init.c\0sect";

static Elf64_Sym symbol(const char *name, uint8_t bind, uint8_t type, unsigned int section,
			uint64_t value, uint64_t size)
{
	const char *p = strings + 1;

	while (strcmp(p, name))
		p += strlen(p) + 1;
	return (Elf64_Sym){ .st_name = (Elf64_Word)(p - strings),
			    .st_info = (uint8_t)ELF64_ST_INFO(bind, type),
			    .st_shndx = (uint16_t)section,
			    .st_value = value,
			    .st_size = size };
}

static void symbols(struct image *f, unsigned int text, unsigned int rodata, unsigned int data,
		    unsigned int bss, unsigned int percpu, unsigned int debug)
{
	Elf64_Sym syms[] = {
		{ 0 },
		symbol("init.c", STB_LOCAL, STT_FILE, SHN_ABS, 0, 0),
		symbol("sect", STB_LOCAL, STT_SECTION, text, TEXT, 0),
		symbol("$x", STB_LOCAL, STT_NOTYPE, text, TEXT, 0),
		symbol(".L1", STB_LOCAL, STT_NOTYPE, text, TEXT, 0),
		symbol("debug", STB_LOCAL, STT_NOTYPE, debug, 0, 0),
		symbol("undef", STB_GLOBAL, STT_NOTYPE, SHN_UNDEF, 0, 0),
		symbol("_stext", STB_GLOBAL, STT_NOTYPE, text, TEXT, 0),
		symbol("local", STB_LOCAL, STT_FUNC, text, TEXT + 0x10, 0x20),
		symbol("weak", STB_WEAK, STT_FUNC, text, TEXT + 0x40, 0x10),
		symbol("ro", STB_GLOBAL, STT_OBJECT, rodata, TEXT + 0x1000, 8),
		symbol("var", STB_GLOBAL, STT_OBJECT, data, TEXT + 0x2000, 8),
		symbol("bss", STB_LOCAL, STT_OBJECT, bss, TEXT + 0x3000, 8),
		symbol("percpu", STB_GLOBAL, STT_OBJECT, percpu, 0x40, 8),
		symbol("const", STB_GLOBAL, STT_NOTYPE, SHN_ABS, 0x1234, 0),
	};
	unsigned int strtab, symtab = section(f, ".symtab", SHT_SYMTAB, 0, 0, syms, sizeof(syms));

	strtab = section(f, ".strtab", SHT_STRTAB, 0, 0, strings, sizeof(strings));
	f->sh[symtab].sh_link = strtab;
	f->sh[symtab].sh_entsize = sizeof(Elf64_Sym);
}

/* "compressed BTF" stored in a zlib stream without compression */
static void compressed(struct image *f)
{
	static const char text[] = "compressed BTF";
	uint32_t a = 1, b = 0, n = sizeof(text);
	uint8_t out[64];
	Elf64_Chdr ch = { .ch_type = ELFCOMPRESS_ZLIB, .ch_size = n, .ch_addralign = 1 };
	size_t at = sizeof(ch);

	for (size_t i = 0; i < n; i++) {
		a = (a + (uint8_t)text[i]) % 65521;
		b = (b + a) % 65521;
	}
	memcpy(out, &ch, sizeof(ch));
	memcpy(out + at, "\x78\x01\x01", 3);
	memcpy(out + at + 3, (uint16_t[]){ (uint16_t)n, (uint16_t)~n }, 4);
	memcpy(out + at + 7, text, n);
	at += 7 + n;
	memcpy(out + at,
	       (uint8_t[]){ (uint8_t)(b >> 8), (uint8_t)b, (uint8_t)(a >> 8), (uint8_t)a }, 4);
	section(f, ".BTF", SHT_PROGBITS, SHF_COMPRESSED, 0, out, at + 4);
}

static void vmlinux(struct image *f)
{
	static const char rodata[] = "Linux version %s\0" BANNER "\n";
	static const uint8_t text[64] = { 0x90 };
	uint8_t buf[256];
	unsigned int t, r, d, b, p, x;

	begin(f, ET_EXEC);
	t = section(f, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, TEXT, text, sizeof(text));
	r = section(f, ".rodata", SHT_PROGBITS, SHF_ALLOC, TEXT + 0x1000, rodata, sizeof(rodata));
	d = section(f, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, TEXT + 0x2000, text, 8);
	b = section(f, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, TEXT + 0x3000, NULL, 0x100000);
	p = section(f, ".data..percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, text, 64);
	x = section(f, ".debug_info", SHT_PROGBITS, 0, 0, text, 16);
	section(f, ".notes", SHT_NOTE, SHF_ALLOC, TEXT + 0x1800, buf, notes(buf));
	compressed(f);
	symbols(f, t, r, d, b, p, x);
	end(f);
}

/* Writes the bytes to a file of their own; the caller frees and unlinks. */
static char *write_file(const void *bytes, size_t n)
{
	char *path = strdup("/tmp/test-elfsym-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
	return path;
}

static void forget_file(char **path)
{
	if (*path)
		unlink(*path);
	free(*path);
}
#define autopath vmc_cleanup(forget_file) char

static void assert_symbol(const struct vmc_symtab *t, const char *name, uint64_t addr, char type)
{
	struct vmc_symbol s;

	if (!vmc_symtab_by_name(t, name, &s))
		fail_msg("no symbol %s", name);
	assert_int_equal(s.addr, addr);
	assert_int_equal(s.type, type);
}

static void reads_a_vmlinux(void **state)
{
	autoelf *e = NULL;
	autosymtab *t = NULL;
	struct vmc_bytes b;
	struct image f;
	autopath *path = NULL;

	(void)state;
	vmlinux(&f);
	path = write_file(f.data, f.size);
	assert_ok(vmc_elf_open(path, &e));
	assert_string_equal(vmc_elf_path(e), path);
	assert_string_equal(vmc_elf_build_id(e), BUILD_ID);
	assert_string_equal(vmc_elf_banner(e), BANNER);
	b = vmc_elf_section(e, ".BTF");
	assert_int_equal(b.size, 15);
	assert_string_equal((const char *)b.data, "compressed BTF");
	assert_ptr_equal(vmc_elf_section(e, ".BTF").data, b.data);
	assert_int_equal(vmc_elf_section(e, ".text").size, 64);
	assert_int_equal(vmc_elf_section(e, ".bss").size, 0);
	assert_int_equal(vmc_elf_section(e, ".none").size, 0);
	assert_ok(vmc_elf_symbols(e, &t));
	assert_int_equal(vmc_symtab_count(t), 8);
	assert_symbol(t, "_stext", TEXT, 'T');
	assert_symbol(t, "local", TEXT + 0x10, 't');
	assert_symbol(t, "weak", TEXT + 0x40, 'W');
	assert_symbol(t, "ro", TEXT + 0x1000, 'R');
	assert_symbol(t, "var", TEXT + 0x2000, 'D');
	assert_symbol(t, "bss", TEXT + 0x3000, 'b');
	assert_symbol(t, "percpu", 0x40, 'A');
	assert_symbol(t, "const", 0x1234, 'A');
	vmc_symtab_shift(t, 0x1000000);
	assert_symbol(t, "_stext", TEXT + 0x1000000, 'T');
	assert_symbol(t, "percpu", 0x40, 'A');
}

static void reads_a_debug_file(void **state)
{
	struct image f;
	autoelf *e = NULL;
	autosymtab *t = NULL;
	autopath *path = NULL;
	uint8_t buf[256];

	(void)state;
	/* what objcopy --only-keep-debug leaves; no symbols, and the build id by its segment only
	 */
	begin(&f, ET_DYN);
	section(&f, ".rodata", SHT_NOBITS, SHF_ALLOC, TEXT, NULL, 0x1000);
	end(&f);
	program_header(&f, (Elf64_Phdr){ .p_type = PT_NOTE,
					 .p_offset = put(&f, buf, notes(buf)),
					 .p_filesz = notes(buf),
					 .p_align = 4 });
	path = write_file(f.data, f.size);
	assert_ok(vmc_elf_open(path, &e));
	assert_string_equal(vmc_elf_build_id(e), BUILD_ID);
	assert_string_equal(vmc_elf_banner(e), "");
	assert_int_equal(vmc_elf_section(e, ".BTF").size, 0);
	assert_code(vmc_elf_symbols(e, &t), VMC_NOT_FOUND);
}

static void assert_refused(const void *bytes, size_t n, enum vmc_code code)
{
	autopath *path = write_file(bytes, n);
	autoelf *e = NULL;

	assert_code(vmc_elf_open(path, &e), code);
	assert_null(e);
}

static void refuses_other_files(void **state)
{
	struct image f;
	autoelf *e = NULL;

	(void)state;
	assert_code(vmc_elf_open("/nonexistent/vmlinux", &e), VMC_IO);
	assert_code(vmc_elf_open("/dev/null", &e), VMC_NOT_FORMAT);
	assert_code(vmc_elf_open("/tmp", &e), VMC_NOT_FORMAT);
	assert_refused("", 0, VMC_NOT_FORMAT);
	assert_refused("\x7f"
		       "ELF",
		       4, VMC_NOT_FORMAT);
	assert_refused("KDUMP   and so on", 17, VMC_NOT_FORMAT);
	assert_refused("!<arch>\n", 8, VMC_NOT_FORMAT);
	vmlinux(&f);
	header(&f)->e_type = ET_CORE;
	assert_refused(f.data, f.size, VMC_NOT_FORMAT);
	header(&f)->e_type = ET_NONE;
	assert_refused(f.data, f.size, VMC_NOT_FORMAT);
	header(&f)->e_type = ET_DYN;
	program_header(&f, (Elf64_Phdr){ .p_type = PT_INTERP });
	assert_refused(f.data, f.size, VMC_NOT_FORMAT);
	vmlinux(&f);
	header(&f)->e_ident[EI_DATA] = ELFDATA2MSB;
	assert_refused(f.data, f.size, VMC_NOT_FORMAT);
	header(&f)->e_type = 0x200; /* ET_EXEC of the other byte order */
	assert_refused(f.data, f.size, VMC_UNSUPPORTED);
}

/* Whatever it says, only the absence of a crash is asked for. */
static void use(const void *bytes, size_t n)
{
	vmc_autoerror struct vmc_error *err = NULL, *err2 = NULL;
	autopath *path = write_file(bytes, n);
	autosymtab *t = NULL;
	autoelf *e = NULL;
	struct vmc_symbol s;

	err = vmc_elf_open(path, &e);
	if (err)
		return;
	assert_true(strlen(vmc_elf_build_id(e)) <= 128);
	assert_non_null(vmc_elf_banner(e));
	vmc_elf_section(e, ".BTF");
	err2 = vmc_elf_symbols(e, &t);
	if (!err2)
		vmc_symtab_by_name(t, "_stext", &s);
}

static void survives_damage(void **state)
{
	static const uint64_t evil[] = { 0, 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff, UINT64_MAX };
	uint64_t seed = 88172645463325252u;
	struct image f, g;

	(void)state;
	vmlinux(&f);
	for (size_t n = 0; n < f.size; n += 13)
		use(f.data, n);
	for (int i = 0; i < 3000; i++) {
		g = f;
		for (int k = 0; k < 3; k++) {
			size_t at;

			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			/* mostly the headers: of the file, of compression, of the sections */
			at = seed % 4 ? f.size - 1 - (seed >> 8) % 1000 : (seed >> 8) % f.size;
			memcpy(g.data + at, &evil[seed >> 40 & 3 ? (seed >> 50) % 7 : 1],
			       at + 8 < f.size ? (size_t)1 << (seed >> 4 & 3) : 1);
		}
		use(g.data, g.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_vmlinux),
		cmocka_unit_test(reads_a_debug_file),
		cmocka_unit_test(refuses_other_files),
		cmocka_unit_test(survives_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
