# SPDX-License-Identifier: GPL-2.0-or-later
"""Dumps that are not whole, and dumps made smaller: what the report may and may not say of them."""

import json
import pathlib
import tempfile

from steps import cache_dir

CUTS = (30, 60, 95)
SLIM_LIMIT = 3 << 20
# Facts that a damaged dump may lack but must not change.
FACTS = (("system", "release"), ("system", "nodename"), ("system", "cpus"), ("system", "cmdline"), ("panic", "comm"), ("panic", "pid"))


def cut(path, percent, out):
    """The beginning of a dump, as a full disk or a broken transfer leaves it."""
    left = path.stat().st_size * percent // 100
    with open(path, "rb") as source, open(out, "wb") as target:
        while left > 0:
            block = source.read(min(left, 1 << 20))
            target.write(block)
            left -= len(block)


def check_cuts(case, checks, vmcoroner, path):
    """A dump that ends early: status 1, it says so, and nothing is invented. Status 3 will do where not even the headers are there."""
    whole = case.report
    with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
        for percent in CUTS:
            short = pathlib.Path(scratch) / f"cut-{percent}"
            cut(path, percent, short)
            status, out, err = vmcoroner(short, "--format", "json")
            name = f"cut {percent}%"
            checks.result(f"{name} status", status == 1, f"exit status {status}: {err.strip()[-200:]}")
            try:
                report = json.loads(out)
            except ValueError:
                checks.result(f"{name} report", False, "no JSON")
                continue
            checks.equal(f"{name} complete", report.get("dump", {}).get("complete"), False)
            checks.result(f"{name} unavailable", bool(report.get("unavailable")), "nothing is said to be missing")
            wrong = [f"{group}.{fact}: {value!r}" for group, fact in FACTS
                     if (value := (report.get(group) or {}).get(fact)) not in (None, (whole.get(group) or {}).get(fact))]
            checks.result(f"{name} invents nothing", not wrong, "; ".join(wrong))
            short.unlink()


def check_slim(case, checks, vmcoroner, paths):
    """A slim dump is small and gives the same report."""
    with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
        out = pathlib.Path(scratch) / "slim"
        status, _, err = vmcoroner("slim", *paths, "-o", out)
        if status == 2:
            checks.skip("slim", f"not there yet: {err.strip()[-100:]}")
            return
        if not out.exists():
            checks.result("slim", False, f"status {status}: {err.strip()[-200:]}")
            return
        size = out.stat().st_size
        checks.result("slim size", size <= SLIM_LIMIT, f"{size} bytes")
        again = vmcoroner(out, "--format", "json")[1]
        try:
            report = json.loads(again)
        except ValueError:
            checks.result("slim report", False, "no JSON")
            return
        different = [key for key in case.report if key not in ("dump", "unavailable") and without_file(report.get(key)) != without_file(case.report[key])]
        checks.result("slim report", not different, f"differs in {', '.join(different)}")


def without_file(value):
    """A part of the report without the name of the dump file, which differs by nature."""
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if key != "dumpfile"}
    return value
