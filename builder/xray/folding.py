"""What a view shows as one line: a C function, a loop, a handler's branch. Pure.

Nothing is left out of the record: a fold names its rows, and a view may open it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.xray.record import Row

LOOP_ROWS_MAX = 24  # longest body that is looked for
ALL = "all"


@dataclass(frozen=True)
class Fold:
    """Rows that stand as one line.

    Attributes:
        rows: All of them, in order.
        title: What they are.
        kind: "function", "loop" or "branch".
    """

    rows: tuple[Row, ...]
    title: str
    kind: str


Item = Row | Fold


def fold(rows: Sequence[Row], unfold: frozenset[str] = frozenset()) -> tuple[Item, ...]:
    """The rows with C functions, branches and loops folded.

    Args:
        rows: Of a record.
        unfold: Names of functions to leave open, or ALL.
    """
    if ALL in unfold:
        return tuple(rows)
    return tuple(_loops(_functions(rows, unfold)))


def inside(item: Fold) -> tuple[Item, ...]:
    """What an opened fold shows: its own instructions, with what is to be folded in there."""
    if item.kind == "loop":
        return item.rows
    if item.kind == "branch":
        return tuple(_loops(_functions(item.rows, frozenset(), item.rows[0].branch)))
    return tuple(_loops(_calls(item.rows)))


def _calls(rows: Sequence[Row]) -> Iterator[Item]:
    """The rows of a function, with each that it calls folded."""
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and rows[end].depth > rows[0].depth:
            end += 1
        if end > at:
            yield Fold(tuple(rows[at:end]), _title(rows[at:end]), "function")
        else:
            end += 1
            yield rows[at]
        at = end


def _functions(rows: Sequence[Row], unfold: frozenset[str], level: int = 0) -> Iterator[Item]:
    """The rows with C functions folded, and with branches from those of `level`."""
    at = 0
    while at < len(rows):
        row = rows[at]
        end = at
        if row.branch > level and "branches" not in unfold:
            while end < len(rows) and _is_within(rows[end], row):
                end += 1
            context = row.context or "handler"
            yield Fold(tuple(rows[at:end]), f"{context}: {_title(rows[at:end])}", "branch")
        elif row.is_c and not row.cpu and row.function not in unfold:
            while end < len(rows) and _belongs(rows[end], row, unfold):
                end += 1
            yield Fold(tuple(rows[at:end]), _title(rows[at:end]), "function")
        else:
            end += 1
            yield row
        at = end


def _is_within(row: Row, first: Row) -> bool:
    """Is it part of the branch that `first` begins, and not of another one right behind it?"""
    is_same = row.branch == first.branch and row.context == first.context
    return is_same or row.branch > first.branch


def _belongs(row: Row, first: Row, unfold: frozenset[str]) -> bool:
    """Is it part of the C function that `first` begins, or of what that calls?"""
    if row.ring != first.ring or row.branch != first.branch or row.cpu:
        return False
    if row.function in unfold:
        return False
    return row.depth > first.depth or (row.depth == first.depth and row.is_c)


def _title(rows: Sequence[Row]) -> str:
    """Names of the functions, in the order in which they come first."""
    names = list(dict.fromkeys(f"{row.function}()" for row in rows if row.function))
    shown = names[:4]
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(shown) + more


def _loops(items: Iterator[Item]) -> Iterator[Item]:
    """Rows that come again and again at the same addresses, as one fold."""
    held = list(items)
    at = 0
    while at < len(held):
        length, times = _loop_at(held, at)
        if times > 1:
            body = [row for row in held[at : at + length * times] if isinstance(row, Row)]
            text = f"{times} times {body[0].text}" if length == 1 else f"{times} times a loop"
            yield Fold(tuple(body), text, "loop")
            at += length * times
        else:
            yield held[at]
            at += 1


def _loop_at(held: Sequence[Item], at: int) -> tuple[int, int]:
    """Length of the body of a loop that begins there, and how often it comes."""
    for length in range(1, LOOP_ROWS_MAX + 1):
        body = held[at : at + length]
        if len(body) < length or not all(isinstance(item, Row) for item in body):
            return 1, 1
        key = _addresses(held, at, length)
        times = 1
        while _addresses(held, at + length * times, length) == key:
            times += 1
        if times > 1:
            return length, times
    return 1, 1


def _addresses(held: Sequence[Item], at: int, length: int) -> list[tuple[int, int]]:
    return [_address(item) for item in held[at : at + length]]


def _address(item: Item) -> tuple[int, int]:
    return (item.address, item.ring) if isinstance(item, Row) else (-1, id(item))
