"""Turns whatever a verb ends with into a message and a documented exit code."""

import errno
import functools
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import ParamSpec

import typer

from builder.errors import ExitCode, FileError, TinygateError, UserError, tell

P = ParamSpec("P")

EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h
EXIT_PIPE = 141  # 128 + SIGPIPE, as the shell counts

# What the file system says when the user can mend it.
FILE_ERRNOS = {
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota is used up",
    errno.EFBIG: "the file would be too large",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a part of the path is a file",
    errno.EISDIR: "a folder is in the way",
    errno.EEXIST: "something of that name is in the way",
    errno.ENOTEMPTY: "the folder is not empty",
    errno.ENOENT: "it does not exist",
    errno.ELOOP: "its links go in a circle",
    errno.EIO: "the device failed",
}

EXIT_CODE_HELP = (
    (ExitCode.OK, "done; a kernel that was judged has passed"),
    (ExitCode.VERDICT, "the kernel was judged and did not pass, or a test failed"),
    (ExitCode.USAGE, "the command line, kernel.toml or a file of yours is wrong"),
    (ExitCode.TOOL, "a tool is missing or too old"),
    (ExitCode.BUILD, "rendering, compiling, linking or checking failed"),
    (ExitCode.EMULATOR, "the emulator could not be started or controlled"),
    (ExitCode.FILES, "the file system refused: disk full, no permission"),
    (EXIT_BUG, "a bug in tinygate"),
    (ExitCode.EXEC_FAILED, "exec: tinygate itself failed, for whatever reason"),
    (ExitCode.EXEC_REFUSED, "exec: the program is there, but cannot be run"),
    (ExitCode.EXEC_NOT_FOUND, "exec: there is no such program; every other status is its own"),
    (ExitCode.INTERRUPTED, "Ctrl-C"),
    (EXIT_PIPE, "the reader of the output went away"),
)


def file_error(error: OSError) -> FileError | None:
    """`error` as one of ours; None if it is not the kind that a user can mend."""
    why = FILE_ERRNOS.get(error.errno or 0)
    if why is None:
        return None
    return FileError(
        "the file system refused",
        where=str(error.filename or ""),
        why=f"{why} ({error.strerror})",
        fix="make room, or choose another folder"
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        else "check the path and its permissions, or choose another folder",
    )


def _report(error: TinygateError, as_json: bool) -> int:
    # What `exec` says of its program by a status of its own is elsewhere a wrong file.
    code = ExitCode.USAGE if isinstance(error, UserError) else error.exit_code
    if as_json:
        fields = {name: getattr(error, name) for name in ("what", "where", "why", "fix")}
        print(json.dumps({"error": {**fields, "exit_code": int(code)}}, indent=2))
    else:
        tell(f"error: {error}")
    return code


def _bug(error: Exception, verbose: bool) -> int:
    if verbose:
        traceback.print_exc()
    text = " ".join(str(error).split())[:200]
    tell(
        f"bug: {type(error).__name__}: {text}\n"
        "  fix: this is a mistake in tinygate, not yours; please report it"
        + ("" if verbose else " with what the same command prints with -v added")
    )
    return EXIT_BUG


def _drop_output() -> None:
    """Throw away what stdout does not take: Python flushes it once more when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_guarded(body: Callable[[], int], *, as_json: bool = False, verbose: bool = False) -> int:
    """Run `body`; its exit code, or the one of what it ended with."""
    try:
        code = body()
        sys.stdout.flush()
    except TinygateError as error:
        return _report(error, as_json)
    except KeyboardInterrupt:
        tell("\ninterrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return EXIT_PIPE
    except OSError as error:
        _drop_output()
        known = file_error(error)
        return _report(known, as_json) if known else _bug(error, verbose)
    except Exception as error:
        return _bug(error, verbose)
    return code


def run_tidily(body: Callable[[], int]) -> int:
    """Run `body`, which SIGTERM and SIGHUP end as Ctrl-C does, and this process then as ever.

    By themselves they would end Python at once: what a verb has in temporary folders would stay.
    """
    ending = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) == signal.SIG_DFL]
    came: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        for each in ending:  # once: the second would end the tidying
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in ending:
        signal.signal(number, end)
    try:
        return body()
    finally:
        for number in ending:
            signal.signal(number, signal.SIG_DFL)
        if came:
            os.kill(os.getpid(), came[0])


def verb(function: Callable[P, int]) -> Callable[P, None]:
    """Decorator of a verb that returns an exit code: ends the command with it, or an error's."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        code = run_guarded(
            lambda: function(*args, **kwargs),
            as_json=bool(kwargs.get("as_json")),
            verbose=bool(kwargs.get("verbose")),
        )
        raise typer.Exit(int(code))

    return guarded
