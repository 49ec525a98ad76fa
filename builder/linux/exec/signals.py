"""Signals that are sent to us while the guest runs: they are meant for the program."""

from __future__ import annotations

import os
import signal
from types import FrameType

_PASSED_ON = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGCONT),
)
_BYTES = 4096


class Signals:
    """Collects them; `wake` can be read when there are some.

    One that we were started with ignored stays so, as nohup(1) and a shell's background want it.
    """

    def __init__(self) -> None:
        """Collect from here on."""
        self.wake, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._numbers: list[int] = []
        self._wake_before = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self._before = [
            (number, signal.signal(number, self._note))
            for number in _PASSED_ON
            if signal.getsignal(number) != signal.SIG_IGN
        ]

    def give_back(self) -> None:
        """Let them do what they did before."""
        signal.set_wakeup_fd(self._wake_before)
        for number, handler in self._before:
            signal.signal(number, handler)

    def take(self) -> list[int]:
        """Those that have come, the first one first."""
        os.read(self.wake, _BYTES)
        numbers, self._numbers = self._numbers, []
        return numbers

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._numbers.append(number)
