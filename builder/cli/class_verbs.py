"""lab grade, lab course: the verbs for who teaches with the labs."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import options, ui
from builder.cli.guard import verb
from builder.errors import ExitCode, UserError
from builder.tools import toolchain

if TYPE_CHECKING:
    from builder.labs.classroom.course_plan import Plan
    from builder.labs.classroom.crew import Crew
    from builder.labs.classroom.submission import Submission
    from builder.labs.classroom.work import Outcome, Task

MANIFEST = ".files"  # of a folder that was written by these verbs

Submissions = Annotated[
    list[Path],
    typer.Argument(metavar="SUBMISSIONS...", help="A folder, zip, tar or tar.gz for each student."),
]
Report = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the report.")]
CourseFile = Annotated[
    Path | None, typer.Option("--course", metavar="FILE", help="What labs are worth: course.toml.")
]
OnlyLab = Annotated[
    str, typer.Option("--lab", metavar="NAME", help="The lab, where a hand-in does not name it.")
]
Hands = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, max=1024, help="Hand-ins at once [default: the CPUs]."),
]
NoSandbox = Annotated[
    bool, typer.Option("--no-sandbox", help="Let hand-ins read this computer's files. Trust them?")
]


@verb
def grade(
    submissions: Submissions,
    out: Report,
    course: CourseFile = None,
    lab: OnlyLab = "",
    jobs: Hands = None,
    no_sandbox: NoSandbox = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Grade what a class has handed in: a page for each student, and one for all."""
    from builder.labs.classroom.class_report import grades_data, report_files
    from builder.labs.classroom.course_plan import read_plan, whole_course
    from builder.labs.classroom.gradebook import gradebook
    from builder.labs.classroom.submission import read_submissions
    from builder.labs.lab_course import lab_named, labs
    from builder.tree.render import write_tree

    check_folder(out)
    only = lab_named(lab) if lab else None
    plan = read_plan(course) if course else whole_course([only] if only else labs())
    found = read_submissions(submissions, [row.lab for row in plan.lab], only)
    if course is None:
        plan = _only_what_is_there(plan, found)
    outcomes = _outcomes(found, out, _crew(jobs), sandbox=not no_sandbox, shown=not verbose)
    book = gradebook(found, outcomes, plan)
    write_tree(report_files(book), out, "the report")
    if as_json:
        ui.print_json(grades_data(book))
    else:
        ui.say(f"{out / 'index.html'}: {len(book.students)} students")
    failed = any(outcome.failed for outcome in outcomes.values())
    return ExitCode.EMULATOR if failed else ExitCode.OK


def check_folder(out: Path) -> None:
    """See that nobody's files are there.

    Raises:
        UserError: They are.
    """
    ours = (out / MANIFEST).is_file() or (out / "results").is_dir()
    if (out.exists() and not out.is_dir()) or (out.is_dir() and any(out.iterdir()) and not ours):
        raise UserError(
            "the folder has other files",
            where=f"--out {out}",
            why="the pages would lie among them",
            fix="choose a new folder, or the one of the run before",
        )


def _only_what_is_there(plan: "Plan", found: "Sequence[Submission]") -> "Plan":
    """Without a course: the labs that somebody has handed in."""
    names = {hand_in.lab.name for submission in found for hand_in in submission.labs}
    rows = tuple(row for row in plan.lab if row.name in names)
    return plan.model_copy(update={"lab": rows}) if rows else plan


def _crew(jobs: int | None) -> "Crew":
    import os

    from builder.labs.classroom.crew import LocalCrew

    return LocalCrew(jobs or os.cpu_count() or 1)


def _outcomes(
    found: "Sequence[Submission]", out: Path, crew: "Crew", *, sandbox: bool, shown: bool
) -> "dict[str, Outcome]":
    """What came of each hand-in, by its digest: what is known already, and what has to be done."""
    from builder.labs.classroom.results import Results
    from builder.labs.classroom.work import task_of, version
    from builder.tools.sandbox import find_sandbox

    results = Results(out / "results")
    known: dict[str, Outcome] = {}
    todo: dict[str, Task] = {}
    for submission in found:
        for hand_in in submission.labs:
            digest = hand_in.digest
            if hand_in.refused or digest in known or digest in todo:
                continue
            outcome = results.load(digest, version())
            if outcome is None:
                todo[digest] = task_of(hand_in, sandbox=sandbox)
            else:
                known[digest] = outcome
    if not todo:
        return known
    toolchain.require(toolchain.QEMU)
    if sandbox:
        find_sandbox()
    began = time.monotonic()
    with ui.progress("grading", shown=shown) as update:
        for number, outcome in enumerate(crew.outcomes(list(todo.values())), 1):
            if not outcome.failed:
                results.keep(outcome)
            known[outcome.digest] = outcome
            update(_progress(number, len(todo), time.monotonic() - began))
    seconds = time.monotonic() - began
    ui.say(f"{len(todo)} graded in {seconds:.1f} s, {len(todo) / seconds * 60:.0f} a minute")
    return known


def _progress(done: int, of: int, seconds: float) -> str:
    left_s = seconds / done * (of - done)
    left = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
    return f"grading: {done} of {of}, about {left} to go"
