"""What to do with a guest's output while it runs: timeouts, limits, listeners, and input."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from builder.errors import UserError
from builder.proc import Tail
from builder.transcript import Phase

SCALE_VARIABLE = "TINYGATE_TIMEOUT_SCALE"
MAX_OUTPUT_BYTES = 1 << 20  # a healthy boot prints some 10 KiB; QEMU's UART makes about 350 KB/s


def timeout_scale(environ: Mapping[str, str] = os.environ) -> float:
    """The value of TINYGATE_TIMEOUT_SCALE, by which every timeout is multiplied; 1 if it is unset.

    Raises:
        UserError: It is not a factor.
    """
    value = environ.get(SCALE_VARIABLE, "1")
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", value) or float(value) == 0:
        raise UserError(
            f"not a factor: {value!r}",
            where=SCALE_VARIABLE,
            why="it multiplies every timeout, so it must be a number above 0 and below 10000",
            fix=f"for example {SCALE_VARIABLE}=4, or leave it unset",
        )
    return float(value)


@dataclass(frozen=True)
class Timeouts:
    """Seconds that each phase may take. A boot takes 0.1 s on an idle machine."""

    boot_s: float = 10.0
    suite_s: float = 60.0
    ending_s: float = 5.0

    def of(self, phase: Phase) -> float:
        """Seconds for `phase`."""
        return {Phase.BOOT: self.boot_s, Phase.SUITE: self.suite_s, Phase.ENDING: self.ending_s}[
            phase
        ]

    def scaled(self, environ: Mapping[str, str] = os.environ) -> Timeouts:
        """Multiplied by TINYGATE_TIMEOUT_SCALE, for slow machines. Raises UserError."""
        factor = timeout_scale(environ)
        return Timeouts(self.boot_s * factor, self.suite_s * factor, self.ending_s * factor)


@dataclass(frozen=True)
class Typed:
    """Bytes to type once the regular expression `after` has appeared behind the banner."""

    after: str
    data: bytes


@dataclass(frozen=True)
class Watch:
    """What to do with a guest's output while it runs."""

    timeouts: Timeouts = Timeouts()
    max_bytes: int = MAX_OUTPUT_BYTES
    live: Callable[[str], None] | None = None  # gets the text as it arrives
    typed: Sequence[Typed] = ()
    trace: Tail | None = None  # gets the emulator's exception log
