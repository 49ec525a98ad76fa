"""What pointers of system calls point at: strings, and the structures that are short."""

from __future__ import annotations

import stat
from collections.abc import Callable

from builder.exec import call_tables as tables
from builder.exec.guest_memory import GuestMemory
from builder.model.syscall import Argument

STRING_MAX = 32  # bytes that are shown, as strace does
ITEMS_MAX = 8  # of an array of structures
_ESCAPES = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_SIGNALS = 64
_INFINITY = 0xFFFFFFFF


def structure(argument: Argument, value: int, count: int, memory: GuestMemory) -> str | None:
    """What a pointer points at; None if it is no such structure, or not in memory.

    Args:
        argument: The pointer's type and name.
        value: The address.
        count: The argument behind it: of an array, how many there are.
        memory: The guest's.
    """
    kind = argument.c_type.removeprefix("const ").removesuffix(" *")
    if kind == "uint64_t" and argument.name not in ("new", "old", "mask", "to", "set"):
        return None
    if kind == "int" and argument.name == "fds":
        kind = "int[2]"
    if kind in _ARRAYS:
        return _array(*_ARRAYS[kind], value, count, memory)
    if kind not in _SHORT:
        return None
    size, shown = _SHORT[kind]
    words = _words(memory, value, size)
    return shown(words) if words is not None else None


def _words(memory: GuestMemory, address: int, count: int) -> list[int] | None:
    data = memory.read(address, 4 * count)
    if data is None:
        return None
    return [int.from_bytes(data[at : at + 4], "little") for at in range(0, 4 * count, 4)]


def _signed(word: int) -> int:
    return word - (word >> 31 << 32)


# ---- structures, from their words ----


def _timespec(words: list[int]) -> str:
    return f"{{tv_sec={_signed(words[0])}, tv_nsec={_signed(words[1])}}}"


def _timeval(words: list[int]) -> str:
    return f"{{tv_sec={_signed(words[0])}, tv_usec={_signed(words[1])}}}"


def _itimerval(words: list[int]) -> str:
    return f"{{it_interval={_timeval(words[:2])}, it_value={_timeval(words[2:])}}}"


def _rlimit(words: list[int]) -> str:
    now, most = ("RLIM_INFINITY" if word == _INFINITY else str(word) for word in words)
    return f"{{rlim_cur={now}, rlim_max={most}}}"


def _rlimit64(words: list[int]) -> str:
    return _rlimit([_INFINITY if words[at + 1] else words[at] for at in (0, 2)])


def _stat64(words: list[int]) -> str:
    kind = tables.value_name(("S_IF", ("S_IFMT",)), stat.S_IFMT(words[4]))
    return f"{{st_mode={kind}|0{stat.S_IMODE(words[4]):o}, st_size={words[11]}, ...}}"


def _sigaction(words: list[int]) -> str:
    handler = {0: "SIG_DFL", 1: "SIG_IGN"}.get(words[0], hex(words[0]))
    flags = tables.bits(("SA_",), words[1])
    return f"{{sa_handler={handler}, sa_mask={_signal_set(words[3:])}, sa_flags={flags}}}"


def _siginfo(words: list[int]) -> str:
    return tables.signal_text(words[0], _signed(words[2]), tuple(words[3:]))


def _signal_set(words: list[int]) -> str:
    """Those that are in it; of more than half of all, those that are not."""
    mask = words[0] | words[1] << 32
    inverted = mask.bit_count() > _SIGNALS // 2
    mask ^= ((1 << _SIGNALS) - 1) * inverted
    names = [tables.signal_name(bit + 1) for bit in range(_SIGNALS) if mask >> bit & 1]
    return f"{'~' * inverted}[{' '.join(name.removeprefix('SIG') for name in names)}]"


# By C type: how many words, and what they mean.
_SHORT: dict[str, tuple[int, Callable[[list[int]], str]]] = {
    "int": (1, lambda words: f"[{words[0]:#x}]"),
    "int[2]": (2, lambda words: f"[{words[0]}, {words[1]}]"),
    "uint64_t": (2, _signal_set),
    "struct timespec": (2, _timespec),
    "struct timespec64": (4, lambda words: _timespec(words[::2])),
    "struct timeval": (2, _timeval),
    "struct itimerval": (4, _itimerval),
    "struct rlimit": (2, _rlimit),
    "struct rlimit64": (4, _rlimit64),
    "struct stat64": (24, _stat64),
    "struct sigaction": (5, _sigaction),
    "struct siginfo": (6, _siginfo),
}


# ---- arrays ----


def _iovec(words: list[int], memory: GuestMemory) -> str:
    data = memory.read(words[0], min(words[1], STRING_MAX + 1))
    base = hex(words[0]) if data is None else quoted(data, STRING_MAX, cut=words[1] > STRING_MAX)
    return f"{{iov_base={base}, iov_len={words[1]}}}"


def _pollfd(words: list[int], _memory: GuestMemory) -> str:
    wanted, found = (tables.bits(("POLL",), half) for half in (words[1] & 0xFFFF, words[1] >> 16))
    told = f", revents={found}" if words[1] >> 16 else ""
    return f"{{fd={_signed(words[0])}, events={wanted}{told}}}"


# By C type of an item: how many words, and what they mean.
_ARRAYS: dict[str, tuple[int, Callable[[list[int], GuestMemory], str]]] = {
    "struct iovec": (2, _iovec),
    "struct pollfd": (2, _pollfd),
}


def _array(
    size: int,
    shown: Callable[[list[int], GuestMemory], str],
    value: int,
    count: int,
    memory: GuestMemory,
) -> str | None:
    items = min(count, ITEMS_MAX)
    words = _words(memory, value, items * size)
    if words is None:
        return None
    parts = [shown(words[at : at + size], memory) for at in range(0, items * size, size)]
    return f"[{', '.join([*parts, *(['...'] if count > items else [])])}]"


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
