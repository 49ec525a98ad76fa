"""What the arguments of system calls mean, beyond their C types: from the model's own tables."""

from __future__ import annotations

import signal
import termios
from functools import cache

from builder.model import constants
from builder.model.layout import PT_REGS
from builder.model.syscall import Argument, Syscall
from builder.model.syscalls import syscalls_for

_LAYERS = ("int80", "sysenter", "vsyscall", "processes", "linux")

# Calls that C libraries try first, and this kernel has not (or else the model's row counts): their
# names and how many arguments.
UNKNOWN = {
    36: ("sync", 0),
    172: ("prctl", 5),
    187: ("sendfile", 4),
    219: ("madvise", 3),
    239: ("sendfile64", 4),
    268: ("statfs64", 3),
    311: ("set_robust_list", 2),
    359: ("socket", 3),
    377: ("copy_file_range", 6),
    383: ("statx", 5),
    384: ("arch_prctl", 2),
    386: ("rseq", 4),
    403: ("clock_gettime64", 2),
    406: ("clock_getres_time64", 2),
    407: ("clock_nanosleep_time64", 4),
    414: ("ppoll_time64", 5),
    422: ("futex_time64", 6),
    435: ("clone3", 2),
    437: ("openat2", 4),
    439: ("faccessat2", 4),
}

_WAIT = ("WNOHANG", "WUNTRACED", "WCONTINUED", "WNOTHREAD", "WALL", "WCLONE")

# Those for flags: the entries of the auxiliary vector begin so, too.
_AT = ("AT_SYMLINK_", "AT_REMOVEDIR", "AT_EMPTY_PATH", "AT_NO_AUTOMOUNT")

# (call or "", argument) -> bits, or else one of several values, whose names begin so.
BITS = {
    ("open", "flags"): ("O_",),
    ("openat", "flags"): ("O_",),
    ("pipe2", "flags"): ("O_CLOEXEC", "O_NONBLOCK"),
    ("dup3", "flags"): ("O_CLOEXEC",),
    ("", "protection"): ("PROT_",),
    ("mmap2", "flags"): ("MAP_",),
    ("mremap", "flags"): ("MREMAP_",),
    ("clone", "flags"): ("CLONE_",),
    ("waitpid", "options"): _WAIT,
    ("wait4", "options"): _WAIT,
    ("unlinkat", "flags"): _AT,
    ("fstatat64", "flags"): _AT,
    ("utimensat", "flags"): _AT,
    ("clock_nanosleep", "flags"): ("TIMER_",),
}
VALUES = {
    ("epoll_ctl", "operation"): ("EPOLL_CTL_", ()),
    ("lseek", "whence"): ("SEEK_", ()),
    ("_llseek", "whence"): ("SEEK_", ()),
    ("fcntl", "command"): ("F_", ()),
    ("fcntl64", "command"): ("F_", ()),
    ("sigprocmask", "how"): ("SIG_", ("SIG_DFL", "SIG_IGN")),
    ("rt_sigprocmask", "how"): ("SIG_", ("SIG_DFL", "SIG_IGN")),
    ("clock_gettime", "id"): ("CLOCK_", ()),
    ("clock_gettime64", "id"): ("CLOCK_", ()),
    ("clock_getres", "id"): ("CLOCK_", ()),
    ("clock_getres_time64", "id"): ("CLOCK_", ()),
    ("clock_nanosleep", "clock"): ("CLOCK_", ()),
    ("setitimer", "which"): ("ITIMER_", ()),
    ("getitimer", "which"): ("ITIMER_", ()),
    ("reboot", "command"): ("REBOOT_", ("REBOOT_MAGIC",)),
    ("ugetrlimit", "which"): ("RLIMIT_", ("RLIMIT_COUNT",)),
    ("setrlimit", "which"): ("RLIMIT_", ("RLIMIT_COUNT",)),
    ("prlimit64", "which"): ("RLIMIT_", ("RLIMIT_COUNT",)),
}
# Requests of ioctl(); the host's terminals have the same numbers.
REQUESTS = {
    value: name
    for name, value in vars(termios).items()
    if name.startswith(("TC", "TIOC", "FIO")) and isinstance(value, int) and value >> 8 == 0x54
}
_SIGRTMIN = 32
# Names that mean a group of bits, or nothing at all, and are no bit themselves.
_O_MODES = ("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")
_O_ACCMODE = 3
_NO_BITS = ("MAP_TYPE", "CLONE_EXIT_SIGNAL")
# What they point at is filled in only if there is something to tell, or a signal came.
NOTHING_AT_ZERO = ("wait4", "waitpid")
NOT_FILLED_IN = (("nanosleep", "left"), ("clock_nanosleep", "left"))
ADDRESSES_RETURNED = ("brk", "mmap2", "mremap")
NEVER_RETURN = ("exit", "exit_group", "sigreturn", "rt_sigreturn")


@cache
def named() -> dict[str, int]:
    """Every constant of the model by name."""
    groups = constants.constant_groups((), (PT_REGS,), 1, syscalls_for(_LAYERS), 0, 0)
    return {row.name: row.value for group in groups for row in group.constants}


@cache
def calls() -> dict[int, Syscall]:
    """Every system call of the kernel by number."""
    return {call.number: call for call in syscalls_for(_LAYERS)}


@cache
def errno_name(number: int) -> str:
    """Such as ENOENT; ERESTART... too."""
    names = (n for n, v in named().items() if v == number and n[0] == "E" and n[1:].isalnum())
    return next((n for n in names if n.isupper()), f"errno {number}")


@cache
def _starting(prefixes: tuple[str, ...], without: tuple[str, ...]) -> dict[str, int]:
    return {
        name: value
        for name, value in named().items()
        if name.startswith(prefixes) and not name.startswith(without or ("?",))
    }


def bits(prefixes: tuple[str, ...], value: int) -> str:
    """Names of the bits of `value`; what has no name stands behind them as a number."""
    known = _starting(prefixes, _NO_BITS)
    zero = next((name for name, number in known.items() if number == 0), "")
    found: list[str] = []
    left = value
    if prefixes == ("O_",):  # the two lowest bits of open() are a number
        known = {name: number for name, number in known.items() if number > _O_ACCMODE}
        found = [_O_MODES[value & _O_ACCMODE]]
        left &= ~_O_ACCMODE
    # Large ones first: MAP_SHARED_VALIDATE is MAP_SHARED and MAP_PRIVATE together.
    taken: list[str] = []
    for name, number in sorted(known.items(), key=lambda row: -row[1]):
        if number and left & number == number:
            taken.append(name)
            left &= ~number
    found += reversed(taken)
    if left:
        found.append(hex(left))
    return "|".join(found) or zero or "0"


def signal_name(number: int) -> str:
    """Such as SIGINT; the host's numbers are those of the i386."""
    if number == _SIGRTMIN:
        return "SIGRTMIN"
    if number > _SIGRTMIN:
        return f"SIGRT_{number - _SIGRTMIN}"
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


# What the codes of a signal that the kernel itself sends are called, by signal.
_CODES = {4: "ILL_", 5: "TRAP_", 7: "BUS_", 8: "FPE_", 11: "SEGV_", 17: "CLD_"}
_SI_KERNEL = 0x80
_SI_QUEUE = -1
_SIGCHLD = 17


def signal_text(number: int, code: int, values: tuple[int, ...]) -> str:
    """What a signal says of itself: struct siginfo."""
    words = [f"si_signo={signal_name(number)}", f"si_code={_signal_code(number, code)}"]
    return f"{{{', '.join([*words, *_signal_values(number, code, values)])}}}"


def _signal_code(number: int, code: int) -> str:
    """Such as SI_USER or SEGV_MAPERR."""
    if code == _SI_QUEUE:
        return "SI_QUEUE"
    own = _CODES.get(number, "SI_") if 0 < code < _SI_KERNEL else "SI_"
    return value_name((own, ()), code)


def _signal_values(number: int, code: int, values: tuple[int, ...]) -> list[str]:
    """What else the signal says: who sent it, how the child ended, or where the fault was."""
    if code == _SI_KERNEL:
        return []
    is_child = number == _SIGCHLD and code > 0
    if code > 0 and not is_child:
        return [f"si_addr={values[0]:#x}" if values[0] else "si_addr=NULL"]
    told = [f"si_pid={values[0]}", f"si_uid={values[1]}"]
    if is_child:
        has_exited = code == named()["CLD_EXITED"]
        told.append(f"si_status={values[2] if has_exited else signal_name(values[2])}")
    elif code == _SI_QUEUE:
        told += [f"si_int={values[2]}", f"si_ptr={values[2]:#x}"]
    return told


def futex_name(operation: int) -> str:
    """Such as FUTEX_WAIT_PRIVATE, or that with FUTEX_CLOCK_REALTIME."""
    private, clock = named()["FUTEX_PRIVATE"], named()["FUTEX_CLOCK_REALTIME"]
    modes = ("FUTEX_PRIVATE", "FUTEX_CLOCK_")
    name = value_name(("FUTEX_", modes), operation & ~(private | clock))
    behind = "|FUTEX_CLOCK_REALTIME" if operation & clock else ""
    return f"{name}{'_PRIVATE' if operation & private else ''}{behind}"


def value_name(row: tuple[str, tuple[str, ...]], value: int) -> str:
    """The name of `value`, or its number."""
    prefix, without = row
    known = _starting((prefix,), without)
    return next((name for name, number in known.items() if number == value), str(value))


def is_path(argument: Argument) -> bool:
    """True for a string that ends at a NUL."""
    return argument.c_type == "const char *"
