"""The one version of v86 that is used: fetched by npm, held against its hash, kept in the cache."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
import tempfile
from pathlib import Path

from builder.errors import ToolError
from builder.tools import commands, toolchain
from builder.tools.cache import cache_dir

VERSION = "0.5.462"
# What the registry calls `integrity`: SHA-512 of the package as it was when it was measured.
SHA512 = "aKPX7DdzqAKFRv2omDkqSju0uEzlOxzo+II82J5UT7+tZNsboA6kyaNq9NKAnxvo9hzpJ8dQj7vcvcz0J7I2QA=="
LIBRARY, WASM = "libv86.mjs", "v86.wasm"
LICENSE = "LICENSE"
FETCH_COMMAND = "tinygate fetch --v86"
TIMEOUT_S = 300.0
_MEMBERS = {
    f"package/build/{LIBRARY}": LIBRARY,
    f"package/build/{WASM}": WASM,
    f"package/{LICENSE}": LICENSE,
}


def folder() -> Path:
    """Where its files are once it has been fetched. Raises FileError."""
    return cache_dir() / f"v86-{VERSION}"


def fetch() -> Path:
    """Its folder; fetched if it is not there yet.

    Raises:
        ToolError: npm is missing or cannot reach its registry, or gave something else.
        FileError: The user has no home.
    """
    target = folder()
    if target.is_dir():
        return target
    npm = toolchain.require(toolchain.NPM)["npm"]
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        work = Path(name)
        command = [*npm.command, "pack", f"v86@{VERSION}", "--silent"]
        done = commands.run(command, cwd=work, timeout_s=TIMEOUT_S)
        if not done.ok:
            raise ToolError(
                f"npm did not give v86 {VERSION}",
                where=done.command.shell(),
                why=done.stderr.strip() or f"it ended with status {done.status}",
                fix="run the command above by hand to see why",
            )
        unpacked = unpack(work / f"v86-{VERSION}.tgz", work / "new")
        if not target.is_dir():
            unpacked.rename(target)  # whole or not at all
    return target


def unpack(archive: Path, into: Path, sha512: str = SHA512) -> Path:
    """Unpack the files that are used. Raises ToolError for an archive with another hash."""
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != sha512:
        raise ToolError(
            f"v86 {VERSION} is not the package that it was",
            where=str(archive),
            why=f"its SHA-512 is {found}, and not {sha512}",
            fix="do not use it; compare with the registry's own page",
        )
    into.mkdir()
    with tarfile.open(archive) as tar:
        for member, name in _MEMBERS.items():
            source = tar.extractfile(member)
            assert source is not None  # the hash says that it is a file
            with (into / name).open("wb") as target:
                shutil.copyfileobj(source, target)
    return into
