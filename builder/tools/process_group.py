"""One started process, the group that it leads, and how both are ended."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from builder.errors import FileError, MachineryError, ToolError

GRACE_S = 30.0  # between SIGTERM and SIGKILL: make and gcc remove half-written files in no time


class TimedOutError(MachineryError):
    """A command did not end in the time it was given; it has been killed."""


@dataclass(frozen=True)
class Command:
    """What to start: arguments, folder, and environment variables set on top of our own."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    def shell(self) -> str:
        """The command as one line that can be pasted into a shell."""
        parts = [f"{key}={shlex.quote(value)}" for key, value in self.env.items()]
        line = " ".join([*parts, shlex.join(self.argv)])
        return f"(cd {shlex.quote(str(self.cwd))} && {line})" if self.cwd else line

    def full_env(self) -> dict[str, str] | None:
        """The environment to start with; None means ours unchanged."""
        return {**os.environ, **self.env} if self.env else None


@dataclass(frozen=True)
class Completed:
    """A command that has ended. `status` is negative after a signal, as in `subprocess`."""

    command: Command
    status: int
    stdout: str = ""
    stderr: str = ""
    duration_s: float = 0.0

    @property
    def ok(self) -> bool:
        """True if the command says that it succeeded."""
        return self.status == 0


@dataclass(frozen=True)
class Pipes:
    """Where the standard files of a started process go; as in `subprocess.Popen`."""

    stdin: int | IO[bytes] = subprocess.DEVNULL
    stdout: int | IO[bytes] = subprocess.PIPE
    stderr: int | IO[bytes] = subprocess.PIPE
    keep_fds: tuple[int, ...] = ()


class Process:
    """A running process and the group it leads. Use it as a context manager: leaving ends it."""

    def __init__(self, popen: subprocess.Popen[bytes], command: Command) -> None:
        """Take over a process that leads a group of its own."""
        self.popen = popen
        self.command = command

    @property
    def pid(self) -> int:
        """Process id, which is the group's id as well."""
        return self.popen.pid

    def wait(self, timeout_s: float) -> int | None:
        """Exit status (negative: signal), or None if it still runs after `timeout_s`."""
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace_s: float = 0.0) -> None:
        """End the group: SIGTERM and `grace_s` to obey (none if 0), then SIGKILL. Reaps it."""
        if self.popen.poll() is None:
            if grace_s > 0:
                self._signal(signal.SIGTERM)
                self.wait(grace_s)
            self._signal(signal.SIGKILL)
            self.popen.wait()
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):  # a pipe that broke has nothing left to flush
                    stream.close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, number)

    def __enter__(self) -> Process:
        """Nothing to set up."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """End the process whatever happened."""
        self.stop()


class Tail:
    """The write end of a pipe of which only the last `size_bytes` are kept.

    For logs that can reach gigabytes of which only the end matters. Give `fd` to one process, call
    `follow` once it has been started, and `text` after it has ended.
    """

    def __init__(self, size_bytes: int) -> None:
        """Open the pipe."""
        self._read_fd, self.fd = os.pipe()
        self._size = size_bytes
        self._kept = b""
        self._thread = threading.Thread(target=self._pump, daemon=True)

    def follow(self) -> None:
        """Close our copy of the write end and begin to read."""
        os.close(self.fd)
        self._thread.start()

    def text(self) -> str:
        """What was kept; waits until every writer has closed the pipe."""
        self._thread.join()
        return self._kept.decode("ascii", "backslashreplace")

    def _pump(self) -> None:
        while chunk := os.read(self._read_fd, 1 << 16):
            self._kept = (self._kept + chunk)[-self._size :]
        os.close(self._read_fd)


def find_program(command: Command) -> str:
    """The program's path; raises ToolError where `Popen` would give a bare FileNotFoundError."""
    name = command.argv[0]
    search = {**os.environ, **command.env}.get("PATH")
    found = shutil.which(str((command.cwd or Path()) / name) if "/" in name else name, path=search)
    if found is None:
        raise ToolError(
            f"cannot start `{name}`: no such program",
            where=command.shell(),
            why="it is not in the PATH, or may not be executed",
            fix="run `tinygate doctor`, which names the package that brings it",
        )
    return found


def keep_from_outliving(argv: Sequence[str], death_signal: str) -> list[str]:
    """The command that gets `death_signal` (TERM, KILL) if the thread that starts it ends first.

    Where tinygate itself is killed, no `finally` runs: Linux then ends the child. (Not if that
    happens before setpriv has had its say, a millisecond after the start.)
    """
    keeper = shutil.which("setpriv")
    return [*((keeper, "--pdeathsig", death_signal, "--") if keeper else ()), *argv]


def open_process(
    command: Command,
    stdin: int | IO[bytes],
    stdout: int | IO[bytes] | None,
    stderr: int | IO[bytes] | None,
    *,
    death_signal: str,
    keep: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a command as the leader of a session of its own; raises ToolError and FileError.

    `death_signal` (TERM, KILL) is what it gets if tinygate ends before it; `keep` are the file
    descriptors that it inherits beside its three standard ones.
    """
    find_program(command)
    try:
        return subprocess.Popen(
            keep_from_outliving(command.argv, death_signal),
            cwd=command.cwd,
            env=command.full_env(),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
            pass_fds=keep,
        )
    except OSError as error:
        raise FileError(
            f"cannot start `{command.argv[0]}`: {error.strerror}", where=command.shell()
        ) from error


@contextlib.contextmanager
def interrupt_later() -> Iterator[None]:
    """Ctrl-C inside the `with` block strikes at its end.

    Otherwise it could come after the fork and before anybody holds the Popen object that could end
    the child: that window is milliseconds wide on a busy machine (seen in a test).
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # Python delivers signals to the main thread only
        return
    struck: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: struck.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if struck:
            signal.raise_signal(signal.SIGINT)
