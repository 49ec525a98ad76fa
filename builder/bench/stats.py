"""The statistics of the benchmark: pure functions over lists of measurements.

Wall times of a shared machine drift by half from minute to minute. Two of them are therefore only
compared when they were taken right after each other, as a pair: the median is that of the pairs'
ratios or differences, never a ratio of medians.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Summary:
    """What is told of a list of values, in their unit."""

    median: float
    minimum: float
    maximum: float
    count: int


def summarise(values: Sequence[float]) -> Summary:
    """Median and range of `values`. Raises ValueError if there are none."""
    if not values:
        raise ValueError("nothing was measured")
    return Summary(statistics.median(values), min(values), max(values), len(values))


def paired_ratio(first: Sequence[float], second: Sequence[float]) -> Summary:
    """Summary of first/second, pair by pair. Raises ValueError if the lists differ in length."""
    return summarise([a / b for a, b in zip(first, second, strict=True)])


def paired_difference(first: Sequence[float], second: Sequence[float]) -> Summary:
    """Summary of first-second, pair by pair. Raises ValueError if the lists differ in length."""
    return summarise([a - b for a, b in zip(first, second, strict=True)])


def least(low: int, high: int, passes: Callable[[int], bool]) -> int | None:
    """The smallest number from `low` to `high` that passes, found by halving.

    Args:
        low: Smallest number to try.
        high: Largest number to try.
        passes: Whether a number is enough; if one is, every larger one must be.

    Returns:
        The number, or None if not even `high` passes.
    """
    if not passes(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if passes(middle):
            high = middle
        else:
            low = middle + 1
    return high
