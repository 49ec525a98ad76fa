"""Where packages come from: a mirror of Debian's archive, and the keys by which it is verified.

The release is always the same one (catalogue.py), whatever this machine runs. Its mirrors are those
that the machine's own apt sources name, for each mirror has every release; apt itself tells them,
whatever kind of file they stand in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.errors import DebianUnavailableError, UserError
from builder.linux.debian.catalogue import CODENAME, FETCH_COMMAND
from builder.linux.debian.output import complaint_in, paragraphs
from builder.tools import commands

MIRROR_VARIABLE = "TINYGATE_DEBIAN_MIRROR"
KEYRINGS = tuple(
    Path("/usr/share/keyrings") / f"debian-archive-keyring.{end}" for end in ("pgp", "gpg")
)
KEYRING_PACKAGE = "debian-archive-keyring"
TARGETS_TIMEOUT_S = 60
_URI = re.compile(r"(?!cdrom:)[a-z][a-z0-9+.-]*:\S+")  # apt would ask for the disc
_SECURITY = ("-security", "/updates")  # its archive is another one


@dataclass(frozen=True)
class Archive:
    """Debian's archive, as apt is to see it.

    Attributes:
        mirrors: URIs of it; one is enough.
        keyring: Debian's keys.
    """

    mirrors: tuple[str, ...]
    keyring: Path

    def sources(self, architecture: str) -> str:
        """What stands in apt's file of sources (sources.list(5), deb822)."""
        return (
            "Types: deb\n"
            f"URIs: {' '.join(self.mirrors)}\n"
            f"Suites: {CODENAME}\n"
            "Components: main\n"
            f"Architectures: {architecture}\n"
            f"Signed-By: {self.keyring}\n"
        )


def find_archive(names: Iterable[str], environ: Mapping[str, str] = os.environ) -> Archive:
    """The archive for this machine.

    Args:
        names: The packages that it is wanted for, which an error names.
        environ: May name a mirror.

    Raises:
        DebianUnavailableError: No source is a mirror of Debian, or Debian's keys are not here.
        UserError: What the environment names is no mirror.
    """
    keyring = next((path for path in KEYRINGS if path.is_file()), None)
    chosen = environ.get(MIRROR_VARIABLE, "")
    if chosen and not _URI.fullmatch(chosen):
        raise UserError(
            "this is no mirror of Debian",
            where=f"{MIRROR_VARIABLE}={chosen}",
            why="it is no URI, or one of a disc",
            fix="give the address that an apt source has, up to and without /dists",
        )
    mirrors = (chosen,) if chosen else _mirrors_of_apt(names)
    if keyring is None or not mirrors:
        raise _missing(names, has_keyring=keyring is not None, has_mirror=bool(mirrors))
    return Archive(mirrors, keyring)


def unavailable(names: Iterable[str], why: str, fix: str = "") -> DebianUnavailableError:
    """The error for packages that could not be had."""
    return DebianUnavailableError(
        f"cannot fetch from Debian: {', '.join(names)}",
        why=why.rstrip("."),
        fix=fix
        or f"with a network, run `{FETCH_COMMAND}`; {MIRROR_VARIABLE} names another mirror for it",
    )


def _missing(
    names: Iterable[str], *, has_keyring: bool, has_mirror: bool
) -> DebianUnavailableError:
    reasons, fix = [], f"run `{FETCH_COMMAND}`"
    if not has_mirror:
        reasons.append("no apt source of this machine is a mirror of Debian")
        fix = f"run `{MIRROR_VARIABLE}=ADDRESS {FETCH_COMMAND}`, ADDRESS being a mirror's"
    if not has_keyring:
        reasons.append(f"Debian's keys, which verify its archive, are not here ({KEYRINGS[-1]})")
        fix = f"as root run `apt-get install {KEYRING_PACKAGE}`, then {fix}"
    return unavailable(names, "; ".join(reasons), fix)


def _mirrors_of_apt(names: Iterable[str]) -> tuple[str, ...]:
    """The URIs of sources that may be mirrors of Debian.

    Of what the machine has the lists of, apt knows whose it is. A source without lists, as in a
    fresh container, may be Debian's: only the signature will tell.
    """
    foreign = {each["Repo-URI"] for each in _targets(names) if each.get("Origin") != "Debian"}
    # Release information is only there together with the lists.
    targets = _targets(names, "--no-release-info")
    found = (each["Repo-URI"] for each in targets if _may_be_debian(each))
    return tuple(dict.fromkeys(uri for uri in found if uri not in foreign))


def _may_be_debian(target: Mapping[str, str]) -> bool:
    return (
        target.get("Component") == "main"
        and not target.get("Release", "").endswith(_SECURITY)
        and _URI.fullmatch(target["Repo-URI"]) is not None
    )


def _targets(names: Iterable[str], *options: str) -> list[dict[str, str]]:
    """The lists of packages that apt-get update would fetch, by the machine's own sources."""
    command = ["apt-get", "indextargets", *options, "Created-By: Packages"]
    done = commands.run(command, env={"LC_ALL": "C"}, timeout_s=TARGETS_TIMEOUT_S)
    if not done.ok:
        raise unavailable(names, f"apt cannot read its sources: {complaint_in(done.stderr)}")
    return [each for each in paragraphs(done.stdout) if "Repo-URI" in each]
