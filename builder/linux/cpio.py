"""Archives in the format "newc" of cpio: what an initial ram disk holds.

The same entries give the same bytes, whoever packs them and when: inode numbers are counted, and
times are 0 unless an entry says otherwise. The format is described in Linux's
Documentation/driver-api/early-userspace/buffer-format.rst. Standard library only, and little of it:
the quick commands need it too.
"""

import stat
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from builder.errors import UserError
from builder.linux import cpio_entry
from builder.linux.cpio_entry import TRAILER

__all__ = ["TRAILER", "Directory", "Entry", "File", "HardLink", "Node", "Symlink", "pack", "record"]

PATH_MAX_BYTES = 4095  # of a name or a target; the format adds a NUL

_SHOWN_MAX = 60  # characters of a name in an error
_NUMBER_MAX = 0xFFFFFFFF
_MODE_MAX = 0o7777
_TYPES = {
    "char": stat.S_IFCHR,
    "block": stat.S_IFBLK,
    "fifo": stat.S_IFIFO,
    "socket": stat.S_IFSOCK,
}


@dataclass(frozen=True)
class File:
    """A regular file."""

    name: str
    data: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = 0  # seconds since 1970


@dataclass(frozen=True)
class Directory:
    """A directory. Linux makes no parents by itself: each must come before what is in it."""

    name: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    mtime: int = 0


@dataclass(frozen=True)
class Symlink:
    """A symbolic link."""

    name: str
    target: str
    uid: int = 0
    gid: int = 0
    mtime: int = 0


@dataclass(frozen=True)
class Node:
    """A device, FIFO or socket."""

    name: str
    kind: Literal["char", "block", "fifo", "socket"]
    major: int = 0
    minor: int = 0
    mode: int = 0o600
    uid: int = 0
    gid: int = 0
    mtime: int = 0


@dataclass(frozen=True)
class HardLink:
    """One more name of a file or node that comes before it."""

    name: str
    to: str


Entry = File | Directory | Symlink | Node | HardLink


@dataclass(frozen=True)
class Header:
    """The numbers of an entry's header, in their order; the sizes are counted."""

    ino: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    nlink: int = 1
    mtime: int = 0
    dev_major: int = 0
    dev_minor: int = 0
    rdev_major: int = 0
    rdev_minor: int = 0


def pack(entries: Iterable[Entry]) -> bytes:
    """The archive of these entries, in their order, with its trailer.

    Raises:
        UserError: A name, a target or a number that the format cannot hold, a name that is there
            twice, or a hard link to nothing.
    """
    entries = tuple(entries)
    links = Counter(entry.to for entry in entries if isinstance(entry, HardLink))
    made: dict[str, tuple[Entry, Header]] = {}
    parts = []
    for ino, entry in enumerate(entries, 1):
        if entry.name in made:
            raise _error(entry.name, "two entries have this name", "give each its own")
        if entry.name == TRAILER:
            raise _error(entry.name, "this name is the end of an archive", "choose another")
        if isinstance(entry, HardLink):
            header = _linked_header(entry, made)
        else:
            header = replace(_header(entry), ino=ino)
        if isinstance(entry, File | Node):
            header = replace(header, nlink=1 + links[entry.name])
        made[entry.name] = (entry, header)
        parts.append(record(header, entry.name, _data(entry)))
    parts.append(record(Header(), TRAILER))
    return b"".join(parts)


def record(header: Header, name: str, data: bytes = b"", *, checksum: int | None = None) -> bytes:
    """One entry as it stands in the archive; with `checksum`, in the variant that has one."""
    encoded = _encoded(name, "name", name)
    if len(data) > _NUMBER_MAX:
        raise _error(name, f"{len(data)} bytes are too many", "an entry has less than 4 GiB")
    numbers = (
        *(header.ino, header.mode, header.uid, header.gid, header.nlink, header.mtime),
        *(header.dev_major, header.dev_minor, header.rdev_major, header.rdev_minor),
    )
    for number in (*numbers, checksum or 0):
        if not 0 <= number <= _NUMBER_MAX:
            raise _error(name, f"{number} does not fit a header", f"use 0 to {_NUMBER_MAX}")
    return cpio_entry.entry(encoded, numbers, data, checksum=checksum)


def _linked_header(entry: HardLink, made: dict[str, tuple[Entry, Header]]) -> Header:
    """The header of what the link is to, so that both have one inode number."""
    other, header = made.get(entry.to, (entry, Header()))
    if not isinstance(other, File | Node):
        what = f"it is a hard link to {entry.to!r}, which is no file before it"
        raise _error(entry.name, what, "put it behind what it is a link to")
    return header


def _header(entry: File | Directory | Symlink | Node) -> Header:
    header = Header(uid=entry.uid, gid=entry.gid, mtime=entry.mtime)
    if isinstance(entry, Symlink):
        return replace(header, mode=stat.S_IFLNK | 0o777)
    if not 0 <= entry.mode <= _MODE_MAX:
        raise _error(entry.name, f"{entry.mode:#o} is no mode", "use 0 to 0o7777")
    if isinstance(entry, File):
        return replace(header, mode=stat.S_IFREG | entry.mode)
    if isinstance(entry, Directory):
        return replace(header, mode=stat.S_IFDIR | entry.mode, nlink=2)
    mode = _TYPES[entry.kind] | entry.mode
    return replace(header, mode=mode, rdev_major=entry.major, rdev_minor=entry.minor)


def _data(entry: Entry) -> bytes:
    if isinstance(entry, Symlink):
        return _encoded(entry.target, "target", entry.name)
    return entry.data if isinstance(entry, File) else b""


def _encoded(text: str, what: str, name: str) -> bytes:
    """A name or a target as bytes; bytes of file names that are no UTF-8 stay as they are."""
    try:
        encoded = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise _error(name, f"its {what} is no text", "use another") from error
    if not encoded or b"\0" in encoded:
        raise _error(name, f"its {what} is empty or has a NUL", "use another")
    if len(encoded) > PATH_MAX_BYTES:
        why = f"its {what} has {len(encoded)} bytes, and {PATH_MAX_BYTES} are the most"
        raise _error(name, why, "use a shorter one")
    return encoded


def _error(name: str, why: str, fix: str) -> UserError:
    shown = name if len(name) <= _SHOWN_MAX else f"{name[:_SHOWN_MAX]}..."
    return UserError("this cannot be packed for cpio", where=repr(shown), why=why, fix=fix)
