"""What a lab is: a kernel with a gap or a fault in it, what is to be done, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.errors import BuildError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Files = dict[str, bytes]  # path in the tree -> content


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(_Row):
    """A change of one file of a tree: text that is there once, and what stands there instead."""

    file: str
    old: str = Field(min_length=1)
    new: str

    def apply(self, files: Files) -> Files:
        """The files with the change made.

        Raises:
            BuildError: The text is not there once: the lab is older than the kernel.
        """
        text = files.get(self.file, b"").decode()
        if text.count(self.old) != 1:
            raise BuildError(
                f"a lab changes what is there {text.count(self.old)} times",
                where=self.file,
                why=repr(self.old),
            )
        return {**files, self.file: text.replace(self.old, self.new).encode()}


class Random(_Row):
    """A number in one of our files that is another one in each check.

    Attributes:
        file: Of the tree.
        text: The number as it stands there once, such as 0xc0ffee; `{0xc0ffee}` in a line that must
            be there is what it has become, without 0x.
    """

    file: str
    text: str = Field(pattern="^0x[0-9a-f]+$")


class Recorded(_Row):
    """A system call that is recorded, as `tinygate xray` does it.

    Attributes:
        program: Which program makes it.
        name: Of the call.
        gate: By which way.
        nth: Which of those that fit.
    """

    program: Text
    name: Text
    gate: Literal["page", "int80"]
    nth: int = Field(gt=0, default=1)

    @property
    def words(self) -> str:
        """What to give `tinygate xray` to see it."""
        nth = f" --nth {self.nth}" if self.nth > 1 else ""
        return f"--program {self.program} --call {self.name} --gate {self.gate}{nth}"


class Question(_Row):
    """A question whose answer the kernel gives: by what it prints, or by the lab's recorded call.

    Attributes:
        key: What the answer is called in answers.txt.
        text: The question.
        line: Regular expression for the line with the answer: a group `number`, or `hex`.
        minus: One for a line whose number is subtracted.
        within_percent: How far the answer may be away.
        row: Regular expression for the instruction of the recorded call that is asked about.
        value: One for what it changes, in the words of the X-ray's quiz; or `words written`.
        answer: As it was when the lab was written.
        hints: About this question, from general to near; if there are none, the lab's.
    """

    key: str = Field(pattern="^[a-z0-9_]+$")
    text: Text
    line: str = ""
    minus: str = ""
    within_percent: float = Field(ge=0, le=20, default=0)
    row: str = ""
    value: str = ""
    answer: Text
    hints: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Question:
        if bool(self.line) == bool(self.row) or bool(self.row) != bool(self.value):
            raise ValueError("the answer is in a line, or in a row as a value")
        return self


class Part(_Row):
    """What gives points.

    Attributes:
        title: What is right then.
        points: For it.
        tests: Names of tests of the kernel's suite, all of which must be ok.
        lines: Regular expressions, each of which must match a line of what the kernel prints.
        answers: Keys of questions that must be answered.
        take: Of the student's files, those that are in this kernel; if empty, all.
        solved: The others are those of the solution, and not as they were handed out.
        hints: About this part, once those before it are right; if there are none, the lab's.
    """

    title: Text
    points: int = Field(gt=0, le=100)
    tests: tuple[Text, ...] = ()
    lines: tuple[Text, ...] = ()
    answers: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    solved: bool = False
    hints: tuple[Text, ...] = ()


class Mistake(_Row):
    """A mistake that is known.

    Attributes:
        name: What is wrong.
        change: What makes it, of the solution.
        says: Regular expression for what comes of it: the verdict, or what the kernel prints.
        unless: One for what does not come of it, if another mistake says the same and that.
        answers: Or, where questions are asked, their keys and wrong answers.
        hints: From the symptom, as a question, to the line.
    """

    name: Text
    change: tuple[Change, ...] = ()
    says: str = ""
    unless: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    hints: tuple[Text, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_kind(self) -> Mistake:
        if bool(self.change) != bool(self.says) or bool(self.change) == bool(self.answers):
            raise ValueError("a mistake is a change and what it says, or answers")
        return self


class Lab(_Row):
    """A lab.

    Attributes:
        name: Of its file, and of nothing else; they sort into the order of the course.
        title: What it is about.
        step: In whose kernel it is done.
        kind: What the student has to do.
        minutes: About how long it takes.
        suite: The programs by which it is judged: `demo`, as in the student's tree, or `checks`.
        files: Of the tree, those that are the student's; nothing else is taken of a hand-in.
        afterwards: What the student will know.
        read: What to read first.
        task: What is to be done, and what is seen before.
        next: What to look at after success.
        word: How the kernel ends as it is handed out: words of the verdict, | between them.
        change: What makes the lab's kernel out of the healthy one.
        solution: What makes a right one out of the lab's; if empty, the healthy one is that.
        part: What gives points.
        rest: Points for all other tests of the suite, once the parts are right.
        hints: From general to near.
        mistake: Those that have hints of their own.
        random: Numbers that are others in each check.
        cpus: CPU models on which a right kernel gets all points; it is checked on the first.
        question: What is to be answered in answers.txt.
        call: The recorded call that questions are about.
    """

    name: str
    title: Text
    step: str
    kind: Literal["fill", "find", "predict", "measure", "attack"]
    minutes: int = Field(gt=0, le=240)
    suite: Literal["demo", "checks"] = "checks"
    files: tuple[str, ...] = ()
    afterwards: Text
    read: tuple[Text, ...] = Field(min_length=1)
    task: Text
    next: Text
    word: Text
    change: tuple[Change, ...] = ()
    solution: tuple[Change, ...] = ()
    part: tuple[Part, ...] = Field(min_length=1)
    rest: int = Field(ge=0, le=100, default=0)
    hints: tuple[Text, ...] = Field(min_length=1)
    mistake: tuple[Mistake, ...] = ()
    random: tuple[Random, ...] = ()
    cpus: tuple[str, ...] = Field(min_length=1)
    question: tuple[Question, ...] = ()
    call: Recorded | None = None

    @property
    def points(self) -> int:
        """For all of it."""
        return sum(part.points for part in self.part) + self.rest

    def config(self, suite: str) -> KernelConfig:
        """Of the lab's kernel, with the programs of one of the suites."""
        return load_config(None, (f"kernel.step={self.step}", f"programs.suite={suite}"))

    def given(self, healthy: Files) -> Files:
        """The tree as it is handed out."""
        return changed(healthy, self.change)

    def solved(self, healthy: Files) -> Files:
        """The tree of the reference solution."""
        return changed(self.given(healthy), self.solution) if self.solution else healthy


def changed(files: Files, changes: Iterable[Change]) -> Files:
    """The files after all changes, in order."""
    for change in changes:
        files = change.apply(files)
    return files
