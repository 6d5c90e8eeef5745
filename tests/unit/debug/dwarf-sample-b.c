/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dwarf-sample.h"

struct elsewhere {
	int x, y;
};

union choice {
	long i;
	char c[24];
};

struct elsewhere place;
union choice choice;
