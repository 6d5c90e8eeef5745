#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Help, man page and completions tell of the same commands and options."""
import os
import re
import unittest

import cli

COMMANDS = ["report", "log", "oops", "shell", "debuginfo", "slim", "explain", "help"]


def read(*path):
    with open(os.path.join(cli.ROOT, *path), encoding="utf-8") as f:
        return f.read()


def options(text):
    return set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+|-[A-Za-z])\b", text.split("Options:")[1]))


class Help(cli.Case):
    def texts(self):
        yield cli.run("--help")
        for command in COMMANDS:
            yield cli.run("help", command)
            yield cli.run(command, "--help")

    def test_goes_to_standard_output_and_fits(self):
        for r in self.texts():
            self.check(r, 0, out="Usage: vmcoroner")
            self.assertEqual(r.err, "")
            for line in r.out.splitlines():
                self.assertLessEqual(len(line), 100, line)
                self.assertEqual(line, line.rstrip())

    def test_short_forms(self):
        self.assertEqual(cli.run("-h").out, cli.run("--help").out)
        self.assertEqual(cli.run("help").out, cli.run("--help").out)
        self.assertRegex(cli.run("--version").out, r"^vmcoroner \d+\.\d+\.\d+\n$")
        self.assertEqual(cli.run("-V").out, cli.run("--version").out)

    def test_all_commands_are_listed(self):
        text = cli.run("--help").out
        listed = re.findall(r"^  \[?(\w+)\]?[ \[]", text.split("Commands:")[1]
                            .split("\nINPUT")[0], re.M)
        self.assertEqual(listed, COMMANDS)

    def test_man_page_has_every_option_and_command(self):
        man = read("man", "vmcoroner.1").replace("\\", "")
        for option in options(cli.run("--help").out):
            name = option.lstrip("-")
            want = f"Fl Fl {name}" if option.startswith("--") else f"Fl {name}"
            self.assertRegex(man, re.escape(want) + r"\b", option)
        for command in COMMANDS:
            self.assertIn(f".It Cm {command}", man)

    def test_completions_have_every_option_and_command(self):
        for shell in ("bash", "zsh", "fish"):
            text = read("data", "completion", shell)
            for option in options(cli.run("--help").out):
                name = option.lstrip("-")
                if shell == "fish":
                    want = rf"-l {name}\b" if option.startswith("--") else rf"-s {name}\b"
                else:
                    want = rf"(?<![\w-]){option}\b"
                self.assertRegex(text, want, f"{shell}: {option}")
            for command in COMMANDS:
                self.assertRegex(text, rf"\b{command}\b", f"{shell}: {command}")

    def test_man_page_has_every_command_of_the_shell(self):
        source = read("src", "command", "command.c")
        man, bash = read("man", "vmcoroner.1"), read("data", "completion", "bash")
        names = re.findall(r"&vmc_command_(\w+)", source)
        self.assertGreater(len(names), 8)
        for name in names:
            self.assertRegex(man, rf"\.It Ic {name}\b", name)
            self.assertRegex(bash, rf"\b{name}\b", name)

    def test_exported_names_are_those_of_the_header(self):
        header = read("include", "vmcoroner", "vmcoroner.h").split("extern \"C\"")[1]
        declared = set(re.findall(r"\b(vmcoroner_\w+)\(", header))
        exported = set(re.findall(r"^\t(vmcoroner_\w+);", read("src", "vmcoroner.map"), re.M))
        self.assertEqual(declared, exported)


if __name__ == "__main__":
    cli.main()
