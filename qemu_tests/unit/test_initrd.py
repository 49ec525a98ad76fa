"""The kernel's unpacking of an initial ram disk, on the host: deflate, gzip, cpio, and files."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.cpio import (
    TRAILER,
    Directory,
    Entry,
    File,
    HardLink,
    Header,
    Node,
    Symlink,
    pack,
    record,
)
from qemu_tests.initrd_kit import (
    COMPILE_TIMEOUT_S,
    INCLUDES,
    SOURCES,
    WARNINGS,
    BitWriter,
    Harness,
    Inflated,
    Inode,
    build_harness,
    canonical,
    deflate,
    gzip_member,
)

PROPERTY = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ENOMEM, EINVAL, ENOSPC = 12, 22, 28
TEXT = Path(__file__).read_bytes()
NOISE = b"".join(zlib.crc32(str(i).encode()).to_bytes(4, "little") for i in range(16384))
KERNEL_FLAGS = (
    *("-m32", "-march=i486", "-std=gnu11", "-Os", "-ffreestanding", "-fno-pic", "-fno-pie"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-strict-aliasing"),
    *("-fno-omit-frame-pointer", "-momit-leaf-frame-pointer", "-mno-mmx", "-mno-sse"),
)


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc: apt-get install gcc")
    made = Harness(build_harness(tmp_path_factory.mktemp("initrd")))
    yield made
    assert made.close() == 0


# ---- The C files themselves ----


@pytest.mark.parametrize("compiler", ["gcc", "clang --target=i386"])
def test_the_sources_compile_without_a_warning_for_the_kernel(
    compiler: str, tmp_path: Path
) -> None:
    words = compiler.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"needs {words[0]}: apt-get install {words[0]}")
    command = [*words, *KERNEL_FLAGS, *WARNINGS, *INCLUDES, "-c"]
    if words[0] == "gcc":
        command.append("-fstack-usage")
    done = subprocess.run(
        [*command, *map(str, SOURCES)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=COMPILE_TIMEOUT_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if words[0] == "gcc":
        # Kernel stacks have 4096 bytes. No more than five of these functions are in each other.
        names = ("huffman.su", "inflate.su", "gzip.su")
        frames = "".join((tmp_path / name).read_text() for name in names).splitlines()
        assert sum(sorted(int(line.split("\t")[1]) for line in frames)[-5:]) < 600


# ---- deflate ----


def zlib_says(deflated: bytes) -> tuple[bytes, int] | None:
    """What zlib makes of it, and how many bytes of it that took; None if it is damaged."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(deflated)
    except zlib.error:
        return None
    return (data, len(deflated) - len(unpacker.unused_data)) if unpacker.eof else None


def assert_inflates(harness: Harness, member: bytes, data: bytes) -> None:
    behind = b"\x1f\x8b\xff"
    wanted = Inflated(0, len(member), len(data), zlib.crc32(data), "")
    assert harness.inflate(member + behind) == wanted
    assert harness.inflate(member) == wanted


FIBONACCI = [1, 1]
while len(FIBONACCI) < 20:
    FIBONACCI.append(FIBONACCI[-1] + FIBONACCI[-2])
SAMPLES = {
    "nothing": b"",
    "one byte": b"x",
    "zeros": bytes(100_000),
    "text": TEXT * 4,
    "noise": NOISE,
    "noise again and again": NOISE[:5000] * 20,
    # The longest codes that there can be.
    "rare bytes": b"".join(bytes([i]) * count for i, count in enumerate(FIBONACCI)),
    "window": NOISE[:32768],
    "more than the window": NOISE[:32769],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_whatever_zlib_packs_is_unpacked(harness: Harness, name: str) -> None:
    data = SAMPLES[name]
    for level in (0, 1, 4, 6, 9):
        assert_inflates(harness, gzip_member(deflate(data, level), data), data)
    for strategy in (zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED):
        assert_inflates(harness, gzip_member(deflate(data, 9, strategy), data), data)


@pytest.mark.parametrize("size", [32767, 32768, 32769])
def test_data_are_repeated_from_as_far_as_the_window_reaches(harness: Harness, size: int) -> None:
    writer = BitWriter().stored(NOISE[:size])
    writer.number(0b011, 3).fixed(257).code(29, 5).number(8191, 13).fixed(256)
    said = zlib_says(writer.bytes())
    if size < 32768:
        assert said is None
        answer = harness.inflate(gzip_member(writer.bytes(), b""))
        assert (answer.error, answer.reason) == (EINVAL, "it repeats data from before its start")
    else:
        data = NOISE[:size] + NOISE[size - 32768 : size - 32768 + 3]
        assert said == (data, len(writer.bytes()))
        assert_inflates(harness, gzip_member(writer.bytes(), data), data)


# A third code of four codes, and with it the lengths of codes for a, the end, and length 3.
THIRD = dict.fromkeys((0, 1, 2, 18), 2)
A_AND_LENGTH_3 = [(18, 86, 7), (1, 0, 0), (18, 127, 7), (18, 9, 7), (2, 0, 0), (2, 0, 0)]


def lonely_distance(bit: int) -> BitWriter:
    """One byte, repeated three times, with the only code that there is for distances, or not."""
    writer = BitWriter().codes(THIRD, [*A_AND_LENGTH_3, (1, 0, 0)], hlit=258, hdist=1)
    return writer.code(0, 1).code(3, 2).code(bit, 1).code(2, 2)


def test_a_code_of_one_bit_may_be_alone(harness: Harness) -> None:
    writer = lonely_distance(0)
    assert zlib_says(writer.bytes()) == (b"aaaa", len(writer.bytes()))
    assert_inflates(harness, gzip_member(writer.bytes(), b"aaaa"), b"aaaa")


def test_length_258_can_be_written_in_two_ways(harness: Harness) -> None:
    writer = BitWriter().number(0b011, 3).fixed(97).fixed(284).number(31, 5).code(0, 5)
    writer.fixed(285).code(0, 5).fixed(256)
    data = b"a" * (1 + 258 + 258)
    assert zlib_says(writer.bytes()) == (data, len(writer.bytes()))
    assert_inflates(harness, gzip_member(writer.bytes(), data), data)


NOTHING = "it has a code that stands for nothing"
COUNT = "its codes are more or fewer than there can be"
DAMAGED = {
    "kind of block": (
        BitWriter().number(0b111, 3),
        "it has a block of a kind that there is not",
    ),
    "size of a stored block": (
        BitWriter().number(1, 8).number(5, 16).number(5, 16),
        "the size of a stored block is wrong",
    ),
    "length": (BitWriter().number(0b011, 3).fixed(97).fixed(286), NOTHING),
    "distance": (BitWriter().number(0b011, 3).fixed(97).fixed(257).code(30, 5), NOTHING),
    "nothing to repeat": (
        BitWriter().number(0b011, 3).fixed(97).fixed(257).code(1, 5),
        "it repeats data from before its start",
    ),
    "287 literals": (BitWriter().codes(THIRD, [], hlit=287, hdist=1), "it has too many codes"),
    "31 distances": (BitWriter().codes(THIRD, [], hlit=257, hdist=31), "it has too many codes"),
    "repeated first length": (
        BitWriter().codes({16: 1, 1: 1}, [(16, 0, 2)], hlit=257, hdist=1),
        "it repeats the first length of a code",
    ),
    "too many lengths": (
        BitWriter().codes(THIRD, [(18, 127, 7), (18, 127, 7)], hlit=257, hdist=1),
        "it has too many lengths of codes",
    ),
    "no end": (
        BitWriter().codes(THIRD, [(18, 127, 7), (18, 109, 7)], hlit=257, hdist=1),
        "it has a block without an end",
    ),
    "too many codes of a length": (
        BitWriter().codes({0: 1, 1: 1, 2: 1}, [], hlit=257, hdist=1),
        COUNT,
    ),
    "too few codes": (BitWriter().codes({0: 2, 1: 2, 2: 2}, [], hlit=257, hdist=1), COUNT),
    "too few literals": (
        BitWriter().codes(THIRD, [*A_AND_LENGTH_3[:-1], (0, 0, 0), (1, 0, 0)], hlit=258, hdist=1),
        COUNT,
    ),
    "bits that are no code": (lonely_distance(1), NOTHING),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named(harness: Harness, name: str) -> None:
    writer, reason = DAMAGED[name]
    deflated = writer.bytes() + bytes(8)
    assert zlib_says(deflated) is None
    answer = harness.inflate(gzip_member(deflated, b""))
    assert (answer.error, answer.reason) == (EINVAL, reason)


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
PACKED = [
    deflate(TEXT[:3000]),
    deflate(TEXT[:300], 9, zlib.Z_FIXED),
    deflate(TEXT[:9000] + NOISE[:9000], 9, zlib.Z_HUFFMAN_ONLY),
    deflate(SAMPLES["rare bytes"][:9000], 9, zlib.Z_HUFFMAN_ONLY),
    deflate(bytes(70_000), 9, zlib.Z_RLE),
    deflate(NOISE[:300], 0),
    lonely_distance(0).bytes(),
]


@settings(PROPERTY, max_examples=400)
@given(st.sampled_from(PACKED), st.one_of(st.just([]), CHANGES))
def test_of_damaged_deflate_the_same_is_taken_as_zlib_takes(
    harness: Harness, packed: bytes, changes: list[tuple[str, int, int]]
) -> None:
    deflated = damaged(packed, changes)
    said = zlib_says(deflated)
    if said is None:
        answer = harness.inflate(gzip_member(deflated, b"")[:-8])
        assert answer.error == EINVAL and answer.reason
    else:
        data, used = said
        assert_inflates(harness, gzip_member(deflated[:used], data), data)


# ---- gzip ----


@pytest.mark.parametrize("flags", range(32))
def test_a_gzip_header_may_have_optional_parts(harness: Harness, flags: int) -> None:
    assert_inflates(harness, gzip_member(deflate(TEXT), TEXT, flags), TEXT)


SMALL = gzip_member(deflate(TEXT[:2000]), TEXT[:2000], 0x1E)


@pytest.mark.parametrize(
    ("byte", "reason"),
    [
        (0, "it does not begin as gzip does"),
        (1, "it does not begin as gzip does"),
        (2, "it does not begin as gzip does"),
        (4, "its header is damaged"),
        (20, "its header is damaged"),
        (-8, "its checksum is wrong"),
        (-5, "its checksum is wrong"),
        (-4, "its size is wrong"),
        (-1, "its size is wrong"),
    ],
)
def test_damage_around_deflate_is_named(harness: Harness, byte: int, reason: str) -> None:
    answer = harness.inflate(changed(SMALL, byte % len(SMALL), bytes([SMALL[byte] ^ 0x80])))
    assert (answer.error, answer.reason) == (EINVAL, reason)


@pytest.mark.parametrize("flag", [0x20, 0x40, 0x80])
def test_unknown_parts_of_a_header_are_refused(harness: Harness, flag: int) -> None:
    answer = harness.inflate(gzip_member(deflate(TEXT), TEXT, flag))
    assert (answer.error, answer.reason) == (EINVAL, "its header is damaged")


def test_gzip_that_is_cut_off_anywhere_is_refused(harness: Harness) -> None:
    said = {harness.inflate(SMALL[:size]).reason for size in range(len(SMALL))}
    assert said <= {"it is cut off", "it does not begin as gzip does", "its header is damaged"}
    assert harness.inflate(SMALL).error == 0


def test_what_the_sink_returns_is_returned(harness: Harness) -> None:
    member = gzip_member(deflate(NOISE), NOISE)
    for call in (1, 2):
        answer = harness.inflate(member, fail_at=call)
        assert (answer.error, answer.reason) == (ENOSPC, "what it holds is refused")
        assert answer.size == call * 32768


# ---- Trees of files ----


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


@PROPERTY
@given(trees(), FORMS)
def test_every_tree_comes_out_as_it_went_in(
    harness: Harness, entries: list[Entry], form: Form
) -> None:
    archive = pack(entries)
    assert_unpacks(harness, form(archive) if form else archive, entries)


def below(folder: str, entries: list[Entry]) -> list[Entry]:
    """The same entries in a folder."""
    return [
        replace(entry, name=f"{folder}/{clean(entry.name)}", to=f"{folder}/{clean(entry.to)}")
        if isinstance(entry, HardLink)
        else replace(entry, name=f"{folder}/{clean(entry.name)}")
        for entry in entries
    ]


@PROPERTY
@given(st.lists(st.tuples(trees(), FORMS, st.integers(0, 600)), max_size=4), st.integers(0, 600))
def test_archives_stand_one_behind_the_other_with_zeros_between(
    harness: Harness, members: list[tuple[list[Entry], Form, int]], behind: int
) -> None:
    initrd, everything = b"", []
    for number, (entries, form, zeros) in enumerate(members):
        # The same inode numbers in each: the trailer ends their meaning.
        mine = below(f"m{number}", entries)
        everything += mine
        initrd += bytes(zeros)
        initrd += form(pack(mine)) if form else bytes(-len(initrd) % 4) + pack(mine)
    assert_unpacks(harness, initrd + bytes(behind), everything)


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


@PROPERTY
@given(trees(), st.lists(st.booleans(), min_size=8, max_size=8))
def test_one_archive_may_be_split_between_entries_and_need_no_trailer(
    harness: Harness, entries: list[Entry], packed: list[bool]
) -> None:
    initrd = b""
    for part, is_packed in zip(records_of(pack(entries)), packed, strict=False):
        initrd += gzipped(part) if is_packed else bytes(-len(initrd) % 4) + part
    assert_unpacks(harness, initrd, entries)


@PROPERTY
@given(trees(), CHANGES | st.just([]), st.integers(1, 300))
def test_the_pieces_in_which_it_comes_do_not_matter(
    harness: Harness, entries: list[Entry], changes: list[tuple[str, int, int]], size: int
) -> None:
    archive = damaged(pack(entries), changes)
    whole = harness.cpio(archive, 1 << 30)
    assert harness.cpio(archive, size) == whole
    if len(archive) < 3000:
        assert harness.cpio(archive, 1) == whole


@settings(PROPERTY, max_examples=250)
@given(trees(), FORMS, CHANGES, CHANGES)
def test_nothing_that_is_damaged_does_harm(
    harness: Harness,
    entries: list[Entry],
    form: Form,
    inner: list[tuple[str, int, int]],
    outer: list[tuple[str, int, int]],
) -> None:
    archive = damaged(pack(entries), inner)
    harness.unpack(form(archive) if form else archive)
    harness.unpack(damaged(form(pack(entries)) if form else archive, outer))


@pytest.mark.parametrize("packed", [False, True])
def test_an_archive_that_is_cut_off_anywhere_is_refused(harness: Harness, packed: bool) -> None:
    entries = [Directory("d"), File("d/f", TEXT[:50]), HardLink("h", "d/f"), Symlink("s", "d/f")]
    parts = records_of(pack(entries))
    ends = {sum(map(len, parts[:count])) for count in range(len(parts) + 1)}
    archive = b"".join(parts)
    for size in range(len(archive)):
        cut = gzipped(archive[:size], 1) if packed else archive[:size]
        assert (harness.unpack(cut).reason == "") == (size in ends), size


# ---- What the format means ----

FILE = 0o100644


def hard_linked(*names_and_data: tuple[str, bytes], ino: int = 7) -> bytes:
    """Entries of one file, with the data where they are given."""
    header = Header(ino=ino, mode=FILE, nlink=len(names_and_data), mtime=5)
    return b"".join(record(header, name, data) for name, data in names_and_data)


LINKS = {
    "data with the first name": [("a", b"data"), ("b", b""), ("c", b"")],
    "data with the last name": [("a", b""), ("b", b""), ("c", b"data")],
    "data with one between": [("a", b""), ("b", b"data"), ("c", b"")],
    "data with every name": [("a", b"longer data"), ("b", b"data"), ("c", b"data")],
    "a name twice": [
        ("a", b""),
        ("a", b""),
        ("b", b"data"),
        ("c", b""),
        ("b", b"data"),
        ("a", b""),
    ],
    "no data": [("a", b""), ("b", b""), ("c", b"")],
}


@pytest.mark.parametrize("kind", LINKS)
def test_hard_links_are_one_file(harness: Harness, kind: str) -> None:
    made = harness.unpack(hard_linked(*LINKS[kind]) + record(Header(), TRAILER))
    wanted = b"" if kind == "no data" else b"data"
    assert made.reason == "" and set(made.files) == {"a", "b", "c"}
    assert len({node.number for node in made.files.values()}) == 1
    for node in made.files.values():
        assert (node.links, node.size, node.mtime) == (3, len(wanted), 5)
        assert node.crc == zlib.crc32(wanted)


def test_one_file_may_have_thousands_of_names_and_there_may_be_thousands_of_files(
    harness: Harness,
) -> None:
    names = [(f"n{i}", b"") for i in range(1500)]
    pairs = [hard_linked((f"a{i}", b"x"), (f"b{i}", b""), ino=i) for i in range(1000, 2000)]
    made = harness.unpack(gzipped(hard_linked(*names, ("last", b"data")) + b"".join(pairs)))
    assert made.reason == ""
    assert made.files["n0"].links == made.files["last"].links == 1501
    assert all(made.files[f"a{i}"].number == made.files[f"b{i}"].number for i in range(1000, 2000))
    assert len({node.number for node in made.files.values()}) == 1001


@pytest.mark.parametrize(
    "other", [{"ino": 8}, {"dev_major": 1}, {"dev_minor": 1}, {"mode": 0o20644}, {"nlink": 1}]
)
def test_another_file_is_not_taken_for_a_link(harness: Harness, other: dict[str, int]) -> None:
    header = Header(ino=7, mode=FILE, nlink=2)
    made = harness.unpack(record(header, "a") + record(replace(header, **other), "b"))
    assert made.files["a"].number != made.files["b"].number


def test_inode_numbers_mean_something_else_behind_a_trailer(harness: Harness) -> None:
    trailer = record(Header(), TRAILER)
    parts = [hard_linked(("a", b"a"), ("b", b"")), hard_linked(("c", b"c"), ("d", b""))]
    apart = harness.unpack(trailer.join(parts)).files
    assert apart["b"].number == apart["a"].number != apart["c"].number == apart["d"].number
    assert len({node.number for node in harness.unpack(b"".join(parts)).files.values()}) == 1


def test_the_last_entry_of_a_name_counts(harness: Harness) -> None:
    entries = [Directory("d", 0o700, mtime=9), File("d/f", b"long data"), Symlink("g", "x")]
    later = [File("d/f", b"new"), Directory("d", 0o711, uid=1, mtime=8), File("g", b"file")]
    made = harness.unpack(pack(entries) + gzipped(pack(later)))
    wanted, _ = wanted_tree(later)
    assert made.reason == ""
    assert {path: summary(node, (node.size, 0)) for path, node in made.files.items()} == {
        path: summary(want, (len(want.data), 0)) for path, want in wanted.items()
    }


@pytest.mark.parametrize("name", ["/", ".", "./", "//", "./."])
def test_the_root_can_be_an_entry(harness: Harness, name: str) -> None:
    made = harness.unpack(pack([Directory(name, 0o750, mtime=3), File("f")]))
    assert made.reason == ""
    assert (made.files["/"].mode, made.files["/"].mtime) == (0o40750, 3)
    assert set(made.files) == {"/", "f"}


@pytest.mark.parametrize(
    ("major", "minor", "rdev"),
    [(1, 3, 0x103), (5, 1, 0x501), (8, 255, 0x8FF), (8, 256, 0x100800), (4095, 0xFFFFF, 2**32 - 1)],
)
def test_device_numbers_are_those_of_linux(
    harness: Harness, major: int, minor: int, rdev: int
) -> None:
    made = harness.unpack(pack([Node("c", "char", major, minor), Node("b", "block", major, minor)]))
    assert (made.files["c"].rdev, made.files["b"].rdev) == (rdev, rdev)


def test_longest_names_and_targets(harness: Harness) -> None:
    name, target = "n" * 4095, "t" * 4095
    assert_unpacks(harness, pack([Symlink(name, target)]), [Symlink(name, target)])


def test_a_dot_in_front_of_a_name_belongs_to_it(harness: Harness) -> None:
    names = {".profile", "..x", "...", ".d/.f", ".d"}
    assert (
        set(harness.unpack(pack([File(".profile"), File("..x"), File("..."), File(".d/.f")])).files)
        == names
    )


def test_digits_may_be_capital_letters(harness: Harness) -> None:
    entry = record(Header(mode=FILE, uid=0xABCDEF, mtime=0xFEDCBA98), "f")
    made = harness.unpack(entry[:110].upper() + entry[110:]).files["f"]
    assert (made.uid, made.mtime) == (0xABCDEF, 0xFEDCBA98)


def test_the_trailer_is_no_file_whatever_its_mode(harness: Harness) -> None:
    for mode in (FILE, 0o120777, 0o40755):
        made = harness.unpack(record(Header(mode=mode), TRAILER))
        assert (made.reason, made.files) == ("", {})


def test_zeros_may_fill_up_a_name(harness: Harness) -> None:
    entry = record(Header(mode=FILE), "f" * 10, b"data")
    padded = entry[:94] + b"00000016" + entry[102:120] + bytes(12) + entry[-4:]
    assert list(harness.unpack(padded).files) == ["f" * 10]
    assert harness.unpack(padded).files["f" * 10].crc == zlib.crc32(b"data")


@pytest.mark.parametrize("initrd", [b"", bytes(1), bytes(5000), gzipped(b""), gzipped(bytes(99))])
def test_nothing_is_an_initial_ram_disk_too(harness: Harness, initrd: bytes) -> None:
    made = harness.unpack(initrd)
    assert (made.reason, made.files) == ("", {})


def test_checksums_of_files_are_checked(harness: Harness) -> None:
    header = Header(mode=FILE)
    for data in (b"", b"\xff" * 70_000):
        right = record(header, "f", data, checksum=sum(data))
        wrong = record(header, "f", data, checksum=sum(data) + 1)
        assert harness.unpack(right + record(header, "g", data, checksum=sum(data))).reason == ""
        assert harness.unpack(wrong).reason == "byte 0: the checksum of a file is wrong"


def test_checksums_of_all_else_are_not_looked_at(harness: Harness) -> None:
    link = record(Header(mode=0o120777), "l", b"target", checksum=5)
    folder = record(Header(mode=0o40755), "d", checksum=5)
    without = changed(GOOD, 102, b"0000abcd")
    made = harness.unpack(link + folder + without + record(Header(), TRAILER, checksum=5))
    assert (made.reason, set(made.files)) == ("", {"l", "d", "good"})


@pytest.mark.skipif(not shutil.which("cpio"), reason="needs cpio: apt-get install cpio")
@pytest.mark.parametrize("variant", ["newc", "crc"])
def test_what_gnu_cpio_packs_is_unpacked(harness: Harness, tmp_path: Path, variant: str) -> None:
    folder = tmp_path / "root"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/busybox").write_bytes(TEXT)
    (folder / "bin/sh").hardlink_to(folder / "bin/busybox")
    (folder / "init").symlink_to("bin/sh")
    names = b".\n./bin\nbin/busybox\n./bin/sh\ninit\n"
    done = subprocess.run(
        ["cpio", "--quiet", "-o", "-H", variant],
        input=names,
        cwd=folder,
        capture_output=True,
        timeout=COMPILE_TIMEOUT_S,
        check=True,
    )
    made = harness.unpack(gzipped(done.stdout)).files
    assert set(made) == {"/", "bin", "bin/busybox", "bin/sh", "init"}
    assert made["bin/sh"] == made["bin/busybox"]
    assert (made["bin/sh"].links, made["bin/sh"].crc) == (2, zlib.crc32(TEXT))
    assert (made["init"].mode, made["init"].crc) == (0o120777, zlib.crc32(b"bin/sh"))
    for name, node in made.items():
        status = (folder / name.lstrip("/")).lstat()
        assert (node.mode, node.uid, node.mtime) == (
            status.st_mode,
            status.st_uid,
            int(status.st_mtime),
        )


# ---- What is said when it is damaged ----

GOOD = record(Header(mode=FILE), "good", b"12345678")
HEADER = "there should be a header of cpio, 070701 or 070702"
DIGITS = "a number in a header has other characters than 0-9 and a-f"
ONLY_FILES = "only files and symbolic links can have data"
TARGET = "the target of a symbolic link must have 1 to 4095 bytes"


def changed(entry: bytes, at: int, new: bytes) -> bytes:
    return entry[:at] + new + entry[at + len(new) :]


BAD = {
    "magic": (changed(GOOD, 2, b"8"), HEADER),
    "old portable format": (changed(GOOD, 5, b"7"), HEADER),
    "no digit": (changed(GOOD, 20, b"g"), DIGITS),
    "a sign": (changed(GOOD, 54, b"-0000001"), DIGITS),
    "no name": (changed(GOOD, 94, b"00000000"), "a name is empty"),
    "empty name": (record(Header(mode=FILE), "x").replace(b"x", b"\0"), "a name is empty"),
    "long name": (changed(GOOD, 94, b"00001001"), "a name has more than 4095 bytes"),
    "endless name": (changed(GOOD, 94, b"ffffffff"), "a name has more than 4095 bytes"),
    "name without an end": (
        changed(GOOD, 94, b"00000004"),
        "a name does not end where its header says",
    ),
    "endless file": (changed(GOOD, 54, b"ffffffff"), "the end comes inside data"),
    "mode": (record(Header(mode=0o170644), "f"), "the mode in a header is that of no kind of file"),
    "no mode": (record(Header(mode=0o644), "f"), "the mode in a header is that of no kind of file"),
    "directory with data": (record(Header(mode=0o40755), "d", b"x"), ONLY_FILES),
    "device with data": (record(Header(mode=0o20755), "c", b"x"), ONLY_FILES),
    "trailer with data": (record(Header(), TRAILER, b"x"), "the trailer cannot have data"),
    "no target": (record(Header(mode=0o120777), "l"), TARGET),
    "long target": (record(Header(mode=0o120777), "l", b"t" * 4096), TARGET),
    "not at a multiple of 4": (
        bytes(2) + GOOD,
        "a header does not begin at a multiple of 4 bytes",
    ),
    "other data": (b"BZh9", "there is neither an archive of cpio (newc) nor gzip"),
    "half of gzip's magic": (
        b"\x1f\x9d\0",
        "there is neither an archive of cpio (newc) nor gzip",
    ),
    "end in header": (GOOD[:50], "the end comes inside a header"),
    "end in name": (GOOD[:112], "the end comes inside a name"),
    "end behind name": (GOOD[:115], "the end comes behind a name"),
    "end in data": (GOOD[:120], "the end comes inside data"),
    "end behind data": (
        record(Header(mode=FILE), "f", b"1")[:-1],
        "the end comes behind data",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_the_reason_says_what_is_wrong_and_where(harness: Harness, name: str) -> None:
    bad, reason = BAD[name]
    padding = len(bad) - len(bad.lstrip(b"\0"))
    place = len(GOOD) + padding
    assert harness.unpack(GOOD + bad).reason == f"byte {place}: {reason}"
    if reason.startswith("there is neither"):
        reason = "there is neither a header of cpio nor zeros"
    packed = harness.unpack(GOOD + bytes(4) + gzipped(GOOD + bad))
    prefix = f"gzip at byte {len(GOOD) + 4}, in it byte {place}: "
    assert packed.reason == prefix + reason
    assert "good" in packed.files


def test_damaged_gzip_is_told_with_its_place(harness: Harness) -> None:
    member = gzipped(GOOD)
    made = harness.unpack(GOOD + changed(member, len(member) - 8, b"xxxx"))
    assert made.reason == f"gzip at byte {len(GOOD)}: its checksum is wrong"


def test_the_first_mistake_ends_the_reading(harness: Harness) -> None:
    made = harness.unpack(gzipped(b"junk" + NOISE * 4))
    assert made.reason.startswith("gzip at byte 0, in it byte 0: there is neither")
    assert 0 < made.consumed < 40_000


def test_the_file_system_may_refuse(harness: Harness) -> None:
    archive = pack([Directory("d"), File("./d", b"data")])
    assert harness.unpack(archive).reason == "byte 112: it cannot be made, error 17: ./d"
    packed = harness.unpack(gzipped(archive)).reason
    assert packed == "gzip at byte 0, in it byte 112: it cannot be made, error 17: ./d"


def test_every_lack_of_memory_is_reported_and_nothing_is_lost(harness: Harness) -> None:
    entries = [Directory("d"), File("d/f", b"data"), HardLink("g", "d/f"), File("h", NOISE)]
    said = []
    for number in range(1, 100):
        made = harness.unpack(gzipped(pack(entries)), number)
        said.append(made.reason)
        if not made.reason:
            break
    assert said[0] == "gzip at byte 0, in it byte 0: it cannot be made, error 12 (out of memory): d"
    assert "its data cannot be written, error 28 (out of memory): h" in said[-2]
    assert said[-1] == ""


# ---- Memory that can be used again ----


def test_memory_is_given_back_as_reading_goes_on(harness: Harness) -> None:
    archive = pack([File(f"f{i}", NOISE) for i in range(5)])
    made = harness.unpack(archive)
    assert made.reason == "" and len(archive) - made.consumed < 4096
    member = gzipped(archive)
    # Of gzip it is given back whenever the window is full, and at the end.
    made = harness.unpack(bytes(5000) + member)
    assert made.reason == "" and len(member) + 5000 - made.consumed < 4096 + 8
    assert harness.unpack(gzipped(archive) + gzipped(archive)).reason == ""


def test_canonical_codes_of_the_tests_are_those_of_the_standard() -> None:
    # RFC 1951, 3.2.2 has this example.
    lengths = dict(zip("ABCDEFGH", (3, 3, 3, 3, 3, 2, 4, 4), strict=True))
    codes = canonical({ord(letter): length for letter, length in lengths.items()})
    wanted = (0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111)
    assert [codes[ord(letter)] for letter in "ABCDEFGH"] == list(wanted)
