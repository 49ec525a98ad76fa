"""The host's terminal, while the guest has it: the guest's own terminal does all of the editing."""

import os
import termios

_IFLAG, _OFLAG, _CFLAG, _LFLAG, _CC = 0, 1, 2, 3, 6


class Terminal:
    """One of the standard descriptors, or two or three of them, if they are a terminal."""

    def __init__(self, numbers: list[int]) -> None:
        """`numbers`: those that are; one at least."""
        self.source = 0 if 0 in numbers else None
        self.target = numbers[-1]
        self._before: list[int | list[bytes | int]] | None = None

    def take(self) -> None:
        """Let every byte through as it is, if we are in front and are given what is typed."""
        if self.source is None or os.tcgetpgrp(self.source) != os.getpgrp():
            self.source = None
            return
        self._before = termios.tcgetattr(self.source)
        raw = termios.tcgetattr(self.source)
        raw[_IFLAG] &= ~(
            termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP | termios.INLCR
            | termios.IGNCR | termios.ICRNL | termios.IXON
        )  # fmt: skip
        raw[_OFLAG] &= ~termios.OPOST
        raw[_LFLAG] &= ~(
            termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN
        )
        raw[_CC][termios.VMIN], raw[_CC][termios.VTIME] = 1, 0
        termios.tcsetattr(self.source, termios.TCSADRAIN, raw)

    def give_back(self) -> None:
        """As it was before, whatever has happened."""
        if self._before is not None and self.source is not None:
            try:
                termios.tcsetattr(self.source, termios.TCSADRAIN, self._before)
            except termios.error:
                pass  # it is gone: nobody misses it
            self._before = None

    def size(self) -> tuple[int, int]:
        """Rows and columns; zeros if it does not know."""
        try:
            columns, rows = os.get_terminal_size(self.target)
        except OSError:
            return 0, 0
        return rows, columns
