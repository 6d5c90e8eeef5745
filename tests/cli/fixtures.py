#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The dumps in tests/fixtures against the truth beside them: what each guest wrote of itself to
its console before it died (NAME.json), and the console (NAME.console). Nothing there was
written by vmcoroner. Dumps cut short are told as what they are.
"""
import datetime
import functools
import glob
import json
import os
import re
import sys
import unittest

import cli

FOLDER = os.path.join(cli.ROOT, "tests", "fixtures")
NAMES = sorted(os.path.basename(p)[:-len(".kdump")] for p in glob.glob(FOLDER + "/*.kdump"))


def each(test):
    @functools.wraps(test)
    def run(self):
        for name in NAMES:
            with self.subTest(name):
                base = os.path.join(FOLDER, name)
                with open(base + ".json") as f:
                    test(self, base + ".kdump", json.load(f))
    return run


@functools.lru_cache(None)
def report(path):
    r = cli.run(path, "--format", "json")
    return r.returncode, json.loads(r.out)


def bare(function):
    """Without compiler suffixes: the guest's own traces have them, a cause is named without."""
    return re.sub(r"\.(cold|isra|constprop|part)\b.*", "", function)


def console_of(path):
    with open(path[:-len(".kdump")] + ".console", errors="replace") as f:
        return f.read()


def stack_of(out):
    """Functions of one `bt` listing, innermost first."""
    return [bare(m) for m in re.findall(r"^\s*#\d+ \[[0-9a-f]+\] (\S+?)(?:\+\d+)? at ", out, re.M)]


class Fixtures(cli.Case):
    def in_order(self, wanted, have):
        at = iter(have)
        for function in wanted:
            self.assertTrue(any(f == function for f in at), f"{function} of {wanted} in {have}")

    @each
    def test_system(self, path, truth):
        status, r = report(path)
        guest = truth["guest"]
        self.assertEqual(status, 0, r["unavailable"])
        self.assertEqual(r["unavailable"], [])
        self.assertEqual(r["system"]["release"], truth["release"])
        self.assertEqual(r["system"]["nodename"], guest["nodename"])
        self.assertEqual(r["system"]["cpus"], truth["cpus"])
        self.assertEqual(r["system"]["cpus_offline"], 0)
        self.assertIn(guest["cmdline"], r["system"]["cmdline"])
        self.assertIn("QEMU", r["system"]["hypervisor"])
        self.assertEqual(r["dump"]["vmcoreinfo"],
                         "note" if truth["vmcoreinfo_device"] else "memory")
        # MemTotal leaves out what the kernel itself occupies
        self.assertGreater(r["system"]["memory_bytes"], guest["mem_total_kb"] * 1024)
        self.assertLess(r["system"]["memory_bytes"], 256 << 20)

    @each
    def test_the_build_id_is_that_of_the_vmlinux(self, path, truth):
        r = cli.run("debuginfo", path, "--no-debuginfo", "--format", "json")
        self.check(r, 1)
        self.assertEqual(json.loads(r.out)["kernel"]["build_id"], truth["build_id"])

    @each
    def test_time_is_between_the_guests_last_words_and_the_dump(self, path, truth):
        system = report(path)[1]["system"]
        console = console_of(path)
        last = max(float(t) for t in re.findall(r"^\[ *(\d+\.\d+)\]", console, re.M))
        self.assertGreaterEqual(system["uptime_seconds"], truth["guest"]["uptime"] - 0.1)
        self.assertLess(abs(system["uptime_seconds"] - last), 2.0)
        date = datetime.datetime.fromisoformat(system["date"].replace("Z", "+00:00")).timestamp()
        self.assertGreaterEqual(date, truth["guest"]["date"] - 1)
        self.assertLessEqual(date, truth["dumped_at"] + 2)

    @each
    def test_verdict(self, path, truth):
        verdict = report(path)[1]["verdict"]
        self.assertIn(verdict["category"], truth["truth"]["category"])
        self.assertEqual(verdict["culprit"]["function"], truth["truth"]["function"])
        self.assertEqual(verdict["culprit"]["module"], truth["truth"].get("module"))
        self.assertEqual(verdict["culprit"]["comm"], truth["truth"]["comm"])
        self.assertEqual(verdict["confidence"], "high")
        self.assertRegex(report(path)[1]["panic"]["message"], truth["truth"]["message"])

    @each
    def test_backtrace(self, path, truth):
        frames = report(path)[1]["backtrace"]
        self.assertTrue(all(f["reliable"] for f in frames), frames)
        names = [bare(f["function"]) for f in frames if f["function"]]
        self.in_order(truth["truth"]["chain"] + truth["truth"]["callers"], names)
        # from the culprit to the system call nothing may stand between that the source has not
        chain = truth["truth"]["chain"]
        start = names.index(chain[0])
        self.assertEqual(names[start:start + len(chain)], chain)

    @each
    def test_members_are_inferred_where_types_say_they_are(self, path, truth):
        """Without types, offsets are found in memory itself: BTF, which is not looked at then, is the judge."""
        def shape(*options):
            out = cli.run("shell", path, "--no-debuginfo", "-c", "shape -j", *options).out
            return {row["row"]: row["offset"] for row in json.loads(out) if row["offset"] is not None}
        types, inferred = shape(), shape("--no-btf")
        # struct module has had a third form since 6.4, all kernels with which have BTF
        wanted = ["task_comm", "task_pid", "task_tgid", "task_tasks", "task_stack", "task_state", "task_flags",
                  "task_real_parent", "task_thread_sp", "switch_frame_ip", "node_present_pages"]
        wanted += ["module_core_base", "module_core_size", "module_kallsyms"] if "module_core_base" in types else []
        self.assertEqual([w for w in wanted if w not in inferred], [])
        # union thread_union is in no BTF: that the stacks of this kernel have 16 KiB is documented
        self.assertEqual({k: v for k, v in inferred.items() if k != "stack_size"},
                         {k: types.get(k) for k in inferred if k != "stack_size"})

    @each
    def test_tasks_are_found_without_types(self, path, truth):
        """Processes: the idle tasks, what links threads since 6.7, and CPUs need pages that slim left out."""
        def tasks(*options):
            rows = json.loads(cli.run("shell", path, "--no-debuginfo", "-c", "ps -j", *options).out)
            return [{k: v for k, v in row.items() if k not in ("vsz_kb", "rss_kb", "cpu")} for row in rows
                    if row["kind"] != "idle" and row["pid"] == row["tgid"]]
        self.assertEqual(tasks("--no-btf"), tasks())

    @each
    def test_tasks(self, path, truth):
        rows = json.loads(cli.run("shell", path, "-c", "ps -j").out)
        have = {row["pid"]: row["comm"] for row in rows}
        for task in truth["guest"]["tasks"]:
            # workers change their names with their work; the program that listed them has ended
            comm = task["comm"]
            if comm.startswith("kworker/") or task["state"] in "RZX":
                continue
            with self.subTest(task):
                self.assertEqual(have.get(task["pid"]), comm[:15])

    @each
    def test_sleeping_stacks(self, path, truth):
        """Against /proc/PID/stack, which leaves out the scheduler's own frames."""
        compared = 0
        stacks = {pid: stack for pid, stack in truth["guest"]["stacks"].items()
                  if int(pid) in (1, 2) or stack[0].endswith(("kthread", "_thread"))}
        out = cli.run("shell", path, "-c", "; ".join("bt " + pid for pid in stacks)).out
        listings = {re.match(r"\d+", part)[0]: part for part in out.split("PID: ")[1:]}
        for pid, stack in stacks.items():
            have = stack_of(listings[pid])
            if have[:1] not in (["__schedule"], ["schedule"]):
                continue  # it was running when the dump was taken
            with self.subTest(pid):
                self.assertEqual([bare(f) for f in stack], have[-len(stack):])
                compared += 1
        self.assertGreater(compared, 2)

    @each
    def test_modules(self, path, truth):
        have = {m["name"]: m for m in report(path)[1]["modules"]}
        self.assertEqual(sorted(have), sorted(m["name"] for m in truth["guest"]["modules"]))
        for m in truth["guest"]["modules"]:
            self.assertEqual(have[m["name"]]["address"], m["address"])
            self.assertEqual(have[m["name"]]["size"], m["size"])
            self.assertEqual(have[m["name"]]["flags"], m["flags"])

    @each
    def test_symbols(self, path, truth):
        names = [n for n in truth["guest"]["symbols"]]
        out = cli.run("shell", path, "-c", "; ".join("sym " + n for n in names)).out
        have = {line.split()[2]: "0x" + line.split()[0] for line in out.splitlines()}
        self.assertEqual(have, truth["guest"]["symbols"])

    @each
    def test_log_has_every_line_of_the_console(self, path, _):
        log = cli.run("log", path).out
        texts = [re.sub(r"^\[ *\d+\.\d+\] ?|^ {15}", "", line) for line in log.splitlines()]
        console = console_of(path)
        missing = []
        for line in console.splitlines():
            m = re.match(r"\[ *\d+\.\d+\] ?(.*?)\s*$", line)
            if m and m[1] and not any(m[1] in t for t in texts):
                missing.append(m[1])
        self.assertEqual(missing, [])

    @each
    def test_cut_dumps_say_so(self, path, _):
        with open(path, "rb") as f:
            whole = f.read()
        for percent in (30, 60, 95):
            cut = self.file("cut", whole[:len(whole) * percent // 100])
            r = cli.run(cut, "--format", "json")
            with self.subTest(percent):
                self.assertEqual(r.returncode, 1, r.err)
                got = json.loads(r.out)
                self.assertFalse(got["dump"]["complete"])
                self.assertTrue(got["unavailable"])
                for row in got["unavailable"]:
                    self.assertTrue(row["what"] and row["why"])
                # what is said is true, or it is not said
                full = report(path)[1]
                for key in ("release", "nodename", "cpus", "date", "cmdline"):
                    self.assertIn(got["system"][key], (None, full["system"][key]))


if __name__ == "__main__":
    if not NAMES:
        print("SKIP: no dump in tests/fixtures")
        sys.exit(cli.SKIP)
    unittest.main()
