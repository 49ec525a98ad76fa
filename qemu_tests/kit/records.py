"""Records made by hand, for what only looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from builder.xray.record import Call, Kernel, Record, Row, Tables, Word

CODE_ADDR = 0xC0100000
ESP0 = 0xC0110FE0
USER_ESP = 0xBFFFFF50
REGISTERS = {
    **dict.fromkeys(("eax", "ecx", "edx", "ebx", "ebp", "esi", "edi", "fs", "gs"), 0),
    **{"esp": USER_ESP, "eip": 0x08048000, "eflags": 0x202},
    **{"cs": 0x73, "ss": 0x7B, "ds": 0x7B, "es": 0x7B},
}
EMPTY = Row(
    number=0, ring=0, way=7, branch=0, depth=0, function="entry", is_c=False, address=0,
    symbol="entry", file="entry/entry.asm", line=1, source="nop", code="90", text="nop",
    registers={}, flags={}, reads=(), writes=(), event="", cpu=(),
)  # fmt: skip


def row(**changes: object) -> Row:
    """An instruction; what is not said is that of a NOP in the kernel's assembly."""
    return replace(EMPTY, **changes)  # type: ignore[arg-type]


def c_row(function: str, depth: int, **changes: object) -> Row:
    """An instruction of a C function."""
    return row(function=function, is_c=True, depth=depth, file=f"sys/{function}.c", **changes)


def word(address: int, new: int | None, name: str = "", size_bytes: int = 4) -> Word:
    """Memory that was written; 0 stood there."""
    return Word(address, size_bytes, name, 0, new)


def record_of(rows: Sequence[Row], **changes: object) -> Record:
    """A record of these rows, numbered from 1 on; what has no address gets one of its own."""
    numbered = tuple(
        replace(made, number=number, address=made.address or CODE_ADDR + number)
        for number, made in enumerate(rows, start=1)
    )
    made = Record(
        kernel=Kernel("vsyscall", "0123456789ab", "pentium3", "QEMU"),
        call=Call("hello", 20, "getpid", "page", 1),
        tables=Tables({"0x60": "ring 0 code"}, {"MSR_IA32_SYSENTER_CS": 0x60}, {"esp0": ESP0}),
        registers=REGISTERS,
        memory=((USER_ESP - 64, "00" * 128), (ESP0 - 128, "00" * 160)),
        names={f"{USER_ESP + 16:08x}": "argc"},
        rows=numbered,
        cut="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]
