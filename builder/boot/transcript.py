"""What one run of a guest left behind: data only, made by console.py and judged by verdict.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from builder.boot.emulator.base import CpuState


class Phase(Enum):
    """How far a guest came; each phase has limits of its own."""

    BOOT = "boot"  # until the kernel's banner
    SUITE = "suite"  # until the panic line, the loader's refusal or the finished line
    ENDING = "ending"  # until the emulator ends


class End(Enum):
    """How a run ended. Only OUTCOME and SETTLED are ends that the guest chose."""

    OUTCOME = "the guest wrote to the outcome device"
    RESET = "the machine was reset"
    POWERED_OFF = "the guest switched the machine off"
    EMULATOR_ERROR = "the emulator gave up"
    KILLED = "a signal ended the emulator"
    TIMED_OUT = "there was no progress any more"
    TOO_MUCH_OUTPUT = "the guest printed without end"
    SECOND_BANNER = "the kernel started a second time"
    SETTLED = "nothing more came after its last line, and this emulator does not end by itself"
    NOT_RUN = "nothing was started (dry run)"


@dataclass(frozen=True)
class Transcript:
    """One run of a guest.

    Attributes:
        text: Everything the guest printed, decoded and with line ends normalised.
        end: How the run ended.
        phase: The phase in which it ended.
        exit_status: The emulator's; negative after a signal; None if tinygate had to kill it.
        outcome_code: What the guest wrote to the outcome device, if it did.
        duration_s: Seconds from the emulator's start to its end.
        stderr: What the emulator itself had to say.
        raw_path: File that holds the guest's output byte for byte.
        stopped_for: Why a guest without progress was stopped, in its own units of time.
        cpus: Where the CPUs were when a hanging or flooding guest was stopped.
        waiting_for: Pattern before which the next typed input was held back at the end, if any.
    """

    text: str
    end: End
    phase: Phase = Phase.ENDING
    exit_status: int | None = None
    outcome_code: int | None = None
    duration_s: float = 0.0
    stderr: str = ""
    raw_path: Path | None = None
    stopped_for: str = ""
    cpus: tuple[CpuState, ...] = ()
    waiting_for: str = ""


def normalise(text: str) -> str:
    r"""Line ends as `\n`. Guests print LF only; a terminal may have put CRs before it."""
    return re.sub(r"(?<!\r)\r+\n", "\n", text)


def decode(data: bytes) -> str:
    r"""Guest output as text; bytes that are not UTF-8 are shown as `\xff` instead of being lost."""
    return normalise(data.decode("utf-8", "backslashreplace"))
