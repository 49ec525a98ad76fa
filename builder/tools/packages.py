"""System packages: which one brings which tool, and installing them when the user allows it.

The rule: packages are installed only as root, or through sudo after a yes on a terminal, or when
asked for by --yes or CI=true. Otherwise the exact command is printed. Standard library only.
"""

import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import ToolError

# Tool -> packages, for each package manager: one, several with blanks between, or none at all
# (empty). "venv" is Python's own module, apart only on Debian.
APT = {
    "cc": "gcc",
    "ld": "binutils",
    "objcopy": "binutils",
    "nasm": "nasm",
    "make": "make",
    "qemu": "qemu-system-x86",
    "host-cc": "gcc libc6-dev",
    "gdb": "gdb",
    "cpio": "cpio",
    "ccache": "ccache",
    "bubblewrap": "bubblewrap",
    "clang": "clang",
    "clang-format": "clang-format",
    "debootstrap": "debootstrap",
    "bochs": "bochs bochsbios vgabios",
    "node": "nodejs",
    "npm": "npm",
    "seabios": "seabios",
    "dosbox-x": "dosbox-x",
    "chromium": "chromium fonts-dejavu-core",
    "venv": "python3-venv",
}
# Elsewhere than on x86 the native gcc knows no -m32.
APT_FOREIGN = APT | {
    "cc": "gcc-i686-linux-gnu",
    "ld": "binutils-i686-linux-gnu",
    "objcopy": "binutils-i686-linux-gnu",
    "gdb": "gdb-multiarch",
}
DNF = APT | {
    "qemu": "qemu-system-x86-core",
    "host-cc": "gcc glibc-devel",
    "clang-format": "clang-tools-extra",
    "bochs": "bochs",
    "npm": "nodejs-npm",
    "seabios": "seabios-bin seavgabios-bin",
    "chromium": "chromium dejavu-sans-fonts",
    "venv": "python3",
}
PACMAN = APT | {
    "host-cc": "gcc glibc",
    "clang-format": "clang",
    "bochs": "",  # only in what users package themselves
    "chromium": "chromium ttf-dejavu",
    "venv": "python",
}
BREW = APT | {
    "cc": "i686-elf-gcc",
    "ld": "i686-elf-binutils",
    "objcopy": "i686-elf-binutils",
    "qemu": "qemu",
    "gdb": "i386-elf-gdb",
    "host-cc": "gcc",
    "clang": "llvm",
    "bochs": "bochs",
    "node": "node",
    "npm": "node",
    "seabios": "qemu",
    "debootstrap": "",  # there is none for this system
    "bubblewrap": "",  # its sandbox is made by Linux
    "chromium": "",  # it is a cask
    "venv": "python",
}
X86_MACHINES = ("x86_64", "amd64", "AMD64", "i386", "i486", "i586", "i686")
APT_LISTS = Path("/var/lib/apt/lists")


@dataclass(frozen=True)
class Manager:
    """A package manager: the program, how it installs, and what it calls our tools."""

    program: str
    install: tuple[str, ...]
    names: Mapping[str, str]
    as_root: bool = True

    def packages(self, tools: Iterable[str]) -> tuple[str, ...]:
        """The packages that bring `tools`, each once, in order."""
        return tuple(dict.fromkeys(name for tool in tools for name in self.names[tool].split()))

    def command(self, tools: Iterable[str]) -> tuple[str, ...]:
        """The command that installs `tools`, without sudo."""
        return (*self.install, *self.packages(tools))


def managers(machine: str = "") -> tuple[Manager, ...]:
    """The known package managers for a host of type `machine` (default: this), Debian's first."""
    native = (machine or platform.machine()) in X86_MACHINES
    return (
        Manager(
            "apt-get",
            ("apt-get", "install", "-y", "--no-install-recommends"),
            APT if native else APT_FOREIGN,
        ),
        Manager("dnf", ("dnf", "install", "-y"), DNF),
        Manager("pacman", ("pacman", "-S", "--needed", "--noconfirm"), PACMAN),
        Manager("brew", ("brew", "install"), BREW, as_root=False),
    )


def find_manager() -> Manager | None:
    """The package manager of this system; None if it is not a known one."""
    return next((manager for manager in managers() if shutil.which(manager.program)), None)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def command_line(tools: Iterable[str], manager: Manager | None = None) -> str:
    """The exact command to paste that installs `tools`; empty on an unknown system."""
    tools = tuple(tools)
    manager = manager or find_manager()
    if manager is None or not manager.packages(tools):
        return ""
    sudo = () if _is_root() or not manager.as_root else ("sudo",)
    return shlex.join((*sudo, *manager.command(tools)))


def advice(tools: Iterable[str]) -> str:
    """What to do about missing `tools`, one line."""
    tools = tuple(tools)
    if line := command_line(tools):
        return line
    wanted = " ".join(managers()[0].packages(tools))
    return f"install these (Debian's names) with your system's package manager: {wanted}"


def _ask(question: str) -> bool:
    """A yes on the terminal; anything else, or no answer, is a no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run an installer with its output on the terminal; its exit status."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, env=dict(environment), check=False
    ).returncode


@dataclass(frozen=True)
class Consent:
    """What stands behind the permission to install; made from the real world by default."""

    yes: bool = False  # --yes was given
    ci: bool = field(default_factory=lambda: os.environ.get("CI", "").lower() in ("true", "1"))
    root: bool = field(default_factory=_is_root)
    terminal: bool = field(default_factory=lambda: sys.stdin.isatty() and sys.stderr.isatty())
    sudo: bool = field(default_factory=lambda: shutil.which("sudo") is not None)
    ask: Callable[[str], bool] = _ask

    def prefix(self, line: str) -> tuple[str, ...] | None:
        """What to put before the command `line`; None if it may not be run."""
        if self.root:
            return ()
        if not self.sudo:
            return None
        if self.yes or self.ci:
            # -n: fail rather than wait for a password that nobody will type.
            return ("sudo",) if self.terminal else ("sudo", "-n")
        if self.terminal and self.ask(f"Run `{line}`?"):
            return ("sudo",)
        return None


def install(
    tools: Iterable[str],
    consent: Consent,
    *,
    manager: Manager | None = None,
    run: Callable[[Sequence[str], Mapping[str, str]], int] = _run,
) -> None:
    """Install the packages of `tools` if `consent` gives leave.

    Raises:
        ToolError: It is not allowed, the system is unknown, or the installer failed; `fix` is the
            command to run by hand.
    """
    tools = tuple(tools)
    if not tools:
        return
    manager = manager or find_manager()
    if manager is not None and not manager.packages(tools):
        manager = None  # it does not have them
    line = advice(tools) if manager is None else command_line(tools, manager)
    prefix: tuple[str, ...] | None = None
    if manager is not None:
        # Homebrew refuses to run as root, so it never gets sudo, only the same question.
        prefix = consent.prefix(line)
        prefix = () if prefix is not None and not manager.as_root else prefix
    if manager is None or prefix is None:
        raise ToolError(
            f"missing on this system: {', '.join(tools)}",
            why="packages are installed only as root, after a yes on a terminal, or with --yes",
            fix=line,
        )
    _install_now(manager, prefix, tools, run)


def _install_now(
    manager: Manager,
    prefix: tuple[str, ...],
    tools: tuple[str, ...],
    run: Callable[[Sequence[str], Mapping[str, str]], int],
) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # sudo drops the environment, so the one variable that matters goes with the command.
    if prefix:
        prefix = (*prefix, "env", "DEBIAN_FRONTEND=noninteractive")
    command = (*prefix, *manager.command(tools))
    is_apt = manager.program == "apt-get"
    updated = is_apt and not any(APT_LISTS.glob("*_Packages*"))
    if updated:
        run((*prefix, "apt-get", "update"), environment)
    status = run(command, environment)
    if status != 0 and is_apt and not updated:
        # Package lists older than the archive name files that are no longer there.
        run((*prefix, "apt-get", "update"), environment)
        status = run(command, environment)
    if status != 0:
        raise ToolError(
            f"installing {', '.join(tools)} failed",
            where=shlex.join(command),
            why=f"{manager.program} ended with status {status}; it says why above",
            fix=command_line(tools, manager),
        )
