"""What the arguments of system calls mean, beyond their C types: from the model's own tables."""

from __future__ import annotations

import signal
import termios
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from builder.config.step import STEPS
from builder.model import constants
from builder.model.constants_linux import ERRNO
from builder.model.layout import PT_REGS
from builder.model.syscall import Argument, Syscall
from builder.model.syscalls import syscalls_for

# Calls that C libraries try first, and this kernel has not: their names and how many arguments.
UNKNOWN = {
    384: ("arch_prctl", 2),
    386: ("rseq", 4),
    435: ("clone3", 2),
    437: ("openat2", 4),
}


class Bits(NamedTuple):
    """A word of flags, whose names begin with one of `prefixes`.

    Those of its bits that are in the constant `mask` are a number instead, which has a name as the
    bits have, or is a signal's.
    """

    prefixes: tuple[str, ...]
    mask: str = ""
    is_signal: bool = False


class Values(NamedTuple):
    """One of several values, whose names begin with `prefix`, and not with one of `without`."""

    prefix: str
    without: tuple[str, ...] = ()


_OPEN = Bits(("O_",), "O_ACCMODE")
_CLOSE_ON_EXEC = Bits(("O_CLOEXEC",))
_WAIT = Bits(("WNOHANG", "WUNTRACED", "WCONTINUED", "WNOTHREAD", "WALL", "WCLONE"))
# The entries of the auxiliary vector begin with AT_, too.
_AT = Bits(("AT_SYMLINK_", "AT_REMOVEDIR", "AT_EMPTY_PATH", "AT_NO_AUTOMOUNT"))
_SIGMASK = Values("SIG_", ("SIG_DFL", "SIG_IGN"))
_RLIMIT = Values("RLIMIT_", ("RLIMIT_COUNT",))

SIGACTION_FLAGS = Bits(("SA_",))
POLL_EVENTS = Bits(("POLL",))
FILE_KINDS = Values("S_IF", ("S_IFMT",))
# By call, or "" for all of them, and argument.
MEANINGS: dict[tuple[str, str], Bits | Values] = {
    ("open", "flags"): _OPEN,
    ("openat", "flags"): _OPEN,
    ("pipe2", "flags"): Bits(("O_CLOEXEC", "O_NONBLOCK")),
    ("dup3", "flags"): _CLOSE_ON_EXEC,
    ("epoll_create1", "flags"): _CLOSE_ON_EXEC,
    ("eventfd2", "flags"): Bits(("O_CLOEXEC", "O_NONBLOCK", "EFD_")),
    ("", "protection"): Bits(("PROT_",)),
    ("mmap2", "flags"): Bits(("MAP_",), "MAP_TYPE"),
    ("mremap", "flags"): Bits(("MREMAP_",)),
    ("msync", "flags"): Bits(("MS_",)),
    ("madvise", "advice"): Values("MADV_"),
    ("prctl", "option"): Values("PR_"),
    ("clone", "flags"): Bits(("CLONE_",), "CLONE_EXIT_SIGNAL", is_signal=True),
    ("waitpid", "options"): _WAIT,
    ("wait4", "options"): _WAIT,
    ("unlinkat", "flags"): _AT,
    ("linkat", "flags"): _AT,
    ("fchownat", "flags"): _AT,
    ("fstatat64", "flags"): _AT,
    ("utimensat", "flags"): _AT,
    ("statx", "flags"): _AT,
    ("faccessat2", "flags"): Bits(("AT_SYMLINK_NOFOLLOW", "AT_EACCESS", "AT_EMPTY_PATH")),
    ("renameat2", "flags"): Bits(("RENAME_",)),
    ("signalfd4", "flags"): Bits(("O_CLOEXEC", "O_NONBLOCK")),
    ("timerfd_create", "flags"): Bits(("O_CLOEXEC", "O_NONBLOCK")),
    ("timerfd_create", "clock"): Values("CLOCK_"),
    ("clock_nanosleep", "flags"): Bits(("TIMER_",)),
    ("clock_nanosleep_time64", "flags"): Bits(("TIMER_",)),
    ("utimensat_time64", "flags"): _AT,
    ("futex_time64", "operation"): Bits(("FUTEX_",), "FUTEX_CMD_MASK"),
    ("futex", "operation"): Bits(("FUTEX_",), "FUTEX_CMD_MASK"),
    ("lseek", "whence"): Values("SEEK_"),
    ("_llseek", "whence"): Values("SEEK_"),
    ("fcntl", "command"): Values("F_"),
    ("fcntl64", "command"): Values("F_"),
    ("epoll_ctl", "operation"): Values("EPOLL_CTL_"),
    ("sigprocmask", "how"): _SIGMASK,
    ("rt_sigprocmask", "how"): _SIGMASK,
    ("clock_gettime", "id"): Values("CLOCK_"),
    ("clock_gettime64", "id"): Values("CLOCK_"),
    ("clock_getres", "id"): Values("CLOCK_"),
    ("clock_nanosleep", "clock"): Values("CLOCK_"),
    ("clock_nanosleep_time64", "clock"): Values("CLOCK_"),
    ("clock_getres_time64", "id"): Values("CLOCK_"),
    ("clock_settime", "id"): Values("CLOCK_"),
    ("clock_settime64", "id"): Values("CLOCK_"),
    ("setitimer", "which"): Values("ITIMER_"),
    ("getitimer", "which"): Values("ITIMER_"),
    ("getrusage", "who"): Values("RUSAGE_"),
    ("reboot", "command"): Values("REBOOT_", ("REBOOT_MAGIC",)),
    ("ugetrlimit", "which"): _RLIMIT,
    ("setrlimit", "which"): _RLIMIT,
    ("prlimit64", "which"): _RLIMIT,
}
# Requests of ioctl(); the host's terminals have the same numbers.
REQUESTS = {
    value: name
    for name, value in vars(termios).items()
    if name.startswith(("TC", "TIOC", "FIO")) and isinstance(value, int) and value >> 8 == 0x54
}
# Directories that a path is seen from.
BASES = ("base_fd", "old_fd", "new_fd", "existing_fd")
# Buffers that have as many bytes in them as the call returns.
FILLED_IN = ("read", "pread64", "readv", "readlink", "readlinkat", "getcwd", "getrandom")
# What they point at is filled in only if there is something to tell, or a signal came.
NOTHING_AT_ZERO = ("wait4", "waitpid")
NOT_FILLED_IN = (
    ("nanosleep", "left"),
    ("clock_nanosleep", "left"),
    ("clock_nanosleep_time64", "left"),
)
ADDRESSES_RETURNED = ("brk", "mmap", "mmap2", "mremap")
# Without a third argument; operations, with how many arguments they have less than six.
_COMMANDS_ALONE = ("F_GETFD", "F_GETFL", "F_GETPIPE_SZ")
_FUTEX_UNUSED = {"FUTEX_WAIT": 2, "FUTEX_WAKE": 3, "FUTEX_TRYLOCK_PI": 4, "FUTEX_UNLOCK_PI": 4}
NEVER_RETURN = ("exit", "exit_group", "sigreturn", "rt_sigreturn")


@cache
def named() -> dict[str, int]:
    """Every constant of the model by name."""
    groups = constants.constant_groups((), (PT_REGS,), 1, syscalls_for(STEPS), 0, 0)
    return {row.name: row.value for group in groups for row in group.constants}


@cache
def calls() -> dict[int, Syscall]:
    """Every system call of the kernel by number."""
    return {call.number: call for call in syscalls_for(STEPS)}


@cache
def errno_name(number: int) -> str:
    """Such as ENOENT; ERESTART... too."""
    return next((row.name for row in ERRNO if row.value == number), f"errno {number}")


@cache
def _starting(prefixes: tuple[str, ...], without: tuple[str, ...]) -> dict[str, int]:
    return {
        name: value
        for name, value in named().items()
        if name.startswith(prefixes) and not name.startswith(without)
    }


def bits(meaning: Bits, value: int) -> str:
    """Names of the bits of `value`; what has no name stands behind them as a number."""
    mask = named()[meaning.mask] if meaning.mask else 0
    known = _starting(meaning.prefixes, (meaning.mask,) if mask else ())
    number, left = value & mask, value & ~mask
    found: list[str] = []
    if mask and not meaning.is_signal:
        found.append(next((n for n, v in known.items() if v == number), hex(number)))
    for name, bit in known.items():
        if bit & ~mask and left & bit == bit:
            found.append(name)
            left &= ~bit
    if left:
        found.append(hex(left))
    if meaning.is_signal and number:
        found.append(signal_name(number))
    return "|".join(found) or next((n for n, v in known.items() if v == 0), "0")


def value_name(meaning: Values, value: int) -> str:
    """The name of `value`, or its number."""
    known = _starting((meaning.prefix,), meaning.without)
    return next((name for name, number in known.items() if number == value), str(value))


def meaning_of(call: str, argument: str, value: int) -> str | None:
    """A number whose bits or values have names in this table; None for the others."""
    meaning = MEANINGS.get((call, argument)) or MEANINGS.get(("", argument))
    if meaning is None:
        return None
    if isinstance(meaning, Values):
        return value_name(meaning, value)
    return bits(meaning, value & 0xFFFFFFFF)


def unused(call: str, values: Mapping[str, int]) -> int:
    """How many of a call's last arguments mean nothing.

    Args:
        call: Its name.
        values: Of its arguments, by name.
    """
    if call in ("open", "openat"):
        nameless = named()["O_TMPFILE"]
        makes = values["flags"] & named()["O_CREAT"] or values["flags"] & nameless == nameless
        return 0 if makes else 1
    if call in ("fcntl", "fcntl64"):
        return 1 if values["command"] in [named()[name] for name in _COMMANDS_ALONE] else 0
    if call == "mremap":
        return 0 if values["flags"] & named()["MREMAP_FIXED"] else 1
    if call in ("futex", "futex_time64"):
        operation = values["operation"] & named()["FUTEX_CMD_MASK"]
        return {named()[name]: count for name, count in _FUTEX_UNUSED.items()}.get(operation, 0)
    return 0


def signal_name(number: int) -> str:
    """Such as SIGINT; the host's numbers are those of the i386."""
    first = named()["SIGRTMIN"]
    if number >= first:
        return "SIGRTMIN" if number == first else f"SIGRT_{number - first}"
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# What the codes of a signal that the kernel itself sends are called, by signal.
_CODES = {"SIGILL": "ILL_", "SIGTRAP": "TRAP_", "SIGBUS": "BUS_", "SIGFPE": "FPE_"}
_CODES |= {"SIGSEGV": "SEGV_", "SIGCHLD": "CLD_"}
_SI_QUEUE = -1


def signal_text(number: int, code: int, values: tuple[int, ...]) -> str:
    """What a signal says of itself: struct siginfo."""
    name = signal_name(number)
    words = [f"si_signo={name}", f"si_code={_signal_code(name, code)}"]
    return f"{{{', '.join([*words, *_signal_values(name, code, values)])}}}"


def _signal_code(name: str, code: int) -> str:
    if code == _SI_QUEUE:
        return "SI_QUEUE"
    own = _CODES.get(name, "SI_") if 0 < code < named()["SI_KERNEL"] else "SI_"
    return value_name(Values(own), code)


def _signal_values(name: str, code: int, values: tuple[int, ...]) -> list[str]:
    """Who sent it, how the child ended, or where the fault was."""
    if code == named()["SI_KERNEL"]:
        return []
    is_child = name == "SIGCHLD" and code > 0
    if code > 0 and not is_child:
        return [f"si_addr={values[0]:#x}" if values[0] else "si_addr=NULL"]
    told = [f"si_pid={values[0]}", f"si_uid={values[1]}"]
    if is_child:
        has_exited = code == named()["CLD_EXITED"]
        told.append(f"si_status={values[2] if has_exited else signal_name(values[2])}")
    elif code == _SI_QUEUE:
        told += [f"si_int={values[2]}", f"si_ptr={values[2]:#x}"]
    return told


def is_path(argument: Argument) -> bool:
    """True for a string that ends at a NUL."""
    return argument.c_type == "const char *"
