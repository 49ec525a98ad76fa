"""The folder for what can be fetched or made again, and is the same for every project."""

from __future__ import annotations

import os
from collections.abc import Mapping

from builder.errors import FileError

TYPE_CHECKING = False  # typing.TYPE_CHECKING without its import: the quick command passes here
if TYPE_CHECKING:
    from pathlib import Path

CACHE_VARIABLE = "TINYGATE_CACHE"


def cache_path(environ: Mapping[str, str] = os.environ) -> str:
    """The same as `cache_dir`, for who has no time to import pathlib. Raises FileError."""
    if chosen := environ.get(CACHE_VARIABLE):
        return os.path.abspath(chosen)
    shared = environ.get("XDG_CACHE_HOME", "")
    base = shared if os.path.isabs(shared) else os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        raise FileError(
            "there is no folder for what tinygate keeps",
            where=CACHE_VARIABLE,
            why="neither HOME nor the list of users says where your home is",
            fix=f"set {CACHE_VARIABLE} to a folder that can be written to",
        )
    return os.path.join(base, "tinygate")


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """$TINYGATE_CACHE, or `tinygate` in the user's cache folder. It need not exist yet.

    A relative XDG_CACHE_HOME is passed over, as the XDG specification wants it.

    Raises:
        FileError: The user has no home.
    """
    from pathlib import Path

    return Path(cache_path(environ))
