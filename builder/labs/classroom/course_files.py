"""What a planned course consists of: path -> content. Pure.

index.html             the course
pages/LAB.html         a page for each lab
handouts/LAB/          a student's folder, and LAB.zip beside it
solutions/LAB/         the reference solution, and how it differs: not for students
classroom/LAB/         .github/workflows/classroom.yml for GitHub Classroom
gradescope/LAB/        setup.sh and run_autograder for Gradescope, and LAB.zip of them beside it
labs.csv               a row for each lab
"""

from __future__ import annotations

import csv
import difflib
import io
import zipfile
from dataclasses import dataclass

from builder.labs.classroom.course_plan import Plan, PlannedLab
from builder.labs.grader import REST
from builder.labs.handout import given_tree, handout, solved_tree
from builder.labs.lab import Files, Lab
from builder.labs.lab_folder import new_notes
from builder.tools.packages import managers
from builder.tree.page_template import number, page_template
from builder.tree.prose import html_of

TOOLS = ("make", "cc", "ld", "nasm", "qemu", "bubblewrap")
# An expression of the workflow's: Classroom's graders pass on no variable but PATH and HOME.
CHECK_JSON = "${{ runner.temp }}/check.json"
ZIP_DATE = (2000, 1, 1, 0, 0, 0)  # the same bytes whenever it is made


@dataclass(frozen=True)
class GradedPart:
    """A part of a lab as GitHub Classroom is told of it: its name there, title, and points."""

    id: str
    title: str
    points: str

    @property
    def result(self) -> str:
        """The workflow's expression for what came of it."""
        return f"${{{{ steps.{self.id}.outputs.result }}}}"


def course_files(plan: Plan) -> Files:
    """All files of a course."""
    files: Files = {
        "index.html": _page("class/plan.html.j2", plan=plan, text=_prose(plan.text)),
        "labs.csv": labs_csv(plan).encode(),
    }
    for planned in plan.lab:
        name, lab = planned.name, planned.lab
        folder = {**handout(lab), **new_notes(lab)}
        readme = folder["README.md"].decode()
        files[f"pages/{lab.name}.html"] = _page(
            "class/lab.html.j2",
            plan=plan, planned=planned, text=_prose(planned.text), page=_prose(readme),
        )  # fmt: skip
        files |= {f"handouts/{lab.name}/{path}": data for path, data in folder.items()}
        files[f"handouts/{lab.name}.zip"] = _zip(name, folder)
        files |= {f"solutions/{lab.name}/{path}": data for path, data in _solution(lab).items()}
        if plan.install:
            files |= _places(plan, planned)
    return files


def labs_csv(plan: Plan) -> str:
    """A row for each lab."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("lab", "title", "step", "kind", "minutes", "points", "due", "free hints",
                    "price of a hint"))  # fmt: skip
    for row in plan.lab:
        lab = row.lab
        about = (lab.name, lab.title, lab.step, lab.kind, lab.minutes, number(row.worth))
        table.writerow((*about, row.due, row.free_hints, number(row.hint_price)))
    return text.getvalue()


def _solution(lab: Lab) -> Files:
    """The files that a student changes, as they should become, or the answers."""
    given, solved = given_tree(lab, "demo"), solved_tree(lab, "demo")
    files = {path: solved[path] for path in lab.files}
    lines: list[str] = []
    for path in lab.files:
        old, new = (tree[path].decode().splitlines(keepends=True) for tree in (given, solved))
        lines += difflib.unified_diff(old, new, f"handed out/{path}", f"solution/{path}")
    if lines:
        files["solution.diff"] = "".join(lines).encode()
    if lab.question:
        answers = "".join(f"# {row.text}\n{row.key} = {row.answer}\n\n" for row in lab.question)
        files["answers.txt"] = answers.encode()
    return files


def _places(plan: Plan, planned: PlannedLab) -> Files:
    """What GitHub Classroom and Gradescope read."""
    lab = planned.lab
    packages = " ".join(managers("x86_64")[0].packages(TOOLS))
    given = {"planned": planned, "install": plan.install, "packages": packages}
    parts, whole = _graded_parts(planned)
    scripts = {name: _page(f"class/{name}.j2", **given) for name in ("setup.sh", "run_autograder")}
    return {
        f"classroom/{lab.name}/.github/workflows/classroom.yml": _page(
            "class/classroom.yml.j2", **given, parts=parts, whole=whole, check=CHECK_JSON
        ),
        f"gradescope/{lab.name}.zip": _zip("", scripts, mode=0o755),
        **{f"gradescope/{lab.name}/{name}": data for name, data in scripts.items()},
    }


def _graded_parts(planned: PlannedLab) -> tuple[list[GradedPart], bool]:
    """The parts with the plan's points, and true; with the lab's own if not all are whole."""
    lab = planned.lab
    points = [(part.title, part.points) for part in lab.part]
    points += [(REST, lab.rest)] if lab.rest else []
    scale = planned.worth / lab.points
    scaled = [round(worth * scale, 6) for _, worth in points]
    whole = all(worth.is_integer() for worth in scaled)
    parts = [
        GradedPart(f"part-{index}", title, number(scaled[index - 1] if whole else worth))
        for index, (title, worth) in enumerate(points, 1)
    ]
    return parts, whole


def _prose(text: str) -> str:
    return html_of(text, lambda _: "")


def _page(name: str, **fields: object) -> bytes:
    return page_template(name).render(**fields).encode()


def _zip(name: str, files: Files, mode: int = 0o644) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            row = zipfile.ZipInfo(f"{name}/{path}" if name else path, ZIP_DATE)
            row.compress_type = zipfile.ZIP_DEFLATED
            row.external_attr = mode << 16
            archive.writestr(row, data)
    return stream.getvalue()
