"""The source that the page shows: the lines around those that were executed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from builder.xray.page.colour import coloured
from builder.xray.record import Row

AROUND_LINES = 7


@dataclass(frozen=True)
class SourceLine:
    """A line of a file; `skipped` says that some before it are left out."""

    number: int
    html: Markup
    executed: bool
    skipped: bool

    @property
    def style(self) -> str:
        """Classes of the style sheet."""
        return f"l{' ran' * self.executed}{' skip' * self.skipped}"


@dataclass(frozen=True)
class Listing:
    """What is shown of a file."""

    path: str
    lines: tuple[SourceLine, ...]


def read_sources(rows: Sequence[Row], tree: Path | None) -> dict[str, str]:
    """Text of each file that the rows name, as far as it is in the kernel's tree."""
    if tree is None:
        return {}
    paths = dict.fromkeys(row.file for row in rows if row.file)
    return {
        path: (tree / path).read_text(encoding="utf-8", errors="replace")
        for path in paths
        if (tree / path).is_file()
    }


def listings(rows: Sequence[Row], sources: Mapping[str, str]) -> tuple[Listing, ...]:
    """The files in the order in which the call comes to them.

    Of a file that is not in `sources` there are the lines of the record alone.
    """
    executed: dict[str, dict[int, str]] = {}
    for row in rows:
        if row.file:
            executed.setdefault(row.file, {})[row.line] = row.source
    return tuple(
        Listing(path, tuple(_lines(path, lines, sources.get(path))))
        for path, lines in executed.items()
    )


def _lines(path: str, executed: Mapping[int, str], text: str | None) -> list[SourceLine]:
    if text is None:
        shown = {number: coloured(line, path)[0] for number, line in executed.items()}
    else:
        whole = coloured(text.rstrip("\n"), path)
        shown = {
            number: whole[number - 1]
            for near in executed
            for number in range(near - AROUND_LINES, near + AROUND_LINES + 1)
            if 1 <= number <= len(whole)
        }
    numbers = sorted(shown)
    return [
        SourceLine(number, shown[number], number in executed, number - before > 1)
        for before, number in zip([0, *numbers], numbers, strict=False)
    ]
