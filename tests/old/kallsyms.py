# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's table of its own symbols, in the form that it had before 4.6: whole addresses, names compressed with 256 tokens."""

import collections
import re
import subprocess

EMPTY = """.section .rodata, "a"
.globl kallsyms_addresses, kallsyms_num_syms, kallsyms_names, kallsyms_token_table, kallsyms_token_index
kallsyms_addresses: kallsyms_num_syms: kallsyms_names: kallsyms_token_table: kallsyms_token_index: .quad 0
"""


def symbols(image):
    """Address, type letter and name of each symbol, as nm tells them."""
    text = subprocess.run(["nm", "-n", image], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^([0-9a-f]{16}) ([tTdDbBrRaA]) (\S+)$", text, re.M)
    return [(int(address, 16), kind, name) for address, kind, name in found if not re.match(r"kallsyms_|\.L|\$|address$", name)]


def compress(names):
    """Names as lists of codes, and what each of the 256 codes stands for. The pair of codes that is seen most becomes the next token, as long as codes are free."""
    tokens = {ord(c): c for name in names for c in name}
    coded = [[ord(c) for c in name] for name in names]
    for code in (c for c in range(255, -1, -1) if c not in tokens):
        pairs = collections.Counter(pair for name in coded for pair in zip(name, name[1:]))
        if not pairs or pairs.most_common(1)[0][1] < 2:
            break
        pair = pairs.most_common(1)[0][0]
        tokens[code] = tokens[pair[0]] + tokens[pair[1]]
        for number, name in enumerate(coded):
            out = []
            for part in name:
                if out and (out[-1], part) == pair:
                    out[-1] = code
                else:
                    out.append(part)
            coded[number] = out
    return coded, tokens


def assembly(found):
    """The tables as scripts/kallsyms writes them, in the kernel's own order."""
    coded, tokens = compress([kind + name for _, kind, name in found])
    lines = ['.section .rodata, "a"']

    def label(name):
        lines.extend([f".globl {name}", ".p2align 3", f"{name}:"])
    label("kallsyms_addresses")
    lines += [f"\t.quad {address:#x}" for address, _, _ in found]
    label("kallsyms_num_syms")
    lines.append(f"\t.quad {len(found)}")
    label("kallsyms_names")
    markers, at = [], 0
    for number, codes in enumerate(coded):
        if number % 256 == 0:
            markers.append(at)
        lines.append("\t.byte " + ", ".join(map(str, [len(codes), *codes])))
        at += 1 + len(codes)
    label("kallsyms_markers")
    lines += [f"\t.quad {marker}" for marker in markers]
    label("kallsyms_token_table")
    index, at = [], 0
    for code in range(256):
        index.append(at)
        lines.append(f'\t.asciz "{tokens.get(code, "")}"')
        at += len(tokens.get(code, "")) + 1
    label("kallsyms_token_index")
    lines += [f"\t.short {offset}" for offset in index]
    return "\n".join(lines) + "\n"


def crowd(count):
    """Assembly of functions that nobody calls: a kernel has tens of thousands of symbols, and the tables are known by their bulk."""
    verbs, nouns = ("probe", "remove", "suspend", "resume", "ioctl", "open", "release", "show"), ("ata", "scsi", "virtio", "ext4", "xfs", "tcp", "snd", "usb", "drm")
    lines = [".text"]
    for number in range(count):
        name = f"{nouns[number % len(nouns)]}_{verbs[number % len(verbs)]}_{number}"
        lines += [f".p2align 4\n.type {name}, @function\n{name}:\n\tpush %rbp\n\tmov %rsp, %rbp\n\txor %eax, %eax\n\tpop %rbp\n\tret\n.size {name}, . - {name}"]
    return "\n".join(lines) + "\n"
