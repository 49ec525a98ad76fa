"""Arguments of system calls in words: names of flags, strings, what pointers point at."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from typing import NamedTuple

from builder.exec import call_tables as tables
from builder.exec.guest_memory import GuestMemory
from builder.model.syscall import Argument

STRING_MAX = 32  # bytes that are shown, as strace does
STRINGS_MAX = 32  # of an array
_ESCAPES = {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_SIGNALS = 64


class Call(NamedTuple):
    """A call: its name, the values of its arguments, and its result once it has one."""

    name: str
    values: tuple[int, ...]
    result: int = 0


def before(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str | None:
    """An argument as it is when the call begins; None if only the end of the call will tell."""
    value = call.values[number]
    if argument.c_type.endswith("*") and value == 0 and argument.name:
        return "NULL"
    if tables.is_path(argument):
        found = memory.string(value, STRING_MAX * 8)
        return None if found is None else quoted(found[0], STRING_MAX * 8, cut=not found[1])
    if argument.c_type == "const char *const *":
        return _strings(argument, value, memory)
    if argument.c_type == "const void *":
        size = call.values[number + 1]
        data = memory.read(value, min(size, STRING_MAX + 1))
        return None if data is None else quoted(data, STRING_MAX, cut=size > STRING_MAX)
    if "*" in argument.c_type and argument.name:
        is_told = argument.c_type.startswith("const") and call.name not in tables.FILLED_IN
        return _structure(argument, number, call, memory) if is_told else None
    return _number(argument, value, call.name)


def after(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str:
    """An argument that the call has filled in, or that was not in memory before."""
    late = before(argument, number, call, memory)
    if late is None and call.result >= 0:
        late = _filled_in(argument, number, call, memory)
    return hex(call.values[number]) if late is None else late


def _filled_in(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str | None:
    """What a call that has not failed has put where a pointer points; None if that is not shown."""
    if argument.c_type in ("void *", "char *"):
        if call.name not in tables.FILLED_IN:
            return None
        data = memory.read(call.values[number], min(call.result, STRING_MAX + 1))
        data = data.rstrip(b"\0") if data and call.name == "getcwd" else data
        return None if data is None else quoted(data, STRING_MAX, cut=call.result > STRING_MAX)
    if call.result == 0 and call.name in tables.NOTHING_AT_ZERO:
        return None
    if (call.name, argument.name) in tables.NOT_FILLED_IN:
        return None
    return _structure(argument, number, call, memory)


def _strings(argument: Argument, value: int, memory: GuestMemory) -> str | None:
    addresses = memory.words(value, STRINGS_MAX + 1)
    if addresses is None:
        return None
    if argument.name == "environment":
        return f"{value:#x} /* {len(addresses)} vars */"
    shown = []
    for address in addresses[:STRINGS_MAX]:
        found = memory.string(address, STRING_MAX)
        shown.append(
            hex(address) if found is None else quoted(found[0], STRING_MAX, cut=not found[1])
        )
    return f"[{', '.join(shown)}{', ...' if len(addresses) > STRINGS_MAX else ''}]"


def _number(argument: Argument, value: int, call: str) -> str:
    if argument.c_type in ("int", "int32_t") and value >> 31:
        value -= 1 << 32
    if (named := _named_number(argument, value, call)) is not None:
        return named
    if not argument.name or _is_address(argument):
        return hex(value) if value else ("NULL" if "*" in argument.c_type else "0")
    return str(value)


def _named_number(argument: Argument, value: int, call: str) -> str | None:
    """A number whose bits or values have names; None for the others."""
    if (named := tables.meaning_of(call, argument.name, value)) is not None:
        return named
    if argument.name in tables.BASES and value == tables.named()["AT_FDCWD"]:
        return "AT_FDCWD"
    if argument.name == "signal":
        return tables.signal_name(value) if value else "0"
    if argument.name == "request":
        return tables.REQUESTS.get(value, hex(value))
    if argument.name == "mode" or (call, argument.name) == ("umask", "mask"):
        return f"0{value:o}" if value else "0"
    return None


def _is_address(argument: Argument) -> bool:
    names = ("start", "wanted", "stack", "address", "address2", "mask")
    is_named = argument.name in names or argument.name.endswith("addr")
    return is_named and argument.c_type == "uint32_t"


def _structure(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str | None:
    """What a pointer points at, for the structures that are short; None for the others."""
    kind = argument.c_type.removeprefix("const ").removesuffix(" *")
    if kind == "struct iovec":
        return _iovecs(number, call, memory)
    if kind == "int" and argument.name == "fds":
        kind = "int[2]"
    if kind == "uint64_t" and argument.name in ("new", "old", "mask", "to", "set"):
        kind = "sigset"
    if kind not in _SHOWN:
        return None
    layout, show = _SHOWN[kind]
    data = memory.read(call.values[number], struct.calcsize(layout))
    return None if data is None else show(*struct.unpack(layout, data))


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
    "struct timeval": ("<2i", "{{tv_sec={}, tv_usec={}}}".format),
    "struct sigaction": ("<2I4xQ", _sigaction),
    "struct stat64": ("<16xI24xQ", _stat),
}


def _iovecs(number: int, call: Call, memory: GuestMemory) -> str | None:
    """The first of an array of buffers, with what is to be written, or has been read."""
    data = memory.read(call.values[number], 8)
    if data is None:
        return None
    base, size = struct.unpack("<2I", data)
    used = min(size, call.result) if call.name in tables.FILLED_IN else size
    found = memory.read(base, min(used, STRING_MAX + 1))
    shown = hex(base) if found is None else quoted(found, STRING_MAX, cut=used > STRING_MAX)
    others = ", ..." if call.values[number + 1] > 1 else ""
    return f"[{{iov_base={shown}, iov_len={size}}}{others}]"


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
