"""Counts the instructions of a system call that does nothing, in the sources of the lesson. Pure.

In each file of NASM the quick way is written from top to bottom and jumps nowhere, so the lines
from a label to the end of the way are those that run. What GCC makes of C is known from measuring.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

C_INSTRUCTIONS = 5  # of call_getpid() and sys_getpid(), as GCC compiles them
ENDS = ("sysexit", "iretd", "ret")
# Of each step: where the program's own part begins, after it has called, and the kernel's.
WAYS: Mapping[str, tuple[tuple[str, str] | None, tuple[str, str]]] = {
    "int80": (None, ("entry/int80_entry.asm", "int80_entry")),
    "sysenter": (
        ("user/lib/system_call.asm", "sysenter_stub"),
        ("entry/sysenter_entry.asm", "sysenter_entry"),
    ),
    "vsyscall": (
        ("entry/vsyscall_sysenter.asm", "vsyscall_sysenter"),
        ("entry/sysenter_entry.asm", "sysenter_entry"),
    ),
}


@dataclass(frozen=True)
class NullCall:
    """Instructions of one call of getpid: the program's INT or CALL, and its stub; the kernel's."""

    program: int
    entry: int
    function: int = C_INSTRUCTIONS

    @property
    def total(self) -> int:
        """All of them."""
        return self.program + self.entry + self.function


def null_call(step: str, files: Mapping[str, bytes]) -> NullCall:
    """Of the quickest way of a step, whose tree holds `files`."""
    stub, entry = WAYS[step]
    call_or_int = 1
    program = call_or_int + (straight(files[stub[0]].decode(), stub[1]) if stub else 0)
    return NullCall(program, straight(files[entry[0]].decode(), entry[1]))


def straight(text: str, label: str) -> int:
    """How many instructions run from a label to the first one that ends the way, if none jumps.

    SYSENTER comes back at the next label.
    """
    count, away = 0, False
    for line in text.partition(f"\n{label}:")[2].splitlines():
        code = line.partition(";")[0]
        if re.match(r"\.?\w+:", code):
            away = False
        elif code.strip() and not away:
            count += 1
            name = code.split()[0]
            if name in ENDS:
                break
            away = name == "sysenter"
    return count
