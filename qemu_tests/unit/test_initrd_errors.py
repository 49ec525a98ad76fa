"""What the kernel says of an initial ram disk that is damaged, or that it has no room for."""

from __future__ import annotations

import pytest

from builder.linux.cpio import TRAILER, Directory, File, HardLink, Header, pack, record
from qemu_tests.unit.initrd.kit import Harness
from qemu_tests.unit.initrd.trees import FILE, GOOD, NOISE, changed, gzipped

HEADER = "there should be a header of cpio, 070701 or 070702"
DIGITS = "a number in a header has other characters than 0-9 and a-f"
ONLY_FILES = "only files and symbolic links can have data"
TARGET = "the target of a symbolic link must have at most 4095 bytes"


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
    archive = pack([File("f"), File("./f/g", b"data")])
    assert harness.unpack(archive).reason == "byte 112: it cannot be made, error 20: ./f/g"
    packed = harness.unpack(gzipped(archive)).reason
    assert packed == "gzip at byte 0, in it byte 112: it cannot be made, error 20: ./f/g"


def test_a_directory_with_something_in_it_stays(harness: Harness) -> None:
    archive = pack([Directory("d"), File("./d", b"data"), File("behind", b"it")])
    made = harness.unpack(archive)
    assert made.reason == "" and made.files["d"].mode & 0o170000 == 0o40000
    assert made.files["behind"].size == 2


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
