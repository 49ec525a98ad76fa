"""What was saved in a lab's folder, as it happens, and which lab comes next in the course."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import watch

from builder.errors import FileError, TinygateError, UserError
from builder.labs.handout import ANSWERS, KERNEL
from builder.labs.lab import Files, Lab
from builder.labs.lab_course import labs
from builder.labs.lab_folder import LabFolder, is_lab_folder, open_folder

WAKE_MS = 200  # so often the caller may look for something else; a save is told at once
# Editors write a copy and rename it, or empty the file first: what comes within is one save.
_BURST_MS, _QUIET_MS = 1000, 50


@dataclass(frozen=True)
class Saved:
    """What was saved.

    Attributes:
        files: The student's.
        answers: Key of a question -> what was answered.
        refused: Why it cannot be taken; then there is nothing else.
    """

    files: Files = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    refused: str = ""


def saves(folder: LabFolder) -> Generator[Saved | None, None, None]:
    """What the student's files hold: first as they are, then each time when they are others.

    None comes in between, at least every WAKE_MS. A file is looked at once it has come to rest, and
    one that was written as it had been is no news.

    Raises:
        FileError: The folder cannot be watched.
    """
    root = folder.path.resolve()
    ours = {str(root / KERNEL / path) for path in folder.lab.files} | {str(root / ANSWERS)}
    last: Saved | None = None
    try:
        for changes in watch(
            root,
            watch_filter=lambda _, path: path in ours,
            debounce=_BURST_MS,
            step=_QUIET_MS,
            rust_timeout=WAKE_MS,
            yield_on_timeout=True,
        ):
            now = _saved(folder) if last is None or changes else last
            yield None if now == last else now
            last = now
    except OSError as error:
        raise FileError(
            "the folder cannot be watched",
            where=str(root),
            why=str(error),
            fix="set WATCHFILES_FORCE_POLLING=1: then the files are looked at now and then instead",
        ) from error


def _saved(folder: LabFolder) -> Saved:
    try:
        return Saved(folder.taken(), folder.answers())
    except UserError as error:
        return Saved(refused=str(error))


@dataclass(frozen=True)
class NextLab:
    """The lab that comes next, and its folder, which is there or has to be made."""

    lab: Lab
    path: Path
    there: bool


def next_lab(folder: LabFolder) -> NextLab | None:
    """The first lab behind this one that is not done in a folder beside it; None: there is none."""
    beside = folder.path.resolve().parent
    found: dict[str, LabFolder] = {}
    done = set()
    for path in sorted(beside.iterdir()):
        other = _lab_in(path)
        if other is not None:
            found.setdefault(other.lab.name, other)
            if other.notes().solved:
                done.add(other.lab.name)
    names = [lab.name for lab in labs()]
    for lab in labs()[names.index(folder.lab.name) + 1 :]:
        if lab.name in found and lab.name not in done:
            return NextLab(lab, found[lab.name].path, there=True)
        if lab.name not in done:
            return NextLab(lab, beside / lab.name, there=False)
    return None


def _lab_in(path: Path) -> LabFolder | None:
    try:
        return open_folder(path) if is_lab_folder(path) else None
    except TinygateError:  # damaged, or of another version: no reason not to go on
        return None
