"""Archives for the tests of the initial ram disk: any tree, any damage, and what it should give."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from builder.linux.cpio import (
    TRAILER,
    Directory,
    Entry,
    File,
    HardLink,
    Header,
    Node,
    Symlink,
    record,
)
from qemu_tests.unit.initrd.kit import HARNESS, Harness, Inode, deflate, gzip_member

PROPERTY = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FILE = 0o100644
GOOD = record(Header(mode=FILE), "good", b"12345678")
TEXT = (HARNESS / "harness.c").read_bytes()
NOISE = b"".join(zlib.crc32(str(i).encode()).to_bytes(4, "little") for i in range(16384))


def damaged(data: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    """Bytes with some changes, at places that are anywhere in them."""
    changed = bytearray(data)
    for kind, place, value in changes:
        at = place % (len(changed) + 1)
        if kind == "bit" and at < len(changed):
            changed[at] ^= 1 << value % 8
        elif kind == "byte" and at < len(changed):
            changed[at] = value
        elif kind == "insert":
            changed[at:at] = bytes([value]) * (1 + value % 7)
        elif kind == "remove":
            del changed[at : at + 1 + value % 40]
        elif kind == "digit" and at < len(changed):
            changed[at] = b"0123456789abcdefF g\0"[value % 20]
        else:
            del changed[at:]
    return bytes(changed)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["bit", "byte", "insert", "remove", "digit", "end"]),
        st.integers(0, 100_000),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=4,
)


@dataclass(frozen=True)
class Wanted:
    """What the ram disk should make of an entry."""

    mode: int
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    rdev: int = 0
    data: bytes = b""


def wanted_of(entry: File | Directory | Symlink | Node) -> Wanted:
    common = Wanted(0, entry.uid, entry.gid, entry.mtime)
    if isinstance(entry, Symlink):
        data = entry.target.encode("utf-8", "surrogateescape")
        return replace(common, mode=0o120777, data=data)
    if isinstance(entry, Node):
        kinds = {"char": 0o20000, "block": 0o60000, "fifo": 0o10000, "socket": 0o140000}
        rdev = entry.minor & 0xFF | entry.major << 8 | (entry.minor & ~0xFF) << 12
        return replace(common, mode=kinds[entry.kind] | entry.mode, rdev=rdev & 0xFFFFFFFF)
    if isinstance(entry, Directory):
        return replace(common, mode=0o40000 | entry.mode)
    return replace(common, mode=0o100000 | entry.mode, data=entry.data)


def clean(name: str) -> str:
    while name.startswith(("/", "./")) or name == ".":
        name = name[1:]
    return name or "/"


def wanted_tree(entries: list[Entry]) -> tuple[dict[str, Wanted], set[frozenset[str]]]:
    """Every path with what it is, and the paths that are the same file."""
    tree: dict[str, Wanted] = {}
    groups: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        path = clean(entry.name)
        for at, character in enumerate(path):
            if character == "/" and at > 0:
                tree.setdefault(path[:at], Wanted(0o40755))
        if isinstance(entry, HardLink):
            tree[path] = tree[clean(entry.to)]
            groups[entry.to] |= {path, clean(entry.to)}
        else:
            tree[path] = wanted_of(entry)
    return tree, {frozenset(group) for group in groups.values()}


def summary(
    node: Inode | Wanted, data: tuple[int, int]
) -> tuple[int, int, int, int, int, tuple[int, int]]:
    return node.mode, node.uid, node.gid, node.mtime, node.rdev, data


def assert_unpacks(harness: Harness, initrd: bytes, entries: list[Entry]) -> None:
    """The ram disk makes these files, and nothing else."""
    tree, groups = wanted_tree(entries)
    made = harness.unpack(initrd)
    assert made.reason == ""
    assert {path: summary(node, (node.size, node.crc)) for path, node in made.files.items()} == {
        path: summary(want, (len(want.data), zlib.crc32(want.data))) for path, want in tree.items()
    }
    same: dict[int, set[str]] = defaultdict(set)
    for path, node in made.files.items():
        same[node.number].add(path)
        assert node.links == sum(other.number == node.number for other in made.files.values())
    assert {frozenset(paths) for paths in same.values() if len(paths) > 1} == groups


NAMES = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=("Cs",)), min_size=1, max_size=9
).filter(lambda name: name not in (".", "..", TRAILER))
NUMBERS = st.one_of(st.integers(0, 0xFFFFFFFF), st.sampled_from([0, 1, 0xFF, 0xFFFFFFFF]))
MODES = st.integers(0, 0o7777)
CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda part, times: part * times, st.binary(max_size=40), st.integers(0, 2000)),
    st.integers(0, 65536).map(lambda size: NOISE[:size]),
)


@st.composite
def trees(draw: st.DrawFn) -> list[Entry]:
    """Entries in an order in which they can be unpacked; some parents are left out."""
    folders = [""]
    taken: set[str] = set()
    entries: list[Entry] = []
    linkable: list[str] = []
    for _ in range(draw(st.integers(0, 8))):
        path = draw(st.sampled_from(folders)) + draw(NAMES)
        if path in taken:
            continue
        taken.add(path)
        name = draw(st.sampled_from(["", "/", "./", ".//./"])) + path
        own = {"uid": draw(NUMBERS), "gid": draw(NUMBERS), "mtime": draw(NUMBERS)}
        kind = draw(st.sampled_from(["file", "file", "folder", "no entry", "link", "node", "hard"]))
        if kind == "file":
            entries.append(File(name, draw(CONTENTS), draw(MODES), **own))
            linkable.append(name)
        elif kind == "folder":
            entries.append(Directory(name, draw(MODES), **own))
            folders.append(f"{path}/")
        elif kind == "no entry":
            folders.append(f"{path}/")
        elif kind == "link":
            entries.append(Symlink(name, draw(NAMES), **own))
        elif kind == "node":
            kinds = st.sampled_from(["char", "block", "fifo", "socket"])
            major, minor = draw(st.integers(0, 0xFFF)), draw(st.integers(0, 0xFFFFF))
            entries.append(Node(name, draw(kinds), major, minor, draw(MODES), **own))
            linkable.append(name)
        elif linkable:
            entries.append(HardLink(name, draw(st.sampled_from(linkable))))
    return entries


def gzipped(data: bytes, level: int = 9, strategy: int = 0, flags: int = 0) -> bytes:
    return gzip_member(deflate(data, level, strategy), data, flags)


FORMS = st.one_of(
    st.just(None),
    st.builds(
        lambda level, strategy, flags: lambda data: gzipped(data, level, strategy, flags),
        st.integers(0, 9),
        st.integers(0, 4),
        st.integers(0, 31),
    ),
)
Form = Callable[[bytes], bytes] | None


def records_of(archive: bytes) -> list[bytes]:
    """The entries of an archive, without its trailer."""
    records = []
    at = 0
    while archive[at + 110 : at + 121] != TRAILER.encode() + b"\0":
        size, name_size = (int(archive[at + field : at + field + 8], 16) for field in (54, 94))
        end = at + (110 + name_size + 3) // 4 * 4 + (size + 3) // 4 * 4
        records.append(archive[at:end])
        at = end
    return records


def changed(entry: bytes, at: int, new: bytes) -> bytes:
    """An entry with other bytes at one place."""
    return entry[:at] + new + entry[at + len(new) :]
