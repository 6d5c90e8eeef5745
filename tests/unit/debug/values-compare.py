#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Variables of values-sample.c where it stopped. What they are follows from its source; a compiler may have given one up, but
nothing else than what is written here may be claimed of it."""

import subprocess
import sys

TRUTH = {
    ("within", "factor"): 6, ("within", "product"): 42,
    ("inner", "kept"): 42, ("inner", "forgotten"): 1234567, ("inner", "colour"): 5,
    ("outer", "base"): 21, ("outer", "twice"): 42, ("outer", "small"): 200,
}
# Each compiler keeps these, or tells what the caller passed.
ALWAYS = [("within", "product"), ("inner", "kept"), ("outer", "base"), ("outer", "small")]


def main(reader, sample):
    told = subprocess.run([sample], stdout=subprocess.PIPE, check=True).stdout
    text = subprocess.run([reader, sample], input=told, stdout=subprocess.PIPE, check=True).stdout.decode()
    problems, found, by_caller = [], {}, set()
    for line in text.splitlines():
        function, name, value, *rest = line.split()
        if value == "?":
            continue
        found[function, name] = int(value)
        if rest == ["by-caller"]:
            by_caller.add((function, name))
    for key, value in TRUTH.items():
        if key in found and found[key] != value:
            problems.append(f"{key} is {found[key]}, not {value}")
    problems += [f"{key} was not found" for key in ALWAYS if key not in found]
    if "-cc-" in sample and ("inner", "forgotten") not in by_caller:
        problems.append("what the caller passed was not found")
    if problems:
        print(text, "\n".join(problems), sep="\n")
    return bool(problems)


sys.exit(main(*sys.argv[1:]))
