"""Names and contents out of what a stranger has packed; nothing is ever unpacked to the disk.

A folder, zip, tar or tar.gz; or a folder of such archives, as some learning platforms write one for
each student. An archive with a link, a device, a name that leaves it, two files of one name, or
more in it than fits the limits is refused as a whole: who packs such a thing wants more than to
hand in a lab.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, cast

from builder.errors import UserError
from builder.labs.lab_folder import FILE_MAX_BYTES

# A lab's folder with all that was built in it has 300 files and 4 MiB.
ARCHIVE_MAX_BYTES = 8 << 20
CONTENT_MAX_BYTES = 64 << 20  # of all files, unpacked
FILES_MAX = 5000
NAME_MAX_CHARS = 500
ENDINGS = (".zip", ".tar.gz", ".tgz", ".tar")
# Others may want memory as their headers say, before a byte comes out.
_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KINDS = "a folder, or a zip, tar or tar.gz archive"


class RefusedError(UserError):
    """A hand-in that is not even looked into."""


@dataclass(frozen=True)
class Pack:
    """The files of one hand-in.

    Attributes:
        names: Their paths, with / between the parts.
        read: Content of one, at most FILE_MAX_BYTES and one more.
        content_bytes: Of all files of an archive, unpacked.
    """

    names: tuple[str, ...]
    read: Callable[[str], bytes] = field(repr=False)
    content_bytes: int = 0


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Pack]:
    """What is in a hand-in.

    Raises:
        UserError: It is refused, or cannot be read; the message says why.
    """
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            with contextlib.ExitStack() as streams:
                yield _archives_in(path, _folder(path), streams)
            return
        if not stat.S_ISREG(kind.st_mode):
            raise _refused(path, "is neither a folder nor a file", f"a hand-in is {_KINDS}")
        if kind.st_size > ARCHIVE_MAX_BYTES:
            raise _refused(path, "is too large", f"more than {ARCHIVE_MAX_BYTES} bytes")
        with path.open("rb") as stream:
            yield _archive(path, stream)
    except UserError:
        raise
    except OSError as error:
        raise _refused(path, "cannot be read", str(error.strerror or error)) from error
    except Exception as error:
        # Whatever a damaged archive makes the libraries stumble over, it is the archive's fault.
        known = isinstance(error, zipfile.BadZipFile | tarfile.TarError | EOFError)
        why = (str(error) if known else f"{type(error).__name__}: {error}")[:200]
        raise _refused(path, "is a damaged archive", why) from error


def _refused(path: Path, what: str, why: str) -> RefusedError:
    return RefusedError(what, where=path.name, why=why, fix="ask for it to be handed in again")


def _folder(top: Path) -> Pack:
    """Links are neither followed nor taken: a folder may lie on a disk that others write to."""
    names: list[str] = []
    for base, folders, files in os.walk(top):
        folders.sort()
        below = Path(base).relative_to(top)
        found = ((below / name).as_posix() for name in sorted(files))
        names += [name for name in found if name.isprintable()]  # no other is a lab's
        if len(names) > FILES_MAX:
            raise _refused(top, "has too many files", f"more than {FILES_MAX}")

    def read(name: str) -> bytes:
        fd = _file_below(top, name)
        try:
            return os.read(fd, FILE_MAX_BYTES + 1)
        finally:
            os.close(fd)

    return Pack(tuple(names), read)


def _file_below(top: Path, name: str) -> int:
    """A file in a folder, opened without following a link. Raises UserError if it is none."""
    *folders, last = name.split("/")
    with contextlib.ExitStack() as opened_files:

        def step(part: str | Path, flags: int, inside: int | None) -> int:
            fd = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | flags, dir_fd=inside)
            opened_files.callback(os.close, fd)
            return fd

        try:
            fd = step(top.resolve(), os.O_DIRECTORY, None)
            for folder in folders:
                fd = step(folder, os.O_DIRECTORY, fd)
            fd = step(last, os.O_NONBLOCK, fd)
        except OSError as error:
            why = f"{error.strerror}; links and devices are not taken"
            raise UserError("cannot be opened as a file", where=name, why=why) from error
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            why = "links and devices are not taken"
            raise UserError("is not a file", where=name, why=why)
        return os.dup(fd)


def _archives_in(top: Path, folder: Pack, streams: contextlib.ExitStack) -> Pack:
    """A folder with what is in its archives; one with folders in it as it is.

    An archive beside a lab's folder is what was handed out, or a copy. One beside a file, such as a
    letter or what a file manager has left, is the hand-in.
    """
    archives = [name for name in folder.names if _is_archive(name)]
    beside = [name for name in folder.names if not _is_archive(name)]
    if not archives or any("/" in name for name in beside):
        return folder
    reads: dict[str, Callable[[], bytes]] = {name: partial(folder.read, name) for name in beside}
    packed_bytes = content_bytes = 0
    for name in archives:
        stream = streams.enter_context(os.fdopen(_file_below(top, name), "rb"))
        packed_bytes += os.fstat(stream.fileno()).st_size
        if packed_bytes > ARCHIVE_MAX_BYTES:
            raise _refused(top, "is too large", f"more than {ARCHIVE_MAX_BYTES} bytes of archives")
        pack = _archive(Path(name), stream)
        content_bytes += pack.content_bytes
        reads |= {f"{name}/{inner}": partial(pack.read, inner) for inner in pack.names}
        if content_bytes > CONTENT_MAX_BYTES or len(reads) > FILES_MAX:
            why = f"more than {FILES_MAX} files, or {CONTENT_MAX_BYTES} bytes"
            raise _refused(top, "is too large when it is unpacked", why)
    return Pack(tuple(reads), lambda name: reads[name](), content_bytes)


def _is_archive(name: str) -> bool:
    return "/" not in name and name.lower().endswith(ENDINGS)


def _archive(path: Path, stream: IO[bytes]) -> Pack:
    head = stream.read(512)
    stream.seek(0)
    if not head:
        raise _refused(path, "is empty", "a file of 0 bytes")
    if head[:2] == b"PK":
        return _zip(path, stream)
    if head[:2] == b"\x1f\x8b":
        return _tar(path, cast("IO[bytes]", gzip.GzipFile(fileobj=stream)))
    if head[257:262] == b"ustar":
        return _tar(path, stream)
    raise _refused(path, "is no archive that is known", f"a hand-in is {_KINDS}")


def _check(path: Path, names: list[str], total_bytes: int) -> None:
    for name in names:
        _check_name(path, name)
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused(path, "has two files of one name", twice)
    if total_bytes > CONTENT_MAX_BYTES:
        why = f"{total_bytes} bytes, which is more than {CONTENT_MAX_BYTES}"
        raise _refused(path, "is too large when it is unpacked", why)


def _check_name(path: Path, name: str) -> None:
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or parts[0].endswith(":"):
        raise _refused(path, "has a file with an absolute name, or a foreign one", name[:100])
    if ".." in parts:
        raise _refused(path, "has a file that would be outside of it", name[:100])
    if not name.isprintable() or len(name) > NAME_MAX_CHARS:
        raise _refused(path, "has a file whose name is none", ascii(name[:100]))


def _zip(path: Path, stream: IO[bytes]) -> Pack:
    archive = zipfile.ZipFile(stream)
    rows = archive.infolist()
    if len(rows) > FILES_MAX:
        raise _refused(path, "has too many files", f"more than {FILES_MAX}")
    for row in rows:
        kind = stat.S_IFMT(row.external_attr >> 16) if row.create_system == 3 else 0
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise _refused(path, "has a link or a device in it", row.filename[:100])
        if row.flag_bits & 1:
            raise _refused(path, "is encrypted", row.filename[:100])
        if row.compress_type not in _ZIP_METHODS:
            why = f"{row.filename[:100]}: only what every zip program writes is taken"
            raise _refused(path, "is packed in a way that is not known", why)
    # Some programs of Windows write \\ between the parts of a name.
    named = [(row.orig_filename.replace("\\", "/"), row) for row in rows]
    files = {name: row for name, row in named if not name.endswith("/")}
    content_bytes = sum(row.file_size for row in rows)
    _check(path, [name.rstrip("/") or name for name, _ in named], content_bytes)

    def read(name: str) -> bytes:
        with archive.open(files[name]) as member:
            return member.read(FILE_MAX_BYTES + 1)

    return Pack(tuple(files), read, content_bytes)


def _tar(path: Path, stream: IO[bytes]) -> Pack:
    data = stream.read(CONTENT_MAX_BYTES + 1)
    if len(data) > CONTENT_MAX_BYTES:
        why = f"more than {CONTENT_MAX_BYTES} bytes"
        raise _refused(path, "is too large when it is unpacked", why)
    members: list[tarfile.TarInfo] = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for member in archive:
            if not (member.isreg() or member.isdir()) or member.issparse():
                raise _refused(path, "has a link or a device in it", member.name[:100])
            members.append(member)
            if len(members) > FILES_MAX:
                raise _refused(path, "has too many files", f"more than {FILES_MAX}")
        end = archive.offset
    # To tarfile whatever is no header ends an archive.
    if data[end : end + tarfile.BLOCKSIZE] != bytes(tarfile.BLOCKSIZE):
        raise _refused(path, "is a damaged archive", "it breaks off")
    files = {member.name.removeprefix("./"): member for member in members if member.isreg()}
    names = [member.name.removeprefix("./") for member in members]
    total_bytes = sum(member.size for member in members)
    _check(path, [name for name in names if name not in ("", ".")], total_bytes)

    def read(name: str) -> bytes:
        start = files[name].offset_data
        return data[start : start + min(files[name].size, FILE_MAX_BYTES + 1)]

    return Pack(tuple(files), read, total_bytes)
