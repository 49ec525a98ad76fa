"""What the CPU does by itself on the way in and back, by the manual, held against what it did.

Pure: from a raw row and the registers behind it. SDM is the Intel manual: volume, then section.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from builder.model.constants import EFLAGS
from builder.model.traps import WITH_ERROR_CODE
from builder.xray.debugger import Registers
from builder.xray.machine_state import MSR_CS, MSR_EIP, MSR_ESP, Gate, MachineState
from builder.xray.record import ByCpu
from builder.xray.recorder import RawRow

_BIT = {row.name.removeprefix("EFLAGS_"): row.value for row in EFLAGS}
_BIT["VM"] = 1 << 17  # virtual-8086 mode
_SYSENTER, _SYSEXIT, _IRET = b"\x0f\x34", b"\x0f\x35", b"\xcf"
_RPL = 3


def by_cpu(row: RawRow, after: Registers, state: MachineState, tss: bytes) -> tuple[ByCpu, ...]:
    """What the CPU did beyond the instruction's operands.

    Args:
        row: What was executed.
        after: Registers behind it.
        state: Tables and MSRs.
        tss: Its bytes when the row began.
    """
    if row.vector is not None:
        gate = state.idt[row.vector]
        return tuple(_through_gate(row, after, row.vector, gate, tss))
    if row.code.startswith(_SYSENTER):
        return tuple(_sysenter(row, after, state))
    if row.code.startswith(_SYSEXIT):
        return tuple(_sysexit(row, after, state))
    if row.code.startswith(_IRET):
        return tuple(_iret(row, after))
    return ()


def _sysenter(row: RawRow, after: Registers, state: MachineState) -> Iterator[ByCpu]:
    manual = "SDM 2B, SYSENTER"
    selector = state.msr.get(MSR_CS, 0) & ~_RPL
    yield ByCpu("cs", f"MSR {MSR_CS:x}h, MSR_IA32_SYSENTER_CS", selector, after["cs"], manual)
    yield ByCpu("ss", "that + 8", selector + 8, after["ss"], manual)
    esp = state.msr.get(MSR_ESP, 0)
    yield ByCpu("esp", f"MSR {MSR_ESP:x}h, MSR_IA32_SYSENTER_ESP", esp, after["esp"], manual)
    eip = state.msr.get(MSR_EIP, 0)
    yield ByCpu("eip", f"MSR {MSR_EIP:x}h, MSR_IA32_SYSENTER_EIP", eip, after["eip"], manual)
    yield _flags(row, after, ("IF", "RF", "VM"), manual)


def _sysexit(row: RawRow, after: Registers, state: MachineState) -> Iterator[ByCpu]:
    manual = "SDM 2B, SYSEXIT"
    selector = state.msr.get(MSR_CS, 0)
    code, data = selector + 16 | _RPL, selector + 24 | _RPL
    yield ByCpu("cs", f"MSR {MSR_CS:x}h + 16, RPL 3", code, after["cs"], manual)
    yield ByCpu("ss", f"MSR {MSR_CS:x}h + 24, RPL 3", data, after["ss"], manual)
    yield ByCpu("esp", "from ECX", row.registers["ecx"], after["esp"], manual)
    yield ByCpu("eip", "from EDX", row.registers["edx"], after["eip"], manual)
    yield _flags(row, after, (), manual)


def _through_gate(
    row: RawRow, after: Registers, vector: int, gate: Gate, tss: bytes
) -> Iterator[ByCpu]:
    manual = "SDM 3A 6.12.1"
    before = row.registers
    frame = next((span for span in row.touched if span.by_cpu), None)
    words = frame.new or b"" if frame is not None else b""
    pushed = struct.unpack(f"<{len(words) // 4}I", words[: len(words) // 4 * 4])
    changes_ring = before["cs"] & _RPL != gate.selector & _RPL
    top = before["esp"]
    if changes_ring:
        esp0, ss0 = struct.unpack_from("<II", tss, 4)
        top = esp0
        yield ByCpu("ss", "tss.ss0", ss0 & 0xFFFF, after["ss"], "SDM 3A 7.2.1")
    names = ["ss", "esp"] if changes_ring else []
    names += ["eflags", "cs", "eip"]
    has_error = vector in WITH_ERROR_CODE and row.instead
    size = 4 * (len(names) + has_error)
    how = f"tss.esp0, {size} bytes pushed" if changes_ring else f"{size} bytes pushed"
    yield ByCpu("esp", how, (top - size) & 0xFFFFFFFF, after["esp"], manual)
    for place, name in enumerate(names):
        at = len(pushed) - 1 - place
        seen = pushed[at] if 0 <= at < len(pushed) else 0
        value = _pushed(row, name, seen)
        yield ByCpu(f"pushed {name}", f"{name.upper()} of ring {before['cs'] & _RPL}",
                    value, seen, manual)  # fmt: skip
    if has_error and pushed:
        yield ByCpu("pushed error code", "the exception's", pushed[0], pushed[0], "SDM 3A 6.13")
    yield ByCpu("cs", f"IDT[{vector:#x}]", gate.selector, after["cs"] & 0xFFFC, "SDM 3A 6.11")
    yield ByCpu("eip", f"IDT[{vector:#x}]", gate.offset, after["eip"], "SDM 3A 6.11")
    cleared = ("TF", "NT", "RF", "VM") + (("IF",) if gate.clears_if else ())
    yield _flags(row, after, cleared, "SDM 3A 6.12.1.3")


def _pushed(row: RawRow, name: str, seen: int) -> int:
    """What must have been pushed; what only the instruction knows is taken as it was seen."""
    if name == "eip":
        own = row.registers["eip"] + (0 if row.instead else 2 if row.code[0] == 0xCD else 1)
        return seen if row.instead else own
    if name == "eflags" and row.instead:
        return seen  # RF is set for a fault, and an instruction may have been executed
    return row.registers[name]


def _iret(row: RawRow, after: Registers) -> Iterator[ByCpu]:
    manual = "SDM 2A, IRET"
    popped = [span.new for span in row.touched if not span.writes]
    if len(popped) < 3 or None in popped:
        return
    eip, cs, eflags, *rest = (int.from_bytes(word or b"", "little") for word in popped)
    yield ByCpu("eip", "popped", eip, after["eip"], manual)
    yield ByCpu("cs", "popped", cs & 0xFFFF, after["cs"], manual)
    kept = sum(_BIT[name] for name in _BIT if name not in ("ALWAYS_1", "VM", "RF"))
    how = "popped"
    yield ByCpu("eflags", how, eflags & kept, after["eflags"] & kept, manual)
    if cs & _RPL != row.registers["cs"] & _RPL and len(rest) == 2:
        yield ByCpu("esp", "popped", rest[0], after["esp"], manual)
        yield ByCpu("ss", "popped", rest[1] & 0xFFFF, after["ss"], manual)
    else:
        yield ByCpu("esp", "12 bytes popped", row.registers["esp"] + 12, after["esp"], manual)


def _flags(row: RawRow, after: Registers, cleared: tuple[str, ...], manual: str) -> ByCpu:
    mask = sum(_BIT[name] for name in cleared)
    how = f"{', '.join(cleared)} cleared" if cleared else "left alone"
    return ByCpu("eflags", how, row.registers["eflags"] & ~mask, after["eflags"], manual)
