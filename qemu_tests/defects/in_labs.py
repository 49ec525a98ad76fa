"""Which damaged kernels are in a lab of the course, and which no lab uses yet.

    python -m qemu_tests.defects.in_labs          write labs.md anew

A lab uses a damage if its kernel, or what a known mistake makes of the solution, has other code in
all lines that the damage changes, and these are the student's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builder.labs.handout import healthy_tree
from builder.labs.lab import Files, Lab, changed
from builder.labs.lab_course import labs
from qemu_tests.defects.checks import DEFECTS as CHECKED
from qemu_tests.defects.checks import Defect
from qemu_tests.defects.linux import DEFECTS as LINUX
from qemu_tests.defects.linux import TERMINAL, TypedDefect
from qemu_tests.defects.linux import Defect as LinuxDefect
from qemu_tests.kit.kernels import Change

PAGE = Path(__file__).parent / "labs.md"
AnyDefect = Defect | LinuxDefect | TypedDefect
ALL: tuple[AnyDefect, ...] = (*CHECKED, *LINUX, *TERMINAL)


@dataclass(frozen=True)
class Use:
    """A damage in a lab: as its `fault`, or as the mistake of that name."""

    defect: AnyDefect
    lab: Lab
    what: str


def uses() -> Iterator[Use]:
    """All of them, in the order of the course."""
    for lab in labs():
        healthy = healthy_tree(lab, lab.suite)
        kernels = [("the lab's fault", lab.given(healthy))]
        solved = lab.solved(healthy)
        made = (mistake for mistake in lab.mistake if mistake.change)
        kernels += [(f"mistake: {one.name}", changed(solved, one.change)) for one in made]
        found: set[str] = set()
        for what, kernel in kernels:
            for defect in ALL:
                theirs = {change.path for change in defect.changes} <= set(lab.files)
                new = theirs and str(defect) not in found
                if new and covers(kernel, defect.changes, healthy):
                    found.add(str(defect))
                    yield Use(defect, lab, what)


def covers(kernel: Files, changes: Iterable[Change], healthy: Files) -> bool:
    """Has `kernel` other code than the healthy one in every line that the changes are about?"""
    damaged = dict(healthy)
    for change in changes:
        text = damaged.get(change.path, b"").decode()
        if text.count(change.old) != 1:
            return False
        damaged[change.path] = text.replace(change.old, change.new).encode()
    for path in {change.path for change in changes}:
        right, wrong, here = (code(path, tree[path]) for tree in (healthy, damaged, kernel))
        lost = set(right) - set(wrong)
        # A damage that only adds or moves lines is in a lab only if it is the lab's.
        if not lost <= set(right) - set(here) or (not lost and wrong != here):
            return False
    return True


@cache
def code(path: str, data: bytes) -> tuple[str, ...]:
    """The lines of a file without comments and indentation."""
    text = data.decode()
    if path.endswith((".asm", ".inc")):
        text = re.sub(r";.*", "", text)
    else:
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip())


def page() -> str:
    """labs.md."""
    used = list(uses())
    names = {str(use.defect) for use in used}
    unused = [defect for defect in ALL if str(defect) not in names]
    return "".join(
        [
            "# Damaged kernels in labs\n\n",
            "Written by `python -m qemu_tests.defects.in_labs`. A lab uses a damaged kernel if ",
            "its fault, or a mistake\nthat it knows, is about the same lines.\n\n",
            f"Of {len(ALL)} damaged kernels {len(ALL) - len(unused)} are in a lab:\n\n",
            *table(
                ("damaged kernel", "lab", "as"),
                ((use.defect.name, f"`{use.lab.name}`", use.what) for use in used),
            ),
            f"\nNo lab uses these {len(unused)}, each of which could become one, or a mistake ",
            "that one knows:\n\n",
            *table(
                ("damaged kernel", "step", "file"),
                ((row.name, _steps(row), f"`{row.changes[0].path}`") for row in unused),
            ),
        ]
    )


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    for row in (headings, ("---",) * len(headings), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n"


def _steps(defect: AnyDefect) -> str:
    return ", ".join(defect.steps) if isinstance(defect, Defect) else "linux"


if __name__ == "__main__":
    PAGE.write_text(page())
