"""What was handed in, built and booted: points, part by part.

The tree is rendered here, each time; of what was handed in there are only the lab's files in it. So
Makefile, programs and checks are ours. Nothing counts of a kernel that does not come to its end: a
crash may come before whatever would have failed.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Protocol

from builder.boot.emulator import BootImage, Machine
from builder.boot.ktap import Report, Test, parse
from builder.boot.patience import BACKSTOP_S, Limit, Patience
from builder.boot.run import RunResult, run_image
from builder.boot.verdict_words import Word
from builder.image.build import PLAIN_MAKE, make_command
from builder.labs.handout import KERNEL, given_tree, healthy_tree, solved_tree
from builder.labs.lab import Change, Files, Lab, Part
from builder.labs.looks import LookingQemu
from builder.labs.predicted import recorded
from builder.labs.questions import Answers, Told, judged
from builder.model.kernel import build_model
from builder.tools import commands
from builder.tree.render import write_tree
from builder.xray.explain import Explanation, explain
from builder.xray.make_record import Subject
from builder.xray.named_build import NamedBuild
from builder.xray.side import Side
from builder.xray.suspects import first_other_part, good_results

# A healthy suite executes a third of it between two of its lines.
_SILENCE = Limit(120e6, idle_s=20, cpu_s=5, asleep_s=5)
PATIENCE = Patience(boot=_SILENCE, suite=_SILENCE, ending=_SILENCE)
OUTPUT_MAX_BYTES = 1 << 17  # a suite prints a quarter of it
ENDED = (Word.PASS, Word.FAIL)  # the suite came to its end, and each of its results counts
_ERRORS_SHOWN = 6
REST = "everything else is as it was"
NO_KERNEL = "does not build"  # in place of a verdict's word


@dataclass(frozen=True)
class PartResult:
    """What came of one part.

    Attributes:
        title: Of the part.
        points: For it.
        earned: All of them, or none.
        lines: GOOD, BAD or MISSING, and what is so.
    """

    title: str
    points: int
    earned: int
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grade:
    """What a hand-in is worth.

    Attributes:
        lab: Which lab it is.
        parts: Each with its points.
        word: How the kernel ended, or NO_KERNEL.
        summary: The verdict's, or the compiler's first error.
        says: All that the verdict says and the kernel printed, or the compiler says: by this
            mistakes are recognised.
        advice: What to do about the word.
        untouched: The files are as they were handed out, and nothing is answered.
        answered: What came of the questions.
    """

    lab: Lab
    parts: tuple[PartResult, ...]
    word: str
    summary: str
    says: str
    advice: str = ""
    untouched: bool = False
    answered: Answers = field(default_factory=Answers)

    @property
    def points(self) -> int:
        """Of all parts."""
        return sum(part.earned for part in self.parts)

    @property
    def full(self) -> bool:
        """Nothing is left to do."""
        return self.points == self.lab.points

    @property
    def builds(self) -> bool:
        """There was a kernel to boot."""
        return self.word != NO_KERNEL


class Place(Protocol):
    """Where what was handed in is built and booted, if not beside its author."""

    def build(self, files: Files, theirs: Files, work: Path, *, solved: bool) -> list[str]:
        """Make the kernel in `work`; what the tools say if they cannot.

        Args:
            files: The whole tree.
            theirs: Those of it that were handed in.
            work: A folder.
            solved: The others are those of the solution, and not as they were handed out.
        """

    def boot(self, work: Path, *, solved: bool) -> RunResult:
        """Boot what `build` has made."""


@dataclass(frozen=True)
class _HomePlace:
    """The author's own computer: nothing is kept from anybody."""

    lab: Lab
    cpu: str

    def build(self, files: Files, theirs: Files, work: Path, *, solved: bool) -> list[str]:  # noqa: ARG002
        return _build(files, work)

    def boot(self, work: Path, *, solved: bool) -> RunResult:  # noqa: ARG002
        return _boot(self.lab, work, self.cpu)


def grade(
    lab: Lab,
    taken: Files,
    work: Path,
    answers: Mapping[str, str] | None = None,
    place: Place | None = None,
    *,
    cpu: str = "",
) -> Grade:
    """Build, boot and judge what was handed in.

    Args:
        lab: Which lab it is.
        taken: Its files.
        work: Folder for the build; one that was used before makes it faster.
        answers: Key of a question -> what was answered.
        place: Where it is done; with none, as code of one's own.
        cpu: One of the lab's CPU models, without `place`; empty: the first.

    Raises:
        ToolError: A tool is missing.
        FileError: The folder cannot be written.
    """
    given, solved = given_tree(lab, lab.suite), solved_tree(lab, lab.suite)
    untouched = not answers and all(given[path] == data for path, data in taken.items())
    place = place or _HomePlace(lab, cpu)
    answered = Answers()
    done: list[PartResult] = []
    shown: RunResult | None = None
    for kernel, parts in groupby(lab.part, lambda part: (part.take, part.solved)):
        ours = {path: data for path, data in taken.items() if not kernel[0] or path in kernel[0]}
        files, numbers = _randomised(lab, {**(solved if kernel[1] else given), **ours})
        errors = place.build(files, ours, work, solved=kernel[1])
        if errors:
            nothing = tuple(_nothing(part.title, part.points) for part in _all_parts(lab))
            advice = "mend what the compiler names first; the rest may follow from it"
            says = "\n".join(errors)
            return Grade(lab, nothing, NO_KERNEL, errors[0], says, advice, untouched)
        result = place.boot(work, solved=kernel[1])
        report = parse(result.transcript.text)
        ended = result.verdict.word in ENDED
        answered = judged(
            lab, Told(report, recorded(lab, _subject(lab, work, cpu), work)), answers or {}
        )
        results = [_judge(lab, part, report, numbers, answered, ended) for part in parts]
        # What is shown is the boot of the first part that is not right.
        if shown is None or all(part.earned for part in done):
            shown = result
        done += results
    assert shown is not None
    if lab.rest:
        done.append(_judge_rest(lab, parse(shown.transcript.text), done, shown))
    verdict = shown.verdict
    return Grade(
        *(lab, tuple(done), verdict.word.value, verdict.summary),
        *(f"{verdict}\n{shown.transcript.text}", verdict.advice, untouched, answered),
    )


def _randomised(lab: Lab, files: Files) -> tuple[Files, dict[str, str]]:
    """The files with other numbers, and what stands for each in a line that must be there."""
    numbers = {}
    for row in lab.random:
        digits = len(row.text) - 2
        number = f"{secrets.randbelow(15 * 16 ** (digits - 1)) + 16 ** (digits - 1):0{digits}x}"
        files = Change(file=row.file, old=row.text, new=f"0x{number}").apply(files)
        numbers[f"{{{row.text}}}"] = number
    return files, numbers


def explained(lab: Lab, work: Path) -> Explanation | None:
    """Where the kernel that `grade` has built in `work` parts from the reference solution."""
    model = build_model(lab.config(lab.suite))
    healthy = work / "healthy"
    problems = _build(solved_tree(lab, lab.suite), healthy)
    assert not problems, problems
    results = good_results(_boot(lab, work).transcript.text)
    if results is None:
        texts = (_boot(lab, folder).transcript.text for folder in (work, healthy))
        results = first_other_part(*texts)
    if results is None:
        return None

    def side(folder: Path) -> Side:
        named = folder / "named"
        shutil.rmtree(named, ignore_errors=True)
        named.mkdir()
        return Side(NamedBuild(folder / KERNEL, named), machine_of(lab), model)

    return explain(side(work), side(healthy), results)


def _build(files: Files, work: Path) -> list[str]:
    """Make the kernel in `work`; what the tools say if they cannot."""
    tree = work / KERNEL
    command = make_command(tree, jobs=2, cc=None, verbose=False)
    write_tree(files, tree)
    done = commands.run([*command[:-1], "kernel.elf"], env=PLAIN_MAKE, timeout_s=BACKSTOP_S)
    if done.ok:
        return []
    return shown_errors(done.stderr + done.stdout, tree)


def shown_errors(said: str, tree: Path) -> list[str]:
    """Of what the tools said those lines that name an error, or the first ones."""
    lines = said.splitlines()
    named = re.compile(r"\b[Ee]rror\b|undefined|multiple definition")  # GNU as says Error
    wanted = [line for line in lines if named.search(line)]
    shown = (wanted or lines or ["make says nothing"])[:_ERRORS_SHOWN]
    return [line.replace(f"{tree}/", "") for line in shown]


def machine_of(lab: Lab, cpu: str = "") -> Machine:
    """The machine that its kernel is booted on; `cpu`: not the first of its models."""
    config = lab.config(lab.suite)
    return Machine(
        cpu=cpu or lab.cpus[0], memory_mib=config.machine.memory_mib, cpus=config.cpu.count
    )


def _subject(lab: Lab, work: Path, cpu: str) -> Subject:
    """The kernel in `work`, to be recorded."""
    config = lab.config(lab.suite)
    return Subject(build_model(config), config.digest, machine_of(lab, cpu), work / KERNEL)


def _boot(lab: Lab, work: Path, cpu: str = "") -> RunResult:
    elf = work / KERNEL / "kernel.elf"
    machine = machine_of(lab, cpu)
    return run_image(
        machine,
        BootImage("kernel", elf),
        transcript_dir=work / "runs",
        name="check",
        elf_path=elf,
        patience=PATIENCE,
        max_bytes=OUTPUT_MAX_BYTES,
        emulator=LookingQemu(machine),
    )


def _all_parts(lab: Lab) -> tuple[Part, ...]:
    rest = Part(title=REST, points=lab.rest) if lab.rest else None
    return (*lab.part, rest) if rest else lab.part


def _nothing(title: str, points: int, *lines: str) -> PartResult:
    return PartResult(title, points, 0, lines)


def _judge(
    lab: Lab,
    part: Part,
    report: Report,
    numbers: Mapping[str, str],
    answered: Answers,
    ended: bool,
) -> PartResult:
    lines = [*_tests(lab, report, part), *_lines(report, part, numbers)]
    lines += [answered.lines[key] for key in part.answers]
    good = ended and all(line.startswith("GOOD") for line in lines)
    return PartResult(part.title, part.points, part.points * good, tuple(lines))


def _judge_rest(lab: Lab, report: Report, parts: list[PartResult], run: RunResult) -> PartResult:
    named = {name for part in lab.part for name in part.tests}
    others = [test for test in report.tests if test.name not in named]
    judged_lines = [_test_line(lab, name, same) for name, same in _by_name(others).items()]
    bad = [line for line in judged_lines if not line.startswith("GOOD")]
    missing = [] if run.verdict.word in ENDED else ["MISSING  the end of the suite"]
    first = not all(part.earned for part in parts)
    good = [
        f"GOOD     {len(others)} other tests" + ("; their points come with those above" * first)
    ]
    lines = bad + missing or good
    return PartResult(REST, lab.rest, lab.rest * (lines == good and not first), tuple(lines))


def _tests(lab: Lab, report: Report, part: Part) -> list[str]:
    """GOOD, BAD or MISSING for each test of the part."""
    return [
        _test_line(lab, name, [test for test in report.tests if test.name == name])
        for name in part.tests
    ]


def _by_name(tests: Iterable[Test]) -> Mapping[str, list[Test]]:
    found: dict[str, list[Test]] = {}
    for test in tests:
        found.setdefault(test.name, []).append(test)
    return found


def _test_line(lab: Lab, name: str, same: Sequence[Test]) -> str:
    """GOOD, BAD or MISSING for the tests of one name, with the first result in it that is not ok.

    One that should have printed results and has not is BAD, too, whatever its program's end was.
    """
    inner = [one for test in same for one in test.subtests]
    if not same:
        return f"MISSING  {name}"
    if not all(test.ok for test in same):
        first = next((one for one in inner if not one.ok), None)
        comment = f" ({first.comment})" if first and first.comment else ""
        return f"BAD      {name}" + (f": {first.name}{comment}" if first else "")
    if not inner and name in _with_results(lab):
        return f"BAD      {name}: none of its results were printed"
    return f"GOOD     {name}"


@cache
def _with_results(lab: Lab) -> frozenset[str]:
    """Names of the tests that print nested results: checks, and programs that plan some."""
    tree = healthy_tree(lab, lab.suite)

    def plans(program: str) -> bool:
        return b"ktap_plan(" in tree.get(f"user/{program.replace('-', '_')}.c", b"")

    rows = build_model(lab.config(lab.suite)).suite
    return frozenset(row.title for row in rows if row.check or plans(row.program))


def _lines(report: Report, part: Part, numbers: Mapping[str, str]) -> list[str]:
    """GOOD, BAD or MISSING for each line that must be there.

    Where a line is to hold a number that has to be found out, there may be one such line: who
    prints all that it could be has not found it.
    """
    lines = []
    for shown in part.lines:
        pattern = any_number = shown
        for mark, number in numbers.items():
            pattern = pattern.replace(mark, number)
            any_number = any_number.replace(mark, "[0-9a-f]+")
        found = next((text for text in report.lines if re.search(pattern, text)), None)
        guesses = sum(re.search(any_number, text) is not None for text in report.lines)
        if found is None:
            lines.append(f"MISSING  {_plain(shown)}")
        elif any_number != shown and guesses > 1:
            lines.append(f"BAD      {_plain(shown)}: {guesses} such lines, and one is right")
        else:
            lines.append(f"GOOD     {found}")
    return lines


def _plain(pattern: str) -> str:
    """A line that must be there as one reads it; what is random, or any number, as dots."""
    return re.sub(r"\{\w+\}|\\d\+", "...", pattern).replace(r"\b", "").strip("^$")
