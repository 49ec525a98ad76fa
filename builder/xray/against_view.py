"""Two records for a terminal: two columns, and a mark between them where they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from builder.model.way_parts import WAY
from builder.xray.against import Pair, aligned, totals
from builder.xray.folding import Fold, Item
from builder.xray.record import Record, Row, gate_in_words
from builder.xray.terminal_view import COLUMNS, Line

_HALF = (COLUMNS - 3) // 2


def against_lines(left: Record, right: Record) -> Iterator[Line]:
    """Both, part by part, and the sums of each."""
    yield Line(_both(_title(left), " ", _title(right)), "part")
    yield Line(_both(_place(left), " ", _place(right)), "part")
    part = 0
    for pair in aligned(left, right):
        if pair.way != part:
            part = pair.way
            text = next(row.title for row in WAY if row.number == part).replace("`", "")
            yield Line(f"-- {part}: {text} ".ljust(COLUMNS, "-"), "part")
        yield from _lines(pair)
    yield Line("-- in all ".ljust(COLUMNS, "-"), "part")
    for row in totals(left, right):
        mark = " " if row.left == row.right else "|"
        yield Line(
            _both(f"{row.left:6} {row.what}", mark, f"{row.right:6} {row.what}"), _kind(mark)
        )


def _title(record: Record) -> str:
    gate = gate_in_words(record.call.gate, record.kernel.step)
    return f"{record.call.program}: {record.call.name} by {gate}"


def _place(record: Record) -> str:
    kernel = record.kernel
    return f"step {kernel.step}, config {kernel.digest}, CPU {kernel.cpu}"


def _kind(mark: str) -> str:
    return "row" if mark == " " else "change"


def _lines(pair: Pair) -> Iterator[Line]:
    mark = " " if pair.is_same else "<" if pair.left else ">"
    yield Line(_both(_text(pair.left), mark, _text(pair.right)), _kind(mark))
    for ours, theirs in zip_longest(_by_cpu(pair.left), _by_cpu(pair.right), fillvalue=""):
        yield Line(_both(ours, " " if ours == theirs else "|", theirs), "cpu")


def _by_cpu(item: Item | None) -> list[str]:
    parts = item.cpu if isinstance(item, Row) else ()
    return [f"     CPU: {part.what} = {part.seen:08x}  {part.how}" for part in parts]


def _text(item: Item | None) -> str:
    if item is None:
        return ""
    if isinstance(item, Fold):
        first = item.rows[0]
        count = len(item.rows)
        many = "s" * (count > 1)
        return f"{first.number:4} {first.ring} {item.title}: {count} instruction{many}"
    text = re.sub(r"\s*;.*", "", item.source) if item.file.endswith("asm") else item.source
    return f"{item.number:4} {item.ring} {text or item.text}"


def _both(left: str, mark: str, right: str) -> str:
    halves = [text if len(text) <= _HALF else text[: _HALF - 3] + "..." for text in (left, right)]
    return f"{halves[0]:{_HALF}} {mark} {halves[1]}".rstrip()
