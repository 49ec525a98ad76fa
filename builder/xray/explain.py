"""The first difference explains a fault: a kernel that does not pass, beside a healthy one.

Both are booted to the part of the suite that goes wrong. What the CPU has been told by then is
compared first, then one entry into the kernel after the other, and from the last
one that is the same on both sides each instruction.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from builder.model.memory import KERNEL_BASE, PAGE_SIZE
from builder.xray.comparison import Comparison, Difference
from builder.xray.debugger import Registers
from builder.xray.elf_names import Line
from builder.xray.find_call import Found
from builder.xray.machine_state import GATE_BYTES, MSR_CS, MSR_EIP, MSR_ESP, read_state
from builder.xray.naming import Sources, name_record
from builder.xray.record import Kernel, Record, Row
from builder.xray.recorder import RawRecord, RawRow, record
from builder.xray.side import Side
from builder.xray.trip import ENTRIES_MAX, Told, Trip, Writer, trip

ROWS_MAX = 4000
WHOLE_ROWS_MAX = 20_000
_ROWS_AT_FIRST, _MORE_ROWS = 250, 4  # and so many times as many if that is not enough
_LAST_STOPS = 16
_MSR_NAMES = {
    MSR_CS: "MSR_IA32_SYSENTER_CS",
    MSR_ESP: "MSR_IA32_SYSENTER_ESP",
    MSR_EIP: "MSR_IA32_SYSENTER_EIP",
}


@dataclass(frozen=True)
class Explanation:
    """Where the two kernels part.

    Attributes:
        line: In the kernel that does not pass; None if nobody knows.
        text: What is so there, and in the healthy kernel.
        row: Of the first instruction that differs; None if it is none.
    """

    line: Line | None
    text: str
    row: Row | None = None

    def __str__(self) -> str:
        """Such as `entry/sysenter_entry.asm:71: ...`."""
        if self.line is not None:
            return f"{self.line.file}:{self.line.line}: {self.text}"
        return f"{self.row.symbol or hex(self.row.address)}: {self.text}" if self.row else self.text


def explain(ours: Side, healthy: Side, results: int) -> Explanation | None:
    """Why `ours` does something else than `healthy` while the suspect runs; None: it does not."""
    with trip(ours, results) as left, trip(healthy, results) as right:
        told = _told(left, right)
        if left.state is None or right.state is None:
            return told or _before_program(left, right)
        tables = _tables(left, right)
        if told or tables:
            return told or tables
        index = _first_difference(left, right)
    if index is not None:
        return _rows(ours, healthy, results, index)
    # Programs have not noticed; the kernel may have, or may do something else all the same.
    return _rows(ours, healthy, results, 0, whole=True)


def _told(left: Trip, right: Trip) -> Explanation | None:
    """What the CPU was told: the first that is told on one side only, or otherwise."""
    for index, (ours, theirs) in enumerate(zip_longest(left.told, right.told)):
        if ours is None and left.ended:
            return None  # it did not come so far
        if theirs is None and _is_once_more(left.told, index):
            return None
        if ours is None and _is_once_more(right.told, index):
            return None
        if _same(left, ours, right, theirs):
            assert ours is not None and theirs is not None
            if found := _descriptors(left, right, ours.table, theirs.table):
                return found
            continue
        if theirs is not None and (ours is None or ours.what != theirs.what):
            line = _new_to(left.side, right.side, theirs.address, theirs.callers)
            text = f"{_title(theirs)} is not {_verb(theirs)} here, as the healthy kernel does: "
            return Explanation(left.side.place_of(right.side, line), text + right.side.source(line))
        if ours is not None:
            line = _new_to(right.side, left.side, ours.address, ours.callers)
            if theirs is None:
                return Explanation(
                    line, f"{_title(ours)} is {_verb(ours)} here, in no healthy kernel"
                )
            values = [trip_.meaning(told.value) for trip_, told in ((left, ours), (right, theirs))]
            text = f"{_title(ours)} becomes {values[0]} here; in the healthy kernel {values[1]}"
            return Explanation(line, text)
    return None


def _is_once_more(told: list[Told], index: int) -> bool:
    """Was the same told there before, as at each switch of processes? Then one side had fewer."""
    row = told[index]
    return any((row.what, row.address) == (one.what, one.address) for one in told[:index])


def _new_to(other: Side, side: Side, address: int, callers: tuple[int, ...]) -> Line | None:
    """The innermost line on the way to that instruction that the other tree has not.

    If it has all of them, the instruction's own.
    """
    lines = [side.line(at) for at in (address, *callers)]
    return next((line for line in lines if line and other.lacks(side, line)), lines[0])


def _same(left: Trip, ours: Told | None, right: Trip, theirs: Told | None) -> bool:
    if ours is None or theirs is None or ours.what != theirs.what:
        return False
    return ours.value == theirs.value or left.meaning(ours.value) == right.meaning(theirs.value)


def _title(told: Told) -> str:
    if told.what.startswith("MSR"):
        number = int(told.what[4:7], 16)
        return f"{told.what} ({_MSR_NAMES[number]})" if number in _MSR_NAMES else told.what
    return {"lgdt": "the GDT", "lidt": "the IDT", "ltr": "the TSS", "lldt": "the LDT"}.get(
        told.what, told.what.removeprefix("mov ").upper()
    )


def _verb(told: Told) -> str:
    return "written" if told.what.startswith(("MSR", "mov")) else "loaded"


def _before_program(left: Trip, right: Trip) -> Explanation | None:
    """It never came to the program: what it was told last."""
    if left.ended and not right.ended and left.told:
        last = left.told[-1]
        line = left.side.line(last.address)
        return Explanation(line, f"this is the last that goes well: then {left.ended}")
    return None


def _tables(left: Trip, right: Trip) -> Explanation | None:
    """GDT, IDT and TSS: the first entry that means something else."""
    ours, theirs = left.state, right.state
    assert ours is not None and theirs is not None
    if found := _descriptors(left, right, ours.gdt, theirs.gdt):
        return found
    for vector in sorted(set(ours.idt) | set(theirs.idt)):
        gates = ours.idt.get(vector), theirs.idt.get(vector)
        said = [
            f"{gate.selector:#x}:{trip_.meaning(gate.offset)}, type {gate.type:#x}, DPL {gate.dpl}"
            if gate else "not there"
            for trip_, gate in zip((left, right), gates, strict=True)
        ]  # fmt: skip
        if said[0] != said[1]:
            text = f"the gate of vector {vector:#x} is {said[0]}; in the healthy kernel {said[1]}"
            # Type and DPL are in the second word, the offset's lower half in the first.
            same_kind = all(gates) and len({(g.type, g.dpl) for g in gates if g}) == 1
            at = vector * GATE_BYTES + (0 if same_kind else 4)
            return _origin(left, right, ours.idt_address + at, text, other=theirs.idt_address + at)
    for at in (4, 8, 12, 100):
        words = [int.from_bytes(state.tss[at : at + 4], "little") for state in (ours, theirs)]
        said = [trip_.meaning(word) for trip_, word in zip((left, right), words, strict=True)]
        if said[0] != said[1]:
            name = left.side.names.variable(ours.tss_address + at) or f"word {at} of the TSS"
            text = f"{name} is {said[0]}; in the healthy kernel {said[1]}"
            return _origin(left, right, ours.tss_address + at, text, other=theirs.tss_address + at)
    return None


def _descriptors(left: Trip, right: Trip, ours: bytes, theirs: bytes) -> Explanation | None:
    """The first descriptor of a GDT that is another one."""
    for at in range(0, min(len(ours), len(theirs)), 8):
        pair = [table[at : at + 8] for table in (ours, theirs)]
        is_tss = not pair[0][5] & 0x10 and not pair[1][5] & 0x10
        rest = [part[:2] + part[5:7] if is_tss else part for part in pair]
        bases = [_base_of(side, part) for side, part in zip((left, right), pair, strict=True)]
        if rest[0] != rest[1] or (is_tss and bases[0] != bases[1]):
            values = [part[::-1].hex() for part in pair]
            text = f"the descriptor of selector {at:#x} is {values[0]}; in the healthy kernel "
            gdt = left.side.names.address_of_variable("gdt")
            if gdt is None:
                return Explanation(None, text + values[1])
            return _origin(left, right, gdt + at + 4, text + values[1], marks=(values[0],))
    return None


def _base_of(side: Trip, descriptor: bytes) -> str:
    """What lies at the base of a segment."""
    base = int.from_bytes(descriptor[2:5] + descriptor[7:8], "little")
    return side.meaning(base)


def _origin(
    left: Trip,
    right: Trip,
    address: int,
    text: str,
    *,
    other: int | None = None,
    entries: int = 0,
    marks: tuple[str, ...] = (),
) -> Explanation:
    """Who wrote a word last before this moment, in both: where these differ lies the cause."""
    theirs_at = _moved(left, right, address) if other is None else other
    ours = _last_writer(left, address, entries)
    theirs = _last_writer(right, theirs_at, entries)
    line = _new_to(right.side, left.side, ours.address, ours.callers) if ours else None
    healthy = _new_to(left.side, right.side, theirs.address, theirs.callers) if theirs else None
    wanted = right.side.source(healthy)
    if healthy and wanted != left.side.source(line) and not _is_new(line, left, right, healthy):
        place = left.side.place_of(right.side, healthy)
        return Explanation(place, f"{text}, which writes it here: {wanted}")
    if line is not None:
        return Explanation(line, f"{text}; written here")
    place = left.side.initialiser(address, marks)
    if place is None:
        found = (right.side.line_with_data(mark) for mark in reversed(marks))
        place = left.side.place_of(right.side, next((line for line in found if line), None))
    return Explanation(place, f"{text}; so it is from the start")


def _moved(left: Trip, right: Trip, address: int) -> int:
    """Where the healthy kernel has what lies at our address."""
    name = left.side.names.variable(address)
    found = right.side.names.address_of_variable(name) if name else None
    if found is not None:
        return found
    if abs(address - left.esp0) <= PAGE_SIZE:
        return right.esp0 + address - left.esp0
    return address


def _is_new(line: Line | None, left: Trip, right: Trip, healthy: Line) -> bool:
    """Is it our line that is not in the healthy tree, and theirs no line that we have not?"""
    is_ours_new = line is not None and right.side.lacks(left.side, line)
    return is_ours_new and not left.side.lacks(right.side, healthy)


def _last_writer(at: Trip, address: int, entries: int) -> Writer | None:
    """Who wrote the word last; None if nobody has.

    Args:
        at: Which kernel, and which part of its suite.
        address: Of the word.
        entries: Into the kernel since the part began, before which to look.
    """
    word = address & ~3
    if at.side.names.is_constant(word):
        return None
    # Mostly it was a short while ago, or since the part began: else all is watched from the start.
    starts = {at.stops - _LAST_STOPS, at.began, 0}
    for watch_from in sorted(starts & {*range(at.stops), 0}, reverse=True):
        with trip(at.side, at.results, frozenset((word,)), watch_from) as again:
            if again.state is not None:
                for _ in zip(range(entries), again.entries(), strict=False):
                    pass
            if word in again.writers:
                return again.writers[word]
    return None


def _first_difference(left: Trip, right: Trip) -> int | None:
    """Number of the first entry that is not the same on both sides; None if all are."""
    both = zip_longest(left.entries(), right.entries())
    for index, (ours, theirs) in enumerate(both):
        if ours != theirs:
            return index
    return None if left.ended == right.ended else ENTRIES_MAX


def _rows(
    ours: Side, healthy: Side, results: int, index: int, *, whole: bool = False
) -> Explanation | None:
    """Instruction by instruction from the last entry that is the same."""
    with trip(ours, results) as left, trip(healthy, results) as right:
        for side in (left, right):
            for _ in zip(range(index), side.entries(), strict=False):
                pass
        difference = _difference(left, right, whole=whole)
    if difference is None:
        return None
    if difference.read is None:
        return Explanation(difference.line, difference.text, difference.row)
    address, other = difference.read
    if address < KERNEL_BASE:
        # The program has noted something that it found earlier.
        writers = (_last_writer(left, address, index), _last_writer(right, other, index))
        earlier = max((writer.passed for writer in writers if writer), default=index)
        if earlier < index:
            return _rows(ours, healthy, results, earlier)
    return _origin(
        left, right, address, difference.text, other=other, entries=index, marks=difference.marks
    )


def _difference(left: Trip, right: Trip, *, whole: bool) -> Difference | None:
    """The first row that differs from where they stand. No more rows are taken than show it.

    `whole`: they do not end at the next entry into the kernel.
    """
    rows_max = WHOLE_ROWS_MAX if whole else ROWS_MAX
    ours = theirs = None
    most = _ROWS_AT_FIRST
    while True:
        ours = _record(left, ours, min(most, rows_max), whole=whole)
        theirs = _record(right, theirs, min(most, rows_max), whole=whole)
        here, there = _named(left, ours), _named(right, theirs)
        known = dict(here.registers), dict(there.registers)
        difference = Comparison(left, right, here.rows, there.rows, known).first()
        is_all = most >= rows_max or not (ours.has_more or theirs.has_more)
        if is_all or (difference and not difference.at_end):
            return difference
        most *= _MORE_ROWS


def _record(side: Trip, so_far: RawRecord | None, rows_max: int, *, whole: bool) -> RawRecord:
    """From where it stands to its next entry into the kernel, or as far as it is worth while."""
    assert side.state is not None
    gates = side.gates

    def ends(_: RawRow, registers: Registers) -> bool:
        if registers["eip"] == side.side.switch_address:
            side.switched(registers)
        return not whole and registers["eip"] in gates

    if so_far is not None and not so_far.has_more:
        return so_far
    # As it is by now: a switch since the part began has given the TSS another esp0.
    found = (
        so_far.found
        if so_far
        else Found(side.running, "page", 0, read_state(side.debugger, side.state.msr))
    )
    esp0 = side.esp0
    raw = record(
        side.debugger, found, ends=ends, rows_max=rows_max, over_repeats=True, so_far=so_far
    )
    # Values keep their meaning of the beginning; the program is the one begun since.
    side.esp0 = esp0
    return raw


def _named(side: Trip, raw: RawRecord) -> Record:
    """Its rows with the names of this kernel."""
    sources = Sources(side.side.names, side.program, side.side.tree, side.side.model)
    return name_record(raw, sources, Kernel("", "", "", ""), 1)
