"""Counts the lines of code of a kernel's tree: C and NASM, without blank lines and comments. Pure.

C comments are taken out as a compiler does, NASM's from a `;` to the end of the line; neither
inside a string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from builder.config.load import load_config
from builder.model.budgets import LINES_MAX
from builder.tree.render import render_tree

C_SUFFIXES = (".c", ".h")
NASM_SUFFIXES = (".asm", ".inc")

_STRING = r'"(?:\\.|[^"\\\n])*"' + "|" + r"'(?:\\.|[^'\\\n])*'"
_C = re.compile(rf"({_STRING})|/\*.*?\*/|//[^\n]*", re.DOTALL)
_NASM = re.compile(r"(\"[^\"\n]*\"|'[^'\n]*'|`(?:\\.|[^`\\\n])*`)|;[^\n]*")


def _filled(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def _kept(match: re.Match[str]) -> str:
    """What is left of a string or a comment: a string whole, of a comment its line ends."""
    return match[1] or "\n" * match[0].count("\n") or " "


def c_lines(text: str) -> int:
    """Lines of a C file that hold anything but comments."""
    return _filled(_C.sub(_kept, text))


def nasm_lines(text: str) -> int:
    """Lines of a NASM file that hold anything but comments."""
    return _filled(_NASM.sub(_kept, text))


def tree_lines(files: Mapping[str, bytes]) -> int:
    """Of all C and NASM files of a rendered tree."""
    total = 0
    for path, data in files.items():
        if path.endswith(C_SUFFIXES):
            total += c_lines(data.decode())
        elif path.endswith(NASM_SUFFIXES):
            total += nasm_lines(data.decode())
    return total


@dataclass(frozen=True)
class StepLines:
    """How large the tree of a step is, and how large it may be."""

    step: str
    lines: int
    budget: int


def step_lines(step: str) -> StepLines:
    """Of the tree that a step renders without any option."""
    tree = render_tree(load_config(None, [f"kernel.step={step}"]))
    return StepLines(step, tree_lines(tree), LINES_MAX[step])
