"""The seal on what our programs print: so that a line of theirs is known from one of the kernel's.

A part of a lab may ask for a line that a program prints, and a hand-in's kernel can print it, too.
Our print() for programs puts a number behind what it prints, if that ends in a line's end, made of
it and of random ones of this run. They stand in the programs, and in no file that a hand-in is
compiled beside.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from builder.errors import BuildError
from builder.labs.lab import Files, Lab

PRINT = "user/lib/print.c"
BROKEN_LINE = "# a line without its seal was here"
_WRITE = "    write(STDOUT, line, length);\n"
_SEAL_C = """
/* Behind whole lines. With no data of its own: a program has no page more by it. */
static void seal_line(const char *text, size_t length)
{{
    uint32_t said = {0:#x}u;
    char seal[] = "# said 00000000\\n";

    for (size_t i = 0; i < length; i++) {{
        said = (said ^ (uint8_t)text[i]) * {1:#x}u;
        if (text[i] == '\\n') {{
            said = (said ^ said >> 15) * {2:#x}u;
        }}
    }}
    if (length == 0 || text[length - 1] != '\\n') {{
        return;
    }}
    for (uint32_t i = 0; i < 8; i++) {{
        seal[7 + i] = "0123456789abcdef"[said >> (28 - 4 * i) & 15];
    }}
    write(STDOUT, seal, sizeof seal - 1);
}}
"""
_SAID = re.compile(r"^# said ([0-9a-f]{8})$")
_WORD = 0xFFFFFFFF
_LINES_AT_ONCE = 4


def _numbers() -> tuple[int, ...]:
    return tuple(secrets.randbits(32) | 1 for _ in range(3))


@dataclass(frozen=True)
class LineSeal:
    """The random numbers of one run, and the lines that they are for.

    Attributes:
        patterns: Regular expressions of the lines that parts of the lab ask for.
        numbers: The random ones.
    """

    patterns: tuple[str, ...]
    numbers: tuple[int, ...] = field(default_factory=_numbers)

    def put_on(self, files: Files) -> Files:
        """The tree whose programs seal what they print, if a line of theirs is asked for.

        Raises:
            BuildError: Their print() is not as this knows it.
        """
        if not self.patterns:
            return files
        text = files[PRINT].decode()
        if text.count(_WRITE) != 1:
            raise BuildError("where programs print is not found", where=PRINT, why=repr(_WRITE))
        text = text.replace(_WRITE, f"{_WRITE}    seal_line(line, length);\n")
        end = text.index("void print(")
        code = _SEAL_C.format(*self.numbers).lstrip("\n")
        return {**files, PRINT: f"{text[:end]}{code}\n{text[end:]}".encode()}

    def learn(self, transcript: str) -> LineSeal:
        """The same for those lines only that programs print in a right kernel."""
        if not self.patterns:
            return self
        bare = self.take_off(transcript)
        kept = (one for one in self.patterns if re.search(one, bare, re.MULTILINE))
        return replace(self, patterns=tuple(kept))

    def take_off(self, text: str) -> str:
        """The text without seals, and without the lines that should have one and have not."""
        if not self.patterns:
            return text
        lines: list[str] = []
        sealed: set[int] = set()
        since = 0  # the first line behind the last seal
        for line in text.split("\n"):
            found = _SAID.match(line)
            if found is None:
                lines.append(line)
                continue
            for first in range(max(since, len(lines) - _LINES_AT_ONCE), len(lines)):
                if f"{self._word(lines[first:]):08x}" == found[1]:
                    sealed |= set(range(first, len(lines)))
            since = len(lines)
        return "\n".join(
            line if number in sealed or not self._asked_for(line) else BROKEN_LINE
            for number, line in enumerate(lines)
        )

    def _asked_for(self, line: str) -> bool:
        return any(re.search(pattern, line) for pattern in self.patterns)

    def _word(self, lines: Iterable[str]) -> int:
        """As `seal_line` in C."""
        start, factor, last = self.numbers
        word = start
        for line in lines:
            for byte in line.encode("utf-8", "replace") + b"\n":
                word = (word ^ byte) * factor & _WORD
            word = (word ^ word >> 15) * last & _WORD
        return word


def line_seal(lab: Lab) -> LineSeal:
    """One that nobody has seen; for no line where programs print by what is handed in."""
    if PRINT in lab.files:
        return LineSeal(())
    lines = (line for part in lab.part for line in part.lines)
    return LineSeal(tuple(re.sub(r"\{0x[0-9a-f]+\}", "[0-9a-f]+", line) for line in lines))
