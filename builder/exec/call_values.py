"""Arguments of system calls in words: names of flags, strings, what pointers point at."""

from __future__ import annotations

import stat
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
        return _structure(argument, value, memory) if argument.c_type.startswith("const") else None
    return _number(argument, value, call.name)


def after(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str:
    """An argument that the call has filled in, or that was not in memory before."""
    value = call.values[number]
    late = None
    is_nothing = call.result == 0 and call.name in tables.NOTHING_AT_ZERO
    if tables.is_path(argument) or argument.c_type.startswith("const"):
        late = before(argument, number, call, memory)
    elif argument.c_type in ("void *", "char *") and call.result >= 0:
        if call.name in ("read", "pread64", "readlink", "getcwd"):
            data = memory.read(value, min(call.result, STRING_MAX + 1))
            data = data.rstrip(b"\0") if data and call.name == "getcwd" else data
            if data is not None:
                late = quoted(data, STRING_MAX, cut=call.result > STRING_MAX)
    elif call.result >= 0 and (call.name, argument.name) not in tables.NOT_FILLED_IN:
        late = None if is_nothing else _structure(argument, value, memory)
    return hex(value) if late is None else late


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
    signed = value - (1 << 32) if value >> 31 else value
    if (named := _named_number(argument, value, call)) is not None:
        return named
    if argument.name in ("base_fd", "old_fd", "new_fd") and signed == -100:
        return "AT_FDCWD"
    if not argument.name or _is_address(argument):
        return hex(value) if value else ("NULL" if "*" in argument.c_type else "0")
    return str(signed if argument.c_type in ("int", "int32_t") else value)


def _named_number(argument: Argument, value: int, call: str) -> str | None:
    """A number whose bits or values have names; None for the others."""
    places = ((call, argument.name), ("", argument.name))
    for prefixes in (tables.BITS[place] for place in places if place in tables.BITS):
        if call != "clone":
            return tables.bits(prefixes, value)
        signal = tables.signal_name(value & 0xFF)
        flags = tables.bits(prefixes, value & ~0xFF)
        return "|".join(part for part in (flags, signal) if part != "0") or "0"
    for row in (tables.VALUES[place] for place in places if place in tables.VALUES):
        return tables.value_name(row, value)
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


def _structure(argument: Argument, value: int, memory: GuestMemory) -> str | None:
    """What a pointer points at, for the structures that are short; None for the others."""
    kind = argument.c_type.removeprefix("const ").removesuffix(" *")
    if kind == "int" and argument.name == "fds":
        words = _words(memory, value, 2)
        return f"[{words[0]}, {words[1]}]" if words else None
    if kind == "int":
        words = _words(memory, value, 1)
        return f"[{words[0]:#x}]" if words else None
    if kind == "struct timespec":
        words = _words(memory, value, 2)
        return f"{{tv_sec={words[0]}, tv_nsec={words[1]}}}" if words else None
    if kind == "struct timeval":
        words = _words(memory, value, 2)
        return f"{{tv_sec={words[0]}, tv_usec={words[1]}}}" if words else None
    if kind == "struct stat64":
        words = _words(memory, value, 24)
        return f"{{st_mode={_mode(words[4])}, st_size={words[11]}, ...}}" if words else None
    if kind == "struct sigaction":
        words = _words(memory, value, 5)
        return _sigaction(words) if words else None
    if kind == "uint64_t" and argument.name in ("new", "old", "mask", "to"):
        words = _words(memory, value, 2)
        return _signal_set(words[0] | words[1] << 32) if words else None
    if kind == "struct iovec":
        return _iovec(value, memory)
    return None


def _words(memory: GuestMemory, address: int, count: int) -> list[int] | None:
    data = memory.read(address, 4 * count)
    if data is None:
        return None
    return [int.from_bytes(data[at : at + 4], "little") for at in range(0, 4 * count, 4)]


def _mode(mode: int) -> str:
    kind = tables.value_name(("S_IF", ("S_IFMT",)), stat.S_IFMT(mode))
    return f"{kind}|0{stat.S_IMODE(mode):o}"


def _sigaction(words: list[int]) -> str:
    handler = {0: "SIG_DFL", 1: "SIG_IGN"}.get(words[0], hex(words[0]))
    flags = tables.bits(("SA_",), words[1])
    mask = _signal_set(words[3] | words[4] << 32)
    return f"{{sa_handler={handler}, sa_mask={mask}, sa_flags={flags}}}"


def _signal_set(mask: int) -> str:
    """Those that are in it; of more than half of all, those that are not."""
    inverted = mask.bit_count() > _SIGNALS // 2
    mask ^= ((1 << _SIGNALS) - 1) * inverted
    names = [tables.signal_name(bit + 1) for bit in range(_SIGNALS) if mask >> bit & 1]
    return f"{'~' * inverted}[{' '.join(name.removeprefix('SIG') for name in names)}]"


def _iovec(value: int, memory: GuestMemory) -> str | None:
    words = _words(memory, value, 2)
    if words is None:
        return None
    data = memory.read(words[0], min(words[1], STRING_MAX + 1))
    base = hex(words[0]) if data is None else quoted(data, STRING_MAX, cut=words[1] > STRING_MAX)
    return f"[{{iov_base={base}, iov_len={words[1]}}}, ...]"


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
