#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The report in two languages: nothing is left untranslated, columns stand straight."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
import unittest

import cli

# The block that crash prints, and its reader's scripts: English in every language.
BLOCK = ["KERNEL", "LOG FILE", "DUMPFILE", "CPUS", "DATE", "UPTIME", "LOAD AVERAGE", "TASKS",
         "NODENAME", "RELEASE", "VERSION", "MACHINE", "MEMORY", "PANIC", "PID", "COMMAND", "TASK",
         "CPU", "STATE"]
WORD = r"[A-Za-z][a-z']*(?![\w.])"
WORDS = re.compile(rf"(?<![\w.]){WORD}(?:,? {WORD}){{2,}}")
COLON = 12  # the column of the colon behind a label
# Members of the JSON that are sentences, wherever they stand.
SENTENCES = {"title", "summary", "detail", "evidence", "why", "next_steps", "match",
             "workaround", "fix", "remark", "note", "meaning", "check", "lang", "value", "functions", "step", "sentence",
             "text", "meanings"}


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def on_terminal(width, *args):
    """What the program prints on a terminal of that width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    env = {**os.environ, "LC_ALL": "C", "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen([cli.PROGRAM, *args], stdout=slave, env=env) as process:
        os.close(slave)
        parts = []
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            parts.append(part)
    os.close(master)
    assert process.returncode in (0, 1), process.returncode
    return b"".join(parts).decode("utf-8").replace("\r\n", "\n")


def sayings(report):
    """What a report may quote in English: titles of kernel reports, reasons, issues."""
    yield from (e["title"] for e in report["events"])
    yield from (u["why"] for u in report["unavailable"])
    yield from (str(k[name]) for k in report["verdict"]["known_issues"] for name in ("id", "title"))


class Lang(cli.Case):
    def inputs(self):
        found = cli.logs() + cli.fixtures()
        self.assertTrue(found)
        return found

    def both(self, path):
        """The JSON in English and in Chinese."""
        return [json.loads(cli.run(path, "--format", "json", "--lang", lang).out)
                for lang in ("en", "zh_CN")]

    def test_the_locale_decides(self):
        path = self.file("a.log", cli.LOG)
        chinese = {"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}
        for variable, value, expected in [
                ("LANG", "zh_CN.UTF-8", "zh_CN"), ("LANG", "zh_CN.GB18030", "zh_CN"),
                ("LANG", "zh_TW.UTF-8", "zh_CN"), ("LC_MESSAGES", "zh_CN.UTF-8", "zh_CN"),
                ("LANG", "de_DE.UTF-8", "en"), ("LANG", "C.UTF-8", "en"), ("LANG", "", "en")]:
            env = {**chinese, variable: value}
            for form in ("text", "html", "json"):
                r = self.check(cli.run(path, "--format", form, env=env), 0)
                self.assertEqual("空指针" in r.out, expected == "zh_CN", (variable, value, form))
        over = cli.run(path, env={"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
        self.assertIn("VERDICT", over.out)
        self.assertIn("VERDICT", cli.run(path, "--lang", "en", env={"LC_ALL": "zh_CN.UTF-8"}).out)
        self.refused(cli.run(path, "--lang", "fr"), 2, "en and zh_CN")

    def test_html_names_its_language(self):
        path = self.file("a.log", cli.LOG)
        for lang, tag in (("en", "en"), ("zh_CN", "zh-CN")):
            out = cli.run(path, "--format", "html", "--lang", lang).out
            self.assertIn(f'<html lang="{tag}">', out)

    def test_json_differs_in_sentences_only(self):
        def compare(one, two, where):
            self.assertEqual(type(one), type(two), where)
            if isinstance(one, dict):
                self.assertEqual(list(one), list(two), where)
                for key in one:
                    compare(one[key], two[key], f"{where}.{key}")
            elif isinstance(one, list):
                self.assertEqual(len(one), len(two), where)
                for i, pair in enumerate(zip(one, two)):
                    compare(*pair, f"{where}[{i}]")
            elif not SENTENCES & set(re.split(r"[.\[\]0-9]+", where)):
                self.assertEqual(one, two, where)

        for path in self.inputs():
            english, chinese = self.both(path)
            self.assertEqual((english["lang"], chinese["lang"]), ("en", "zh_CN"))
            compare(english, chinese, os.path.basename(path))

    def test_no_english_is_left(self):
        for path in self.inputs():
            text = cli.run(path, "--lang", "zh_CN").out
            quoted = "\n".join([cli.run("log", path).out, *sayings(self.both(path)[1])])
            for line in text.splitlines():
                if line.split(":")[0].strip() in BLOCK:
                    continue
                for words in WORDS.findall(line):
                    self.assertTrue(words in quoted, f"{path}: {words!r} in: {line}")

    def test_no_chinese_is_left(self):
        for path in self.inputs():
            text = cli.run(path, "--lang", "en").out
            self.assertFalse([c for c in text if unicodedata.east_asian_width(c) in "WF"], path)

    def facts_stand_straight(self, text, where):
        """Labels end at the same column, in the sections before the first title."""
        seen = 0
        for line in text.splitlines():
            if line and not line.startswith(" ") and not columns(line.split(":")[0]) == COLON:
                break
            label = re.match(r" *(\S.{0,12}?): ", line)
            if label and columns(label.group()) <= COLON + 2:
                self.assertEqual(columns(label.group()), COLON + 2, f"{where}: {line}")
                seen += 1
        self.assertGreater(seen, 4, where)

    def test_columns_of_wide_characters(self):
        for path in self.inputs():
            for lang in ("en", "zh_CN"):
                for width in (40, 80, 132):
                    text = on_terminal(width, path, "--lang", lang)
                    where = f"{os.path.basename(path)} {lang} {width}"
                    self.facts_stand_straight(text, where)
                    for line in text.splitlines():
                        # a line may be too wide only by one word that cannot be folded
                        self.assertTrue(columns(line) <= width or
                                        not re.search(r"\S \S", line.split("- ")[-1].split(": ", 1)[-1]),
                                        f"{where}, {columns(line)} columns: {line}")

    def test_tables_of_wide_characters(self):
        for path in cli.logs():
            text = on_terminal(132, path, "--lang", "zh_CN")
            starts = {columns(m.group(1)) for m in
                      re.finditer(r"^( +\d+  第 \d+ 行 +)\S", text, re.M)}
            self.assertEqual(len(starts), 1, text)


if __name__ == "__main__":
    cli.main()
