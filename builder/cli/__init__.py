"""Turns the words of the `tinygate` command into work, output and an exit code.

It may import bench, bench.releases, boot, boot.emulator, boot.rulebook, config, image, labs,
labs.classroom, linux.debian, linux.exec, linux.shell, model, tools, tree, tree.picture, xray,
xray.book, xray.live and xray.page. `main` answers what needs no work at once, and app.py the rest.
"""

import gc
import io
import os
import sys
from collections.abc import Sequence


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def open_what_is_closed() -> list[int]:
    """Standard streams that the caller has closed become /dev/null: no file takes their place.

    Returns:
        The numbers of their descriptors.
    """
    closed = []
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if not _is_open(number):
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
            closed.append(number)
    return closed


def _run_app(arguments: Sequence[str]) -> int:
    """The status that it would end the process with: what it printed may not be written yet."""
    from builder.cli.app import app

    try:
        app(args=list(arguments), prog_name="tinygate")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with one of the exit codes of `errors.ExitCode`.

    Args:
        arguments: Without the program's name; None takes those of the process.
    """
    # Modules make many objects, and all of them stay: looking for garbage among them again and
    # again would take a tenth of a short verb.
    gc.set_threshold(100_000)
    arguments = sys.argv[1:] if arguments is None else arguments
    closed = open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):  # a guest may print what this terminal has no sign for
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        if arguments[:1] == ["exec"]:  # the time until its program begins counts
            from builder.linux.exec.command_line import asks_for_help

            if not asks_for_help(arguments[1:]):
                from builder.linux.exec.execute import run

                sys.exit(run(arguments[1:], closed))
        from builder.cli.fast import answer

        if answer(arguments):
            sys.exit(0)
        from builder.cli.guard import run_guarded, run_tidily

        sys.exit(run_tidily(lambda: run_guarded(lambda: _run_app(arguments))))
    except KeyboardInterrupt:
        # The verbs have a handler of their own (guard.py); this is for Ctrl-C during the imports.
        sys.exit(130)
