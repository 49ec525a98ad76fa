"""The survivors that are known: changes of which it is said why nothing can be seen of them."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.config.step import Step
from builder.errors import UserError
from qemu_tests.mutants.mutant import Mutant

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("survivors.toml")


class Survivor(BaseModel):
    """A change that no check can notice.

    Attributes:
        steps: The kernels that it is known of.
        path: The file, from the tree's root on.
        before: The line's code, in single blanks and without comments; it stands for all lines of
            the file that read so.
        after: The code it becomes.
        reason: Why nothing can be seen of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    steps: tuple[Step, ...] = Field(min_length=1)
    path: str = Field(min_length=1)
    before: str = Field(min_length=1)
    after: str
    reason: str = Field(min_length=1)

    def is_of(self, mutant: Mutant) -> bool:
        """Is it this mutant?"""
        ours, theirs = ((each.path, each.before, each.after) for each in (self, mutant))
        return ours == theirs

    def __str__(self) -> str:
        """In one line."""
        return f"{self.path}: {in_one_line(self.before)} -> {in_one_line(self.after)}"


class _Entry(Survivor):
    """A [[survivor]] of the file, which may be several of one line.

    Attributes:
        after: One, or a list.
    """

    after: str | tuple[str, ...]  # type: ignore[assignment]

    @property
    def survivors(self) -> list[Survivor]:
        """One for each `after`."""
        several = (self.after,) if isinstance(self.after, str) else self.after
        rest = self.model_dump(exclude={"after"})
        return [Survivor(after=after, **rest) for after in several]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    survivor: tuple[_Entry, ...] = ()


def in_one_line(code: str) -> str:
    """Code for people: `pop esi / pop edi`, and a word for none."""
    return code.replace("\n", " / ") or "nothing"


def read_survivors(step: str, path: Path = FILE) -> list[Survivor]:
    """The known survivors of a step.

    Raises:
        UserError: The file is not there, is no TOML, or is not as it must be; says where.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = _File.model_validate(tables).survivor
    except OSError as error:
        raise UserError(
            f"cannot read the known survivors: {error.strerror}",
            where=str(path),
            fix="take the file from the repository, or make an empty one",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"not a survivor: {first['msg']}",
            where=f"{path}: {_place(first['loc'])}",
            why="each [[survivor]] has steps, path, before, after and reason, and no more",
            fix="mend that entry; README.md beside the file has an example",
        ) from None
    except ValueError as error:  # TOMLDecodeError, UnicodeDecodeError
        raise UserError(f"not valid TOML: {error}", where=str(path), fix="mend that line") from None
    ours = (entry for entry in entries if Step(step) in entry.steps)
    return [survivor for entry in ours for survivor in entry.survivors]


def _place(keys: tuple[int | str, ...]) -> str:
    """`survivor 2: reason`, counted from 1."""
    words = [f" {key + 1}" if isinstance(key, int) else f": {key}" for key in keys]
    return "".join(words).removeprefix(": ")


def reason_of(mutant: Mutant, known: Collection[Survivor]) -> str:
    """Why it survives; empty if that is not known."""
    return next((survivor.reason for survivor in known if survivor.is_of(mutant)), "")


def stale(known: Collection[Survivor], mutants: Collection[Mutant]) -> list[Survivor]:
    """Those that are none of the mutants of the tree: the line is another by now, or gone."""
    there = {(mutant.path, mutant.before, mutant.after) for mutant in mutants}
    return [each for each in known if (each.path, each.before, each.after) not in there]
