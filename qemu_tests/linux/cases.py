"""What is run: every program with every C library that can do it, and scripts for shells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from qemu_tests.linux.libcs import LIBCS

ALL = tuple(libc.name for libc in LIBCS)


@dataclass(frozen=True)
class Program:
    """One of programs/*.c.

    Attributes:
        name: Of the C file.
        libcs: The C libraries it can be linked with.
        arguments: argv[1] and so on.
    """

    name: str
    libcs: tuple[str, ...] = ALL
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Script:
    """A script for a program that was fetched.

    Attributes:
        name: Of the file in scripts/.
        argv: The program and what comes before the script's path.
    """

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One run of one program.

    Attributes:
        name: Unique: a program's name and what it was built with.
        group: What is compared with each other: the same program, whatever it was built with.
        argv: The program in the RAM disk, and its arguments.
        program: The C program and C library it is built from; empty for one that was fetched.
    """

    name: str
    group: str
    argv: tuple[str, ...]
    program: tuple[str, str] | tuple[()] = ()


PROGRAMS = (Program("hello", arguments=("one", "two words", "")),)
SCRIPTS = (Script("first.sh", ("/bin/busybox", "sh")),)

ENVIRONMENT = ("PATH=/bin", "HOME=/", "LANG=C")


def cases() -> tuple[Case, ...]:
    """Every case, in the order in which they run."""
    programs = [
        Case(
            f"{program.name}-{libc}",
            program.name,
            (f"/tests/bin/{program.name}-{libc}", *program.arguments),
            (program.name, libc),
        )
        for program in PROGRAMS
        for libc in program.libcs
    ]
    scripts = [
        Case(
            PurePosixPath(script.name).stem,
            PurePosixPath(script.name).stem,
            (*script.argv, f"/tests/scripts/{script.name}"),
        )
        for script in SCRIPTS
    ]
    return (*programs, *scripts)
