"""Gives the folders of packages, and fetches those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from builder.errors import DebianUnavailableError
from builder.linux.debian import store
from builder.linux.debian.apt import Apt, Release
from builder.linux.debian.archive import MIRROR_VARIABLE, find_archive, unavailable
from builder.linux.debian.catalogue import CODENAME, FETCH_COMMAND, Wanted
from builder.linux.debian.store import Unpacked
from builder.tools.folder_lock import alone_in

NO_SUCH_RELEASE = "have a Release file"  # "does not", or "no longer": there was one once
Progress = Callable[[str], None]


def stored(packages: Iterable[Wanted]) -> dict[str, Unpacked]:
    """Those of `packages` that are in the store, by name. Takes less than a millisecond each."""
    found = (store.look(wanted.name) for wanted in packages)
    return {unpacked.name: unpacked for unpacked in found if unpacked}


def fetch(
    packages: Sequence[Wanted], *, progress: Progress = lambda _text: None
) -> dict[str, Unpacked]:
    """All of `packages`, by name; those that are not in the store are fetched.

    Two processes that fetch at once take turns. What was fetched before an interruption or an error
    stays, and is not fetched again.

    Args:
        packages: What is wanted.
        progress: Called with what is being done, before it is done.

    Raises:
        DebianUnavailableError: Something is missing and cannot be had; all the rest is there.
        FileError: The cache folder cannot be written to.
    """
    have = stored(packages)
    if len(have) < len(packages):
        with alone_in(
            store.store_dir(), fix="see to it that it can be written, or set TINYGATE_CACHE"
        ):
            have = stored(packages)  # another process may have been at it
            missing = [wanted for wanted in packages if wanted.name not in have]
            if missing:
                have.update(_fetch_missing(missing, progress))
    return {wanted.name: have[wanted.name] for wanted in packages}


def _fetch_missing(missing: Sequence[Wanted], progress: Progress) -> dict[str, Unpacked]:
    apt = Apt(store.store_dir() / "apt")
    progress("asking Debian's archive for its list of packages")
    apt.update(find_archive([wanted.name for wanted in missing]))
    releases = _resolve(apt, missing)
    if not releases and NO_SUCH_RELEASE in apt.complaint:
        # Mirrors drop a release that nobody cares for any more; an archive of its own keeps it.
        raise unavailable(
            [wanted.name for wanted in missing],
            f"this machine's mirrors no longer have {CODENAME}",
            f"run `{FETCH_COMMAND}` with the archive of Debian's old releases in {MIRROR_VARIABLE}",
        )
    got: dict[str, Unpacked] = {}
    failed: dict[str, str] = {}
    for wanted in missing:
        release = releases.get(wanted.name)
        if release is None:
            failed[wanted.name] = apt.complaint or f"{CODENAME} has no such package"
            continue
        progress(f"fetching {release.package} {release.version}")
        try:
            got[wanted.name] = store.put(wanted, release, apt.download(release))
        except DebianUnavailableError as error:
            failed[wanted.name] = error.why
    if failed:
        raise unavailable(failed, "; ".join(dict.fromkeys(failed.values())))
    return got


def _resolve(apt: Apt, packages: Sequence[Wanted]) -> dict[str, Release]:
    """The archive's release of each, by the name wanted; what the lists do not know is left out."""
    releases = apt.releases([wanted.name for wanted in packages])
    pointers = {
        wanted.name: releases[wanted.name].first_dependency
        for wanted in packages
        if wanted.points_on and wanted.name in releases
    }
    targets = apt.releases(pointers.values()) if pointers else {}
    for name, target in pointers.items():
        del releases[name]
        if target in targets:
            releases[name] = targets[target]
    return releases
