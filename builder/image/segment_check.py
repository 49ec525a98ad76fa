"""Are a kernel's ELF header and segments such that it runs where, and with what, it says it does?

A loader believes them. Emulators' own loaders look at less than half: a segment that goes
elsewhere, or takes from the file what should be zeros, makes a kernel that does odd things later.
"""

from collections.abc import Iterator
from itertools import pairwise

from elftools.elf.constants import P_FLAGS, SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import Segment

from builder.model import memory

_ALL_FLAGS = P_FLAGS.PF_R | P_FLAGS.PF_W | P_FLAGS.PF_X
# What a file for the i386 has there (System V ABI, "ELF Header"; i386 supplement 4-4).
_IDENTITY = {"EI_CLASS": "ELFCLASS32", "EI_DATA": "ELFDATA2LSB", "EI_VERSION": "EV_CURRENT"}
_HEADER = {
    "e_type": "ET_EXEC",
    "e_machine": "EM_386",
    "e_version": "EV_CURRENT",
    "e_flags": 0,
    "e_ehsize": 52,
    "e_phentsize": 32,
}


def header_problems(elf: ELFFile) -> Iterator[str]:
    """Everything in which the ELF header is not that of an i386 executable, one line each."""
    ident = elf.header["e_ident"]
    found = {**{name: ident[name] for name in _IDENTITY}, **{n: elf.header[n] for n in _HEADER}}
    for name, wanted in {**_IDENTITY, **_HEADER}.items():
        if found[name] != wanted:
            yield f"{name} in the ELF header is {found[name]}, wanted {wanted}"
    for number, segment in enumerate(elf.iter_segments()):
        if segment["p_type"] == "PT_NULL":
            yield f"program header {number} is empty"


def _place_problems(load: Segment, file_bytes: int) -> Iterator[str]:
    """Does it fit the file, and is it loaded where it will be seen once paging is on?"""
    vaddr, paddr = load["p_vaddr"], load["p_paddr"]
    wanted = vaddr - memory.KERNEL_BASE if vaddr >= memory.KERNEL_BASE else vaddr
    if paddr != wanted:
        yield f"is loaded at 0x{paddr:08x} and runs at 0x{vaddr:08x}: 0x{wanted:08x} is there"
    if paddr < memory.KERNEL_LOAD_ADDR:
        yield f"is loaded at 0x{paddr:08x}, below 1 MiB"
    if load["p_offset"] + load["p_filesz"] > file_bytes:
        yield f"has bytes behind the end of the file, which has {file_bytes}"
    if load["p_filesz"] > load["p_memsz"]:
        yield f"has {load['p_filesz']} bytes in the file, only {load['p_memsz']} in memory"


def _content_problems(elf: ELFFile, load: Segment) -> Iterator[str]:
    """Has it the rights of what lies in it, and nothing behind that?"""
    start, end = load["p_vaddr"], load["p_vaddr"] + load["p_memsz"]
    inside = [
        section
        for section in elf.iter_sections()
        if section["sh_flags"] & SH_FLAGS.SHF_ALLOC
        and section["sh_size"]
        and start <= section["sh_addr"] < end
    ]
    rights = P_FLAGS.PF_R
    for section in inside:
        rights |= P_FLAGS.PF_W if section["sh_flags"] & SH_FLAGS.SHF_WRITE else 0
        rights |= P_FLAGS.PF_X if section["sh_flags"] & SH_FLAGS.SHF_EXECINSTR else 0
    if inside and load["p_flags"] & _ALL_FLAGS != load["p_flags"]:
        yield f"has unknown flags: 0x{load['p_flags']:x}"
    elif inside and load["p_flags"] != rights:
        yield f"has the flags {load['p_flags']}, its sections need {rights}"
    last = max((section["sh_addr"] + section["sh_size"] for section in inside), default=end)
    if end != last:
        yield f"ends at 0x{end:08x}, its last section at 0x{last:08x}"
    for section in inside:
        if section["sh_type"] == "SHT_NOBITS" and section["sh_addr"] - start < load["p_filesz"]:
            yield f"fills {section.name}, which should be zeros, from the file"


def segment_problems(elf: ELFFile, file_bytes: int) -> Iterator[str]:
    """Everything that is wrong with the segments, one line each.

    Args:
        elf: A kernel's file.
        file_bytes: How large it is.
    """
    loads = list(elf.iter_segments("PT_LOAD"))
    for number, load in enumerate(loads):
        if load["p_flags"] & P_FLAGS.PF_W and load["p_flags"] & P_FLAGS.PF_X:
            yield f"segment {number} is writable and executable"
        for problem in (*_place_problems(load, file_bytes), *_content_problems(elf, load)):
            yield f"segment {number} {problem}"
    used = sorted(
        (load["p_paddr"], load["p_paddr"] + load["p_memsz"], number)
        for number, load in enumerate(loads)
        if load["p_memsz"]
    )
    for (_, end, first), (start, _, second) in pairwise(used):
        if start < end:
            yield f"segments {first} and {second} lie over each other at 0x{start:08x}"
