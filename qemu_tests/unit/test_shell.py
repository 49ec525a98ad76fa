"""The shell: its RAM disk, the terminal, and machines that are only a shell script."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.boot.emulator import BootImage, Machine, Qemu
from builder.boot.emulator.base import Exit, ExitKind
from builder.cli import linux_shell as verb
from builder.config.load import load_config
from builder.errors import ExitCode, FileError
from builder.linux import cpio
from builder.linux.debian import Unpacked
from builder.linux.shell import attend, user_terminal, userland
from builder.model.outcomes import INIT, OFF, PANIC

# ---- the RAM disk -------------------------------------------------------------------------------


@pytest.fixture
def busybox(tmp_path: Path) -> Unpacked:
    (tmp_path / "root" / "bin").mkdir(parents=True)
    (tmp_path / "root" / "bin" / "busybox").write_bytes(b"the program")
    return Unpacked("busybox-static", "busybox-static", "1", tmp_path / "root")


def test_the_ram_disk_is_the_same_for_the_same_busybox(busybox: Unpacked) -> None:
    disk = userland.make_userland(busybox)
    assert disk == userland.make_userland(busybox)
    assert b"the program" in disk
    assert (userland.ROOT / "init").read_bytes() in disk
    assert cpio.TRAILER.encode() in disk


def test_a_package_without_busybox_is_named(busybox: Unpacked) -> None:
    (busybox.root / "bin" / "busybox").unlink()
    with pytest.raises(FileError, match="cannot read busybox") as caught:
        userland.make_userland(busybox)
    assert "tinygate fetch" in caught.value.fix


@pytest.mark.parametrize("name", ["init", "bin/halt", "bin/poweroff", "bin/reboot", "etc/profile"])
def test_the_scripts_are_scripts(name: str) -> None:
    assert subprocess.run(["sh", "-n", userland.ROOT / name], check=False).returncode == 0


# ---- the terminal -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A terminal: what is typed and seen at one end, what a program has at the other."""

    person: int
    program: int


@pytest.fixture
def line() -> Iterator[Line]:
    person, program = pty.openpty()
    yield Line(person, program)
    os.close(person)
    os.close(program)


def test_a_terminal_is_raw_inside_and_as_before_behind(line: Line) -> None:
    before = termios.tcgetattr(line.program)
    with user_terminal.raw(line.program):
        inside = termios.tcgetattr(line.program)
    assert inside[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == 0
    assert inside[0] & (termios.ICRNL | termios.IXON) == 0
    assert inside[1] == before[1]
    assert termios.tcgetattr(line.program) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_terminal_and_the_handlers(
    line: Line, number: signal.Signals
) -> None:
    before, handler = termios.tcgetattr(line.program), signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), user_terminal.raw(line.program):
        signal.raise_signal(number)
    assert termios.tcgetattr(line.program) == before
    assert signal.getsignal(number) == handler


def test_what_has_no_size_is_taken_for_24_by_80(line: Line, tmp_path: Path) -> None:
    assert user_terminal.size_of(line.program) == user_terminal.Size(24, 80)
    with (tmp_path / "file").open("w") as file:
        assert user_terminal.size_of(file.fileno()) == user_terminal.Size(24, 80)


# ---- the machine --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "word"), [("xterm", "xterm"), ("", "vt100"), ("a b", "vt100"), ("\x1b[m", "vt100")]
)
def test_the_kernel_is_told_what_terminal_it_is(term: str, word: str) -> None:
    told = attend.command_line(user_terminal.Size(33, 90), term)
    assert told == f"TERM={word} TTY_ROWS=33 TTY_COLUMNS=90"


@pytest.mark.parametrize(
    ("end", "code", "word"),
    [
        (None, ExitCode.OK, "Ctrl-]"),
        (Exit(ExitKind.OUTCOME, OFF.code), ExitCode.OK, "switched off"),
        (Exit(ExitKind.OUTCOME, INIT.code), ExitCode.VERDICT, "process 1"),
        (Exit(ExitKind.OUTCOME, PANIC.code), ExitCode.VERDICT, "panicked"),
        (Exit(ExitKind.OUTCOME, 0x55), ExitCode.VERDICT, "no part of the kernel"),
        (Exit(ExitKind.RESET), ExitCode.VERDICT, "triple fault"),
        (Exit(ExitKind.POWER_OFF), ExitCode.VERDICT, "no part of the kernel"),
        (Exit(ExitKind.KILLED, 9), ExitCode.EMULATOR, "somebody"),
        (Exit(ExitKind.ERROR), ExitCode.EMULATOR, "gave up"),
    ],
)
def test_every_end_has_a_name_and_an_exit_code(end: Exit | None, code: ExitCode, word: str) -> None:
    ending = attend.ending_of(end)
    assert ending.code == code
    assert word in ending.text


class Script(Qemu):
    """An emulator whose machine is a shell script."""

    def __init__(self, script: str) -> None:
        self.script = script

    def command(self, *_arguments: Any, **_options: Any) -> list[str]:
        return ["sh", "-c", self.script]


@dataclass(frozen=True)
class Desk:
    """Somebody at a terminal of a machine."""

    line: Line
    transcript: Path

    def attend(self, script: str, keys: bytes = b"") -> attend.Ending:
        os.write(self.line.person, keys)
        return attend.attend(
            Script(script),
            Machine(),
            BootImage("kernel", Path("kernel.elf")),
            self.transcript,
            stdin_fd=self.line.program,
            stdout_fd=self.line.program,
        )

    def seen(self) -> bytes:
        """To the end of the last line, which every machine's output has."""
        data = b""
        while not data.endswith(b"\n"):
            data += os.read(self.line.person, 1 << 16)
        return data


@pytest.fixture
def desk(line: Line, tmp_path: Path) -> Desk:
    settings = termios.tcgetattr(line.program)
    settings[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)  # keys are typed before it is
    settings[0] &= ~termios.ICRNL
    termios.tcsetattr(line.program, termios.TCSANOW, settings)
    return Desk(line, tmp_path / "transcript")


def test_keys_go_to_the_machine_and_its_output_to_screen_and_transcript(desk: Desk) -> None:
    ending = desk.attend(f"head -c 4 | tr a-z A-Z; echo; exit {OFF.exit_status}", b"ab\x03\r")
    assert ending.code == ExitCode.OK
    assert desk.transcript.read_bytes() == b"AB\x03\r\n"
    assert desk.seen() == b"AB\x03\r\r\n"


def test_the_last_line_is_a_line_of_its_own(desk: Desk) -> None:
    desk.attend(f"printf half; exit {OFF.exit_status}")
    assert desk.seen() == b"half\r\n"


def test_one_key_ends_a_machine_that_neither_reads_nor_ends(desk: Desk) -> None:
    assert desk.attend("exec sleep 1000", b"abc\x1dmore").text == "ended by Ctrl-]"


def test_what_the_emulator_complains_about_is_seen(desk: Desk) -> None:
    ending = desk.attend("echo no such file >&2; exit 1")
    assert ending.code == ExitCode.EMULATOR
    assert desk.seen() == b"no such file\r\n"


def test_a_machine_that_takes_no_more_keys_may_still_say_something(desk: Desk) -> None:
    ending = desk.attend(f"exec 0<&-; echo up; exit {PANIC.exit_status}", b"keys")
    assert "panicked" in ending.text
    assert desk.seen() == b"up\r\n"


def test_a_transcript_that_cannot_be_written_is_named(desk: Desk) -> None:
    with pytest.raises(FileError, match="transcript"):
        Desk(desk.line, desk.transcript / "below" / "nothing").attend("exit 0")


# ---- what `run` decides -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "has"),
    [
        (("kernel.step=linux",), True),
        (("kernel.step=processes",), False),
        (("kernel.step=linux", "programs.suite=checks"), False),
        (("kernel.step=linux", "programs.suite=none"), False),
    ],
)
def test_only_the_demonstration_of_step_linux_makes_way_for_a_shell(
    words: tuple[str, ...], has: bool
) -> None:
    assert verb.has_shell(load_config(None, words)) is has


def test_without_a_terminal_there_is_no_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verb.make_initrd(tmp_path, is_terminal=False, dry=False) is None
    assert "no terminal" in capsys.readouterr().err
