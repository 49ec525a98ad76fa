"""What one student handed in: of each lab the files that are the student's, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from builder.errors import TinygateError, UserError, harmless
from builder.labs.classroom.pack import ENDINGS, Pack, opened
from builder.labs.handout import ANSWERS, HINTS_BY_MAKE, KERNEL, OWN
from builder.labs.lab import Files, Lab
from builder.labs.lab_folder import NOTES, Notes, check_source, parse_answers

NOTES_MAX_BYTES = 1 << 16
HINTS_MAX = 99


@dataclass(frozen=True)
class HandIn:
    """One lab of one student.

    Attributes:
        student: Who, by the name of the folder or archive.
        lab: Which lab.
        files: The student's; empty if it was refused.
        answers: The content of answers.txt, in a lab with questions.
        hints: How many the student's folder says it has shown. Nobody can know better.
        refused: Why nothing of it was taken; empty: it was.
    """

    student: str
    lab: Lab
    files: Files = field(default_factory=dict, repr=False)
    answers: bytes = b""
    hints: int = 0
    refused: str = ""

    @property
    def digest(self) -> str:
        """Of all that its points depend on, but for tinygate itself."""
        whole = hashlib.sha256(f"{self.lab.name}\n".encode())
        for path, data in sorted({**self.files, ANSWERS: self.answers}.items()):
            whole.update(f"{path} {len(data)}\n".encode() + data)
        return whole.hexdigest()


@dataclass(frozen=True)
class Submission:
    """All that one student handed in.

    Attributes:
        student: Who.
        labs: What there is of each lab.
        refused: Why it was not even looked into; empty: it was.
    """

    student: str
    labs: tuple[HandIn, ...] = ()
    refused: str = ""


def student_of(path: Path) -> str:
    """The name of the folder or archive, without what stands for its kind."""
    name = path.name or path.absolute().name
    ending = next((end for end in ENDINGS if name.lower().endswith(end)), "")
    return harmless(name[: len(name) - len(ending)] or name)


def read_submissions(
    paths: Sequence[Path], labs: Sequence[Lab], only: Lab | None = None
) -> list[Submission]:
    """What each has handed in, in the order of their names.

    Args:
        paths: A folder or archive for each student.
        labs: Those that are graded.
        only: The lab that they are of, where they do not say so.

    Raises:
        UserError: None is there, or two are of one name.
    """
    if not any(map(os.path.lexists, paths)):  # mistyped, or a * for which there was nothing
        raise UserError(
            "there is no such hand-in",
            where=str(paths[0]),
            fix="name a folder or an archive for each student",
        )
    named: dict[str, Path] = {}
    for path in paths:
        other = named.setdefault(student_of(path), path)
        if other is not path:
            raise UserError(
                "two hand-ins have one name",
                where=f"{other} and {path}",
                why="each student is known by the name of a folder or archive",
                fix="rename one, or hand in only the newer one",
            )
    return [_read(student, named[student], labs, only) for student in sorted(named)]


def _read(student: str, path: Path, labs: Sequence[Lab], only: Lab | None) -> Submission:
    try:
        with opened(path) as pack:
            found = tuple(_labs_of(student, pack, labs, only))
    except UserError as error:
        return Submission(student, refused=one_line(error))
    if not found:
        return Submission(student, refused=_nothing_of(only, pack))
    return Submission(student, found)


def _nothing_of(only: Lab | None, pack: Pack) -> str:
    if not pack.names:
        return "there is no file in it"
    if only is not None:
        return f"it has no file of {only.name}"
    wanted = f"one that has {OWN}/{NOTES}, or the name of a lab; --lab NAME takes files alone"
    return f"no folder of a lab is in it: {wanted}"


def one_line(error: TinygateError) -> str:
    """What is wrong and why, for a table."""
    return harmless(" ".join(f"{error.what}{': ' if error.why else ''}{error.why}".split()))


def _labs_of(student: str, pack: Pack, labs: Sequence[Lab], only: Lab | None) -> Iterable[HandIn]:
    """One for each lab that is there."""
    noted = _noted(pack)
    for lab in labs if only is None else (only,):
        places = noted.get(lab.name) or (_named_after(lab, pack) if only is None else {})
        found = [_taken(student, lab, pack, top, hints) for top, hints in places.items()]
        if not found and only is not None and _any_file(pack, only):
            found = [_taken(student, only, pack, None, 0)]
        if len({one.digest for one in found}) > 1:
            why = f"it is there {len(found)} times, and not the same: hand in one folder of it"
            yield HandIn(student, lab, refused=why)
        elif found:
            yield max(found, key=lambda one: one.hints)


def _noted(pack: Pack) -> dict[str, dict[str, int]]:
    """Lab -> where its folders are, by what is noted in them -> hints that were shown there."""
    found: dict[str, dict[str, int]] = {}
    ending = f"{OWN}/{NOTES}"
    for name in pack.names:
        if f"/{name}".endswith(f"/{ending}") and (notes := _notes(pack.read(name))):
            top = name.removesuffix(ending)
            by_make = _shown_by_make(pack, f"{top}{OWN}/{HINTS_BY_MAKE}")
            found.setdefault(notes.lab, {})[top] = notes.hints_shown + by_make
    return found


def _notes(data: bytes) -> Notes | None:
    try:
        return Notes.model_validate(json.loads(data[:NOTES_MAX_BYTES]))
    except (ValueError, RecursionError):
        return None


def _named_after(lab: Lab, pack: Pack) -> dict[str, int]:
    """Where folders of a lab's name are: a zip of all that `*` names has nothing of OWN.

    No hints are known then.
    """
    tops = {}
    for name in pack.names:
        for path in _wanted(lab):
            place = f"{lab.name}/{_in_folder(path)}"
            if f"/{name}".endswith(f"/{place}"):
                tops[f"{name.removesuffix(place)}{lab.name}/"] = 0
    return tops


def _shown_by_make(pack: Pack, name: str) -> int:
    data = pack.read(name)[:NOTES_MAX_BYTES].strip() if name in pack.names else b""
    return int(data) if data.isdigit() and len(data) < 5 else 0


def _wanted(lab: Lab) -> list[str]:
    return [*lab.files, *([ANSWERS] if lab.question else [])]


def _in_folder(path: str) -> str:
    return path if path == ANSWERS else f"{KERNEL}/{path}"


def _any_file(pack: Pack, lab: Lab) -> bool:
    names = {PurePosixPath(name).name for name in pack.names}
    return any(PurePosixPath(path).name in names for path in _wanted(lab))


def _taken(student: str, lab: Lab, pack: Pack, prefix: str | None, hints: int) -> HandIn:
    """The lab's files, below `prefix`; None: wherever they are, if there is one of each."""
    files: Files = {}
    try:
        for path in _wanted(lab):
            data = pack.read(_place(pack, path, prefix))
            files[path] = check_source(path, data)
        answers = files.pop(ANSWERS, b"")
        parse_answers(answers, ANSWERS)
    except UserError as error:
        return HandIn(student, lab, refused=f"{harmless(error.where)}: {one_line(error)}")
    return HandIn(student, lab, files, answers, min(max(hints, 0), HINTS_MAX))


def _place(pack: Pack, path: str, prefix: str | None) -> str:
    """What the file is called in the pack. Raises UserError."""
    if prefix is not None:
        name = prefix + _in_folder(path)
        found = [name] if name in pack.names else []
    else:
        last = PurePosixPath(path).name
        found = [name for name in pack.names if f"/{name}".endswith(f"/{path}")]
        found = found or [name for name in pack.names if PurePosixPath(name).name == last]
    # Of a whole folder that was handed in, the copy that checks is not the student's.
    found = [name for name in found if f"/{OWN}/" not in f"/{name}"]
    if len(found) == 1:
        return found[0]
    what = "is there more than once" if found else "is missing"
    raise UserError(what, where=path, why=", ".join(found[:3]))
