"""test, new, bench, releases: the verbs about the project as a whole."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import options, ui
from builder.cli.choice import choose
from builder.cli.class_verbs import bench_labs
from builder.cli.guard import EXIT_BUG, verb
from builder.errors import ExitCode, FileError, TinygateError, UserError, tell

if TYPE_CHECKING:
    from builder.bench.benchmark import Result

WALL_EVERY = 5  # one round of work for so many of boots: it takes minutes
# pytest's exit status -> ours; its others are its own bugs.
PYTEST_CODES = {
    0: ExitCode.OK,
    1: ExitCode.VERDICT,
    2: ExitCode.INTERRUPTED,
    4: ExitCode.USAGE,
    5: ExitCode.USAGE,
}


@verb
def test(
    context: typer.Context,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="A sample of each kind, see qemu_tests/suite/kinds.py."),
    ] = False,
    dry_run: options.DryRun = False,
) -> int:
    """Run the test suite; further arguments go to pytest."""
    return _in_the_checkout(
        "-m", "pytest", *(["--quick"] if quick else []), *context.args, dry_run=dry_run
    )


def _in_the_checkout(
    *words: str, dry_run: bool = False, codes: Mapping[int, int] = PYTEST_CODES
) -> int:
    """Start this Python with `words` at the root of the checkout; returns our exit code.

    Args:
        words: What Python gets.
        dry_run: Only print the command.
        codes: Exit status that it may end with -> ours.

    Raises:
        UserError: There is no checkout.
    """
    from builder.tools import commands
    from builder.tools.resources import checkout_dir

    root = checkout_dir()
    if root is None:
        raise UserError(
            "there are no tests here",
            why="an installed package has none; they are in the project's repository",
            fix="run `make test` in a checkout",
        )
    command = [sys.executable, *words]
    if dry_run:
        print(f"(cd {shlex.quote(str(root))} && {shlex.join(command)})")
        return ExitCode.OK
    status = commands.foreground(command, cwd=root)
    if status < 0 or status > 128:  # killed; who did that has heard of it, or reads it above
        return ExitCode.INTERRUPTED
    return codes.get(status, EXIT_BUG)


@verb
def new(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to make; may exist if empty.")
    ],
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    as_json: options.Json = False,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Write a kernel project that needs neither tinygate nor Python: tree, Makefile, README."""
    from builder.config.load import load_config
    from builder.tree.render import render_tree

    check_new(folder)
    choice = choose(config, step, set_ or ())
    files = render_tree(load_config(choice.config, choice.overrides))
    if dry_run:
        print("\n".join(str(folder / path) for path in sorted(files)))
        return ExitCode.OK
    write_whole(files, folder)
    if as_json:
        ui.print_json({"folder": str(folder), "files": sorted(files)})
    else:
        name = str(folder) if str(folder)[0] != "-" else f"./{folder}"  # no option of cd
        print(f"{folder}: {len(files)} files. Next: cd {shlex.quote(name)} && make run")
    return ExitCode.OK


def check_new(folder: Path) -> None:
    """Raise UserError unless `folder` can be made: it is not there, or empty."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError("is not a folder", where=str(folder), fix="name a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(
            "the folder is not empty",
            where=str(folder),
            why="a new project must not overwrite anything",
            fix="name a new folder",
        )


def write_whole(files: dict[str, bytes], folder: Path) -> None:
    """Write `files` beside `folder` and rename: there is a whole project or none."""
    from builder.tree.render import write_tree

    where, folder = folder, folder.absolute()
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        write_tree(files, temporary)
        temporary.chmod(0o777 & ~_umask())  # mkdtemp makes it private
        temporary.replace(folder)
    except BaseException as error:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
        # The temporary folder's name says nothing to the user.
        if isinstance(error, FileError):
            error.where = str(where)
        elif isinstance(error, OSError):
            error.filename, error.filename2 = str(where), None
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@verb
def bench(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    runs: Annotated[int, typer.Option("--runs", min=1, help="Rounds of boots, for times.")] = 15,
    markdown: Annotated[bool, typer.Option("--markdown", help="A table for docs.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Only the lines of code of each step, and its budget.")
    ] = False,
    suite: Annotated[
        bool, typer.Option("--suite", help="Only where the time of the last `make test` went.")
    ] = False,
    wall: Annotated[
        bool, typer.Option("--wall", help="Only how long work takes, beside Debian's kernel.")
    ] = False,
    busybox: Annotated[
        Path | None,
        typer.Option("--busybox", help="For --wall: busybox's source, to run its test-suite, too."),
    ] = None,
    labs: Annotated[
        int, typer.Option("--labs", min=0, help="Only how fast so many hand-ins are graded.")
    ] = 0,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Measure sizes, instruction counts and times; step linux: beside Debian's kernel."""
    from builder.bench.benchmark import main_bench
    from builder.bench.growth import markdown as growth_as_markdown
    from builder.bench.report import markdown as as_markdown
    from builder.config.load import load_config

    if suite:
        return _in_the_checkout("-m", "qemu_tests.suite")
    if wall:
        words = ["--runs", str(max(runs // WALL_EVERY, 1))]
        words += ["--markdown"] * markdown + ["--json"] * as_json
        words += ["--busybox", str(busybox.absolute())] if busybox else []
        codes = {int(code): int(code) for code in ExitCode}
        return _in_the_checkout("-m", "qemu_tests.linux.wall", *words, codes=codes)
    if lines:
        return _show_lines(as_json)
    if labs:
        return bench_labs(labs, as_json=as_json)
    choice = choose(config, step, set_ or (), out)
    loaded = load_config(choice.config, choice.overrides)
    with ui.progress("measuring") as update:
        result = main_bench(loaded, choice.out, runs=runs, progress=update)
    if as_json:
        print(result.json, end="")
    elif markdown:
        print(as_markdown(result.rows, result.look, result.remarks), end="")
        print(growth_as_markdown(result.growing), end="")
    else:
        show_figures(result)
    return ExitCode.OK


def show_figures(result: "Result") -> None:
    """Print what was measured for whoever waits for it."""
    from builder.bench import growth
    from builder.bench.report import cells, notes

    only = result.look.only
    ui.print_table("figures", result.look.headings, [only(cells(row)) for row in result.rows])
    if result.growing:
        rows = [growth.cells(row) for row in result.growing]
        ui.print_table("how costs grow", growth.HEADINGS, rows)
    print("", *notes(result.rows, result.remarks), sep="\n")


def _show_lines(as_json: bool) -> int:
    from builder.bench.lines import step_lines
    from builder.config.step import STEPS

    rows = [step_lines(step) for step in STEPS]
    if as_json:
        ui.print_json(rows)
    else:
        cells = [(row.step, f"{row.lines:,}", f"{row.budget:,}") for row in rows]
        title = "lines of C and NASM, without blank lines and comments"
        ui.print_table(title, ("step", "lines", "budget"), cells)
    return ExitCode.OK


@verb
def releases(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="RELEASE", help="Such as trixie [default: all that we test]."),
    ] = None,
    short: Annotated[
        bool,
        typer.Option("--short", help="Minutes, as in CI: checks only, on a release not this one."),
    ] = False,
    rules: Annotated[
        bool,
        typer.Option("--rules", help="Minutes: only the rules, on each release's QEMU and Bochs."),
    ] = False,
    as_user: Annotated[
        bool, typer.Option("--user", help="As a user who has sudo, instead of as root.")
    ] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Try both commands on Debian's releases, in fresh minimal systems, and record the outcome."""
    from builder.bench import releases as module
    from builder.tools import tested
    from builder.tools.resources import checkout_dir

    root = checkout_dir()
    if root is None:
        raise UserError(
            "there is no repository here that could be tried",
            why="an installed package has none",
            fix="run `make releases` in a checkout",
        )
    wanted = module.named(names or ())
    if short and not names:
        wanted = (module.other(),)
    module.check_machine()
    done: list[tested.Record] = []
    failed: list[TinygateError] = []
    for release in wanted:
        try:
            done.append(
                module.try_release(
                    release,
                    module.ONLY_RULES if rules else module.SHORT if short else module.NEWCOMER,
                    checkout=root,
                    log_dir=root / "build" / "releases",
                    user=module.USER if as_user else "root",
                    say=ui.say,
                )
            )
        except TinygateError as error:  # the others can be tried all the same
            tell(f"error: {error}")
            failed.append(error)
            continue
        if not short and not rules:
            tested.save(module.merged(tested.load(), done[-1]))
            ui.say(f"recorded in {tested.FILE}; `python -m builder.cli.docs` puts it into docs/")
    if as_json:
        ui.print_json(done)
    elif done:
        headings, rows = tested.comparison(done)
        ui.print_table("", headings, rows)
    if failed:
        return failed[0].exit_code
    return ExitCode.OK if all(one.ok for one in done) else ExitCode.VERDICT
