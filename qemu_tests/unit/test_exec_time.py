"""The measured overhead of `tinygate exec`: what is run, in which order, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from builder.bench import exec_time
from builder.bench.clock import TimedRun
from builder.errors import EmulatorError

OURS, EMPTY = Path("prog"), Path("empty.bin")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every command that is timed: ours takes 90, 50 and 70 ms, the empty kernel 20."""
    commands: list[list[str]] = []
    ours_s = iter((9.0, 0.09, 0.05, 0.07))

    def timed_run(argv: Sequence[str], seen: Callable[[bytes], bool], **_: object) -> TimedRun:
        commands.append([*argv])
        is_ours = argv[-1] == str(OURS)
        assert seen(b"x") and not seen(b"")
        return TimedRun(next(ours_s) if is_ours else 0.02, 1.0, "x", 0)

    monkeypatch.setattr(exec_time, "timed_run", timed_run)
    return commands


def test_pairs_follow_a_first_run_that_does_not_count(runs: list[list[str]]) -> None:
    summary = exec_time.exec_overhead(OURS, EMPTY, runs=3)
    assert [argv[-1] == str(OURS) for argv in runs] == [True, True, False] + [True, False] * 2
    assert summary.median == pytest.approx(0.05)
    assert (summary.minimum, summary.count) == (pytest.approx(0.03), 3)


def test_both_run_on_the_same_machine(runs: list[list[str]]) -> None:
    exec_time.exec_overhead(OURS, EMPTY, runs=1)
    bare = runs[-1]
    assert bare[bare.index("-kernel") + 1] == str(EMPTY)
    assert bare[bare.index("-machine") + 1] == exec_time.machine.MACHINE
    assert "-initrd" not in bare and "stdio,signal=off,id=serial" in bare


def test_a_run_that_prints_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        exec_time, "timed_run", lambda *_, **__: TimedRun(None, 1.0, "no such CPU", 1)
    )
    with pytest.raises(EmulatorError) as caught:
        exec_time.exec_overhead(OURS, EMPTY, runs=1)
    assert caught.value.why == "no such CPU"
