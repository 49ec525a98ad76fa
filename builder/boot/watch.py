"""What to do with a guest's output while it runs: patience, limits, listeners, and input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from builder.boot.patience import Patience
from builder.tools.commands import Tail

MAX_OUTPUT_BYTES = 1 << 20  # a healthy boot prints some 10 KiB; QEMU's UART makes about 350 KB/s


@dataclass(frozen=True)
class Typed:
    """Bytes to type once the regular expression `after` has appeared behind the banner."""

    after: str
    data: bytes


@dataclass(frozen=True)
class Watch:
    """What to do with a guest's output while it runs."""

    patience: Patience = field(default_factory=Patience)
    max_bytes: int = MAX_OUTPUT_BYTES
    live: Callable[[str], None] | None = None  # gets the text as it arrives
    typed: Sequence[Typed] = ()
    trace: Tail | None = None  # gets the emulator's exception log
