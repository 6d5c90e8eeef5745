# SPDX-License-Identifier: GPL-2.0-or-later
"""Source positions and inlined functions of the frames of a report, against eu-addr2line (elfutils) and addr2line (binutils)."""

import functools
import json
import posixpath
import re
import shutil
import subprocess

import console
from steps import cache_dir

PEERS = ("eu-addr2line", "addr2line")
# VMCOREINFO is among the first bytes of a dump, as text.
HEAD = 1 << 20
# Directories of the builds: Debian's of the kernel with its build directory, its headers, the lab's own of victim.ko and of a kernel.
BUILDS = (r"/build/[^/]+/linux-[^/]+/", r"/usr/src/linux-[^/]+/", r"/build/[^/]+/(?=victim)", r"debian/build/[^/]+/", r"/.*/kernels/[^/]+/source/")


def tree_path(path):
    """A path as the source tree has it: the one place where prefixes of builds are taken off."""
    path = posixpath.normpath(path)
    for build in BUILDS:
        path = re.sub("^" + build, "", path)
    # what a report shortens by the directories in common with the compiler's ends at the name of the headers' package
    return re.sub(r"^linux-headers-[^/]+/", "", path)


def kernel_shift(folder, dump):
    """What KASLR added: VMCOREINFO's word for it in the dump, or the console's; None unknown."""
    with open(folder / dump["files"][0], "rb") as file:
        found = re.search(rb"KERNELOFFSET=([0-9a-f]+)", file.read(HEAD))
    if found:
        return int(found[1], 16)
    found = re.search(r"Kernel Offset: (0x[0-9a-f]+) from", (folder / "serial.log").read_text("utf-8", "replace"))
    return int(found[1], 16) if found else None


class Peer:
    """Answers of one program about one file, each address asked once: {address: [(function, file, line)]}, innermost first."""

    def __init__(self, program, path, section=None):
        self.argv = [program, "-a", "-i", "-f", "-e", str(path)] + (["-j", section] if section else [])
        self.known = {}

    def ask(self, addresses):
        new = sorted({a for a in addresses if a not in self.known})
        if new:
            text = subprocess.run(self.argv, input="".join(f"{a:#x}\n" for a in new), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True, errors="replace", check=True, timeout=600).stdout
            # answers are taken by their order: of a section eu-addr2line repeats the address with where it lays that section
            answers = [a.splitlines()[1:] for a in re.split(r"^(?=0x[0-9a-f]+$)", text, flags=re.M)[1:]]
            for address, lines in zip(new, answers, strict=True):
                self.known[address] = [place(*pair) for pair in zip(lines[::2], lines[1::2])]
        return self.known


def place(function, position):
    match = re.match(r"(.*?):(\d+)(?::\d+)?(?: \(discriminator \d+\))?$", position)
    path, line = (match[1], int(match[2])) if match else ("??", 0)
    return function.split(" inlined at ")[0], None if path == "??" or not line else tree_path(path), line or None


@functools.lru_cache(maxsize=None)
def peer_of(program, path, section=None):
    return Peer(program, path, section)


@functools.lru_cache(maxsize=None)
def functions_of(path):
    """Functions of a relocatable file: {name: (section, address in it)}, static ones of one name left out."""
    headers = subprocess.run(["readelf", "-SW", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    sections = dict(re.findall(r"^\s*\[\s*(\d+)\] (\S+)", headers, re.M))
    symbols = subprocess.run(["readelf", "-sW", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.findall(r"^\s*\d+: ([0-9a-f]+)\s+\S+ FUNC\s+\S+\s+\S+\s+(\d+) (\S+)$", symbols, re.M)
    return {name: (sections[number], int(value, 16)) for value, number, name in found}


def stacks_of(report):
    """Frames of the panic task and of the CPUs, each with the inlined functions that stand before it."""
    for frames in [report.get("backtrace") or []] + [c.get("backtrace") or [] for c in report.get("cpus") or []]:
        chain = []
        for frame in frames:
            chain.append(frame)
            if not frame.get("inlined"):
                yield chain
                chain = []


VICTIMS = {}


def module_file(case, ask, vmlinux):
    """The victim.ko of a run, and the report with it. The lab builds it anew when its source changes and keeps the earlier ones. The
    first dump of a run tells which one it is: those by makedumpfile may lack the page with the module's build id."""
    def report_with(path):
        _, out, _ = ask("--debuginfo", vmlinux, *(["--debuginfo", path] if path else []), "--format", "json")
        return json.loads(out)
    if case.folder in VICTIMS:
        return VICTIMS[case.folder], report_with(VICTIMS[case.folder])
    found = None
    for path in [None] + sorted(cache_dir().glob(f"built/{case.run['release']}_{case.run['package_version']}-*/victim.ko"), reverse=True):
        report = report_with(path)
        frames = [f for chain in stacks_of(report) for f in chain if f.get("module") == "victim"]
        if not frames or any(f.get("file") for f in frames):
            found = path
            break
    VICTIMS[case.folder] = found
    return found, report


def same_chain(ours, theirs):
    """Names and positions; the last name of ours is the symbol's, which may have a suffix of the compiler's. Of assembly no program
    has names out of debug info, and of several symbols there (entry_SYSCALL_64, entry_SYSCALL_64_after_hwframe) each takes another."""
    def comparable(rows):
        return [(None if (path or "").endswith(".S") else console.plain(name), path, line) for name, path, line in rows]
    mine = [(f["function"], tree_path(f["file"]) if f["file"] else None, f["line"]) for f in ours]
    return comparable(mine) == comparable(theirs), mine


def check_lines(case, checks, ask, vmlinux):
    """Each frame against each peer."""
    missing = [program for program in PEERS if not shutil.which(program)]
    shift = kernel_shift(case.folder, case.dump)
    if not vmlinux or missing or shift is None:
        checks.skip("lines", f"{', '.join(missing) or 'vmlinux or the offset of the kernel'} is not at hand")
        return
    victim, report = module_file(case, ask, vmlinux)
    jobs, count, wrong = {}, 0, []
    for chain in stacks_of(report):
        frame = chain[-1]
        where = place_in_file(frame, shift, vmlinux, victim)
        if where:
            jobs.setdefault(where[:2], []).append((where[2], chain))
    for (path, section), asked in jobs.items():
        answers = {program: peer_of(program, path, section).ask([a for a, _ in asked]) for program in PEERS}
        for address, chain in asked:
            results = {program: same_chain(chain, answers[program].get(address, [])) for program in PEERS}
            count += 1
            for program, (good, mine) in results.items():
                if not good:
                    wrong.append(f"{address:#x} {chain[-1]['function']}: {mine}; {program}: {answers[program].get(address)}")
    checks.result("lines", count and not wrong, f"{len(wrong)} of {count} frames: " + "; ".join(wrong[:4]))


def place_in_file(frame, shift, vmlinux, victim):
    """File, section and address for the peers: of a return address the byte before it, which is of the call."""
    address = int(frame["address"], 16)
    back = 0 if frame["found_by"] == "registers" or frame.get("exception") else 1
    if not frame.get("function") or frame.get("offset") is None or not address >> 47:
        return None
    if not frame.get("module"):
        return vmlinux, None, address - shift - back
    if frame["module"] != "victim" or not victim or frame["function"] not in functions_of(victim):
        return None
    section, start = functions_of(victim)[frame["function"]]
    return victim, section, start + frame["offset"] - back
