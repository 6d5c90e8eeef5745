# SPDX-License-Identifier: GPL-2.0-or-later
"""One scenario on one kernel: boot, crash, dump, and write down what is true about the dump."""

import contextlib
import json
import re
import shutil
import time
import tomllib

import console
import guest
import packages
import peers
import source
from machine import Machine
from steps import HERE, Skip, cache_dir, digest, replace_atomically, say

# Everything on the console, an oops ends the guest, and the guest stays as it was at the end of the panic.
CMDLINE = "console=ttyS0 ignore_loglevel oops=panic panic=0"
SERIES = [*packages.SERIES, *source.SERIES]
DEFAULTS = {"order": 50, "quick": False, "cmdline": "", "before": "true", "after": "", "wait": "Kernel Offset: .* from|end Kernel panic", "timeout": 60, "config": [],
            "cpu": "max", "memory": "256M", "cpus": 2, "dumps": ["kdump-zlib", "lzo-d31"], "nmi": False, "skip": "", "vmcoreinfo": True, "victim": True,
            "kernels": SERIES, "quick_kernels": list(packages.SERIES), "kdump": False}


def scenarios():
    """All scenarios by name, in the order of their worth."""
    found = {}
    for path in (HERE / "scenarios").glob("*.toml"):
        found[path.stem] = {**DEFAULTS, **tomllib.loads(path.read_text()), "name": path.stem}
    return dict(sorted(found.items(), key=lambda item: (item[1]["order"], item[0])))


def get_kernel(series):
    """The kernel of a series, fetched or built."""
    if series not in SERIES:
        raise Skip(f"no kernel {series}; known: {', '.join(SERIES)}")
    return (source if series in source.SERIES else packages).get_kernel(series)


def folder_of(kernel, name):
    return cache_dir() / "dumps" / kernel.series / name


@contextlib.contextmanager
def workplace(kernel, name):
    """A folder for a run in progress; it takes the place of the earlier run's only when all is there."""
    scratch = cache_dir() / "running" / f"{kernel.series}-{name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    yield scratch
    final = folder_of(kernel, name)
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        old = scratch.with_name(scratch.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
        scratch.rename(final)
        shutil.rmtree(old)
    else:
        scratch.rename(final)


def key_of(kernel, scenario):
    """What a run depends on: kernel, guest and scenario. A run with the same key need not be repeated."""
    sources = [HERE / "guest" / "init", HERE / "machine.py"]
    if scenario["kdump"]:
        sources += [HERE / "guest" / "capture", HERE / "kdump.py"]
    return digest(kernel.release, kernel.version, guest.sources_key(), json.dumps(scenario, sort_keys=True), *sources)


def finished(kernel, scenario):
    """The truth of an earlier run that still holds, or None."""
    folder = folder_of(kernel, scenario["name"])
    try:
        truth = json.loads((folder / "truth.json").read_text())
    except (OSError, ValueError):
        return None
    if truth["key"] != key_of(kernel, scenario) or doubts(folder, scenario):
        return None
    files = [name for dump in truth["dumps"] for name in dump["files"]]
    return truth if all((folder / name).exists() for name in files) else None


def doubts(folder, scenario):
    """What the guest's console and its own account do not confirm. An emulated CPU now and then fails by itself, early at boot."""
    found = console.doubts((folder / "serial.log").read_text("utf-8", "replace"), scenario.get("truth", {}))
    if parse_guest((folder / "truth.log").read_text("utf-8", "replace")) is None:
        found.append("the guest did not get as far as writing its account")
    return found


def confirm(folder, scenario):
    found = doubts(folder, scenario)
    if found:
        raise RuntimeError(f"it did not crash as meant: {'; '.join(found)}")


def sections(text):
    """The guest's own account, by section name."""
    found, name = {}, None
    for line in text.replace("\r", "").splitlines():
        if line.startswith("LAB-TRUTH "):
            name = line.removeprefix("LAB-TRUTH ")
            found[name] = []
        elif name:
            found[name].append(line)
    return found


def parse_tasks(lines):
    """Threads from the text of /proc/PID/task/TID/stat."""
    tasks = []
    for line in lines:
        match = re.match(r"(\d+) \((.*)\) (\S) (\d+) ", line)
        if match:
            tasks.append({"pid": int(match[1]), "comm": match[2], "state": match[3], "ppid": int(match[4])})
    return tasks


def parse_stacks(lines):
    """Functions of each sleeping process from /proc/PID/stack, innermost first."""
    stacks, pid = {}, None
    for line in lines:
        header = re.match(r"==> /proc/(\d+)/stack <==", line)
        frame = re.match(r"\[<0>\] ([^+\s]+)\+0x", line)
        if header:
            pid = header[1]
            stacks[pid] = []
        elif frame and pid:
            stacks[pid].append(frame[1])
    return {pid: frames for pid, frames in stacks.items() if frames}


def parse_guest(text):
    """What the guest wrote about itself shortly before it died."""
    part = sections(text)
    if "end" not in part:
        return None
    first = {name: (lines[0] if lines else "") for name, lines in part.items()}
    return {
        "date": int(first["date"]),
        "uptime": float(first["uptime"].split()[0]),
        "load": [float(x) for x in first["loadavg"].split()[:3]],
        "mem_total_kb": int(first["meminfo"].split()[1]),
        "cmdline": first["cmdline"],
        "cpus": int(first["cpus"]),
        "uname": first["uname"],
        "release": first["uname"].split()[2],
        "version": first["version"],
        "nodename": first["hostname"],
        "tainted": int(first["tainted"]),
        "modules": [{"name": f[0], "size": int(f[1]), "address": f[5], "flags": f[6].strip("()") if len(f) > 6 else ""}
                    for f in (line.split() for line in part["modules"]) if len(f) > 5],
        "symbols": {f[2]: "0x" + f[0] for f in (line.split() for line in part["symbols"]) if len(f) > 2},
        "tasks": parse_tasks(part["tasks"]),
        "stacks": parse_stacks(part["stacks"]),
        "ram": [line.strip() for line in part["iomem"] if line.endswith("System RAM")],
    }


def trouble(kernel, scenario):
    """Why a scenario cannot run on a kernel, or None."""
    if scenario["skip"]:
        return scenario["skip"]
    if kernel.series not in scenario["kernels"]:
        return f"{scenario['name']} is not meant for {kernel.series}"
    for wanted in scenario["config"]:
        if not kernel.configured(wanted):
            return f"{kernel.release} is built without {wanted}"
    return None


def command_line(scenario):
    return f"{CMDLINE} {scenario['cmdline']}".strip()


def write_truth(kernel, scenario, folder, dumps, seconds):
    truth_log = folder / "truth.log"
    truth = {
        "key": key_of(kernel, scenario), "series": kernel.series, "release": kernel.release, "package_version": kernel.version,
        "scenario": scenario["name"], "title": scenario["title"], "truth": scenario.get("truth", {}), "cmdline": command_line(scenario),
        "cpu": scenario["cpu"], "cpus": scenario["cpus"], "memory": scenario["memory"], "vmcoreinfo_device": scenario["vmcoreinfo"],
        "dumps": dumps, "dumped_at": int(time.time()), "seconds": round(seconds, 1), "vmlinux": str(kernel.vmlinux),
        "guest": parse_guest(truth_log.read_text("utf-8", "replace")) if truth_log.exists() else None,
    }
    replace_atomically(folder / "truth.json", json.dumps(truth, indent=1) + "\n")
    return truth


def dump(machine, folder, form, series):
    """Write one dump of a stopped guest: by QEMU, or by makedumpfile out of QEMU's ELF."""
    path = folder / f"vmcore.{form}"
    if form != "lzo-d31":
        machine.dump(path, form)
        return {"format": form, "files": [path.name], "writer": "qemu"}
    whole = folder / "vmcore.part"
    machine.dump(whole, "elf")
    path.unlink(missing_ok=True)
    peers.refile(whole, path, series, "-l", "-d", "31")
    whole.unlink()
    return {"format": form, "files": [path.name], "writer": "makedumpfile"}


def run(kernel, scenario):
    """Run one scenario, or give back the truth of an earlier run."""
    reason = trouble(kernel, scenario)
    if reason:
        raise Skip(reason)
    truth = finished(kernel, scenario)
    if truth:
        return truth
    if scenario["kdump"]:
        import kdump
        return kdump.run(kernel, scenario)
    with workplace(kernel, scenario["name"]) as folder:
        return run_in(folder, kernel, scenario)


def run_in(folder, kernel, scenario):
    begin = time.monotonic()
    initrd = guest.initramfs(kernel, scenario["before"], scenario["after"], scenario["victim"])
    with Machine(kernel.vmlinuz, initrd, command_line(scenario), folder, memory=scenario["memory"], cpus=scenario["cpus"], cpu=scenario["cpu"],
                 vmcoreinfo=scenario["vmcoreinfo"]) as machine:
        if scenario["nmi"]:
            machine.wait_for("LAB: trigger", scenario["timeout"])
            time.sleep(3)
            machine.command("inject-nmi")
        machine.wait_for(scenario["wait"], scenario["timeout"])
        booted = time.monotonic() - begin
        # Let the last lines of a panic come out; let a guest that lives on live a little.
        time.sleep(0.5 if scenario["wait"] == DEFAULTS["wait"] else 2)
        machine.command("stop")
        confirm(folder, scenario)
        dumps = [dump(machine, folder, form, kernel.series) for form in scenario["dumps"]]
    seconds = time.monotonic() - begin
    say(f"{kernel.series} {scenario['name']}: crashed after {booted:.1f} s, dumped ({', '.join(scenario['dumps'])}) after {seconds:.1f} s")
    return write_truth(kernel, scenario, folder, dumps, seconds)
