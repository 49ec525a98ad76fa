"""What may happen before an instruction: an NMI, the clock's interrupt, or both."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from builder.xray.gdb_stub import StoppedQemu
from qemu_tests.kit.every_instruction import Position, Subject

RING = 3
VECTOR_NMI = 2
_SYSEXIT = b"\x0f\x35"


@dataclass(frozen=True)
class Frame:
    """What the CPU pushed last for an exception or interrupt."""

    eip: int
    cs: int

    @property
    def ring(self) -> int:
        """That was interrupted."""
        return self.cs & RING


def _words(debugger: StoppedQemu, address: int, count: int) -> tuple[int, ...]:
    _, (data,) = debugger.look(((address, 4 * count),))
    return struct.unpack(f"<{count}I", data or bytes(4 * count))


def _entries(subject: Subject) -> frozenset[int]:
    """Where an NMI goes first."""
    names = ("nmi_entry", "trap_2", "trap_2_at_sysenter")
    return frozenset(subject.symbols[name] for name in names if name in subject.symbols)


def _nmi(debugger: StoppedQemu, entries: frozenset[int], position: Position) -> str:
    debugger.monitor("nmi")
    registers = debugger.run_to(entries)
    found = Frame(*_words(debugger, registers["esp"], 2))
    return "" if found.eip == position.eip else f"the NMI came at {found.eip:#x}"


def _clock(
    debugger: StoppedQemu, subject: Subject, position: Position, *, after_nmi: bool
) -> str | None:
    """The clock's interrupt is due, or was before, or something else was."""
    entry = subject.symbols["irq_timer"]
    registers = debugger.run_to(frozenset({entry, position.ends}))
    if registers["eip"] == position.ends:
        return None
    found = Frame(*_words(debugger, registers["esp"], 2))
    if found.ring == RING:
        is_elsewhere = position.ring == RING and found.eip != position.eip
        return f"the interrupt came at {found.eip:#x}" if is_elsewhere else ""
    # STI holds interrupts back for one instruction, but not behind the IRET of an NMI that comes
    # just then. The stack is the process's, still.
    _, (code,) = debugger.look(((position.eip, len(_SYSEXIT)),))
    if after_nmi and found.eip == position.eip and code == _SYSEXIT:
        return ""
    return f"the interrupt came in the kernel, at {subject.name_of(found.eip)}"


@dataclass(frozen=True)
class Nmi:
    """A non-maskable interrupt: step robust counts it."""

    clock: bool = False
    counters = (("nmi_count", 1),)

    def happen(self, debugger: StoppedQemu, subject: Subject, position: Position) -> str | None:
        """See `Event.happen`."""
        return _nmi(debugger, _entries(subject), position)


@dataclass(frozen=True)
class Clock:
    """The clock's interrupt: it comes at the next instruction of ring 3."""

    clock: bool = True
    counters = ()

    def happen(self, debugger: StoppedQemu, subject: Subject, position: Position) -> str | None:
        """See `Event.happen`."""
        return _clock(debugger, subject, position, after_nmi=False)


@dataclass(frozen=True)
class NmiAndClock:
    """An NMI while the clock's interrupt waits."""

    clock: bool = True
    counters = (("nmi_count", 1),)

    def happen(self, debugger: StoppedQemu, subject: Subject, position: Position) -> str | None:
        """See `Event.happen`."""
        problem = _nmi(debugger, _entries(subject), position)
        return problem or _clock(debugger, subject, position, after_nmi=True)


@dataclass(frozen=True)
class NmiInTheLesson:
    """A non-maskable interrupt in a small kernel, which ends of it.

    It is looked at where the kernel would end, and whether it could go on: `trap_dispatch` returns
    at once.
    """

    clock: bool = False
    counters = ()

    def happen(self, debugger: StoppedQemu, subject: Subject, position: Position) -> str | None:
        """See `Event.happen`."""
        symbols = subject.symbols
        problem = _nmi(debugger, _entries(subject), position)
        if problem:
            return problem
        esp = debugger.run_to(frozenset({symbols["trap_dispatch"]}))["esp"]
        back, regs, vector = _words(debugger, esp, 3)
        eip = _words(debugger, regs + subject.pt_eip, 1)[0]
        debugger.write(esp=esp + 4, eip=back)
        # On a stack that is none it is told as if one instruction later.
        lost = "trap_2_at_sysenter" in symbols and position.eip == symbols["sysenter_entry"]
        expected = symbols["sysenter_entry.stack_found"] if lost else position.eip
        if (vector, eip) != (VECTOR_NMI, expected):
            return f"told as exception {vector} at {subject.name_of(eip)}"
        return ""
