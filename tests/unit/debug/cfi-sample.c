/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions whose frames differ: pushes, a frame pointer, two returns, a realigned stack. */
long cfi_leaf(long a);
long cfi_calls(long a, long b, long c, long (*f)(long));
long cfi_realigned(long n, long (*f)(long *));
long cfi_sized(long n, long (*f)(char *));

__attribute__((noinline)) long cfi_leaf(long a)
{
	return a * 3;
}

long cfi_calls(long a, long b, long c, long (*f)(long))
{
	long x, y;

	if (!f)
		return 0;
	x = f(a);
	if (x < 0)
		return x;
	y = f(b + x);
	return x + y * f(c) + cfi_leaf(a + b) + f(y);
}

long cfi_realigned(long n, long (*f)(long *))
{
	_Alignas(64) long room[64];

	room[0] = n;
	return f(room) + n;
}

long cfi_sized(long n, long (*f)(char *))
{
	/* not an array of variable length, which the build forbids; for the frame it is the same */
	char *room = __builtin_alloca((unsigned long)n);

	return f(room) + n;
}
