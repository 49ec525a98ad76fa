"""Tests of which test_suite_ends.py makes small runs, each in a folder of its own. (é)

Each process that they leave holds the FIFO `alive` open: who reads it comes to its end when all
have gone. One leads a session of its own, and the parent of most has ended.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from builder.boot.patience import BACKSTOP_S
from qemu_tests.suite.guard import GUARD

HERE = Path(__file__).parent
WORK_S = 0.2  # CPU time of test_works_for_its_life, and of its child
# Signals 32 and 33. What glibc's posix_spawn() starts ignores them, and make starts by it: nobody
# but a C library could change that, and to nobody else they mean anything.
LIBCS_OWN = 3 << 31
OPENED = "exec 3> alive; trap '' HUP INT TERM; "
LEFT = f"{OPENED} setsid sleep 600 & sleep 600 & (sleep 600; :) & echo left >&3; "


def leave(script: str = LEFT) -> None:
    subprocess.run(["sh", "-c", script], cwd=HERE, check=True)
    subprocess.Popen(["sh", "-c", f"{OPENED} sleep 600; :"], cwd=HERE)


def say_pids() -> None:
    with (HERE / "alive").open("w") as alive:
        alive.write(f"pids {os.getpid()} {os.getppid()} {os.environ[GUARD]}\n")


def test_waits() -> None:
    leave(f"{LEFT} env -i setsid sleep 600 &")
    say_pids()
    time.sleep(600)


def test_cannot_be_interrupted() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave()
    say_pids()
    time.sleep(600)


def test_fails() -> None:
    leave()
    raise AssertionError


def test_leaves() -> None:
    leave()


@pytest.mark.parametrize("after", ["fails", "leaves"])
def test_nothing_is_there(after: str) -> None:  # noqa: ARG001 (it is the name)
    alive = os.open(HERE / "alive", os.O_RDONLY | os.O_NONBLOCK)
    while os.read(alive, 4096):
        """What was said before; BlockingIOError if somebody could say more."""
    os.close(alive)


def _somebody_has(alive: int) -> bool:
    """False if nobody could write any more; else waits until something is said, or one has gone."""
    try:
        return os.read(alive, 4096) != b""
    except BlockingIOError:  # select() alone would wait for those who went before it was opened
        return bool(select.select([alive], [], [], BACKSTOP_S)[0])


def test_soon_nothing_is_there() -> None:
    alive = os.open(HERE / "alive", os.O_RDONLY | os.O_NONBLOCK)
    while _somebody_has(alive):
        """Wait for the next to go."""
    os.close(alive)


def test_leaves_a_thread() -> None:
    leave()
    threading.Thread(target=time.sleep, args=(100_000,)).start()


def test_kills_its_worker() -> None:
    leave()
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_it_finds() -> None:
    status = Path("/proc/self/status").read_text()
    assert "SigBlk:\t0000000000000000\n" in status
    command = ["grep", "^SigIgn", "/proc/self/status"]
    child = subprocess.run(command, capture_output=True, text=True, check=True)
    ignored = int(child.stdout.removeprefix("SigIgn:"), 16)
    assert ignored & ~LIBCS_OWN == 0
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP, signal.SIGCHLD):
        assert signal.getsignal(number) == signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    (HERE / "made").touch()
    assert (HERE / "made").stat().st_mode & 0o777 == 0o644
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert soft == hard
    assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    assert os.environ["TERM"] == "dumb"
    assert Path.home().is_absolute()
    assert not {"CDPATH", "LANG"} & os.environ.keys()
    assert Path(__file__).read_text().count("\u00e9") == 1
    for standard in range(3):
        os.fstat(standard)
    with Path(os.devnull).open() as file:
        assert file.fileno() > 2


@pytest.mark.parametrize("which", ["one", "another"])
def test_is_skipped(which: str) -> None:  # noqa: ARG001 (it is the name)
    pytest.skip("nothing is here: make nothing")


@pytest.mark.skipif(True, reason="nothing is here: make nothing")
def test_is_skipped_elsewhere() -> None:
    pytest.fail("it was not")


def test_works_for_its_life() -> None:
    work = f"import time\nwhile time.process_time() < {WORK_S}: pass"
    subprocess.run([sys.executable, "-c", work], check=True)
    begun = time.process_time()
    while time.process_time() - begun < WORK_S:
        pass
