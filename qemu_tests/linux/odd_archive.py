"""An archive behind the first one of the RAM disk, with what is allowed there and seldom met.

programs/archive.c tells what became of it.
"""

import stat

from builder.linux.cpio import TRAILER, Directory, Entry, File, Header, record

FOLDER = "tests/odd"
ZEROS = bytes(512)  # before the first archive, as boot loaders pad
# In the first archive: what the second one replaces.
BEFORE: tuple[Entry, ...] = (
    Directory(FOLDER),
    Directory(f"{FOLDER}/folder"),
    Directory(f"{FOLDER}/full"),
    File(f"{FOLDER}/full/file", b"stays\n"),
    File(f"{FOLDER}/file", b"was a file\n", mode=0o600),
    File(f"{FOLDER}/longer", b"a longer text\n"),
)


def _file(
    name: str, data: bytes = b"", *, ino: int = 99, mode: int = 0o644, nlink: int = 1
) -> bytes:
    header = Header(ino=ino, mode=stat.S_IFREG | mode, nlink=nlink)
    return record(header, f"{FOLDER}/{name}", data)


def odd_archive() -> bytes:
    """The archive; the same each time."""
    parts = (
        _file("folder", b"now a file\n"),
        _file("full", b"not now\n"),
        record(Header(mode=stat.S_IFDIR | 0o755), f"{FOLDER}/file"),
        _file("longer", b"short\n", mode=0o755),
        # Two names of one file: the data come with the last, whose mode counts.
        _file("one", ino=7, nlink=2, mode=0o600),
        _file("two", b"both\n", ino=7, nlink=2, mode=0o640),
        _file("one", b"again\n", ino=8),
        # Data that come with the first name, and with each.
        _file("three", b"3\n", ino=9, nlink=2),
        _file("four", ino=9, nlink=2, mode=0o700),
        _file("five", b"five\n", ino=10, nlink=2),
        _file("six", b"6\n", ino=10, nlink=2),
        record(Header(mode=stat.S_IFLNK | 0o777), f"{FOLDER}/empty"),
        record(Header(mode=stat.S_IFLNK | 0o777), f"{FOLDER}/link", b"six"),
        record(Header(mode=stat.S_IFLNK | 0o777), f"{FOLDER}/link", b"five"),
        record(Header(mode=stat.S_IFIFO | 0o622), f"{FOLDER}/fifo"),
        record(Header(), TRAILER),
        ZEROS,
        _file("last", b"behind zeros\n", mode=0o4711),
        record(Header(), TRAILER),
    )
    return b"".join(parts)
