#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The case that this program was written for: a CentOS 7 VM under Docker, analysed by hand.

An engineer read its log (tests/fixtures/centos7-vm-1.dmesg.txt, as pasted, with lines left out,
broken and repeated) message by message. Each test is one row of what was found then. Values
come from that note, or are worked out here from the log's own text, never from our output.
"""
import json
import os
import re
import unittest

import cli

LOG = os.path.join(cli.ROOT, "tests", "fixtures", "centos7-vm-1.dmesg.txt")
with open(LOG, encoding="utf-8") as f:
    LINES = f.read().splitlines()


def line_of(text, nth=0):
    """Line numbers, from 1, of the lines that have the text."""
    return [i for i, line in enumerate(LINES, 1) if text in line][nth]


def distinct(pattern):
    """How many different stamped lines match: the log as pasted repeats a part."""
    return len({line for line in LINES if re.search(pattern, line)})


class Seed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = {}
        for lang in ("en", "zh_CN"):
            r = cli.run(LOG, "--lang", lang)
            assert r.returncode == 0, r.err
            cls.texts[lang] = r.out
        cls.report = json.loads(cli.run(LOG, "--lang", "en", "--format", "json").out)
        cls.chinese = json.loads(cli.run(LOG, "--lang", "zh_CN", "--format", "json").out)

    def finding(self, ident, severity, count=None):
        found = [f for f in self.report["findings"] if f["id"] == ident]
        self.assertEqual(len(found), 1, f"{ident} in {[f['id'] for f in self.report['findings']]}")
        self.assertEqual(found[0]["severity"], severity)
        if count is not None:
            self.assertEqual(found[0]["count"], count)
        return found[0]

    def words_of(self, finding):
        return f"{finding['title']} {finding['detail']}"

    def event(self, text):
        """The event of a line that has the text: each is told once, however often it stands there."""
        places = [i for i, line in enumerate(LINES, 1) if text in line]
        places += [i - 1 for i in places if "cut here" in LINES[i - 2]]
        found = [e for e in self.report["events"] if e["line"] in places]
        self.assertEqual(len(found), 1, [(e["line"], e["title"]) for e in self.report["events"]])
        return found[0]

    def index(self, text):
        return self.report["events"].index(self.event(text))

    def why(self):
        return "\n".join(self.report["verdict"]["why"])

    # ---- the rows ----

    def test_01_bio_slab(self):
        f = self.finding("bio-create-slab", "benign", distinct(r"bio: create slab <bio-\d> at"))
        self.assertIn("index", self.words_of(f))

    def test_02_hrtimer(self):
        f = self.finding("hrtimer-interrupt-took", "notice", 1)
        self.assertRegex(self.words_of(f), r"2\.0 ms")
        self.assertRegex(self.words_of(f), "once (per|a) boot|only once|printed once")

    def test_03_journald(self):
        self.finding("journald-vacuum", "benign", distinct("Vacuuming done, freed"))

    def test_04_ext4(self):
        self.finding("ext4-mounted", "benign", distinct("EXT4-fs .*mounted filesystem"))

    def test_05_syn_flood(self):
        f = self.finding("tcp-syn-flood", "warning", 1)
        self.assertIn("11211", self.words_of(f))
        self.assertIn("memcached", self.words_of(f))

    def test_06_device_mapper(self):
        f = self.finding("dm-unable-remove-open", "warning", 1)
        self.assertRegex(self.words_of(f), "(?i)docker")

    def test_07_general_protection(self):
        e = self.event("php-fpm[27016]")
        self.assertEqual(e["object"], "php-fpm")
        self.assertEqual(int(e["object_offset"], 16), 0x6abbe9 - 0x400000)
        self.assertFalse(e["primary"])

    def test_08_segfault(self):
        e = self.event("php-fpm[26318]")
        self.assertEqual(e["object"], "php-fpm")
        self.assertEqual(int(e["object_offset"], 16), 0x67a851 - 0x400000)
        # error 4: bit 0 clear, not present; bit 1 clear, read; bit 2 set, user mode
        self.assertRegex(e["detail"], "user")
        self.assertRegex(e["detail"], "read")
        self.assertRegex(e["detail"], "not (mapped|present)|unmapped")
        self.assertIn("7f223d1df128", e["detail"])

    def test_09_trigger(self):
        e = self.event("php-fpm[28635]")
        self.assertEqual(int(e["object_offset"], 16), 0x7f223396fc80 - 0x7f2233965000)
        trigger = self.report["verdict"]["trigger"]
        self.assertEqual(trigger["object"], "taeprobe.so")
        self.assertEqual(trigger["object_offset"], "0xac80")
        self.assertEqual(trigger["pid"], 28635)
        self.assertEqual(e["role"], "trigger")

    def test_10_first_warning(self):
        e = self.event("WARNING: at block/blk.h:227")
        self.assertEqual((e["pid"], e["cpu"], e["primary"]), (28635, 3, False))
        self.assertEqual(e["role"], "symptom")
        self.assertRegex(self.why(), r"0\.09\d* s")
        self.assertIn("block/blk.h:227", self.why())

    def test_11_taint(self):
        taint = self.report["taint"]
        self.assertEqual(set("".join(taint["flags"])) & set("FOWDG"), set("FOWD"))
        meanings = {m["flag"]: m["meaning"] for m in taint["meanings"]}
        self.assertRegex(meanings["F"], "forc.*(unsigned|not signed)")
        self.assertRegex(meanings["O"], "out[- ]of[- ]tree")
        self.assertIn("W", meanings)
        self.assertIn("D", meanings)
        marked = {m["name"] for m in taint["modules"] if set("OF") <= set(m["flags"])}
        self.assertEqual(marked, {"virtio", "virtio_ring", "virtio_pci", "virtio_net", "virtio_blk",
                                  "virtio_console", "virtio_cod", "virtio_balloon"})
        self.assertRegex(self.texts["en"], "virtio_cod")

    def test_12_primary(self):
        e = self.event("kernel BUG at fs/buffer.c:1270")
        self.assertTrue(e["primary"])
        self.assertEqual(sum(x["primary"] for x in self.report["events"]), 1)
        a = self.report["verdict"]["assertion"]
        self.assertEqual((a["file"], a["line"]), ("fs/buffer.c", 1270))
        self.assertIn("irqs_disabled()", a["condition"])
        self.assertIs(a["agrees"], True)
        self.assertRegex(self.why(), "(?i)EFLAGS (0x)?0*10046.*IF=0")
        # CR2 and the registers tell of no bad pointer, and nor must we
        self.assertNotRegex(self.texts["en"].split("EVENTS")[0], "NULL pointer dereference")

    def test_13_path(self):
        steps = self.report["verdict"]["path"]
        functions = [f for step in steps for f in step["functions"]]
        order = ["do_exit", "task_work_run", "ext4_release_file", "ext4_alloc_da_blocks",
                 "ext4_read_block_bitmap"]
        positions = [i for want in order for i, f in enumerate(functions) if f == want]
        self.assertEqual(len(positions), len(order), functions)
        self.assertEqual(positions, sorted(positions))
        # printed with a question mark in the log: no part of the path
        for stale in ("__sigqueue_free", "complete_signal", "__map_bio", "submit_bio"):
            self.assertFalse([f for f in functions if f.startswith(stale)], stale)
        words = " -> ".join(step["step"] for step in steps)
        for part in ("signal", "exit", "last close", "ext4", "delayed allocation", "bitmap"):
            self.assertIn(part, words)
        self.assertIn("user-space fault", words)

    def test_14_code(self):
        code = self.report["code"]
        faulting = [i for i in code["instructions"] if i["faulting"]]
        self.assertEqual([i["text"].split()[0] for i in faulting], ["ud2"])
        self.assertRegex(self.why(), r"ud2.*BUG\(\)")

    def test_15_16_17_consequences(self):
        cause = self.index("kernel BUG at fs/buffer.c:1270")
        for text in ("Kernel panic - not syncing", "smp.c:124 native_smp_send_reschedule"):
            e = self.event(text)
            self.assertEqual(e["consequence_of"], cause, text)
            self.assertFalse(e["primary"])
        drm = self.finding("drm-panic-switch", "benign", 1)
        self.assertRegex(self.words_of(drm), "(?i)panic")
        self.assertEqual(self.event("native_smp_send_reschedule")["role"], "consequence")

    def test_18_broken_and_repeated(self):
        findings = {f["id"]: f for f in self.report["findings"]}
        broken = findings["log.broken-line"]
        # the line of modules stops in the middle, and an older part of the ring goes on behind it
        self.assertIn(line_of("Modules linked in"), broken["lines"])
        repeated = findings["log.repeated"]
        again = line_of("php-fpm[28635]", 1)
        self.assertTrue(any(a <= again <= b for a, b in re_ranges(repeated)), repeated)
        times = [e["time"] for e in self.report["events"]]
        self.assertEqual(len(set(zip(times, (e["title"] for e in self.report["events"])))),
                         len(times), "an event is told twice")
        self.assertEqual(len(times), 7)

    def test_19_environment(self):
        system = self.report["system"]
        self.assertEqual(system["release"], "3.10.0-123.9.3.el7.x86_64")
        self.assertEqual(system["hypervisor"], "QEMU")
        days, rest = divmod(system["uptime_seconds"], 86400)
        self.assertEqual((days, rest // 3600), (154, 20))
        about = json.dumps(self.report["environment"])
        for word in ("CentOS", "7", "Docker", "devicemapper"):
            self.assertIn(word, about)

    # ---- the verdict ----

    def test_verdict(self):
        v = self.report["verdict"]
        self.assertEqual(v["category"], "bug-assertion")
        self.assertEqual(v["culprit"]["function"], "check_irqs_on")
        self.assertEqual((v["culprit"]["comm"], v["culprit"]["pid"]), ("php-fpm", 28635))
        self.assertIn("__find_get_block", json.dumps(v))
        self.assertIn("interrupts", v["title"] + v["summary"])

    def test_known_issue_is_a_lead(self):
        issue = [k for k in self.report["verdict"]["known_issues"] if "25504" in (k["url"] or "")]
        self.assertEqual(len(issue), 1)
        issue = issue[0]
        self.assertEqual(issue["url"], "https://github.com/moby/moby/issues/25504")
        self.assertRegex(issue["match"], "(?i)similar")
        self.assertRegex(issue["match"], "(?i)unproven|not proven|no proof")
        self.assertRegex(issue["match"], "7\\.2|3\\.10\\.0-327")
        self.assertRegex(issue["workaround"], "(?i)xfs")

    def test_next_steps(self):
        steps = "\n".join(self.report["verdict"]["next_steps"])
        self.assertRegex(steps, "(?i)taeprobe|preloaded")
        self.assertRegex(steps, "(?i)virtio|out[- ]of[- ]tree")

    # ---- how it reads ----

    def test_verdict_first_and_one_screen(self):
        for lang, text in self.texts.items():
            head = text.splitlines()
            self.assertIn("bug-assertion", head[0], lang)
            self.assertLessEqual(len(head), 70, lang)

    def test_evidence_has_line_numbers(self):
        self.assertIn(f"line {line_of('kernel BUG at')}", self.texts["en"])
        self.assertIn(f"第 {line_of('kernel BUG at')} 行", self.texts["zh_CN"])

    def test_languages_say_the_same(self):
        for key in ("events", "findings", "code", "registers"):
            self.assertEqual(len(self.report[key]), len(self.chinese[key]), key)
        self.assertEqual([f["id"] for f in self.report["findings"]],
                         [f["id"] for f in self.chinese["findings"]])
        sentences = json.dumps(self.chinese["verdict"], ensure_ascii=False)
        self.assertRegex(sentences, "中断")
        self.assertNotRegex(self.chinese["verdict"]["summary"], r"\b(the|was|were|of)\b")

    def test_signature(self):
        self.assertRegex(self.report["signature"], "[0-9a-f]{8,}")
        cut = "\n".join(line for line in LINES[105:]).replace("ffffffff81", "ffffffff82")
        again = json.loads(cli.run("-", "--format", "json", stdin=cut + "\n").out)
        self.assertEqual(self.report["signature"], again["signature"])


def re_ranges(finding):
    """The stretches of lines that a finding names: "lines 51-53"."""
    text = json.dumps([finding["detail"], finding["evidence"]])
    return [(int(a), int(b or a)) for a, b in re.findall(r"lines? (\d+)(?:-(\d+))?", text)]


if __name__ == "__main__":
    unittest.main()
