"""Writes a file whole or not at all: on a full disk what was there before stays as it was.

Opening a file to write empties it, so that half of the new one, or nothing, would be left. Beside
ordinary_file.py, which reads what somebody named.
"""

import os
import shutil
from pathlib import Path


def write_whole(path: Path, data: str | bytes) -> None:
    """Write the file, text as UTF-8; whoever looks finds the old one or the new one.

    What a link leads to, and what is no ordinary file (a pipe, /dev/stdout), is written to as it
    is.

    Raises:
        OSError: It cannot be written.
    """
    content = data.encode() if isinstance(data, str) else data
    if path.is_symlink() or (path.exists() and not path.is_file()):
        path.write_bytes(content)
        return
    new = path.with_name(f".{os.getpid()}.new")  # short: the name may be as long as names can be
    try:
        new.write_bytes(content)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
