"""What the guest is given: its files, as an archive of cpio, and what to run (model/host.py).

A file of the host's stands in the guest where it stands here, as seen from the root: `./a` is /a,
and /tmp/a is /tmp/a. The guest's working directory is the root, so that both names are right there.
"""

import os
import stat
import struct
from collections.abc import Iterable

from builder.errors import UserError
from builder.linux.cpio_entry import TRAILER, entry, padded
from builder.linux.exec import archive_check
from builder.linux.exec.command_line import Wanted
from builder.model import host

_GUESTS_OWN = ("dev", "proc", "proc/self", "proc/self/fd")  # folders that are not empty


def too_large(path: str, size: int, memory_mib: int) -> UserError:
    """The error for a file that the guest has no room for."""
    return UserError(
        "the guest's memory is too small for its files",
        where=path,
        why=f"it has {size} bytes, and the guest {memory_mib} MiB for all",
        fix="give it more with --memory",
    )


def guest_path(path: str) -> str:
    """Where it stands in the guest: from the root, without a slash before it."""
    parts = os.path.normpath(path).split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))


class Archive:
    """An archive of cpio that grows."""

    def __init__(self, memory_mib: int) -> None:
        """Empty; more than the guest's memory will not fit in."""
        self.parts: list[bytes] = []
        self._names: set[str] = set()
        self._memory_mib = memory_mib
        self._left = memory_mib << 20

    def _add(self, name: str, mode: int, data: bytes = b"", mtime: int = 0) -> None:
        if name in _GUESTS_OWN and not stat.S_ISDIR(mode):
            raise UserError(
                "is a folder that the guest has",
                where=f"--file, for /{name} in the guest",
                why=f"/{name} is the guest's own, with what is in it",
                fix="name another place behind the colon",
            )
        self._names.add(name)
        links = 2 if stat.S_ISDIR(mode) else 1
        numbers = (len(self._names), mode, 0, 0, links, mtime)
        # With ./ before it, a name is that of a file even where it would end the archive.
        here = "./" if name == TRAILER else ""
        self.parts.append(entry(os.fsencode(here + name), numbers, data))

    def _add_folders(self, name: str) -> None:
        parts = name.split("/")
        for count in range(1, len(parts)):
            if (folder := "/".join(parts[:count])) not in self._names:
                self._add(folder, stat.S_IFDIR | 0o755)

    def add_file(self, name: str, data: bytes, mode: int, mtime: int = 0) -> None:
        """An ordinary file, and the folders that it is in. The first of a name stays."""
        if name not in self._names:
            self._add_folders(name)
            self._add(name, stat.S_IFREG | mode, data, mtime)

    def add_from(self, path: str, name: str) -> None:
        """A file of the host's, or a folder with all that is in it. OSError if it is not there.

        Links in a folder stay links: they may go in a circle, or nowhere.
        """
        left = [(path, name, os.stat(path))]
        while left:
            here, there, status = left.pop()
            self._add_one(here, there, status)
            if stat.S_ISDIR(status.st_mode):
                for each in sorted(os.listdir(here), reverse=True):
                    inner = os.path.join(here, each)
                    left.append((inner, f"{there}/{each}" if there else each, os.lstat(inner)))

    def _add_one(self, path: str, name: str, status: os.stat_result) -> None:
        mode, mtime = stat.S_IMODE(status.st_mode), int(status.st_mtime) & 0xFFFFFFFF
        if stat.S_ISDIR(status.st_mode):
            if name and name not in self._names:
                self._add_folders(name)
                self._add(name, stat.S_IFDIR | mode, mtime=mtime)
        elif stat.S_ISLNK(status.st_mode):
            if name not in self._names:
                self._add(name, stat.S_IFLNK | 0o777, os.fsencode(os.readlink(path)), mtime)
        elif stat.S_ISREG(status.st_mode):
            self._make_room(path, status.st_size)
            with open(path, "rb") as file:
                self.add_file(name, file.read(), mode, mtime)
        else:
            raise UserError(
                "is neither a file nor a folder",
                where=f"--file {path}",
                fix="name ordinary files",
            )

    def _make_room(self, path: str, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise too_large(path, size, self._memory_mib)

    def finish(self) -> list[bytes]:
        """All of it, in pieces."""
        return [*self.parts, entry(TRAILER.encode(), (0, 0, 0, 0, 1, 0))]


def guest_files(wanted: Wanted, program: bytes) -> list[bytes]:
    """The RAM disk with the program and all else that is wanted, in pieces. Raises UserError."""
    archive = Archive(wanted.memory_mib)
    archive.add_file(guest_path(wanted.program), program, 0o755)
    try:
        pieces = [padded(_initrd(path, wanted.memory_mib)) for path in wanted.initrds]
        for here, there in wanted.files:
            archive.add_from(here, guest_path(there or here))
    except OSError as error:
        raise UserError(
            "cannot be read",
            where=str(error.filename),
            why=error.strerror or str(error),
            fix="name an existing file with --file or --initrd",
        ) from None
    return [*pieces, *archive.finish()]


def _initrd(path: str, memory_mib: int) -> bytes:
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > memory_mib << 20:
            raise too_large(path, size, memory_mib)
        data = file.read()
    where = f"--initrd {path}"
    if packed := archive_check.packed_by(data):
        raise UserError(
            f"is packed by {packed[0]}",
            where=where,
            why="the kernel unpacks gzip only",
            fix=f"unpack it: {packed[1]} {path} > {path}.cpio",
        )
    if not archive_check.is_archive(data):
        raise UserError(
            "is no archive of cpio",
            where=where,
            why="it begins neither as the format newc does nor as gzip",
            fix="make one with cpio -H newc -o",
        )
    if why := archive_check.cut_off(data):
        raise UserError("is cut off", where=where, why=why, fix="make it, or fetch it, once more")
    return data


def _strings(texts: Iterable[bytes], at: int) -> bytes:
    """An array of offsets, ended by 0, and behind it the strings; it begins at `at`."""
    texts = tuple(texts)
    place = at + 4 * (len(texts) + 1)
    offsets = []
    for text in texts:
        offsets.append(place)
        place += len(text) + 1
    return padded(struct.pack(f"<{len(offsets) + 1}I", *offsets, 0) + b"\0".join((*texts, b"")))


def start_block(
    wanted: Wanted, kinds: tuple[int, int, int], size: tuple[int, int], input_flags: int = 0
) -> bytes:
    """The structure host_start, and what it points at.

    Args:
        wanted: The program, its arguments and environment.
        kinds: What its descriptors 0, 1 and 2 are.
        size: Rows and columns of the terminal.
        input_flags: What the terminal's c_iflag has of IUTF8.
    """
    path = padded(b"/" + os.fsencode(guest_path(wanted.program)) + b"\0")
    path_at = host.size_of(host.START_FIELDS)
    arguments_at = path_at + len(path)
    arguments = _strings(map(os.fsencode, wanted.arguments), arguments_at)
    environment_at = arguments_at + len(arguments)
    variables = (os.fsencode(f"{name}={value}") for name, value in wanted.environment.items())
    environment = _strings(variables, environment_at)
    head = struct.pack("<9I", *kinds, *size, input_flags, path_at, arguments_at, environment_at)
    return head + path + arguments + environment
