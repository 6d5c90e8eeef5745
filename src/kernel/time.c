/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time is measured: the timekeeper holds the wall clock (xtime_sec) and, with
 * wall_to_monotonic, the time since boot. No tick rate is ever guessed.
 */
#include "kernel/time.h"

#include <string.h>

#include "target/field.h"

/* No machine ran for three hundred years. */
#define UPTIME_MAX 1e10

/* Where struct timekeeper may start behind the sequence counter before it, when no type tells. */
static const uint64_t guesses[] = { 8, 0, 16, 64, 4 };

/* Clock sources have short names of printable characters ("tsc", "kvm-clock"). */
static bool is_clocksource(struct vmc_target *t, uint64_t addr)
{
	vmc_autoobj struct vmc_obj cs = vmc_obj(t, addr);
	uint64_t name = vmc_get(&cs, VMC_F_clocksource_name);
	char buf[32];
	size_t n;

	if (vmc_obj_bad(&cs) || !name)
		return false;
	vmc_autoerror struct vmc_error *err =
		vmc_memory_read_string(t->memory, name, buf, sizeof(buf));
	if (err || !buf[0])
		return false;
	for (n = 0; buf[n]; n++) {
		if (buf[n] <= ' ' || buf[n] > '~')
			return false;
	}
	return n < sizeof(buf) - 1;
}

/* A timekeeper is recognised by the clock source that its two readers share. */
static bool is_timekeeper(struct vmc_target *t, uint64_t addr)
{
	vmc_autoobj struct vmc_obj tk = vmc_obj(t, addr);
	uint64_t clock = vmc_get(&tk, VMC_F_tk_clock);
	uint64_t sec = vmc_get(&tk, VMC_F_tk_xtime_sec);

	if (vmc_field_has(t, VMC_F_tk_raw_clock) && vmc_get(&tk, VMC_F_tk_raw_clock) != clock)
		return false;
	return !vmc_obj_bad(&tk) && sec > 0 && is_clocksource(t, clock);
}

static struct vmc_error *find_timekeeper(struct vmc_target *t, uint64_t *ret)
{
	static const char *const symbols[] = { "tk_core", "timekeeper_data", "timekeeper" };

	for (size_t i = 0; i < VMC_ARRAY_SIZE(symbols); i++) {
		uint64_t base, offset;

		if (!vmc_target_has_symbol(t, symbols[i], &base))
			continue;
		if (vmc_field_offset(t, VMC_F_tk_data_timekeeper, &offset) &&
		    is_timekeeper(t, base + offset)) {
			*ret = base + offset;
			return NULL;
		}
		for (size_t k = 0; k < VMC_ARRAY_SIZE(guesses); k++) {
			if (is_timekeeper(t, base + guesses[k])) {
				*ret = base + guesses[k];
				return NULL;
			}
		}
	}
	return vmc_error_new(VMC_NOT_FOUND, "the timekeeper was not found");
}

/* Seconds and nanoseconds of a struct timespec at a symbol. */
static bool timespec(struct vmc_target *t, const char *symbol, int64_t *sec, int64_t *nsec)
{
	vmc_autoobj struct vmc_obj o = vmc_obj_symbol(t, symbol);

	*sec = (int64_t)vmc_get_u64(&o, 0);
	*nsec = (int64_t)vmc_get_u64(&o, 8);
	return !vmc_obj_bad(&o) && *nsec >= 0 && *nsec < 1000000000;
}

/* Before 3.4 (06c017fdd4dc) two variables say it all; they need no types. */
static bool read_variables(struct vmc_target *t, struct vmc_time *ret)
{
	int64_t sec, nsec, mono_sec, mono_nsec;

	if (!timespec(t, "xtime", &sec, &nsec) ||
	    !timespec(t, "wall_to_monotonic", &mono_sec, &mono_nsec))
		return false;
	*ret = (struct vmc_time){
		.wall_sec = sec,
		.wall_nsec = (uint64_t)nsec,
		.uptime = (double)(int64_t)((uint64_t)sec + (uint64_t)mono_sec) +
			  ((double)nsec + (double)mono_nsec) / 1e9,
	};
	return ret->uptime >= 0 && ret->uptime <= UPTIME_MAX;
}

struct vmc_error *vmc_time_read(struct vmc_target *t, struct vmc_time *ret)
{
	struct vmc_obj tk = vmc_obj(t, 0);
	uint64_t shift;

	if (read_variables(t, ret))
		return NULL;
	VMC_TRY(find_timekeeper(t, &tk.addr));
	*ret = (struct vmc_time){ 0 };
	ret->wall_sec = (int64_t)vmc_get(&tk, VMC_F_tk_xtime_sec);
	shift = vmc_get(&tk, VMC_F_tk_shift);
	if (shift < 64)
		ret->wall_nsec = vmc_get(&tk, VMC_F_tk_nsec) >> shift;
	ret->uptime =
		(double)(int64_t)((uint64_t)ret->wall_sec + vmc_get(&tk, VMC_F_tk_wall_sec)) +
		((double)ret->wall_nsec + (double)(int64_t)vmc_get(&tk, VMC_F_tk_wall_nsec)) / 1e9;
	VMC_TRY(vmc_obj_error(&tk, "timekeeper"));
	if (ret->uptime < 0 || ret->uptime > UPTIME_MAX)
		return vmc_error_new(VMC_BAD_FORMAT, "the timekeeper says %.0f s since boot",
				     ret->uptime);
	return NULL;
}
