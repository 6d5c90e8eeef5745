# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs in a guest: the victim module, the agent program, and the initramfs around them."""

import lzma
import os
import re
import shutil
import stat

import packages
from steps import HERE, cache_dir, digest, replace_atomically, run, step

# Kernel modules that every guest loads: vmcoreinfo for QEMU, and the disk that a capture kernel writes to.
GUEST_MODULES = ["qemu_fw_cfg", "virtio_pci", "virtio_blk"]


class Archive:
    """A cpio archive in the 'newc' format that the kernel unpacks."""

    def __init__(self):
        self.data = bytearray()
        self.number = 0
        self.seen = set()

    def _entry(self, name, mode, body=b"", device=(0, 0)):
        self.number += 1
        raw = name.encode() + b"\0"
        fields = [self.number, mode, 0, 0, 1, 0, len(body), 0, 0, *device, len(raw), 0]
        self.data += b"070701" + b"".join(b"%08X" % f for f in fields) + raw
        self.data += b"\0" * (-len(self.data) % 4)
        self.data += body + b"\0" * (-len(body) % 4)

    def folder(self, name):
        if name and name not in self.seen:
            self.folder(name.rpartition("/")[0])
            self.seen.add(name)
            self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, body, mode=0o644):
        self.folder(name.rpartition("/")[0])
        self._entry(name, stat.S_IFREG | mode, body if isinstance(body, bytes) else body.encode())

    def link(self, name, target):
        self.folder(name.rpartition("/")[0])
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def node(self, name, major, minor):
        self.folder(name.rpartition("/")[0])
        self._entry(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def finish(self):
        self._entry("TRAILER!!!", 0)
        self.data += b"\0" * (-len(self.data) % 512)
        return bytes(self.data)


def busybox():
    """A static busybox, from its package."""
    packages.refresh("bookworm")
    deb = packages.fetch("bookworm", ["busybox-static"])[0]
    folder = cache_dir() / "tools" / deb.stem
    if not folder.exists():
        scratch = folder.with_name(folder.name + ".part")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        packages.unpack(deb, scratch)
        scratch.rename(folder)
    path = folder / "usr/bin/busybox"
    return path if path.exists() else folder / "bin/busybox"


def module_files(kernel, names):
    """Decompressed kernel modules in load order, dependencies first. Names that are built in or absent are left out."""
    index = {}
    for path in kernel.modules.rglob("*.ko*"):
        index[path.name.split(".ko")[0].replace("-", "_")] = path
    done = {}

    def add(name):
        path = index.get(name)
        if path is None or name in done:
            return
        body = path.read_bytes()
        if path.suffix == ".xz":
            body = lzma.decompress(body)
        needed = re.search(rb"\0depends=([^\0]*)\0", body)
        for other in (needed.group(1).decode().split(",") if needed else []):
            add(other.replace("-", "_"))
        done[name] = body

    for name in names:
        add(name)
    return done


def sources_key():
    return digest(*(HERE / "module" / n for n in ("victim.c", "Makefile")), HERE / "guest" / "agent.c")


def build(kernel):
    """Build victim.ko and the agent for a kernel; give back the folder that holds them."""
    out = cache_dir() / "built" / f"{kernel.release}_{kernel.version}-{sources_key()}"
    if out.exists():
        return out
    root = packages.get_root(kernel.suite)
    with step(f"build victim.ko for {kernel.release}"):
        work = root / "build" / f"{kernel.release}.{os.getpid()}"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(HERE / "module", work)
        shutil.copy(HERE / "guest" / "agent.c", work)
        inside = f"/build/{work.name}"
        log = packages.in_root(root, ["make", "-C", kernel.headers, f"M={inside}", "modules"])
        compiler = sorted(root.glob("usr/bin/x86_64-linux-gnu-gcc-[0-9]*"))[-1].name
        packages.in_root(root, [compiler, "-O2", "-static", "-pthread", "-o", f"{inside}/agent", f"{inside}/agent.c"])
        packages.in_root(root, [compiler.replace("gcc-", "strip") if (root / "usr/bin" / compiler.replace("gcc-", "strip")).exists()
                                else "strip", f"{inside}/agent"])
        scratch = out.with_name(out.name + f".{os.getpid()}.part")
        scratch.mkdir(parents=True, exist_ok=True)
        for name in ("victim.ko", "agent"):
            shutil.copy(work / name, scratch / name)
        replace_atomically(scratch / "build.log", log)
        shutil.rmtree(work)
        scratch.rename(out)
    return out


def base_archive(kernel):
    """The part of the initramfs that is the same for all scenarios of a kernel, as bytes."""
    built = build(kernel)
    key = digest(HERE / "guest" / "init", built.name, *GUEST_MODULES)
    path = cache_dir() / "built" / f"initramfs-{kernel.release}-{key}"
    if path.exists():
        return path.read_bytes()
    box = busybox()
    archive = Archive()
    for folder in ("proc", "sys", "dev", "tmp", "scenario", "modules", "bin"):
        archive.folder(folder)
    archive.node("dev/console", 5, 1)
    archive.node("dev/null", 1, 3)
    archive.file("init", (HERE / "guest" / "init").read_bytes(), 0o755)
    archive.file("bin/busybox", box.read_bytes(), 0o755)
    for applet in run([box, "--list"]).split():
        if applet not in ("busybox", "init"):
            archive.link(f"bin/{applet}", "busybox")
    archive.file("bin/agent", (built / "agent").read_bytes(), 0o755)
    for name in ("crasher", "holder", "waiter", "hogger"):
        archive.link(f"bin/{name}", "agent")
    files = module_files(kernel, GUEST_MODULES)
    for name, body in files.items():
        archive.file(f"modules/{name}.ko", body)
    archive.file("modules/list", "".join(f"{name}.ko\n" for name in files))
    archive.file("modules/victim.ko", (built / "victim.ko").read_bytes())
    data = archive.finish()
    replace_atomically(path, data)
    return data


def initramfs(kernel, before, after, victim=True, extra=None):
    """The whole initramfs of one run: the common part and a second archive with the scenario."""
    archive = Archive()
    archive.file("scenario/before", before + "\n")
    archive.file("scenario/after", after + "\n")
    if victim:
        archive.file("scenario/victim", "")
    for name, (body, mode) in (extra or {}).items():
        archive.file(name, body, mode)
    return base_archive(kernel) + archive.finish()
