#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""cfi-readelf.py CFI-ROWS FILE: our rule of each row of FILE's .debug_frame is that of readelf.

Rows are looked up by their address, so that the search through FDEs is tested with them.
"""
import os
import re
import subprocess
import sys

FDE = re.compile(r"^[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ (FDE|CIE)")


def expected(path):
    """Address -> {column: rule}; a row that another one at its address replaces is left out."""
    env = dict(os.environ, LC_ALL="C")
    text = subprocess.run(["readelf", "--debug-dump=frames-interp", path], env=env, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    rows, columns, in_fde = {}, None, False
    for line in text.splitlines():
        entry = FDE.match(line)
        words = line.split()
        if entry:
            in_fde, columns = entry[1] == "FDE", None
            bounds = re.search(r"pc=([0-9a-f]+)\.\.([0-9a-f]+)", line)
            if in_fde and bounds[1] == bounds[2]:
                in_fde = False
        elif words[:2] == ["LOC", "CFA"]:
            columns = ["cfa"] + words[2:]
        elif in_fde and columns and re.fullmatch("[0-9a-f]{16}", words[0] if words else ""):
            rules = dict(zip(columns, words[1:]))
            rows[int(words[0], 16)] = {k: v for k, v in rules.items() if v not in ("u", "s")}
    return rows


def main():
    tool, path = sys.argv[1:]
    want = expected(path)
    asked = "\n".join(f"{ip:x}" for ip in want)
    out = subprocess.run([tool, path], input=asked, check=True, stdout=subprocess.PIPE, text=True)
    bad = 0
    for line in out.stdout.splitlines():
        ip, *rules = line.split()
        got = dict(r.split("=", 1) for r in rules if "=" in r)
        if got != want[int(ip, 16)]:
            bad += 1
            print(f"{ip}: {line}, readelf has {want[int(ip, 16)]}")
    print(f"{len(want)} rows, {bad} differ")
    return bad > 0 or len(want) < 10 or len(out.stdout.splitlines()) != len(want)


sys.exit(main())
