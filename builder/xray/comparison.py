"""The rows of two kernels, one beside the other, up to the first that is not the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from builder.xray.elf_names import Line
from builder.xray.record import Row, Word
from builder.xray.trip import Trip

_NEAR_LINES = 3


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
    """

    line: Line | None
    text: str
    row: Row | None = None
    read: tuple[int, int] | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Ours on the left, the healthy kernel on the right."""

    left: Trip
    right: Trip
    ours: Sequence[Row]
    theirs: Sequence[Row]

    def first(self) -> Difference | None:
        """The first difference; None if there is none."""
        looks: tuple[Callable[[Row, Row], Difference | None], ...] = (
            self._read,
            self._by_cpu,
            self._event,
            self._written,
            self._registers,
        )
        for index, (row, other) in enumerate(zip_longest(self.ours, self.theirs)):
            if row is None or other is None:
                return self._ended(index)
            if self._key(self.left, row) != self._key(self.right, other):
                return self._instruction(index)
            for look in looks:
                if difference := look(row, other):
                    return difference
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
            return Difference(None, "nothing is executed")
        last = self.ours[min(index, len(self.ours)) - 1]
        more = "goes on" if index < len(self.theirs) else "has ended"
        text = f"this is the last instruction that was seen; the healthy kernel {more}"
        return Difference(_line(last), text, last)

    def _instruction(self, index: int) -> Difference:
        """Another instruction: one more, one less, or one in place of another."""
        row, other = self.ours[index], self.theirs[index]
        wanted = f"`{_short(other)}`"
        if self._follows(index, index + 1):
            line = self.left.side.place_of(self.right.side, _line(other))
            return Difference(line, f"the healthy kernel has {wanted} here; this one has not", row)
        if self._follows(index + 1, index):
            return Difference(_line(row), f"the healthy kernel has no `{_short(row)}`", row)
        place = ""
        if other.file != row.file or abs(other.line - row.line) > _NEAR_LINES:
            place = f" ({other.file}:{other.line})" if other.file else ""
        text = f"here is `{_short(row)}`; the healthy kernel has {wanted}{place}"
        return Difference(_line(row), text, row)

    def _follows(self, ours: int, theirs: int) -> bool:
        """Do the same instructions follow from there on?"""
        pairs = zip(self.ours[ours : ours + 3], self.theirs[theirs : theirs + 3], strict=False)
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
                of.registers[name][1] if name in of.registers else None for of in (row, other)
            )
            said = self._said(*pair)
            if said[0] != said[1]:
                text = f"{name} becomes {said[0]}; in the healthy kernel {said[1]}"
                return Difference(_line(row), text.replace("?", "nothing else"), row)
        if row.flags != other.flags:
            said = _flags(row), _flags(other)
            text = f"the flags become {said[0]}; in the healthy kernel {said[1]}"
            return Difference(_line(row), text, row)
        return None


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
