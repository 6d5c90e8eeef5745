# SPDX-License-Identifier: GPL-2.0-or-later
"""A true kdump: the guest's panic starts a capture kernel, whose makedumpfile saves /proc/vmcore to a disk in every format."""

import re
import shutil
import subprocess
import tempfile
import pathlib
import time

import guest
import packages
import peers
import runs
from machine import Machine
from steps import HERE, Skip, digest, cache_dir, run as run_program, say

DISK_BYTES = 8 << 30
CAPTURE_CMDLINE = "console=ttyS0 ignore_loglevel nr_cpus=1 reset_devices panic=1"


def makedumpfile_root(kernel):
    """Debian 12's makedumpfile for the kernels of its time, the newest one, which can write zstd, for those it does not know."""
    return packages.get_root("bookworm" if kernel.series in peers.OF_BOOKWORM else "sid")


def loader(kernel):
    """The static program that loads the capture kernel."""
    source = HERE / "guest" / "kexec.c"
    out = cache_dir() / "built" / f"kexec-{digest(source)}"
    if not out.exists():
        root = packages.get_root(kernel.suite)
        (root / "build").mkdir(exist_ok=True)
        shutil.copy(source, root / "build" / "kexec.c")
        compiler = sorted(root.glob("usr/bin/x86_64-linux-gnu-gcc-[0-9]*"))[-1].name
        packages.in_root(root, [compiler, "-O2", "-static", "-o", f"/build/kexec.{kernel.series}", "/build/kexec.c"])
        shutil.copy(root / "build" / f"kexec.{kernel.series}", out)
    return out.read_bytes()


def makedumpfile_files(root):
    """makedumpfile and its libraries, by their path in the initramfs."""
    program = next(p for p in ("/usr/bin/makedumpfile", "/usr/sbin/makedumpfile", "/sbin/makedumpfile") if (root / p[1:]).exists())
    files = {"bin/makedumpfile": ((root / program[1:]).read_bytes(), 0o755)}
    for path in re.findall(r"(/\S+) \(0x", packages.in_root(root, ["/lib64/ld-linux-x86-64.so.2", "--list", program])):
        files[path.lstrip("/")] = ((root / path.lstrip("/")).resolve().read_bytes(), 0o755)
    return files


def capture_archive(kernel):
    """The initramfs of the capture kernel."""
    extra = makedumpfile_files(makedumpfile_root(kernel))
    extra["capture"] = ((HERE / "guest" / "capture").read_bytes(), 0o644)
    return guest.initramfs(kernel, "true", "true", victim=False, extra=extra)


def run(kernel, scenario):
    for program in ("mke2fs", "debugfs"):
        if not shutil.which(program):
            raise Skip(f"no {program} here (package e2fsprogs)")
    with runs.workplace(kernel, scenario["name"]) as folder:
        return run_in(folder, kernel, scenario)


def run_in(folder, kernel, scenario):
    begin = time.monotonic()
    extra = {"kdump/vmlinuz": (kernel.vmlinuz.read_bytes(), 0o644), "kdump/initrd": (capture_archive(kernel), 0o644),
             "bin/kexec": (loader(kernel), 0o755)}
    before = f"kexec /kdump/vmlinuz /kdump/initrd '{CAPTURE_CMDLINE}' && rm -r /kdump\n{scenario['before']}"
    initrd = guest.initramfs(kernel, before, scenario["after"], scenario["victim"], extra)
    with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
        disk = pathlib.Path(scratch) / "disk"
        with open(disk, "wb") as file:
            file.truncate(DISK_BYTES)
        run_program(["mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", disk])
        with Machine(kernel.vmlinuz, initrd, runs.command_line(scenario), folder, memory=scenario["memory"], cpus=scenario["cpus"],
                     cpu=scenario["cpu"], vmcoreinfo=scenario["vmcoreinfo"], disk=disk) as machine:
            machine.wait_for("LAB: saved", scenario["timeout"])
            machine.wait_for_end(60)
        run_program(["debugfs", "-R", f"rdump / {scratch}", disk])
        runs.confirm(folder, scenario)
        dumps = collect(pathlib.Path(scratch), folder)
    dumps.append(with_snappy(folder))
    seconds = time.monotonic() - begin
    say(f"{kernel.series} {scenario['name']}: saved {', '.join(d['format'] for d in dumps)} after {seconds:.1f} s")
    return runs.write_truth(kernel, scenario, folder, dumps, seconds)


def with_snappy(folder):
    """The dump whose pages are stored as they are, once more with snappy pages."""
    root = packages.get_root("sid")
    shutil.copy(HERE / "snappy_pages.py", root / "tmp")
    out = folder / "vmcore.snappy-d1"
    packages.in_root(root, ["python3", "/tmp/snappy_pages.py", folder / "vmcore.raw-d1", out])
    return {"format": "snappy-d1", "files": [out.name], "writer": "snappy_pages.py"}


def collect(scratch, folder):
    """Move what the capture kernel saved beside the truth."""
    saved = (scratch / "saved").read_text().split()
    dumps = []
    for form in saved:
        parts = sorted(scratch.glob("vmcore.split-*")) if form == "split" else [scratch / f"vmcore.{form}"]
        for part in parts:
            subprocess.run(["fallocate", "--dig-holes", str(part)], check=False, stderr=subprocess.DEVNULL)
            shutil.move(part, folder / part.name)
        dumps.append({"format": form, "files": [p.name for p in parts], "writer": "cp" if form == "plain" else "makedumpfile"})
    for log in scratch.glob("*.log"):
        # The progress bar makes these long; what matters is at the end.
        (folder / f"makedumpfile-{log.name}").write_bytes(log.read_bytes()[-2000:])
    return dumps
