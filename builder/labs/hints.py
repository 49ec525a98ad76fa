"""Hints: one at a time, about this mistake, from the symptom to the line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from builder.labs.grader import REST, Grade
from builder.labs.lab import Mistake
from builder.labs.lab_folder import Notes

GENERAL = ""  # the name under which hints are counted that are about no mistake in particular


@dataclass(frozen=True)
class Hints:
    """The hints for what was handed in.

    Attributes:
        about: The mistake that they are about; empty: about the lab.
        texts: From general to near.
    """

    about: str
    texts: tuple[str, ...]

    def shown(self, notes: Notes) -> int:
        """How many were; more than there are if the line was shown, too."""
        return notes.hints.get(self.about, 0)

    def noted(self, notes: Notes) -> Notes:
        """One more was shown."""
        return notes.with_(hints={**notes.hints, self.about: notes.hints.get(self.about, 0) + 1})


def hints_for(grade: Grade) -> Hints:
    """Those of the first known mistake that shows, else of what is not right yet.

    That is the first question, or the first part that has hints, or what is not as it was any
    more. Those of the lab if there is nothing of the kind, and as long as nothing was done.
    """
    general = Hints(GENERAL, grade.lab.hints)
    if grade.untouched:
        return general
    for mistake in grade.lab.mistake:
        if _shows(mistake, grade.says) or mistake.name in grade.answered.mistakes:
            return Hints(mistake.name, mistake.hints)
    for question in grade.answered.not_right[:1]:
        if question.hints:
            return Hints(question.key, question.hints)
    for part, result in zip(grade.lab.part, grade.parts, strict=False):
        if not result.earned:
            return Hints(f"not yet: {part.title}", part.hints) if part.hints else general
    return _about_the_rest(grade) or general


def _about_the_rest(grade: Grade) -> Hints | None:
    """What was asked for is right, and something else is not any more."""
    rest = grade.parts[-1]
    bad = [line.partition(" ")[2].strip() for line in rest.lines if line.startswith("BAD")]
    if rest.title != REST or rest.earned or not bad:
        return None
    test = bad[0].partition(" (expected")[0]
    return Hints(
        f"not as it was: {test}",
        (
            f"What was asked for is right, and something else is not as it was any more: `{test}`. "
            "Which of your lines has to do with that?",
            "Take back, one by one, what you have changed beyond what was asked for, and check "
            "after each.",
        ),
    )


def _shows(mistake: Mistake, says: str) -> bool:
    if not mistake.says or not re.search(mistake.says, says):
        return False
    return not (mistake.unless and re.search(mistake.unless, says))
