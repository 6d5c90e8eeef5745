/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct timekeeper (include/linux/timekeeper_internal.h), which begins with the clock source that
 * it reads: by that, by a wall clock of this century, and by wall_to_monotonic, which takes it
 * back to the time since boot.
 */
#include <string.h>

#include "target/infer/internal.h"

#define WINDOW 512u
#define CLOCKSOURCE_WINDOW 128u
#define CLOCKSOURCE_NAME 32u
#define SECOND 1000000000u
#define EARLIEST 1000000000u /* 2001 */
#define LATEST 4102444800u   /* 2100; a mask of 32 bits is more */
#define UPTIME_MAX (100ull * 365 * 86400)
#define SHIFT_MAX 32u

/* Offset of the name in the struct clocksource at `clock`: the first pointer to printable text. */
static uint64_t find_name(struct vmc_target *t, uint64_t clock)
{
	for (uint64_t at = 0; is_kernel_pointer(clock) && at < CLOCKSOURCE_WINDOW; at += 8) {
		uint64_t name = load_u64(t, clock + at);
		uint8_t text[CLOCKSOURCE_NAME];

		/* strings need no alignment */
		if (name >> 56 != 0xff)
			continue;
		vmc_autoerror struct vmc_error *err =
			vmc_memory_read(t->memory, name, text, sizeof(text));
		if (!err && text[0] && text[1] && is_name(text, sizeof(text)))
			return at;
	}
	return NOWHERE;
}

/* Seconds and nanoseconds below zero, by little less than the wall clock, which is at `sec`. */
static uint64_t find_to_monotonic(const struct object *o, uint64_t sec)
{
	for (uint64_t at = sec + 8; at + 16 <= WINDOW; at += 8) {
		uint64_t back = object_u64(o, at);

		if (back >> 63 && object_u64(o, sec) + back <= UPTIME_MAX &&
		    object_u64(o, at + 8) < SECOND)
			return at;
	}
	return NOWHERE;
}

/*
 * xtime_sec, and behind it wall_to_monotonic. Since 3.17 ktime_sec stands between them, which is
 * their sum; where no number has that behind it, the first one is meant.
 */
static bool find_clocks(const struct object *o, uint64_t *ret_seconds, uint64_t *ret_back)
{
	bool any = false;

	for (uint64_t sec = 8; sec + 8 <= WINDOW; sec += 8) {
		uint64_t now = object_u64(o, sec), back;

		if (now < EARLIEST || now > LATEST)
			continue;
		back = find_to_monotonic(o, sec);
		if (back == NOWHERE)
			continue;
		/* nanoseconds below a second may be carried into ktime_sec */
		bool sure = object_u64(o, sec + 8) - (now + object_u64(o, back)) <= 1;
		if (any && !sure)
			continue;
		any = true;
		*ret_seconds = sec;
		*ret_back = back;
		if (sure)
			break;
	}
	return any;
}

static bool is_fraction(const struct object *o, uint64_t shift, uint64_t nsec)
{
	uint32_t by = object_u32(o, shift);

	return object_u32(o, shift - 4) && by && by <= SHIFT_MAX &&
	       object_u64(o, nsec) >> by < 2 * (uint64_t)SECOND;
}

/*
 * "clock; [read;] mask; cycle_last; mult; shift; xtime_nsec" since 3.17 (d28ede83791d); before
 * that "clock; mult; shift", and xtime_nsec behind xtime_sec.
 */
static void infer_fraction(struct vmc_target *t, const struct object *o, uint64_t seconds)
{
	if (is_fraction(o, 12, seconds + 8)) {
		infer_found(t, VMC_F_tk_shift, 2, 12, 4);
		infer_found(t, VMC_F_tk_nsec, 2, seconds + 8, 8);
		return;
	}
	for (uint64_t at = 28; at <= 36; at += 8) {
		if (!is_fraction(o, at, at + 4))
			continue;
		infer_found(t, VMC_F_tk_shift, 0, at, 4);
		infer_found(t, VMC_F_tk_nsec, 0, at + 4, 8);
		return;
	}
}

static bool infer_keeper(struct vmc_target *t, uint64_t addr)
{
	vmc_autoobjects struct objects all = { 0 };
	const struct object *o;
	uint64_t name = find_name(t, load_u64(t, addr)), seconds = 0, back = 0;

	if (name == NOWHERE || !objects_add(t, &all, addr, WINDOW))
		return false;
	o = &all.list.data[0];
	if (!find_clocks(o, &seconds, &back))
		return false;
	infer_found(t, VMC_F_clocksource_name, 0, name, 8);
	infer_found(t, VMC_F_tk_clock, 0, 0, 8);
	infer_found(t, VMC_F_tk_xtime_sec, 0, seconds, 8);
	infer_found(t, VMC_F_tk_wall_sec, 0, back, 8);
	infer_found(t, VMC_F_tk_wall_nsec, 0, back + 8, 8);
	infer_fraction(t, o, seconds);
	return true;
}

void infer_time(struct vmc_target *t)
{
	static const char *const symbols[] = { "tk_core", "timekeeper" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(symbols); i++) {
		uint64_t addr;

		if (!vmc_target_has_symbol(t, symbols[i], &addr))
			continue;
		/* tk_core has a sequence counter in front of it */
		for (uint64_t at = 0; at <= 64; at += 8) {
			if (infer_keeper(t, addr + at))
				return;
		}
	}
}
