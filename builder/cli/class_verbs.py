"""lab grade, lab course: the verbs for who teaches with the labs."""

import os
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
    from builder.labs.classroom.lateness import Times
    from builder.labs.classroom.submission import Submission
    from builder.labs.classroom.work import Outcome, Task

MANIFEST = ".files"  # of a folder that was written by these verbs

Submissions = Annotated[
    list[Path],
    typer.Argument(metavar="SUBMISSION", help="A folder, zip, tar or tar.gz for each student."),
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
Scheduler = Annotated[
    str, typer.Option("--scheduler", metavar="ADDRESS", help="Grade on a Dask cluster.")
]
TimesFile = Annotated[
    Path | None, typer.Option("--times", metavar="FILE", help="When each came: a CSV.")
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
    scheduler: Scheduler = "",
    times: TimesFile = None,
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
    from builder.tree.page_template import counted
    from builder.tree.render import write_tree

    check_folder(out)
    crew = _crew(jobs, scheduler)
    only = lab_named(lab) if lab else None
    plan = read_plan(course) if course else whole_course([only] if only else labs())
    found = read_submissions(submissions, [row.lab for row in plan.lab], only)
    came = _times(times, plan, found) if times else None
    if course is None:
        plan = _only_what_is_there(plan, found)
    outcomes = _outcomes(found, out, crew, sandbox=not no_sandbox, shown=not verbose)
    book = gradebook(found, outcomes, plan, came)
    write_tree(report_files(book), out, "the report")
    if as_json:
        ui.print_json(grades_data(book))
    else:
        refused = sum(bool(student.refused) for student in book.students)
        more = f", {refused} of them refused" if refused else ""
        ui.say(f"{out / 'index.html'}: {counted(len(book.students), 'student')}{more}")
    failed = any(outcome.failed for outcome in outcomes.values())
    return ExitCode.EMULATOR if failed else ExitCode.OK


@verb
def course(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A course.toml.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the course.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print the pages, too, by Chromium.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a course.toml.")] = False,
    verbose: options.Verbose = False,
) -> int:
    """Make a course: a page and a folder for each lab, the solutions apart."""
    from builder.labs.classroom.course_files import course_files
    from builder.labs.classroom.course_plan import EXAMPLE, read_plan
    from builder.tree.page_template import counted
    from builder.tree.render import write_tree

    if example:
        print(EXAMPLE, end="")
        return ExitCode.OK
    if file is None or out is None:
        raise UserError(
            "a course needs a file and a folder",
            fix="tinygate lab course course.toml --out DIR; --example prints a course.toml",
        )
    check_folder(out)
    plan = read_plan(file)
    files = course_files(plan)
    write_tree(files, out, "the course")
    if pdf:
        _print([path for path in files if path.endswith(".html")], out, shown=not verbose)
    labs = counted(len(plan.lab), "lab")
    ui.say(f"{out / 'index.html'}: {labs}; {out / 'solutions'} is not for students")
    return ExitCode.OK


def _print(pages: Sequence[str], out: Path, *, shown: bool) -> None:
    """Each page as a PDF beside it. Raises ToolError, MachineryError."""
    from builder.tools.tool import CHROMIUM
    from builder.xray.book.print_pdf import print_pdf

    chromium = toolchain.require(CHROMIUM)[CHROMIUM.name].path
    with ui.progress("printing", shown=shown) as update:
        for number, page in enumerate(pages, 1):
            update(f"printing: {number} of {len(pages)}")
            print_pdf(chromium, out / page, (out / page).with_suffix(".pdf"))


def check_folder(out: Path) -> None:
    """See that nobody's files are there.

    Raises:
        UserError: They are.
    """
    ours = (out / MANIFEST).is_file()
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


def _times(path: Path, plan: "Plan", found: "Sequence[Submission]") -> "Times":
    """When each came. Raises UserError if there is nothing to compare that with."""
    from builder.labs.classroom.lateness import read_times

    if not any(row.deadline for row in plan.lab):
        raise UserError(
            "there is no deadline to compare times with",
            where=f"--times {path}",
            fix="give a lab of --course course.toml a deadline",
        )
    times = read_times(path)
    students = [submission.student for submission in found]
    if not times.students & set(students):
        raise UserError(
            "no hand-in is of a student in the table",
            where=str(path),
            why=f"hand-ins are called such as {students[0]}",
            fix="use the names of the folders or archives, without .zip and the like",
        )
    return times


def _crew(jobs: int | None, scheduler: str) -> "Crew":
    from builder.labs.classroom.crew import LocalCrew
    from builder.labs.classroom.dask_crew import DaskCrew

    if scheduler and jobs:
        raise UserError(
            "--jobs and --scheduler exclude each other",
            why="a scheduler's workers say themselves how many they are",
            fix="leave one out",
        )
    return DaskCrew(scheduler) if scheduler else LocalCrew(jobs or os.cpu_count() or 1)


def _outcomes(
    found: "Sequence[Submission]", out: Path, crew: "Crew", *, sandbox: bool, shown: bool
) -> "dict[str, Outcome]":
    """What came of each hand-in, by its digest: what is known already, and what has to be done."""
    from builder.labs.classroom.results import Results
    from builder.labs.classroom.work import task_of, version
    from builder.tree.render import write_tree

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
    if not (out / MANIFEST).is_file():  # the folder is ours from here on, also after Ctrl-C
        write_tree({}, out, "the report")
    crew.require(sandbox=sandbox)
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


def bench_labs(count: int, *, as_json: bool) -> int:
    """Show how many hand-ins a minute are graded here, in each way that there is."""
    import importlib.util
    import tempfile

    from builder.labs.classroom.class_bench import class_figures
    from builder.labs.classroom.crew import LocalCrew

    LocalCrew(1).require(sandbox=True)
    cluster = importlib.util.find_spec("distributed") is not None
    with (
        tempfile.TemporaryDirectory(prefix="tinygate-bench-") as folder,
        ui.progress("grading") as update,
    ):
        figures = list(class_figures(Path(folder), count, update, cluster=cluster))
    if as_json:
        ui.print_json(figures)
        return ExitCode.OK
    rows = [
        (
            row.way,
            str(row.hand_ins),
            f"{row.a_minute:,.0f}",
            f"{row.seconds:.1f} s",
            f"{row.load:.1f}",
        )
        for row in figures
    ]
    title = f"hand-ins of one lab, on {os.cpu_count()} CPUs"
    ui.print_table(title, ("graded by", "hand-ins", "a minute", "in", "load"), rows)
    return ExitCode.OK


def _progress(done: int, of: int, seconds: float) -> str:
    left_s = seconds / done * (of - done)
    left = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
    return f"grading: {done} of {of}, about {left} to go"
