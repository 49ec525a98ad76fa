"""What the CPU looks at by itself on the way in and back: GDT, IDT, TSS, three MSRs; and whose."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from builder.model.constants import MSRS
from builder.model.kernel import KernelModel
from builder.model.layout import TSS, TSS_BYTES
from builder.xray.debugger import Debugger

GDT_BYTES = 256
VECTORS = 256
TSS_ESP0 = TSS.offset_of("esp0")
GATE_BYTES = 8
MSR_CS, MSR_ESP, MSR_EIP = (row.value for row in MSRS)


@dataclass(frozen=True)
class Gate:
    """An entry of the IDT (SDM 3A 6.11)."""

    selector: int
    offset: int
    type: int  # bits 3:0 of its access byte: 5 task, 14 interrupt, 15 trap
    dpl: int  # rings up to this one may use it by INT

    @property
    def clears_if(self) -> bool:
        """Interrupt gates do, trap gates do not."""
        return self.type == 14


@dataclass(frozen=True)
class MachineState:
    """At the first row of a record.

    Attributes:
        gdt_address: Linear.
        gdt: Its first GDT_BYTES bytes.
        idt_address: Linear.
        idt: Vector -> gate, of those that are present.
        tss_address: Linear.
        tss: Its first TSS_BYTES bytes.
        msr: MSR number -> value, of those whose WRMSR was seen.
        cr3: Physical address of the page directory.
    """

    gdt_address: int
    gdt: bytes
    idt_address: int
    idt: Mapping[int, Gate]
    tss_address: int
    tss: bytes
    msr: Mapping[int, int]
    cr3: int

    def segment_base(self, selector: int) -> int:
        """Base of the segment that a selector of the GDT is for; 0 if it is for none."""
        index = selector & ~7
        if index == 0 or index + 8 > len(self.gdt):
            return 0
        low, high = struct.unpack_from("<II", self.gdt, index)
        return int(low >> 16 | (high & 0xFF) << 16 | high & 0xFF000000)


def read_state(debugger: Debugger, msr: Mapping[int, int]) -> MachineState:
    """Read it of a stopped machine that has its tables."""
    tables = debugger.tables()
    gdt_address, idt_address, tss_address = (tables[name] for name in ("gdt", "idt", "tr"))
    spans = (
        (gdt_address, GDT_BYTES),
        (idt_address, VECTORS * GATE_BYTES),
        (tss_address, TSS_BYTES),
    )
    _, (gdt, idt, tss) = debugger.look(spans)
    return MachineState(
        gdt_address=gdt_address,
        gdt=gdt or b"",
        idt_address=idt_address,
        idt=_gates(idt or b""),
        tss_address=tss_address,
        tss=tss or b"",
        msr=dict(msr),
        cr3=tables["cr3"],
    )


def program_name(debugger: Debugger, model: KernelModel, process: int) -> str:
    """Name of the program of the struct process there; empty where there is none."""
    placed = next(row for row in model.layout("process").placed if row.field.name == "name")
    at = (process + placed.offset) & 0xFFFFFFFF
    if placed.field.c_type.endswith("*"):
        _, (pointer,) = debugger.look(((at, 4),))
        at = int.from_bytes(pointer or b"", "little")
    _, (name,) = debugger.look(((at, 16),))
    return (name or b"").partition(b"\0")[0].decode("ascii", "replace")


def _gates(idt: bytes) -> dict[int, Gate]:
    gates = {}
    for vector in range(len(idt) // GATE_BYTES):
        low, high = struct.unpack_from("<II", idt, vector * GATE_BYTES)
        if high & 0x8000:
            offset = high & 0xFFFF0000 | low & 0xFFFF
            gates[vector] = Gate(low >> 16, offset, high >> 8 & 0xF, high >> 13 & 3)
    return gates
