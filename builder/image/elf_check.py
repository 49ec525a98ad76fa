"""The built kernel against its model.

Everything here is read from the ELF file with pyelftools; nothing is run.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from elftools.elf.segments import Segment

from builder.errors import BuildError, UserError
from builder.image.kernel_file import check_multiboot_header
from builder.image.section_check import misplaced_sections
from builder.image.segment_check import header_problems, segment_problems
from builder.image.vdso_check import vdso_problems
from builder.model import budgets, memory
from builder.model.gdt import GDT_ENTRIES
from builder.model.kernel import KernelModel
from builder.tree.elf_damage import DAMAGED_ELF
from builder.tree.user_programs import check_user_program


@dataclass(frozen=True)
class Built:
    """An opened kernel.elf: its path, its parsed form, and its symbols.

    Attributes:
        loads: Its PT_LOAD segments.
        symbols: Their addresses by name.
        undefined: Names of those that are in no section.
    """

    path: Path
    data: bytes
    elf: ELFFile
    loads: tuple[Segment, ...]
    symbols: dict[str, int]
    undefined: tuple[str, ...]

    def bytes_at(self, address: int, size: int) -> bytes:
        """`size` bytes at a virtual address; fewer if no segment has them all."""
        for segment in self.loads:
            start = address - segment["p_vaddr"]
            if 0 <= start < segment["p_filesz"]:
                return bytes(segment.data()[start : start + size])
        return b""

    def is_code(self, address: int) -> bool:
        """Does a segment that may be executed have this address?"""
        return any(
            0 <= address - load["p_vaddr"] < load["p_memsz"] and load["p_flags"] & P_FLAGS.PF_X
            for load in self.loads
        )


Problems = Iterator[str]


def _open(path: Path) -> Built:
    # From memory: pyelftools reads lazily, and the file must not stay open.
    data = path.read_bytes()
    elf = ELFFile(io.BytesIO(data))
    # Each once: pyelftools parses anew whenever it is asked, and there are hundreds of symbols.
    tables = (each for each in elf.iter_sections() if isinstance(each, SymbolTableSection))
    symbols = [symbol for table in tables for symbol in table.iter_symbols() if symbol.name]
    return Built(
        path,
        data,
        elf,
        tuple(elf.iter_segments("PT_LOAD")),
        {symbol.name: symbol["st_value"] for symbol in symbols},
        tuple(symbol.name for symbol in symbols if symbol["st_shndx"] == "SHN_UNDEF"),
    )


def _check_multiboot(built: Built, _: KernelModel) -> Problems:
    try:
        check_multiboot_header(built.path)
    except UserError as error:
        yield f"{error.what}: {error.why}"


def _check_segments(built: Built, _: KernelModel) -> Problems:
    yield from header_problems(built.elf)
    yield from segment_problems(built.elf, len(built.data))


def _check_sections(built: Built, _: KernelModel) -> Problems:
    yield from misplaced_sections(built.data)


@lru_cache(maxsize=256)  # kernels share programs
def _program_problems(data: bytes) -> tuple[str, ...]:
    """What would keep the kernel from running a program, and what is not where it seems to be."""
    try:
        check_user_program(data, "")
    except UserError as error:
        return (error.why,)
    return misplaced_sections(data)


def _check_programs(built: Built, model: KernelModel) -> Problems:
    """The programs inside the kernel: rows of name, file and size, see kernel/programs.asm."""
    row = built.symbols.get("programs", 0)
    if not row:
        return  # a kernel that runs none: the linker has left them out
    for name in model.program_names:
        _, file, size = (int.from_bytes(built.bytes_at(row + at, 4), "little") for at in (0, 4, 8))
        row += 12
        data = built.bytes_at(file, size)
        if len(data) != size or not size:
            yield f"program {name} is not in the kernel"
        elif name not in model.files:  # how the user's own are made is not ours to say
            yield from (f"program {name}: {problem}" for problem in _program_problems(data))


def _check_linked(built: Built, _: KernelModel) -> Problems:
    for section in built.elf.iter_sections():
        if section["sh_type"] in ("SHT_REL", "SHT_RELA") and section["sh_size"]:
            yield f"relocations are left in {section.name}"
    yield from (f"symbol {name} is undefined" for name in built.undefined)


def _check_entries(built: Built, model: KernelModel) -> Problems:
    if built.elf.header["e_entry"] != built.symbols.get("boot_start"):
        yield f"the entry point is 0x{built.elf.header['e_entry']:08x}, not boot_start"
    wanted = ["kernel_main", "int80_entry", *(t.label for t in model.traps if not t.task_gate)]
    if "sysenter" in model.layers:
        wanted.append("sysenter_entry")
    for name in wanted:
        if built.symbols.get(name, 0) < memory.KERNEL_BASE:
            yield f"entry point {name} is missing or not in the kernel's half of memory"
        elif not built.is_code(built.symbols[name]):
            yield f"entry point {name} is not in a segment of code"


def _check_gdt(built: Built, model: KernelModel) -> Problems:
    name = "gdt_image" if model.is_proof else "gdt"  # each CPU has a copy, or the one has it
    table = built.bytes_at(built.symbols.get(name, 0), GDT_ENTRIES * 8)
    if len(table) != GDT_ENTRIES * 8:
        yield f"{name} is missing or not in a segment"
        return
    entries = {entry.index: entry for entry in model.gdt}
    for index in range(GDT_ENTRIES):
        found = int.from_bytes(table[index * 8 : index * 8 + 8], "little")
        wanted = entries[index].descriptor if index in entries else 0
        if found != wanted:
            name = entries[index].name if index in entries else "unused"
            yield f"GDT entry {index} ({name}) is 0x{found:016x}, the model has 0x{wanted:016x}"


def _check_vsyscall(built: Built, model: KernelModel) -> Problems:
    if "vsyscall" not in model.layers:
        return
    for stub in budgets.VSYSCALL_STUBS:
        start = built.symbols.get(stub.symbol, 0)
        size = built.symbols.get(f"{stub.symbol}_end", 0) - start
        if not 0 < size <= memory.PAGE_SIZE:
            yield f"{stub.symbol} is {size} bytes, the vsyscall page has {memory.PAGE_SIZE}"
        found = built.bytes_at(start, len(stub.code))
        if found != stub.code or size != len(stub.code):
            yield f"{stub.symbol} is {found.hex(' ')}, Linux has {stub.code.hex(' ')}"
    if "page-random" not in model.layers:
        yield from _check_fixed_page(built, memory.VDSO_STUB if "linux" in model.layers else 0)


def _check_fixed_page(built: Built, stub_offset: int) -> Problems:
    stub = memory.FIXED_VSYSCALL_ADDR + stub_offset
    back = stub + budgets.VSYSCALL_STUBS[0].return_offset
    for name, wanted in (("__kernel_vsyscall", stub), ("SYSENTER_RETURN", back)):
        found = built.symbols.get(name)
        if found != wanted:
            yield f"{name} is {hex(found) if found else 'missing'}, the model has 0x{wanted:08x}"


def _check_vdso(built: Built, model: KernelModel) -> Problems:
    if "linux" not in model.layers:
        return
    start, end = (built.symbols.get(name, 0) for name in ("vdso_image", "vdso_image_end"))
    image = built.bytes_at(start, end - start)
    for problem in (*vdso_problems(image), *misplaced_sections(image)):
        yield f"vDSO: {problem}"


_CHECKS: tuple[Callable[[Built, KernelModel], Problems], ...] = (
    _check_multiboot,
    _check_segments,
    _check_sections,
    _check_programs,
    _check_linked,
    _check_entries,
    _check_gdt,
    _check_vsyscall,
    _check_vdso,
)


def kernel_problems(kernel_elf: Path, model: KernelModel) -> tuple[str, ...]:
    """Everything in which the built kernel differs from its model, one line each."""
    try:
        built = _open(kernel_elf)
        return tuple(problem for check in _CHECKS for problem in check(built, model))
    except DAMAGED_ELF as error:
        return (f"is not a readable ELF file: {error}",)


def check_kernel(kernel_elf: Path, model: KernelModel) -> None:
    """Raise BuildError, naming every difference, unless the built kernel is what its model says."""
    problems = kernel_problems(kernel_elf, model)
    if problems:
        raise BuildError(
            "the built kernel is not what its model says",
            where=str(kernel_elf),
            why="; ".join(problems),
            fix="a source of the tree was changed, or the compiler or linker did something new",
        )
