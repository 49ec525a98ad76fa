"""Keeps unpacked packages: a folder for each, which is there whole or not at all.

<cache>/debian/libc6-dev/package.json      which version it is
<cache>/debian/libc6-dev/root/             what dpkg-deb unpacked
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from builder.linux.debian.apt import Release
from builder.linux.debian.archive import unavailable
from builder.linux.debian.catalogue import CODENAME, Wanted
from builder.tools import commands
from builder.tools.cache import cache_dir

UNPACK_TIMEOUT_S = 300
PACKAGE_FILE = "package.json"


@dataclass(frozen=True)
class Unpacked:
    """A package in the store.

    Attributes:
        name: The name that was asked for.
        package: The package it is, which is another for a name that only points on.
        version: Debian's version of it.
        root: Folder that holds what would be in `/`.
    """

    name: str
    package: str
    version: str
    root: Path


def store_dir() -> Path:
    """Where packages are; it need not exist yet."""
    return cache_dir() / "debian"


def look(name: str) -> Unpacked | None:
    """The package in the store, or None: one of another release of Debian counts for nothing."""
    folder = store_dir() / name
    try:
        fields = json.loads((folder / PACKAGE_FILE).read_text(encoding="utf-8"))
        if fields["release"] == CODENAME:
            return Unpacked(name, str(fields["package"]), str(fields["version"]), folder / "root")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


def put(wanted: Wanted, release: Release, deb: Path) -> Unpacked:
    """Unpack `deb` into the store, and delete it.

    Raises:
        DebianUnavailableError: dpkg-deb cannot unpack it.
    """
    store = store_dir()
    with tempfile.TemporaryDirectory(dir=store, prefix=f".{wanted.name}-") as temporary:
        new = Path(temporary) / "new"
        root = new / "root"
        root.mkdir(parents=True)
        done = commands.run(["dpkg-deb", "-x", deb, root], timeout_s=UNPACK_TIMEOUT_S)
        if not done.ok:
            deb.unlink(missing_ok=True)
            raise unavailable([wanted.name], f"the download is damaged: {done.stderr.strip()}")
        if wanted.keep:
            _keep_only(root, wanted.keep)
        fields = {
            "name": wanted.name,
            "release": CODENAME,
            "package": release.package,
            "version": release.version,
            "architecture": release.architecture,
            "sha256": release.sha256,
        }
        text = json.dumps(fields, indent=2) + "\n"
        (new / PACKAGE_FILE).write_text(text, encoding="utf-8")
        final = store / wanted.name
        shutil.rmtree(final, ignore_errors=True)  # what does not count
        new.rename(final)
    deb.unlink()
    return Unpacked(wanted.name, release.package, release.version, final / "root")


def _keep_only(root: Path, folders: tuple[str, ...]) -> None:
    for entry in root.iterdir():
        if entry.name not in folders:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
