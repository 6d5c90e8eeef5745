#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""explain: by line, by id, in both languages, as text and as JSON."""
import json
import os
import unittest

import cli

LINE = "Kernel panic - not syncing: Fatal exception in interrupt"


def lines_in(env):
    """Runs it with exactly these variables of the locale."""
    clean = {name: "" for name in ("LC_ALL", "LC_MESSAGES", "LANG")}
    return cli.run("explain", "kernel-panic", env={**clean, **env}).out


class Explain(cli.Case):
    def test_line(self):
        r = self.check(cli.run("explain", LINE), 0)
        self.assertEqual(r.err, "")
        self.assertTrue(r.out.startswith("panic-fatal-exception (fatal)\n\n"), r.out)
        for heading in ("Example:", "Likely causes:", "Next steps:", "References:"):
            self.assertIn(f"\n{heading}\n", r.out)
        # the general entry comes behind the one that fits best
        self.assertIn("\nkernel-panic (fatal)\n", r.out)
        for line in r.out.splitlines():
            self.assertEqual(line, line.rstrip())

    def test_prefixes_and_words_without_quotes(self):
        plain = cli.run("explain", LINE).out
        for prefix in ("[    9.463340] ", "<0>[    9.463340] ", "Nov 23 08:43:26 host kernel: "):
            self.assertEqual(cli.run("explain", prefix + LINE).out, plain, prefix)
        self.assertEqual(cli.run("explain", *LINE.replace(" - ", " ").split()).returncode, 1)
        self.assertEqual(cli.run("explain", "--", *LINE.split()).out, plain)

    def test_id(self):
        r = self.check(cli.run("explain", "kernel-panic"), 0)
        self.assertTrue(r.out.startswith("kernel-panic (fatal)\n"))
        self.assertEqual(r.out.count("Next steps:"), 1)

    def test_nothing_is_known(self):
        self.refused(cli.run("explain", "all is well"), 1, "all is well", "none of the")
        self.refused(cli.run("explain", "panic-fatal"), 1, "is no id", "panic-fatal-exception")
        self.refused(cli.run("explain", "\x1b[31mred"), 1, "\\x1b")
        self.refused(cli.run("explain", ""), 1, "nothing is known")
        r = self.check(cli.run("explain", "all is well", "--format", "json"), 1)
        self.assertEqual(json.loads(r.out)["entries"], [])

    def test_json(self):
        r = self.check(cli.run("explain", LINE, "--format", "json"), 0)
        o = json.loads(r.out)
        self.assertEqual((o["query"], o["lang"]), (LINE, "en"))
        self.assertEqual([e["id"] for e in o["entries"]],
                         ["panic-fatal-exception", "kernel-panic"])
        keys = {"id", "title", "category", "severity", "specificity", "pattern", "examples", "meaning",
                "causes", "next_steps", "known_issue", "requires", "since", "until", "references"}
        for e in o["entries"]:
            self.assertEqual(set(e), keys)
            self.assertTrue(e["meaning"] and e["causes"] and e["next_steps"])

    def test_language(self):
        zh = self.check(cli.run("explain", "kernel-panic", "--lang", "zh_CN"), 0).out
        self.assertIn("下一步:", zh)
        self.assertNotIn("Next steps", zh)
        for env in ({"LANG": "zh_CN.UTF-8"}, {"LC_MESSAGES": "zh_CN", "LANG": "C"},
                    {"LC_ALL": "zh_TW.UTF-8", "LANG": "en_US.UTF-8"}):
            self.assertEqual(lines_in(env), zh, env)
        for env in ({}, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, {"LANG": "de_DE.UTF-8"}):
            self.assertIn("Next steps:", lines_in(env), env)
        self.refused(cli.run("explain", "x", "--lang", "de"), 2, "--lang de", "zh_CN")
        self.refused(cli.run("slim", "x", "--lang", "en"), 2, "--lang", "slim")

    def test_folded_without_a_terminal(self):
        for lang in ("en", "zh_CN"):
            text = cli.run("explain", "kernel-panic", "--lang", lang).out
            for line in text.split("\n\n")[1].splitlines():
                columns = sum(2 if ord(c) > 0x2e80 else 1 for c in line)
                self.assertLessEqual(columns, 82, line)

    def test_output_file(self):
        out = os.path.join(self.dir.name, "entry.txt")
        self.check(cli.run("explain", "kernel-panic", "-o", out), 0, out="")
        with open(out, encoding="utf-8") as f:
            self.assertTrue(f.read().startswith("kernel-panic"))


RULE = """\
- id: {id}
  category: ours
  severity: warning
  specificity: {specificity}
  pattern: '{pattern}'
  examples: ['frobnicator 7 is on fire']
  meaning: {{en: Ours says so., zh: 我们的规则}}
"""


class Log(cli.Case):
    def explained(self, log, *args):
        return cli.run("log", self.file("a.log", log), "--explain", *args)

    def test_notes_stand_below_their_lines(self):
        r = self.check(self.explained(cli.LOG), 0)
        lines = r.out.splitlines()
        at = next(i for i, line in enumerate(lines) if "Fatal exception" in line)
        self.assertTrue(lines[at + 1].startswith("    ^ panic-fatal-exception: "), lines[at + 1])
        # nothing of the log is lost
        log = [line for line in lines if line.startswith("[")]
        self.assertEqual("\n".join(log) + "\n", cli.LOG)

    def test_repeats_are_counted(self):
        r = self.check(self.explained(cli.LOG + cli.LOG.splitlines()[-1] + "\n"), 0)
        self.assertEqual(r.out.count("^ panic-fatal-exception"), 1)
        self.assertRegex(r.out.split("Seen more than once:")[1],
                         r"(?m)^ +2 lines  panic-fatal-exception$")

    def test_language(self):
        r = self.check(self.explained(cli.LOG, "--lang", "zh_CN"), 0)
        self.assertRegex(r.out, "panic-fatal-exception: .*中断")

    def test_text_only(self):
        self.refused(self.explained(cli.LOG, "--format", "json"), 2, "--explain", "text")

    def test_of_a_dump(self):
        for dump in cli.fixtures()[:1]:
            r = self.check(cli.run("log", dump, "--explain"), 0)
            self.assertIn("\n    ^ ", r.out)


class OwnRules(cli.Case):
    def explain(self, *args):
        return cli.run("explain", *args, env={"XDG_CONFIG_HOME": self.dir.name})

    def write(self, name, text):
        folder = os.path.join(self.dir.name, "vmcoroner", "rules.d")
        os.makedirs(folder, exist_ok=True)
        return self.file(os.path.join(folder, name), text)

    def rule(self, id="our-fire", pattern="is on fire", specificity=2):
        return RULE.format(id=id, pattern=pattern, specificity=specificity)

    def test_is_found(self):
        self.write("a.yaml", self.rule())
        self.write("notes.txt", "no rules at all")
        r = self.check(self.explain("frobnicator 9 is on fire"), 0, out="our-fire (warning)")
        self.assertEqual(r.err, "")
        self.check(self.explain("our-fire", "--lang", "zh_CN"), 0, out="我们的规则")
        self.check(self.explain("kernel-panic"), 0, out="kernel-panic (fatal)")

    def test_takes_the_place_of_another(self):
        self.write("a.yaml", self.rule("kernel-panic"))
        self.check(self.explain("kernel-panic"), 0, out="Ours says so.")
        self.write("b.yaml", self.rule("kernel-panic").replace("Ours", "The later file"))
        self.check(self.explain("kernel-panic"), 0, out="The later file says so.")

    def test_bad_entries_are_named_and_the_rest_is_used(self):
        bad = self.write("a.yaml", "- id: first\n  colour: red\n" + self.rule()
                         + self.rule("third", "on fire(?<1>)") + self.rule("fourth", "on water"))
        os.mkdir(os.path.join(os.path.dirname(bad), "folder.yaml"))
        r = self.check(self.explain("frobnicator 9 is on fire"), 0, out="our-fire")
        for want in (f'{bad}:2: a rule has no key "colour"', f"{bad}:10: third: at character",
                     f"{bad}:17: fourth: the pattern does not match example 1",
                     "folder.yaml: is no regular file"):
            self.assertIn(want, r.err)
        self.assertEqual(r.err.count("\n"), 4, r.err)

    def test_a_file_that_is_too_large(self):
        self.write("a.yaml", "#" * (5 << 20))
        self.check(self.explain("kernel-panic"), 0, err="a.yaml: larger than")


if __name__ == "__main__":
    cli.main()
