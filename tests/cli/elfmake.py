# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that look like debug info: a tiny vmlinux, and packages around it."""
import gzip
import io
import lzma
import struct
import tarfile


def vmlinux(build_id=None, banner=None, symtab=True, dwarf=True, machine=62,
            kind=2):
    """ELF with the sections by which a vmlinux is known; nothing of it can be run."""
    names, data, table = b"\0", b"", []

    def add(name, kind, content, link=0, entry=0, address=0, flags=0):
        nonlocal names, data
        at = 64 + len(data)
        table.append((len(names), kind, flags, address, at, len(content), link, 1, 8, entry))
        names += name.encode() + b"\0"
        data += content + b"\0" * (-len(content) % 8)

    table.append((0,) * 10)
    if build_id:
        raw = bytes.fromhex(build_id)
        add(".notes", 7, struct.pack("<3I", 4, len(raw), 3) + b"GNU\0" + raw, flags=2)
    if banner:
        add(".rodata", 1, banner.encode() + b"\n\0", address=0xffffffff82000000, flags=2)
    if dwarf:
        add(".debug_info", 1, b"\0" * 64)
    if symtab:
        strings = b"\0_stext\0_text\0"
        symbols = b"".join(struct.pack("<IBBHQQ", name, 0x10, 0, 0xfff1, 0xffffffff81000000, 0)
                           for name in (1, 8))
        add(".symtab", 2, b"\0" * 24 + symbols, link=len(table) + 1, entry=24)
        add(".strtab", 3, strings)
    add(".shstrtab", 3, b"")
    last = list(table[-1])
    last[5] = len(names)
    table[-1] = tuple(last)
    data += names + b"\0" * (-len(names) % 8)
    # kinds: name type flags addr offset size link info align entsize
    headers = b"".join(struct.pack("<IIQQQQIIQQ", *row) for row in table)
    start = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", kind, machine, 1, 0, 0, 64 + len(data), 0, 64,
                        0, 0, 64, len(table), len(table) - 1)
    return start + data + headers


def tar(members, mode="w:xz"):
    """`members`: (name, bytes), or (name, str) for a symbolic link to that."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as t:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                t.addfile(info)
            else:
                info.size = len(content)
                t.addfile(info, io.BytesIO(content))
    return out.getvalue()


def deb(members, mode="w:xz"):
    """deb(5): an ar archive with two tar archives in it."""
    out = b"!<arch>\n"
    parts = [("debian-binary", b"2.0\n"), ("control.tar.xz", tar([("./control", b"Package: x\n")])),
             ("data.tar." + mode[2:], tar(members, mode))]
    for name, content in parts:
        out += b"%-16s%-12s%-6s%-6s%-8s%-10d`\n" % (name.encode(), b"0", b"0", b"0", b"100644",
                                                    len(content))
        out += content + b"\n" * (len(content) % 2)
    return out


def rpm(members, compress=lzma.compress):
    """The lead, two empty headers and the payload: all that is needed to unpack one."""
    header = b"\x8e\xad\xe8\x01" + b"\0" * 12
    lead = b"\xed\xab\xee\xdb\3\0" + b"\0" * 90
    return lead + header + header + compress(cpio(members))


def cpio(members):
    out = b""
    for i, (name, content) in enumerate(list(members) + [("TRAILER!!!", b"")]):
        link = isinstance(content, str)
        content = content.encode() if link else content
        raw = name.encode() + b"\0"
        fields = (i + 1, 0o120777 if link else 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0,
                  len(raw), 0)
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + raw
        out += b"\0" * (-len(out) % 4)
        out += content + b"\0" * (-len(content) % 4)
    return out


GZIP = gzip.compress
