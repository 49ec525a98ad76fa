"""Whatever ends a run of the tests, no process of it remains: shown with small runs of pytest."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from qemu_tests.suite.guard import GUARD
from qemu_tests.unit.small_suite import WORK_S

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has subreapers: run it there"
)

SMALL = Path(__file__).with_name("small_suite.py")
NOT_NEEDED = ("no:anyio", "no:hypothesispytest")  # a third of what such a run takes, for nothing


@dataclass
class Run:
    """A run of the tests above.

    Attributes:
        process: The one that was started: the front.
        folder: Where the tests are.
        alive: The end from which the FIFO is read.
    """

    process: subprocess.Popen[str]
    folder: Path
    alive: int

    def pids(self) -> tuple[int, int, int]:
        """Waits for test_waits; the worker (or pytest itself), its parent, and the guard."""
        said = ""
        while "pids" not in said or not said.endswith("\n"):
            got = self._read()
            assert got, self.process.communicate()[0]
            said += got.decode()
        worker, parent, guard = map(int, said.split()[-3:])
        return worker, parent, guard

    def _read(self) -> bytes:
        """What comes next from the FIFO; nothing after the last process that had it open."""
        ends = os.pidfd_open(self.process.pid)
        try:
            ready = select.select([self.alive, ends], [], [], BACKSTOP_S)[0]
        finally:
            os.close(ends)
        return os.read(self.alive, 4096) if self.alive in ready else b""

    def end(self) -> tuple[int, str]:
        """Wait for the end of the front, then of all others; returns its status and its words."""
        out, _ = self.process.communicate(timeout=BACKSTOP_S)
        while select.select([self.alive], [], [], BACKSTOP_S)[0]:
            if not os.read(self.alive, 4096):
                return self.process.returncode, out
        pytest.fail("a process remains, or none was started")


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path, project_root: Path) -> Iterator[Start]:
    """Starts a run of some of the tests."""
    shutil.copyfile(SMALL, tmp_path / "test_it.py")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    runs: list[Run] = []

    def begin(
        tests: str,
        *options: str,
        before: tuple[str, ...] = (),
        preexec: Callable[[], None] | None = None,
        **environment: str,
    ) -> Run:
        environ = {**os.environ, "PYTHONPATH": str(project_root), **environment}
        del environ[GUARD]  # it is to have one of its own
        chosen = [f"test_it.py::{name}" for name in tests.split()]
        plugins = ["qemu_tests.suite.plugin", "no:cacheprovider", *NOT_NEEDED]
        process = subprocess.Popen(
            [
                *before,
                sys.executable,
                "-m",
                "pytest",
                *(f"-p{name}" for name in plugins),
                *options,
                *chosen,
            ],
            cwd=tmp_path,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=preexec,
        )
        runs.append(Run(process, tmp_path, alive))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.communicate()
    os.close(alive)


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize("before", [(), ("nohup",)], ids=["plain", "nohup"])
def test_what_a_test_leaves_is_gone_before_the_next(
    start: Start, workers: str, before: tuple[str, ...]
) -> None:
    tests = "test_fails test_nothing_is_there[fails] test_leaves test_nothing_is_there[leaves]"
    status, out = start(tests, "-n", workers, before=before).end()
    assert status == 1
    assert "1 failed, 3 passed" in out
    assert "test_leaves left running, now ended: " in out and " sleep 600" in out


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_thread_that_a_test_leaves_is_not_waited_for(start: Start, workers: str) -> None:
    assert start("test_leaves_a_thread", "-n", workers).end()[0] == 0


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_was_skipped_is_told_by_its_reason(start: Start, workers: str) -> None:
    process = start("test_is_skipped test_is_skipped_elsewhere", "-n", workers).process
    out, _ = process.communicate(timeout=BACKSTOP_S)
    assert process.returncode == 0, out
    assert "\n    3  nothing is here: make nothing\n" in out
    assert "small_suite" not in out


@pytest.mark.parametrize("workers", ["0", "1"])
def test_what_a_test_takes_of_cpu_time_is_measured(start: Start, workers: str) -> None:
    process = start("test_works_for_its_life", "-n", workers, "--durations=1").process
    out, _ = process.communicate(timeout=BACKSTOP_S)
    cpu_s = next(line.split()[-1] for line in out.splitlines() if line.startswith("others "))
    assert float(cpu_s) >= 2 * WORK_S


@pytest.mark.parametrize("workers", ["0", "1"])
def test_ctrl_c_leaves_nothing(start: Start, workers: str) -> None:
    run = start("test_waits", "-n", workers)
    run.pids()
    os.killpg(run.process.pid, signal.SIGINT)
    status, out = run.end()
    assert status == 2, out
    assert "KeyboardInterrupt" in out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_front_alone_leaves_nothing(start: Start, number: int) -> None:
    run = start("test_waits", "-n", "1")
    run.pids()
    run.process.send_signal(number)
    status, out = run.end()
    assert status == 128 + number
    assert f"pytest was ended by signal {number}" in out
    assert "left running, now ended: " in out


def test_a_second_interrupt_ends_what_hangs(start: Start) -> None:
    run = start("test_cannot_be_interrupted")
    run.pids()
    out = ""
    while run.process.poll() is None:
        os.killpg(run.process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            out, _ = run.process.communicate(timeout=1.5)  # nobody presses a key faster
    assert "pytest was ended by signal 15" in out


def test_an_interrupt_of_the_front_alone_is_one_of_pytest(start: Start) -> None:
    run = start("test_waits")
    run.pids()
    run.process.send_signal(signal.SIGINT)
    status, out = run.end()
    assert status == 2, out
    assert "KeyboardInterrupt" in out


def test_a_worker_that_is_killed_leaves_nothing_while_the_others_go_on(start: Start) -> None:
    status, out = start("test_kills_its_worker test_soon_nothing_is_there", "-n", "1").end()
    assert status == 1
    assert "crashed while running" in out and "1 failed, 1 passed" in out


@pytest.mark.parametrize("who", ["front", "group", "pytest", "guard"])
def test_killed_outright_it_leaves_nothing(start: Start, who: str) -> None:
    run = start("test_waits", "-n", "1")
    _, pytest_, guard = run.pids()
    if who == "group":
        os.killpg(run.process.pid, signal.SIGKILL)
    else:
        pids = {"front": run.process.pid, "pytest": pytest_, "guard": guard}
        os.kill(pids[who], signal.SIGKILL)
    status, _ = run.end()
    gone = who in ("front", "group")
    assert status == (-signal.SIGKILL if gone else 128 + signal.SIGKILL)


def _hostile_start() -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    os.umask(0o077)
    for limit, soft in ((resource.RLIMIT_FSIZE, 1 << 20), (resource.RLIMIT_NOFILE, 32)):
        resource.setrlimit(limit, (soft, resource.getrlimit(limit)[1]))
    os.close(0)


@pytest.mark.parametrize("workers", ["0", "1"])
@pytest.mark.parametrize("locale", ["POSIX", "de_DE.ISO-8859-1"])
def test_a_test_finds_the_same_however_it_was_started(
    start: Start, workers: str, locale: str
) -> None:
    run = start(
        "test_what_it_finds test_leaves",
        *("-n", workers),
        before=("env", "-u", "HOME", "-u", "TERM"),
        preexec=_hostile_start,
        LC_ALL=locale,
        LANG=locale,
        CDPATH="/",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONOPTIMIZE="2",
    )
    status, out = run.end()
    assert status == 0, out


def test_a_limit_that_is_too_low_is_named(start: Start) -> None:
    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

    run = start("test_leaves", preexec=few_files)
    out, _ = run.process.communicate(timeout=BACKSTOP_S)
    assert run.process.returncode == 4
    assert "ulimit -n: the tests need a limit of at least 256, not 100" in out
    assert "fix: " in out and "Traceback" not in out
