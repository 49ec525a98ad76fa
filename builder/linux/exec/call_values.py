"""Arguments of system calls in words: names of flags, strings, what pointers point at."""

from __future__ import annotations

from builder.linux.exec import call_tables as tables
from builder.linux.exec.call_structures import STRING_MAX, Call, quoted, structure
from builder.linux.exec.guest_memory import GuestMemory
from builder.model.syscall import Argument

STRINGS_MAX = 32  # of an array


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
        return structure(argument, number, call, memory) if is_told else None
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
    return structure(argument, number, call, memory)


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
