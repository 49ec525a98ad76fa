"""The raw disk image: is it whole, and does it hold the kernel that it should?

The image is made by the generated tree's own Makefile. This module only reads it, and believes
nothing in it. There are two kinds:

With a loader (`boot/disk.asm` is its map): every byte of a good image is covered by a checksum, is
a checksum, or must be zero. Boot sector and loader check the two checksums again at boot.

Flat, of the small kernels (`boot/bootsect.asm`): one boot sector, which says how many sectors
follow, the kernel as it lies in memory, and zeros. It has no checksum: what is wrong inside the
kernel is only seen beside the kernel's own file.
"""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from builder.errors import UserError
from builder.image.kernel_file import (
    MULTIBOOT_MAGIC,
    Segment,
    check_multiboot_header,
    read_bytes,
    read_segments,
)

__all__ = ["ImageInfo", "check_image", "check_multiboot_header", "posix_cksum"]

SECTOR_BYTES = 512
DISK_BYTES = 2 * 16 * 63 * SECTOR_BYTES  # cylinders, heads, sectors: boot/layout.inc
PARTITION_TABLE_OFFSET = 446
BOOT_SIGNATURE_OFFSET = 510
CKSUM_BYTES = 4
IMAGE_MAGIC = b"tinygate"

_IMAGE_HEADER = struct.Struct("<8sIII")  # at the start of boot/loader.asm
_SECTORS_OFFSET = 508  # in a flat image's boot sector: how many sectors follow
_PARTITION_ACTIVE = 0x80
_PARTITION_BYTES = 16
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_REBUILD = "make it again: tinygate image"


@dataclass(frozen=True)
class ImageInfo:
    """A disk image that passed `check_image`. All in bytes from the start of the file."""

    size_bytes: int
    used_bytes: int  # without the zeros behind the kernel
    kernel_offset: int
    kernel_size: int
    kernel_cksum: int | None  # what `cksum` prints for the kernel's file; None: it has none


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
    _check_signature(data, where)
    if _is_flat(data):
        return _check_flat(data, where, kernel_elf)
    _check_partition(data, where)
    kernel_lba, kernel_size, kernel_cksum = _read_header(data, where)
    kernel_offset = kernel_lba * SECTOR_BYTES
    # First what the boot sector checks first: the numbers above are believed from there on.
    if kernel_offset > len(data):
        raise _damaged("the disk image is truncated", where, "it ends inside the boot loader")
    loader_end = kernel_offset - CKSUM_BYTES
    loader_cksum = int.from_bytes(data[loader_end:kernel_offset], "little")
    _check_sum("the boot loader", data[:loader_end], loader_cksum, where)
    _check_size(len(data), where)
    kernel_end = kernel_offset + kernel_size
    kernel = data[kernel_offset:kernel_end]
    _check_sum("the kernel", kernel, kernel_cksum, where)
    _check_zeros(data, kernel_end, where)
    segments = read_segments(kernel, f"{where}, kernel at byte {kernel_offset}")
    if kernel_elf is not None and segments != read_segments(
        read_bytes(kernel_elf), str(kernel_elf)
    ):
        why = f"its loadable segments differ from those of {kernel_elf}"
        raise _damaged("the disk image holds another kernel", where, why)
    return ImageInfo(
        size_bytes=len(data),
        used_bytes=-(-kernel_end // SECTOR_BYTES) * SECTOR_BYTES,
        kernel_offset=kernel_offset,
        kernel_size=kernel_size,
        kernel_cksum=kernel_cksum,
    )


def _check_signature(data: bytes, where: str) -> None:
    """Is there anything that a BIOS would boot?"""
    signature = data[BOOT_SIGNATURE_OFFSET:SECTOR_BYTES]
    if signature != b"\x55\xaa":
        why = f"bytes 510 and 511 are {signature.hex(' ')}, a BIOS boots only 55 aa"
        raise _damaged("the disk image has no boot signature", where, why)


def _check_partition(data: bytes, where: str) -> None:
    """Some BIOSes boot no disk without an active partition."""
    if _PARTITION_ACTIVE not in data[PARTITION_TABLE_OFFSET:BOOT_SIGNATURE_OFFSET:_PARTITION_BYTES]:
        why = "no entry of the partition table at byte 446 begins with 0x80"
        raise _damaged("the disk image has no active partition", where, why)


def _is_flat(data: bytes) -> bool:
    """The kernel itself follows the boot sector: with its Multiboot header first."""
    return data.startswith(MULTIBOOT_MAGIC.to_bytes(4, "little"), SECTOR_BYTES)


def _check_flat(data: bytes, where: str, kernel_elf: Path | None) -> ImageInfo:
    """An image without a loader: see kernel_src's boot/bootsect.asm."""
    sectors = int.from_bytes(data[_SECTORS_OFFSET:BOOT_SIGNATURE_OFFSET], "little")
    kernel_end = (1 + sectors) * SECTOR_BYTES
    magic, flags, checksum = struct.unpack_from("<III", data, SECTOR_BYTES)
    if (magic + flags + checksum) % (1 << 32):
        why = "the three words at byte 512 do not add up to 0"
        raise _damaged("the kernel's Multiboot header is damaged", where, why)
    _check_size(len(data), where)
    if sectors == 0 or kernel_end > len(data):
        why = f"the boot sector says {sectors} sectors, the disk has {len(data) // SECTOR_BYTES}"
        raise _damaged("the boot sector is damaged", where, why)
    _check_zeros(data, kernel_end, where)
    kernel = data[SECTOR_BYTES:kernel_end]
    if kernel_elf is not None:
        wanted = flat(read_segments(read_bytes(kernel_elf), str(kernel_elf)))
        if kernel.rstrip(b"\0") != wanted.rstrip(b"\0"):
            why = f"its bytes differ from the segments of {kernel_elf}"
            raise _damaged("the disk image holds another kernel", where, why)
    # The sectors are whole reads of the boot sector's; behind the kernel there are zeros in them.
    used_sectors = -(-len(kernel.rstrip(b"\0")) // SECTOR_BYTES)
    used_bytes = (1 + used_sectors) * SECTOR_BYTES
    return ImageInfo(len(data), used_bytes, SECTOR_BYTES, used_bytes - SECTOR_BYTES, None)


def flat(segments: tuple[Segment, ...]) -> bytes:
    """What `objcopy -O binary` makes of a kernel: its memory from the lowest segment on."""
    start = min(segment.paddr for segment in segments)
    memory = bytearray()
    for segment in segments:
        offset = segment.paddr - start
        memory.extend(bytes(max(0, offset + len(segment.content) - len(memory))))
        memory[offset : offset + len(segment.content)] = segment.content
    return bytes(memory)


def _read_header(data: bytes, where: str) -> tuple[int, int, int]:
    """The numbers at the start of the loader, unchecked: sector, bytes, checksum of the kernel."""
    magic, kernel_lba, kernel_size, kernel_cksum = _IMAGE_HEADER.unpack_from(data, SECTOR_BYTES)
    if magic != IMAGE_MAGIC:
        why = f"sector 1 begins with {magic!r}, not {IMAGE_MAGIC!r}"
        raise _damaged("this is no tinygate disk image, or its loader is damaged", where, why)
    return kernel_lba, kernel_size, kernel_cksum


def _check_size(size: int, where: str) -> None:
    """The image ends where the disk's last cylinder does."""
    why = f"the disk has {DISK_BYTES} bytes, this file {size}"
    if size < DISK_BYTES:
        raise _damaged("the disk image is truncated", where, why)
    if size > DISK_BYTES:
        raise _damaged("the disk image has something appended", where, why)


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


def _damaged(what: str, where: str, why: str) -> UserError:
    return UserError(what, where=where, why=why, fix=_REBUILD)
