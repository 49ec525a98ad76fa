"""The user's own programs: static i386 ELF files that become files of the tree.

Each is read with pyelftools and held against what a kernel can load; nothing is run.
"""

import errno
import io
import stat
from collections.abc import Mapping
from pathlib import Path

from elftools.elf.elffile import ELFFile

from builder.config.keys import KernelConfig
from builder.errors import UserError
from builder.model import memory
from builder.tree.elf_damage import DAMAGED_ELF

PROGRAM_BYTES_MAX = 1 << 24


def user_programs(config: KernelConfig, built_in: set[str]) -> dict[str, bytes]:
    """The user's own programs as files of the tree, each one that the kernel can load."""
    files = {}
    for name in config.programs.files:
        path = config.folder / name
        try:
            _check_ordinary(path)
            data = path.read_bytes()
        except OSError as error:
            raise UserError(
                "cannot read the program",
                where=f"[programs] files: {path}",
                why=error.strerror or str(error),
                fix="name an existing static i386 ELF file, relative to kernel.toml",
            ) from error
        check_user_program(data, str(path))
        if path.name in built_in:
            raise UserError(
                f"there is a built-in program called {path.name}",
                where=f"[programs] files: {path}",
                why="each program of a kernel has a name of its own",
                fix='rename the file, or set programs.suite to "none"',
            )
        files[f"user/bin/{path.name}"] = data
    return files


def _check_ordinary(path: Path) -> None:
    """OSError for what could be read without end: a device, a FIFO, a file of any size."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
    if status.st_size > PROGRAM_BYTES_MAX:
        raise OSError(
            errno.EFBIG, "it is larger than any program that a kernel can hold", str(path)
        )


def check_user_program(data: bytes, where: str) -> None:
    """Raise UserError unless `data` is a static i386 ELF executable that the kernel can load."""
    why = _program_fault(data)
    if why:
        raise UserError(
            "is not a program that the kernel can run",
            where=where,
            why=why,
            fix="build it for i386 and static, e.g. gcc -m32 -static -nostdlib -ffreestanding",
        )


def _program_fault(data: bytes) -> str:
    if data[:4] != b"\x7fELF":
        return "it is not an ELF file: it does not begin with 7f 45 4c 46"
    try:
        elf = ELFFile(io.BytesIO(data))
        header = elf.header
        if elf.elfclass != 32 or not elf.little_endian or header["e_machine"] != "EM_386":
            return f"it is for {header['e_machine']}, {elf.elfclass} bit; wanted EM_386, 32 bit"
        if header["e_type"] != "ET_EXEC":
            return f"its type is {header['e_type']}, not ET_EXEC: link it with -static -no-pie"
        segments = list(elf.iter_segments())
    except DAMAGED_ELF as error:
        return f"its headers are damaged: {error}"
    if any(segment["p_type"] == "PT_INTERP" for segment in segments):
        return "it wants a dynamic linker: link it with -static"
    # As the kernel, which passes over those that take no memory.
    loads = [each for each in segments if each["p_type"] == "PT_LOAD" and each["p_memsz"] != 0]
    if not loads:
        return "it has no segment to load"
    for segment in loads:
        fault = _segment_fault(segment.header, len(data))
        if fault:
            return fault
    return ""


def _segment_fault(header: Mapping[str, int], size: int) -> str:
    start, end = header["p_vaddr"], header["p_vaddr"] + header["p_memsz"]
    if header["p_filesz"] > header["p_memsz"] or header["p_offset"] + header["p_filesz"] > size:
        return (
            f"its segment at 0x{start:08x} reaches beyond the file, or is smaller than its content"
        )
    if start < memory.USER_LOWEST_ADDR or end > memory.RANDOM_VSYSCALL_BASE:
        return (
            f"its segment at 0x{start:08x} to 0x{end:08x} is not between "
            f"0x{memory.USER_LOWEST_ADDR:08x} and 0x{memory.RANDOM_VSYSCALL_BASE:08x}"
        )
    return ""
