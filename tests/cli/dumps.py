#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Dumps through the command line: report, log, every command of the shell, slim.
Runs on the dumps in tests/fixtures, and on those that VMCORONER_DUMPS names (':' between).
"""
import functools
import json
import os
import sys
import unittest

import cli

DUMPS = cli.fixtures() + [p for p in os.environ.get("VMCORONER_DUMPS", "").split(":") if p]


def every_dump(test):
    """The test once for each dump, and named after it where it fails."""
    @functools.wraps(test)
    def run(self):
        for path in DUMPS:
            with self.subTest(path):
                test(self, path)
    return run


class Dumps(cli.Case):
    def shell(self, path, commands, status=0):
        return self.check(cli.run("shell", path, "-c", commands), status)

    @every_dump
    def test_report(self, path):
        r = cli.run(path)
        self.assertIn(r.returncode, (0, 1), r.err)
        self.assertTrue(r.out.lstrip().startswith("VERDICT: "), r.out[:200])
        for label in ("DUMPFILE: ", "RELEASE: ", "CPUS: ", "TASKS: ", "MEMORY: "):
            self.assertIn(label, r.out)

    @every_dump
    def test_log_is_the_same_by_three_ways(self, path):
        log = self.check(cli.run("log", path), 0).out
        self.assertIn("Linux version", log)
        self.assertEqual(self.shell(path, "log").out, log)
        self.assertEqual(self.shell(path, "dmesg").out, log)
        records = json.loads(cli.run("log", path, "--format", "json").out)
        self.assertLessEqual(len(records), log.count("\n"))

    @every_dump
    def test_commands_of_the_shell(self, path):
        self.assertRegex(self.shell(path, "bt").out, r'^PID: \d+ +TASK: [0-9a-f]{16}  CPU: ')
        self.assertRegex(self.shell(path, "bt -s").out, r" #0 \[[0-9a-f]+\] \w+\S*\+\d+ at ")
        if json.loads(cli.run(path, "--format", "json").out)["panic"]["pid"] is not None:
            self.assertIn(" #0 [", self.shell(path, "bt -p").out)
        else:
            self.check(cli.run("shell", path, "-c", "bt -p"), 1, err="no panic task")
        self.assertRegex(self.shell(path, "set").out, r"^    PID: \d+\nCOMMAND: \"")
        self.assertRegex(self.shell(path, "ps").out,
                         r"^      PID    PPID  CPU       TASK        ST  %MEM      VSZ")
        self.assertIn("MODULE", self.shell(path, "mod").out)
        self.assertRegex(self.shell(path, "sym jiffies").out,
                         r"^[0-9a-f]{16} \(\w\) jiffies\n$")
        self.assertIn("Linux version", self.shell(path, "rd -a linux_banner 60").out)
        self.assertIn("RELEASE: ", self.shell(path, "sys").out)
        self.assertTrue(self.shell(path, "sys -t").out.startswith("TAINTED_MASK: "))
        self.assertIn("task_pid", self.shell(path, "shape").out)
        self.assertEqual(self.shell(path, "help | grep -c backtrace").out, "1\n")

    @every_dump
    def test_tables_for_programs(self, path):
        tasks = json.loads(self.shell(path, "ps -j").out)
        report = json.loads(cli.run(path, "--format", "json").out)
        self.assertEqual(len(tasks), report["system"]["tasks"])
        modules = json.loads(self.shell(path, "mod -j").out)
        self.assertEqual({m["name"] for m in modules},
                         {m["name"] for m in report["modules"]})

    @every_dump
    def test_numbers_and_words_name_the_same(self, path):
        banner = self.shell(path, "sym linux_banner").out.split()[0]
        self.assertEqual(self.shell(path, f"rd {banner} 4").out,
                         self.shell(path, "rd linux_banner 4").out)
        self.assertEqual(self.shell(path, f"rd -e {int(banner, 16) + 32:x} {banner}").out,
                         self.shell(path, "rd linux_banner 4").out)

    @every_dump
    def test_errors_are_errors(self, path):
        for command in ("frobnicate", "bt -Z", "bt 99999999", "sym no_such_symbol", "rd 0",
                        "rd", "ps 99999999", "set 99999999", "help frobnicate", "bt '"):
            r = self.shell(path, command, 1)
            self.assertEqual(r.out, "", command)
            self.assertNotEqual(r.err, "", command)
        r = self.shell(path, "frobnicate; sym jiffies", 1)
        self.assertIn("jiffies", r.out)

    def test_where_output_goes(self):
        path, out = DUMPS[0], os.path.join(self.dir.name, "out")
        self.assertEqual(self.shell(path, f"sym jiffies > {out}; sym jiffies >> {out}").out, "")
        with open(out, encoding="utf-8") as f:
            self.assertEqual(f.read().count("jiffies"), 2)
        self.assertEqual(self.shell(path, "log | head -n 1").out.count("\n"), 1)
        self.shell(path, "sym jiffies > /no/such/place", 1)

    def test_where_commands_come_from(self):
        path = DUMPS[0]
        want = self.shell(path, "sym jiffies").out
        script = self.file("script", "# a comment\n\nsym jiffies\nquit\nsym panic\n")
        self.assertEqual(self.check(cli.run("shell", path, "-f", script), 0).out, want)
        self.assertEqual(self.check(cli.run("shell", path, stdin="sym jiffies\nq\n"), 0).out, want)
        self.check(cli.run("shell", path, "-f", "/no/such/script"), 1, err="/no/such/script")

    @every_dump
    def test_slim_gives_the_same_report(self, path):
        out = os.path.join(self.dir.name, "slim")
        self.check(cli.run("slim", path, "-o", out), 0, err="pages")
        one = json.loads(cli.run(path, "--format", "json").out)
        two = json.loads(cli.run(out, "--format", "json").out)
        for report in (one, two):
            report.pop("dump")
            report["system"].pop("dumpfile")
        self.assertEqual(one, two)

    @every_dump
    def test_cut_off(self, path):
        with open(path, "rb") as f:
            whole = f.read()
        for part in (30, 60, 95):
            short = self.file("short", whole[: len(whole) * part // 100])
            r = cli.run(short, "--format", "json")
            if r.returncode == 3:  # less than the headers is left
                self.assertEqual(r.out, "")
                continue
            self.assertEqual(r.returncode, 1, part)
            report = json.loads(r.out)
            self.assertFalse(report["dump"]["complete"])
            self.assertTrue(report["dump"]["incomplete_why"])


if __name__ == "__main__":
    if not DUMPS:
        print("SKIPPED: no dump in tests/fixtures and none named by VMCORONER_DUMPS")
        sys.exit(cli.SKIP)
    cli.main()
