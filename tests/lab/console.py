# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest's console says: kernel log lines, and the kernel's own call traces, which its ORC unwinder marks reliable or not."""

import re

LINE = re.compile(r"^\[ *\d+\.\d{6}\]")
FRAME = re.compile(r"^ (\? )?([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+")
RIP = re.compile(r"^RIP: 0010:([A-Za-z_][\w.]*)\+0x")


def plain(name):
    """A function's name without the suffixes that compilers add, and one name for the aliases of a system call."""
    name = re.sub(r"\.(isra|constprop|part|cold|llvm)\b.*$", "", name or "")
    return re.sub(r"^__(x64|ia32|se|do)_sys_", "sys_", name)


def kernel_lines(text):
    """The lines of the kernel log that came out on the console."""
    return [line.rstrip("\r") for line in text.split("\n") if LINE.match(line)]


def last_stamp(text):
    """Seconds since boot of the last line."""
    stamps = re.findall(r"^\[ *(\d+\.\d{6})\]", text, re.M)
    return float(stamps[-1]) if stamps else None


def traces(text, caller=None):
    """Each call trace as function names, innermost first: the faulting function, then the frames that are not marked '?'.

    A kernel that walks frame pointers misses the caller of a function that has no frame yet, and has it among those marked: right
    behind the faulting function, `caller` counts nevertheless."""
    found, current, fault, marked = [], None, None, False
    for line in kernel_lines(text):
        body = re.sub(r"^\[ *\d+\.\d{6}\](\[[^]]*\])? ?", "", line)
        rip = RIP.match(body)
        frame = FRAME.match(body)
        if "Call Trace:" in body:
            current = [fault] if fault else []
            found.append(current)
            fault, marked = None, False
        elif rip:
            if current is None:
                fault = rip[1]
            else:
                current.append(rip[1])
        elif frame:
            if current is None:
                continue
            if frame[1]:
                if caller and len(current) == 1 and plain(frame[2]) == caller:
                    current.append(frame[2])
                    marked = True
            elif not (marked and len(current) == 2 and plain(frame[2]) == caller):
                current.append(frame[2])
        elif body.startswith(("Modules linked in", "---[", "Kernel panic", "Kernel Offset", "CPU: ", "BUG:", "Oops", "INFO:", "Sending NMI", "NMI backtrace")):
            current, fault = None, None
    return [[plain(name) for name in trace] for trace in found]


def trace_from(text, chain):
    """The last trace that holds the innermost function of a chain, from that function outwards; None if there is none."""
    for trace in reversed(traces(text, (chain + [None])[1])):
        if chain[0] in trace:
            return trace[trace.index(chain[0]):]
    return None


def contains_in_order(names, wanted):
    rest = iter(names)
    return all(any(name == w for name in rest) for w in wanted)


def doubts(text, truth):
    """What the console does not confirm of a scenario's truth; empty when all is as the scenario says."""
    found = []
    if "message" in truth and not re.search(truth["message"], text):
        found.append(f"no line matches {truth['message']!r}")
    chain = truth.get("chain", [])
    if chain:
        trace = trace_from(text, chain)
        if trace is None:
            found.append(f"no call trace has {chain[0]}")
        else:
            starts = [i for i in range(len(trace)) if trace[i:i + len(chain)] == chain]
            if not starts:
                found.append(f"the chain {' < '.join(chain)} is not in {' < '.join(trace)}")
            elif not contains_in_order(trace[starts[0] + len(chain):], truth.get("callers", [])):
                found.append(f"callers {truth['callers']} are not in order in {' < '.join(trace)}")
    return found
