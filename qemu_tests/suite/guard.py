"""Whatever ends a run of the tests, none of its processes outlives it.

The process that somebody starts becomes three, before any test is collected:

    front     what was started. Passes signals on and ends with pytest's status.
    guard     in a process group of its own, so that it survives what kills the group. When pytest
              or the front has ended, in whatever way, it ends all that is left.
    pytest    with its workers and all that the tests start. In the front's group, as if nothing
              stood between: the terminal's keys reach it, and a debugger can read.

Linux gives a process whose parent has ended to the nearest "child subreaper" above it. The guard is
one, so that all that was ever started below it stays below it: neither a session of its own nor a
second fork nor an environment that was cleared gets away. (PR_SET_PDEATHSIG alone does not do: it
holds for one process, not for its children, and ends at the exec of a set-user-ID program.) Should
the guard itself be killed, Linux kills pytest, and the front, a subreaper too, ends the rest.

Elsewhere than on Linux there is no guard, and this is an ordinary run of pytest.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping

from qemu_tests.suite import processes
from qemu_tests.suite.conditions import ignored_at_start, open_standard_files, settle_process

GUARD = "TINYGATE_TEST_GUARD"  # names the guard to all that is below it
_PR_SET_PDEATHSIG = 1  # linux/prctl.h; Python has no names for them
_PR_SET_CHILD_SUBREAPER = 36
_PASSED_ON = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
_LOOK_AGAIN_S = 1.0  # whether the front is still there, and what a worker leaves that was killed
_LATER_S = 0.5  # time enough for pytest to hear a signal of its own


def guard_above(environ: Mapping[str, str] = os.environ) -> int | None:
    """The guard of the run that this process is part of, or None."""
    named = environ.get(GUARD, "")
    guard = int(named) if named.isdecimal() else 0
    pid = os.getpid()
    while pid > 1:
        pid = processes.parent(pid)
        if pid == guard:
            return guard
    return None


def enter() -> None:
    """Put a guard above this process, unless there is one: only pytest's process returns."""
    if not sys.platform.startswith("linux") or guard_above() is not None:
        return
    if threading.active_count() > 1 or processes.below(os.getpid()):
        return  # somebody's own program runs pytest; its threads and children are not ours
    open_standard_files()
    sys.stdout.flush()
    sys.stderr.flush()
    ignored = ignored_at_start()
    front, group = os.getpid(), os.getpgrp()
    # What was told not to hear of the terminal (by nohup, or `&` in a script) hears nothing of it
    # in a group of its own either; and the tests need not inherit that they ignore signals.
    own_group = bool(ignored & {signal.SIGHUP, signal.SIGINT})
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, *_PASSED_ON})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, it would take the statuses away
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    guard = os.fork()
    if guard:
        os._exit(_be_front(guard, ignored, own_group))
    guard = os.getpid()
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it may have to say something at the end
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    pytest = os.fork()
    if pytest:
        os._exit(_be_guard(front, pytest))
    if not own_group:
        os.setpgid(0, group)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ[GUARD] = str(guard)
    settle_process()
    if os.getppid() != guard:  # it ended before we could ask to be told
        os._exit(128 + signal.SIGKILL)


def _be_front(guard: int, ignored: set[int], own_group: bool) -> int:
    """Wait for the guard; returns the exit status.

    Who interrupts a group means pytest once, so what it may have heard itself is passed on only
    when it has had time to stop listening. A second interrupt ends everything at once.
    """
    interrupted: float | None = None
    pass_on: int | None = None
    while True:
        wait_s = _LATER_S if pass_on else _LOOK_AGAIN_S
        heard = signal.sigtimedwait({signal.SIGCHLD, *_PASSED_ON}, wait_s)
        ended, status = os.waitpid(guard, os.WNOHANG)
        if ended:
            break
        if heard is None and pass_on:
            os.kill(guard, pass_on)
            pass_on = None
        if heard is None or heard.si_signo not in _PASSED_ON - ignored:
            continue
        now = time.monotonic()
        pytest_has_it = not own_group and heard.si_code > 0  # the terminal's: for the whole group
        if heard.si_signo != signal.SIGINT:
            if not pytest_has_it:
                os.kill(guard, heard.si_signo)
        elif interrupted is None:
            interrupted = now
            pass_on = None if pytest_has_it else signal.SIGINT
        elif now - interrupted > 2 * _LATER_S:
            os.kill(guard, signal.SIGTERM)
    if os.WIFSIGNALED(status):
        _tell("the guard", status, processes.end_all())
    return _as_shells_count(status)


def _be_guard(front: int, pytest: int) -> int:
    """Wait for pytest's end and end the rest; returns the exit status."""
    ended: int | None = None
    while ended is None:
        heard = signal.sigtimedwait({signal.SIGCHLD, *_PASSED_ON}, _LOOK_AGAIN_S)
        if os.getppid() != front:
            break
        if heard is not None and heard.si_signo in _PASSED_ON:
            os.kill(pytest, heard.si_signo)
        ended = processes.reap().get(pytest)
        if ended is None:
            processes.end_those_without_a_worker(pytest)
    left = processes.end_all()
    if ended is None:  # nobody waits for a status any more
        return 128 + signal.SIGKILL
    _tell("pytest", ended, left)
    return _as_shells_count(ended)


def _tell(who: str, status: int, left: list[str]) -> None:
    """Say what was not as usual."""
    lines = []
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        lines.append(f"{who} was ended by signal {number} ({signal.strsignal(number)})")
    if left:
        lines.append(f"left running, now ended: {len(left)}")
        lines += (f"  {line}" for line in left)
    if lines:
        text = "\n" + "\n".join(lines) + "\n"
        with contextlib.suppress(OSError):  # a terminal that has gone
            os.write(2, text.encode("utf-8", "replace"))


def _as_shells_count(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _prctl(option: int, value: int) -> None:
    """Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
