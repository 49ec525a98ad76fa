"""What a reader can be asked about a row, and whether an answer is right. Pure.

An answer is a sum of hexadecimal numbers and of registers as they were before the row, such as
`esp - 4`, since that is what one has to know; templates/_docs/xray/page.js reads it alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from builder.xray.record import ByCpu, Row, Word

_TERM = re.compile(r"([+-])\s*(?:0x)?([0-9a-z]+)\s*")
_HEX = re.compile(r"[0-9a-f]+")
VALUE_BYTES_MAX = 4  # of more bytes nobody knows the value


@dataclass(frozen=True)
class Question:
    """One value that a row changes.

    Attributes:
        what: Which it is.
        before: What is known of it; may be empty.
        value: The right answer.
        bits: How wide it is.
        hides: What of a row would tell it: `r:` and a register, `f:` and a flag, `m:` and an
            address, `c:` and the number of what the CPU did by itself, from 0 on.
    """

    what: str
    before: str
    value: int
    bits: int
    hides: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The value as it is shown."""
        return f"{self.value:0{max(1, self.bits // 4)}x}"


def questions(row: Row) -> tuple[Question, ...]:
    """All that can be asked: of what the CPU does by itself that, else what changed."""
    if row.cpu:
        return tuple(_by_cpu(row, number, part) for number, part in enumerate(row.cpu))
    registers = (
        Question(name, f"{old:08x}", new, 32, (f"r:{name}",))
        for name, (old, new) in row.registers.items()
    )
    flags = (
        Question(name, str(old), new, 1, (f"f:{name}",)) for name, (old, new) in row.flags.items()
    )
    writes = (
        Question(f"[{_place(word)}]", _before(word), word.new, 8 * word.size_bytes, _of(word))
        for word in row.writes
        if word.new is not None and word.size_bytes <= VALUE_BYTES_MAX
    )
    return (*registers, *flags, *writes)


def _by_cpu(row: Row, number: int, part: ByCpu) -> Question:
    hides = [f"c:{number}"]
    if number == len(row.cpu) - 1:  # words that it pushed stand below each other, and tell all
        hides += [place for word in row.writes for place in _of(word)]
    return Question(f"{part.what} ({part.how})", "", part.seen, 32, tuple(hides))


def _place(word: Word) -> str:
    return f"{word.address:08x} {word.name}".strip()


def _before(word: Word) -> str:
    return "" if word.old is None else f"{word.old:0{2 * word.size_bytes}x}"


def _of(word: Word) -> tuple[str, ...]:
    return (f"m:{word.address}",)


def is_right(question: Question, text: str, registers: Mapping[str, int]) -> bool:
    """Is `text` the value? `registers` are those before the row; what is no sum is not right."""
    value = value_of(text, registers)
    return value is not None and value % (1 << question.bits) == question.value


def value_of(text: str, registers: Mapping[str, int]) -> int | None:
    """The sum; None if it is none."""
    sum_text = text.strip().lower()
    if not sum_text.startswith(("+", "-")):
        sum_text = f"+{sum_text}"
    total = at = 0
    while at < len(sum_text):
        found = _TERM.match(sum_text, at)
        if not found:
            return None
        sign, word = found.groups()
        if word in registers:
            term = registers[word]
        elif _HEX.fullmatch(word):
            term = int(word, 16)
        else:
            return None
        total += term if sign == "+" else -term
        at = found.end()
    return total


@dataclass
class Score:
    """How the reader does."""

    right: int = 0
    wrong: int = 0
    shown: int = 0

    def __str__(self) -> str:
        """For people."""
        return f"{self.right} said, {self.shown} shown, {self.wrong} wrong"
