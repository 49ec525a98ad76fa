"""course.toml: which labs a class gets, what they are worth, and by when."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.errors import UserError
from builder.labs.lab import Lab
from builder.labs.lab_course import lab_named
from builder.tools.ordinary_file import read_ordinary

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_BYTES_MAX = 1 << 20  # a course.toml has some hundred bytes for each lab

EXAMPLE = """\
title = "Operating systems"
text = "Hand in a zip of the lab's folder."
# install = "pip install 'git+https://...'"  # for GitHub Classroom and Gradescope

[[lab]]
name = "01-table"
points = 5
deadline = 2027-01-15T23:59:00

[[lab]]
name = "03-frame"
free_hints = 1
hint_price = 0.5
text = "Read the manual's chapter 6 first."
"""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PlannedLab(_Row):
    """A lab of a course.

    Attributes:
        name: Which one.
        points: What it is worth; without it what the lab itself says.
        deadline: When it is to be handed in; without a time zone, in that of the computer.
        free_hints: How many hints cost nothing.
        hint_price: Points for each further one; what is noted in the student's folder is believed.
        text: What is said about it, in Markdown.
    """

    name: str
    points: float | None = Field(default=None, gt=0, le=1000)
    deadline: datetime | date | None = None
    free_hints: int = Field(default=0, ge=0, le=100)
    hint_price: float = Field(default=0, ge=0, le=1000)
    text: str = ""

    @property
    def lab(self) -> Lab:
        """The lab itself. Raises UserError if there is none."""
        return lab_named(self.name)

    @property
    def worth(self) -> float:
        """Its points."""
        return self.lab.points if self.points is None else self.points

    @property
    def due(self) -> str:
        """The deadline for people; empty if there is none."""
        if isinstance(self.deadline, datetime):
            return self.deadline.strftime("%Y-%m-%d %H:%M %Z").strip()
        return "" if self.deadline is None else self.deadline.isoformat()

    def score(self, earned: int, hints: int) -> float:
        """What `earned` points of the lab are worth here, less what hints cost; 0 at least."""
        price = max(0, hints - self.free_hints) * self.hint_price
        return max(0.0, round(earned / self.lab.points * self.worth - price, 2))


class Plan(_Row):
    """A course.

    Attributes:
        title: Its name.
        text: What is said about it, in Markdown.
        install: The shell command that installs tinygate where GitHub Classroom or Gradescope run
            it, which only you know; without it there are no files for these.
        lab: Its labs, in order.
    """

    title: str = Field(default="Labs", min_length=1)
    text: str = ""
    install: str = Field(default="", pattern=r"^[^\n]*$")
    lab: tuple[PlannedLab, ...] = Field(min_length=1)

    def of(self, lab: Lab) -> PlannedLab:
        """What is planned for a lab that is in the course."""
        return next(row for row in self.lab if row.lab is lab)

    @property
    def worth(self) -> float:
        """The points of all labs."""
        return sum(row.worth for row in self.lab)


def read_plan(path: Path) -> Plan:
    """A course.toml.

    Raises:
        UserError: It cannot be read, or says what no course may.
    """
    try:
        plan = Plan.model_validate(tomllib.loads(read_ordinary(path, FILE_BYTES_MAX).decode()))
    except OSError as error:
        raise UserError(
            "the course cannot be read", where=str(path), why=str(error.strerror),
            fix="`tinygate lab course --example > course.toml` writes one to begin with",
        ) from error  # fmt: skip
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _wrong(path, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, or endless nesting
        raise _wrong(path, str(error)) from error
    names = [row.lab.name for row in plan.lab]
    if twice := [name for name in names if names.count(name) > 1]:
        raise _wrong(path, f"lab {twice[0]} is there twice")
    return plan


def _wrong(path: Path, why: str) -> UserError:
    fix = "docs/teaching.md has an example, and says what each key means"
    return UserError("is no course", where=str(path), why=why, fix=fix)


def whole_course(labs: Sequence[Lab]) -> Plan:
    """All labs as they are."""
    return Plan(lab=tuple(PlannedLab(name=lab.name) for lab in labs))
