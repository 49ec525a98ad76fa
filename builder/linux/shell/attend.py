"""Boots it, carries keys and output between the terminal and the machine, names its end."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import IO

from builder.boot.emulator import BootImage, Emulator, Machine
from builder.boot.emulator.base import Exit, ExitKind
from builder.boot.patience import BACKSTOP_S
from builder.errors import ExitCode, FileError
from builder.linux.shell.user_terminal import Size, raw, size_of
from builder.model.outcomes import INIT, OFF, PANIC
from builder.tools import commands

ESCAPE = b"\x1d"  # Ctrl-], as with telnet: no shell and no editor of the guest's needs it
ESCAPE_NAME = "Ctrl-]"
PIECE_BYTES = 1 << 16

_OUTCOMES = {
    OFF.code: (ExitCode.OK, "the machine was switched off"),
    INIT.code: (ExitCode.VERDICT, "process 1 ended, and with it the machine"),
    PANIC.code: (ExitCode.VERDICT, "the kernel panicked"),
}
_KINDS = {
    ExitKind.RESET: (ExitCode.VERDICT, "the machine was reset: a triple fault"),
    ExitKind.KILLED: (ExitCode.EMULATOR, "somebody ended the emulator"),
    ExitKind.ERROR: (ExitCode.EMULATOR, "the emulator gave up; it said why above"),
}


@dataclass(frozen=True)
class Ending:
    """How it ended, and what tinygate ends with."""

    code: ExitCode
    text: str


def ending_of(end: Exit | None) -> Ending:
    """From how the emulator ended; None if the user ended it."""
    if end is None:
        return Ending(ExitCode.OK, f"ended by {ESCAPE_NAME}")
    strange = (ExitCode.VERDICT, "the machine ended as no part of the kernel ends it")
    if end.kind is ExitKind.OUTCOME:
        return Ending(*_OUTCOMES.get(end.code or 0, strange))
    return Ending(*_KINDS.get(end.kind, strange))


def command_line(size: Size, term: str) -> str:
    """What the kernel is told: the environment of process 1, which makes a terminal of it."""
    safe = term if term.isascii() and term.isprintable() and " " not in term else ""
    return f"TERM={safe or 'vt100'} TTY_ROWS={size.rows} TTY_COLUMNS={size.columns}"


def shell_image(kernel: Path, userland: Path, terminal_fd: int) -> BootImage:
    """What is booted, for this terminal."""
    line = command_line(size_of(terminal_fd), os.environ.get("TERM", ""))
    return BootImage("kernel", kernel, userland, line)


def attend(
    emulator: Emulator,
    machine: Machine,
    image: BootImage,
    transcript: Path,
    *,
    stdin_fd: int = 0,
    stdout_fd: int = 1,
) -> Ending:
    """Boot, and give the machine the terminal until it ends.

    Args:
        emulator: What to boot on.
        machine: With a clock of the host's: seconds are seconds.
        image: What to boot.
        transcript: File that gets what the machine printed, byte for byte.
        stdin_fd: The terminal's keys.
        stdout_fd: The terminal's screen.

    Raises:
        ToolError: There is no such emulator.
        FileError: The transcript cannot be written.
        KeyboardInterrupt: A signal ended tinygate; the machine is ended, too.
    """
    argv = emulator.command(machine, image)
    try:
        file = transcript.open("wb", buffering=0)
    except OSError as error:
        raise FileError(
            f"cannot write the transcript: {error.strerror}", where=str(transcript)
        ) from error
    with file, raw(stdin_fd), commands.start(argv, commands.Pipes(PIPE, PIPE, STDOUT)) as process:
        by_user = _Carrier(process, stdin_fd, stdout_fd, file).carry()
        status = None if by_user else process.wait(BACKSTOP_S)
    if by_user:
        return ending_of(None)
    return ending_of(Exit(ExitKind.ERROR) if status is None else emulator.explain_exit(status, ""))


class _Carrier:
    """Carries bytes both ways, and never waits for one while the other could go on."""

    def __init__(
        self, process: commands.Process, stdin_fd: int, stdout_fd: int, transcript: IO[bytes]
    ) -> None:
        assert process.popen.stdin is not None  # asked for in attend
        assert process.popen.stdout is not None
        self._keyboard, self._screen, self._transcript = stdin_fd, stdout_fd, transcript
        self._to_guest = process.popen.stdin.fileno()
        self._from_guest = process.popen.stdout.fileno()
        os.set_blocking(self._to_guest, False)
        self._typed = b""  # what the guest has not taken yet
        self._last = b"\n"

    def carry(self) -> bool:
        """To the end of the machine's output, or of the user's patience: then True."""
        try:
            while True:
                # A guest that takes nothing leaves the keys in the terminal.
                sources = [self._from_guest, *([] if self._typed else [self._keyboard])]
                drains = [self._to_guest] if self._typed else []
                readable, writable, _ = select.select(sources, drains, [])
                if self._from_guest in readable and not self._show():
                    return False
                if self._keyboard in readable and not self._take_keys():
                    return True
                if writable:
                    self._pass_keys()
        finally:
            if self._last != b"\n":
                self._print(b"\n")

    def _show(self) -> bool:
        piece = os.read(self._from_guest, PIECE_BYTES)
        if piece:
            self._transcript.write(piece)
            self._print(piece)
            self._last = piece[-1:]
        return bool(piece)

    def _print(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._screen, data) :]

    def _take_keys(self) -> bool:
        """False if the user wants to end it, or the terminal is gone."""
        keys = os.read(self._keyboard, PIECE_BYTES)
        self._typed, wanted_end, _ = keys.partition(ESCAPE)
        return bool(keys) and not wanted_end

    def _pass_keys(self) -> None:
        try:
            self._typed = self._typed[os.write(self._to_guest, self._typed) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it is ending: what it still says will be read
            self._typed = b""
