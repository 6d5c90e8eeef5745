// SPDX-License-Identifier: GPL-2.0-or-later
/* The log: records with lengths in front (3.5 to 5.9; here 3.10), characters in a ring (before). A copy goes to the serial port,
 * which also takes what is for the test only. */
#include "types.h"

#define LOG_BUF_LEN (1 << 14)
static char __log_buf[LOG_BUF_LEN] __attribute__((aligned(4)));
/* Nothing here changes some of these; the kernel's are read and set elsewhere as well. */
#define kept __attribute__((used))
static kept char *log_buf = __log_buf;
#if KERNEL == 26
static kept int log_buf_len = LOG_BUF_LEN;
static kept unsigned log_start, log_end, con_start, logged_chars;
#else
static kept u32 log_buf_len = LOG_BUF_LEN;
static kept u64 log_first_seq, log_next_seq;
static kept u32 log_first_idx, log_next_idx;
#endif

struct text {
	char bytes[1024];
	unsigned int length;
};

static void add(struct text *text, char c)
{
	if (text->length < sizeof(text->bytes))
		text->bytes[text->length++] = c;
}

static void add_number(struct text *text, unsigned long value, unsigned int base, unsigned int width, char fill)
{
	char digits[24];
	unsigned int n = 0;
	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (width > n && width--)
		add(text, fill);
	while (n)
		add(text, digits[--n]);
}

/* %s %c %d %u %x %lx %lu with width and leading zeroes, and %pS for a symbolic address. */
static void format_text(struct text *text, const char *format, __builtin_va_list args)
{
	for (; *format; format++) {
		if (*format != '%') {
			add(text, *format);
			continue;
		}
		const char fill = *++format == '0' ? '0' : ' ';
		unsigned int width = 0, is_long = 0;
		while (*format >= '0' && *format <= '9')
			width = width * 10 + (unsigned int)(*format++ - '0');
		for (; *format == 'l'; format++)
			is_long = 1;
		if (*format == 's') {
			for (const char *s = __builtin_va_arg(args, const char *); *s; s++)
				add(text, *s);
		} else if (*format == 'c') {
			add(text, (char)__builtin_va_arg(args, int));
		} else if (*format == 'p') {
			format++;
			for (const char *s = symbolic(__builtin_va_arg(args, unsigned long)); *s; s++)
				add(text, *s);
		} else {
			unsigned long value = is_long ? __builtin_va_arg(args, unsigned long) : __builtin_va_arg(args, unsigned int);
			if (*format == 'd' && !is_long && (int)value < 0) {
				add(text, '-');
				value = -(int)value;
			}
			add_number(text, value, *format == 'x' ? 16 : 10, width, fill);
		}
	}
}

static void write_serial(const struct text *text)
{
	for (unsigned int i = 0; i < text->length; i++)
		asm volatile("outb %b0, %w1" : : "a"(text->bytes[i]), "d"(0x3f8));
}

#if KERNEL == 26
static void emit(char c)
{
	log_buf[log_end++ & (log_buf_len - 1)] = c;
	if (log_end - log_start > (unsigned)log_buf_len)
		log_start = log_end - (unsigned)log_buf_len;
	if (logged_chars < (unsigned)log_buf_len)
		logged_chars++;
}

static void log_store(u8 level, u64 ts_nsec, const struct text *text)
{
	(void)ts_nsec;
	emit('<');
	emit((char)('0' + level));
	emit('>');
	for (unsigned int i = 0; i < text->length; i++)
		emit(text->bytes[i]);
	con_start = log_end;
}
#else
/* A record does not wrap: where it does not fit, one of length 0 says that the next is at the beginning. */
static void log_store(u8 level, u64 ts_nsec, const struct text *text)
{
	const u16 text_len = (u16)(text->length - (text->bytes[text->length - 1] == '\n'));
	const u32 size = (u32)(sizeof(struct printk_log) + text_len + 3) & ~3u;
	if (log_next_idx + size + sizeof(struct printk_log) >= log_buf_len) {
		memset(log_buf + log_next_idx, 0, sizeof(struct printk_log));
		log_next_idx = 0;
	}
	struct printk_log *record = (struct printk_log *)(log_buf + log_next_idx);
	memset(record, 0, size);
	memcpy(record + 1, text->bytes, text_len);
	record->text_len = text_len;
	record->len = (u16)size;
	record->level = level & 7;
	record->flags = 2; /* LOG_NEWLINE */
	record->ts_nsec = ts_nsec;
	log_next_idx += size;
	log_next_seq++;
}
#endif

void printk(const char *format, ...)
{
	static u64 clock = 13380621167487000UL;
	static struct text text;
	__builtin_va_list args;
	const u8 level = (u8)(format[1] - '0');

	text.length = 0;
	__builtin_va_start(args, format);
	format_text(&text, format + 3, args);
	__builtin_va_end(args);
	clock += 21000;
	log_store(level, clock, &text);
	write_serial(&text);
}

void serial(const char *format, ...)
{
	static struct text text;
	__builtin_va_list args;

	text.length = 0;
	__builtin_va_start(args, format);
	format_text(&text, format, args);
	__builtin_va_end(args);
	write_serial(&text);
}
