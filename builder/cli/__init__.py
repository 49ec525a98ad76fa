"""The `tinygate` command: `main` answers what needs no work at once, and app.py the rest."""

import io
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with one of the exit codes of `errors.ExitCode`.

    Args:
        arguments: Without the program's name; None takes those of the process.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):  # a guest may print what this terminal has no sign for
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from builder.cli.fast import answer

        if answer(arguments):
            sys.exit(0)
        from builder.cli.app import app

        app(args=list(arguments), prog_name="tinygate")
    except KeyboardInterrupt:
        # The verbs have a handler of their own (guard.py); this is for Ctrl-C during the imports.
        sys.exit(130)
