/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions in functions, blocks and a cold part: what positions are looked up in. */
volatile int sink;
extern int outside(int);

static inline __attribute__((always_inline)) int innermost(int x)
{
	if (x < 0)
		__builtin_trap();
	return x * 3;
}

static inline __attribute__((always_inline)) int middle(int x)
{
	int sum = 0;

	for (int i = 0; i < x; i++) {
		int part = innermost(i + sink);

		sum += part;
	}
	return sum;
}

__attribute__((cold, noinline)) static void complain(int x)
{
	sink = x;
}

__attribute__((noinline)) int outside(int x)
{
	return sink - x;
}

__attribute__((noreturn)) void _start(void)
{
	int x = middle(sink) + outside(innermost(4));

	if (x > 7)
		complain(x);
	for (;;)
		sink = middle(x);
}
