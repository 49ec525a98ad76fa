"""The folder for what can be fetched or made again, and is the same for every project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

CACHE_VARIABLE = "TINYGATE_CACHE"


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """$TINYGATE_CACHE, or `tinygate` in the user's cache folder. It need not exist yet.

    A relative XDG_CACHE_HOME is passed over, as the XDG specification wants it.
    """
    if chosen := environ.get(CACHE_VARIABLE):
        return Path(chosen).absolute()
    shared = Path(environ.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "tinygate"
