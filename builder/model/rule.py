"""What a row of the table of rules has: see rule_table.py. kernel_src/rules has what runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Mode(IntEnum):
    """Where the code of a rule runs."""

    RING0 = 0
    RING1 = 1
    RING2 = 2
    RING3 = 3
    CODE16 = 4  # ring 3, a 16-bit code segment
    V86 = 5
    REAL = 6


# What `show` can name, in the order in which the kernel saves them: 32 bits each.
FIELDS = (
    *("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp", "eip", "fl"),
    *("cs", "ss", "ds", "es", "fs", "gs", "err", "rf", "cr2", "tr"),
    *("n0", "n1", "n2", "n3", "n4", "n5"),
)
# By number; the kernel prints `#GP(0)`, with the error code of those that have one.
VECTORS = (
    *("#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "vector 9", "#TS", "#NP"),
    *("#SS", "#GP", "#PF", "vector 15", "#MF", "#AC", "#MC", "#XM"),
)
WITH_ERROR_CODE = (8, 10, 11, 12, 13, 14, 17)


@dataclass(frozen=True)
class Rule:
    """One rule of the manual's, and how a guest sees whether it is kept.

    Attributes:
        name: Its group and name, such as `enter.ring3`.
        sentence: The rule, in one sentence.
        sdm: Where it stands: volume and section or instruction, of Intel's manual.
        code: The instructions that are tried, with `; ` between them.
        expected: What the kernel must print; several where the manual allows them.
        mode: Where `code` runs.
        setup: Instructions of ring 0 before it.
        entry: Where SYSENTER leads to, instead of the kernel's own place.
        show: FIELDS to print if nothing faulted.
        fault_show: FIELDS to print behind a fault.
        needs: The feature of CPUID without which `without` is expected: "sep", "msr", "tsc".
        without: See `needs`; nothing: then it cannot be observed.
    """

    name: str
    sentence: str
    sdm: str
    code: str
    expected: tuple[str, ...]
    mode: Mode = Mode.RING3
    setup: str = ""
    entry: str = ""
    show: tuple[str, ...] = ()
    fault_show: tuple[str, ...] = ()
    needs: str = ""
    without: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    def expected_on(self, features: Sequence[str]) -> tuple[str, ...]:
        """What is expected of a CPU with these features; nothing: it cannot be observed there."""
        return self.expected if not self.needs or self.needs in features else self.without
