"""The user's terminal while a machine has it.

Raw: no key means anything to this side, so that Ctrl-C and Ctrl-Z reach the guest. Only output is
still processed: a kernel's messages end in a bare line feed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from collections.abc import Iterator
from dataclasses import dataclass

from builder.linux.terminal import make_raw

_ENDING = (signal.SIGTERM, signal.SIGHUP)  # else they would end Python without any clean-up


@dataclass(frozen=True)
class Size:
    """Of a terminal, in characters."""

    rows: int = 24
    columns: int = 80


def size_of(fd: int) -> Size:
    """The terminal's size; 24 by 80 if it does not know it itself."""
    try:
        columns, rows = os.get_terminal_size(fd)
    except OSError:
        return Size()
    return Size(rows, columns) if rows and columns else Size()


@contextlib.contextmanager
def raw(fd: int) -> Iterator[None]:
    """Raw inside the `with` block, as before behind it, whatever ends it.

    SIGTERM and SIGHUP raise KeyboardInterrupt inside: only SIGKILL leaves a terminal raw.
    """
    before = termios.tcgetattr(fd)
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    try:
        for number in _ENDING:
            signal.signal(number, signal.default_int_handler)
        make_raw(fd, output=False)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
