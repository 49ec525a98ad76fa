"""A Dask cluster as a crew: for a class that outgrows one machine. Needs `tinygate[class]`.

Each thread of a Dask worker has a process that grades (hand.py), so that a hand-in can end neither.
Dask gives the work of a worker that has died to another one. What is done is written here, as it
comes: where the scheduler goes away, the same command, run again, takes up where this stopped.

Measured with distributed 2026.8: a task whose workers died four times ends with KilledWorker; when
the scheduler has gone, what it had not finished is cancelled.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.errors import EmulatorError, ToolError, UserError
from builder.labs.classroom.work import Outcome, Task

CONNECT_S = 30
_FIX = "see that it runs, then run the same command again: what is graded is kept"


class DaskCrew:
    """The workers of one scheduler."""

    def __init__(self, address: str) -> None:
        """`address` is the scheduler's, such as tcp://10.0.0.1:8786. Raises ToolError."""
        if importlib.util.find_spec("distributed") is None:
            raise ToolError(
                "Dask is not installed",
                where="--scheduler",
                why="only who grades on several machines needs it",
                fix="pip install 'tinygate[class]', here and where the workers are",
            )
        self._address = address

    def require(self, *, sandbox: bool) -> None:
        """See `Crew.require`: compilers and emulators are on other machines."""

    def outcomes(self, tasks: Sequence[Task]) -> Iterator[Outcome]:
        """See `Crew.outcomes`."""
        from distributed import Client, as_completed

        try:
            client = Client(self._address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:  # TimeoutError is one of the first
            why = " ".join(str(error).split())[:200]
            raise UserError(
                "the scheduler does not answer",
                where=f"--scheduler {self._address}",
                why=why,
                fix="start one: dask scheduler; and workers: dask worker ADDRESS --nthreads 1",
            ) from error
        with client:
            by_key = {f"tinygate-{task.version}-{task.digest}": task for task in tasks}
            futures = client.map(
                _remote(),
                [task.model_dump_json() for task in by_key.values()],
                key=list(by_key),
                pure=True,
            )
            for future in as_completed(futures, loop=client.loop):
                yield self._outcome(future, by_key[future.key])

    def _outcome(self, future: Any, task: Task) -> Outcome:
        failed = Outcome(digest=task.digest, version=task.version, lab=task.lab)
        if future.status == "finished":
            try:
                return Outcome.model_validate_json(future.result(timeout=CONNECT_S))
            except (OSError, asyncio.CancelledError) as error:
                raise self._lost() from error
        if future.status == "error":
            cause = future.exception(timeout=CONNECT_S)
            why = " ".join(f"{type(cause).__name__}: {cause}".split())[:300]
            return failed.model_copy(update={"failed": f"the workers could not: {why}"})
        raise self._lost()

    def _lost(self) -> EmulatorError:
        return EmulatorError("the scheduler has gone", where=self._address, fix=_FIX)


def _remote() -> Callable[[str], str]:
    """What a worker does. Of a function in a function Dask sends the code, not the name."""

    def grade_hand_in(task: str) -> str:
        import sys

        import tinygate

        folder = tinygate.folder_of_builder()
        if folder not in sys.path:
            sys.path.insert(0, folder)
        from builder.labs.classroom.hand import do_in_this_thread

        return do_in_this_thread(task)

    return grade_hand_in
