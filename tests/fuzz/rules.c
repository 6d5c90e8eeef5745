/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of rules, and behind a line of "===" a log: parses the one, matches the other
 * with what is left of it. Rule files come from whoever wrote them, logs from any machine.
 */
#include <string.h>

#include "knowledge/match.h"
#include "knowledge/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RULES_MAX 32
#define LINES_MAX 32

static void match(struct vmc_matcher *m, const char *p, const char *end)
{
	for (int i = 0; p < end && i < LINES_MAX; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);
		struct vmc_match found[4];
		size_t n = vmc_matcher_line(m, p, len, found, 4);

		for (size_t k = 0; k < n; k++) {
			if (found[k].at > len || found[k].len > len - found[k].at)
				__builtin_trap();
		}
		p = nl ? nl + 1 : end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char mark[] = "\n===\n";
	const char *text = (const char *)data, *end = text + size;
	const char *log = size ? memmem(text, size, mark, strlen(mark)) : NULL;
	const struct vmc_rule *list[RULES_MAX];
	vmc_automatcher struct vmc_matcher *m = NULL;
	vmc_autorules struct vmc_rules r = { 0 };
	size_t n = 0;

	if (!size)
		return 0;
	vmc_error_free(vmc_rules_parse("f.yaml", text, (size_t)((log ? log : end) - text), &r));
	for (; n < r.rules.len && n < RULES_MAX; n++) {
		vmc_error_free(vmc_rule_check(&r.rules.data[n]));
		list[n] = &r.rules.data[n];
	}
	vmc_error_free(vmc_matcher_new(list, n, &m));
	if (m && log)
		match(m, log + strlen(mark), end);
	return 0;
}
