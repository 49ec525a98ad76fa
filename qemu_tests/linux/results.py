"""Reads what runner.c reports over the serial line; see there for the form of the lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BEGIN = re.compile(r"@begin (?P<name>[A-Za-z0-9._-]+)")
_DATA = re.compile(r"@(?P<stream>out|err) (?P<digits>(?:[0-9a-f]{2})+)")
_END = re.compile(
    r"@end (?P<name>\S+) (?P<status>(?:exit|signal)=\d+) out=(?P<out>\d+) err=(?P<err>\d+)"
)
_FINISHED = re.compile(r"@finished (?P<count>\d+)")


class ReportError(ValueError):
    """The report contradicts itself: lines are lost, or something else has written between them."""


@dataclass(frozen=True)
class Outcome:
    """What one program did. `status` is `exit=N` or `signal=N`."""

    name: str
    status: str
    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True)
class Report:
    """What a boot reported.

    Attributes:
        outcomes: By name, in the order in which the programs ran.
        running: The program that had begun and not ended; empty if none.
        finished: True if the runner came to the end of its list.
        failure: What the runner said when it gave up; empty if it did not.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    running: str = ""
    finished: bool = False
    failure: str = ""


def parse(text: str) -> Report:
    """The report in the text of a serial line; lines that do not begin with @ are passed over.

    Raises:
        ReportError: A line is not one of the runner's, is out of turn, or bytes are missing.
    """
    outcomes: dict[str, Outcome] = {}
    running = ""
    finished = False
    failure = ""
    data = {"out": bytearray(), "err": bytearray()}
    for line in text.splitlines():
        if not line.startswith("@"):
            continue
        if finished:
            raise ReportError(f"a line after the last one: {line}")
        if match := _BEGIN.fullmatch(line):
            if running or match["name"] in outcomes:
                raise ReportError(f"begins out of turn: {line}")
            running = match["name"]
            data = {"out": bytearray(), "err": bytearray()}
        elif (match := _DATA.fullmatch(line)) and running:
            data[match["stream"]] += bytes.fromhex(match["digits"])
        elif (match := _END.fullmatch(line)) and match["name"] == running:
            outcomes[running] = _outcome(match, bytes(data["out"]), bytes(data["err"]))
            running = ""
        elif (match := _FINISHED.fullmatch(line)) and int(match["count"]) == len(outcomes):
            finished = True
        elif line.startswith("@failed "):
            failure = line.removeprefix("@failed ")
        else:
            raise ReportError(f"not a line of the runner, or out of turn: {line}")
    return Report(outcomes, running, finished, failure)


def _outcome(match: re.Match[str], stdout: bytes, stderr: bytes) -> Outcome:
    if (len(stdout), len(stderr)) != (int(match["out"]), int(match["err"])):
        raise ReportError(f"{len(stdout)} and {len(stderr)} bytes have come, but: {match[0]}")
    return Outcome(match["name"], match["status"], stdout, stderr)
