"""A damaged kernel, the recorded programs that notice, and what is reported of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qemu_tests.defects.checks.defect import changed
from qemu_tests.kit.kernels import Change
from qemu_tests.linux.cases import Case, cases

__all__ = [
    "FOR_EVER",
    "HANG",
    "INIT_GONE_ASTRAY",
    "Defect",
    "TypedDefect",
    "changed",
    "defect",
    "typed",
]

HANG = "^hang: "  # of what a defect says: the boot does not end
# What else may be reported where programs get pages of others: one of them may be /init.
INIT_GONE_ASTRAY = "init killed|report cannot be read"
FOR_EVER = 30  # seconds for a program that would wait for ever
_CASES = {case.name: case for case in cases()}


@dataclass(frozen=True)
class Defect:
    """One damage that a program notices.

    Attributes:
        name: What is wrong.
        changes: What is changed in the rendered tree.
        case: The recorded program that is run, by the name of its case.
        says: Regular expressions that the report must match.
        seconds: After which the program is killed, by the guest's clock; 0: it comes to an end.
    """

    name: str
    changes: tuple[Change, ...]
    case: str
    says: tuple[str, ...]
    seconds: int = 0

    def __str__(self) -> str:
        """The test's name."""
        return self.name.replace(" ", "-")

    @property
    def run(self) -> Case:
        """The case, as it is run."""
        return limited(_CASES[self.case], self.seconds)


@dataclass(frozen=True)
class TypedDefect:
    """One damage that is seen on the terminal.

    Attributes:
        name: What is wrong.
        changes: What is changed in the rendered tree.
        part: The part of keys.PARTS that is typed.
        says: Regular expression that the report must match.
    """

    name: str
    changes: tuple[Change, ...]
    part: str
    says: str

    def __str__(self) -> str:
        """The test's name."""
        return self.name.replace(" ", "-")


def limited(case: Case, seconds: int) -> Case:
    """The same program, killed after some seconds; a machine that idles jumps over them."""
    if seconds == 0:
        return case
    timeout = ("/bin/busybox", "timeout", "-s", "KILL", str(seconds))
    return replace(case, argv=(*timeout, *case.argv))


def defect(name: str, case: str, changes: Sequence[Change], *says: str, seconds: int = 0) -> Defect:
    return Defect(name, tuple(changes), case, says, seconds)


def typed(name: str, part: str, changes: Sequence[Change], says: str) -> TypedDefect:
    return TypedDefect(name, tuple(changes), part, says)
