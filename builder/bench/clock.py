"""Starts an emulator and takes the time until its serial line shows something.

The harness's console (builder/console.py) judges guests; this only holds the stop-watch, as close
to the process as Python allows: one blocking read, one look at the clock.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from subprocess import PIPE, STDOUT

from builder import proc

TIMEOUT_S = 60.0  # a run that takes longer hangs; the slowest takes about 3 s


@dataclass(frozen=True)
class TimedRun:
    """One run of an emulator, from just before its process was made.

    Attributes:
        seen_s: Seconds until what was waited for had arrived; None if it never did.
        total_s: Seconds until the emulator ended, or was ended.
        text: All that came over the serial line (and the emulator's complaints).
        status: Exit status; None if the time was up and it was killed.
    """

    seen_s: float | None
    total_s: float
    text: str
    status: int | None


def timed_run(
    argv: Sequence[str], seen: Callable[[bytes], bool], *, timeout_s: float = TIMEOUT_S
) -> TimedRun:
    """Run an emulator to its end.

    Args:
        argv: Its command line; the serial line must be its standard output.
        seen: Given all bytes so far, tells whether what is waited for has arrived.
        timeout_s: Seconds after which it is killed.

    Raises:
        ToolError: there is no such program.
    """
    data, seen_s = b"", None
    began = time.monotonic()
    with proc.start(argv, proc.Pipes(stdout=PIPE, stderr=STDOUT)) as process:
        stream = process.popen.stdout
        assert stream is not None  # PIPE was asked for
        while (left_s := began + timeout_s - time.monotonic()) > 0:
            if not select.select([stream], [], [], left_s)[0]:
                break
            piece = os.read(stream.fileno(), 1 << 16)
            now_s = time.monotonic() - began
            if not piece:
                break
            data += piece
            if seen_s is None and seen(data):
                seen_s = now_s
        status = process.wait(max(began + timeout_s - time.monotonic(), 0.0))
        total_s = time.monotonic() - began
    return TimedRun(seen_s, total_s, data.decode("ascii", "backslashreplace"), status)
