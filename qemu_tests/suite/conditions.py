"""What every test finds, however the run was started: signals, limits, files, environment.

`nohup`, a job in the background, cron, a service, a container and a terminal all hand down
different things. What a test says of SIGHUP, of a file's mode, of a compiler's words or of a shell
on a terminal must not depend on them.
"""

from __future__ import annotations

import codecs
import contextlib
import locale
import os
import pwd
import resource
import signal
import sys
import tempfile
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from builder.errors import UserError
from builder.tools.cache import cache_dir

UMASK = 0o022
LOCALE = "C.UTF-8"
# Python itself ignores these from its start on, and subprocess gives them back to its children.
_PYTHONS_OWN = {signal.SIGPIPE, signal.SIGXFSZ}


@dataclass(frozen=True)
class Limit:
    """A resource of which the tests need some.

    Attributes:
        name: Its name in `resource`, without RLIMIT_.
        wanted: The soft limit that is set, or the hard one if that is below; None: the hard one.
        least: Below this, tests fail for want of it.
        flag: The option of the shell's `ulimit` that shows it, and its unit there in bytes.
    """

    name: str
    wanted: int | None
    least: int
    flag: str
    unit: int = 1


# Generous: QEMU maps the guest's memory, up to 3 GiB, and up to 1 GiB of translated code.
LIMITS = (
    Limit("NOFILE", 1024, 256, "-n"),
    Limit("CORE", 0, 0, "-c", 1024),  # a program that is to crash leaves no file in the checkout
    Limit("STACK", 8 << 20, 1 << 20, "-s", 1024),
    Limit("FSIZE", None, 64 << 20, "-f", 1024),
    Limit("AS", None, 5 << 30, "-v", 1024),
    Limit("DATA", None, 2 << 30, "-d", 1024),
    Limit("CPU", None, 3600, "-t"),
)

# All other variables are dropped: what a test needs beside them it sets.
KEPT = {
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "CC", "CI", "XDG_CACHE_HOME"),
    *("PYTHONPATH", "PYTHONPYCACHEPREFIX", "VIRTUAL_ENV"),
    *("APT_CONFIG", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"),
}
KEPT_BEGINNINGS = ("TINYGATE_", "PYTEST_", "HYPOTHESIS_", "COVERAGE_", "DEBUGPY_", "PYDEVD_")
# What pytest itself asks before it writes on a terminal; no test sees it.
OF_THE_TERMINAL = frozenset(
    ("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PY_COLORS")
)
# Where compiled Python goes if there shall be none beside its sources, as images of containers have
# it. Else hundreds of Pythons would compile all of it again.
NO_BYTECODE, PYCACHE = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"
PYCACHE_FOLDER = Path(__file__).parents[2] / ".pytest_cache" / "pycache"
CCACHE_MAXSIZE = "500M"  # a run's objects are some 40 MB
SET = {"LC_ALL": LOCALE, "TERM": "dumb"}


def ignored_at_start() -> set[int]:
    """The signals that whoever started us wants to be ignored."""
    return {
        number
        for number in signal.valid_signals()
        if signal.getsignal(number) == signal.SIG_IGN and number not in _PYTHONS_OWN
    }


def open_standard_files() -> None:
    """Give those of the three that are closed to /dev/null, or the next file would take the place.

    To be called before a file is opened that lasts.
    """
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:  # the lowest number that is free
        os.set_inheritable(opened, True)
    os.close(opened)


def settle_process() -> None:
    """Signals, mask, umask and limits of this process, and so of all that it starts.

    Starts Python anew if something else than that decides how it reads its files.

    Raises:
        UserError: A hard limit is too low.
    """
    for number in ignored_at_start():
        signal.signal(
            number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        )
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(UMASK)
    for limit in LIMITS:
        settle_limit(limit)
    python_before = _python_variables(os.environ)
    settle_environment(os.environ, keep=OF_THE_TERMINAL)
    if _python_variables(os.environ) != python_before or not _reads_utf8():
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def settle_limit(limit: Limit) -> None:
    """Set one soft limit. Raises UserError if the hard one forbids what the tests need."""
    number = getattr(resource, f"RLIMIT_{limit.name}", None)
    if number is None:
        return
    _, hard = resource.getrlimit(number)
    unlimited = hard == resource.RLIM_INFINITY
    if not unlimited and hard < limit.least:
        raise UserError(
            f"the tests need a limit of at least {limit.least // limit.unit}, not "
            f"{hard // limit.unit}",
            where=f"ulimit {limit.flag}",
            why="programs that the tests start would fail for want of it",
            fix=f"start them from a shell where `ulimit -H {limit.flag}` shows more",
        )
    wanted = hard if limit.wanted is None else limit.wanted
    if not unlimited and wanted != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    with contextlib.suppress(OSError, ValueError):  # macOS takes some values only
        resource.setrlimit(number, (wanted, hard))


def settle_environment(
    environ: MutableMapping[str, str], *, keep: frozenset[str] = frozenset()
) -> None:
    """Keep the variables that are meant for us, and those in `keep`; set what tests rely on."""
    if environ.get(NO_BYTECODE):
        environ.setdefault(PYCACHE, str(PYCACHE_FOLDER))
    for name in [*environ]:
        if not (name in KEPT or name in keep or _is_kept(name)):
            del environ[name]
    environ.update({name: value for name, value in SET.items() if name not in keep})
    environ.setdefault("PATH", os.defpath)
    if not environ.get("HOME"):
        environ["HOME"] = _home()
    environ["CCACHE_DIR"] = str(cache_dir(environ) / "ccache")
    environ["CCACHE_MAXSIZE"] = CCACHE_MAXSIZE


def _is_kept(name: str) -> bool:
    return name.startswith(KEPT_BEGINNINGS) or name.lower().endswith("_proxy")


def _home() -> str:
    """The user's home, or where one can write if the user has none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return tempfile.gettempdir()


def _python_variables(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith("PYTHON")}


def _reads_utf8() -> bool:
    encodings = (locale.getpreferredencoding(False), sys.getfilesystemencoding())
    return all(codecs.lookup(encoding).name == "utf-8" for encoding in encodings)
