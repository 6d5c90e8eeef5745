#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare vmcoroner's report with the truth of each lab dump, with the guest's console, and with other programs.

One line a check: "ok", "FAIL" or "skip" with the reason. Exit status 1 if anything failed, 77 if there is nothing to compare."""

import argparse
import calendar
import fnmatch
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import arguments
import console
import damage
import peers
import positions
import runs
from steps import HERE, Skip, cache_dir, skip

BINARY = HERE.parent.parent / "build" / "vmcoroner"
LIMIT = 60
WHOLE = ("elf", "kdump-zlib", "plain", "raw-d1", "zlib-d1")
# crash takes 5 to 20 s a dump, so it is asked on these scenarios only.
# What a guest truly says at boot when the machine that runs the lab did not schedule it for seconds.
BUSY_HOST = ("tsc-unstable", "clocksource-unstable", "rcu-stall-self", "rcu-stall-other", "soft-lockup")
CRASH_SCENARIOS = ("null-deref", "softlockup", "sysrq", "healthy")

# Where a peer is wrong, and why: seen in this lab, see the README.
PEER_WRONG = {
    ("crash9", "6.12", "uptime"): "crash 9.0.2 guesses HZ 1000 where it is 250",
    ("crash9", "7.x", "uptime"): "crash 9.0.2 guesses HZ 1000 where it is 250",
    ("crash9", "7.x", "date"): "crash 9.0.2 shows 1970 on 7.x",
    ("crash8", "6.1", "tasks"): "crash 8.0.2 does not know the pid structures of late 6.1 stable kernels and loses tasks",
}


LACKS_SLAB = "makedumpfile 1.7.8 takes slab pages of 7.x for user pages and leaves them out at level 31"


class Checks:
    """Counts and prints checks of one dump."""

    def __init__(self, only, failures_only):
        self.passed = self.failed = self.skipped = 0
        self.only, self.failures_only = only, failures_only
        self.where = ""

    def wants(self, name):
        """Whether a check, or a group of checks whose names begin so, is asked for."""
        return not self.only or any(fnmatch.fnmatch(name, pattern) or pattern.startswith(name) for pattern in self.only)

    def result(self, name, good, detail=""):
        if not self.wants(name):
            return
        if good:
            self.passed += 1
        else:
            self.failed += 1
        if good and self.failures_only:
            return
        print(f"{'ok  ' if good else 'FAIL'} {self.where} {name}" + (f": {detail}" if detail and not good else ""), flush=True)

    def equal(self, name, ours, expected):
        self.result(name, ours == expected, f"{ours!r}, expected {expected!r}")

    def near(self, name, ours, expected, slack):
        good = isinstance(ours, (int, float)) and abs(ours - expected) <= slack
        self.result(name, good, f"{ours!r}, expected {expected!r} +- {slack}")

    def skip(self, name, reason):
        if self.wants(name):
            self.skipped += 1
            if self.failures_only:
                return
            print(f"skip {self.where} {name}: {reason}", flush=True)


class Case:
    """One dump with everything that is known about it."""

    def __init__(self, folder, truth, dump, report, log):
        self.folder, self.run, self.dump, self.report, self.log = folder, truth, dump, report, log
        self.truth = truth["truth"]
        self.guest = truth["guest"]
        self.system = report.get("system") or {}
        self.lacks_slab = truth["series"] == "7.x" and (dump["format"].endswith("d31") or dump["format"] == "split")
        self.lives = runs.scenarios()[truth["scenario"]]["wait"] != runs.DEFAULTS["wait"]
        self.console = (folder / "serial.log").read_text("utf-8", "replace")
        # A capture kernel's console follows the crashed one's.
        if "elfcorehdr=" in self.console:
            self.console = self.console[:self.console.index("elfcorehdr=")].rpartition("\n[    0.000000] Linux version")[0]

    def peer(self, checks, name, which):
        """A peer's facts, or None when it is skipped or known to be wrong about this fact."""
        fact = name.split(" ")[0]
        reason = PEER_WRONG.get((which, self.run["series"], fact))
        if reason:
            checks.skip(name, reason)
            return None
        if which.startswith("crash") and self.run["scenario"] not in CRASH_SCENARIOS:
            return None
        try:
            return peers.ask(self.folder, self.run, which)
        except Skip as problem:
            checks.skip(name, str(problem))
            return None


def vmcoroner(binary, *args, env=None):
    done = subprocess.run([str(binary), *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=LIMIT, check=False, env=env)
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def names_of(frames):
    """Functions of a backtrace, inlined ones left out."""
    return [console.plain(f.get("function")) for f in frames or [] if not f.get("inlined")]


def find_run(names, chain):
    """Where a chain of functions stands in a list without a gap, or -1."""
    for start in range(len(names) - len(chain) + 1):
        if names[start:start + len(chain)] == chain:
            return start
    return -1


def check_system(case, checks):
    guest, system = case.guest, case.system
    checks.equal("release", system.get("release"), guest["release"])
    checks.equal("nodename", system.get("nodename"), guest["nodename"])
    checks.equal("cpus", system.get("cpus"), guest["cpus"])
    checks.equal("cmdline", system.get("cmdline"), guest["cmdline"])
    low, high = guest["mem_total_kb"] << 10, megabytes(case.run["memory"]) << 20
    memory = system.get("memory_bytes")
    checks.result("memory_bytes", isinstance(memory, int) and low <= memory <= high, f"{memory!r}, expected {low} to {high}")


def megabytes(text):
    return int(text[:-1]) * (1024 if text.endswith("G") else 1)


def check_time(case, checks):
    system, guest = case.system, case.guest
    uptime = system.get("uptime_seconds")
    if case.lives:
        # Nothing on the console says when a machine that lives on was dumped.
        checks.result("uptime", isinstance(uptime, (int, float)) and guest["uptime"] < uptime < guest["uptime"] + 60, f"{uptime!r}, expected after {guest['uptime']}")
        expected = guest["date"] + (uptime or 0) - guest["uptime"]
    else:
        stamp = console.last_stamp(case.console)
        checks.near("uptime", uptime, stamp, 4)
        expected = guest["date"] + stamp - guest["uptime"]
    checks.near("date", seconds_of(system.get("date")), round(expected), 5)
    drgn = case.peer(checks, "uptime drgn", "drgn")
    if drgn:
        for fact, ours in (("uptime", uptime), ("date", seconds_of(system.get("date")))):
            if fact in drgn:
                checks.near(f"{fact} drgn", ours, drgn[fact], 1)
            else:
                checks.skip(f"{fact} drgn", drgn["errors"].get(fact, "not given"))
        if "load" in drgn:
            ours = system.get("load") or []
            checks.result("load drgn", len(ours) == 3 and all(abs(a - b) < 0.011 for a, b in zip(ours, drgn["load"])), f"{ours}, drgn {drgn['load']}")
    crash = case.peer(checks, "uptime crash9", "crash9")
    if crash and crash.get("uptime") is not None:
        checks.near("uptime crash9", uptime, crash["uptime"], 1.1)
    crash = case.peer(checks, "date crash9", "crash9")
    if crash and crash.get("date"):
        checks.near("date crash9", seconds_of(system.get("date")), crash_date(crash["date"]), 1)


def seconds_of(iso):
    match = re.match(r"(\d+-\d+-\d+T\d+:\d+:\d+)", iso or "")
    return calendar.timegm(time.strptime(match[1], "%Y-%m-%dT%H:%M:%S")) if match else None


def crash_date(text):
    return calendar.timegm(time.strptime(re.sub(r" [A-Z]+ (\d{4})$", r" \1", text), "%a %b %d %H:%M:%S %Y"))


def check_tasks(case, checks):
    ours = case.system.get("tasks")
    if ours is None and case.lacks_slab:
        checks.skip("tasks", LACKS_SLAB)
        return
    listed = [t for t in case.guest["tasks"] if t["comm"] not in ("cat", "sh")]
    checks.near("tasks guest", ours, len(listed) + case.guest["cpus"], 6)
    drgn = case.peer(checks, "tasks drgn", "drgn")
    if drgn and "tasks" in drgn:
        # crash and vmcoroner count the idle task of every CPU, drgn's iteration does not.
        checks.equal("tasks drgn", ours, drgn["tasks"] + case.guest["cpus"])
    for which in ("crash9", "crash8"):
        crash = case.peer(checks, f"tasks {which}", which)
        if crash and crash.get("tasks"):
            checks.equal(f"tasks {which}", ours, crash["tasks"])


def check_panic(case, checks):
    panic = case.report.get("panic") or {}
    if "message" in case.truth:
        checks.result("panic message", re.search(case.truth["message"], panic.get("message") or "") is not None, repr(panic.get("message")))
    if "comm" in case.truth:
        checks.equal("panic comm", panic.get("comm"), case.truth["comm"])
    if case.lives:
        return
    crash = case.peer(checks, "panic crash9", "crash9")
    if crash and "pid" in crash:
        checks.equal("panic pid crash9", panic.get("pid"), crash["pid"])
        checks.equal("panic task crash9", int(panic.get("task") or "0", 16), int(crash["task"], 16))
    drgn = case.peer(checks, "panic drgn", "drgn")
    if drgn and "crashed" in drgn:
        checks.equal("panic pid drgn", panic.get("pid"), drgn["crashed"]["pid"])


def check_log(case, checks):
    ours = case.log.decode("utf-8", "replace")
    if not case.run["vmcoreinfo_device"]:
        checks.skip("log makedumpfile", "makedumpfile needs VMCOREINFO, which this dump has not")
    else:
        theirs = case.peer(checks, "log makedumpfile", "dmesg")
        if theirs is not None:
            a, b = log_body(ours), log_body(theirs)
            differ = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            around = f"line {differ + 1} of {len(a)} and {len(b)}: {a[differ:differ + 1]} against {b[differ:differ + 1]}"
            checks.result("log makedumpfile", a == b, around)
    lines, bodies = {line_body(line) for line in ours.splitlines()}, set(log_body(ours))
    shown = console.kernel_lines(case.console)
    missing = [line for line in shown if line_body(line) not in lines and log_body(line)[0] not in bodies]
    # Processes write to the same serial line and can break a few lines in two.
    checks.result("log console", shown and len(missing) <= 2 + len(shown) // 100, f"{len(missing)} of {len(shown)} lines are not in the log: {missing[:2]}")


def line_body(line):
    """A log line without caller ids and trailing blanks."""
    return re.sub(r"^(\[ *\d+\.\d{6}\]) ?\[ *[TC]\d+\]", r"\1", line).rstrip()


def log_body(text):
    """Texts of the log's lines. The second line of a record has blanks as long as the first one's stamp and caller id in dmesg and
    makedumpfile, and a stamp of its own on the console."""
    bodies, width = [], 15
    for line in text.rstrip("\n").split("\n"):
        prefix = re.match(r"\[ *\d+\.\d{6}\] ?(\[ *[TC]\d+\] ?)?", line)
        if prefix:
            width = max(prefix.end(), 15)
            bodies.append(line[prefix.end():].rstrip())
        else:
            bodies.append((line[width:] if not line[:width].strip() else line).rstrip())
    return bodies


def same_module(mine, real):
    flags = "".join(mine.get("flags") or "")
    return int(mine["address"], 16) == int(real["address"], 16) and mine["size"] == real["size"] and sorted(flags) == sorted(real["flags"])


def check_modules(case, checks):
    ours = {m["name"]: m for m in case.report.get("modules") or []}
    expected = {m["name"]: m for m in case.guest["modules"]}
    if "victim" not in expected:
        ours.pop("victim", None)
    checks.equal("modules", sorted(ours), sorted(expected))
    different = [f"{ours[n]}, expected {real}" for n, real in expected.items() if n in ours and not same_module(ours[n], real)]
    checks.result("modules layout", not different, "; ".join(different))
    mask = (case.report.get("taint") or {}).get("mask")
    mask = int(mask, 16) if isinstance(mask, str) else mask
    checks.result("taint", isinstance(mask, int) and mask & case.guest["tainted"] == case.guest["tainted"], f"{mask!r} lacks bits of {case.guest['tainted']}")


def check_verdict(case, checks):
    verdict = case.report.get("verdict") or {}
    truth = case.truth
    checks.result("verdict category", verdict.get("category") in truth["category"], f"{verdict.get('category')!r}, expected {' or '.join(truth['category'])}")
    culprit = verdict.get("culprit") or {}
    if "function" in truth:
        expected = truth["function"]
        if "owner_function" in truth and "likely owned by task" in case.console:
            expected = truth["owner_function"]
        checks.equal("verdict function", console.plain(culprit.get("function")), expected)
    if "module" in truth:
        checks.equal("verdict module", culprit.get("module"), truth["module"])


def check_quiet_boot(case, checks):
    """Up to where the lab's module is loaded every boot is a clean one: nothing worse than a notice, nothing unknown."""
    findings = case.report.get("findings") or []
    loaded = [f["lines"][0] for f in findings if f["id"] == "module-oot" and f["lines"]]
    end = loaded[0] if loaded else float("inf") if case.run["scenario"] == "healthy" else 0
    loud = [f"{f['severity']} {f['id']}: {f['evidence'][0]}" for f in findings
            if f["severity"] not in ("notice", "benign") and f["lines"] and f["lines"][0] < end and f["id"] not in BUSY_HOST]
    checks.result("quiet boot", not loud, "; ".join(loud))
    unknown = [u["text"] for u in case.report["unexplained"]["lines"] if u["line"] < end]
    checks.result("boot explained", not unknown, "; ".join(unknown))


def check_chain(checks, name, frames, chain, callers, own_trace):
    """The expected functions without a gap, then the callers in order, nothing in between that the kernel's own trace has not."""
    names = names_of(frames)
    start = find_run(names, chain)
    checks.result(f"{name} chain", start >= 0, f"{' < '.join(chain)} is not in {' < '.join(names)}")
    if start < 0:
        return
    plain_frames = [f for f in frames if not f.get("inlined")]
    doubtful = [f.get("function") or f.get("address") for f in plain_frames[start:start + len(chain)] if not f.get("reliable")]
    checks.result(f"{name} reliable", not doubtful, f"marked unreliable: {doubtful}")
    rest = iter(names[start + len(chain):])
    missing = [caller for caller in callers if not any(caller == n for n in rest)]
    checks.result(f"{name} callers", not missing, f"not there in order: {missing} in {' < '.join(names[start:])}")
    if own_trace is None:
        checks.skip(f"{name} stale", "the console has no trace of this stack")
        return
    # A stack that was overwritten ends in guesses, which are marked so.
    ours = [console.plain(f.get("function")) for f in plain_frames[start:] if f.get("function") and f.get("reliable")]
    own_trace = own_trace[max(find_run(own_trace, chain), 0):]
    checks.result(f"{name} stale", ours == own_trace, f"{' < '.join(ours)}; the kernel's own trace: {' < '.join(own_trace)}")


def check_backtrace(case, checks):
    truth, frames = case.truth, case.report.get("backtrace") or []
    if truth.get("chain"):
        chain = truth["chain"]
        check_chain(checks, "backtrace", frames, chain, truth.get("callers", []), console.trace_from(case.console, chain))
        modules = {f.get("module") for f in frames if (f.get("function") or "").startswith("victim_")}
        if "module" in truth:
            checks.equal("backtrace module", modules, {truth["module"]})
    unknown = [f.get("address") for f in frames if not f.get("function") and int(f.get("address") or "0", 16) >> 47]
    checks.result("backtrace named", not unknown, f"kernel addresses without a name: {unknown}")
    cpus = case.report.get("cpus") or []
    checks.equal("cpus listed", len(cpus), case.guest["cpus"])
    for running in truth.get("running", []):
        found = [c for c in cpus if c.get("comm") == running["comm"]]
        if not found:
            checks.result(f"running {running['comm']}", False, f"on no CPU: {[c.get('comm') for c in cpus]}")
            continue
        check_chain(checks, f"running {running['comm']}", found[0].get("backtrace") or [], running["chain"], [], None)


def check_blocked(case, checks):
    expected = case.truth.get("blocked", [])
    if not expected:
        return
    blocked = case.report.get("blocked") or []
    if not blocked:
        checks.skip("blocked", "the report has no blocked tasks yet")
        return
    comms = {t["pid"]: t["comm"] for t in case.guest["tasks"]}
    comms.update({b.get("pid"): b.get("comm") for b in blocked})
    for row in expected:
        mine = [b for b in blocked if b.get("comm") == row["comm"]]
        checks.result(f"blocked {row['comm']}", bool(mine), f"not among {[b.get('comm') for b in blocked]}")
        lock = (mine[0].get("lock") or {}) if mine else {}
        if lock.get("owner_pid") in comms:
            checks.equal(f"blocked {row['comm']} owner", comms[lock["owner_pid"]], row["owner"])


def check_sleepers(case, checks, binary, path):
    """Backtraces of sleeping tasks against /proc/PID/stack, which the guest read a moment before."""
    wanted = [t for t in case.guest["tasks"] if re.match(r"agent|sleep|kthreadd|khungtaskd|kswapd0|init$", t["comm"])
              and str(t["pid"]) in case.guest["stacks"] and t["state"] in "SDI" and t["comm"] != "init"][:12]
    if not wanted or case.lacks_slab:
        checks.skip("sleeper", LACKS_SLAB if case.lacks_slab else "the guest read no stacks")
        return
    commands = "; ".join(f"bt {t['pid']}" for t in wanted)
    status, out, err = vmcoroner(binary, "shell", *path, "-c", commands)
    stacks = re.split(r"^(?=PID: )", out.decode("utf-8", "replace"), flags=re.M)
    by_pid = {int(m[1]): peers.parse_bt(text) for text in stacks if (m := re.match(r"PID: (\d+)", text))}
    if not by_pid:
        checks.skip("sleeper", f"shell has no bt yet (status {status}: {err.strip()[-100:]})")
        return
    for task in wanted:
        expected = [console.plain(n) for n in case.guest["stacks"][str(task["pid"])]]
        ours = [console.plain(n) for n in by_pid.get(task["pid"], [])]
        checks.result(f"sleeper {task['comm']} {task['pid']}", ours[-len(expected):] == expected, f"{' < '.join(ours)}; /proc/PID/stack: {' < '.join(expected)}")


@functools.lru_cache
def vmlinux_of(folder):
    """The vmlinux with DWARF of a run's kernel, which the lab unpacks for the peers; None without one."""
    release = json.loads((folder / "truth.json").read_text())["guest"]["release"]
    found = sorted((cache_dir() / "kernels").glob(f"{release}_*/vmlinux-*"))
    return found[0] if found else None


def without_sources(value):
    """A report without what it says of where its knowledge comes from."""
    if isinstance(value, dict):
        return {k: without_sources(v) for k, v in value.items() if k not in ("found_by", "debuginfo")}
    return [without_sources(v) for v in value] if isinstance(value, list) else value


def old_way(binary, paths, form, vmlinux, cache=None, options=("--no-btf", "--no-orc")):
    """A report that may differ from another in nothing but where its knowledge comes from."""
    env = None if cache is None else {**os.environ, "XDG_CACHE_HOME": str(cache)}
    _, out, _ = vmcoroner(binary, *paths, "--debuginfo", vmlinux, "--format", form, *options, env=env)
    text = out.decode("utf-8", "replace")
    return without_sources(json.loads(text)) if form == "json" else re.sub(r"(?m)^Sources: .*\n", "", text)


def check_old_way(case, checks, binary, paths):
    """Types out of DWARF and stacks without ORC, as kernels before 4.14 need them, make the same report; so do types that
    an earlier run has kept."""
    vmlinux = vmlinux_of(case.folder)
    if not vmlinux:
        checks.skip("old way", "no vmlinux of this kernel at hand")
        return
    with tempfile.TemporaryDirectory() as cache:
        for form in ("json", "text"):
            new = old_way(binary, paths, form, vmlinux, options=())
            for name in ("old way", "old way kept"):
                old = old_way(binary, paths, form, vmlinux, cache)
                differ = [k for k in new if new[k] != old.get(k)] if form == "json" else [
                    f"{a!r} against {b!r}" for a, b in zip(new.split("\n"), old.split("\n")) if a != b][:2]
                checks.result(f"{name} {form}", new == old, "; ".join(differ))
            kept = list(pathlib.Path(cache).glob("vmcoroner/debuginfo/*/*"))
            checks.equal("old way cache", [f.name for f in kept], ["profile"])
            for f in kept:
                f.unlink()


def check_inferred(case, checks, binary, paths):
    """Offsets of members that are found in memory where there are no types, against those of BTF."""
    def shape(*options):
        _, out, _ = vmcoroner(binary, "shell", *paths, "--no-debuginfo", "-c", "shape -j", *options)
        return {row["row"]: row["offset"] for row in json.loads(out) if row["offset"] is not None}
    types, inferred = shape(), shape("--no-btf")
    # union thread_union, the size of a stack, is in no BTF
    wrong = {k: (v, types.get(k)) for k, v in inferred.items() if k != "stack_size" and types.get(k) != v}
    checks.result("inferred", {"task_pid", "rq_curr"} <= set(inferred) and not wrong, f"of {len(inferred)} members: {wrong}")


def number_of(text):
    """A value of the report as drgn's int() has it; None for what is no number."""
    if text in ("true", "false"):
        return int(text == "true")
    match = re.match(r"-?0x[0-9a-f]+|-?\d+", text or "")
    return int(match[0], 0) & (1 << 64) - 1 if match else None


def check_variables(case, checks, binary, paths):
    """Variables of the panic task's frames against drgn's. What drgn calls absent may be known here (what the caller passed, parts of
    a struct); what both know must be the same, and nothing that drgn knows may be missing."""
    vmlinux, theirs = vmlinux_of(case.folder), case.peer(checks, "variables", "variables")
    if not vmlinux or theirs is None:
        checks.skip("variables", "no vmlinux of this kernel, or no drgn, at hand")
        return
    _, out, _ = vmcoroner(binary, *paths, "--debuginfo", vmlinux, "--format", "json")
    frames, at, same, wrong = json.loads(out)["backtrace"], 0, 0, []
    for function, variables in theirs:
        found = next((i for i in range(at, len(frames)) if console.plain(frames[i]["function"]) == console.plain(function)), None)
        if found is None:
            wrong += [f"no frame of {function}"] if variables else []
            continue
        at = found + 1
        for name, value in variables.items():
            # blocks within each other may have variables of one name, of which drgn tells the innermost
            ours = [v for v in frames[found]["variables"] if v["name"] == name]
            texts = [v["value"] for v in ours]
            if not ours or (isinstance(value, int) and not any(texts)):
                wrong.append(f"{function}: no {name}, of which drgn says {value}")
            elif isinstance(value, int) and value not in map(number_of, texts) and any(number_of(t) is not None for t in texts):
                wrong.append(f"{function}: {name} is {texts}, of which drgn says {value:#x}")
            else:
                same += 1
    checks.result("variables", not wrong and (same > 0 or not any(v for _, v in theirs)), "; ".join(wrong[:3]) or "none is the same")


def compare(folder, truth, dump, binary, checks):
    paths = [folder / name for name in dump["files"]]
    checks.where = f"{truth['series']} {truth['scenario']} {dump['format']}"
    try:
        status, out, err = vmcoroner(binary, *paths, "--format", "json")
        log_status, log, _ = vmcoroner(binary, "log", *paths)
    except subprocess.TimeoutExpired:
        checks.result("report", False, f"not done in {LIMIT} s")
        return
    try:
        report = json.loads(out)
    except ValueError:
        checks.result("report", False, f"status {status}, no JSON: {err.strip()[-300:]}")
        return
    # Without BTF and without its vmlinux a kernel has no types, and the report says so.
    no_types = truth["series"] == "5.10-fp" and [row["what"] for row in report.get("unavailable", [])] == ["kernel types (BTF)"]
    may_lack = dump["format"] not in WHOLE or truth["truth"].get("partial") or no_types
    checks.result("status", status == 0 or (status == 1 and may_lack), f"exit status {status}: {report.get('unavailable')}")
    checks.equal("log status", log_status, 0)
    if truth["guest"] is None:
        checks.skip("report", "the guest wrote no account of itself")
        return
    case = Case(folder, truth, dump, report, log)
    for check in (check_system, check_time, check_tasks, check_panic, check_log, check_modules, check_verdict, check_quiet_boot, check_backtrace, check_blocked):
        check(case, checks)
    if dump["format"] in ("kdump-zlib", "zlib-d31") and truth["scenario"] in ("healthy", "null-deref", "kdump"):
        check_sleepers(case, checks, binary, paths)
    if dump["format"] in ("kdump-zlib", "zlib-d31") and checks.wants("old way"):
        check_old_way(case, checks, binary, paths)
    if dump["format"] != "elf" and checks.wants("inferred"):
        check_inferred(case, checks, binary, paths)
    if dump["format"] in ("lzo-d31", "zlib-d31") and checks.wants("variables"):
        check_variables(case, checks, binary, paths)
    if dump["format"] in ("kdump-zlib", "lzo-d31", "zlib-d31"):
        for name, check in (("lines", positions.check_lines), ("arguments", arguments.check_arguments)):
            if checks.wants(name):
                check(case, checks, functools.partial(vmcoroner, binary, *paths), vmlinux_of(folder))
    ask = functools.partial(vmcoroner, binary)
    if dump["format"] in ("elf", "kdump-zlib", "lzo-d31", "flat-zlib-d31") and truth["scenario"] in ("null-deref", "kdump") and checks.wants("cut"):
        damage.check_cuts(case, checks, ask, paths[0])
    if dump["format"] in ("kdump-zlib", "zlib-d31") and checks.wants("slim"):
        damage.check_slim(case, checks, ask, paths)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=BINARY, type=pathlib.Path)
    parser.add_argument("--quick", action="store_true", help="only the scenarios and kernels of lab run --quick")
    parser.add_argument("--kernels", help="series, separated by commas")
    parser.add_argument("--scenarios", help="names, separated by commas")
    parser.add_argument("--formats", help="dump formats, separated by commas")
    parser.add_argument("--checks", help="patterns of check names, separated by commas")
    parser.add_argument("--failed", action="store_true", help="print only what failed")
    options = parser.parse_args()
    if not options.binary.exists():
        skip(f"{options.binary} is not built")
    found, known = [], runs.scenarios()
    for path in sorted(cache_dir().glob("dumps/*/*/truth.json")):
        truth = json.loads(path.read_text())
        if options.kernels and truth["series"] not in options.kernels.split(","):
            continue
        if options.quick and not (known.get(truth["scenario"], {}).get("quick") and truth["series"] in known[truth["scenario"]]["quick_kernels"]):
            continue
        if options.scenarios and truth["scenario"] not in options.scenarios.split(","):
            continue
        found.append((path.parent, truth))
    if not found:
        skip("no dumps: run tests/lab/lab run first")
    checks = Checks(options.checks.split(",") if options.checks else [], options.failed)
    for folder, truth in found:
        for dump in truth["dumps"]:
            if options.formats and dump["format"] not in options.formats.split(","):
                continue
            compare(folder, truth, dump, options.binary.resolve(), checks)
    print(f"{checks.passed} passed, {checks.failed} failed, {checks.skipped} skipped")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
