"""Runs an emulator that is only listened to, to its end, or until it hangs.

Where a guest is judged, builder/boot/console.py does that, which knows more of it.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from subprocess import PIPE, STDOUT

from builder.boot.effort import Effort, EffortMeter
from builder.boot.patience import BACKSTOP_S, Limit, Patience, Reading, Watcher
from builder.boot.transcript import Phase
from builder.tools import commands

LOOK_S = 0.25  # between two looks at what the emulator does


@dataclass(frozen=True)
class Followed:
    """How it went.

    Attributes:
        status: Exit status; None if it hung and was killed.
        stopped_for: Why it was killed.
        effort: What it did.
    """

    status: int | None
    stopped_for: str
    effort: Effort


def follow(argv: Sequence[str], heard: Callable[[bytes], None], limit: Limit) -> Followed:
    """Run `argv`; its standard output and error are one stream.

    Args:
        argv: The command line.
        heard: Gets each piece of the stream as it comes.
        limit: Of its effort without output.

    Raises:
        ToolError: there is no such program.
    """
    size, why = 0, ""
    with commands.start(argv, commands.Pipes(stdout=PIPE, stderr=STDOUT)) as process:
        stream = process.popen.stdout
        assert stream is not None  # PIPE was asked for
        meter = EffortMeter(process.pid)
        watcher = Watcher(Patience(boot=limit), counts=False)
        look_at_s = time.monotonic() + LOOK_S
        while not why:
            if select.select([stream], [], [], LOOK_S)[0]:
                piece = os.read(stream.fileno(), 1 << 16)
                if not piece:
                    effort = meter.read()
                    return Followed(process.wait(BACKSTOP_S), "", effort)
                size += len(piece)
                heard(piece)
            if time.monotonic() >= look_at_s:
                look_at_s = time.monotonic() + LOOK_S
                why = watcher.see(Phase.BOOT, size, Reading(meter.read()))
        return Followed(None, why, meter.last)
