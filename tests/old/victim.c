// SPDX-License-Identifier: GPL-2.0-or-later
/* The module: what is written to its file makes it read through a pointer that is NULL. */
#include "types.h"

struct victim_object {
	unsigned long owner;
	int count;
	char label[12];
	unsigned long value;
};

static struct victim_object *victim_table[4];
extern struct module __this_module;

static __attribute__((noipa)) unsigned long victim_peek(const struct victim_object *object, int times)
{
	unsigned long sum = 0;
	for (int i = 0; i < times; i++)
		sum += *(volatile const unsigned long *)&object->value + (unsigned long)i;
	return sum;
}

static __attribute__((noipa)) long victim_null(int slot)
{
	const unsigned long value = victim_peek(victim_table[slot], slot + 40);
	asm volatile("" : : "r"(value));
	return (long)value;
}

static __attribute__((noipa)) long victim_run(const char *command, unsigned long size)
{
	long result = size && command[0] == 'n' ? victim_null(2) : -22;
	asm volatile("" : "+r"(result));
	return result;
}

static long victim_write(struct file *file, const char *buf, unsigned long count, long long *pos)
{
	long result = victim_run(buf, count);
	asm volatile("" : "+r"(result));
	*pos += result;
	file->f_pos = *pos;
	return result;
}

const struct file_operations victim_fops = { .owner = &__this_module, .write = victim_write };

static const char modinfo_vermagic[] __attribute__((section(".modinfo"), used)) = "vermagic=" VERMAGIC;
static const char modinfo_srcversion[] __attribute__((section(".modinfo"), used)) = "srcversion=533BB7E5866E52F63B9ACCB";
static const char srcversion[] = "533BB7E5866E52F63B9ACCB";

__attribute__((section(".gnu.linkonce.this_module"), visibility("default"))) struct module __this_module = {
	.name = "victim",
	.srcversion = srcversion,
};
