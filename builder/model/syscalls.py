"""The system calls: numbers, arguments and results of Linux/i386.

See Linux arch/x86/entry/syscalls/syscall_32.tbl.
From this one table come the dispatch table and the unpacking of the arguments, the prototypes, the
functions that programs call, and the documentation.
"""

import re
from dataclasses import dataclass

from builder.model.syscall import Argument, Syscall, args
from builder.model.syscalls_linux import LINUX_SYSCALLS
from builder.model.syscalls_linux_later import LATER_LINUX_SYSCALLS


def _processes(
    number: int,
    name: str,
    arguments: tuple[Argument, ...],
    comment: str,
    reason: str,
    *,
    by: str = "",
) -> Syscall:
    return Syscall(number, name, arguments, comment, reason, "processes", by=by)


_PROCESSES = (
    _processes(2, "fork", (), "a copy of this process", "family", by="clone(0, 0)"),
    _processes(
        3, "read", args("int fd", "void *buffer", "size_t size"), "read from a file", "family"
    ),
    _processes(
        4, "write", args("int fd", "const void *buffer", "size_t size"), "write to one", "hello"
    ),
    _processes(6, "close", args("int fd"), "give up an open file", "family"),
    _processes(
        7,
        "waitpid",
        args("int32_t pid", "int *status", "int options"),
        "wait for the end of a child",
        "C libraries call this one or wait4",
        by="wait4(pid, status, options, NULL)",
    ),
    _processes(
        11,
        "execve",
        args(
            "const char *path",
            "const char *const *arguments",
            "const char *const *environment",
        ),
        "run another program in this process",
        "family",
    ),
    _processes(37, "kill", args("int32_t pid", "int signal"), "end a process", "family"),
    _processes(41, "dup", args("int fd"), "one more number for an open file", "family"),
    _processes(42, "pipe", args("int *fds"), "bytes from one process to another", "family"),
    _processes(45, "brk", args("uint32_t wanted"), "move the end of the heap", "memory"),
    _processes(63, "dup2", args("int fd", "int wanted"), "dup, and which number it gets", "family"),
    _processes(64, "getppid", (), "number of the parent", "family"),
    _processes(91, "munmap", args("uint32_t start", "uint32_t size"), "give up pages", "memory"),
    _processes(
        114,
        "wait4",
        args("int32_t pid", "int *status", "int options", "void *usage"),
        "wait for the end of a child",
        "family",
    ),
    _processes(
        120,
        "clone",
        args("uint32_t flags", "uint32_t stack"),
        "a copy of this process that may share things with it",
        "memory: a child in the same address space",
    ),
    _processes(
        125,
        "mprotect",
        args("uint32_t start", "uint32_t size", "int protection"),
        "change what pages may be used for",
        "memory",
    ),
    _processes(
        162,
        "nanosleep",
        args("const struct timespec *wanted", "struct timespec *left"),
        "sleep for a time",
        "family",
    ),
    _processes(
        163,
        "mremap",
        args(
            "uint32_t start", "uint32_t size", "uint32_t new_size", "int flags", "uint32_t wanted"
        ),
        "move pages, or make room for more",
        "memory",
    ),
    Syscall(
        190,
        "vfork",
        (),
        "a child that borrows this process's memory, stack and all, until it has its own",
        "checks",
        "processes",
        has_own_stub=True,
        by="clone(CLONE_VFORK | CLONE_VM, 0)",
    ),
    _processes(
        192,
        "mmap2",
        args(
            "uint32_t wanted",
            "uint32_t size",
            "int protection",
            "int flags",
            "int fd",
            "uint32_t page",
        ),
        "ask for pages",
        "memory",
    ),
)


def _clock(
    number: int, name: str, arguments: tuple[Argument, ...], comment: str, *, by: str = ""
) -> Syscall:
    return Syscall(number, name, arguments, comment, "vdso", "linux", by=by)


_CLOCK = (
    _clock(13, "time", args("int32_t *seconds"), "seconds since 1970"),
    _clock(
        78,
        "gettimeofday",
        args("struct timeval *now", "struct timezone *zone"),
        "time since 1970, in microseconds",
    ),
    _clock(
        265,
        "clock_gettime",
        args("int id", "struct timespec *now"),
        "the time of a clock, in nanoseconds",
    ),
    _clock(
        266,
        "clock_getres",
        args("int id", "struct timespec *resolution"),
        "how finely a clock is told",
    ),
    _clock(
        403,
        "clock_gettime64",
        args("int id", "struct timespec *now"),
        "the time of a clock, beyond 2038",
        by="clock_gettime(id, now)",
    ),
)

SYSCALLS: tuple[Syscall, ...] = (
    Syscall(1, "exit", args("int status"), "end this program", "every program"),
    Syscall(
        3,
        "read",
        args("int fd", "void *buffer", "size_t size"),
        "wait for serial input",
        "echo",
        "robust",
    ),
    Syscall(
        4,
        "write",
        args("int fd", "const void *buffer", "size_t size"),
        "print to the serial line",
        "hello",
    ),
    Syscall(
        20,
        "getpid",
        (),
        "number of this process",
        "cost: the call that does nothing",
        is_private=True,
    ),
    Syscall(
        101,
        "ioperm",
        args("uint32_t first_port", "uint32_t count", "int allow"),
        "allow or deny I/O ports to this process",
        "ports",
        "io-bitmap",
    ),
    Syscall(
        110,
        "iopl",
        args("uint32_t level"),
        "allow or deny all I/O ports to this process",
        "ports",
        "io-bitmap-linux",
    ),
    *_PROCESSES,
    *_CLOCK,
    Syscall(158, "sched_yield", (), "let the other processes run", "yield", "robust"),
    Syscall(
        222,  # unassigned in Linux
        "check_arguments",
        args("uint32_t a", "uint32_t b", "uint32_t c", "uint32_t d", "uint32_t e", "uint32_t f"),
        "mix all six arguments into one number",
        "registers: the only way to see that each argument arrives in its place",
        "checks",
        is_private=True,
    ),
    Syscall(
        252,
        "exit_group",
        args("int status"),
        "end this program",
        "C libraries call this one",
        "robust",
        by="exit(status)",
    ),
)


EVERY_SYSCALL = (*SYSCALLS, *LINUX_SYSCALLS, *LATER_LINUX_SYSCALLS)


def syscalls_for(layers: tuple[str, ...]) -> tuple[Syscall, ...]:
    """The calls of these layers, by number; of several rows for one the last counts."""
    chosen = {call.number: call for call in EVERY_SYSCALL if call.layer in layers}
    return tuple(chosen[number] for number in sorted(chosen))


def program_calls(calls: tuple[Syscall, ...]) -> tuple[Syscall, ...]:
    """Those of `calls` that the programs of a tree can call by name.

    Programs made for Linux bring their own C library, so step `linux` adds none.
    """
    known = {call.number for call in SYSCALLS if not call.layer.endswith("linux")}
    return tuple(call for call in calls if call.number in known)


def functions_of(calls: tuple[Syscall, ...]) -> tuple[Syscall, ...]:
    """Of the calls that one C function does, the one whose name it has, or else the first."""
    chosen: dict[str, Syscall] = {}
    for call in calls:
        if call.function not in chosen or call.function == call.name:
            chosen[call.function] = call
    return tuple(call for call in calls if chosen[call.function] is call)


def entries_of(calls: tuple[Syscall, ...]) -> dict[int, Syscall]:
    """By number the call whose entry is used: several may call a function in the same way."""
    functions = {(call.function, call.values): call for call in reversed(calls)}
    functions |= {(call.function, call.values): call for call in functions_of(calls)}
    return {call.number: functions[call.function, call.values] for call in calls}


def structs_of(calls: tuple[Syscall, ...]) -> tuple[str, ...]:
    """Names of the structures that arguments of `calls` point to."""
    types = (argument.c_type for call in calls for argument in call.arguments)
    names = (re.search(r"struct (\w+)", c_type) for c_type in types)
    return tuple(sorted({name[1] for name in names if name}))


@dataclass(frozen=True)
class CostLoop:
    """One loop that the program `cost` measures: a way into the kernel, again and again."""

    name: str  # of its figure in the output
    enter: str = ""  # the instruction, as inline assembly has it; none: the loop by itself
    operand: str = ""  # what `enter` calls %2


_EMPTY = CostLoop("loop")
_INT80 = CostLoop("int80", "int $0x80")

_PAGE_LOOPS = (_EMPTY, CostLoop("page", "call *%2", '"r"(fast_gate)'), _INT80)

COST_LOOPS: dict[str, tuple[CostLoop, ...]] = {
    "int80": (_EMPTY, _INT80),
    "sysenter": (_EMPTY, CostLoop("sysenter", "call *%2", '"r"(fast_gate)'), _INT80),
    "vsyscall": _PAGE_LOOPS,
    "robust": _PAGE_LOOPS,
    "processes": _PAGE_LOOPS,
    "linux": _PAGE_LOOPS,
}
