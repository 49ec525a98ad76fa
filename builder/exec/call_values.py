"""Arguments of system calls in words: names of flags, strings, what pointers point at."""

from __future__ import annotations

from typing import NamedTuple

from builder.exec import call_tables as tables
from builder.exec.call_structures import STRING_MAX, quoted, structure
from builder.exec.guest_memory import GuestMemory
from builder.model.syscall import Argument

STRINGS_MAX = 32  # of an array


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
        is_const = argument.c_type.startswith("const")
        return structure(argument, value, _next(number, call), memory) if is_const else None
    return _number(argument, value, call.name)


def after(argument: Argument, number: int, call: Call, memory: GuestMemory) -> str:
    """An argument that the call has filled in, or that was not in memory before."""
    value = call.values[number]
    late = None
    is_nothing = call.result == 0 and call.name in tables.NOTHING_AT_ZERO
    if tables.is_path(argument) or argument.c_type.startswith("const"):
        late = before(argument, number, call, memory)
    elif argument.c_type in ("void *", "char *") and call.result >= 0:
        if call.name in ("read", "pread64", "readlink", "getcwd", "getrandom"):
            data = memory.read(value, min(call.result, STRING_MAX + 1))
            data = data.rstrip(b"\0") if data and call.name == "getcwd" else data
            if data is not None:
                late = quoted(data, STRING_MAX, cut=call.result > STRING_MAX)
    elif call.result >= 0 and (call.name, argument.name) not in tables.NOT_FILLED_IN:
        late = None if is_nothing else structure(argument, value, _next(number, call), memory)
    return hex(value) if late is None else late


def _next(number: int, call: Call) -> int:
    """The argument behind it: of an array, how many there are."""
    return call.values[number + 1] if number + 1 < len(call.values) else 0


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
    if (call, argument.name) in (("futex", "operation"), ("futex_time64", "operation")):
        return tables.futex_name(value)
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
