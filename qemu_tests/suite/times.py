"""What tests take: kept from run to run, summed by kind, and added up to what remains."""

from __future__ import annotations

import json
import resource
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qemu_tests.suite.kinds import KINDS, kind_of

# In pytest's cache.
KEY = "tinygate/seconds"
CPU_KEY = "tinygate/cpu_seconds"
UNKNOWN_S = 1.0  # of a test of no kind
DOUBT_S = 20.0  # so many seconds must have been measured before they count as much as the guess
LONG_S = 2.0  # such tests come first: one at the end would leave the other CPUs idle
SLOWEST = 15  # in the table


def as_seconds(value: object) -> dict[str, float]:
    """What the cache holds, if that is what we have put there."""
    if not isinstance(value, dict):
        return {}
    return {
        str(test): float(seconds)
        for test, seconds in value.items()
        if isinstance(seconds, int | float) and seconds >= 0
    }


def read_record(root: Path, key: str = KEY) -> dict[str, float]:
    """What the tests took when they ran last; empty if none has run."""
    try:
        text = (root / ".pytest_cache" / "v" / key).read_text(encoding="utf-8")
        return as_seconds(json.loads(text))
    except (OSError, ValueError, RecursionError):
        return {}


def guess(test: str, recorded: Mapping[str, float]) -> float:
    """Seconds that a test will take on the machine of the record, or of the table of kinds."""
    if test in recorded:
        return recorded[test]
    kind = kind_of(test)
    return kind.about_s if kind else UNKNOWN_S


def longest_first(tests: Iterable[str], recorded: Mapping[str, float]) -> list[str]:
    """The long ones by their time, then the others as they come: so fixtures are shared."""
    order = [*tests]
    long = [test for test in order if recorded.get(test, 0) >= LONG_S]
    long.sort(key=lambda test: -recorded[test])
    first = set(long)
    return long + [test for test in order if test not in first]


class Remaining:
    """Estimates how long the rest of a run takes.

    Each test is guessed at beforehand; how this machine does compared with the guesses is learnt
    from the tests that have ended. So a record of another machine, or none, does for a start.
    """

    def __init__(self, tests: Collection[str], recorded: Mapping[str, float], workers: int) -> None:
        """`workers` tests run at a time."""
        self.guesses = {test: guess(test, recorded) for test in tests}
        self.workers = max(1, workers)
        self.done: dict[str, float] = {}

    def ended(self, test: str, seconds: float) -> None:
        """A test has ended."""
        self.done[test] = seconds

    @property
    def seconds(self) -> float:
        """What remains."""
        guessed = sum(self.guesses.get(test, 0.0) for test in self.done)
        pace = (sum(self.done.values()) + DOUBT_S) / (guessed + DOUBT_S)
        left = [seconds for test, seconds in self.guesses.items() if test not in self.done]
        return pace * max(sum(left) / self.workers, max(left, default=0.0))


def in_words(seconds: float) -> str:
    """Such as `40 s` or `7 min`."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min"


def cpu_time_s() -> float:
    """CPU time of this process, and of its children that have ended, since its start."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass(frozen=True)
class Sum:
    """What the tests of one kind took."""

    name: str
    tests: int
    seconds: float
    slowest: float
    cpu_s: float


def sums(recorded: Mapping[str, float], cpu_s: Mapping[str, float]) -> list[Sum]:
    """By kind, the longest first."""
    by_kind: dict[str, list[str]] = {kind.name: [] for kind in KINDS}
    for test in recorded:
        kind = kind_of(test)
        by_kind.setdefault(kind.name if kind else "others", []).append(test)
    found = [_sum(name, tests, recorded, cpu_s) for name, tests in by_kind.items() if tests]
    return sorted(found, key=lambda one: -one.seconds)


def _sum(
    name: str, tests: Collection[str], recorded: Mapping[str, float], cpu_s: Mapping[str, float]
) -> Sum:
    seconds = [recorded[test] for test in tests]
    return Sum(
        name, len(tests), sum(seconds), max(seconds), sum(cpu_s.get(test, 0.0) for test in tests)
    )


def table(recorded: Mapping[str, float], cpu_s: Mapping[str, float], slowest: int = SLOWEST) -> str:
    """Where the time goes: sums by kind, and the slowest tests.

    `cpu_s` is what does not depend on what else the machine does, or hardly.
    """
    if not recorded:
        return "no test has been measured yet: run `make test`\n"
    whole = sum(recorded.values())
    lines = [f"{'kind':28} {'tests':>6} {'seconds':>8} {'share':>6} {'slowest':>8} {'CPU s':>8}"]
    for one in [*sums(recorded, cpu_s), _sum("all", recorded, recorded, cpu_s)]:
        share = one.seconds / whole if whole else 0.0
        lines.append(
            f"{one.name:28} {one.tests:6} {one.seconds:8.1f} {share:6.1%} {one.slowest:8.1f}"
            f" {one.cpu_s:8.1f}"
        )
    ranked = sorted(recorded.items(), key=lambda pair: (-pair[1], pair[0]))[:slowest]
    lines += ["", "the slowest, in seconds, and of how much CPU time:"] if ranked else []
    lines += (f"{seconds:8.1f} {cpu_s.get(test, 0.0):8.1f}  {test}" for test, seconds in ranked)
    return "\n".join(lines) + "\n"
