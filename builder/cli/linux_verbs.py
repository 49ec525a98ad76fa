"""fetch, record: the verbs about unmodified Linux programs."""

import sys
from collections.abc import Sequence
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
    page: Annotated[
        bool,
        typer.Option("--page", help="Fetch v86 and xterm.js, for the kernels of `tinygate page`."),
    ] = False,
    as_json: options.Json = False,
    verbose: options.Verbose = False,  # noqa: ARG001 (the guard reads it)
) -> int:
    """Fetch the Debian packages that Linux programs are made of, into the cache; install none."""
    from builder.linux import debian
    from builder.tools.npm_package import V86, XTERM

    if v86 or page:
        rows = [
            (package.name, package.version, str(package.fetch()))
            for package in ((V86, XTERM) if page else (V86,))
        ]
        _show_fetched(rows, as_json=as_json)
        return ExitCode.OK
    with ui.progress("looking into the cache") as update:
        got = debian.fetch(debian.PACKAGES, progress=update)
    if as_json:
        ui.print_json(list(got.values()))
    else:
        _show_fetched([(each.package, each.version, str(each.root)) for each in got.values()])
    return ExitCode.OK


def _show_fetched(rows: Sequence[tuple[str, str, str]], *, as_json: bool = False) -> None:
    """What there is now: package, version and folder of each."""
    heads = ("package", "version", "folder")
    if as_json:
        ui.print_json([dict(zip(heads, row, strict=True)) for row in rows])
    else:
        ui.print_table("packages", heads, rows)


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
