#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Log text as input: report, log and oops, from a file, a pipe and standard input."""
import json
import unittest

import cli


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
