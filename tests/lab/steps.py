# SPDX-License-Identifier: GPL-2.0-or-later
"""Small shared things of the lab: where the cache is, timing of steps, running programs, skipping loudly."""

import contextlib
import hashlib
import os
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SKIP_STATUS = 77


class Skip(Exception):
    """The machine cannot do this: not a failure, but said loudly."""


def cache_dir():
    """The folder that holds everything the lab downloads, builds and dumps."""
    chosen = os.environ.get("VMCORONER_LAB")
    if chosen:
        path = pathlib.Path(chosen)
    else:
        base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        path = pathlib.Path(base) / "vmcoroner-lab"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


_print_lock = threading.Lock()
_started = time.monotonic()
timings = []


def say(text):
    with _print_lock:
        print(f"[{time.monotonic() - _started:6.1f}s] {text}", flush=True)


@contextlib.contextmanager
def step(name):
    """Time one step and print how long it took."""
    begin = time.monotonic()
    try:
        yield
    except Exception:
        say(f"{name}: failed after {time.monotonic() - begin:.1f} s")
        raise
    seconds = time.monotonic() - begin
    timings.append((name, seconds))
    say(f"{name}: {seconds:.1f} s")


def run(argv, timeout=600, check=True, **kwargs):
    """Run a program, give back its standard output as text; standard error goes into the exception."""
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, timeout=timeout, **kwargs)
    out = done.stdout.decode("utf-8", "replace")
    if check and done.returncode != 0:
        err = done.stderr.decode("utf-8", "replace")
        raise RuntimeError(f"{argv[0]} ended with status {done.returncode}: {' '.join(map(str, argv))}\n{out[-2000:]}{err[-2000:]}")
    return out


def digest(*parts):
    """A short key over texts, bytes and the contents of files."""
    sha = hashlib.sha256()
    for part in parts:
        if isinstance(part, pathlib.Path):
            part = part.read_bytes()
        elif isinstance(part, str):
            part = part.encode()
        sha.update(len(part).to_bytes(8, "little"))
        sha.update(part)
    return sha.hexdigest()[:12]


def replace_atomically(path, data):
    """Write a file so that a reader sees the old or the new one, never half."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
    if isinstance(data, str):
        scratch.write_text(data)
    else:
        scratch.write_bytes(data)
    scratch.rename(path)


def skip(reason):
    """End the program the way a test runner understands as skipped."""
    print(f"SKIP: {reason}", flush=True)
    sys.exit(SKIP_STATUS)
