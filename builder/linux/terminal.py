"""The host's terminal, while the guest has it: the guest's own terminal does all of the editing."""

import os
import resource
import signal
import termios

_IFLAG, _OFLAG, _LFLAG, _CC = 0, 1, 3, 6  # places in what tcgetattr() returns
_INPUT = (
    termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP
    | termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON
)  # fmt: skip
_IUTF8 = 0x4000  # Python's termios has no name for it
_LOCAL = termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN


def make_raw(number: int, *, output: bool) -> None:
    """Let every key through as it is, as soon as it comes: none means anything to this side.

    Args:
        number: Descriptor of the terminal.
        output: Let what is shown through, too; else a bare line feed still begins a line.

    Raises:
        termios.error: It is no terminal, or is gone.
    """
    settings = termios.tcgetattr(number)
    settings[_IFLAG] &= ~_INPUT
    settings[_LFLAG] &= ~_LOCAL
    if output:
        settings[_OFLAG] &= ~termios.OPOST
    settings[_CC][termios.VMIN], settings[_CC][termios.VTIME] = 1, 0
    termios.tcsetattr(number, termios.TCSADRAIN, settings)


class Terminal:
    """One of the standard descriptors, or two or three of them, if they are a terminal."""

    def __init__(self, numbers: list[int]) -> None:
        """`numbers`: those that are; one at least."""
        self.source: int | None = None
        self.target = numbers[-1]
        self.is_raw_output = False
        self._has_input = 0 in numbers
        self._has_output = 1 in numbers
        self._before: list[int | list[bytes | int]] | None = None

    def take(self) -> None:
        """Let every byte through as it is, if we are in front and are given what is typed."""
        if not self._has_input or _is_behind(0):
            self.source = None
            self.is_raw_output = False
            return
        self.source = 0
        # If our output goes into a pipe, it is the next program that writes to the terminal.
        self.is_raw_output = self._has_output
        try:
            if self._before is None:
                self._before = termios.tcgetattr(self.source)
            make_raw(self.source, output=self.is_raw_output)
        except termios.error:
            pass  # it has hung up, and SIGCONT came with SIGHUP: reading from it will tell

    def press(self, number: int) -> None:
        """Do here what the key did there: end all of the command that is in front by this signal.

        We end by it ourselves, because that is how a shell knows that it is to stop its script.
        """
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(number, signal.SIG_DFL)
        os.killpg(0, number)

    def give_back(self) -> None:
        """As it was before, whatever has happened."""
        if self._before is not None and self.source is not None:
            try:
                termios.tcsetattr(self.source, termios.TCSADRAIN, self._before)
            except termios.error:
                pass  # it is gone: nobody misses it
            self._before = None

    def input_flags(self) -> int:
        """IUTF8 if its characters may have several bytes, else 0."""
        try:
            return int(termios.tcgetattr(self.target)[_IFLAG]) & _IUTF8
        except termios.error:
            return 0

    def size(self) -> tuple[int, int]:
        """Rows and columns; zeros if it does not know."""
        try:
            columns, rows = os.get_terminal_size(self.target)
        except OSError:
            return 0, 0
        return rows, columns


def _is_behind(number: int) -> bool:
    """True if it is our session's terminal, and others are in front of it."""
    try:
        return os.tcgetpgrp(number) != os.getpgrp()
    except OSError:
        return False
