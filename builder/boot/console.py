"""Runs a guest and reads its serial line: the one user of pexpect.

The emulator's stdin and stdout are the serial line, over pipes. Measured against pexpect's
PopenSpawn, a socket pair, a listening socket and a plain file: all start as fast (70 ms, nearly all
of it QEMU's own), and none loses or adds a byte in 3.6 MB; but only with pipes is the command line
of a test the one that a person can paste, and PopenSpawn would mix stderr into the serial text.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import select
import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import IO, Any

import pexpect
from pexpect import fdpexpect

from builder.boot.effort import EffortMeter
from builder.boot.emulator.base import (
    BootImage,
    Connections,
    CpuState,
    Emulator,
    Exit,
    ExitKind,
    Machine,
)
from builder.boot.emulator.control import Control
from builder.boot.patience import BACKSTOP_S, Reading, Watcher
from builder.boot.transcript import End, Phase, Transcript, decode
from builder.boot.watch import Typed, Watch
from builder.errors import FileError
from builder.model.outcomes import BANNER_PREFIX, FINISHED_PREFIX, LOADER_PREFIX, PANIC_PREFIX
from builder.tools import commands

LOOK_S = 0.05  # of the wall clock, between two looks at the guest's own
STDERR_BYTES = 16_384
LOG_BYTES = 1 << 20  # of what an emulator says of itself, before that is picked from it
_LONG_LINE = 4096  # a longer line is searched in pieces, so that searching stays linear
_LINE = re.compile(rb"\n")
_LINES = re.compile(rb"\A.*\n", re.DOTALL)  # all that have come, as each search costs as much
_PIECE = re.compile(rb"[^\n]{%d}" % _LONG_LINE)

_EXIT_TO_END = {
    ExitKind.OUTCOME: End.OUTCOME,
    ExitKind.RESET: End.RESET,
    ExitKind.POWER_OFF: End.POWERED_OFF,
    ExitKind.KILLED: End.KILLED,
    ExitKind.ERROR: End.EMULATOR_ERROR,
}


def run_guest(
    emulator: Emulator, machine: Machine, image: BootImage, raw_path: Path, watch: Watch
) -> Transcript:
    """Boot `image`, follow it to its end, and say how it went; the emulator is gone afterwards.

    Args:
        emulator: Which emulator.
        machine: The machine to emulate.
        image: What to boot.
        raw_path: File that gets every byte of the serial line as it arrives; overwritten.
        watch: Patience, limits, input and listeners.

    Raises:
        ToolError: the emulator is not installed.
        FileError: the transcript cannot be written, or a callback's target is full.
    """
    control, control_theirs = socket.socketpair()
    with control, contextlib.ExitStack() as files:
        with control_theirs:
            control.sendall(emulator.control_hello)
            log_fd = watch.trace.fd if watch.trace else None
            to = Connections(
                control_fd=control_theirs.fileno(),
                debug_log=None if log_fd is None else Path(f"/dev/fd/{log_fd}"),
            )
            command = emulator.command(machine, image, to)
            raw = files.enter_context(_open_raw(raw_path))
            errors: IO[bytes] = files.enter_context(tempfile.TemporaryFile(buffering=0))
            keep = tuple(fd for fd in (control_theirs.fileno(), log_fd) if fd is not None)
            pipes = commands.Pipes(PIPE if watch.typed else DEVNULL, PIPE, errors, keep)
            process = files.enter_context(commands.start(command, pipes))
        if watch.trace:
            watch.trace.follow()
        recorder = _Recorder(raw, raw_path, watch)
        able = emulator.abilities
        patience = watch.patience if able.tells_outcome else watch.patience.until_settled()
        watcher = Watcher(patience, counts=able.counts and machine.counts)
        log = _Log(errors)
        session = _Session(
            emulator, machine, process, Control(control), recorder, watcher, watch.typed, log
        )
        transcript = session.follow()
        stderr = emulator.messages(log.text())[:STDERR_BYTES]
        return replace(transcript, stderr=stderr, raw_path=raw_path)


class _TooMuchOutputError(Exception):
    """Raised from within pexpect's read, because a flood never comes to a match that we see."""


class _Recorder:
    """Keeps every byte: in memory, in the transcript file, and for the live listener.

    It is pexpect's `logfile_read`, which gets each piece before any pattern is looked for.
    """

    def __init__(self, raw: IO[bytes], raw_path: Path, watch: Watch) -> None:
        self.data = bytearray()
        self._raw = raw
        self._path = raw_path
        self._limit = watch.max_bytes
        self._live = watch.live
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._held = ""  # CRs at the end of a piece: the LF that makes them a line end may follow

    def write(self, piece: bytes) -> None:
        """Take one piece of output; raises _TooMuchOutputError beyond the limit, and FileError."""
        piece = piece[: max(0, self._limit - len(self.data))]
        self.data += piece
        try:
            self._raw.write(piece)
        except OSError as error:
            raise FileError(
                f"cannot write the transcript: {error.strerror}",
                where=str(self._path),
                fix="make room or choose another output folder",
            ) from error
        if self._live:
            text = self._held + self._decoder.decode(piece)
            whole = text.rstrip("\r")
            self._held = text[len(whole) :]
            self._live(re.sub(r"(?<!\r)\r+\n", "\n", whole))
        if len(self.data) >= self._limit:
            raise _TooMuchOutputError

    def flush(self) -> None:
        """The file is unbuffered: nothing to do, but pexpect calls it."""


class _Log:
    """What the emulator has said on its standard error so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self._fd = file.fileno()
        self._seen = 0

    def text(self) -> str:
        """The first LOG_BYTES of it. Read without moving the place at which the emulator writes."""
        return os.pread(self._fd, LOG_BYTES, 0).decode("utf-8", "replace")

    def new_text(self) -> str:
        """What has come since the last call, or nothing if no line of it is whole."""
        size = os.fstat(self._fd).st_size
        data = os.pread(self._fd, min(size - self._seen, LOG_BYTES), self._seen)
        whole = data[: data.rfind(b"\n") + 1]
        self._seen += len(whole)
        return whole.decode("utf-8", "replace")


class _Keyboard:
    """Types to the guest without ever blocking on a guest that does not read."""

    def __init__(self, process: commands.Process, typed: Sequence[Typed]) -> None:
        self._waiting = list(typed)
        self._pending = b""
        self.typed_bytes = 0
        self._fd = -1
        if process.popen.stdin is not None:
            self._fd = process.popen.stdin.fileno()
            os.set_blocking(self._fd, False)

    @property
    def waiting_for(self) -> str:
        """The pattern that the next input waits for; empty if there is none left."""
        return self._waiting[0].after if self._waiting else ""

    def release(self) -> None:
        """The pattern has appeared: its input may go."""
        self._pending += self._waiting.pop(0).data

    def push(self) -> None:
        """Hand over as much as the pipe takes."""
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            while self._pending:
                taken = os.write(self._fd, self._pending)
                self._pending = self._pending[taken:]
                self.typed_bytes += taken


class Phases:
    """Tells the phase from the lines seen so far. A second banner ends the run in any phase."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self.now = Phase.BOOT

    def see(self, line: bytes) -> End | None:
        """Take one line without its end. Returns an End if the run must not go on."""
        if line.startswith(BANNER_PREFIX.encode()):
            if self.now is not Phase.BOOT:
                return End.SECOND_BANNER
            self.now = Phase.SUITE
        elif (
            line.startswith(PANIC_PREFIX.encode())
            or (line.startswith(LOADER_PREFIX.encode()) and self.now is Phase.BOOT)
            or (line.startswith(FINISHED_PREFIX.encode()) and self.now is Phase.SUITE)
        ):
            self.now = Phase.ENDING
        return None


class _Session:
    """One run, from the started process to its Transcript."""

    def __init__(
        self,
        emulator: Emulator,
        machine: Machine,
        process: commands.Process,
        control: Control,
        recorder: _Recorder,
        watcher: Watcher,
        typed: Sequence[Typed],
        log: _Log,
    ) -> None:
        self.log = log
        self.emulator = emulator
        self.machine = machine
        self.process = process
        self.control = control
        self.recorder = recorder
        self.watcher = watcher
        self.stopped_for = ""
        self.effort = EffortMeter(process.pid)
        self.keyboard = _Keyboard(process, typed)
        self.phases = Phases()
        assert process.popen.stdout is not None  # asked for in run_guest
        self.spawn: Any = fdpexpect.fdspawn(
            process.popen.stdout.fileno(), timeout=None, maxread=65536, use_poll=True
        )
        self.spawn.delayafterread = None  # pexpect would sleep after each read
        self.spawn.logfile_read = recorder

    def follow(self) -> Transcript:
        """Read to the end of the run."""
        began = time.monotonic()
        cpus: tuple[CpuState, ...] = ()
        status: int | None = None
        code: int | None = None
        try:
            end = self._read()
        except _TooMuchOutputError:
            end = End.TOO_MUCH_OUTPUT
        if end is End.TIMED_OUT and self._has_settled():
            end, self.stopped_for = End.SETTLED, ""
        if end is None:
            status = self.process.wait(BACKSTOP_S)  # it takes milliseconds
            end, code = self._explain(status)
        if status is None:
            cpus = self.emulator.cpu_states(self.control, idle=self.watcher.is_idle)
        return Transcript(
            text=decode(bytes(self.recorder.data)),
            end=end,
            phase=self.phases.now,
            exit_status=status,
            outcome_code=code,
            duration_s=time.monotonic() - began,
            stopped_for=self.stopped_for,
            cpus=cpus,
            waiting_for=self.keyboard.waiting_for,
        )

    def _read(self) -> End | None:
        """Read until the guest must be stopped (an End) or the serial line closes (None)."""
        line = b""
        look_at_s = time.monotonic() + LOOK_S
        while True:
            match self._next():
                case "eof":
                    self.phases.see(line + self.spawn.before)
                    return None
                case "line":
                    *whole, line = (line + self.spawn.before + self.spawn.after).split(b"\n")
                    ends = (self.phases.see(each) for each in whole)
                    if end := next(filter(None, ends), None):
                        return end
                case "piece" | "prompt":
                    line = (line + self.spawn.before + self.spawn.after)[:_LONG_LINE]
                case _:  # nothing came
                    pass
            if time.monotonic() >= look_at_s:
                if why := self.emulator.seen_in(self.log.new_text()):
                    return _EXIT_TO_END[why.kind]
                self.stopped_for = self._look()
                if self.stopped_for:
                    return End.TIMED_OUT
                look_at_s = time.monotonic() + LOOK_S

    def _next(self) -> str:
        """Wait for the next: line(s), piece (of an endless line), prompt, eof, nothing for long."""
        self.keyboard.push()
        # The order matters only for a tie; the earliest match in the text wins. What a prompt may
        # be in is taken line by line: it is looked for only behind the banner.
        wanted: dict[str, object] = {
            "line": _LINE if self.keyboard.waiting_for else _LINES,
            "piece": _PIECE,
            "eof": pexpect.EOF,
            "nothing": pexpect.TIMEOUT,
        }
        if self.keyboard.waiting_for and self.phases.now is Phase.SUITE:
            wanted = {"prompt": re.compile(self.keyboard.waiting_for.encode()), **wanted}
        found: int = self.spawn.expect_list(list(wanted.values()), timeout=LOOK_S)
        event = list(wanted)[found]
        if event == "prompt":
            self.keyboard.release()
        return event

    def _look(self) -> str:
        """Look how far the guest is; why it must be stopped, or nothing."""
        progress = len(self.recorder.data) + self.keyboard.typed_bytes
        counted = None
        if self.emulator.is_over(self.control):
            self.process.popen.terminate()
        elif self.machine.counts and self.emulator.abilities.counts:
            counted = self.emulator.counted(self.machine, self.control)
        now = Reading(self.effort.read(), counted)
        # What it printed before that moment is in the pipe by now, if it has not been read.
        came, _, _ = select.select([self.spawn.fileno()], [], [], 0)
        return self.watcher.see(self.phases.now, -1 if came else progress, now)

    def _has_settled(self) -> bool:
        silent = self.watcher.is_silent and self.phases.now is Phase.ENDING
        return silent and not self.emulator.abilities.tells_outcome

    def _explain(self, status: int | None) -> tuple[End, int | None]:
        if status is None:  # it closed its stdout and lives on
            return End.TIMED_OUT, None
        why: Exit = self.emulator.explain_exit(status, self.control.heard, self.log.text())
        return _EXIT_TO_END[why.kind], why.code if why.kind is ExitKind.OUTCOME else None


def _open_raw(path: Path) -> IO[bytes]:
    try:
        return path.open("wb", buffering=0)
    except OSError as error:
        raise FileError(
            f"cannot create the transcript: {error.strerror}",
            where=str(path),
            fix="choose another output folder",
        ) from error
