"""Errors that tinygate reports to its user, and the exit code each one ends the command with.

There are two families (everything else is a bug and may show a traceback): the user's mistake,
which the user can mend (`UserError`), and the machinery's failure, which the user can only report
or work around (`MachineryError`). Each error says four things: what went wrong, where, why, and
what to do.
"""

import os
import sys
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of the `tinygate` command; docs/commands.md documents the same list."""

    OK = 0
    VERDICT = 1  # the kernel was judged and did not pass
    USAGE = 2  # the command line, kernel.toml or a file named by the user is wrong
    TOOL = 3  # a tool is missing or too old
    BUILD = 4  # rendering, compiling, linking or checking the kernel failed
    EMULATOR = 5  # the emulator could not be started or controlled
    FILES = 6  # the file system refused: disk full, no permission
    EXEC_FAILED = 125  # exec: anything but the two below; these three are those of env and docker
    EXEC_REFUSED = 126  # exec: the program is there, but nothing that can be run
    EXEC_NOT_FOUND = 127  # exec: there is no such program
    INTERRUPTED = 130  # Ctrl-C


_LAYOUT = "\n\t"  # what a tool prints may have lines; a name that has them is quoted


class TinygateError(Exception):
    """Base of both families.

    Args:
        what: What went wrong, one line, no trailing full stop.
        where: File, key or command it happened at; empty if there is none.
        why: The rule that was broken or the cause; empty if `what` says it.
        fix: What the user can do about it; empty only if nothing can be done.
    """

    exit_code: ExitCode = ExitCode.BUILD

    def __init__(self, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        """The message is `what`; the rest is kept beside it."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        """One line per part, as it is shown on a terminal."""
        where, what = harmless(self.where), harmless(self.what, _LAYOUT)
        parts = [f"{where}: {what}" if where else what]
        if self.why:
            parts.append(f"  why: {harmless(self.why, _LAYOUT)}")
        if self.fix:
            parts.append(f"  fix: {harmless(self.fix, _LAYOUT)}")
        return "\n".join(parts)


def harmless(text: str, allowed: str = "") -> str:
    """Names and what tools print, without what would make the terminal do things."""
    return "".join(c if c.isprintable() or c in allowed else ascii(c)[1:-1] for c in text)


def tell(text: str) -> None:
    """A line on stderr. Where that takes nothing, the exit status alone has to say it."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        # Python writes it once more at its end, and a failure there is an exit status of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


class UserError(TinygateError):
    """The user's mistake: configuration, command line, or a file that the user gave."""

    exit_code = ExitCode.USAGE


class ConfigError(UserError):
    """A kernel.toml or --set that breaks a rule: `where` is the key, `why` the value and rule."""


class RefusedError(UserError):
    """What `exec` is to run is there, but is nothing that can be run."""

    exit_code = ExitCode.EXEC_REFUSED


class NotFoundError(UserError):
    """What `exec` is to run is not there."""

    exit_code = ExitCode.EXEC_NOT_FOUND


class MachineryError(TinygateError):
    """Not the user's mistake: something tinygate depends on did not do its part."""

    def in_one_line(self) -> str:
        """For who can do without what is missing, and says so among other things."""
        return harmless(
            "; ".join(filter(None, [f"{self.what}: {self.why}".rstrip(": "), self.fix]))
        )


class ToolError(MachineryError):
    """A tool is missing, too old, or cannot do what is needed; `fix` is how to install it."""

    exit_code = ExitCode.TOOL


class BuildError(MachineryError):
    """The rendered tree did not build, or the built kernel differs from its model."""

    exit_code = ExitCode.BUILD


class EmulatorError(MachineryError):
    """The emulator did not start, or ended in a way that says nothing about the kernel."""

    exit_code = ExitCode.EMULATOR


class DebianUnavailableError(MachineryError):
    """Debian packages that are not here cannot be fetched: no network, no apt, no such package."""

    exit_code = ExitCode.TOOL


class FileError(MachineryError):
    """The file system refused an operation: disk full, permission denied, path in the way."""

    exit_code = ExitCode.FILES
