"""Transcript -> Verdict: one word for how a boot went, and the lines that prove it.

A pass needs everything at once: the outcome code of "suite finished", one banner, a complete plan,
every line ok, the finished line, and nothing that a healthy suite never prints; where the model is
known, also its results by their names. Each other end has a word of its own. Pure: no files, no
clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from builder.boot.emulator.base import CpuException
from builder.boot.ktap import Report, Test, parse
from builder.boot.transcript import End, Phase, Transcript
from builder.boot.verdict_words import MEANING, Family, Word
from builder.model.kernel import KernelModel
from builder.model.outcomes import FINISHED, FINISHED_PREFIX, LOADER, PANIC

SHOWN = 12  # lines of one kind in the details; the transcript has them all
CONTEXT = 2  # lines shown before a bad one


class Mark(Enum):
    """What a detail line shows."""

    GOOD = "GOOD"
    BAD = "BAD"
    MISSING = "MISSING"
    NOTE = "NOTE"


@dataclass(frozen=True)
class Detail:
    """One line of the explanation; `line` is its number in the transcript, 0 if it has none."""

    mark: Mark
    text: str
    line: int = 0

    def __str__(self) -> str:
        """Such as `BAD      12: not ok 2 - registers`."""
        place = f"{self.line:4}: " if self.line else "      "
        return f"{self.mark.value:7} {place}{self.text}"


@dataclass(frozen=True)
class Expected:
    """What a test wants beyond the suite's own results.

    Attributes:
        lines: Regular expressions; each must match a line.
        never: Regular expressions that must match no line.
        banner: Regular expression that the banner must match (step, CPUs, digest); empty: any.
        tests: What each result must be called, in their order; empty: anything. The counts alone
            would not tell a suite without a test, or a report in which a name is damaged.
        tests_of: Regular expression for the banners of kernels that `tests` are those of.
    """

    lines: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    banner: str = ""
    tests: tuple[str, ...] = ()
    tests_of: str = ""


def expected_of(model: KernelModel, *, is_it: bool = True) -> Expected:
    """What a kernel of this model prints when all is well.

    Args:
        model: The kernel's.
        is_it: False: it may be another kernel, of which nothing is known.
    """
    banner = rf"\bconfig {model.digest}\b"
    titles = tuple(entry.title for entry in model.suite)
    return Expected(banner=banner if is_it else "", tests=titles, tests_of=banner)


@dataclass(frozen=True)
class Verdict:
    """How a boot went: one word, one line, the lines that prove it, and what to do."""

    word: Word
    summary: str
    details: tuple[Detail, ...] = ()

    @property
    def passed(self) -> bool:
        """True for PASS only."""
        return self.word is Word.PASS

    @property
    def family(self) -> Family:
        """Whose fault it is."""
        return MEANING[self.word][0]

    @property
    def advice(self) -> str:
        """What to do about it; empty for a pass."""
        return MEANING[self.word][1]

    def __str__(self) -> str:
        """Everything, for a terminal."""
        lines = [f"{self.word.value}: {self.summary}", *map(str, self.details)]
        return "\n".join([*lines, f"advice: {self.advice}"] if self.advice else lines)


Found = tuple[Word, str] | None


def judge(transcript: Transcript, expected: Expected | None = None) -> Verdict:
    """Judge a run.

    The first rule that applies gives the word; they go from causes to consequences, so that a
    kernel that panics and therefore leaves its plan unfinished is a panic.
    """
    report = parse(transcript.text)
    expected = expected or Expected()
    word, summary = (
        _emulator_end(transcript)
        or _guest_crash(transcript, report)
        or _stopped(transcript, report)
        or _incomplete(transcript, report)
        or _judged(report, expected)
    )
    return Verdict(word, summary, tuple(_details(word, transcript, report, expected)))


def explain_reset(
    verdict: Verdict, exceptions: tuple[CpuException, ...], symbolise: Callable[[int], str]
) -> Verdict:
    """A RESET verdict with the exceptions that led to it, found by a second run."""
    if not exceptions:
        note = Detail(
            Mark.NOTE, "no exception led to it: the machine was reset by a port or by software"
        )
        return replace(verdict, details=(*verdict.details, note))
    lines = tuple(
        Detail(Mark.BAD, f"{exception} {_in(symbolise(exception.eip))}".rstrip())
        for exception in exceptions
    )
    summary = f"triple fault; it began with {lines[0].text}"
    return replace(verdict, summary=summary, details=(*verdict.details, *lines))


def explain_hang(
    verdict: Verdict, transcript: Transcript, symbolise: Callable[[int], str]
) -> Verdict:
    """A verdict on a guest that had to be stopped, with the names of the code its CPUs were in."""
    where = [f"{cpu} {_in(symbolise(cpu.eip))}".rstrip() for cpu in transcript.cpus]
    if not where:
        return verdict
    notes = tuple(Detail(Mark.NOTE, text) for text in where)
    return replace(
        verdict, summary=f"{verdict.summary}; {where[0]}", details=(*verdict.details, *notes)
    )


def explain_panic(
    verdict: Verdict, transcript: Transcript, symbolise: Callable[[int], str]
) -> Verdict:
    """A PANIC verdict of a kernel that prints no names, with those of its code.

    It prints EIP and the words on its stack; those that lie in code are return addresses, before
    which is the call.
    """
    notes = parse(transcript.text).panic_notes
    stack = [word for note in notes if note.startswith("stack:") for word in note.split()[1:]]
    if not stack:
        return verdict
    eip = [(note.split()[1], 0) for note in notes if note.startswith("eip ")]
    named = (
        (word, symbolise(int(word, 16) - before).partition("+")[0])
        for word, before in (*eip, *((word, 1) for word in stack))
    )
    calls = tuple(Detail(Mark.BAD, f"{word} {_in(name)}") for word, name in named if name)
    return replace(verdict, details=(*verdict.details, *calls))


def _in(name: str) -> str:
    return f"in {name}" if name else ""


def _emulator_end(transcript: Transcript) -> Found:
    """Ends that say nothing about the kernel."""
    said = transcript.stderr.strip().splitlines()
    last = f": {said[-1]}" if said else ""
    if transcript.end is End.NOT_RUN:
        return Word.NOT_RUN, "nothing was started"
    if transcript.end is End.EMULATOR_ERROR:
        return Word.EMULATOR, f"the emulator ended with status {transcript.exit_status}{last}"
    if transcript.end is End.KILLED:
        number = -(transcript.exit_status or 0)
        by = f"signal {number}" if number > 0 else "a signal"
        return Word.KILLED, f"the emulator was ended by {by}{last}"
    return None


def _guest_crash(transcript: Transcript, report: Report) -> Found:
    """Ends that the guest itself announced, and starting over."""
    if report.panics:
        return Word.PANIC, report.panics[0].text
    if transcript.outcome_code == PANIC.code:
        return Word.PANIC, "the outcome device says panic, but no panic line came"
    if report.loader:
        return Word.LOADER, report.loader.text
    if transcript.outcome_code == LOADER.code:
        return (
            Word.LOADER,
            "the outcome device says that the boot loader refused, but it printed no reason",
        )
    if len(report.banners) > 1 or transcript.end is End.SECOND_BANNER:
        return Word.TWO_BANNERS, "the kernel started a second time"
    return None


def _stopped(transcript: Transcript, report: Report) -> Found:
    """Ends that came from outside the kernel's control."""
    after = f"after {_progress(report)}"
    stopped_for = transcript.stopped_for or "no end"
    if transcript.end is End.RESET:
        return Word.RESET, f"the machine was reset {after}"
    if transcript.end is End.POWERED_OFF:
        return Word.POWERED_OFF, f"the guest switched the machine off {after}"
    if transcript.end is End.TOO_MUCH_OUTPUT:
        return Word.FLOOD, f"more than {len(transcript.text)} characters were printed, {after}"
    early = transcript.end is End.SETTLED and transcript.phase is not Phase.ENDING
    if early or (transcript.end is End.TIMED_OUT and transcript.phase is not Phase.BOOT):
        wait = f", waiting for {transcript.waiting_for!r}" if transcript.waiting_for else ""
        return Word.HANG, f"{stopped_for}, {after}{wait}"
    if not report.banners:
        how = f": {stopped_for}" if transcript.end is End.TIMED_OUT else " before the end"
        return Word.NO_BOOT, f"the kernel's banner did not come{how}"
    if transcript.end is End.TIMED_OUT:  # the banner's line has no end
        return Word.HANG, f"{stopped_for}, {after}"
    return None


def _incomplete(transcript: Transcript, report: Report) -> Found:
    """The guest chose its end: is everything there that a finished suite prints?"""
    if transcript.end is End.SETTLED:
        if report.finished is None:
            return Word.CUT_OFF, f"the guest fell silent after {_progress(report)}"
    elif transcript.outcome_code != FINISHED.code:
        return Word.STRANGE_END, f"outcome code {transcript.outcome_code} has no meaning"
    if report.plan is None:
        return Word.NO_PLAN, "the kernel finished without a test plan"
    if report.problems:
        first = report.problems[0]
        return Word.BAD_KTAP, f"line {first.line}: {first.text}"
    if report.missing:
        return Word.CUT_OFF, f"the suite ended after {_progress(report)}"
    if report.finished is None:
        return Word.CUT_OFF, "all results came, but not the finished line"
    return None


def _judged(report: Report, expected: Expected) -> tuple[Word, str]:
    """The results are whole and can be believed: what do they say?"""
    if expected.banner and not re.search(expected.banner, report.banners[0].text):
        return Word.WRONG_KERNEL, f"another kernel answered: {report.banners[0].text}"
    bad = [test for test in report.tests if not test.ok]
    if bad:
        names = ", ".join(test.name or str(test.number) for test in bad[:3])
        more = ", ..." if len(bad) > 3 else ""
        return Word.FAIL, f"{len(bad)} of {len(report.tests)} failed: {names}{more}"
    wrong = sum(1 for _ in _expectations(report, expected, only_wrong=True))
    wrong += sum(1 for _ in _other_tests(report, expected))
    if wrong:
        return Word.MISSING, f"{wrong} expectation(s) about the output not met"
    skipped = sum(test.skipped for test in report.tests)
    if skipped == len(report.tests):
        return Word.SKIPPED, f"none of {skipped} tests was run"
    return Word.PASS, f"{_count(len(report.tests), 'test')} ok" + (
        f", {skipped} skipped" if skipped else ""
    )


def _progress(report: Report) -> str:
    if report.plan is not None:
        return f"{len(report.tests)} of {report.plan} results"
    return "the banner" if report.banners else f"{len(report.lines)} lines, none of them the banner"


def _details(
    word: Word, transcript: Transcript, report: Report, expected: Expected
) -> Iterator[Detail]:
    """The lines that prove the word."""
    if word in (Word.PASS, Word.NOT_RUN):
        return
    yield from (
        Detail(Mark.NOTE, f"emulator: {line}") for line in _last(transcript.stderr.splitlines())
    )
    yield from (Detail(Mark.BAD, line.text, line.number) for line in report.panics)
    yield from (Detail(Mark.BAD, note) for note in report.panic_notes[:SHOWN])
    if report.loader:
        yield Detail(Mark.BAD, report.loader.text, report.loader.number)
    banner_mark = Mark.BAD if word is Word.WRONG_KERNEL else Mark.GOOD
    yield from (Detail(banner_mark, line.text, line.number) for line in report.banners[:1])
    yield from (Detail(Mark.BAD, line.text, line.number) for line in report.banners[1:3])
    if not report.banners:
        yield Detail(Mark.MISSING, "the kernel's banner")
    for problem in report.problems[:SHOWN]:
        shown = report.lines[problem.line - 1] if 0 < problem.line <= len(report.lines) else ""
        yield Detail(Mark.BAD, f"{shown}   <- {problem.text}", problem.line)
    for test in report.failures()[:SHOWN]:
        yield from _failed_test(report, test)
    yield from _missing_results(report)
    yield from _expectations(report, expected, only_wrong=False)
    if word is Word.MISSING:
        yield from islice(_other_tests(report, expected), SHOWN)
    if word.value not in ("fail", "skipped", "missing output"):
        yield from _last_lines(report)


def _failed_test(report: Report, test: Test) -> Iterator[Detail]:
    first = max(0, test.line - 1 - CONTEXT)
    for number, text in enumerate(report.lines[first : test.line - 1], start=first + 1):
        yield Detail(Mark.NOTE, text, number)
    yield Detail(Mark.BAD, report.lines[test.line - 1], test.line)


def _missing_results(report: Report) -> Iterator[Detail]:
    if report.plan is None:
        if report.banners:
            yield Detail(Mark.MISSING, "1..N (the test plan)")
        return
    if report.tests:
        last = report.tests[-1]
        yield Detail(Mark.GOOD if last.ok else Mark.BAD, report.lines[last.line - 1], last.line)
    if report.missing:
        there = {test.number for test in report.tests}
        gone = (
            [n for n in range(1, report.plan + 1) if n not in there] if report.plan < 10_000 else []
        )
        named = ", ".join(map(str, gone[:SHOWN])) + (", ..." if len(gone) > SHOWN else "")
        yield Detail(Mark.MISSING, f"{report.missing} of {report.plan} results: {named}")
    if report.finished is None:
        yield Detail(Mark.MISSING, f"{FINISHED_PREFIX}... (the last line)")


def _expectations(report: Report, expected: Expected, *, only_wrong: bool) -> Iterator[Detail]:
    """GOOD, BAD and MISSING for a test's own regular expressions."""
    for pattern in expected.lines:
        found = _search(report, pattern)
        if found is None:
            yield Detail(Mark.MISSING, pattern)
        elif not only_wrong:
            yield found
    for pattern in expected.never:
        found = _search(report, pattern)
        if found is not None:
            yield replace(found, mark=Mark.BAD)


def _other_tests(report: Report, expected: Expected) -> Iterator[Detail]:
    """BAD and MISSING where the results are not those of the suite that should have run."""
    if not expected.tests or not re.search(expected.tests_of, report.banners[0].text):
        return
    for number, title in enumerate(expected.tests, start=1):
        test = report.tests[number - 1] if number <= len(report.tests) else None
        if test is None or test.name != title:
            yield Detail(Mark.MISSING, f"ok {number} - {title}")
        if test and test.name != title:
            yield Detail(Mark.BAD, report.lines[test.line - 1], test.line)
    for test in report.tests[len(expected.tests) :]:
        yield Detail(Mark.BAD, report.lines[test.line - 1], test.line)


def _search(report: Report, pattern: str) -> Detail | None:
    for number, text in enumerate(report.lines, start=1):
        if re.search(pattern, text):
            return Detail(Mark.GOOD, text, number)
    return None


def _last(lines: list[str]) -> list[str]:
    return lines[-SHOWN:]


def _last_lines(report: Report) -> Iterator[Detail]:
    """The end of the transcript, where a crash shows."""
    first = max(0, len(report.lines) - 3)
    for number, text in enumerate(report.lines[first:], start=first + 1):
        yield Detail(Mark.NOTE, text[:200], number)


def _count(number: int, noun: str) -> str:
    """A number with its noun, such as `1 test` or `5 tests`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
