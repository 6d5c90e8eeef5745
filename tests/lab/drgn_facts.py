# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside drgn: prints what it knows of the dump as one line of JSON. Each fact stands alone: drgn's helpers break one by one."""

import json

from drgn.helpers.linux.cpumask import for_each_online_cpu
from drgn.helpers.linux.module import for_each_module
from drgn.helpers.linux.panic import panic_message, panic_task
from drgn.helpers.linux.pid import for_each_task


def task_count():
    """All threads; the idle tasks, which crash counts too, are not in the list."""
    return sum(1 for _ in for_each_task(prog))


def timekeeper():
    """The core timekeeper; an element of an array since 6.13."""
    try:
        return prog["tk_core"].timekeeper
    except KeyError:
        return prog["timekeeper_data"][0].timekeeper


def uptime():
    keeper = timekeeper()
    seconds = keeper.xtime_sec.value_() + keeper.wall_to_monotonic.tv_sec.value_()
    return seconds + ((keeper.tkr_mono.xtime_nsec.value_() >> keeper.tkr_mono.shift.value_()) + keeper.wall_to_monotonic.tv_nsec.value_()) / 1e9


def date():
    return timekeeper().xtime_sec.value_()


def load():
    return [round(prog["avenrun"][i].value_() / 2048, 2) for i in range(3)]


def crashed():
    task = panic_task(prog)
    return {"pid": task.pid.value_(), "comm": task.comm.string_().decode(), "task": hex(task.value_())}


def backtrace():
    return [frame.symbol().name if not frame.is_inline else frame.name for frame in prog.crashed_thread().stack_trace() if not frame.is_inline]


FACTS = {
    "release": lambda: prog["init_uts_ns"].name.release.string_().decode(),
    "nodename": lambda: prog["init_uts_ns"].name.nodename.string_().decode(),
    "cpus": lambda: len(list(for_each_online_cpu(prog))),
    "tasks": task_count,
    "uptime": uptime,
    "date": date,
    "load": load,
    "panic": lambda: panic_message(prog).decode("utf-8", "replace"),
    "crashed": crashed,
    "bt": backtrace,
    "modules": lambda: [m.name.string_().decode() for m in for_each_module(prog)],
}

answers, errors = {}, {}
for name, ask in FACTS.items():
    try:
        answers[name] = ask()
    except Exception as error:
        errors[name] = f"{type(error).__name__}: {error}"
print(json.dumps({**answers, "errors": errors}))
