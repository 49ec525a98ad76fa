"""fetch, record: the verbs about unmodified Linux programs."""

import sys
from typing import Annotated

import typer

from builder.cli import options, ui
from builder.cli.guard import EXIT_BUG, verb
from builder.errors import ExitCode, UserError


@verb
def fetch(
    v86: Annotated[
        bool, typer.Option("--v86", help="Fetch the emulator v86 by npm, and nothing else.")
    ] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Fetch the Debian packages that Linux programs are made of, into the cache; install none."""
    from builder.linux import debian
    from builder.tools import v86_package

    if v86:
        folder = v86_package.fetch()
        found = {"package": "v86", "version": v86_package.VERSION, "folder": str(folder)}
        ui.print_json([found]) if as_json else ui.print_table(
            "packages", tuple(found), [tuple(found.values())]
        )
        return ExitCode.OK
    with ui.progress("looking into the cache") as update:
        got = debian.fetch(debian.PACKAGES, progress=update)
    rows = [(each.package, each.version, str(each.root)) for each in got.values()]
    if as_json:
        ui.print_json(list(got.values()))
    else:
        ui.print_table("packages", ("package", "version", "folder"), rows)
    return ExitCode.OK


@verb
def record(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; status 1 if a program did otherwise.")
    ] = False,
) -> int:
    """Record what Debian's own kernel lets the test programs do, which is what is expected."""
    from builder.tools import commands
    from builder.tools.resources import checkout_dir

    root = checkout_dir()
    if root is None:
        raise UserError(
            "there are no test programs here",
            why="an installed package has none; they are in the project's repository",
            fix="run it in a checkout",
        )
    command = [sys.executable, "-m", "qemu_tests.linux.record", *(["--check"] if check else [])]
    status = commands.foreground(command, cwd=root)
    return status if status >= 0 else EXIT_BUG
