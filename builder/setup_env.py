"""What bootstrap.py does once it knows that the Python is new enough. Standard library only."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from builder import packages, toolchain
from builder.errors import BuildError, ExitCode, FileError, TinygateError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP_NAME = ".tinygate-ready"  # the Makefile names the same file


def stamp_text(root: Path = ROOT) -> str:
    """What the stamp of a current .venv holds: this Python and the wanted packages."""
    wanted = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    return f"python {sys.version_info[0]}.{sys.version_info[1]}\npyproject {wanted}\n"


def venv_is_ready(venv: Path, text: str) -> bool:
    """True if `venv` was finished for `text` and its Python starts (a system upgrade breaks it)."""
    stamp = venv / STAMP_NAME
    try:
        if stamp.read_text() != text:
            return False
    except (OSError, UnicodeDecodeError):
        return False
    return _python_works(venv / "bin" / "python")


def _python_works(python: Path) -> bool:
    try:
        done = subprocess.run([python, "-c", ""], stdin=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return done.returncode == 0


def missing_tools(*, optional: bool) -> tuple[str, ...]:
    """Names of the tools to install; with `optional` also those that only some verbs need."""
    tools = toolchain.survey()
    return tuple(tool.name for tool in tools if not tool.ok and (tool.needed or optional))


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


def make_venv(venv: Path, text: str) -> None:
    """Make `venv` from nothing and install the project into it; the stamp comes last.

    Raises:
        BuildError: venv or pip failed; what they left has no stamp and is remade next time.
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
    _step("installing the Python packages")
    pip = [
        str(venv / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    _run(
        [*pip, "--editable", ".[dev]"],
        "installing the Python packages",
        "check the network (or pip's settings), then run make again",
    )
    temporary = venv / f"{STAMP_NAME}-new"
    temporary.write_text(text)
    temporary.replace(venv / STAMP_NAME)


def set_up(consent: packages.Consent, *, optional: bool) -> None:
    """Bring everything in that is missing; does nothing if nothing is.

    Raises:
        TinygateError: A part is missing and may not or could not be installed.
    """
    text = stamp_text()
    venv_current = venv_is_ready(VENV, text)
    missing = missing_tools(optional=optional)
    if not venv_current and not _venv_module_works():
        missing = (*missing, "venv")
    if missing:
        _step(f"installing system packages for {', '.join(missing)}")
        packages.install(missing, consent)
    if venv_current:
        (VENV / STAMP_NAME).touch()  # newer than pyproject.toml, so that make asks only once
    else:
        make_venv(VENV, text)


def main(arguments: Sequence[str]) -> int:
    """Set up; the exit status."""
    parser = argparse.ArgumentParser(prog="bootstrap", description="Set a checkout up.")
    parser.add_argument("--yes", action="store_true", help="install system packages without asking")
    parser.add_argument(
        "--optional", action="store_true", help="also the tools that only some verbs need"
    )
    options = parser.parse_args(arguments)
    yes = options.yes or bool(os.environ.get("TINYGATE_YES"))
    try:
        set_up(packages.Consent(yes=yes), optional=options.optional)
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
