"""What a sound disk image and a sound kernel file are, and what each damage is called."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builder.boot.patience import BACKSTOP_S
from builder.errors import UserError
from builder.image.disk_check import check_image, check_multiboot_header, posix_cksum
from qemu_tests.boot.loader_kit import SECTOR, build_kernel, flip, image_of

KERNEL_OFFSET = 3 * SECTOR
HEADER = struct.pack("<III", 0x1BADB002, 2, -(0x1BADB002 + 2) & 0xFFFFFFFF)
ONE_EXAMPLE_AT_A_TIME = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_kernel(tmp_path_factory.mktemp("kernel"), fill_bytes=1200)


@pytest.fixture(scope="module")
def image(elf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_of(tmp_path_factory.mktemp("image") / "tree", elf.read_bytes())


def assert_four_parts(error: UserError) -> None:
    assert error.what and error.where and error.why and error.fix, str(error)


def test_a_sound_image(image: Path, elf: Path) -> None:
    info = check_image(image, elf)
    kernel = elf.read_bytes()
    assert (info.kernel_offset, info.kernel_size) == (KERNEL_OFFSET, len(kernel))
    assert info.kernel_cksum == posix_cksum(kernel)
    assert info.size_bytes == image.stat().st_size == 2 * 16 * 63 * SECTOR
    assert info.used_bytes == KERNEL_OFFSET + -(-len(kernel) // SECTOR) * SECTOR
    start = info.kernel_offset
    assert image.read_bytes()[start : start + info.kernel_size] == kernel


def test_a_32_kib_kernel_makes_an_image_of_at_most_64_kib(elf: Path, tmp_path: Path) -> None:
    kernel = elf.read_bytes().ljust(32 * 1024, b"x")
    assert check_image(image_of(tmp_path / "tree", kernel)).used_bytes <= 64 * 1024


def test_the_image_is_the_same_in_another_folder(elf: Path, image: Path, tmp_path: Path) -> None:
    again = image_of(tmp_path / "a folder" / "tree", elf.read_bytes())
    assert again.read_bytes() == image.read_bytes()


@settings(deadline=None)
@given(st.binary(max_size=70_000))
@example(b"")
@example(bytes(255))
@example(bytes(256))
@example(bytes(65536))
def test_the_checksum_is_that_of_cksum(data: bytes) -> None:
    done = subprocess.run(
        ["cksum"], input=data, capture_output=True, timeout=BACKSTOP_S, check=True
    )
    assert posix_cksum(data) == int(done.stdout.split()[0])


@ONE_EXAMPLE_AT_A_TIME
@given(data=st.data())
def test_every_wrong_bit_is_noticed(image: Path, tmp_path: Path, data: st.DataObject) -> None:
    info = check_image(image)
    # Half of the examples in the part that is used, which is a small part of the whole.
    last = data.draw(st.sampled_from([info.used_bytes, info.size_bytes])) * 8 - 1
    damaged = flip(image, data.draw(st.integers(0, last)), tmp_path / "disk.img")
    with pytest.raises(UserError) as caught:
        check_image(damaged)
    assert_four_parts(caught.value)


@pytest.mark.parametrize(
    ("byte", "what"),
    [
        (0, "the boot loader is damaged"),
        (440, "the boot loader is damaged"),
        (446, "the disk image has no active partition"),
        (447, "the boot loader is damaged"),
        (509, "the boot loader is damaged"),
        (510, "the disk image has no boot signature"),
        (SECTOR, "this is no tinygate disk image, or its loader is damaged"),
        (SECTOR + 12, "the boot loader is damaged"),
        (SECTOR + 16, "the boot loader is damaged"),
        (SECTOR + 30, "the boot loader is damaged"),
        (KERNEL_OFFSET - 1, "the boot loader is damaged"),
        (KERNEL_OFFSET, "the kernel is damaged"),
        (2 * 16 * 63 * SECTOR - 1, "the disk image is damaged behind the kernel"),
    ],
)
def test_damage_is_named(image: Path, tmp_path: Path, byte: int, what: str) -> None:
    with pytest.raises(UserError) as caught:
        check_image(flip(image, byte * 8 + 7, tmp_path / "disk.img"))
    assert caught.value.what == what
    assert_four_parts(caught.value)


@ONE_EXAMPLE_AT_A_TIME
@given(size=st.integers(0, 2 * 16 * 63 * SECTOR - 1))
@example(0)
@example(SECTOR)
@example(2 * SECTOR)
@example(KERNEL_OFFSET + 1)
def test_a_truncated_image_is_called_truncated(image: Path, tmp_path: Path, size: int) -> None:
    short = tmp_path / "disk.img"
    short.write_bytes(image.read_bytes()[:size])
    with pytest.raises(UserError) as caught:
        check_image(short)
    assert caught.value.what == "the disk image is truncated"
    assert_four_parts(caught.value)


def test_bytes_behind_the_image(image: Path, tmp_path: Path) -> None:
    longer = tmp_path / "disk.img"
    longer.write_bytes(image.read_bytes() + bytes(SECTOR))
    with pytest.raises(UserError, match="appended"):
        check_image(longer)


def test_another_kernel(image: Path, tmp_path: Path) -> None:
    other = build_kernel(tmp_path, fill_bytes=1204)
    with pytest.raises(UserError, match="holds another kernel") as caught:
        check_image(image, other)
    assert str(other) in caught.value.why


@pytest.mark.parametrize("missing", ["image", "kernel"])
def test_a_missing_file(image: Path, tmp_path: Path, missing: str) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(UserError) as caught:
        check_image(nowhere if missing == "image" else image, nowhere)
    assert caught.value.where == str(nowhere)
    assert_four_parts(caught.value)


@ONE_EXAMPLE_AT_A_TIME
@given(data=st.binary(max_size=600), keep=st.integers(0, 100))
def test_any_bytes_as_a_kernel_give_a_clear_error(
    elf: Path, image: Path, tmp_path: Path, data: bytes, keep: int
) -> None:
    """A file that begins like an ELF file and goes on as it likes: an error of ours, or none."""
    kernel = tmp_path / "kernel.elf"
    kernel.write_bytes(elf.read_bytes()[:keep] + data)
    with suppress(UserError):
        check_image(image, kernel)
    with suppress(UserError):
        check_multiboot_header(kernel)


def test_the_multiboot_header_of_a_kernel(elf: Path) -> None:
    offset = check_multiboot_header(elf)
    assert offset % 4 == 0
    assert elf.read_bytes()[offset : offset + 12] == HEADER


def test_a_magic_in_the_code_before_the_header_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "kernel.elf"
    file.write_bytes(b"x" + HEADER[:4] + bytes(99) + HEADER)
    assert check_multiboot_header(file) == 104


@pytest.mark.parametrize("offset", [0, 4, 8180])
def test_a_multiboot_header_in_reach(tmp_path: Path, offset: int) -> None:
    file = tmp_path / "kernel.elf"
    file.write_bytes(bytes(offset) + HEADER)
    assert check_multiboot_header(file) == offset


def _wrong_sum(header: bytes) -> bytes:
    return header[:8] + bytes(4)


def _wrong_flags(header: bytes) -> bytes:
    magic = struct.unpack("<I", header[:4])[0]
    return struct.pack("<III", magic, 8, -(magic + 8) & 0xFFFFFFFF)


@pytest.mark.parametrize(
    ("offset", "change", "why"),
    [
        (8184, bytes, "found at file offset 8184, not in the file's first 8192 bytes"),
        (20000, bytes, "found at file offset 20000, not in the file's first 8192 bytes"),
        (4098, bytes, "found at file offset 4098, which is no multiple of 4"),
        (4096, _wrong_sum, "found at file offset 4096, but magic + flags + checksum is not 0"),
        (
            4096,
            _wrong_flags,
            "found at file offset 4096, but flags 0x8 demand what no loader knows",
        ),
        (4096, lambda h: h[:10], "found at file offset 4096, where the file ends"),
        (4096, lambda h: bytes(len(h)), "the magic 0x1badb002 is nowhere in its 4108 bytes"),
    ],
)
def test_a_multiboot_header_that_no_loader_finds(
    tmp_path: Path, offset: int, change: Callable[[bytes], bytes], why: str
) -> None:
    file = tmp_path / "kernel.elf"
    file.write_bytes(bytes(offset) + change(HEADER))
    with pytest.raises(UserError) as caught:
        check_multiboot_header(file)
    assert why in caught.value.why
    assert_four_parts(caught.value)
