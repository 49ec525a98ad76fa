"""Where in a kernel's suite something went wrong, by what it printed. Pure."""

from __future__ import annotations

import re

_RESULT = re.compile(r"^(?P<not>not )?ok \d+", re.MULTILINE)


def result_count(text: str) -> int:
    """How many results the suite itself has printed, good or bad."""
    return len(_RESULT.findall(text))


def good_results(text: str) -> int | None:
    """How many results of the suite came before the first that is not ok, or before its end.

    Returns:
        That number; None if everything was ok and the suite came to its end.
    """
    good = 0
    for match in _RESULT.finditer(text):
        if match["not"]:
            return good
        good += 1
    return None if re.search(r"^suite finished: ", text, re.MULTILINE) else good


def first_other_part(ours: str, healthy: str) -> int | None:
    """How many results come before the first part in which two suites print something else.

    Numbers are not compared: an address or a cost may be another one in a kernel that is well.
    """
    parts = [[_without_numbers(part) for part in _parts(text)] for text in (ours, healthy)]
    pairs = zip(*parts, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), None)


def _parts(text: str) -> list[str]:
    """The text up to each result of the suite, with it."""
    ends = [match.end() for match in _RESULT.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _without_numbers(text: str) -> str:
    return re.sub(r"\b(0x)?[0-9a-f]*\d[0-9a-f.]*\b", "#", text)
