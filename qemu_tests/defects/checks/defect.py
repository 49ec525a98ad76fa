"""A damaged kernel: what is changed in a tree, and what must be reported.

A defect changes a few words of a rendered tree. It says what a student could get wrong, and
which word, which lines, tell them so.
"""

from __future__ import annotations

from dataclasses import dataclass

from qemu_tests.kit.kernels import Change

DEMO = ("programs.suite=demo",)
CHECKS = ("programs.suite=checks",)
SYSENTER_ENTRY = "entry/sysenter_entry.asm"
# The steps in which a damage is tried: the first that has the line, and `robust`, if the line is
# the same there. One step in between would only say it again.
INT80 = ("int80", "robust")
SYSENTER = ("sysenter", "robust")
VSYSCALL = ("vsyscall", "robust")
ROBUST = ("robust",)
# Ends of which each is right. The damage leads the kernel to data that are not what it takes them
# for, or a program to another one's: what lies there is the compiler's choice. Where there is no
# memory at all, QEMU gives up.
KERNEL_GONE_ASTRAY = "panic|fail|reset|hang|emulator killed"
PROGRAM_GONE_ASTRAY = "hang|fail"


@dataclass(frozen=True)
class Defect:
    """One damage.

    Attributes:
        name: What is wrong.
        changes: What is changed in the tree.
        word: The verdict's word; several, with | between them, where it does not follow from the
            damage alone which of them it is.
        says: Regular expressions that the verdict must match: the check that failed.
        static: Regular expression for a problem that elf_check must name; empty: it cannot see it.
        config: Overrides of the kernel's configuration, without the step.
        steps: The steps in whose kernels it is tried.
    """

    name: str
    changes: tuple[Change, ...]
    word: str
    says: tuple[str, ...] = ()
    static: str = ""
    config: tuple[str, ...] = CHECKS
    steps: tuple[str, ...] = ROBUST

    @property
    def words(self) -> tuple[str, ...]:
        """The verdict's word is one of these."""
        return tuple(self.word.split("|"))

    def __str__(self) -> str:
        """The test's name, before that of the step."""
        return self.name.replace(" ", "-")


def changed(path: str, *pairs: str) -> tuple[Change, ...]:
    """Changes in one file: old text, new text, old text, new text ..."""
    return tuple(Change(path, old, new) for old, new in zip(pairs[::2], pairs[1::2], strict=True))


def demo(
    name: str,
    changes: tuple[Change, ...],
    word: str,
    *says: str,
    static: str = "",
    steps: tuple[str, ...] = ROBUST,
) -> Defect:
    return Defect(name, changes, word, says, static, DEMO, steps)


def checks(
    name: str,
    changes: tuple[Change, ...],
    *says: str,
    word: str = "fail",
    static: str = "",
    steps: tuple[str, ...] = ROBUST,
) -> Defect:
    return Defect(name, changes, word, says, static, CHECKS, steps)
