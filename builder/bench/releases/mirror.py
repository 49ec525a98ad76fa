"""Which mirror of Debian's archive has a release."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from builder.bench.releases.plan import Release
from builder.errors import DebianUnavailableError
from builder.linux.debian import archive as debian
from builder.linux.debian.archive import MIRROR_VARIABLE, Archive
from builder.linux.debian.output import complaint_in
from builder.tools import commands

APT_HELPER = Path("/usr/lib/apt/apt-helper")
ASK_TIMEOUT_S = 120.0
# What debootstrap can speak, beside apt.
SCHEMES = ("http://", "https://", "file:/")
PATIENCE = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20")


def unavailable(release: Release, why: str) -> DebianUnavailableError:
    """The error for a release that cannot be had."""
    return DebianUnavailableError(
        f"cannot make a system of {release.title} ({release.name})",
        why=why,
        fix=f"try again with a network; {MIRROR_VARIABLE} names another mirror",
    )


def find_archive(release: Release) -> Archive:
    """The archive that has `release`, with one mirror, which was asked for it.

    What the mirror says is not verified here: debootstrap does that, by the archive's keys.

    Raises:
        DebianUnavailableError: There is no apt, no mirror has it, or Debian's keys are not here.
        UserError: What the environment names is no mirror.
    """
    if not APT_HELPER.exists():
        raise unavailable(release, "there is no apt here, which knows the machine's mirrors")
    try:
        archive = debian.find_archive(())
    except DebianUnavailableError as error:
        raise unavailable(release, error.why) from None
    why = "debootstrap cannot speak to any of this machine's mirrors"
    for address in archive.mirrors:
        if not address.startswith(SCHEMES):
            continue
        text, complaint = _fetch(f"{address.rstrip('/')}/dists/{release.name}/InRelease")
        if _field(text, "Origin") == "Debian" and _field(text, "Codename") == release.name:
            return replace(archive, mirrors=(address,))
        why = f"no mirror of this machine has it; of the last one: {complaint or 'not Debian'}"
    raise unavailable(release, why)


def _fetch(address: str) -> tuple[str, str]:
    """What is there, and what apt said about it; the first is empty if there is nothing."""
    with tempfile.TemporaryDirectory(prefix="tinygate-mirror-") as folder:
        file = Path(folder) / "InRelease"
        done = commands.run(
            [APT_HELPER, *PATIENCE, "download-file", address, file],
            env={"LC_ALL": "C"},
            timeout_s=ASK_TIMEOUT_S,
        )
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return text, "" if done.ok else complaint_in(done.stderr)


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
