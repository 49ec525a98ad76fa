"""How a guest says that it ended: the codes written to the outcome device, and the serial lines.

The outcome device is QEMU's `isa-debug-exit` at port 0xf4: writing `code` ends QEMU with the exit
status `(code << 1) | 1`. The code 0 is never used, because it gives status 1, which QEMU also uses
for "kernel file not found"; and status 0 is what a triple fault under `-no-reboot` gives.
"""

from dataclasses import dataclass
from typing import ClassVar

from builder.model.host import OUTCOME_OFF, OUTCOME_PORT

__all__ = ["OUTCOMES", "OUTCOME_PORT", "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """One way in which a guest ends by itself."""

    SHOWN: ClassVar[tuple[str, ...]] = ("exit_status",)

    name: str  # C and NASM constant: OUTCOME_<name>
    code: int  # byte written to OUTCOME_PORT
    meaning: str

    @property
    def exit_status(self) -> int:
        """Exit status of QEMU after the guest wrote `code`."""
        return (self.code << 1) | 1


FINISHED = Outcome("FINISHED", 0x10, "the suite ran to its end: see its KTAP lines")
PANIC = Outcome("PANIC", 0x11, "the kernel panicked and printed why")
LOADER = Outcome("LOADER", 0x12, "the boot loader refused and printed why")
INIT = Outcome("INIT", 0x13, "process 1 ended: the last line says how")
OFF = Outcome("OFF", OUTCOME_OFF, "a program switched the machine off")
OUTCOMES = (FINISHED, PANIC, LOADER, INIT, OFF)

# What the verdict looks for in the serial text. Each is the start of a line, so that a program
# which prints the same words in the middle of one cannot fake it.
BANNER_PREFIX = "tinygate kernel: "  # exactly one per boot, the first line that the kernel prints
PANIC_PREFIX = "kernel panic: "
LOADER_PREFIX = "boot loader: "  # only printed when the loader refuses an image
FINISHED_PREFIX = "suite finished: "  # last line before OUTCOME_FINISHED
