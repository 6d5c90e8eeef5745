#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Positions of every address of a program's functions, compared with those of addr2line."""

import pathlib
import re
import subprocess
import sys


def addresses(sample):
    """Every byte that a function symbol covers."""
    for line in subprocess.run(["nm", "-S", sample], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2] in "tT":
            yield from range(int(fields[0], 16), int(fields[0], 16) + int(fields[1], 16))


def places(text):
    """{address: [(function, file name, line), ...]}, innermost first."""
    found, lines, at = {}, iter(text.splitlines()), None
    for line in lines:
        if line.startswith("0x"):
            at = found.setdefault(int(line, 16), [])
            continue
        path, number = re.sub(r" \(discriminator \d+\)$", "", next(lines)).rsplit(":", 1)
        at.append((line, pathlib.PurePath(path).name, number.replace("?", "0")))
    return found


def main():
    tool, sample = sys.argv[1:]
    asked = list(addresses(sample))
    text = "".join(f"{a:x}\n" for a in asked)
    ours, theirs = (places(subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout)
                    for command in ([tool, sample], ["addr2line", "-a", "-i", "-f", "-e", sample]))
    deepest = max(len(chain) for chain in theirs.values())
    if len(asked) < 50 or deepest < 3:
        sys.exit(f"{sample}: only {len(asked)} addresses, {deepest} functions deep: it shows nothing")
    wrong = [a for a in asked if ours.get(a) != theirs[a]]
    for a in wrong[:10]:
        print(f"0x{a:x}: {ours.get(a)}, addr2line says {theirs[a]}")
    print(f"{len(asked)} addresses, {len(wrong)} of them wrong")
    sys.exit(bool(wrong))


main()
