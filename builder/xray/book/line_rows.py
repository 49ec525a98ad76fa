"""A file of the tree, line by line, with what a record tells of each line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from builder.xray.page.colour import coloured
from builder.xray.page.table import Effect, effects_of
from builder.xray.record import Row

RowsOfLines = Mapping[int, Sequence[Row]]
TOLD_MAX = 3  # rows of a line whose effects stand below it: those of a loop are too many


@dataclass(frozen=True)
class ToldRow:
    """What one row did."""

    number: int
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class NumberedLine:
    """A line of the source.

    Attributes:
        number: From 1 on.
        html: In colours.
        spans: First and last number of rows that came from it.
        told: Those rows, if they are few.
    """

    number: int
    html: Markup
    spans: tuple[tuple[int, int], ...]
    told: tuple[ToldRow, ...]


def rows_by_file(rows: Sequence[Row]) -> dict[str, dict[int, list[Row]]]:
    """The rows of each line of each file."""
    found: dict[str, dict[int, list[Row]]] = {}
    for row in rows:
        if row.file:
            found.setdefault(row.file, {}).setdefault(row.line, []).append(row)
    return found


def numbered_lines(text: str, path: str, rows: RowsOfLines) -> tuple[NumberedLine, ...]:
    """Each line of `text`, the file `path`, with its rows."""
    return tuple(
        _line(number, html, rows.get(number, ()))
        for number, html in enumerate(coloured(text.rstrip("\n"), path), start=1)
    )


def _line(number: int, html: Markup, rows: Sequence[Row]) -> NumberedLine:
    told = [ToldRow(row.number, effects_of(row)) for row in rows[: TOLD_MAX + 1]]
    shown = tuple(row for row in told if row.effects) if len(told) <= TOLD_MAX else ()
    return NumberedLine(number, html, spans([row.number for row in rows]), shown)


def spans(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Rising numbers as first and last of those that follow each other."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
