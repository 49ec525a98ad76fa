"""What the kernel of the rules printed, and what is to be said of each rule. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from builder.boot.rulebook.guest import version_of
from builder.errors import UserError
from builder.model.rule import Rule

_BANNER = re.compile(r"^tinygate kernel: rules, version (\w+)$", re.MULTILINE)
_CPU = re.compile(
    r"^# cpu: (?P<vendor>\S*) sig=(?P<sig>[0-9a-f]+) edx=(?P<edx>[0-9a-f]+)$", re.MULTILINE
)
_RESULT = re.compile(r"^ok \d+ - (?P<name>[a-z0-9.-]+): (?P<seen>.+)$", re.MULTILINE)
_BEGUN = re.compile(r"^# (?P<name>[a-z0-9]+\.[a-z0-9-]+)$", re.MULTILINE)
_SKIPPED = re.compile(r"^ok \d+ - (?P<name>[a-z0-9.-]+) # SKIP left out$", re.MULTILINE)
_FINISHED = re.compile(r"^suite finished: ", re.MULTILINE)
_FEATURES = {"tsc": 4, "msr": 5, "sep": 11}  # bits of EDX, CPUID 1
# A Pentium Pro says SEP and has none: SDM 2B, SYSENTER.
_FIRST_WITH_SYSENTER = 0x633
_SIGNATURE_MASK = 0xFFF


@dataclass(frozen=True)
class Log:
    """What one or more boots of the kernel on one machine said.

    Attributes:
        features: Of the CPU: those that rules need.
        cpu: Vendor and signature, for people; empty if it has no CPUID.
        seen: Rule -> what was printed for it, last if it was so more than once.
        ended_at: The rules at which a boot ended: begun as its last, and without a result in any.
        finished: In the last boot the kernel came to its end.
    """

    features: tuple[str, ...] = ()
    cpu: str = ""
    seen: Mapping[str, str] = ()  # type: ignore[assignment]
    ended_at: tuple[str, ...] = ()
    finished: bool = False


def read_log(text: str, rules: Sequence[Rule], name: str = "") -> Log:
    """Read a serial log, of one boot or of several; `name` is for the error.

    Raises:
        UserError: It is no log of the rules, or of those of another version.
    """
    text = text.replace("\r", "")
    banner = _BANNER.search(text)
    if banner is None or banner[1] != version_of(rules):
        raise UserError(
            "no log of these rules" if banner is None else f"a log of other rules: {banner[1]}",
            where=name,
            why=f"it needs the line `tinygate kernel: rules, version {version_of(rules)}`",
            fix="boot the image that `tinygate rules --image DIR` makes, and keep all it says",
        )
    cpu = _CPU.search(text)
    seen = {match["name"]: match["seen"] for match in _RESULT.finditer(text)}
    skipped = {match["name"] for match in _SKIPPED.finditer(text)}
    boots = _BANNER.split(text)[2::2]  # before each stands the version that its banner has
    last = [begun[-1]["name"] for boot in boots if (begun := [*_BEGUN.finditer(boot)])]
    known = {rule.name for rule in rules} - seen.keys() - skipped
    return Log(
        features=_features(cpu) if cpu else (),
        cpu=f"{cpu['vendor']} {cpu['sig']}" if cpu else "",
        seen=seen,
        ended_at=tuple(dict.fromkeys(name for name in last if name in known)),
        finished=_FINISHED.search(boots[-1]) is not None,
    )


def _features(cpu: re.Match[str]) -> tuple[str, ...]:
    edx, signature = int(cpu["edx"], 16), int(cpu["sig"], 16)
    found = {name for name, bit in _FEATURES.items() if edx >> bit & 1}
    if 0x600 <= signature & _SIGNATURE_MASK < _FIRST_WITH_SYSENTER:
        found.discard("sep")
    return tuple(sorted(found))


class How(Enum):
    """What is said of a rule on one machine."""

    HOLDS = "holds"
    DEVIATES = "deviates"
    NOT_OBSERVABLE = "not observable"
    STOPS = "stops there"
    NO_RESULT = "no result"


@dataclass(frozen=True)
class Cell:
    """One rule on one machine; `seen` is what was printed, or why the emulator stopped."""

    how: How
    seen: str = ""


def judge_rule(rule: Rule, log: Log, stops: Mapping[str, str]) -> Cell:
    """What is to be said of `rule`; `stops`: rules at which the emulator gave up, and its words."""
    if rule.name in stops:
        return Cell(How.STOPS, stops[rule.name])
    seen = log.seen.get(rule.name)
    if seen is None:
        return Cell(How.NO_RESULT)
    expected = rule.expected_on(log.features)
    if not expected:
        return Cell(How.NOT_OBSERVABLE, seen)
    return Cell(How.HOLDS if seen in expected else How.DEVIATES, seen)
