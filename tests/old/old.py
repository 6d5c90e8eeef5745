#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reports about kernels of the kinds of 3.10 and 2.6.32, with their vmlinux and without, against what the kernel itself has said.

make.py says what these kernels are. The truth is of three sources: what the guest wrote to its serial port (stack, tasks, log), its
ELF file as nm and addr2line read it, and the constants of its source (date, load, names)."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]

import make
from cli import SKIP, run

PANIC_PID = 28635


class OldKernel:
    """The tests; each kernel is a class below."""
    kernel = None

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.holder.cleanup)
        cls.folder = pathlib.Path(cls.holder.name)
        cls.truth = make.make(cls.kernel, cls.folder)
        cls.dumps = sorted(cls.folder.glob("vmcore.*"))
        # the program looks beside a dump as well: without debug info means in a folder of its own
        (cls.folder / "alone").mkdir()
        for dump in cls.dumps:
            os.link(dump, cls.folder / "alone" / dump.name)
        cls.debuginfo = ["--debuginfo", str(cls.folder / "vmlinux"), "--debuginfo", str(cls.folder / "victim.ko")]
        cls.names = cls.symbols_of("vmlinux") + cls.symbols_of("victim.placed")
        log = "\n".join(cls.truth["log"])
        cls.returns_to = int(re.search(r"^Stack:\n (\w+)", log, re.M)[1], 16)
        cls.fault = int(re.search(r"^RIP: \w+:\[<(\w+)>\]", log, re.M)[1], 16)

    @classmethod
    def symbols_of(cls, name):
        text = subprocess.run(["nm", "-n", cls.folder / name], check=True, capture_output=True, text=True).stdout
        return [(int(address, 16), symbol) for address, symbol in re.findall(r"^(ffffffff\w+) [tTW] (\S+)$", text, re.M)]

    def name_at(self, address):
        return max((s for s in self.names if s[0] <= address), key=lambda s: s[0])[1]

    def program(self, command, *arguments, dump=None, alone=False):
        path = dump or self.dumps[0]
        where = ["--no-debuginfo", str(self.folder / "alone" / path.name)] if alone else [*self.debuginfo, str(path)]
        return run(command, *arguments, *where, env={"XDG_CACHE_HOME": str(self.folder / "cache")})

    def report(self, dump=None, alone=False):
        """Status 1: no such kernel has VMCOREINFO in its dump, and the report says so."""
        r = self.program("report", "--format", "json", dump=dump, alone=alone)
        self.assertEqual(r.returncode, 1, r.err[-1000:])
        return json.loads(r.out)

    def shell(self, command, alone=False):
        r = self.program("shell", "-c", command, alone=alone)
        self.assertEqual(r.returncode, 0, r.out[-500:] + r.err[-1000:])
        return r.out

    def every(self, check):
        """Each dump with its vmlinux and without."""
        for dump in self.dumps:
            for alone in (False, True):
                with self.subTest(dump=dump.name, vmlinux=not alone):
                    check(self.report(dump, alone))

    def test_verdict(self):
        def check(report):
            verdict = report["verdict"]
            self.assertEqual(verdict["category"], "null-deref")
            self.assertEqual((verdict["culprit"]["function"], verdict["culprit"]["module"]), ("victim_peek", "victim"))
            self.assertEqual(verdict["confidence"], "high")
        self.every(check)

    def test_system(self):
        def check(report):
            system = report["system"]
            self.assertEqual(system["date"], "2017-02-24T08:48:45Z")
            # 1487926125.307 - 1474545504
            self.assertAlmostEqual(system["uptime_seconds"], 13380621.307, places=3)
            self.assertEqual([round(x, 2) for x in system["load"]], [0.29, 0.23, 0.22])
            self.assertTrue(system["release"].startswith(self.kernel))
            self.assertEqual((system["nodename"], system["cpus"]), ("vm-1", 1))
        self.every(check)

    def test_panic_task(self):
        def check(report):
            panic = report["panic"]
            self.assertEqual((panic["pid"], panic["comm"], panic["cpu"]), (PANIC_PID, "php-fpm", 0))
            self.assertEqual(int(panic["task"], 16), self.truth["current"])
        self.every(check)

    def test_backtrace(self):
        """The kernel's own walk by frame pointers, from the caller of panic() on. Between stand where it was interrupted, and what
        called that: victim_peek() makes no frame, so what it returns to is the first word of its stack."""
        def check(report):
            frames = [f for f in report["backtrace"] if f["reliable"] and not f["inlined"] and f["function"]]
            self.assertEqual(frames[0]["function"], "panic")
            want = list(self.truth["frames"])
            at = next(i for i, address in enumerate(want) if address >= 0xffffffffa0000000)
            want[at:at] = [self.fault, self.returns_to]
            self.assertEqual([int(f["address"], 16) for f in frames[1:]], want)
            self.assertEqual([f["function"] for f in frames[1:]], [self.name_at(a if a == self.fault else a - 1) for a in want])
        self.every(check)

    def test_lines(self):
        """file:line of each frame as addr2line says, inlined functions too."""
        report = self.report()
        frames, at = [f for f in report["backtrace"] if f["function"]], 0
        while at < len(frames):
            address = int(frames[at]["address"], 16)
            group = [f for f in frames[at:] if int(f["address"], 16) == address]
            image = "victim.placed" if address >= 0xffffffffa0000000 else "vmlinux"
            exact = address == self.fault or at == 0
            said = subprocess.run(["addr2line", "-i", "-f", "-e", self.folder / image, hex(address if exact else address - 1)],
                                  check=True, capture_output=True, text=True).stdout.splitlines()
            want = [(os.path.basename(path).split(":")[0], int(path.split(":")[1].split()[0])) for path in said[1::2]]
            self.assertEqual([(os.path.basename(f["file"]), f["line"]) for f in group], want, frames[at]["function"])
            at += len(group)

    def test_parameters(self):
        """victim.c: victim_null(2) calls victim_peek(victim_table[2], 42), and the table is empty."""
        have = {(f["function"], v["name"]): v["value"] for f in self.report()["backtrace"] for v in f["variables"] if v["kind"] == "parameter"}
        self.assertEqual((have["victim_peek", "object"], have["victim_peek", "times"], have["victim_null", "slot"]), ("0x0", "42", "2"))

    def test_tasks(self):
        """Everybody is there once: the leaders as the kernel walked its list, the one thread, and the idle task."""
        want = {(task["task"], task["pid"], task["comm"]) for task in self.truth["tasks"]}
        for alone in (False, True):
            with self.subTest(vmlinux=not alone):
                rows = re.findall(r"^>?\s+(\d+)\s+(\d+)\s+\S+\s+([0-9a-f]{16})\s+(\w+) .*?\s{2,}\[?([^\s\]]+)\]?$", self.shell("ps", alone=alone), re.M)
                have = {(int(task, 16), int(pid), comm) for pid, _, task, _, comm in rows}
                self.assertLessEqual(want, have)
                self.assertEqual({(pid, comm) for _, pid, comm in have - want}, {(26301, "php-fpm"), (0, "swapper/0")})
                parents = {int(pid): int(ppid) for pid, ppid, *_ in rows}
                self.assertEqual((parents[PANIC_PID], parents[26300], parents[3]), (26300, 1, 2))
                states = {int(pid): state for pid, _, _, state, _ in rows}
                self.assertEqual((states[1], states[2], states[PANIC_PID]), ("IN", "IN", "RU"))

    def test_sleeping_tasks(self):
        """Switched away from in schedule(), the way kernels did it before 4.9."""
        for alone in (False, True):
            with self.subTest(vmlinux=not alone):
                for pid, want in ((1, ["__schedule", "schedule", "sys_nanosleep", "system_call_fastpath"]),
                                  (26301, ["__schedule", "schedule", "sys_nanosleep", "system_call_fastpath"]),
                                  (3, ["__schedule", "schedule", "kthread", "ret_from_fork"])):
                    have = re.findall(r"^ *#\d+ \[\w+\] (\S+) at", self.shell(f"bt {pid}", alone=alone), re.M)
                    self.assertEqual(have, want)

    def test_log(self):
        """Each line of the ring as the serial console had it."""
        for alone in (False, True):
            lines = [re.sub(r"^\[ *\d+\.\d+\] ", "", line).rstrip() for line in self.shell("log", alone=alone).splitlines()]
            self.assertEqual([line for line in lines if line], [line.rstrip() for line in self.truth["log"] if line.strip()])

    def test_module(self):
        for alone in (False, True):
            self.assertRegex(self.shell("mod", alone=alone), r"(?m)^[0-9a-f]{16}\s+victim\s+ffffffffa0000000\s+12288")

    def test_other_vmlinux(self):
        """One whose banner differs in a digit is of another build."""
        other = self.folder / "other"
        data = (self.folder / "vmlinux").read_bytes()
        at = data.index(b"Linux version ") + 14
        other.write_bytes(data[:at] + b"9" + data[at + 1:])
        r = run("report", "--debuginfo", str(other), str(self.folder / "alone" / self.dumps[0].name))
        self.assertIn("is not used: it is of kernel 9", r.err)
        self.assertIn("the dump is of " + self.kernel, r.err)


class Rhel7(OldKernel, unittest.TestCase):
    kernel = "3.10"

    def test_stamps(self):
        """Records have times, 21 microseconds apart."""
        stamps = [float(s) for s in re.findall(r"^\[ *(\d+\.\d+)\]", self.shell("log"), re.M)]
        self.assertAlmostEqual(stamps[0], 13380621.167508, places=6)
        self.assertAlmostEqual(stamps[1] - stamps[0], 0.000021, places=6)


class Rhel6(OldKernel, unittest.TestCase):
    kernel = "2.6.32"

    def test_no_stamps(self):
        """printk.time was off: no time is no time, not 0."""
        self.assertNotRegex(self.shell("log"), r"(?m)^\[ *\d")
        self.assertEqual({event["time"] for event in self.report()["events"]}, {None})


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as scratch:
            make.make("3.10", pathlib.Path(scratch))
    except make.Skip as reason:
        print(f"SKIP: {reason}")
        sys.exit(SKIP)
    unittest.main()
