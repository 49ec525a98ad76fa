"""Outcomes on the disk: written as they come, and taken up by the next run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from builder.errors import FileError
from builder.labs.classroom.work import Outcome


@dataclass(frozen=True)
class Results:
    """A folder with a file for each outcome, named after the hand-in's digest.

    Who hands in the same is graded once; a file is there whole, or not at all.
    """

    folder: Path

    def load(self, digest: str, version: str) -> Outcome | None:
        """What came of it; None if nobody knows, or another tinygate said so."""
        try:
            outcome = Outcome.model_validate_json(self._file(digest).read_bytes())
        except (OSError, ValueError):
            return None
        return outcome if (outcome.digest, outcome.version) == (digest, version) else None

    def keep(self, outcome: Outcome) -> None:
        """Write it. Raises FileError."""
        path = self._file(outcome.digest)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(outcome.model_dump_json(indent=1) + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise FileError(
                f"a result cannot be written: {error.strerror}",
                where=str(path),
                fix="make room, and run the same command again: it goes on from there",
            ) from error

    def _file(self, digest: str) -> Path:
        return self.folder / f"{digest[:40]}.json"
