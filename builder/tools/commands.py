"""The one place that starts processes.

`run` starts a command, waits for its end and gives back what it printed; `start` starts one that is
talked to while it runs (an emulator); `foreground` hands the terminal to one (gdb). Each process
that is not in the foreground leads a session and group of its own, so that Ctrl-C reaches only
tinygate, which then ends the whole group: nothing is left running, neither after an exception nor
after a timeout. Tests and `--dry-run` put another `Runner` in place with `use`.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from builder.errors import MachineryError
from builder.tools.process_group import (
    GRACE_S,
    Command,
    Completed,
    Pipes,
    Process,
    Tail,
    TimedOutError,
    find_program,
    interrupt_later,
    keep_from_outliving,
    open_process,
)

__all__ = [
    "Command",
    "Completed",
    "DryRunner",
    "Pipes",
    "Process",
    "Runner",
    "SystemRunner",
    "Tail",
    "TimedOutError",
    "foreground",
    "is_dry_run",
    "run",
    "start",
    "use",
]


class Runner(Protocol):
    """What `use` can put in place."""

    dry: bool

    def run(
        self, command: Command, *, stdin: str | None, capture: bool, timeout_s: float | None
    ) -> Completed:
        """Run to the end."""

    def start(self, command: Command, pipes: Pipes, /) -> Process:
        """Start and return at once."""

    def foreground(self, command: Command) -> int:
        """Run with our terminal; returns the exit status."""


class SystemRunner:
    """Really starts processes."""

    dry = False

    def run(
        self, command: Command, *, stdin: str | None, capture: bool, timeout_s: float | None
    ) -> Completed:
        """See `run`."""
        target = subprocess.PIPE if capture else None
        source = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        began = time.monotonic()
        process: Process | None = None
        try:
            with interrupt_later():
                popen = open_process(command, source, target, target, death_signal="TERM")
                process = Process(popen, command)
            out, err = popen.communicate(
                None if stdin is None else stdin.encode(), timeout=timeout_s
            )
        except BaseException as error:  # Ctrl-C too: the terminal did not end the command's group
            if process is not None:
                process.stop(GRACE_S)
            if isinstance(error, subprocess.TimeoutExpired):
                raise TimedOutError(
                    f"`{command.argv[0]}` did not end within {timeout_s} s and was killed",
                    where=command.shell(),
                    fix="run the command above by hand to see where it waits",
                ) from None
            raise
        seconds = time.monotonic() - began
        return Completed(command, popen.returncode, _text(out), _text(err), seconds)

    def start(self, command: Command, pipes: Pipes) -> Process:
        """See `start`."""
        process: Process | None = None
        try:
            with interrupt_later():
                popen = open_process(
                    command,
                    pipes.stdin,
                    pipes.stdout,
                    pipes.stderr,
                    death_signal="KILL",
                    keep=pipes.keep_fds,
                )
                process = Process(popen, command)
        except BaseException:
            if process is not None:
                process.stop()
            raise
        return process

    def foreground(self, command: Command) -> int:
        """See `foreground`."""
        find_program(command)
        # Ctrl-C belongs to the program in front (gdb stops the guest with it), not to us.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        theirs = signal.SIG_IGN if before == signal.SIG_IGN else signal.SIG_DFL
        try:
            popen = subprocess.Popen(
                keep_from_outliving(command.argv, "TERM"),
                cwd=command.cwd,
                env=command.full_env(),
                preexec_fn=lambda: signal.signal(signal.SIGINT, theirs),
            )
            return popen.wait()
        finally:
            signal.signal(signal.SIGINT, before)


@dataclass
class DryRunner:
    """Starts nothing: records each command, and prints it if `show` is given."""

    show: Callable[[str], None] | None = None  # gets one paste-able line per command
    commands: list[Command] = field(default_factory=list)
    dry: bool = True

    def run(self, command: Command, **_how: object) -> Completed:
        """Record; says that the command succeeded and printed nothing."""
        self._record(command)
        return Completed(command, 0)

    def start(self, command: Command, _pipes: Pipes, /) -> Process:
        """Record, then refuse: nothing can be talked to that does not run."""
        self._record(command)
        raise MachineryError("a dry run cannot talk to a process", where=command.shell())

    def foreground(self, command: Command) -> int:
        """Record; says that the command succeeded."""
        self._record(command)
        return 0

    def _record(self, command: Command) -> None:
        self.commands.append(command)
        if self.show is not None:
            self.show(command.shell())


_SYSTEM = SystemRunner()
_current: ContextVar[Runner] = ContextVar("runner", default=_SYSTEM)


@contextlib.contextmanager
def use(runner: Runner) -> Iterator[Runner]:
    """Inside the `with` block every process of this module is started by `runner`."""
    token = _current.set(runner)
    try:
        yield runner
    finally:
        _current.reset(token)


def is_dry_run() -> bool:
    """True while commands are only recorded."""
    return _current.get().dry


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    capture: bool = True,
    timeout_s: float | None = None,
) -> Completed:
    """Run a command to its end.

    Args:
        argv: Program and arguments; no shell is involved.
        cwd: Folder to start in.
        env: Variables to set on top of our environment.
        stdin: Text to feed it; without it the command reads an empty file, never our terminal.
        capture: False lets its output go straight to our terminal.
        timeout_s: Seconds after which it is killed.

    Raises:
        ToolError: the program does not exist or may not be executed.
        TimedOutError: it did not end in time.
    """
    command = _command(argv, cwd, env)
    return _current.get().run(command, stdin=stdin, capture=capture, timeout_s=timeout_s)


def start(
    argv: Sequence[str | Path],
    pipes: Pipes,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Process:
    """Start a process to talk to. Use the result in a `with` statement. Raises ToolError."""
    return _current.get().start(_command(argv, cwd, env), pipes)


def foreground(argv: Sequence[str | Path], *, cwd: Path | None = None) -> int:
    """Run a program that owns our terminal (gdb) and return its exit status. Raises ToolError."""
    return _current.get().foreground(_command(argv, cwd, None))


def _command(
    argv: Sequence[str | Path], cwd: Path | None, env: Mapping[str, str] | None
) -> Command:
    return Command(tuple(str(part) for part in argv), cwd, dict(env or {}))


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")
