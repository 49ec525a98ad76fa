"""Hints: one at a time, about this mistake, from the symptom to the line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from builder.labs.grader import Grade
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
    """Those of the first known mistake that shows so; of the lab if it is none, or untouched."""
    if not grade.untouched:
        for mistake in grade.lab.mistake:
            if re.search(mistake.says, grade.says):
                return Hints(mistake.name, mistake.hints)
    return Hints(GENERAL, grade.lab.hints)
