"""What pytest calls: each hook hands over to the file that it is about."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from builder.errors import UserError
from qemu_tests.suite import guard, processes, times
from qemu_tests.suite.conditions import settle_environment
from qemu_tests.suite.kinds import may_be_quick, quick
from qemu_tests.suite.progress import Progress, again, is_terminal

Status = tuple[str, str, Any]  # category, letter, word of a report
_LONG = "tinygate_long"  # among what a worker is told at its start


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --quick."""
    parser.addoption("--quick", action="store_true", help="a sample of each kind: suite/kinds.py")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Nobody shall take a sample for the whole."""
    if not config.option.quick:
        return None
    return (
        "quick: a sample of each kind (qemu_tests/suite/kinds.py); `make test` leaves out nothing"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main() -> Generator[None, Any, Any]:
    """Before anything is collected: the conditions, and what ends the processes in the end."""
    try:
        guard.enter()
    except UserError as error:
        raise pytest.UsageError(str(error)) from error
    status = yield
    if any(not (each.daemon or each is threading.main_thread()) for each in threading.enumerate()):
        # Python would wait for a thread that a failed test has left, for good.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(status or 0))
    return status


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register what this process is for: running tests, telling of them, or both."""
    if config.option.collectonly:
        return
    workers = int(getattr(config.option, "numprocesses", None) or 0)
    is_worker = hasattr(config, "workerinput")
    if is_worker or not workers:
        config.pluginmanager.register(_Runner(), "tinygate-runner")
    if not is_worker:
        # One at a time: a worker that has got many long ones would still be at them at the end.
        if getattr(config.option, "maxschedchunk", 0) is None:
            config.option.maxschedchunk = 1
        config.pluginmanager.register(_Teller(config, workers), "tinygate-teller")
        if workers:
            config.pluginmanager.register(_Hands(), "tinygate-hands")


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One more than there are CPUs: guests with several CPUs sleep in the time of this world."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt() -> None:
    """What ends pytest in order is not interrupted again: the front makes an end of it then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str) -> list[pytest.Item] | None:
    """Of functions that --quick leaves out, no test is made: each worker would make all of them."""
    if not collector.config.option.quick or not name.startswith("test_"):
        return None
    return None if may_be_quick(collector.nodeid, name) else []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The sample of --quick; in a worker, the order: that of the list must be the same in each."""
    if config.option.quick:
        taken = quick(items)
        left_out = {item.nodeid for item in items} - {item.nodeid for item in taken}
        config.hook.pytest_deselected(items=[one for one in items if one.nodeid in left_out])
        items[:] = taken
    long = getattr(config, "workerinput", {}).get(_LONG, {})
    if long:
        place = {
            test: n
            for n, test in enumerate(times.longest_first((item.nodeid for item in items), long))
        }
        items.sort(key=lambda item: place[item.nodeid])


class _Runner:
    """In the process that runs tests: what they find, and what they leave."""

    def __init__(self) -> None:
        self._guard = guard.guard_above()
        self._cpu_s = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        settle_environment(os.environ)
        os.environ[processes.WORKER] = str(os.getpid())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, Any, Any]:
        """Add what the phase took of CPU time: its own, and that of children that have ended."""
        report = yield
        used = times.cpu_time_s()
        report.cpu_s, self._cpu_s = used - self._cpu_s, used
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        self._cpu_s = times.cpu_time_s()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        result = yield
        left = processes.end_of_a_test(self._guard)
        if left:
            warnings.warn(
                pytest.PytestWarning(f"{item.nodeid} left running, now ended: {'; '.join(left)}"),
                stacklevel=1,
            )
        return result


class _Hands:
    """Hands to each worker what it must know to put the tests in order, and then the tests."""

    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[_LONG] = self._long(node.config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> object:
        if config.getvalue("dist") != "load" or config.option.maxschedchunk != 1:
            return None
        from qemu_tests.suite.shares import Shares  # xdist is there: it asks

        return Shares(config, log, self._long(config))

    @staticmethod
    def _long(config: pytest.Config) -> dict[str, float]:
        recorded = _recorded(config)
        return {test: seconds for test, seconds in recorded.items() if seconds >= times.LONG_S}


class _Teller:
    """Tells of the tests as they end, and keeps what they took."""

    def __init__(self, config: pytest.Config, workers: int) -> None:
        self._config = config
        self._workers = workers
        self._recorded = _recorded(config)
        self._seconds: dict[str, float] = {}
        self._cpu_s: dict[str, float] = {}
        self._failed: set[str] = set()
        self._progress: Progress | None = None
        if config.get_verbosity() == 0:
            self._progress = Progress(sys.stdout, is_terminal(sys.stdout))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._begin(ids)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self._workers:
            self._begin([item.nodeid for item in session.items])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self._progress is not None:
            reporter.showfspath = False  # as xdist does, for whose order it means nothing

    def _begin(self, tests: list[str]) -> None:
        if self._progress is not None and self._progress.remaining is None and tests:
            self._progress.begin(times.Remaining(tests, self._recorded, self._workers))

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, Status, Status]:
        """Count as ever, but print no letter where there is a line for it."""
        category, letter, word = yield
        return (category, letter, word) if self._progress is None else (category, "", word)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        self._seconds[test] = self._seconds.get(test, 0.0) + report.duration
        self._cpu_s[test] = self._cpu_s.get(test, 0.0) + getattr(report, "cpu_s", 0.0)
        if report.failed:
            self._failed.add(test)
        if self._progress is not None and report.when not in ("setup", "call"):
            self._progress.ended(test, self._seconds[test], failed=test in self._failed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        if self._progress is not None:
            self._progress.end()
        cache = getattr(self._config, "cache", None)
        if cache is not None and self._seconds:
            for key, measured in ((times.KEY, self._seconds), (times.CPU_KEY, self._cpu_s)):
                passed = {
                    test: round(seconds, 3)
                    for test, seconds in measured.items()
                    if test not in self._failed
                }
                cache.set(key, {**_recorded(self._config, key), **passed})

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._config.option.durations is not None:
            terminalreporter.section("where the time went")
            terminalreporter.write(times.table(self._seconds, self._cpu_s, 0))
        skipped = Counter(_reason(report) for report in terminalreporter.getreports("skipped"))
        if skipped:
            terminalreporter.section("skipped, and why")
            for reason, tests in skipped.most_common():
                terminalreporter.line(f"{tests:5}  {reason}")
        failed = [
            report.nodeid
            for word in ("failed", "error")
            for report in terminalreporter.getreports(word)
        ]
        if failed:
            terminalreporter.section("to run one of them again")
            folder = self._config.invocation_params.dir
            for test in dict.fromkeys(failed):
                terminalreporter.line(again(test, folder))


def _reason(report: pytest.TestReport) -> str:
    """Why a test was skipped."""
    place = report.longrepr
    return str(place[-1] if isinstance(place, tuple) else place).removeprefix("Skipped: ")


def _recorded(config: pytest.Config, key: str = times.KEY) -> dict[str, float]:
    cache = getattr(config, "cache", None)
    return times.as_seconds(cache.get(key, None)) if cache is not None else {}
