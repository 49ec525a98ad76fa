"""Does each section of an ELF file lie in memory where its program headers put its bytes?

A loader goes by the program headers, a linker and a debugger by the sections: a tool that changes
one and not the other makes a file that reads well and runs elsewhere. `objcopy -S` of binutils 2.44
does: where it drops an empty PT_LOAD of a file linked by `ld -n` whose first segment begins with
the headers, it moves that segment's p_vaddr by the 0x20 bytes of the header that has gone.
"""

import io

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Section
from elftools.elf.segments import Segment

from builder.tree.elf_damage import DAMAGED_ELF


def _holds(load: Segment, section: Section) -> bool:
    """True if `load` has the section's addresses and, unless it is all zeros, its bytes there."""
    start = section["sh_addr"] - load["p_vaddr"]
    if section["sh_type"] == "SHT_NOBITS":
        return bool(start >= 0 and start + section["sh_size"] <= load["p_memsz"])
    in_file = section["sh_offset"] - load["p_offset"]
    return bool(start == in_file and 0 <= start <= load["p_filesz"] - section["sh_size"])


def misplaced_sections(data: bytes) -> tuple[str, ...]:
    """Each allocated section that is not in memory at p_vaddr + (sh_offset - p_offset), a line.

    Args:
        data: The ELF file; one without section headers has nothing to compare.
    """
    try:
        elf = ELFFile(io.BytesIO(data))
        loads = list(elf.iter_segments("PT_LOAD"))
        sections = [s for s in elf.iter_sections() if s["sh_flags"] & SH_FLAGS.SHF_ALLOC]
    except DAMAGED_ELF as error:
        return (f"its headers are damaged: {error}",)
    return tuple(
        f"section {section.name} at 0x{section['sh_addr']:08x} is in no segment"
        " that puts its bytes there"
        for section in sections
        if section["sh_size"] and not any(_holds(load, section) for load in loads)
    )
