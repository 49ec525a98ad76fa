"""A student's folder: what is taken of it, and what is noted in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.errors import FileError, UserError
from builder.labs.handout import ANSWERS, KERNEL, OWN
from builder.labs.lab import Files, Lab
from builder.labs.lab_course import lab_named
from builder.tools.whole_file import write_whole

FILE_MAX_BYTES = 1 << 18  # the largest file of a lab has 10 KiB
ANSWER_MAX_CHARS = 100  # the longest right one has 25
NOTES = "notes.json"


class Notes(BaseModel):
    """What is noted about the work in a folder.

    Attributes:
        lab: Its name.
        hints: How many hints were shown, by the mistake that they are about.
        points: Of the last check.
        solved: A check gave all points.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lab: str
    hints: dict[str, int] = Field(default_factory=dict)
    points: int = 0
    solved: bool = False

    @property
    def hints_shown(self) -> int:
        """All of them."""
        return sum(self.hints.values())

    def with_(self, **fields: Any) -> Notes:
        """The same with other values."""
        return self.model_copy(update=fields)


@dataclass(frozen=True)
class LabFolder:
    """A folder that `lab new` has made."""

    path: Path
    lab: Lab

    @property
    def own(self) -> Path:
        """Our part of it."""
        return self.path / OWN

    @property
    def work(self) -> Path:
        """Where it is built to be checked."""
        return self.own / "build"

    def notes(self) -> Notes:
        """What was noted."""
        return _notes(self.path)

    def note(self, notes: Notes) -> None:
        """Keep it.

        Raises:
            FileError: It cannot be written.
        """
        try:
            write_whole(self.own / NOTES, notes.model_dump_json(indent=1) + "\n")
        except OSError as error:
            raise FileError(
                f"cannot be written: {error.strerror}",
                where=str(self.own / NOTES),
                fix="make room, or see to its permissions",
            ) from error

    def answers(self) -> dict[str, str]:
        """What was answered; nothing in a lab without questions.

        Raises:
            UserError: See `read_answers`.
        """
        return read_answers(self.path / ANSWERS) if self.lab.question else {}

    def taken(self) -> Files:
        """The files that are the student's; nothing else counts.

        Raises:
            UserError: One is missing, is no file of its own, or cannot be source text.
        """
        return {path: _source(self.path / KERNEL, path) for path in self.lab.files}


def read_answers(path: Path) -> dict[str, str]:
    """Key -> answer, of a file with lines `key = answer`; what is behind a # is nobody's answer.

    Of two for one key the last one counts.

    Raises:
        UserError: It is not there, or no text, or an answer is far too long to be one.
    """
    return parse_answers(_source(path.parent, path.name), str(path))


def parse_answers(data: bytes, where: str) -> dict[str, str]:
    """The same of the content of such a file; `where` is for the error."""
    answers = {}
    for number, line in enumerate(data.decode("utf-8-sig").splitlines(), 1):
        key, _, answer = line.partition("#")[0].partition("=")
        if len(answer.strip()) > ANSWER_MAX_CHARS:
            raise UserError(
                "is no answer",
                where=f"{where}:{number}",
                why=f"it is longer than {ANSWER_MAX_CHARS} characters",
                fix="an answer is a number, or a short sum",
            )
        if answer.strip():
            answers[key.strip().lower()] = answer.strip()
    return answers


def new_notes(lab: Lab) -> Files:
    """What is noted in a folder that is new."""
    return {f"{OWN}/{NOTES}": (Notes(lab=lab.name).model_dump_json(indent=1) + "\n").encode()}


def open_folder(path: Path) -> LabFolder:
    """The lab in a folder.

    Raises:
        UserError: It is no lab's folder, or the lab is not known here.
    """
    return LabFolder(path, lab_named(_notes(path).lab))


def is_lab_folder(path: Path) -> bool:
    """Has `lab new` made it?"""
    return (path / OWN / NOTES).is_file()


def _notes(path: Path) -> Notes:
    file = path / OWN / NOTES
    try:
        return Notes.model_validate_json(file.read_bytes())
    except OSError as error:
        raise UserError(
            "is no lab's folder",
            where=str(path),
            why=f"{OWN}/{NOTES}: {error.strerror}",
            fix="name a folder that `tinygate lab new` has made",
        ) from error
    except ValidationError as error:
        raise UserError(
            "what is noted about the lab cannot be read",
            where=str(file),
            why=str(error.errors()[0]["msg"]),
            fix="make a new folder, and copy your files into its kernel/",
        ) from error


def _source(tree: Path, path: str) -> bytes:
    file = tree / path
    try:
        inside = file.resolve(strict=True).is_relative_to(tree.resolve())
        if not inside or file.is_symlink() or not file.is_file():
            raise _refused(file, "is not a file of its own", "links and devices are not taken")
        with file.open("rb") as stream:
            data = stream.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise _refused(file, "cannot be read", str(error.strerror)) from error
    return check_source(str(file), data)


def check_source(where: str, data: bytes) -> bytes:
    """The content of a file that was handed in, if it can be source text.

    Raises:
        UserError: It is empty, larger than FILE_MAX_BYTES, or no text.
    """
    if len(data) > FILE_MAX_BYTES:
        raise _refused(where, "is too large", f"more than {FILE_MAX_BYTES} bytes")
    if not data.strip():
        raise _refused(where, "is empty", "it has to be built into the kernel")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _refused(where, "is no text", f"byte {error.start} is not UTF-8") from error
    if "\0" in text:
        raise _refused(where, "is no text", f"byte {data.index(0)} is 0")
    return data


def _refused(where: str | Path, what: str, why: str) -> UserError:
    fix = "put back the file as it was handed out: `tinygate lab new` in another folder has it"
    return UserError(what, where=str(where), why=why, fix=fix)
