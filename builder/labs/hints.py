"""Hints: one at a time, about this mistake, from the symptom to the line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from builder.labs.grader import Grade
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
    """Those of the first known mistake that shows, or of the first question that is not right.

    Those of the lab if there is neither, and as long as nothing was done.
    """
    if grade.untouched:
        return Hints(GENERAL, grade.lab.hints)
    for mistake in grade.lab.mistake:
        if _shows(mistake, grade.says) or mistake.name in grade.answered.mistakes:
            return Hints(mistake.name, mistake.hints)
    for question in grade.answered.not_right[:1]:
        if question.hints:
            return Hints(question.key, question.hints)
    return Hints(GENERAL, grade.lab.hints)


def _shows(mistake: Mistake, says: str) -> bool:
    if not mistake.says or not re.search(mistake.says, says):
        return False
    return not (mistake.unless and re.search(mistake.unless, says))
