"""When each hand-in came, as whoever took it says, and how late that was. Costs nobody points.

What an archive says of its own times is the student's word, and what a folder says may be that of
the download. So the times come in a table of their own, which a learning platform or a mail
program's list is soon made into.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from builder.errors import UserError
from builder.labs.lab import Lab
from builder.labs.lab_course import lab_named
from builder.tools.ordinary_file import read_ordinary

COLUMNS = ("student", "time")
TABLE_MAX_BYTES = 1 << 22
_FIX = "a line `student,time`, and then one for each, such as anna,2027-01-15T23:41:00+01:00"


@dataclass(frozen=True)
class Times:
    """When hand-ins came.

    Attributes:
        rows: Student and the name of a lab, or no name for all others, -> when.
    """

    rows: Mapping[tuple[str, str], datetime] = field(default_factory=dict)

    def of(self, student: str, lab: Lab) -> datetime | None:
        """When a lab was handed in; None if nobody says so."""
        return self.rows.get((student, lab.name)) or self.rows.get((student, ""))

    @property
    def students(self) -> set[str]:
        """Who is in the table."""
        return {student for student, _ in self.rows}


def read_times(path: Path) -> Times:
    """A table with the columns `student`, `time` and, where each has its own time, `lab`.

    Where no time zone is named it is this computer's.

    Raises:
        UserError: It is no such table, or has a hand-in twice, or a time or lab that is none.
    """
    try:
        text = read_ordinary(path, TABLE_MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise _wrong(path, str(error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise _wrong(path, f"byte {error.start} is not UTF-8") from error
    times: dict[tuple[str, str], datetime] = {}
    table = csv.DictReader(text.splitlines())
    try:
        if missing := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
            raise _wrong(path, f"no column is called {missing[0]}")
        for row in table:
            student, said = ((row[name] or "").strip() for name in COLUMNS)
            lab = (row.get("lab") or "").strip()
            key = student, lab_named(lab).name if lab else ""
            if key in times:
                raise _wrong(path, f"line {table.line_num}: {student} is there twice")
            times[key] = datetime.fromisoformat(_plain(said)).astimezone()
    except (ValueError, OverflowError, csv.Error) as error:
        raise _wrong(path, f"line {table.line_num}: {error}") from error
    return Times(times)


def late_by(came: datetime, deadline: datetime | date) -> timedelta:
    """How late it was; 0 if it was in time. A deadline that is a day is the end of that day."""
    if not isinstance(deadline, datetime):
        deadline = datetime.combine(deadline + timedelta(days=1), time.min)
    return max(timedelta(), came.astimezone() - deadline.astimezone())


def minutes(late: timedelta) -> int:
    """The same in minutes, begun ones too: a second is late."""
    return -(-late // timedelta(minutes=1))


def in_words(late: timedelta) -> str:
    """Such as `2 d 3 h`, `3 h 5 min`, `1 min`; empty if it was in time."""
    days, rest = divmod(minutes(late), 24 * 60)
    parts = [(days, "d"), (rest // 60, "h"), (rest % 60, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts[: 2 if days else 3] if count)


def _plain(said: str) -> str:
    """Python 3.10 knows no Z for the time zone of Greenwich."""
    return f"{said[:-1]}+00:00" if said.endswith("Z") else said


def _wrong(path: Path, why: str) -> UserError:
    return UserError("is no table of times", where=str(path), why=why, fix=_FIX)
