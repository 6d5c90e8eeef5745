# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test of the command line needs: how to run the program, how to fail."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("VMCORONER", os.path.join(ROOT, "build", "vmcoroner"))
SKIP = 77  # meson's exit status for "skipped"

LOG = """\
[    0.000000] Linux version 6.1.0-test (builder@host) (gcc 12.2.0) #1 SMP Debian
[    1.000000] systemd[1]: Started a service.
[    9.463211] BUG: kernel NULL pointer dereference, address: 0000000000000010
[    9.463300] #PF: supervisor read access in kernel mode
[    9.463301] #PF: error_code(0x0000) - not-present page
[    9.463302] PGD 0 P4D 0
[    9.463303] Oops: 0000 [#1] PREEMPT SMP NOPTI
[    9.463310] CPU: 1 PID: 125 Comm: crasher Tainted: G           OE      6.1.0-test #1
[    9.463311] Hardware name: QEMU Standard PC
[    9.463312] RIP: 0010:victim_peek+0x5/0x10 [victim]
[    9.463313] Code: 90 90 90 90 90 f3 0f 1e fa 0f 1f 44 00 00 <8b> 07 c3 cc cc cc cc
[    9.463314] RSP: 0018:ff43eb79c0457a50 EFLAGS: 00010246
[    9.463315] RAX: 0000000000000000 RBX: 0000000000000007 RCX: 0000000000000000
[    9.463320] Call Trace:
[    9.463321]  <TASK>
[    9.463322]  victim_open+0x15/0x20 [victim]
[    9.463323]  victim_write+0x7a/0x100 [victim]
[    9.463324]  vfs_write+0xc7/0x3d0
[    9.463325]  ksys_write+0x6b/0xf0
[    9.463326]  do_syscall_64+0x5d/0x90
[    9.463327]  entry_SYSCALL_64_after_hwframe+0x6e/0xd8
[    9.463328]  </TASK>
[    9.463329] Modules linked in: victim(OE)
[    9.463330] CR2: 0000000000000010
[    9.463331] ---[ end trace 0000000000000000 ]---
[    9.463340] Kernel panic - not syncing: Fatal exception
"""


def run(*args, stdin=b"", env=None, **more):
    """Runs the program; output and errors come back as text."""
    full = {**os.environ, "LC_ALL": "C", "XDG_CONFIG_HOME": "/nonexistent",
            "DEBUGINFOD_URLS": "", **(env or {})}
    if isinstance(stdin, str):
        stdin = stdin.encode()
    r = subprocess.run([PROGRAM, *args], input=stdin, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, env=full, timeout=120, **more)
    r.out = r.stdout.decode("utf-8")  # output that is no UTF-8 is a failure in itself
    r.err = r.stderr.decode("utf-8")
    return r


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def file(self, name, content):
        path = os.path.join(self.dir.name, name)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return path

    def check(self, r, status, out=None, err=None):
        """Status as given; text that must occur in what it printed."""
        self.assertEqual(r.returncode, status, f"{r.args}\n{r.out[-2000:]}\n{r.err[-2000:]}")
        for want, have in ((out, r.out), (err, r.err)):
            if want is not None:
                self.assertIn(want, have)
        return r

    def refused(self, r, status, *words):
        """Nothing on standard output, one line on standard error that has these words."""
        self.check(r, status)
        self.assertEqual(r.out, "")
        self.assertTrue(r.err.startswith("vmcoroner: "), r.err)
        self.assertEqual(r.err.count("\n"), 1, r.err)
        for word in words:
            self.assertIn(word, r.err)


def fixtures():
    """Dumps in the tree, slim ones of real kernels."""
    folder = os.path.join(ROOT, "tests", "fixtures")
    found = []
    for base, _, files in os.walk(folder):
        if base.endswith(".debug"):  # ELF too, but debug info
            continue
        for name in sorted(files):
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                head = f.read(16)
            if head.startswith((b"KDUMP   ", b"makedumpfile")) or head[:4] == b"\x7fELF":
                found.append(path)
    return sorted(found)


def logs():
    """Logs in the tree as text."""
    folder = os.path.join(ROOT, "tests", "fixtures")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith((".console", ".dmesg.txt"))]


def schema():
    with open(os.path.join(ROOT, "data", "report.schema.json"), encoding="utf-8") as f:
        return json.load(f)


def main():
    unittest.main(verbosity=1, argv=[sys.argv[0], *sys.argv[1:]])
