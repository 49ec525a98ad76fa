"""One boot of a kernel, to where a part of its suite begins, and then from entry to entry."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from builder.xray.debugger import GuestEndedError, GuestHangsError, Registers
from builder.xray.elf_names import ElfNames
from builder.xray.gdb_stub import StoppedQemu
from builder.xray.instruction import accesses
from builder.xray.machine_state import (
    GDT_BYTES,
    MSR_EIP,
    TSS_ESP0,
    MachineState,
    program_name,
    read_state,
)
from builder.xray.side import Side
from builder.xray.suspects import result_count

ENTRIES_MAX = 4000
_ARGUMENTS: tuple[str, ...] = (
    *("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp"),
    *("ds", "es", "fs", "gs"),
)
_FRAME_WORDS = 5
_STACK_LOOK_BYTES = 512  # so much of a stack is looked through for calls


@dataclass(frozen=True)
class Told:
    """Something that the CPU was told for good.

    Attributes:
        what: Such as `MSR 175h`, or the instruction.
        value: Of an MSR; else 0.
        address: Of the instruction.
        callers: Of the calls that led there, the innermost first.
        table: What lies there, if that is a table.
    """

    what: str
    value: int
    address: int
    callers: tuple[int, ...]
    table: bytes = b""


@dataclass(frozen=True)
class Writer:
    """Who wrote a word last.

    Attributes:
        address: In the instruction.
        callers: Of the calls that led there, the innermost first.
        passed: How many entries into the kernel had been passed by then.
    """

    address: int
    callers: tuple[int, ...]
    passed: int


@dataclass(frozen=True)
class Entry:
    """The CPU at the first instruction of an entry into the kernel; all values by their meaning."""

    where: str
    registers: tuple[tuple[str, str], ...]
    frame: tuple[str, ...]


@dataclass
class Trip:
    """A machine on its way.

    Attributes:
        side: Which kernel.
        results: Of its suite, behind which the part begins.
        debugger: The machine.
        watch: Addresses of words whose writers are wanted.
        watch_from: Number of the stop from which on they are. Each write stops the machine, and
            some words are written ten thousand times.
        writers: Of these, who wrote it last.
        stops: How often it has stopped at a place so far, whatever is watched.
        began: Of these, when the part began.
        passed: Entries since the part began.
        told: All that the CPU was told, in order.
        ended: How the trip ended too early; empty if it did not.
        state: Tables, once the part has begun.
        esp0: Of the running process.
        running: Name of its program.
    """

    side: Side
    results: int
    debugger: StoppedQemu
    watch: frozenset[int] = frozenset()
    watch_from: int = 0
    writers: dict[int, Writer] = field(default_factory=dict)
    stops: int = 0
    began: int = 0
    passed: int = 0
    told: list[Told] = field(default_factory=list)
    ended: str = ""
    state: MachineState | None = None
    esp0: int = 0
    running: str = ""

    @property
    def program(self) -> ElfNames | None:
        """Names of the running program."""
        return self.side.program(self.running) if self.running else None

    def meaning(self, value: int) -> str:
        """What a value stands for; see `Side.meaning`."""
        return self.side.meaning(value, self.esp0, self.program)

    def to_part(self) -> None:
        """Go to where the part behind so many results begins: a check, or a program's process."""
        told_at = frozenset(self.side.system_instructions)
        switch, beginnings = self.side.switch_address, self.side.beginnings
        try:
            while True:
                registers = self._run_to(told_at | beginnings | {switch})
                while registers["eip"] in told_at:
                    self._hear(registers)
                    self.debugger.step()  # now the CPU has been told
                    registers, _ = self.debugger.look(())
                if registers["eip"] == switch:
                    self.switched(registers)
                if registers["eip"] in beginnings | {switch} and self._results() >= self.results:
                    break
        except (GuestEndedError, GuestHangsError) as error:
            self.ended = str(error)
            return
        self.began = self.stops
        msr = {int(row.what[4:7], 16): row.value for row in self.told if row.what[:3] == "MSR"}
        self.state = read_state(self.debugger, msr)
        if not self.running:
            self.look_who_runs()

    def _run_to(self, places: frozenset[int]) -> Registers:
        """Go on to the next of these places, or to behind the next write that is wanted."""
        watch = self.watch if self.stops >= self.watch_from else frozenset[int]()
        registers = self.debugger.run_to(places, watch)
        if self.debugger.hit in watch:
            inside = {**registers, "eip": registers["eip"] - 1}
            self.writers[self.debugger.hit or 0] = Writer(
                inside["eip"], self._callers(inside), self.passed
            )
        self.stops += registers["eip"] in places
        return registers

    def look_who_runs(self) -> None:
        """By esp0, as the TSS has it."""
        _, (word,) = self.debugger.look(((self.debugger.tables()["tr"] + TSS_ESP0, 4),))
        self.esp0 = int.from_bytes(word or b"", "little")
        self.running = program_name(self.debugger, self.side.model, self.esp0)

    def _results(self) -> int:
        return result_count(self.debugger.output())

    def switched(self, registers: Registers) -> None:
        """The machine stands in front of context_switch(previous, next)."""
        _, (word,) = self.debugger.look(((registers["esp"] + 8, 4),))
        self.esp0 = int.from_bytes(word or b"", "little")
        self.running = program_name(self.debugger, self.side.model, self.esp0)

    def _hear(self, registers: Registers) -> None:
        text = self.side.system_instructions[registers["eip"]]
        if text == "wrmsr":
            what = f"MSR {registers['ecx']:x}h"
            self.told.append(
                Told(what, registers["eax"], registers["eip"], self._callers(registers))
            )
        else:
            what = text.split()[0] if not text.startswith("mov") else text.rpartition(",")[0]
            table = b""
            if what == "lgdt":
                table = self._table(registers)
            elif what == "ltr":
                _, (gdt,) = self.debugger.look(((self.debugger.tables()["gdt"], GDT_BYTES),))
                table = gdt or b""
            self.told.append(Told(what, 0, registers["eip"], self._callers(registers), table))

    def _table(self, registers: Registers) -> bytes:
        """The GDT that is about to be loaded."""
        _, (code,) = self.debugger.look(((registers["eip"], 16),))
        operand = next(iter(accesses(code or b"", registers, lambda _: 0)), None)
        if operand is None:
            return b""
        _, (pointer,) = self.debugger.look(((operand.address, 6),))
        limit, base = struct.unpack("<HI", pointer or bytes(6))
        _, (table,) = self.debugger.look(((base, limit + 1),))
        return table or b""

    def _callers(self, registers: Registers) -> tuple[int, ...]:
        """Addresses in the CALLs on the kernel's stack that led into the running C function."""
        if registers["cs"] & 3:
            return ()
        _, (stack,) = self.debugger.look(((registers["esp"], _STACK_LOOK_BYTES),))
        if stack is None:
            return ()
        return tuple(self.side.names.callers(registers["eip"], stack))

    @property
    def gates(self) -> frozenset[int]:
        """Where the kernel may be entered."""
        assert self.state is not None, "the part has begun"
        addresses = {gate.offset for gate in self.state.idt.values() if gate.offset}
        eip = self.state.msr.get(MSR_EIP)
        return frozenset(addresses | ({eip} if eip else set()))

    def entries(self) -> Iterator[Entry]:
        """Go from entry to entry until the next result; what each looks like."""
        gates = self.gates
        places = gates | self.side.beginnings | {self.side.switch_address}
        while self.passed < ENTRIES_MAX:
            try:
                registers = self._run_to(places)
            except (GuestEndedError, GuestHangsError) as error:
                self.ended = str(error)
                return
            if registers["eip"] in gates:
                self.passed += 1
                yield self._entry(registers)
            elif registers["eip"] == self.side.switch_address:
                self.switched(registers)
            if registers["eip"] not in gates and self._results() > self.results:
                return

    def _entry(self, registers: Registers) -> Entry:
        frame: tuple[str, ...] = ()
        assert self.state is not None
        names = _ARGUMENTS
        if registers["eip"] != self.state.msr.get(MSR_EIP):
            _, (words,) = self.debugger.look(((registers["esp"], 4 * _FRAME_WORDS),))
            if words:
                values = struct.unpack(f"<{_FRAME_WORDS}I", words)
                frame = tuple(self.meaning(word) for word in values)
                # From ring 3 the stack is where the TSS says; how deep the kernel's own is
                # depends on the compiler.
                names += ("esp",) if values[1] & 3 == 3 else ()
        seen = tuple((name, self.meaning(registers[name])) for name in names)
        return Entry(self.meaning(registers["eip"]), seen, frame)


@contextmanager
def trip(
    side: Side, results: int, watch: frozenset[int] = frozenset(), watch_from: int = 0
) -> Iterator[Trip]:
    """A boot that has come to its part, or has ended before."""
    with side.stopped() as debugger:
        made = Trip(side, results, debugger, watch, watch_from)
        made.to_part()
        yield made
