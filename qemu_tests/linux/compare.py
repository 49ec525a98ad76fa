"""Says where a boot of ours did otherwise than what was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff

from qemu_tests.linux.expectations import to_json
from qemu_tests.linux.results import Outcome, Report


def differences(expected: Mapping[str, Outcome], report: Report) -> str:
    """A text for people: every case that did something else, line by line; empty if none did.

    Args:
        expected: What was recorded, by case.
        report: What came of running the same cases.
    """
    parts = [_of_case(wanted, report) for wanted in expected.values()]
    if report.failure:
        parts.append(f"the runner gave up: {report.failure}\n")
    elif not report.finished:
        parts.append("the runner did not come to the end of its list\n")
    return "".join(parts)


def _of_case(wanted: Outcome, report: Report) -> str:
    found = report.outcomes.get(wanted.name)
    if found is None:
        state = "did not end" if report.running == wanted.name else "was not reached"
        return f"{wanted.name} {state}\n"
    if found == wanted:
        return ""
    lines = unified_diff(list(_lines(wanted)), list(_lines(found)), "Linux", "ours", n=2)
    return f"{wanted.name} differs:\n" + "".join(lines)


def _lines(outcome: Outcome) -> Iterator[str]:
    """The outcome line by line, each with its end and with a mark of where it belongs."""
    for mark, data in (("out", outcome.stdout), ("err", outcome.stderr)):
        kept = to_json(data)
        for line in [f"hex {kept['hex']}\n"] if isinstance(kept, dict) else kept:
            yield f"{mark}: {line}" if line.endswith("\n") else f"{mark}: {line} (no line end)\n"
    yield f"{outcome.status}\n"
