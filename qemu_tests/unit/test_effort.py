"""What a process has done, however busy the computer is: of real processes, and as recorded."""

import os
import subprocess
import time
from contextlib import contextmanager

import pytest

from builder.boot import effort
from builder.boot.effort import Effort, EffortMeter

SPIN = ["sh", "-c", "while :; do :; done"]


@contextmanager
def started(*argv, crowd=0):
    """A process on one CPU, and beside it on the same CPU a crowd with more to say."""
    pin = ["taskset", "-c", str(min(os.sched_getaffinity(0)))]
    others = [subprocess.Popen([*pin, *SPIN]) for _ in range(crowd)]
    process = subprocess.Popen([*pin, *(["nice", "-n", "19"] if crowd else []), *argv])
    try:
        yield EffortMeter(process.pid)
    finally:
        for each in (process, *others):
            each.kill()
            each.wait()


def until(condition):
    """Look until it is so; pytest's own timeout ends it otherwise."""
    while not condition():
        os.sched_yield()


def test_a_process_that_others_keep_from_running_is_not_asleep():
    with started(*SPIN, crowd=2) as meter:
        until(lambda: meter.read().cpu_s > 0)
        before, began_s = meter.read(), time.monotonic()
        until(lambda: time.monotonic() > began_s + 1)
        after = meter.read()
    assert after.cpu_s - before.cpu_s < 0.5
    assert after.asleep_s - before.asleep_s < 0.2


def test_a_process_that_spins_uses_up_cpu_time():
    with started(*SPIN) as meter:
        until(lambda: meter.read().cpu_s > 0.1)


def test_a_process_that_sleeps_uses_up_sleep():
    with started("sleep", "1000") as meter:
        until(lambda: meter.read().asleep_s > 0.2)


# ---- recorded: a main thread and one more, at a time of the wall clock ----

STAT = "7 (a (b) R) {state} 1 7 7 0 -1 4194560 0 0 0 0 {user} {system} 0 0 20 0 2 0"


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A meter, and what sets its process: state, ticks, seconds waited by each thread, the time."""
    monkeypatch.setattr(effort, "_TICKS_PER_S", 100)
    now = [0.0]
    monkeypatch.setattr(effort.time, "monotonic", lambda: now[0])
    meter = EffortMeter(0)
    meter._folder = tmp_path

    def record(now_s, ticks=(0, 0), waited_s=(0, 0), states="SS", turns=5):
        now[0] = now_s
        (tmp_path / "stat").write_text(STAT.format(state="S", user=ticks[0], system=ticks[1]))
        for number, (wait_s, state) in enumerate(zip(waited_s, states, strict=True)):
            thread = tmp_path / "task" / str(number)
            thread.mkdir(parents=True, exist_ok=True)
            (thread / "stat").write_text(STAT.format(state=state, user=0, system=0))
            (thread / "schedstat").write_text(f"0 {wait_s * 10**9:.0f} {turns}\n")
        return meter.read()

    return record


def test_sleep_is_what_neither_ran_nor_waited_for_a_cpu(recorded):
    assert recorded(10, ticks=(100, 50), waited_s=(2, 3)) == Effort(1.5, 10 - 1.5 - 5)


def test_a_thread_that_has_ended_has_waited_all_the_same(recorded, tmp_path):
    recorded(10, waited_s=(2, 3))
    for file in ("stat", "schedstat"):
        (tmp_path / "task" / "1" / file).unlink()
    (tmp_path / "task" / "1").rmdir()
    assert recorded(10, waited_s=(2,), states="S").asleep_s == 10 - 5


def test_who_waits_for_a_cpu_is_not_asleep_before_linux_has_told_for_how_long(recorded):
    recorded(1)
    assert recorded(9, states="SR").asleep_s == 1
    assert recorded(9, waited_s=(0, 8)).asleep_s == 1


def test_where_linux_does_not_tell_of_waiting_sleep_counts_a_tenth(recorded):
    assert recorded(10, ticks=(200, 0), turns=0) == Effort(2, pytest.approx(0.8))


def test_a_process_that_has_ended_has_its_last_figures():
    with started(*SPIN) as meter:
        until(lambda: meter.read().cpu_s > 0)
    assert meter.read() == meter.read()
    assert meter.read().cpu_s > 0
