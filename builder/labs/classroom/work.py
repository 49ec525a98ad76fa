"""One hand-in as work: what a worker is given, what it gives back, and how it does it."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from builder import __version__
from builder.errors import TinygateError, UserError, harmless
from builder.image.stamp import Request, request_digest
from builder.labs.classroom.submission import HandIn, one_line
from builder.labs.classroom.workbench import Workbench
from builder.labs.grader import NO_KERNEL, Grade, grade
from builder.labs.handout import ANSWERS
from builder.labs.hints import hints_for
from builder.labs.lab_course import lab_named
from builder.labs.lab_folder import parse_answers
from builder.tools import toolchain
from builder.tools.resources import PACKAGE_DIR, data_dir
from builder.tools.sandbox import Sandbox, find_sandbox, no_sandbox

LINE_MAX_CHARS = 300
LINES_MAX = 60


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Task(_Row):
    """What a worker is given.

    Attributes:
        digest: Of the hand-in: the result's name.
        version: Of the tinygate that asks; a worker of another one refuses.
        lab: Its name.
        files: Path -> text.
        answers: Content of answers.txt.
        sandbox: False if the user has asked for that.
    """

    digest: str
    version: str
    lab: str
    files: dict[str, str]
    answers: str
    sandbox: bool = True


class Part(_Row):
    """What came of one part of a lab; see grader.PartResult."""

    title: str
    points: int
    earned: int
    lines: tuple[str, ...]


class Outcome(_Row):
    """What a worker gives back, and what is kept.

    Attributes:
        digest: Of the hand-in.
        version: Of the tinygate that graded it.
        lab: Its name.
        word: How the kernel ended.
        summary: The verdict's, or the compiler's first error.
        parts: Points, part by part.
        mistake: The known one that it is; empty: none, or nothing is wrong.
        untouched: The files are as they were handed out.
        failed: Why it could not be graded; empty: it was. Such an outcome is not kept.
        seconds: That it took.
    """

    digest: str
    version: str
    lab: str
    word: str = ""
    summary: str = ""
    parts: tuple[Part, ...] = ()
    mistake: str = ""
    untouched: bool = False
    failed: str = ""
    seconds: float = 0.0

    @property
    def points(self) -> int:
        """Of all parts."""
        return sum(part.earned for part in self.parts)

    @property
    def builds(self) -> bool:
        """There was a kernel to boot."""
        return self.word != NO_KERNEL


@cache
def version() -> str:
    """Of this tinygate and the tools that grade: equal means that a result would be the same."""
    sources = (PACKAGE_DIR, data_dir("templates"), data_dir("kernel_src"))
    whole = request_digest(Request(None, (), sources, ""))
    tools = hashlib.sha256(toolchain.identity().encode()).hexdigest()
    return f"{__version__}-{whole[:16]}-{tools[:8]}"


def same_tinygate(one: str, other: str) -> bool:
    """Are two versions of one tinygate, with whatever tools?"""
    return one.rpartition("-")[0] == other.rpartition("-")[0]


def task_of(hand_in: HandIn, *, sandbox: bool) -> Task:
    """The work that a hand-in is."""
    return Task(
        digest=hand_in.digest,
        version=version(),
        lab=hand_in.lab.name,
        files={path: data.decode() for path, data in hand_in.files.items()},
        answers=hand_in.answers.decode(),
        sandbox=sandbox,
    )


@dataclass
class Worker:
    """Does work, one after the other; what is ours of each lab it builds once.

    Attributes:
        folder: For all that is built; nobody else's.
    """

    folder: Path
    _benches: dict[tuple[str, bool], Workbench] = field(default_factory=dict)

    def do(self, task: Task) -> Outcome:
        """Grade one hand-in. What of ours goes wrong is in the outcome, too."""
        began = time.monotonic()
        outcome = Outcome(digest=task.digest, version=task.version, lab=task.lab)
        try:
            if not same_tinygate(task.version, version()):
                raise UserError("the worker has another tinygate", why=version())
            graded = self._grade(task)
        except TinygateError as error:
            return outcome.model_copy(update={"failed": one_line(error)})
        except Exception as error:  # ours, but of one hand-in: the others are graded all the same
            why = _short(f"a mistake in tinygate: {type(error).__name__}: {error}")
            return outcome.model_copy(update={"failed": why})
        finally:
            shutil.rmtree(self.folder / "hand-in", ignore_errors=True)
        mistake = "" if graded.full else hints_for(graded).about
        return outcome.model_copy(
            update={
                "word": graded.word,
                "summary": _short(graded.summary),
                "parts": _parts(graded),
                "mistake": mistake,
                "untouched": graded.untouched,
                "seconds": round(time.monotonic() - began, 2),
            }
        )

    def _grade(self, task: Task) -> Grade:
        lab = lab_named(task.lab)
        key = (lab.name, task.sandbox)
        if key not in self._benches:
            name = f"{lab.name}{'' if task.sandbox else '-open'}"
            self._benches[key] = Workbench(lab, self.folder / name, _sandbox(task.sandbox))
        files = {path: text.encode() for path, text in task.files.items()}
        answers = parse_answers(task.answers.encode(), ANSWERS)
        return grade(lab, files, self.folder / "hand-in", answers, self._benches[key])


@cache
def _sandbox(wanted: bool) -> Sandbox:
    return find_sandbox() if wanted else no_sandbox()


def _parts(graded: Grade) -> tuple[Part, ...]:
    return tuple(
        Part(title=part.title, points=part.points, earned=part.earned, lines=_lines(part.lines))
        for part in graded.parts
    )


def _lines(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(_short(line) for line in lines[:LINES_MAX])


def _short(text: str) -> str:
    """What a stranger's kernel printed, as text that can be shown."""
    shown = harmless(text)
    return shown if len(shown) <= LINE_MAX_CHARS else f"{shown[:LINE_MAX_CHARS]}..."
