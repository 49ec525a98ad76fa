"""A command that works on what a stranger wrote: without network, files of ours, or much else.

bubblewrap gives it a file system in which there are the compiler's and the emulator's own files,
readable, and the folders that it is to work in. There is no /home, /proc, /tmp of the
machine's, no device but /dev/null, and no process but its own. Limits are of CPU time and sizes:
none is reached because others want the computer, too. As root it works, too: the command then has
no capabilities.

Measured with bubblewrap 0.8: it stays as the parent of the command, and gives its exit status as
its own, that of a signal as 128 and its number; open files are handed on. It passes no signal on:
what ends it ends the command, by --die-with-parent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import ToolError
from builder.tools import packages
from builder.tools.resources import CHECKOUT_DIR, PACKAGE_DIR
from builder.tools.tool import BUBBLEWRAP, find_tool, first_line, run_tool

# Programs, libraries, and what belongs to them. Not /usr/local, /usr/src, /usr/include.
_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec")
_SHARED = ("share/qemu", "share/seabios", "share/ipxe", "share/ipxe/qemu", "share/vgabios")
_SIGNALLED = 128  # and the number: how bubblewrap and shells say that a signal ended a command


@dataclass(frozen=True)
class Limits:
    """What each process of a command may use up at most.

    Attributes:
        cpu_s: Seconds of CPU time.
        memory_bytes: Of address space; None: as much as it wants.
        file_bytes: Size of a file that it writes.
    """

    cpu_s: int
    memory_bytes: int | None
    file_bytes: int

    def prefix(self) -> list[str]:
        """The words before a command that give it these limits."""
        memory = [] if self.memory_bytes is None else [f"--as={self.memory_bytes}"]
        return [
            *("prlimit", "--core=0", f"--cpu={self.cpu_s}", f"--fsize={self.file_bytes}"),
            *(*memory, "--"),
        ]


_TRIAL = Limits(cpu_s=10, memory_bytes=None, file_bytes=1 << 20)


@dataclass(frozen=True)
class Sandbox:
    """What makes a sandbox.

    Attributes:
        program: Path of bubblewrap; empty: only the limits hold, which a user has asked for.
        hidden: Folders that are not to be seen even where a part of the system is.
    """

    program: str
    hidden: tuple[Path, ...] = field(default=(CHECKOUT_DIR, PACKAGE_DIR))

    def command(
        self,
        argv: Sequence[str],
        limits: Limits,
        *,
        reads: Iterable[Path] = (),
        writes: Iterable[Path] = (),
        own_processes: bool = False,
    ) -> list[str]:
        """The same command in a sandbox.

        Args:
            argv: What to start. A program elsewhere than in /usr brings the folder around its own.
            limits: For each of its processes.
            reads: Files and folders that it can read, at their own paths.
            writes: Folders in which it can write, too.
            own_processes: It has a /proc, in which there is nothing but itself.
        """
        if not self.program:
            return [*limits.prefix(), *argv]
        words = [self.program, "--die-with-parent", "--unshare-all", "--clearenv"]
        words += ["--cap-drop", "ALL"]  # root would keep them
        words += ["--setenv", "PATH", os.environ.get("PATH", os.defpath)]
        words += ["--setenv", "LC_ALL", "C.UTF-8", "--setenv", "TMPDIR", "/tmp"]
        for name in _SYSTEM:
            words += _system_folder(Path("/", name))
        for name in (*_SYSTEM, *_SHARED):
            words += ["--ro-bind-try", f"/usr/{name}", f"/usr/{name}"]
        for folder in self.hidden:
            if folder.is_relative_to("/usr"):
                words += ["--tmpfs", str(folder)]
        words += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]  # awk, for one
        words += ["--tmpfs", "/tmp", "--dir", "/dev", "--dev-bind", "/dev/null", "/dev/null"]
        words += ["--symlink", "/proc/self/fd", "/dev/fd"]
        words += ["--proc", "/proc"] if own_processes else []
        for tool in _elsewhere(argv):
            words += ["--ro-bind", str(tool), str(tool)]
        for path in reads:
            words += ["--ro-bind", str(path), str(path)]
        for path in writes:
            words += ["--bind", str(path), str(path)]
        return [*words, "--", *limits.prefix(), *argv]

    def status(self, status: int) -> int:
        """Exit status of the command, negative after a signal, from that of what was started."""
        return _SIGNALLED - status if self.program and status > _SIGNALLED else status


def _system_folder(path: Path) -> list[str]:
    """/bin and the like: a link into /usr on most systems, a folder on some."""
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind-try", str(path), str(path)]


def _elsewhere(argv: Sequence[str]) -> list[Path]:
    """The folders around programs that are named by a path outside of the system's folders."""
    system = [Path("/usr", name) for name in _SYSTEM] + [Path("/", name) for name in _SYSTEM]
    found = []
    for word in argv:
        path = Path(word.partition("=")[2].split(" ")[0] if "=" in word else word)
        if path.is_absolute() and os.access(path, os.X_OK) and path.is_file():
            real = path.resolve()
            if not any(real.is_relative_to(folder) for folder in system):
                found += [path.parent, real.parent.parent]
    return list(dict.fromkeys(folder for folder in found if folder != Path("/")))


def find_sandbox() -> Sandbox:
    """The one of this machine.

    Raises:
        ToolError: There is none, or it does not work here.
    """
    tool = find_tool(BUBBLEWRAP)
    if not tool.ok:
        raise ToolError(
            f"there is no sandbox: bubblewrap is {tool.status}",
            where=tool.path,
            why=tool.detail or "the code of strangers is compiled and booted in it",
            fix=f"{packages.advice([tool.name])}; or, for people whom you trust: --no-sandbox",
        )
    found = Sandbox(tool.path)
    tried = run_tool(found.command(["true"], _TRIAL, own_processes=True))
    if tried.status != 0:
        raise ToolError(
            "there is no sandbox: bubblewrap cannot make one here",
            where=tool.path,
            why=first_line(tried.text),
            fix="containers and chroots often may not, nor users where Linux keeps namespaces from "
            "them: grade elsewhere, or as root; or, for people whom you trust: --no-sandbox",
        )
    return found


def no_sandbox() -> Sandbox:
    """Only the limits: for hand-ins of people who are trusted, asked for by name."""
    return Sandbox("")
