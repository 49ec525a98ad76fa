"""Where the rows of a raw record lead: calls, handlers, frames, and the numbered way. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from builder.model.layout import PT_REGS
from builder.model.memory import KERNEL_BASE
from builder.model.traps import TRAPS, WITH_ERROR_CODE
from builder.xray.debugger import Registers
from builder.xray.instruction import Instruction
from builder.xray.machine_state import TSS_ESP0, MachineState
from builder.xray.recorder import RawRow

_PT_EIP = PT_REGS.offset_of("eip")
_KERNEL_STACK_BYTES_MAX = 8192
_WORD = 4
_TITLE = {trap.vector: trap.title for trap in TRAPS}


def event_title(vector: int) -> str:
    """What an exception or interrupt is called, such as `#PF page fault`."""
    return _TITLE.get(vector, f"interrupt {vector:#x}")


@dataclass(frozen=True)
class _Frame:
    """A call that has not come back."""

    esp: int  # before its return address was pushed
    ring: int


@dataclass
class Walk:
    """What is known while one row after the other is seen.

    Attributes:
        state: Tables and MSRs at the beginning.
        tss: As the CPU has it now.
        way: Number of the part of docs/way.svg that is gone through.
        frames: Of calls, the innermost last.
        branches: ESP that each handler interrupted, the innermost last.
        pt_regs: Address of each struct pt_regs and what it is called, the latest last.
    """

    state: MachineState
    tss: bytearray = field(init=False)
    way: int = 1
    frames: list[_Frame] = field(default_factory=list)
    branches: list[int] = field(default_factory=list)
    pt_regs: list[tuple[int, str]] = field(default_factory=list)
    _seen: int = 0
    _has_returned: bool = False

    def __post_init__(self) -> None:
        """Nothing has been seen."""
        self.tss = bytearray(self.state.tss)
        self._new_top()

    @property
    def esp0(self) -> int:
        """As the TSS has it now."""
        return int(struct.unpack_from("<I", self.tss, TSS_ESP0)[0])

    def depth(self, ring: int) -> int:
        """How many calls deep that ring is."""
        return sum(frame.ring == ring for frame in self.frames)

    def begin(self, raw: RawRow, after: Registers, instruction: Instruction) -> None:
        """A row is about to be executed."""
        if raw.instead:
            self._branch(raw, after)
        elif not self.branches:
            self.way = self._next_way(raw, instruction)
        self._seen += 1

    def end(self, raw: RawRow, after: Registers, instruction: Instruction) -> None:
        """It has been."""
        ring = raw.registers["cs"] & 3
        if instruction.mnemonic == "call" and raw.vector is None:
            self.frames.append(_Frame(raw.registers["esp"], ring))
        elif instruction.mnemonic.startswith("ret"):
            while self.frames and self._is_left(self.frames[-1], ring, after["esp"]):
                self.frames.pop()
                self._has_returned |= ring == 0 and not self.depth(0) and not self.branches
        elif instruction.mnemonic.startswith("iret") and self._is_branch_left(after["esp"]):
            self.branches.pop()
        for at, content in self._tss_writes(raw):
            self.tss[at : at + len(content)] = content
            if at == TSS_ESP0:
                self._new_top()

    @staticmethod
    def _is_left(frame: _Frame, ring: int, esp: int) -> bool:
        return frame.ring == ring and esp >= frame.esp

    def _is_branch_left(self, esp: int) -> bool:
        return bool(self.branches) and esp >= self.branches[-1]

    def _tss_writes(self, raw: RawRow) -> Iterator[tuple[int, bytes]]:
        for span in raw.touched:
            at = span.address - self.state.tss_address
            if span.writes and span.new and 0 <= at < len(self.tss):
                yield at, span.new

    def _new_top(self) -> None:
        """The TSS has another esp0: there a frame will end."""
        self.pt_regs.append((self.esp0 - PT_REGS.size_bytes, "pt_regs"))

    def _branch(self, raw: RawRow, after: Registers) -> None:
        """A handler begins, with a frame of its own."""
        self.branches.append(raw.registers["esp"])
        if raw.vector is not None:
            error_code = _WORD if raw.vector in WITH_ERROR_CODE else 0
            base = after["esp"] + error_code - _PT_EIP
            of_kernel = f"pt_regs of {event_title(raw.vector)}"
            self.pt_regs.append((base, "pt_regs" if raw.registers["cs"] & 3 else of_kernel))

    def _next_way(self, raw: RawRow, instruction: Instruction) -> int:
        """The numbers of docs/way.svg, by what is done."""
        ring = raw.registers["cs"] & 3
        if ring == 3 and self.way < 4:
            if instruction.mnemonic in ("sysenter", "int"):
                return 3
            return 2 if self._seen else 1
        if ring == 3:
            return 9
        if self.way in (3, 4):
            return 4 if self._stack_is_lost(raw.registers["esp"]) else 5
        if self.way in (5, 6) and not self.depth(0):
            return self._part_of_frame(raw, instruction)
        return 8 if self.way == 7 and self._has_returned else self.way

    def _part_of_frame(self, raw: RawRow, instruction: Instruction) -> int:
        """While struct pt_regs is made: the frame, the sixth argument, or the call behind it."""
        if any(not span.writes and span.address < KERNEL_BASE for span in raw.touched):
            return 6
        asks_number = instruction.mnemonic == "cmp" and instruction.operands.startswith("eax, ")
        return 7 if asks_number or instruction.mnemonic == "call" else 5

    def _stack_is_lost(self, esp: int) -> bool:
        """Is this no kernel stack of a process?"""
        return not 0 <= self.esp0 - esp < _KERNEL_STACK_BYTES_MAX
