/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "machine/code.h"

#include <string.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* One group at *text, which is moved behind it; its width in bytes, 0 when there is none. */
static unsigned int read_group(const char **text, uint32_t *ret_value, bool *ret_marked)
{
	const char *p = *text;
	char closing = *p == '<' ? '>' : *p == '(' ? ')' : 0;
	unsigned int digits = 0;
	uint32_t value = 0;

	p += closing != 0;
	while (digits < 9 && digit(*p) >= 0) {
		value = value << 4 | (uint32_t)digit(*p++);
		digits++;
	}
	if ((digits != 2 && digits != 4 && digits != 8) || (closing && *p != closing))
		return 0;
	p += closing != 0;
	if (*p && *p != ' ' && *p != '\t')
		return 0;
	*text = p;
	*ret_value = value;
	*ret_marked = closing != 0;
	return digits / 2;
}

/* powerpc shows what it cannot read, mips as well. */
static bool skip_unreadable(const char **text)
{
	const char *p = *text;

	while (*p == 'X' || *p == '*')
		p++;
	if (p == *text || (*p && *p != ' '))
		return false;
	*text = p;
	return true;
}

static void append(struct vmc_machine_code *c, uint32_t value)
{
	for (unsigned int i = 0; i < c->unit; i++)
		c->bytes[c->len++] = (uint8_t)(value >> 8 * i);
}

bool vmc_machine_code_parse(const char *text, struct vmc_machine_code *ret)
{
	struct vmc_machine_code code = { 0 };

	for (;;) {
		uint32_t value;
		unsigned int width;
		bool marked;

		text += strspn(text, " \t");
		if (skip_unreadable(&text)) {
			if (code.has_mark)
				break;
			code.len = 0; /* what stood before the gap leads nowhere */
			continue;
		}
		width = read_group(&text, &value, &marked);
		if (!width || (code.unit && width != code.unit) || code.len + width > VMC_CODE_MAX)
			break;
		code.unit = width;
		if (marked && !code.has_mark) {
			code.has_mark = true;
			code.mark = code.len;
		}
		append(&code, value);
	}
	if (!code.len)
		return false;
	*ret = code;
	return true;
}
