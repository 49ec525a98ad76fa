"""What pointers of system calls point at: strings of bytes, and the structures that are short."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from typing import NamedTuple

from builder.linux.exec import call_tables as tables
from builder.linux.exec.guest_memory import GuestMemory
from builder.model.syscall import Argument

STRING_MAX = 32  # bytes that are shown, as strace does
ITEMS_MAX = 8  # of an array of structures
_ESCAPES = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_SIGNALS = 64
_INFINITY = 0xFFFFFFFF


class Call(NamedTuple):
    """A call: its name, the values of its arguments, and its result once it has one."""

    name: str
    values: tuple[int, ...]
    result: int = 0


def structure(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str | None:
    """What a pointer points at, for the structures that are short; None for the others."""
    kind = argument.c_type.removeprefix("const ").removesuffix(" *")
    if kind == "struct iovec":
        return _iovecs(number, call, memory)
    if kind == "struct pollfd":
        return _pollfds(number, call, memory)
    if kind == "int" and argument.name == "fds":
        kind = "int[2]"
    if kind == "uint64_t" and argument.name in ("new", "old", "mask", "to", "set"):
        kind = "sigset"
    if kind == "struct timespec" and call.name.endswith("time64"):  # from Linux 5.1 on
        kind = "struct timespec64"
    if kind not in _SHOWN:
        return None
    layout, show = _SHOWN[kind]
    data = memory.read(call.values[number], struct.calcsize(layout))
    return None if data is None else show(*struct.unpack(layout, data))


# ---- structures ----


def _timeval(seconds: int, microseconds: int) -> str:
    return f"{{tv_sec={seconds}, tv_usec={microseconds}}}"


def _itimerval(*words: int) -> str:
    return f"{{it_interval={_timeval(*words[:2])}, it_value={_timeval(*words[2:])}}}"


def _rlimit(*limits: int) -> str:
    now, most = ("RLIM_INFINITY" if limit >= _INFINITY else str(limit) for limit in limits)
    return f"{{rlim_cur={now}, rlim_max={most}}}"


def _siginfo(number: int, code: int, *values: int) -> str:
    return tables.signal_text(number, code, values)


def _stat(mode: int, size: int) -> str:
    kind = tables.value_name(tables.FILE_KINDS, stat.S_IFMT(mode))
    return f"{{st_mode={kind}|0{stat.S_IMODE(mode):o}, st_size={size}, ...}}"


def _sigaction(handler: int, flags: int, mask: int) -> str:
    shown = {0: "SIG_DFL", 1: "SIG_IGN"}.get(handler, hex(handler))
    named = tables.bits(tables.SIGACTION_FLAGS, flags)
    return f"{{sa_handler={shown}, sa_mask={_signal_set(mask)}, sa_flags={named}}}"


def _signal_set(mask: int) -> str:
    """Those that are in it; of more than half of all, those that are not."""
    inverted = mask.bit_count() > _SIGNALS // 2
    mask ^= ((1 << _SIGNALS) - 1) * inverted
    names = [tables.signal_name(bit + 1) for bit in range(_SIGNALS) if mask >> bit & 1]
    return f"{'~' * inverted}[{' '.join(name.removeprefix('SIG') for name in names)}]"


# By the type that a pointer points to: how it lies in memory, and what of it is shown.
_SHOWN: dict[str, tuple[str, Callable[..., str]]] = {
    "int": ("<I", "[{:#x}]".format),
    "int[2]": ("<2i", "[{}, {}]".format),
    "sigset": ("<Q", _signal_set),
    "struct timespec": ("<2i", "{{tv_sec={}, tv_nsec={}}}".format),
    "struct timespec64": ("<qi4x", "{{tv_sec={}, tv_nsec={}}}".format),
    "struct timeval": ("<2i", _timeval),
    "struct itimerval": ("<4i", _itimerval),
    "struct rlimit": ("<2I", _rlimit),
    "struct rlimit64": ("<2Q", _rlimit),
    "struct sigaction": ("<2I4xQ", _sigaction),
    "struct siginfo": ("<i4xi3I", _siginfo),
    "struct stat64": ("<16xI24xQ", _stat),
}


# ---- arrays ----


def _items(layout: str, number: int, call: Call, memory: GuestMemory) -> list[tuple[int, ...]]:
    """The first few; as many as the argument behind says."""
    count = min(call.values[number + 1], ITEMS_MAX)
    data = memory.read(call.values[number], count * struct.calcsize(layout))
    return [] if data is None else list(struct.iter_unpack(layout, data))


def _array(shown: list[str], number: int, call: Call) -> str | None:
    if not shown:
        return None
    return f"[{', '.join(shown)}{', ...' if call.values[number + 1] > len(shown) else ''}]"


def _iovecs(number: int, call: Call, memory: GuestMemory) -> str | None:
    """Buffers with what is to be written, or has been read."""
    left = call.result if call.name in tables.FILLED_IN else _INFINITY
    shown = []
    for base, size in _items("<2I", number, call, memory):
        used = min(size, left)
        left -= used
        found = memory.read(base, min(used, STRING_MAX + 1))
        text = hex(base) if found is None else quoted(found, STRING_MAX, cut=used > STRING_MAX)
        shown.append(f"{{iov_base={text}, iov_len={size}}}")
    return _array(shown, number, call)


def _pollfds(number: int, call: Call, memory: GuestMemory) -> str | None:
    shown = []
    for fd, wanted, found in _items("<i2H", number, call, memory):
        told = f", revents={tables.bits(tables.POLL_EVENTS, found)}" if found else ""
        shown.append(f"{{fd={fd}, events={tables.bits(tables.POLL_EVENTS, wanted)}{told}}}")
    return _array(shown, number, call)


# ---- strings ----


def quoted(data: bytes, most: int, *, cut: bool) -> str:
    """Bytes as strace shows them: in C's notation, at most so many, with dots if there are more."""
    text = ""
    for place, byte in enumerate(data[:most]):
        if byte in _ESCAPES:
            text += _ESCAPES[byte]
        elif chr(byte) in '"\\':
            text += "\\" + chr(byte)
        elif 32 <= byte < 127:
            text += chr(byte)
        else:
            # Short octal, unless a digit comes behind it.
            follows = data[place + 1 : place + 2]
            text += f"\\{byte:03o}" if follows.isdigit() else f"\\{byte:o}"
    return f'"{text}"' + ("..." if cut or len(data) > most else "")
