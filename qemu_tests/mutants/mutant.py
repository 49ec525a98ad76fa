"""All the changes that can be made in a tree, and a sample of them that a number decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, zip_longest
from pathlib import Path

from qemu_tests.mutants.operators import OPERATORS, Edit, Operator
from qemu_tests.mutants.source import Line, language_of, lines_of

# Where the kernel's own work is done; the rest is drivers, start-up and what checks it.
FOLDERS = ("entry", "cpu", "mm", "proc", "sys")


@dataclass(frozen=True)
class Mutant:
    """A tree in which one line is changed.

    Attributes:
        path: The file, from the tree's root on.
        line: The line's number, from 1.
        operator: Name of what is done to it.
        number: Which of the operator's changes of this line, from 1.
        old: The line as it is, with its comment; or two lines.
        new: What becomes of it.
        before: The line's code, in single blanks and without comments.
        after: The code it becomes.
    """

    path: str
    line: int
    operator: str
    number: int
    old: str
    new: str
    before: str
    after: str

    @property
    def id(self) -> str:
        """Names the mutant of a tree, in whatever sample it is."""
        return f"{self.path}:{self.line}:{self.operator}:{self.number}"

    @property
    def folder(self) -> str:
        """The folder of its file."""
        return self.path.partition("/")[0]

    def apply(self, tree: Path) -> None:
        """Change the line in a rendered tree, where it must still be what it was."""
        path = tree / self.path
        lines = path.read_text(encoding="utf-8").split("\n")
        old = self.old.split("\n")
        place = slice(self.line - 1, self.line - 1 + len(old))
        assert lines[place] == old, f"{self.id}: there is {lines[place]}, not {old}"
        lines[place] = self.new.split("\n")
        path.write_text("\n".join(lines), encoding="utf-8")


def all_mutants(tree: Mapping[str, str]) -> list[Mutant]:
    """Every mutant of a tree (path -> text), in the order of paths, lines and operators.

    No two of one line are the same, and none is the original.
    """
    paths = sorted(path for path in tree if path.partition("/")[0] in FOLDERS)
    return [mutant for path in paths for mutant in _mutants_of(path, tree[path])]


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """`size` of them, or all if there are no more, in an order that only `seed` decides.

    A larger sample begins with the smaller one.
    """

    def place(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{seed} {mutant.id}".encode()).digest()

    return sorted(mutants, key=place)[:size]


def _mutants_of(path: str, text: str) -> Iterator[Mutant]:
    language = language_of(path)
    if language is None:
        return
    lines = lines_of(path, text)
    for line, following in zip_longest(lines, lines[1:]):
        seen = {_code_of(line.code)}
        for operator in OPERATORS:
            where = _joined(line, following) if operator.lines > 1 else line
            if where is not None and language in operator.edits:
                yield from _made(path, where, operator, operator.edits[language](where), seen)


def _made(
    path: str, line: Line, operator: Operator, edits: Iterator[Edit], seen: set[str]
) -> Iterator[Mutant]:
    """The mutants of one operator that are not in `seen`, which they are added to."""
    before = _code_of(line.code)
    numbers = count(1)
    for edit in edits:
        after = _code_of(edit.apply(line.code))
        if after not in {before, *seen}:
            seen.add(after)
            new = edit.apply(line.raw)
            yield Mutant(
                path, line.number, operator.name, next(numbers), line.raw, new, before, after
            )


def _joined(line: Line, following: Line | None) -> Line | None:
    """Two lines as one, if nothing stands between them."""
    if following is None or following.number != line.number + 1:
        return None
    texts = ((each.raw, each.code, each.plain) for each in (line, following))
    return Line(line.number, *("\n".join(pair) for pair in zip(*texts, strict=True)))


def _code_of(code: str) -> str:
    """Lines of code in single blanks."""
    return "\n".join(" ".join(line.split()) for line in code.split("\n"))
