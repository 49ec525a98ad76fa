"""Boots a kernel, and stops at the instruction of a program with which the wanted call begins.

That instruction is only known when the kernel has been entered, so the machine is booted twice: it
counts instructions, so that the second time is the same. The first boot stops at each entry point
until it is the right call, the second one a moment earlier.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal

from builder.errors import UserError
from builder.model.kernel import KernelModel
from builder.xray.debugger import Debugger, GuestEndedError, GuestHangsError, Registers
from builder.xray.elf_names import ElfNames
from builder.xray.instruction import decode
from builder.xray.machine_state import TSS_ESP0, MachineState, program_name, read_state

Gate = Literal["page", "int80"]
ENTRIES = ("sysenter_entry", "int80_entry")
_INT_80_BYTES = 2
_CALL_BYTES = (2, 3, 5, 6, 7)  # of a near CALL, with or without a segment prefix
# What follows an INT 80h that stands in a stub, in SYSENTER's place or for when that comes back
# early: the stub takes what it has saved, if anything, and returns.
_ENDS_OF_STUBS = (bytes.fromhex("5d 5a 59 c3"), bytes.fromhex("c3"))
_SAVED_WORDS_MAX = 6  # by a stub: the return address lies above
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
        return_address, msr = _go_to(debugger, stops, entry, nth)
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

    def entries_of(self, wanted: Wanted) -> frozenset[int]:
        """Where such a call can be seen first."""
        names = ("int80_entry",) if wanted.gate == "int80" else ENTRIES
        return frozenset(at for at, name in self.entries.items() if name in names)

    def esp0_address(self, debugger: Debugger) -> int | None:
        """Where the TSS has it, if there is only one TSS."""
        return None if self.several_cpus else debugger.tables()["tr"] + TSS_ESP0


def _first_that_fits(debugger: Debugger, stops: _Stops, wanted: Wanted) -> tuple[_Entry, int]:
    """The entry, and the how manyth it is of those that fit and may begin at the same place."""
    seen: dict[str, None] = {}
    fitting: list[_Entry] = []
    esp0_address: int | None = None  # of the TSS, while it tells when another program runs
    stop_at = stops.entries_of(wanted)
    try:
        while len(fitting) < wanted.nth:
            watched = frozenset(() if esp0_address is None else (esp0_address,))
            registers = debugger.run_to(stop_at, watched)
            if wanted.program:
                esp0_address = stops.esp0_address(debugger)
                is_it = esp0_address is None or _program(debugger, stops) == wanted.program
                stop_at = stops.entries_of(wanted) if is_it else frozenset()
            if registers["eip"] not in stops.entries:
                continue
            # Most calls of most kernels are others: no more is asked of them than how they came.
            brief = f"call {registers['eax']} at {stops.entries[registers['eip']]}"
            if wanted.number not in (None, registers["eax"]) and brief in seen:
                continue
            seen[brief] = None
            entry = _entry(debugger, stops, registers)
            if entry is None:
                continue
            seen[f"{entry.program}: call {entry.number} by {entry.gate}"] = None
            if entry.fits(wanted):
                fitting.append(entry)
    except (GuestEndedError, GuestHangsError) as error:
        came = f"{len(fitting)} such calls came" if fitting else "it never came"
        calls = [what for what in seen if ": call" in what]
        hangs = isinstance(error, GuestHangsError)
        raise UserError(
            f"the kernel {'hangs' if hangs else 'ended'} before that call",
            where=_in_words(wanted),
            why=f"{came}; seen were {'; '.join(calls[:12]) or 'no calls at all'}; then: {error}",
            fix="choose one of these, or see `tinygate run` for how the kernel ends",
        ) from None
    last = fitting[-1]
    return last, sum(not set(last.starts).isdisjoint(entry.starts) for entry in fitting)


def _in_words(wanted: Wanted) -> str:
    words = [f"--program {wanted.program}"] if wanted.program else []
    words += [f"call {wanted.number}"] if wanted.number is not None else []
    words += [f"--gate {wanted.gate}"] if wanted.gate else []
    return " ".join([*words, f"--nth {wanted.nth}"])


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
    starts = {}
    for number in range(_SAVED_WORDS_MAX):
        address = (esp + 4 * number) & 0xFFFFFFFF
        saved = _words(debugger, address, 1)
        if saved is None:
            break
        starts |= {start: (saved[0], address + 4) for start in _calls_before(debugger, saved[0])}
    if not starts:
        return None
    return _Entry(registers["eax"], _program(debugger, stops), "page", starts)


def _calls_before(debugger: Debugger, address: int) -> Iterator[int]:
    """Where a CALL may lie that returns to `address`."""
    most = max(_CALL_BYTES)
    if address < most:
        return
    _, (code,) = debugger.look(((address - most, most),))
    for length in _CALL_BYTES if code else ():
        found = decode((code or b"")[most - length :], address - length)
        if found.mnemonic == "call" and len(found.code) == length:
            yield address - length


def _program(debugger: Debugger, stops: _Stops) -> str:
    """Name of the running process's program: its process lies where esp0 points."""
    esp0 = _words(debugger, debugger.tables()["tr"] + TSS_ESP0, 1)
    return program_name(debugger, stops.model, esp0[0]) if esp0 else ""


def _words(debugger: Debugger, address: int, count: int) -> tuple[int, ...] | None:
    _, (data,) = debugger.look(((address & 0xFFFFFFFF, 4 * count),))
    return None if data is None else struct.unpack(f"<{count}I", data)


def _go_to(
    debugger: Debugger, stops: _Stops, entry: _Entry, nth: int
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
            where=f"{entry.program}: call {entry.number} by {entry.gate}",
            why="its return address was not found on the program's stack, or with several CPUs no "
            "two boots are the same",
            fix="choose another call, or --set cpu.count=1",
        ) from None
