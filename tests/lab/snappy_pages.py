# SPDX-License-Identifier: GPL-2.0-or-later
"""snappy_pages.py IN OUT: rewrite a compressed kdump file whose pages are stored as they are, with snappy pages.

No makedumpfile or QEMU in Debian is built with snappy, but such dumps exist elsewhere. Runs in the sid root, which has libsnappy."""

import ctypes
import struct
import sys

DESCRIPTOR = struct.Struct("<QIIQ")  # offset, size, flags, page flags
SNAPPY = 4
COMPRESSIONS = 0x27


def compressor():
    library = ctypes.CDLL("libsnappy.so.1")
    library.snappy_max_compressed_length.restype = ctypes.c_size_t
    library.snappy_max_compressed_length.argtypes = [ctypes.c_size_t]

    def compress(page):
        room = library.snappy_max_compressed_length(len(page))
        out, length = ctypes.create_string_buffer(room), ctypes.c_size_t(room)
        if library.snappy_compress(page, ctypes.c_size_t(len(page)), out, ctypes.byref(length)) != 0:
            raise RuntimeError("snappy_compress failed")
        return out.raw[:length.value]

    return compress


def convert(data, out):
    """The header of struct disk_dump_header on x86-64: status at 424, block size, sub header blocks, bitmap blocks after it."""
    status, block, sub_blocks, bitmap_blocks = struct.unpack_from("<IIII", data, 424)
    bitmap = data[(1 + sub_blocks) * block:(1 + sub_blocks + bitmap_blocks) * block]
    count = bin(int.from_bytes(bitmap[len(bitmap) // 2:], "little")).count("1")
    table = (1 + sub_blocks + bitmap_blocks) * block
    compress = compressor()
    head = bytearray(data[:table])
    struct.pack_into("<I", head, 424, status & ~COMPRESSIONS | SNAPPY)
    out.write(head)
    position = table + count * DESCRIPTOR.size
    out.seek(position)
    descriptors, kept = bytearray(), {}
    for number in range(count):
        offset, size, flags, page_flags = DESCRIPTOR.unpack_from(data, table + number * DESCRIPTOR.size)
        if flags:
            raise RuntimeError(f"page {number} is compressed already")
        page = data[offset:offset + size]
        small = compress(page)
        body, flags = (small, SNAPPY) if len(small) < len(page) else (page, 0)
        place = kept.get(body)
        if place is None:
            place = position
            if len(body) < 256:  # zero pages are many and alike
                kept[body] = place
            out.write(body)
            position += len(body)
        descriptors += DESCRIPTOR.pack(place, len(body), flags, page_flags)
    out.seek(table)
    out.write(descriptors)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        convert(source.read(), target)
