"""One entry of an archive of cpio in the format "newc", as it stands there.

Apart from cpio.py, which knows what may be in an archive, because the quick command has no time to
import what that needs. The format is described in Linux's
Documentation/driver-api/early-userspace/buffer-format.rst.
"""

TRAILER = "TRAILER!!!"
ALIGNMENT = 4


def entry(
    name: bytes, numbers: tuple[int, ...], data: bytes = b"", *, checksum: int | None = None
) -> bytes:
    """Header, name and content, each padded.

    Args:
        name: Of the file.
        numbers: ino, mode, uid, gid, nlink, mtime; they must fit 32 bits. Then, if they are not
            all 0, the device's and the file's own major and minor numbers.
        data: Its content.
        checksum: Of the variant that has one.
    """
    numbers = (*numbers[:6], len(data), *(numbers[6:] or (0, 0, 0, 0)), len(name) + 1)
    magic = "070701" if checksum is None else "070702"
    header = magic + "".join(f"{number:08x}" for number in (*numbers, checksum or 0))
    return padded(header.encode() + name + b"\0") + padded(data)


def padded(part: bytes) -> bytes:
    """`part` with zeros behind it, up to where the next one may begin."""
    return part + bytes(-len(part) % ALIGNMENT)
