"""The program that is to be run: read, and looked at so closely that we can say what is wrong."""

import os
import stat

from builder.errors import NotFoundError, RefusedError

_ELF = b"\x7fELF"
_HEADER_BYTES = 52
_PROGRAM_HEADER_BYTES = 32
_EM_386, _EM_486 = 3, 6
_MACHINE_END = 20  # behind which that is known
_ET_EXEC, _ET_DYN = 2, 3
_PT_LOAD, _PT_INTERP = 1, 3
_KINDS = {1: "an object file that is not linked yet", 4: "a core file"}
_MACHINES = {8: "MIPS", 20: "PowerPC", 40: "ARM", 62: "x86-64", 183: "AArch64", 243: "RISC-V"}
_FIX_ELF = "name a static i386 program; gcc -m32 -static makes one"
_FIX_STATIC = "link it statically: gcc -m32 -static"


def read_program(path: str) -> bytes:
    """The file at `path`, if it is one that the kernel can run.

    Raises:
        NotFoundError: There is no such file.
        RefusedError: It is no program, or one for another machine; or it may not be read.
    """
    try:
        status = os.stat(path)
        _check_file(path, status)
        with open(path, "rb") as file:
            data = file.read(_HEADER_BYTES)
            if data[:4] == _ELF:  # else it may be large, and nothing more is said of it
                data += file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(
            "there is no such program",
            where=path or "''",
            why="the PATH is not searched: the programs there are for the host",
            fix="name an existing static i386 ELF file",
        ) from None
    except OSError as error:
        fix = "see to it that it can be read" if os.path.lexists(path) else _FIX_ELF
        raise RefusedError("cannot be read", where=path, why=str(error.strerror), fix=fix) from None
    except ValueError as error:  # a NUL in the path
        raise NotFoundError("is no path", where=repr(path), why=str(error), fix=_FIX_ELF) from None
    _check_elf(path, data)
    return data


def _check_file(path: str, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise RefusedError("is a folder, not a program", where=path, fix=_FIX_ELF)
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError("is not an ordinary file", where=path, fix=_FIX_ELF)
    if not status.st_mode & 0o111:
        raise RefusedError(
            "may not be executed",
            where=path,
            why=f"its mode is {stat.S_IMODE(status.st_mode):04o}, without any x",
            fix="chmod +x it, if it is a program",
        )


def _half(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _check_elf(path: str, data: bytes) -> None:
    """RefusedError unless it is a static ELF file for the i386 with all of its program headers."""
    if data[:2] == b"#!":
        raise RefusedError(
            "is a script, not a program",
            where=path,
            why="its interpreter would have to be in the guest",
            fix="run a static shell, and hand it the script with --file",
        )
    if data[:4] != _ELF:
        raise RefusedError("is no ELF file", where=path, fix=_FIX_ELF)
    if len(data) < _MACHINE_END:
        raise RefusedError("is cut off: it ends within its ELF header", where=path, fix=_FIX_ELF)
    # As Linux: a shorter header goes on with zeros, and of a program for this machine nobody looks
    # at the class.
    data = data.ljust(_HEADER_BYTES, b"\0")
    machine, kind = _half(data, 18), _half(data, 16)
    if machine not in (_EM_386, _EM_486):
        bits = {1: "32", 2: "64"}.get(data[4], "?")
        name = _MACHINES.get(machine, f"machine {machine}") if data[5] == 1 else "a big-endian CPU"
        raise RefusedError(
            "is not for the i386",
            where=path,
            why=f"it is a {bits}-bit program for {name}",
            fix="compile it with gcc -m32 -static",
        )
    if kind not in (_ET_EXEC, _ET_DYN):
        why = f"it is {_KINDS.get(kind, f'of type {kind}')}"
        raise RefusedError("is no program", where=path, why=why, fix=_FIX_STATIC)
    _check_segments(path, data)


def _check_segments(path: str, data: bytes) -> None:
    start, size, count = _word(data, 28), _half(data, 42), _half(data, 44)
    if size != _PROGRAM_HEADER_BYTES or start + size * count > len(data):
        raise RefusedError("is cut off, or damaged: no program headers", where=path, fix=_FIX_ELF)
    headers = range(start, start + size * count, size)
    kinds = [_word(data, at) for at in headers]
    if _PT_INTERP in kinds:
        at = headers[kinds.index(_PT_INTERP)]
        offset, length = _word(data, at + 4), _word(data, at + 16)
        loader = data[offset : offset + length].rstrip(b"\0").decode("ascii", "replace")
        raise RefusedError(
            "is dynamically linked",
            where=path,
            why=f"it wants {loader} and shared libraries, and the guest has none",
            fix=_FIX_STATIC,
        )
    if _PT_LOAD not in kinds:
        why = "it has no segment to load"
        raise RefusedError("is no program", where=path, why=why, fix=_FIX_STATIC)
