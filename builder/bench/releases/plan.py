"""The Debian releases on which both commands are tested, and what is run on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.config.step import STEPS
from builder.errors import UserError

OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class Release:
    """A release of Debian.

    Attributes:
        name: As in an archive's dists/.
        number: Its number; one that is never released has none.
        stable: True if it changes no more.
    """

    name: str
    number: str
    stable: bool = True

    @property
    def title(self) -> str:
        """For people."""
        return f"Debian {self.number}"


RELEASES = (
    Release("bookworm", "12"),
    Release("trixie", "13"),
    Release("sid", "sid", stable=False),
)


@dataclass(frozen=True)
class Trial:
    """One thing that is tried in a release.

    Attributes:
        name: For people.
        commands: Each is the words of one command, run in the fresh clone until one fails.
        counts: True if pytest runs in it: how many tests passed is of interest.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    counts: bool = False


def _checks(*more: str) -> tuple[tuple[str, ...], ...]:
    """Every step built, and its checks booted."""
    words = ("make", "run", "SET=programs.suite=checks", *more)
    return tuple((*words, f"STEP={step}") for step in STEPS)


# Bochs is nothing that the set-up installs.
_INSTALL = "from builder.tools import packages as p; p.install(['bochs'], p.Consent(yes=True))"
# Fails for a deviation that is not in builder/model/rules_known.json, or is there no more.
THE_RULES = Trial(
    "the rules on its QEMU and Bochs", (("python3", "-c", _INSTALL), ("make", "rules"))
)
NEWCOMER = (
    Trial("make run", (("make", "run"),)),
    Trial("make test", (("make", "test"),), counts=True),
    # What is installed for this comes after the tests, so that they do without.
    Trial(
        "every step's checks, built by clang",
        (("make", "setup", "TOOLS=all"), *_checks('ARGS=--cc "clang --target=i386"')),
    ),
    THE_RULES,
)
ONLY_RULES = (THE_RULES,)

# The tests that need what a minimal system lacks: the C library's headers, gdb.
SHORT_TESTS = (
    "qemu_tests/unit/test_inflate.py",
    "qemu_tests/unit/test_initrd.py",
    "qemu_tests/unit/test_initrd_errors.py",
    "qemu_tests/unit/test_cpio.py",
    "qemu_tests/boot/test_nmi.py",
    "qemu_tests/boot/test_clock.py",
)
SHORT = (
    Trial("every step's checks", _checks()),
    Trial("tests of the set-up", (("make", "test", "ARGS=" + " ".join(SHORT_TESTS)),), counts=True),
)


def named(names: Sequence[str]) -> tuple[Release, ...]:
    """The rows of RELEASES with these names, in the table's order; all if there are no names.

    Raises:
        UserError: There is no such row.
    """
    for name in names:
        if name not in [release.name for release in RELEASES]:
            raise UserError(
                f"no release of that name is tested: {name}",
                why=f"there are {', '.join(release.name for release in RELEASES)}",
                fix="name one of these; a new one is a row in builder/bench/releases/plan.py",
            )
    return tuple(release for release in RELEASES if not names or release.name in names)


def other(os_release: Path = OS_RELEASE) -> Release:
    """The newest stable release that this machine has not."""
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    here = [line.partition("=")[2].strip('"') for line in lines if "VERSION_CODENAME=" in line]
    return [row for row in RELEASES if row.stable and row.name not in here][-1]
