"""Many hands: one that dies, a hand-in that hangs, a scheduler that goes away lose no result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from builder.errors import EmulatorError, TinygateError, ToolError
from builder.labs.classroom import hand as hand_module
from builder.labs.classroom.class_bench import dask_cluster
from builder.labs.classroom.crew import Crew, LocalCrew
from builder.labs.classroom.dask_crew import DaskCrew
from builder.labs.classroom.hand import Hand
from builder.labs.classroom.results import Results
from builder.labs.classroom.submission import HandIn
from builder.labs.classroom.work import Outcome, Task, task_of, version
from builder.labs.handout import solved_tree
from builder.labs.lab_course import lab_named
from qemu_tests.kit.sandbox import sandbox_or_skip

LAB = lab_named("01")


def tasks(count: int) -> list[Task]:
    """As many hand-ins, no two the same, each with all points."""
    sandbox_or_skip()
    right = solved_tree(LAB, LAB.suite)["sys/table.c"]
    return [
        task_of(HandIn(str(n), LAB, {"sys/table.c": right + b"/* %d */\n" % n}), sandbox=True)
        for n in range(count)
    ]


def points(outcomes: Sequence[Outcome]) -> dict[str, int]:
    assert len({outcome.digest for outcome in outcomes}) == len(outcomes), "counted twice"
    return {outcome.digest: outcome.points for outcome in outcomes}


def full(work: Sequence[Task]) -> dict[str, int]:
    return {task.digest: LAB.points for task in work}


def test_two_hands_do_all_of_it_once() -> None:
    work = tasks(5)
    assert points(list(LocalCrew(2).outcomes(work))) == full(work)


def test_a_hand_that_is_killed_is_followed_by_another() -> None:
    first, second = tasks(2)
    with Hand() as hand:
        assert hand.do(first).points == LAB.points
        process = hand._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        assert hand.do(second).points == LAB.points
        assert hand._process is not None and hand._process.pid != process.pid


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.stdin.readline(); sys.exit(3)", "has ended, with status 3"),
        ("import sys; sys.stdin.readline()\nwhile True: pass", "takes more than 0 s"),
    ],
    ids=["ends", "loops"],
)
def test_a_hand_in_that_ends_or_hangs_every_hand_is_named(
    program: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stand_in.py").write_text(program)
    monkeypatch.setattr(hand_module, "_MODULE", "stand_in")
    monkeypatch.setattr(hand_module, "PACKAGE_DIR", tmp_path / "below")
    monkeypatch.setattr(hand_module, "CPU_MAX_S", 0.3)
    with Hand() as hand:
        outcome = hand.do(tasks(1)[0])
    assert said in outcome.failed
    assert outcome.points == 0


def test_what_a_killed_grader_has_left_is_removed_by_the_next() -> None:
    script = (
        "import os; from builder.labs.classroom.hand import Hand; h = Hand();"
        "print(h._folder, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    left = Path(done.stdout.strip())
    assert done.returncode == -signal.SIGKILL and left.is_dir()
    with Hand() as hand:
        assert not left.exists()
        with Hand():
            assert hand._folder.is_dir()


def keep(crew: Crew, work: Sequence[Task], results: Results) -> Iterator[Outcome]:
    """As the verb does it: a result is on the disk before the next is waited for."""
    for outcome in crew.outcomes(work):
        results.keep(outcome)
        yield outcome


def test_a_dask_worker_that_dies_loses_nothing(tmp_path: Path) -> None:
    work = tasks(8)
    with dask_cluster(tmp_path) as cluster:
        outcomes = DaskCrew(cluster.address).outcomes(work)
        found = [next(outcomes)]
        cluster.workers[0].popen.kill()
        found += outcomes
    assert points(found) == full(work)


def test_when_the_scheduler_goes_away_the_next_run_takes_up_where_it_stopped(
    tmp_path: Path,
) -> None:
    work, results = tasks(6), Results(tmp_path / "results")
    with dask_cluster(tmp_path) as cluster:
        kept = keep(DaskCrew(cluster.address), work, results)
        found = [next(kept)]
        cluster.scheduler.popen.kill()
        with pytest.raises(EmulatorError, match="the scheduler has gone"):
            found += kept
    known = [task for task in work if results.load(task.digest, version())]
    assert {task.digest for task in known} >= {outcome.digest for outcome in found}
    assert 0 < len(known) < len(work)
    rest = [task for task in work if task not in known]
    assert points([*LocalCrew(2).outcomes(rest)]) == full(rest)


def test_no_scheduler_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder.labs.classroom.dask_crew.CONNECT_S", 1)
    with pytest.raises(TinygateError, match="the scheduler does not answer"):
        list(DaskCrew("tcp://127.0.0.1:9").outcomes(tasks(1)))


def test_without_dask_only_the_cluster_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ToolError, match="Dask is not installed"):
        DaskCrew("tcp://127.0.0.1:9")


def test_nothing_else_imports_dask() -> None:
    script = (
        "import sys; sys.modules['distributed'] = sys.modules['dask'] = None\n"
        "from builder.cli.app import app\n"
        "import builder.labs.classroom.dask_crew, builder.labs.classroom.class_bench\n"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_a_result_of_another_tinygate_is_not_taken(tmp_path: Path) -> None:
    results = Results(tmp_path)
    outcome = Outcome(digest="a" * 64, version="old", lab=LAB.name)
    results.keep(outcome)
    assert results.load("a" * 64, "old") == outcome
    assert results.load("a" * 64, version()) is None
    (tmp_path / f"{'a' * 40}.json").write_text('{"half": ')
    assert results.load("a" * 64, "old") is None
