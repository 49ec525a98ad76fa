"""Addresses of a running kernel as names, by the symbol table of its ELF file."""

from __future__ import annotations

import functools
from bisect import bisect_right
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from builder.tree.elf_damage import DAMAGED_ELF

KERNEL_BASE = 0xC0000000  # the kernel is linked here plus its physical address
_NAMED = ("STT_FUNC", "STT_NOTYPE")  # NASM's labels have no type


def symbolise(elf_path: Path | None, addr: int) -> str:
    """Name of the code at `addr`, such as `sysenter_entry+0x12`.

    An address below KERNEL_BASE that no symbol covers is taken for a physical one: before paging is
    on, the CPU runs the kernel at its physical address. Returns an empty string where there is no
    name: no file, no symbol table, an address outside the kernel's code (ring 3, BIOS).
    """
    if elf_path is None:
        return ""
    try:
        status = elf_path.stat()
        symbols = _symbols(elf_path, status.st_mtime_ns, status.st_size)
    except (OSError, *DAMAGED_ELF):
        return ""
    return _name(symbols, addr) or _name(symbols, addr + KERNEL_BASE)


Symbols = tuple[tuple[int, int, str], ...]  # address, end of its section, name; by address


@functools.lru_cache(maxsize=8)
def _symbols(elf_path: Path, _mtime_ns: int, _size_bytes: int) -> Symbols:
    """All names in code, read once per version of the file."""
    with elf_path.open("rb") as stream:
        elf = ELFFile(stream)
        table = elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return ()
        code_ends = {
            index: section["sh_addr"] + section["sh_size"]
            for index, section in enumerate(elf.iter_sections())
            if section["sh_flags"] & 4  # SHF_EXECINSTR
        }
        return tuple(
            sorted(
                (symbol["st_value"], code_ends[symbol["st_shndx"]], symbol.name)
                for symbol in table.iter_symbols()
                if symbol["st_shndx"] in code_ends
                and symbol["st_info"]["type"] in _NAMED
                and symbol.name
            )
        )


def _name(symbols: Symbols, addr: int) -> str:
    at = bisect_right(symbols, addr, key=lambda symbol: symbol[0]) - 1
    if at < 0 or addr >= symbols[at][1]:
        return ""
    start, _end, name = symbols[at]
    return f"{name}+{addr - start:#x}" if addr > start else name
