"""A record for a terminal of 100 columns: of each row where it is, what it does and changes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.model.way_parts import WAY
from builder.xray.folding import Fold, Item, fold
from builder.xray.record import ByCpu, Record, Row, Word

COLUMNS = 100
_INDENT = " " * 6
_CODE_COLUMNS = 20  # seven bytes; what is longer moves the text on
_SYMBOL_COLUMNS = 41
_WHERE_COLUMNS = 32


@dataclass(frozen=True)
class Line:
    """One line, and what kind it is: "part", "row", "machine", "change", "cpu", "wrong", "fold"."""

    text: str
    kind: str


def lines_of(record: Record, unfold: frozenset[str] = frozenset()) -> Iterator[Line]:
    """The whole record."""
    yield from opening_lines(record)
    for heading, item in with_headings(fold(record.rows, unfold)):
        yield from heading
        if isinstance(item, Fold):
            yield from fold_lines(item)
        else:
            yield from instruction_lines(item)
            yield from effect_lines(item)
    yield from closing_lines(record)


def opening_lines(record: Record) -> Iterator[Line]:
    """Which call it is."""
    title = record.title
    yield Line(f"{title}; step {record.kernel.step}, CPU {record.kernel.cpu}", "part")
    yield Line(" no. ring  where, and what it does; below it what changed", "machine")


def with_headings(items: Sequence[Item]) -> Iterator[tuple[tuple[Line, ...], Item]]:
    """Each item with the line above it, if a part of the way begins there, or an open branch."""
    place: tuple[int, str] = (0, "")
    for item in items:
        first = item.rows[0] if isinstance(item, Fold) else item
        is_closed = isinstance(item, Fold) and item.kind == "branch"
        here = place if is_closed else (first.way, first.context)
        yield ((_heading(first),) if here != place else ()), item
        place = here


def _heading(row: Row) -> Line:
    titles = {part.number: f"{part.number}: {part.title}" for part in WAY}
    text = titles.get(row.way, row.context).replace("`", "")
    return Line(f"-- {text} ".ljust(COLUMNS, "-"), "part")


def closing_lines(record: Record) -> Iterator[Line]:
    """How it ends, the totals, and what was not as it should be."""
    if record.cut:
        yield Line(f"the record ends here: {record.cut}", "wrong")
    totals = ", ".join(f"{count} {what}" for what, count in record.totals.items() if count)
    yield from _wrapped(totals, "part", indent="")
    for row in record.disagreements:
        parts = ", ".join(part.what for part in row.cpu if not part.agrees)
        text = (
            f"row {row.number}: {parts} not as the manual says: an error of the emulator, or ours"
        )
        yield from _wrapped(text, "wrong", indent="")


def fold_lines(item: Fold) -> Iterator[Line]:
    """A fold: what it is, how long, and what it gives back."""
    first, last = item.rows[0], item.rows[-1]
    where = f"{first.file}:{first.line}" if first.file else first.symbol
    text = f"{first.number:4} {first.ring}{'|' * first.branch:3}  {where:{_WHERE_COLUMNS}}"
    text += f" {item.title}"
    yield from _wrapped(text, "fold", indent="", further=_INDENT + " " * _WHERE_COLUMNS)
    count = len(item.rows)
    writes = [word for row in item.rows for word in row.writes]
    result = _result(last)
    text = f"{count} instruction{'s' * (count > 1)}, rows {first.number} to {last.number}"
    text += f", {len(writes)} memory writes" if writes else ""
    yield from _wrapped(f"{text}{'; ' + result if result else ''}", "change")


def _result(last: Row) -> str:
    """EAX, if the last row sets it: what a C function returns."""
    if "eax" in last.registers:
        return f"eax {last.registers['eax'][1]:08x}"
    return ""


def instruction_lines(row: Row) -> Iterator[Line]:
    """An instruction: where it is, and what it is."""
    where = f"{row.file}:{row.line}" if row.file else row.symbol or f"{row.address:08x}"
    source = re.sub(r"\s+;", "  ;", row.source) or row.text
    text = f"{row.number:4} {row.ring}{'|' * row.branch:3}  {where:{_WHERE_COLUMNS}} {source}"
    yield Line(text if len(text) <= COLUMNS else text[: COLUMNS - 3] + "...", "row")
    code = " ".join(row.code[at : at + 2] for at in range(0, len(row.code), 2))
    symbol = f"{row.address:08x} {row.symbol}"
    machine = f"{symbol:{_SYMBOL_COLUMNS}} {code:{_CODE_COLUMNS}} {row.text}"
    yield from _wrapped(machine, "machine")


def effect_lines(row: Row) -> Iterator[Line]:
    """What it changed and read, and what the CPU did by itself."""
    changes = [f"{name} {old:08x} -> {new:08x}" for name, (old, new) in row.registers.items()] + [
        f"{name} {old} -> {new}" for name, (old, new) in row.flags.items()
    ]
    if changes and not row.cpu:
        yield from _wrapped("; ".join(changes), "change")
    for word in row.writes:
        yield from _wrapped(f"[{_place(word)}] = {_value(word)}", "change")
    for word in row.reads:
        if not row.cpu:
            yield from _wrapped(f"[{_place(word)}] is {_value(word)}", "machine")
    if row.event:
        yield from _wrapped(f"here {row.event} came", "wrong")
    for part in row.cpu:
        yield from _cpu(part)


def _place(word: Word) -> str:
    return f"{word.address:08x} {word.name}".strip()


def _value(word: Word) -> str:
    if word.new is None:
        return "?" if word.size_bytes <= 8 else f"{word.size_bytes} bytes"
    return f"{word.new:0{2 * word.size_bytes}x}"


def _cpu(part: ByCpu) -> Iterator[Line]:
    text = f"CPU: {part.what} = {part.seen:08x}  {part.how}"
    yield from _wrapped(f"{text:<68} {part.manual}", "cpu")
    if not part.agrees:
        yield from _wrapped(f"     by the manual {part.value:08x}", "wrong")


def _wrapped(text: str, kind: str, indent: str = _INDENT, further: str = _INDENT) -> Iterator[Line]:
    for line in textwrap.wrap(
        text, COLUMNS, initial_indent=indent, subsequent_indent=further + "  ",
        drop_whitespace=True, replace_whitespace=False, break_on_hyphens=False,
    ):  # fmt: skip
        yield Line(line.rstrip(), kind)
