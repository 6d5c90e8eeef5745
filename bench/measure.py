# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run of a program costs: wall time, CPU time, memory."""

import collections
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

# wall, cpu: seconds. peak: bytes of memory with all pages of mapped files that were looked at (ru_maxrss).
# private: bytes of memory of its own, see private.c; None where it was not asked for.
Cost = collections.namedtuple("Cost", "wall cpu peak private")

# Runs the program and waits for it, in a process of its own: the kernel counts the memory of the process that starts a
# program as the program's, and this one is small. What it costs comes back through a pipe.
STARTER = """
import os, sys, time
begin = time.monotonic()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.monotonic() - begin
os.write(int(sys.argv[1]), f"{wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss * 1024}".encode())
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


class Meter:
    """Runs programs in place of the lab's steps.run(): gives back the output, leaves the cost in `last`. `weigher` is the program of
    private.c, or None; while `weighing` it asks for private memory, which makes the times worthless."""

    def __init__(self, weigher):
        self.weigher, self.weighing, self.last = weigher, False, None

    def __call__(self, argv, timeout=600, check=True, env=None, **kwargs):
        if self.weighing and self.weigher:
            with tempfile.NamedTemporaryFile("r") as weight:
                out = self.timed([self.weigher, weight.name, *argv], timeout, check, env, kwargs)
                self.last = self.last._replace(private=int(weight.read() or 0) or None)
                return out
        return self.timed(argv, timeout, check, env, kwargs)

    def timed(self, argv, timeout, check, env, kwargs):
        receive, send = os.pipe()
        command = [sys.executable, "-I", "-S", "-c", STARTER, str(send), *map(str, argv)]
        with os.fdopen(receive) as costs:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[send],
                                  start_new_session=True, env=env and {**os.environ, **env}, **kwargs) as process:
                os.close(send)
                try:
                    out, err = process.communicate(timeout=timeout)
                except BaseException:
                    os.killpg(process.pid, signal.SIGKILL)
                    raise
            self.last = Cost(*map(float, costs.read().split()), None)
        if check and process.returncode not in (check if isinstance(check, tuple) else (0,)):
            raise RuntimeError(f"{argv[0]} ended with status {process.returncode}: {err.decode('utf-8', 'replace')[-300:]}")
        return out.decode("utf-8", "replace")

    @contextlib.contextmanager
    def in_place_of_run(self, *modules):
        """The peers are run by the lab's code; here it counts what they cost."""
        kept = [module.run for module in modules]
        for module in modules:
            module.run = self
        try:
            yield
        finally:
            for module, run in zip(modules, kept):
                module.run = run


class Program:
    """Something that answers about a dump; `ask` runs it once. `before` is done ahead of each run and is not counted."""

    def __init__(self, name, ask, budget="", peer=None, before=None):
        self.name, self.ask, self.budget, self.peer, self.before = name, ask, budget, peer, before
        self.costs, self.private, self.refused = [], None, None


def find_weigher(binary):
    """The program of private.c, built beside ours."""
    path = pathlib.Path(binary).resolve().parent / "bench" / "private"
    return path if path.exists() else None
