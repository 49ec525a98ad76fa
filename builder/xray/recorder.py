"""Steps through a call, and keeps what was there: the raw record, without a single name."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from builder.xray.debugger import (
    Debugger,
    GuestEndedError,
    GuestHangsError,
    Registers,
    Span,
)
from builder.xray.find_call import Found
from builder.xray.instruction import INSTRUCTION_BYTES_MAX, Access, accesses
from builder.xray.machine_state import TSS_ESP0, MachineState

ROWS_MAX = 100_000
PAGE_BYTES = 4096
STACK_WINDOW_BYTES = 256  # of the program's stack, below and above its ESP
_WORD = 4
_FRAME_WORDS, _SAME_RING_WORDS = 5, 3  # of what IRET takes: to another ring, and within one
_INT, _INT3, _IRET, _HLT = b"\xcd", b"\xcc", b"\xcf", b"\xf4"
_REPEATED = tuple(b"\xf3" + bytes((code,)) for code in (0xA4, 0xA5, 0xAA, 0xAB))  # MOVS, STOS
_MOV_CR = b"\x0f\x22"


@dataclass(frozen=True)
class Touched:
    """Memory that a row read or wrote; None where it is not mapped."""

    address: int
    old: bytes | None
    new: bytes | None
    writes: bool
    by_cpu: bool = False  # pushed by INT, an exception or an interrupt


@dataclass(frozen=True)
class RawRow:
    """One instruction, or an exception or interrupt instead of it.

    Attributes:
        registers: Before it.
        code: Bytes at EIP, more than its own.
        touched: In the order of its operands.
        vector: Of the gate that the CPU went through; None for none.
        instead: The gate was not the instruction's own doing: it has not been executed, or an
            interrupt came behind it.
    """

    registers: Registers
    code: bytes
    touched: tuple[Touched, ...]
    vector: int | None = None
    instead: bool = False


@dataclass(frozen=True)
class RawRecord:
    """All that was seen.

    Attributes:
        found: Which call.
        rows: In order.
        end: Registers behind the last row.
        memory: Address -> bytes, of both stacks, before the first row.
        cut: Why the record ends before the program goes on; empty if it does go on.
        has_more: It was cut because it had enough rows: the machine stands behind them.
    """

    found: Found
    rows: tuple[RawRow, ...]
    end: Registers
    memory: tuple[tuple[int, bytes], ...]
    cut: str
    has_more: bool = False


Ends = Callable[[RawRow, Registers], bool]


class _Code:
    """What lies where the CPU executes, read a page at a time."""

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self._pages: dict[int, bytes | None] = {}

    def at(self, address: int) -> bytes:
        """INSTRUCTION_BYTES_MAX bytes, fewer where memory ends."""
        page = address & -PAGE_BYTES
        offset = address - page
        code = (self._page(page) or b"")[offset : offset + INSTRUCTION_BYTES_MAX]
        if offset > PAGE_BYTES - INSTRUCTION_BYTES_MAX and code:
            code += (self._page((page + PAGE_BYTES) & 0xFFFFFFFF) or b"")[:INSTRUCTION_BYTES_MAX]
        return code[:INSTRUCTION_BYTES_MAX]

    def _page(self, page: int) -> bytes | None:
        if page not in self._pages:
            # Two packets, as QEMU before 11 takes 4 KiB in one, digits and all.
            half = PAGE_BYTES // 4
            spans = tuple((page + at, half) for at in range(0, PAGE_BYTES, half))
            _, parts = self._debugger.look(spans)
            whole = None if None in parts else b"".join(part or b"" for part in parts)
            self._pages[page] = whole
        return self._pages[page]

    def changed(self, address: int | None = None) -> None:
        """Memory has been written there; None: everywhere."""
        if address is None:
            self._pages.clear()
        else:
            self._pages.pop(address & -PAGE_BYTES, None)


def record(
    debugger: Debugger,
    found: Found,
    *,
    ends: Ends,
    timer_at: int | None = None,
    rows_max: int = ROWS_MAX,
    over_repeats: bool = False,
    progress: Callable[[int], None] = lambda _: None,
    so_far: RawRecord | None = None,
) -> RawRecord:
    """Record from where the machine stands.

    Args:
        debugger: Stopped there.
        found: Which call it is.
        ends: Asked behind each row, with the registers behind it: was that the last one?
        timer_at: Number of the row from which on the clock runs until it has interrupted once.
        rows_max: Most rows to take.
        over_repeats: A string instruction with REP is one row, with all its turns.
        progress: Called now and then with the number of rows.
        so_far: A record with `has_more` that is to be gone on with; its rows count.
    """
    state = found.state
    registers, _ = debugger.look(())
    memory = so_far.memory if so_far else _stacks(debugger, state, registers)
    clock_is_due = timer_at is not None
    code = _Code(debugger)
    rows = [*so_far.rows] if so_far else []
    cut, has_more = "", False
    while len(rows) < rows_max:
        row = RawRow(registers, code.at(registers["eip"]), ())
        touched = _touched_by(row, state)
        spans = tuple((span.address, span.size_bytes) for span in touched)
        try:
            runs = clock_is_due and len(rows) + 1 >= (timer_at or 0)
            if over_repeats and row.code.startswith(_REPEATED):
                _, old = debugger.look(spans)
                debugger.run_to(frozenset((registers["eip"] + len(_REPEATED[0]),)))
            else:
                old = debugger.step(clock=runs or row.code[:1] == _HLT, before=spans)
            registers, new = debugger.look(spans)
        except (GuestEndedError, GuestHangsError) as error:
            cut = str(error)
            rows.append(row)
            break
        seen = tuple(
            Touched(span.address, before, after, span.writes)
            for span, before, after in zip(touched, old, new, strict=True)
        )
        rows.append(_with_gate(debugger, row, _taken(row, seen), registers, state))
        clock_is_due &= not (runs and rows[-1].instead)
        if row.code.startswith(_MOV_CR):
            code.changed()
        for span in touched:
            if span.writes:
                code.changed(span.address)
        if len(rows) % 256 == 0:
            progress(len(rows))
        if ends(rows[-1], registers):
            break
    else:
        cut, has_more = f"after {rows_max:,} instructions the program had not gone on", True
    return RawRecord(found, tuple(rows), registers, memory, cut, has_more)


def at_address(address: int) -> Ends:
    """Ends in front of the instruction there."""
    return lambda _, registers: registers["eip"] == address


def where_the_program_goes_on(debugger: Debugger, found: Found, esp: int) -> Ends:
    """Ends where a call returns to, with the stack as it was.

    A child comes there, too, with an address space of its own: who runs is known by esp0.
    """
    (home,) = struct.unpack_from("<I", found.state.tss, TSS_ESP0)

    def ends(_: RawRow, registers: Registers) -> bool:
        if registers["cs"] & 3 != 3 or registers["eip"] != found.return_address:
            return False
        (esp0,) = debugger.look(((found.state.tss_address + TSS_ESP0, _WORD),))[1]
        return registers["esp"] == esp and int.from_bytes(esp0 or b"", "little") == home

    return ends


def in_ring_3(row: RawRow, registers: Registers) -> bool:
    """Ends at the next instruction of any program: for a call like exit()."""
    return row.registers["cs"] & 3 == 0 and registers["cs"] & 3 == 3


def _touched_by(row: RawRow, state: MachineState) -> tuple[Access, ...]:
    found = accesses(row.code, row.registers, state.segment_base)
    if row.code[:1] == _IRET:
        places = (row.registers["esp"] + _WORD * at for at in range(_FRAME_WORDS))
        found += tuple(Access(at & 0xFFFFFFFF, _WORD, writes=False) for at in places)
    return found


def _taken(row: RawRow, touched: tuple[Touched, ...]) -> tuple[Touched, ...]:
    """What an IRET has really read: ESP and SS only on the way to another ring."""
    if row.code[:1] != _IRET:
        return touched
    cs = touched[1].new or b"\0"
    stays = cs[0] & 3 == row.registers["cs"] & 3
    return touched[:_SAME_RING_WORDS] if stays else touched


def _with_gate(
    debugger: Debugger,
    row: RawRow,
    touched: tuple[Touched, ...],
    after: Registers,
    state: MachineState,
) -> RawRow:
    """The row with the gate that it went through, if it did, and what the CPU pushed there."""
    vectors = [number for number, gate in state.idt.items() if gate.offset == after["eip"]]
    own = {_INT: row.code[1:2], _INT3: b"\3"}.get(row.code[:1], b"")
    jumped = after["eip"] not in range(row.registers["eip"], row.registers["eip"] + 16)
    near = row.code[:1] in (b"\xe8", b"\xe9", b"\xeb", b"\xff", b"\xc3", b"\x0f")
    if not vectors or not jumped or (near and after["esp"] in _plain_stacks(row)):
        return RawRow(row.registers, row.code, touched)
    top = _top_of_pushed(row, after, state, debugger)
    words = max(0, min(top - after["esp"], 24))
    _, (pushed,) = debugger.look(((after["esp"], words),))
    frame = Touched(after["esp"], None, pushed, writes=True, by_cpu=True)
    is_own = bool(own) and own[0] in vectors
    vector = own[0] if is_own else vectors[0]
    kept = touched if is_own else tuple(span for span in touched if not span.writes)
    return RawRow(row.registers, row.code, (*kept, frame), vector, instead=not is_own)


def _plain_stacks(row: RawRow) -> tuple[int, ...]:
    """ESP behind a near CALL, JMP or RET."""
    esp = row.registers["esp"]
    return (esp, esp - 4, esp + 4)


def _top_of_pushed(row: RawRow, after: Registers, state: MachineState, debugger: Debugger) -> int:
    """Where the CPU began to push: esp0 if the ring has changed, else where ESP was."""
    if row.registers["cs"] & 3 == after["cs"] & 3:
        return row.registers["esp"]
    _, (esp0,) = debugger.look(((state.tss_address + TSS_ESP0, _WORD),))
    return int(struct.unpack("<I", esp0)[0]) if esp0 else after["esp"]


def _stacks(
    debugger: Debugger, state: MachineState, registers: Registers
) -> tuple[tuple[int, bytes], ...]:
    """Both stacks before the first row."""
    (esp0,) = struct.unpack_from("<I", state.tss, TSS_ESP0)
    esp = registers["esp"]
    spans: tuple[Span, ...] = (
        (esp - STACK_WINDOW_BYTES, STACK_WINDOW_BYTES),
        (esp, STACK_WINDOW_BYTES),
        (esp0 - 2 * STACK_WINDOW_BYTES, 2 * STACK_WINDOW_BYTES),
        (esp0, 64),  # the process
    )
    spans = tuple((address & 0xFFFFFFFF, size) for address, size in spans)
    # The program's stack may end within the second span.
    shorter = ((esp, 16), (esp, 64), (esp, STACK_WINDOW_BYTES // 2))
    _, parts = debugger.look((*spans, *shorter))
    found = dict(zip((*spans, *shorter), parts, strict=True))
    if found[spans[1]] is None:
        found[spans[1]] = next(
            (found[span] for span in reversed(shorter) if found[span] is not None), None
        )
    return tuple((span[0], content) for span in spans if (content := found[span]) is not None)
