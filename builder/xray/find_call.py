"""Boots a kernel, and stops at the instruction of a program with which the wanted call begins.

That instruction is only known when the kernel has been entered, so the machine is booted twice: it
counts instructions, so that the second time is the same. The first boot stops at each entry point
until it is the right call, the second one a moment earlier.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Literal

from builder.errors import UserError
from builder.model.kernel import KernelModel
from builder.xray.debugger import Debugger, GuestEndedError, GuestHangsError, Registers
from builder.xray.elf_names import ElfNames
from builder.xray.instruction import decode
from builder.xray.machine_state import TSS_ESP0, MachineState, program_name, read_state
from builder.xray.record import gate_in_words

Gate = Literal["page", "int80"]
ENTRIES = ("sysenter_entry", "int80_entry")
_INT_80_BYTES = 2
_CALL_BYTES = (2, 3, 5, 6, 7)  # of a near CALL, with or without a segment prefix
# What follows an INT 80h that stands in a stub, in SYSENTER's place or for when that comes back
# early: the stub takes what it has saved, if anything, and returns.
_ENDS_OF_STUBS = (bytes.fromhex("5d 5a 59 c3"), bytes.fromhex("c3"))
_SAVED_WORDS_MAX = 6  # by a stub: the return address lies above
_SHOWN_CALLS = 12  # of those that came in place of the one that was looked for
_WORD_BYTES = 4
_RING = 3


@dataclass(frozen=True)
class Wanted:
    """Which call. Empty and None: any.

    Attributes:
        program: Name of the program that makes it.
        number: Of the call.
        gate: Through the page (or a program's own stub), or by an INT 80h of the program's own.
        nth: Of those that fit, from 1 on.
    """

    program: str = ""
    number: int | None = None
    gate: Gate | None = None
    nth: int = 1


@dataclass(frozen=True)
class Found:
    """A stopped machine, about to make the call.

    Attributes:
        program: That makes it.
        gate: As in `Wanted`.
        return_address: Where the program goes on.
        state: What the CPU will look at.
    """

    program: str
    gate: Gate
    return_address: int
    state: MachineState


@dataclass(frozen=True)
class _Entry:
    """One way into the kernel, seen at its first instruction."""

    number: int
    program: str
    gate: Gate
    # Where the instruction may lie with which it began -> where that returns to, and ESP there.
    starts: Mapping[int, tuple[int, int]]

    def fits(self, wanted: Wanted) -> bool:
        """Is it one of those that are looked for?"""
        return (
            (not wanted.program or self.program == wanted.program)
            and wanted.number in (None, self.number)
            and wanted.gate in (None, self.gate)
        )

    def is_like(self, other: _Entry) -> bool:
        """Is it told from the other only by when it comes? All that is seen where a call begins."""
        return (self.number, self.program) == (other.number, other.program) and not set(
            self.starts
        ).isdisjoint(other.starts)


@contextmanager
def stopped_at_call(
    boot: Callable[[], AbstractContextManager[Debugger]],
    names: ElfNames,
    model: KernelModel,
    wanted: Wanted,
) -> Iterator[tuple[Debugger, Found]]:
    """The machine at the call.

    Args:
        boot: Starts the machine, stopped before its first instruction.
        names: Of the kernel.
        model: The kernel's.
        wanted: Which call.

    Raises:
        UserError: The call never comes, or the kernel has no symbols.
        ToolError: The emulator is not there.
    """
    stops = _Stops(names, model)
    with boot() as debugger:
        entry, nth = _first_that_fits(debugger, stops, wanted)
    with boot() as debugger:
        return_address, msr = _go_to(debugger, stops, entry, nth, wanted)
        state = read_state(debugger, msr)
        yield debugger, Found(entry.program, entry.gate, return_address, state)


class _Stops:
    """Where to stop: at the entry points, and at each WRMSR, as no debugger can read an MSR."""

    def __init__(self, names: ElfNames, model: KernelModel) -> None:
        entries = {name: names.address_of(name) for name in ENTRIES}
        self.entries = {address: name for name, address in entries.items() if address is not None}
        if not self.entries:
            raise UserError(
                "the kernel has no entry point that could be found",
                where=str(names.path),
                why=f"it has no symbol {' or '.join(ENTRIES)}",
                fix="take a kernel.elf that has not been stripped",
            )
        self.several_cpus = model.cpu_count > 1
        self.wrmsr = frozenset(
            start + at
            for start, code in names.code
            for at in range(len(code))
            if code.startswith(b"\x0f\x30", at)
        )
        self.model = model
        self._tss_address: int | None = None  # once it is known

    def entries_of(self, wanted: Wanted) -> frozenset[int]:
        """Where such a call can be seen first."""
        names = ("int80_entry",) if wanted.gate == "int80" else ENTRIES
        return frozenset(at for at, name in self.entries.items() if name in names)

    def esp0_address(self, debugger: Debugger) -> int:
        """Where the TSS of the CPU that has stopped has it."""
        if self._tss_address is None or self.several_cpus:
            self._tss_address = debugger.tables()["tr"]
        return self._tss_address + TSS_ESP0


def _first_that_fits(debugger: Debugger, stops: _Stops, wanted: Wanted) -> tuple[_Entry, int]:
    """The entry, and the how manyth it is of those that are taken for one where it may begin."""
    seen = _Seen()
    fitting: list[_Entry] = []
    running = ""
    watched: frozenset[int] = frozenset()  # esp0, while it tells when another program runs
    # Who runs can be asked at the first entry of all.
    stop_at = frozenset(stops.entries) if wanted.program else stops.entries_of(wanted)
    try:
        while len(fitting) < wanted.nth:
            registers = debugger.run_to(stop_at, watched)
            if wanted.program:
                running = _program(debugger, stops)
                seen.programs[running] = None
                if not stops.several_cpus:  # of which each has an esp0
                    watched = frozenset((stops.esp0_address(debugger),))
                    is_it = running == wanted.program
                    stop_at = stops.entries_of(wanted) if is_it else frozenset()
            if registers["eip"] not in stops.entries:
                continue
            # Most calls of most kernels are others: no more is asked of them than how they came.
            brief = registers["eax"], stops.entries[registers["eip"]]
            if wanted.number not in (None, registers["eax"]) and brief in seen.ways:
                continue
            seen.ways.add(brief)
            entry = _entry(debugger, stops, registers)
            if entry is None:
                continue
            if wanted.program in ("", entry.program):
                call = _call_in_words(stops.model, entry.number)
                gate = gate_in_words(entry.gate, stops.model.step)
                seen.calls[f"{entry.program}: {call} by {gate}"] = None
            if entry.fits(wanted):
                fitting.append(entry)
    except (GuestEndedError, GuestHangsError) as error:
        hangs = isinstance(error, GuestHangsError)
        has_ended = wanted.program in seen.programs and wanted.program != running
        who = "the kernel hangs" if hangs else f"the {'program' if has_ended else 'kernel'} ended"
        said = debugger.output().strip().rpartition("\n")[2]
        last = f"; its last line: {said}" if said else ""
        raise UserError(
            f"{who} before that call",
            where=_in_words(stops.model, wanted),
            why=f"{seen.in_words(wanted, len(fitting))}; then: {error}{last}",
            fix="choose one of these, or see `tinygate run` for how the kernel ends",
        ) from None
    found = fitting[-1]
    return found, sum(entry.is_like(found) for entry in fitting)


@dataclass
class _Seen:
    """What came while a call was looked for; the keys of the mappings, in order."""

    ways: set[tuple[int, str]] = field(default_factory=set)
    calls: dict[str, None] = field(default_factory=dict)
    programs: dict[str, None] = field(default_factory=dict)

    def in_words(self, wanted: Wanted, count: int) -> str:
        """That, for somebody who waited for a call of which so many came."""
        programs = ", ".join(name for name in self.programs if name)
        if programs and wanted.program not in self.programs:
            return f"there was no such program; those that ran: {programs}"
        came = f"{count} such call{'s' * (count > 1)} came" if count else "it never came"
        calls = list(self.calls)
        more = f" and {len(calls) - _SHOWN_CALLS} more" if len(calls) > _SHOWN_CALLS else ""
        return f"{came}; seen were {'; '.join(calls[:_SHOWN_CALLS]) or 'no calls at all'}{more}"


def _in_words(model: KernelModel, wanted: Wanted) -> str:
    words = [f"--program {wanted.program}"] if wanted.program else []
    if wanted.number is not None:
        name = next((row.name for row in model.syscalls if row.number == wanted.number), "")
        words += [f"--call {name or wanted.number}"]
    words += [f"--gate {wanted.gate}"] if wanted.gate else []
    return " ".join([*words, f"--nth {wanted.nth}"])


def _call_in_words(model: KernelModel, number: int) -> str:
    name = next((row.name for row in model.syscalls if row.number == number), "call")
    return f"{name} ({number})"


def _entry(debugger: Debugger, stops: _Stops, registers: Registers) -> _Entry | None:
    """What called; None if it was not ring 3, or its stack is not there."""
    esp = registers["ebp"]  # as SYSENTER's convention is
    if stops.entries[registers["eip"]] == "int80_entry":
        frame = _words(debugger, registers["esp"], 5)
        if frame is None or frame[1] & 3 != _RING:
            return None
        eip, _, _, esp, _ = frame
        _, (behind,) = debugger.look(((eip, len(_ENDS_OF_STUBS[0])),))
        if not (behind or b"").startswith(_ENDS_OF_STUBS):
            starts = {eip - _INT_80_BYTES: (eip, esp)}
            return _Entry(registers["eax"], _program(debugger, stops), "int80", starts)
    starts = dict(_starts(debugger, esp))
    if not starts:
        return None
    return _Entry(registers["eax"], _program(debugger, stops), "page", starts)


def _starts(debugger: Debugger, esp: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Where a CALL may lie whose return address is at `esp` or a few words above: `_Entry.starts`.

    All is asked at once, as some calls come thousands of times.
    """
    places = [(esp + _WORD_BYTES * number) & 0xFFFFFFFF for number in range(_SAVED_WORDS_MAX)]
    _, words = debugger.look(tuple((place, _WORD_BYTES) for place in places))
    there = takewhile(lambda word: word is not None, words)
    addresses = [int.from_bytes(word or b"", "little") for word in there]
    most = max(_CALL_BYTES)
    spans = tuple(((address - most) & 0xFFFFFFFF, most) for address in addresses)
    _, codes = debugger.look(spans)
    for place, address, code in zip(places, addresses, codes, strict=False):
        for length in _CALL_BYTES if code and address >= most else ():
            found = decode((code or b"")[most - length :], address - length)
            if found.mnemonic == "call" and len(found.code) == length:
                yield address - length, (address, place + _WORD_BYTES)


def _program(debugger: Debugger, stops: _Stops) -> str:
    """Name of the running process's program: its process lies where esp0 points."""
    esp0 = _words(debugger, stops.esp0_address(debugger), 1)
    return program_name(debugger, stops.model, esp0[0]) if esp0 else ""


def _words(debugger: Debugger, address: int, count: int) -> tuple[int, ...] | None:
    _, (data,) = debugger.look(((address & 0xFFFFFFFF, 4 * count),))
    return None if data is None else struct.unpack(f"<{count}I", data)


def _go_to(
    debugger: Debugger, stops: _Stops, entry: _Entry, nth: int, wanted: Wanted
) -> tuple[int, dict[int, int]]:
    """Go where the call begins; where it returns to, and the MSRs that were written until then."""
    told: dict[int, dict[int, int]] = {}  # CPU -> MSR -> value
    try:
        while True:
            registers = debugger.run_to(frozenset(entry.starts) | stops.wrmsr)
            if registers["eip"] in stops.wrmsr:
                told.setdefault(debugger.cpu, {})[registers["ecx"]] = registers["eax"]
                continue
            return_address, esp = entry.starts.get(registers["eip"], (0, 0))
            if registers["eax"] != entry.number or _program(debugger, stops) != entry.program:
                continue
            nth -= 1
            if nth == 0 and registers["esp"] == esp:
                return return_address, told.get(debugger.cpu, {})
    except (GuestEndedError, GuestHangsError):
        raise UserError(
            "the call did not come again when the kernel was booted once more",
            where=_in_words(stops.model, wanted),
            why="its return address was not found on the program's stack, or with several CPUs no "
            "two boots are the same",
            fix="choose another call, or --set cpu.count=1",
        ) from None
