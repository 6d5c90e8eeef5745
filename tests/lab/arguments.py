# SPDX-License-Identifier: GPL-2.0-or-later
"""What the functions of the victim module were called with, against what its source passes (module/arguments.toml)."""

import functools
import json
import tomllib

import console
import peers
import positions
from steps import HERE, Skip

BEST = ("elf", "raw-d1", "lzo-d31")


@functools.lru_cache
def table():
    return tomllib.loads((HERE / "module" / "arguments.toml").read_text())


def is_value(text, expected):
    """A value of the report: "7", "0x0", '0xff... "null"'."""
    if isinstance(expected, str):
        return text.endswith(f'"{expected}"')
    return int(text.split()[0], 0) & (1 << 64) - 1 == expected & (1 << 64) - 1


@functools.lru_cache(maxsize=None)
def of_drgn(path, vmlinux, victim):
    """Variables of the victim's functions as drgn has them, the nearest frame of each."""
    found = {}
    for function, variables in peers.drgn(path, vmlinux, "drgn_variables.py", victim):
        found.setdefault(console.plain(function), variables)
    return found


def check_arguments(case, checks, ask, vmlinux):
    """A value that is known is the one that was passed. One that is not says why, and drgn does not know it either."""
    expected = table().get(case.run["scenario"])
    if not expected:
        return
    victim, report = positions.module_file(case, ask, vmlinux) if vmlinux else (None, None)
    if not victim:
        checks.skip("arguments", "no vmlinux of this kernel, or no victim.ko of the run, at hand")
        return
    frames = {}
    for frame in report["backtrace"]:
        if frame["module"] == "victim":
            frames.setdefault(console.plain(frame["function"]), frame)
    for function, arguments in expected.items():
        for name, value in arguments.items():
            row = next((v for v in frames.get(function, {}).get("variables", []) if v["name"] == name), None)
            if row is None:
                checks.result(f"arguments {function}.{name}", False, "the report has it not")
            elif row["value"] is not None:
                checks.result(f"arguments {function}.{name}", is_value(row["value"], value), f"{row['value']}, passed was {value}")
            else:
                check_lost(case, checks, f"arguments lost {function}.{name}", row, (vmlinux, victim, function, name))


def check_lost(case, checks, label, row, where):
    vmlinux, victim, function, name = where
    try:
        theirs = of_drgn(peers.dump_path(case.folder, case.run, BEST), vmlinux, victim).get(function, {}).get(name)
    except Skip as reason:
        checks.skip(label, str(reason))
        return
    checks.result(label, row["why"] and not isinstance(theirs, int), f"{row['why']}; drgn says {theirs}")
