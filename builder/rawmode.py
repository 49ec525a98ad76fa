"""A terminal without any editing, as whoever hands it to a guest wants it. Imports little."""

import termios

_IFLAG, _OFLAG, _LFLAG, _CC = 0, 1, 3, 6  # places in what tcgetattr() returns
_INPUT = (
    termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP
    | termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON
)  # fmt: skip
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
