"""Work for many hands: on this machine, or on those of a Dask cluster."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from builder.labs.classroom.hand import Hand
from builder.labs.classroom.work import Outcome, Task
from builder.tools import toolchain
from builder.tools.sandbox import find_sandbox


class Crew(Protocol):
    """Does all of it, in whatever order."""

    def require(self, *, sandbox: bool) -> None:
        """Raise ToolError if what it needs is missing here."""

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """Each as soon as it is there.

        Raises:
            MachineryError: It cannot go on; what has been handed out so far is true.
        """


class LocalCrew:
    """Some hands on this machine."""

    def __init__(self, jobs: int) -> None:
        """`jobs` is how many."""
        self._jobs = jobs

    def require(self, *, sandbox: bool) -> None:
        """See `Crew.require`."""
        toolchain.require(toolchain.QEMU)
        if sandbox:
            find_sandbox()

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """See `Crew.outcomes`."""
        todo: queue.SimpleQueue[Task] = queue.SimpleQueue()
        done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        stopping = threading.Event()
        for task in tasks:
            todo.put(task)
        count = min(self._jobs, len(tasks))
        threads = [
            threading.Thread(target=_work, args=(todo, done, stopping)) for _ in range(count)
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in tasks:
                outcome = done.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


def _work(
    todo: queue.SimpleQueue[Task],
    done: queue.SimpleQueue[Outcome | BaseException],
    stopping: threading.Event,
) -> None:
    try:
        with Hand() as hand:
            while not stopping.is_set():
                done.put(hand.do(todo.get_nowait()))
    except queue.Empty:
        return
    except BaseException as error:  # it is raised where the outcomes are waited for
        done.put(error)
