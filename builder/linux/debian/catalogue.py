"""Which of Debian's i386 packages are used, and what for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FETCH_COMMAND = "tinygate fetch"
# The release of Debian, whatever this machine runs: what is expected was recorded with it, and
# later ones have no i386 kernel. Its last point release was 12.15, of July 2026: its main part does
# not change any more. The updates for its security that still come are left out. They would change
# the yardstick, and what is run here is alone in an emulator.
CODENAME = "bookworm"


@dataclass(frozen=True)
class Wanted:
    """A package that is used.

    Attributes:
        name: Its name in Debian.
        purpose: What it is used for.
        points_on: True if it is empty and its first dependency is meant, whose name has a version
            in it.
        keep: The folders of it that are kept once it is unpacked; all of them if empty.
    """

    name: str
    purpose: str
    points_on: bool = False
    keep: tuple[str, ...] = ()


PACKAGES = (
    Wanted("busybox-static", "shell and small tools", keep=("bin",)),
    Wanted("bash-static", "a larger shell", keep=("bin",)),
    Wanted("zsh-static", "a larger shell still", keep=("bin",)),
    Wanted("sash", "a shell with its tools built in", keep=("bin",)),
    Wanted("libc6-dev", "glibc to link statically", keep=("usr",)),
    Wanted("linux-libc-dev", "the kernel's headers, which glibc's and klibc's include"),
    Wanted("libgcc-12-dev", "what GCC's code calls, and the first and last part of glibc programs"),
    Wanted("musl-dev", "musl to link statically"),
    Wanted("dietlibc-dev", "dietlibc to link statically"),
    Wanted("libklibc-dev", "klibc to link statically"),
    Wanted("liblua5.4-dev", "the Lua interpreter as a library"),
    Wanted("libsqlite3-dev", "SQLite as a library"),
    Wanted(
        "linux-image-686",
        "Debian's kernel: what it answers is what is expected",
        points_on=True,
        keep=("boot",),
    ),
)


def named(names: Iterable[str]) -> tuple[Wanted, ...]:
    """The rows of PACKAGES with these names, in that order. Raises KeyError."""
    table = {wanted.name: wanted for wanted in PACKAGES}
    return tuple(table[name] for name in names)
