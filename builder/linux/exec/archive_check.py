"""What is wrong with an initial RAM disk by itself, before anything is put behind it. Pure."""

from __future__ import annotations

import zlib

HEADER_BYTES = 110
MAGICS = (b"070701", b"070702")
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_SIZE, _NAME_SIZE = 54, 94  # where in a header those numbers are, of eight digits each
# What other tools pack archives with, and how to unpack that: by how it begins.
PACKED = {
    b"\x28\xb5\x2f\xfd": ("zstd", "zstd -dc"),
    b"\xfd7zXZ\x00": ("xz", "xz -dc"),
    b"\x5d\x00\x00": ("lzma", "xz --format=lzma -dc"),
    b"BZh": ("bzip2", "bzip2 -dc"),
    b"\x04\x22\x4d\x18": ("lz4", "lz4 -dc"),
    b"\x02\x21\x4c\x18": ("lz4", "lz4 -dc"),
    b"\x89LZO\x00": ("lzo", "lzop -dc"),
}


def packed_by(data: bytes) -> tuple[str, str] | None:
    """The format that `data` is packed in, and what unpacks it; None if it is one of ours."""
    return next((known for magic, known in PACKED.items() if data.startswith(magic)), None)


def is_archive(data: bytes) -> bool:
    """True if it begins as an archive, packed by gzip or not, with zeros before it or not."""
    begin = data.lstrip(b"\0")
    return begin[:2] == _GZIP or begin[:6] in MAGICS


def cut_off(data: bytes) -> str:
    """Where and in what the archives in `data` end too early; empty if they do not.

    Whatever else may be wrong with them is for the kernel to say.
    """
    at = 0
    while at < len(data):
        if data[at] == 0:
            at += 1
        elif data[at : at + 2] == _GZIP:
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
            try:
                inside = unpacker.decompress(data[at:])
            except zlib.error:
                return ""
            if not unpacker.eof:
                return f"the gzip member at byte {at} ends before its checksum"
            if why := cut_off(inside):
                return f"in the gzip member at byte {at}, {why}"
            at = len(data) - len(unpacker.unused_data)
        elif data[at : at + 6] in MAGICS or MAGICS[0].startswith(data[at:]):
            end = _entry_end(data, at)
            if end < 0:
                return ""
            if end > len(data):
                left = len(data) - at
                return f"the entry at byte {at} needs {end - at} bytes, and {left} are there"
            at = end
        else:
            return ""
    return ""


def _entry_end(data: bytes, at: int) -> int:
    """Where an entry ends, or -1 if its header is damaged."""
    header = data[at : at + HEADER_BYTES]
    if len(header) < HEADER_BYTES:
        return at + HEADER_BYTES
    try:
        size, name_size = (int(header[p : p + 8], 16) for p in (_SIZE, _NAME_SIZE))
    except ValueError:
        return -1
    name_end = HEADER_BYTES + name_size
    return at + name_end + -name_end % 4 + size
