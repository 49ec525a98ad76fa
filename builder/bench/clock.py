"""Starts an emulator and takes the time until its serial line shows something.

builder/boot/console.py is for guests that are judged; this only holds the stop-watch, as close to
the process as Python allows: one blocking read, one look at the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from builder.boot.effort import NOTHING, Effort
from builder.boot.follow import follow
from builder.boot.patience import Limit

LIMIT = Limit(cpu_s=60, asleep_s=60)  # who is silent for longer hangs; the slowest takes about 3 s


@dataclass(frozen=True)
class TimedRun:
    """One run of an emulator, from just before its process was made.

    Attributes:
        seen_s: Seconds until what was waited for had arrived; None if it never did.
        total_s: Seconds until the emulator ended, or was ended.
        text: All that came over the serial line (and the emulator's complaints).
        status: Exit status; None if it hung and was killed.
        effort: What the emulator did; nothing, if that is not known.
    """

    seen_s: float | None
    total_s: float
    text: str
    status: int | None
    effort: Effort = NOTHING

    def times(self, factor: float) -> Limit:
        """What a run may use up that makes so many times the effort, and a second."""
        made = self.effort
        return Limit(cpu_s=1 + factor * made.cpu_s, asleep_s=1 + factor * made.asleep_s)


def timed_run(
    argv: Sequence[str], seen: Callable[[bytes], bool], *, limit: Limit = LIMIT
) -> TimedRun:
    """Run an emulator to its end.

    Args:
        argv: Its command line; the serial line must be its standard output.
        seen: Given all bytes so far, tells whether what is waited for has arrived.
        limit: Of its effort without output; then it is killed.

    Raises:
        ToolError: there is no such program.
    """
    data = bytearray()
    seen_s: float | None = None
    began_s = time.monotonic()

    def heard(piece: bytes) -> None:
        nonlocal seen_s
        now_s = time.monotonic() - began_s
        data.extend(piece)
        if seen_s is None and seen(bytes(data)):
            seen_s = now_s

    run = follow(argv, heard, limit)
    total_s = time.monotonic() - began_s
    return TimedRun(
        seen_s, total_s, data.decode("ascii", "backslashreplace"), run.status, run.effort
    )
