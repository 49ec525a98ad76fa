"""One process at a time in an output folder."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from builder.errors import FileError, tell

LOCK_NAME = ".lock"  # stays there, empty: it is the lock on it that counts, which ends with us


@contextlib.contextmanager
def alone_in(
    folder: Path, *, fix: str = "see to it that it can be written, or choose another folder"
) -> Iterator[None]:
    """Keep other tinygate processes out of `folder` while the body runs; wait for one within.

    Args:
        folder: It is made if it is not there.
        fix: What the user can do if it cannot be written to.

    Raises:
        FileError: The folder cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / LOCK_NAME).open("w")
    except OSError as error:
        raise FileError(
            f"cannot write to the output folder: {error.strerror}",
            where=str(folder),
            fix=fix,
        ) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(f"another tinygate is at work in {folder}: waiting for it to end")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
