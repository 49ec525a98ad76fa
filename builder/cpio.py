"""Writes cpio archives of the form `newc`, which is what Linux takes as an initial RAM disk.

An archive depends on its entries alone: no times, no owners, and inode numbers in the order given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAGIC = b"070701"
TRAILER = "TRAILER!!!"
ALIGNMENT = 4
S_IFREG, S_IFDIR, S_IFCHR, S_IFLNK = 0o100000, 0o040000, 0o020000, 0o120000


@dataclass(frozen=True)
class Entry:
    """A file, folder, link or device of an archive.

    Attributes:
        path: Without a slash at the start.
        mode: Type and permissions, as st_mode.
        data: The file's content, or where a link points.
        device: Major and minor number of a device.
    """

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def file(path: str, data: bytes, *, permissions: int = 0o644) -> Entry:
    """A regular file."""
    return Entry(path, S_IFREG | permissions, data)


def folder(path: str, *, permissions: int = 0o755) -> Entry:
    """A folder; it has to come before what is in it."""
    return Entry(path, S_IFDIR | permissions)


def link(path: str, target: str) -> Entry:
    """A symbolic link."""
    return Entry(path, S_IFLNK | 0o777, target.encode())


def device(path: str, major: int, minor: int, *, permissions: int = 0o666) -> Entry:
    """A character device."""
    return Entry(path, S_IFCHR | permissions, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive of `entries`, in that order."""
    parts = [_record(entry, number) for number, entry in enumerate(entries, 1)]
    return b"".join([*parts, _record(Entry(TRAILER, 0), 0)])


def _record(entry: Entry, inode: int) -> bytes:
    name = entry.path.encode() + b"\0"
    links = 2 if entry.mode & S_IFDIR == S_IFDIR else 1
    # ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
    fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = MAGIC + b"".join(b"%08x" % field for field in fields)
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)
