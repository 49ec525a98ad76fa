"""The kernel's ELF file as a boot loader sees it: its Multiboot header and its segments.

Nothing here trusts the file. What boot/loader.asm would not survive is refused here, in words: the
loader itself only checks that the file is undamaged, and that its segments fit into the machine.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.errors import UserError

MULTIBOOT_MAGIC = 0x1BADB002
MULTIBOOT_SEARCH_BYTES = 8192  # Multiboot specification 3.1
MULTIBOOT_KNOWN_FLAGS = 0x7  # of those a loader must refuse if it does not know them, bits 15:0
KERNEL_LOWEST_ADDR = 0x100000
FOUR_GIB = 1 << 32

_ELF_HEADER = struct.Struct("<4sBB10xHHIIII6xHH6x")
_PROGRAM_HEADER = struct.Struct("<8I")
_ET_EXEC, _EM_386, _PT_LOAD = 2, 3, 1


@dataclass(frozen=True)
class Segment:
    """A PT_LOAD program header: what of the file goes where in memory."""

    paddr: int
    memsz: int
    content: bytes


def read_bytes(path: Path) -> bytes:
    """The whole file; UserError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            "cannot read the file",
            where=str(path),
            why=str(error.strerror),
            fix="is the path right?",
        ) from error


def check_multiboot_header(elf: Path) -> int:
    """Find the Multiboot 1 header as a loader does, and return its offset in the file.

    Raises:
        UserError: There is none, or it is where no loader finds it, or its checksum is wrong.
    """
    where = str(elf)
    data = read_bytes(elf)
    fault = ""
    for offset in _find_all(data, MULTIBOOT_MAGIC.to_bytes(4, "little")):
        this_fault = _multiboot_fault(data, offset)
        if not this_fault:
            return offset
        fault = fault or this_fault
    raise UserError(
        "the kernel has no Multiboot header that a boot loader would find",
        where=where,
        why=fault or f"the magic 0x{MULTIBOOT_MAGIC:08x} is nowhere in its {len(data)} bytes",
        fix="the linker script must put the header's section first in the file",
    )


def read_segments(data: bytes, where: str) -> tuple[Segment, ...]:
    """The PT_LOAD segments of a kernel's ELF file.

    Raises:
        UserError: The loader could not load this file, whatever the machine's memory.
    """
    if len(data) < _ELF_HEADER.size or data[:4] != b"\x7fELF":
        raise _bad_kernel(
            "is not an ELF file", where, f"it begins with {data[:4].hex(' ') or 'nothing'}"
        )
    (_, elf_class, encoding, kind, machine, _, entry, phoff, _, phentsize, phnum) = (
        _ELF_HEADER.unpack_from(data)
    )
    if (elf_class, encoding, machine) != (1, 1, _EM_386):
        why = f"class {elf_class}, byte order {encoding}, machine {machine}; wanted 1, 1, {_EM_386}"
        raise _bad_kernel("is not for a 32-bit i386", where, why)
    if kind != _ET_EXEC:
        raise _bad_kernel("is not an executable ELF file", where, f"type {kind}, wanted {_ET_EXEC}")
    if phentsize != _PROGRAM_HEADER.size or phnum == 0 or phoff + phnum * phentsize > len(data):
        why = f"{phnum} headers of {phentsize} bytes from byte {phoff}, the file has {len(data)}"
        raise _bad_kernel("has no program headers inside its file", where, why)
    segments = []
    entry_found = False
    for index in range(phnum):
        p_type, offset, _, paddr, filesz, memsz, _, _ = _PROGRAM_HEADER.unpack_from(
            data, phoff + index * phentsize
        )
        if p_type != _PT_LOAD:
            continue
        fault = _segment_fault(offset, paddr, filesz, memsz, len(data))
        if fault:
            raise _bad_kernel(f"has a bad segment (program header {index})", where, fault)
        entry_found |= paddr <= entry < paddr + memsz
        segments.append(Segment(paddr, memsz, data[offset : offset + filesz]))
    if not entry_found:
        raise _bad_kernel(
            "has its entry point in no segment", where, f"physical address 0x{entry:x}"
        )
    return tuple(segments)


def _segment_fault(offset: int, paddr: int, filesz: int, memsz: int, file_bytes: int) -> str:
    """Why the loader could not load this segment; empty if it could."""
    if offset + filesz > file_bytes:
        return f"bytes {offset} to {offset + filesz} of a file that has {file_bytes}"
    if filesz > memsz:
        return f"{filesz} bytes in the file, only {memsz} in memory"
    if paddr < KERNEL_LOWEST_ADDR:
        return f"physical address 0x{paddr:x} is below 0x{KERNEL_LOWEST_ADDR:x} (1 MiB)"
    if paddr + memsz >= FOUR_GIB:
        return f"0x{memsz:x} bytes from 0x{paddr:x} on reach beyond 4 GiB"
    return ""


def _multiboot_fault(data: bytes, offset: int) -> str:
    """Why a loader would not take the magic at `offset` for a header; empty if it would."""
    if offset + 12 > MULTIBOOT_SEARCH_BYTES:
        return (
            f"found at file offset {offset}, not in the file's first {MULTIBOOT_SEARCH_BYTES} bytes"
        )
    if offset % 4:
        return f"found at file offset {offset}, which is no multiple of 4"
    if offset + 12 > len(data):
        return f"found at file offset {offset}, where the file ends before its checksum"
    magic, flags, checksum = struct.unpack_from("<III", data, offset)
    if (magic + flags + checksum) % FOUR_GIB:
        return f"found at file offset {offset}, but magic + flags + checksum is not 0"
    if flags & 0xFFFF & ~MULTIBOOT_KNOWN_FLAGS:
        return f"found at file offset {offset}, but flags 0x{flags:x} demand what no loader knows"
    return ""


def _find_all(data: bytes, wanted: bytes) -> Iterator[int]:
    """Offsets of `wanted` in `data`, in order."""
    offset = data.find(wanted)
    while offset >= 0:
        yield offset
        offset = data.find(wanted, offset + 1)


def _bad_kernel(what: str, where: str, why: str) -> UserError:
    return UserError(
        f"the kernel {what}",
        where=where,
        why=why,
        fix="link it with its own linker script: kernel.ld",
    )
