"""The rows of two kernels, one beside the other, up to the first that is not the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from builder.xray.elf_names import Line
from builder.xray.record import Row, Word
from builder.xray.trip import Trip

_NEAR_LINES = 3
_LOOK_AHEAD = 3  # rows, by which one that is more or less is told from another one


@dataclass(frozen=True)
class Difference:
    """The first row that is not the same.

    Attributes:
        line: Where that is, in the kernel that is to be explained.
        text: What is different.
        row: Of that kernel; None if it has none there.
        read: Address of a word that had been something else before, in either kernel; None if the
            difference arises in this row.
        marks: By which the word can be found in the source, if it was always so.
        at_end: So it seems by where the rows end: with more of them it may be another one.
    """

    line: Line | None
    text: str
    row: Row | None = None
    read: tuple[int, int] | None = None
    marks: tuple[str, ...] = ()
    at_end: bool = False


@dataclass(frozen=True)
class Comparison:
    """Ours on the left, the healthy kernel on the right."""

    left: Trip
    right: Trip
    ours: Sequence[Row]
    theirs: Sequence[Row]
    # Registers of either, before the first row: a row names those alone that change.
    _known: tuple[dict[str, int], dict[str, int]]

    def first(self) -> Difference | None:
        """The first difference; None if there is none."""
        looks: tuple[Callable[[Row, Row], Difference | None], ...] = (
            self._read,
            self._by_cpu,
            self._event,
            self._written,
            self._registers,
        )
        at = other_at = 0
        while at < len(self.ours) or other_at < len(self.theirs):
            if at >= len(self.ours) or other_at >= len(self.theirs):
                return self._ended(at)
            row, other = self.ours[at], self.theirs[other_at]
            if self._key(self.left, row) != self._key(self.right, other):
                if not (row.is_c and other.is_c and row.function == other.function):
                    near_end = at + _LOOK_AHEAD >= len(self.ours)
                    near_end |= other_at + _LOOK_AHEAD >= len(self.theirs)
                    return replace(self._instruction(at, other_at), at_end=near_end)
                # Compiled otherwise: what it does is said by its statements.
                ours, theirs = invocation(self.ours, at), invocation(self.theirs, other_at)
                is_cut = ours.end >= len(self.ours) or theirs.end >= len(self.theirs)
                if difference := self._statement(ours, theirs, is_cut=is_cut):
                    return replace(difference, at_end=is_cut)
                if is_cut:
                    return replace(self._instruction(at, other_at), at_end=True)
                for known, rows in zip(
                    self._known, (self.ours[at : ours.end], self.theirs[other_at : theirs.end]),
                    strict=True,
                ):  # fmt: skip
                    _play(known, rows)
                at, other_at = ours.end, theirs.end
                continue
            for look in looks:
                if difference := look(row, other):
                    return difference
            at, other_at = at + 1, other_at + 1
        return None

    def _statement(
        self, ours: Invocation, theirs: Invocation, *, is_cut: bool
    ) -> Difference | None:
        """The first statement that only one of two calls of a C function has executed.

        `is_cut`: one of them does not come to its end, so that the other may have more behind it.
        """
        here = _statements(self.left, ours.own)
        there = _statements(self.right, theirs.own)
        missing = _only_in(there, here, is_cut=is_cut)
        extra = _only_in(here, there, is_cut=is_cut)
        if missing:
            line = self.left.side.place_of(self.right.side, there[missing][0])
            text = f"the healthy kernel has `{missing}` here; this one "
            text += f"has `{extra}`" if extra else "has not"
            return Difference(line, text, ours.own[0])
        if extra:
            line, row = here[extra]
            return Difference(line, f"the healthy kernel has no `{extra}`", row)
        return None

    def _said(self, ours: int | None, theirs: int | None) -> tuple[str, str]:
        """Two values by their meaning."""
        return (
            "?" if ours is None else self.left.meaning(ours),
            "?" if theirs is None else self.right.meaning(theirs),
        )

    @staticmethod
    def _key(side: Trip, row: Row) -> tuple[int, str, str]:
        """Which instruction it is, whatever the addresses of this build."""

        def meaning(match: re.Match[str]) -> str:
            return side.meaning(int(match[0], 16)).partition(" ")[0]

        return row.ring, row.function, re.sub(r"0x[0-9a-f]{6,8}", meaning, row.text)

    def _ended(self, index: int) -> Difference:
        """One of them has no more rows."""
        if index == 0:
            return Difference(None, "nothing is executed", at_end=True)
        last = self.ours[min(index, len(self.ours)) - 1]
        more = "goes on" if index < len(self.theirs) else "has ended"
        text = f"this is the last instruction that was seen; the healthy kernel {more}"
        return Difference(_line(last), text, last, at_end=True)

    def _instruction(self, at: int, other_at: int) -> Difference:
        """Another instruction: one more, one less, or one in place of another."""
        row, other = self.ours[at], self.theirs[other_at]
        wanted = f"`{_short(other)}`"
        if self._follows(at, other_at + 1):
            line = self.left.side.place_of(self.right.side, _line(other))
            return Difference(line, f"the healthy kernel has {wanted} here; this one has not", row)
        if self._follows(at + 1, other_at):
            return Difference(_line(row), f"the healthy kernel has no `{_short(row)}`", row)
        place = ""
        if other.file != row.file or abs(other.line - row.line) > _NEAR_LINES:
            place = f" ({other.file}:{other.line})" if other.file else ""
        text = f"here is `{_short(row)}`; the healthy kernel has {wanted}{place}"
        return Difference(_line(row), text, row)

    def _follows(self, ours: int, theirs: int) -> bool:
        """Do the same instructions follow from there on?"""
        pairs = zip(
            self.ours[ours : ours + _LOOK_AHEAD],
            self.theirs[theirs : theirs + _LOOK_AHEAD],
            strict=False,
        )
        keys = [(self._key(self.left, a), self._key(self.right, b)) for a, b in pairs]
        return bool(keys) and all(a == b for a, b in keys)

    def _read(self, row: Row, other: Row) -> Difference | None:
        for ours, theirs in zip(row.reads, other.reads, strict=False):
            said = self._said(ours.new, theirs.new)
            if said[0] != said[1]:
                name = ours.name or f"the word at {ours.address:#x}"
                index = re.search(r"\[\d+\]", name)
                return Difference(
                    _line(row),
                    f"{name} is {said[0]}; in the healthy kernel {said[1]}",
                    row,
                    (ours.address, theirs.address),
                    (index[0] if index else "", said[0], said[1]),
                )
        return None

    def _by_cpu(self, row: Row, other: Row) -> Difference | None:
        for ours, theirs in zip(row.cpu, other.cpu, strict=False):
            said = self._said(ours.seen, theirs.seen)
            if said[0] == said[1]:
                continue
            text = f"the CPU takes {ours.what} = {said[0]} ({ours.how}); "
            text += f"in the healthy kernel {said[1]}"
            for name, offset in (("tss.esp0", 4), ("tss.ss0", 8)):
                states = self.left.state, self.right.state
                if name in ours.how and states[0] and states[1]:
                    read = states[0].tss_address + offset, states[1].tss_address + offset
                    return Difference(_line(row), text, row, read)
            return Difference(_line(row), text, row)
        return None

    @staticmethod
    def _event(row: Row, other: Row) -> Difference | None:
        if row.event == other.event:
            return None
        came, wanted = (of.event or "nothing" for of in (row, other))
        text = f"{came} comes here; in the healthy kernel {wanted}"
        return Difference(_line(row), text, row)

    def _written(self, row: Row, other: Row) -> Difference | None:
        for ours, theirs in zip(row.writes, other.writes, strict=False):
            said = self._said(ours.new, theirs.new)
            if (_kind(ours), said[0]) != (_kind(theirs), said[1]):
                text = f"{_kind(ours)} becomes {said[0]}; the healthy kernel writes {said[1]}"
                text += f" to {_kind(theirs)}" if _kind(ours) != _kind(theirs) else ""
                return Difference(_line(row), text, row)
        return None

    def _registers(self, row: Row, other: Row) -> Difference | None:
        for name in sorted(row.registers.keys() | other.registers.keys()):
            pair = tuple(
                of.registers[name][1] if name in of.registers else known.get(name)
                for of, known in ((row, self._known[0]), (other, self._known[1]))
            )
            said = self._said(*pair)
            if said[0] != said[1]:
                text = f"{name} becomes {said[0]}; in the healthy kernel {said[1]}"
                return Difference(_line(row), text, row)
        for known, of in zip(self._known, (row, other), strict=True):
            _play(known, (of,))
        # In C the arithmetic ones come from addresses, too; those that matter are jumped by.
        if row.flags != other.flags and not row.is_c:
            said = _flags(row), _flags(other)
            text = f"the flags become {said[0]}; in the healthy kernel {said[1]}"
            return Difference(_line(row), text, row)
        return None


def _play(known: dict[str, int], rows: Sequence[Row]) -> None:
    """Note what the rows do to the registers."""
    for row in rows:
        known.update({name: new for name, (_, new) in row.registers.items()})


@dataclass(frozen=True)
class Invocation:
    """One call of a function among the rows of a record.

    Attributes:
        own: Its rows, without those of what it calls.
        end: Index of the first row behind it.
    """

    own: tuple[Row, ...]
    end: int


def invocation(rows: Sequence[Row], at: int) -> Invocation:
    """The one that the row with that index belongs to."""
    row = rows[at]

    def is_inside(other: Row) -> bool:
        if (other.ring, other.branch) != (row.ring, row.branch):
            return other.branch > row.branch
        return other.depth > row.depth or (
            other.depth == row.depth and other.function == row.function
        )

    start = end = at
    while start > 0 and is_inside(rows[start - 1]):
        start -= 1
    while end < len(rows) and is_inside(rows[end]):
        end += 1
    own = tuple(each for each in rows[start:end] if each.function == row.function)
    return Invocation(own, end)


def _statements(side: Trip, rows: Sequence[Row]) -> dict[str, tuple[Line | None, Row]]:
    """Text of each executed source line -> where it is and its first row, in order."""
    found: dict[str, tuple[Line | None, Row]] = {}
    for row in rows:
        line = side.side.line(row.address)
        if text := side.side.source(line):
            found.setdefault(text, (line, row))
    return found


def _only_in(texts: Mapping[str, object], other: Mapping[str, object], *, is_cut: bool) -> str:
    """The first that the other has not; if cut, one with something behind it that both have."""
    listed = list(texts)
    last = max((at for at, text in enumerate(listed) if text in other), default=-1)
    looked_at = listed[: last + 1] if is_cut else listed
    return next((text for text in looked_at if text not in other), "")


def _flags(row: Row) -> str:
    return ", ".join(f"{name}={new}" for name, (_, new) in row.flags.items()) or "nothing else"


def _line(row: Row) -> Line | None:
    return Line(row.file, row.line) if row.file else None


def _short(row: Row) -> str:
    """A row's source line without its comment."""
    if not row.source:
        return row.text
    return re.split(r"\s*(?:;|/\*)", row.source)[0].strip() or row.source


def _kind(word: Word) -> str:
    return word.name or "memory"
