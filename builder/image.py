"""The raw disk image: is it whole, and does it hold the kernel that it should?

The image is made by the generated tree's own Makefile (`boot/disk.asm` is its map). This module
only reads it, and believes nothing in it: every byte of a good image is covered by a signature, a
checksum stored elsewhere in the image, or a rule. Boot sector and loader check again at boot.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from builder.errors import UserError
from builder.kernel_file import check_multiboot_header, read_bytes, read_segments

__all__ = ["ImageInfo", "check_image", "check_multiboot_header", "posix_cksum"]

SECTOR_BYTES = 512
BOOT_CODE_BYTES = 440  # of the boot sector; then the loader's checksum, then the partition table
BOOT_SIGNATURE_OFFSET = 510
HEADS = 16
TRACK_SECTORS = 63
CYLINDER_SECTORS = HEADS * TRACK_SECTORS
IMAGE_MAGIC = b"tinygate"

_MBR_TAIL = struct.Struct("<IH64sH")  # loader's checksum, zero, partition table, 0xaa55
_PARTITION = struct.Struct("<B3sB3sII")  # active, first (CHS), type, last (CHS), first, count
_IMAGE_HEADER = struct.Struct("<8sIIII")  # image_header in boot/loader.asm
_PARTITION_ACTIVE = 0x80
_PARTITION_TYPE = 0xDA  # data without a file system
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_REBUILD = "make it again: tinygate image"


@dataclass(frozen=True)
class ImageInfo:
    """A disk image that passed `check_image`. All in bytes from the start of the file."""

    size_bytes: int
    used_bytes: int  # without the zeros that fill the last cylinder
    loader_offset: int
    loader_size: int
    kernel_offset: int
    kernel_size: int
    kernel_cksum: int  # what `cksum` prints for the kernel's file


class _Header(NamedTuple):
    """`image_header` of boot/loader.asm, without its magic."""

    kernel_lba: int
    kernel_bytes: int
    kernel_cksum: int
    boot_cksum: int


def posix_cksum(data: bytes) -> int:
    """The CRC that the POSIX program `cksum` prints for a file with these bytes.

    zlib's CRC has the same polynomial, but takes the bits of each byte the other way round and
    starts with all ones; so the bytes go in reversed, the start is undone, and the result reversed.
    """
    length = len(data)
    tail = length.to_bytes((length.bit_length() + 7) // 8, "little")
    reversed_crc = zlib.crc32((data + tail).translate(_REVERSED), 0xFFFFFFFF)
    return int(f"{reversed_crc:032b}"[::-1], 2)


def check_image(img: Path, kernel_elf: Path | None = None) -> ImageInfo:
    """Look at every byte of a disk image.

    Args:
        img: The image.
        kernel_elf: The kernel that it should hold, stripped or not; None: any sound kernel.

    Raises:
        UserError: The first thing that is wrong with the image or with `kernel_elf`.
    """
    where = str(img)
    data = read_bytes(img)
    if len(data) < 2 * SECTOR_BYTES:
        raise _damaged("the disk image is truncated", where, f"it has only {len(data)} bytes")
    loader_cksum = _check_boot_sector(data, where)
    header = _read_header(data, where)
    kernel_offset = header.kernel_lba * SECTOR_BYTES
    # The loader first: the numbers in its header are believed from there on.
    if kernel_offset > len(data):
        raise _damaged("the disk image is truncated", where, "it ends inside the loader")
    _check_sum("the loader", data[SECTOR_BYTES:kernel_offset], loader_cksum, where)
    kernel_end = kernel_offset + header.kernel_bytes
    used = -(-kernel_end // SECTOR_BYTES) * SECTOR_BYTES
    _check_size(used, len(data), where)
    _check_sum("the boot sector", data[:BOOT_CODE_BYTES], header.boot_cksum, where)
    _check_partitions(data, where)
    kernel = data[kernel_offset:kernel_end]
    _check_sum("the kernel", kernel, header.kernel_cksum, where)
    _check_zeros(data, kernel_end, where)
    segments = read_segments(kernel, f"{where}, kernel at byte {kernel_offset}")
    if kernel_elf is not None and segments != read_segments(
        read_bytes(kernel_elf), str(kernel_elf)
    ):
        why = f"its loadable segments differ from those of {kernel_elf}"
        raise _damaged("the disk image holds another kernel", where, why)
    return ImageInfo(
        size_bytes=len(data),
        used_bytes=used,
        loader_offset=SECTOR_BYTES,
        loader_size=kernel_offset - SECTOR_BYTES,
        kernel_offset=kernel_offset,
        kernel_size=header.kernel_bytes,
        kernel_cksum=header.kernel_cksum,
    )


def _check_boot_sector(data: bytes, where: str) -> int:
    """Signature, and that something is bootable at all. Returns the loader's checksum as stored."""
    loader_cksum, zero, table, signature = _MBR_TAIL.unpack_from(data, BOOT_CODE_BYTES)
    if signature != 0xAA55:
        found = data[BOOT_SIGNATURE_OFFSET:SECTOR_BYTES].hex(" ")
        why = f"bytes {BOOT_SIGNATURE_OFFSET} and 511 are {found}, a BIOS boots only 55 aa"
        raise _damaged("the disk image has no boot signature", where, why)
    if _PARTITION_ACTIVE not in (entry[0] for entry in _PARTITION.iter_unpack(table)):
        why = "no entry of the partition table at byte 446 begins with 0x80"
        raise _damaged("the disk image has no active partition", where, why)
    if zero:
        raise _damaged("the boot sector is damaged", where, "bytes 444 and 445 are not zero")
    return int(loader_cksum)


def _read_header(data: bytes, where: str) -> _Header:
    """The description at the start of the loader; its numbers are not checked here."""
    magic, *numbers = _IMAGE_HEADER.unpack_from(data, SECTOR_BYTES)
    header = _Header(*numbers)
    if magic != IMAGE_MAGIC:
        why = f"sector 1 begins with {magic!r}, not {IMAGE_MAGIC!r}"
        raise _damaged("this is no tinygate disk image, or its loader is damaged", where, why)
    return header


def _check_size(used: int, size: int, where: str) -> None:
    """The image ends where the last cylinder ends that `used` bytes need."""
    wanted = _disk_sectors(used) * SECTOR_BYTES
    why = f"a disk with {used} used bytes has {wanted} bytes, this one {size}"
    if size < wanted:
        raise _damaged("the disk image is truncated", where, why)
    if size > wanted:
        raise _damaged("the disk image has something appended", where, why)


def _check_partitions(data: bytes, where: str) -> None:
    """The partition table is exactly the one that boot/disk.asm makes for a disk of this size."""
    sectors = len(data) // SECTOR_BYTES
    last_cylinder = sectors // CYLINDER_SECTORS - 1
    first = bytes((0, 2, 0))
    last = bytes((HEADS - 1, TRACK_SECTORS | last_cylinder >> 8 << 6, last_cylinder & 0xFF))
    wanted = _PARTITION.pack(_PARTITION_ACTIVE, first, _PARTITION_TYPE, last, 1, sectors - 1)
    if data[446:BOOT_SIGNATURE_OFFSET] != wanted.ljust(64, b"\0"):
        why = "it should have one partition, from sector 1 to the end of the image"
        raise _damaged("the partition table is damaged", where, why)


def _check_sum(part: str, content: bytes, wanted: int, where: str) -> None:
    """`content` has the checksum that was stored for it when the image was made."""
    found = posix_cksum(content)
    if found != wanted:
        why = f"the checksum of its {len(content)} bytes is {found}, the image says {wanted}"
        raise _damaged(f"{part} is damaged", where, why)


def _check_zeros(data: bytes, start: int, where: str) -> None:
    """Nothing but zeros from `start` to the end."""
    used_end = len(data.rstrip(b"\0"))
    if used_end > start:
        why = f"byte {used_end - 1} is 0x{data[used_end - 1]:02x}, but should be zero"
        raise _damaged("the disk image is damaged behind the kernel", where, why)


def _disk_sectors(used_bytes: int) -> int:
    """Sectors of the smallest disk of whole cylinders, at least two, with room for `used_bytes`."""
    cylinders = -(-used_bytes // (CYLINDER_SECTORS * SECTOR_BYTES))
    return max(2, cylinders) * CYLINDER_SECTORS


def _damaged(what: str, where: str, why: str) -> UserError:
    return UserError(what, where=where, why=why, fix=_REBUILD)
