"""The gradebook as pages and tables: path -> content. Pure.

What a stranger wrote is in these pages only as escaped text.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import json
import re
from typing import Any

from builder.errors import harmless
from builder.labs.classroom.gradebook import Entry, Gradebook, Student
from builder.labs.classroom.lateness import minutes
from builder.labs.handout import given_tree
from builder.labs.lab import Files
from builder.tree.page_template import number, page_template

DIFFERENCE_MAX_LINES = 400
_HASHED = re.compile(r"-[0-9a-f]{8}$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would execute


def report_files(book: Gradebook) -> Files:
    """All files of a report."""
    pages = {student.name: f"students/{slug(student.name)}.html" for student in book.students}
    course = page_template("class/course.html.j2")
    files = {
        "index.html": course.render(book=book, pages=pages),
        "grades.csv": grades_csv(book),
        "grades.json": json.dumps(grades_data(book), indent=1) + "\n",
    }
    template = page_template("class/student.html.j2")
    for student in book.students:
        differences = {entry.lab.name: difference(entry) for entry in student.entries}
        page = template.render(book=book, student=student, differences=differences)
        files[pages[student.name]] = page
        gradescope = json.dumps(gradescope_results(book, student), indent=1) + "\n"
        files[f"gradescope/{slug(student.name)}/results.json"] = gradescope
    return {path: text.encode() for path, text in files.items()}


def slug(name: str) -> str:
    """A name as that of a file: two names never have the same."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60] or "student"
    return (
        plain
        if plain == name and not _HASHED.search(name)
        else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    )


def difference(entry: Entry) -> str:
    """What was changed of what had been handed out."""
    given = given_tree(entry.lab, "demo")
    lines: list[str] = []
    for path, data in sorted(entry.hand_in.files.items()):
        old, new = (text.decode().split("\n") for text in (given[path], data))
        lines += difflib.unified_diff(old, new, f"handed out/{path}", path, lineterm="")
    shown = [harmless(line, "\t") for line in lines[:DIFFERENCE_MAX_LINES]]
    return "\n".join([*shown, *(["..."] if len(lines) > len(shown) else [])])


def grades_csv(book: Gradebook) -> str:
    """A row for each student and lab."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        ("student", "lab", "points", "of", "verdict", "mistake", "hints", "late minutes", "same as")
    )
    for student in book.students:
        if not student.entries:
            table.writerow((_cell(student.name), "", 0, "", _cell(student.refused), "", "", "", ""))
        for entry in student.entries:
            word = entry.reason or (entry.outcome.word if entry.outcome else "")
            row = (entry.hand_in.student, entry.lab.name, number(entry.score))
            late = "" if entry.late is None else minutes(entry.late)
            rest = (word, entry.mistake, entry.hand_in.hints, late, "; ".join(entry.same))
            table.writerow([_cell(str(x)) for x in (*row, number(entry.planned.worth), *rest)])
    return text.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def grades_data(book: Gradebook) -> dict[str, Any]:
    """All of it for other programs."""
    return {
        "title": book.plan.title,
        "points": book.plan.worth,
        "students": [_student_data(student) for student in book.students],
        "mistakes": {
            planned.name: dict(book.mistakes(planned)) for planned in book.plan.lab
        },
    }  # fmt: skip


def _student_data(student: Student) -> dict[str, Any]:
    return {
        "student": student.name,
        "points": student.score,
        "refused": student.refused,
        "labs": [
            {
                "lab": entry.lab.name,
                "points": entry.score,
                "of": entry.planned.worth,
                "reason": entry.reason,
                "mistake": entry.mistake,
                "hints": entry.hand_in.hints,
                "late_minutes": None if entry.late is None else minutes(entry.late),
                "same": list(entry.same),
                **_outcome_data(entry),
            }
            for entry in student.entries
        ],
    }


def _outcome_data(entry: Entry) -> dict[str, Any]:
    if entry.outcome is None:
        return {}
    return entry.outcome.model_dump(include={"word", "summary", "parts", "digest"})


def gradescope_results(book: Gradebook, student: Student) -> dict[str, Any]:
    """What Gradescope reads: results.json of its autograders, in their documentation."""
    tests = []
    for planned in book.plan.lab:
        entry = student.entry(planned)
        if entry is None:
            continue
        said = entry.reason or (
            f"{entry.outcome.word}: {entry.outcome.summary}" if entry.outcome else ""
        )
        parts = [] if entry.reason or entry.outcome is None else entry.outcome.parts
        tests += [
            {
                "name": f"{planned.name}: {part.title}",
                "score": entry.scaled(part.earned),
                "max_score": entry.scaled(part.points),
                "output": "\n".join((said, *part.lines)),
            }
            for part in parts
        ] or [{"name": planned.name, "score": 0, "max_score": planned.worth, "output": said}]
    hints = [
        f"{entry.lab.name}: {entry.hand_in.hints} hints, which cost {number(entry.hints_cost)}"
        for entry in student.entries
        if entry.hints_cost
    ]
    return {
        "score": student.score,
        "output": f"refused: {student.refused}" if student.refused else "\n".join(hints),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
    }
