"""Where the rows of a raw record lead: calls, handlers, frames, and the numbered way. Pure."""

from __future__ import annotations

import contextlib
import signal
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
_PT_REGS = "pt_regs"
ANOTHER = "another process"
_WAYS_BACK = ("iretd", "sysexit")
_SIGNALS = range(1, 65)
_TITLE = {trap.vector: trap.title for trap in TRAPS}


def event_title(vector: int) -> str:
    """What an exception or interrupt is called, such as `#PF page fault`."""
    return _TITLE.get(vector, f"interrupt {vector:#x}")


@dataclass(frozen=True)
class _Frame:
    """A call that has not come back."""

    esp: int  # before its return address was pushed
    ring: int


@dataclass(frozen=True)
class _Branch:
    """A handler that has not come back."""

    title: str
    esp: int  # of what it interrupted
    ring: int
    pt_regs: int | None  # where its frame is; None: a program's handler, which has another one

    def is_left(self, after: Registers) -> bool:
        """Does the CPU go on where it was interrupted?"""
        if after["cs"] & 3 != self.ring:
            return False
        # The stack of a program's handler may lie anywhere: see sigaltstack().
        return after["esp"] >= self.esp if self.pt_regs is not None else after["esp"] == self.esp


@dataclass
class _Thread:
    """Of one kernel stack, and of the program's that belongs to it.

    Attributes:
        frames: Calls that have not come back, the innermost last.
        branches: Handlers that have not come back, the innermost last.
        user_esps: What the program may find in ESP again, of when it entered the kernel last.
    """

    frames: list[_Frame] = field(default_factory=list)
    branches: list[_Branch] = field(default_factory=list)
    user_esps: tuple[int, ...] = ()


@dataclass
class Walk:
    """What is known while one row after the other is seen.

    Attributes:
        state: Tables and MSRs at the beginning.
        tss: As the CPU has it now.
        way: Number of the part of docs/way.svg that is gone through.
        pt_regs: Address of each struct pt_regs and what it is called, the latest last.
    """

    state: MachineState
    tss: bytearray = field(init=False)
    way: int = 1
    pt_regs: list[tuple[int, str]] = field(default_factory=list)
    _threads: dict[int, _Thread] = field(default_factory=dict)  # by their esp0
    _home: int = field(init=False)
    _running: int = field(init=False)
    _written: set[int] = field(default_factory=set)  # of the program's memory, by the kernel
    _seen: int = 0
    _has_returned: bool = False

    def __post_init__(self) -> None:
        """Nothing has been seen."""
        self.tss = bytearray(self.state.tss)
        self._home = self._running = self.esp0
        self._new_top()

    @property
    def esp0(self) -> int:
        """As the TSS has it now."""
        return int(struct.unpack_from("<I", self.tss, TSS_ESP0)[0])

    @property
    def frames(self) -> list[_Frame]:
        """Calls that have not come back, the innermost last."""
        return self._thread(self._running).frames

    @property
    def contexts(self) -> tuple[str, ...]:
        """What goes on beside the way, the outermost first; nothing on the way itself."""
        titles = [branch.title for branch in self._thread(self._home).branches]
        if self._running != self._home:
            titles += [ANOTHER, *(one.title for one in self._thread(self._running).branches)]
        return tuple(titles)

    def _thread(self, esp0: int) -> _Thread:
        return self._threads.setdefault(esp0, _Thread())

    def depth(self, ring: int) -> int:
        """How many calls deep that ring is."""
        return sum(frame.ring == ring for frame in self.frames)

    def begin(self, raw: RawRow, after: Registers, instruction: Instruction) -> None:
        """A row is about to be executed."""
        if not self.contexts:
            self.way = self._next_way(raw, instruction)
            self._seen += not raw.instead
        if raw.instead:
            self._branch(raw, after)

    def end(self, raw: RawRow, after: Registers, instruction: Instruction) -> None:
        """It has been."""
        ring = raw.registers["cs"] & 3
        if instruction.mnemonic == "call" and raw.vector is None:
            self.frames.append(_Frame(raw.registers["esp"], ring))
        elif instruction.mnemonic.startswith("ret"):
            while self.frames and self._is_left(self.frames[-1], ring, after["esp"]):
                self.frames.pop()
                self._has_returned |= ring == 0 and not self.depth(0) and not self.contexts
        for at, content in self._tss_writes(raw):
            self.tss[at : at + len(content)] = content
            if at == TSS_ESP0:
                self._new_top()
        self._note_written(raw)
        if ring == 3 and after["cs"] & 3 == 0:
            esps = raw.registers["esp"], raw.registers["ebp"]  # SYSENTER's convention is EBP
            self._thread(self._running).user_esps = esps
            self._written.clear()
        elif instruction.mnemonic in _WAYS_BACK and not raw.instead:
            self._leave(after)
        if after["cs"] & 3 == 0 and 0 <= self.esp0 - after["esp"] < _KERNEL_STACK_BYTES_MAX:
            self._running = self.esp0

    @staticmethod
    def _is_left(frame: _Frame, ring: int, esp: int) -> bool:
        return frame.ring == ring and esp >= frame.esp

    def _note_written(self, raw: RawRow) -> None:
        for span in raw.touched if raw.registers["cs"] & 3 == 0 else ():
            if span.writes and span.address < KERNEL_BASE:
                self._written.update(range(span.address, span.address + len(span.new or b"")))

    def _leave(self, after: Registers) -> None:
        """The kernel goes back: to what was interrupted, or to a program's handler of a signal."""
        thread = self._thread(self._running)
        while thread.branches and thread.branches[-1].is_left(after):
            base = thread.branches.pop().pt_regs
            self.pt_regs = [row for row in self.pt_regs if row[0] != base or row[1] == _PT_REGS]
        # The kernel has built the frame that the handler finds on its stack.
        is_elsewhere = after["cs"] & 3 == 3 and after["esp"] not in thread.user_esps
        if is_elsewhere and after["esp"] in self._written and after["eax"] in _SIGNALS:
            title = f"handler of signal {after['eax']}"
            with contextlib.suppress(ValueError):
                title += f", {signal.Signals(after['eax']).name}"
            thread.branches.append(_Branch(title, thread.user_esps[0], 3, None))

    def _tss_writes(self, raw: RawRow) -> Iterator[tuple[int, bytes]]:
        for span in raw.touched:
            at = span.address - self.state.tss_address
            if span.writes and span.new and 0 <= at < len(self.tss):
                yield at, span.new

    def _new_top(self) -> None:
        """The TSS has another esp0: there a frame will end."""
        self.pt_regs.append((self.esp0 - PT_REGS.size_bytes, _PT_REGS))

    def _branch(self, raw: RawRow, after: Registers) -> None:
        """A handler begins, with a frame of its own."""
        vector, ring = raw.vector or 0, raw.registers["cs"] & 3
        base = after["esp"] + (_WORD if vector in WITH_ERROR_CODE else 0) - _PT_EIP
        title = event_title(vector)
        self.pt_regs.append((base, _PT_REGS if ring else f"{_PT_REGS} of {title}"))
        branch = _Branch(f"handler of {title}", raw.registers["esp"], ring, base)
        self._thread(self._running).branches.append(branch)

    def _next_way(self, raw: RawRow, instruction: Instruction) -> int:
        """The numbers of docs/way.svg, by what is done."""
        ring = raw.registers["cs"] & 3
        if ring == 3 and instruction.mnemonic in ("sysenter", "int"):
            self._has_returned = False  # a call that a signal interrupted is made again
            return 3
        if ring == 3 and self.way < 4:
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
