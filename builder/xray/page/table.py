"""The page's table: a line for each instruction and each fold, with what it changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from builder.model.way_parts import WAY
from builder.xray.folding import Fold, Item, fold, inside
from builder.xray.page.colour import coloured
from builder.xray.record import Row, Word

LINES_MAX = 250  # of a table: a browser leaves out whole tables that are not in sight


@dataclass(frozen=True)
class Effect:
    """One thing that changed, was read or came.

    Attributes:
        kind: "register", "flag", "write", "read", "cpu", "event" or "count": a class of the style
            sheet.
        key: As in quiz.Question.hides; empty if nobody is asked for it.
        what: All that stands before the new value.
        value: That; may be empty.
        note: Where it comes from; may be empty.
        wrong: It is not as the manual says.
    """

    kind: str
    key: str
    what: str
    value: str = ""
    note: str = ""
    wrong: str = ""

    @property
    def attribute(self) -> Markup:
        """What the script finds it by, for an element."""
        return Markup(' data-key="{}"').format(self.key) if self.key else Markup("")

    @property
    def remarks(self) -> Markup:
        """What stands behind the value."""
        note = Markup(" <small>{}</small>").format(self.note) if self.note else Markup("")
        wrong = Markup(' <strong class="wrong">by the manual {}</strong>').format(self.wrong)
        return note + wrong if self.wrong else note


@dataclass(frozen=True)
class Line:
    """A line of the table.

    Attributes:
        first, last: Numbers of its rows.
        within: Numbers of the folds that it lies in, the outermost first.
        opens: Its own number, if it is a fold.
        row: The first of its rows.
        title: Of a fold.
        source: In colours.
        effects: What it did.
    """

    first: int
    last: int
    within: tuple[int, ...]
    opens: int | None
    row: Row
    title: str
    source: Markup
    effects: tuple[Effect, ...]

    @property
    def attributes(self) -> Markup:
        """Of its element: what the script finds it by, and the ring for the style sheet."""
        kind, name = ("row", "id") if self.opens is None else ("fold", "data-fold")
        value = f"r{self.first}" if self.opens is None else self.opens
        made = Markup(' class="{} ring{}" {}="{}"').format(kind, self.row.ring, name, value)
        within = " ".join(map(str, self.within))
        return made + Markup(' data-within="{}"').format(within) if within else made

    @property
    def place(self) -> str:
        """Where it comes from, as well as that is known."""
        return f"{self.row.file}:{self.row.line}" if self.row.file else self.row.symbol

    @property
    def code(self) -> str:
        """The bytes of the instruction."""
        return " ".join(self.row.code[at : at + 2] for at in range(0, len(self.row.code), 2))


@dataclass(frozen=True)
class Section:
    """Lines of one part of the way, or some of them."""

    title: str
    lines: tuple[Line, ...]


def part_title(number: int) -> str:
    """Title of a part of the way without Markdown; empty if there is none of that number."""
    return next((part.title.replace("`", "") for part in WAY if part.number == number), "")


def sections(rows: Sequence[Row]) -> tuple[Section, ...]:
    """The table, in parts."""
    parts: list[list[Line]] = []
    for line in _lines(fold(rows), (), [0]):
        if not parts or (not line.within and line.row.way not in (0, parts[-1][0].row.way)):
            parts.append([])
        parts[-1].append(line)
    return tuple(
        Section(
            _heading(lines[0].row) + f", from {lines[at].first} on" * bool(at),
            tuple(lines[at : at + LINES_MAX]),
        )
        for lines in parts
        for at in range(0, len(lines), LINES_MAX)
    )


def _heading(row: Row) -> str:
    return f"{row.way}: {part_title(row.way)}" if row.way else row.context


def _lines(items: Sequence[Item], within: tuple[int, ...], made: list[int]) -> Iterator[Line]:
    """Lines of `items`, those of folds behind them; `made[0]` counts folds."""
    for item in items:
        if isinstance(item, Row):
            yield Line(
                item.number, item.number, within, None, item, "", _source(item), effects_of(item)
            )
            continue
        number = made[0]
        made[0] += 1
        first, last = item.rows[0], item.rows[-1]
        yield Line(
            first.number, last.number, within, number, first, item.title, _source(first), _net(item)
        )
        yield from _lines(inside(item), (*within, number), made)


def _source(row: Row) -> Markup:
    text = re.sub(r"\s+;", "  ;", row.source)  # no column of comments in a narrow cell
    return coloured(text, row.file)[0] if text else Markup("")


def effects_of(row: Row) -> tuple[Effect, ...]:
    """All that an instruction did."""
    return tuple(_effects(row))


def _effects(row: Row) -> Iterator[Effect]:
    for number, part in enumerate(row.cpu):
        wrong = "" if part.agrees else f"{part.value:08x}"
        note = f"{part.how}; {part.manual}"
        yield Effect("cpu", f"c:{number}", f"CPU: {part.what} =", f"{part.seen:08x}", note, wrong)
    if not row.cpu:
        for name, (old, new) in row.registers.items():
            yield _register(name, old, new)
        for name, (old, new) in row.flags.items():
            yield _flag(name, old, new)
        for word in row.reads:
            yield Effect("read", "", f"{_place(word)} is", _value(word))
    for word in row.writes:
        yield Effect("write", f"m:{word.address}", f"{_place(word)} =", _value(word))
    if row.event:
        yield Effect("event", "", f"here came {row.event}")


def _net(item: Fold) -> tuple[Effect, ...]:
    """What all rows of a fold changed together, and how many they are."""
    count = len(item.rows)
    first, last = item.rows[0].number, item.rows[-1].number
    text = f"{count} instruction{'s' * (count > 1)}, rows {first} to {last}"
    writes = sum(len(row.writes) for row in item.rows)
    text += f", {writes} memory write{'s' * (writes > 1)}" if writes else ""
    registers = _net_of([row.registers for row in item.rows])
    flags = _net_of([row.flags for row in item.rows])
    return (
        Effect("count", "", text),
        *(_register(name, old, new) for name, (old, new) in registers.items()),
        *(_flag(name, old, new) for name, (old, new) in flags.items()),
    )


def _net_of(changes: Sequence[Mapping[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    """All changes as one, without what is as it was."""
    net: dict[str, tuple[int, int]] = {}
    for change in changes:
        for name, (old, new) in change.items():
            net[name] = (net.get(name, (old, new))[0], new)
    return {name: (old, new) for name, (old, new) in net.items() if old != new}


def _register(name: str, old: int, new: int) -> Effect:
    return Effect("register", f"r:{name}", f"{name} {old:08x} →", f"{new:08x}")


def _flag(name: str, old: int, new: int) -> Effect:
    return Effect("flag", f"f:{name}", f"{name} {old} →", str(new))


def _place(word: Word) -> str:
    return f"[{word.address:08x} {word.name}".strip() + "]"


def _value(word: Word) -> str:
    if word.new is None:
        return f"{word.size_bytes} bytes"
    return f"{word.new:0{2 * word.size_bytes}x}"
