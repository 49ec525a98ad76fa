"""Who has how many points, which mistakes there were, and who handed in the same. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from builder.labs.classroom.course_plan import Plan, PlannedLab
from builder.labs.classroom.lateness import Times, in_words, late_by
from builder.labs.classroom.submission import HandIn, Submission
from builder.labs.classroom.work import Outcome
from builder.labs.handout import given_tree, solved_tree
from builder.labs.lab import Files, Lab

FULL = "solved"
UNTOUCHED = "as it was handed out"
# What a string holds begins no comment: else code between two strings would be none.
_STRINGS = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
_COMMENT = re.compile(rf"(?P<kept>{_STRINGS})|/\*.*?\*/|//[^\n]*", re.DOTALL)
# To print, to end the machine, to name what judges, to find it by its address, or to bring code
# that is not to be read.
_NOTABLE = re.compile(
    r"\b(?:out|out[bwl]|outs[bwd]|ktap_\w+|OUTCOME_\w+|serial_\w+|print|program_find|suite_?\w*"
    r"|extern|phys_to_virt|KERNEL_(?:BASE|LOAD_ADDR)|0[xX][c-fC-F][0-9a-fA-F]{7}u?"
    r"|incbin|__asm(?:__)?|asm|__attribute(?:__)?|_?[Pp]ragma|include|0xf4|0x3f8|exit_status"
    r"|killed_by|d[bwdq]|section|segment|absolute|__FILE__|__has_\w+)\b|##|%[+:]"
)
_NASM_COMMENT = re.compile(r"""(?P<kept>"[^"\n]*"|'[^'\n]*'|`(?:\\.|[^`\\\n])*`)|;[^\n]*""")
_SPLICE = re.compile(r"\\[ \t]*\r?\n")  # both languages go on in the next line


@dataclass(frozen=True)
class Entry:
    """One lab of one student.

    Attributes:
        hand_in: What was handed in.
        outcome: What came of it; None if it was refused.
        planned: What the course says of the lab.
        same: Students who have handed in the same, but for blanks and comments.
        as_solution: It is the reference solution, but for blanks and comments.
        notable: Words of it that no solution of this lab needs, and who attacks the grader does.
        came: When it was handed in; None: nobody knows.
    """

    hand_in: HandIn
    outcome: Outcome | None
    planned: PlannedLab
    same: tuple[str, ...] = ()
    as_solution: bool = False
    notable: tuple[str, ...] = ()
    came: datetime | None = None

    @property
    def lab(self) -> Lab:
        """Which lab."""
        return self.hand_in.lab

    @property
    def reason(self) -> str:
        """Why there are no points at all; empty if it was graded."""
        if self.hand_in.refused:
            return f"refused: {self.hand_in.refused}"
        return f"not graded: {self.outcome.failed}" if self.outcome and self.outcome.failed else ""

    @property
    def earned(self) -> int:
        """Points of the lab itself."""
        return 0 if self.reason or self.outcome is None else self.outcome.points

    @property
    def score(self) -> float:
        """Points in the course."""
        return self.planned.score(self.earned, self.hand_in.hints)

    def scaled(self, points: int) -> float:
        """Points of the lab as those of the course."""
        return round(points * self.planned.worth / self.lab.points, 2)

    @property
    def hints_cost(self) -> float:
        """Points that hints have cost; never more than there were."""
        return round(self.planned.score(self.earned, 0) - self.score, 2)

    @property
    def late(self) -> timedelta | None:
        """How late it was, 0 if in time; None if there is no deadline, or nobody knows."""
        if self.came is None or self.planned.deadline is None:
            return None
        return late_by(self.came, self.planned.deadline)

    @property
    def late_words(self) -> str:
        """Such as `3 h 5 min`; empty if it was in time, or nobody knows."""
        return in_words(self.late) if self.late else ""

    @property
    def full(self) -> bool:
        """Nothing is left to do."""
        return self.outcome is not None and self.outcome.points == self.lab.points

    @property
    def mistake(self) -> str:
        """What is wrong, in the words by which mistakes are counted; empty if nothing is."""
        if self.reason or self.outcome is None:
            return self.reason.partition(":")[0]
        if self.full:
            return ""
        if self.outcome.untouched:
            return UNTOUCHED
        if self.outcome.mistake:
            return self.outcome.mistake
        if self.outcome.word not in ("pass", "fail"):
            return self.outcome.word
        lines = [line for part in self.outcome.parts for line in part.lines]
        bad = next((line for line in lines if not line.startswith("GOOD")), self.outcome.word)
        return " ".join(bad.split()[1:]) or bad


@dataclass(frozen=True)
class Student:
    """All of one student.

    Attributes:
        name: Who.
        entries: A lab each, in the order of the course.
        refused: Why nothing was looked at; empty if it was.
    """

    name: str
    entries: tuple[Entry, ...]
    refused: str = ""

    @property
    def score(self) -> float:
        """Points of all labs."""
        return round(sum(entry.score for entry in self.entries), 2)

    def entry(self, planned: PlannedLab) -> Entry | None:
        """That of one lab; None if it was not handed in."""
        return next((entry for entry in self.entries if entry.lab is planned.lab), None)


@dataclass(frozen=True)
class Gradebook:
    """The whole class."""

    plan: Plan
    students: tuple[Student, ...]

    def entries(self, planned: PlannedLab) -> list[Entry]:
        """Of one lab, those that were handed in."""
        found = (student.entry(planned) for student in self.students)
        return [entry for entry in found if entry is not None]

    @property
    def handed_in(self) -> tuple[PlannedLab, ...]:
        """The labs that somebody has handed in."""
        return tuple(planned for planned in self.plan.lab if self.entries(planned))

    def mistakes(self, planned: PlannedLab) -> list[tuple[str, int]]:
        """What was wrong with a lab and how often, the most frequent first."""
        counted = Counter(entry.mistake for entry in self.entries(planned) if entry.mistake)
        return sorted(counted.items(), key=lambda row: (-row[1], row[0]))

    def lateness(self, planned: PlannedLab) -> str:
        """How many were late, for a lab with a deadline."""
        entries = self.entries(planned)
        known = [entry for entry in entries if entry.late is not None]
        if not known:
            return "who was late is not known without --times"
        unknown = len(entries) - len(known)
        late = sum(bool(entry.late) for entry in known)
        return f"{late} late" + (f"; of {unknown} it is not known" if unknown else "")

    def same(self, planned: PlannedLab) -> list[tuple[tuple[str, ...], bool]]:
        """Groups who handed in the same, and whether that is the reference solution."""
        groups = {
            tuple(sorted((entry.hand_in.student, *entry.same))): entry.as_solution
            for entry in self.entries(planned)
            if entry.same
        }
        return sorted(groups.items())


def gradebook(
    submissions: Iterable[Submission],
    outcomes: Mapping[str, Outcome],
    plan: Plan,
    times: Times | None = None,
) -> Gradebook:
    """Put together what was handed in and what came of it.

    Args:
        submissions: All of the class.
        outcomes: By the digest of the hand-in.
        plan: What the labs are worth.
        times: When hand-ins came, as far as somebody knows.
    """
    submissions = list(submissions)
    groups: dict[str, list[str]] = {}
    cores: dict[tuple[str, str], str] = {}
    plain = {row.lab.name: _plain_of(row.lab) for row in plan.lab}
    for submission in submissions:
        for hand_in in submission.labs:
            core = _core(hand_in.files)
            given, _ = plain[hand_in.lab.name]
            if hand_in.files and core != given:
                key = f"{hand_in.lab.name} {core}"
                cores[submission.student, hand_in.lab.name] = core
                groups.setdefault(key, []).append(submission.student)

    def entry(submission: Submission, hand_in: HandIn) -> Entry:
        name = hand_in.lab.name
        core = cores.get((submission.student, name), "")
        same = groups.get(f"{name} {core}", []) if core else []
        return Entry(
            hand_in,
            None if hand_in.refused else outcomes.get(hand_in.digest),
            plan.of(hand_in.lab),
            tuple(other for other in same if other != submission.student),
            bool(core) and core == plain[name][1],
            _notable(hand_in.lab, hand_in.files),
            times.of(submission.student, hand_in.lab) if times else None,
        )

    order = {row.lab.name: number for number, row in enumerate(plan.lab)}
    students = [
        Student(
            submission.student,
            tuple(
                entry(submission, hand_in)
                for hand_in in sorted(submission.labs, key=lambda one: order[one.lab.name])
            ),
            submission.refused,
        )
        for submission in submissions
    ]
    return Gradebook(plan, tuple(students))


def _notable(lab: Lab, files: Files) -> tuple[str, ...]:
    needed = "\n".join(
        _code({path: tree[path] for path in lab.files})
        for tree in (given_tree(lab, lab.suite), solved_tree(lab, lab.suite))
    )
    return tuple(sorted(set(_NOTABLE.findall(_code(files))) - set(_NOTABLE.findall(needed))))


def _plain_of(lab: Lab) -> tuple[str, str]:
    """What the lab's files say as they are handed out, and in the solution."""
    trees = given_tree(lab, lab.suite), solved_tree(lab, lab.suite)
    given, solved = (_core({path: tree[path] for path in lab.files}) for tree in trees)
    return given, solved


def _code(files: Files) -> str:
    """What files say without comments."""
    parts = []
    for path, data in sorted(files.items()):
        comment = _NASM_COMMENT if path.endswith((".asm", ".inc")) else _COMMENT
        text = _SPLICE.sub("", data.decode("utf-8-sig"))
        parts.append(comment.sub(lambda match: match["kept"] or " ", text))
    return "\n".join(parts)


def _core(files: Files) -> str:
    """And without blanks."""
    return "".join(_code(files).split())
