"""Packages of npm, each in one version: fetched by npm, held against its hash, kept in the cache.

Of each, only the files that are used are kept.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from builder.errors import FileError, ToolError
from builder.tools import commands, toolchain
from builder.tools.cache import CACHE_VARIABLE, cache_dir

LICENSE = "LICENSE"
TIMEOUT_S = 300.0


@dataclass(frozen=True)
class NpmPackage:
    """One version of a package.

    Attributes:
        name: As npm knows it.
        version: That was measured, and no other.
        sha512: What the registry calls `integrity`: of the package as it was then.
        files: Of the package, that are used; the last part of each is its name in the folder.
        fetch_command: What fetches it.
    """

    name: str
    version: str
    sha512: str
    files: tuple[str, ...]
    fetch_command: str

    @property
    def plain_name(self) -> str:
        """Without the scope that it was published in."""
        return self.name.rpartition("/")[2]

    def folder(self) -> Path:
        """Where its files are once it has been fetched. Raises FileError."""
        return cache_dir() / "npm" / f"{self.plain_name}-{self.version}"

    def fetch(self) -> Path:
        """Its folder; fetched if it is not there yet.

        Raises:
            ToolError: npm is missing or cannot reach its registry, or gave something else.
            FileError: The user has no home, or it cannot be kept there.
        """
        target = self.folder()
        if target.is_dir():
            return target
        npm = toolchain.require(toolchain.NPM)["npm"]
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent) as name:
                work = Path(name)
                unpacked = self.unpack(self._pack(npm.command, work), work / "new")
                if not target.is_dir():
                    unpacked.rename(target)  # whole or not at all
        except OSError as error:
            raise FileError(
                f"cannot keep {self.plain_name} {self.version}: {error.strerror}",
                where=str(target),
                fix=f"make room there, or set {CACHE_VARIABLE} to another folder",
            ) from error
        return target

    def _pack(self, npm: tuple[str, ...], work: Path) -> Path:
        # Without a network npm would try again for more than a minute.
        quick = ("--loglevel=error", "--fetch-retries=0")
        command = [*npm, "pack", f"{self.name}@{self.version}", *quick]
        done = commands.run(command, cwd=work, timeout_s=TIMEOUT_S)
        archives = list(work.glob("*.tgz"))
        if not done.ok or not archives:
            raise ToolError(
                f"npm did not give {self.plain_name} {self.version}",
                where=done.command.shell(),
                why=next(iter(done.stderr.splitlines()), f"it ended with status {done.status}"),
                fix="run the command above by hand to see why",
            )
        return archives[0]

    def unpack(self, archive: Path, into: Path) -> Path:
        """Unpack the files that are used. Raises ToolError for an archive with another hash."""
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != self.sha512:
            raise ToolError(
                f"{self.plain_name} {self.version} is not the package that it was",
                where=str(archive),
                why=f"its SHA-512 is {found}, and not {self.sha512}",
                fix="do not use it; compare with the registry's own page",
            )
        into.mkdir()
        with tarfile.open(archive) as tar:
            for file in self.files:
                source = tar.extractfile(f"package/{file}")
                assert source is not None  # the hash says that it is a file
                with (into / Path(file).name).open("wb") as target:
                    shutil.copyfileobj(source, target)
        return into


# The library is there twice: as a module, for node, and as a script, which a page can also load
# from a disk.
V86_MODULE, V86_SCRIPT, V86_WASM = "libv86.mjs", "libv86.js", "v86.wasm"
V86 = NpmPackage(
    "v86",
    "0.5.462",
    "aKPX7DdzqAKFRv2omDkqSju0uEzlOxzo+II82J5UT7+tZNsboA6kyaNq9NKAnxvo9hzpJ8dQj7vcvcz0J7I2QA==",
    (*(f"build/{name}" for name in (V86_MODULE, V86_SCRIPT, V86_WASM)), LICENSE),
    "tinygate fetch --v86",
)
XTERM_SCRIPT, XTERM_STYLE = "xterm.js", "xterm.css"
XTERM = NpmPackage(
    "@xterm/xterm",
    "6.0.0",
    "TQwDdQGtwwDt+2cgKDLn0IRaSxYu1tSUjgKarSDkUM0ZNiSRXFpjxEsvc/Zgc5kq5omJ+V0a8/kIM2WD3sMOYg==",
    (f"lib/{XTERM_SCRIPT}", f"css/{XTERM_STYLE}", LICENSE),
    "tinygate fetch --page",
)
