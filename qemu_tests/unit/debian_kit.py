"""An archive of packages, and tools that look like apt's and know it."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

MIRROR = "http://mirror.example/debian/"
# Like apt's in what they are asked and what they print; the archive is the folder beside them, and
# `sources` is what the last update was told to ask.
APT_GET = """#!/bin/sh
here=${0%/*}
echo "apt-get $*" >> "$here/log"
case $* in
"indextargets --no-release-info "*) cat "$here/targets" ;;
"indextargets "*) cat "$here/known-targets" ;;
*" update")
    cat "${2%/*}/debian.sources" > "$here/sources"
    test ! -e "$here/offline" || echo "W: Could not resolve 'archive'" >&2
    if test -e "$here/moved"; then
        echo "E: The repository 'x bookworm Release' does not have a Release file." >&2
        exit 100
    fi ;;
*" download "*)
    test ! -e "$here/offline" || { echo "E: Could not resolve 'archive'" >&2; exit 100; }
    name=${*##* }
    cp "$here/archive/${name%%=*}_"*.deb . ;;
esac
"""
APT_CACHE = """#!/bin/sh
here=${0%/*}
shift 4
test ! -e "$here/no-lists" || exit 100
if test -e "$here/moved"; then exit 100; fi
for name; do test -e "$here/archive/$name" && cat "$here/archive/$name"; done
"""
DPKG_DEB = """#!/bin/sh
exec tar -xf "$2" -C "$3"
"""


class Archive:
    """An archive of packages whose .deb files are tar files, and the tools that know it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "archive").mkdir(parents=True)
        for name, text in (("apt-get", APT_GET), ("apt-cache", APT_CACHE), ("dpkg-deb", DPKG_DEB)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        (folder / "targets").write_text(f"Component: main\nRelease: sid\nRepo-URI: {MIRROR}\n")
        (folder / "known-targets").touch()

    def add(self, name: str, depends: str = "", **files: str) -> None:
        """A package with `files`, by path with __ for slashes."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as tar:
            for path, text in files.items():
                info = tarfile.TarInfo(path.replace("__", "/"))
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
        self.deb(name).write_bytes(data.getvalue())
        digest = hashlib.sha256(data.getvalue()).hexdigest()
        (self.folder / "archive" / name).write_text(
            f"Package: {name}\nVersion: 1:2-3\nArchitecture: i386\n"
            + (f"Depends: {depends}\n" if depends else "")
            + f"SHA256: {digest}\nDescription: one\n with a line: more\n\n"
        )

    def deb(self, name: str) -> Path:
        return self.folder / "archive" / f"{name}_1%3a2-3_i386.deb"

    def log(self) -> list[str]:
        """What apt-get was asked to do, without the options that are always there."""
        path = self.folder / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.partition(" -q ")[2] for line in lines if " -q " in line]

    def sources(self) -> str:
        """The sources that the last update used."""
        return (self.folder / "sources").read_text()
