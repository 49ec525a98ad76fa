"""lab: the verbs of the course: a lab in a folder, its checks, its hints."""

import difflib
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import class_verbs, options, ui
from builder.cli.guard import verb
from builder.cli.project_verbs import check_new, write_whole
from builder.errors import ExitCode, UserError, harmless
from builder.tools import toolchain

if TYPE_CHECKING:
    from builder.labs.grader import Grade
    from builder.labs.lab import Files, Lab
    from builder.labs.lab_folder import LabFolder, Notes

app = typer.Typer(help="A course in folders: exercises in these kernels, and what checks them.")

LabName = Annotated[str, typer.Argument(metavar="NAME", help="Such as 01-table, or its beginning.")]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")]
Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", show_default=False, help="The lab's folder [default: this one]."),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Say, too, where the kernel parts from a healthy one.")
]
Course = Annotated[
    Path,
    typer.Argument(
        metavar="DIR", show_default=False, help="Where your labs' folders are [default: here]."
    ),
]


@app.command("list")
@verb
def lab_list(
    folder: Course = Path(),
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Show the course in its order, and what is done of it."""
    from builder.labs.lab_course import labs
    from builder.labs.lab_folder import Notes, is_lab_folder, open_folder

    done: dict[str, Notes] = {}
    below = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in [folder, *below]:
        if is_lab_folder(path):
            notes = open_folder(path).notes()
            if notes.lab not in done or not done[notes.lab].solved:
                done[notes.lab] = notes
    if as_json:
        ui.print_json(
            [
                {
                    **lab.model_dump(include={"name", "title", "step", "kind", "minutes"}),
                    "points": lab.points,
                    "earned": done[lab.name].points if lab.name in done else None,
                    "solved": lab.name in done and done[lab.name].solved,
                    "hints": done[lab.name].hints_shown if lab.name in done else 0,
                }
                for lab in labs()
            ]
        )
        return ExitCode.OK
    rows = [
        (lab.name, lab.step, lab.kind, f"{lab.minutes} min", lab.title, _state(done.get(lab.name)))
        for lab in labs()
    ]
    ui.print_table("", ("lab", "step", "kind", "takes", "title", ""), rows)
    return ExitCode.OK


def _state(notes: "Notes | None") -> str:
    if notes is None:
        return ""
    shown = notes.hints_shown
    hints = f", {shown} hint{'s' if shown > 1 else ''}" if shown else ""
    return ("done" if notes.solved else f"{notes.points} points") + hints


@app.command("new")
@verb
def lab_new(
    name: LabName,
    folder: NewFolder,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Make a lab's folder, which needs make, GCC, NASM and QEMU: kernel, page, Makefile."""
    from builder.labs.lab_course import lab_named

    lab = lab_named(name)
    files = make_folder(lab, folder)
    if as_json:
        ui.print_json({"lab": lab.name, "folder": str(folder), "files": sorted(files)})
    else:
        page = shlex.quote(str(folder / "README.md"))
        print(f"{lab.name}: {lab.title}. Next: read {page}")
    return ExitCode.OK


def make_folder(lab: "Lab", folder: Path) -> "Files":
    """Make it, whole or not at all; what is in it."""
    from builder.labs.handout import handout
    from builder.labs.lab_folder import new_notes

    check_new(folder)
    files = {**handout(lab), **new_notes(lab)}
    write_whole(files, folder)
    return files


@app.command("check")
@verb
def lab_check(
    folder: Folder = Path(),
    explain: Explain = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Build and boot what is in a lab's folder, and say what is right: points, part by part."""
    from builder.labs.grader import explained

    found, grade = _checked(folder, verbose=verbose)
    why = ""
    if explain and not grade.full and grade.builds:
        with ui.progress("comparing with a healthy kernel", shown=not verbose):
            why = str(explained(found.lab, found.work) or "")
    if as_json:
        ui.print_json(
            {
                "lab": found.lab.name,
                "points": grade.points,
                "of": found.lab.points,
                "verdict": grade.word,
                "summary": grade.summary,
                "parts": grade.parts,
                "explanation": why,
            }
        )
    else:
        show_grade(grade)
        if why:
            print(f"explained: {why}")
    return ExitCode.OK if grade.full else ExitCode.VERDICT


def _checked(folder: Path, *, verbose: bool) -> tuple["LabFolder", "Grade"]:
    from builder.labs.lab_folder import open_folder

    found = open_folder(folder)
    return found, check_files(found, found.taken(), found.answers(), verbose=verbose)


def check_files(
    found: "LabFolder", taken: "Files", answers: dict[str, str], *, verbose: bool
) -> "Grade":
    """Check what was taken of a lab's folder, and note there what came of it."""
    from builder.labs.grader import grade
    from builder.tools.folder_lock import alone_in

    toolchain.require(toolchain.QEMU)
    with alone_in(found.work), ui.progress("checking", shown=not verbose):
        result = grade(found.lab, taken, found.work, answers)
    notes = found.notes()
    found.note(notes.with_(points=result.points, solved=notes.solved or result.full))
    return result


def show_grade(grade: "Grade", for_a_hint: str = "make hint", folder: Path = Path()) -> None:
    """Points, part by part, and what can be done about those that are missing."""
    lab = grade.lab
    print(f"{lab.name}: {lab.title}")
    if not grade.builds:
        print("it does not build:")
        print("\n".join(f"  {harmless(line)}" for line in grade.says.splitlines()))
    else:
        print(f"the kernel's end: {grade.word}: {harmless(grade.summary)}")
    for part in grade.parts:
        print(f"{part.earned:3} of {part.points:2}  {part.title}")
        print("".join(f"             {harmless(line)}\n" for line in part.lines), end="")
    print(f"points: {grade.points} of {lab.points}")
    if grade.full:
        where = "" if folder == Path() else f" {shlex.quote(str(folder))}"
        print(f"\nDone. To look at next: {lab.next}")
        print(f"The reference solution: tinygate lab solution{where}")
    else:
        if grade.advice:
            print(f"advice: {grade.advice}")
        print(f"a hint about this: {for_a_hint}")


@app.command("hint")
@verb
def lab_hint(
    folder: Folder = Path(),
    verbose: options.Verbose = False,
) -> int:
    """Show the next hint about what is wrong now; it is counted."""
    found, grade = _checked(folder, verbose=verbose)
    show_hint(found, grade, verbose=verbose)
    return ExitCode.OK


def show_hint(found: "LabFolder", grade: "Grade", *, verbose: bool) -> None:
    """The next one about what was checked last; it is counted."""
    from builder.labs.hints import hints_for

    if grade.full:
        print(f"{grade.lab.name} is done. Next: {grade.lab.next}")
        return
    if not grade.builds and not grade.untouched:
        print(f"It does not build: {harmless(grade.summary)}")
        return
    hints, notes = hints_for(grade), found.notes()
    shown = hints.shown(notes)
    if shown <= len(hints.texts):
        found.note(hints.noted(notes))
    if shown < len(hints.texts):
        print(f"hint {shown + 1} of {len(hints.texts) + 1}: {hints.texts[shown]}")
    else:
        print(f"the last hint: {_line(found, verbose=verbose)}")


def _line(found: "LabFolder", *, verbose: bool) -> str:
    """Where it is wrong: where the kernel leaves the right way, if the student's lines are there.

    Else what is seen is only what comes of them, and the first of them is named.
    """
    from builder.labs.differences import differences
    from builder.labs.grader import explained

    if found.lab.call:
        return f"tinygate xray --step {found.lab.step} {found.lab.call.words} shows all of it"
    if found.lab.question:
        return "the answers are in what `make run` prints"
    with ui.progress("comparing with a healthy kernel", shown=not verbose):
        why = explained(found.lab, found.work)
    places = list(differences(found.lab, found.taken()))
    line = why.line if why is not None else None
    if line is not None and any(place.is_near(line.file, line.line) for place in places):
        return str(why)
    if not places:
        return "your files are as those of the solution: run the check again, and report this"
    return f"{places[0]}: up to here it is as in the solution"


@app.command("solution")
@verb
def lab_solution(
    folder: Folder = Path(),
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Show the reference solution as a diff, or the answers, once the lab is done."""
    from builder.labs.handout import given_tree, solved_tree
    from builder.labs.lab_folder import open_folder

    found = open_folder(folder)
    lab = found.lab
    if not found.notes().solved:
        raise UserError(
            "the lab is not done yet",
            where=str(folder),
            fix="`tinygate lab hint` helps; the solution is shown after a check with all points",
        )
    given, solved = given_tree(lab, "demo"), solved_tree(lab, "demo")
    for path in lab.files:
        lines = difflib.unified_diff(
            given[path].decode().splitlines(keepends=True),
            solved[path].decode().splitlines(keepends=True),
            f"handed out/{path}",
            f"solution/{path}",
        )
        print("".join(lines), end="")
    for question in lab.question:
        print(f"{question.key} = {question.answer}")
    return ExitCode.OK


app.command("course")(class_verbs.course)
app.command("grade")(class_verbs.grade)
