"""What bootstrap.py does once it knows that the Python is new enough. Standard library only.

There are three set-ups (tools.Need): for `make run`, for `make test`, and for all verbs and CI.
Each has a stamp of its own in .venv, which is written last and which the Makefile asks for, so that
a set-up that was made for one is never taken for that of another.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from builder.errors import BuildError, ExitCode, FileError, TinygateError
from builder.tools import packages, toolchain
from builder.tools.tool import BY_CHOICE, Need

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP_NAME = ".tinygate-ready-{}"  # for each Need; the Makefile names the same files
# What pip installs: the project, and the tools of pyproject.toml's optional groups.
PROJECT = {Need.RUN: ".", Need.TEST: ".[test]", Need.ALL: ".[test,dev]"}


def stamp_of(venv: Path, need: Need) -> Path:
    """The file that says that `venv` has what is needed for `need`."""
    return venv / STAMP_NAME.format(need.word)


def stamp_text(root: Path = ROOT) -> str:
    """What the stamps of a current .venv hold: this Python and the wanted packages."""
    wanted = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    return f"python {sys.version_info[0]}.{sys.version_info[1]}\npyproject {wanted}\n"


def ready_for(venv: Path, text: str) -> Need | None:
    """The most that `venv` was finished for with `text`; None if it has to be made anew.

    That is so if there is no such stamp, or its Python does not start (a system upgrade breaks it).
    """
    done = [need for need in Need if _reads(stamp_of(venv, need)) == text]
    return max(done) if done and _python_works(venv / "bin" / "python") else None


def _reads(stamp: Path) -> str:
    try:
        return stamp.read_text()
    except (OSError, UnicodeDecodeError):
        return ""


def _python_works(python: Path) -> bool:
    try:
        done = subprocess.run([python, "-c", ""], stdin=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return done.returncode == 0


def missing_tools(need: Need) -> tuple[str, ...]:
    """Names of the tools to install for `need`."""
    wanted = (tool for tool in toolchain.survey() if tool.name not in BY_CHOICE)
    return tuple(tool.name for tool in wanted if not tool.ok and tool.need <= need)


def _venv_module_works() -> bool:
    """Debian's python3 has `venv` but keeps the pip that it needs in another package."""
    done = subprocess.run(
        [sys.executable, "-c", "import ensurepip, venv"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def _step(text: str) -> None:
    sys.stderr.write(f"set-up: {text}\n")
    sys.stderr.flush()


def _run(command: Sequence[str], what: str, fix: str) -> None:
    """Run one step with its output on the terminal.

    Raises:
        BuildError: It failed.
    """
    done = subprocess.run(command, stdin=subprocess.DEVNULL, cwd=ROOT, check=False)
    if done.returncode != 0:
        raise BuildError(
            f"{what} failed",
            where=" ".join(command),
            why=f"it ended with status {done.returncode}; it says why above",
            fix=fix,
        )


def make_venv(venv: Path) -> None:
    """Make `venv` from nothing: there is a Python in it, and no stamp.

    Raises:
        BuildError: venv failed; what it left has no stamp and is remade next time.
    """
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)
    _step(f"making {venv.name}")
    _run(
        [sys.executable, "-m", "venv", str(venv)],
        "making the virtual environment",
        "run make again",
    )


def install_project(venv: Path, need: Need) -> None:
    """Install the project into `venv`, with the Python packages that `need` wants.

    Raises:
        BuildError: pip failed.
    """
    _step(f"installing the Python packages for {need.reason}")
    pip = [
        str(venv / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _run(
        [*pip, "--editable", PROJECT[need]],
        "installing the Python packages",
        "check the network (or pip's settings), then run make again",
    )


def write_stamps(venv: Path, need: Need, text: str) -> None:
    """Say that `venv` has what `need` wants, and so what is wanted for less.

    A stamp that was there already becomes newer than pyproject.toml, so that make asks only once.
    """
    for done in Need:
        if done <= need:
            stamp = stamp_of(venv, done)
            temporary = stamp.with_name(f"{stamp.name}-new")
            temporary.write_text(text)
            temporary.replace(stamp)


def set_up(consent: packages.Consent, need: Need) -> None:
    """Bring everything in that is missing for `need`; does nothing if nothing is.

    Raises:
        TinygateError: A part is missing and may not or could not be installed.
    """
    text = stamp_text()
    ready = ready_for(VENV, text)
    missing = missing_tools(need)
    if ready is None and not _venv_module_works():
        missing = (*missing, "venv")
    if missing:
        _step(f"installing system packages for {', '.join(missing)}")
        packages.install(missing, consent)
    if ready is None:
        make_venv(VENV)
    if ready is None or ready < need:
        install_project(VENV, need)
    write_stamps(VENV, need, text)


def main(arguments: Sequence[str]) -> int:
    """Set up; the exit status."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Set a checkout up.")
    parser.add_argument("--yes", action="store_true", help="install system packages without asking")
    parser.add_argument(
        "--for",
        dest="need",
        choices=[need.word for need in Need],
        default=Need.RUN.word,
        help="what is to be possible: make run, make test, or all verbs and CI's checks",
    )
    options = parser.parse_args(arguments)
    yes = options.yes or bool(os.environ.get("TINYGATE_YES"))
    try:
        set_up(packages.Consent(yes=yes), Need[options.need.upper()])
    except TinygateError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; the next run starts where it matters\n")
        return ExitCode.INTERRUPTED
    except OSError as error:
        name = str(error.filename or ROOT)
        failure = FileError("cannot write", where=name, why=str(error.strerror), fix="make room")
        sys.stderr.write(f"error: {failure}\n")
        return failure.exit_code
    return ExitCode.OK
