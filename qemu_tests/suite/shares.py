"""Which tests a worker gets at a time: one, or those of a file that have much in common.

Many a unit test looks at a tree, a page or a module's syntax that others of its file look at, too:
made once a process. Were they dealt out one by one, each worker would make all of that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScheduling

from qemu_tests.suite.kinds import kind_of

if TYPE_CHECKING:
    import pytest
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

PENDING_MIN = 2  # pytest must know the next test when one ends
SHARES_A_WORKER = 2  # one file alone is divided among the workers all the same


def share(tests: Iterable[str], long: Collection[str] = ()) -> int:
    """How many of the first of `tests` are for one worker; a `long` one is so by itself."""
    waiting = iter(tests)
    first = next(waiting)
    kind = kind_of(first)
    if kind is None or not kind.together or first in long:
        return 1
    file = first.partition("::")[0] + "::"
    return 1 + sum(1 for _ in takewhile(lambda t: t.startswith(file) and t not in long, waiting))


class Shares(LoadScheduling):
    """Gives a worker its next share when it has begun with its last test."""

    def __init__(self, config: pytest.Config, log: Producer, long: Collection[str]) -> None:
        """`long`: tests that are known to take long."""
        super().__init__(config, log)
        self._long = long

    def check_schedule(self, node: WorkerController, duration: float = 0) -> None:  # noqa: ARG002
        """Keep a worker busy."""
        if node.shutting_down:
            return
        if not self.pending:
            node.shutdown()
        elif len(self.node2pending[node]) < PENDING_MIN:
            self._send_tests(node, 1)

    def _send_tests(self, node: WorkerController, num: int) -> None:
        """Send so many shares."""
        assert self.collection is not None
        at_most = max(1, len(self.collection) // (SHARES_A_WORKER * len(self.node2pending)))
        for _ in range(num):
            if self.pending:
                tests = (self.collection[index] for index in self.pending[:at_most])
                super()._send_tests(node, share(tests, self._long))
