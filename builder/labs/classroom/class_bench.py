"""How many hand-ins `tinygate lab grade` grades in a minute: with one process, more, and again."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.errors import EmulatorError
from builder.labs.classroom.dask_crew import CONNECT_S
from builder.labs.handout import given_tree, solved_tree
from builder.labs.lab import changed
from builder.labs.lab_course import lab_named
from builder.labs.lab_folder import new_notes
from builder.tools import commands
from builder.tools.process_group import GRACE_S
from builder.tools.resources import PACKAGE_DIR
from builder.tree.render import write_tree

LAB = "03-frame"  # of those with many checks, whose kernel ends well with and without the solution
WORKERS = 2
_ADDRESS = "Scheduler at:"


@dataclass(frozen=True)
class ClassFigure:
    """One way to grade a class.

    Attributes:
        way: Which.
        hand_ins: How many.
        seconds: That it took, by the clock on the wall.
        load: Of this machine at the end: processes that wanted a CPU, over the last minute.
    """

    way: str
    hand_ins: int
    seconds: float
    load: float

    @property
    def a_minute(self) -> float:
        """Hand-ins a minute."""
        return self.hand_ins / self.seconds * 60


def write_class(folder: Path, count: int) -> list[Path]:
    """Hand-ins of one lab, no two the same: solutions, a known mistake, and some untouched."""
    lab = lab_named(LAB)
    right = solved_tree(lab, lab.suite)
    kinds = (right, changed(right, lab.mistake[0].change), given_tree(lab, lab.suite))
    paths = [folder / f"student-{number:04}" for number in range(count)]
    for number, path in enumerate(paths):
        tree = kinds[number % len(kinds)]
        files = {f"kernel/{file}": tree[file] + b"; %d\n" % number for file in lab.files}
        write_tree({**files, **new_notes(lab)}, path)
    return paths


def class_figures(
    folder: Path, count: int, progress: Callable[[str], None], *, cluster: bool
) -> Iterator[ClassFigure]:
    """Measure all ways: whole commands, from their start to the report.

    Args:
        folder: For hand-ins and reports; an empty one.
        count: How many hand-ins.
        progress: Is told what is being done.
        cluster: By a Dask cluster of this machine, too.

    Raises:
        EmulatorError: The command fails.
    """
    paths = write_class(folder / "class", count)

    def measure(way: str, report: str, *options: str) -> ClassFigure:
        progress(f"grading {count} hand-ins: {way}")
        began = time.monotonic()
        _grade(paths, folder / report, *options)
        return ClassFigure(way, count, time.monotonic() - began, os.getloadavg()[0])

    yield measure("1 process", "one", "--jobs", "1")
    yield measure(f"{WORKERS} processes", "more", "--jobs", str(WORKERS))
    yield measure("again, with nothing changed", "more", "--jobs", str(WORKERS))
    if cluster:
        with dask_cluster(folder) as started:
            way = f"Dask, {WORKERS} worker processes"
            yield measure(way, "dask", "--scheduler", started.address)


def _grade(paths: Sequence[Path], report: Path, *options: str) -> None:
    words = ["lab", "grade", *map(str, paths), "--out", str(report), *options]
    env = {"PYTHONPATH": str(PACKAGE_DIR.parent)}
    done = commands.run([sys.executable, "-m", "builder", *words], env=env)
    if not done.ok:
        raise EmulatorError("the class was not graded", why=done.stderr.strip()[-300:])


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster on this machine: where its scheduler listens, and its processes."""

    address: str
    scheduler: commands.Process
    workers: tuple[commands.Process, ...]


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int = WORKERS) -> Iterator[Cluster]:
    """A scheduler and workers on this machine, which end with the body.

    Raises:
        EmulatorError: The scheduler does not start.
    """
    python = [sys.executable, "-m"]
    quiet = commands.Pipes(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with contextlib.ExitStack() as started:
        log = started.enter_context((folder / "scheduler.log").open("w+b"))
        pipes = commands.Pipes(stdout=log, stderr=log)
        words = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
        command = [*python, *words, "--no-dashboard"]
        scheduler = started.enter_context(commands.start(command, pipes))
        address = _address(scheduler, folder / "scheduler.log")
        hands = []
        for _ in range(workers):
            words = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
            command = [*python, *words, "--no-nanny", "--local-directory", str(folder)]
            # Asked to end, it removes what it has built.
            hands.append(commands.start(command, quiet))
            started.callback(hands[-1].stop, GRACE_S)
        yield Cluster(address, scheduler, tuple(hands))


def _address(scheduler: commands.Process, log: Path) -> str:
    """Where it listens, once it says so."""
    deadline_s = time.monotonic() + CONNECT_S * 10
    while time.monotonic() < deadline_s and scheduler.wait(0.1) is None:
        for line in log.read_text("utf-8", "replace").splitlines():
            if _ADDRESS in line:
                return line.rpartition(" ")[2]
    raise EmulatorError(
        "the Dask scheduler does not start",
        why=log.read_text("utf-8", "replace")[-200:],
        fix="see that `dask scheduler` works",
    )
