"""One tool at a time: look for it on PATH, ask its version, try that it can do what we need.

Standard library only, because bootstrap.py uses this before any package is installed.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

Version = tuple[int, ...]
TIMEOUT_S = 120.0  # a tool says its version at once; one that needs so long hangs


@dataclass(frozen=True)
class Output:
    """What a tool said; `status` is None if it could not be started or hung."""

    status: int | None
    text: str  # both streams


Runner = Callable[[Sequence[str], Path | None], Output]


def run_tool(command: Sequence[str], folder: Path | None = None) -> Output:
    """Run `command` in `folder` with no input and in English; never raises for the tool's failure.

    Not commands.run, because a dry run has to look at the tools too.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, ValueError) as error:
        return Output(None, f"cannot be started: {error}")
    except subprocess.TimeoutExpired:
        return Output(None, f"said nothing for {TIMEOUT_S:.0f} s")
    return Output(done.returncode, done.stdout.decode(errors="replace"))


class Need(IntEnum):
    """What a tool is needed for. What is needed for one is needed for those after it, too."""

    RUN = 0  # to make a kernel and boot it
    TEST = 1  # for the test suite
    ALL = 2  # only for a single verb, or in CI

    @property
    def word(self) -> str:
        """Its name on a command line."""
        return self.name.lower()

    @property
    def reason(self) -> str:
        """Its name for people."""
        return {"run": "make run", "test": "make test"}.get(self.word, "optional")


@dataclass(frozen=True)
class ToolSpec:
    """What to look for: `names` in order; `version_pattern` finds the number in the answer.

    `asked_status` is the exit status of a tool that said its version.
    """

    name: str
    purpose: str
    names: tuple[str, ...]
    ask: tuple[str, ...] = ("--version",)
    version_pattern: str = r"(\d+(?:\.\d+)+)"
    minimum: Version = ()
    need: Need = Need.RUN
    asked_status: int = 0
    try_it: tuple[str, ...] = ()  # arguments that must succeed: the capability that we need


CROSS_PREFIXES = ("i686-elf-", "i386-elf-", "i686-linux-gnu-")
COMPILER_NAMES = (*(f"{prefix}gcc" for prefix in CROSS_PREFIXES), "gcc", "clang")
COMPILER = ToolSpec("cc", "compiles the kernel's C files", COMPILER_NAMES)
HOST_COMPILER = ToolSpec(
    "host-cc",
    "compiles the kernel's code for this machine, in tests",
    ("gcc",),
    need=Need.TEST,
)
LINKER = ToolSpec(
    "ld", "links the kernel", ("ld",), version_pattern=r"(?:ld|LLD).* (\d+(?:\.\d+)+)"
)
OBJCOPY = ToolSpec("objcopy", "strips the kernel for the disk image", ("objcopy",))
NASM = ToolSpec(
    "nasm", "assembles the kernel's NASM files", ("nasm",), ask=("-v",), minimum=(2, 14)
)
MAKE = ToolSpec(
    "make",
    "runs the kernel tree's Makefile",
    ("make", "gmake"),
    version_pattern=r"GNU Make (\d+(?:\.\d+)+)",
    minimum=(4, 0),
)
QEMU = ToolSpec(
    "qemu",
    "boots the kernel",
    ("qemu-system-i386",),
    version_pattern=r"version (\d+(?:\.\d+)+)",
    minimum=(6, 0),
    try_it=("-device", "isa-debug-exit,help"),
)
GDB = ToolSpec(
    "gdb",
    "attaches to the kernel: `make debug`, and the tests that look into it",
    ("gdb", "gdb-multiarch"),
    version_pattern=r" (\d+(?:\.\d+)+)\s*$",
    need=Need.TEST,
    try_it=("-nx", "-batch", "-ex", "set architecture i386"),
)
CPIO = ToolSpec("cpio", "makes archives to compare ours with", ("cpio",), need=Need.TEST)
CCACHE = ToolSpec("ccache", "keeps what the tests compile", ("ccache",), need=Need.TEST)
BUBBLEWRAP = ToolSpec(
    "bubblewrap",
    "keeps hand-ins apart from the machine: `tinygate lab grade`",
    ("bwrap",),
    minimum=(0, 5),  # --clearenv
    need=Need.TEST,  # whether Linux lets it is asked where it is used: no package helps there
)
CLANG = ToolSpec("clang", "second compiler, in CI", ("clang",), need=Need.ALL)
CLANG_FORMAT = ToolSpec(
    "clang-format", "checks the rendered C files, in CI", ("clang-format",), need=Need.ALL
)
DEBOOTSTRAP = ToolSpec(
    "debootstrap",
    "makes the systems of `make releases`",
    ("debootstrap", "/usr/sbin/debootstrap"),  # a folder that a user's PATH need not have
    need=Need.ALL,
)
CHROMIUM = ToolSpec(
    "chromium",
    "opens the page of `tinygate xray`, in tests",
    ("chromium", "chromium-browser", "google-chrome"),
    version_pattern=r"Chrom\w+ (\d+(?:\.\d+)+)",
    need=Need.ALL,
)
BOCHS = ToolSpec(
    "bochs",
    "boots the kernel: `make run EMULATOR=bochs`",
    ("bochs",),
    ask=("--help",),
    version_pattern=r"Emulator (\d+(?:\.\d+)+)",
    need=Need.ALL,
)
NODE = ToolSpec(
    "node",
    "runs v86: `make run EMULATOR=v86`",
    ("node",),
    version_pattern=r"v(\d+(?:\.\d+)+)",
    minimum=(18, 0),
    need=Need.ALL,
)
NPM = ToolSpec("npm", "fetches v86", ("npm",), need=Need.ALL)
DOSBOX_X = ToolSpec(
    "dosbox-x",
    "boots the kernel: `make run EMULATOR=dosbox-x`",
    ("dosbox-x",),
    ask=("-version",),
    asked_status=1,
    version_pattern=r"version (\d+(?:\.\d+)+)",
    need=Need.ALL,
)
# Other emulators than the one that everything is done with: the set-up leaves them to the user.
BY_CHOICE = ("bochs", "node", "npm", "dosbox-x")
PLAIN_SPECS = (
    NASM,
    MAKE,
    QEMU,
    GDB,
    CPIO,
    CCACHE,
    BUBBLEWRAP,
    CLANG,
    CLANG_FORMAT,
    DEBOOTSTRAP,
    CHROMIUM,
    BOCHS,
    NODE,
    NPM,
    DOSBOX_X,
)


@dataclass(frozen=True)
class Tool:
    """One tool as it was found (or not)."""

    name: str
    purpose: str
    need: Need
    status: str  # "ok", "missing", "too old" or "unusable"
    command: tuple[str, ...] = ()  # how to call it: path, then the arguments that it always needs
    version: Version = ()
    minimum: Version = ()
    detail: str = ""  # what was tried and how it ended, if not ok

    @property
    def ok(self) -> bool:
        """True if the tool can be used."""
        return self.status == "ok"

    @property
    def path(self) -> str:
        """Where it was found; empty if it was not."""
        return self.command[0] if self.command else ""


def version_of(text: str, pattern: str) -> Version:
    """The version in `text` as numbers, so that 2.9 is before 2.10; () if there is none."""
    found = re.search(pattern, text, re.MULTILINE)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def version_text(version: Version) -> str:
    """`version` for people; "?" if unknown."""
    return ".".join(map(str, version)) or "?"


def find_tool(spec: ToolSpec, run: Runner = run_tool) -> Tool:
    """Look for `spec` on PATH, ask its version and try it; the first usable name wins."""
    best = Tool(spec.name, spec.purpose, spec.need, "missing", minimum=spec.minimum)
    for name in spec.names:
        if path := shutil.which(name):
            tool = judge(spec, path, run)
            if tool.ok:
                return tool
            best = best if best.command else tool
    return best


def judge(spec: ToolSpec, path: str, run: Runner) -> Tool:
    """Ask and try the tool at `path`."""

    def verdict(status: str, version: Version = (), detail: str = "") -> Tool:
        return Tool(
            spec.name, spec.purpose, spec.need, status, (path,), version, spec.minimum, detail
        )

    answer = run((path, *spec.ask), None)
    version = version_of(answer.text, spec.version_pattern)
    if answer.status != spec.asked_status or not version:
        return verdict("unusable", version, f"`{spec.ask[0]}` gave: {first_line(answer.text)}")
    if version < spec.minimum:
        return verdict("too old", version, f"{version_text(spec.minimum)} or later is needed")
    if spec.try_it:
        tried = run((path, *spec.try_it), None)
        if tried.status != 0:
            line = f"`{shlex.join(spec.try_it)}` gave: {first_line(tried.text)}"
            return verdict("unusable", version, line)
    return verdict("ok", version)


def first_line(text: str) -> str:
    """The first line of `text` that is not blank, for a message."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "no output")
