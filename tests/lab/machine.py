# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU guest without KVM: start, wait for a message on its console, dump its memory over QMP."""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

from steps import Skip


class Machine:
    """One guest. Use as a context manager: leaving it ends the guest."""

    def __init__(self, kernel_image, initrd, cmdline, folder, memory="256M", cpus=2, cpu="max", vmcoreinfo=True, disk=None):
        if not shutil.which("qemu-system-x86_64"):
            raise Skip("no qemu-system-x86_64 here")
        self.folder = pathlib.Path(folder)
        self.serial = self.folder / "serial.log"
        self.truth = self.folder / "truth.log"
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="vmcoroner-lab-"))
        image = self.scratch / "initrd"
        image.write_bytes(initrd)
        self.argv = ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", cpu, "-m", memory, "-smp", str(cpus), "-display", "none",
                     "-nodefaults", "-no-user-config", "-kernel", str(kernel_image), "-initrd", str(image), "-append", cmdline,
                     "-serial", f"file:{self.serial}", "-serial", f"file:{self.truth}", "-qmp", f"unix:{self.scratch}/qmp,server=on,wait=off"]
        if vmcoreinfo:
            self.argv += ["-device", "vmcoreinfo"]
        if disk:
            self.argv += ["-drive", f"file={disk},if=none,id=d0,format=raw,cache=unsafe", "-device", "virtio-blk-pci,drive=d0"]
        self.process = None
        self.channel = None

    def __enter__(self):
        self.serial.unlink(missing_ok=True)
        self.truth.unlink(missing_ok=True)
        self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=open(self.folder / "qemu.err", "wb"))
        try:
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        if self.channel:
            self.channel.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _connect(self):
        deadline = time.monotonic() + 20
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"qemu did not start: {(self.folder / 'qemu.err').read_text()}")
            try:
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(f"{self.scratch}/qmp")
                break
            except OSError:
                connection.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        connection.settimeout(300)
        self.channel = connection.makefile("rw")
        connection.close()
        self.channel.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """One QMP command; events that come in between are passed over."""
        self.channel.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.channel.flush()
        for line in self.channel:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']['desc']}")
        raise RuntimeError(f"{name}: qemu went away")

    def console(self):
        return self.serial.read_text("utf-8", "replace") if self.serial.exists() else ""

    def wait_for(self, pattern, timeout):
        """Wait until the console shows a line that matches."""
        deadline = time.monotonic() + timeout
        wanted = re.compile(pattern)
        while time.monotonic() < deadline:
            if wanted.search(self.console()):
                return
            if self.process.poll() is not None:
                raise RuntimeError(f"the guest ended before its console showed {pattern!r}")
            time.sleep(0.1)
        raise RuntimeError(f"the console did not show {pattern!r} in {timeout} s; its last lines:\n" + "\n".join(self.console().splitlines()[-8:]))

    def wait_for_end(self, timeout):
        """Wait until the guest powers itself off."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"the guest did not power off in {timeout} s") from error

    def dump(self, path, form):
        """Write the guest's memory: 'elf', 'elf-paging', 'kdump-zlib', 'kdump-lzo' or 'kdump-snappy'."""
        path.unlink(missing_ok=True)
        arguments = {"paging": form == "elf-paging", "protocol": f"file:{path}"}
        if form.startswith("kdump-"):
            arguments["format"] = form
        self.command("dump-guest-memory", **arguments)
        if form.startswith("elf"):
            # Zero pages take no room on the host.
            subprocess.run(["fallocate", "--dig-holes", str(path)], check=False, stderr=subprocess.DEVNULL)

    def formats(self):
        """What this QEMU can write."""
        return self.command("query-dump-guest-memory-capability")["formats"]
