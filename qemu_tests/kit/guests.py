"""Boots whose serial line is only listened to: to their end, or until they hang."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.boot.follow import follow
from builder.boot.patience import Limit, timeout_scale

# Of a silent emulator. The longest silence of a healthy guest is a fuzzer's, some 50 s of CPU time.
LIMIT = Limit(cpu_s=300, asleep_s=60)


@dataclass(frozen=True)
class Run:
    """What an emulator left behind.

    Attributes:
        text: What came over the serial line, and what the emulator itself said.
        status: Its exit status; None if it had to be stopped.
        stopped_for: Why.
    """

    text: str
    status: int | None
    stopped_for: str


def run_to_end(argv: Sequence[str], limit: Limit = LIMIT) -> Run:
    """Run an emulator whose serial line is its standard output."""
    data = bytearray()
    ended = follow(argv, data.extend, limit.times(timeout_scale()))
    text = data.decode("utf-8", "replace").replace("\r", "")
    return Run(text, ended.status, ended.stopped_for)
