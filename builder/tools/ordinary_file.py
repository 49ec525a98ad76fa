"""Reads a file that somebody named: an ordinary one, or a pipe, of a size that makes sense.

A device may never end, a FIFO never begin, and the wrong file may be larger than memory.
"""

import errno
import os
import stat
from pathlib import Path


def read_ordinary(path: Path, max_bytes: int) -> bytes:
    """All of a file, or of what comes through a pipe. A FIFO that nobody writes to is empty.

    Args:
        path: The file.
        max_bytes: No file of its kind has more.

    Raises:
        OSError: It cannot be read; `strerror` says, too, if it is a device or too large.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise OSError(errno.EINVAL, "it is a device", str(path))
        os.set_blocking(file.fileno(), True)
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(errno.EFBIG, f"it has more than {max_bytes} bytes", str(path))
    return data


def _without_waiting(path: str, flags: int) -> int:
    """Open; of a FIFO not only once somebody has opened the other end."""
    return os.open(path, flags | os.O_NONBLOCK)
