"""Which of the machine's own apt sources has a release of Debian."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from builder import proc
from builder.debian.apt import complaint_in
from builder.errors import DebianUnavailableError
from builder.releases.table import Release

APT_HELPER = Path("/usr/lib/apt/apt-helper")
ASK_TIMEOUT_S = 120.0
# With these, debootstrap can speak, too.
SCHEMES = ("http://", "https://", "file:/")
PATIENCE = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")


def unavailable(release: Release, why: str) -> DebianUnavailableError:
    """The error for a release that cannot be had."""
    return DebianUnavailableError(
        f"cannot make a system of {release.title} ({release.name})",
        why=why,
        fix="with a network, and a Debian mirror among the machine's apt sources, try again",
    )


def find_mirror(release: Release) -> str:
    """The address of an archive that has `release`, by the machine's own apt sources and settings.

    The list that it is found by is not verified here: debootstrap does that, by Debian's keys.

    Raises:
        DebianUnavailableError: There is no apt, or none of its sources has it.
    """
    if not APT_HELPER.exists():
        raise unavailable(release, "there is no apt here, whose sources would name a mirror")
    why = "this machine's apt has no source at all"
    for address in _sources():
        text, complaint = _fetch(f"{address.rstrip('/')}/dists/{release.name}/InRelease")
        if _field(text, "Origin") == "Debian" and _field(text, "Codename") == release.name:
            return address
        why = f"no apt source of this machine has it; of the last one: {complaint or 'not Debian'}"
    raise unavailable(release, why)


def _sources() -> list[str]:
    # Also what has no list yet: the sources themselves are asked, not what was fetched from them.
    command = ["apt-get", "indextargets", "--no-release-info"]
    command += ["--format", "$(REPO_URI)", "Created-By: Packages"]
    done = proc.run(command, env={"LC_ALL": "C"}, timeout_s=ASK_TIMEOUT_S)
    addresses = dict.fromkeys(done.stdout.split())
    return [address for address in addresses if address.startswith(SCHEMES)]


def _fetch(address: str) -> tuple[str, str]:
    """What is there, and what apt said about it; the first is empty if there is nothing."""
    with tempfile.TemporaryDirectory(prefix="tinygate-mirror-") as folder:
        file = Path(folder) / "InRelease"
        done = proc.run(
            [APT_HELPER, *PATIENCE, "download-file", address, file],
            env={"LC_ALL": "C"},
            timeout_s=ASK_TIMEOUT_S,
        )
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return text, "" if done.ok else complaint_in(done.stderr)


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
