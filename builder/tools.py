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
from pathlib import Path

Version = tuple[int, ...]
TIMEOUT_S = 20.0  # a tool that needs longer to say its version hangs


@dataclass(frozen=True)
class Output:
    """What a tool said; `status` is None if it could not be started or hung."""

    status: int | None
    text: str  # both streams


Runner = Callable[[Sequence[str], Path | None], Output]


def run_tool(command: Sequence[str], folder: Path | None = None) -> Output:
    """Run `command` in `folder` with no input and in English; never raises for the tool's failure.

    Not proc.run, because a dry run has to look at the tools too.
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


@dataclass(frozen=True)
class ToolSpec:
    """What to look for: `names` in order; `version_pattern` finds the number in the answer."""

    name: str
    purpose: str
    names: tuple[str, ...]
    ask: tuple[str, ...] = ("--version",)
    version_pattern: str = r"(\d+(?:\.\d+)+)"
    minimum: Version = ()
    needed: bool = True  # without it no kernel can be made and booted
    try_it: tuple[str, ...] = ()  # arguments that must succeed: the capability that we need


CROSS_PREFIXES = ("i686-elf-", "i386-elf-", "i686-linux-gnu-")
COMPILER_NAMES = (*(f"{prefix}gcc" for prefix in CROSS_PREFIXES), "gcc", "clang")
COMPILER = ToolSpec("cc", "compiles the kernel's C files", COMPILER_NAMES)
LINKER = ToolSpec("ld", "links the kernel", ("ld",), version_pattern=r"ld.* (\d+(?:\.\d+)+)")
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
    "attaches to the kernel for `make debug`",
    ("gdb", "gdb-multiarch"),
    version_pattern=r" (\d+(?:\.\d+)+)\s*$",
    needed=False,
    try_it=("-nx", "-batch", "-ex", "set architecture i386"),
)
CLANG = ToolSpec("clang", "second compiler, in CI", ("clang",), needed=False)
CLANG_FORMAT = ToolSpec(
    "clang-format", "checks the rendered C files, in CI", ("clang-format",), needed=False
)
PLAIN_SPECS = (NASM, MAKE, QEMU, GDB, CLANG, CLANG_FORMAT)


@dataclass(frozen=True)
class Tool:
    """One tool as it was found (or not)."""

    name: str
    purpose: str
    needed: bool
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
    best = Tool(spec.name, spec.purpose, spec.needed, "missing", minimum=spec.minimum)
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
            spec.name, spec.purpose, spec.needed, status, (path,), version, spec.minimum, detail
        )

    answer = run((path, *spec.ask), None)
    version = version_of(answer.text, spec.version_pattern)
    if answer.status != 0 or not version:
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
