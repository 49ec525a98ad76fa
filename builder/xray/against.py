"""Two records side by side, aligned on the numbered parts of the way. Pure.

A C function is one line here, as it is in the terminal's table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from builder.model.way_parts import WAY
from builder.xray.folding import Fold, Item, fold
from builder.xray.record import Record


@dataclass(frozen=True)
class Pair:
    """What stands in one line; None where one of them has nothing like it.

    Attributes:
        way: Number of the part.
        left, right: Of the two records.
    """

    way: int
    left: Item | None
    right: Item | None

    @property
    def is_same(self) -> bool:
        """The same instruction in both."""
        return self.left is not None and self.right is not None


def aligned(left: Record, right: Record) -> tuple[Pair, ...]:
    """All rows of the way in both, part by part; handlers' branches are left out."""
    pairs: list[Pair] = []
    for part in WAY:
        pairs += _pairs(
            part.number,
            fold([row for row in left.rows if row.way == part.number]),
            fold([row for row in right.rows if row.way == part.number]),
        )
    return tuple(pairs)


def _pairs(way: int, left: Sequence[Item], right: Sequence[Item]) -> Iterator[Pair]:
    matcher = SequenceMatcher(
        None, [_key(row) for row in left], [_key(row) for row in right], False
    )
    for _, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        ours, theirs = left[left_from:left_to], right[right_from:right_to]
        same = [_key(row) for row in ours] == [_key(row) for row in theirs]
        if same:
            yield from (Pair(way, a, b) for a, b in zip(ours, theirs, strict=True))
        else:
            yield from (Pair(way, row, None) for row in ours)
            yield from (Pair(way, None, row) for row in theirs)


def _key(item: Item) -> str:
    """What it does, whatever the address: as the source says it, or the machine code."""
    if isinstance(item, Fold):
        return item.title
    return " ".join(item.source.partition(";")[0].split()) or item.text


@dataclass(frozen=True)
class Total:
    """A sum over each record."""

    what: str
    left: int
    right: int


def totals(left: Record, right: Record) -> tuple[Total, ...]:
    """Of both records: instructions, memory, what the CPU did by itself."""
    ours, theirs = left.totals, right.totals
    return tuple(Total(what, ours[what], theirs[what]) for what in ours)
