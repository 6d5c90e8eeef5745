/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dwarf-sample.h"

extern struct sample *first;
extern int declared_only[];
struct tight tight;
struct sample *first;
static enum color hue = BLUE;
int matrix[4][6];

long use(void);
long use(void)
{
	return NAMELESS + hue + tight.b + first->sign + declared_only[1];
}
