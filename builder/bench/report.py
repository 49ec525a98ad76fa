"""The benchmark's rows as cells for people, as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from builder.bench.figures import Figure, Row, Value

HEADINGS = ("figure", "ours", "yardstick", "best peer", "reach", "reached?")


@dataclass(frozen=True)
class Look:
    """Which columns a table has.

    Attributes:
        yardstick: What the column of what ours is compared with is called.
        has_peer: Whether there is a column of what others reached elsewhere.
    """

    yardstick: str = "yardstick"
    has_peer: bool = True

    @property
    def headings(self) -> tuple[str, ...]:
        """The first line."""
        names = tuple(self.yardstick if name == "yardstick" else name for name in HEADINGS)
        return self.only(names)

    def only(self, line: tuple[str, ...]) -> tuple[str, ...]:
        """The cells of a line that are shown."""
        return line if self.has_peer else tuple(c for i, c in enumerate(line) if i != _PEER)


_PEER = HEADINGS.index("best peer")
BESIDE_YARDSTICKS = Look()
BESIDE_DEBIAN = Look("Debian's kernel", has_peer=False)


def _number(figure: Figure, number: float) -> str:
    text = f"{number:.{figure.decimals}f}"
    return f"{text} {figure.unit}" if figure.unit else text


def _value(figure: Figure, value: Value | None) -> str:
    if value is None:
        return "-"
    text = _number(figure, value.median)
    if value.minimum is None:
        return text
    return f"{text} (min {value.minimum:.{figure.decimals}f})"


def cells(row: Row) -> tuple[str, ...]:
    """A row's cells, under HEADINGS."""
    figure = row.figure
    reach = "-" if figure.reach is None else f"<= {_number(figure, figure.reach)}"
    if figure.aim is not None:
        reach += f", aim {figure.aim:g}"
    return (
        figure.title,
        _value(figure, row.ours),
        _value(figure, row.yardstick),
        figure.peer or "-",
        reach,
        {None: "-", True: "yes", False: "NO"}[row.reached],
    )


def notes(rows: Sequence[Row], remarks: Sequence[str] = ()) -> list[str]:
    """One line for each row that could not be measured, or not as usual; then remarks on all."""
    return [*(f"{row.figure.title}: {row.note}" for row in rows if row.note), *remarks]


def markdown(
    rows: Sequence[Row], look: Look = BESIDE_YARDSTICKS, remarks: Sequence[str] = ()
) -> str:
    """A table for docs/figures.md."""
    rules = ("---",) * len(look.headings)
    lines = [look.headings, rules, *(look.only(cells(row)) for row in rows)]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
    said = notes(rows, remarks)
    return text + "".join(f"\n- {note}" for note in said) + ("\n" if said else "")


def as_json(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """The same for programs: `about` says how it was measured, `figures` holds one object a row."""

    def value(v: Value | None) -> dict[str, float | None] | None:
        return None if v is None else {"median": v.median, "minimum": v.minimum}

    figures = [
        {
            "key": row.figure.key,
            "title": row.figure.title,
            "unit": row.figure.unit,
            "ours": value(row.ours),
            "yardstick": value(row.yardstick),
            "peer": row.figure.peer,
            "reach": row.figure.reach,
            "aim": row.figure.aim,
            "reached": row.reached,
            "note": row.note,
        }
        for row in rows
    ]
    return json.dumps({"about": about, "figures": figures}, indent=2) + "\n"
