"""Where a hand-in is not as the reference solution, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from builder.labs.handout import solved_tree
from builder.labs.lab import Files, Lab

NEAR_LINES = 3  # a fault shows at an instruction behind it


@dataclass(frozen=True)
class Place:
    """Lines of a file of the student's, from the first one on to before the last one.

    Both are the same where the student's file lacks lines.
    """

    path: str
    first: int
    end: int

    def __str__(self) -> str:
        """For people."""
        return f"{self.path}:{self.first}"

    def is_near(self, path: str, line: int) -> bool:
        """Is that line one of these, or almost?"""
        return path == self.path and self.first - NEAR_LINES <= line <= self.end + NEAR_LINES


def differences(lab: Lab, taken: Files) -> Iterator[Place]:
    """All places of the student's files that the solution has otherwise, in the lab's order."""
    solved = solved_tree(lab, lab.suite)
    for path in lab.files:
        ours, theirs = (_code(tree[path].decode()) for tree in (taken, solved))
        for what, first, end, _, _ in SequenceMatcher(None, ours, theirs, False).get_opcodes():
            if what != "equal":
                yield Place(path, first + 1, end + 1)


def _code(text: str) -> list[str]:
    """Its lines; how they are indented is nobody's mistake."""
    return [" ".join(line.split()) for line in text.splitlines()]
