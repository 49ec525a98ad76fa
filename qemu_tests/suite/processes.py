"""The processes below one: found in /proc, named, and ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

WORKER = "TINYGATE_TEST_WORKER"  # the process that runs a test, in all that the test starts
ENDING_S = 20.0  # a process that does not obey SIGKILL this long waits for a device
_kept: set[int] = set()


@dataclass(frozen=True)
class Process:
    """One line of /proc/PID/stat.

    Attributes:
        pid: Its id.
        parent: Its parent's.
        ended: It has ended and waits for its parent to hear of it.
    """

    pid: int
    parent: int
    ended: bool

    @property
    def doomed(self) -> bool:
        """It has ended, or will before its next instruction: SIGKILL is on its way."""
        killed = 1 << (signal.SIGKILL - 1)
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text(errors="replace").splitlines()
        except OSError:
            return True
        masks = (line.split()[1] for line in lines if line.startswith(("SigPnd", "ShdPnd")))
        return self.ended or any(int(mask, 16) & killed for mask in masks)

    @property
    def command(self) -> str:
        """Its command line, on one line."""
        try:
            words = Path(f"/proc/{self.pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            words = []
        text = b" ".join(words).decode("utf-8", "backslashreplace").strip()
        return "".join(c if c.isprintable() else "?" for c in text)[:200]


def keep(pid: int) -> None:
    """A child that lives longer than the test that happened to start it: a fixture ends it."""
    _kept.add(pid)


def let_go(pid: int) -> None:
    """It has ended, and its number may be another's."""
    _kept.discard(pid)


def parent(pid: int) -> int:
    """The parent of a process; 0 if there is none or nobody knows."""
    found = _look(pid)
    return found.parent if found else 0


def below(*roots: int) -> list[Process]:
    """All descendants of these processes, parents first. Empty where there is no /proc."""
    children: dict[int, list[Process]] = {}
    for process in _all():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    for root in roots:
        found += children.get(root, ())
    for process in found:  # which grows
        found += children.get(process.pid, ())
    return found


def reap() -> dict[int, int]:
    """Hear of all children that have ended: process id -> status."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            ended[found[0]] = found[1]
    return ended


def end_all() -> list[str]:
    """End all descendants, those too that are being born; says what was still running.

    For a subreaper, which alone can be sure of this: whoever loses its parent becomes its child.
    SIGCHLD is blocked.
    """
    running: dict[int, str] = {}
    deadline = time.monotonic() + ENDING_S
    reap()
    while (found := below(os.getpid())) and time.monotonic() < deadline:
        for process in found:
            if process.pid not in running and not process.doomed:
                running[process.pid] = f"{process.pid} {process.command}"
        _kill(found)
        signal.sigtimedwait({signal.SIGCHLD}, 0.1)
        reap()
    return list(running.values())


def end_those_without_a_worker(pytest: int) -> None:
    """In the guard: end what tests of a worker have left that itself is gone."""
    orphans = [child for child in _children(os.getpid()) if child.pid != pytest]
    workers = {child.pid: _worker_of(child.pid) for child in orphans}
    for child in orphans:
        worker = workers[child.pid]
        found = _look(worker) if worker else None
        if worker and (found is None or found.ended):  # pytest may not have heard of its end yet
            _kill([*below(child.pid), child])


def end_of_a_test(guard: int | None) -> list[str]:
    """End what this process's test has left; says which of it was still running.

    Args:
        guard: Where what has lost its parent is.
    """
    running: dict[int, str] = {}
    deadline = time.monotonic() + ENDING_S
    while (left := _left(guard)) and time.monotonic() < deadline:
        for process in left:
            if process.pid not in running and not process.doomed:
                running[process.pid] = f"{process.pid} {process.command}"
        _kill(left)
        for process in left:
            if process.parent == os.getpid():
                _wait(process.pid)
            else:
                _wait_for_end(process.pid, deadline)
    return list(running.values())


def _left(guard: int | None) -> list[Process]:
    me = os.getpid()
    mine: list[Process] = []
    if _has_children():
        mine = [child for child in _children(me) if child.pid not in _kept]
    if guard is not None:
        mine += (
            child
            for child in _children(guard)
            if not child.ended and _worker_of(child.pid) == me != child.pid
        )
    return [*below(*(child.pid for child in mine)), *mine] if mine else []


def _has_children() -> bool:
    """Whether anything waits to be ended; as quick as can be, for it is asked after each test."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _kill(found: Iterable[Process]) -> None:
    for process in found:
        if not process.ended:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, signal.SIGKILL)


def _wait(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _wait_for_end(pid: int, deadline: float) -> None:
    """Wait for somebody else's child. One that is ending has files open for a while when it has
    no environment any more, and would no longer be known as a test's."""
    with contextlib.suppress(OSError):
        end = os.pidfd_open(pid)
        try:
            select.select([end], [], [], max(0.0, deadline - time.monotonic()))
        finally:
            os.close(end)


def _children(pid: int) -> Collection[Process]:
    """Its children, of all its threads."""
    try:
        lists = [
            (thread / "children").read_text() for thread in Path(f"/proc/{pid}/task").iterdir()
        ]
    except OSError:  # a Linux without CONFIG_PROC_CHILDREN
        return [process for process in _all() if process.parent == pid]
    looked = (_look(int(child)) for text in lists for child in text.split())
    return [child for child in looked if child is not None]


def _worker_of(pid: int) -> int | None:
    """The process that ran the test that started it."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    named = f"{WORKER}=".encode()
    found = [line.removeprefix(named) for line in variables if line.startswith(named)]
    return int(found[0]) if found and found[0].isdigit() else None


def _all() -> list[Process]:
    try:
        names = [entry.name for entry in Path("/proc").iterdir()]
    except OSError:
        return []
    looked = (_look(int(name)) for name in names if name.isdecimal())
    return [process for process in looked if process is not None]


def _look(pid: int) -> Process | None:
    try:
        # The name, in parentheses, may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return Process(pid, int(fields[1]), fields[0] in (b"Z", b"X"))
