"""The initial RAM disk with the shell: the files of root/, busybox, and what both need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from builder.errors import FileError
from builder.linux.cpio import Directory, Entry, File, Node, Symlink, pack
from builder.linux.debian import Unpacked

PACKAGE = "busybox-static"
PROGRAM = "bin/busybox"
ROOT = Path(__file__).parent / "root"
FOLDERS = ("bin", "dev", "etc", "root")
# tinygate's kernel makes its devices itself; Debian's has only these before something is mounted.
DEVICES = (
    ("console", 5, 1),
    ("full", 1, 7),
    ("null", 1, 3),
    ("random", 1, 8),
    ("tty", 5, 0),
    ("ttyS0", 4, 64),
    ("urandom", 1, 9),
    ("zero", 1, 5),
)


def make_userland(busybox: Unpacked) -> bytes:
    """The RAM disk; the same bytes for the same busybox. Raises FileError."""
    program = busybox.root / PROGRAM
    try:
        data = program.read_bytes()
    except OSError as error:
        raise FileError(
            f"cannot read busybox: {error.strerror}",
            where=str(program),
            fix=f"remove {busybox.root.parent} and run `tinygate fetch`",
        ) from error
    return pack(_entries(data))


def _entries(busybox: bytes) -> Iterator[Entry]:
    yield from (Directory(folder) for folder in FOLDERS)
    yield Directory("tmp", 0o1777)
    for name, major, minor in DEVICES:
        yield Node(f"dev/{name}", "char", major, minor, 0o666)
    yield File(PROGRAM, busybox, 0o755)
    yield Symlink("bin/sh", "busybox")
    for path in sorted(path for path in ROOT.rglob("*") if path.is_file()):
        data = path.read_bytes()
        yield File(path.relative_to(ROOT).as_posix(), data, 0o755 if data[:2] == b"#!" else 0o644)
