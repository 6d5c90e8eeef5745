/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types in the ways C has of laying them out. The test includes this and asks its own compiler
 * (sizeof, offsetof, a look at the bits); the DWARF it reads is that of dwarf-sample-*.c.
 */
#ifndef VMC_TESTS_DWARF_SAMPLE_H
#define VMC_TESTS_DWARF_SAMPLE_H

#include <stdbool.h>

enum color { RED, GREEN = 7, BLUE = 200 };
enum sign { BELOW = -5, ABOVE = 5 };
enum { NAMELESS = 0x12345 };

struct elsewhere; /* defined in dwarf-sample-b.c only */
union choice;	  /* the same */
struct nowhere;

typedef unsigned long ulong_t;
typedef int callback(const struct elsewhere *e, long n, ...);

struct bits {
	unsigned int a : 3;
	unsigned int b : 7;
	unsigned int : 5;
	int c : 12;
	unsigned long d : 40;
	unsigned char e : 1;
	bool f : 1;
	unsigned short g : 9;
};

struct sample {
	char text[16];
	struct sample *next;
	const volatile int *watched;
	int grid[3][5];
	union {
		long whole;
		struct {
			unsigned short low, high;
		};
	};
	struct bits bits;
	enum color color;
	enum sign sign;
	callback *call;
	struct elsewhere *other;
	union choice *choice;
	struct nowhere *hidden;
	signed char small;
	_Bool yes;
	double real;
	ulong_t tail[];
};

struct __attribute__((packed)) tight {
	char a;
	long b;
	unsigned int c : 5, d : 30;
};

#endif
