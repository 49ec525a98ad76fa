"""Speaks to apt: with sources of its own, and lists and downloads in a private folder.

apt verifies what it gets: the lists by the signature of Debian's archive, a package by the hash in
the lists.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from builder.errors import DebianUnavailableError
from builder.linux.debian.archive import Archive, unavailable
from builder.linux.debian.catalogue import FETCH_COMMAND
from builder.linux.debian.output import complaint_in, paragraphs
from builder.tools import commands

ARCHITECTURE = "i386"
SOURCES = "debian.sources"
UPDATE_TIMEOUT_S = 300
DOWNLOAD_TIMEOUT_S = 1800  # 80 MB, of which the kernel is 65
SHOW_TIMEOUT_S = 60

# `#clear` is apt's own. The hooks belong to the machine's package set-up: some of them delete the
# downloads that it keeps, some refresh other programs' lists. So do its preferences, which may be
# about another release. Of the lists only those of packages are used. They may be old, as on a
# mirror that is a snapshot, but must be signed, whatever the machine allows. Root stays root: the
# cache may be in a home that apt's own user cannot enter.
CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
#clear Acquire::IndexTargets;
#clear APT::Default-Release;
#clear APT::Snapshot;
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::Check-Valid-Until "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
APT::Get::AllowUnauthenticated "false";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::IndexTargets::deb::Packages {{
  MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
  flatMetaKey "Packages";
  ShortDescription "Packages";
  Description "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Packages";
  Optional "false";
}};
Dir::Etc::sourcelist "{folder}/{sources}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{folder}/state";
Dir::State::lists "lists/";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "archives/";
"""


@dataclass(frozen=True)
class Release:
    """One package as the archive has it now."""

    package: str
    version: str
    architecture: str
    sha256: str
    first_dependency: str  # name only; empty if there is none

    @property
    def file_name(self) -> str:
        """What apt calls the file when it downloads it; the colon of a version is written %3a."""
        return f"{self.package}_{self.version.replace(':', '%3a')}_{self.architecture}.deb"


class Apt:
    """apt with its state in `folder`. Only one process at a time may use a folder.

    Attributes:
        folder: All of it.
        complaint: What the last update had to say.
    """

    def __init__(self, folder: Path) -> None:
        """Write the configuration.

        Raises:
            DebianUnavailableError: there is no apt here, or its options cannot name `folder`.
        """
        for tool in ("apt-get", "apt-cache", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise DebianUnavailableError(
                    f"cannot fetch Debian packages: there is no {tool} here",
                    why="packages are fetched, verified and unpacked by Debian's own tools",
                    fix=f"run `{FETCH_COMMAND}` on Debian or Ubuntu",
                )
        if '"' in str(folder):
            raise DebianUnavailableError(
                "cannot fetch Debian packages into this folder",
                where=str(folder),
                why='apt takes no file name with a " in it',
                fix="set TINYGATE_CACHE to another folder",
            )
        self.folder = folder
        self.complaint = ""
        for name in ("downloads", "state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)  # apt makes only some of them
        (folder / "status").touch()
        text = CONFIGURATION.format(architecture=ARCHITECTURE, folder=folder, sources=SOURCES)
        (folder / "apt.conf").write_text(text, encoding="utf-8")

    def update(self, archive: Archive) -> None:
        """Fetch the lists of packages of `archive`, which all that follows is about.

        Lists that cannot be had are no error yet: another source, or a list of an earlier update,
        may name the packages that are wanted. What apt said is kept in `complaint`.
        """
        sources = self.folder / SOURCES
        sources.touch(mode=0o600)  # a mirror's URI may have a password
        sources.write_text(archive.sources(ARCHITECTURE), encoding="utf-8")
        done = self._run("apt-get", "-q", "update", timeout_s=UPDATE_TIMEOUT_S)
        self.complaint = complaint_in(done.stderr)  # its status is 0 even without a network

    def releases(self, names: Iterable[str]) -> dict[str, Release]:
        """What the lists know of `names`; a name that no list has is left out."""
        done = self._run("apt-cache", "show", "--no-all-versions", *names, timeout_s=SHOW_TIMEOUT_S)
        return {release.package: release for release in parse_releases(done.stdout)}

    def download(self, release: Release) -> Path:
        """Download and verify; what an earlier, interrupted call has downloaded is used.

        Raises:
            DebianUnavailableError: it could not be had, or is not what the lists say.
        """
        file = self.folder / "downloads" / release.file_name
        done = self._run(
            "apt-get",
            "-q",
            "download",
            f"{release.package}={release.version}",
            cwd=file.parent,
            timeout_s=DOWNLOAD_TIMEOUT_S,
        )
        if not done.ok:
            raise unavailable([release.package], complaint_in(done.stderr))
        if not file.is_file() or sha256(file) != release.sha256:
            file.unlink(missing_ok=True)
            raise unavailable([release.package], f"the download is damaged: {file.name}")
        return file

    def _run(
        self, program: str, *arguments: str, cwd: Path | None = None, timeout_s: float
    ) -> commands.Completed:
        command = [program, "-c", str(self.folder / "apt.conf"), *arguments]
        return commands.run(command, cwd=cwd, env={"LC_ALL": "C"}, timeout_s=timeout_s)


def parse_releases(text: str) -> list[Release]:
    """What `apt-cache show` printed."""
    found = []
    for fields in paragraphs(text):
        if "Package" in fields:
            dependency = fields.get("Depends", "").partition(",")[0].partition("|")[0]
            found.append(
                Release(
                    fields["Package"],
                    fields.get("Version", ""),
                    fields.get("Architecture", ""),
                    fields.get("SHA256", ""),
                    (dependency.split() or [""])[0].partition(":")[0],
                )
            )
    return found


def sha256(file: Path) -> str:
    """Of the file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
