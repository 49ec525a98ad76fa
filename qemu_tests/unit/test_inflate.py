"""The kernel's unpacking of gzip, on the host: deflate, and what stands around it."""

from __future__ import annotations

import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.boot.patience import BACKSTOP_S
from qemu_tests.unit.initrd.kit import (
    INCLUDES,
    SOURCES,
    WARNINGS,
    BitWriter,
    Harness,
    Inflated,
    canonical,
    deflate,
    gzip_member,
)
from qemu_tests.unit.initrd.trees import CHANGES, NOISE, PROPERTY, TEXT, changed, damaged

EINVAL, ENOSPC = 22, 28
KERNEL_FLAGS = (
    *("-m32", "-march=i486", "-std=gnu11", "-Os", "-ffreestanding", "-fno-pic", "-fno-pie"),
    *("-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-fno-strict-aliasing"),
    *("-fno-omit-frame-pointer", "-momit-leaf-frame-pointer", "-mno-mmx", "-mno-sse"),
)


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
        timeout=BACKSTOP_S,
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


def test_canonical_codes_of_the_tests_are_those_of_the_standard() -> None:
    # RFC 1951, 3.2.2 has this example.
    lengths = dict(zip("ABCDEFGH", (3, 3, 3, 3, 3, 2, 4, 4), strict=True))
    codes = canonical({ord(letter): length for letter, length in lengths.items()})
    wanted = (0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111)
    assert [codes[ord(letter)] for letter in "ABCDEFGH"] == list(wanted)
