/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cfi-rows FILE: for each hexadecimal address of the standard input the rule of FILE's call frame
 * information, in the words of readelf --debug-dump=frames-interp; cfi-readelf.py compares.
 */
#include <inttypes.h>
#include <stdio.h>

#include "debug/symbols/elfsym.h"
#include "debug/unwind/cfi.h"

static const char *const names[VMC_RULE_WIDTH] = { "rax", "rdx", "rcx", "rbx", "rsi", "rdi",
						   "rbp", "rsp", "r8",	"r9",  "r10", "r11",
						   "r12", "r13", "r14", "r15", "ra" };

static void print_rule(uint64_t ip, const struct vmc_unwind_rule *r)
{
	printf("%" PRIx64, ip);
	if (r->cfa_kind == VMC_CFA_EXPR)
		printf(" cfa=exp");
	else
		printf(" cfa=%s%+" PRId64, names[r->cfa_reg], r->cfa_offset);
	for (int i = 0; i < VMC_RULE_WIDTH; i++) {
		const struct vmc_saved *s = &r->saved[i];

		if (i == 7) /* rsp is the CFA without being said */
			continue;
		if (s->kind == VMC_SAVED_AT_CFA)
			printf(" %s=c%+" PRId64, names[i], s->offset);
		else if (s->kind == VMC_SAVED_IS_CFA)
			printf(" %s=v%+" PRId64, names[i], s->offset);
		else if (s->kind == VMC_SAVED_AT_EXPR)
			printf(" %s=exp", names[i]);
		else if (s->kind == VMC_SAVED_IS_EXPR)
			printf(" %s=vexp", names[i]);
		else if (s->kind == VMC_SAVED_REG)
			printf(" %s=%s", names[i], names[s->reg]);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	vmc_cleanup(vmc_cleanup_elfp) struct vmc_elf *e = NULL;
	vmc_cleanup(vmc_cleanup_cfip) struct vmc_cfi *c = NULL;
	vmc_autoerror struct vmc_error *err = NULL;
	struct vmc_cfi_section s = { 0 };
	uint64_t ip;

	if (argc != 2)
		return 2;
	err = vmc_elf_open(argv[1], &e);
	if (!err) {
		s.bytes = vmc_elf_section(e, ".debug_frame");
		err = vmc_cfi_open(&s, &c);
	}
	if (err) {
		fprintf(stderr, "%s\n", vmc_error_text(err));
		return 1;
	}
	while (scanf("%" SCNx64, &ip) == 1) {
		struct vmc_unwind_rule r;

		vmc_error_free(err);
		err = vmc_cfi_find(c, ip, &r);
		if (err)
			printf("%" PRIx64 " %s\n", ip, vmc_error_text(err));
		else
			print_rule(ip, &r);
	}
	return 0;
}
