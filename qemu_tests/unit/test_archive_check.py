"""An initial RAM disk that ends too early, or that is packed otherwise, is named before a boot."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest

from builder.linux.cpio import File, pack
from builder.linux.exec import archive_check

ARCHIVE = pack([File("a", bytes(range(256)) * 4), File("b", b"2\n")])


def test_what_is_whole_is_not_cut() -> None:
    for data in (
        ARCHIVE,
        bytes(512) + ARCHIVE,
        ARCHIVE + bytes(8) + ARCHIVE,
        gzip.compress(ARCHIVE),
    ):
        assert archive_check.is_archive(data)
        assert archive_check.cut_off(data) == ""
    both = gzip.compress(ARCHIVE) + ARCHIVE
    assert archive_check.cut_off(both) == ""


@pytest.mark.parametrize("size", [3, 50, 109, 111, 600])
def test_a_cut_archive_is_named(size: int) -> None:
    assert "entry at byte 0" in archive_check.cut_off(ARCHIVE[:size])
    assert "in the gzip member at byte 0" in archive_check.cut_off(gzip.compress(ARCHIVE[:size]))


def test_a_cut_second_archive_is_named() -> None:
    assert f"byte {len(ARCHIVE)}" in archive_check.cut_off(ARCHIVE + ARCHIVE[:200])


def test_a_cut_gzip_is_named() -> None:
    assert "before its checksum" in archive_check.cut_off(gzip.compress(ARCHIVE)[:-9])


def test_what_is_damaged_otherwise_is_left_to_the_kernel() -> None:
    assert archive_check.cut_off(ARCHIVE.replace(b"070701", b"070709", 1)) == ""
    assert archive_check.cut_off(ARCHIVE[:6] + b"x" * 104 + ARCHIVE[110:]) == ""


@pytest.mark.parametrize(
    ("data", "name"), [(bz2.compress(ARCHIVE), "bzip2"), (lzma.compress(ARCHIVE), "xz")]
)
def test_another_packer_is_named_with_what_unpacks(data: bytes, name: str) -> None:
    packed = archive_check.packed_by(data)
    assert packed is not None and packed[0] == name and packed[1].endswith("-dc")
    assert archive_check.packed_by(ARCHIVE) is None
