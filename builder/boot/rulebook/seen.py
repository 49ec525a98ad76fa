"""What the kernel of the rules printed, and what is to be said of each rule. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from builder.boot.rulebook.guest import version_of
from builder.errors import UserError
from builder.model.rule import Rule

NO_CPUID = "no CPUID"  # instead of vendor and signature
# What a BIOS writes before it need not end a line.
_BANNER = re.compile(r"tinygate kernel: rules, version (\w+)$", re.MULTILINE)
_CPU = re.compile(
    r"^# cpu: (?P<vendor>.*) sig=(?P<sig>[0-9a-f]+) edx=(?P<edx>[0-9a-f]+)$", re.MULTILINE
)
_NO_CPUID = re.compile(rf"^# cpu: {NO_CPUID}$", re.MULTILINE)
_RESULT = re.compile(r"^ok (?P<number>\d+) - (?P<name>[a-z0-9.-]+): (?P<seen>.+)$", re.MULTILINE)
_BEGUN = re.compile(r"^# (?P<name>[a-z0-9]+\.[a-z0-9-]+)$", re.MULTILINE)
_SKIPPED = re.compile(r"^ok \d+ - (?P<name>[a-z0-9.-]+) # SKIP left out$", re.MULTILINE)
_FEATURES = {"tsc": 4, "msr": 5, "sep": 11}  # bits of EDX, CPUID 1
# A Pentium Pro says SEP and has none: SDM 2B, SYSENTER. AMD's CPUs with such signatures have it.
_INTEL = "GenuineIntel"
_FIRST_WITH_SYSENTER = 0x633
_SIGNATURE_MASK = 0xFFF


@dataclass(frozen=True)
class Log:
    """What one or more boots of the kernel on one machine said.

    Attributes:
        features: Of the CPU: those that rules need.
        cpu: Vendor and signature, or NO_CPUID, for people; empty if that line is missing, without
            which nothing can be judged.
        seen: Rule -> what was printed for it; of several boots that differ all, with " or " between
            them, which no rule expects.
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
    text = re.sub(r"\r+\n?", "\n", text)
    wanted = version_of(rules)
    versions = _BANNER.findall(text)
    other = next((version for version in versions if version != wanted), "")
    if not versions or other:
        raise UserError(
            f"a log of other rules: {other}" if other else "no log of these rules",
            where=name,
            why=f"it needs the line `tinygate kernel: rules, version {wanted}`, and no other such",
            fix="boot the image that `tinygate rules --image DIR` makes, and keep all it says",
        )
    features, cpu = _machine(text, name)
    seen = _results(text, rules) if cpu else {}
    skipped = {match["name"] for match in _SKIPPED.finditer(text)}
    boots = _BANNER.split(text)[2::2]  # before each stands the version that its banner has
    last = [begun[-1]["name"] for boot in boots if (begun := [*_BEGUN.finditer(boot)])]
    known = {rule.name for rule in rules} - seen.keys() - skipped
    end = re.compile(rf"^suite finished: {len(rules)} passed, 0 failed$", re.MULTILINE)
    return Log(
        features=features,
        cpu=cpu,
        seen=seen,
        ended_at=tuple(dict.fromkeys(name for name in last if name in known)),
        finished=end.search(boots[-1]) is not None,
    )


def _machine(text: str, name: str) -> tuple[tuple[str, ...], str]:
    """`features` and `cpu` of a Log. Raises UserError if there are several machines in it."""
    found = {f"{cpu['vendor']} {cpu['sig']}": _features(cpu) for cpu in _CPU.finditer(text)}
    if _NO_CPUID.search(text):
        found[NO_CPUID] = ()
    if len(found) > 1:
        raise UserError(
            f"a log of several machines: {', '.join(found)}",
            where=name,
            why="what is expected depends on the CPU",
            fix="judge the log of each by itself",
        )
    return next(((features, cpu) for cpu, features in found.items()), ((), ""))


def _results(text: str, rules: Sequence[Rule]) -> dict[str, str]:
    """Rule -> what was printed, in lines whose number is that of the rule."""
    numbers = {rule.name: number for number, rule in enumerate(rules, start=1)}
    found: dict[str, list[str]] = {}
    for match in _RESULT.finditer(text):
        if numbers.get(match["name"]) == int(match["number"]):
            found.setdefault(match["name"], []).append(match["seen"])
    return {name: " or ".join(dict.fromkeys(texts)) for name, texts in found.items()}


def _features(cpu: re.Match[str]) -> tuple[str, ...]:
    edx, signature = int(cpu["edx"], 16), int(cpu["sig"], 16)
    found = {name for name, bit in _FEATURES.items() if edx >> bit & 1}
    is_early = 0x600 <= signature & _SIGNATURE_MASK < _FIRST_WITH_SYSENTER
    if is_early and cpu["vendor"] == _INTEL:
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
