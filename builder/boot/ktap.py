"""Parser of a guest's serial text: banner, KTAP lines, panic, loader refusal, finished line.

It is pure and takes any text: whatever is not exactly one of our lines is a program's output. A
program shares the serial line with the kernel, so the rules are made such that nothing it prints
can turn a failing run into a passing one:

* `ok` counts only in the exact form `ok N - name` at the very start of a line that has an end;
  anything else is text, and a result that the plan promises is then missing.
* `not ok` counts against the run in whatever form.
* A line of ours too many (second plan, number seen before, anything after the finished line) is a
  problem of its own, so a program cannot add the line that it wants and let the kernel's own come
  as a copy.

Lines are cut at LF alone: a form feed or a Unicode line separator does not begin a line. KTAP: see
https://docs.kernel.org/dev-tools/ktap.html. Nesting is four spaces a level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from builder.boot.transcript import normalise
from builder.model.outcomes import BANNER_PREFIX, FINISHED_PREFIX, LOADER_PREFIX, PANIC_PREFIX

MAX_DEPTH = 8  # levels of nesting that are looked at; deeper lines are text
INDENT = 4

# [0-9] and not \d, which also takes other scripts' digits; six digits keep numbers harmless. ASCII,
# so that a word ends at the same place in the judge of a page, which is given these patterns.
VERSION = re.compile(r"KTAP version 1")
PLAN = re.compile(r"1\.\.(?P<count>[0-9]{1,6})(?: *# *(?P<comment>.*))?")
RESULT = re.compile(
    r"(?P<not>not )?ok (?P<number>[1-9][0-9]{0,5})"
    r"(?: - (?P<name>.*?))??(?: # ?(?P<comment>.*))?"
)
NOT_OK = re.compile(r"not ok\b.*", re.ASCII)
DIRECTIVE = re.compile(r"(?P<word>SKIP|TODO)\b[ :]*(?P<reason>.*)", re.IGNORECASE | re.ASCII)
FINISHED = re.compile(
    re.escape(FINISHED_PREFIX) + r"(?P<passed>[0-9]{1,6}) passed, (?P<failed>[0-9]{1,6}) failed"
)
BLANK = re.compile(r"[ \t\r]*")


@dataclass(frozen=True)
class Line:
    """A line of the transcript and its number, from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Problem:
    """Something that a healthy suite never prints; `line` is 0 if it is about a missing line."""

    line: int
    text: str


@dataclass(frozen=True)
class Test:
    """One result line and what belongs to it.

    Attributes:
        number: The test's number in its plan, from 1.
        ok: What the line says.
        name: The text after ` - `; may be empty.
        directive: "SKIP", "TODO" or empty.
        comment: The text after ` # `: the directive's reason or what was expected.
        diagnostics: The `# ` lines since the result before it.
        subtests: Results one level deeper.
        line: Line number of the result.
    """

    __test__ = False  # not for pytest, which would collect a class of this name

    number: int
    ok: bool
    name: str
    line: int
    directive: str = ""
    comment: str = ""
    diagnostics: tuple[str, ...] = ()
    subtests: tuple[Test, ...] = ()

    @property
    def skipped(self) -> bool:
        """True if the test was not run."""
        return self.ok and self.directive == "SKIP"


@dataclass(frozen=True)
class Finished:
    """The suite's last line and what it counted."""

    line: int
    passed: int
    failed: int


@dataclass(frozen=True)
class Report:
    """What the transcript says. `lines[n - 1]` is line n; the last one may lack its end."""

    lines: tuple[str, ...]
    banners: tuple[Line, ...] = ()
    panics: tuple[Line, ...] = ()
    loader: Line | None = None
    plan: int | None = None
    plan_line: int = 0
    tests: tuple[Test, ...] = ()
    finished: Finished | None = None
    problems: tuple[Problem, ...] = ()
    panic_notes: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many results the plan promises that did not come."""
        return max(0, (self.plan or 0) - len(self.tests))

    def failures(self) -> tuple[Test, ...]:
        """The innermost results that are not ok, in the order of their lines."""
        return tuple(_failures(self.tests))


def parse(text: str) -> Report:
    """Parse a transcript. Never raises, whatever `text` is."""
    parser = _Parser(normalise(text))
    return parser.report()


def _failures(tests: tuple[Test, ...]) -> list[Test]:
    found: list[Test] = []
    for test in tests:
        inner = _failures(test.subtests)
        found += inner
        if not test.ok and not inner:
            found.append(test)
    return found


@dataclass
class _Level:
    """One KTAP block while it is read: level 0 is the kernel's own."""

    versions: int = 0
    plan: int | None = None
    plan_line: int = 0
    tests: list[Test] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    diagnostics: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def blame(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, text))

    def add(self, test: Test) -> None:
        """Take one result, checking it against the plan and the results before it."""
        if self.plan is None:
            self.blame(test.line, "result before the plan")
        elif test.number > self.plan:
            self.blame(test.line, f"result {test.number}, but the plan ends at {self.plan}")
        if test.number in self.numbers:
            self.blame(test.line, f"second result {test.number}")
        elif test.number != len(self.numbers) + 1:
            self.blame(test.line, f"result {test.number} where {len(self.numbers) + 1} was due")
        if any(not inner.ok for inner in test.subtests) and test.ok:
            self.blame(test.line, f"result {test.number} is ok, but a subtest of it is not")
        self.numbers.add(test.number)
        self.tests.append(test)

    def close(self, line: int) -> None:
        """The block's parent has its result: everything must be there."""
        if self.plan is None:
            self.blame(line, "subtest without a plan")
        elif len(self.tests) < self.plan:
            self.blame(line, f"subtest ends after {len(self.tests)} of {self.plan} results")


class _Parser:
    """Walks over the lines once."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.levels = [_Level()]
        self.banners: list[Line] = []
        self.panics: list[Line] = []
        self.panic_notes: list[str] = []
        self.loader: Line | None = None
        self.finished: Finished | None = None
        for number, line in enumerate(self.lines[:-1], start=1):
            self._line(number, line)
        self._unfinished_line(len(self.lines), self.lines[-1])

    def report(self) -> Report:
        """The frozen result."""
        top = self.levels[0]
        if self.finished:
            self._check_counts(self.finished)
            if len(self.levels) > 1:
                top.blame(self.finished.line, "the last subtest's own result is missing")
        for level in self.levels[1:]:  # a block whose parent's result never came
            top.problems += level.problems
        return Report(
            lines=tuple(self.lines if self.lines[-1] else self.lines[:-1]),
            banners=tuple(self.banners),
            panics=tuple(self.panics),
            loader=self.loader,
            plan=top.plan,
            plan_line=top.plan_line,
            tests=tuple(top.tests),
            finished=self.finished,
            problems=tuple(sorted(top.problems, key=lambda problem: problem.line)),
            panic_notes=tuple(self.panic_notes),
        )

    def _line(self, number: int, line: str) -> None:
        if self.finished and not BLANK.fullmatch(line):
            self.levels[0].blame(number, "output after the finished line")
        if self._landmark(number, line):
            return
        if line.startswith(FINISHED_PREFIX):
            self._finished(number, line)
            return
        text = line.lstrip(" ")
        depth, odd = divmod(len(line) - len(text), INDENT)
        if odd or depth > MAX_DEPTH:
            return
        if text.startswith("# "):
            self._diagnostic(depth, text[2:])
        elif VERSION.fullmatch(text):
            self._version(number, depth)
        elif match := PLAN.fullmatch(text):
            self._plan(number, depth, match)
        elif match := RESULT.fullmatch(text):
            self._result(number, depth, match)
        elif NOT_OK.fullmatch(text):
            self.levels[0].blame(number, "malformed result line")

    def _unfinished_line(self, number: int, line: str) -> None:
        """What came after the last LF: never a result, for its end may be missing."""
        if self.finished and not BLANK.fullmatch(line):
            self.levels[0].blame(number, "output after the finished line")
        self._landmark(number, line)

    def _landmark(self, number: int, line: str) -> bool:
        """Banner, panic and loader lines: they count even if cut off. True if it was one."""
        if line.startswith(BANNER_PREFIX):
            self.banners.append(Line(number, line))
        elif line.startswith(PANIC_PREFIX):
            self.panics.append(Line(number, line))
        elif line.startswith(LOADER_PREFIX) and not self.banners:
            self.loader = self.loader or Line(number, line)
        else:
            return False
        return True

    def _finished(self, number: int, line: str) -> None:
        match = FINISHED.fullmatch(line)
        if match is None:
            self.levels[0].blame(number, "malformed finished line")
        elif self.finished:
            self.levels[0].blame(number, "second finished line")
        else:
            self.finished = Finished(number, int(match["passed"]), int(match["failed"]))

    def _check_counts(self, finished: Finished) -> None:
        passed = sum(test.ok for test in self.levels[0].tests)
        failed = len(self.levels[0].tests) - passed
        if (passed, failed) != (finished.passed, finished.failed):
            self.levels[0].blame(
                finished.line, f"the finished line counts wrong: {passed} passed, {failed} failed"
            )

    def _diagnostic(self, depth: int, text: str) -> None:
        if self.panics and depth == 0:
            self.panic_notes.append(text)
        elif depth < len(self.levels):
            self.levels[depth].diagnostics.append(text)

    def _open(self, number: int, depth: int) -> _Level | None:
        """The block that a line at `depth` belongs to; one level deeper opens a new block."""
        if not self.banners:
            self.levels[0].blame(number, "test output before the banner")
        if depth > len(self.levels):
            self.levels[0].blame(number, "indented deeper than any open subtest")
            return None
        if depth == len(self.levels):
            self.levels.append(_Level())
        return self.levels[depth]

    def _version(self, number: int, depth: int) -> None:
        if level := self._open(number, depth):
            level.versions += 1
            if level.versions > 1 or level.plan is not None or level.tests:
                level.blame(number, "KTAP version line in the middle of a suite")

    def _plan(self, number: int, depth: int, match: re.Match[str]) -> None:
        level = self._open(number, depth)
        if level is None:
            return
        if level.plan is not None:
            level.blame(number, "second plan")
            return
        if not level.versions:
            level.blame(number, "plan without a KTAP version line before it")
        level.plan, level.plan_line = int(match["count"]), number
        level.diagnostics.clear()  # those before the plan tell about the boot, not about test 1

    def _result(self, number: int, depth: int, match: re.Match[str]) -> None:
        level = self._open(number, depth)
        if level is None:
            return
        ok = match["not"] is None
        subtests = self._close_deeper(number, depth, level, ok)
        comment = match["comment"] or ""
        directive = DIRECTIVE.fullmatch(comment)
        level.add(
            Test(
                number=int(match["number"]),
                ok=ok,
                name=match["name"] or "",
                line=number,
                directive=directive["word"].upper() if directive else "",
                comment=directive["reason"] if directive else comment,
                diagnostics=tuple(level.diagnostics),
                subtests=subtests,
            )
        )
        level.diagnostics.clear()

    def _close_deeper(self, number: int, depth: int, level: _Level, ok: bool) -> tuple[Test, ...]:
        """Close the blocks below `level` and give back the results of the next one down.

        A parent that is `not ok` explains an incomplete block (its program was killed), so only
        below one that claims `ok` do a block's problems count.
        """
        deeper = self.levels[depth + 1 :]
        del self.levels[depth + 1 :]
        for block in deeper:
            block.close(number)
            if ok:
                level.problems += block.problems
            else:
                level.diagnostics += [f"line {p.line}: {p.text}" for p in block.problems]
        if len(deeper) > 1 and ok:
            level.blame(number, "a subtest's own subtest has no result")
        return tuple(deeper[0].tests) if deeper else ()
