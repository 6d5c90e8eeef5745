#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make.py KERNEL FOLDER: an old kernel's image, its module, and dumps of the virtual machine in which it died.

KERNEL is 3.10 or 2.6.32. There are no such kernels among today's packages, and today's compilers do not build them. So this is a kernel of
our own, small enough to read, that has the structures, symbols, page tables, stacks, log and way of dying of the old ones, runs in QEMU,
and really dies: its stack, registers and memory are what a processor has made of them. FOLDER gets vmlinux, victim.ko, truth.json
and vmcore.elf, vmcore.kdump-lzo (or zlib, where QEMU has no lzo), all made by QEMU, without VMCOREINFO."""

import json
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import time

import kallsyms

HERE = pathlib.Path(__file__).resolve().parent
KERNELS = {"3.10": ("310", "3.10.0-123.9.3.el7.x86_64 SMP mod_unload modversions "), "2.6.32": ("26", "2.6.32-431.el6.x86_64 SMP mod_unload modversions ")}
PARTS = ("main.c", "sched.c", "printk.c", "kallsyms.c", "traps.c", "module.c", "entry.S")
FLAGS = ("-O2 -g -gdwarf-4 -std=gnu11 -Wall -Wextra -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -ffreestanding -fno-pic -fno-pie -fno-stack-protector "
         "-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls -fno-asynchronous-unwind-tables -fno-ipa-sra -fno-inline-small-functions -fcf-protection=none "
         "-fno-strict-aliasing -fno-common").split()
MODULE_SCRIPT = """SECTIONS { . = 0xffffffffa0000000; .text : { *(.text) } . = ALIGN(4096); .rodata : { *(.rodata*) } .modinfo : { *(.modinfo) }
. = ALIGN(4096); .data : { *(.data) } . = ALIGN(64); .gnu.linkonce.this_module : { *(.gnu.linkonce.this_module) } .bss : { *(.bss) } /DISCARD/ : { *(.comment) *(.note*) } }"""
MEMORY_MIB = 64
SYMBOLS = 3000


class Skip(Exception):
    """This machine cannot do it; the text says why."""


def run(*argv, **kwargs):
    done = subprocess.run(list(map(str, argv)), capture_output=True, text=True, **kwargs)
    if done.returncode:
        raise RuntimeError(f"{argv[0]} ended with status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def compile_kernel(variant, folder):
    objects = []
    for part in PARTS:
        objects.append(folder / f"{part}.o")
        run("gcc", *FLAGS, f"-DKERNEL={variant}", f"-ffile-prefix-map={HERE}=/usr/src/debug/kernel", "-c", HERE / part, "-o", objects[-1])
    crowd = folder / "crowd.S"
    crowd.write_text(kallsyms.crowd(SYMBOLS))
    objects.append(folder / "crowd.S.o")
    run("gcc", "-c", crowd, "-o", objects[-1])
    image, table = folder / "vmlinux", folder / "kallsyms.S"
    table.write_text(kallsyms.EMPTY)
    for _ in range(3):
        run("gcc", "-c", table, "-o", folder / "kallsyms.S.o")
        run("ld", "-nostdlib", "-static", "--build-id=none", "-z", "max-page-size=0x1000", "--no-warn-rwx-segments", "-T", HERE / "kernel.lds",
            "-o", image, *objects, folder / "kallsyms.S.o")
        table.write_text(kallsyms.assembly(kallsyms.symbols(image)))
    return image


def compile_module(variant, vermagic, folder, image):
    """victim.ko, and the module as the kernel would have placed it."""
    module, placed, script = folder / "victim.ko", folder / "victim.placed", folder / "module.lds"
    run("gcc", *FLAGS, f"-DKERNEL={variant}", f'-DVERMAGIC="{vermagic}"', f"-ffile-prefix-map={HERE}=/usr/src/debug/victim", "-c", HERE / "victim.c", "-o", module)
    script.write_text(MODULE_SCRIPT)
    run("ld", "-nostdlib", "--build-id=none", "--no-warn-rwx-segments", "-z", "noexecstack", "-T", script, "-e", "0", "-R", image, "-o", placed, module)
    return placed


def make_blob(placed, folder):
    """What module.c expects: a header, and the module's memory from the next page on, its symbols behind."""
    base = 0xffffffffa0000000
    found = [(int(address, 16), int(size, 16)) for address, size in re.findall(
        r"^\s+\[ *\d+\] \S+\s+(?:PROGBITS|NOBITS)\s+(ffffffffa\w+) \w+ (\w+)", run("readelf", "-SW", placed), re.M)]
    names = re.findall(r"^\s+\[ *\d+\] (\S+)\s+(?:PROGBITS|NOBITS)\s+(ffffffffa\w+) \w+ (\w+)", run("readelf", "-SW", placed), re.M)
    end = max(address + size for address, size in found) - base
    raw = folder / "victim.raw"
    run("objcopy", "-O", "binary", "--pad-to", hex(base + end), placed, raw)
    memory = raw.read_bytes().ljust(end, b"\0")
    text = run("nm", "-n", placed)
    symbols = [(int(address, 16), kind, name) for address, kind, name in re.findall(r"^(ffffffffa\w+) (\w) (\S+)$", text, re.M)]
    where = {name: address for address, _, name in symbols}
    strings, table = b"\0", b"\0" * 24
    for address, kind, name in symbols:
        table += struct.pack("<IBBHQQ", len(strings), ord(kind), 0, 1, address, 0)  # the kernel keeps the letter in st_info
        strings += name.encode() + b"\0"
    memory = memory.ljust(-(-len(memory) // 64) * 64, b"\0")
    symtab = base + len(memory)
    strtab = symtab + len(table)
    memory += table + strings
    memory = memory.ljust(-(-len(memory) // 4096) * 4096, b"\0")
    text_size = -(-next(int(size, 16) for name, _, size in names if name == ".text") // 4096) * 4096
    head = struct.pack("<11Q", 0x656c75646f6d, len(memory), text_size, where["__this_module"], where["victim_fops"], len(table) // 24, symtab, strtab, len(strings), len(names), 0)
    for name, address, _ in names:
        head += struct.pack("<48sQ", name.encode(), int(address, 16))
    blob = folder / "module.blob"
    blob.write_bytes(head.ljust(4096, b"\0") + memory)
    return blob


class Qmp:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rw")
        self.lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        while True:
            answer = json.loads(self.lines.readline() or '{"error": {"desc": "it is gone"}}')
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]


def boot(image, blob, folder):
    """Runs it to its death and dumps it. Returns what it wrote to the serial port."""
    emulator = shutil.which("qemu-system-x86_64")
    if not emulator:
        raise Skip("no qemu-system-x86_64 here")
    log, control = folder / "serial.log", folder / "qmp"
    argv = [emulator, "-accel", "tcg", "-machine", "pc", "-cpu", "qemu64", "-m", str(MEMORY_MIB), "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", image, "-device", f"loader,file={blob},addr=0x2000000,force-raw=on", "-serial", f"file:{log}", "-qmp", f"unix:{control},server=on,wait=off"]
    with subprocess.Popen(list(map(str, argv)), stderr=subprocess.PIPE, text=True) as guest:
        try:
            deadline = time.monotonic() + 60
            while "TRUTH end" not in (log.read_text("latin-1") if log.exists() else ""):
                if guest.poll() is not None or time.monotonic() > deadline:
                    guest.kill()
                    raise RuntimeError(f"the guest did not come to its end: {guest.stderr.read()[-500:]} {log.read_text('latin-1')[-800:] if log.exists() else ''}")
                time.sleep(0.05)
            with Qmp(control) as qmp:
                qmp.ask("dump-guest-memory", paging=False, protocol=f"file:{folder}/vmcore.elf")
                formats = qmp.ask("query-dump-guest-memory-capability")["formats"]
                wanted = next(form for form in ("kdump-lzo", "kdump-zlib") if form in formats)
                qmp.ask("dump-guest-memory", paging=False, protocol=f"file:{folder}/vmcore.{wanted}", format=wanted)
                qmp.ask("quit")
            guest.wait(30)
        finally:
            guest.kill()
    return log.read_text("latin-1")


def truth_of(text):
    """What the guest has said of itself: frames of its stack from panic() outwards, tasks, the log."""
    tasks = [{"task": int(task, 16), "pid": int(pid), "tgid": int(tgid), "comm": comm} for task, pid, tgid, comm in re.findall(r"^TRUTH task (\w+) (\d+) (\d+) (.*)$", text, re.M)]
    return {"frames": [int(frame, 16) for frame in re.findall(r"^TRUTH frame (\w+)$", text, re.M)], "tasks": tasks,
            "current": int(re.search(r"^TRUTH current (\w+)$", text, re.M)[1], 16), "log": [line for line in text.splitlines() if not line.startswith("TRUTH ")]}


def make(kernel, folder):
    for tool in ("gcc", "ld", "nm", "objcopy", "readelf"):
        if not shutil.which(tool):
            raise Skip(f"no {tool} here")
    variant, vermagic = KERNELS[kernel]
    folder.mkdir(parents=True, exist_ok=True)
    image = compile_kernel(variant, folder)
    blob = make_blob(compile_module(variant, vermagic, folder, image), folder)
    truth = truth_of(boot(image, blob, folder))
    (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    return truth


if __name__ == "__main__":
    make(sys.argv[1], pathlib.Path(sys.argv[2]).resolve())
