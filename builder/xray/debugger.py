"""What a debugger must be able to do for the recorder: gdb_stub.py and bochs_debugger.py can."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Protocol

from builder.tools.process_group import Process

# In the order of gdb's i386 target description, which `g` follows.
REGISTERS = (
    *("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"),
    *("eip", "eflags", "cs", "ss", "ds", "es", "fs", "gs"),
)
Registers = Mapping[str, int]  # by these names; segment registers hold selectors

_END_S = 5  # for its process, once it has closed its channels

Span = tuple[int, int]  # linear address and length in bytes


class GuestEndedError(Exception):
    """The emulator is gone, or the machine has stopped for good. The text says how."""


class GuestHangsError(Exception):
    """Nothing more is to be expected of it. The text says what it has used up."""


def how_ended(title: str, process: Process) -> str:
    """Of an emulator that says nothing more: whether the machine has ended, or it was killed."""
    status = process.wait(_END_S)
    if status is not None and status < 0:
        return f"{title} was ended by {signal.Signals(-status).name}"
    return "the machine has ended"


class Debugger(Protocol):
    """One stopped machine. Addresses are linear ones, as the CPU sees them at that moment.

    Attributes:
        cpu: Number of the CPU that is looked at and stepped: the one that has stopped last.
        hit: Address of the word whose write has stopped it; None if something else has.
    """

    cpu: int
    hit: int | None

    def run_to(self, addresses: frozenset[int], written: frozenset[int] = frozenset()) -> Registers:
        """Go on to the next instruction at one of these addresses; at least one is executed.

        Args:
            addresses: Where to stop.
            written: Addresses of words: stop, too, behind an instruction that writes one; then
                `hit` is its address.

        Raises:
            GuestEndedError: The guest came to none of them, but to its end.
            GuestHangsError: It comes nowhere.
        """

    def step(
        self, *, clock: bool = False, before: tuple[Span, ...] = ()
    ) -> tuple[bytes | None, ...]:
        """Execute one instruction, or let one interrupt in. Raises as `run_to`.

        Args:
            clock: Let time pass, so that the next timer interrupt comes; else it stands still.
            before: Memory to read before that.

        Returns:
            That memory; None for a span that is not mapped.
        """

    def look(self, spans: tuple[Span, ...]) -> tuple[Registers, tuple[bytes | None, ...]]:
        """All registers, and the memory of these spans; None for one that is not mapped."""

    def tables(self) -> Mapping[str, int]:
        """`gdt`, `idt`, `tr` (its base), `cr0`, `cr2`, `cr3`, `cr4`."""

    def output(self) -> str:
        """What the guest has printed."""
