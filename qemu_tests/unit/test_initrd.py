"""The kernel's unpacking of an initial ram disk, on the host: archives of cpio become files."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.boot.patience import BACKSTOP_S
from builder.linux.cpio import (
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
from qemu_tests.unit.initrd.kit import Harness
from qemu_tests.unit.initrd.trees import (
    CHANGES,
    FILE,
    FORMS,
    GOOD,
    NOISE,
    PROPERTY,
    TEXT,
    Form,
    assert_unpacks,
    changed,
    clean,
    damaged,
    gzipped,
    records_of,
    summary,
    trees,
    wanted_tree,
)

# ---- Any tree, in any form ----


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
        timeout=BACKSTOP_S,
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
