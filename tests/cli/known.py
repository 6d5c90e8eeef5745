#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The knowledge base in the report: findings, known issues, what nothing explains."""
import json
import os
import unittest

import cli

BOOT = os.path.join(cli.ROOT, "tests", "fixtures", "6.12-boot.log")

# As a kernel of that release prints it; the assertion and its place are those of a public report.
ASSERTION = """\
[  100.000001] ------------[ cut here ]------------
[  100.000002] kernel BUG at fs/buffer.c:1270!
[  100.000003] invalid opcode: 0000 [#1] SMP
[  100.000004] CPU: 3 PID: 28635 Comm: worker Not tainted {release} #1
[  100.000005] RIP: 0010:[<ffffffff815df851>]  [<ffffffff815df851>] {function}+0x4/0x6
[  100.000006] RSP: 0000:ffff8800496fb5a0  EFLAGS: 00010046
[  100.000007] Call Trace:
[  100.000008]  [<ffffffff811e2755>] __getblk+0x25/0x2e0
[  100.000009]  [<ffffffff811e2800>] ext4_sync_file+0x25/0x2e0 [ext4]
[  100.000010] ---[ end trace 0d358b69ac15ccb8 ]---
[  100.000011] Kernel panic - not syncing: Fatal exception
"""

OWN_RULES = """\
- id: own-widget
  category: own
  severity: error
  pattern: 'widget (?<number>\\d+) is on fire'
  title: {en: 'widget {number} burns'}
  meaning: {en: 'Take the extinguisher.'}
- id: own-broken
  category: own
  severity: shocking
  pattern: 'four'
  meaning: {en: 'This entry is no rule.'}
"""


def report(text, *args, env=None):
    r = cli.run("-", "--format", "json", *args, stdin=text, env=env)
    assert r.returncode in (0, 1), r.err
    return json.loads(r.out), r


def finding(of, ident):
    found = [f for f in of["findings"] if f["id"] == ident]
    assert len(found) <= 1, f"{ident} is told twice"
    return found[0] if found else None


class Boot(unittest.TestCase):
    def test_clean_boot_is_quiet(self):
        with open(BOOT, encoding="utf-8") as f:
            of, _ = report(f.read())
        loud = [f for f in of["findings"] if f["severity"] not in ("notice", "benign")]
        self.assertEqual(loud, [])
        self.assertEqual(of["unexplained"], {"count": 0, "lines": []})
        self.assertEqual(of["verdict"]["known_issues"], [])
        # and yet it was read
        self.assertEqual(finding(of, "module-oot")["lines"], [367])


class Findings(unittest.TestCase):
    def test_values_and_lines(self):
        of, _ = report("[ 1.0] Linux version 6.1.0 (b@h) #1\n"
                       "[ 5.0] hrtimer: interrupt took 3500000 ns\n"
                       "[ 6.0] TCP: request_sock_TCP: Possible SYN flooding on port 5432. Sending cookies.\n"
                       "[ 7.0] TCP: request_sock_TCP: Possible SYN flooding on port 8123. Sending cookies.\n")
        self.assertIn("3.5 ms", finding(of, "hrtimer-interrupt-took")["title"])
        flood = finding(of, "tcp-syn-flood")
        self.assertIn("5432 (postgresql), 8123", flood["title"])
        self.assertEqual((flood["lines"], flood["count"]), ([3, 4], 2))
        self.assertIn("line 3: TCP: request_sock_TCP", flood["evidence"][0])

    def test_repeated_lines_count_once(self):
        line = "[ {}.000001] EXT4-fs (dm-1): mounted filesystem with ordered data mode. Opts: (null)\n"
        of, _ = report("[ 1.0] Linux version 6.1.0 (b@h) #1\n" + line.format(5) + line.format(6) + line.format(5) + line.format(6))
        self.assertEqual(finding(of, "ext4-mounted")["count"], 2)

    def test_worst_first_and_what_follows(self):
        of, _ = report(ASSERTION.format(release="3.10.0-327.el7.x86_64", function="check_irqs_on") +
                       "[  100.000012] drm_kms_helper: panic occurred, switching back to text console\n")
        order = ["fatal", "error", "warning", "notice", "benign"]
        ranks = [order.index(f["severity"]) for f in of["findings"]]
        self.assertEqual(ranks, sorted(ranks))
        self.assertTrue(finding(of, "drm-panic-switch")["consequence"])
        self.assertFalse(finding(of, "bug-buffer-check-irqs-on")["consequence"])
        # what a report is made of is no finding beside it
        for ident in ("kernel-bug-at", "invalid-opcode-bug", "cut-here", "end-trace", "rip-line"):
            self.assertIsNone(finding(of, ident), ident)

    def test_unexplained(self):
        of, _ = report("<6>[ 1.0] Linux version 6.1.0 (b@h) #1\n"
                       "<3>[ 5.0] frobnicator 7: the flux is low\n"
                       "<3>[ 6.0] frobnicator 8: the flux is low\n"
                       "<6>[ 7.0] frobnicator 8: the flux failed to be high\n")
        self.assertEqual(of["unexplained"]["count"], 2)
        self.assertEqual([(u["line"], u["level"], u["count"]) for u in of["unexplained"]["lines"]], [(2, 3, 2)])

    def test_unexplained_without_levels(self):
        of, _ = report("[ 1.0] Linux version 6.1.0 (b@h) #1\n"
                       "[ 5.0] frobnicator 7: calibrated\n"
                       "[ 6.0] frobnicator 7: calibration failed\n")
        self.assertEqual([u["line"] for u in of["unexplained"]["lines"]], [3])


    def test_the_log_with_notes_says_unknown_as_well(self):
        text = "[ 1.0] Linux version 6.1.0 (b@h) #1\n[ 6.0] frobnicator 7: calibration failed\n[ 7.0] hpet: Lost 3 RTC interrupts\n"
        out = cli.run("log", "-", "--explain", stdin=text).out.splitlines()
        self.assertIn("unknown: no rule explains", out[out.index("[ 6.0] frobnicator 7: calibration failed") + 1])
        self.assertEqual(sum("unknown:" in line for line in out), 1)
        # values of the line, and in an entry alone those of its example
        self.assertIn("3 of them came too late", " ".join(" ".join(out).split()))
        self.assertIn("1 of them came too late", " ".join(cli.run("explain", "hpet-lost").out.split()))


class Issues(unittest.TestCase):
    def issues(self, **how):
        return report(ASSERTION.format(**how))[0]["verdict"]["known_issues"]

    def test_on_the_release_it_was_reported_on(self):
        issue = self.issues(release="3.10.0-327.36.1.el7.x86_64", function="check_irqs_on.part.11")[0]
        self.assertEqual(issue["url"], "https://github.com/moby/moby/issues/25504")
        self.assertIn("check_irqs_on is in the call trace", issue["match"])
        self.assertIn("it was reported on this release", issue["match"])

    def test_other_release_is_a_lead(self):
        issue = self.issues(release="3.10.0-123.9.3.el7.x86_64", function="check_irqs_on")[0]
        self.assertIn("Similar, unproven", issue["match"])
        self.assertIn("reported on another one", issue["match"])
        self.assertIn("3.10.0-327", issue["match"])
        self.assertIn("XFS", issue["workaround"])

    def test_contradicted_is_dropped(self):
        self.assertEqual(self.issues(release="5.4.0-42-generic", function="check_irqs_on"), [])
        self.assertEqual(self.issues(release="3.10.0-327.el7.x86_64", function="brelse"), [])

    def test_conditions_decide_which_rule_tells(self):
        # a hung task alone does not make it the overflow of a RHEL 6 clock
        hung = "[  500.0] INFO: task jbd2/vda3-8:250 blocked for more than 120 seconds.\n"
        of, _ = report("[ 1.0] Linux version 6.1.0 (b@h) #1\n" + hung)
        self.assertIsNone(finding(of, "sched-clock-xeon-warmboot"))
        self.assertEqual(of["verdict"]["known_issues"], [])


class OwnRules(cli.Case):
    def test_take_part_and_a_bad_one_is_named(self):
        folder = os.path.join(self.dir.name, "vmcoroner", "rules.d")
        os.makedirs(folder)
        path = os.path.join(folder, "own.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(OWN_RULES)
        of, r = report("[ 1.0] Linux version 6.1.0 (b@h) #1\n[ 5.0] widget 4 is on fire\n",
                       env={"XDG_CONFIG_HOME": self.dir.name})
        own = finding(of, "own-widget")
        self.assertEqual((own["severity"], own["title"], own["lines"]), ("error", "widget 4 burns", [2]))
        self.assertIn(f"{path}:9: severity", r.err)
        self.assertEqual(r.returncode, 0)


if __name__ == "__main__":
    unittest.main()
