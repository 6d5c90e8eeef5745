#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong usage and unreadable input: exit status, stream, and what the sentence says."""
import os
import subprocess
import unittest

import cli


class Usage(cli.Case):
    def test_no_input(self):
        self.refused(cli.run(), 2, "no input", "help report")
        self.refused(cli.run("log"), 2, "log: no input")

    def test_unknown_command_names_the_known_ones(self):
        for word in ("frobnicate", "debug"):
            self.refused(cli.run(word, "x"), 2, word, "report, log, oops, shell")
        self.refused(cli.run("help", "frobnicate"), 2, "frobnicate", "report")

    def test_unknown_option(self):
        self.refused(cli.run("--frobnicate", "x"), 2, "--frobnicate", "--help")
        self.refused(cli.run("-Z", "x"), 2, "-Z")
        self.refused(cli.run("x", "--format"), 2, "--format", "value")

    def test_option_of_another_command(self):
        log = self.file("a.log", cli.LOG)
        self.refused(cli.run(log, "-c", "bt"), 2, "--command", "report")
        self.refused(cli.run("shell", log, "--format", "json"), 2, "--format", "shell")
        self.refused(cli.run("log", log, "--format", "html"), 2, "html")
        self.refused(cli.run(log, "--format", "xml"), 2, "xml", "json")

    def test_slim_needs_a_name(self):
        self.refused(cli.run("slim", self.file("a.log", cli.LOG)), 2, "-o")


class Input(cli.Case):
    def test_missing_file(self):
        self.refused(cli.run("/nonexistent/vmcore"), 3, "/nonexistent/vmcore", "no such file")

    def test_directory(self):
        self.refused(cli.run(self.dir.name), 3, self.dir.name, "directory", "vmcore")

    def test_empty_file(self):
        self.refused(cli.run(self.file("vmcore", b"")), 3, "empty", "expected")

    def test_empty_standard_input(self):
        self.refused(cli.run("-"), 3, "standard input is empty")

    def test_no_permission(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        path = self.file("vmcore", cli.LOG)
        os.chmod(path, 0)
        self.refused(cli.run(path), 3, "permission", "sudo")

    def test_device(self):
        self.refused(cli.run("/dev/zero"), 3, "device")

    def test_foreign_formats_are_named_with_a_way_out(self):
        for magic, name, way in ((b"\x1f\x8b\x08\0", "gzip", "gzip -dc"),
                                 (b"\xfd7zXZ\0", "xz", "xz -dc"),
                                 (b"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
                                 (b"LPKSHHRH", "journal", "journalctl")):
            path = self.file("x", magic + os.urandom(4000))
            self.refused(cli.run(path), 3, path, name, way, "expected")

    def test_noise(self):
        self.refused(cli.run(self.file("x", os.urandom(100000))), 3, "x")

    def test_prose_is_no_kernel_log(self):
        path = self.file("x", "It was a dark and stormy night.\n" * 100)
        self.refused(cli.run(path), 3, path, "text", "oops")

    def test_binary_from_a_pipe(self):
        self.refused(cli.run("-", stdin=os.urandom(50000)), 3)

    def test_debug_info_alone(self):
        self.refused(cli.run("/bin/sh"), 2, "/bin/sh", "needs a dump")

    def test_log_and_dump_do_not_mix(self):
        log = self.file("a.log", cli.LOG)
        core = self.file("core", b"KDUMP   " + b"\0" * 5000)
        self.refused(cli.run(log, core), 2, "one or the other")

    def test_a_header_and_nothing_else(self):
        for head in (b"KDUMP   ", b"DISKDUMP", b"makedumpfile\0\0\0\0",
                     b"\x7fELF\2\1\1" + b"\0" * 9 + b"\4\0\x3e\0\1\0\0\0"):
            path = self.file("vmcore", head + b"\0" * 60)
            self.refused(cli.run(path), 3, path)

    def test_hostile_names_stay_harmless(self):
        r = cli.run("/nonexistent/\x1b[31m\nvmcore")
        self.check(r, 3, err="\\x1b")
        self.assertNotIn("\x1b", r.err)


class Output(cli.Case):
    def test_full_disk(self):
        log = self.file("a.log", cli.LOG)
        with open("/dev/full", "wb") as full:
            r = subprocess.run([cli.PROGRAM, log], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(r.returncode, 3)
        self.assertIn(b"could not be written", r.stderr)
        self.refused(cli.run(log, "-o", "/dev/full"), 3, "/dev/full")

    def test_reader_that_goes_away(self):
        log = self.file("a.log", cli.LOG * 4000)
        p = subprocess.Popen([cli.PROGRAM, "log", log], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        p.stdout.read(10)
        p.stdout.close()
        err = p.stderr.read()
        p.stderr.close()
        self.assertEqual(p.wait(60), 0)
        self.assertEqual(err, b"")

    def test_closed_standard_output(self):
        log = self.file("a.log", cli.LOG)
        r = subprocess.run(["sh", "-c", f"'{cli.PROGRAM}' '{log}' >&-"],
                           stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(r.returncode, 3)

    def test_output_file_appears_whole_or_not(self):
        log, out = self.file("a.log", cli.LOG), os.path.join(self.dir.name, "report.json")
        self.check(cli.run(log, "--format", "json", "-o", out), 0)
        with open(out, encoding="utf-8") as f:
            self.assertTrue(f.read().endswith("}\n"))
        self.check(cli.run(log, "-o", os.path.join(self.dir.name, "no", "such", "place")), 3)
        self.assertEqual(sorted(os.listdir(self.dir.name)), ["a.log", "report.json"])


if __name__ == "__main__":
    cli.main()
