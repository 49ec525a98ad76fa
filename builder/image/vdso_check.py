"""The vDSO inside a built kernel: is it what C libraries and debuggers expect?

Names are looked up as a C library does it, from the program headers on: sections are for debuggers.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile

from builder.model import memory
from builder.model.vdso import VDSO_SONAME, VDSO_VERSIONS, VdsoSymbol
from builder.tree.elf_damage import DAMAGED_ELF

_READ_EXECUTE = 5  # p_flags
_NEVER = ("DT_REL", "DT_RELA", "DT_RELR", "DT_JMPREL", "DT_TEXTREL", "DT_NEEDED", "DT_INIT")
_NOP = 0x90
_VERSION_INDEX = 0x7FFF  # the highest bit of an entry of DT_VERSYM: hidden


def elf_hash(name: str) -> int:
    """The hash function of DT_HASH (System V ABI, "Hash Table")."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        value = (value ^ (value & 0xF0000000) >> 24) & 0x0FFFFFFF
    return value


@dataclass(frozen=True)
class Vdso:
    """The image of a vDSO, to be loaded at any address."""

    image: bytes

    @cached_property
    def elf(self) -> ELFFile:
        """Its headers."""
        return ELFFile(io.BytesIO(self.image))

    @cached_property
    def dynamic(self) -> dict[str, int]:
        """The entries of PT_DYNAMIC."""
        tags: dict[str, int] = {}
        for segment in self.elf.iter_segments("PT_DYNAMIC"):
            assert isinstance(segment, DynamicSegment)
            tags.update({tag.entry.d_tag: tag.entry.d_val for tag in segment.iter_tags()})
        return tags

    def numbers(self, form: str, at: int) -> tuple[int, ...]:
        """Little-endian numbers of the image; `form` as for struct."""
        return struct.unpack_from("<" + form, self.image, at)

    def string(self, offset: int) -> str:
        """A string of DT_STRTAB."""
        start = self.dynamic["DT_STRTAB"] + offset
        return self.image[start : self.image.index(b"\0", start)].decode()

    @cached_property
    def versions(self) -> dict[int, str]:
        """Names of the versions in DT_VERDEF by their numbers. ValueError if some are missing."""
        found: dict[int, str] = {}
        at = self.dynamic["DT_VERDEF"]
        for left in reversed(range(self.dynamic["DT_VERDEFNUM"])):
            _, _, index, _, _, names, further = self.numbers("HHHHIII", at)
            found[index] = self.string(self.numbers("I", at + names)[0])
            if further == 0 and left:
                raise ValueError(f"DT_VERDEFNUM has {left} versions more than DT_VERDEF")
            at += further
        return found

    def look_up(self, name: str, version: str) -> int | None:
        """The value of a symbol, found by DT_HASH; None if it is not there in that version.

        Raises:
            ValueError: There is no chain of symbols, or it has no end.
        """
        table = self.dynamic["DT_HASH"]
        buckets, _ = self.numbers("II", table)
        if buckets == 0:
            raise ValueError("DT_HASH has no buckets")
        links = table + 8 + 4 * buckets
        (index,) = self.numbers("I", table + 8 + 4 * (elf_hash(name) % buckets))
        seen: set[int] = set()
        while index != 0:
            if index in seen:
                raise ValueError("a chain of DT_HASH goes round in a circle")
            seen.add(index)
            entry = self.dynamic["DT_SYMTAB"] + 16 * index
            name_at, value, _, _, _, section = self.numbers("IIIBBH", entry)
            (number,) = self.numbers("H", self.dynamic["DT_VERSYM"] + 2 * index)
            is_it = section != 0 and self.string(name_at) == name
            if is_it and self.versions.get(number & _VERSION_INDEX) == version:
                return int(value)
            (index,) = self.numbers("I", links + 4 * index)
        return None


def _header_problems(vdso: Vdso) -> Iterator[str]:
    header = vdso.elf.header
    if len(vdso.image) > memory.PAGE_SIZE:
        yield f"it has {len(vdso.image)} bytes, a page has {memory.PAGE_SIZE}"
    if (header["e_type"], header["e_machine"]) != ("ET_DYN", "EM_386"):
        yield f"it is {header['e_type']} for {header['e_machine']}, not a shared object for EM_386"
    if header["e_entry"] != memory.VDSO_STUB:
        yield f"its entry point is 0x{header['e_entry']:x}, not that of __kernel_vsyscall"
    loads = list(vdso.elf.iter_segments("PT_LOAD"))
    if len(loads) != 1:
        yield f"it has {len(loads)} segments to load, one is wanted"
    for load in loads:
        if (load["p_vaddr"], load["p_offset"], load["p_flags"]) != (0, 0, _READ_EXECUTE):
            yield "its segment is not the file from its beginning, readable and executable"
        if load["p_memsz"] != load["p_filesz"] or load["p_memsz"] > memory.PAGE_SIZE:
            yield f"its segment has {load['p_memsz']} bytes, of which {load['p_filesz']} are there"
    for kind in ("PT_DYNAMIC", "PT_GNU_EH_FRAME"):
        if not list(vdso.elf.iter_segments(kind)):
            yield f"it has no {kind}"


def _dynamic_problems(vdso: Vdso) -> Iterator[str]:
    for tag in _NEVER:
        if tag in vdso.dynamic:
            yield f"it has {tag}, but nobody relocates or initialises it"
    for section in vdso.elf.iter_sections():
        if section["sh_type"] in ("SHT_REL", "SHT_RELA") and section["sh_size"]:
            yield f"relocations are left in {section.name}"
    if vdso.string(vdso.dynamic["DT_SONAME"]) != VDSO_SONAME:
        yield f"its name is {vdso.string(vdso.dynamic['DT_SONAME'])}, not {VDSO_SONAME}"
    for version in VDSO_VERSIONS:
        for symbol in version.symbols:
            yield from _symbol_problems(vdso, symbol, version.name)


def _symbol_problems(vdso: Vdso, symbol: VdsoSymbol, version: str) -> Iterator[str]:
    start = vdso.look_up(symbol.name, version)
    if start is None:
        yield f"{symbol.name} is not found in version {version}"
        return
    code = vdso.image[start : start + len(symbol.code)]
    if code != symbol.code:
        yield f"{symbol.name} is {code.hex(' ')}, Linux has {symbol.code.hex(' ')}"
    if symbol.name == "__kernel_vsyscall" and start != memory.VDSO_STUB:
        yield f"{symbol.name} is at 0x{start:x}, the kernel has 0x{memory.VDSO_STUB:x}"
    if "sigreturn" in symbol.name and vdso.image[start - 1] != _NOP:
        yield f"there is no NOP before {symbol.name}, where unwinders look"


def vdso_problems(image: bytes) -> Iterator[str]:
    """Everything in which a vDSO is not what its users expect, one line each."""
    vdso = Vdso(image)
    try:
        yield from _header_problems(vdso)
        yield from _dynamic_problems(vdso)
    except DAMAGED_ELF as error:
        yield f"it is damaged: {type(error).__name__} {error}"
