"""What is run: every program with every C library that can do it, and scripts for shells."""

from __future__ import annotations

from dataclasses import dataclass

from qemu_tests.linux.libcs import LIBCS

ALL = tuple(libc.name for libc in LIBCS)


@dataclass(frozen=True)
class Program:
    """One of programs/*.c.

    Attributes:
        name: Of the C file.
        libcs: The C libraries it can be linked with.
        arguments: argv[1] and so on.
        library: One of libcs.LIBRARIES; empty if it needs none.
    """

    name: str
    libcs: tuple[str, ...] = ALL
    arguments: tuple[str, ...] = ()
    library: str = ""


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
        program: What it is built from; None for a program that was fetched.
        libc: The C library it is built with.
    """

    name: str
    group: str
    argv: tuple[str, ...]
    program: Program | None = None
    libc: str = ""


GLIBC = ("glibc", "glibc-pie")
MUSL = ("musl", "musl-pie")

# In the order in which a young kernel learns them.
PROGRAMS = (
    Program("hello", arguments=("one", "two words", "")),
    Program("auxv"),
    Program("env", arguments=("one", "two words", "")),
    Program("setjmp"),
    Program("malloc"),
    Program("brk", (*GLIBC, "diet", "klibc")),  # musl's sbrk gives nothing
    Program("registers"),
    Program("tls"),
    Program("stdio"),
    Program("files"),
    Program("folder"),
    Program("fds"),
    Program("forkexec"),
    Program("mmap"),
    Program("pipes"),
    Program("ids"),
    Program("errno"),
    Program("edges", ("glibc",)),
    Program("corners", ("glibc", "musl")),
    Program("names", ("glibc", "musl")),
    Program("sighandler"),
    Program("siginfo", (*GLIBC, *MUSL)),  # the others have no ucontext_t that they share
    Program("sigmask"),
    Program("sigrestart"),
    Program("restarts", ("glibc", "musl")),  # the others have no select
    Program("segv"),
    Program("altstack", (*GLIBC, *MUSL, "diet")),  # klibc has no sigaltstack
    Program("alarm"),
    Program("sleep"),
    Program("clock", (*GLIBC, *MUSL, "diet")),  # klibc has no clock_gettime
    Program("float"),
    Program("system"),
    Program("spawn", (*GLIBC, *MUSL)),
    Program("threads", (*GLIBC, *MUSL)),
    Program("epoll", ("glibc", "musl")),
    Program("fifo"),
    Program("account", (*GLIBC, *MUSL, "diet")),  # klibc has no setrlimit
    Program("sigwait", ("glibc", "musl")),
    Program("lesser", ("glibc", "musl")),
    Program("lengths", ("glibc", "musl")),
    Program("places", ("glibc", "musl")),  # the others have no *at calls
    Program("control", ("glibc", "musl")),
    Program("families", ("glibc", "musl")),
    Program("frames", ("glibc", "musl")),
    Program("spaces", ("glibc", "musl")),
    Program("raised", ("glibc", "musl")),
    Program("time64", ("glibc", "musl")),
    Program("fdnames", ("glibc", "musl")),
    Program("ready", ("glibc", "musl")),
    Program("later", ("glibc", "musl")),
    Program("locks", ("glibc", "musl")),
    Program("waitfds", ("glibc", "musl")),
    Program("owners", ("glibc", "musl")),
    Program("elfs", ("glibc",)),
    Program("sparse", ("glibc", "musl")),
    Program("inodes", ("glibc", "musl")),
    Program("terminal", ("glibc", "musl")),
    Program("archive", ("glibc",)),
    Program("nameless", ("glibc", "musl")),
    Program("many", ("glibc", "musl")),
    Program("seldom", ("glibc", "musl")),
    Program("lua", ("glibc",), ("/tests/scripts/program.lua",), "lua"),
    Program("sqlite", ("glibc",), ("/tests/scripts/data.sql",), "sqlite"),
)
SCRIPTS = (
    Script("builtin.sh", ("/bin/sh",)),
    Script("pipeline.sh", ("/bin/sh",)),
    Script("jobs.sh", ("/bin/sh",)),
    Script("traps.sh", ("/bin/sh",)),
    Script("tools.sh", ("/bin/sh",)),
    Script("shell.bash", ("/bin/bash-static", "--norc")),
    Script("shell.zsh", ("/bin/zsh-static", "-f")),
    Script("small.sash", ("/bin/sash", "-f")),
)

ENVIRONMENT = ("PATH=/bin", "HOME=/", "LANG=C")


def cases() -> tuple[Case, ...]:
    """Every case, in the order in which they run."""
    programs = [
        Case(
            f"{program.name}-{libc}",
            program.name,
            (f"/tests/bin/{program.name}-{libc}", *program.arguments),
            program,
            libc,
        )
        for program in PROGRAMS
        for libc in program.libcs
    ]
    scripts = [
        Case(
            script.name,
            script.name,
            (*script.argv, f"/tests/scripts/{script.name}"),
        )
        for script in SCRIPTS
    ]
    return (*programs, *scripts)
