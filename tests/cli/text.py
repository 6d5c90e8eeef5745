#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Log text as input: report, log and oops, from a file, a pipe and standard input."""
import json
import random
import unittest

import cli


STAMPED = [(int(float(line[1:13]) * 1e6), line[15:]) for line in cli.LOG.splitlines()]
SYSLOG = "Nov 23 18:00:00 vm kernel: "


def lines(form):
    """Each line of the log as form(microseconds, text) writes it."""
    return "".join(form(usec, text) + "\n" for usec, text in STAMPED)


def console(usec, text):
    return f"[{usec / 1e6:12.6f}] {text}"


def fields(usec, text):
    return {"_TRANSPORT": "kernel", "PRIORITY": "4", "_SOURCE_MONOTONIC_TIMESTAMP": str(usec),
            "MESSAGE": text}


def export(usec, text):
    return f"__CURSOR=s=1;i={usec}\n" + "".join(f"{k}={v}\n" for k, v in fields(usec, text).items())


def parts():
    """Three parts of pstore, as a shell's * gives their files: the end of the log first."""
    all_lines = [f"<4>{console(*row)}\n" for row in STAMPED]
    cuts = [all_lines[20:], all_lines[9:20], all_lines[:9]]
    return "".join(f"Panic#1 Part{n}\n" + "".join(c) for n, c in enumerate(cuts, 1))


# One log as people save it. Each has to give the same report.
FORMS = {
    "carriage returns": cli.LOG.replace("\n", "\r\n"),
    "only carriage returns": cli.LOG.replace("\n", "\r"),
    "colours": lines(lambda u, t: f"\x1b[32m[{u / 1e6:12.6f}] \x1b[0m\x1b[1m{t}\x1b[m"),
    "byte order mark": "\ufeff" + cli.LOG,
    "UTF-16": ("\ufeff" + cli.LOG.replace("\n", "\r\n")).encode("utf-16-le"),
    "UTF-16 without a mark": cli.LOG.encode("utf-16-be"),
    "dmesg -r": lines(lambda u, t: "<4>" + console(u, t)),
    "dmesg -x": lines(lambda u, t: "kern  :warn  : " + console(u, t)),
    "dmesg -T": lines(lambda u, t: f"[Tue Nov 23 18:00:00 2021] {t}"),
    "dmesg --time-format=iso": lines(lambda u, t: f"2021-11-23T18:00:00,{u % 1000000:06}+00:00 {t}"),
    "callers": lines(lambda u, t: f"[{u / 1e6:12.6f}][  T125] {t}"),
    "/dev/kmsg": lines(lambda u, t: f"4,{u % 1000},{u},-;{t}"),
    "netconsole with release": lines(lambda u, t: f"6.1.0-test,4,{u % 1000},{u},-;{t}"),
    "netconsole by address": lines(lambda u, t: "10.0.0.1:6665 " + console(u, t)),
    "syslog": lines(lambda u, t: SYSLOG + console(u, t)),
    "journal": lines(lambda u, t: SYSLOG + t),
    "journal, short-monotonic": lines(lambda u, t: f"[{u / 1e6:12.6f}] vm kernel: {t}"),
    "journal, export": lines(export),
    "journal, json": lines(lambda u, t: json.dumps(fields(u, t))),
    "RFC 5424": lines(lambda u, t: f"<4>1 2021-11-23T18:00:00.123Z vm kernel - - - {console(u, t)}"),
    "busybox": lines(lambda u, t: f"Jan  1 00:00:09 vm kern.warn kernel: {console(u, t)}"),
    "docker": lines(lambda u, t: json.dumps({"log": console(u, t) + "\n", "stream": "stdout"})),
    "containerd": lines(lambda u, t: f"2021-11-23T18:00:00.123456789Z stdout F {console(u, t)}"),
    "terminal server": lines(lambda u, t: f"[2021-11-23 18:00:00] {console(u, t)}"),
    "ts": lines(lambda u, t: f"18:00:00 {console(u, t)}"),
    "Xen": "(XEN) Domain 1 crashed\n" + lines(lambda u, t: "(d1) " + console(u, t)),
    "quoted in a mail": lines(lambda u, t: "> " + console(u, t)),
    "pstore": parts(),
    "told twice": cli.LOG + cli.LOG,
    "a quiet boot behind it": cli.LOG + "[    0.000000] Linux version 6.1.0-test\n"
                              "[    0.500000] one\n[    1.600000] two\n[   20.700000] three\n",
}


class Forms(cli.Case):
    def told(self, text):
        """What the report says, but for times and line numbers, which not all forms keep."""
        r = json.loads(self.check(cli.run(self.file("log", text), "--format", "json"), 0).out)
        primary = [e for e in r["events"] if e["primary"]]
        self.assertEqual(len(primary), 1)
        return {"category": r["verdict"]["category"], "culprit": r["verdict"]["culprit"],
                "title": r["verdict"]["title"], "event": primary[0]["title"],
                "events": [e["title"] for e in r["events"]], "cpu": primary[0]["cpu"]}

    def test_same_report_in_every_form(self):
        want = self.told(cli.LOG)
        self.assertEqual((want["category"], want["cpu"]), ("null-deref", 1))
        for name, text in FORMS.items():
            with self.subTest(name):
                self.assertEqual(self.told(text), want)


class Hostile(cli.Case):
    """What is no log, or too much of one: a clear error or an answer, in little time and memory."""

    def bounded(self, content, status, *words):
        r = cli.run(self.file("x", content))
        self.assertEqual(r.returncode, status, r.err[-500:])
        for word in words:
            self.assertIn(word, r.err if status > 1 else r.out)

    def test_binary(self):
        noise = random.Random(1).randbytes(1 << 20)
        for name, content in (("noise", noise), ("JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF" + noise),
                              ("zeros", bytes(1 << 20))):
            with self.subTest(name):
                self.bounded(content, 3, "x: ")

    def test_empty_and_endless(self):
        self.bounded(b"", 3, "empty")
        self.bounded(b"\n" * (32 << 20), 3, "x: ")
        self.bounded(b"a" * (32 << 20), 3, "x: ")
        self.bounded(cli.LOG.encode() + b"\n" * (32 << 20), 0, "null-deref")
        self.bounded(cli.LOG.encode() + b"a" * (32 << 20), 0, "null-deref")
        self.bounded(cli.LOG.encode() + bytes(32 << 20), 0, "null-deref")


class Text(cli.Case):
    def report(self, *args, **more):
        return json.loads(self.check(cli.run(*args, "--format", "json", **more), 0).out)

    def test_verdict_comes_first(self):
        r = self.check(cli.run(self.file("a.log", cli.LOG)), 0)
        self.assertTrue(r.out.lstrip().startswith("VERDICT: null-deref"), r.out)
        self.assertIn("victim_peek", r.out.splitlines()[0])
        self.assertNotIn("\x1b", r.out)

    def test_file_and_standard_input_agree(self):
        one = self.report(self.file("a.log", cli.LOG))
        two = self.report("-", stdin=cli.LOG)
        self.assertEqual(two["dump"].pop("path"), "-")
        one["dump"].pop("path")
        self.assertEqual(one, two)
        self.assertEqual(one["dump"]["format"], "text")
        self.assertEqual(one["verdict"]["category"], "null-deref")
        self.assertEqual(one["verdict"]["culprit"]["module"], "victim")
        self.assertEqual([e["primary"] for e in one["events"]][0], True)

    def test_a_name_says_nothing(self):
        self.assertEqual(self.report(self.file("vmcore", cli.LOG))["dump"]["format"], "text")

    def test_html_is_one_page_and_escaped(self):
        hostile = cli.LOG.replace("Comm: crasher", "Comm: <b>&x")
        r = self.check(cli.run(self.file("a.log", hostile), "--format", "html"), 0)
        self.assertTrue(r.out.startswith("<!DOCTYPE html>"))
        self.assertTrue(r.out.endswith("</html>\n"))
        self.assertNotIn("<b>", r.out)
        for word in ("<script", "http://", "https://", "src="):
            self.assertNotIn(word, r.out)

    def test_control_characters_never_get_out(self):
        hostile = cli.LOG.encode().replace(b"Started a service.", b"\x1b]0;owned\x07\xff\xfe\x9b31m")
        hostile = hostile.replace(b"Comm: crasher", b"Comm: cr\x1b[2Jsh")
        path = self.file("a.log", hostile)
        for args in ((path,), ("log", path), ("oops", path), (path, "--format", "html"),
                     (path, "--format", "json"), ("log", path, "--format", "json"),
                     ("oops", path, "--format", "json")):
            r = cli.run(*args)
            self.assertEqual(r.returncode, 0, args)
            for c in r.stdout:
                self.assertTrue(c >= 0x20 or c in b"\n\t", (args, c))

    def test_log(self):
        path = self.file("a.log", cli.LOG)
        self.assertEqual(self.check(cli.run("log", path), 0).out, cli.LOG)
        records = json.loads(cli.run("log", path, "--format", "json").out)
        self.assertEqual(len(records), cli.LOG.count("\n"))
        self.assertEqual(records[2]["time"], 9.463211)
        self.assertEqual(set(records[0]), {"seq", "time", "level", "caller", "text"})
        self.assertTrue(records[2]["text"].startswith("BUG: kernel NULL"))

    def test_oops_lines(self):
        one, two = self.file("one.log", cli.LOG), self.file("two.txt", "all is well\n")
        r = self.check(cli.run("oops", one, two, "--format", "json"), 0)
        rows = [json.loads(line) for line in r.out.splitlines()]
        self.assertEqual([row["name"] for row in rows if row["title"]][0], "one")
        self.assertEqual(rows[-1]["name"], "two.txt")
        self.assertIsNone(rows[-1]["title"])
        self.assertEqual(set(rows[0]), {"name", "title", "type", "frame", "cpu", "pid", "comm",
                                        "taint", "kernel", "corrupted", "file", "report", "line",
                                        "version", "hash", "count"})
        self.assertEqual((rows[0]["pid"], rows[0]["comm"], rows[0]["cpu"], rows[0]["taint"]),
                         (125, "crasher", 1, "GOE"))
        self.assertEqual(rows[0]["line"], 3)

    def test_one_bad_file_does_not_cost_the_others(self):
        r = cli.run("oops", "/nonexistent/x.log", self.file("one.log", cli.LOG))
        self.check(r, 3, out="NULL", err="/nonexistent/x.log")

    def test_shell_needs_a_dump(self):
        self.refused(cli.run("shell", self.file("a.log", cli.LOG), "-c", "bt"), 3, "needs a dump")


if __name__ == "__main__":
    cli.main()
