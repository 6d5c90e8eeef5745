# SPDX-License-Identifier: GPL-2.0-or-later
"""Other programs on the same dump: makedumpfile --dump-dmesg, crash (the host's and the newest, from sid) and drgn.

Their answers belong to a run, not to a dump file, so they are taken once a run, on the file that the peer reads best, and
kept in peers.json beside truth.json."""

import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile

import packages
from steps import HERE, Skip, cache_dir, digest, replace_atomically, run

CRASH_COMMANDS = ["sys", "ps", "bt", "bt -a", "log", "mod", "mach", "ps -A"]
LIMIT = 180
# Kernels that Debian 12's makedumpfile knows; those of 6.12 and later need the newest.
OF_BOOKWORM = ("5.10", "5.10-fp", "6.1")


def dump_path(folder, truth, wanted):
    """The first dump of a run in one of the wanted formats."""
    for form in wanted:
        for dump in truth["dumps"]:
            if dump["format"] == form:
                return folder / dump["files"][0]
    return None


def mend_header(path):
    """makedumpfile takes for granted that program headers follow the ELF header at once; QEMU puts section headers between them,
    and QEMU 7.2 also writes a wrong e_ehsize. This moves the program headers of a QEMU dump to where makedumpfile looks."""
    with open(path, "r+b") as file:
        header = bytearray(file.read(64))
        offset = struct.unpack_from("<Q", header, 32)[0]
        count = struct.unpack_from("<H", header, 56)[0]
        file.seek(offset)
        program_headers = file.read(56 * count)
        struct.pack_into("<QQ", header, 32, 64, 0)
        struct.pack_into("<H", header, 52, 64)
        struct.pack_into("<HHH", header, 58, 0, 0, 0)
        file.seek(0)
        file.write(header + program_headers)


def refile(elf, out, series, *options):
    """Run makedumpfile over a QEMU ELF dump, whose header is mended in place."""
    elf.chmod(0o600)
    mend_header(elf)
    makedumpfile(series, [*options, elf, out])


def makedumpfile(series, arguments):
    """Run Debian 12's makedumpfile for the kernels of its time, the newest one for later kernels: the old one takes slab pages of
    6.12 for user pages and leaves them out."""
    if series not in OF_BOOKWORM:
        packages.in_root(packages.get_root("sid"), ["makedumpfile", *map(str, arguments)], timeout=LIMIT)
    elif shutil.which("makedumpfile"):
        run(["makedumpfile", *arguments], timeout=LIMIT)
    else:
        raise Skip("no makedumpfile here")


def dmesg(path, series="6.1"):
    """The log as makedumpfile prints it."""
    with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
        out = pathlib.Path(scratch) / "log"
        makedumpfile(series, ["--dump-dmesg", path, out])
        return out.read_text("utf-8", "replace")


def crash(path, vmlinux, version, commands=CRASH_COMMANDS):
    """The output of crash commands by command. version: "8" is the host's crash, "9" the one in the sid root."""
    if not vmlinux.exists():
        raise Skip("no vmlinux with DWARF unpacked (lab packages --vmlinux)")
    with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
        folder = pathlib.Path(scratch)
        lines = [f"{command} > {folder}/{number}" for number, command in enumerate(commands)]
        script = folder / "script"
        script.write_text("\n".join(lines + ["quit"]) + "\n")
        argv = ["crash", "-s", "--no_crashrc", "-i", str(script), str(vmlinux), str(path)]
        try:
            if version == "8":
                if not shutil.which("crash"):
                    raise Skip("no crash here")
                text = run(argv, timeout=LIMIT, check=False)
            else:
                text = packages.in_root(packages.get_root("sid"), argv, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise Skip(f"crash {version} did not end in {LIMIT} s") from None
        answers = {}
        for number, command in enumerate(commands):
            out = folder / str(number)
            answers[command] = out.read_text("utf-8", "replace") if out.exists() else ""
    if not answers.get("sys"):
        raise Skip(f"crash {version} does not open it: {' '.join(text.split())[-300:]}")
    return answers


def parse_crash(answers):
    """The comparable facts in crash's output."""
    found = {}
    for key, value in re.findall(r"^\s*([A-Z][A-Z ]+?): (.*)$", answers["sys"], re.M):
        found[key.strip().lower()] = value.strip()
    facts = {
        "release": found.get("release"), "nodename": found.get("nodename"),
        "cpus": int(found["cpus"].split()[0]) if "cpus" in found else None,
        "tasks": int(found["tasks"]) if found.get("tasks", "").isdigit() else None,
        "date": found.get("date"), "uptime": clock_seconds(found.get("uptime", "")),
        "load": [float(x) for x in re.findall(r"\d+\.\d+", found.get("load average", ""))], "memory": found.get("memory"),
        "panic": found.get("panic"), "log": answers.get("log", ""), "bt": parse_bt(answers.get("bt", "")),
        "modules": re.findall(r"^[0-9a-f]{16}\s+(\S+)\s+[0-9a-f]+\s+(\d+)", answers.get("mod", ""), re.M),
    }
    head = re.search(r'^PID: (\d+)\s+TASK: (\S+)\s+CPU: (\d+)\s+COMMAND: "(.*)"', answers.get("bt", ""), re.M)
    if head:
        facts.update(pid=int(head[1]), task=head[2], cpu=int(head[3]), comm=head[4])
    return facts


def clock_seconds(text):
    """Seconds of "1 days, 00:03:48"."""
    match = re.fullmatch(r"(?:(\d+) days?, )?(\d+):(\d+):(\d+)", text.strip())
    if not match:
        return None
    days, hours, minutes, seconds = (int(g or 0) for g in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def parse_bt(text):
    """Functions of crash's "bt", innermost first, the faulting one where it belongs."""
    frames = []
    for line in text.splitlines():
        frame = re.match(r"\s*#\d+ \[[0-9a-f]+\] (\S+) at [0-9a-f]+", line)
        fault = re.match(r"\s*\[exception RIP: ([^+\]\s]+)", line)
        if fault or frame:
            name = (fault or frame)[1].split("+")[0]
            if not (frame and frames and frames[-1] == name):
                frames.append(name)
    return frames


def drgn(path, vmlinux, name="drgn_facts.py", module=None):
    """What a drgn script finds, with the debug info of a module as well: see drgn_facts.py and drgn_variables.py."""
    if not vmlinux.exists():
        raise Skip("no vmlinux with DWARF unpacked (lab packages --vmlinux)")
    root = packages.get_root("sid")
    script = root / "tmp" / f"{name[:-3]}.{digest(HERE / name)}.py"
    if not script.exists():
        shutil.copy(HERE / name, script)
    try:
        text = packages.in_root(root, ["drgn", "-q", "-c", str(path), "-s", str(vmlinux), *(["-s", str(module)] if module else []), f"/tmp/{script.name}"], timeout=LIMIT)
    except subprocess.TimeoutExpired:
        raise Skip(f"drgn did not end in {LIMIT} s") from None
    except RuntimeError as error:
        raise Skip(f"drgn does not open it: {' '.join(str(error).split())[-300:]}") from None
    return json.loads(text.splitlines()[-1])


def ask(folder, truth, which):
    """Facts of one peer ("dmesg", "crash8", "crash9", "drgn" or "variables") about a run; asked once. Raises Skip with the reason."""
    kept = folder / "peers.json"
    try:
        known = json.loads(kept.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get("key") != truth["key"]:
        known = {"key": truth["key"]}
    if which not in known:
        try:
            known[which] = {"facts": ask_now(folder, truth, which)}
        except Skip as reason:
            known[which] = {"skipped": str(reason)}
        except (RuntimeError, subprocess.SubprocessError, OSError, ValueError) as error:
            known[which] = {"skipped": f"{which} failed: {' '.join(str(error).split())[-300:]}"}
        replace_atomically(kept, json.dumps(known, indent=1) + "\n")
    if "skipped" in known[which]:
        raise Skip(known[which]["skipped"])
    return known[which]["facts"]


def ask_now(folder, truth, which):
    best = {"dmesg": ["lzo-d31", "zlib-d31"], "drgn": ["elf", "raw-d1", "lzo-d31"], "variables": ["elf", "raw-d1", "lzo-d31"]}
    path = dump_path(folder, truth, best.get(which, ["elf", "raw-d1", "lzo-d31", "kdump-zlib"]))
    if path is None:
        raise Skip("no dump in a format for peers")
    vmlinux = pathlib.Path(truth["vmlinux"])
    if which == "dmesg":
        return dmesg(path, truth["series"])
    if which == "drgn":
        return drgn(path, vmlinux)
    if which == "variables":
        return drgn(path, vmlinux, "drgn_variables.py")
    return parse_crash(crash(path, vmlinux, which[-1]))


def howto():
    """Lines for READY.md on how to run the peers by hand."""
    lab = HERE / "lab"
    return [f"- `{lab} peer dmesg DUMP`, `{lab} peer crash8 DUMP VMLINUX 'CMD' 'CMD'`, `{lab} peer crash9 DUMP VMLINUX 'CMD'...`, `{lab} peer drgn DUMP VMLINUX`",
            "- makedumpfile and drgn cannot read QEMU's kdump-zlib, and makedumpfile not QEMU's ELF either: give them the lzo-d31 or zlib-d31 file of the same run."]
