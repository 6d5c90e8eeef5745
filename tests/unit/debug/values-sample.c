/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that stops itself in the midst of calls, and tells its registers and its stack. What
 * the variables have then follows from the source: values-compare.py has it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#define STACK_BYTES 2048
#define RED_ZONE 128 /* below the stack pointer, and used */

struct point {
	int x, y;
	unsigned int low : 3, high : 5;
};

enum colour { RED, GREEN = 5 };

volatile long sink;
volatile int one = 1;

static void stopped(int number, siginfo_t *info, void *context)
{
	static const int order[] = { REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
				     REG_RBP, REG_RSP, REG_R8,	REG_R9,	 REG_R10, REG_R11,
				     REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP };
	const ucontext_t *c = context;
	const unsigned char *stack =
		(const unsigned char *)c->uc_mcontext.gregs[REG_RSP] - RED_ZONE;

	(void)number;
	(void)info;
	for (unsigned int i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		printf("%llx\n", (unsigned long long)c->uc_mcontext.gregs[order[i]]);
	for (int i = 0; i < STACK_BYTES; i++)
		printf("%02x", stack[i]);
	printf("\n");
	fflush(stdout);
	_Exit(0);
}

static inline __attribute__((always_inline)) long within(long factor, struct point *where)
{
	long product = factor * where->y;

	__asm__ volatile("int3" : : "r"(product) : "memory");
	return product;
}

/* Its second argument is given up by the time that it stops. */
__attribute__((noinline)) long inner(int kept, long forgotten, const char *text)
{
	struct point p = { kept, 7, 5, 17 };
	enum colour colour = kept ? GREEN : RED;
	long r;

	sink = forgotten % 100;
	__asm__ volatile("" : : "r"(&p) : "memory");
	__asm__ volatile("" : : : "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11");
	r = within(6, &p);
	sink = colour;
	return r + p.x + text[0];
}

__attribute__((noinline)) long outer(long base)
{
	const unsigned char small = 200;
	long twice = base * 2;
	long r;

	sink = small;
	r = inner(42, 1234567, "text");
	return r + twice + small;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = stopped, .sa_flags = SA_SIGINFO };

	sigaction(SIGTRAP, &action, NULL);
	return (int)outer(one * 21);
}
