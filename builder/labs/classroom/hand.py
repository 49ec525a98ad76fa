"""A process that does work: what a hand-in does to it is not done to us.

It reads tasks, one a line, and writes outcomes, one a line. A hand-in may make a library loop, or
the kernel of this machine end the process for want of memory: then the next one takes over.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from builder.boot.effort import EffortMeter
from builder.boot.patience import BACKSTOP_S
from builder.labs.classroom.work import Outcome, Task, Worker
from builder.tools import commands
from builder.tools.resources import PACKAGE_DIR

# Of the process itself; compilers and emulators have limits of their own. It takes 0.2 s.
CPU_MAX_S = 120.0
TRIES = 2  # a process that was ended from outside says nothing about the hand-in
_LOOK_S = 0.5
_PREFIX, _LOCK = "tinygate-grade-", ".lock"
_MODULE = "builder.labs.classroom.hand"  # this one


class _Gone(Exception):
    """The process has ended, or was ended; the text says why."""


class Hand:
    """Our end of it. Use it in a `with` statement: leaving ends the process."""

    def __init__(self) -> None:
        """The process is started when there is something to do."""
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = _locked(self._folder)
        self._process: commands.Process | None = None
        self._heard = b""

    def do(self, task: Task) -> Outcome:
        """Grade one hand-in. Raises ToolError if no process can be started."""
        why = ""
        for _ in range(TRIES):
            answer, why = self._answer(task)
            if answer:
                return Outcome.model_validate_json(answer)
        return Outcome(digest=task.digest, version=task.version, lab=task.lab, failed=why)

    def _answer(self, task: Task) -> tuple[bytes, str]:
        """What the process says; or why it says nothing any more."""
        try:
            return self._ask(task), ""
        except _Gone as error:
            self._end()
            return b"", str(error)

    def _ask(self, task: Task) -> bytes:
        process = self._process or self._start()
        assert process.popen.stdin is not None and process.popen.stdout is not None
        meter, began_s = EffortMeter(process.pid), time.monotonic()
        before_s = meter.read().cpu_s
        try:
            process.popen.stdin.write(task.model_dump_json().encode() + b"\n")
        except OSError as error:
            raise _Gone("the process that grades has ended") from error
        while b"\n" not in self._heard:
            ready, _, _ = select.select([process.popen.stdout], [], [], _LOOK_S)
            piece = os.read(process.popen.stdout.fileno(), 1 << 16) if ready else None
            if piece == b"":
                status = process.wait(BACKSTOP_S)
                raise _Gone(f"the process that grades has ended, with status {status}")
            self._heard += piece or b""
            if meter.read().cpu_s - before_s > CPU_MAX_S:
                raise _Gone(f"grading it takes more than {CPU_MAX_S:.0f} s")
            if time.monotonic() - began_s > BACKSTOP_S * TRIES:
                raise _Gone("grading it does not end")
        line, _, self._heard = self._heard.partition(b"\n")
        return line

    def _start(self) -> commands.Process:
        self._heard = b""
        pipes = commands.Pipes(subprocess.PIPE, subprocess.PIPE, subprocess.DEVNULL)
        # However this Python has come by the package, the other one finds it there.
        env = {"PYTHONPATH": str(PACKAGE_DIR.parent)}
        command = [sys.executable, "-m", _MODULE, str(self._folder)]
        self._process = commands.start(command, pipes, env=env)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.stop()
            self._process = None

    def close(self) -> None:
        """End the process, and remove what it has built."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()

    def __enter__(self) -> Hand:
        """Nothing to set up."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """See `close`."""
        self.close()


def _locked(folder: Path) -> IO[bytes]:
    """Say that somebody lives in it; the lock ends with this process, however that ends."""
    stream = (folder / ".new").open("wb")
    fcntl.flock(stream, fcntl.LOCK_EX)
    (folder / ".new").replace(folder / _LOCK)
    return stream


def _sweep() -> None:
    """Remove what those have left who were killed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError), lock.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


_ours = threading.local()


def do_in_this_thread(task: str) -> str:
    """Grade one hand-in by the hand of this thread, which stays: for threads of a Dask worker.

    Args:
        task: A `Task` as JSON; what comes back is an `Outcome`.
    """
    if not hasattr(_ours, "hand"):
        _ours.hand = Hand()
        atexit.register(_ours.hand.close)
    hand: Hand = _ours.hand
    return hand.do(Task.model_validate_json(task)).model_dump_json()


def main() -> None:
    """The process."""
    worker = Worker(Path(sys.argv[1]))
    for line in sys.stdin.buffer:
        outcome = worker.do(Task.model_validate_json(line))
        sys.stdout.buffer.write(outcome.model_dump_json().encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
