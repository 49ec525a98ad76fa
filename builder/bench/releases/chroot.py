"""A minimal system of another Debian release in a folder: made, entered, removed.

Everything is mounted in namespaces that end with the command for which it was mounted (enter.sh),
so nothing stays mounted or running, and a folder can be removed without a look at what is in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from builder.bench.releases import carried
from builder.bench.releases.mirror import unavailable
from builder.bench.releases.plan import Release
from builder.errors import FileError, MachineryError, ToolError
from builder.linux.debian.archive import Archive
from builder.tools import commands
from builder.tools.process_group import TimedOutError
from builder.tools.tool import DEBOOTSTRAP
from builder.tools.toolchain import require

ENTER = Path(__file__).with_name("enter.sh")
NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
MAKE_TIMEOUT_S = 3600.0
# What a fresh system has that somebody works on: apt, and what README.md asks for.
PACKAGES = ("git", "python3", "make")
USER, USER_ID = "student", 1000
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DOWNLOADS = "/var/cache/apt/archives"
PIP_CACHE = "/var/cache/pip"


@dataclass(frozen=True)
class Chroot:
    """A system in a folder.

    Attributes:
        root: The folder.
        log: What its commands print is appended here.
        environment: Variables that each command gets.
        mounts: Folders of this machine that are to be seen inside: outside, inside, mount options.
    """

    root: Path
    log: IO[bytes]
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[tuple[Path, str, str], ...] = ()

    def run(
        self,
        command: Sequence[str],
        *,
        timeout_s: float,
        folder: str = "/",
        user: str = "root",
        environment: Mapping[str, str] | None = None,
    ) -> int:
        """Run a command inside; its exit status. What it leaves running is ended.

        Args:
            command: The words.
            timeout_s: Longer than this it must not take.
            folder: Where it starts.
            user: Who runs it: "root" or USER.
            environment: More variables.

        Raises:
            TimedOutError: It took longer.
        """
        variables = {**self.environment, **(environment or {})}
        home = "/root" if user == "root" else f"/home/{user}"
        variables |= {"PATH": PATH, "HOME": home, "USER": user, "LANG": "C.UTF-8"}
        words = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in variables.items())]
        if user != "root":
            identity = (f"--reuid={user}", f"--regid={user}", "--init-groups")
            words = ["/usr/bin/setpriv", *identity, *words]
        words += ["/bin/sh", "-c", 'cd "$0" && exec "$@"', folder, *command]
        mounts = [str(part) for mount in self.mounts for part in mount]
        inside = [*NAMESPACES, "sh", str(ENTER), str(self.root), *mounts, "--", *words]
        return _logged(inside, self.log, timeout_s)


def _logged(command: Sequence[str], log: IO[bytes], timeout_s: float) -> int:
    log.flush()
    pipes = commands.Pipes(stdout=log, stderr=log)
    with commands.start(command, pipes) as process:
        status = process.wait(timeout_s)
    if status is None:
        raise TimedOutError(
            f"`{command[0]}` did not end within {timeout_s:.0f} s and was killed",
            where=log.name,
            fix="look at the end of this log; on a slow machine set TINYGATE_TIMEOUT_SCALE=4",
        )
    return status


def check_machine() -> None:
    """See that chroots can be made here.

    Raises:
        ToolError: The user is not root, root may not mount, or a program is missing.
    """
    if os.geteuid() != 0:
        raise ToolError(
            "cannot make another Debian system here: you are not root",
            why="only root can unpack one into a folder and change into it",
            fix="run it as root, such as with sudo",
        )
    require(DEBOOTSTRAP)
    done = commands.run([*NAMESPACES, "mount", "--make-rprivate", "/"])
    if not done.ok:
        raise ToolError(
            "cannot make another Debian system here: root may not mount anything",
            why=f"{' '.join(NAMESPACES)}: {done.stderr.strip() or 'failed'}",
            fix="use a virtual machine, or a container that is allowed to (CAP_SYS_ADMIN)",
        )


@contextlib.contextmanager
def made(
    release: Release, archive: Archive, folder: Path, log: IO[bytes], *, user: str = "root"
) -> Iterator[Chroot]:
    """A minimal system of `release` below `folder`, removed when the body ends.

    Args:
        release: Which one.
        archive: One that has it; its first mirror is taken.
        folder: For this release alone, and for one process at a time. What was downloaded stays.
        log: What debootstrap and the commands print goes there.
        user: "root", or USER: then there is such a user, who may become root by sudo.

    Raises:
        DebianUnavailableError: debootstrap failed; there is nothing left of what it made.
    """
    root = folder / "root"
    downloads, pip_cache = folder / "downloads", folder / f"pip-{user}"
    _remove(root)  # of a run that was killed
    downloads.mkdir(parents=True, exist_ok=True)
    pip_cache.mkdir(exist_ok=True)
    try:
        _debootstrap(release, archive, root, downloads, log, (*PACKAGES, *_more(user)))
        variables, points = carried.inside(carried.variables())
        apt, more = carried.inside({"": carried.apt_settings()})
        (root / "etc/apt/apt.conf.d/90host").write_text(apt[""], encoding="utf-8")
        chroot = Chroot(
            root,
            log,
            {**variables, "PIP_CACHE_DIR": PIP_CACHE},
            (
                *((point, f"{carried.HOST}{point}", "ro") for point in sorted({*points, *more})),
                (downloads, DOWNLOADS, "rw"),
                (pip_cache, PIP_CACHE, "rw"),
            ),
        )
        if user != "root":
            _add_user(chroot, user)
            os.chown(pip_cache, USER_ID, USER_ID)  # pip uses none that is another's
        yield chroot
    finally:
        _remove(root)


def _more(user: str) -> tuple[str, ...]:
    return () if user == "root" else ("sudo",)


def _debootstrap(
    release: Release,
    archive: Archive,
    root: Path,
    downloads: Path,
    log: IO[bytes],
    packages: Sequence[str],
) -> None:
    command = [
        *NAMESPACES,
        require(DEBOOTSTRAP)["debootstrap"].path,
        "--variant=minbase",
        "--force-check-gpg",  # else a missing key is only a warning
        f"--keyring={archive.keyring}",
        f"--include={','.join(packages)}",
        f"--cache-dir={downloads}",
        release.name,
        str(root),
        archive.mirrors[0],
    ]
    start = log.tell()
    if status := _logged(command, log, MAKE_TIMEOUT_S):
        raise unavailable(release, f"debootstrap: {_complaint(Path(log.name), start, status)}")


def _complaint(log: Path, start: int, status: int) -> str:
    with log.open("rb") as stream:
        stream.seek(start)
        lines = stream.read().decode(errors="replace").splitlines()
    said = [line[3:] for line in lines if line.startswith(("E: ", "W: "))]
    return said[-1] if said else f"it ended with status {status}; see {log}"


def _add_user(chroot: Chroot, user: str) -> None:
    sudoers = chroot.root / "etc/sudoers.d" / user
    sudoers.write_text(f"{user} ALL=(ALL) NOPASSWD: ALL\n", encoding="utf-8")
    sudoers.chmod(0o440)
    add = ("useradd", "--create-home", "--shell", "/bin/bash", "--uid", str(USER_ID), user)
    if chroot.run(add, timeout_s=60.0) != 0:
        raise MachineryError("cannot add a user to the new system", where=chroot.log.name)


def _remove(root: Path) -> None:
    try:
        if root.exists():
            shutil.rmtree(root)
    except OSError as error:
        raise FileError(
            "cannot remove a system that is no longer needed",
            where=str(error.filename or root),
            why=str(error.strerror),
            fix=f"remove {root} as root",
        ) from error
