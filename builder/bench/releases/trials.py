"""Tries releases, one after the other: a system, a fresh clone, the commands, what came of them."""

from __future__ import annotations

import datetime
import json
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from builder.bench.releases import chroot as chroots
from builder.bench.releases.chroot import Chroot
from builder.bench.releases.mirror import find_archive
from builder.bench.releases.plan import RELEASES, Release, Trial
from builder.boot.patience import timeout_scale
from builder.errors import BuildError, ToolError
from builder.tools import commands
from builder.tools.cache import cache_dir
from builder.tools.folder_lock import alone_in
from builder.tools.tested import Counts, Part, Record
from builder.tools.tool import version_text

COMMAND_TIMEOUT_S = 4 * 3600.0
SMALL_TIMEOUT_S = 600.0  # for what takes seconds
END_LINES = 30  # of the log, shown where something failed
CLONE = "tinygate"  # in the home of who works there
RESULTS = "/tmp/results.xml"
VERSIONS = "/tmp/versions.json"

Say = Callable[[str], None]


def try_release(
    release: Release,
    trials: Sequence[Trial],
    *,
    checkout: Path,
    log_dir: Path,
    user: str,
    say: Say,
) -> Record:
    """Run `trials` in a fresh system of `release`; all of them, whatever comes of one.

    Args:
        release: Which one.
        trials: What is run.
        checkout: The repository whose HEAD is cloned.
        log_dir: For a file with all that was printed.
        user: "root", or the name of a user who has sudo.
        say: Gets news, one line each.

    Raises:
        ToolError: There is no repository here.
        DebianUnavailableError: The release cannot be had.
        TimedOutError: A command did not end.
    """
    commit = _head(checkout)
    archive = find_archive(release)
    log_dir.mkdir(parents=True, exist_ok=True)
    log_file = log_dir / f"{release.name}.log"
    folder = cache_dir() / "releases" / release.name
    with alone_in(folder), log_file.open("wb") as log:
        say(f"{release.title}: making a minimal system ({log_file})")
        with chroots.made(release, archive, folder, log, user=user) as chroot:
            place = _clone(checkout, chroot, user)
            parts = []
            for trial in trials:
                parts.append(_try(trial, chroot, place, user))
                say(f"{release.title}: {parts[-1].name}: {parts[-1].text}")
                if not parts[-1].ok:
                    say(_end_of(log_file))
            # Downloads are kept for the next time, but for what the archive no longer has.
            chroot.run(("apt-get", "-q", "autoclean"), timeout_s=SMALL_TIMEOUT_S)
            return Record(
                release.name,
                release.number,
                datetime.date.today().isoformat(),
                commit,
                "root" if user == "root" else "user with sudo",
                _versions(chroot, place, user),
                tuple(parts),
            )


def merged(records: Iterable[Record], new: Record) -> list[Record]:
    """`records` with `new` in the place of the one of its release, in the order of RELEASES."""
    by_name = {record.release: record for record in (*records, new)}
    return [by_name[release.name] for release in RELEASES if release.name in by_name]


def _end_of(log_file: Path) -> str:
    lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join((f"the end of {log_file}:", *(f"  {line}" for line in lines[-END_LINES:])))


def _head(checkout: Path) -> str:
    done = commands.run(["git", "-C", checkout, "rev-parse", "--short=10", "HEAD"])
    if not done.ok:
        raise ToolError(
            "there is nothing here that could be cloned",
            where=str(checkout),
            why=f"git says: {done.stderr.strip()}",
            fix="run it in a clone of the project's repository",
        )
    return done.stdout.strip()


def _clone(checkout: Path, chroot: Chroot, user: str) -> str:
    """Clone HEAD into the home of `user`; the path inside."""
    place = f"/root/{CLONE}" if user == "root" else f"/home/{user}/{CLONE}"
    clone: list[str | Path] = [
        "git",
        "clone",
        "--quiet",
        "--no-hardlinks",
        checkout,
        f"{chroot.root}{place}",
    ]
    done = commands.run(clone, timeout_s=SMALL_TIMEOUT_S)
    if not done.ok:
        raise ToolError("git cannot clone", where=str(checkout), why=done.stderr.strip())
    if user != "root":
        chroot.run(("chown", "-R", f"{user}:", place), timeout_s=SMALL_TIMEOUT_S)
    return place


def _try(trial: Trial, chroot: Chroot, place: str, user: str) -> Part:
    results = chroot.root / RESULTS.lstrip("/")
    results.unlink(missing_ok=True)
    # The leave to install is what a newcomer would be asked for.
    environment = {"TINYGATE_YES": "1"}
    if trial.counts:
        environment["PYTEST_ADDOPTS"] = f"--junitxml={RESULTS}"
    began = time.monotonic()
    status = 0
    for command in trial.commands:
        chroot.log.write(f"== {' '.join(command)}\n".encode())
        status = chroot.run(
            command,
            timeout_s=COMMAND_TIMEOUT_S * timeout_scale(),
            folder=place,
            user=user,
            environment=environment,
        )
        if status != 0:
            break
    counts = _counts(results) if trial.counts else None
    return Part(trial.name, status, round(time.monotonic() - began), counts)


def _counts(results: Path) -> Counts:
    """Of the file that pytest writes at its end; all 0 if it did not come so far."""
    try:
        suites = ElementTree.fromstring(results.read_text(encoding="utf-8")).iter("testsuite")
    except (OSError, ElementTree.ParseError):
        return Counts(0, 0, 0)
    tests = failed = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return Counts(tests - failed - skipped, failed, skipped)


def _versions(chroot: Chroot, place: str, user: str) -> dict[str, str]:
    """What `make doctor` says in there, by the tools' names. Raises BuildError."""
    command = ("sh", "-c", f"python3 -m builder.tools.doctor --json > {VERSIONS}")
    chroot.run(command, timeout_s=SMALL_TIMEOUT_S, folder=place, user=user)
    try:
        text = (chroot.root / VERSIONS.lstrip("/")).read_text(encoding="utf-8")
        tools = json.loads(text)["tools"]
    except (OSError, ValueError, KeyError):
        raise BuildError(
            "the new system does not say which tools it has",
            where=chroot.log.name,
            why="what `make doctor` prints in there cannot be read",
            fix="look at the end of this log",
        ) from None
    good = (tool for tool in tools if tool["status"] == "ok")
    return {tool["name"]: version_text(tuple(tool["version"])) for tool in good}
