"""Reads a file that somebody named: an ordinary one, of a size that makes sense.

A device or a FIFO may never end, and the wrong file may be larger than memory.
"""

import errno
from pathlib import Path


def read_ordinary(path: Path, max_bytes: int) -> bytes:
    """All of a file.

    Args:
        path: The file.
        max_bytes: No file of its kind has more.

    Raises:
        OSError: It cannot be read; `strerror` says, too, if it is no ordinary file or too large.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(errno.EFBIG, f"it has more than {max_bytes} bytes", str(path))
    return data
