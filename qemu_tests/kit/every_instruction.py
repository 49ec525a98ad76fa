"""Something happens before every instruction of a call, one instruction further at each call.

One boot does: the program makes each kind of call again and again, a debugger goes one instruction
further each time, has it happen there, and looks at what the program finds when the call is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from builder.boot.emulator import Machine
from builder.config.step import Step
from builder.model.layout import PT_REGS
from builder.xray.debugger import GuestEndedError, GuestHangsError, Registers
from builder.xray.elf_names import ElfNames, read_names
from builder.xray.gdb_stub import StoppedQemu, qemu_stopped
from builder.xray.instruction import decode
from qemu_tests.kit.calls_program import CALLS, NAME, Call, calls_of, make_calls_program
from qemu_tests.kit.kernels import IMPATIENT, Damage, Kernel, Lab, symbols_of

_ENDS_OF_CODE = ("jmp", "ret", "iretd", "sysexit")
MISSES_MAX = 8
# RF lasts for one instruction, and no program sees it. QEMU 10 sets it in what it saves for an NMI
# or an IRQ (findings/qemu-saves-rf-for-interrupts.sh); an INT n that is next saves it again.
RF = 1 << 16
_NOWHERE = frozenset({0xFFFFFFFF})


@dataclass(frozen=True)
class Subject:
    """A kernel with the program of calls_program.py."""

    kernel: Kernel
    program: Path

    @property
    def symbols(self) -> dict[str, int]:
        """Of the kernel."""
        return self.kernel.symbols

    @property
    def pt_eip(self) -> int:
        """Where struct pt_regs has EIP."""
        return PT_REGS.offset_of("eip")

    @cached_property
    def _names(self) -> ElfNames:
        return read_names(self.kernel.elf)

    def name_of(self, address: int) -> str:
        """`sysenter_entry.flags+0x3`; in ring 3 the bare number."""
        return self._names.symbol(address) or f"{address:#x}"

    def code_of(self, name: str) -> set[int]:
        """Addresses of the instructions of a piece of assembly, local labels with it."""
        start = at = self.symbols[name]
        others = (at for at, other in self._names.symbols if not other.startswith(f"{name}."))
        end = min(at for at in others if at > start)
        base, code = next(
            (base, code) for base, code in self._names.code if base <= at < base + len(code)
        )
        found: list[int] = []
        whole = 0  # of them: behind those there is padding
        while at < end:
            one = decode(code[at - base : end - base], at)
            found.append(at)
            at += len(one.code)
            whole = len(found) if one.mnemonic in _ENDS_OF_CODE else whole
        return {*found[:whole]}


@dataclass(frozen=True)
class Position:
    """The instruction before which it happens: the how manyth of which call, and where.

    Attributes:
        registers: Before it.
        name: Of its place.
        ends: Where the call is over.
    """

    call: Call
    number: int
    registers: Registers
    name: str
    ends: int

    @property
    def eip(self) -> int:
        """Its address."""
        return self.registers["eip"]

    @property
    def ring(self) -> int:
        """That the CPU is in there."""
        return self.registers["cs"] & 3

    def __str__(self) -> str:
        """As a failed test says it."""
        return f"{self.call.name}: instruction {self.number}, {self.name}"


class Event(Protocol):
    """What happens."""

    @property
    def clock(self) -> bool:
        """True if the clock's interrupt is to be due there."""

    @property
    def counters(self) -> tuple[tuple[str, int], ...]:
        """Symbols of words of the kernel's, and by how much each must have grown."""

    def happen(self, debugger: StoppedQemu, subject: Subject, position: Position) -> str | None:
        """Have it happen there, where the debugger is stopped.

        Returns what is wrong with how it was dealt with, if that shows; None if it did not happen.
        """


@dataclass
class Walk:
    """All positions of all calls, one after the other.

    Attributes:
        positions: That were tried.
        problems: Position, and what went wrong there.
        output: What the guest printed until it ended.
    """

    positions: list[Position] = field(default_factory=list)
    problems: list[tuple[Position, str]] = field(default_factory=list)
    output: str = ""

    @property
    def report(self) -> str:
        """What a failed test says."""
        rows = [f"{position}: {problem}" for position, problem in self.problems]
        return "\n".join([f"{len(self.positions)} positions", *rows, self.output])


def make_subject(
    lab: Lab, folder: Path, step: Step, *config: str, changes: Sequence[Damage] = (), name: str = ""
) -> Subject:
    """Build such a kernel; with `changes` in its tree it needs a name."""
    program = make_calls_program(folder, step)
    own = (f"kernel.step={step}", "programs.suite=none", f"programs.files=['{NAME}']")
    kernel = lab.kernel(*own, *config, folder=folder)
    return Subject(lab.damaged(kernel, name, changes) if changes else kernel, program)


def walk(subject: Subject, event: Event, *, to_the_first_problem: bool = False) -> Walk:
    """Boot it, and have `event` happen at every position, up to one where the machine ends."""
    done = Walk()
    with qemu_stopped(Machine(), subject.kernel.image("kernel"), IMPATIENT) as debugger:
        try:
            for index, call in enumerate(calls_of(subject.kernel.config.kernel.step)):
                for _ in _OneCall(debugger, subject, event, call, index).walk(done):
                    if done.problems and to_the_first_problem:
                        return done
            debugger.run_to(_NOWHERE)
        except (GuestEndedError, GuestHangsError) as end:
            done.output = f"{debugger.output()}\n{end}"
    return done


class _OneCall:
    """One kind of call."""

    def __init__(
        self, debugger: StoppedQemu, subject: Subject, event: Event, call: Call, index: int
    ) -> None:
        self._debugger = debugger
        self._subject = subject
        self._event = event
        self._call = call
        labels = symbols_of(subject.program)
        self._ready = labels[f"ready_{index}"]
        self._ends = labels[f"behind_{index}"]
        self._done = labels[f"done_{index}"]
        if call.leaves_page and "SYSENTER_RETURN" in subject.symbols:
            self._ends = subject.symbols["SYSENTER_RETURN"]
        self._tss = 0
        self._counters = dict(event.counters)
        # Where each instruction is, from a first one on that is none of the call's: a machine that
        # has run and stopped lets the clock go on at its next step with the clock, not after it.
        self._path = [self._ready, labels[f"last_{index}"]]
        self._in_kernel: set[int] = set()  # of them

    def walk(self, done: Walk) -> Iterator[None]:
        """One position after the other, until the call is over before the next one."""
        misses = 0
        for _ in range(CALLS - 1):
            before = self._debugger.run_to(frozenset({self._ready}))
            self._tss = self._tss or self._debugger.tables()["tr"]
            self._go_to_last()
            self._debugger.step(clock=self._event.clock)
            here, _ = self._debugger.look(())
            is_over = here["eip"] == self._ends
            is_early = self._event.clock and here["eip"] == self._subject.symbols["irq_timer"]
            if not is_over and not is_early and self._is_tried(done, self._position(here), before):
                self._path.append(here["eip"])
                if here["cs"] & 3 == 0:
                    self._in_kernel.add(here["eip"])
                misses = 0
            else:  # the clock had something else to do first: once more
                misses += 1
                assert misses < MISSES_MAX, self._position(here)
            self._leave(before)
            yield
            if is_over:
                if self._call.leaves_page:  # the other calls would end the program
                    self._debugger.write(eip=self._done)
                return
        raise AssertionError(f"{self._call.name} does not end within {CALLS} instructions")

    def _position(self, here: Registers) -> Position:
        name = self._subject.name_of(here["eip"])
        return Position(self._call, len(self._path) - 1, here, name, self._ends)

    def _go_to_last(self) -> None:
        """Go to the instruction before the next position.

        In steps, which let no interrupt in, but within the kernel: interrupts are off there, and
        where the call has only been once so far, it can run.
        """
        target = next(
            (number for number in range(len(self._path) - 2, 0, -1) if self._is_alone(number)), 0
        )
        if self._event.clock and self._path[-1] not in self._in_kernel:
            target = 0  # an interrupt that came due meanwhile would come too early
        number = 0
        while number < len(self._path) - 1:
            if number < target and self._path[number] in self._in_kernel:
                self._debugger.run_to(frozenset({self._path[target]}))
                number = target
            else:
                self._debugger.step()
                number += 1

    def _is_alone(self, number: int) -> bool:
        address = self._path[number]
        return address in self._in_kernel and self._path.count(address) == 1

    def _is_tried(self, done: Walk, position: Position, before: Registers) -> bool:
        """Have it happen there, and look. False if it has not happened."""
        old = self._counted()
        try:
            problem = self._event.happen(self._debugger, self._subject, position)
            if problem is None:
                return False
            after = self._to_the_end()
        except (GuestEndedError, GuestHangsError) as end:
            done.positions.append(position)
            done.problems.append((position, str(end)))
            raise
        done.positions.append(position)
        problem = problem or self._what_is_wrong(before, after) or self._miscounted(old)
        if problem:
            done.problems.append((position, problem))
        return True

    def _to_the_end(self) -> Registers:
        """Go to where the call is over, if the machine is not there."""
        here, _ = self._debugger.look(())
        return here if here["eip"] == self._ends else self._debugger.run_to(frozenset({self._ends}))

    def _leave(self, before: Registers) -> None:
        """Have the program go on: for one without a stack, with the one that it had."""
        self._to_the_end()
        if self._call.leaves_page:
            esp = before["esp"] + self._call.popped_bytes
            self._debugger.write(esp=esp, eflags=before["eflags"])

    def _what_is_wrong(self, before: Registers, after: Registers) -> str:
        """Which registers of the program's are not as they must be."""
        expected = dict(before, eax=self._call.result & 0xFFFFFFFF, eip=self._ends)
        if self._call.leaves_page:
            expected |= {"esp": before["ebp"], "ecx": after["ecx"], "edx": after["edx"]}
            expected |= {"ebp": after["ebp"], "eflags": self._call.flags or before["eflags"]}
        wrong = [
            f"{name} is {after[name]:#x}, not {value:#x}"
            for name, value in expected.items()
            if (after[name] ^ value) & ~(RF if name == "eflags" else 0)
        ]
        link = self._debugger.look(((self._tss, 4),))[1][0]
        if link != bytes(4):
            wrong.append("the TSS's link is not 0")
        return ", ".join(wrong)

    def _counted(self) -> dict[str, int]:
        symbols = self._subject.symbols
        _, words = self._debugger.look(tuple((symbols[name], 4) for name in self._counters))
        return {
            name: int.from_bytes(word or b"", "little")
            for name, word in zip(self._counters, words, strict=True)
        }

    def _miscounted(self, old: Mapping[str, int]) -> str:
        new = self._counted()
        wrong = [
            f"{name} has grown by {new[name] - old[name]}, not {by}"
            for name, by in self._counters.items()
            if new[name] - old[name] != by
        ]
        return ", ".join(wrong)
